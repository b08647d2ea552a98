//! From one packet of a publisher to a packet for each of its receivers.

use std::time::Instant;

use crate::codec::PayloadInfo;
use crate::event::Event;
use crate::fresh::Fresh;
use crate::outlet::Resend;
use crate::peer::Peer;
use crate::pending::Pending;
use crate::pick::{Pick, pick};
use crate::rewrite::Incoming;
use crate::ring::Stored;
use crate::rings::{Place, Shelf};
use crate::rtp::{Extensions, Header};
use crate::sfu::Sfu;
use crate::track::Track;

/// One authentic packet of a publisher, ready to be forwarded.
pub(crate) struct Arrival<'a> {
    pub track: usize,
    pub layer: usize,
    /// Extended sequence number.
    pub seq: u64,
    pub header: &'a Header,
    pub extensions: &'a Extensions<'a>,
    pub payload: &'a [u8],
}

impl Sfu {
    /// Stores a packet. Who gets it is decided once for all packets of a track that come together, and encrypting waits for
    /// the flush, so that a receiver's books are opened once for a picture and its packets leave together.
    pub(crate) fn forward(&mut self, arrival: &Arrival<'_>, now: Instant) {
        let Some(track) = self.tracks.get_mut(arrival.track) else {
            return;
        };
        if track.muted {
            return;
        }
        if let Some(level) = arrival.extensions.audio_level {
            track.level.add(level & 0x7f);
        }
        let info = PayloadInfo::parse(track.codec, arrival.payload);
        let stored = Stored {
            seq: arrival.seq,
            timestamp: arrival.header.timestamp,
            marker: arrival.header.marker,
            audio_level: arrival.extensions.audio_level,
            orientation: arrival.extensions.orientation,
            vp8: info.vp8,
            at: now,
        };
        let Some(layer) = track.layers.get(arrival.layer) else {
            return;
        };
        let generation = layer.generation;
        let place = Place {
            track: arrival.track,
            layer: arrival.layer,
            generation,
        };
        self.rings.push(place, stored, arrival.payload);
        if self
            .fresh
            .first()
            .is_some_and(|first| first.track != arrival.track)
        {
            self.distribute();
        }
        self.fresh.push(Fresh {
            track: arrival.track,
            layer: arrival.layer,
            generation,
            seq: arrival.seq,
            timestamp: arrival.header.timestamp,
            is_padding: arrival.payload.is_empty(),
            info,
            run: 0,
        });
    }

    /// Decides who gets the packets that came last. They are of one track; everything but another packet of it comes after
    /// them, so this need be called only to have it done early.
    pub fn distribute(&mut self) {
        let Some(first) = self.fresh.first() else {
            return;
        };
        let slot = first.track;
        for index in (1..self.fresh.len()).rev() {
            let [before, fresh] = &mut self.fresh[index - 1..=index] else {
                continue;
            };
            if fresh.follows(before) {
                before.run = fresh.run + 1;
            }
        }
        let Some(track) = self.tracks.get(slot) else {
            self.fresh.clear();
            return;
        };
        let (downs, peers) = (&self.downs, &self.peers);
        let receives = |down: &&usize| {
            downs.get(**down).is_some_and(|down| {
                down.flowing() && peers.get(down.peer).is_some_and(Peer::can_send)
            })
        };
        // A pass of its own: what lies far in memory is then fetched for several receivers at once.
        self.receivers
            .extend(track.downs.iter().filter(receives).copied());
        for down_slot in self.receivers.drain(..) {
            let Some(down) = self.downs.get_mut(down_slot) else {
                continue;
            };
            let Some(peer) = self.peers.get_mut(down.peer) else {
                continue;
            };
            let Some(outlet) = down.outlet else {
                continue;
            };
            let mut picked = 0;
            let mut left = self.fresh.as_slice();
            while let Some((fresh, others)) = left.split_first() {
                left = others;
                match pick(track, fresh, down, &mut peer.turns, &peer.thinning) {
                    Pick::Send(out, shifts) => {
                        let followers = fresh.run;
                        left = &others[followers..];
                        if let Some(last) = followers.checked_sub(1).map(|at| &others[at]) {
                            down.follow(last);
                        }
                        picked += 1 + followers;
                        peer.pending.push(Pending {
                            outlet,
                            track: slot,
                            layer: fresh.layer,
                            source_seq: fresh.seq,
                            out,
                            shifts,
                            followers: followers as u32,
                            again: false,
                        });
                    }
                    Pick::LeaveOut => peer.stats.left_out += 1,
                    Pick::NotMeant => {}
                }
            }
            peer.tell_turns();
            if picked == 0 {
                continue;
            }
            self.waiting += picked;
            if !std::mem::replace(&mut down.started, true) {
                self.events.push_back(Event::DownStarted { down: down.id });
            }
            if !std::mem::replace(&mut peer.sending, true) {
                self.sending.push(down.peer);
            }
        }
        self.fresh.clear();
    }

