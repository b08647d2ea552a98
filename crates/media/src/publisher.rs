//! Publisher peers: the client offers, we answer and receive.

use std::time::Instant;

use str0m::change::SdpOffer;
use str0m::media::{MediaKind, Mid};

use crate::budget::Allowance;
use crate::codec::{CodecName, add_extension_ids};
use crate::command::{Receive, TrackId};
use crate::event::AgreedTrack;
use crate::negotiation::{Refusal, bad_sdp, no_peer, unreadable};
use crate::rtp::ExtensionIds;
use crate::sdp::{Description, Flow};
use crate::sfu::Sfu;
use crate::track::Track;

/// Music: what LiveKit's clients expect of a stereo track.
const STEREO_FORMAT: &str = "stereo=1;maxaveragebitrate=510000";
const VOICE_FORMAT: &str = "usedtx=1";

/// A published track as the narrowed offer describes it.
struct Chosen<'a> {
    receive: &'a Receive,
    codec: CodecName,
    rids: Vec<String>,
}

/// What a client's offer came to.
pub(crate) struct Reply {
    pub sdp: String,
    pub tracks: Vec<AgreedTrack>,
    /// Tracks whose sections were refused: no codec of theirs can be forwarded.
    pub refused: Vec<TrackId>,
}

impl Sfu {
    /// Answers the client's offer.
    pub(crate) fn answer(
        &mut self,
        slot: usize,
        sdp: &str,
        receive: &[Receive],
        now: Instant,
    ) -> Result<Reply, Refusal> {
        let mut offer = Description::parse(sdp).ok_or_else(unreadable)?;
        offer.drop_unused_transport();
        let Narrowed { chosen, refused } = narrow(&mut offer, receive);
        let parsed = SdpOffer::from_sdp_string(&offer.to_string()).map_err(|_| unreadable())?;
        let peer = self.peers.get_mut(slot).ok_or_else(no_peer)?;
        let answer = peer.rtc.sdp_api().accept_offer(parsed);
        let answer = answer.map_err(|_| bad_sdp("The offer cannot be answered."))?;
        let mut answer = Description::parse(&answer.to_sdp_string())
            .ok_or_else(|| bad_sdp("No answer could be made."))?;
        answer.complete_rejections(&offer);
        answer.move_candidates_to_first_used();
        for section in answer
            .sections
            .iter_mut()
            .filter(|section| section.media() == "audio")
        {
            let stereo = chosen.iter().any(|chosen| {
                chosen.receive.stereo && section.mid() == Some(chosen.receive.mid.as_str())
            });
            section.extend_format(if stereo { STEREO_FORMAT } else { VOICE_FORMAT });
        }
        self.update_tracks(slot, &offer, &chosen, now);
        self.allot(slot, &chosen, now);
        self.describe_uplink(slot, &offer, &chosen);
        let tracks = chosen.into_iter().map(|chosen| AgreedTrack {
            mid: chosen.receive.mid.clone(),
            track: chosen.receive.track,
            mime: chosen.codec.mime().to_owned(),
            rids: chosen.rids,
        });
        Ok(Reply {
            sdp: answer.to_string(),
            tracks: tracks.collect(),
            refused,
        })
    }

    /// Notes how the client names and marks what it sends. Sections without news keep what was said of them before.
    fn describe_uplink(&mut self, slot: usize, offer: &Description, chosen: &[Chosen]) {
        let Some(peer) = self.peers.get_mut(slot) else {
            return;
        };
        let mut ids = ExtensionIds::default();
        for (mid, _) in &peer.receives {
            if let Some(media) = peer.rtc.media(*mid) {
                add_extension_ids(media.remote_extmap(), &mut ids);
            }
        }
        let described = chosen.iter().filter_map(|chosen| {
            let mid = &chosen.receive.mid;
            offer.section(mid)?.inlet(Mid::from(mid.as_str()))
        });
        if let Some(uplink) = &mut peer.uplink {
            uplink.describe(ids, described.collect());
        }
    }

