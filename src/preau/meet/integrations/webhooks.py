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
        self._receiver: Any = None

    def read(self, body: str, signature: str) -> MediaNews | None:
        """What a webhook says, or None when it does not come from the media server."""
        if self._receiver is None:
            api = import_module("livekit.api")
            self._receiver = api.WebhookReceiver(api.TokenVerifier(self._key, self._secret))
        try:
            told = self._receiver.receive(body, signature)
        except Exception:  # The library raises whatever its parsers raise; each means: not from the server.
            return None
        room, identity = OccurrenceId(told.room.name), ParticipantId(told.participant.identity)
        return MediaNews(told.event, room, identity, told.num_dropped)


class NullWebhooks:
    """No media server is configured, so nothing comes from one."""

    def read(self, _body: str, _signature: str) -> MediaNews | None:
        """Never believed."""
        return None
