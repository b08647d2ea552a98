//! How much one peer may make the server do. Asked before anything is decrypted, so that what is too much costs a look.
//!
//! Every allowance is above what a client of that kind can send: a track is given what it was announced with and two
//! fifths more, and may save up two seconds of it for key frames, retransmissions and stalls.

use std::time::{Duration, Instant};

use str0m::media::MediaKind;

use crate::rtp::Kind;

/// What may be saved up.
const BURST: Duration = Duration::from_secs(2);
const NANOS: u64 = 1_000_000_000;
const BURST_NANOS: u64 = BURST.as_secs() * NANOS;

/// Opus in the shortest frames that browsers make (10 ms), and a fifth more.
const AUDIO_PACKETS_PER_S: u32 = 120;
/// Speech with everything sent twice (RFC 2198), and stereo music at the highest rate of Opus likewise.
const VOICE_BYTES_PER_S: u32 = 64_000;
const MUSIC_BYTES_PER_S: u32 = 160_000;
/// A video of which nothing was announced: 4K, or 1080p in three layers of a generous encoder.
const UNKNOWN_VIDEO_BPS: u32 = 10_000_000;
const LEAST_VIDEO_BPS: u32 = 500_000;
const MOST_VIDEO_BPS: u32 = 20_000_000;
/// Encoders miss their rate, and lost packets are sent again.
const HEADROOM_PERCENT: u64 = 140;
/// Encoders fill packets at least so far, but for the last packet of a picture.
const PAYLOAD_BYTES: u64 = 1000;
const PICTURES_PER_S: u64 = 30;
/// Headers and tag, which announced rates leave out.
const OVERHEAD_BYTES: u64 = 64;

/// What may be used per second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Allowance {
    pub packets_per_s: u32,
    pub bytes_per_s: u32,
}

/// Beside the tracks: packets of sources that are not attributed yet.
const UNATTRIBUTED: Allowance = Allowance {
    packets_per_s: 50,
    bytes_per_s: 60_000,
};
/// Nearly three videos at their most; nobody sends more.
const MOST_MEDIA: Allowance = Allowance {
    packets_per_s: 10_000,
    bytes_per_s: 10_000_000,
};
/// RTCP: arrival reports twenty times a second, sender reports, requests.
const CONTROL: Allowance = Allowance {
    packets_per_s: 200,
    bytes_per_s: 64_000,
};
/// … and for each track received, asking for what is lost.
const CONTROL_PER_DOWN: Allowance = Allowance {
    packets_per_s: 60,
    bytes_per_s: 8_000,
};
/// STUN: a browser checks its pairs of addresses one every 50 ms at its quickest.
const CHECKS: Allowance = Allowance {
    packets_per_s: 100,
    bytes_per_s: 30_000,
};
/// DTLS: the handshake and data channels.
const RECORDS: Allowance = Allowance {
    packets_per_s: 2_000,
    bytes_per_s: 2_500_000,
};

impl Allowance {
    /// For a published track. `announced_bps` is what its layers were announced with together, 0 if nothing was said.
    pub(crate) fn of_track(
        kind: MediaKind,
        stereo: bool,
        announced_bps: u32,
        layers: usize,
    ) -> Self {
        if kind.is_audio() {
            return Allowance {
                packets_per_s: AUDIO_PACKETS_PER_S,
                bytes_per_s: if stereo {
                    MUSIC_BYTES_PER_S
                } else {
                    VOICE_BYTES_PER_S
                },
            };
        }
        let bps = match announced_bps {
            0 => UNKNOWN_VIDEO_BPS,
            bps => bps.clamp(LEAST_VIDEO_BPS, MOST_VIDEO_BPS),
        };
        let payload = u64::from(bps) / 8 * HEADROOM_PERCENT / 100;
        let packets = payload / PAYLOAD_BYTES + PICTURES_PER_S * layers.max(1) as u64;
        Allowance {
            packets_per_s: packets as u32,
            bytes_per_s: (payload + packets * OVERHEAD_BYTES) as u32,
        }
    }

    fn plus(self, other: Allowance) -> Self {
        Allowance {
            packets_per_s: self.packets_per_s.saturating_add(other.packets_per_s),
            bytes_per_s: self.bytes_per_s.saturating_add(other.bytes_per_s),
        }
    }

    fn times(self, count: u32) -> Self {
        Allowance {
            packets_per_s: self.packets_per_s.saturating_mul(count),
            bytes_per_s: self.bytes_per_s.saturating_mul(count),
        }
    }

    fn at_most(self, most: Allowance) -> Self {
        Allowance {
            packets_per_s: self.packets_per_s.min(most.packets_per_s),
            bytes_per_s: self.bytes_per_s.min(most.bytes_per_s),
        }
    }
}

