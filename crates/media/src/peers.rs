//! Opening and ending peers, tracks and down-tracks, and the commands that are neither negotiation nor packets.

use std::time::Instant;

use str0m::Candidate;

use crate::command::{DataChannel, DownId, PeerId, RequestId, Role, TrackId};
use crate::down::{Down, Stage};
use crate::event::{AudioLevel, Event, PeerState, PeerStats, Stats};
use crate::peer::{GIVE_UP, Peer};
use crate::rtcp::share_e4;
use crate::sfu::Sfu;

impl Sfu {
    pub(crate) fn open_peer(&mut self, id: PeerId, role: Role, now: Instant) {
        if self.peer_slots.contains_key(&id) {
            return;
        }
        let peer = Peer::new(id, role, &self.config, &self.crypto, now);
        let slot = self.peers.insert(peer);
        self.peer_slots.insert(id, slot);
        self.learn_ufrag(slot);
    }

    pub(crate) fn close_peer(&mut self, id: PeerId, now: Instant) {
        let Some(slot) = self.peer_slots.remove(&id) else {
            return;
        };
        // Farewell first, so that the client need not find out by silence.
        if let Some(peer) = self.peers.get_mut(slot)
            && !peer.over()
        {
            let _ = peer.rtc.close();
            self.wake(slot, now);
        }
        let Some(mut peer) = self.peers.try_remove(slot) else {
            return;
        };
        for (_, track) in peer.receives.drain(..) {
            self.end_track(track);
        }
        for down in peer
            .downs
            .drain(..)
            .chain(peer.sends.drain(..).filter_map(|section| section.down))
        {
            self.drop_down(down);
        }
        self.routes.retain(|_, owner| *owner != slot);
        self.ufrags.retain(|_, owner| *owner != slot);
        let farewell = self.outbox.iter().filter(|(owner, _)| *owner == slot);
        peer.stats.packets_out += farewell.count() as u64;
        add_stats(&mut self.counters.closed, &peer.snapshot());
        self.events.push_back(Event::PeerState {
            peer: id,
            state: PeerState::Closed,
        });
    }

    /// Lets datagrams with the peer's present local user name find it.
    pub(crate) fn learn_ufrag(&mut self, slot: usize) {
        if let Some(peer) = self.peers.get_mut(slot) {
            let ufrag = peer.rtc.direct_api().local_ice_credentials().ufrag;
            if !peer.ufrags.contains(&ufrag) {
                peer.ufrags.push(ufrag.clone());
                self.ufrags.insert(ufrag, slot);
            }
        }
    }

    /// Notes and reports a change of state; false if it is none.
    pub(crate) fn set_peer_state(&mut self, slot: usize, state: PeerState, now: Instant) -> bool {
        let Some(peer) = self.peers.get_mut(slot) else {
            return false;
        };
        if peer.over() || peer.state == state {
            return false;
        }
        peer.state = state;
        peer.offline_since = (state != PeerState::Connected).then_some(now);
        self.events.push_back(Event::PeerState {
            peer: peer.id,
            state,
        });
        true
    }

    /// The transport cannot be used again.
    pub(crate) fn fail(&mut self, slot: usize) {
        let Some(peer) = self.peers.get_mut(slot) else {
            return;
        };
        // While closing on command the peer is already out of the table of names.
        if peer.over() || !self.peer_slots.contains_key(&peer.id) {
            return;
        }
        peer.state = PeerState::Failed;
        peer.offline_since = None;
        self.events.push_back(Event::PeerState {
            peer: peer.id,
            state: PeerState::Failed,
        });
    }

    pub(crate) fn end_track(&mut self, slot: usize) {
        let Some(track) = self.tracks.try_remove(slot) else {
            return;
        };
        self.track_slots.remove(&track.id);
        self.rings.close(slot);
        for down in &track.downs {
            if let Some(down) = self.downs.get_mut(*down) {
                down.source = None;
                if let Some(peer) = self.peers.get_mut(down.peer) {
                    peer.pending.retain(|packet| packet.track != slot);
                }
            }
        }
        self.events.push_back(Event::TrackEnded { track: track.id });
    }

