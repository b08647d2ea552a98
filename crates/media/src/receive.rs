//! RTP and RTCP of the peers: opened, attributed, and handed on. str0m never sees them.

use std::time::{Duration, Instant};

use crate::forward::Arrival;
use crate::rtcp::{self, Arrivals, Message};
use crate::rtp::{self, Extensions, Header, Kind};
use crate::sfu::Sfu;
use crate::track::Clock;
use crate::uplink::{Feed, Intake, Origin};

/// How soon a publisher is told what it should know, and how often it is looked whether there is more.
const FEEDBACK_EVERY: Duration = Duration::from_millis(20);
/// Number of the lost packet in front of the payload of a retransmission (RFC 4588).
const LOST_SEQ_BYTES: usize = 2;

/// Whether a datagram is RTP, by its first two bytes (RFC 7983, RFC 5761): a state machine that has lent its media to be sent
/// takes in nothing else.
#[must_use]
pub fn is_media(datagram: &[u8]) -> bool {
    rtp::kind_of(datagram) == Kind::Media
}

impl Sfu {
    /// Takes in one RTP or RTCP datagram of a known peer. Forged, repeated and senseless ones cost their decryption.
    pub(crate) fn media_datagram(
        &mut self,
        slot: usize,
        kind: Kind,
        datagram: &[u8],
        now: Instant,
    ) {
        // Put aside so that the plaintext can be read while everything else changes.
        let mut plain = std::mem::take(&mut self.plain);
        if kind == Kind::Media {
            self.media(slot, datagram, &mut plain, now);
        } else {
            self.control(slot, datagram, &mut plain, now);
        }
        self.plain = plain;
    }

    fn media(
        &mut self,
        slot: usize,
        datagram: &[u8],
        plain: &mut [u8],
        now: Instant,
    ) -> Option<()> {
        let header = Header::parse(datagram)?;
        let peer = self.peers.get_mut(slot)?;
        let uplink = peer.uplink.as_mut()?;
        let origin = uplink.origins.get(&header.ssrc);
        let feed = origin.and_then(|origin| origin.feed.flatten());
        if let Some(track) = feed.and_then(|feed| self.tracks.get_mut(feed.track))
            && !track.budget.admits(datagram.len(), now)
        {
            track.refused = true;
            peer.stats.refused += 1;
            return None;
        }
        let inbound = peer.inbound.as_mut()?;
        let (index, len) = inbound.open(datagram, header.len, header.ssrc, plain)?;
        let extensions = Extensions::read(datagram, &header, &uplink.ids);
        if let Some(seq) = extensions.transport_seq {
            uplink.note_arrival(header.ssrc, seq, now);
            if !std::mem::replace(&mut peer.listening, true) {
                self.listening.push(slot);
                self.next_feedback.get_or_insert(now + FEEDBACK_EVERY);
            }
        }
        let payload = header.unpadded(&plain[..len])?;
        let origin = uplink.origin(&header, &extensions)?;
        let feed = match origin.feed {
            Some(known) => known?,
            None => self.look_up(slot, header.ssrc)?,
        };
        // Charged once authentic: nobody uses up the share of another by its source alone.
        self.tracks
            .get_mut(feed.track)?
            .budget
            .charge(datagram.len());
        if header.pt != feed.pt {
            return None;
        }
        let (ssrc, seq, payload) = if feed.repair {
            let (lost_seq, payload) = payload.split_first_chunk::<LOST_SEQ_BYTES>()?;
            let ssrc = self.tracks.get(feed.track)?.layers.get(feed.layer)?.ssrc?;
            let intake = self.intake(slot, ssrc)?;
            (ssrc, intake.extend(u16::from_be_bytes(*lost_seq)), payload)
        } else {
            (header.ssrc, index, payload)
        };
        self.take_in(slot, ssrc, seq, &feed, &header, now)?;
        self.forward(
            &Arrival {
                track: feed.track,
                layer: feed.layer,
                seq,
                header: &header,
                extensions: &extensions,
                payload,
            },
            now,
        );
        Some(())
    }

    /// Enters a packet into the books of its source; `None` if it was there before.
    fn take_in(
        &mut self,
        slot: usize,
        ssrc: u32,
        seq: u64,
        feed: &Feed,
        header: &Header,
        now: Instant,
    ) -> Option<()> {
        let track = self.tracks.get_mut(feed.track)?;
        let refused = std::mem::take(&mut track.refused);
        if !feed.repair && track.heard(feed.layer, ssrc, header.timestamp, now) {
            let (track, layer) = (track.id, feed.layer as u8);
            self.events
                .push_back(crate::event::Event::TrackStarted { track, layer });
        }
        let origin = self.origin(slot, ssrc)?;
        let Some(intake) = &mut origin.intake else {
            let intake = Intake::new(seq, feed.clock_rate, feed.nack, now);
            origin.intake = Some(Box::new(intake));
            return Some(());
        };
        let taken = intake.take(seq, header.timestamp, (feed.repair, refused), now);
        if taken.gap {
            self.mark_reporting(slot);
        }
        if taken.hopeless {
            self.ask_key_frame(feed.track, feed.layer, false, now);
        }
        taken.new.then_some(())
    }

