//! The state machine of one shard: its parts, and what its driver calls.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use slab::Slab;
use str0m::crypto::CryptoProvider;
use str0m::net::Transmit;

use crate::command::{Command, DownId, PeerId, TrackId};
use crate::config::SfuConfig;
use crate::down::Down;
use crate::egress::{Egress, Worth, path_of};
use crate::event::{Event, PeerStats, Transport};
use crate::fresh::Fresh;
use crate::keys;
use crate::peer::Peer;
use crate::rings::Rings;
use crate::rtcp::Compound;
use crate::sender::Sender;
use crate::timers::Timers;
use crate::track::Track;

/// How often liveness, throttled key-frame requests and give-up times are looked at.
const TICK: Duration = Duration::from_millis(100);
/// Longer datagrams are no RTP.
const MAX_DATAGRAM_BYTES: usize = 8192;
/// Audio levels are reported every so many ticks.
const LEVEL_TICKS: u32 = 4;

/// Counters that belong to no open peer.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    /// Sums over closed peers.
    pub closed: PeerStats,
    pub unroutable: u64,
    pub bad_candidates: u64,
    pub data_dropped: u64,
}

/// One shard: all its peers, tracks and down-tracks.
///
/// The driver's loop: any number of `command`, `packet`, `tcp_closed` and `timeout`, then `flush`, then `poll_event`
/// until it is empty, then sleep until `poll_timeout` or the next input.
pub struct Sfu {
    pub(crate) config: SfuConfig,
    pub(crate) crypto: Arc<CryptoProvider>,
    pub(crate) peers: Slab<Peer>,
    pub(crate) tracks: Slab<Track>,
    /// What was received of the tracks lately.
    pub(crate) rings: Rings,
    pub(crate) downs: Slab<Down>,
    pub(crate) peer_slots: HashMap<PeerId, usize>,
    pub(crate) track_slots: HashMap<TrackId, usize>,
    pub(crate) down_slots: HashMap<DownId, usize>,
    pub(crate) routes: HashMap<(Transport, SocketAddr), usize>,
    pub(crate) ufrags: HashMap<String, usize>,
    pub(crate) dirty: Vec<usize>,
    /// Stored packets of one track of which it is not decided yet who gets them.
    pub(crate) fresh: Vec<Fresh>,
    /// Down-tracks that may get them.
    pub(crate) receivers: Vec<usize>,
    /// Peers with media to send.
    pub(crate) sending: Vec<usize>,
    /// Packets that wait to be sent, and the senders of those peers while they are being sent.
    pub(crate) waiting: usize,
    pub(crate) ready: Vec<(usize, Box<Sender>)>,
    /// Peers that are to be told something by RTCP.
    pub(crate) reporting: Vec<usize>,
    /// Publishers heard since they were last told how they arrive, and when that is due.
    pub(crate) listening: Vec<usize>,
    pub(crate) next_feedback: Option<Instant>,
    /// The datagram being read, decrypted.
    pub(crate) plain: Vec<u8>,
    /// The RTCP packet being written.
    pub(crate) compound: Compound,
    pub(crate) timers: Timers,
    pub(crate) outbox: Vec<(usize, Transmit)>,
    pub(crate) events: VecDeque<Event>,
    pub(crate) counters: Counters,
    next_tick: Option<Instant>,
    ticks: u32,
}

impl Sfu {
    /// An empty shard.
    #[must_use]
    pub fn new(config: SfuConfig) -> Self {
        Sfu {
            config,
            crypto: Arc::new(keys::crypto()),
            peers: Slab::new(),
            tracks: Slab::new(),
            rings: Rings::default(),
            downs: Slab::new(),
            peer_slots: HashMap::new(),
            track_slots: HashMap::new(),
            down_slots: HashMap::new(),
            routes: HashMap::new(),
            ufrags: HashMap::new(),
            dirty: Vec::new(),
            fresh: Vec::new(),
            receivers: Vec::new(),
            sending: Vec::new(),
            waiting: 0,
            ready: Vec::new(),
            reporting: Vec::new(),
            listening: Vec::new(),
            next_feedback: None,
            plain: vec![0; MAX_DATAGRAM_BYTES],
            compound: Compound::default(),
            timers: Timers::default(),
            outbox: Vec::new(),
            events: VecDeque::new(),
            counters: Counters::default(),
            next_tick: None,
            ticks: 0,
        }
    }

