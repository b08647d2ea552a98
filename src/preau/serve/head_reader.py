"""The bytes of a request's head, before anything reads meaning into them. Pure.

The library behind forgives what no browser sends and what two servers in a row may understand differently
(RFC 9112 §2.2, §5.2, §11.2): lines that end with LF alone, lines that are continued, control characters.
Nothing of that reaches it.
"""

from __future__ import annotations

import re

from preau.serve.heads import HEAD_TOO_LARGE, UNREADABLE, Answer

MAX_HEADERS = 100
_END = b"\r\n\r\n"
#: LF without CR, CR without LF, a continued line, a control character.
_BAD = re.compile(rb"(?<!\r)\n|\r(?=[^\n])|\n(?=[ \t])|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class BadHead(Exception):
    """Bytes that begin no request; `answer` is what to say before closing."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.code)
        self.answer = answer


class HeadReader:
    """Collects bytes until a head is whole. `early`: those that came behind the request before."""

    def __init__(self, most_bytes: int, early: bytes = b"") -> None:
        self._most_bytes = most_bytes
        self._buffer = bytearray(early)
        self._looked_at = 0
        self._may_skip_line = True

    @property
    def has_begun(self) -> bool:
        """Whether there is a byte of it."""
        return bool(self._buffer)

    def receive(self, data: bytes) -> None:
        """More bytes."""
        self._buffer += data

    def take(self) -> tuple[bytes, bytes] | None:
        """The head and what came behind it, or None as long as it is not whole. Raises BadHead."""
        self._skip_line()
        end = self._buffer.find(_END, max(0, self._looked_at - len(_END) + 1))
        stop = len(self._buffer) if end < 0 else end + len(_END)
        if _BAD.search(self._buffer, max(0, self._looked_at - 1), stop):
            raise BadHead(UNREADABLE)
        if stop > self._most_bytes:
            raise BadHead(HEAD_TOO_LARGE)
        self._looked_at = stop
        if end < 0:
            return None
        head = bytes(self._buffer[:stop])
        if head.count(b"\r\n") - 2 > MAX_HEADERS:
            raise BadHead(HEAD_TOO_LARGE)
        return head, bytes(self._buffer[stop:])

    def _skip_line(self) -> None:
        """One empty line before a request is overlooked (RFC 9112 §2.2).

        Some clients send it behind a body.
        """
        if self._may_skip_line and self._buffer.startswith(b"\r\n"):
            del self._buffer[:2]
            self._looked_at = 0
            self._may_skip_line = False
        elif len(self._buffer) >= 2:
            self._may_skip_line = False
