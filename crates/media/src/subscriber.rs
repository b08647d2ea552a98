//! Subscriber peers: we offer what is desired, the client answers.
//!
//! A section whose down-track was removed is offered inactive. Once the client has answered that, and not before, it may
//! carry another down-track of its kind, with new names and new sources: a client that never saw it inactive would take
//! the newcomer for the one before. At most one offer waits for its answer. If a new one has to be made meanwhile (the answer was
//! lost with the signalling connection), the old one is taken as accepted: the client has either applied it, or will see
//! its sections in the new offer.

use std::time::Instant;

use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::media::{Direction, MediaKind, Mid};

use crate::codec::{CodecName, add_extension_ids};
use crate::command::{DataChannel, DownId};
use crate::down::Stage;
use crate::event::RefusalCode;
use crate::negotiation::{Refusal, bad_sdp, no_peer, unreadable};
use crate::outlet::{Outlet, Wire};
use crate::peer::{Outstanding, Peer, SendSection};
use crate::rtp::ExtensionIds;
use crate::sdp::{Credentials, Description, Flow};
use crate::sfu::Sfu;

const STEREO_OFFER: &str = "stereo=1;sprop-stereo=1";

/// A down-track that the next offer introduces.
struct Introduction {
    down: usize,
    kind: MediaKind,
    /// The section to reuse; `None`: a new one.
    reused: Option<Mid>,
}

impl Sfu {
    /// Makes an offer of the desired state.
    pub(crate) fn offer(&mut self, slot: usize, ice_restart: bool) -> Result<String, Refusal> {
        let peer = self.peers.get_mut(slot).ok_or_else(no_peer)?;
        let mut ice_restart = ice_restart;
        if let Some(outstanding) = peer.outstanding.take() {
            let Some(remote) = peer.remote_credentials.clone() else {
                // Nothing was ever agreed: the client must be able to answer the first offer whenever it comes back.
                peer.outstanding = Some(outstanding);
                return self.named_offer(slot);
            };
            ice_restart |= outstanding.ice_restart;
            assume_answered(peer, outstanding, &remote)?;
        }
        let introductions = self.plan(slot);
        self.make_offer(slot, &introductions, ice_restart)?;
        self.named_offer(slot)
    }

    /// Decides which desired down-tracks can be offered, and where.
    fn plan(&mut self, slot: usize) -> Vec<Introduction> {
        let mut introductions = Vec::new();
        let Some(peer) = self.peers.get_mut(slot) else {
            return introductions;
        };
        for down_slot in &peer.downs {
            let Some(down) = self
                .downs
                .get_mut(*down_slot)
                .filter(|down| down.stage == Stage::Desired)
            else {
                continue;
            };
            let track = self
                .track_slots
                .get(&down.track)
                .and_then(|track| self.tracks.get_mut(*track));
            let Some(track) = track else {
                continue;
            };
            let kind = track.codec.kind();
            if !track.downs.contains(down_slot) {
                track.downs.push(*down_slot);
            }
            down.stage = Stage::Offered;
            down.kind = Some(kind);
            let free = peer
                .sends
                .iter_mut()
                .find(|section| section.kind == kind && section.idle);
            let reused = free.map(|section| {
                section.down = Some(*down_slot);
                section.idle = false;
                section.mid
            });
            introductions.push(Introduction {
                down: *down_slot,
                kind,
                reused,
            });
        }
        introductions
    }

    fn make_offer(
        &mut self,
        slot: usize,
        introductions: &[Introduction],
        ice_restart: bool,
    ) -> Result<(), Refusal> {
        let peer = self.peers.get_mut(slot).ok_or_else(no_peer)?;
        for (mid, kind) in introductions
            .iter()
            .filter_map(|new| Some((new.reused?, new.kind)))
        {
            renew_sources(peer, mid, kind);
        }
        let mut api = peer.rtc.sdp_api();
        if !peer.channels_offered {
            for channel in DataChannel::ALL {
                api.add_channel_with_config(channel.config());
            }
            peer.channels_offered = true;
        }
        for section in &peer.sends {
            let direction = if section.down.is_some() {
                Direction::SendOnly
            } else {
                Direction::Inactive
            };
            api.set_direction(section.mid, direction);
        }
        let mut added: Vec<SendSection> = Vec::new();
        for new in introductions.iter().filter(|new| new.reused.is_none()) {
            let mid = api.add_media(new.kind, Direction::SendOnly, None, None, None);
            added.push(SendSection {
                mid,
                kind: new.kind,
                down: Some(new.down),
                idle: false,
            });
        }
        if ice_restart && peer.remote_credentials.is_some() {
            let ufrag = api.ice_restart(true).ufrag;
            peer.ufrags.push(ufrag.clone());
            self.ufrags.insert(ufrag, slot);
        }
        let (pending, text) = match api.apply() {
            Some((offer, pending)) => (Some(pending), offer.to_sdp_string()),
            None => (None, peer.last_offer.clone()),
        };
        peer.last_offer.clone_from(&text);
        peer.outstanding = Some(Outstanding {
            pending,
            sdp: text,
            added,
            ice_restart,
        });
        Ok(())
    }