    pub(crate) fn add_down(
        &mut self,
        peer: PeerId,
        down: DownId,
        track: TrackId,
        stream_id: String,
        track_sid: String,
    ) {
        let Some(peer_slot) = self.peer_slots.get(&peer).copied() else {
            return;
        };
        let Some(peer) = self.peers.get_mut(peer_slot) else {
            return;
        };
        if peer.role != Role::Subscriber || self.down_slots.contains_key(&down) {
            return;
        }
        let slot = self
            .downs
            .insert(Down::new(down, peer_slot, track, stream_id, track_sid));
        self.down_slots.insert(down, slot);
        peer.downs.push(slot);
    }

    pub(crate) fn remove_down(&mut self, peer: PeerId, down: DownId) {
        let owner = self.peer_slots.get(&peer).copied();
        let Some(slot) = self.down_slots.get(&down).copied() else {
            return;
        };
        if self.downs.get(slot).map(|down| down.peer) != owner {
            return;
        }
        if let Some(peer) = owner.and_then(|owner| self.peers.get_mut(owner)) {
            peer.downs.retain(|known| *known != slot);
            let offered = peer
                .outstanding
                .iter_mut()
                .flat_map(|offer| &mut offer.added);
            for section in peer.sends.iter_mut().chain(offered) {
                section.down = section.down.filter(|known| *known != slot);
            }
        }
        self.drop_down(slot);
    }

    /// Forgets a down-track that no peer refers to any more.
    fn drop_down(&mut self, slot: usize) {
        let Some(down) = self.downs.try_remove(slot) else {
            return;
        };
        self.down_slots.remove(&down.id);
        if let Some(peer) = self.peers.get_mut(down.peer) {
            peer.down_of.retain(|_, owner| *owner != slot);
            if let (Some(sender), Some(outlet)) = (&mut peer.sender, down.outlet) {
                sender.outlets.try_remove(outlet);
                peer.pending.retain(|packet| packet.outlet != outlet);
            }
        }
        if let Some(track) = self
            .track_slots
            .get(&down.track)
            .and_then(|track| self.tracks.get_mut(*track))
        {
            track.downs.retain(|known| *known != slot);
        }
    }

    pub(crate) fn set_down(&mut self, down: DownId, enabled: bool, max_layer: u8, now: Instant) {
        let Some(slot) = self.down_slots.get(&down).copied() else {
            return;
        };
        let Some(down) = self.downs.get_mut(slot) else {
            return;
        };
        let was_enabled = std::mem::replace(&mut down.enabled, enabled);
        down.max_layer = usize::from(max_layer.min(2));
        if was_enabled != enabled {
            self.restart_down(slot, now);
            return;
        }
        let (max_layer, present) = (down.max_layer, down.source.map(|source| source.layer));
        let flowing = down.flowing() && down.stage == Stage::Agreed;
        let Some(track_slot) = self
            .track_slots
            .get(&down.track)
            .copied()
            .filter(|_| flowing)
        else {
            return;
        };
        let best = self
            .tracks
            .get(track_slot)
            .and_then(|track| track.best_layer(max_layer));
        if let Some(best) = best.filter(|best| Some(*best) != present) {
            self.ask_key_frame(track_slot, best, true, now);
        }
    }

    pub(crate) fn set_track_muted(&mut self, track: TrackId, muted: bool, now: Instant) {
        let Some(track) = self
            .track_slots
            .get(&track)
            .and_then(|slot| self.tracks.get_mut(*slot))
        else {
            return;
        };
        if std::mem::replace(&mut track.muted, muted) == muted {
            return;
        }
        track.level = Default::default();
        for down in track.downs.clone() {
            self.restart_down(down, now);
        }
    }

