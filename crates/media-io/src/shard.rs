//! One media thread: a state machine, its sockets and the loop that brings them together.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use media::{Egress, Event, Fullness, Path, Sfu, Transport, Worth};

use crate::ahead::Ahead;
use crate::crew::{Crew, Exit, SHARED_FROM};
use crate::queues::{Inbox, Outbox};
use crate::sys::{Poller, Readiness};
use crate::tcp::TcpPort;
use crate::udp::UdpPort;

const INBOX_TOKEN: u64 = 0;
const UDP_TOKEN: u64 = 1;
/// The first token of the TCP port, which uses all from here on.
pub(crate) const TCP_TOKEN: u64 = 2;
/// Commands are carried out for so long, then packets have their turn: descriptions may take milliseconds each.
const COMMANDS_AT_ONCE: Duration = Duration::from_millis(2);

/// The sockets of a shard, as the state machine's way out.
pub(crate) struct Ports {
    pub(crate) udp: UdpPort,
    pub(crate) tcp: Option<TcpPort>,
}

impl Egress for Ports {
    fn send(
        &mut self,
        path: Path,
        worth: Worth,
        len: usize,
        fill: &mut dyn FnMut(&mut [u8]) -> bool,
    ) {
        match path.transport {
            Transport::Udp => self.udp.exit.send(path, worth, len, fill),
            Transport::Tcp => {
                if let Some(tcp) = &mut self.tcp {
                    tcp.send(path.destination, worth, len, fill);
                }
            }
        }
    }

    fn fullness(&self, path: Path) -> Fullness {
        match (path.transport, &self.tcp) {
            (Transport::Tcp, Some(tcp)) => tcp.fullness(path.destination),
            _ => self.udp.exit.fullness(path),
        }
    }
}

impl Exit for Ports {
    fn flush(&mut self) {
        self.udp.exit.flush();
    }

    fn dropped(&self) -> u64 {
        self.udp.exit.dropped() + self.tcp.as_ref().map_or(0, TcpPort::dropped)
    }
}

/// What the control plane sees of a running shard.
pub(crate) struct Shared {
    pub(crate) inbox: Inbox,
    pub(crate) outbox: Outbox,
    /// Datagrams and frames the sockets did not take.
    pub(crate) dropped: AtomicU64,
}

/// One media thread's whole state.
pub(crate) struct Shard {
    sfu: Sfu,
    ports: Ports,
    poller: Poller,
    shared: Arc<Shared>,
    events: Vec<Event>,
    /// Those who help to send, if the machine has more than one core.
    crew: Option<Crew>,
    ahead: Ahead,
}

impl Shard {
    /// Puts the parts together; nothing runs yet.
    ///
    /// # Errors
    /// Those of `epoll_ctl(2)`.
    pub(crate) fn new(sfu: Sfu, ports: Ports, shared: Arc<Shared>) -> io::Result<Self> {
        let poller = Poller::new()?;
        poller.add(shared.inbox.fd(), INBOX_TOKEN)?;
        poller.add(ports.udp.fd(), UDP_TOKEN)?;
        if let Some(tcp) = &ports.tcp {
            tcp.watch(&poller)?;
        }
        Ok(Shard {
            crew: None,
            ahead: Ahead::default(),
            sfu,
            ports,
            poller,
            shared,
            events: Vec::new(),
        })
    }

    /// Runs until told to stop.
    ///
    /// # Errors
    /// A descriptor of ours is broken; the process cannot go on forwarding.
    pub(crate) fn run(&mut self) -> io::Result<()> {
        self.crew = self.hire();
        let mut ready = Vec::new();
        loop {
            // What waits for the crew leaves first; more is received while it does.
            let behind = self.waits_for_crew();
            let wait = self
                .wake_at()
                .map(|at| at.saturating_duration_since(Instant::now()));
            let wait = if behind { Some(Duration::ZERO) } else { wait };
            self.poller.wait(wait, &mut ready)?;
            let now = Instant::now();
            for readiness in &ready {
                if behind && readiness.token == UDP_TOKEN {
                    continue;
                }
                if self.serve(*readiness, now)? {
                    return Ok(());
                }
            }
            self.run_timers(now)?;
            self.settle(now)?;
        }
    }

