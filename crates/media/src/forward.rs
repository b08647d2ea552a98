//! From one packet of a publisher to a packet for each of its receivers.

use std::time::Instant;

use str0m::media::{KeyframeRequestKind, Mid, Rid};
use str0m::rtp::{ExtensionValues, RtpPacket, RtpWrite, Ssrc, Vp8Patch};

use crate::codec::PayloadInfo;
use crate::down::{Down, Source};
use crate::event::Event;
use crate::peer::Peer;
use crate::rewrite::{Incoming, Outgoing};
use crate::sfu::Sfu;
use crate::track::Track;

impl Sfu {
    /// A packet of a publisher.
    pub(crate) fn on_rtp(&mut self, slot: usize, packet: &RtpPacket, now: Instant) {
        let Some((track_slot, layer)) = self.source_of(slot, packet.header.ssrc) else {
            return;
        };
        let Some(track) = self.tracks.get_mut(track_slot) else {
            return;
        };
        if track.heard(layer, packet, now) {
            self.events.push_back(Event::TrackStarted {
                track: track.id,
                layer: layer as u8,
            });
        }
        if track.muted {
            return;
        }
        if let Some(level) = packet.header.ext_vals.audio_level {
            track.level.add(level.unsigned_abs().min(127));
        }
        let info = PayloadInfo::parse(track.codec, &packet.payload);
        let extensions = ExtensionValues {
            audio_level: packet.header.ext_vals.audio_level,
            voice_activity: packet.header.ext_vals.voice_activity,
            video_orientation: packet.header.ext_vals.video_orientation,
            ..ExtensionValues::default()
        };
        for down_slot in &track.downs {
            let Some(down) = self.downs.get_mut(*down_slot) else {
                continue;
            };
            let Some(peer) = self.peers.get_mut(down.peer) else {
                continue;
            };
            if !down.flowing() || !peer.secured || peer.over() {
                continue;
            }
            let Some(out) = route(track, layer, down, packet, &info) else {
                continue;
            };
            if write(peer, down, packet, &info, &extensions, out) && !down.started {
                down.started = true;
                self.events.push_back(Event::DownStarted { down: down.id });
            }
            if !peer.dirty {
                peer.dirty = true;
                self.dirty.push(down.peer);
            }
        }
    }

    /// Which layer of which track a source of a publisher feeds; found once per source.
    fn source_of(&mut self, slot: usize, ssrc: Ssrc) -> Option<(usize, usize)> {
        let peer = self.peers.get_mut(slot)?;
        if let Some(known) = peer.sources.get(&ssrc) {
            return *known;
        }
        let (mid, rid): (Mid, Option<Rid>) = {
            let mut api = peer.rtc.direct_api();
            let stream = api.stream_rx(&ssrc)?;
            (stream.mid(), stream.rid())
        };
        let track_slot = peer
            .receives
            .iter()
            .find(|(known, _)| *known == mid)
            .map(|(_, track)| *track);
        let found = track_slot.and_then(|track_slot| {
            let layer = self.tracks.get(track_slot)?.layer_of(rid)?;
            Some((track_slot, layer))
        });
        peer.sources.insert(ssrc, found);
        found
    }

    /// A receiver cannot decode what it gets.
    pub(crate) fn on_key_frame_request(&mut self, slot: usize, mid: Mid, now: Instant) {
        let section = self
            .peers
            .get(slot)
            .and_then(|peer| peer.sends.iter().find(|section| section.mid == mid));
        let Some(down) = section
            .and_then(|section| section.down)
            .and_then(|down| self.downs.get(down))
        else {
            return;
        };
        let Some(track_slot) = self.track_slots.get(&down.track).copied() else {
            return;
        };
        let layer = down.source.map(|source| source.layer);
        let max_layer = down.max_layer;
        let best = || {
            self.tracks
                .get(track_slot)
                .and_then(|track| track.best_layer(max_layer))
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
        if let Some(peer) = self.peers.get_mut(publisher) {
            let mut api = peer.rtc.direct_api();
            if let Some(stream) = api.stream_rx(&ssrc) {
                stream.request_keyframe(KeyframeRequestKind::Pli);
            }
            self.mark_dirty(publisher);
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
                let ready =
                    down.flowing() && self.peers.get(down.peer).is_some_and(|peer| peer.secured);
                let best = track.best_layer(down.max_layer).filter(|_| ready);
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

/// Decides whether `down` gets this packet, changing its source if this is the moment, and numbers it.
fn route(
    track: &Track,
    layer: usize,
    down: &mut Down,
    packet: &RtpPacket,
    info: &PayloadInfo,
) -> Option<Outgoing> {
    let generation = track.layers.get(layer)?.generation;
    let fits = |source: Source| source.layer == layer && source.generation == generation;
    let mut incoming = Incoming {
        seq: *packet.seq_no,
        timestamp: packet.header.timestamp,
        vp8: info.vp8_ids(),
    };
    if let Some(source) = down.source.filter(|source| fits(*source)) {
        incoming.timestamp = incoming.timestamp.wrapping_add(source.timeline_shift);
        return down.rewriter.map(incoming);
    }
    let best = track.best_layer(down.max_layer)?;
    // Without a picture any layer the receiver may have is better than none until the best one offers a key frame.
    let acceptable = layer == best || (down.source.is_none() && layer <= down.max_layer);
    if !acceptable || !info.starts_key_frame || packet.payload.is_empty() {
        return None;
    }
    let timeline_shift = track.timeline_shift(layer);
    incoming.timestamp = incoming.timestamp.wrapping_add(timeline_shift);
    down.source = Some(Source {
        layer,
        generation,
        timeline_shift,
    });
    // A hundredth of a second: less than a frame, more than rounding.
    down.rewriter
        .switch(incoming, track.codec.clock_rate() / 100);
    down.rewriter.map(incoming)
}

/// Hands one packet to a receiver's transport; false if the section is gone.
fn write(
    peer: &mut Peer,
    down: &Down,
    packet: &RtpPacket,
    info: &PayloadInfo,
    extensions: &ExtensionValues,
    out: Outgoing,
) -> bool {
    let Some(wire) = down.wire else {
        return false;
    };
    let mut api = peer.rtc.direct_api();
    let Some(stream) = api.stream_tx(&wire.ssrc) else {
        return false;
    };
    let mut rtp = RtpWrite::new(
        wire.pt,
        out.seq.into(),
        out.timestamp,
        packet.timestamp,
        std::sync::Arc::clone(&packet.payload),
    )
    .marker(packet.header.marker)
    .ext_vals(extensions.clone())
    .nackable(true);
    if down.rewriter.shifts_vp8()
        && let Some(patch) = vp8_patch(info, out)
    {
        rtp = rtp.vp8_patch(patch);
    }
    stream.write_rtp(rtp);
    true
}

fn vp8_patch(info: &PayloadInfo, out: Outgoing) -> Option<Vp8Patch> {
    let mut builder = info.vp8?.patch();
    if let Some(picture_id) = out.vp8.picture_id {
        builder = builder.picture_id(picture_id);
    }
    if let Some(index) = out.vp8.tl0_pic_idx {
        builder = builder.tl0_pic_idx(index);
    }
    if let Some(index) = out.vp8.key_idx {
        builder = builder.key_idx(index);
    }
    builder.build().ok()
}
