//! Sending on several cores at once: threads that wait for lanes and draw them, each through a batch of its own.
//!
//! A lane belongs to whoever draws its number, so the lock it lies in is free whenever somebody takes it, and is taken
//! once for hundreds of packets. Nobody waits for a thread that has not come yet: the others draw what is left.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, Builder, JoinHandle, Thread};
use std::time::Instant;

use media::{Egress, Lane, Sfu};

use crate::queues::locked;

/// A way out that sends in batches.
pub(crate) trait Exit: Egress {
    /// Sends what is queued.
    fn flush(&mut self);

    /// Datagrams that were not taken since the start.
    fn dropped(&self) -> u64;
}

/// More threads would wait for the one that receives.
const MAX_CORES: usize = 8;
/// Cores are not equally fast: somebody else uses them too. With many lanes each, the faster ones send more, and at the
/// end nobody waits long for the last lane.
const LANES_PER_CORE: usize = 64;
/// Shorter lanes would fill too little of a system call.
const LANE_PACKETS: usize = 128;
/// With fewer packets waiting a second thread costs more than it saves: this is about a millisecond of work. Every
/// further thread needs as many more.
pub(crate) const SHARED_FROM: usize = 512;

/// The lanes of one flush, and who has drawn which.
struct Board {
    slots: Box<[Mutex<Lane>]>,
    /// The next number to draw; from `slots.len()` on there is nothing to do.
    next: AtomicUsize,
    /// Lanes that were sent.
    done: AtomicUsize,
    /// Who waits for all of them.
    foreman: Thread,
    /// Datagrams the helpers' sockets did not take.
    dropped: AtomicU64,
    ended: AtomicBool,
    failed: AtomicBool,
}

impl Board {
    /// Draws lanes and sends them until none is left.
    fn work(&self, exit: &mut impl Exit) {
        while let Some(slot) = self.slots.get(self.next.fetch_add(1, Ordering::AcqRel)) {
            locked(slot).send(exit);
            exit.flush();
            self.done.fetch_add(1, Ordering::AcqRel);
        }
    }

    fn is_done(&self) -> bool {
        self.done.load(Ordering::Acquire) == self.slots.len() || self.failed.load(Ordering::Acquire)
    }
}

/// The threads that help a media thread to send.
pub(crate) struct Crew {
    board: Arc<Board>,
    helpers: Vec<JoinHandle<()>>,
    lanes: Vec<Lane>,
}

impl Crew {
    /// How many threads can help the one that receives on this machine.
    pub(crate) fn size() -> usize {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        cores.min(MAX_CORES) - 1
    }

    /// Starts a thread for each way out. The thread that calls this is the one that calls [`Crew::send`].
    ///
    /// # Errors
    /// Those of starting a thread.
    pub(crate) fn start<E: Exit + Send + 'static>(exits: Vec<E>) -> io::Result<Crew> {
        let lanes = (exits.len() + 1) * LANES_PER_CORE;
        let board = Arc::new(Board {
            slots: (0..lanes).map(|_| Mutex::default()).collect(),
            next: AtomicUsize::new(lanes),
            done: AtomicUsize::new(lanes),
            foreman: thread::current(),
            dropped: AtomicU64::new(0),
            ended: AtomicBool::new(false),
            failed: AtomicBool::new(false),
        });
        let mut crew = Crew {
            board,
            helpers: Vec::with_capacity(exits.len()),
            lanes: (0..lanes).map(|_| Lane::default()).collect(),
        };
        for (number, exit) in exits.into_iter().enumerate() {
            let board = Arc::clone(&crew.board);
            let thread = Builder::new().name(format!("preau-media-{}", number + 1));
            crew.helpers.push(thread.spawn(move || help(&board, exit))?);
        }
        Ok(crew)
    }

    /// Datagrams the helpers' sockets did not take since the start.
    pub(crate) fn dropped(&self) -> u64 {
        self.board.dropped.load(Ordering::Relaxed)
    }

    /// Sends the waiting media on all cores, if there is enough of it. Meanwhile `ahead` is called, at first and whenever
    /// there is nothing to do but to wait for the others; it may take in media, and tells whether it did.
    ///
    /// # Errors
    /// A thread of ours has failed, or those of `ahead`.
    pub(crate) fn send<E: Exit>(
        &mut self,
        sfu: &mut Sfu,
        exit: &mut E,
        now: Instant,
        mut ahead: impl FnMut(&mut Sfu, &mut E) -> io::Result<bool>,
    ) -> io::Result<()> {
        let waiting = sfu.waiting_packets();
        let wanted = waiting / SHARED_FROM;
        if wanted == 0 {
            return Ok(());
        }
        let board = &*self.board;
        let lanes = self.lanes.len().min(waiting / LANE_PACKETS);
        sfu.lend(&mut self.lanes[..lanes], now);
        for (lane, slot) in self.lanes.iter_mut().zip(&board.slots) {
            if !lane.goes_by_tcp() {
                std::mem::swap(lane, &mut locked(slot));
            }
        }
        board.done.store(0, Ordering::Release);
        board.next.store(0, Ordering::Release);
        for helper in self.helpers.iter().take(wanted) {
            helper.thread().unpark();
        }
        while ahead(sfu, exit)? {}
        for lane in &mut self.lanes {
            lane.send(exit);
        }
        board.work(exit);
        while !board.is_done() {
            if !ahead(sfu, exit)? {
                thread::park();
            }
        }
        if board.failed.load(Ordering::Acquire) {
            return Err(io::Error::other("a sending thread failed"));
        }
        for (lane, slot) in self.lanes.iter_mut().zip(&board.slots) {
            if !lane.goes_by_tcp() {
                std::mem::swap(lane, &mut locked(slot));
            }
        }
        sfu.take_back(&mut self.lanes);
        Ok(())
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.board.ended.store(true, Ordering::Release);
        for helper in self.helpers.drain(..) {
            helper.thread().unpark();
            // A panic in it was noted by the thread itself.
            let _ = helper.join();
        }
    }
}

