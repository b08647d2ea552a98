"""What is wrong with bytes that are no message of the protocol."""

from __future__ import annotations


class WireError(Exception):
    """A frame that cannot be understood. `code` is stable, the message is one plain sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
