//! The whole load: everybody joins, warms up, is measured.

use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use crate::join::{Participant, join};
use crate::mischief::Lots;
use crate::plan::Plan;
use crate::publisher::Publisher;
use crate::report::Report;
use crate::subscriber::{Samples, Subscriber};
use crate::sys::{Batch, Poller, cpu_s};
use crate::tally::Source;

/// So many may be joining at a time.
const JOINING: usize = 8;
/// While others join, publishers send this much more slowly, so that joining is not what is loaded.
const SLOW_DOWN: u32 = 10;
/// Who is deaf shares a core with the server, and wakes up no more often than that: nobody waits for what it sends or reads,
/// and the kernel notes when what is read arrived.
const REST: Duration = Duration::from_millis(1);
/// How often what is not media is looked after.
const HOUSEKEEPING_EVERY: Duration = Duration::from_millis(5);

/// Tokens with the poller: the participant's number times three, plus one of these.
const TOKENS: u64 = 3;
const SIGNALLING: u64 = 0;
const PUBLISHING: u64 = 1;
const SUBSCRIBING: u64 = 2;

/// Everybody, on one thread.
pub struct Load {
    plan: Plan,
    poller: Poller,
    participants: Vec<Participant>,
    batch: Batch,
    samples: Samples,
    ready: Vec<u64>,
    housekeeping_at: Instant,
    lots: Lots,
}

impl Load {
    pub fn new(plan: Plan) -> io::Result<Self> {
        Ok(Load {
            poller: Poller::new()?,
            participants: Vec::with_capacity(plan.members.len()),
            plan,
            batch: Batch::default(),
            samples: Samples::default(),
            ready: Vec::new(),
            housekeeping_at: Instant::now(),
            lots: Lots::default(),
        })
    }

    /// Runs the plan. Tells on standard output when the measurement begins and ends, so that others can measure too.
    ///
    /// # Errors
    /// Somebody could not join, or not everybody received everything in time.
    pub fn run(mut self) -> io::Result<Report> {
        let began = Instant::now();
        self.join_all(began + self.plan.patience)?;
        let ready_after_s = began.elapsed().as_secs_f64();
        announce("ready")?;
        if self.plan.deaf {
            self.subscribers_mut().try_for_each(Subscriber::deafen)?;
            let sides = self.participants.iter_mut();
            let publishers = sides.filter_map(|it| it.sides.publisher.as_mut());
            publishers.for_each(Publisher::segment);
        }
        self.set_pace(1);
        self.turn_until(Instant::now() + self.plan.warm_up)?;
        for subscriber in self.subscribers_mut() {
            subscriber.inbox.sources.iter_mut().for_each(Source::begin);
        }
        self.samples = Samples::default();
        let (sent, drops) = (self.sent(), self.drops()?);
        announce("measuring")?;
        let (measured, cpu) = (Instant::now(), cpu_s());
        self.turn_until(measured + self.plan.measure)?;
        let (measured_s, cpu) = (measured.elapsed().as_secs_f64(), cpu_s() - cpu);
        announce("measured")?;
        let (sent_after, refused) = self.sent();
        let drops_after = self.drops()?;
        let wrapping = |(after, before): (&u32, &u32)| u64::from(after.wrapping_sub(*before));
        let drops = drops_after.iter().zip(&drops).map(wrapping).sum();
        let sources_expected = (0..self.plan.members.len())
            .map(|it| self.plan.counted(it))
            .sum();
        let published = self.plan.members.iter().filter(|it| it.counts()).count();
        let published = published * self.plan.tracks.len();
        Ok(Report {
            profiles: self.profiles(),
            ready_after_s,
            measured_s,
            sent: sent_after - sent.0,
            refused: refused - sent.1,
            fan_out: sources_expected as f64 / published.max(1) as f64,
            client_cpu_s: cpu,
            drops,
            deaf: self.plan.deaf,
            sources_expected,
            sources: self
                .plan
                .members
                .iter()
                .zip(&self.participants)
                .filter(|(member, _)| member.extra.is_none())
                .filter_map(|(_, it)| it.sides.subscriber.as_ref())
                .flat_map(|it| it.inbox.sources.iter().filter(|source| source.counted))
                .map(Source::counts)
                .collect(),
            samples: self.samples,
        })
    }

    /// Publishers first, then everybody else; a few at a time.
    fn join_all(&mut self, deadline: Instant) -> io::Result<()> {
        let first_listener = self.plan.members.iter().position(|it| !it.publishes);
        loop {
            let joined = self.participants.len();
            let joining = (0..joined).filter(|it| !self.is_ready(*it)).count();
            let all = joined == self.plan.members.len();
            if all && joining == 0 {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(io::Error::other(self.complaint()));
            }
            let publishers_first = first_listener == Some(joined) && joining > 0;
            if !all && joining < JOINING && !publishers_first {
                self.join_next()?;
            }
            self.turn_until(Instant::now() + Duration::from_millis(2))?;
        }
    }

    fn join_next(&mut self) -> io::Result<()> {
        let now = Instant::now();
        let number = self.participants.len();
        let mut participant = join(&self.plan, number, now)?;
        let base = number as u64 * TOKENS;
        if let Some(fd) = participant.signalling.fd() {
            self.poller.add(fd, base + SIGNALLING)?;
        }
        if let Some(publisher) = &mut participant.sides.publisher {
            self.poller.add(publisher.link.fd(), base + PUBLISHING)?;
            publisher.set_pace(SLOW_DOWN, now);
        }
        if let Some(subscriber) = &participant.sides.subscriber {
            self.poller.add(subscriber.link.fd(), base + SUBSCRIBING)?;
        }
        self.participants.push(participant);
        Ok(())
    }

