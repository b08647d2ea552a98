//! One outgoing copy of a track.

use str0m::media::MediaKind;

use crate::command::{DownId, TrackId};
use crate::fresh::Fresh;
use crate::rewrite::{Incoming, Rewriter};
use crate::source::Source;

/// Where a down-track is in its negotiation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Added, in no offer yet.
    Desired,
    /// In an offer that waits for its answer.
    Offered,
    /// The client receives it.
    Agreed,
}

/// One down-track.
#[derive(Debug)]
pub(crate) struct Down {
    pub id: DownId,
    /// Slot of the subscriber peer.
    pub peer: usize,
    pub track: TrackId,
    pub kind: Option<MediaKind>,
    pub stream_id: String,
    pub track_sid: String,
    pub stage: Stage,
    /// Where its peer's sender has it; `None` while the client does not receive it.
    pub outlet: Option<usize>,
    pub enabled: bool,
    pub max_layer: usize,
    /// `None`: the next packet a decoder can start with begins anew.
    pub source: Option<Source>,
    pub started: bool,
    pub rewriter: Rewriter,
    /// The picture being left out, by its timestamp on the track's timeline.
    pub leaving: Option<u32>,
}

impl Down {
    pub(crate) fn new(
        id: DownId,
        peer: usize,
        track: TrackId,
        stream_id: String,
        track_sid: String,
    ) -> Self {
        Down {
            id,
            peer,
            track,
            kind: None,
            stream_id,
            track_sid,
            stage: Stage::Desired,
            outlet: None,
            enabled: true,
            max_layer: 2,
            source: None,
            started: false,
            rewriter: Rewriter::new(),
            leaving: None,
        }
    }

    /// Notes a packet that is sent because one before it in its picture is.
    pub(crate) fn follow(&mut self, fresh: &Fresh) {
        let shift = self.source.map_or(0, |source| source.timeline_shift);
        self.rewriter.map(Incoming {
            seq: fresh.seq,
            timestamp: fresh.timestamp.wrapping_add(shift),
            vp8: fresh.info.vp8_ids,
        });
    }

    /// Whether packets may be sent at all.
    pub(crate) fn flowing(&self) -> bool {
        self.enabled && self.outlet.is_some()
    }
}
