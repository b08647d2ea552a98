//! An incoming track: its layers, which of them are alive, how their clocks relate, and when to ask for key frames.

use std::time::{Duration, Instant};

use str0m::media::Rid;

use crate::budget::{Allowance, Budget};
use crate::codec::CodecName;
use crate::command::TrackId;
use crate::levels::LevelMeter;

/// Key frames of one layer are asked for at most this often.
const KEY_FRAME_INTERVAL: Duration = Duration::from_millis(500);
/// … except for a new receiver, who only shares a request made this recently.
const KEY_FRAME_INTERVAL_URGENT: Duration = Duration::from_millis(100);
/// Ticks (of 100 ms) without a packet, while another layer had some, after which a layer counts as switched off.
const SILENT_TICKS: u32 = 6;

/// One second in the steps of an NTP clock.
const NTP_SECOND: f64 = 4_294_967_296.0;

/// One encoding of a track.
#[derive(Debug)]
pub(crate) struct Layer {
    pub rid: Option<Rid>,
    pub ssrc: Option<u32>,
    /// Counts the sources this layer had; a new one needs a key frame.
    pub generation: u32,
    heard_in_tick: bool,
    silent_ticks: u32,
    key_frame_asked_at: Option<Instant>,
    /// Somebody waits for a key frame that was not asked for yet.
    key_frame_wanted: bool,
    newest_timestamp: u32,
    newest_at: Instant,
    report: Option<Clock>,
}

/// The publisher's wall clock (NTP) and a layer's timestamp at the same time, from a sender report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clock {
    pub ntp: u64,
    pub timestamp: u32,
    pub arrived: Instant,
}

impl Layer {
    fn new(rid: Option<Rid>, now: Instant) -> Self {
        Layer {
            rid,
            ssrc: None,
            generation: 0,
            heard_in_tick: false,
            silent_ticks: 0,
            key_frame_asked_at: None,
            key_frame_wanted: false,
            newest_timestamp: 0,
            newest_at: now,
            report: None,
        }
    }

    fn alive(&self) -> bool {
        self.generation > 0 && self.silent_ticks < SILENT_TICKS
    }
}

/// One published track.
#[derive(Debug)]
pub(crate) struct Track {
    pub id: TrackId,
    /// Slot of the publisher peer.
    pub peer: usize,
    pub codec: CodecName,
    pub stereo: bool,
    pub muted: bool,
    /// What its publisher may still send for it.
    pub budget: Budget,
    /// Packets were refused since the last one taken in: nobody need ask for them.
    pub refused: bool,
    pub layers: Vec<Layer>,
    /// Slots of the down-tracks fed from here.
    pub downs: Vec<usize>,
    pub level: LevelMeter,
}

impl Track {
    pub(crate) fn new(
        id: TrackId,
        peer: usize,
        codec: CodecName,
        rids: &[String],
        now: Instant,
    ) -> Self {
        let mut layers: Vec<Layer> = rids
            .iter()
            .map(|rid| Layer::new(Some(Rid::from(rid.as_str())), now))
            .collect();
        if layers.is_empty() {
            layers.push(Layer::new(None, now));
        }
        Track {
            id,
            peer,
            codec,
            stereo: false,
            muted: false,
            budget: Budget::new(
                Allowance::of_track(codec.kind(), false, 0, layers.len()),
                now,
            ),
            refused: false,
            layers,
            downs: Vec::new(),
            level: LevelMeter::default(),
        }
    }

    /// The layer a stream feeds.
    pub(crate) fn layer_of(&self, rid: Option<Rid>) -> Option<usize> {
        match rid {
            Some(_) => self.layers.iter().position(|layer| layer.rid == rid),
            None => (self.layers.len() == 1).then_some(0),
        }
    }

    /// Notes a packet of `layer`; true if it is the first one of the layer.
    pub(crate) fn heard(&mut self, layer: usize, ssrc: u32, timestamp: u32, now: Instant) -> bool {
        let Some(layer) = self.layers.get_mut(layer) else {
            return false;
        };
        let first = layer.generation == 0;
        if layer.ssrc != Some(ssrc) {
            layer.ssrc = Some(ssrc);
            layer.generation += 1;
            layer.report = None;
        }
        layer.heard_in_tick = true;
        layer.silent_ticks = 0;
        layer.newest_timestamp = timestamp;
        layer.newest_at = now;
        first
    }

