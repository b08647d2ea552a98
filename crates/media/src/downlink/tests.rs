//! A link that is wide, narrow, lossy, or reported on by somebody who lies.

use super::*;
use crate::rtcp::ArrivalLog;

/// A sender, a link and a receiver that reports every 100 ms.
struct Link {
    start: Instant,
    log: SendLog,
    reports: ArrivalLog,
    downlink: Downlink,
}

const PACKET_BYTES: usize = 1000;
/// How far apart packets are sent.
const EVERY_US: u64 = 1000;
const PACKETS_PER_REPORT: u64 = 100;

impl Link {
    fn new() -> Self {
        let start = Instant::now();
        Link {
            start,
            log: SendLog::default(),
            reports: ArrivalLog::new(start),
            downlink: Downlink::default(),
        }
    }

    fn at(&self, us: u64) -> Instant {
        self.start + Duration::from_micros(us)
    }

    /// Sends packets `from` to `to`, of which each takes as long as `way_us` says (`None`: for ever), and has each hundred
    /// reported on 20 ms after it was sent.
    fn run(&mut self, from: u64, to: u64, way_us: impl Fn(u64) -> Option<u64>) -> Vec<Observation> {
        let mut seen = Vec::new();
        for number in from..to {
            let sent_us = number * EVERY_US;
            self.log.set_time(self.at(sent_us));
            let seq = self.log.next_seq();
            self.log.note(PACKET_BYTES);
            if let Some(way_us) = way_us(number) {
                self.reports.add(seq, self.at(sent_us + way_us));
            }
            if (number + 1).is_multiple_of(PACKETS_PER_REPORT) {
                seen.extend(self.report(sent_us + 20_000));
            }
        }
        seen
    }

    fn report(&mut self, now_us: u64) -> Option<Observation> {
        let now = self.at(now_us);
        let mut packet = Vec::new();
        let mut seen = None;
        while self.reports.report(1, &mut packet) {
            crate::rtcp::messages(&packet, |message| {
                if let crate::rtcp::Message::Arrivals(arrivals) = message {
                    seen = Some(self.downlink.observe(&arrivals, &mut self.log, now));
                }
            });
            packet.clear();
        }
        seen
    }

    fn stats(&self) -> PeerStats {
        let mut stats = PeerStats::default();
        self.downlink.add_stats(&mut stats);
        stats
    }
}

#[test]
fn a_wide_link_delivers_all_and_delays_nothing() {
    let mut link = Link::new();
    let seen = link.run(0, 2100, |_| Some(5000));
    for one in &seen {
        assert_eq!(
            one.arrived,
            Volume {
                packets: 100,
                bytes: 100_000
            }
        );
        assert_eq!(one.missing, Volume::default());
        assert!(one.delay_change_us.abs() < 250, "{one:?}");
        assert_eq!(one.answer_us, Some(20_000));
    }
    let stats = link.stats();
    assert_eq!(
        (stats.delivered_bps, stats.offered_bps),
        (8_000_000, 8_000_000)
    );
    assert_eq!((stats.loss_e4, stats.rtt_us), (0, 20_000));
}

#[test]
fn a_growing_queue_is_seen_in_every_report() {
    let mut link = Link::new();
    // Each packet waits a tenth of a millisecond longer than the one before.
    let seen = link.run(0, 2100, |number| Some(5000 + 100 * number));
    for one in &seen[1..] {
        assert!((9_750..=10_250).contains(&one.delay_change_us), "{one:?}");
    }
    let second = link.stats().delay_change_us;
    assert!((99_000..=101_000).contains(&second), "{second}");
}

#[test]
fn lost_packets_are_counted_with_their_bytes() {
    let mut link = Link::new();
    let seen = link.run(0, 2100, |number| (number % 10 != 5).then_some(5000));
    assert_eq!(
        seen[0].missing,
        Volume {
            packets: 10,
            bytes: 10_000
        }
    );
    let stats = link.stats();
    assert_eq!(stats.loss_e4, 1000);
    assert_eq!(
        (stats.delivered_bps, stats.offered_bps),
        (7_200_000, 8_000_000)
    );
}

#[test]
fn a_report_repeated_or_about_nothing_changes_nothing() {
    let mut link = Link::new();
    link.run(0, 50, |_| Some(5000));
    let mut packet = Vec::new();
    assert!(link.reports.report(1, &mut packet));
    let now = link.at(70_000);
    let mut observe = |packet: &[u8]| {
        let mut seen = None;
        crate::rtcp::messages(packet, |message| {
            if let crate::rtcp::Message::Arrivals(arrivals) = message {
                seen = Some(link.downlink.observe(&arrivals, &mut link.log, now));
            }
        });
        seen.expect("a report")
    };
    assert_eq!(observe(&packet).arrived.packets, 50);
    assert_eq!(observe(&packet), Observation::default());
    packet[12..14].copy_from_slice(&40_000_u16.to_be_bytes());
    assert_eq!(observe(&packet), Observation::default(), "never sent");
}

#[test]
fn what_a_report_begins_after_is_missing_unless_a_report_is() {
    let missing = |numbers: [u8; 2]| {
        let mut link = Link::new();
        link.run(0, 9, |_| None);
        let mut seen = Observation::default();
        // Packets 1 to 3, then 6 to 9.
        for (number, base, count) in [(numbers[0], 1_u8, 3_u8), (numbers[1], 6, 4)] {
            let mut report = vec![0x8f, 205, 0, 6, 0, 0, 0, 1, 0, 0, 0, 2];
            report.extend([0, base, 0, count, 0, 0, 0, number, 0x20, count]);
            report.resize(28, 0);
            crate::rtcp::messages(&report, |message| {
                if let crate::rtcp::Message::Arrivals(arrivals) = message {
                    let now = link.at(50_000);
                    seen = link.downlink.observe(&arrivals, &mut link.log, now);
                }
            });
        }
        assert_eq!(seen.arrived.packets, 4);
        seen.missing.packets
    };
    assert_eq!(missing([255, 0]), 2);
    assert_eq!(missing([0, 2]), 0);
}

#[test]
fn a_clock_that_begins_again_is_no_leap() {
    assert_eq!(since(5, REFERENCE_TURN_US - 7), 12);
    assert_eq!(since(REFERENCE_TURN_US - 7, 5), -12);
    assert_eq!(since(70, 50), 20);
}

#[test]
fn the_estimate_of_a_receiver_is_kept() {
    let mut downlink = Downlink::default();
    downlink.estimated(u64::MAX);
    let mut stats = PeerStats::default();
    downlink.add_stats(&mut stats);
    assert_eq!(stats.remb_bps, u64::MAX);
    assert_eq!(
        (stats.delivered_bps, stats.rtt_us, stats.loss_e4),
        (0, 0, 0)
    );
}
