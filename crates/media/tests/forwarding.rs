//! Media from a publisher to its receivers.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;
use std::time::Duration;

use media::{Command, Event, Lane, PeerState, Transport};
use media_kit::sources::{Vp8Source, opus, vp8_numbers};
use media_kit::{Collected, World};
use str0m::media::MediaKind;

#[test]
fn audio_reaches_every_receiver_with_numbers_of_its_own() {
    for mut world in [World::new(), World::ahead()] {
        let microphone = world.publisher(MediaKind::Audio, &[], Transport::Udp);
        let (first, mids) = world.subscriber(&[microphone.track], Transport::Udp);
        let (second, _) = world.subscriber(&[microphone.track], Transport::Udp);
        for number in 0..50 {
            let now = world.now;
            world.clients[microphone.client].send(microphone.mid, None, &opus(number, -20), now);
            world.run(Duration::from_millis(20));
        }
        for receiver in [first, second] {
            let client = &world.clients[receiver];
            assert_eq!(client.packets.len(), 50);
            let pairs = client.packets.windows(2);
            assert!(
                pairs
                    .clone()
                    .all(|pair| *pair[1].1.seq_no == *pair[0].1.seq_no + 1)
            );
            assert!(
                pairs
                    .clone()
                    .all(|pair| pair[1].1.header.timestamp == pair[0].1.header.timestamp + 960)
            );
            assert_eq!(client.packets[7].1.payload[1], 7);
        }
        assert_eq!(world.clients[first].packets_of(&mids[0]).len(), 50);
        let events = world.take(|event| match event {
            Event::TrackStarted { track, layer } => Some((track.0, u64::from(*layer))),
            Event::DownStarted { down } => Some((0, down.0)),
            _ => None,
        });
        assert_eq!(
            events.len(),
            3,
            "one start of the track, one of each down-track: {events:?}"
        );
    }
}

#[test]
fn peers_report_their_connection() {
    let mut world = World::new();
    let microphone = world.publisher(MediaKind::Audio, &[], Transport::Udp);
    let (receiver, _) = world.subscriber(&[microphone.track], Transport::Tcp);
    let peer = world.clients[receiver].peer;
    let states = world.take(|event| match event {
        Event::PeerState { peer: about, state } if *about == peer => Some(*state),
        _ => None,
    });
    assert_eq!(states, [PeerState::Connecting, PeerState::Connected]);
    let now = world.now;
    world.clients[microphone.client].send(microphone.mid, None, &opus(1, -20), now);
    world.run(Duration::from_millis(100));
    let carriers = world.take(|event| match event {
        Event::PeerTransport {
            peer: about,
            transport,
        } if *about == peer => Some(*transport),
        _ => None,
    });
    assert_eq!(carriers, [Transport::Tcp]);
    assert_eq!(world.clients[receiver].packets.len(), 1);
}

#[test]
fn a_late_receiver_asks_for_a_key_frame_at_once_and_begins_with_it() {
    let mut world = World::new();
    let camera = world.publisher(MediaKind::Video, &[], Transport::Udp);
    let mut sources = [("", Vp8Source::new(3))];
    world.send_layers(camera, &mut sources, true);
    for _ in 0..10 {
        world.send_layers(camera, &mut sources, false);
    }
    assert!(world.clients[camera.client].key_frame_requests.is_empty());
    let (receiver, _) = world.subscriber(&[camera.track], Transport::Udp);
    world.send_layers(camera, &mut sources, false);
    assert_eq!(world.clients[camera.client].key_frame_requests.len(), 1);
    assert!(
        world.clients[receiver].packets.is_empty(),
        "a picture cannot begin with a delta frame"
    );
    world.send_layers(camera, &mut sources, true);
    world.send_layers(camera, &mut sources, false);
    let packets = &world.clients[receiver].packets;
    assert_eq!(packets.len(), 2);
    assert_eq!(packets[0].1.payload[6] & 1, 0, "the first is the key frame");
}

#[test]
fn a_receivers_wish_for_a_key_frame_reaches_the_publisher_throttled() {
    let mut world = World::new();
    let camera = world.publisher(MediaKind::Video, &[], Transport::Udp);
    let mut sources = [("", Vp8Source::new(3))];
    let (receiver, mids) = world.subscriber(&[camera.track], Transport::Udp);
    world.send_layers(camera, &mut sources, true);
    world.run(Duration::from_secs(1));
    world.clients[camera.client].key_frame_requests.clear();
    for _ in 0..10 {
        world.clients[receiver].request_key_frame(mids[0].as_str().into());
        world.send_layers(camera, &mut sources, false);
    }
    assert_eq!(world.clients[camera.client].key_frame_requests.len(), 1);
    world.run(Duration::from_millis(700));
    assert_eq!(
        world.clients[camera.client].key_frame_requests.len(),
        2,
        "the held-back wish is not lost"
    );
}

