//! Whatever anybody sends, the others go on undisturbed.

use std::time::Duration;

use media::{Command, Event, PeerId, Receive, RequestId, Role, TrackId, Transport};
use media_kit::sources::{Vp8Source, opus};
use media_kit::{World, tcp_address, udp_address};
use str0m::media::MediaKind;

/// A small generator of repeatable noise (SplitMix64).
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
        (self.next() % bound as u64) as usize
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        let length = self.below(most + 1);
        (0..length).map(|_| self.next() as u8).collect()
    }
}

#[test]
fn garbage_from_strangers_and_from_known_addresses_changes_nothing() {
    let mut world = World::new();
    let camera = world.publisher(MediaKind::Video, &["q", "h", "f"], Transport::Udp);
    let (receiver, _) = world.subscriber(&[camera.track], Transport::Udp);
    let known = [
        world.clients[camera.client].address,
        world.clients[receiver].address,
    ];
    let mut noise = Noise(7);
    let mut sources = [("q", Vp8Source::new(1))];
    world.send_layers(camera, &mut sources, true);
    let prefixes: [&[u8]; 8] = [
        &[],
        &[0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42],
        &[
            0, 1, 0, 12, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 6, 0, 4,
        ],
        &[22, 254, 253, 0, 0],
        &[20, 254, 255],
        &[0x80, 96],
        &[0x90, 0xe0],
        &[0x80, 200, 0, 6],
    ];
    for round in 0..4_000 {
        let mut payload = prefixes[noise.below(prefixes.len())].to_vec();
        payload.extend(noise.bytes(120));
        let stranger = "203.0.113.9:9".parse().expect("an address");
        let source = if round % 2 == 0 {
            known[noise.below(2)]
        } else {
            stranger
        };
        let (transport, local) = match noise.below(3) {
            0 => (Transport::Tcp, tcp_address()),
            _ => (Transport::Udp, udp_address()),
        };
        world
            .sfu
            .packet(transport, source, local, &payload, world.now);
        if round % 100 == 0 {
            world.run(Duration::from_millis(5));
        }
    }
    let before = world.clients[receiver].packets.len();
    for _ in 0..10 {
        world.send_layers(camera, &mut sources, false);
    }
    assert_eq!(world.clients[receiver].packets.len(), before + 10);
    world.command(Command::RequestStats {
        request: RequestId(1),
    });
    let unroutable = world.take(|event| match event {
        Event::Stats { stats, .. } => Some(stats.unroutable),
        _ => None,
    })[0];
    assert!(unroutable > 1_000);
}

#[test]
fn what_is_sent_many_times_arrives_once() {
    let mut world = World::new();
    let microphone = world.publisher(MediaKind::Audio, &[], Transport::Udp);
    let (receiver, _) = world.subscriber(&[microphone.track], Transport::Udp);
    let mut kept = Vec::new();
    for number in 0..100 {
        let now = world.now;
        world.clients[microphone.client].send(microphone.mid, None, &opus(number, -20), now);
        kept.extend(world.clients[microphone.client].take_outgoing(now));
        // The last few once more, and from the address of somebody else too.
        let elsewhere = world.clients[receiver].address;
        let rtp = kept.iter().filter(|datagram| datagram.is_rtp_like());
        for datagram in rtp.rev().take(3) {
            for source in [datagram.source, elsewhere] {
                let (to, payload) = (datagram.destination, &datagram.payload);
                world.sfu.packet(Transport::Udp, source, to, payload, now);
            }
        }
        world.run(Duration::from_millis(20));
    }
    let numbers = world.clients[receiver].packets.iter();
    let numbers: Vec<u64> = numbers.map(|(_, packet)| *packet.seq_no).collect();
    assert_eq!(numbers, (1000..1100).collect::<Vec<_>>());
}

