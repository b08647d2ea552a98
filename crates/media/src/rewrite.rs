//! Gives one down-track a seamless numbering of its own, whatever source it is fed from.
//!
//! A source is one layer of one track. Within a source numbers are shifted by a constant, so that loss and reordering on
//! the way in look the same on the way out; when the source changes, the shifts are chosen such that the first packet of
//! the new source follows the last one sent.

/// Numbers of one incoming packet that have to be rewritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Incoming {
    /// Extended sequence number.
    pub seq: u64,
    /// RTP timestamp on the timeline shared by all layers of the track.
    pub timestamp: u32,
    /// VP8 descriptor numbers, if it is VP8.
    pub vp8: Vp8Ids,
}

/// The counters of a VP8 payload descriptor; each may be absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Vp8Ids {
    /// 15-bit picture id.
    pub picture_id: Option<u16>,
    /// 8-bit index of the last base-layer frame.
    pub tl0_pic_idx: Option<u8>,
    /// 5-bit key-frame index.
    pub key_idx: Option<u8>,
}

/// What to send instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outgoing {
    pub seq: u64,
    pub timestamp: u32,
    pub vp8: Vp8Ids,
}

const PICTURE_ID_MASK: u16 = 0x7fff;
const KEY_IDX_MASK: u8 = 0x1f;
/// Where numbering starts: low, because a receiver assumes that the rollover counter is zero.
const FIRST_SEQ: u64 = 1000;

/// What is added (wrapping) to the numbers of one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Shifts {
    seq: u64,
    timestamp: u32,
    picture_id: u16,
    tl0: u8,
    key: u8,
}

impl Shifts {
    /// The numbers to send instead of those of `packet`.
    pub(crate) fn apply(&self, packet: Incoming) -> Outgoing {
        let shift_picture = |id: u16| id.wrapping_add(self.picture_id) & PICTURE_ID_MASK;
        let shift_key = |index: u8| index.wrapping_add(self.key) & KEY_IDX_MASK;
        Outgoing {
            seq: packet.seq.wrapping_add(self.seq),
            timestamp: packet.timestamp.wrapping_add(self.timestamp),
            vp8: Vp8Ids {
                picture_id: packet.vp8.picture_id.map(shift_picture),
                tl0_pic_idx: packet
                    .vp8
                    .tl0_pic_idx
                    .map(|index| index.wrapping_add(self.tl0)),
                key_idx: packet.vp8.key_idx.map(shift_key),
            },
        }
    }

    /// The number of the source that was sent as `seq`.
    pub(crate) fn source_seq(&self, seq: u64) -> u64 {
        seq.wrapping_sub(self.seq)
    }

    /// A timestamp of the source's timeline as it is sent.
    pub(crate) fn timestamp(&self, timestamp: u32) -> u32 {
        timestamp.wrapping_add(self.timestamp)
    }

    /// Whether the VP8 descriptor must be patched at all.
    pub(crate) fn touch_vp8(&self) -> bool {
        self.picture_id & PICTURE_ID_MASK != 0 || self.tl0 != 0 || self.key & KEY_IDX_MASK != 0
    }
}

/// The numbering of one down-track.
#[derive(Debug, Clone)]
pub(crate) struct Rewriter {
    shifts: Shifts,
    /// Packets of the present source older than this belong to before the switch, or before a picture that was left out.
    oldest_seq: u64,
    /// The newest packet of the present source that was numbered or left out.
    highest_seq: u64,
    newest: Option<Outgoing>,
    /// The shifts are others than those of the newest packet sent.
    moved: bool,
}

impl Rewriter {
    pub(crate) fn new() -> Self {
        Rewriter {
            shifts: Shifts::default(),
            oldest_seq: 0,
            highest_seq: 0,
            newest: None,
            moved: false,
        }
    }

