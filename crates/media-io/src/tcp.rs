//! The ICE-TCP port of a shard: a passive listener (RFC 6544) and its framed connections (RFC 4571).

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use media::{Fullness, Worth};

use crate::framing::{Deframer, prefix};
use crate::strangers::Strangers;
use crate::sys::Poller;

/// Connections held at once; more are closed as they come.
const MAX_CONNECTIONS: usize = 4096;
/// Bytes waiting for one client; a slower one is closed and reconnects rather than holding everybody's memory.
const MAX_WAITING_BYTES: usize = 1 << 20;
/// With more bytes waiting a client gets no pictures, so that its sound keeps up.
const MAX_WAITING_WITH_PICTURES: usize = MAX_WAITING_BYTES / 4;
/// With so many bytes waiting for the kernel, which holds as many as it likes, the way is full.
const FULL_BYTES: usize = MAX_WAITING_WITH_PICTURES / 4;
/// ICE checks come every few seconds; a connection silent for this long is dead or none of ours.
const MAX_SILENCE: Duration = Duration::from_secs(30);
/// Nobody needs longer to send the first check.
const PROVE_WITHIN: Duration = Duration::from_secs(10);
const SWEEP_EVERY: Duration = Duration::from_secs(1);
/// How long accepting rests when the process has no descriptor left.
const ACCEPT_REST: Duration = Duration::from_secs(1);
const READ_BYTES: usize = 64 << 10;

struct Connection {
    socket: TcpStream,
    client: SocketAddr,
    local: SocketAddr,
    deframer: Deframer,
    waiting: Vec<u8>,
    /// Whether the poller watches for room to write.
    blocked: bool,
    heard_at: Instant,
    /// Since when nobody knows whose it is; `None`: it is a client's.
    strange_since: Option<Instant>,
}

/// What a connection's input amounted to.
enum Progress {
    Open,
    Ended,
}

/// The listener and its connections, each known to the poller by its own token.
pub(crate) struct TcpPort {
    listener: TcpListener,
    bound: SocketAddr,
    listener_token: u64,
    next_token: u64,
    connections: HashMap<u64, Connection>,
    by_client: HashMap<SocketAddr, u64>,
    strangers: Strangers,
    /// Connections with bytes to write at the next flush.
    dirty: Vec<u64>,
    /// Clients whose connection ended, not yet reported.
    closed: Vec<SocketAddr>,
    sweep_at: Option<Instant>,
    accept_at: Option<Instant>,
    scratch: Box<[u8]>,
    dropped: u64,
}

