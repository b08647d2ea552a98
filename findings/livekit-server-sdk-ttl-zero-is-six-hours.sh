#!/usr/bin/env bash
# livekit-server-sdk 2.19.2 (Node): a token that is to live for 0 seconds lives for six hours.
# Expected: a token that is out of date, or an error; a text of digits such as "600" is an error too.
# Seen: ttl 0 counts as not given. Who computes what is left of a lesson gives, at its end, the longest token of all.
source "$(dirname "$0")/common.sh"
npm install --silent --no-audit --no-fund --prefix "$folder" livekit-server-sdk@2.19.2 >/dev/null
cd "$folder" && node --input-type=module <<'JS'
import assert from "node:assert";
import { createRequire } from "node:module";
const { AccessToken } = createRequire(`${process.cwd()}/`)("livekit-server-sdk");
const seconds = async (ttl) => {
  const token = new AccessToken("key", "s".repeat(32), { identity: "ann", ttl });
  token.addGrant({ roomJoin: true, room: "class" });
  const { exp, nbf } = JSON.parse(Buffer.from((await token.toJwt()).split(".")[1], "base64url"));
  return exp - nbf;
};
const lives = [await seconds(1), await seconds(600), await seconds(0)];
console.log(lives);
assert.deepEqual(lives, [1, 600, 21600]);
await assert.rejects(seconds("600"), /Invalid time period format/);
JS
