//! What the control plane may ask of the engine. One variant per method of the Python face.

/// One ICE/DTLS transport: one `RTCPeerConnection` of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PeerId(pub u64);

/// One incoming track of a publisher peer, all its layers together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TrackId(pub u64);

/// One outgoing copy of a track on a subscriber peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DownId(pub u64);

/// Correlates an asynchronous answer with its command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub u64);

/// Which way media flows on a peer (LiveKit's dual topology).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The client offers and sends; we only receive.
    Publisher,
    /// We offer and send; the client only receives.
    Subscriber,
}

impl Role {
    /// The name used by the Python face.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Publisher => "publisher",
            Role::Subscriber => "subscriber",
        }
    }
}

/// The two data channels every peer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DataChannel {
    /// `_reliable`: ordered, retransmitted.
    Reliable,
    /// `_lossy`: unordered, never retransmitted.
    Lossy,
}

/// One m-section of an offer that carries a published track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receive {
    /// The section's `a=mid`.
    pub mid: String,
    /// The track to be fed from it.
    pub track: TrackId,
    /// Preferred codec as lower-case mime (`video/vp8`, `video/h264`, `audio/opus`); empty: any.
    pub mime: String,
    /// Whether the answer invites stereo Opus.
    pub stereo: bool,
    /// What its layers were announced with together, in bit/s; 0: nothing was said. More than a little above it is
    /// not taken in.
    pub announced_bps: u32,
}

/// A request of the control plane. Never fails synchronously.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Creates a peer; a second one with the same id is ignored.
    OpenPeer { peer: PeerId, role: Role },
    /// Ends a peer, its tracks and its down-tracks.
    ClosePeer { peer: PeerId },
    /// The client's offer on a publisher peer. Answered by `Answered` or `Refused`.
    AcceptOffer {
        peer: PeerId,
        request: RequestId,
        sdp: String,
        receive: Vec<Receive>,
    },
    /// Desires a down-track; takes effect with the next `Negotiate`.
    AddDown {
        peer: PeerId,
        down: DownId,
        track: TrackId,
        stream_id: String,
        track_sid: String,
    },
    /// Stops a down-track at once; its section becomes inactive with the next `Negotiate`.
    RemoveDown { peer: PeerId, down: DownId },
    /// Makes an offer of a subscriber peer's desired state. Answered by `Offered` or `Refused`.
    Negotiate {
        peer: PeerId,
        request: RequestId,
        ice_restart: bool,
    },
    /// The client's answer to the last offer. Answered by `Agreed` or `Refused`.
    AcceptAnswer {
        peer: PeerId,
        request: RequestId,
        sdp: String,
    },
    /// A trickled `candidate:…` line; what cannot be parsed is ignored.
    AddCandidate { peer: PeerId, candidate: String },
    /// Switches a down-track on or off and bounds its layer (0 low, 1 middle, 2 high).
    SetDown {
        down: DownId,
        enabled: bool,
        max_layer: u8,
    },
    /// A muted track is neither forwarded nor reported as audible.
    SetTrackMuted { track: TrackId, muted: bool },
    /// Sends a message; queued (bounded) until the channel opens.
    SendData {
        peer: PeerId,
        channel: DataChannel,
        payload: Vec<u8>,
    },
    /// Answered by `Stats`.
    RequestStats { request: RequestId },
}

impl Command {
    /// Whether it takes media away from somebody, or gives it back: it goes ahead of everything else that waits.
    #[must_use]
    pub fn is_act(&self) -> bool {
        matches!(
            self,
            Command::ClosePeer { .. } | Command::RemoveDown { .. } | Command::SetTrackMuted { .. }
        )
    }

    /// The peer it is about.
    #[must_use]
    pub fn peer(&self) -> Option<PeerId> {
        match self {
            Command::OpenPeer { peer, .. }
            | Command::ClosePeer { peer }
            | Command::AcceptOffer { peer, .. }
            | Command::AddDown { peer, .. }
            | Command::RemoveDown { peer, .. }
            | Command::Negotiate { peer, .. }
            | Command::AcceptAnswer { peer, .. }
            | Command::AddCandidate { peer, .. }
            | Command::SendData { peer, .. } => Some(*peer),
            Command::SetDown { .. }
            | Command::SetTrackMuted { .. }
            | Command::RequestStats { .. } => None,
        }
    }
}
