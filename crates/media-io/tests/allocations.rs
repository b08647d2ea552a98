//! Forwarding allocates nothing: counted, not believed.

// A counting allocator cannot be written without it.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::time::Duration;

use media::{Egress, Fullness, Lane, Path, Transport, Worth};
use media_kit::World;
use media_kit::sources::{Vp8Source, opus};
use str0m::media::MediaKind;

const RECEIVERS: usize = 10;

thread_local! {
    static ALLOCATIONS: Cell<Option<u64>> = const { Cell::new(None) };
}

struct Counting;

fn count() {
    // Gone while the thread ends; then nobody counts any more.
    let _ = ALLOCATIONS.try_with(|counter| counter.set(counter.get().map(|count| count + 1)));
}

// SAFETY: every call goes to the system's allocator unchanged; counting neither allocates nor fails.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's promises are passed on.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A socket that forgets.
struct Sink {
    buffer: [u8; 2048],
    datagrams: u64,
}

impl Egress for Sink {
    fn send(&mut self, _: Path, _: Worth, len: usize, fill: &mut dyn FnMut(&mut [u8]) -> bool) {
        self.datagrams += u64::from(fill(&mut self.buffer[..len]));
    }

    fn fullness(&self, _: Path) -> Fullness {
        Fullness::Plenty
    }
}

/// Hands what `client` has to send to the SFU and counts allocations and datagrams that come of it.
fn forward(world: &mut World, client: usize, sink: &mut Sink) -> u64 {
    let datagrams = world.clients[client].take_outgoing(world.now);
    let mut allocations = 0;
    for datagram in datagrams.iter().filter(|datagram| datagram.is_rtp()) {
        ALLOCATIONS.set(Some(0));
        let (source, destination) = (datagram.source, datagram.destination);
        let payload = &datagram.payload;
        world
            .sfu
            .packet(Transport::Udp, source, destination, payload, world.now);
        world.sfu.flush(sink, world.now);
        allocations += ALLOCATIONS.take().expect("a count");
    }
    allocations
}

/// The same, but media is taken in while what came before leaves in `lanes`.
fn forward_ahead(world: &mut World, client: usize, lanes: &mut [Lane], sink: &mut Sink) -> u64 {
    let datagrams = world.clients[client].take_outgoing(world.now);
    ALLOCATIONS.set(Some(0));
    world.sfu.lend(lanes, world.now);
    for datagram in datagrams.iter().filter(|datagram| datagram.is_rtp()) {
        let (source, destination) = (datagram.source, datagram.destination);
        let payload = &datagram.payload;
        world
            .sfu
            .packet(Transport::Udp, source, destination, payload, world.now);
    }
    world.sfu.distribute();
    for lane in &mut *lanes {
        lane.send(sink);
    }
    world.sfu.take_back(lanes);
    ALLOCATIONS.take().expect("a count")
}

/// Sends frames for ten seconds; allocations that `forward` counts in the last four of them, and datagrams sent in these.
fn count_in(mut forward: impl FnMut(&mut World, usize, &mut Sink) -> u64) -> (u64, u64) {
    let mut world = World::new();
    let camera = world.publisher(MediaKind::Video, &["q", "h", "f"], Transport::Udp);
    let microphone = world.publisher(MediaKind::Audio, &[], Transport::Udp);
    for _ in 0..RECEIVERS {
        world.subscriber(&[camera.track, microphone.track], Transport::Udp);
    }
    let mut sources = ["q", "h", "f"].map(|rid| (rid, Vp8Source::new(1)));
    for index in 0..200_u64 {
        world.send_layers(camera, &mut sources, index == 0);
        let now = world.now;
        world.clients[microphone.client].send(microphone.mid, None, &opus(index, -20), now);
        world.run(Duration::from_millis(20));
    }
    let mut sink = Sink {
        buffer: [0; 2048],
        datagrams: 0,
    };
    let mut allocations = 0;
    for index in 200..500_u64 {
        if index == 300 {
            // Lists and rings have found their size at this rate.
            (allocations, sink.datagrams) = (0, 0);
        }
        world.now += Duration::from_millis(20);
        let now = world.now;
        // What is due by the clock, reports and feedback, is not what is counted.
        world.sfu.timeout(now);
        world.sfu.flush(&mut sink, now);
        for (rid, source) in &mut sources {
            let frame = source.frame(false);
            world.clients[camera.client].send(camera.mid, Some(rid), &frame, now);
        }
        allocations += forward(&mut world, camera.client, &mut sink);
        world.clients[microphone.client].send(microphone.mid, None, &opus(index, -20), now);
        allocations += forward(&mut world, microphone.client, &mut sink);
    }
    (allocations, sink.datagrams)
}

fn check((allocations, forwarded): (u64, u64)) {
    let expected = 2 * 200 * RECEIVERS as u64;
    assert!(forwarded >= expected, "{forwarded} of {expected}");
    assert_eq!(allocations, 0, "for {forwarded} datagrams");
}

#[test]
fn a_forwarded_packet_costs_no_allocation() {
    check(count_in(forward));
}

#[test]
fn a_packet_taken_in_while_others_leave_costs_none_either() {
    let mut lanes: [Lane; 3] = Default::default();
    check(count_in(|world, client, sink| {
        forward_ahead(world, client, &mut lanes, sink)
    }));
}
