//! What came of a track, until it is decided who gets it.

use crate::codec::PayloadInfo;

/// A stored packet of which it is not decided yet who gets it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fresh {
    pub track: usize,
    pub layer: usize,
    /// Of its source: a packet of a former one is for nobody.
    pub generation: u32,
    /// Extended sequence number.
    pub seq: u64,
    pub timestamp: u32,
    pub is_padding: bool,
    pub info: PayloadInfo,
    /// How many packets of the same picture come right behind it.
    pub run: usize,
}

impl Fresh {
    /// Whether it continues the picture of `before`, so that who gets that one gets this one as well.
    pub(crate) fn follows(&self, before: &Fresh) -> bool {
        (self.layer, self.generation, self.seq) == (before.layer, before.generation, before.seq + 1)
            && (self.timestamp, self.info.vp8_ids) == (before.timestamp, before.info.vp8_ids)
            && !self.is_padding
            && !before.is_padding
    }
}
