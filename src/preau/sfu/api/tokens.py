"""LiveKit access tokens: JWT with HS256, signed with one of the server's key pairs."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import jwt
from jwt.warnings import InsecureKeyLengthWarning

from preau.sfu.model import Admission, ParticipantKind, Permission, RoomOptions, TrackSource

#: Tolerated difference of clocks.
LEEWAY_S = 60
#: A renewed token lives at least this long.
RENEWED_S = 600
#: LiveKit's limit of room names and identities.
MAX_NAME_CHARACTERS = 256

_SOURCES = {source.name.lower(): source for source in TrackSource if source is not TrackSource.UNKNOWN}
_KINDS = {kind.name.lower(): kind for kind in ParticipantKind}


class TokenError(Exception):
    """A token that admits nobody. `code` is stable, `http_status` what to answer."""

    def __init__(self, code: str, message: str, http_status: int = 401) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.http_status = http_status


@dataclass(frozen=True, slots=True)
class Grants:
    """What a verified token says. `video` are LiveKit's video grants as they came."""

    key: str
    identity: str
    name: str
    kind: str
    metadata: str
    attributes: Mapping[str, str]
    video: Mapping[str, Any]
    room_config: Mapping[str, Any]
    expires_at_s: float
    begins_at_s: float = 0.0
    token_id: str = ""
    sha256: str = ""


def verify(token: str, secrets: Mapping[str, str], now: float) -> Grants:
    """Checks signature and times. Raises TokenError (token-missing, token-malformed, token-key-unknown,
    token-expired, token-not-valid-yet, token-signature)."""
    if not token:
        raise TokenError("token-missing", "permissions denied: an access token is needed.")
    try:
        unverified = jwt.decode(token, options={"verify_signature": False})
    except (jwt.InvalidTokenError, RecursionError) as error:
        raise TokenError("token-malformed", "invalid authorization token: it is not a JWT.") from error
    key = unverified.get("iss")
    if not isinstance(key, str) or key not in secrets:
        raise TokenError("token-key-unknown", "invalid API key: its issuer is not a key of this server.")
    claims = _verified(token, secrets[key])
    _check_times(claims, now)
    return _grants(key, claims)


def _verified(token: str, secret: str) -> dict[str, Any]:
    options: Any = {"require": ["exp"], "verify_exp": False, "verify_nbf": False, "verify_iat": False}
    options |= {"verify_sub": False, "verify_jti": False, "verify_aud": False}
    try:
        with warnings.catch_warnings():
            # LiveKit's development secret is short; what a secret should be is the operator's choice.
            warnings.simplefilter("ignore", InsecureKeyLengthWarning)
            return jwt.decode(token, secret, algorithms=["HS256"], options=options)
    except jwt.MissingRequiredClaimError as error:
        raise TokenError("token-malformed", "invalid token: it has no expiry.") from error
    except jwt.InvalidTokenError as error:
        raise TokenError("token-signature", "invalid token: the signature does not verify.") from error


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    expires, begins = claims.get("exp"), claims.get("nbf", 0)
    if not isinstance(expires, int | float) or not isinstance(begins, int | float):
        raise TokenError("token-malformed", "invalid token: its times are not numbers.")
    if now > expires + LEEWAY_S:
        raise TokenError("token-expired", "invalid token: it has expired.")
    if now < begins - LEEWAY_S:
        raise TokenError("token-not-valid-yet", "invalid token: it is not valid yet.")


def _grants(key: str, claims: Mapping[str, Any]) -> Grants:
    video = claims.get("video")
    config = claims.get("roomConfig")
    attributes = claims.get("attributes")
    identity = _text(claims, "sub") or _text(claims, "identity") or _text(claims, "jti")
    token_id = _text(claims, "jti")
    return Grants(
        key=key,
        identity=identity,
        name=_text(claims, "name"),
        kind=_text(claims, "kind"),
        metadata=_text(claims, "metadata"),
        attributes=_strings(attributes) if isinstance(attributes, dict) else {},
        video=video if isinstance(video, dict) else {},
        room_config=config if isinstance(config, dict) else {},
        expires_at_s=float(claims["exp"]),
        begins_at_s=float(claims.get("nbf", 0)),
        # Some SDKs repeat the identity here; such a token is meant to be used again.
        token_id=f"{key}:{token_id}" if token_id not in ("", identity) else "",
        sha256=_text(claims, "sha256"),
    )


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def _strings(values: Mapping[Any, Any]) -> dict[str, str]:
    return {str(key): value for key, value in values.items() if isinstance(value, str)}


