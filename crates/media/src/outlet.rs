//! The sending half of one down-track: how its packets are labelled, counted and sent again.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use str0m::media::Mid;

use crate::rewrite::Shifts;
use crate::ring::Stored;
use crate::rtcp::{Block, OwnSender};
use crate::rtp::{ExtensionIds, ExtensionName, HeaderExtras};
use crate::source::Source;

/// Changes of source and pictures left out that are remembered, to find packets sent before them.
const MAX_SPANS: usize = 32;
const FIRST_SPANS: usize = 4;
/// Sender reports remembered, to measure the round trip.
const MAX_REPORTS: usize = 4;
/// Where the numbering of retransmissions starts: low, like that of the packets themselves.
const FIRST_REPAIR_SEQ: u64 = 1000;
/// Resends may make up this share of what is sent, so that a receiver on a full link does not make it fuller.
const RESEND_SHARE: u64 = 2;
/// Bytes that may be resent on top of that share.
const MAX_RESEND_CREDIT: u64 = 200_000;

/// How a down-track is sent, as negotiated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wire {
    pub ssrc: u32,
    pub pt: u8,
    /// Source and payload type of retransmissions.
    pub repair: Option<(u32, u8)>,
    pub mid: Mid,
    pub ids: ExtensionIds,
}

impl Wire {
    /// Every source it is sent with.
    pub(crate) fn sources(&self) -> impl Iterator<Item = u32> + use<> {
        [Some(self.ssrc), self.repair.map(|(ssrc, _)| ssrc)]
            .into_iter()
            .flatten()
    }
}

/// Packets sent from one source without a change of its shifts.
#[derive(Debug, Clone, Copy)]
struct Span {
    first_seq: u64,
    source: Source,
    shifts: Shifts,
}

/// A packet to send again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Resend {
    pub source: Source,
    pub source_seq: u64,
    pub seq: u64,
    pub shifts: Shifts,
}

/// The state of one outgoing source and its retransmissions.
#[derive(Debug)]
pub(crate) struct Outlet {
    pub wire: Wire,
    mid_id: Option<u8>,
    level_id: Option<u8>,
    orientation_id: Option<u8>,
    transport_id: Option<u8>,
    /// The receiver reported about the source, so it need not be told the section any more.
    recognized: bool,
    packets: u32,
    octets: u32,
    packets_reported: u32,
    repair_seq: u64,
    spans: VecDeque<Span>,
    reports: VecDeque<(u32, Instant)>,
    resend_credit: u64,
    lost: i32,
    /// Share lost according to the last report, in 1/256.
    pub fraction_lost: u8,
}

impl Outlet {
    pub(crate) fn new(wire: Wire) -> Self {
        Outlet {
            mid_id: wire.ids.id(ExtensionName::Mid),
            level_id: wire.ids.id(ExtensionName::AudioLevel),
            orientation_id: wire.ids.id(ExtensionName::Orientation),
            transport_id: wire.ids.id(ExtensionName::TransportSeq),
            wire,
            recognized: false,
            packets: 0,
            octets: 0,
            packets_reported: 0,
            repair_seq: FIRST_REPAIR_SEQ,
            spans: VecDeque::with_capacity(FIRST_SPANS),
            reports: VecDeque::with_capacity(MAX_REPORTS),
            resend_credit: MAX_RESEND_CREDIT,
            lost: 0,
            fraction_lost: 0,
        }
    }

    /// Goes on with another payload type. All numbering continues, as the source is the same: no number of a source may be
    /// used twice under one key.
    pub(crate) fn rewire(&mut self, wire: Wire) {
        if wire.ssrc == self.wire.ssrc && wire.pt != self.wire.pt {
            self.wire.pt = wire.pt;
            self.wire.repair = wire.repair;
            // What was sent before cannot be sent again as what it is not.
            self.spans.clear();
        }
    }

