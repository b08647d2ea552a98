//! Every parser on the media path against noise, and against good packets with damage.
//!
//! Each test runs a fixed number of rounds, the same every time. With `PREAU_NOISE_SECONDS` set it goes on for that long,
//! with other noise every time: `PREAU_NOISE_SECONDS=1800 cargo test --release -p media noise`.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::codec::{CodecName, PayloadInfo};
use crate::command::{Command, DownId, PeerId, Role, TrackId};
use crate::config::{Certificate, SfuConfig};
use crate::down::Down;
use crate::downlink::{Downlink, SendLog};
use crate::egress::{Egress, Fullness, Path, Worth};
use crate::event::{PeerStats, Transport};
use crate::fresh::Fresh;
use crate::outlet::{Outlet, Wire};
use crate::pick::{Pick, pick};
use crate::rewrite::{Incoming, Rewriter};
use crate::ring::{Ring, Stored};
use crate::rtcp::{ArrivalLog, Compound, Message, messages};
use crate::rtp::{ExtensionIds, ExtensionName, Extensions, Header, Vp8Layout};
use crate::sfu::Sfu;
use crate::srtp::{self, Profile, Window};
use crate::thinning::Thinning;
use crate::track::Track;
use crate::uplink::Intake;

const ROUNDS: u64 = 20_000;
const ROUNDS_BETWEEN_LOOKS: u64 = 1000;

/// A small generator of noise (SplitMix64).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        let len = self.below(most + 1);
        (0..len).map(|_| self.next() as u8).collect()
    }

    /// `good` with a few bytes changed, left out, added or repeated, or cut.
    fn damaged(&mut self, good: &[u8]) -> Vec<u8> {
        let mut bytes = good.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len());
            match self.below(6) {
                0 if !bytes.is_empty() => bytes[at] ^= 1 << self.below(8),
                1 if !bytes.is_empty() => bytes[at] = [0, 0xff, 0x7f, 0x80][self.below(4)],
                2 if !bytes.is_empty() => drop(bytes.remove(at)),
                3 => bytes.insert(at, self.next() as u8),
                4 => bytes.truncate(at),
                _ => bytes.extend_from_slice(&good[at.min(good.len())..]),
            }
        }
        bytes
    }

    /// One of `seeds` damaged, or pure noise.
    fn input(&mut self, seeds: &[&[u8]]) -> Vec<u8> {
        match self.below(8) {
            0 => self.bytes(200),
            _ => {
                let seed = seeds[self.below(seeds.len())];
                self.damaged(seed)
            }
        }
    }
}

/// Calls `round` as often or as long as asked for.
fn go_on(mut round: impl FnMut(&mut Noise)) {
    let seconds = std::env::var("PREAU_NOISE_SECONDS").ok();
    let seconds: Option<u64> = seconds.and_then(|text| text.parse().ok());
    let began = Instant::now();
    let mut noise = Noise(7);
    if seconds.is_some() {
        noise.0 = std::time::UNIX_EPOCH
            .elapsed()
            .map_or(7, |time| time.as_nanos() as u64);
    }
    for number in 0_u64.. {
        if number.is_multiple_of(ROUNDS_BETWEEN_LOOKS) {
            let over = seconds.map_or(number >= ROUNDS, |seconds| {
                began.elapsed() >= Duration::from_secs(seconds)
            });
            if over {
                return;
            }
        }
        round(&mut noise);
    }
}

fn ids() -> ExtensionIds {
    let mut ids = ExtensionIds::default();
    let names = [
        (1, ExtensionName::AudioLevel),
        (3, ExtensionName::TransportSeq),
        (4, ExtensionName::Mid),
        (10, ExtensionName::Rid),
        (11, ExtensionName::RepairedRid),
        (13, ExtensionName::Orientation),
    ];
    names.into_iter().for_each(|(id, name)| ids.set(id, name));
    ids
}

/// A packet with sources, extensions of either form, a VP8 payload and padding.
const PACKETS: [&[u8]; 3] = [
    &[
        0x90, 0xe0, 0, 7, 0, 0, 0, 9, 1, 2, 3, 4, 0xbe, 0xde, 0, 3, 0x10, 0x85, 0x31, 1, 2, 0x40,
        b'v', 0xa0, b'q', 0, 0, 0, 0x90, 0xf0, 0x81, 0x23, 7, 0x65, 0x10, 9, 9,
    ],
    &[
        0xb2, 96, 0xff, 0xff, 0, 0, 0, 9, 1, 2, 3, 4, 0, 0, 0, 1, 0, 0, 0, 2, 0x10, 0, 0, 2, 1, 1,
        0x85, 3, 2, 1, 2, 0, 0x80, 0x80, 5, 0, 1, 2, 3, 3,
    ],
    &[0x80, 111, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0x78, 1, 2, 3],
];

