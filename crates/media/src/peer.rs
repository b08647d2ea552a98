//! One ICE/DTLS transport and what belongs to it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use str0m::change::SdpPendingOffer;
use str0m::crypto::CryptoProvider;
use str0m::media::{MediaKind, Mid};
use str0m::net::TcpType;
use str0m::{Candidate, Rtc, RtcConfig};

use crate::budget::Shares;
use crate::codec::{codec_config, extension_map};
use crate::command::{PeerId, Role};
use crate::config::SfuConfig;
use crate::data::DataPipes;
use crate::downlink::Downlink;
use crate::event::{PeerState, PeerStats, Transport};
use crate::keys::{self, KeySlot};
use crate::pending::Pending;
use crate::sdp::Credentials;
use crate::sender::Sender;
use crate::source::Turn;
use crate::srtp::Inbound;
use crate::thinning::Thinning;
use crate::timers::Deadline;
use crate::uplink::Uplink;

/// How long a peer may be without a connection before it is given up.
pub(crate) const GIVE_UP: Duration = Duration::from_secs(15);
/// str0m is given no keys and so sends no reports of its own; it need not wake up for them.
const NEVER: Duration = Duration::from_secs(3600 * 24);
/// Bytes the library may hold per peer for its data channels.
const SCTP_BUFFER_BYTES: usize = 256 * 1024;

/// An m-section of ours on a subscriber peer.
#[derive(Debug)]
pub(crate) struct SendSection {
    pub mid: Mid,
    pub kind: MediaKind,
    /// Slot of the down-track it carries.
    pub down: Option<usize>,
    /// The client answered that nothing is sent in it: the next down-track of its kind may take it.
    pub idle: bool,
}

/// An offer of ours that waits for its answer.
pub(crate) struct Outstanding {
    /// `None` if the offer only repeats what is agreed already.
    pub pending: Option<SdpPendingOffer>,
    /// The offer as the library wrote it, without our names.
    pub sdp: String,
    /// Sections the offer adds.
    pub added: Vec<SendSection>,
    pub ice_restart: bool,
}

/// An address a peer is found by, and the local one it reaches us at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Address {
    pub transport: Transport,
    pub remote: SocketAddr,
    pub local: SocketAddr,
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
    pub addresses: Vec<Address>,
    /// What it may still send.
    pub shares: Shares,
    /// Where the keys of the handshake appear.
    pub keys: KeySlot,
    /// What it is sent with; `None` only while it is being sent to.
    pub sender: Option<Box<Sender>>,
    pub inbound: Option<Inbound>,
    /// How what it is sent arrives.
    pub downlink: Downlink,
    /// Publisher: what it sends.
    pub uplink: Option<Box<Uplink>>,
    /// Publisher: waits for the next round of feedback.
    pub listening: bool,
    /// Subscriber: the down-track of each source, retransmissions included.
    pub down_of: HashMap<u32, usize>,
    /// What it is not sent while its way is full.
    pub thinning: Thinning,
    /// Media that leaves with the next flush.
    pub pending: Vec<Pending>,
    /// What its outlets have to be told before.
    pub turns: Vec<Turn>,
    /// Has media to send.
    pub sending: bool,
    pub reporting: bool,
    /// Subscriber: when it is told the clocks of its tracks next.
    pub report_due: Instant,
    pub data: DataPipes,
    /// Publisher: which track each section feeds.
    pub receives: Vec<(Mid, usize)>,
    /// Subscriber: sections known to the client.
    pub sends: Vec<SendSection>,
    /// Subscriber: slots of the down-tracks not removed.
    pub downs: Vec<usize>,
    pub channels_offered: bool,
    pub outstanding: Option<Outstanding>,
    /// Subscriber: credentials of the last answer.
    pub remote_credentials: Option<Credentials>,
    /// The last offer as the library wrote it, for when there is nothing new to say.
    pub last_offer: String,
    /// Subscriber: payload types in its answers.
    pub accepted_pts: Vec<u8>,
    pub stats: PeerStats,
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
            .set_rtcp_report_interval_audio(NEVER)
            .set_rtcp_report_interval_video(NEVER)
            .set_sctp_max_buffered_amount(SCTP_BUFFER_BYTES)
            .set_extension_map(extension_map(role));
        *builder.codec_config() = codec_config();
        let (mut rtc, keys) = keys::with_slot(&config.profiles, || builder.build(now));
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
            shares: Shares::new(now),
            keys,
            sender: Some(Box::default()),
            inbound: None,
            downlink: Downlink::default(),
            uplink: (role == Role::Publisher).then(|| Box::new(Uplink::new(now))),
            listening: false,
            down_of: HashMap::new(),
            thinning: Thinning::default(),
            pending: Vec::new(),
            turns: Vec::new(),
            sending: false,
            reporting: false,
            report_due: now,
            data: DataPipes::default(),
            receives: Vec::new(),
            sends: Vec::new(),
            downs: Vec::new(),
            channels_offered: false,
            outstanding: None,
            remote_credentials: None,
            last_offer: String::new(),
            accepted_pts: Vec::new(),
            stats: PeerStats::default(),
        }
    }

    /// Whether it will never send or receive again.
    pub(crate) fn over(&self) -> bool {
        matches!(self.state, PeerState::Failed | PeerState::Closed)
    }

    /// Whether media can be sent to it: it has the keys of both directions.
    pub(crate) fn can_send(&self) -> bool {
        self.inbound.is_some() && self.secured && !self.over()
    }

    /// Tells the outlets from where they are fed; if they are lent, as soon as they are back.
    pub(crate) fn tell_turns(&mut self) {
        if let Some(sender) = &mut self.sender {
            for turn in self.turns.drain(..) {
                if let Some(outlet) = sender.outlets.get_mut(turn.outlet) {
                    outlet.begin_span(turn.first_seq, turn.source, turn.shifts);
                }
            }
        }
    }

    /// The handshake is done: its keys serve from now on.
    pub(crate) fn secure(&mut self) {
        self.secured = true;
        if let Some(sender) = &mut self.sender
            && sender.outbound.is_none()
            && let Some((outbound, inbound)) = self.keys.directions()
        {
            sender.outbound = Some(outbound);
            self.inbound = Some(inbound);
        }
    }

    /// Counters as of now.
    pub(crate) fn snapshot(&self) -> PeerStats {
        let mut stats = self.stats;
        if let Some(sender) = &self.sender {
            stats.packets_out += sender.packets;
            stats.bytes_out += sender.bytes;
        }
        if let Some(uplink) = &self.uplink {
            uplink.add_stats(&mut stats);
        }
        self.downlink.add_stats(&mut stats);
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
