#!/usr/bin/env bash
# sdp-transform 3.0.0: the type of a field depends on the characters that happen to be in it.
# Expected: a user fragment, which may be digits alone (RFC 8839, 5.4), and a profile of H.264, which is hexadecimal (RFC 6184, 8.1),
# are texts always.
# Seen: ice-ufrag "1234" is a number beside a password of digits that is a text; profile-level-id 640032 is a number, 42e01f a text.
# A comparison by === with what signalling said fails for some calls and not for others.
source "$(dirname "$0")/common.sh"
npm install --silent --no-audit --no-fund --prefix "$folder" sdp-transform@3.0.0 >/dev/null
cd "$folder" && node <<'JS'
const { parse, parseParams } = require("sdp-transform");
const assert = require("node:assert");
const head = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n";
const ice = (ufrag) => parse(`${head}a=ice-ufrag:${ufrag}\r\na=ice-pwd:1234567890123456789012\r\n`).media[0];
const profile = (value) => parseParams(`profile-level-id=${value}`)["profile-level-id"];
const types = [ice("1234").iceUfrag, ice("12a4").iceUfrag, ice("1234").icePwd, profile("640032"), profile("42e01f")];
console.log(types.map((value) => typeof value).join(" "));
assert.deepEqual(types, [1234, "12a4", "1234567890123456789012", 640032, "42e01f"]);
JS