    /// Makes `first` the packet that follows the newest one sent. Timestamps stay those of the shared timeline unless that
    /// would not advance; then the source is moved by the least that does. `step` is that least, in timestamp units.
    pub(crate) fn switch(&mut self, first: Incoming, step: u32) {
        self.oldest_seq = first.seq;
        self.highest_seq = first.seq;
        self.moved = true;
        self.shifts.timestamp = 0;
        let Some(newest) = self.newest else {
            self.shifts.seq = FIRST_SEQ.wrapping_sub(first.seq);
            return;
        };
        self.shifts.seq = (newest.seq + 1).wrapping_sub(first.seq);
        let ahead = first.timestamp.wrapping_sub(newest.timestamp) as i32;
        if ahead <= 0 {
            self.shifts.timestamp = newest
                .timestamp
                .wrapping_add(step)
                .wrapping_sub(first.timestamp);
        }
        if let (Some(last), Some(next)) = (newest.vp8.picture_id, first.vp8.picture_id) {
            self.shifts.picture_id = last.wrapping_add(1).wrapping_sub(next);
        }
        if let (Some(last), Some(next)) = (newest.vp8.tl0_pic_idx, first.vp8.tl0_pic_idx) {
            self.shifts.tl0 = last.wrapping_add(1).wrapping_sub(next);
        }
        if let (Some(last), Some(next)) = (newest.vp8.key_idx, first.vp8.key_idx) {
            self.shifts.key = last.wrapping_add(1).wrapping_sub(next);
        }
    }

    /// The numbers to send `packet` with; `None` if it is older than the switch to its source.
    pub(crate) fn map(&mut self, packet: Incoming) -> Option<Outgoing> {
        if packet.seq < self.oldest_seq {
            return None;
        }
        self.highest_seq = self.highest_seq.max(packet.seq);
        let mut out = self.shifts.apply(packet);
        let result = out;
        match self.newest {
            Some(newest) if newest.seq >= out.seq => {}
            newest => {
                // A packet without a descriptor (padding) keeps the counters known so far.
                let known = newest.map(|n| n.vp8).unwrap_or_default();
                out.vp8.picture_id = out.vp8.picture_id.or(known.picture_id);
                out.vp8.tl0_pic_idx = out.vp8.tl0_pic_idx.or(known.tl0_pic_idx);
                out.vp8.key_idx = out.vp8.key_idx.or(known.key_idx);
                self.newest = Some(out);
            }
        }
        Some(result)
    }

    /// Whether `packet` is of a newer picture than the newest one sent or left out.
    pub(crate) fn begins_picture(&self, packet: Incoming) -> bool {
        let timestamp = self.shifts.timestamp(packet.timestamp);
        packet.seq > self.highest_seq
            && self
                .newest
                .is_some_and(|newest| newest.timestamp != timestamp)
    }

    /// Leaves `packet` out, which `begins` a picture or is a further one of a picture left out: what follows takes its
    /// number. False if packets before the picture are missing, for their gap must not close; then it has to be sent.
    pub(crate) fn leave_out(&mut self, packet: Incoming, begins: bool) -> bool {
        let Some(skipped) = packet.seq.checked_sub(self.highest_seq) else {
            return true;
        };
        if begins {
            if skipped != 1 {
                return false;
            }
            let pictures = u16::from(packet.vp8.picture_id.is_some());
            self.shifts.picture_id = self.shifts.picture_id.wrapping_sub(pictures);
        }
        self.shifts.seq = self.shifts.seq.wrapping_sub(skipped);
        self.highest_seq = packet.seq;
        self.oldest_seq = packet.seq + 1;
        self.moved = true;
        true
    }

    /// Whether the shifts changed since this was last asked.
    pub(crate) fn take_moved(&mut self) -> bool {
        std::mem::take(&mut self.moved)
    }

    /// The shifts of the present source.
    pub(crate) fn shifts(&self) -> Shifts {
        self.shifts
    }

