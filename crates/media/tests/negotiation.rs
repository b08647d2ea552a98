//! Descriptions, sections, restarts, data channels and ends.

use std::time::Duration;

use media::{Command, DataChannel, Event, PeerState, Receive, RequestId, Role, TrackId, Transport};
use media_kit::World;
use media_kit::sources::{Vp8Source, opus};
use str0m::media::MediaKind;

fn ended(world: &mut World) -> Vec<TrackId> {
    world.take(|event| match event {
        Event::TrackEnded { track } => Some(*track),
        _ => None,
    })
}

fn states(world: &mut World, client: usize) -> Vec<PeerState> {
    let peer = world.clients[client].peer;
    world.take(|event| match event {
        Event::PeerState { peer: about, state } if *about == peer => Some(*state),
        _ => None,
    })
}

/// Lines of the section with `mid` that start with `prefix`.
fn lines<'a>(sdp: &'a str, mid: &str, prefix: &str) -> Vec<&'a str> {
    let mid_line = format!("a=mid:{mid}\r\n");
    let section = sdp
        .split("m=")
        .find(|section| section.contains(&mid_line))
        .expect("the section");
    section
        .lines()
        .filter(|line| line.starts_with(prefix))
        .collect()
}

#[test]
fn an_answer_narrows_to_the_wanted_codec_and_names_the_layers() {
    let mut world = World::new();
    let client = world.connect(Role::Publisher, Transport::Udp);
    let (offer, mids) = world.clients[client].offer(&[
        (MediaKind::Video, &["q", "h", "f"]),
        (MediaKind::Audio, &[]),
    ]);
    let receive = |mid: usize, track, mime: &str, stereo| Receive {
        mid: mids[mid].to_string(),
        track: TrackId(track),
        mime: mime.to_owned(),
        stereo,
        announced_bps: 0,
    };
    let peer = world.clients[client].peer;
    world.command(Command::AcceptOffer {
        peer,
        request: RequestId(7),
        sdp: offer,
        receive: vec![receive(0, 1, "video/h264", false), receive(1, 2, "", true)],
    });
    let (sdp, tracks) = world
        .take(|event| match event {
            Event::Answered { sdp, tracks, .. } => Some((sdp.clone(), tracks.clone())),
            _ => None,
        })
        .pop()
        .expect("an answer");
    assert_eq!(tracks[0].mime, "video/h264");
    assert_eq!(tracks[0].rids, ["q", "h", "f"]);
    assert_eq!(tracks[1].mime, "audio/opus");
    let maps = lines(&sdp, &mids[0], "a=rtpmap");
    assert_eq!(maps.len(), 2, "H.264 and its retransmissions: {maps:?}");
    assert!(lines(&sdp, &mids[1], "a=fmtp")[0].contains("stereo=1"));
    assert_eq!(lines(&sdp, &mids[0], "a=rid:").len(), 3);
    assert!(lines(&sdp, &mids[0], "a=setup:passive").len() == 1);
    assert!(sdp.contains("tcptype passive") && sdp.contains(" 10.0.0.1 7882 typ host"));
    assert!(sdp.contains("a=ice-lite"));
}

#[test]
fn tracks_come_and_go_with_re_offers() {
    let mut world = World::new();
    let camera = world.publisher(MediaKind::Video, &["q", "h"], Transport::Udp);
    let (receiver, _) = world.subscriber(&[camera.track], Transport::Udp);
    let mut sources = [("q", Vp8Source::new(1))];
    world.send_layers(camera, &mut sources, true);
    let microphone = world.add_track(camera.client, MediaKind::Audio, &[]);
    assert!(
        ended(&mut world).is_empty(),
        "a second track does not end the first"
    );
    world.send_layers(camera, &mut sources, false);
    assert_eq!(
        world.clients[receiver].packets.len(),
        2,
        "forwarding goes on"
    );
    let now = world.now;
    world.clients[camera.client].send(microphone.mid, None, &opus(1, -20), now);
    world.run(Duration::from_millis(50));
    let started = world.take(|event| match event {
        Event::TrackStarted { track, .. } => Some(*track),
        _ => None,
    });
    assert_eq!(started, [camera.track, microphone.track]);
    let offer = world.clients[camera.client].unpublish_offer(camera.mid);
    let answer = world
        .publish(camera.client, &offer, vec![])
        .expect("an answer");
    world.clients[camera.client].accept(&answer);
    assert_eq!(ended(&mut world), [camera.track]);
    let now = world.now;
    world.clients[camera.client].send(microphone.mid, None, &opus(2, -20), now);
    world.run(Duration::from_millis(50));
}

