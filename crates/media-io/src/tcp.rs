//! The ICE-TCP port of a shard: a passive listener (RFC 6544) and its framed connections (RFC 4571).

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use media::{Room, Worth};

use crate::framing::{Deframer, prefix};
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
        self.next_token += 1;
        let client = canonical(client);
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
    pub(crate) fn room(&self, destination: SocketAddr) -> Room {
        let token = self.by_client.get(&destination);
        let connection = token.and_then(|token| self.connections.get(token));
        match connection.filter(|connection| connection.blocked) {
            None => Room::Plenty,
            Some(blocked) if blocked.waiting.len() < FULL_BYTES => Room::Scarce,
            Some(_) => Room::Full,
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

    /// Closes silent connections and takes up accepting again, when due.
    ///
    /// # Errors
    /// The poller is broken.
    pub(crate) fn timeout(&mut self, poller: &Poller, now: Instant) -> io::Result<()> {
        if self.accept_at.is_some_and(|at| at <= now) {
            self.accept_at = None;
            self.watch(poller)?;
        }
        if self.sweep_at.is_none_or(|at| at > now) {
            return Ok(());
        }
        let silent: Vec<u64> = self
            .connections
            .iter()
            .filter(|(_, it)| now.saturating_duration_since(it.heard_at) > MAX_SILENCE)
            .map(|(token, _)| *token)
            .collect();
        for token in silent {
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
mod tests {
    use super::*;

    const FIRST_TOKEN: u64 = 2;

    /// A port with so many clients connected, which read nothing by themselves.
    fn connected(count: usize, now: Instant) -> (TcpPort, Poller, Vec<TcpStream>) {
        let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut port = TcpPort::bind(loopback, FIRST_TOKEN).expect("a free port");
        let poller = Poller::new().expect("a poller");
        port.watch(&poller).expect("watched");
        let connect = |_| TcpStream::connect(port.bound()).expect("connected");
        let clients: Vec<TcpStream> = (0..count).map(connect).collect();
        while port.connections.len() < count {
            port.ready(&poller, FIRST_TOKEN, true, now, |_, _, _| {})
                .expect("accepted");
        }
        (port, poller, clients)
    }

    fn address(client: &TcpStream) -> SocketAddr {
        client.local_addr().expect("an address")
    }

    fn send(port: &mut TcpPort, client: SocketAddr, payload: &[u8]) {
        port.send(client, Worth::Vital, payload.len(), &mut |room| {
            room.copy_from_slice(payload);
            true
        });
    }

    #[test]
    fn a_slow_client_is_closed_without_delay_for_another() {
        let now = Instant::now();
        let (mut port, poller, mut clients) = connected(2, now);
        let (slow, quick) = (address(&clients[0]), address(&clients[1]));
        let payload = [7; 1200];
        let mut frame = [0; 1202];
        let mut sent = 0_usize;
        while port.closed.is_empty() {
            send(&mut port, slow, &payload);
            send(&mut port, quick, &payload);
            port.flush(&poller).expect("flushed");
            clients[1].read_exact(&mut frame).expect("a frame");
            assert_eq!(frame[..2], 1200_u16.to_be_bytes());
            sent += payload.len();
            assert!(sent < 100 << 20, "it is never closed");
        }
        assert!(sent > MAX_WAITING_BYTES);
        assert_eq!(port.take_closed(), [slow]);
        assert_eq!(port.dropped(), 1);
        send(&mut port, slow, &payload);
        assert_eq!(port.dropped(), 2);
        assert_eq!(port.connections.len(), 1);
    }

    #[test]
    fn what_a_blocked_client_did_not_take_follows_when_it_reads() {
        let now = Instant::now();
        let (mut port, poller, mut clients) = connected(1, now);
        let client = address(&clients[0]);
        let token = port.by_client[&client];
        let mut count = 0;
        while !port.connections[&token].blocked {
            assert_eq!(port.room(client), Room::Plenty);
            send(&mut port, client, &[9; 1000]);
            port.flush(&poller).expect("flushed");
            count += 1;
        }
        assert_eq!(port.room(client), Room::Scarce);
        while port.room(client) != Room::Full {
            send(&mut port, client, &[9; 1000]);
            port.flush(&poller).expect("flushed");
            count += 1;
        }
        let mut ready = Vec::new();
        let mut frame = [0; 1002];
        for _ in 0..count {
            poller
                .wait(Some(Duration::ZERO), &mut ready)
                .expect("a wait");
            if ready.iter().any(|it| it.token == token && it.writable) {
                port.ready(&poller, token, false, now, |_, _, _| {})
                    .expect("written");
            }
            clients[0].read_exact(&mut frame).expect("a frame");
            assert_eq!(frame[2..], [9; 1000]);
        }
        assert!(!port.connections[&token].blocked);
        assert_eq!(port.room(client), Room::Plenty);
    }

    #[test]
    fn a_silent_client_is_closed() {
        let now = Instant::now();
        let (mut port, poller, mut clients) = connected(2, now);
        let talkative = port.by_client[&address(&clients[1])];
        let later = now + MAX_SILENCE + SWEEP_EVERY;
        clients[1].write_all(b"\x00\x01x").expect("written");
        let mut heard = 0;
        while heard == 0 {
            port.ready(&poller, talkative, true, later, |_, _, _| heard += 1)
                .expect("read");
        }
        assert!(port.poll_timeout().is_some_and(|at| at <= later));
        port.timeout(&poller, later).expect("swept");
        assert_eq!(port.take_closed(), [address(&clients[0])]);
    }
}