    /// Ends tracks whose sections are gone or carry another track, and begins new ones.
    fn update_tracks(&mut self, slot: usize, offer: &Description, chosen: &[Chosen], now: Instant) {
        let Some(peer) = self.peers.get_mut(slot) else {
            return;
        };
        let mut ended = Vec::new();
        let tracks = &self.tracks;
        peer.receives.retain(|(mid, track_slot)| {
            let mid: &str = mid;
            let sent = offer
                .section(mid)
                .is_some_and(|section| section.flow().sends() && !section.rejected());
            let now_carries = chosen.iter().find(|chosen| chosen.receive.mid == mid);
            let same = now_carries.is_none_or(|chosen| {
                tracks.get(*track_slot).is_some_and(|track| {
                    track.id == chosen.receive.track && track.codec == chosen.codec
                })
            });
            if !(sent && same) {
                ended.push(*track_slot);
            }
            sent && same
        });
        for track_slot in ended {
            self.end_track(track_slot);
        }
        for chosen in chosen {
            self.begin_track(slot, chosen, now);
        }
    }

    /// Gives every track of a publisher its share, and the publisher the sum.
    fn allot(&mut self, slot: usize, chosen: &[Chosen], now: Instant) {
        for chosen in chosen {
            let track = self.track_slots.get(&chosen.receive.track);
            if let Some(track) = track.and_then(|track| self.tracks.get_mut(*track)) {
                let kind = track.codec.kind();
                let (stereo, bps) = (chosen.receive.stereo, chosen.receive.announced_bps);
                let allowance = Allowance::of_track(kind, stereo, bps, track.layers.len());
                track.budget.allow(allowance, now);
            }
        }
        if let Some(peer) = self.peers.get_mut(slot) {
            let tracks = peer.receives.iter();
            let tracks = tracks.filter_map(|(_, track)| self.tracks.get(*track));
            let allowances = tracks.map(|track| track.budget.allowance());
            peer.shares.publishes(allowances, now);
        }
    }

    fn begin_track(&mut self, slot: usize, chosen: &Chosen, now: Instant) {
        let id = chosen.receive.track;
        let Some(peer) = self
            .peers
            .get_mut(slot)
            .filter(|_| !self.track_slots.contains_key(&id))
        else {
            return;
        };
        let mid = Mid::from(chosen.receive.mid.as_str());
        let mut track = Track::new(id, slot, chosen.codec, &chosen.rids, now);
        track.stereo = chosen.receive.stereo;
        // Down-tracks agreed for a track that was renegotiated under its own id find it again.
        let kind = chosen.codec.kind();
        let followers = self
            .downs
            .iter()
            .filter(|(_, down)| down.track == id && down.kind == Some(kind));
        track.downs = followers.map(|(down_slot, _)| down_slot).collect();
        let followers = track.downs.clone();
        let layers = track.layers.len();
        let track_slot = self.tracks.insert(track);
        self.rings.open(track_slot, chosen.codec, layers);
        self.track_slots.insert(id, track_slot);
        peer.receives.push((mid, track_slot));
        for down in followers {
            self.rewire(down, chosen.codec);
        }
    }
}

/// An offer reduced to what can be received.
struct Narrowed<'a> {
    chosen: Vec<Chosen<'a>>,
    refused: Vec<TrackId>,
}

/// Reduces each published section to the one codec it will be received with, refuses those that offer none we forward,
/// and stops what we would have to send.
fn narrow<'a>(offer: &mut Description, receive: &'a [Receive]) -> Narrowed<'a> {
    let (mut chosen, mut refused, mut rejected) = (Vec::new(), Vec::new(), Vec::new());
    for section in &mut offer.sections {
        let kind = match section.media() {
            "audio" => MediaKind::Audio,
            "video" => MediaKind::Video,
            _ => continue,
        };
        if section.rejected() {
            continue;
        }
        if section.flow() == Flow::RecvOnly {
            section.set_flow(Flow::Inactive);
        } else if section.flow() == Flow::SendRecv {
            section.set_flow(Flow::SendOnly);
        }
        let wanted = receive
            .iter()
            .find(|receive| section.mid() == Some(receive.mid.as_str()))
            .filter(|_| section.flow().sends());
        let mime = wanted.map_or("", |receive| receive.mime.as_str());
        let codec = section.choose_codec(mime);
        let Some((codec, pt)) = codec.filter(|(codec, _)| codec.kind() == kind) else {
            rejected.extend(section.mid().map(str::to_owned));
            refused.extend(wanted.map(|receive| receive.track));
            section.reject();
            continue;
        };
        if let Some(receive) = wanted {
            section.keep_codec(pt);
            chosen.push(Chosen {
                receive,
                codec,
                rids: section.send_rids(),
            });
        }
    }
    offer.leave_bundle(&rejected);
    Narrowed { chosen, refused }
}