#[test]
fn a_removed_section_is_reused_under_a_new_name() {
    let mut world = World::new();
    let first = world.publisher(MediaKind::Video, &[], Transport::Udp);
    let second = world.publisher(MediaKind::Video, &[], Transport::Udp);
    let (receiver, mids) = world.subscriber(&[first.track], Transport::Udp);
    let mid = mids[0].clone();
    let mut sources = [("", Vp8Source::new(1))];
    world.send_layers(first, &mut sources, true);
    assert_eq!(world.clients[receiver].packets.len(), 1);

    let down = world.take(|event| match event {
        Event::DownStarted { down } => Some(*down),
        _ => None,
    })[0];
    let peer = world.clients[receiver].peer;
    world.command(Command::RemoveDown { peer, down });
    world.send_layers(first, &mut sources, true);
    assert_eq!(
        world.clients[receiver].packets.len(),
        1,
        "removal stops it at once"
    );
    let (offer, agreed) = world.renegotiate(receiver);
    assert!(agreed.is_empty());
    assert_eq!(lines(&offer, &mid, "a=inactive").len(), 1);
    assert!(lines(&offer, &mid, "a=msid").is_empty());

    world.subscribe(receiver, second.track);
    let (offer, agreed) = world.renegotiate(receiver);
    assert_eq!(agreed[0].1, mid, "the section is the same");
    assert_eq!(lines(&offer, &mid, "a=sendonly").len(), 1);
    let name = format!(
        "a=msid:PA_{}|TR_{} TR_{}",
        peer.0, second.track.0, second.track.0
    );
    assert_eq!(lines(&offer, &mid, "a=msid"), [name.as_str()]);
    let sources_named = lines(&offer, &mid, "a=ssrc:");
    assert_eq!(
        sources_named.len(),
        4,
        "cname and msid of the source and its repair: {sources_named:?}"
    );
    assert!(offer.matches("m=video").count() == 1);
    let mut sources = [("", Vp8Source::new(8))];
    world.run(Duration::from_millis(50));
    world.send_layers(second, &mut sources, true);
    world.send_layers(second, &mut sources, false);
    assert_eq!(world.clients[receiver].packets_of(&mid).len(), 3);
}

#[test]
fn a_subscriber_without_tracks_still_gets_its_channels() {
    let mut world = World::new();
    let (client, mids) = world.subscriber(&[], Transport::Udp);
    assert!(mids.is_empty());
    let peer = world.clients[client].peer;
    world.command(Command::SendData {
        peer,
        channel: DataChannel::Reliable,
        payload: b"early".to_vec(),
    });
    world.run(Duration::from_secs(1));
    let mut labels: Vec<String> = world.clients[client]
        .channels
        .iter()
        .map(|(_, label)| label.clone())
        .collect();
    labels.sort();
    assert_eq!(labels, ["_lossy", "_reliable"]);
    let opened = world.take(|event| match event {
        Event::DataOpen { channel, .. } => Some(*channel),
        _ => None,
    });
    assert_eq!(opened.len(), 2);
    assert_eq!(world.clients[client].messages[0].1, b"early");
    let (offer, _) = world.renegotiate(client);
    assert!(
        offer.contains("m=application"),
        "an offer with nothing new is still an offer"
    );
}

#[test]
fn messages_pass_both_ways_in_order() {
    let mut world = World::new();
    let publisher = world
        .publisher(MediaKind::Audio, &[], Transport::Udp)
        .client;
    let (subscriber, _) = world.subscriber(&[], Transport::Udp);
    world.run(Duration::from_secs(1));
    assert!(world.clients[publisher].send_data("_reliable", b"one"));
    assert!(world.clients[publisher].send_data("_lossy", b"two"));
    world.run(Duration::from_millis(200));
    let received = world.take(|event| match event {
        Event::Data {
            channel, payload, ..
        } => Some((*channel, payload.clone())),
        _ => None,
    });
    assert!(received.contains(&(DataChannel::Reliable, b"one".to_vec())));
    assert!(received.contains(&(DataChannel::Lossy, b"two".to_vec())));
    let peer = world.clients[subscriber].peer;
    for number in 0..500_u16 {
        let mut payload = vec![0; 15_000];
        payload[..2].copy_from_slice(&number.to_be_bytes());
        world.command(Command::SendData {
            peer,
            channel: DataChannel::Reliable,
            payload,
        });
        world.run(Duration::from_millis(1));
    }
    world.run(Duration::from_secs(20));
    let numbers: Vec<u16> = world.clients[subscriber]
        .messages
        .iter()
        .map(|(_, payload)| u16::from_be_bytes([payload[0], payload[1]]))
        .collect();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "in order");
    world.command(Command::RequestStats {
        request: RequestId(1),
    });
    let dropped = world.take(|event| match event {
        Event::Stats { stats, .. } => Some(stats.data_dropped),
        _ => None,
    })[0];
    assert_eq!(
        numbers.len() as u64 + dropped,
        500,
        "what is not delivered is counted"
    );
}