/// What a helper does until the crew ends.
fn help(board: &Board, mut exit: impl Exit) {
    let body = AssertUnwindSafe(|| {
        while !board.ended.load(Ordering::Acquire) {
            let before = exit.dropped();
            board.work(&mut exit);
            board
                .dropped
                .fetch_add(exit.dropped() - before, Ordering::Relaxed);
            if board.is_done() {
                board.foreman.unpark();
            }
            thread::park();
        }
    });
    if catch_unwind(body).is_err() {
        board.failed.store(true, Ordering::Release);
        board.foreman.unpark();
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::time::Duration;

    use media::{Fullness, Path, Transport, Worth};
    use str0m::media::MediaKind;

    use super::*;
    use media_kit::sources::{Published, opus};
    use media_kit::{Datagram, World};

    /// Tells where what it is given goes, and which thread gave it.
    struct Told(Sender<(Path, String)>);

    impl Egress for Told {
        fn send(
            &mut self,
            path: Path,
            _: Worth,
            len: usize,
            fill: &mut dyn FnMut(&mut [u8]) -> bool,
        ) {
            let mut room = vec![0; len];
            assert!(fill(&mut room));
            let name = thread::current().name().unwrap_or_default().to_owned();
            self.0.send((path, name)).expect("somebody listens");
        }

        fn fullness(&self, _: Path) -> Fullness {
            Fullness::Plenty
        }
    }

    impl Exit for Told {
        fn flush(&mut self) {}

        fn dropped(&self) -> u64 {
            0
        }
    }

    /// A way out that tells so and breaks.
    struct Broken(Sender<()>);

    impl Egress for Broken {
        fn send(&mut self, _: Path, _: Worth, _: usize, _: &mut dyn FnMut(&mut [u8]) -> bool) {
            self.0.send(()).expect("somebody listens");
            panic!("as it should");
        }

        fn fullness(&self, _: Path) -> Fullness {
            Fullness::Plenty
        }
    }

    impl Exit for Broken {
        fn flush(&mut self) {}

        fn dropped(&self) -> u64 {
            0
        }
    }

    /// A way out that goes on when the other one has broken.
    struct Patient(Option<Receiver<()>>);

    impl Egress for Patient {
        fn send(&mut self, _: Path, _: Worth, _: usize, _: &mut dyn FnMut(&mut [u8]) -> bool) {
            if let Some(broken) = self.0.take() {
                broken.recv().expect("it breaks");
            }
        }

        fn fullness(&self, _: Path) -> Fullness {
            Fullness::Plenty
        }
    }

    impl Exit for Patient {
        fn flush(&mut self) {}

        fn dropped(&self) -> u64 {
            0
        }
    }

    const RECEIVERS: usize = 12;

    /// Nothing more is to be received.
    fn nothing<E>(_: &mut Sfu, _: &mut E) -> io::Result<bool> {
        Ok(false)
    }

    /// A call of which more waits to be sent than one thread sends alone: how much.
    fn busy() -> (World, Published, usize) {
        let mut world = World::new();
        let microphone = world.publisher(MediaKind::Audio, &[], Transport::Udp);
        for number in 0..RECEIVERS {
            let carrier = if number % 4 == 3 {
                Transport::Tcp
            } else {
                Transport::Udp
            };
            world.subscriber(&[microphone.track], carrier);
        }
        let now = world.now;
        for sound in sounds(&mut world, microphone, 0..packets_for(SHARED_FROM)) {
            let (source, destination) = (sound.source, sound.destination);
            world
                .sfu
                .packet(sound.transport, source, destination, &sound.payload, now);
        }
        let waiting = world.sfu.waiting_packets();
        assert!(waiting >= SHARED_FROM);
        (world, microphone, waiting)
    }

    /// How many packets of a publisher become at least so many.
    fn packets_for(waiting: usize) -> u64 {
        waiting.div_ceil(RECEIVERS) as u64
    }

    /// What a microphone sends.
    fn sounds(world: &mut World, microphone: Published, numbers: Range<u64>) -> Vec<Datagram> {
        let client = &mut world.clients[microphone.client];
        let mut sounds = Vec::new();
        for number in numbers {
            client.send(microphone.mid, None, &opus(number, -20), world.now);
            sounds.extend(client.take_outgoing(world.now));
        }
        sounds
    }

    fn sent(told: &Receiver<(Path, String)>) -> Vec<(Path, String)> {
        told.try_iter().collect()
    }

    #[test]
    fn a_crew_sends_everything_once_and_tcp_from_the_thread_that_has_it() {
        let (telling, told) = channel();
        let exits = (0..3).map(|_| Told(telling.clone())).collect();
        let mut crew = Crew::start(exits).expect("threads");
        let (mut world, _, waiting) = busy();
        let now = world.now;
        crew.send(&mut world.sfu, &mut Told(telling), now, nothing)
            .expect("nobody fails");
        let sent = sent(&told);
        assert_eq!((sent.len(), world.sfu.waiting_packets()), (waiting, 0));
        let ours = thread::current().name().unwrap_or_default().to_owned();
        let by_tcp = |it: &&(Path, String)| it.0.transport == Transport::Tcp;
        assert!(sent.iter().filter(by_tcp).all(|(_, name)| *name == ours));
        assert_eq!(sent.iter().filter(by_tcp).count(), waiting / 4);
        // The state machine has everything back.
        world.run(Duration::from_millis(100));
    }

    #[test]
    fn what_comes_while_all_send_leaves_with_the_next_flush() {
        let (telling, told) = channel();
        let mut crew = Crew::start(vec![Told(telling.clone())]).expect("a thread");
        let (mut world, microphone, waiting) = busy();
        let (first, more) = (packets_for(SHARED_FROM), packets_for(2 * SHARED_FROM));
        let mut more = sounds(&mut world, microphone, first..first + more);
        let now = world.now;
        let ahead = |sfu: &mut Sfu, _: &mut Told| {
            let count = more.len().min(7);
            for sound in more.drain(..count) {
                sfu.packet(
                    sound.transport,
                    sound.source,
                    sound.destination,
                    &sound.payload,
                    now,
                );
            }
            Ok(count > 0)
        };
        let mut exit = Told(telling);
        crew.send(&mut world.sfu, &mut exit, now, ahead)
            .expect("nobody fails");
        assert_eq!(sent(&told).len(), waiting);
        let taken_in = world.sfu.waiting_packets();
        assert!(taken_in >= 2 * SHARED_FROM, "{taken_in}");
        crew.send(&mut world.sfu, &mut exit, now, nothing)
            .expect("nobody fails");
        assert_eq!(
            (sent(&told).len(), world.sfu.waiting_packets()),
            (taken_in, 0)
        );
        world.run(Duration::from_millis(100));
    }

    #[test]
    fn little_is_left_to_the_flush() {
        let (telling, told) = channel();
        let mut crew = Crew::start(vec![Told(telling.clone())]).expect("a thread");
        let mut world = World::new();
        let now = world.now;
        crew.send(&mut world.sfu, &mut Told(telling), now, nothing)
            .expect("nothing to do");
        assert!(sent(&told).is_empty());
    }

    #[test]
    fn a_thread_that_fails_is_told_of_and_nobody_waits_for_it() {
        let (breaking, broken) = channel();
        let mut crew = Crew::start(vec![Broken(breaking)]).expect("a thread");
        let (mut world, ..) = busy();
        let (mut patient, now) = (Patient(Some(broken)), world.now);
        let error = crew.send(&mut world.sfu, &mut patient, now, nothing);
        assert!(error.is_err());
    }
}
