//! Who sends too much is dropped unread, and nobody else notices.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use media::Transport;
use media_kit::sources::{Published, Vp8Source, opus};
use media_kit::{Datagram, World, udp_address};
use str0m::media::MediaKind;

/// What the cameras of these tests are announced with: 117 packets and about 95 kB per second are taken in.
const ANNOUNCED_BPS: u32 = 500_000;
const STEP: Duration = Duration::from_millis(20);

/// One who will misbehave, one who does not, and somebody who receives both.
struct Call {
    world: World,
    bad: Published,
    good: Published,
    receiver: usize,
    mids: Vec<String>,
    bad_source: Vp8Source,
    sound: u64,
}

impl Call {
    fn new() -> Self {
        let mut world = World::new();
        world.announced_bps = ANNOUNCED_BPS;
        world.paced = false;
        let bad = world.publisher(MediaKind::Video, &[], Transport::Udp);
        let good = world.publisher(MediaKind::Audio, &[], Transport::Udp);
        let (receiver, mids) = world.subscriber(&[bad.track, good.track], Transport::Udp);
        Call {
            world,
            bad,
            good,
            receiver,
            mids,
            bad_source: Vp8Source::new(1),
            sound: 0,
        }
    }

    /// The datagrams of `count` packets of the bad one's camera, not delivered yet.
    fn record(&mut self, count: usize, key: bool) -> Vec<Datagram> {
        let now = self.world.now;
        let client = &mut self.world.clients[self.bad.client];
        let mut datagrams = client.take_outgoing(now);
        for index in 0..count {
            let frame = self.bad_source.frame(key && index == 0);
            client.send(self.bad.mid, None, &frame, now);
            datagrams.extend(client.take_outgoing(now));
        }
        datagrams
    }

    fn deliver(&mut self, datagram: &Datagram) {
        let (source, destination) = (datagram.source, datagram.destination);
        let payload = &datagram.payload;
        let now = self.world.now;
        self.world
            .sfu
            .packet(Transport::Udp, source, destination, payload, now);
    }

    /// One packet of the good one's microphone, and 20 ms.
    fn go_on(&mut self) {
        let frame = opus(self.sound, -20);
        self.sound += 1;
        let now = self.world.now;
        self.world.clients[self.good.client].send(self.good.mid, None, &frame, now);
        self.world.run(STEP);
    }

    /// A STUN check of the bad one as it was sent.
    fn check(&mut self) -> Vec<u8> {
        let seen = Rc::new(RefCell::new(Vec::new()));
        let (log, address) = (
            Rc::clone(&seen),
            self.world.clients[self.bad.client].address,
        );
        self.world.uplink = Box::new(move |datagram| {
            if datagram.source == address && datagram.payload.starts_with(&[0, 1]) {
                log.borrow_mut().clone_from(&datagram.payload);
            }
            true
        });
        self.world.run(Duration::from_secs(5));
        assert!(!seen.borrow().is_empty(), "a check in five seconds");
        seen.take()
    }

    fn received(&self, track: usize) -> usize {
        self.world.clients[self.receiver]
            .packets_of(&self.mids[track])
            .len()
    }

    fn nothing_else_is_lost(&self) {
        assert_eq!(self.received(1) as u64, self.sound);
    }
}

/// Random numbers enough to look like noise.
fn noise(seed: u64, len: usize) -> Vec<u8> {
    let step = |at: u64| (at + seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 29;
    (0..len as u64).map(|at| step(at) as u8).collect()
}

#[test]
fn ten_times_a_camera_reaches_the_others_hardly_more_than_once() {
    let mut call = Call::new();
    let mut sent = 0;
    let mut settled = 0;
    for step in 0..400 {
        let datagrams = call.record(20, step == 0);
        sent += datagrams
            .iter()
            .filter(|datagram| datagram.is_rtp())
            .count();
        datagrams.iter().for_each(|datagram| call.deliver(datagram));
        call.go_on();
        if step == 200 {
            settled = call.received(0);
        }
    }
    assert_eq!(sent, 8000);
    let in_four_seconds = call.received(0) - settled;
    assert!((400..520).contains(&in_four_seconds), "{in_four_seconds}");
    call.nothing_else_is_lost();
    let stats = call.world.peer_stats(call.bad.client);
    assert!(stats.refused > 6000, "{}", stats.refused);
    assert_eq!(stats.nacks, 0, "what was refused is not asked for again");
    let good = call.world.peer_stats(call.good.client);
    assert_eq!((good.refused, good.lost), (0, 0));
}

#[test]
fn what_was_announced_is_taken_in_whole() {
    let mut call = Call::new();
    for step in 0..500 {
        let datagrams = call.record(2, step == 0);
        datagrams.iter().for_each(|datagram| call.deliver(datagram));
        call.go_on();
    }
    assert_eq!(call.received(0), 1000);
    assert_eq!(call.world.peer_stats(call.bad.client).refused, 0);
}

#[test]
fn replays_use_up_the_share_of_nobody_but_their_sender() {
    let mut call = Call::new();
    for step in 0..200 {
        let datagrams = call.record(2, step == 0);
        for datagram in datagrams.iter().cycle().take(40 * datagrams.len()) {
            call.deliver(datagram);
        }
        call.go_on();
    }
    call.nothing_else_is_lost();
    assert!((1..=400).contains(&call.received(0)));
    let stats = call.world.peer_stats(call.bad.client);
    assert!(stats.refused > 10_000, "{}", stats.refused);
}

#[test]
fn forgeries_leave_the_source_they_name_its_share() {
    let mut call = Call::new();
    for step in 0..400 {
        let datagrams = call.record(2, step == 0);
        for datagram in datagrams {
            call.deliver(&datagram);
            if datagram.is_rtp() {
                let mut forged = datagram.clone();
                forged.payload[40] ^= 1;
                forged.payload[3] ^= 0x40;
                call.deliver(&forged);
            }
        }
        call.go_on();
    }
    call.nothing_else_is_lost();
    // The sum is beyond what the peer may send, but what its track may is not touched by what is not authentic.
    let received = call.received(0);
    assert!((500..=800).contains(&received), "{received}");
}

#[test]
fn floods_of_every_other_kind_are_refused_and_the_flooder_stays_connected() {
    let prefixes: [(&str, &[u8]); 4] = [
        ("noise as RTP", &[0x80, 96]),
        ("noise as RTCP", &[0x80, 200, 0, 6]),
        ("noise as DTLS", &[22, 254, 253, 0, 1]),
        ("its own check", &[]),
    ];
    for (what, prefix) in prefixes {
        let mut call = Call::new();
        let check = call.check();
        let source = call.world.clients[call.bad.client].address;
        for step in 0..150_u64 {
            for index in 0..100 {
                let mut payload = prefix.to_vec();
                payload.extend(noise(step * 100 + index, 200));
                if prefix.is_empty() {
                    payload.clone_from(&check);
                }
                call.deliver(&Datagram {
                    transport: Transport::Udp,
                    source,
                    destination: udp_address(),
                    payload,
                });
            }
            call.go_on();
        }
        call.nothing_else_is_lost();
        let stats = call.world.peer_stats(call.bad.client);
        assert!(stats.refused > 1000, "{what}: {}", stats.refused);
        let before = call.received(0);
        call.world.run(Duration::from_secs(3));
        let datagrams = call.record(2, true);
        datagrams.iter().for_each(|datagram| call.deliver(datagram));
        call.go_on();
        assert_eq!(call.received(0), before + 2, "{what}");
    }
}