    /// Notes a sender report of source `ssrc`.
    pub(crate) fn reported(&mut self, ssrc: u32, clock: Clock) {
        let layer = self
            .layers
            .iter_mut()
            .find(|layer| layer.ssrc == Some(ssrc));
        if let Some(layer) = layer {
            layer.report = Some(clock);
        }
    }

    /// The publisher's wall clock now and the timestamp of `layer` at this time; `None` before its first sender report.
    pub(crate) fn clock(&self, layer: usize, now: Instant) -> Option<(u64, u32)> {
        let report = self.layers.get(layer)?.report?;
        let elapsed = now.saturating_duration_since(report.arrived).as_nanos() as u64;
        let ntp = (u128::from(elapsed) << 32) / 1_000_000_000;
        let steps = u128::from(elapsed) * u128::from(self.codec.clock_rate()) / 1_000_000_000;
        Some((
            report.ntp.wrapping_add(ntp as u64),
            report.timestamp.wrapping_add(steps as u32),
        ))
    }

    /// The layer to send to a receiver that may have at most `max_layer`: the highest alive one it may have, else the
    /// lowest alive one.
    pub(crate) fn best_layer(&self, max_layer: usize) -> Option<usize> {
        let alive = |layer: &usize| self.layers[*layer].alive();
        let bound = (max_layer + 1).min(self.layers.len());
        (0..bound)
            .rev()
            .find(alive)
            .or_else(|| (bound..self.layers.len()).find(alive))
    }

    /// What to add to a timestamp of `layer` to put it on the timeline of the lowest layer. Exact once both have sent a
    /// sender report, until then as good as the arrival times.
    pub(crate) fn timeline_shift(&self, layer: usize) -> u32 {
        let (Some(this), Some(base)) = (self.layers.get(layer), self.layers.first()) else {
            return 0;
        };
        if layer == 0 || base.generation == 0 {
            return 0;
        }
        let rate = f64::from(self.codec.clock_rate());
        let (base_time, base_elapsed_s, this_time) = match (base.report, this.report) {
            (Some(base), Some(this)) => {
                let elapsed_s = this.ntp.wrapping_sub(base.ntp) as i64 as f64 / NTP_SECOND;
                (base.timestamp, elapsed_s, this.timestamp)
            }
            _ => {
                let later = this
                    .newest_at
                    .saturating_duration_since(base.newest_at)
                    .as_secs_f64();
                let earlier = base
                    .newest_at
                    .saturating_duration_since(this.newest_at)
                    .as_secs_f64();
                (
                    base.newest_timestamp,
                    later - earlier,
                    this.newest_timestamp,
                )
            }
        };
        let elapsed = (base_elapsed_s * rate).round() as i64;
        base_time
            .wrapping_add(elapsed as u32)
            .wrapping_sub(this_time)
    }

    /// Whether to ask for a key frame of `layer` now; otherwise the wish is kept for a later tick.
    pub(crate) fn ask_key_frame(
        &mut self,
        layer: usize,
        urgent: bool,
        now: Instant,
    ) -> Option<u32> {
        let layer = self.layers.get_mut(layer)?;
        let interval = if urgent {
            KEY_FRAME_INTERVAL_URGENT
        } else {
            KEY_FRAME_INTERVAL
        };
        let too_soon = layer
            .key_frame_asked_at
            .is_some_and(|at| now < at + interval);
        if too_soon || layer.ssrc.is_none() {
            layer.key_frame_wanted = true;
            return None;
        }
        layer.key_frame_wanted = false;
        layer.key_frame_asked_at = Some(now);
        layer.ssrc
    }