#[test]
fn a_publisher_survives_a_change_of_network() {
    let mut world = World::new();
    let camera = world.publisher(MediaKind::Video, &["q", "h"], Transport::Udp);
    let (receiver, _) = world.subscriber(&[camera.track], Transport::Udp);
    let mut sources = [("q", Vp8Source::new(1))];
    world.send_layers(camera, &mut sources, true);
    let old = world.clients[camera.client].address;
    world.uplink = Box::new(move |datagram| datagram.source != old);
    world.clients[camera.client].move_to(40_000);
    let offer = world.clients[camera.client].restart_offer();
    let answer = world
        .publish(camera.client, &offer, vec![])
        .expect("an answer");
    world.clients[camera.client].accept(&answer);
    world.run(Duration::from_secs(3));
    let before = world.clients[receiver].packets.len();
    for _ in 0..10 {
        world.send_layers(camera, &mut sources, false);
    }
    assert_eq!(world.clients[receiver].packets.len(), before + 10);
    assert!(ended(&mut world).is_empty());
}

#[test]
fn a_subscriber_survives_a_change_of_network() {
    let mut world = World::new();
    let camera = world.publisher(MediaKind::Video, &[], Transport::Udp);
    let (receiver, _) = world.subscriber(&[camera.track], Transport::Udp);
    let mut sources = [("", Vp8Source::new(1))];
    world.send_layers(camera, &mut sources, true);
    let old = world.clients[receiver].address;
    world.uplink = Box::new(move |datagram| datagram.source != old);
    world.run(Duration::from_secs(8));
    world.clients[receiver].move_to(40_001);
    // An offer whose answer is lost comes first.
    let lost = world.offer(receiver, true);
    world.clients[receiver].answer(&lost);
    let offer = world.offer(receiver, true);
    assert!(offer.matches("m=video").count() == 1);
    let answer = world.clients[receiver].answer(&offer);
    world.answer(receiver, &answer);
    world.run(Duration::from_secs(3));
    let seen = states(&mut world, receiver);
    assert_eq!(seen.last(), Some(&PeerState::Connected), "{seen:?}");
    let before = world.clients[receiver].packets.len();
    world.send_layers(camera, &mut sources, true);
    world.send_layers(camera, &mut sources, false);
    assert_eq!(world.clients[receiver].packets.len(), before + 2);
}

#[test]
fn an_unanswered_offer_is_contained_in_the_next_one() {
    let mut world = World::new();
    let camera = world.publisher(MediaKind::Video, &[], Transport::Udp);
    let microphone = world.add_track(camera.client, MediaKind::Audio, &[]);
    let (receiver, _) = world.subscriber(&[], Transport::Udp);
    world.subscribe(receiver, camera.track);
    let lost = world.offer(receiver, false);
    world.clients[receiver].answer(&lost);
    world.subscribe(receiver, microphone.track);
    let (offer, agreed) = world.renegotiate(receiver);
    assert_eq!(agreed.len(), 2);
    assert_eq!(offer.matches("m=video").count(), 1);
    let mut sources = [("", Vp8Source::new(1))];
    world.run(Duration::from_millis(50));
    world.send_layers(camera, &mut sources, true);
    let now = world.now;
    world.clients[camera.client].send(microphone.mid, None, &opus(1, -20), now);
    world.run(Duration::from_millis(50));
    assert_eq!(world.clients[receiver].packets.len(), 2);
}

#[test]
fn a_peer_that_stays_away_is_given_up() {
    let mut world = World::new();
    let microphone = world.publisher(MediaKind::Audio, &[], Transport::Udp);
    world.uplink = Box::new(|_| false);
    world.run(Duration::from_secs(60));
    let seen = states(&mut world, microphone.client);
    let end = [
        PeerState::Connected,
        PeerState::Disconnected,
        PeerState::Failed,
    ];
    assert_eq!(&seen[1..], end);
    let idle = world.connect(Role::Publisher, Transport::Udp);
    world.run(Duration::from_secs(30));
    assert!(
        states(&mut world, idle).is_empty(),
        "nothing was negotiated, so nothing can fail"
    );
}