/// A sender report with a block, feedback of every kind, an estimate, and arrivals in every form.
const CONTROLS: [&[u8]; 4] = [
    &[
        0x81, 200, 0, 12, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 6,
        0, 0, 0, 9, 128, 0xff, 0xff, 0xfe, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 8, 0x81,
        205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 79, 0, 5, 0, 1,
    ],
    &[
        0x81, 201, 0, 7, 0, 0, 0, 1, 0, 0, 0, 9, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0,
        0, 0, 8, 0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 77, 0x84, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0,
        0, 0, 0, 78, 9, 0, 0, 0,
    ],
    &[
        0x8f, 206, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0, b'R', b'E', b'M', b'B', 1, 0x0b, 1, 2, 0, 0, 0, 9,
    ],
    &[
        0x8f, 205, 0, 8, 0, 0, 0, 1, 0, 0, 0, 2, 0xff, 0xfe, 0, 30, 0, 0, 2, 9, 0x20, 9, 0x9f,
        0xff, 0xe4, 0, 4, 8, 12, 0xff, 0xf8, 1, 1, 1, 1, 1,
    ],
];

#[test]
fn packets_and_their_extensions_and_payloads() {
    go_on(|noise| {
        let packet = noise.input(&PACKETS);
        let Some(header) = Header::parse(&packet) else {
            return;
        };
        let extensions = Extensions::read(&packet, &header, &ids());
        assert!(extensions.mid.is_none_or(|mid| mid.len() <= packet.len()));
        let payload = header.unpadded(&packet[header.len..]).unwrap_or_default();
        for codec in CodecName::ALL {
            let info = PayloadInfo::parse(codec, payload);
            let mut copy = payload.to_vec();
            info.vp8.patch(&mut copy, info.vp8_ids);
            assert_eq!(copy, payload, "what was read is what is written");
        }
    });
}

#[test]
fn control_packets() {
    let (mut log, mut downlink) = (SendLog::default(), Downlink::default());
    let mut now = Instant::now();
    go_on(|noise| {
        let packet = noise.input(&CONTROLS);
        let mut count = 0;
        messages(&packet, |message| {
            count += 1;
            if let Message::Arrivals(arrivals) = message {
                let seen = downlink.observe(&arrivals, &mut log, now);
                assert!(seen.arrived.packets + seen.missing.packets <= 2 * 4096);
            }
        });
        assert!(count <= packet.len() / 4);
        now += Duration::from_millis(noise.next() % 100);
        log.set_time(now);
        (0..noise.below(20)).for_each(|_| log.note(noise.below(2000)));
        let mut stats = PeerStats::default();
        downlink.estimated(noise.next());
        downlink.add_stats(&mut stats);
        assert!(stats.delivered_bps <= stats.offered_bps && stats.loss_e4 <= 10_000);
    });
}

#[test]
fn protected_packets_damaged_on_the_way() {
    let material: Vec<u8> = (0..88).collect();
    for profile in [
        Profile::Aes128CmSha1,
        Profile::Aes128Gcm,
        Profile::Aes256Gcm,
    ] {
        let keys = |client| srtp::from_dtls(profile, &material, client).expect("keys");
        let ((mut outbound, _), (_, mut inbound)) = (keys(true), keys(false));
        let mut out = [0; 2048];
        let mut index = 0;
        go_on(|noise| {
            index += 1;
            let mut packet = PACKETS[2].to_vec();
            packet[2..4].copy_from_slice(&(index as u16).to_be_bytes());
            packet.resize(packet.len() + outbound.overhead(), 0);
            assert!(outbound.protect(&mut packet, 12, index));
            let damaged = noise.damaged(&packet);
            if let Some(header) = Header::parse(&damaged).filter(|_| damaged != packet) {
                let opened = inbound.open(&damaged, header.len, header.ssrc, &mut out);
                assert_eq!(opened, None, "{profile:?}");
            }
            assert!(inbound.open(&packet, 12, 1, &mut out).is_some());
            let mut control = CONTROLS[noise.below(CONTROLS.len())].to_vec();
            assert!(outbound.protect_control(&mut control));
            let damaged = noise.damaged(&control);
            if damaged != control {
                assert_eq!(inbound.open_control(&damaged, &mut out), None);
            }
            assert!(inbound.open_control(&control, &mut out).is_some());
        });
    }
}