    /// As many as there are cores; nobody on a machine that has no thread to spare, which then sends with one.
    fn hire(&self) -> Option<Crew> {
        let exits = (0..Crew::size()).map(|_| self.ports.udp.exit.another());
        let exits = exits.collect::<io::Result<Vec<_>>>().ok()?;
        if exits.is_empty() {
            return None;
        }
        Crew::start(exits).ok()
    }

    /// Whether there is so much to send that all cores should.
    fn waits_for_crew(&mut self) -> bool {
        self.crew.is_some() && self.sfu.waiting_packets() >= SHARED_FROM
    }

    fn wake_at(&self) -> Option<Instant> {
        let tcp = self.ports.tcp.as_ref().and_then(TcpPort::poll_timeout);
        [self.sfu.poll_timeout(), tcp].into_iter().flatten().min()
    }

    /// Handles one ready descriptor; true when told to stop.
    fn serve(&mut self, readiness: Readiness, now: Instant) -> io::Result<bool> {
        let Shard {
            sfu, ports, poller, ..
        } = self;
        match readiness.token {
            INBOX_TOKEN => {
                let inbox = &self.shared.inbox;
                while let Some(command) = inbox.next() {
                    sfu.command(command, now);
                    if now.elapsed() >= COMMANDS_AT_ONCE {
                        break;
                    }
                }
                return Ok(inbox.is_over());
            }
            UDP_TOKEN => ports.udp.receive(|source, destination, payload| {
                sfu.packet(Transport::Udp, source, destination, payload, now);
            })?,
            token => {
                if let Some(tcp) = &mut ports.tcp {
                    let take = |source: SocketAddr, destination: SocketAddr, frame: &[u8]| {
                        sfu.packet(Transport::Tcp, source, destination, frame, now);
                    };
                    tcp.ready(poller, token, readiness.readable, now, take)?;
                    tcp.look_at(token, |client| sfu.knows(Transport::Tcp, client));
                }
            }
        }
        Ok(false)
    }

    fn run_timers(&mut self, now: Instant) -> io::Result<()> {
        if self.sfu.poll_timeout().is_some_and(|at| at <= now) {
            self.sfu.timeout(now);
        }
        if let Some(tcp) = &mut self.ports.tcp {
            let sfu = &self.sfu;
            let is_known = |client| sfu.knows(Transport::Tcp, client);
            tcp.timeout(&self.poller, now, is_known)?;
        }
        Ok(())
    }

    /// Sends what became of the input and reports it. Connections that end on the way may give rise to more.
    fn settle(&mut self, now: Instant) -> io::Result<()> {
        let Shard {
            sfu, ports, ahead, ..
        } = self;
        if let Some(crew) = &mut self.crew {
            crew.send(sfu, ports, now, |sfu, ports| {
                ahead.receive(&mut ports.udp, sfu)
            })?;
        }
        ahead.give(|source, destination, payload| {
            sfu.packet(Transport::Udp, source, destination, payload, now);
        });
        loop {
            if self.waits_for_crew() {
                self.sfu.flush_others(&mut self.ports, now);
            } else {
                self.sfu.flush(&mut self.ports, now);
            }
            self.ports.flush();
            let Some(tcp) = &mut self.ports.tcp else {
                break;
            };
            tcp.flush(&self.poller)?;
            let closed = tcp.take_closed();
            if closed.is_empty() {
                break;
            }
            for client in closed {
                self.sfu.tcp_closed(client, now);
            }
        }
        while let Some(event) = self.sfu.poll_event() {
            self.events.push(event);
        }
        self.shared.outbox.extend(&mut self.events);
        let others_dropped = self.crew.as_ref().map_or(0, Crew::dropped);
        let dropped = self.ports.dropped() + others_dropped;
        self.shared.dropped.store(dropped, Ordering::Relaxed);
        Ok(())
    }
}