#[test]
fn layers_switch_at_key_frames_and_numbers_never_jump() {
    for mut world in [World::new(), World::ahead()] {
        let camera = world.publisher(MediaKind::Video, &["q", "h", "f"], Transport::Udp);
        let (receiver, _) = world.subscriber(&[camera.track], Transport::Udp);
        let mut sources = [
            ("q", Vp8Source::new(1)),
            ("h", Vp8Source::new(50)),
            ("f", Vp8Source::new(9)),
        ];
        // Only the lowest layer at first, as a browser ramps up.
        world.send_layers(camera, &mut sources[..1], true);
        for _ in 0..10 {
            world.send_layers(camera, &mut sources[..1], false);
        }
        assert_eq!(world.clients[receiver].packets.len(), 11);
        world.send_layers(camera, &mut sources, true);
        for _ in 0..10 {
            world.send_layers(camera, &mut sources, false);
        }
        let down = world.take(|event| match event {
            Event::DownStarted { down } => Some(*down),
            _ => None,
        })[0];
        world.command(Command::SetDown {
            down,
            enabled: true,
            max_layer: 1,
        });
        for index in 0..20 {
            world.send_layers(camera, &mut sources, index == 10);
        }
        // The middle layer dies; the lowest takes over at its next key frame.
        let (low, high) = sources.split_at_mut(1);
        for index in 0..40 {
            world.send_layers(camera, &mut low[..1], index == 30);
            world.send_layers(camera, &mut high[1..], false);
        }
        let requested = &world.clients[camera.client].key_frame_requests;
        let rids: Vec<String> = requested
            .iter()
            .filter_map(|(_, rid)| rid.map(|rid| rid.to_string()))
            .collect();
        assert!(
            rids.contains(&"h".to_owned()) && rids.contains(&"q".to_owned()),
            "{rids:?}"
        );
        check_continuity(&world, receiver);
        let last = &world.clients[receiver].packets.last().expect("packets").1;
        let same = world.clients[receiver]
            .packets
            .iter()
            .rev()
            .take_while(|(_, p)| p.payload[6] & 1 == 1)
            .count();
        assert_eq!(
            same, 9,
            "nine frames of the lowest layer after its key frame"
        );
        assert_eq!(
            last.payload[9],
            (sources[0].1.seq & 0xff) as u8,
            "content of the lowest layer"
        );
    }
}

fn check_continuity(world: &World, receiver: usize) {
    let packets: Vec<_> = world.clients[receiver]
        .packets
        .iter()
        .map(|(_, packet)| packet)
        .collect();
    for pair in packets.windows(2) {
        assert_eq!(*pair[1].seq_no, *pair[0].seq_no + 1);
        let step = pair[1]
            .header
            .timestamp
            .wrapping_sub(pair[0].header.timestamp) as i32;
        assert!(
            (1..=90_000 * 4).contains(&step),
            "timestamps advance with time: {step}"
        );
        let (before, after) = (vp8_numbers(&pair[0].payload), vp8_numbers(&pair[1].payload));
        assert_eq!(after.0, (before.0 + 1) & 0x7fff);
        assert_eq!(after.1, before.1.wrapping_add(1));
    }
}

/// How many packets a receiver lacks between its first and its last, and how many came more than once.
fn missing_and_repeated(world: &World, receiver: usize) -> (u64, usize) {
    let packets = world.clients[receiver].packets.iter();
    let mut numbers: Vec<u64> = packets.map(|(_, packet)| *packet.seq_no).collect();
    let all = numbers.len();
    numbers.sort_unstable();
    numbers.dedup();
    let span = numbers[numbers.len() - 1] - numbers[0] + 1;
    (span - numbers.len() as u64, all - numbers.len())
}

#[test]
fn lost_packets_are_sent_again() {
    for mut world in [World::new(), World::ahead()] {
        let camera = world.publisher(MediaKind::Video, &[], Transport::Udp);
        let (receiver, _) = world.subscriber(&[camera.track], Transport::Udp);
        let address = world.clients[receiver].address;
        let mut sources = [("", Vp8Source::new(3))];
        world.send_layers(camera, &mut sources, true);
        let mut count = 0_u32;
        world.downlink = Box::new(move |datagram| {
            let counts = datagram.destination == address && datagram.is_rtp();
            count += u32::from(counts);
            !(counts && count.is_multiple_of(10))
        });
        for _ in 0..200 {
            world.send_layers(camera, &mut sources, false);
        }
        world.downlink = Box::new(|_| true);
        for _ in 0..10 {
            world.send_layers(camera, &mut sources, false);
        }
        let (missing, _) = missing_and_repeated(&world, receiver);
        assert_eq!(
            missing, 0,
            "every tenth packet was lost, none is missing in the end"
        );
    }
}

