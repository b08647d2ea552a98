//! Sections without a codec that is forwarded: they alone are refused.

use std::time::Duration;

use media::{Command, Event, Receive, RequestId, Role, TrackId, Transport};
use media_kit::World;
use media_kit::sources::{Published, Vp8Source, h264_key_frame, opus};
use str0m::media::{MediaKind, Mid};

/// What an offer comes to: the answer, the tracks received, the tracks refused.
fn offer(
    world: &mut World,
    client: usize,
    sdp: &str,
    receive: Vec<Receive>,
) -> (String, Vec<TrackId>, Vec<TrackId>) {
    let peer = world.clients[client].peer;
    world.command(Command::AcceptOffer {
        peer,
        request: RequestId(9),
        sdp: sdp.to_owned(),
        receive,
    });
    let answers = world.take(|event| match event {
        Event::Answered {
            sdp,
            tracks,
            refused,
            ..
        } => {
            let tracks = tracks.iter().map(|agreed| agreed.track).collect();
            Some((sdp.clone(), tracks, refused.clone()))
        }
        _ => None,
    });
    answers.into_iter().next().expect("an answer")
}

fn receive(mid: Mid, track: u64, mime: &str) -> Receive {
    Receive {
        mid: mid.to_string(),
        track: TrackId(track),
        mime: mime.to_owned(),
        stereo: false,
        announced_bps: 0,
    }
}

/// The offer of a client that has only codecs we do not forward for pictures.
fn without_our_codecs(offer: &str) -> String {
    offer.replace(" VP8/", " VP7/").replace(" H264/", " H263/")
}

/// The lines of the section with this mid.
fn section(sdp: &str, mid: Mid) -> String {
    let mid_line = format!("a=mid:{mid}\r\n");
    let found = sdp.split("\r\nm=").find(|part| part.contains(&mid_line));
    format!("m={}", found.expect("the section"))
}

fn hears(world: &mut World, from: usize, mid: Mid, receiver: usize) -> bool {
    let before = world.clients[receiver].packets.len();
    for number in 0..5 {
        let now = world.now;
        world.clients[from].send(mid, None, &opus(number, -20), now);
        world.run(Duration::from_millis(20));
    }
    world.clients[receiver].packets.len() == before + 5
}

#[test]
fn sound_goes_on_when_the_picture_has_no_codec_we_know() {
    let mut world = World::new();
    let client = world.connect(Role::Publisher, Transport::Udp);
    let sections: [(MediaKind, &[&str]); 2] = [(MediaKind::Audio, &[]), (MediaKind::Video, &[])];
    let (sdp, mids) = world.clients[client].offer(&sections);
    let wanted = vec![receive(mids[0], 1, "audio/opus"), receive(mids[1], 2, "")];
    let (answer, received, refused) = offer(&mut world, client, &without_our_codecs(&sdp), wanted);
    assert_eq!(received, [TrackId(1)]);
    assert_eq!(refused, [TrackId(2)]);
    let video = section(&answer, mids[1]);
    assert!(video.starts_with("m=video 0 UDP/TLS/RTP/SAVPF "), "{video}");
    let formats = video.lines().next().expect("a line").split(' ').skip(3);
    assert!(formats.count() > 0, "a line without formats cannot be read");
    let group = answer.lines().find(|line| line.starts_with("a=group:"));
    let bundled: Vec<&str> = group.expect("a bundle").split(' ').skip(1).collect();
    assert!(!bundled.contains(&&*mids[1]) && bundled.contains(&&*mids[0]));

    world.clients[client].accept(&answer);
    let up = world.run_until(Duration::from_secs(5), |world| {
        world.clients[client].rtc.is_connected()
    });
    assert!(up, "the publisher connects");
    let (receiver, _) = world.subscriber(&[TrackId(1)], Transport::Udp);
    assert!(hears(&mut world, client, mids[0], receiver));
}

