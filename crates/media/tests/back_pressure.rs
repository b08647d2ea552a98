//! A way that is full: whole pictures are left out, the least needed first, and no number is missed.

use std::time::Duration;

use media::{Fullness, Transport};
use media_kit::World;
use media_kit::sources::{Frame, Published, Vp8Source, opus, vp8_numbers};
use str0m::media::{MediaKind, Rid};

const PACKETS: usize = 3;

/// One picture of several packets.
fn picture(source: &mut Vp8Source, key: bool, spare: bool) -> Vec<Frame> {
    let mut first = source.frame(key);
    if spare {
        // Not referred to, and of the second temporal layer: the base is counted no further.
        source.tl0 = source.tl0.wrapping_sub(1);
        first.payload[0] |= 0x20;
        first.payload[4] = source.tl0;
        first.payload[5] = 0x60;
    }
    let mut frames = Vec::new();
    for index in 0..PACKETS {
        let mut frame = first.clone();
        frame.seq = first.seq + index as u64;
        frame.marker = index + 1 == PACKETS;
        if index > 0 {
            frame.payload[0] &= !0x10;
        }
        frames.push(frame);
    }
    source.seq += PACKETS as u64 - 1;
    frames
}

/// A camera and a microphone, one receiver whose way fills up and one whose way does not.
struct Call {
    world: World,
    camera: Published,
    microphone: Published,
    sources: Vec<(&'static str, Vp8Source)>,
    pressed: usize,
    mids: Vec<String>,
    free: usize,
    free_mids: Vec<String>,
    pictures: u64,
    spare_every: u64,
    /// Key frames asked for so far.
    asked: usize,
}

impl Call {
    fn new(rids: &[&'static str]) -> Self {
        let mut world = World::new();
        world.paced = false;
        let camera = world.publisher(MediaKind::Video, rids, Transport::Udp);
        let microphone = world.publisher(MediaKind::Audio, &[], Transport::Udp);
        let tracks = [camera.track, microphone.track];
        let (pressed, mids) = world.subscriber(&tracks, Transport::Udp);
        let (free, free_mids) = world.subscriber(&tracks, Transport::Udp);
        let rids = if rids.is_empty() { &[""][..] } else { rids };
        let sources = (1..)
            .zip(rids)
            .map(|(seed, rid)| (*rid, Vp8Source::new(seed)));
        Call {
            sources: sources.collect(),
            world,
            camera,
            microphone,
            pressed,
            mids,
            free,
            free_mids,
            pictures: 0,
            spare_every: u64::MAX,
            asked: 0,
        }
    }

    fn press(&mut self, fullness: Fullness) {
        let address = self.world.clients[self.pressed].address;
        self.world.pressed = vec![(address, fullness)];
    }

    /// Pictures of every layer, key frames where they were asked for, and sound, for `ms`.
    fn run(&mut self, ms: u64) {
        for _ in 0..ms / 40 {
            let now = self.world.now;
            let client = &mut self.world.clients[self.camera.client];
            let asked: Vec<Option<Rid>> = client
                .key_frame_requests
                .drain(..)
                .map(|(_, rid)| rid)
                .collect();
            self.asked += asked.len();
            for (rid, source) in &mut self.sources {
                let name = (!rid.is_empty()).then_some(*rid);
                let key = self.pictures == 0 || asked.contains(&name.map(Rid::from));
                let spare = !key && (self.pictures + 1).is_multiple_of(self.spare_every);
                for frame in picture(source, key, spare) {
                    client.send(self.camera.mid, name, &frame, now);
                }
            }
            let sound = opus(self.pictures, -20);
            self.world.clients[self.microphone.client].send(self.microphone.mid, None, &sound, now);
            self.pictures += 1;
            self.world.run(Duration::from_millis(40));
        }
    }

    /// Pictures the pressed receiver got: how many packets, and the picture's number. Each is whole, and no number missing.
    fn seen(&self) -> Vec<u16> {
        let packets = self.world.clients[self.pressed].packets_of(&self.mids[0]);
        let numbers = packets.iter().map(|packet| *packet.seq_no);
        let expected = packets.first().map_or(0, |packet| *packet.seq_no)..;
        assert!(
            numbers.eq(expected.take(packets.len())),
            "numbers have gaps"
        );
        let pictures = packets.chunks(PACKETS).map(|chunk| {
            assert_eq!(chunk.len(), PACKETS);
            let same = |time| chunk.iter().all(|packet| packet.header.timestamp == time);
            assert!(same(chunk[0].header.timestamp), "a picture is whole");
            assert!(chunk[PACKETS - 1].header.marker);
            vp8_numbers(&chunk[0].payload).0
        });
        pictures.collect()
    }

    fn sound(&self) -> (usize, usize) {
        let heard = |client: usize, mid: &str| self.world.clients[client].packets_of(mid).len();
        (
            heard(self.pressed, &self.mids[1]),
            heard(self.free, &self.free_mids[1]),
        )
    }
}

#[test]
fn a_full_way_carries_sound_and_then_whole_pictures_again() {
    let mut call = Call::new(&[]);
    call.run(1000);
    assert_eq!(call.seen().len(), 25);
    call.press(Fullness::Full);
    call.run(2000);
    let before = call.seen().len();
    assert!(before < 25 + 15, "{before}");
    let asked = call.asked;
    let mid = call.mids[0].as_str().into();
    call.world.clients[call.pressed].request_key_frame(mid);
    call.run(1000);
    assert_eq!(call.seen().len(), before, "no pictures at all");
    assert_eq!(call.asked, asked, "and nobody is asked for one");
    call.world.pressed.clear();
    call.world.clients[call.camera.client]
        .key_frame_requests
        .clear();
    call.run(880);
    assert_eq!(call.seen().len(), before, "a second of patience");
    call.run(4000);
    assert!(call.seen().len() > before + 80);
    let picture_ids = call.seen();
    let steps = picture_ids
        .windows(2)
        .map(|pair| pair[1].wrapping_sub(pair[0]));
    assert!(steps.into_iter().all(|step| step == 1), "{picture_ids:?}");
    let all = call.pictures as usize;
    assert_eq!(call.sound(), (all, all));
    let free = call.world.clients[call.free].packets_of(&call.free_mids[0]);
    assert_eq!(free.len(), all * PACKETS, "nobody else is touched");
    let stats = call.world.peer_stats(call.pressed);
    assert!(stats.left_out > 0, "{stats:?}");
    assert_eq!(call.world.peer_stats(call.free).left_out, 0);
}

#[test]
fn the_highest_layer_goes_first() {
    let mut call = Call::new(&["q", "h", "f"]);
    call.run(2000);
    call.press(Fullness::Full);
    call.run(80);
    call.world.pressed.clear();
    let before = call.seen().len();
    call.run(800);
    let stats = call.world.peer_stats(call.pressed);
    assert!(stats.left_out > 0, "{stats:?}");
    assert!(
        call.seen().len() >= before + 15,
        "the middle layer takes over"
    );
    call.run(4000);
    call.seen();
    let free = call.world.clients[call.free].packets_of(&call.free_mids[0]);
    let pressed = call.world.clients[call.pressed].packets_of(&call.mids[0]);
    let newest =
        |packets: &[&str0m::rtp::RtpPacket]| packets.last().map(|it| it.payload[9..].to_vec());
    assert_eq!(newest(&pressed), newest(&free), "the highest layer is back");
}

#[test]
fn a_little_pressure_costs_pictures_nobody_refers_to() {
    let mut call = Call::new(&[]);
    call.spare_every = 2;
    call.run(1000);
    call.press(Fullness::Scarce);
    call.run(2000);
    let pictures = call.seen();
    // Of two seconds the spare half but for the one that was on its way, and of the first all.
    assert!((49..=52).contains(&pictures.len()), "{}", pictures.len());
    let steps = pictures
        .windows(2)
        .map(|pair| pair[1].wrapping_sub(pair[0]));
    assert!(steps.into_iter().all(|step| step == 1), "{pictures:?}");
    let key_frames = &call.world.clients[call.camera.client].key_frame_requests;
    assert!(key_frames.is_empty(), "nothing has to be mended");
}

#[test]
fn what_is_lost_between_pictures_left_out_is_sent_again() {
    let mut call = Call::new(&[]);
    call.spare_every = 2;
    call.run(400);
    call.press(Fullness::Scarce);
    let address = call.world.clients[call.pressed].address;
    let mut count = 0;
    call.world.downlink = Box::new(move |datagram| {
        let media = datagram.destination == address && datagram.is_rtp();
        count += u32::from(media);
        !media || count % 7 != 0
    });
    call.run(2000);
    call.world.downlink = Box::new(|_| true);
    call.run(1000);
    let packets = call.world.clients[call.pressed].packets_of(&call.mids[0]);
    let mut numbers: Vec<u64> = packets.iter().map(|packet| *packet.seq_no).collect();
    numbers.sort_unstable();
    let whole = numbers.windows(2).all(|pair| pair[1] == pair[0] + 1);
    assert!(whole, "{numbers:?}");
    // What was sent again is what it would have been: each packet of a picture has the picture's number.
    for packet in &packets {
        let same = packets
            .iter()
            .find(|other| other.header.timestamp == packet.header.timestamp);
        let same = same.expect("itself at least");
        assert_eq!(vp8_numbers(&packet.payload).0, vp8_numbers(&same.payload).0);
    }
}