impl TcpPort {
    /// Listens on `address`. Tokens from `first_token` on are used with the poller.
    ///
    /// # Errors
    /// Those of `bind(2)`.
    pub(crate) fn bind(address: SocketAddr, first_token: u64) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(TcpPort {
            bound: listener.local_addr()?,
            listener,
            listener_token: first_token,
            next_token: first_token + 1,
            connections: HashMap::new(),
            by_client: HashMap::new(),
            strangers: Strangers::default(),
            dirty: Vec::new(),
            closed: Vec::new(),
            sweep_at: None,
            accept_at: None,
            scratch: vec![0; READ_BYTES].into_boxed_slice(),
            dropped: 0,
        })
    }

    /// The address it listens on.
    pub(crate) fn bound(&self) -> SocketAddr {
        self.bound
    }

    /// Frames dropped since the start, because their connection was gone or too slow.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Has the poller watch the listener.
    ///
    /// # Errors
    /// Those of `epoll_ctl(2)`.
    pub(crate) fn watch(&self, poller: &Poller) -> io::Result<()> {
        poller.add(self.listener.as_raw_fd(), self.listener_token)
    }

    /// Does what a ready descriptor allows and hands frames to `take`: source, destination, payload.
    ///
    /// # Errors
    /// The poller is broken.
    pub(crate) fn ready(
        &mut self,
        poller: &Poller,
        token: u64,
        readable: bool,
        now: Instant,
        take: impl FnMut(SocketAddr, SocketAddr, &[u8]),
    ) -> io::Result<()> {
        if token == self.listener_token {
            return self.accept_all(poller, now);
        }
        if readable && matches!(self.read(token, now, take), Progress::Ended) {
            self.close(token);
            return Ok(());
        }
        self.write(poller, token)
    }

    fn accept_all(&mut self, poller: &Poller, now: Instant) -> io::Result<()> {
        loop {
            match self.listener.accept() {
                Ok((socket, client)) => self.adopt(poller, socket, client, now),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error)
                    if matches!(
                        error.kind(),
                        ErrorKind::Interrupted | ErrorKind::ConnectionAborted
                    ) => {}
                Err(_) => {
                    // Out of descriptors: the pending connection would wake us for ever.
                    self.accept_at = Some(now + ACCEPT_REST);
                    return poller.remove(self.listener.as_raw_fd());
                }
            }
        }
    }

    /// Keeps a new connection if there is room and the system lets us; otherwise it closes by being dropped.
    fn adopt(&mut self, poller: &Poller, socket: TcpStream, client: SocketAddr, now: Instant) {
        let token = self.next_token;
        let prepared = socket
            .set_nonblocking(true)
            .and_then(|()| socket.set_nodelay(true))
            .and_then(|()| socket.local_addr());
        let Ok(local) = prepared else { return };
        if self.connections.len() >= MAX_CONNECTIONS
            || poller.add(socket.as_raw_fd(), token).is_err()
        {
            return;
        }
        let client = canonical(client);
        if !self.strangers.admit(client.ip()) {
            return;
        }
        self.next_token += 1;
        self.by_client.insert(client, token);
        self.connections.insert(
            token,
            Connection {
                socket,
                client,
                local: canonical(local),
                deframer: Deframer::default(),
                waiting: Vec::new(),
                blocked: false,
                heard_at: now,
                strange_since: Some(now),
            },
        );
        self.sweep_at.get_or_insert(now + SWEEP_EVERY);
    }

    /// One read: level-triggered polling brings us back for the rest, after everybody else.
    fn read(
        &mut self,
        token: u64,
        now: Instant,
        mut take: impl FnMut(SocketAddr, SocketAddr, &[u8]),
    ) -> Progress {
        let Some(connection) = self.connections.get_mut(&token) else {
            return Progress::Open;
        };
        let count = match connection.socket.read(&mut self.scratch) {
            Ok(0) => return Progress::Ended,
            Ok(count) => count,
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) =>
            {
                return Progress::Open;
            }
            Err(_) => return Progress::Ended,
        };
        let (client, local) = (connection.client, connection.local);
        let heard_at = &mut connection.heard_at;
        let pushed = connection.deframer.push(&self.scratch[..count], |frame| {
            *heard_at = now;
            take(client, local, frame);
        });
        match pushed {
            Ok(()) => Progress::Open,
            Err(_) => Progress::Ended,
        }
    }

    /// Queues one frame of `len` bytes, which `fill` writes, until [`TcpPort::flush`]; none if it returns false. Closes a
    /// client that is too slow.
    pub(crate) fn send(
        &mut self,
        destination: SocketAddr,
        worth: Worth,
        len: usize,
        fill: &mut dyn FnMut(&mut [u8]) -> bool,
    ) {
        let Some((&token, prefix)) = self.by_client.get(&destination).zip(prefix(len)) else {
            self.dropped += 1;
            return;
        };
        let Some(connection) = self.connections.get_mut(&token) else {
            return;
        };
        if worth != Worth::Vital && connection.waiting.len() > MAX_WAITING_WITH_PICTURES {
            self.dropped += 1;
            return;
        }
        if connection.waiting.len() + prefix.len() + len > MAX_WAITING_BYTES {
            self.dropped += 1;
            self.close(token);
            return;
        }
        let before = connection.waiting.len();
        let start = before + prefix.len();
        connection.waiting.extend_from_slice(&prefix);
        connection.waiting.resize(start + len, 0);
        if !fill(&mut connection.waiting[start..]) {
            connection.waiting.truncate(before);
        } else if before == 0 {
            self.dirty.push(token);
        }
    }

    /// How much waits for this client because it did not take it.
    pub(crate) fn fullness(&self, destination: SocketAddr) -> Fullness {
        let token = self.by_client.get(&destination);
        let connection = token.and_then(|token| self.connections.get(token));
        match connection.filter(|connection| connection.blocked) {
            None => Fullness::Plenty,
            Some(blocked) if blocked.waiting.len() < FULL_BYTES => Fullness::Scarce,
            Some(_) => Fullness::Full,
        }
    }

    /// Writes what is queued, as far as the clients take it.
    ///
    /// # Errors
    /// The poller is broken.
    pub(crate) fn flush(&mut self, poller: &Poller) -> io::Result<()> {
        for token in std::mem::take(&mut self.dirty) {
            self.write(poller, token)?;
        }
        Ok(())
    }

    fn write(&mut self, poller: &Poller, token: u64) -> io::Result<()> {
        let Some(connection) = self.connections.get_mut(&token) else {
            return Ok(());
        };
        let mut done = 0;
        while done < connection.waiting.len() {
            match connection.socket.write(&connection.waiting[done..]) {
                Ok(count) => done += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(_) => {
                    self.close(token);
                    return Ok(());
                }
            }
        }
        connection.waiting.drain(..done);
        let blocked = !connection.waiting.is_empty();
        if blocked != connection.blocked {
            connection.blocked = blocked;
            poller.set_writable(connection.socket.as_raw_fd(), token, blocked)?;
        }
        Ok(())
    }

    /// Forgets a connection; closing its descriptor takes it off the poller.
    fn close(&mut self, token: u64) {
        if let Some(connection) = self.connections.remove(&token) {
            self.by_client.remove(&connection.client);
            if connection.strange_since.is_some() {
                self.strangers.remove(connection.client.ip());
            }
            self.closed.push(connection.client);
        }
    }

    /// Clients whose connections ended since the last call.
    pub(crate) fn take_closed(&mut self) -> Vec<SocketAddr> {
        std::mem::take(&mut self.closed)
    }

    /// When [`TcpPort::timeout`] wants to be called next.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        [self.sweep_at, self.accept_at].into_iter().flatten().min()
    }

    /// Notes whether a connection is a client's, as `is_known` says by its address.
    pub(crate) fn look_at(&mut self, token: u64, is_known: impl Fn(SocketAddr) -> bool) {
        if let Some(connection) = self.connections.get_mut(&token)
            && connection.strange_since.is_some()
            && is_known(connection.client)
        {
            connection.strange_since = None;
            self.strangers.remove(connection.client.ip());
        }
    }

    /// Closes silent connections and those that nobody knows, and takes up accepting again, when due. `is_known`: whether an
    /// address is a client's.
    ///
    /// # Errors
    /// The poller is broken.
    pub(crate) fn timeout(
        &mut self,
        poller: &Poller,
        now: Instant,
        is_known: impl Fn(SocketAddr) -> bool,
    ) -> io::Result<()> {
        if self.accept_at.is_some_and(|at| at <= now) {
            self.accept_at = None;
            self.watch(poller)?;
        }
        if self.sweep_at.is_none_or(|at| at > now) {
            return Ok(());
        }
        let mut over = Vec::new();
        for (token, it) in &mut self.connections {
            match (it.strange_since, is_known(it.client)) {
                (Some(_), true) => {
                    it.strange_since = None;
                    self.strangers.remove(it.client.ip());
                }
                // Whose it was is gone; it may be somebody else's soon.
                (None, false) => {
                    it.strange_since = Some(now);
                    self.strangers.add(it.client.ip());
                }
                _ => {}
            }
            let passed = |since: Instant| now.saturating_duration_since(since);
            let is_strange = |since| passed(since) > PROVE_WITHIN;
            if passed(it.heard_at) > MAX_SILENCE || it.strange_since.is_some_and(is_strange) {
                over.push(*token);
            }
        }
        for token in over {
            self.close(token);
        }
        self.sweep_at = (!self.connections.is_empty()).then(|| now + SWEEP_EVERY);
        Ok(())
    }
}

/// IPv4 that arrived on an IPv6 socket, as IPv4.
fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

#[cfg(test)]
mod tests;