/// A token bucket of packets and bytes.
#[derive(Debug)]
pub(crate) struct Budget {
    allowance: Allowance,
    /// Saved up, in billionths of a packet and of a byte.
    packets: u64,
    bytes: u64,
    filled_at: Instant,
}

impl Budget {
    /// A budget of which nothing is used.
    pub(crate) fn new(allowance: Allowance, now: Instant) -> Self {
        let (packets, bytes) = Self::most(allowance);
        Budget {
            allowance,
            packets,
            bytes,
            filled_at: now,
        }
    }

    fn most(allowance: Allowance) -> (u64, u64) {
        (
            u64::from(allowance.packets_per_s) * BURST_NANOS,
            u64::from(allowance.bytes_per_s) * BURST_NANOS,
        )
    }

    /// What may be used.
    pub(crate) fn allowance(&self) -> Allowance {
        self.allowance
    }

    /// Changes what may be used. What more may be saved up is there at once.
    pub(crate) fn allow(&mut self, allowance: Allowance, now: Instant) {
        self.fill(now);
        let before = Self::most(self.allowance);
        let after = Self::most(allowance);
        self.allowance = allowance;
        self.packets = (self.packets + after.0.saturating_sub(before.0)).min(after.0);
        self.bytes = (self.bytes + after.1.saturating_sub(before.1)).min(after.1);
    }

    /// Whether a packet of this length may be used now.
    pub(crate) fn admits(&mut self, bytes: usize, now: Instant) -> bool {
        self.fill(now);
        self.packets >= NANOS && self.bytes >= bytes as u64 * NANOS
    }

    /// Takes the packet off what is saved up.
    pub(crate) fn charge(&mut self, bytes: usize) {
        self.packets = self.packets.saturating_sub(NANOS);
        self.bytes = self.bytes.saturating_sub(bytes as u64 * NANOS);
    }

    /// Charges a packet if it may be used.
    pub(crate) fn take(&mut self, bytes: usize, now: Instant) -> bool {
        let admitted = self.admits(bytes, now);
        if admitted {
            self.charge(bytes);
        }
        admitted
    }

    fn fill(&mut self, now: Instant) {
        // A batch has one time: for all its packets but the first there is nothing to add.
        if now <= self.filled_at {
            return;
        }
        let passed = now.duration_since(self.filled_at).min(BURST).as_nanos() as u64;
        self.filled_at = now;
        let most = Self::most(self.allowance);
        let more = |per_s: u32| u64::from(per_s) * passed;
        self.packets = (self.packets + more(self.allowance.packets_per_s)).min(most.0);
        self.bytes = (self.bytes + more(self.allowance.bytes_per_s)).min(most.1);
    }
}

/// What a peer may send, by kind of datagram.
#[derive(Debug)]
pub(crate) struct Shares {
    media: Budget,
    control: Budget,
    checks: Budget,
    records: Budget,
}

impl Shares {
    pub(crate) fn new(now: Instant) -> Self {
        Shares {
            media: Budget::new(UNATTRIBUTED, now),
            control: Budget::new(CONTROL, now),
            checks: Budget::new(CHECKS, now),
            records: Budget::new(RECORDS, now),
        }
    }

    /// Notes what the peer publishes.
    pub(crate) fn publishes(&mut self, tracks: impl Iterator<Item = Allowance>, now: Instant) {
        let all = tracks.fold(UNATTRIBUTED, Allowance::plus);
        self.media.allow(all.at_most(MOST_MEDIA), now);
    }

    /// Notes how many tracks the peer receives.
    pub(crate) fn receives(&mut self, downs: usize, now: Instant) {
        let more = CONTROL_PER_DOWN.times(u32::try_from(downs).unwrap_or(u32::MAX));
        self.control.allow(CONTROL.plus(more), now);
    }

    /// Whether an RTP or RTCP packet is to be looked at; then it is charged.
    pub(crate) fn take_media(&mut self, kind: Kind, bytes: usize, now: Instant) -> bool {
        match kind {
            Kind::Media => self.media.take(bytes, now),
            _ => self.control.take(bytes, now),
        }
    }

    /// Whether a STUN message is to be looked at.
    pub(crate) fn take_check(&mut self, bytes: usize, now: Instant) -> bool {
        self.checks.take(bytes, now)
    }