def admission(grants: Grants, wanted_room: str = "") -> Admission:
    """Who may join what. Raises TokenError (token-no-join, room-missing, identity-missing, name-too-long)."""
    if grants.video.get("roomJoin") is not True:
        raise TokenError("token-no-join", "permissions denied: the token does not allow to join a room.")
    room = _text(grants.video, "room") or wanted_room
    for what, value in (("room", room), ("identity", grants.identity)):
        if not value:
            raise TokenError(f"{what}-missing", f"the token names no {what}.", 400)
        if len(value) > MAX_NAME_CHARACTERS:
            limit = MAX_NAME_CHARACTERS
            raise TokenError("name-too-long", f"{what} has at most {limit} characters.", 400)
    return Admission(
        room=room,
        identity=grants.identity,
        name=grants.name[:MAX_NAME_CHARACTERS],
        metadata=grants.metadata,
        attributes=grants.attributes,
        permission=permission(grants.video),
        kind=_KINDS.get(grants.kind.lower(), ParticipantKind.STANDARD),
        room_options=_options(grants.room_config),
        expires_at_s=grants.expires_at_s,
        begins_at_s=grants.begins_at_s,
        token_id=grants.token_id,
    )


def permission(video: Mapping[str, Any]) -> Permission:
    """Rights of a video grant. Unset: publish and subscribe yes, data as publish, own metadata no."""
    can_publish = video.get("canPublish", True) is not False
    sources = video.get("canPublishSources")
    named = sources if isinstance(sources, list) else []
    return Permission(
        can_subscribe=video.get("canSubscribe", True) is not False,
        can_publish=can_publish,
        can_publish_data=video.get("canPublishData", can_publish) is not False,
        can_publish_sources=tuple(_SOURCES[one] for one in named if isinstance(one, str) and one in _SOURCES),
        hidden=video.get("hidden") is True,
        recorder=video.get("recorder") is True,
        can_update_metadata=video.get("canUpdateOwnMetadata") is True,
        agent=video.get("agent") is True,
        can_subscribe_metrics=video.get("canSubscribeMetrics") is True,
    )


def _options(config: Mapping[str, Any]) -> RoomOptions:
    return RoomOptions(
        empty_timeout_s=_number(config, "emptyTimeout", "empty_timeout"),
        departure_timeout_s=_number(config, "departureTimeout", "departure_timeout"),
        max_participants=_number(config, "maxParticipants", "max_participants"),
        metadata=_text(config, "metadata"),
    )


def _number(config: Mapping[str, Any], *names: str) -> int:
    value = next((config[name] for name in names if name in config), 0)
    return value if isinstance(value, int) and value > 0 else 0


def renewed(who: Admission, key: str, secret: str, now: float) -> str:
    """A token with the rights a participant has now, for its reconnects."""
    rights = who.permission
    video: dict[str, Any] = {
        "roomJoin": True,
        "room": who.room,
        "canPublish": rights.can_publish,
        "canSubscribe": rights.can_subscribe,
        "canPublishData": rights.can_publish_data,
        "canUpdateOwnMetadata": rights.can_update_metadata,
    }
    if rights.can_publish_sources:
        video["canPublishSources"] = [source.name.lower() for source in rights.can_publish_sources]
    flags = {
        "hidden": rights.hidden,
        "recorder": rights.recorder,
        "agent": rights.agent,
        "canSubscribeMetrics": rights.can_subscribe_metrics,
    }
    video |= {name: True for name, is_set in flags.items() if is_set}
    claims = {
        "iss": key,
        "sub": who.identity,
        "nbf": int(now),
        "exp": int(max(now + RENEWED_S, who.expires_at_s)),
        "name": who.name,
        "metadata": who.metadata,
        "attributes": dict(who.attributes),
        "kind": who.kind.name.lower(),
        "video": video,
    }
    return sign(claims, secret)


def sign(claims: Mapping[str, Any], secret: str) -> str:
    """A signed JWT."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureKeyLengthWarning)
        return jwt.encode(dict(claims), secret, algorithm="HS256")


def for_webhook(body_sha256: str, key: str, secret: str, now: float) -> str:
    """The signature of a webhook body: base64 of its SHA-256, valid for five minutes."""
    validity = timedelta(minutes=5).total_seconds()
    return sign({"iss": key, "nbf": int(now), "exp": int(now + validity), "sha256": body_sha256}, secret)
