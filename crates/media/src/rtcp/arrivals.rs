//! How what we send arrives: transport-wide feedback of a receiver (draft-holmer-rmcat-transport-wide-cc-extensions-01).

/// Deltas are in steps of a quarter of a millisecond.
const TICK_US: i64 = 250;
/// The reference time is in steps of 64 ms, and has 24 bits.
const REFERENCE_US: i64 = 64_000;
pub(crate) const REFERENCE_TURN_US: i64 = REFERENCE_US << 24;
/// Names of both sides, first number, count, reference time and number of the report.
const FIXED_BYTES: usize = 16;
/// A client that reports at least ten times a second covers a tenth of this; what is beyond is not read.
const MAX_STATUSES: u16 = 4096;
const CHUNK_BYTES: usize = 2;

/// One report. Reading it again gives the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Arrivals<'a> {
    /// Counts the reports of the receiver.
    pub number: u8,
    /// The first packet reported on, and how many there are.
    pub base: u16,
    pub count: u16,
    reference: u32,
    chunks: &'a [u8],
    deltas: &'a [u8],
}

impl<'a> Arrivals<'a> {
    /// Reads what follows the header of the message; `None` if its list of statuses is cut.
    pub(super) fn parse(body: &'a [u8]) -> Option<Self> {
        let (fixed, rest) = body.split_first_chunk::<FIXED_BYTES>()?;
        let count = u16::from_be_bytes([fixed[10], fixed[11]]).min(MAX_STATUSES);
        let (mut covered, mut at) = (0, 0);
        while covered < usize::from(count) {
            covered += Chunk::read(rest, at)?.len();
            at += CHUNK_BYTES;
        }
        Some(Arrivals {
            number: fixed[15],
            base: u16::from_be_bytes([fixed[8], fixed[9]]),
            count,
            reference: u32::from_be_bytes([0, fixed[12], fixed[13], fixed[14]]),
            chunks: &rest[..at],
            deltas: &rest[at..],
        })
    }

    /// Hands over every packet reported on, in the order of their numbers: its number and when it arrived by the receiver's
    /// clock, in microseconds since a point that comes again every [`REFERENCE_TURN_US`]; `None` if it did not. Ends where
    /// the report stops making sense.
    pub(crate) fn each(&self, mut take: impl FnMut(u16, Option<i64>)) {
        let mut deltas = self.deltas;
        let mut time_us = i64::from(self.reference) * REFERENCE_US;
        let chunks = (0..self.chunks.len()).step_by(CHUNK_BYTES);
        let statuses = chunks
            .filter_map(|at| Chunk::read(self.chunks, at))
            .flat_map(|chunk| (0..chunk.len()).map(move |index| chunk.status(index)));
        for (offset, status) in (0..self.count).zip(statuses) {
            let ticks = match (status, deltas) {
                (0, _) => None,
                (1, [small, rest @ ..]) => {
                    deltas = rest;
                    Some(i64::from(*small))
                }
                (2, [high, low, rest @ ..]) => {
                    deltas = rest;
                    Some(i64::from(i16::from_be_bytes([*high, *low])))
                }
                _ => return,
            };
            time_us += ticks.unwrap_or(0) * TICK_US;
            take(self.base.wrapping_add(offset), ticks.map(|_| time_us));
        }
    }
}

/// Several statuses in two bytes.
#[derive(Clone, Copy)]
enum Chunk {
    /// One status, so often.
    Run(u16, usize),
    /// Fourteen statuses of one bit.
    Bits(u16),
    /// Seven statuses of two bits.
    Pairs(u16),
}

