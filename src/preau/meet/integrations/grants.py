"""Media grants: LiveKit access tokens (JWT, HS256), signed here with the key pair's secret.

Written with PyJWT alone because livekit-api takes half a second to import and a grant is needed in the first
moments after a restart; a test holds the result to livekit-api's own verifier.
Format: https://docs.livekit.io/home/get-started/authentication/
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt

from preau.meet.domain.ids import OccurrenceId, ParticipantId
from preau.meet.domain.media_rights import SOURCES, MediaRights

GRANT_LIFE = timedelta(seconds=60)


@dataclass(frozen=True)
class Holder:
    """Whose grant it is, for what."""

    room: OccurrenceId
    identity: ParticipantId
    name: str
    rights: MediaRights


def sign_grant(key: str, secret: str, holder: Holder, now: datetime, grant_id: str) -> str:
    """The least that a participant needs: enter this room, publish some of the four sources, perhaps receive.

    `grant_id` is unlike any other: a media server that minds it takes each grant once.
    """
    rights = holder.rights
    video: dict[str, Any] = {
        "roomJoin": True,
        "room": holder.room,
        "canPublish": bool(rights.sources),
        "canSubscribe": rights.hears,
        "canPublishData": False,
        "canUpdateOwnMetadata": False,
    }
    if rights.sources:
        # An empty list would mean every source.
        video["canPublishSources"] = [source for source in SOURCES if source in rights.sources]
    claims = {
        "iss": key,
        "sub": holder.identity,
        "jti": grant_id,
        "nbf": int(now.timestamp()),
        "exp": int((now + GRANT_LIFE).timestamp()),
        "name": holder.name,
        "video": video,
    }
    return jwt.encode(claims, secret, algorithm="HS256")
