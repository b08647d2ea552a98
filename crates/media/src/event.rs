//! What the engine reports to the control plane. One variant per event tuple of the Python face.

use crate::command::{DataChannel, DownId, PeerId, RequestId, TrackId};

/// State of a peer's transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PeerState {
    /// Waiting for ICE or DTLS.
    Connecting,
    /// ICE and DTLS are up.
    Connected,
    /// ICE lost the client; it may come back.
    Disconnected,
    /// Not connected for 15 s.
    Failed,
    /// Closed by `ClosePeer`.
    Closed,
}

impl PeerState {
    /// The name used by the Python face.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            PeerState::Connecting => "connecting",
            PeerState::Connected => "connected",
            PeerState::Disconnected => "disconnected",
            PeerState::Failed => "failed",
            PeerState::Closed => "closed",
        }
    }
}

/// Why a negotiation command failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalCode {
    /// The text is not SDP, or not one we can answer.
    BadSdp,
    /// No such peer.
    UnknownPeer,
    /// The peer's role or the order of commands does not allow it.
    WrongState,
}

impl RefusalCode {
    /// The stable code used by the Python face.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            RefusalCode::BadSdp => "bad-sdp",
            RefusalCode::UnknownPeer => "unknown-peer",
            RefusalCode::WrongState => "wrong-state",
        }
    }
}

/// Carrier of a datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Transport {
    /// A UDP datagram.
    Udp,
    /// One RFC 4571 frame of an ICE-TCP connection, without its length prefix.
    Tcp,
}

impl Transport {
    /// The name used by the Python face.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Transport::Udp => "udp",
            Transport::Tcp => "tcp",
        }
    }
}

/// One received track as agreed in an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreedTrack {
    /// The section's `a=mid`.
    pub mid: String,
    /// The track.
    pub track: TrackId,
    /// Mime of the chosen codec, lower case (`video/vp8`).
    pub mime: String,
    /// Restriction identifiers from lowest layer to highest; empty without simulcast.
    pub rids: Vec<String>,
}

/// Loudness of one track since the last report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AudioLevel {
    /// The track.
    pub track: TrackId,
    /// Level as in RFC 6464: 0 (loudest) to 127 (silence), in -dBov.
    pub level_dbov: u8,
    /// Whether it is speech by level and duration.
    pub active: bool,
}

/// Counters of one peer since it was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PeerStats {
    /// Datagrams received.
    pub packets_in: u64,
    /// Datagrams sent.
    pub packets_out: u64,
    /// Bytes received, without UDP and IP headers.
    pub bytes_in: u64,
    /// Bytes sent, without UDP and IP headers.
    pub bytes_out: u64,
    /// Packets lost on the way, as the receiving side counts them.
    pub lost: u64,
    /// NACK messages received (subscriber) or sent (publisher).
    pub nacks: u64,
    /// Key-frame requests received (subscriber) or sent (publisher).
    pub plis: u64,
    /// Datagrams dropped unread, because they were more than the peer's share.
    pub refused: u64,
    /// Packets of pictures it was not sent because its way was full.
    pub left_out: u64,
    /// Round-trip time in microseconds; 0 while unknown.
    pub rtt_us: u64,
    /// Fraction lost in the last report, in units of 1/10000.
    pub loss_e4: u64,
    /// What was sent to it in the last second it reported on, what of that arrived, and what it believes its link to carry
    /// (REMB), in bit/s; 0 while unknown.
    pub offered_bps: u64,
    pub delivered_bps: u64,
    pub remb_bps: u64,
    /// By how much longer packets were on their way at the end of that second than at its beginning, in microseconds:
    /// above zero, a queue grew.
    pub delay_change_us: i64,
}

/// Counters of the engine since its start, and of every peer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stats {
    /// Per open peer.
    pub peers: Vec<(PeerId, PeerStats)>,
    /// Sums over all peers that ever were (what is no count stays 0).
    pub total: PeerStats,
    /// Datagrams that belonged to no peer.
    pub unroutable: u64,
    /// Candidate lines that could not be parsed.
    pub bad_candidates: u64,
    /// Data messages dropped because a queue was full.
    pub data_dropped: u64,
}

/// A report to the control plane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The answer to `AcceptOffer`, with one entry per received track, and the tracks whose sections were refused because
    /// they offer no codec that is forwarded.
    Answered {
        peer: PeerId,
        request: RequestId,
        sdp: String,
        tracks: Vec<AgreedTrack>,
        refused: Vec<TrackId>,
    },
    /// The offer made by `Negotiate`.
    Offered {
        peer: PeerId,
        request: RequestId,
        sdp: String,
    },
    /// `AcceptAnswer` succeeded; the mid of each down-track now in the description.
    Agreed {
        peer: PeerId,
        request: RequestId,
        downs: Vec<(DownId, String)>,
    },
    /// A negotiation command failed.
    Refused {
        peer: PeerId,
        request: RequestId,
        code: RefusalCode,
        detail: String,
    },
    /// A peer's transport changed state.
    PeerState { peer: PeerId, state: PeerState },
    /// A peer's candidate pair was nominated, or moved to another carrier.
    PeerTransport { peer: PeerId, transport: Transport },
    /// First packet of a layer of a track.
    TrackStarted { track: TrackId, layer: u8 },
    /// The track's section went away, or its peer.
    TrackEnded { track: TrackId },
    /// First packet was sent on a down-track.
    DownStarted { down: DownId },
    /// A data message of the client.
    Data {
        peer: PeerId,
        channel: DataChannel,
        payload: Vec<u8>,
    },
    /// A data channel opened.
    DataOpen { peer: PeerId, channel: DataChannel },
    /// Tracks heard in the last 400 ms.
    AudioLevels { levels: Vec<AudioLevel> },
    /// The answer to `RequestStats`.
    Stats { request: RequestId, stats: Stats },
}
