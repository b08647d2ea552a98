//! What down-tracks and their outlets are fed from.

use crate::rewrite::Shifts;

/// What a down-track is fed from: a layer and which source of that layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Source {
    pub layer: usize,
    pub generation: u32,
    /// Puts timestamps of the layer on the track's timeline.
    pub timeline_shift: u32,
}

/// From packet `first_seq` on an outlet is fed from `source`, with these shifts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    pub outlet: usize,
    pub first_seq: u64,
    pub source: Source,
    pub shifts: Shifts,
}