    pub(crate) fn send_data(&mut self, peer: PeerId, channel: DataChannel, payload: Vec<u8>) {
        let Some(slot) = self.peer_slots.get(&peer).copied() else {
            return;
        };
        let Some(peer) = self.peers.get_mut(slot) else {
            return;
        };
        if peer.over() || !peer.data.send(channel, payload, &mut peer.rtc) {
            self.counters.data_dropped += 1;
            return;
        }
        self.mark_dirty(slot);
    }

    /// We are ICE-lite: we send no checks, so a candidate of the client is of no use to us beyond being well-formed.
    pub(crate) fn add_candidate(&mut self, candidate: &str) {
        let line = candidate.strip_prefix("a=").unwrap_or(candidate);
        if Candidate::from_sdp_string(line).is_err() {
            self.counters.bad_candidates += 1;
        }
    }

    pub(crate) fn report_stats(&mut self, request: RequestId) {
        let mut total = self.counters.closed;
        let mut peers = Vec::with_capacity(self.peers.len());
        for (_, peer) in &self.peers {
            let mut snapshot = peer.snapshot();
            let outlets = peer.sender.iter().flat_map(|sender| &sender.outlets);
            let outlets = outlets.map(|(_, outlet)| outlet);
            let worst = outlets.map(|outlet| share_e4(outlet.fraction_lost)).max();
            snapshot.loss_e4 = snapshot.loss_e4.max(worst.unwrap_or(0));
            add_stats(&mut total, &snapshot);
            peers.push((peer.id, snapshot));
        }
        peers.sort_unstable_by_key(|(id, _)| *id);
        let stats = Stats {
            peers,
            total,
            unroutable: self.counters.unroutable,
            bad_candidates: self.counters.bad_candidates,
            data_dropped: self.counters.data_dropped,
        };
        self.events.push_back(Event::Stats { request, stats });
    }

    pub(crate) fn report_levels(&mut self) {
        let mut levels = Vec::new();
        for (_, track) in &mut self.tracks {
            if let Some((level_dbov, active)) = track.level.take() {
                levels.push(AudioLevel {
                    track: track.id,
                    level_dbov,
                    active,
                });
            }
        }
        if levels.is_empty() {
            return;
        }
        // A report nobody has fetched yet is superseded, so that a slow reader does not collect them.
        self.events
            .retain(|event| !matches!(event, Event::AudioLevels { .. }));
        self.events.push_back(Event::AudioLevels { levels });
    }

    /// Leaves out more for receivers whose way was full since the last tick, and less for those whose way was not.
    fn weigh_pressure(&mut self, now: Instant) {
        for (_, peer) in &mut self.peers {
            if let Some(sender) = &mut peer.sender {
                let fullness = std::mem::take(&mut sender.fullness);
                peer.thinning.felt(fullness, now);
            }
            peer.thinning.relax(now);
        }
    }

    /// What is due every 100 ms.
    pub(crate) fn tick(&mut self, now: Instant) {
        self.weigh_pressure(now);
        self.tick_tracks(now);
        self.queue_reports(now);
        let lost = |peer: &Peer| {
            peer.offline_since
                .is_some_and(|since| now >= since + GIVE_UP)
        };
        let overdue: Vec<usize> = self
            .peers
            .iter()
            .filter(|(_, peer)| lost(peer))
            .map(|(slot, _)| slot)
            .collect();
        for slot in overdue {
            self.fail(slot);
        }
    }
}

fn add_stats(total: &mut PeerStats, part: &PeerStats) {
    total.packets_in += part.packets_in;
    total.packets_out += part.packets_out;
    total.bytes_in += part.bytes_in;
    total.bytes_out += part.bytes_out;
    total.lost += part.lost;
    total.nacks += part.nacks;
    total.plis += part.plis;
    total.refused += part.refused;
    total.left_out += part.left_out;
}