#[test]
fn a_picture_refused_in_the_middle_of_a_call_harms_nothing_there() {
    let mut world = World::new();
    let camera = world.publisher(MediaKind::Video, &[], Transport::Udp);
    let microphone = world.add_track(camera.client, MediaKind::Audio, &[]);
    let tracks = [camera.track, microphone.track];
    let (receiver, _) = world.subscriber(&tracks, Transport::Udp);
    let mut sources = [("", Vp8Source::new(1))];
    world.send_layers(camera, &mut sources, true);
    let before = world.clients[receiver].packets.len();

    let (sdp, mids) = world.clients[camera.client].offer(&[(MediaKind::Video, &[])]);
    let at = sdp.rfind("m=video").expect("the new section");
    let sdp = format!("{}{}", &sdp[..at], without_our_codecs(&sdp[at..]));
    let wanted = vec![
        receive(camera.mid, camera.track.0, "video/vp8"),
        receive(microphone.mid, microphone.track.0, "audio/opus"),
        receive(mids[0], 77, "video/av1"),
    ];
    let (answer, received, refused) = offer(&mut world, camera.client, &sdp, wanted);
    assert_eq!((received.len(), refused), (2, vec![TrackId(77)]));
    world.clients[camera.client].accept(&answer);
    let ended = world.take(|event| matches!(event, Event::TrackEnded { .. }).then_some(()));
    assert!(ended.is_empty());
    world.send_layers(camera, &mut sources, false);
    assert_eq!(world.clients[receiver].packets.len(), before + 1);
    assert!(hears(&mut world, camera.client, microphone.mid, receiver));

    // Later offers carry the refused section on as it is, and a good picture still comes in.
    let screen = world.add_track(camera.client, MediaKind::Video, &[]);
    assert_ne!(screen.mid, mids[0]);
    let (other, _) = world.subscriber(&[screen.track], Transport::Udp);
    let mut sources = [("", Vp8Source::new(4))];
    world.send_layers(screen, &mut sources, true);
    assert_eq!(world.clients[other].packets.len(), 1);
}

#[test]
fn a_track_that_changes_its_codec_is_sent_as_what_it_is() {
    let mut world = World::new();
    let client = world.connect(Role::Publisher, Transport::Udp);
    let (sdp, mids) = world.clients[client].offer(&[(MediaKind::Video, &[])]);
    let (mid, track) = (mids[0], TrackId(77));
    let both_codecs = section(&sdp, mid);
    let wanted = vec![receive(mid, 77, "video/vp8")];
    let (answer, _, _) = offer(&mut world, client, &sdp, wanted);
    world.clients[client].accept(&answer);
    let up = world.run_until(Duration::from_secs(5), |world| {
        world.clients[client].rtc.is_connected()
    });
    assert!(up, "the publisher connects");
    let (receiver, _) = world.subscriber(&[track], Transport::Udp);
    let camera = Published { client, mid, track };
    world.send_layers(camera, &mut [("", Vp8Source::new(1))], true);
    let first = world.clients[receiver].packets[0].1.header.clone();

    let (sdp, _) = world.clients[client].offer(&[(MediaKind::Audio, &[])]);
    let sdp = sdp.replace(&section(&sdp, mid), &both_codecs);
    let wanted = vec![receive(mid, 77, "video/h264")];
    let (answer, received, _) = offer(&mut world, client, &sdp, wanted);
    assert_eq!(received, [track]);
    world.clients[client].accept(&answer);
    let now = world.now;
    world.clients[client].send(mid, None, &h264_key_frame(500), now);
    world.run(Duration::from_millis(50));
    let last = world.clients[receiver].packets.last().expect("a packet");
    let header = &last.1.header;
    assert_eq!(
        header.ssrc, first.ssrc,
        "the same source, as it was offered"
    );
    assert_ne!(header.payload_type, first.payload_type);
    assert_eq!(last.1.payload[0] & 0x1f, 7, "H.264");
}