    /// The newest sequence number sent.
    pub(crate) fn newest_seq(&self) -> Option<u64> {
        self.newest.map(|newest| newest.seq)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(seq: u64, timestamp: u32, picture_id: u16) -> Incoming {
        Incoming {
            seq,
            timestamp,
            vp8: Vp8Ids {
                picture_id: Some(picture_id),
                tl0_pic_idx: Some(picture_id as u8),
                key_idx: None,
            },
        }
    }

    fn sent(rewriter: &mut Rewriter, incoming: Incoming) -> Outgoing {
        rewriter.map(incoming).expect("packet is forwarded")
    }

    #[test]
    fn a_source_keeps_its_gaps_and_order() {
        let mut rewriter = Rewriter::new();
        rewriter.switch(packet(70_000, 10, 5), 1);
        assert_eq!(sent(&mut rewriter, packet(70_000, 10, 5)).seq, 1000);
        assert_eq!(sent(&mut rewriter, packet(70_003, 10, 5)).seq, 1003);
        assert_eq!(sent(&mut rewriter, packet(70_001, 10, 5)).seq, 1001);
        assert_eq!(rewriter.map(packet(69_999, 10, 5)), None);
    }

    #[test]
    fn a_switch_continues_every_counter() {
        let mut rewriter = Rewriter::new();
        rewriter.switch(packet(10, 3000, 0x7fff), 1);
        let last = sent(&mut rewriter, packet(10, 3000, 0x7fff));
        assert!(!rewriter.shifts().touch_vp8());
        rewriter.switch(packet(900, 6000, 77), 1);
        let next = sent(&mut rewriter, packet(900, 6000, 77));
        assert_eq!(next.seq, last.seq + 1);
        assert_eq!(next.timestamp, 6000);
        assert_eq!(next.vp8.picture_id, Some(0));
        assert_eq!(next.vp8.tl0_pic_idx, Some(0));
        assert!(rewriter.shifts().touch_vp8());
        assert_eq!(
            sent(&mut rewriter, packet(901, 9000, 78)).vp8.picture_id,
            Some(1)
        );
    }

    #[test]
    fn a_switch_back_in_time_still_advances() {
        let mut rewriter = Rewriter::new();
        rewriter.switch(packet(1, 9000, 1), 1);
        sent(&mut rewriter, packet(1, 9000, 1));
        rewriter.switch(packet(50, 9000, 1), 30);
        assert_eq!(sent(&mut rewriter, packet(50, 9000, 1)).timestamp, 9030);
        rewriter.switch(packet(80, 12_000, 1), 30);
        assert_eq!(sent(&mut rewriter, packet(80, 12_000, 1)).timestamp, 12_000);
    }

    #[test]
    fn numbers_wrap() {
        let mut rewriter = Rewriter::new();
        rewriter.switch(packet(1, u32::MAX, 0x7ffe), 1);
        sent(&mut rewriter, packet(1, u32::MAX, 0x7ffe));
        rewriter.switch(packet(9, u32::MAX, 3), 2);
        let out = sent(&mut rewriter, packet(9, u32::MAX, 3));
        assert_eq!(out.timestamp, 1);
        assert_eq!(out.vp8.picture_id, Some(0x7fff));
        assert_eq!(
            sent(&mut rewriter, packet(10, 5, 4)).vp8.picture_id,
            Some(0)
        );
    }

    #[test]
    fn a_picture_left_out_leaves_no_trace() {
        let mut rewriter = Rewriter::new();
        rewriter.switch(packet(10, 3000, 7), 1);
        let last = sent(&mut rewriter, packet(10, 3000, 7));
        // A spare picture of three packets, one of which is lost.
        assert!(!rewriter.begins_picture(packet(11, 3000, 7)));
        assert!(rewriter.begins_picture(packet(11, 6000, 8)));
        assert!(rewriter.leave_out(packet(11, 6000, 8), true));
        assert!(rewriter.leave_out(packet(13, 6000, 8), false));
        let next = sent(&mut rewriter, packet(14, 9000, 9));
        assert_eq!(next.seq, last.seq + 1);
        assert_eq!(next.vp8.picture_id, Some(8));
        assert_eq!(next.timestamp, 9000);
        // What comes late belongs to what was left out.
        assert_eq!(rewriter.map(packet(12, 6000, 8)), None);
        assert!(rewriter.leave_out(packet(12, 6000, 8), false));
        // A packet lost on the way in stays lost on the way out.
        assert!(rewriter.leave_out(packet(15, 12_000, 10), true));
        assert_eq!(
            sent(&mut rewriter, packet(17, 15_000, 11)).seq,
            last.seq + 3
        );
    }

    #[test]
    fn a_gap_before_a_picture_stays_open() {
        let mut rewriter = Rewriter::new();
        rewriter.switch(packet(10, 3000, 7), 1);
        let last = sent(&mut rewriter, packet(10, 3000, 7));
        assert!(!rewriter.leave_out(packet(12, 6000, 8), true));
        assert_eq!(sent(&mut rewriter, packet(12, 6000, 8)).seq, last.seq + 2);
    }

    #[test]
    fn padding_does_not_forget_the_picture() {
        let mut rewriter = Rewriter::new();
        rewriter.switch(packet(1, 0, 7), 1);
        sent(&mut rewriter, packet(1, 0, 7));
        let padding = Incoming {
            seq: 2,
            timestamp: 0,
            vp8: Vp8Ids::default(),
        };
        assert_eq!(sent(&mut rewriter, padding).vp8, Vp8Ids::default());
        rewriter.switch(packet(30, 100, 400), 1);
        assert_eq!(
            sent(&mut rewriter, packet(30, 100, 400)).vp8.picture_id,
            Some(8)
        );
    }
}
