//! One ICE/DTLS transport and what belongs to it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use str0m::change::SdpPendingOffer;
use str0m::crypto::CryptoProvider;
use str0m::media::{MediaKind, Mid, Rid};
use str0m::net::TcpType;
use str0m::rtp::Ssrc;
use str0m::{Candidate, Rtc, RtcConfig};

use crate::codec::{codec_config, extension_map};
use crate::command::{PeerId, Role};
use crate::data::DataPipes;
use crate::event::{PeerState, PeerStats, Transport};
use crate::sdp::Credentials;
use crate::sfu::SfuConfig;
use crate::timers::Deadline;

/// How long a peer may be without a connection before it is given up.
pub(crate) const GIVE_UP: Duration = Duration::from_secs(15);
const STATS_INTERVAL: Duration = Duration::from_secs(2);
/// Bytes the library may hold per peer for its data channels.
const SCTP_BUFFER_BYTES: usize = 256 * 1024;

/// An m-section of ours on a subscriber peer.
#[derive(Debug)]
pub(crate) struct SendSection {
    pub mid: Mid,
    pub kind: MediaKind,
    /// Slot of the down-track it carries; `None`: free for the next one of its kind.
    pub down: Option<usize>,
}

/// An offer of ours that waits for its answer.
pub(crate) struct Outstanding {
    /// `None` if the offer only repeats what is agreed already.
    pub pending: Option<SdpPendingOffer>,
    /// The offer as sent.
    pub sdp: String,
    /// Sections the offer adds.
    pub added: Vec<SendSection>,
    pub ice_restart: bool,
}

/// Counters of one stream, replaced whole by each report of the library.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct StreamCounters {
    pub lost: u64,
    pub nacks: u64,
    pub plis: u64,
    pub loss_e4: u64,
}

/// One peer.
pub(crate) struct Peer {
    pub id: PeerId,
    pub role: Role,
    pub rtc: Rtc,
    pub state: PeerState,
    /// Since when it has no connection; `None` before its first description and while connected.
    pub offline_since: Option<Instant>,
    /// DTLS is up: media can be sent.
    pub secured: bool,
    pub transport: Option<Transport>,
    pub deadline: Deadline,
    /// Queued for the next flush.
    pub dirty: bool,
    /// Local ICE user names this peer is found by.
    pub ufrags: Vec<String>,
    /// Remote addresses this peer is found by.
    pub addresses: Vec<(Transport, SocketAddr)>,
    pub data: DataPipes,
    /// Publisher: which track each section feeds.
    pub receives: Vec<(Mid, usize)>,
    /// Publisher: which layer of which track each source feeds.
    pub sources: HashMap<Ssrc, Option<(usize, usize)>>,
    /// Subscriber: sections known to the client.
    pub sends: Vec<SendSection>,
    /// Subscriber: slots of the down-tracks not removed.
    pub downs: Vec<usize>,
    pub channels_offered: bool,
    pub outstanding: Option<Outstanding>,
    /// Subscriber: credentials of the last answer.
    pub remote_credentials: Option<Credentials>,
    /// The last offer, for when there is nothing new to say.
    pub last_offer: String,
    pub stats: PeerStats,
    pub streams: HashMap<(Mid, Option<Rid>), StreamCounters>,
}

impl Peer {
    pub(crate) fn new(
        id: PeerId,
        role: Role,
        config: &SfuConfig,
        crypto: &Arc<CryptoProvider>,
        now: Instant,
    ) -> Self {
        let mut builder = RtcConfig::new()
            .set_crypto_provider(Arc::clone(crypto))
            .set_dtls_cert(config.certificate.0.clone())
            .set_ice_lite(true)
            .set_rtp_mode(true)
            .set_stats_interval(Some(STATS_INTERVAL))
            .set_sctp_max_buffered_amount(SCTP_BUFFER_BYTES)
            .set_extension_map(extension_map(role));
        *builder.codec_config() = codec_config(role);
        let mut rtc = builder.build(now);
        for candidate in local_candidates(config) {
            rtc.add_local_candidate(candidate);
        }
        Peer {
            id,
            role,
            rtc,
            state: PeerState::Connecting,
            offline_since: None,
            secured: false,
            transport: None,
            deadline: Deadline::default(),
            dirty: false,
            ufrags: Vec::new(),
            addresses: Vec::new(),
            data: DataPipes::default(),
            receives: Vec::new(),
            sources: HashMap::new(),
            sends: Vec::new(),
            downs: Vec::new(),
            channels_offered: false,
            outstanding: None,
            remote_credentials: None,
            last_offer: String::new(),
            stats: PeerStats::default(),
            streams: HashMap::new(),
        }
    }

    /// Whether it will never send or receive again.
    pub(crate) fn over(&self) -> bool {
        matches!(self.state, PeerState::Failed | PeerState::Closed)
    }

    /// Counters as of now.
    pub(crate) fn snapshot(&self) -> PeerStats {
        let mut stats = self.stats;
        for stream in self.streams.values() {
            stats.lost += stream.lost;
            stats.nacks += stream.nacks;
            stats.plis += stream.plis;
            stats.loss_e4 = stats.loss_e4.max(stream.loss_e4);
        }
        stats
    }
}

fn local_candidates(config: &SfuConfig) -> impl Iterator<Item = Candidate> {
    let udp = config
        .udp_candidates
        .iter()
        .map(|addr| Candidate::builder().udp().host(*addr).build());
    let tcp = config.tcp_candidates.iter().map(|addr| {
        Candidate::builder()
            .tcp()
            .host(*addr)
            .tcptype(TcpType::Passive)
            .build()
    });
    udp.chain(tcp).filter_map(Result::ok)
}
