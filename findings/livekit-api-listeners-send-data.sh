#!/usr/bin/env bash
# livekit-api 1.2.2: a grant that says nothing of data lets its holder send data, and one without publishing does too.
# Expected: that `can_publish=False` is a listener: it sends nothing.
# Seen: `canPublishData: true` and `canSubscribe: true` are in every token unless each is refused by name.
source "$(dirname "$0")/common.sh"
install livekit-api==1.2.2
run <<'PY'
from livekit.api import AccessToken, TokenVerifier, VideoGrants
key, secret = "key", "s" * 32
token = AccessToken(key, secret).with_identity("ann").with_grants(
    VideoGrants(room_join=True, room="class", can_publish=False)
)
video = TokenVerifier(key, secret).verify(token.to_jwt()).video
print(video)
assert video.can_publish is False
assert video.can_publish_data is True
assert video.can_subscribe is True
PY
