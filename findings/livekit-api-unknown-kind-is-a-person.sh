#!/usr/bin/env bash
# livekit-api 1.2.2: a word that it does not know in a webhook is dropped, and what is left reads as the first word of the list.
# Expected: an error, or something that says that the kind is not known, since a number that is not known is kept.
# Seen: a participant of a kind that came later is of kind STANDARD, a person; whoever counts people by webhooks counts it as one.
source "$(dirname "$0")/common.sh"
install livekit-api==1.2.2
run <<'PY'
import base64, hashlib, json, time
import jwt
from livekit.api import TokenVerifier, WebhookReceiver
from livekit.protocol.models import ParticipantInfo
key, secret = "key", "s" * 32
def kind_of(word):
    body = json.dumps({"event": "participant_joined", "participant": {"identity": "x", "kind": word}})
    digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
    token = jwt.encode({"iss": key, "exp": int(time.time()) + 60, "sha256": digest}, secret, "HS256")
    return WebhookReceiver(TokenVerifier(key, secret)).receive(body, token).participant.kind
known, later, number = kind_of("AGENT"), kind_of("OF_NEXT_YEAR"), kind_of(99)
print(known, later, number)
assert known == ParticipantInfo.Kind.AGENT
assert later == ParticipantInfo.Kind.STANDARD
assert number == 99
PY
