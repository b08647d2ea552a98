#!/usr/bin/env bash
# aiortc 1.16.0: one section without a codec that it knows makes it refuse the whole offer.
# Expected: that section is rejected with port 0 in the answer and the others go on (RFC 8829, section 5.3.1).
# Seen: OperationError on setRemoteDescription, which names "send parameters"; the sound beside a VP9 picture is lost with it.
source "$(dirname "$0")/common.sh"
install aiortc==1.16.0
run <<'PY'
import asyncio
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.exceptions import OperationError
def section(mid, kind, number, codec):
    return (
        f"m={kind} 9 UDP/TLS/RTP/SAVPF {number}\r\nc=IN IP4 0.0.0.0\r\na=mid:{mid}\r\na=ice-ufrag:abcd\r\n"
        "a=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=setup:actpass\r\na=rtcp-mux\r\na=sendonly\r\n"
        f"a=fingerprint:sha-256 {':'.join(['AA'] * 32)}\r\na=rtpmap:{number} {codec}\r\n"
    )
HEAD = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n"
async def taken(codec):
    peer = RTCPeerConnection()
    offer = HEAD + section(0, "audio", 111, "opus/48000/2") + section(1, "video", 98, codec)
    try:
        await peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
    except OperationError as refusal:
        return str(refusal)
    finally:
        await peer.close()
    return "taken"
known, unknown = asyncio.run(taken("VP8/90000")), asyncio.run(taken("VP9/90000"))
print(known, "|", unknown)
assert known == "taken"
assert unknown == "Failed to set remote video description send parameters"
PY