    /// Whether a DTLS record is to be looked at.
    pub(crate) fn take_record(&mut self, bytes: usize, now: Instant) -> bool {
        self.records.take(bytes, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAMERA: u32 = 2_350_000;

    fn video(bps: u32, layers: usize) -> Allowance {
        Allowance::of_track(MediaKind::Video, false, bps, layers)
    }

    /// Sends `packets` of `bytes` every `every_ms` for `seconds`; how many are admitted of how many.
    fn send(
        budget: &mut Budget,
        start: Instant,
        shape: (u64, usize, u64),
        seconds: u64,
    ) -> (u64, u64) {
        let (packets, bytes, every_ms) = shape;
        let (mut admitted, mut all) = (0, 0);
        for at in (0..seconds * 1000).step_by(every_ms as usize) {
            for _ in 0..packets {
                all += 1;
                admitted += u64::from(budget.take(bytes, start + Duration::from_millis(at)));
            }
        }
        (admitted, all)
    }

    #[test]
    fn what_clients_send_is_never_refused() {
        let start = Instant::now();
        let music = Allowance::of_track(MediaKind::Audio, true, 0, 1);
        let voice = Allowance::of_track(MediaKind::Audio, false, 0, 1);
        let cases = [
            ("speech, sent twice", voice, (1, 260, 20)),
            ("stereo in 10 ms frames, sent twice", music, (1, 1350, 10)),
            ("720p in three layers", video(CAMERA, 3), (10, 1040, 33)),
            ("1080p in three layers", video(3_750_000, 3), (16, 1060, 33)),
            (
                "4K screen at 15 pictures",
                video(8_000_000, 1),
                (68, 1060, 66),
            ),
            ("a thumbnail", video(60_000, 1), (1, 400, 66)),
            ("nothing announced", video(0, 3), (22, 1060, 33)),
        ];
        for (what, allowance, shape) in cases {
            let mut budget = Budget::new(allowance, start);
            let (admitted, all) = send(&mut budget, start, shape, 60);
            assert_eq!(admitted, all, "{what}: {allowance:?}");
        }
    }

    #[test]
    fn a_key_frame_and_what_waited_through_a_stall_pass_at_once() {
        let start = Instant::now();
        let mut budget = Budget::new(video(2_500_000, 1), start);
        let key_frame = (0..500).all(|_| budget.take(1200, start));
        assert!(key_frame, "600 kB of a screen");
        let later = start + Duration::from_secs(4);
        assert!((0..600).all(|_| budget.take(1200, later)), "two seconds");
    }

    #[test]
    fn ten_times_as_much_gets_little_more_than_its_share() {
        let start = Instant::now();
        for (bps, layers, shape) in [(CAMERA, 3, (100, 1040, 33)), (1_440_000, 1, (50, 1250, 33))] {
            let mut budget = Budget::new(video(bps, layers), start);
            let (_, all) = send(&mut budget, start, shape, 10);
            let (admitted, _) = send(&mut budget, start + Duration::from_secs(10), shape, 10);
            let times = admitted as f64 / (all as f64 / 10.0);
            assert!((1.2..1.6).contains(&times), "{times} of {bps}");
        }
        let mut budget = Budget::new(video(1_440_000, 1), start);
        send(&mut budget, start, (50, 100, 33), 10);
        let (tiny, all) = send(
            &mut budget,
            start + Duration::from_secs(10),
            (50, 100, 33),
            10,
        );
        assert!(
            tiny < all / 5,
            "small packets are counted too: {tiny} of {all}"
        );
    }

    #[test]
    fn nobody_is_given_more_by_announcing_more() {
        let most = video(MOST_VIDEO_BPS, 3);
        assert_eq!(video(u32::MAX, 3), most);
        let start = Instant::now();
        let mut shares = Shares::new(start);
        shares.publishes(std::iter::repeat_n(most, 1000), start);
        let taken = (0..200_000).filter(|_| shares.take_media(Kind::Media, 100, start));
        assert_eq!(taken.count() as u32, 2 * MOST_MEDIA.packets_per_s);
    }

    #[test]
    fn a_new_track_brings_its_savings_and_a_lost_one_takes_them() {
        let start = Instant::now();
        let mut shares = Shares::new(start);
        let all = |shares: &mut Shares| {
            (0..10_000)
                .filter(|_| shares.take_media(Kind::Media, 100, start))
                .count()
        };
        assert_eq!(all(&mut shares), 100);
        shares.publishes([video(CAMERA, 3)].into_iter(), start);
        let brought = all(&mut shares);
        assert_eq!(brought as u32, 2 * video(CAMERA, 3).packets_per_s);
        shares.publishes([video(CAMERA, 3)].into_iter(), start);
        assert_eq!(all(&mut shares), 0, "announcing again brings nothing");
        let later = start + BURST;
        shares.publishes(std::iter::empty(), later);
        let rest = (0..10_000).filter(|_| shares.take_media(Kind::Media, 100, later));
        assert_eq!(rest.count(), 100);
    }

    #[test]
    fn kinds_do_not_use_up_one_another() {
        let start = Instant::now();
        let mut shares = Shares::new(start);
        let used = (0..1_000).filter(|_| shares.take_check(100, start)).count();
        assert_eq!(used, 200);
        assert!(shares.take_record(100, start) && shares.take_media(Kind::Control, 100, start));
        shares.receives(50, start);
        let reports = (0..100_000).filter(|_| shares.take_media(Kind::Control, 50, start));
        assert_eq!(reports.count() + 1, 2 * (200 + 50 * 60));
    }
}
