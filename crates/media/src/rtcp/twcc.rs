//! When packets arrived, for a publisher's rate control (draft-holmer-rmcat-transport-wide-cc-extensions-01).

use std::collections::VecDeque;
use std::time::Instant;

use super::{NOBODY, TRANSPORT_FEEDBACK, TRANSPORT_WIDE};

/// Deltas are in steps of a quarter of a millisecond.
const TICK_US: u64 = 250;
/// The reference time is in steps of 64 ms.
const REFERENCE_US: u64 = 64_000;
/// Numbers one report may cover; more of them make the packet too long.
const MAX_STATUSES: usize = 500;
/// Arrivals kept until they are reported: more than a tenth of a second of anything.
const MAX_WAITING: usize = 4096;
const VECTOR_SYMBOLS: usize = 7;
const MAX_RUN: usize = 0x1fff;

/// How a packet arrived; the numbers are the draft's symbols.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Missing = 0,
    Small = 1,
    Large = 2,
}

/// Arrivals that were not reported yet.
#[derive(Debug)]
pub(crate) struct ArrivalLog {
    epoch: Instant,
    /// Extended number and time of arrival since the epoch, in the order of the numbers.
    waiting: VecDeque<(u64, u64)>,
    highest: Option<u64>,
    /// The first number not covered by a report.
    next: Option<u64>,
    reports: u8,
    statuses: Vec<Status>,
    deltas: Vec<u8>,
}

impl ArrivalLog {
    pub(crate) fn new(now: Instant) -> Self {
        ArrivalLog {
            epoch: now,
            waiting: VecDeque::new(),
            highest: None,
            next: None,
            reports: 0,
            statuses: Vec::new(),
            deltas: Vec::new(),
        }
    }

    /// Whether there is anything to report.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Notes the arrival of transport sequence number `seq`.
    pub(crate) fn add(&mut self, seq: u16, now: Instant) {
        let number = self.highest.map_or(u64::from(seq), |highest| {
            let ahead = seq.wrapping_sub(highest as u16) as i16;
            highest.saturating_add_signed(i64::from(ahead))
        });
        if self.next.is_some_and(|next| number < next) || self.waiting.len() >= MAX_WAITING {
            return;
        }
        let at_us = now.saturating_duration_since(self.epoch).as_micros() as u64;
        let place = self.waiting.partition_point(|(other, _)| *other < number);
        match self.waiting.get(place) {
            Some((other, _)) if *other == number => {}
            None => self.waiting.push_back((number, at_us)),
            Some(_) => self.waiting.insert(place, (number, at_us)),
        }
        self.highest = Some(self.highest.map_or(number, |highest| highest.max(number)));
    }

    /// Writes the next report of source `ssrc` to the end of `out`; false if there is none.
    pub(crate) fn report(&mut self, ssrc: u32, out: &mut Vec<u8>) -> bool {
        let Some((first, first_at)) = self.waiting.front().copied() else {
            return false;
        };
        let mut base = self.next.unwrap_or(first).min(first);
        if first - base >= MAX_STATUSES as u64 {
            base = first;
        }
        let reference = first_at / REFERENCE_US;
        self.collect(base, reference * REFERENCE_US);
        self.next = Some(base + self.statuses.len() as u64);
        let start = out.len();
        out.extend([0x80 | TRANSPORT_WIDE, TRANSPORT_FEEDBACK, 0, 0]);
        out.extend(NOBODY.to_be_bytes());
        out.extend(ssrc.to_be_bytes());
        out.extend((base as u16).to_be_bytes());
        out.extend((self.statuses.len() as u16).to_be_bytes());
        out.extend(&(reference as u32).to_be_bytes()[1..]);
        out.push(self.reports);
        self.reports = self.reports.wrapping_add(1);
        write_chunks(&self.statuses, out);
        out.extend(&self.deltas);
        out.resize(start + (out.len() - start).next_multiple_of(4), 0);
        let words = ((out.len() - start) / 4 - 1) as u16;
        out[start + 2..start + 4].copy_from_slice(&words.to_be_bytes());
        true
    }

