"""What a media server sends over loopback: when each packet left, by the kernel's clock. Needs root."""

from __future__ import annotations

import ctypes
import socket
import struct
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

#: A stream: the receiver's port, and the source within.
Stream = tuple[int, int]
_ETHERNET_BYTES, _UDP_HEADER_BYTES = 14, 8
_RTCP_TYPES = range(192, 224)
_ALL_FRAMES = 3
_OUTGOING = 4
_SO_ATTACH_FILTER, _SO_TIMESTAMPNS, _SO_RCVBUFFORCE = 26, 35, 33
_BUFFER_BYTES = 64 * 1024 * 1024
_KEPT_BYTES = 96


class Packets:
    """Times of packets by stream, in seconds since 1970; may be read while more come."""

    def __init__(self) -> None:
        self._times: dict[Stream, list[float]] = defaultdict(list)
        self._lock = threading.Lock()

    def add(self, stream: Stream, at_s: float) -> None:
        """One packet."""
        with self._lock:
            self._times[stream].append(at_s)

    def streams(self) -> set[Stream]:
        """All that were seen."""
        with self._lock:
            return set(self._times)

    def last_s(self, streams: set[Stream]) -> float:
        """When the last packet of some streams left; 0 if none did."""
        with self._lock:
            return max(
                (self._times[stream][-1] for stream in streams if self._times.get(stream)), default=0.0
            )

    def count(self, streams: set[Stream], begin_s: float, end_s: float) -> int:
        """How many packets of some streams left within a span."""
        with self._lock:
            return sum(begin_s <= at_s < end_s for stream in streams for at_s in self._times.get(stream, ()))

    def longest_gap_s(self, stream: Stream, begin_s: float, end_s: float) -> float:
        """The longest time without a packet of a stream within a span, its ends included."""
        with self._lock:
            inside = [at_s for at_s in self._times[stream] if begin_s <= at_s <= end_s]
        marks = [begin_s, *inside, end_s]
        return max(later - earlier for earlier, later in pairwise(marks))


@contextmanager
def watched(udp_port: int) -> Iterator[Packets]:
    """Notes every RTP packet that leaves from a UDP port over loopback."""
    packets, ended = Packets(), threading.Event()
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL_FRAMES)) as raw:
        raw.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER_BYTES)
        raw.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        _only_from(raw, udp_port)
        raw.bind(("lo", 0))
        raw.settimeout(0.2)
        reading = threading.Thread(target=_read, args=(raw, packets, ended), daemon=True)
        reading.start()
        try:
            yield packets
        finally:
            ended.set()
            reading.join()


def _only_from(raw: socket.socket, udp_port: int) -> None:
    """Has the kernel drop everything but UDP over IPv4 from that port (tcpdump's code for it)."""
    code = [
        (0x28, 0, 0, 12),
        (0x15, 0, 8, 0x0800),
        (0x30, 0, 0, 23),
        (0x15, 0, 6, socket.IPPROTO_UDP),
        (0x28, 0, 0, 20),
        (0x45, 4, 0, 0x1FFF),
        (0xB1, 0, 0, 14),
        (0x48, 0, 0, 14),
        (0x15, 0, 1, udp_port),
        (0x06, 0, 0, _KEPT_BYTES),
        (0x06, 0, 0, 0),
    ]
    lines = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in code))
    program = struct.pack("HL", len(code), ctypes.addressof(lines))
    raw.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)


def _read(raw: socket.socket, packets: Packets, ended: threading.Event) -> None:
    while not ended.is_set():
        try:
            frame, notes, _flags, address = raw.recvmsg(_KEPT_BYTES, 64)
        except TimeoutError:
            continue
        # Loopback shows each packet twice: as it leaves, and as it comes in.
        if address[2] == _OUTGOING or not notes:
            continue
        seconds, nanoseconds = struct.unpack("qq", notes[0][2])
        udp = _ETHERNET_BYTES + (frame[_ETHERNET_BYTES] & 15) * 4
        rtp = udp + _UDP_HEADER_BYTES
        if len(frame) < rtp + 12 or frame[rtp] >> 6 != 2 or frame[rtp + 1] in _RTCP_TYPES:
            continue
        (port,) = struct.unpack_from("!H", frame, udp + 2)
        (source,) = struct.unpack_from("!I", frame, rtp + 8)
        packets.add((port, source), seconds + nanoseconds / 1e9)
