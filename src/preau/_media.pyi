"""The media engine: peers, tracks and down-tracks, and the packets between them.

Knows nothing of rooms, participants or identities. All ids are numbers chosen by the caller (0 to 2**64 - 1),
never used again within a process. A method returns at once and fails only on its arguments: a value out of
range or a name that does not exist is ValueError, a wrong type is TypeError. Whatever can fail later is
answered by an event that carries the `request` number of its command. Ids that do not exist (any more) are
ignored. Commands are carried out in the order they are given, except that `close_peer`, `remove_down` and
`set_track_muted` go ahead of all others that wait. What waits for a peer that is closed is never done.
"""

from collections.abc import Sequence
from typing import Any, Literal, Self, final

__all__ = ["Engine"]

@final
class Engine:
    """A running engine with its own thread and sockets.

    Events are tuples that start with a name:

    * `("answered", peer, request, sdp, [(mid, track, mime, [rid, …]), …], [track, …])`: the answer to
      `accept_offer`, one entry per received track; mime of the chosen codec in lower case (`video/vp8`), rids
      from the lowest layer to the highest. Last come the tracks whose sections were refused, because they
      offer no codec that is forwarded.
    * `("offered", peer, request, sdp)`: the offer made by `negotiate`.
    * `("agreed", peer, request, [(down, mid), …])`: `accept_answer` succeeded.
    * `("refused", peer, request, code, detail)`: a negotiation command failed; `detail` is one plain
      sentence. Codes: `bad-sdp`, `unknown-peer`, `wrong-state`.
    * `("peer_state", peer, state)`: `connecting`, `connected`, `disconnected` (may come back), `failed` (gave
      up after 15 s) or `closed`.
    * `("peer_transport", peer, "udp" | "tcp")`: a candidate pair was nominated, or moved to another carrier.
    * `("track_started", track, layer)`: first packet of that layer, 0 for audio and without simulcast.
    * `("track_ended", track)`
    * `("down_started", down)`: first packet sent on it.
    * `("data", peer, "reliable" | "lossy", payload)`
    * `("data_open", peer, "reliable" | "lossy")`
    * `("audio_levels", [(track, level_dbov, active), …])`: tracks heard since the last report, at most every
      400 ms; 0 is loudest, 127 silence (RFC 6464).
    * `("stats", request, {…})`: counters since the start: `packets_in`, `packets_out`, `bytes_in`,
      `bytes_out`, `lost`, `nacks`, `plis`, `refused` (datagrams beyond the share of their peer),
      `left_out` (packets of pictures not sent because there was no room),
      `unroutable` (datagrams of no peer), `bad_candidates`, `data_dropped`, `socket_dropped`; and `peers`, a
      mapping from peer to its own counters, with `rtt_us`, `loss_e4` (loss in 1/10000), and of the last
      second a receiver reported on `offered_bps`, `delivered_bps`, `delay_change_us` (how much longer
      packets were on their way at its end) and `remb_bps` (what it believes its link to carry).
    """

    def __new__(
        cls,
        *,
        udp_host: str,
        udp_port: int,
        tcp_port: int | None,
        advertised: Sequence[str] = ...,
        srtp: Sequence[str] | None = None,
        segmentation: bool = True,
    ) -> Self:
        """Binds one UDP socket and, unless `tcp_port` is None, one ICE-TCP listener; starts the media thread.

        `udp_host` is an IP address, for both sockets; a loopback one means this machine alone. Port 0 is any
        free one. `advertised` are IP addresses to put into host candidates instead of the bound ones. `srtp`
        names the SRTP profiles that may be agreed on, the best first: "aes-128-gcm", "aes-256-gcm",
        "aes-128-cm-sha1"; None is all three in this order. `segmentation` lets the kernel be given several
        datagrams as one (UDP_SEGMENT). OSError with its errno when a port cannot be bound, ValueError for a
        wrong argument.
        """

    @property
    def udp_port(self) -> int:
        """The bound UDP port."""

    @property
    def tcp_port(self) -> int | None:
        """The bound TCP port."""

    @property
    def fingerprint(self) -> str:
        """Of the DTLS certificate, as in SDP: `sha-256 AB:CD:…`."""

    def fileno(self) -> int:
        """A descriptor that is readable while events wait, for `loop.add_reader`.

        Valid as long as the object.
        """

    def take_events(self) -> list[tuple[Any, ...]]:
        """Every event since the last call, in order. RuntimeError when the media thread died: the engine is
        lost.

        The queue grows with what is asked of the engine, not with its traffic: levels that wait are merged,
        lossy data beyond 4096 waiting messages is dropped and counted.
        """

    def close(self) -> None:
        """Ends the media thread, waits for it and frees the ports.

        Commands have no effect afterwards. Idempotent.
        """

    def open_peer(self, peer: int, role: Literal["publisher", "subscriber"]) -> None:
        """Creates a peer: one ICE and DTLS transport.

        The client offers on a publisher peer, we on a subscriber.
        """

    def close_peer(self, peer: int) -> None:
        """Ends a peer, its tracks and down-tracks."""

    def accept_offer(
        self, peer: int, request: int, sdp: str, receive: Sequence[tuple[str, int, str, bool, int]]
    ) -> None:
        """The client's offer on a publisher peer; answered by `answered` or `refused`.

        `receive` names each section that carries a published track: mid, track, preferred mime (`video/vp8`,
        `audio/opus`, empty for any), stereo, and the bit/s that its layers were announced with together (0:
        nothing was said). What a client sends much beyond that is dropped. Other sections are answered
        without a track. A track whose mid is not named again, or inactive in the offer, ends.
        """

    def add_down(self, peer: int, down: int, track: int, stream_id: str, track_sid: str) -> None:
        """Wants a copy of `track` on a subscriber peer, with the msid `stream_id track_sid`; see
        `negotiate`."""

    def remove_down(self, peer: int, down: int) -> None:
        """Stops a down-track at once; its section becomes inactive with the next `negotiate`."""

    def negotiate(self, peer: int, request: int, ice_restart: bool) -> None:
        """Makes an offer of what is wanted of a subscriber peer; answered by `offered` or `refused`.

        At most one offer may be unanswered. The first one brings the data channels.
        """

    def accept_answer(self, peer: int, request: int, sdp: str) -> None:
        """The client's answer to the last offer; answered by `agreed` or `refused`."""

    def add_candidate(self, peer: int, candidate: str) -> None:
        """A trickled `candidate:…` line. What cannot be parsed is counted and ignored."""

    def set_down(self, down: int, enabled: bool, max_layer: int) -> None:
        """Switches forwarding on or off and bounds the layer: 0 low, 1 middle, 2 high.

        Audio has no layers.
        """

    def set_track_muted(self, track: int, muted: bool) -> None:
        """A muted track is neither forwarded nor reported as audible. Unmuting asks for a key frame."""

    def send_data(self, peer: int, channel: Literal["reliable", "lossy"], payload: bytes) -> None:
        """Sends a message; queued, up to a limit, until the channel is open."""

    def request_stats(self, request: int) -> None:
        """Answered by `stats`."""
