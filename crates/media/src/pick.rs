//! Whether a receiver gets a packet, and with which numbers.

use crate::down::Down;
use crate::fresh::Fresh;
use crate::rewrite::{Incoming, Outgoing, Shifts};
use crate::source::{Source, Turn};
use crate::thinning::Thinning;
use crate::track::Track;

/// What becomes of a packet for one receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pick {
    /// It is sent, with these numbers.
    Send(Outgoing, Shifts),
    /// It would be sent if there were room.
    LeaveOut,
    /// It is of another layer, or of no use to a decoder.
    NotMeant,
}

/// Decides whether `down` gets this packet, changing its source if this is the moment, and numbers it. What its outlet
/// must be told for that is added to `turns`.
pub(crate) fn pick(
    track: &Track,
    fresh: &Fresh,
    down: &mut Down,
    turns: &mut Vec<Turn>,
    thinning: &Thinning,
) -> Pick {
    let Fresh {
        layer,
        generation,
        info,
        ..
    } = *fresh;
    if track.layers.get(layer).map(|layer| layer.generation) != Some(generation) {
        return Pick::NotMeant;
    }
    let fits = |source: &Source| source.layer == layer && source.generation == generation;
    let mut incoming = Incoming {
        seq: fresh.seq,
        timestamp: fresh.timestamp,
        vp8: info.vp8_ids,
    };
    if let Some(source) = down.source.filter(fits) {
        incoming.timestamp = incoming.timestamp.wrapping_add(source.timeline_shift);
        let thin = !thinning.is_idle() || down.leaving.is_some();
        if thin && is_left_out(track, down, (source, incoming), thinning, info.spare) {
            return Pick::LeaveOut;
        }
        return follow(down, turns, source, incoming);
    }
    let bound = match track.codec.kind().is_video() {
        true => thinning.bound(down.max_layer),
        false => Some(down.max_layer),
    };
    let best = bound.and_then(|bound| track.best_layer(bound));
    // Without a picture any layer the receiver may have is better than none until the best one offers a key frame.
    let fallback = down.source.is_none() && bound.is_some_and(|bound| layer <= bound);
    let acceptable = best == Some(layer) || fallback;
    if !acceptable || !info.starts_key_frame || fresh.is_padding {
        let kept_from = bound != Some(down.max_layer);
        let wanted = kept_from && track.best_layer(down.max_layer) == Some(layer);
        return if wanted {
            Pick::LeaveOut
        } else {
            Pick::NotMeant
        };
    }
    let source = Source {
        layer,
        generation,
        timeline_shift: track.timeline_shift(layer),
    };
    incoming.timestamp = incoming.timestamp.wrapping_add(source.timeline_shift);
    down.source = Some(source);
    down.leaving = None;
    // A hundredth of a second: less than a frame, more than rounding.
    down.rewriter
        .switch(incoming, track.codec.clock_rate() / 100);
    follow(down, turns, source, incoming)
}

/// Numbers a packet of the present source.
fn follow(down: &mut Down, turns: &mut Vec<Turn>, source: Source, incoming: Incoming) -> Pick {
    let before = down.rewriter.newest_seq();
    let Some(out) = down.rewriter.map(incoming) else {
        return Pick::NotMeant;
    };
    let shifts = down.rewriter.shifts();
    if down.rewriter.take_moved() {
        // Packets lost since the last one sent are numbered by the new shifts too.
        turns.extend(down.outlet.map(|outlet| Turn {
            outlet,
            first_seq: before.map_or(out.seq, |before| before + 1),
            source,
            shifts,
        }));
    }
    Pick::Send(out, shifts)
}

/// Whether a packet of the present source is left out. Only a whole picture is, and what was begun is finished.
fn is_left_out(
    track: &Track,
    down: &mut Down,
    (source, incoming): (Source, Incoming),
    thinning: &Thinning,
    is_spare: bool,
) -> bool {
    if down.leaving == Some(incoming.timestamp) {
        return down.rewriter.leave_out(incoming, false);
    }
    if !down.rewriter.begins_picture(incoming) || track.codec.kind().is_audio() {
        return false;
    }
    down.leaving = None;
    let best = thinning
        .bound(down.max_layer)
        .and_then(|bound| track.best_layer(bound));
    if best.is_none_or(|best| best < source.layer) {
        // From here on nothing can be decoded before a key frame, of this layer or of a lower one.
        down.source = None;
        return true;
    }
    let spare = thinning.leaves_out_spare() && is_spare;
    if spare && down.rewriter.leave_out(incoming, true) {
        down.leaving = Some(incoming.timestamp);
        return true;
    }
    false
}
