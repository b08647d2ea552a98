//! The whole load: everybody joins, warms up, is measured.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::clock::Clock;
use crate::participant::{Participant, SIGNAL, TOKENS};
use crate::report::{Report, socket_drops};
use crate::sys::{Batch, Poller, cpu_s};
use crate::tally::Delays;

/// How far apart participants join.
const JOIN_EVERY: Duration = Duration::from_millis(40);
/// Retransmissions may still come for this long after the measurement.
const GRACE: Duration = Duration::from_millis(500);

/// What to do.
pub struct Plan {
    pub server: SocketAddr,
    /// One access token per participant.
    pub access_tokens: Vec<String>,
    /// The first so many publish.
    pub publishers: usize,
    pub warm_up: Duration,
    pub measure: Duration,
    /// Everybody must receive everything within this time.
    pub patience: Duration,
}

/// Everybody, on one thread.
pub struct Load {
    plan: Plan,
    poller: Poller,
    participants: Vec<Participant>,
    batch: Batch,
    clock: Clock,
    delays: Delays,
    ready: Vec<u64>,
}

impl Load {
    pub fn new(plan: Plan) -> io::Result<Self> {
        Ok(Load {
            poller: Poller::new()?,
            participants: Vec::with_capacity(plan.access_tokens.len()),
            plan,
            batch: Batch::new(),
            clock: Clock::start(),
            delays: Delays::new(),
            ready: Vec::new(),
        })
    }

    /// Runs the plan. Tells on standard output when the measurement begins and ends, so that others can measure too.
    pub fn run(mut self) -> io::Result<Report> {
        let began = Instant::now();
        self.join_all()?;
        let deadline = began + self.plan.patience;
        while !self.is_complete() && Instant::now() < deadline {
            self.turn_until(Instant::now() + JOIN_EVERY)?;
        }
        let complete_after_s = began.elapsed().as_secs_f64();
        self.turn_until(Instant::now() + self.plan.warm_up)?;
        for participant in &mut self.participants {
            for source in &mut participant.subscriber_mut().sources {
                source.begin();
            }
        }
        self.delays.begin();
        let (sent, drops) = (self.sent(), self.socket_drops()?);
        announce("measuring")?;
        let (measured, cpu) = (Instant::now(), cpu_s());
        self.turn_until(measured + self.plan.measure)?;
        let (seconds, cpu) = (measured.elapsed().as_secs_f64(), cpu_s() - cpu);
        announce("measured")?;
        let sent = self.sent() - sent;
        for participant in &mut self.participants {
            participant.subscriber_mut().frozen = true;
        }
        self.turn_until(Instant::now() + GRACE)?;
        let drops = self.socket_drops()? - drops;
        Ok(Report {
            participants: self.participants.len(),
            publishers: self.plan.publishers,
            complete_after_s,
            seconds,
            sent,
            cpu_s: cpu,
            socket_drops: drops,
            expected: self.expected(),
            subscribers: self
                .participants
                .iter()
                .map(|it| {
                    let sources = &it.subscriber().sources;
                    sources.iter().map(|it| (it.video, it.counts())).collect()
                })
                .collect(),
            delays: self.delays,
        })
    }

    fn join_all(&mut self) -> io::Result<()> {
        for number in 0..self.plan.access_tokens.len() {
            let participant = Participant::join(
                number,
                self.plan.server,
                &self.plan.access_tokens[number],
                number < self.plan.publishers,
                &self.poller,
            )?;
            self.participants.push(participant);
            self.turn_until(Instant::now() + JOIN_EVERY)?;
        }
        Ok(())
    }

    /// Tracks that should be received, over all participants: audio and video of everybody else who publishes.
    fn expected(&self) -> usize {
        let (all, publishers) = (self.participants.len(), self.plan.publishers);
        2 * (publishers * all - publishers)
    }

    fn is_complete(&self) -> bool {
        let sources = |it: &Participant| it.subscriber().sources.len();
        self.participants.iter().map(sources).sum::<usize>() >= self.expected()
    }

    fn sent(&self) -> u64 {
        self.participants.iter().map(Participant::sent).sum()
    }

    fn socket_drops(&self) -> io::Result<u64> {
        let ports: Vec<u16> = self
            .participants
            .iter()
            .flat_map(Participant::ports)
            .collect();
        socket_drops(&ports)
    }

    fn turn_until(&mut self, end: Instant) -> io::Result<()> {
        while Instant::now() < end {
            self.turn(end)?;
        }
        Ok(())
    }

    /// Waits for the next thing to do, at most until `end`, and does it.
    fn turn(&mut self, end: Instant) -> io::Result<()> {
        let deadlines = self.participants.iter().map(Participant::deadline);
        let wake_at = deadlines.min().unwrap_or(end).min(end);
        let wait = wake_at.saturating_duration_since(Instant::now());
        let wait_ms = i32::try_from(wait.as_micros().div_ceil(1000)).unwrap_or(i32::MAX);
        self.poller.wait(wait_ms, &mut self.ready)?;
        for token in &self.ready {
            let number = usize::try_from(token / TOKENS).unwrap_or(usize::MAX);
            // A participant whose turn comes while it is still joining.
            let Some(participant) = self.participants.get_mut(number) else {
                continue;
            };
            match token % TOKENS {
                SIGNAL => participant.read_signal()?,
                link => participant.read_link(link, &mut self.batch, &self.clock, &mut self.delays),
            }
        }
        let now = Instant::now();
        for participant in &mut self.participants {
            if participant.deadline() <= now {
                participant.advance(now, &self.clock, &mut self.delays)?;
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
