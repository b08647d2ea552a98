//! What arrived: packets, gaps, delays.

/// One received source: which of its sequence numbers came.
pub struct Source {
    pub ssrc: u32,
    pub video: bool,
    highest: u16,
    seen: Box<[u64; 1024]>,
    counts: Counts,
}

/// Counts since the measurement began.
#[derive(Clone, Copy, Default)]
pub struct Counts {
    pub packets: u64,
    pub bytes: u64,
    pub missing: u64,
    pub recovered: u64,
    pub duplicates: u64,
}

impl Source {
    pub fn new(ssrc: u32, video: bool, first: u16) -> Self {
        let mut source = Source {
            ssrc,
            video,
            highest: first,
            seen: Box::new([u64::MAX; 1024]),
            counts: Counts::default(),
        };
        source.mark(first);
        source
    }

    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Begins the measurement: what is missing until now is forgotten.
    pub fn begin(&mut self) {
        self.counts = Counts::default();
        self.seen.fill(u64::MAX);
    }

    /// A packet on the wire. `frozen`: the measurement is over and only gaps may still be filled.
    pub fn wire(&mut self, seq: u16, len: usize, frozen: bool) {
        let ahead = seq.wrapping_sub(self.highest);
        if ahead == 0 || ahead >= 0x8000 {
            self.counts.duplicates += u64::from(!self.fill(seq));
        } else if frozen {
            return;
        } else {
            for skipped in 1..ahead {
                self.unmark(self.highest.wrapping_add(skipped));
            }
            self.counts.missing += u64::from(ahead - 1);
            self.highest = seq;
            self.mark(seq);
        }
        self.counts.packets += 1;
        self.counts.bytes += len as u64;
    }

    /// A packet that came as a retransmission; whether it was missing.
    pub fn fill(&mut self, seq: u16) -> bool {
        let gap = seq.wrapping_sub(self.highest) >= 0x8000 && !self.is_marked(seq);
        if gap {
            self.mark(seq);
            self.counts.missing -= 1;
            self.counts.recovered += 1;
        }
        gap
    }

    fn is_marked(&self, seq: u16) -> bool {
        self.seen[usize::from(seq >> 6)] & (1 << (seq & 63)) != 0
    }

    fn mark(&mut self, seq: u16) {
        self.seen[usize::from(seq >> 6)] |= 1 << (seq & 63);
    }

    fn unmark(&mut self, seq: u16) {
        self.seen[usize::from(seq >> 6)] &= !(1 << (seq & 63));
    }
}

const BIN_US: u64 = 100;
const BINS: usize = 20_000;

/// Delays from the publisher's write to the subscriber's read, in bins of 100 µs up to 2 s.
pub struct Delays {
    bins: Vec<u64>,
}

impl Delays {
    pub fn new() -> Self {
        Delays {
            bins: vec![0; BINS],
        }
    }

    pub fn begin(&mut self) {
        self.bins.fill(0);
    }

    pub fn add(&mut self, delay_us: u64) {
        let bin = usize::try_from(delay_us / BIN_US).unwrap_or(BINS);
        self.bins[bin.min(BINS - 1)] += 1;
    }

    /// The delay that this share of all packets stays below, in milliseconds.
    pub fn quantile_ms(&self, share: f64) -> f64 {
        let wanted = (self.bins.iter().sum::<u64>() as f64 * share).ceil() as u64;
        let mut passed = 0;
        for (bin, count) in self.bins.iter().enumerate() {
            passed += count;
            if passed >= wanted {
                return (bin + 1) as f64 * BIN_US as f64 / 1000.0;
            }
        }
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(seqs: &[u16]) -> Counts {
        let mut source = Source::new(1, true, 65_530);
        source.begin();
        for seq in seqs {
            source.wire(*seq, 100, false);
        }
        source.counts()
    }

    #[test]
    fn a_gap_is_missing_until_it_is_filled() {
        let counts = after(&[65_531, 65_535, 1, 2]);
        assert_eq!((counts.packets, counts.missing), (4, 4));
        let counts = after(&[65_531, 65_535, 1, 2, 0, 65_532, 65_532]);
        assert_eq!(
            (counts.missing, counts.recovered, counts.duplicates),
            (2, 2, 1)
        );
    }

    #[test]
    fn what_is_older_than_the_measurement_is_no_gap() {
        let counts = after(&[65_529, 65_531]);
        assert_eq!((counts.missing, counts.recovered), (0, 0));
    }

    #[test]
    fn a_frozen_source_only_fills_gaps() {
        let mut source = Source::new(1, true, 10);
        source.begin();
        source.wire(12, 100, false);
        source.wire(20, 100, true);
        assert_eq!(source.counts().missing, 1);
        source.wire(11, 100, true);
        assert_eq!(source.counts().missing, 0);
    }

    #[test]
    fn quantiles_are_the_upper_edge_of_their_bin() {
        let mut delays = Delays::new();
        for delay_us in [50, 150, 250, 3_000_000] {
            delays.add(delay_us);
        }
        assert_eq!(delays.quantile_ms(0.5), 0.2);
        assert_eq!(delays.quantile_ms(1.0), 2000.0);
    }
}
