//! What was sent to one receiver, until it says what became of it.
//!
//! Every packet gets the next number of the transport. The log is a ring that grows until it holds what is not answered
//! yet; after that nothing is allocated.

use std::time::Instant;

const FIRST_LEN: usize = 256;
/// Two seconds of 4,000 packets each.
const MAX_LEN: usize = 8192;
/// What is not answered by then is forgotten.
const MAX_AGE_US: u32 = 2_000_000;

/// What is known of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Unknown,
    Missing,
    Arrived,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    /// When it was sent, in microseconds since the epoch, modulo 2^32.
    sent_us: u32,
    bytes: u16,
    fate: Fate,
}

/// News of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct News {
    /// When it was sent, in microseconds since the epoch, modulo 2^32.
    pub sent_us: u32,
    pub bytes: u16,
}

/// The packets sent last.
#[derive(Debug)]
pub(crate) struct SendLog {
    epoch: Option<Instant>,
    /// The time of what is being sent.
    now_us: u32,
    /// The number of the next packet.
    next: u64,
    entries: Vec<Entry>,
}

impl Default for SendLog {
    fn default() -> Self {
        SendLog {
            epoch: None,
            now_us: 0,
            next: 1,
            entries: Vec::new(),
        }
    }
}

impl SendLog {
    /// Packets noted from here on leave at `now`.
    pub(crate) fn set_time(&mut self, now: Instant) {
        let epoch = *self.epoch.get_or_insert(now);
        self.now_us = now.saturating_duration_since(epoch).as_micros() as u32;
    }

    /// The time last set, in microseconds since the epoch, modulo 2^32.
    pub(crate) fn now_us(&self) -> u32 {
        self.now_us
    }

    /// The number of the next packet.
    pub(crate) fn next_seq(&self) -> u16 {
        self.next as u16
    }

    /// Notes that the next packet leaves.
    pub(crate) fn note(&mut self, bytes: usize) {
        if self.entries.is_empty() {
            self.resize(FIRST_LEN);
        }
        let oldest = self.entries[self.place(self.next)];
        let young = self.now_us.wrapping_sub(oldest.sent_us) < MAX_AGE_US;
        let full = self.next > self.entries.len() as u64;
        if full && oldest.fate == Fate::Unknown && young && self.entries.len() < MAX_LEN {
            self.resize(2 * self.entries.len());
        }
        let place = self.place(self.next);
        self.entries[place] = Entry {
            sent_us: self.now_us,
            bytes: u16::try_from(bytes).unwrap_or(u16::MAX),
            fate: Fate::Unknown,
        };
        self.next += 1;
    }

    /// The receiver says whether packet `seq` arrived; it may come after it was missing. `None` if that is no news, or the
    /// packet is forgotten or was never sent.
    pub(crate) fn settle(&mut self, seq: u16, arrived: bool) -> Option<News> {
        let back = u64::from(self.next_seq().wrapping_sub(1).wrapping_sub(seq));
        let number = (self.next - 1)
            .checked_sub(back)
            .filter(|number| *number > 0)?;
        if back >= self.entries.len() as u64 {
            return None;
        }
        let place = self.place(number);
        let entry = &mut self.entries[place];
        let fate = if arrived {
            Fate::Arrived
        } else {
            Fate::Missing
        };
        if entry.fate == fate || entry.fate == Fate::Arrived {
            return None;
        }
        entry.fate = fate;
        Some(News {
            sent_us: entry.sent_us,
            bytes: entry.bytes,
        })
    }

    fn place(&self, number: u64) -> usize {
        number as usize & (self.entries.len() - 1)
    }

    fn resize(&mut self, len: usize) {
        let nothing = Entry {
            sent_us: 0,
            bytes: 0,
            fate: Fate::Arrived,
        };
        let old = std::mem::replace(&mut self.entries, vec![nothing; len]);
        for number in self.next.saturating_sub(old.len() as u64).max(1)..self.next {
            let place = self.place(number);
            self.entries[place] = old[number as usize & (old.len() - 1)];
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_packet_is_settled_once_and_a_late_one_again() {
        let start = Instant::now();
        let mut log = SendLog::default();
        assert_eq!(log.settle(0, true), None);
        log.set_time(start);
        assert_eq!(log.next_seq(), 1);
        log.note(100);
        log.set_time(start + Duration::from_millis(5));
        log.note(200);
        let news = |sent_us, bytes| Some(News { sent_us, bytes });
        assert_eq!(log.settle(1, true), news(0, 100));
        assert_eq!(log.settle(1, true), None);
        assert_eq!(log.settle(1, false), None);
        assert_eq!(log.settle(2, false), news(5000, 200));
        assert_eq!(log.settle(2, true), news(5000, 200));
        for never in [0, 3, 40_000, u16::MAX] {
            assert_eq!(log.settle(never, true), None, "{never}");
        }
    }

    #[test]
    fn the_log_grows_until_it_holds_what_is_not_answered() {
        let start = Instant::now();
        let mut log = SendLog::default();
        let send = |log: &mut SendLog, ms: u64| {
            log.set_time(start + Duration::from_millis(ms));
            log.note(1000);
        };
        // A packet a millisecond, answered after half a second.
        for ms in 0..100_000 {
            send(&mut log, ms);
            if ms >= 500 {
                let seq = (ms - 500 + 1) as u16;
                assert!(log.settle(seq, true).is_some(), "{ms}");
            }
        }
        assert_eq!(log.entries.len(), 512);
        // Nobody answers any more.
        for ms in 100_000..130_000 {
            send(&mut log, ms);
        }
        assert_eq!(log.entries.len(), 2048, "two seconds of it");
        for ms in 0..200_000 {
            send(&mut log, 130_000 + ms / 100);
        }
        assert_eq!(log.entries.len(), MAX_LEN);
    }
}