/// Swallows what is sent, and reads it first.
struct Reader;

impl Egress for Reader {
    fn send(&mut self, _: Path, _: Worth, len: usize, fill: &mut dyn FnMut(&mut [u8]) -> bool) {
        let mut room = vec![0; len];
        fill(&mut room);
    }

    fn fullness(&self, _: Path) -> Fullness {
        Fullness::Plenty
    }
}

#[test]
fn stun_and_everything_else_at_the_socket() {
    let here: SocketAddr = SocketAddr::from(([10, 0, 0, 1], 7882));
    let there = SocketAddr::from(([10, 0, 0, 2], 9));
    let mut now = Instant::now();
    let mut sfu = Sfu::new(SfuConfig {
        udp_candidates: vec![here],
        tcp_candidates: vec![here],
        certificate: Certificate::generate().expect("a certificate"),
        profiles: Profile::PREFERRED.to_vec(),
    });
    sfu.command(
        Command::OpenPeer {
            peer: PeerId(1),
            role: Role::Publisher,
        },
        now,
    );
    let ufrag = sfu.ufrags.keys().next().expect("a user name").clone();
    let user = format!("{ufrag}:them");
    let mut check = vec![
        0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3,
    ];
    check.extend([0, 6, 0, user.len() as u8]);
    check.extend(user.as_bytes());
    check.resize(check.len().next_multiple_of(4), 0);
    check.extend([0, 0x24, 0, 4, 0x6e, 0, 1, 0xff, 0, 0x25, 0, 0, 0, 8, 0, 20]);
    check.extend([7; 20]);
    let len = (check.len() - 20) as u16;
    check[2..4].copy_from_slice(&len.to_be_bytes());
    let hello = [22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0];
    let seeds: [&[u8]; 5] = [&check, &check, &hello, PACKETS[0], CONTROLS[0]];
    go_on(|noise| {
        let datagram = noise.input(&seeds);
        let transport = [Transport::Udp, Transport::Tcp][noise.below(2)];
        sfu.packet(transport, there, here, &datagram, now);
        sfu.flush(&mut Reader, now);
        if noise.below(100) == 0 {
            now += Duration::from_millis(10);
            sfu.timeout(now);
        }
    });
    assert!(sfu.routes.is_empty(), "nobody was let in");
}

#[test]
fn books_of_any_sequence_of_numbers() {
    let start = Instant::now();
    go_on(|noise| {
        let mut now = start;
        let mut intake = Intake::new(noise.next() >> 20, 90_000, true, now);
        let mut log = ArrivalLog::new(now);
        let mut window = Window::starting_with(noise.next() >> 20);
        let mut out = Vec::new();
        for _ in 0..20 {
            now += Duration::from_millis(noise.next() % 3000);
            let near = window.highest().wrapping_add(noise.next() % 2000).max(1000) - 1000;
            let seq = [near, noise.next() >> 16][usize::from(noise.below(10) == 0)];
            let new = window.is_new(seq);
            window.insert(seq);
            assert!(!window.is_new(seq) || !new);
            let how = (noise.below(2) == 0, noise.below(4) == 0);
            intake.take(seq, noise.next() as u32, how, now);
            log.add(noise.next() as u16, now);
            while noise.below(3) == 0 && log.report(1, &mut out) {}
        }
        while log.report(1, &mut out) {}
        assert!(log.is_empty());
    });
}

#[test]
fn resends_of_any_wish() {
    let now = Instant::now();
    let mut rewriter = Rewriter::new();
    let mut outlet = Outlet::new(Wire {
        ssrc: 1,
        pt: 96,
        repair: Some((2, 97)),
        mid: "v".into(),
        ids: ids(),
    });
    let mut ring = Ring::new(64, 4096);
    go_on(|noise| {
        let seq = noise.next() >> (16 + noise.below(40));
        let incoming = Incoming {
            seq,
            timestamp: noise.next() as u32,
            vp8: Default::default(),
        };
        rewriter.switch(incoming, 900);
        let out = rewriter.map(incoming).expect("the first of a source");
        let source = crate::source::Source {
            layer: noise.below(3),
            generation: 1,
            timeline_shift: 0,
        };
        outlet.begin_span(out.seq, source, rewriter.shifts());
        let stored = Stored {
            seq,
            timestamp: incoming.timestamp,
            marker: false,
            audio_level: None,
            orientation: None,
            vp8: Vp8Layout::EMPTY,
            at: now,
        };
        ring.push(stored, &noise.bytes(300));
        let newest = rewriter.newest_seq().expect("a number");
        if let Some(found) = outlet.find(noise.next() as u16, newest) {
            assert!(found.seq <= newest);
            let _ = ring.get(found.source_seq);
        }
        let mut compound = Compound::default();
        let lost: Vec<u16> = (0..noise.below(300)).map(|_| noise.next() as u16).collect();
        let taken = compound.nack(1, &lost);
        assert!(taken > 0 || lost.is_empty());
    });
}