#[test]
fn damaged_datagrams_of_a_real_client_are_survived() {
    let mut world = World::new();
    let mut noise = Noise(3);
    let camera = world.publisher(MediaKind::Video, &["q", "h"], Transport::Udp);
    let microphone = world.add_track(camera.client, MediaKind::Audio, &[]);
    let (receiver, _) = world.subscriber(&[camera.track, microphone.track], Transport::Udp);
    let mut sources = [("q", Vp8Source::new(1)), ("h", Vp8Source::new(2))];
    for number in 0..300 {
        for (rid, source) in &mut sources {
            let mut frame = source.frame(number % 20 == 0);
            if noise.below(3) == 0 {
                frame.payload = noise.bytes(60);
            }
            let now = world.now;
            world.clients[camera.client].send(camera.mid, Some(rid), &frame, now);
        }
        let mut sound = opus(number, -(noise.below(127) as i8));
        sound.payload = noise.bytes(20);
        let now = world.now;
        world.clients[camera.client].send(microphone.mid, None, &sound, now);
        world.run(Duration::from_millis(20));
    }
    assert!(world.clients[receiver].packets.len() > 300);
}

#[test]
fn mangled_descriptions_are_refused_or_answered_but_never_fatal() {
    let mut noise = Noise(11);
    let mut world = World::new();
    let client = world.connect(Role::Publisher, Transport::Udp);
    let (good, mids) = world.clients[client].offer(&[
        (MediaKind::Video, &["q", "h", "f"]),
        (MediaKind::Audio, &[]),
    ]);
    let lines: Vec<&str> = good.lines().collect();
    let mut answered = 0;
    for round in 0..120 {
        let peer = PeerId(100_000 + round);
        world.sfu.command(
            Command::OpenPeer {
                peer,
                role: Role::Publisher,
            },
            world.now,
        );
        let mut mangled: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        for _ in 0..=noise.below(3) {
            mangle(&mut mangled, &mut noise);
        }
        let receive = mids.iter().enumerate().map(|(index, mid)| Receive {
            mid: mid.to_string(),
            track: TrackId(200_000 + 2 * round + index as u64),
            mime: "video/vp8".to_owned(),
            stereo: index == 1,
            announced_bps: 0,
        });
        let command = Command::AcceptOffer {
            peer,
            request: RequestId(round),
            sdp: mangled.join("\r\n") + "\r\n",
            receive: receive.collect(),
        };
        world.sfu.command(command, world.now);
        world.exchange();
        answered += world
            .take(|event| matches!(event, Event::Answered { .. }).then_some(()))
            .len();
        world.sfu.command(Command::ClosePeer { peer }, world.now);
        world.events.clear();
    }
    assert!(
        (10..120).contains(&answered),
        "some manglings are harmless, some are not: {answered}"
    );
}

fn mangle(lines: &mut Vec<String>, noise: &mut Noise) {
    let at = noise.below(lines.len());
    match noise.below(6) {
        0 => {
            lines.remove(at);
        }
        1 => lines.insert(at, lines[noise.below(lines.len())].clone()),
        2 => {
            let keep = lines[at].chars().count() / 2;
            lines[at] = lines[at].chars().take(keep).collect();
        }
        3 => {
            let other = noise.below(lines.len());
            lines.swap(at, other);
        }
        4 => lines[at] = String::from_utf8_lossy(&noise.bytes(40)).into_owned(),
        _ => lines[at] = lines[at].replace(|c: char| c.is_ascii_digit(), "99999999999999999999"),
    }
}

#[test]
fn commands_about_nothing_are_ignored() {
    let mut world = World::new();
    let (peer, track, down) = (PeerId(1), TrackId(1), media::DownId(1));
    let channel = media::DataChannel::Lossy;
    let names = ("s".to_owned(), "t".to_owned());
    for command in [
        Command::ClosePeer { peer },
        Command::AddDown {
            peer,
            down,
            track,
            stream_id: names.0,
            track_sid: names.1,
        },
        Command::RemoveDown { peer, down },
        Command::SetDown {
            down,
            enabled: true,
            max_layer: 9,
        },
        Command::SetTrackMuted { track, muted: true },
        Command::SendData {
            peer,
            channel,
            payload: vec![1],
        },
        Command::AddCandidate {
            peer,
            candidate: "candidate:garbage".to_owned(),
        },
    ] {
        world.command(command);
    }
    assert!(world.events.is_empty());
    world.command(Command::RequestStats {
        request: RequestId(1),
    });
    let bad = world.take(|event| match event {
        Event::Stats { stats, .. } => Some(stats.bad_candidates),
        _ => None,
    });
    assert_eq!(bad, [1]);
}