    /// Called every 100 ms: judges which layers are alive.
    pub(crate) fn tick(&mut self) {
        let any_heard = self.layers.iter().any(|layer| layer.heard_in_tick);
        for layer in &mut self.layers {
            if any_heard && !layer.heard_in_tick {
                layer.silent_ticks = layer.silent_ticks.saturating_add(1);
            }
            layer.heard_in_tick = false;
        }
    }

    /// Layers with a key-frame request held back by the throttle.
    pub(crate) fn wanted_key_frames(&self) -> impl Iterator<Item = usize> {
        self.layers
            .iter()
            .enumerate()
            .filter(|(_, layer)| layer.key_frame_wanted)
            .map(|(index, _)| index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(now: Instant) -> Track {
        let rids = ["q", "h", "f"].map(str::to_owned);
        Track::new(TrackId(1), 0, CodecName::Vp8, &rids, now)
    }

    fn hear(track: &mut Track, layer: usize, timestamp: u32, at: Instant) {
        let layer = &mut track.layers[layer];
        layer.generation = 1;
        layer.ssrc = Some(7);
        layer.heard_in_tick = true;
        layer.silent_ticks = 0;
        layer.newest_timestamp = timestamp;
        layer.newest_at = at;
    }

    #[test]
    fn the_best_living_layer_is_chosen() {
        let now = Instant::now();
        let mut track = track(now);
        assert_eq!(track.best_layer(2), None);
        hear(&mut track, 0, 0, now);
        assert_eq!(track.best_layer(2), Some(0));
        hear(&mut track, 2, 0, now);
        assert_eq!(track.best_layer(2), Some(2));
        assert_eq!(track.best_layer(1), Some(0));
    }

    #[test]
    fn a_layer_dies_only_while_others_live() {
        let now = Instant::now();
        let mut track = track(now);
        hear(&mut track, 0, 0, now);
        hear(&mut track, 2, 0, now);
        for _ in 0..50 {
            track.tick();
        }
        assert_eq!(
            track.best_layer(2),
            Some(2),
            "nothing moves: a still picture, not a dead layer"
        );
        for _ in 0..SILENT_TICKS {
            hear(&mut track, 0, 0, now);
            track.tick();
        }
        assert_eq!(track.best_layer(2), Some(0));
        hear(&mut track, 2, 0, now);
        assert_eq!(track.best_layer(2), Some(2));
    }

    #[test]
    fn clocks_are_aligned_by_reports_or_else_by_arrival() {
        let now = Instant::now();
        let mut track = track(now);
        hear(&mut track, 0, 1000, now);
        hear(&mut track, 2, 500_000, now + Duration::from_millis(10));
        assert_eq!(500_000_u32.wrapping_add(track.timeline_shift(2)), 1900);
        let report = |second: u64, timestamp| Clock {
            ntp: second << 32,
            timestamp,
            arrived: now,
        };
        track.layers[0].report = Some(report(1000, 90_000));
        track.layers[2].report = Some(report(1001, 0));
        assert_eq!(track.timeline_shift(2), 180_000);
        track.layers[2].report = Some(report(999, 7));
        assert_eq!(track.timeline_shift(2), 0_u32.wrapping_sub(7));
        let later = now + Duration::from_millis(500);
        assert_eq!(
            track.clock(2, later),
            Some(((999 << 32) + (1 << 31), 45_007))
        );
        assert_eq!(track.clock(1, later), None);
    }

    #[test]
    fn key_frame_requests_are_throttled_and_not_lost() {
        let now = Instant::now();
        let mut track = track(now);
        hear(&mut track, 0, 0, now);
        let later = |ms| now + Duration::from_millis(ms);
        assert!(track.ask_key_frame(0, false, now).is_some());
        assert!(track.ask_key_frame(0, false, later(499)).is_none());
        assert_eq!(track.wanted_key_frames().collect::<Vec<_>>(), [0]);
        assert!(track.ask_key_frame(0, true, later(99)).is_none());
        assert!(track.ask_key_frame(0, true, later(120)).is_some());
        assert_eq!(track.wanted_key_frames().count(), 0);
        assert!(
            track.ask_key_frame(1, true, now).is_none(),
            "no source to ask yet"
        );
        assert!(track.ask_key_frame(9, true, now).is_none());
    }
}