    /// Carries out one command. What it causes is reported by events.
    pub fn command(&mut self, command: Command, now: Instant) {
        self.distribute();
        match command {
            Command::OpenPeer { peer, role } => self.open_peer(peer, role, now),
            Command::ClosePeer { peer } => self.close_peer(peer, now),
            Command::AcceptOffer {
                peer,
                request,
                sdp,
                receive,
            } => {
                self.accept_offer(peer, request, &sdp, &receive, now);
            }
            Command::AddDown {
                peer,
                down,
                track,
                stream_id,
                track_sid,
            } => {
                self.add_down(peer, down, track, stream_id, track_sid);
            }
            Command::RemoveDown { peer, down } => self.remove_down(peer, down),
            Command::Negotiate {
                peer,
                request,
                ice_restart,
            } => self.negotiate(peer, request, ice_restart, now),
            Command::AcceptAnswer { peer, request, sdp } => {
                self.accept_answer(peer, request, &sdp, now)
            }
            Command::AddCandidate { candidate, .. } => self.add_candidate(&candidate),
            Command::SetDown {
                down,
                enabled,
                max_layer,
            } => self.set_down(down, enabled, max_layer, now),
            Command::SetTrackMuted { track, muted } => self.set_track_muted(track, muted, now),
            Command::SendData {
                peer,
                channel,
                payload,
            } => self.send_data(peer, channel, payload),
            Command::RequestStats { request } => self.report_stats(request),
        }
        if self.next_tick.is_none() && !self.peers.is_empty() {
            self.next_tick = Some(now + TICK);
        }
    }

    /// Does what has become due; call when `poll_timeout` has passed.
    pub fn timeout(&mut self, now: Instant) {
        self.distribute();
        while let Some(entry) = self.timers.pop_due(now) {
            let slot = entry.1;
            let Some(peer) = self.peers.get_mut(slot) else {
                continue;
            };
            if self.timers.is_due(entry, &mut peer.deadline, now) {
                self.mark_dirty(slot);
            }
        }
        if self.next_feedback.is_some_and(|at| at <= now) {
            self.feedback_due();
        }
        if self.next_tick.is_some_and(|at| at <= now) {
            self.next_tick = (!self.peers.is_empty()).then(|| now + TICK);
            self.ticks = self.ticks.wrapping_add(1);
            self.tick(now);
            if self.ticks.is_multiple_of(LEVEL_TICKS) {
                self.report_levels();
            }
        }
    }

    /// When `timeout` wants to be called next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        [self.timers.next(), self.next_tick, self.next_feedback]
            .into_iter()
            .flatten()
            .min()
    }

    /// Hands every waiting datagram to `egress`. Call after each batch of commands, packets or timeouts: packets to the
    /// same receiver then leave together.
    pub fn flush(&mut self, egress: &mut dyn Egress, now: Instant) {
        self.distribute();
        self.send_media(egress, now);
        self.flush_others(egress, now);
    }

    /// As [`Sfu::flush`], but leaves media waiting.
    pub fn flush_others(&mut self, egress: &mut dyn Egress, now: Instant) {
        self.send_outbox(egress);
        while let Some(slot) = self.dirty.pop() {
            if let Some(peer) = self.peers.get_mut(slot) {
                peer.dirty = false;
                self.wake(slot, now);
                self.send_outbox(egress);
            }
        }
        self.send_reports(egress, now);
    }

    /// The next report, if any.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Queues a peer for the next flush.
    pub(crate) fn mark_dirty(&mut self, slot: usize) {
        if let Some(peer) = self.peers.get_mut(slot)
            && !peer.dirty
        {
            peer.dirty = true;
            self.dirty.push(slot);
        }
    }

    fn send_outbox(&mut self, egress: &mut dyn Egress) {
        for (slot, transmit) in self.outbox.drain(..) {
            let payload: &[u8] = &transmit.contents;
            if let Some(peer) = self.peers.get_mut(slot) {
                peer.stats.packets_out += 1;
                peer.stats.bytes_out += payload.len() as u64;
            }
            egress.send(
                path_of(&transmit),
                Worth::Vital,
                payload.len(),
                &mut |room| {
                    room.copy_from_slice(payload);
                    true
                },
            );
        }
    }
}
