"""Media grants: LiveKit access tokens (JWT, HS256), signed here with the key pair's secret.

Written with PyJWT alone because livekit-api takes half a second to import and a grant is needed in the first
moments after a restart; a test holds the result to livekit-api's own verifier.
Format: https://docs.livekit.io/home/get-started/authentication/
"""

from __future__ import annotations

from datetime import datetime, timedelta

import jwt

from preau.meet.domain.ids import OccurrenceId, ParticipantId

GRANT_LIFE = timedelta(minutes=10)
SOURCES = ("camera", "microphone", "screen_share", "screen_share_audio")


def sign_grant(
    key: str, secret: str, *, room: OccurrenceId, identity: ParticipantId, name: str, now: datetime
) -> str:
    """The least that a participant needs: enter this room, publish the four sources, receive."""
    claims = {
        "iss": key,
        "sub": identity,
        "nbf": int(now.timestamp()),
        "exp": int((now + GRANT_LIFE).timestamp()),
        "name": name,
        "video": {
            "roomJoin": True,
            "room": room,
            "canPublish": True,
            "canPublishSources": list(SOURCES),
            "canSubscribe": True,
            "canPublishData": False,
            "canUpdateOwnMetadata": False,
        },
    }
    return jwt.encode(claims, secret, algorithm="HS256")
