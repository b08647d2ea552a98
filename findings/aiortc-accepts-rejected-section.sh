#!/usr/bin/env bash
# aiortc 1.16.0: a section that was offered with port 0, which means rejected, is answered as if it had been offered.
# Expected: port 0 in the answer too (RFC 3264, section 6; RFC 8829, section 5.3.1), and no transport for it.
# Seen: the answer gives the section a port of its own, outside the bundle, and the codec; a server that took the section out of use
# finds it in use again.
source "$(dirname "$0")/common.sh"
install aiortc==1.16.0
run <<'PY'
import asyncio
from aiortc import RTCPeerConnection, RTCSessionDescription
TRANSPORT = (
    "c=IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=setup:actpass\r\n"
    f"a=fingerprint:sha-256 {':'.join(['AA'] * 32)}\r\na=rtcp-mux\r\na=sendonly\r\n"
)
OFFER = (
    "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
    f"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n{TRANSPORT}a=rtpmap:111 opus/48000/2\r\n"
    f"m=video 0 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n{TRANSPORT}a=rtpmap:96 VP8/90000\r\n"
)
async def answer():
    peer = RTCPeerConnection()
    await peer.setRemoteDescription(RTCSessionDescription(OFFER, "offer"))
    await peer.setLocalDescription(await peer.createAnswer())
    said = peer.localDescription.sdp
    await peer.close()
    return [line.split(" ")[:2] for line in said.splitlines() if line.startswith("m=")]
(_, audio), (_, video) = asyncio.run(answer())
print(audio, video)
assert audio != "0"
assert video not in ("0", audio)
PY
