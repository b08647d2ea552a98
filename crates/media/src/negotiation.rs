//! Offers and answers. Publisher peers answer the client's offers; subscriber peers offer what is desired.

use std::time::Instant;

use crate::command::{PeerId, Receive, RequestId, Role};
use crate::event::{Event, PeerState, RefusalCode};
use crate::sfu::Sfu;

/// Why a negotiation failed, in words for the log of the control plane.
pub(crate) struct Refusal(pub RefusalCode, pub String);

/// `sentence` is ours alone: what the library says of a description names its own insides, addresses in memory included,
/// and goes on to the client.
pub(crate) fn bad_sdp(sentence: &'static str) -> Refusal {
    Refusal(RefusalCode::BadSdp, sentence.to_owned())
}

pub(crate) fn unreadable() -> Refusal {
    bad_sdp("The session description cannot be read.")
}

pub(crate) fn no_peer() -> Refusal {
    Refusal(
        RefusalCode::UnknownPeer,
        "There is no such peer.".to_owned(),
    )
}

impl Sfu {
    pub(crate) fn accept_offer(
        &mut self,
        peer: PeerId,
        request: RequestId,
        sdp: &str,
        receive: &[Receive],
        now: Instant,
    ) {
        let outcome = self.role_slot(peer, Role::Publisher).and_then(|slot| {
            let reply = self.answer(slot, sdp, receive, now)?;
            self.after_description(slot, now);
            Ok(Event::Answered {
                peer,
                request,
                sdp: reply.sdp,
                tracks: reply.tracks,
                refused: reply.refused,
            })
        });
        self.conclude(peer, request, outcome);
    }

    pub(crate) fn negotiate(
        &mut self,
        peer: PeerId,
        request: RequestId,
        ice_restart: bool,
        now: Instant,
    ) {
        let outcome = self.role_slot(peer, Role::Subscriber).and_then(|slot| {
            let sdp = self.offer(slot, ice_restart)?;
            self.after_description(slot, now);
            Ok(Event::Offered { peer, request, sdp })
        });
        self.conclude(peer, request, outcome);
    }

    pub(crate) fn accept_answer(
        &mut self,
        peer: PeerId,
        request: RequestId,
        sdp: &str,
        now: Instant,
    ) {
        let outcome = self.role_slot(peer, Role::Subscriber).and_then(|slot| {
            self.settle(slot, sdp)?;
            self.after_description(slot, now);
            let downs = self.agree(slot, now);
            Ok(Event::Agreed {
                peer,
                request,
                downs,
            })
        });
        self.conclude(peer, request, outcome);
    }

    fn conclude(&mut self, peer: PeerId, request: RequestId, outcome: Result<Event, Refusal>) {
        let event = outcome.unwrap_or_else(|Refusal(code, detail)| Event::Refused {
            peer,
            request,
            code,
            detail,
        });
        self.events.push_back(event);
    }

    fn role_slot(&self, peer: PeerId, role: Role) -> Result<usize, Refusal> {
        let slot = self.peer_slots.get(&peer).copied();
        let Some((slot, known)) = slot.and_then(|slot| Some((slot, self.peers.get(slot)?))) else {
            return Err(no_peer());
        };
        if known.role != role {
            return Err(Refusal(
                RefusalCode::WrongState,
                format!("The peer is no {}.", role.as_str()),
            ));
        }
        if known.over() {
            return Err(Refusal(
                RefusalCode::WrongState,
                "The transport is over.".to_owned(),
            ));
        }
        Ok(slot)
    }

    /// What follows every description: it may carry new credentials, and the clock of giving up starts.
    fn after_description(&mut self, slot: usize, now: Instant) {
        self.learn_ufrag(slot);
        if let Some(peer) = self.peers.get_mut(slot)
            && peer.state == PeerState::Connecting
            && peer.offline_since.is_none()
        {
            peer.offline_since = Some(now);
            self.events.push_back(Event::PeerState {
                peer: peer.id,
                state: peer.state,
            });
        }
        self.mark_dirty(slot);
    }
}
