"""Webhook bodies: LiveKit's WebhookEvent as JSON."""

from __future__ import annotations

from google.protobuf import json_format
from livekit.protocol import webhook

from preau.sfu.rooms.effects import Notify
from preau.sfu.wire.infos import participant_message, room_message, track_message


def encode_event(event: Notify, event_id: str, created_at_s: float, dropped: int = 0) -> bytes:
    """The JSON body of one event. `dropped`: how many before it were lost; a sum has its own number."""
    message = webhook.WebhookEvent(
        event=event.event,
        id=event_id,
        created_at=int(created_at_s),
        room=room_message(event.room),
        participant=participant_message(event.participant) if event.participant else None,
        track=track_message(event.track) if event.track else None,
        num_dropped=dropped if event.times is None else event.times,
    )
    return json_format.MessageToJson(message, indent=None).encode()