impl Chunk {
    fn read(bytes: &[u8], at: usize) -> Option<Self> {
        let word = u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?);
        match word >> 14 {
            0b11 => Some(Chunk::Pairs(word)),
            0b10 => Some(Chunk::Bits(word)),
            // A run of nothing would be read for ever.
            _ => Some(Chunk::Run(word >> 13 & 3, usize::from(word & 0x1fff)))
                .filter(|chunk| chunk.len() > 0),
        }
    }

    fn len(self) -> usize {
        match self {
            Chunk::Run(_, len) => len,
            Chunk::Bits(_) => 14,
            Chunk::Pairs(_) => 7,
        }
    }

    fn status(self, index: usize) -> u16 {
        match self {
            Chunk::Run(status, _) => status,
            Chunk::Bits(word) => word >> (13 - index) & 1,
            Chunk::Pairs(word) => word >> (12 - 2 * index) & 3,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::super::ArrivalLog;
    use super::*;

    fn body(base: u16, count: u16, rest: &[u8]) -> Vec<u8> {
        let mut body = vec![0, 0, 0, 1, 0, 0, 0, 2];
        body.extend(base.to_be_bytes());
        body.extend(count.to_be_bytes());
        body.extend([0, 0, 2, 9]);
        body.extend(rest);
        body
    }

    fn all(body: &[u8]) -> Option<Vec<(u16, Option<i64>)>> {
        let mut found = Vec::new();
        Arrivals::parse(body)?.each(|seq, at| found.push((seq, at)));
        Some(found)
    }

    #[test]
    fn every_kind_of_chunk_is_read() {
        // A run of two that arrived, fourteen bits of which the last is set, pairs with a large and a small one.
        let chunks = [0x20, 2, 0x80, 1, 0xe4, 0, 4, 8, 12, 0xff, 0xf8, 1];
        let found = all(&body(65_534, 19, &chunks)).expect("a report");
        assert_eq!(found.len(), 19);
        assert_eq!(found[0], (65_534, Some(128_000 + 1000)));
        assert_eq!(found[1], (65_535, Some(131_000)));
        assert!(found[2..15].iter().all(|(_, at)| at.is_none()));
        assert_eq!(found[15], (13, Some(134_000)));
        assert_eq!(
            found[16..],
            [(14, Some(132_000)), (15, Some(132_250)), (16, None)]
        );
    }

    #[test]
    fn what_is_cut_or_reserved_ends_the_report() {
        assert_eq!(all(&body(1, 3, &[0x20])), None, "no chunk");
        assert_eq!(all(&body(1, 3, &[0x20, 2])), None, "not enough chunks");
        assert_eq!(
            all(&body(1, 3, &[0x20, 0, 0x20, 3])),
            None,
            "a run of nothing"
        );
        let cut = all(&body(1, 3, &[0x20, 3, 8])).expect("a report");
        assert_eq!(cut.len(), 1, "a delta for each");
        let reserved = all(&body(1, 3, &[0x60, 3, 8, 8, 8]));
        assert_eq!(reserved, Some(Vec::new()));
        assert_eq!(all(&[0; FIXED_BYTES - 1]), None);
        assert_eq!(all(&body(1, 0, &[])), Some(Vec::new()));
    }

    #[test]
    fn a_report_of_everything_is_read_in_part() {
        let endless = [0x1f, 0xff].repeat(9);
        let found = all(&body(0, u16::MAX, &endless)).expect("a report");
        assert_eq!(found.len(), usize::from(MAX_STATUSES));
    }

    #[test]
    fn what_we_write_is_read() {
        let epoch = Instant::now();
        let mut log = ArrivalLog::new(epoch);
        let times = [(7_u16, 0), (8, 900), (10, 3), (300, 70_000), (301, 70_001)];
        for (seq, ms) in times {
            log.add(seq, epoch + Duration::from_millis(ms));
        }
        let (mut packet, mut found) = (Vec::new(), Vec::new());
        while log.report(1, &mut packet) {
            let arrivals = Arrivals::parse(&packet[4..]).expect("a report");
            arrivals.each(|seq, at| found.extend(at.map(|at| (seq, at as u64 / 1000))));
            packet.clear();
        }
        assert_eq!(found, times);
    }
}
