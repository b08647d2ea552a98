//! The receiving side of a participant: counts by header, decrypts samples, owes reports.

use std::io;
use std::time::{Duration, Instant};

use crate::link::{Facts, Link, Sink};
use crate::media::read_stamp;
use crate::rtcp::{Arrivals, ReceptionBlock, receiver_report};
use crate::rtp;
use crate::sdp;
use crate::srtp::Direction;
use crate::sys::Batch;
use crate::tally::{Delays, Source};

/// Whom our reports are from.
const OWN_SSRC: u32 = 1;
/// As browsers do on a fast line.
const FEEDBACK_EVERY: Duration = Duration::from_millis(100);
const FEEDBACKS_PER_REPORT: u32 = 10;

/// What everybody's samples told.
#[derive(Default)]
pub struct Samples {
    pub delays: Delays,
    /// Decrypted and found genuine.
    pub genuine: u64,
    /// Could not be decrypted.
    pub forged: u64,
}

/// What a subscriber received.
#[derive(Default)]
pub struct Inbox {
    pub sources: Vec<Source>,
    /// One bit for each payload type that is media.
    payload_types: u128,
    transport_seq_id: Option<u8>,
    arrivals: Arrivals,
    last: usize,
    deaf: bool,
}

/// The receiving side of a participant.
pub struct Subscriber {
    pub link: Link,
    pub inbox: Inbox,
    feedback_at: Instant,
    feedbacks: u32,
}

impl Subscriber {
    pub fn new(link: Link, now: Instant) -> Self {
        Subscriber {
            link,
            inbox: Inbox::default(),
            feedback_at: now,
            feedbacks: 0,
        }
    }

    /// Learns from the server's offer what will come.
    pub fn expect(&mut self, offer: &str) {
        self.inbox.payload_types = sdp::media_payload_types(offer);
        self.inbox.transport_seq_id = sdp::extension(offer, sdp::TRANSPORT_SEQ);
    }

    /// Takes everything for media.
    pub fn expect_anything(&mut self) {
        self.inbox.payload_types = u128::MAX;
        self.inbox.transport_seq_id = Some(1);
    }

    /// From now on counts without reading; gaps can no longer be told.
    pub fn deafen(&mut self) -> io::Result<()> {
        self.inbox.deaf = true;
        self.link.deafen()
    }

    pub fn receive(&mut self, batch: &mut Batch, lot: usize, now: Instant, samples: &mut Samples) {
        let mut sorting = Sorting {
            inbox: &mut self.inbox,
            samples,
        };
        self.link.receive(batch, lot, now, &mut sorting);
    }

    /// Sends the reports that are due.
    pub fn report(&mut self, now: Instant) {
        if self.feedback_at > now || self.inbox.sources.is_empty() {
            return;
        }
        self.feedback_at = now + FEEDBACK_EVERY;
        self.feedbacks += 1;
        let Some(srtp) = self.link.srtp_mut() else {
            return;
        };
        let media = self.inbox.sources[0].ssrc;
        let mut packets = self.inbox.arrivals.take(OWN_SSRC, media);
        if self.feedbacks.is_multiple_of(FEEDBACKS_PER_REPORT) {
            let block = |it: &Source| ReceptionBlock {
                ssrc: it.ssrc,
                highest: it.highest(),
                lost: u32::try_from(it.counts().missing).unwrap_or(u32::MAX),
            };
            let blocks: Vec<_> = self.inbox.sources.iter().map(block).collect();
            packets.extend(blocks.chunks(31).map(|it| receiver_report(OWN_SSRC, it)));
        }
        for packet in &mut packets {
            srtp.sending.protect_rtcp(packet);
        }
        for packet in packets {
            self.link.send(&packet);
        }
    }
}

impl Inbox {
    /// The source of a packet; packets of one source come together.
    fn source(&mut self, seen: rtp::Seen) -> &mut Source {
        if self
            .sources
            .get(self.last)
            .is_none_or(|it| it.ssrc != seen.ssrc)
        {
            let known = self.sources.iter().position(|it| it.ssrc == seen.ssrc);
            self.last = known.unwrap_or_else(|| {
                self.sources.push(Source::new(seen.ssrc, seen.seq));
                self.sources.len() - 1
            });
        }
        &mut self.sources[self.last]
    }
}

struct Sorting<'a> {
    inbox: &'a mut Inbox,
    samples: &'a mut Samples,
}

impl Sink for Sorting<'_> {
    fn on_rtp(&mut self, packet: &mut [u8], facts: Facts, keys: &Direction) {
        let Some(seen) = rtp::read(packet) else {
            return;
        };
        if let Some(id) = self.inbox.transport_seq_id
            && let Some(seq) = rtp::extension_u16(packet, id)
        {
            let arrivals = &mut self.inbox.arrivals;
            if self.inbox.deaf {
                arrivals.add_run(seq, facts.arrived_ns);
            } else {
                arrivals.add(seq, facts.arrived_ns);
            }
        }
        if self.inbox.payload_types >> seen.payload_type & 1 == 0 {
            return;
        }
        let source = self.inbox.source(seen);
        let index = source.index(seen.seq);
        source.count(seen.seq, facts.wire_len);
        if !facts.whole || packet.len() != facts.wire_len {
            return;
        }
        match keys.unprotect(packet, index) {
            Ok((header, len)) => {
                self.samples.genuine += 1;
                if let Some((made_ns, counted)) = read_stamp(&packet[header..len]) {
                    source.counted = counted;
                    if counted {
                        let delay_ns = facts.arrived_ns.saturating_sub(made_ns);
                        self.samples.delays.add(delay_ns);
                    }
                }
            }
            Err(_) => self.samples.forged += 1,
        }
    }

    fn on_rtcp(&mut self, _: &[u8], _: &Direction) {}
}
