#!/usr/bin/env bash
# sdp-transform 3.0.0: a candidate that is read and written again has lost its extensions.
# Expected: what is not known is kept, as RFC 8839 (section 5.1) lets anything follow, and as unknown attributes are kept.
# Seen: `ufrag`, by which a candidate is told from one of before an ICE restart, and `network-id` are gone; `generation` stays.
source "$(dirname "$0")/common.sh"
npm install --silent --no-audit --no-fund --prefix "$folder" sdp-transform@3.0.0 >/dev/null
cd "$folder" && node <<'JS'
const { parse, write } = require("sdp-transform");
const assert = require("node:assert");
const candidate = "a=candidate:1 1 udp 2130706431 192.0.2.1 7000 typ host generation 0 ufrag abcd network-id 1";
const head = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n";
const lines = write(parse(`${head}a=x-unknown:kept\r\n${candidate}\r\n`)).split("\r\n");
const again = lines.find((line) => line.startsWith("a=candidate"));
console.log(again);
assert.equal(again, "a=candidate:1 1 udp 2130706431 192.0.2.1 7000 typ host generation 0");
assert.ok(lines.includes("a=x-unknown:kept"));
JS
