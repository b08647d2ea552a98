"""What the driver has to do once the entries of a step are durable, in this order."""

from __future__ import annotations

from dataclasses import dataclass

from preau.meet.domain.ids import AccountId, ParticipantId
from preau.meet.domain.media_rights import MediaRights
from preau.meet.live.commands import ConnectionId
from preau.meet.live.events import Entry
from preau.meet.live.view import RoomView


@dataclass(frozen=True)
class Announce:
    """Tell these connections about an entry, and those that there was one."""

    entry: Entry
    to: tuple[ConnectionId, ...]
    withheld_from: tuple[ConnectionId, ...] = ()


@dataclass(frozen=True)
class Admit:
    """Let a connection in; `request` 0: it was waiting.

    `missed` None: it gets the whole view; otherwise only these entries, and of the `withheld` ones no more
    than that they were.
    """

    connection: ConnectionId
    request: int
    participant_id: ParticipantId
    view: RoomView
    rights: MediaRights
    is_resumed: bool
    missed: tuple[Entry, ...] | None
    withheld: frozenset[int] = frozenset()


@dataclass(frozen=True)
class TellWaiting:
    """Tell somebody who waits how things stand; `request` 0: something changed.

    `is_second_device`: it waits because its personal link is used in another browser.
    """

    connection: ConnectionId
    request: int
    participant_id: ParticipantId
    has_host: bool
    host: str | None
    note_left: bool
    is_second_device: bool = False


@dataclass(frozen=True)
class ShowWhole:
    """Show a participant the whole room anew: the role changed and with it what may be seen."""

    connection: ConnectionId
    participant_id: ParticipantId
    view: RoomView


@dataclass(frozen=True)
class Confirm:
    """Answer a request that succeeded; `sequence` is that of the entry it made, if any."""

    connection: ConnectionId
    request: int
    sequence: int | None


@dataclass(frozen=True)
class Refuse:
    """Answer a request that failed, by a code of docs/protocol/control.md, and say when to try again."""

    connection: ConnectionId
    request: int
    code: str
    retry_after_s: int | None = None


@dataclass(frozen=True)
class CloseConnection:
    """Say why and close; `reason` goes with the code `denied`."""

    connection: ConnectionId
    code: str
    reason: str | None = None


@dataclass(frozen=True)
class PassOnRequestToUnmute:
    """Tell somebody that `by` asks to hear them."""

    connection: ConnectionId
    by: str


@dataclass(frozen=True)
class SetMediaRights:
    """What a participant may send and receive from now on."""

    participant_id: ParticipantId
    rights: MediaRights


@dataclass(frozen=True)
class MuteSource:
    """Silence one source of a participant, by LiveKit's name of it."""

    participant_id: ParticipantId
    source: str


@dataclass(frozen=True)
class EndShare:
    """End a participant's screen share; `rights` are those that hold afterwards."""

    participant_id: ParticipantId
    rights: MediaRights


@dataclass(frozen=True)
class RemoveFromMedia:
    """Take a participant out of the LiveKit room."""

    participant_id: ParticipantId


@dataclass(frozen=True)
class Audit:
    """A privileged act, or an attempt at one: written before anybody is answered.

    `participant_id` None: the server itself noticed something, such as a stranger in the media room.
    """

    participant_id: ParticipantId | None
    account_id: AccountId | None
    action: str
    subject_id: str
    is_allowed: bool


@dataclass(frozen=True)
class EndOccurrence:
    """Nobody is left and nobody will come back: purge the log and forget the room."""


Effect = (
    Announce
    | Admit
    | TellWaiting
    | ShowWhole
    | Confirm
    | Refuse
    | CloseConnection
    | PassOnRequestToUnmute
    | SetMediaRights
    | MuteSource
    | EndShare
    | RemoveFromMedia
    | Audit
    | EndOccurrence
)