#[test]
fn packets_lost_on_the_way_in_are_asked_for_and_forwarded() {
    for mut world in [World::new(), World::ahead()] {
        let camera = world.publisher(MediaKind::Video, &["q", "f"], Transport::Udp);
        let (receiver, _) = world.subscriber(&[camera.track], Transport::Udp);
        let mut sources = [("q", Vp8Source::new(3)), ("f", Vp8Source::new(30))];
        world.send_layers(camera, &mut sources, true);
        world.send_layers(camera, &mut sources, true);
        let mut count = 0_u32;
        world.uplink = Box::new(move |datagram| {
            count += u32::from(datagram.is_rtp());
            !(datagram.is_rtp() && count.is_multiple_of(11))
        });
        for _ in 0..100 {
            world.send_layers(camera, &mut sources, false);
        }
        world.uplink = Box::new(|_| true);
        for _ in 0..10 {
            world.send_layers(camera, &mut sources, false);
        }
        assert_eq!(missing_and_repeated(&world, receiver), (0, 0));
    }
}

#[test]
fn publishers_get_the_feedback_their_rate_control_lives_on() {
    let mut world = World::new();
    let camera = world.publisher(MediaKind::Video, &["q", "h", "f"], Transport::Udp);
    let mut sources = [
        ("q", Vp8Source::new(1)),
        ("h", Vp8Source::new(50)),
        ("f", Vp8Source::new(9)),
    ];
    for index in 0..50 {
        world.send_layers(camera, &mut sources, index == 0);
    }
    let feedback = world.clients[camera.client].feedback;
    assert!(
        feedback >= 15,
        "transport-wide feedback every 100 ms for two seconds: {feedback}"
    );
}

#[test]
fn a_muted_track_is_silent_and_comes_back_with_a_key_frame() {
    for mut world in [World::new(), World::ahead()] {
        let camera = world.publisher(MediaKind::Video, &[], Transport::Udp);
        let (receiver, _) = world.subscriber(&[camera.track], Transport::Udp);
        let mut sources = [("", Vp8Source::new(3))];
        world.send_layers(camera, &mut sources, true);
        world.command(Command::SetTrackMuted {
            track: camera.track,
            muted: true,
        });
        for _ in 0..20 {
            world.send_layers(camera, &mut sources, false);
        }
        assert_eq!(world.clients[receiver].packets.len(), 1);
        world.clients[camera.client].key_frame_requests.clear();
        world.command(Command::SetTrackMuted {
            track: camera.track,
            muted: false,
        });
        world.run(Duration::from_millis(10));
        assert_eq!(world.clients[camera.client].key_frame_requests.len(), 1);
        world.send_layers(camera, &mut sources, true);
        world.send_layers(camera, &mut sources, false);
        assert_eq!(world.clients[receiver].packets.len(), 3);
        check_continuity(&world, receiver);
    }
}

#[test]
fn levels_are_reported_every_400_ms_while_something_is_heard() {
    let mut world = World::new();
    let microphone = world.publisher(MediaKind::Audio, &[], Transport::Udp);
    for number in 0..100 {
        let now = world.now;
        world.clients[microphone.client].send(microphone.mid, None, &opus(number, -20), now);
        world.run(Duration::from_millis(20));
    }
    world.run(Duration::from_secs(2));
    let levels = world.take(|event| match event {
        Event::AudioLevels { levels } => Some(levels[0]),
        _ => None,
    });
    assert!((5..=7).contains(&levels.len()), "{levels:?}");
    assert!(levels[1].active && levels[1].level_dbov == 20 && levels[1].track == microphone.track);
    assert!(!levels[levels.len() - 1].active);
}

