"""LiveKit access tokens: JWT with HS256, signed with one of the server's key pairs."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import jwt
from jwt.warnings import InsecureKeyLengthWarning

from preau.sfu.model import Admission, ParticipantKind, Permission, RoomOptions, TrackSource
from preau.sfu.wire.errors import WireError
from preau.sfu.wire.infos import kind_detail_names, kind_details_from
from preau.sfu.wire.room_service import config_from, config_of

#: Tolerated difference of clocks.
LEEWAY_S = 60
#: A renewed token lives at least this long.
RENEWED_S = 600
#: LiveKit's limit of room names, identities and names, in bytes.
MAX_NAME_BYTES = 256

_LOG = logging.getLogger("preau.sfu.tokens")
_SOURCES = {source.name.lower(): source for source in TrackSource}
_KINDS = {kind.name.lower(): kind for kind in ParticipantKind}


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_switch(value: object) -> bool:
    return isinstance(value, bool)


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_text_map(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())


#: Claims that are LiveKit's, and what they must be. A right of a wrong type is no right: nothing is guessed.
_CLAIMS: Mapping[str, Callable[[object], bool]] = {
    "name": _is_text,
    "kind": _is_text,
    "kindDetails": _is_texts,
    "metadata": _is_text,
    "attributes": _is_text_map,
    "video": _is_object,
    "roomConfig": _is_object,
    "sha256": _is_text,
}
_VIDEO: Mapping[str, Callable[[object], bool]] = {
    "room": _is_text,
    "destinationRoom": _is_text,
    "canPublishSources": _is_texts,
    **dict.fromkeys(
        (
            "roomCreate",
            "roomList",
            "roomRecord",
            "roomAdmin",
            "roomJoin",
            "canPublish",
            "canSubscribe",
            "canPublishData",
            "canUpdateOwnMetadata",
            "ingressAdmin",
            "hidden",
            "recorder",
            "agent",
            "canSubscribeMetrics",
            "canManageAgentSession",
        ),
        _is_switch,
    ),
}


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
    kind_details: tuple[int, ...]
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
    ours = _typed(claims, _CLAIMS)
    identity = _text(claims, "sub") or _text(claims, "jti")
    token_id = _text(claims, "jti")
    return Grants(
        key=key,
        identity=identity,
        name=_text(ours, "name"),
        kind=_text(ours, "kind"),
        kind_details=kind_details_from(ours.get("kindDetails", ())),
        metadata=_text(ours, "metadata"),
        attributes={
            well_formed(name): well_formed(value) for name, value in ours.get("attributes", {}).items()
        },
        video=_typed(ours.get("video", {}), _VIDEO),
        room_config=ours.get("roomConfig", {}),
        expires_at_s=float(claims["exp"]),
        begins_at_s=float(claims.get("nbf", 0)),
        # Some SDKs repeat the identity here; such a token is meant to be used again.
        token_id=f"{key}:{token_id}" if token_id not in ("", identity) else "",
        sha256=_text(ours, "sha256"),
    )


def _typed(values: Mapping[str, Any], types: Mapping[str, Callable[[object], bool]]) -> dict[str, Any]:
    """The members that have a meaning, under their names, whose case does not matter. Raises TokenError
    (token-malformed) for a value that is not of its type; null is no value."""
    names = {name.lower(): name for name in types}
    found: dict[str, Any] = {}
    for given, value in values.items():
        name = names.get(given.lower())
        if name is None or value is None:
            continue
        if not types[name](value):
            raise TokenError("token-malformed", f"invalid token: its {name} is not of the right type.")
        found[name] = value
    return found


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return well_formed(value) if isinstance(value, str) else ""


def well_formed(text: str) -> str:
    """JSON may escape halves of characters, which no message can carry: each becomes a replacement sign."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def admission(grants: Grants) -> Admission:
    """Who may join what. Raises TokenError (token-no-join, room-missing, identity-missing, name-too-long,
    token-malformed)."""
    if grants.video.get("roomJoin") is not True:
        raise TokenError("token-no-join", "permissions denied: the token does not allow to join a room.")
    room = _text(grants.video, "room")
    if not grants.identity:
        raise TokenError("identity-missing", "identity cannot be empty", 400)
    _check_length("participant identity", grants.identity)
    if not room:
        raise TokenError("room-missing", "no room name", 400)
    _check_length("room name", room)
    options = _room_options(grants.room_config)
    return Admission(
        room=room,
        identity=grants.identity,
        name=grants.name.encode()[:MAX_NAME_BYTES].decode(errors="ignore"),
        metadata=grants.metadata,
        attributes=grants.attributes,
        permission=permission(grants.video),
        kind=_KINDS.get(grants.kind.lower(), ParticipantKind.STANDARD),
        kind_details=grants.kind_details,
        room_options=options,
        expires_at_s=grants.expires_at_s,
        begins_at_s=grants.begins_at_s,
        token_id=grants.token_id,
    )


def _check_length(what: str, value: str) -> None:
    if len(value.encode()) > MAX_NAME_BYTES:
        message = f"{what} length exceeds limits: max length {MAX_NAME_BYTES}"
        raise TokenError("name-too-long", message, 400)


def permission(video: Mapping[str, Any]) -> Permission:
    """Rights of a video grant. Unset: publish and subscribe yes, data as publish, own metadata no.

    Sources narrow what may be published; names that are none allow nothing, not everything.
    """
    can_publish = video.get("canPublish", True) is True
    named = video.get("canPublishSources", ())
    sources = tuple(dict.fromkeys(_SOURCES[one] for one in named if one in _SOURCES))
    return Permission(
        can_subscribe=video.get("canSubscribe", True) is True,
        can_publish=can_publish and (bool(sources) or not named),
        can_publish_data=video.get("canPublishData", can_publish) is True,
        can_publish_sources=sources,
        hidden=video.get("hidden") is True,
        recorder=video.get("recorder") is True,
        can_update_metadata=video.get("canUpdateOwnMetadata") is True,
        agent=video.get("agent") is True,
        can_subscribe_metrics=video.get("canSubscribeMetrics") is True,
        can_manage_agent_session=video.get("canManageAgentSession") is True,
    )


def _room_options(config: Mapping[str, Any]) -> RoomOptions:
    try:
        options, unserved = config_from(config)
    except WireError as error:
        raise TokenError("token-malformed", f"invalid token: {error.message}") from error
    if unserved:
        # A join is worth more than what its room should have been made with.
        _LOG.warning("room-config-unserved: a token asks for %s, which is left out", ", ".join(unserved))
    return options


def renewed(who: Admission, key: str, secret: str, now: float) -> str:
    """A token that says what a participant is and may do in the room now, for its reconnects.

    What its first token allowed beyond the room is not prolonged.
    """
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
        "canManageAgentSession": rights.can_manage_agent_session,
    }
    video |= {name: True for name, is_set in flags.items() if is_set}
    claims: dict[str, Any] = {
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
    if who.kind_details:
        claims["kindDetails"] = kind_detail_names(who.kind_details)
    if config := config_of(who.room_options):
        claims["roomConfig"] = config
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
