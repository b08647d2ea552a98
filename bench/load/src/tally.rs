//! What arrived: packets, gaps, delays.

/// One received source.
pub struct Source {
    pub ssrc: u32,
    /// Highest sequence number with its roll-overs.
    highest: u64,
    seen: Box<[u64; 1024]>,
    counts: Counts,
    /// Whether its publisher is one of those who count, as far as is known.
    pub counted: bool,
}

/// Counts since the measurement began.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct Counts {
    pub packets: u64,
    pub bytes: u64,
    /// Sequence numbers that were skipped and have not come.
    pub missing: u64,
    pub duplicates: u64,
}

impl Source {
    pub fn new(ssrc: u32, first: u16) -> Self {
        Source {
            ssrc,
            highest: first.into(),
            seen: Box::new([u64::MAX; 1024]),
            counts: Counts::default(),
            counted: true,
        }
    }

    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The highest sequence number, as a receiver report wants it.
    pub fn highest(&self) -> u32 {
        self.highest as u32
    }

    /// Begins the measurement: what is missing until now is forgotten.
    pub fn begin(&mut self) {
        self.counts = Counts::default();
        self.seen.fill(u64::MAX);
    }

    /// The packet index of a sequence number near the highest.
    pub fn index(&self, seq: u16) -> u64 {
        let ahead = seq.wrapping_sub(self.highest as u16);
        if ahead < 0x8000 {
            self.highest + u64::from(ahead)
        } else {
            self.highest.saturating_sub(ahead.wrapping_neg().into())
        }
    }

    /// Counts a packet of this many bytes on the wire.
    pub fn count(&mut self, seq: u16, len: usize) {
        let index = self.index(seq);
        if index > self.highest {
            for skipped in self.highest + 1..index {
                self.seen[word(skipped)] &= !bit(skipped);
            }
            self.counts.missing += index - self.highest - 1;
            self.highest = index;
            self.seen[word(index)] |= bit(index);
        } else if self.seen[word(index)] & bit(index) == 0 {
            self.seen[word(index)] |= bit(index);
            self.counts.missing -= 1;
        } else {
            self.counts.duplicates += 1;
            return;
        }
        self.counts.packets += 1;
        self.counts.bytes += len as u64;
    }
}

/// The window holds every 16-bit sequence number once.
fn word(index: u64) -> usize {
    usize::from(index as u16 >> 6)
}

fn bit(index: u64) -> u64 {
    1 << (index & 63)
}

const BIN_NS: u64 = 10_000;
const BINS: usize = 200_000;

/// Delays in bins of 10 µs up to 2 s.
pub struct Delays {
    bins: Vec<u32>,
    count: u64,
    most_ns: u64,
}

impl Default for Delays {
    fn default() -> Self {
        Delays {
            bins: vec![0; BINS],
            count: 0,
            most_ns: 0,
        }
    }
}

impl Delays {
    pub fn begin(&mut self) {
        *self = Delays::default();
    }

    pub fn add(&mut self, delay_ns: u64) {
        let bin = usize::try_from(delay_ns / BIN_NS).unwrap_or(BINS);
        self.bins[bin.min(BINS - 1)] += 1;
        self.count += 1;
        self.most_ns = self.most_ns.max(delay_ns);
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    pub fn most_ms(&self) -> f64 {
        self.most_ns as f64 / 1e6
    }

    /// The delay that this share of all samples does not exceed, in milliseconds: upper edge of its bin; 0 without samples.
    pub fn quantile_ms(&self, share: f64) -> f64 {
        let wanted = (self.count as f64 * share).ceil().max(1.0) as u64;
        let mut passed = 0;
        for (bin, count) in self.bins.iter().enumerate() {
            passed += u64::from(*count);
            if passed >= wanted {
                return (bin + 1) as f64 * BIN_NS as f64 / 1e6;
            }
        }
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(seqs: &[u16]) -> Counts {
        let mut source = Source::new(1, 65_530);
        source.begin();
        for seq in seqs {
            source.count(*seq, 100);
        }
        source.counts()
    }

    #[test]
    fn a_gap_is_missing_until_it_is_filled() {
        let counts = after(&[65_531, 65_535, 1, 2]);
        assert_eq!((counts.packets, counts.missing), (4, 4));
        let counts = after(&[65_531, 65_535, 1, 2, 0, 65_532, 65_532]);
        assert_eq!((counts.packets, counts.missing), (6, 2));
        assert_eq!(counts.duplicates, 1);
    }

    #[test]
    fn what_is_older_than_the_measurement_is_no_gap() {
        let counts = after(&[65_529, 65_531]);
        assert_eq!((counts.packets, counts.missing), (1, 0));
    }

    #[test]
    fn the_index_counts_roll_overs() {
        let mut source = Source::new(1, 65_535);
        source.count(3, 1);
        assert_eq!(source.index(4), 0x1_0004);
        assert_eq!(source.index(65_534), 65_534);
    }

    #[test]
    fn quantiles_are_the_upper_edge_of_their_bin() {
        let mut delays = Delays::default();
        assert_eq!(delays.quantile_ms(0.5), 0.0);
        for delay_ns in [5_000, 15_000, 25_000, 3_000_000_000] {
            delays.add(delay_ns);
        }
        assert_eq!(delays.quantile_ms(0.5), 0.02);
        assert_eq!(delays.quantile_ms(0.75), 0.03);
        assert_eq!(delays.quantile_ms(1.0), 2000.0);
        assert_eq!((delays.count(), delays.most_ms()), (4, 3000.0));
    }
}