/// One layer of a camera in the test below: the next number, and those that come late.
#[derive(Default, Clone)]
struct Reordered {
    next: u64,
    late: Vec<u64>,
}

impl Reordered {
    /// A number that never came before, mostly in order.
    fn next(&mut self, noise: &mut Noise) -> u64 {
        match noise.below(8) {
            0 if !self.late.is_empty() => self.late.swap_remove(noise.below(self.late.len())),
            1 => {
                self.late.push(self.next);
                self.next += 2;
                self.next - 1
            }
            _ => {
                self.next += 1;
                self.next - 1
            }
        }
    }
}

/// Under one key an index must never be used twice, and what is sent again must be what had its number.
#[test]
fn numbers_of_one_receiver_under_any_pressure() {
    let wire = Wire {
        ssrc: 1,
        pt: 96,
        repair: Some((2, 97)),
        mid: "v".into(),
        ids: ids(),
    };
    let mut now = Instant::now();
    let rids = ["q", "h", "f"].map(str::to_owned);
    let mut track = Track::new(TrackId(1), 0, CodecName::Vp8, &rids, now);
    go_on(|noise| {
        let mut down = Down::new(DownId(1), 0, TrackId(1), String::new(), String::new());
        let mut outlet = Outlet::new(wire);
        down.outlet = Some(0);
        let mut turns = Vec::new();
        let mut thinning = Thinning::default();
        let mut layers = [(); 3].map(|()| Reordered::default());
        let mut sent: Vec<(u64, usize, u64)> = Vec::new();
        for _ in 0..60 {
            let layer = noise.below(3);
            let seq = 1000 + layers[layer].next(noise);
            let timestamp = (seq / 3) as u32 * 3000;
            track.heard(layer, layer as u32, timestamp, now);
            let spare = noise.below(2) as u8;
            let first = [0x90 | spare << 5, 0x80 | spare << 5][usize::from(!seq.is_multiple_of(3))];
            let tag = u8::from(noise.below(4) > 0);
            let payload = [first, 0xe0, 0x80, seq as u8, 7, spare << 6, tag, 0, 0];
            let former = noise.below(20) == 0;
            let fresh = Fresh {
                track: 0,
                layer,
                generation: track.layers[layer].generation - u32::from(former),
                seq,
                timestamp,
                is_padding: false,
                info: PayloadInfo::parse(CodecName::Vp8, &payload),
                run: 0,
            };
            let picked = pick(&track, &fresh, &mut down, &mut turns, &thinning);
            for turn in turns.drain(..) {
                outlet.begin_span(turn.first_seq, turn.source, turn.shifts);
            }
            assert!(!former || picked == Pick::NotMeant);
            if let Pick::Send(out, _) = picked {
                let known = sent.iter().any(|(number, ..)| *number == out.seq);
                assert!(!known, "{} twice", out.seq);
                sent.push((out.seq, layer, seq));
                // The next one of the picture came with it.
                let (next, numbers) = (seq + 1, &mut layers[layer]);
                if next / 3 == seq / 3 && numbers.next + 1000 == next && noise.below(2) == 0 {
                    numbers.next += 1;
                    down.follow(&Fresh { seq: next, ..fresh });
                    sent.push((out.seq + 1, layer, next));
                }
                let newest = down.rewriter.newest_seq().expect("a number");
                let recent = &sent[sent.len().saturating_sub(20)..];
                let (number, layer, seq) = recent[noise.below(recent.len())];
                let found = outlet.find(number as u16, newest).expect("recent");
                assert_eq!((found.source.layer, found.source_seq), (layer, seq));
            }
            let rooms = [
                Fullness::Plenty,
                Fullness::Plenty,
                Fullness::Scarce,
                Fullness::Full,
            ];
            thinning.felt(rooms[noise.below(4)], now);
            thinning.relax(now);
            now += Duration::from_millis(noise.next() % 2000);
        }
    });
}
