//! What we tell a peer.

use super::{
    NACK, NOBODY, PAYLOAD_FEEDBACK, PLI, RECEIVER_REPORT, SENDER_REPORT, TRANSPORT_FEEDBACK,
};

/// The most a compound packet may hold before it is encrypted.
const MAX_BYTES: usize = 1150;
/// Blocks one report can hold.
const MAX_BLOCKS: usize = 31;
const HEADER_BYTES: usize = 4;
const NACK_ENTRY_BYTES: usize = 4;
const SENDER_REPORT_BYTES: usize = 28;
const REQUEST_BYTES: usize = 12;
const BLOCK_BYTES: usize = 24;

/// How a source of the peer arrives here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OwnBlock {
    pub ssrc: u32,
    /// In 1/256.
    pub fraction_lost: u8,
    pub lost: i32,
    pub highest_seq: u32,
    pub jitter: u32,
    pub last_report: u32,
    /// In 1/65536 s.
    pub delay: u32,
}

/// The clocks and counters of a source of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OwnSender {
    pub ssrc: u32,
    pub ntp: u64,
    pub timestamp: u32,
    pub packets: u32,
    pub octets: u32,
}

/// One compound packet in the making. Whatever does not fit any more is refused, for the next packet.
#[derive(Debug, Default)]
pub(crate) struct Compound {
    bytes: Vec<u8>,
}

impl Compound {
    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The packet, to be encrypted in place.
    pub(crate) fn bytes_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Begins anew.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
    }

    fn fits(&self, bytes: usize) -> bool {
        self.bytes.len() + bytes <= MAX_BYTES
    }

    /// Appends a header; `body_bytes` is what follows it, a multiple of four.
    fn begin(&mut self, count: u8, kind: u8, body_bytes: usize) {
        let words = (body_bytes / 4) as u16;
        self.bytes.extend([0x80 | count, kind]);
        self.bytes.extend(words.to_be_bytes());
    }

    fn words(&mut self, words: &[u32]) {
        words
            .iter()
            .for_each(|word| self.bytes.extend(word.to_be_bytes()));
    }

    /// A sender report without blocks.
    pub(crate) fn sender_report(&mut self, sender: &OwnSender) -> bool {
        if !self.fits(SENDER_REPORT_BYTES) {
            return false;
        }
        self.begin(0, SENDER_REPORT, SENDER_REPORT_BYTES - HEADER_BYTES);
        self.words(&[
            sender.ssrc,
            (sender.ntp >> 32) as u32,
            sender.ntp as u32,
            sender.timestamp,
            sender.packets,
            sender.octets,
        ]);
        true
    }

    /// Receiver reports of as many of `blocks` as fit; returns how many that were.
    pub(crate) fn receiver_report(&mut self, blocks: &[OwnBlock]) -> usize {
        let room = MAX_BYTES.saturating_sub(self.bytes.len() + HEADER_BYTES + 4) / BLOCK_BYTES;
        let count = blocks.len().min(room).min(MAX_BLOCKS);
        if count == 0 {
            return 0;
        }
        self.begin(count as u8, RECEIVER_REPORT, 4 + count * BLOCK_BYTES);
        self.words(&[NOBODY]);
        for block in &blocks[..count] {
            let loss = u32::from(block.fraction_lost) << 24 | (block.lost as u32 & 0x00ff_ffff);
            self.words(&[
                block.ssrc,
                loss,
                block.highest_seq,
                block.jitter,
                block.last_report,
                block.delay,
            ]);
        }
        count
    }

    /// Asks for a picture that can be decoded by itself.
    pub(crate) fn key_frame_request(&mut self, ssrc: u32) -> bool {
        let fits = self.fits(REQUEST_BYTES);
        if fits {
            self.begin(PLI, PAYLOAD_FEEDBACK, REQUEST_BYTES - HEADER_BYTES);
            self.words(&[NOBODY, ssrc]);
        }
        fits
    }

    /// Asks for lost packets of a source, given in ascending order; returns how many of them fitted.
    pub(crate) fn nack(&mut self, ssrc: u32, lost: &[u16]) -> usize {
        let room = MAX_BYTES.saturating_sub(self.bytes.len() + REQUEST_BYTES) / NACK_ENTRY_BYTES;
        if lost.is_empty() || room == 0 {
            return 0;
        }
        let start = self.bytes.len();
        self.begin(NACK, TRANSPORT_FEEDBACK, 0);
        self.words(&[NOBODY, ssrc]);
        let (mut taken, mut entries) = (0, 0);
        while let Some(first) = lost.get(taken).copied().filter(|_| entries < room) {
            taken += 1;
            let mut mask = 0_u16;
            while let Some(distance) = lost.get(taken).map(|next| next.wrapping_sub(first))
                && (1..=16).contains(&distance)
            {
                mask |= 1 << (distance - 1);
                taken += 1;
            }
            self.bytes.extend(first.to_be_bytes());
            self.bytes.extend(mask.to_be_bytes());
            entries += 1;
        }
        let words = ((self.bytes.len() - start) / 4 - 1) as u16;
        self.bytes[start + 2..start + 4].copy_from_slice(&words.to_be_bytes());
        taken
    }

    /// Appends a finished packet made elsewhere.
    pub(crate) fn append(&mut self, packet: &[u8]) -> bool {
        let fits = self.fits(packet.len());
        if fits {
            self.bytes.extend_from_slice(packet);
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::super::read::{Block, Message, messages};
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut compound = Compound::default();
        let sender = OwnSender {
            ssrc: 7,
            ntp: 0x1_0000_0002,
            timestamp: 9,
            packets: 3,
            octets: 4,
        };
        assert!(compound.sender_report(&sender));
        let block = OwnBlock {
            ssrc: 8,
            fraction_lost: 3,
            lost: -1,
            highest_seq: 0x1_0001,
            jitter: 5,
            last_report: 11,
            delay: 12,
        };
        assert_eq!(compound.receiver_report(&[block]), 1);
        assert!(compound.key_frame_request(99));
        assert_eq!(compound.nack(98, &[10, 11, 26, 27, 65_535, 0]), 6);
        let mut found = 0;
        messages(&compound.bytes, |message| {
            found += 1;
            match message {
                Message::SenderReport {
                    ssrc,
                    ntp,
                    timestamp,
                } => assert_eq!((ssrc, ntp, timestamp), (7, 0x1_0000_0002, 9)),
                Message::Report(block) => assert_eq!(
                    block,
                    Block {
                        ssrc: 8,
                        fraction_lost: 3,
                        lost: -1,
                        last_report: 11,
                        delay: 12
                    }
                ),
                Message::KeyFrameRequest { ssrc } => assert_eq!(ssrc, 99),
                Message::Nack { ssrc, entries } => {
                    assert_eq!(ssrc, 98);
                    assert_eq!(
                        entries,
                        [[0, 10, 0x80, 1], [0, 27, 0, 0], [0xff, 0xff, 0, 1]]
                    );
                }
                other => panic!("never written: {other:?}"),
            }
        });
        assert_eq!(found, 4);
    }

    #[test]
    fn nothing_grows_beyond_a_datagram() {
        let mut compound = Compound::default();
        let lost: Vec<u16> = (0..2000).map(|n| n * 32).collect();
        let taken = compound.nack(1, &lost);
        assert!((100..400).contains(&taken));
        assert!(!compound.key_frame_request(1));
        assert_eq!(compound.nack(1, &lost), 0);
        assert!(compound.bytes.len() <= MAX_BYTES);
    }
}
