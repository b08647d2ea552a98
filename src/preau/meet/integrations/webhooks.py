"""Reading LiveKit's webhooks: signed with the key pair's secret over the body's hash."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from preau.meet.domain.ids import OccurrenceId, ParticipantId
from preau.meet.services.ports import MediaNews


class LiveKitWebhooks:
    """The `MediaNewsReader` port. livekit-api is imported with the first webhook."""

    def __init__(self, key: str, secret: str) -> None:
        self._key = key
        self._secret = secret
        self._verifier: Any = None
        self._receiver: Any = None

    def is_signed(self, signature: str) -> bool:
        """Whether a signature is the media server's, of whatever body."""
        self._load()
        try:
            self._verifier.verify(signature)
        except Exception:  # The library raises whatever its parsers raise; each means: not the server's.
            return False
        return True

    def read(self, body: str, signature: str) -> MediaNews | None:
        """What a webhook says, or None when it does not come from the media server."""
        self._load()
        try:
            told = self._receiver.receive(body, signature)
        except Exception:  # The library raises whatever its parsers raise; each means: not from the server.
            return None
        room, identity = OccurrenceId(told.room.name), ParticipantId(told.participant.identity)
        return MediaNews(told.event, room, identity, told.num_dropped)

    def _load(self) -> None:
        if self._receiver is None:
            api = import_module("livekit.api")
            self._verifier = api.TokenVerifier(self._key, self._secret)
            self._receiver = api.WebhookReceiver(self._verifier)


class NullWebhooks:
    """No media server is configured, so nothing comes from one."""

    def is_signed(self, _signature: str) -> bool:
        """Never."""
        return False

    def read(self, _body: str, _signature: str) -> MediaNews | None:
        """Never believed."""
        return None
