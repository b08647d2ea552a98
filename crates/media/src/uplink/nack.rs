//! Which packets of a source are missing, and when to ask for them.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// More missing packets than this cannot be made good: a key frame is cheaper.
const MAX_MISSING: usize = 256;
/// The first wait for an answer; every further one is twice as long, up to the last.
const FIRST_WAIT: Duration = Duration::from_millis(40);
const LAST_WAIT: Duration = Duration::from_millis(320);
/// After this time a packet is of no use to any receiver.
const MAX_AGE: Duration = Duration::from_millis(1500);

#[derive(Debug, Clone, Copy)]
struct Gap {
    seq: u64,
    since: Instant,
    /// When to ask (again).
    ask_at: Instant,
    wait: Duration,
}

/// The missing packets of one source, in order.
#[derive(Debug, Default)]
pub(super) struct Missing {
    gaps: VecDeque<Gap>,
}

/// What became of a leap in the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leap {
    /// The packets between are asked for.
    Asked,
    /// Too many are missing; a key frame is needed.
    Hopeless,
}

impl Missing {
    pub(super) fn is_empty(&self) -> bool {
        self.gaps.is_empty()
    }

    /// Notes that the numbers in `between` were skipped.
    pub(super) fn skipped(&mut self, between: std::ops::Range<u64>, now: Instant) -> Leap {
        let count = between.end - between.start;
        if count > MAX_MISSING as u64 || self.gaps.len() + count as usize > MAX_MISSING {
            self.gaps.clear();
            return Leap::Hopeless;
        }
        self.gaps.extend(between.map(|seq| Gap {
            seq,
            since: now,
            ask_at: now,
            wait: FIRST_WAIT,
        }));
        Leap::Asked
    }

    /// Number `seq` has come after all.
    pub(super) fn found(&mut self, seq: u64) {
        if let Ok(at) = self.gaps.binary_search_by_key(&seq, |gap| gap.seq) {
            self.gaps.remove(at);
        }
    }

    /// The numbers to ask for now, into `out`; gives up those that are too old.
    pub(super) fn due(&mut self, now: Instant, out: &mut Vec<u16>) {
        self.gaps.retain(|gap| now < gap.since + MAX_AGE);
        for gap in self.gaps.iter_mut().filter(|gap| gap.ask_at <= now) {
            out.push(gap.seq as u16);
            gap.ask_at = now + gap.wait;
            gap.wait = (2 * gap.wait).min(LAST_WAIT);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_missing_are_asked_for_less_and_less_until_they_come_or_grow_old() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut missing = Missing::default();
        assert_eq!(missing.skipped(65_535..65_538, start), Leap::Asked);
        let asked = |missing: &mut Missing, ms| {
            let mut out = Vec::new();
            missing.due(at(ms), &mut out);
            out
        };
        assert_eq!(asked(&mut missing, 0), [65_535, 0, 1]);
        assert_eq!(asked(&mut missing, 39), []);
        missing.found(65_536);
        missing.found(70_000);
        assert_eq!(asked(&mut missing, 40), [65_535, 1]);
        assert_eq!(asked(&mut missing, 100), []);
        assert_eq!(asked(&mut missing, 120), [65_535, 1]);
        assert_eq!(asked(&mut missing, 1500), []);
        assert!(missing.is_empty());
    }

    #[test]
    fn a_leap_too_far_is_not_asked_for() {
        let now = Instant::now();
        let mut missing = Missing::default();
        assert_eq!(missing.skipped(0..200, now), Leap::Asked);
        assert_eq!(missing.skipped(300..400, now), Leap::Hopeless);
        assert!(missing.is_empty());
        assert_eq!(missing.skipped(0..1 << 40, now), Leap::Hopeless);
    }
}
