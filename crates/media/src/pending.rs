//! What a receiver is to get, until it is sent.

use crate::rewrite::{Outgoing, Shifts};

/// Packets of one picture, one after the other, that a receiver is to get: which ones, and the numbers of the first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pending {
    /// The outlet of its down-track, and the slot of the track.
    pub outlet: usize,
    pub track: usize,
    pub layer: usize,
    pub source_seq: u64,
    pub out: Outgoing,
    pub shifts: Shifts,
    /// How many follow the first; each is numbered one higher.
    pub followers: u32,
    /// It was lost before and goes out as a retransmission.
    pub again: bool,
}

impl Pending {
    /// How many packets it stands for.
    pub(crate) fn packets(&self) -> usize {
        1 + self.followers as usize
    }
}