    /// The header extensions a packet is sent with, of which `transport_seq` is the number among all of its transport.
    pub(crate) fn extras(&self, stored: &Stored, transport_seq: u16) -> HeaderExtras<'_> {
        let named = |id: Option<u8>, value: Option<u8>| id.zip(value);
        HeaderExtras {
            mid: self
                .mid_id
                .filter(|_| !self.recognized)
                .map(|id| (id, self.wire.mid.as_bytes())),
            audio_level: named(self.level_id, stored.audio_level),
            orientation: named(self.orientation_id, stored.orientation),
            transport_seq: self.transport_id.map(|id| (id, transport_seq)),
        }
    }

    /// Notes that packets from `first_seq` on come from `source` with these shifts.
    pub(crate) fn begin_span(&mut self, first_seq: u64, source: Source, shifts: Shifts) {
        if self.spans.len() == MAX_SPANS {
            self.spans.pop_front();
        }
        self.spans.push_back(Span {
            first_seq,
            source,
            shifts,
        });
    }

    /// Counts a packet on its way out.
    pub(crate) fn count(&mut self, payload_bytes: usize) {
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(payload_bytes as u32);
        let credit = self.resend_credit + payload_bytes as u64 / RESEND_SHARE;
        self.resend_credit = credit.min(MAX_RESEND_CREDIT);
    }

    /// The number of the next retransmission.
    pub(crate) fn next_repair_seq(&mut self) -> u64 {
        self.repair_seq += 1;
        self.repair_seq
    }

    /// What was sent as number `seq` (its low bits), if that can be found and sent again. `newest` is the newest number.
    pub(crate) fn find(&self, seq: u16, newest: u64) -> Option<Resend> {
        self.wire.repair?;
        let back = (newest as u16).wrapping_sub(seq);
        let seq = newest.checked_sub(u64::from(back))?;
        let spans = self.spans.iter().rev();
        let span = spans.clone().find(|span| span.first_seq <= seq)?;
        Some(Resend {
            source: span.source,
            source_seq: span.shifts.source_seq(seq),
            seq,
            shifts: span.shifts,
        })
    }

    /// Whether another `bytes` may be sent again; if so they are taken off what may.
    pub(crate) fn may_resend(&mut self, bytes: usize) -> bool {
        let rest = self.resend_credit.checked_sub(bytes as u64);
        self.resend_credit = rest.unwrap_or(self.resend_credit);
        rest.is_some()
    }

    /// The next sender report, if anything was sent since the last one. `clock` is the sender's clock and the timestamp
    /// at that time.
    pub(crate) fn sender_report(&mut self, clock: (u64, u32), now: Instant) -> Option<OwnSender> {
        if self.packets_reported == self.packets {
            return None;
        }
        self.packets_reported = self.packets;
        if self.reports.len() == MAX_REPORTS {
            self.reports.pop_front();
        }
        self.reports.push_back(((clock.0 >> 16) as u32, now));
        Some(OwnSender {
            ssrc: self.wire.ssrc,
            ntp: clock.0,
            timestamp: clock.1,
            packets: self.packets,
            octets: self.octets,
        })
    }

    /// Takes in what the receiver says about the source: packets newly lost, and the round trip if that can be told.
    pub(crate) fn reported(&mut self, block: &Block, now: Instant) -> (u64, Option<Duration>) {
        self.recognized = true;
        self.fraction_lost = block.fraction_lost;
        let newly_lost = i64::from(block.lost) - i64::from(self.lost);
        self.lost = self.lost.max(block.lost);
        let sent = self
            .reports
            .iter()
            .find(|(ntp, _)| *ntp == block.last_report);
        let delay = Duration::from_micros(u64::from(block.delay) * 1_000_000 / 65_536);
        let round_trip =
            sent.and_then(|(_, at)| now.saturating_duration_since(*at).checked_sub(delay));
        (newly_lost.max(0) as u64, round_trip)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rewrite::{Incoming, Rewriter};

    fn outlet() -> Outlet {
        let mut ids = ExtensionIds::default();
        ids.set(4, ExtensionName::Mid);
        Outlet::new(Wire {
            ssrc: 1,
            pt: 96,
            repair: Some((2, 97)),
            mid: Mid::from("v"),
            ids,
        })
    }

    fn source(layer: usize) -> Source {
        Source {
            layer,
            generation: 1,
            timeline_shift: 0,
        }
    }

    #[test]
    fn packets_are_found_across_changes_of_source() {
        let mut outlet = outlet();
        let mut rewriter = Rewriter::new();
        let packet = |seq| Incoming {
            seq,
            timestamp: seq as u32 * 10,
            vp8: Default::default(),
        };
        for (layer, first) in [(0, 5_u64), (1, 90_000), (2, 70)] {
            rewriter.switch(packet(first), 1);
            for seq in first..first + 10 {
                let out = rewriter.map(packet(seq)).expect("numbers");
                if seq == first {
                    outlet.begin_span(out.seq, source(layer), rewriter.shifts());
                }
            }
        }
        assert_eq!(rewriter.newest_seq(), Some(1029));
        let find = |seq| {
            outlet
                .find(seq, 1029)
                .map(|found| (found.source.layer, found.source_seq))
        };
        assert_eq!(find(1003), Some((0, 8)));
        assert_eq!(find(1010), Some((1, 90_000)));
        assert_eq!(find(1029), Some((2, 79)));
        assert_eq!(find(999), None, "before the first");
        assert_eq!(find(1030), None, "not sent yet");
    }

    #[test]
    fn resends_are_a_share_of_what_is_sent() {
        let mut outlet = outlet();
        let resent = (0..1000).filter(|_| outlet.may_resend(1000)).count();
        assert_eq!(resent, 200);
        (0..10).for_each(|_| outlet.count(1000));
        assert_eq!((0..100).filter(|_| outlet.may_resend(1000)).count(), 5);
    }

    #[test]
    fn reports_tell_losses_and_the_round_trip() {
        let start = Instant::now();
        let mut outlet = outlet();
        assert_eq!(outlet.sender_report((1, 1), start), None);
        outlet.count(100);
        let sender = outlet
            .sender_report((0x1234_5678_9abc, 1), start)
            .expect("a report");
        assert_eq!((sender.packets, sender.octets), (1, 100));
        let mut block = Block {
            ssrc: 1,
            fraction_lost: 64,
            lost: 5,
            last_report: 0x1234_5678,
            delay: 65_536 / 10,
        };
        let later = start + Duration::from_millis(130);
        let (lost, round_trip) = outlet.reported(&block, later);
        assert_eq!(lost, 5);
        let round_trip_ms = round_trip.expect("a round trip").as_millis();
        assert!((29..=31).contains(&round_trip_ms));
        block.lost = 3;
        block.last_report = 7;
        assert_eq!(outlet.reported(&block, later), (0, None));
    }
}
