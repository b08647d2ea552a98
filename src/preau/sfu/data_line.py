"""How much of participants' data may wait for the turn of their room: so much of each of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from preau.sfu.rooms.commands import NoteData, TooMuchData
from preau.sfu.rooms.media import PacketReceived, PeerId

#: Packets and bytes of one sender that may wait at once.
MOST_PACKETS = 1024
MOST_BYTES = 16 * 1024 * 1024


@dataclass(slots=True)
class _Backlog:
    """What waits of one sender. `refused`: packets it may not send, of which one word waits."""

    packets: int = 0
    size_bytes: int = 0
    refused: int = 0
    is_ending: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.packets or self.refused or self.is_ending)


class DataLine:
    """The data of one room's participants."""

    def __init__(self) -> None:
        self._of: dict[PeerId, _Backlog] = {}

    def enter(
        self, packet: PacketReceived, *, may_send: bool
    ) -> PacketReceived | NoteData | TooMuchData | None:
        """What is to wait for a packet that came; None where nothing more is.

        Of who may send, packets beyond the limit are lost where they may be, and end the sender where they
        may not: who sends reliably counts on each of them. Of who may not, one word waits, however often.
        """
        backlog = self._of.setdefault(packet.peer, _Backlog())
        if backlog.is_ending:
            return None
        if not may_send:
            backlog.refused += 1
            return NoteData(packet.peer) if backlog.refused == 1 else None
        size_bytes = len(packet.payload)
        if backlog.packets < MOST_PACKETS and backlog.size_bytes + size_bytes <= MOST_BYTES:
            backlog.packets += 1
            backlog.size_bytes += size_bytes
            return packet
        backlog.is_ending = packet.reliable
        return TooMuchData(packet.peer) if packet.reliable else None

    def turn(self, command: object) -> object:
        """The input as it is once its turn has come."""
        if not isinstance(command, PacketReceived | NoteData | TooMuchData):
            return command
        backlog = self._of[command.peer]
        if isinstance(command, PacketReceived):
            backlog.packets -= 1
            backlog.size_bytes -= len(command.payload)
        elif isinstance(command, NoteData):
            command = replace(command, times=backlog.refused)
            backlog.refused = 0
        else:
            backlog.is_ending = False
        if backlog.is_empty:
            del self._of[command.peer]
        return command
