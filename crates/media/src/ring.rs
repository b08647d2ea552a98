//! The newest packets of one layer, decrypted: what receivers are sent from, now and again.
//!
//! All receivers of a layer share one ring. It grows until it holds two seconds; after that nothing is allocated.

use std::time::{Duration, Instant};

use crate::rtp::Vp8Layout;

/// A packet older than this is of no use to a receiver that lost it.
pub(crate) const MAX_AGE: Duration = Duration::from_secs(2);
const MAX_BYTES: usize = 2 << 20;
const MAX_PACKETS: usize = 4096;

/// What is known of a stored packet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stored {
    /// Extended sequence number of the source.
    pub seq: u64,
    pub timestamp: u32,
    pub marker: bool,
    pub audio_level: Option<u8>,
    pub orientation: Option<u8>,
    pub vp8: Vp8Layout,
    pub at: Instant,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    stored: Stored,
    /// Counts all bytes ever written before this packet.
    start: u64,
    len: usize,
}

/// A ring of packets.
#[derive(Debug)]
pub(crate) struct Ring {
    bytes: Vec<u8>,
    entries: Vec<Option<Entry>>,
    /// Counts all bytes ever written, and those skipped at the end of the ring.
    written: u64,
    /// When the first byte of the ring was last written.
    lap_began: Option<Instant>,
}

impl Ring {
    /// A ring that begins with room for `packets` and `bytes`, both rounded up to powers of two.
    pub(crate) fn new(packets: usize, bytes: usize) -> Self {
        Ring {
            bytes: vec![0; bytes.next_power_of_two()],
            entries: vec![None; packets.next_power_of_two()],
            written: 0,
            lap_began: None,
        }
    }

    /// Forgets everything; for a source whose numbers begin anew.
    pub(crate) fn clear(&mut self) {
        self.entries.fill(None);
    }

    /// Keeps a packet.
    pub(crate) fn push(&mut self, stored: Stored, payload: &[u8]) {
        if payload.len() > self.bytes.len() {
            return;
        }
        let young = |at: Instant| stored.at.saturating_duration_since(at) < MAX_AGE;
        let same_place = self.entries[self.place(stored.seq)];
        let crowded = same_place.is_some_and(|old| self.holds(&old) && young(old.stored.at));
        if crowded && self.entries.len() < MAX_PACKETS {
            self.rebuild(2 * self.entries.len(), self.bytes.len());
        }
        let full = self.position() + payload.len() > self.bytes.len();
        if full && self.bytes.len() < MAX_BYTES && self.lap_began.is_some_and(young) {
            self.rebuild(self.entries.len(), 2 * self.bytes.len());
        }
        self.append(stored, payload);
    }

    /// The packet with number `seq`, if it is still there.
    pub(crate) fn get(&self, seq: u64) -> Option<(&Stored, &[u8])> {
        let entry = self.entries[self.place(seq)].as_ref()?;
        if entry.stored.seq != seq || !self.holds(entry) {
            return None;
        }
        Some((&entry.stored, self.payload(entry)))
    }

    fn append(&mut self, stored: Stored, payload: &[u8]) {
        let (size, mut at) = (self.bytes.len(), self.position());
        if at + payload.len() > size {
            self.written += (size - at) as u64;
            at = 0;
        }
        if at == 0 {
            self.lap_began = Some(stored.at);
        }
        self.bytes[at..at + payload.len()].copy_from_slice(payload);
        let place = self.place(stored.seq);
        self.entries[place] = Some(Entry {
            stored,
            start: self.written,
            len: payload.len(),
        });
        self.written += payload.len() as u64;
    }

    fn payload(&self, entry: &Entry) -> &[u8] {
        let at = self.offset(entry.start);
        &self.bytes[at..at + entry.len]
    }

    fn position(&self) -> usize {
        self.offset(self.written)
    }

    fn offset(&self, count: u64) -> usize {
        count as usize & (self.bytes.len() - 1)
    }

    fn place(&self, seq: u64) -> usize {
        seq as usize & (self.entries.len() - 1)
    }

    /// Whether the bytes of an entry were not written over.
    fn holds(&self, entry: &Entry) -> bool {
        self.written - entry.start <= self.bytes.len() as u64
    }

    /// Moves everything into a ring of another size.
    fn rebuild(&mut self, packets: usize, bytes: usize) {
        let old = std::mem::replace(self, Ring::new(packets, bytes));
        let held = |entry: &&Entry| old.holds(entry);
        let mut kept: Vec<&Entry> = old.entries.iter().flatten().filter(held).collect();
        kept.sort_unstable_by_key(|entry| entry.start);
        for entry in kept {
            self.append(entry.stored, old.payload(entry));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(seq: u64, at: Instant) -> Stored {
        Stored {
            seq,
            timestamp: seq as u32,
            marker: false,
            audio_level: None,
            orientation: None,
            vp8: Vp8Layout::EMPTY,
            at,
        }
    }

    fn payload(seq: u64) -> Vec<u8> {
        vec![seq as u8; 100 + (seq % 50) as usize]
    }

    #[test]
    fn a_ring_grows_until_it_holds_two_seconds() {
        let start = Instant::now();
        let mut ring = Ring::new(16, 4096);
        for seq in 0..3000 {
            let at = start + Duration::from_millis(seq * 5);
            ring.push(stored(seq, at), &payload(seq));
            for back in [0, 7, 399] {
                if let Some(old) = seq.checked_sub(back).filter(|_| back < 300 || seq > 1500) {
                    let (found, bytes) = ring.get(old).expect("a young packet");
                    assert_eq!((found.timestamp, bytes), (old as u32, &payload(old)[..]));
                }
            }
        }
        let (bytes, entries) = (ring.bytes.len(), ring.entries.len());
        assert!(bytes <= 131_072 && entries <= 1024, "{bytes} {entries}");
        assert!(ring.get(0).is_none() && ring.get(3000).is_none());
    }

    #[test]
    fn a_slow_source_needs_no_more_than_it_began_with() {
        let start = Instant::now();
        let mut ring = Ring::new(16, 4096);
        for seq in 0..500 {
            let at = start + Duration::from_millis(seq * 200);
            ring.push(stored(seq, at), &payload(seq));
            assert!(ring.get(seq.saturating_sub(9)).is_some());
        }
        assert_eq!((ring.bytes.len(), ring.entries.len()), (4096, 16));
        assert!(ring.get(450).is_none());
        ring.clear();
        assert!(ring.get(499).is_none());
    }

    #[test]
    fn a_flood_is_bounded() {
        let now = Instant::now();
        let mut ring = Ring::new(16, 4096);
        for seq in 0..20_000 {
            ring.push(stored(seq, now), &[7; 1200]);
        }
        assert_eq!(ring.bytes.len(), MAX_BYTES);
        assert!(ring.entries.len() <= MAX_PACKETS);
        ring.push(stored(20_001, now), &[0; MAX_BYTES + 1]);
        assert!(ring.get(20_001).is_none());
    }
}