    /// The outstanding offer as it is sent: the library's text with directions and names of what the sections carry now.
    fn named_offer(&self, slot: usize) -> Result<String, Refusal> {
        self.name_sections(slot)
            .ok_or_else(|| bad_sdp("No offer could be made."))
    }

    fn name_sections(&self, slot: usize) -> Option<String> {
        let peer = self.peers.get(slot)?;
        let outstanding = peer.outstanding.as_ref()?;
        let mut description = Description::parse(&outstanding.sdp)?;
        let sections: Vec<&SendSection> = peer.sends.iter().chain(&outstanding.added).collect();
        for section in description
            .sections
            .iter_mut()
            .filter(|section| section.media() != "application")
        {
            let carried = sections
                .iter()
                .find(|send| Some::<&str>(&send.mid) == section.mid());
            let down = carried
                .filter(|_| !section.rejected())
                .and_then(|send| send.down)
                .and_then(|down| self.downs.get(down));
            section.set_flow(if down.is_some() {
                Flow::SendOnly
            } else {
                Flow::Inactive
            });
            section.set_msid(down.map(|down| (down.stream_id.as_str(), down.track_sid.as_str())));
            let track = down.and_then(|down| self.track_slots.get(&down.track));
            if track
                .and_then(|track| self.tracks.get(*track))
                .is_some_and(|track| track.stereo)
            {
                section.extend_format(STEREO_OFFER);
            }
        }
        description.move_candidates_to_first_used();
        Some(description.to_string())
    }

    /// Takes in the client's answer to the outstanding offer.
    pub(crate) fn settle(&mut self, slot: usize, sdp: &str) -> Result<(), Refusal> {
        let mut answer = Description::parse(sdp).ok_or_else(unreadable)?;
        answer.drop_unused_transport();
        let parsed = parsed_answer(&answer)?;
        let peer = self.peers.get_mut(slot).ok_or_else(no_peer)?;
        let Some(outstanding) = peer.outstanding.take() else {
            return Err(Refusal(
                RefusalCode::WrongState,
                "No offer waits for an answer.".to_owned(),
            ));
        };
        if let Some(pending) = outstanding.pending {
            take_answer(peer, pending, parsed)?;
        }
        peer.sends.extend(outstanding.added);
        for section in &mut peer.sends {
            let answered = answer.section(&section.mid);
            section.idle = section.down.is_none()
                && answered.is_some_and(|it| it.flow() == Flow::Inactive && !it.rejected());
        }
        peer.accepted_pts = answer.payload_types();
        peer.remote_credentials = answer.credentials().or(peer.remote_credentials.take());
        Ok(())
    }

    /// Starts what the answer allows; returns every down-track in the description with its section.
    pub(crate) fn agree(&mut self, slot: usize, now: Instant) -> Vec<(DownId, String)> {
        let mut agreed = Vec::new();
        let mut fresh = Vec::new();
        let Some(peer) = self.peers.get_mut(slot) else {
            return agreed;
        };
        let carried: Vec<(Mid, usize)> = peer
            .sends
            .iter()
            .filter_map(|section| section.down.map(|down| (section.mid, down)))
            .collect();
        for (mid, down_slot) in carried {
            let Some(down) = self.downs.get_mut(down_slot) else {
                continue;
            };
            // A section that the client did not take the first time may be taken by a later answer.
            if down.outlet.is_none() {
                let track = self
                    .track_slots
                    .get(&down.track)
                    .and_then(|track| self.tracks.get(*track));
                let wire = track.and_then(|track| wire_of(peer, mid, track.codec));
                for ssrc in wire.iter().flat_map(Wire::sources) {
                    peer.down_of.insert(ssrc, down_slot);
                }
                let sender = peer.sender.as_mut();
                down.outlet = wire.zip(sender).map(|(wire, sender)| {
                    let outlet = Outlet::new(wire);
                    sender.outlets.insert(outlet)
                });
                down.stage = Stage::Agreed;
                fresh.push(down_slot);
            }
            agreed.push((down.id, mid.to_string()));
        }
        peer.shares.receives(peer.sends.len(), now);
        for down in fresh {
            self.restart_down(down, now);
        }
        agreed
    }