#[test]
fn lanes_send_together_what_one_would() {
    let mut world = World::new();
    let microphone = world.publisher(MediaKind::Audio, &[], Transport::Udp);
    let carriers = [Transport::Udp, Transport::Tcp, Transport::Udp];
    let receivers: Vec<usize> = (0..9)
        .map(|n| world.subscriber(&[microphone.track], carriers[n % 3]).0)
        .collect();
    for number in 0..20 {
        let now = world.now;
        world.clients[microphone.client].send(microphone.mid, None, &opus(number, -20), now);
        for sound in world.clients[microphone.client].take_outgoing(now) {
            let (source, destination) = (sound.source, sound.destination);
            world
                .sfu
                .packet(sound.transport, source, destination, &sound.payload, now);
        }
        assert_eq!(world.sfu.waiting_packets(), receivers.len());
        let mut lanes: [Lane; 4] = Default::default();
        world.sfu.lend(&mut lanes, world.now);
        let by_tcp = lanes.each_ref().map(Lane::goes_by_tcp);
        assert_eq!(by_tcp, [true, false, false, false]);
        // They may leave in any order.
        let mut counts = Vec::new();
        for lane in lanes.iter_mut().rev() {
            let mut sent = Collected::default();
            lane.send(&mut sent);
            counts.push(sent.datagrams.len());
            world.deliver(sent);
        }
        assert_eq!(counts, [2, 2, 2, 3]);
        world.sfu.take_back(&mut lanes);
        assert_eq!(world.sfu.waiting_packets(), 0);
        world.run(Duration::from_millis(20));
    }
    for receiver in receivers {
        let numbers = world.clients[receiver].packets.iter();
        let numbers: Vec<u64> = numbers.map(|(_, packet)| *packet.seq_no).collect();
        assert_eq!(
            numbers,
            (1000..1020).collect::<Vec<_>>(),
            "each once, in order"
        );
    }
}

#[test]
fn receivers_learn_the_publishers_clock() {
    let mut world = World::new();
    let camera = world.publisher(MediaKind::Video, &["q", "f"], Transport::Udp);
    let (receiver, _) = world.subscriber(&[camera.track], Transport::Udp);
    let mut sources = [("q", Vp8Source::new(3)), ("f", Vp8Source::new(30))];
    for index in 0..200 {
        world.send_layers(camera, &mut sources, index == 0 || index == 20);
    }
    let packets = &world.clients[receiver].packets;
    let last = &packets.last().expect("packets").1;
    let clock = last.last_sender_info.expect("a sender report");
    // The timestamp of the report lies on the line of the packets: within the two seconds before the last one.
    let behind = last
        .header
        .timestamp
        .wrapping_sub(clock.rtp_time.numer() as u32);
    assert!(behind < 2 * 90_000, "{behind}");
}

#[test]
fn losses_are_counted() {
    let mut world = World::new();
    let camera = world.publisher(MediaKind::Video, &[], Transport::Udp);
    let (receiver, _) = world.subscriber(&[camera.track], Transport::Udp);
    let mut sources = [("", Vp8Source::new(3))];
    world.send_layers(camera, &mut sources, true);
    let every = |n: u32| {
        let mut count = 0_u32;
        move |datagram: &media_kit::Datagram| {
            count += u32::from(datagram.is_rtp());
            !(datagram.is_rtp() && count.is_multiple_of(n))
        }
    };
    world.uplink = Box::new(every(13));
    world.downlink = Box::new(every(7));
    for _ in 0..200 {
        world.send_layers(camera, &mut sources, false);
    }
    world.command(Command::RequestStats {
        request: media::RequestId(1),
    });
    let stats = world.take(|event| match event {
        Event::Stats { stats, .. } => Some(stats.clone()),
        _ => None,
    });
    let of = |client: usize| {
        let peer = world.clients[client].peer;
        let found = stats[0].peers.iter().find(|(id, _)| *id == peer);
        found.expect("its counters").1
    };
    let (up, down) = (of(camera.client), of(receiver));
    assert!(up.nacks > 5 && up.lost > 5 && up.loss_e4 > 0, "{up:?}");
    assert!(down.nacks > 10, "{down:?}");
    assert!(down.packets_out > 200 && up.packets_in > 200);
}

#[test]
fn media_comes_from_the_address_of_ours_that_the_client_chose() {
    let other = "10.0.0.2:7882".parse().expect("an address");
    let mut world = World::reached_at(vec![other, media_kit::udp_address()]);
    let microphone = world.publisher(MediaKind::Audio, &[], Transport::Udp);
    let (receiver, _) = world.subscriber(&[microphone.track], Transport::Udp);
    let address = world.clients[receiver].address;
    let seen = Rc::new(RefCell::new((HashSet::new(), HashSet::new())));
    let noted = Rc::clone(&seen);
    world.downlink = Box::new(move |datagram| {
        let (checks, media) = &mut *noted.borrow_mut();
        if datagram.destination == address && datagram.is_rtp() {
            media.insert(datagram.source);
        } else if datagram.destination == address {
            checks.insert(datagram.source);
        }
        true
    });
    for number in 0..500 {
        let now = world.now;
        world.clients[microphone.client].send(microphone.mid, None, &opus(number, -20), now);
        world.run(Duration::from_millis(20));
    }
    let (checks, media) = &*seen.borrow();
    assert_eq!(checks.len(), 2, "both addresses are checked all the time");
    assert_eq!(media.len(), 1, "one of them is used: {media:?}");
    assert_eq!(world.clients[receiver].packets.len(), 500);
}