    /// A receiver lost packets: those that can be sent again will be.
    pub(crate) fn resend(&mut self, peer_slot: usize, ssrc: u32, entries: &[[u8; 4]]) {
        let Some(peer) = self.peers.get_mut(peer_slot) else {
            return;
        };
        peer.stats.nacks += 1;
        let down = peer
            .down_of
            .get(&ssrc)
            .and_then(|down| self.downs.get(*down));
        let (Some(down), Some(sender)) = (down, &mut peer.sender) else {
            return;
        };
        let (Some(key), Some(newest)) = (down.outlet, down.rewriter.newest_seq()) else {
            return;
        };
        let Some(outlet) = sender.outlets.get_mut(key) else {
            return;
        };
        let Some(track_slot) = self.track_slots.get(&down.track).copied() else {
            return;
        };
        let (Some(track), Some(shelf)) = (
            self.tracks.get(track_slot),
            self.rings.shelves().get(track_slot),
        ) else {
            return;
        };
        'entries: for [first_high, first_low, mask_high, mask_low] in entries.iter().copied() {
            let first = u16::from_be_bytes([first_high, first_low]);
            let mask = u32::from(u16::from_be_bytes([mask_high, mask_low])) << 1 | 1;
            for bit in (0..=16).filter(|bit| mask & 1 << bit != 0) {
                let found = outlet.find(first.wrapping_add(bit), newest);
                let again = found.and_then(|found| revive(track, shelf, track_slot, key, found));
                let Some((pending, bytes)) = again else {
                    continue;
                };
                if !outlet.may_resend(bytes) {
                    break 'entries;
                }
                peer.pending.push(pending);
            }
        }
        if !peer.pending.is_empty() && !std::mem::replace(&mut peer.sending, true) {
            self.sending.push(peer_slot);
        }
    }

    /// A receiver cannot decode what it gets.
    pub(crate) fn on_key_frame_request(&mut self, slot: usize, ssrc: u32, now: Instant) {
        let Some(peer) = self.peers.get_mut(slot) else {
            return;
        };
        let Some(down) = peer
            .down_of
            .get(&ssrc)
            .and_then(|down| self.downs.get(*down))
        else {
            return;
        };
        peer.stats.plis += 1;
        let Some(track_slot) = self.track_slots.get(&down.track).copied() else {
            return;
        };
        let layer = down.source.map(|source| source.layer);
        // A picture that would be left out is not asked for.
        let bound = peer.thinning.bound(down.max_layer);
        let best = || {
            self.tracks
                .get(track_slot)
                .and_then(|track| track.best_layer(bound?))
        };
        if let Some(layer) = layer.or_else(best) {
            self.ask_key_frame(track_slot, layer, false, now);
        }
    }

    /// Asks the publisher for a key frame, now or as soon as the throttle allows.
    pub(crate) fn ask_key_frame(
        &mut self,
        track_slot: usize,
        layer: usize,
        urgent: bool,
        now: Instant,
    ) {
        let Some(track) = self.tracks.get_mut(track_slot) else {
            return;
        };
        if track.codec.kind().is_audio() || track.muted {
            return;
        }
        let Some(ssrc) = track.ask_key_frame(layer, urgent, now) else {
            return;
        };
        let publisher = track.peer;
        if let Some(peer) = self.peers.get_mut(publisher)
            && let Some(uplink) = &mut peer.uplink
        {
            uplink.requests.push(ssrc);
            peer.stats.plis += 1;
            self.mark_reporting(publisher);
        }
    }

    /// Lets a down-track begin anew, and asks for the key frame it needs.
    pub(crate) fn restart_down(&mut self, down_slot: usize, now: Instant) {
        let Some(down) = self.downs.get_mut(down_slot) else {
            return;
        };
        down.source = None;
        let secured = self.peers.get(down.peer).is_some_and(|peer| peer.secured);
        if !down.flowing() || !secured {
            return;
        }
        let Some(track_slot) = self.track_slots.get(&down.track).copied() else {
            return;
        };
        let best = self
            .tracks
            .get(track_slot)
            .and_then(|track| track.best_layer(down.max_layer));
        if let Some(layer) = best {
            self.ask_key_frame(track_slot, layer, true, now);
        }
    }

    /// A subscriber can receive: everything agreed with it begins.
    pub(crate) fn start_downs(&mut self, slot: usize, now: Instant) {
        let downs = self
            .peers
            .get(slot)
            .map(|peer| peer.downs.clone())
            .unwrap_or_default();
        for down in downs {
            self.restart_down(down, now);
        }
    }

    /// Asks for the key frames that down-tracks wait for to change layer, and those the throttle held back.
    pub(crate) fn tick_tracks(&mut self, now: Instant) {
        let mut wishes: Vec<(usize, usize)> = Vec::new();
        for (track_slot, track) in &mut self.tracks {
            track.tick();
            if track.muted || track.codec.kind().is_audio() {
                continue;
            }
            wishes.extend(track.wanted_key_frames().map(|layer| (track_slot, layer)));
            for down in track.downs.iter().filter_map(|down| self.downs.get(*down)) {
                let peer = self.peers.get(down.peer);
                let ready = down.flowing() && peer.is_some_and(|peer| peer.secured);
                let bound = peer.and_then(|peer| peer.thinning.bound(down.max_layer));
                let best = bound
                    .and_then(|bound| track.best_layer(bound))
                    .filter(|_| ready);
                let present = down.source.map(|source| source.layer);
                if let Some(best) = best.filter(|best| Some(*best) != present) {
                    wishes.push((track_slot, best));
                }
            }
        }
        wishes.sort_unstable();
        wishes.dedup();
        for (track_slot, layer) in wishes {
            self.ask_key_frame(track_slot, layer, false, now);
        }
    }
}

/// A packet to send again, with the numbers it had, and how long it is; `None` if it is gone.
fn revive(
    track: &Track,
    shelf: &Shelf,
    track_slot: usize,
    outlet: usize,
    found: Resend,
) -> Option<(Pending, usize)> {
    let source = found.source;
    let layer = track.layers.get(source.layer)?;
    let (stored, payload) = shelf
        .get(source.layer, found.source_seq)
        .filter(|_| layer.generation == source.generation)?;
    let out = found.shifts.apply(Incoming {
        seq: stored.seq,
        timestamp: stored.timestamp.wrapping_add(source.timeline_shift),
        vp8: stored.vp8.ids(payload),
    });
    let pending = Pending {
        outlet,
        track: track_slot,
        layer: source.layer,
        source_seq: found.source_seq,
        out,
        shifts: found.shifts,
        followers: 0,
        again: true,
    };
    Some((pending, payload.len()))
}
