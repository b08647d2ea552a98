//! The rings of all tracks: written by the thread that receives, read by all that send, and never both at once. What
//! comes while they are being read is put aside and entered afterwards.

use std::sync::Arc;

use crate::codec::CodecName;
use crate::ring::{Ring, Stored};

/// What the ring of a layer begins with: packets and bytes.
const AUDIO_RING: (usize, usize) = (128, 16 << 10);
const VIDEO_RING: (usize, usize) = (512, 128 << 10);

/// The rings of one track. Those of a track that is gone hold nothing.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    pub is_audio: bool,
    layers: Vec<(u32, Ring)>,
}

impl Shelf {
    /// Packet `seq` of a layer, if it is still there.
    pub(crate) fn get(&self, layer: usize, seq: u64) -> Option<(&Stored, &[u8])> {
        self.layers.get(layer)?.1.get(seq)
    }

    /// Keeps a packet. Those of a former source of the layer are forgotten: their numbers say nothing any more.
    fn push(&mut self, place: &Place, stored: Stored, payload: &[u8]) {
        let Some((generation, ring)) = self.layers.get_mut(place.layer) else {
            return;
        };
        if std::mem::replace(generation, place.generation) != place.generation {
            ring.clear();
        }
        ring.push(stored, payload);
    }
}

/// Where a packet belongs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// Slot of the track.
    pub track: usize,
    pub layer: usize,
    /// Counts the sources the layer had.
    pub generation: u32,
}

/// A packet that came while the rings were being read, its payload among those of the others.
#[derive(Debug)]
struct Staged {
    place: Place,
    stored: Stored,
    start: usize,
    end: usize,
}

/// All rings, by the slots of their tracks.
#[derive(Debug, Default)]
pub(crate) struct Rings {
    shelves: Arc<Vec<Shelf>>,
    staged: Vec<Staged>,
    payloads: Vec<u8>,
}

impl Rings {
    /// Puts up empty rings for a track.
    ///
    /// # Panics
    /// Somebody is reading: the driver has lent the rings, and asks for something else before it has them back.
    pub(crate) fn open(&mut self, track: usize, codec: CodecName, layers: usize) {
        let is_audio = codec.kind().is_audio();
        let (packets, bytes) = if is_audio { AUDIO_RING } else { VIDEO_RING };
        let layers = (0..layers).map(|_| (0, Ring::new(packets, bytes)));
        let shelf = Shelf {
            is_audio,
            layers: layers.collect(),
        };
        let shelves = self.unlent();
        shelves.resize_with(shelves.len().max(track + 1), Shelf::default);
        shelves[track] = shelf;
    }

    /// Forgets a track.
    ///
    /// # Panics
    /// As [`Rings::open`].
    pub(crate) fn close(&mut self, track: usize) {
        if let Some(shelf) = self.unlent().get_mut(track) {
            *shelf = Shelf::default();
        }
    }

    fn unlent(&mut self) -> &mut Vec<Shelf> {
        Arc::get_mut(&mut self.shelves).expect("nobody reads any more")
    }

    /// Keeps a packet: at once, or if somebody is reading, with [`Rings::settle`].
    pub(crate) fn push(&mut self, place: Place, stored: Stored, payload: &[u8]) {
        if let Some(shelves) = Arc::get_mut(&mut self.shelves) {
            if let Some(shelf) = shelves.get_mut(place.track) {
                shelf.push(&place, stored, payload);
            }
            return;
        }
        let start = self.payloads.len();
        self.payloads.extend_from_slice(payload);
        self.staged.push(Staged {
            place,
            stored,
            start,
            end: self.payloads.len(),
        });
    }

    /// Lets another thread read.
    pub(crate) fn lend(&self) -> Arc<Vec<Shelf>> {
        Arc::clone(&self.shelves)
    }

    /// Everybody has read: enters what came meanwhile.
    ///
    /// # Panics
    /// Somebody is reading still.
    pub(crate) fn settle(&mut self) {
        let shelves = Arc::get_mut(&mut self.shelves).expect("nobody reads any more");
        for Staged {
            place,
            stored,
            start,
            end,
        } in self.staged.drain(..)
        {
            if let Some(shelf) = shelves.get_mut(place.track) {
                shelf.push(&place, stored, &self.payloads[start..end]);
            }
        }
        self.payloads.clear();
    }

    /// All of them, to be read at once.
    pub(crate) fn shelves(&self) -> &[Shelf] {
        &self.shelves
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::rtp::Vp8Layout;

    const SOUND: usize = 3;

    fn stored(seq: u64) -> Stored {
        Stored {
            seq,
            timestamp: 0,
            marker: false,
            audio_level: None,
            orientation: None,
            vp8: Vp8Layout::EMPTY,
            at: Instant::now(),
        }
    }

    fn rings() -> Rings {
        let mut rings = Rings::default();
        rings.open(SOUND, CodecName::Opus, 1);
        rings
    }

    fn push(rings: &mut Rings, generation: u32, seq: u64, payload: &[u8]) {
        let place = Place {
            track: SOUND,
            layer: 0,
            generation,
        };
        rings.push(place, stored(seq), payload);
    }

    fn payload(shelves: &[Shelf], seq: u64) -> Option<Vec<u8>> {
        let found = shelves[SOUND].get(0, seq);
        found.map(|(_, payload)| payload.to_vec())
    }

    #[test]
    fn what_comes_while_somebody_reads_is_there_afterwards() {
        let mut rings = rings();
        push(&mut rings, 1, 7, b"before");
        let lent = rings.lend();
        push(&mut rings, 1, 8, b"while");
        push(&mut rings, 1, 9, b"and while");
        assert_eq!(payload(&lent, 7).as_deref(), Some(&b"before"[..]));
        assert_eq!(payload(&lent, 8), None);
        drop(lent);
        rings.settle();
        push(&mut rings, 1, 10, b"after");
        let all: Vec<_> = (7..=10)
            .filter_map(|seq| payload(rings.shelves(), seq))
            .collect();
        assert_eq!(all, [&b"before"[..], b"while", b"and while", b"after"]);
    }

    #[test]
    fn a_new_source_makes_those_of_the_former_one_forgotten() {
        let mut rings = rings();
        push(&mut rings, 1, 7, b"former");
        let lent = rings.lend();
        push(&mut rings, 2, 9, b"new");
        assert!(payload(&lent, 7).is_some(), "somebody may be sending it");
        drop(lent);
        rings.settle();
        assert_eq!(payload(rings.shelves(), 7), None);
        assert!(payload(rings.shelves(), 9).is_some());
    }

    #[test]
    fn a_track_that_is_gone_has_no_packets_and_takes_none() {
        let mut rings = rings();
        push(&mut rings, 1, 7, b"packet");
        rings.close(SOUND);
        push(&mut rings, 1, 8, b"packet");
        assert!((7..9).all(|seq| payload(rings.shelves(), seq).is_none()));
        rings.open(SOUND, CodecName::Vp8, 3);
        assert!(payload(rings.shelves(), 7).is_none() && !rings.shelves()[SOUND].is_audio);
    }

    #[test]
    #[should_panic(expected = "nobody reads any more")]
    fn a_track_that_comes_while_somebody_reads_is_a_fault_and_no_silence() {
        let mut rings = rings();
        let _lent = rings.lend();
        rings.open(SOUND + 1, CodecName::Opus, 1);
    }

    #[test]
    #[should_panic(expected = "nobody reads any more")]
    fn a_track_that_goes_while_somebody_reads_is_a_fault_and_no_silence() {
        let mut rings = rings();
        let _lent = rings.lend();
        rings.close(SOUND);
    }
}