    /// A publisher is ready when it is connected, a subscriber when it hears everybody who has joined.
    fn is_ready(&self, number: usize) -> bool {
        let sides = &self.participants[number].sides;
        let publishing = sides
            .publisher
            .as_ref()
            .is_none_or(|it| it.link.is_connected());
        let everybody = self.participants.len() == self.plan.members.len();
        let subscribing = sides.subscriber.as_ref().is_none_or(|it| {
            it.inbox.sources.len() >= self.plan.expected(number)
                || sides.publisher.is_some() && !everybody
        });
        publishing && subscribing
    }

    fn complaint(&self) -> String {
        let late = (0..self.participants.len()).filter(|it| !self.is_ready(*it));
        let tell = |number: usize| {
            let sides = &self.participants[number].sides;
            let connected = sides.publisher.as_ref().map(|it| it.link.is_connected());
            let sources = sides.subscriber.as_ref().map(|it| it.inbox.sources.len());
            let expected = self.plan.expected(number);
            format!("{number}: publishing {connected:?}, sources {sources:?} of {expected}")
        };
        let some: Vec<String> = late.take(5).map(tell).collect();
        let (joined, all) = (self.participants.len(), self.plan.members.len());
        format!("{joined} of {all} have joined; late: {}", some.join("; "))
    }

    fn set_pace(&mut self, slow_down: u32) {
        let now = Instant::now();
        for participant in &mut self.participants {
            if let Some(publisher) = &mut participant.sides.publisher {
                publisher.set_pace(slow_down, now);
            }
        }
    }

    /// Packets that count and were sent, and packets refused by our own sockets.
    fn sent(&self) -> (u64, u64) {
        let publishers = self
            .participants
            .iter()
            .filter_map(|it| it.sides.publisher.as_ref());
        publishers.fold((0, 0), |(sent, refused), it| {
            (sent + it.sent, refused + it.refused)
        })
    }

    fn profiles(&self) -> [Option<String>; 2] {
        let sides = || self.participants.iter().map(|it| &it.sides);
        let publishing = sides().find_map(|it| it.publisher.as_ref()?.link.profile());
        let subscribing = sides().find_map(|it| it.subscriber.as_ref()?.link.profile());
        [publishing, subscribing].map(|it| it.map(|it| it.to_string()))
    }

    fn subscribers_mut(&mut self) -> impl Iterator<Item = &mut Subscriber> {
        let participants = self.participants.iter_mut();
        participants.filter_map(|it| it.sides.subscriber.as_mut())
    }

    /// Of each subscriber's socket, so far.
    fn drops(&self) -> io::Result<Vec<u32>> {
        let participants = self.participants.iter();
        let subscribers = participants.filter_map(|it| it.sides.subscriber.as_ref());
        subscribers.map(|it| it.link.drops()).collect()
    }

    fn turn_until(&mut self, end: Instant) -> io::Result<()> {
        while Instant::now() < end {
            self.turn(end)?;
        }
        Ok(())
    }

    /// Waits for the next thing to do, at most until `end`, and does it.
    fn turn(&mut self, end: Instant) -> io::Result<()> {
        let publishers = self
            .participants
            .iter()
            .filter_map(|it| it.sides.publisher.as_ref());
        let due = publishers.filter_map(|it| it.next_at()).min();
        let wake_at = end.min(self.housekeeping_at).min(due.unwrap_or(end));
        let mut wait = wake_at.saturating_duration_since(Instant::now());
        if self.plan.deaf {
            std::thread::sleep(wait.max(REST));
            wait = Duration::ZERO;
        }
        self.poller.wait(wait, &mut self.ready)?;
        let mut now = Instant::now();
        for at in 0..self.ready.len() {
            self.read(self.ready[at], now)?;
            // What is due does not wait until everything is read.
            now = Instant::now();
            if due.is_some_and(|due| due <= now) {
                self.publish(now);
            }
        }
        self.publish(now);
        if self.housekeeping_at <= now {
            self.housekeeping_at = now + HOUSEKEEPING_EVERY;
            self.keep_house(now)?;
        }
        Ok(())
    }

    fn read(&mut self, token: u64, now: Instant) -> io::Result<()> {
        let number = usize::try_from(token / TOKENS).unwrap_or(usize::MAX);
        let Some(Participant { signalling, sides }) = self.participants.get_mut(number) else {
            return Ok(());
        };
        match (token % TOKENS, &mut sides.publisher, &mut sides.subscriber) {
            (SIGNALLING, ..) => return signalling.read(sides, now),
            (PUBLISHING, Some(publisher), _) => publisher.receive(&mut self.batch, now),
            (SUBSCRIBING, _, Some(subscriber)) => {
                // Which packet is looked into must not follow the rhythm of the load.
                let lot = self.lots.draw() as usize;
                subscriber.receive(&mut self.batch, lot, now, &mut self.samples);
            }
            _ => {}
        }
        Ok(())
    }

    fn publish(&mut self, now: Instant) {
        for participant in &mut self.participants {
            if let Some(publisher) = &mut participant.sides.publisher {
                publisher.advance(now);
            }
        }
    }

    fn keep_house(&mut self, now: Instant) -> io::Result<()> {
        for Participant { signalling, sides } in &mut self.participants {
            signalling.tick(now)?;
            if let Some(publisher) = &mut sides.publisher
                && publisher.link.deadline() <= now
            {
                publisher.link.settle(now);
            }
            if let Some(subscriber) = &mut sides.subscriber {
                if subscriber.link.deadline() <= now {
                    subscriber.link.settle(now);
                }
                subscriber.report(now);
            }
        }
        Ok(())
    }
}

fn announce(phase: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{{\"phase\": \"{phase}\"}}")?;
    out.flush()
}
