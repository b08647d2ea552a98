//! How one receiver's link does, by its own reports: what a later judgement of its bandwidth is to be made from.
//!
//! Nothing is judged here. Each report becomes an [`Observation`]; those of about a second are added up to a [`Delivery`].

mod log;

use std::time::{Duration, Instant};

pub(crate) use log::SendLog;

use crate::event::PeerStats;
use crate::rtcp::{Arrivals, REFERENCE_TURN_US};

const DELIVERY_EVERY: Duration = Duration::from_secs(1);

/// Packets and their bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Volume {
    pub packets: u32,
    pub bytes: u64,
}

impl Volume {
    fn add(&mut self, bytes: u16) {
        self.packets += 1;
        self.bytes += u64::from(bytes);
    }

    fn plus(self, other: Volume) -> Volume {
        Volume {
            packets: self.packets.saturating_add(other.packets),
            bytes: self.bytes + other.bytes,
        }
    }
}

/// What one report says. A packet that was missing and then came counts as both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Observation {
    pub arrived: Volume,
    pub missing: Volume,
    /// By how much longer the newest packet was on its way than the newest one of the report before: above zero, a queue
    /// grows. 0 until there are two.
    pub delay_change_us: i64,
    /// From sending the newest packet until the report came; the receiver's waiting is in it.
    pub answer_us: Option<u32>,
}

/// What reports of about a second say together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Delivery {
    pub arrived: Volume,
    pub missing: Volume,
    pub delay_change_us: i64,
    /// The shortest of its answers.
    pub answer_us: Option<u32>,
    /// How long it took; zero for none.
    pub lasted: Duration,
}

impl Delivery {
    fn add(&mut self, seen: &Observation) {
        self.arrived = self.arrived.plus(seen.arrived);
        self.missing = self.missing.plus(seen.missing);
        self.delay_change_us = self.delay_change_us.saturating_add(seen.delay_change_us);
        self.answer_us = self.answer_us.into_iter().chain(seen.answer_us).min();
    }

    /// Share of the packets that is missing, in 1/10000.
    fn loss_e4(&self) -> u64 {
        let all = u64::from(self.arrived.packets) + u64::from(self.missing.packets);
        (u64::from(self.missing.packets) * 10_000)
            .checked_div(all)
            .unwrap_or(0)
    }

    fn bps(&self, volume: Volume) -> u64 {
        let us = self.lasted.as_micros() as u64;
        (volume.bytes.saturating_mul(8_000_000))
            .checked_div(us)
            .unwrap_or(0)
    }
}

/// The newest packet that arrived: when it was sent and when it came, each by the clock of its side, in microseconds.
#[derive(Debug, Clone, Copy)]
struct Newest {
    sent_us: u32,
    came_us: i64,
}

/// More packets than this between two reports are no gap but another numbering.
const MAX_GAP: u16 = 4096;

/// The link of one receiver.
#[derive(Debug, Default)]
pub(crate) struct Downlink {
    newest: Option<Newest>,
    /// The number of the report expected next, and the packet it should begin with.
    expected: Option<(u8, u16)>,
    began: Option<Instant>,
    current: Delivery,
    last: Delivery,
    /// What the receiver believes its link to carry.
    remb_bps: u64,
}

impl Downlink {
    /// Takes in a report on what `log` has. Its clock is set to `now`.
    pub(crate) fn observe(
        &mut self,
        arrivals: &Arrivals<'_>,
        log: &mut SendLog,
        now: Instant,
    ) -> Observation {
        log.set_time(now);
        let mut seen = Observation::default();
        let mut newest: Option<Newest> = None;
        // Some receivers begin with the first packet that arrived. If no report was lost, those before it were.
        if let Some((_, first)) = self
            .expected
            .filter(|(number, _)| *number == arrivals.number)
            && let Some(gap) = Some(arrivals.base.wrapping_sub(first)).filter(|gap| *gap <= MAX_GAP)
        {
            for news in (0..gap).filter_map(|at| log.settle(first.wrapping_add(at), false)) {
                seen.missing.add(news.bytes);
            }
        }
        self.expected = Some((
            arrivals.number.wrapping_add(1),
            arrivals.base.wrapping_add(arrivals.count),
        ));
        arrivals.each(|seq, came_us| {
            let Some(news) = log.settle(seq, came_us.is_some()) else {
                return;
            };
            let Some(came_us) = came_us else {
                seen.missing.add(news.bytes);
                return;
            };
            seen.arrived.add(news.bytes);
            let sent_us = news.sent_us;
            if newest.is_none_or(|newest| sent_us.wrapping_sub(newest.sent_us) as i32 >= 0) {
                newest = Some(Newest { sent_us, came_us });
            }
        });
        if let Some(newest) = newest {
            seen.answer_us = Some(log.now_us().wrapping_sub(newest.sent_us));
            if let Some(before) = self.newest {
                let sent = i64::from(newest.sent_us.wrapping_sub(before.sent_us) as i32);
                seen.delay_change_us = since(newest.came_us, before.came_us) - sent;
            }
            self.newest = Some(newest);
        }
        self.add(&seen, now);
        seen
    }

    fn add(&mut self, seen: &Observation, now: Instant) {
        let began = *self.began.get_or_insert(now);
        self.current.add(seen);
        let lasted = now.saturating_duration_since(began);
        if lasted >= DELIVERY_EVERY {
            self.last = Delivery {
                lasted,
                ..std::mem::take(&mut self.current)
            };
            self.began = Some(now);
        }
    }

    /// The receiver says what its link carries.
    pub(crate) fn estimated(&mut self, bps: u64) {
        self.remb_bps = bps;
    }

    /// Adds what the last second was like to `stats`.
    pub(crate) fn add_stats(&self, stats: &mut PeerStats) {
        stats.delivered_bps = self.last.bps(self.last.arrived);
        stats.offered_bps = self.last.bps(self.last.arrived.plus(self.last.missing));
        stats.delay_change_us = self.last.delay_change_us;
        stats.remb_bps = self.remb_bps;
        stats.loss_e4 = stats.loss_e4.max(self.last.loss_e4());
        if stats.rtt_us == 0 {
            stats.rtt_us = self.last.answer_us.map_or(0, u64::from);
        }
    }
}

/// From `before` until `after` by a clock that begins again every [`REFERENCE_TURN_US`].
fn since(after: i64, before: i64) -> i64 {
    let half = REFERENCE_TURN_US / 2;
    (after - before + half).rem_euclid(REFERENCE_TURN_US) - half
}

#[cfg(test)]
mod tests;
