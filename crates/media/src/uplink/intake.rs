//! One source of a publisher as it arrives: what is new, what is missing, how regular it is.

use std::time::Instant;

use super::nack::{Leap, Missing};
use crate::rtcp::OwnBlock;
use crate::srtp::Window;

/// The estimate of jitter is kept in sixteenths (RFC 3550, A.8).
const JITTER_SHIFT: u32 = 4;

/// What a packet meant to its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Taken {
    /// It was not there before.
    pub new: bool,
    /// Packets before it are missing, and are to be asked for at once.
    pub gap: bool,
    /// Too much is missing: only a key frame helps.
    pub hopeless: bool,
}

/// The state of one source.
#[derive(Debug)]
pub(crate) struct Intake {
    clock_rate: u32,
    asks: bool,
    window: Window,
    first: u64,
    received: u64,
    received_before: u64,
    expected_before: u64,
    began: Instant,
    transit: Option<i64>,
    jitter_sixteenths: u32,
    /// The middle of the clock in the last sender report, and when that came.
    report: Option<(u32, Instant)>,
    missing: Missing,
    /// Share lost in the last report, in 1/256, and packets lost so far.
    pub fraction_lost: u8,
    pub lost: u64,
    /// Messages that asked for lost packets.
    pub nacks: u64,
}

impl Intake {
    /// A source whose first packet has number `seq`. `asks`: lost packets may be asked for.
    pub(crate) fn new(seq: u64, clock_rate: u32, asks: bool, now: Instant) -> Self {
        Intake {
            clock_rate,
            asks,
            window: Window::starting_with(seq),
            first: seq,
            received: 1,
            received_before: 0,
            expected_before: 0,
            began: now,
            transit: None,
            jitter_sixteenths: 0,
            report: None,
            missing: Missing::default(),
            fraction_lost: 0,
            lost: 0,
            nacks: 0,
        }
    }

    /// The full number behind the 16 bits in a retransmission.
    pub(crate) fn extend(&self, seq: u16) -> u64 {
        self.window.extend(seq)
    }

    /// Whether packets are missing that may still come.
    pub(crate) fn lacks_any(&self) -> bool {
        !self.missing.is_empty()
    }

    /// Takes in packet `seq`; `repaired` if it came as a retransmission, `refused` if what is missing before it was
    /// refused here.
    pub(crate) fn take(
        &mut self,
        seq: u64,
        timestamp: u32,
        (repaired, refused): (bool, bool),
        now: Instant,
    ) -> Taken {
        let mut taken = Taken {
            new: self.window.is_new(seq),
            gap: false,
            hopeless: false,
        };
        if !taken.new {
            return taken;
        }
        let next = self.window.highest() + 1;
        if seq > next && self.asks && !refused {
            let leap = self.missing.skipped(next..seq, now);
            taken.gap = leap == Leap::Asked;
            taken.hopeless = leap == Leap::Hopeless;
        } else if seq < next {
            self.missing.found(seq);
        }
        self.window.insert(seq);
        self.first = self.first.min(seq);
        // What was lost and repaired was lost all the same: the publisher's rate control is to know.
        if !repaired {
            self.received += 1;
            self.note_transit(timestamp, now);
        }
        taken
    }

    fn note_transit(&mut self, timestamp: u32, now: Instant) {
        let since = now.saturating_duration_since(self.began).as_micros() as i64;
        let arrival = since * i64::from(self.clock_rate) / 1_000_000;
        let transit = i64::from((arrival as u32).wrapping_sub(timestamp) as i32);
        if let Some(before) = self.transit.replace(transit) {
            let change = (transit - before)
                .unsigned_abs()
                .min(u64::from(u32::MAX >> 8)) as u32;
            let rounded = (self.jitter_sixteenths + (1 << (JITTER_SHIFT - 1))) >> JITTER_SHIFT;
            self.jitter_sixteenths = (self.jitter_sixteenths + change).saturating_sub(rounded);
        }
    }

    /// Notes a sender report of the source.
    pub(crate) fn reported(&mut self, ntp: u64, now: Instant) {
        self.report = Some(((ntp >> 16) as u32, now));
    }

    /// The missing packets that are to be asked for now, into `out`, which is empty.
    pub(super) fn due(&mut self, now: Instant, out: &mut Vec<u16>) {
        self.missing.due(now, out);
        self.nacks += u64::from(!out.is_empty());
    }

    /// The block that tells the publisher how this source arrives; ends an interval.
    pub(super) fn report(&mut self, ssrc: u32, now: Instant) -> OwnBlock {
        let expected = self.window.highest() - self.first + 1;
        let expected_now = expected.saturating_sub(self.expected_before);
        let received_now = self.received - self.received_before;
        (self.expected_before, self.received_before) = (expected, self.received);
        let lost_now = expected_now.saturating_sub(received_now);
        self.fraction_lost = (lost_now * 256)
            .checked_div(expected_now)
            .unwrap_or(0)
            .min(255) as u8;
        self.lost = expected.saturating_sub(self.received);
        let (last_report, delay) = self.report.map_or((0, 0), |(middle, at)| {
            let since = now.saturating_duration_since(at);
            (middle, (since.as_micros() * 65_536 / 1_000_000) as u32)
        });
        OwnBlock {
            ssrc,
            fraction_lost: self.fraction_lost,
            lost: self.lost.min(0x007f_ffff) as i32,
            highest_seq: self.window.highest() as u32,
            jitter: self.jitter_sixteenths >> JITTER_SHIFT,
            last_report,
            delay,
        }
    }
}
