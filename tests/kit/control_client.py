"""A person on the control channel, without a browser: knocks, chats, and reads what the server says."""

from __future__ import annotations

import json
import secrets
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

from websockets.sync.client import connect
from websockets.typing import Subprotocol

Frame = dict[str, Any]

_ANSWER_WITHIN_S = 10.0
SUBPROTOCOL = Subprotocol("preau.control.v1")


class ControlClient:
    """One WebSocket to one meeting; frames are numbered by itself.

    `device`: the secret of the device cookie, by default of a browser never seen before. `sign_in`: that of
    an account's cookie.
    """

    def __init__(
        self, socket_url: str, code: str, *, device: str | None = None, sign_in: str | None = None
    ) -> None:
        self._address = f"{socket_url}/api/v1/meetings/{code}/control"
        self.device = device or secrets.token_urlsafe(32)
        cookies = [f"preau_device={self.device}"]
        if sign_in is not None:
            cookies.append(f"preau_signin={sign_in}")
        self._headers = {"Cookie": "; ".join(cookies)}
        self._open = ExitStack()
        self._request = 0
        self.unread: list[Frame] = []

    def __enter__(self) -> Self:
        connection = connect(
            self._address,
            subprotocols=[SUBPROTOCOL],
            additional_headers=self._headers,
            max_size=None,
            max_queue=None,
        )
        self._socket = self._open.enter_context(connection)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    @property
    def local_port(self) -> int:
        """Of this end of its connection."""
        port: int = self._socket.local_address[1]
        return port

    def send(self, type_: str, **fields: Any) -> int:
        """Sends one frame; answers its request number."""
        self._request += 1
        self._socket.send(json.dumps({"type": type_, "request": self._request, **fields}))
        return self._request

    def send_raw(self, message: str | bytes) -> None:
        self._socket.send(message)

    def receive(self) -> Frame:
        frame: Frame = json.loads(self._socket.recv(_ANSWER_WITHIN_S))
        return frame

    def answer_to(self, request: int) -> Frame:
        """The frame that answers `request`; frames before it are kept in `unread`."""
        while True:
            frame = self.receive()
            if frame.get("request") == request:
                return frame
            self.unread.append(frame)

    def ask(self, type_: str, **fields: Any) -> Frame:
        return self.answer_to(self.send(type_, **fields))

    def knock(
        self,
        name: str,
        resume: Frame | None = None,
        *,
        invitation: str | None = None,
        passcode: str | None = None,
    ) -> Frame:
        return self.ask("knock", name=name, resume=resume, invitation=invitation, passcode=passcode)

    def next(self, type_: str) -> Frame:
        """The next frame of that type; frames before it are kept in `unread`."""
        for at, frame in enumerate(self.unread):
            if frame["type"] == type_:
                return self.unread.pop(at)
        while True:
            frame = self.receive()
            if frame["type"] == type_:
                return frame
            self.unread.append(frame)

    def event(self, type_: str) -> Frame:
        """The next event of that type, less what surrounds it; what came before it is read."""
        while True:
            frame = self.next("event")
            if frame["event"]["type"] == type_:
                event: Frame = frame["event"]
                return event

    def say(self, text: str, message_id: str | None = None) -> Frame:
        return self.ask("send-chat", message_id=message_id or secrets.token_urlsafe(12), text=text)
