//! Receivers tell how what they are sent arrives.

use std::time::Duration;

use media::Transport;
use media_kit::World;
use media_kit::sources::{Vp8Source, opus};
use str0m::bwe::Bitrate;
use str0m::media::MediaKind;

#[test]
fn packets_of_all_tracks_are_numbered_together() {
    let mut world = World::new();
    let camera = world.publisher(MediaKind::Video, &[], Transport::Udp);
    let microphone = world.publisher(MediaKind::Audio, &[], Transport::Udp);
    let (receiver, _) = world.subscriber(&[camera.track, microphone.track], Transport::Udp);
    let mut sources = [("", Vp8Source::new(1))];
    for number in 0..50 {
        let now = world.now;
        world.clients[microphone.client].send(microphone.mid, None, &opus(number, -20), now);
        world.send_layers(camera, &mut sources, number == 0);
    }
    let packets = world.clients[receiver].packets.iter();
    let numbers: Vec<u16> = packets
        .map(|(_, packet)| packet.header.ext_vals.transport_cc.expect("a number"))
        .collect();
    assert_eq!(numbers, (1..=100).collect::<Vec<u16>>());
}

#[test]
fn what_is_delivered_and_what_is_lost_is_known() {
    let mut world = World::new();
    let camera = world.publisher(MediaKind::Video, &[], Transport::Udp);
    let (receiver, _) = world.subscriber(&[camera.track], Transport::Udp);
    let (deaf, _) = world.subscriber(&[camera.track], Transport::Udp);
    let lossy = world.clients[receiver].address;
    let deaf_address = world.clients[deaf].address;
    let mut count = 0;
    world.downlink = Box::new(move |datagram| {
        if datagram.destination == lossy && datagram.is_rtp() {
            count += 1;
            return count % 4 != 0;
        }
        true
    });
    world.uplink =
        Box::new(move |datagram| datagram.source != deaf_address || !datagram.is_rtp_like());
    let mut sources = [("", Vp8Source::new(1))];
    for number in 0..100 {
        world.send_layers(camera, &mut sources, number == 0);
    }
    let stats = world.peer_stats(receiver);
    // 25 packets a second of 509 bytes, their headers and tag, and what is sent again.
    assert!((100_000..170_000).contains(&stats.offered_bps), "{stats:?}");
    let delivered = stats.delivered_bps * 100 / stats.offered_bps;
    assert!((70..=80).contains(&delivered), "{stats:?}");
    assert!((2000..=3500).contains(&stats.loss_e4), "{stats:?}");
    let silent = world.peer_stats(deaf);
    assert_eq!((silent.offered_bps, silent.delivered_bps), (0, 0));
}

#[test]
fn the_estimate_of_a_receiver_is_taken_in() {
    let mut world = World::new();
    let camera = world.publisher(MediaKind::Video, &[], Transport::Udp);
    let (receiver, mids) = world.subscriber(&[camera.track], Transport::Udp);
    let mut sources = [("", Vp8Source::new(1))];
    world.send_layers(camera, &mut sources, true);
    let mid = mids[0].as_str().into();
    world.clients[receiver].send_estimate(mid, Bitrate::kbps(640));
    world.run(Duration::from_millis(200));
    assert_eq!(world.peer_stats(receiver).remb_bps, 640_000);
}