    fn origin(&mut self, slot: usize, ssrc: u32) -> Option<&mut Origin> {
        let uplink = self.peers.get_mut(slot)?.uplink.as_mut()?;
        uplink.origins.get_mut(&ssrc)
    }

    fn intake(&mut self, slot: usize, ssrc: u32) -> Option<&mut Intake> {
        self.origin(slot, ssrc)?.intake.as_deref_mut()
    }

    /// Finds out what a source feeds; done once per source and description.
    fn look_up(&mut self, slot: usize, ssrc: u32) -> Option<Feed> {
        let peer = self.peers.get_mut(slot)?;
        let uplink = peer.uplink.as_mut()?;
        let origin = uplink.origins.get_mut(&ssrc)?;
        let label = origin.label;
        let found = || {
            let receive = peer.receives.iter().find(|(mid, _)| *mid == label.mid)?;
            let track = self.tracks.get(receive.1)?;
            let inlet = uplink.inlets.iter().find(|inlet| inlet.mid == label.mid)?;
            let pt = if label.repair {
                inlet.repair_pt?
            } else {
                inlet.pt
            };
            Some(Feed {
                track: receive.1,
                layer: track.layer_of(label.rid)?,
                pt,
                repair: label.repair,
                nack: inlet.nack,
                clock_rate: track.codec.clock_rate(),
            })
        };
        let feed = found();
        origin.feed = Some(feed);
        feed
    }

    fn control(
        &mut self,
        slot: usize,
        datagram: &[u8],
        plain: &mut [u8],
        now: Instant,
    ) -> Option<()> {
        let inbound = self.peers.get_mut(slot)?.inbound.as_mut()?;
        let len = inbound.open_control(datagram, plain)?;
        rtcp::messages(&plain[..len], |message| match message {
            Message::SenderReport {
                ssrc,
                ntp,
                timestamp,
            } => {
                let clock = Clock {
                    ntp,
                    timestamp,
                    arrived: now,
                };
                self.on_sender_report(slot, ssrc, clock);
            }
            Message::Report(block) => self.on_report(slot, &block, now),
            Message::Nack { ssrc, entries } => self.resend(slot, ssrc, entries),
            Message::KeyFrameRequest { ssrc } => self.on_key_frame_request(slot, ssrc, now),
            Message::Arrivals(arrivals) => self.on_arrivals(slot, &arrivals, now),
            Message::Estimate { bps } => {
                if let Some(peer) = self.peers.get_mut(slot) {
                    peer.downlink.estimated(bps);
                }
            }
        });
        Some(())
    }

    fn on_sender_report(&mut self, slot: usize, ssrc: u32, clock: Clock) {
        let Some(origin) = self.origin(slot, ssrc) else {
            return;
        };
        if let Some(intake) = &mut origin.intake {
            intake.reported(clock.ntp, clock.arrived);
        }
        if let Some(feed) = origin.feed.flatten().filter(|feed| !feed.repair)
            && let Some(track) = self.tracks.get_mut(feed.track)
        {
            track.reported(ssrc, clock);
        }
    }

    fn on_report(&mut self, slot: usize, block: &rtcp::Block, now: Instant) {
        let Some(peer) = self.peers.get_mut(slot) else {
            return;
        };
        let down = peer.down_of.get(&block.ssrc);
        let key = down.and_then(|down| self.downs.get(*down)?.outlet);
        let outlet = key
            .and_then(|key| peer.sender.as_mut()?.outlets.get_mut(key))
            .filter(|outlet| outlet.wire.ssrc == block.ssrc);
        if let Some(outlet) = outlet {
            let (lost, round_trip) = outlet.reported(block, now);
            peer.stats.lost += lost;
            if let Some(round_trip) = round_trip {
                peer.stats.rtt_us = round_trip.as_micros() as u64;
            }
        }
    }

    fn on_arrivals(&mut self, slot: usize, arrivals: &Arrivals<'_>, now: Instant) {
        if let Some(peer) = self.peers.get_mut(slot)
            && let Some(sender) = &mut peer.sender
        {
            peer.downlink.observe(arrivals, &mut sender.log, now);
        }
    }

    /// Has publishers told what they should know; called when `next_feedback` has come.
    pub(crate) fn feedback_due(&mut self) {
        self.next_feedback = None;
        for slot in std::mem::take(&mut self.listening) {
            if let Some(peer) = self.peers.get_mut(slot) {
                peer.listening = false;
            }
            self.mark_reporting(slot);
        }
    }

    /// Looks again at a publisher that was just told something, if more is to come.
    pub(crate) fn listen_on(&mut self, slot: usize, now: Instant) {
        if let Some(peer) = self.peers.get_mut(slot)
            && peer
                .uplink
                .as_ref()
                .is_some_and(|uplink| uplink.wants_soon())
            && !std::mem::replace(&mut peer.listening, true)
        {
            self.listening.push(slot);
            self.next_feedback.get_or_insert(now + FEEDBACK_EVERY);
        }
    }
}
