//! Where the counters of a VP8 payload descriptor are (RFC 7741, §4.2).

use crate::rewrite::Vp8Ids;

/// The position of a counter that is not there: the first byte never is one.
const NONE: u8 = 0;
const KEY_IDX_MASK: u8 = 0x1f;

/// Positions of the counters in a payload, so that they can be replaced; found once per packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Vp8Layout {
    picture_id_at: u8,
    picture_id_is_wide: bool,
    tl0_at: u8,
    key_idx_at: u8,
    /// The frame header begins here.
    pub frame_at: u8,
    /// First packet of the first partition.
    pub starts_frame: bool,
    /// No other frame is coded from this one, and its absence moves no counter but the picture's.
    pub spare: bool,
}

impl Vp8Layout {
    /// No counters at all.
    pub(crate) const EMPTY: Vp8Layout = Vp8Layout {
        picture_id_at: NONE,
        picture_id_is_wide: false,
        tl0_at: NONE,
        key_idx_at: NONE,
        frame_at: 0,
        starts_frame: false,
        spare: false,
    };

    /// Reads the descriptor; `None` if the payload ends within it.
    pub(crate) fn parse(payload: &[u8]) -> Option<Self> {
        let first = *payload.first()?;
        let mut layout = Vp8Layout {
            frame_at: 1,
            starts_frame: first & 0x10 != 0 && first & 0x07 == 0,
            ..Vp8Layout::EMPTY
        };
        if first & 0x80 == 0 {
            return Some(layout);
        }
        let flags = *payload.get(1)?;
        let mut at = 2;
        if flags & 0x80 != 0 {
            layout.picture_id_at = at;
            layout.picture_id_is_wide = payload.get(usize::from(at))? & 0x80 != 0;
            at += 1 + u8::from(layout.picture_id_is_wide);
        }
        if flags & 0x40 != 0 {
            layout.tl0_at = at;
            at += 1;
        }
        if flags & 0x30 != 0 {
            if flags & 0x10 != 0 {
                layout.key_idx_at = at;
            }
            let temporal_layer = payload.get(usize::from(at))? >> 6;
            let above_base = flags & 0x20 != 0 && temporal_layer > 0;
            layout.spare = first & 0x20 != 0 && above_base;
            at += 1;
        }
        layout.frame_at = at;
        (usize::from(at) <= payload.len()).then_some(layout)
    }

    /// The counters in `payload`, of which this is the layout.
    pub(crate) fn ids(&self, payload: &[u8]) -> Vp8Ids {
        let byte = |at: u8| payload.get(place(at)?).copied();
        Vp8Ids {
            picture_id: byte(self.picture_id_at).and_then(|high| {
                if self.picture_id_is_wide {
                    let low = byte(self.picture_id_at + 1)?;
                    Some(u16::from_be_bytes([high & 0x7f, low]))
                } else {
                    Some(u16::from(high))
                }
            }),
            tl0_pic_idx: byte(self.tl0_at),
            key_idx: byte(self.key_idx_at).map(|byte| byte & KEY_IDX_MASK),
        }
    }

    /// Replaces the counters in `payload`; those without a place are left out.
    pub(crate) fn patch(&self, payload: &mut [u8], ids: Vp8Ids) {
        if let (Some(id), Some(at)) = (ids.picture_id, place(self.picture_id_at)) {
            match payload.get_mut(at..) {
                Some([high, low, ..]) if self.picture_id_is_wide => {
                    [*high, *low] = (id | 0x8000).to_be_bytes();
                }
                Some([only, ..]) => *only = (id & 0x7f) as u8,
                _ => {}
            }
        }
        if let (Some(index), Some(at)) = (ids.tl0_pic_idx, place(self.tl0_at))
            && let Some(byte) = payload.get_mut(at)
        {
            *byte = index;
        }
        if let (Some(index), Some(at)) = (ids.key_idx, place(self.key_idx_at))
            && let Some(byte) = payload.get_mut(at)
        {
            *byte = (*byte & !KEY_IDX_MASK) | (index & KEY_IDX_MASK);
        }
    }
}

fn place(at: u8) -> Option<usize> {
    (at != NONE).then_some(usize::from(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: [u8; 8] = [0x90, 0xf0, 0x81, 0x23, 7, 0x65, 0x10, 9];

    #[test]
    fn counters_are_found_and_replaced_where_they_are() {
        let layout = Vp8Layout::parse(&FULL).expect("a descriptor");
        assert!(layout.starts_frame);
        assert_eq!(layout.frame_at, 6);
        let ids = Vp8Ids {
            picture_id: Some(0x123),
            tl0_pic_idx: Some(7),
            key_idx: Some(5),
        };
        assert_eq!(layout.ids(&FULL), ids);
        let mut payload = FULL;
        let new = Vp8Ids {
            picture_id: Some(0x7ffe),
            tl0_pic_idx: Some(8),
            key_idx: Some(31),
        };
        layout.patch(&mut payload, new);
        assert_eq!(payload, [0x90, 0xf0, 0xff, 0xfe, 8, 0x7f, 0x10, 9]);
        assert_eq!(layout.ids(&payload), new);
    }

    #[test]
    fn a_frame_is_spare_above_the_base_layer_alone() {
        let spare = |first: u8, flags: u8, layer: u8| {
            let payload = [first, flags, 0x81, 0x23, 7, layer << 6 | 0x20, 0x10, 9];
            Vp8Layout::parse(&payload).expect("a descriptor").spare
        };
        assert!(spare(0xb0, 0xe0, 2));
        assert!(!spare(0x90, 0xe0, 2), "a reference");
        assert!(!spare(0xb0, 0xe0, 0), "counted by others");
        assert!(!spare(0xb0, 0xd0, 2), "of no layer");
    }

    #[test]
    fn a_narrow_picture_id_stays_narrow() {
        let mut payload = [0x80, 0x80, 0x05, 0x10];
        let layout = Vp8Layout::parse(&payload).expect("a descriptor");
        assert_eq!(layout.ids(&payload).picture_id, Some(5));
        layout.patch(
            &mut payload,
            Vp8Ids {
                picture_id: Some(0x1ff),
                ..Vp8Ids::default()
            },
        );
        assert_eq!(payload, [0x80, 0x80, 0x7f, 0x10]);
    }

    #[test]
    fn a_long_payload_without_counters_has_none() {
        let mut payload = vec![0x10; 1200];
        let layout = Vp8Layout::parse(&payload).expect("a descriptor");
        assert_eq!(layout.ids(&payload), Vp8Ids::default());
        let ids = Vp8Ids {
            picture_id: Some(1),
            tl0_pic_idx: Some(1),
            key_idx: Some(1),
        };
        layout.patch(&mut payload, ids);
        assert_eq!(payload, vec![0x10; 1200]);
    }

    #[test]
    fn a_cut_descriptor_is_none() {
        for cut in 0..6 {
            assert_eq!(Vp8Layout::parse(&FULL[..cut]), None, "{cut}");
        }
        assert!(Vp8Layout::parse(&FULL[..6]).is_some());
        assert_eq!(
            Vp8Layout::parse(&[0x10]).map(|layout| layout.frame_at),
            Some(1)
        );
    }
}