#[test]
fn closing_ends_everything_of_a_peer() {
    let mut world = World::new();
    let camera = world.publisher(MediaKind::Video, &[], Transport::Udp);
    let (receiver, _) = world.subscriber(&[camera.track], Transport::Udp);
    let mut sources = [("", Vp8Source::new(1))];
    world.send_layers(camera, &mut sources, true);
    let peer = world.clients[receiver].peer;
    world.command(Command::ClosePeer { peer });
    assert_eq!(
        states(&mut world, receiver).last(),
        Some(&PeerState::Closed)
    );
    world.run(Duration::from_secs(1));
    assert!(
        world.clients[receiver].closed || !world.clients[receiver].rtc.is_alive(),
        "the client was told"
    );
    world.send_layers(camera, &mut sources, true);
    let peer = world.clients[camera.client].peer;
    world.command(Command::ClosePeer { peer });
    assert_eq!(ended(&mut world), [camera.track]);
    world.command(Command::RequestStats {
        request: RequestId(1),
    });
    let stats = world
        .take(|event| match event {
            Event::Stats { stats, .. } => Some(stats.clone()),
            _ => None,
        })
        .remove(0);
    assert!(stats.peers.is_empty());
    assert!(stats.total.packets_in > 10 && stats.total.packets_out > 10);
    assert!(world.sfu.poll_timeout().is_none_or(|at| at > world.now));
}

#[test]
fn a_client_that_hangs_up_is_noticed() {
    let mut world = World::new();
    let microphone = world.publisher(MediaKind::Audio, &[], Transport::Udp);
    world.clients[microphone.client]
        .rtc
        .close()
        .expect("a farewell");
    world.run(Duration::from_secs(2));
    assert_eq!(
        states(&mut world, microphone.client).last(),
        Some(&PeerState::Failed)
    );
}

#[test]
fn wrong_commands_are_refused_with_stable_codes() {
    let mut world = World::new();
    let publisher = world.connect(Role::Publisher, Transport::Udp);
    let subscriber = world.connect(Role::Subscriber, Transport::Udp);
    let (publisher, subscriber) = (
        world.clients[publisher].peer,
        world.clients[subscriber].peer,
    );
    let request = RequestId(1);
    let offer = |peer, sdp: &str| Command::AcceptOffer {
        peer,
        request,
        sdp: sdp.to_owned(),
        receive: vec![],
    };
    let answer = |peer, sdp: &str| Command::AcceptAnswer {
        peer,
        request,
        sdp: sdp.to_owned(),
    };
    let cases = [
        (offer(publisher, "hello"), "bad-sdp"),
        (offer(publisher, "v=0\r\nm=nonsense"), "bad-sdp"),
        (offer(subscriber, "v=0"), "wrong-state"),
        (offer(media::PeerId(999), "v=0"), "unknown-peer"),
        (
            Command::Negotiate {
                peer: publisher,
                request,
                ice_restart: false,
            },
            "wrong-state",
        ),
        (answer(subscriber, "v=0\r\ns=-\r\n"), "bad-sdp"),
        (answer(publisher, ""), "wrong-state"),
    ];
    for (command, expected) in cases {
        let shown = format!("{command:?}");
        world.command(command);
        let codes = world.take(|event| match event {
            Event::Refused { code, .. } => Some(code.as_str()),
            _ => None,
        });
        assert_eq!(codes, [expected], "{shown}");
    }
}

#[test]
fn a_refusal_is_a_plain_sentence_that_is_always_the_same() {
    let broken = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nm=video x y z\r\n";
    let said: Vec<String> = (0..3)
        .flat_map(|_| {
            let mut world = World::new();
            let client = world.connect(Role::Publisher, Transport::Udp);
            let (good, _) = world.clients[client].offer(&[(MediaKind::Audio, &[])]);
            [broken.to_owned(), good.replace("a=ice-", "a=ich-")].map(|offer| {
                let refusal = world.publish(client, &offer, vec![]);
                refusal.expect_err("a refusal")
            })
        })
        .collect();
    for refusals in said.chunks(2) {
        assert_eq!(
            refusals,
            [
                "bad-sdp The session description cannot be read.",
                "bad-sdp The offer cannot be answered."
            ]
        );
    }
}