    /// A track goes on with another codec: what it is sent with says so from now on.
    pub(crate) fn rewire(&mut self, down_slot: usize, codec: CodecName) {
        let Some(down) = self.downs.get(down_slot) else {
            return;
        };
        let Some(peer) = self.peers.get_mut(down.peer) else {
            return;
        };
        let carries = |section: &&SendSection| section.down == Some(down_slot);
        let Some(mid) = peer.sends.iter().find(carries).map(|section| section.mid) else {
            return;
        };
        let wire = wire_of(peer, mid, codec);
        let outlets = peer.sender.as_mut().map(|sender| &mut sender.outlets);
        let outlet = outlets
            .zip(down.outlet)
            .and_then(|(outlets, at)| outlets.get_mut(at));
        if let Some((wire, outlet)) = wire.zip(outlet) {
            outlet.rewire(wire);
        }
    }
}

fn parsed_answer(answer: &Description) -> Result<SdpAnswer, Refusal> {
    SdpAnswer::from_sdp_string(&answer.to_string()).map_err(|_| unreadable())
}

fn take_answer(
    peer: &mut Peer,
    pending: SdpPendingOffer,
    answer: SdpAnswer,
) -> Result<(), Refusal> {
    let taken = peer.rtc.sdp_api().accept_answer(pending, answer);
    taken.map_err(|_| bad_sdp("The answer does not fit the offer."))
}

/// Gives a reused section sources of its own: the numbering of the former ones cannot be continued by another track.
fn renew_sources(peer: &mut Peer, mid: Mid, kind: MediaKind) {
    let mut api = peer.rtc.direct_api();
    while let Some(ssrc) = api.stream_tx_by_mid(mid, None).map(|stream| stream.ssrc()) {
        api.remove_stream_tx(ssrc);
    }
    let ssrc = api.new_ssrc();
    let repair = kind
        .is_video()
        .then(|| api.new_ssrc())
        .filter(|repair| *repair != ssrc);
    api.declare_stream_tx(ssrc, repair, mid, None);
}

/// Takes an offer whose answer was lost as accepted.
fn assume_answered(
    peer: &mut Peer,
    outstanding: Outstanding,
    remote: &Credentials,
) -> Result<(), Refusal> {
    if let Some(pending) = outstanding.pending {
        let offer = Description::parse(&outstanding.sdp).ok_or_else(unreadable)?;
        let parsed = parsed_answer(&offer.into_acceptance(remote))?;
        take_answer(peer, pending, parsed)?;
    }
    peer.sends.extend(outstanding.added);
    Ok(())
}

/// How to send `codec` in the section `mid`; `None` if the client does not receive it.
fn wire_of(peer: &mut Peer, mid: Mid, codec: CodecName) -> Option<Wire> {
    let media = peer.rtc.media(mid)?;
    if !media.direction().is_sending() {
        return None;
    }
    let accepted = media.remote_pts().to_vec();
    let params = peer.rtc.codec_config().params();
    let fits = params
        .iter()
        .find(|param| param.spec().codec == codec.str0m() && accepted.contains(&param.pt()));
    let params = fits?;
    let mut ids = ExtensionIds::default();
    add_extension_ids(media.remote_extmap(), &mut ids);
    let repair_pt = params
        .resend()
        .map(|pt| *pt)
        .filter(|pt| peer.accepted_pts.contains(pt));
    let pt = *params.pt();
    let mut api = peer.rtc.direct_api();
    let stream = api.stream_tx_by_mid(mid, None)?;
    Some(Wire {
        ssrc: *stream.ssrc(),
        pt,
        repair: stream.rtx().map(|ssrc| *ssrc).zip(repair_pt),
        mid,
        ids,
    })
}