    /// Takes arrivals from number `base` on out of the log, as statuses and deltas from `time_us` on.
    fn collect(&mut self, base: u64, mut time_us: u64) {
        self.statuses.clear();
        self.deltas.clear();
        while let Some((number, at_us)) = self.waiting.front().copied() {
            let offset = (number - base) as usize;
            let ticks = (at_us as i64 - time_us as i64).div_euclid(TICK_US as i64);
            let Ok(delta) = i16::try_from(ticks) else {
                break;
            };
            if offset >= MAX_STATUSES {
                break;
            }
            self.statuses.resize(offset, Status::Missing);
            if let Ok(small) = u8::try_from(delta) {
                self.statuses.push(Status::Small);
                self.deltas.push(small);
            } else {
                self.statuses.push(Status::Large);
                self.deltas.extend(delta.to_be_bytes());
            }
            time_us = time_us.saturating_add_signed(i64::from(delta) * TICK_US as i64);
            self.waiting.pop_front();
        }
        if self.statuses.is_empty() {
            // Further from its predecessor than a delta can say; cannot happen with the first of a report.
            self.waiting.pop_front();
        }
    }
}

fn write_chunks(mut statuses: &[Status], out: &mut Vec<u8>) {
    while let Some(first) = statuses.first() {
        let run = statuses
            .iter()
            .take(MAX_RUN)
            .take_while(|status| *status == first)
            .count();
        let taken = if run >= VECTOR_SYMBOLS {
            let chunk = (*first as u16) << 13 | run as u16;
            out.extend(chunk.to_be_bytes());
            run
        } else {
            let taken = statuses.len().min(VECTOR_SYMBOLS);
            let symbols = statuses[..taken].iter().enumerate();
            let chunk = symbols.fold(0xc000_u16, |chunk, (at, status)| {
                chunk | (*status as u16) << (12 - 2 * at)
            });
            out.extend(chunk.to_be_bytes());
            taken
        };
        statuses = &statuses[taken..];
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// The first number, how many numbers, and chunks and deltas.
    fn read(packet: &[u8]) -> (u16, usize, String) {
        let base = u16::from_be_bytes([packet[12], packet[13]]);
        let count = u16::from_be_bytes([packet[14], packet[15]]);
        (base, usize::from(count), format!("{:x?}", &packet[20..]))
    }

    #[test]
    fn arrivals_are_reported_once_with_gaps_between() {
        let epoch = Instant::now();
        let mut log = ArrivalLog::new(epoch);
        let at = |ms| epoch + Duration::from_millis(ms);
        for (seq, ms) in [(65_534, 64), (65_535, 65), (1, 66), (0, 70)] {
            log.add(seq, at(ms));
        }
        let mut out = Vec::new();
        assert!(log.report(5, &mut out));
        assert_eq!(out.len() % 4, 0);
        assert_eq!(
            usize::from(u16::from_be_bytes([out[2], out[3]])),
            out.len() / 4 - 1
        );
        let (base, count, rest) = read(&out);
        assert_eq!((base, count), (65_534, 4));
        assert_eq!(out[16..20], [0, 0, 1, 0], "reference 64 ms, first report");
        // Small, small, small, large: deltas 0, 1 ms, 5 ms, -4 ms.
        assert_eq!(rest, "[d5, 80, 0, 4, 14, ff, f0, 0]");
        assert!(log.is_empty() && !log.report(5, &mut out));
        log.add(3, at(80));
        log.add(0, at(81));
        out.clear();
        assert!(log.report(5, &mut out));
        let (base, count, _) = read(&out);
        assert_eq!((base, count), (2, 2), "number 2 is reported as missing");
        assert_eq!(out[19], 1);
    }

    #[test]
    fn long_runs_are_short() {
        let epoch = Instant::now();
        let mut log = ArrivalLog::new(epoch);
        for seq in 0..300 {
            log.add(seq, epoch);
        }
        let mut out = Vec::new();
        assert!(log.report(5, &mut out));
        assert_eq!(out.len(), 20 + (2_usize + 300).next_multiple_of(4));
        assert_eq!(out[20..22], (1_u16 << 13 | 300).to_be_bytes());
    }

    #[test]
    fn a_leap_of_any_length_is_survived() {
        let epoch = Instant::now();
        let mut log = ArrivalLog::new(epoch);
        let mut out = Vec::new();
        let seqs = [0, 30_000, 60_000, 100, 65_535, 32_000, 1];
        for (index, seq) in seqs.into_iter().cycle().take(300).enumerate() {
            log.add(seq, epoch + Duration::from_secs(index as u64 * 7));
            while log.report(1, &mut out) {}
        }
        assert!(log.is_empty());
    }
}
