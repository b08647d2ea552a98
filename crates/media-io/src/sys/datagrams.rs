//! Many datagrams per system call: `recvmmsg(2)` and `sendmmsg(2)` with segmentation (`UDP_SEGMENT`, `udp(7)`).

use std::io;
use std::mem::MaybeUninit;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsRawFd, RawFd};
use std::ptr;

use media::{Fullness, Worth};

use super::checked;
use super::names::{Control, Name};

const BATCH: usize = 64;
/// Longer than any datagram of ICE, DTLS or SRTP; longer ones are dropped.
const DATAGRAM_BYTES: usize = 2048;
/// The kernel's limits of one segmented send.
const MAX_SEGMENTS: usize = 60;
const MAX_SEGMENTED_BYTES: usize = 60_000;
/// Segmented sends refused in a row until no more are tried: one narrow path refuses, a machine that cannot never stops.
const MAX_REFUSALS: u32 = 8;
/// A full socket buffer is waited for this long before datagrams are dropped: network cards drain megabytes in it.
const FULL_WAIT_MS: i32 = 2;
/// Flushes for which a full socket is told of: every receiver is sent to in one of them.
const REMEMBERED_FLUSHES: u8 = 8;

/// A header that announces nothing.
fn empty_header() -> libc::mmsghdr {
    // SAFETY: mmsghdr is a C struct of integers and pointers, for all of which zero is valid.
    unsafe { MaybeUninit::zeroed().assume_init() }
}

/// Buffers for one `recvmmsg`.
pub(crate) struct ReceiveBatch {
    payloads: Box<[[u8; DATAGRAM_BYTES]]>,
    names: Box<[Name]>,
    controls: Box<[Control]>,
    /// Length of each received payload; `None` for one that was cut.
    lens: [Option<usize>; BATCH],
}

impl ReceiveBatch {
    /// Room for a batch.
    pub(crate) fn new() -> Self {
        ReceiveBatch {
            payloads: vec![[0; DATAGRAM_BYTES]; BATCH].into_boxed_slice(),
            names: vec![Name::EMPTY; BATCH].into_boxed_slice(),
            controls: vec![Control::EMPTY; BATCH].into_boxed_slice(),
            lens: [None; BATCH],
        }
    }

    /// Takes what waits in `socket`, up to a batch, and returns how many datagrams it was.
    ///
    /// # Errors
    /// Those of `recvmmsg(2)`; `WouldBlock` when nothing waits.
    pub(crate) fn receive(&mut self, socket: &impl AsRawFd) -> io::Result<usize> {
        let null = libc::iovec {
            iov_base: ptr::null_mut(),
            iov_len: 0,
        };
        let mut vectors = [null; BATCH];
        let mut headers = [empty_header(); BATCH];
        let buffers = self
            .payloads
            .iter_mut()
            .zip(&mut self.names)
            .zip(&mut self.controls);
        for (((payload, name), control), (vector, header)) in
            buffers.zip(vectors.iter_mut().zip(&mut headers))
        {
            vector.iov_base = payload.as_mut_ptr().cast();
            vector.iov_len = DATAGRAM_BYTES;
            let header = &mut header.msg_hdr;
            header.msg_iov = vector;
            header.msg_iovlen = 1;
            header.msg_name = name.bytes.as_mut_ptr().cast();
            header.msg_namelen = Name::EMPTY.len;
            header.msg_control = control.bytes.as_mut_ptr().cast();
            header.msg_controllen = control.bytes.len();
        }
        // SAFETY: every header points to a vector, a payload, a name and a control buffer that live through the call
        // and are announced with their sizes.
        let result = checked(unsafe {
            libc::recvmmsg(
                socket.as_raw_fd(),
                headers.as_mut_ptr(),
                BATCH as u32,
                libc::MSG_DONTWAIT,
                ptr::null_mut(),
            )
        });
        let count = usize::try_from(result?).unwrap_or(0);
        for (index, header) in headers[..count].iter().enumerate() {
            let whole = header.msg_hdr.msg_flags & libc::MSG_TRUNC == 0;
            self.lens[index] = whole.then_some(header.msg_len as usize);
            self.controls[index].len = header.msg_hdr.msg_controllen;
        }
        Ok(count)
    }

    /// The datagram at `index` of the last batch: source, local address if known, payload. `None` if it was cut.
    pub(crate) fn datagram(&self, index: usize) -> Option<(SocketAddr, Option<IpAddr>, &[u8])> {
        let len = self.lens[index]?;
        let source = self.names[index].decode()?;
        let payload = &self.payloads[index][..len];
        Some((source, self.controls[index].destination(), payload))
    }
}

/// Where a datagram goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) destination: SocketAddr,
    /// The local address to send from, if one is named.
    pub(crate) source: Option<IpAddr>,
    pub(crate) worth: Worth,
}

/// Datagrams to one address that the kernel may take as one.
struct Message {
    target: Target,
    start: usize,
    end: usize,
    /// Length of every datagram but the last, which may be shorter.
    segment: usize,
    count: usize,
}

impl Message {
    /// Whether a payload of this length to these addresses can ride along.
    fn takes(&self, target: Target, len: usize) -> bool {
        self.target == target
            && len <= self.segment
            && self.end - self.start == self.segment * self.count
            && self.count < MAX_SEGMENTS
            && self.end - self.start + len <= MAX_SEGMENTED_BYTES
    }

    /// One message per datagram.
    fn split(&self) -> impl Iterator<Item = Message> + use<> {
        let target = self.target;
        let (segment, last) = (self.segment, self.end);
        (self.start..self.end)
            .step_by(segment.max(1))
            .map(move |start| Message {
                target,
                start,
                end: last.min(start + segment),
                segment,
                count: 1,
            })
    }
}

/// Outgoing datagrams, kept until [`SendBatch::flush`].
pub(crate) struct SendBatch {
    v6_socket: bool,
    /// Whether it is allowed.
    segmentation: bool,
    /// How often in a row the kernel would not segment.
    refusals: u32,
    /// Payloads one after the other; what was used once is not cleared.
    arena: Vec<u8>,
    used: usize,
    messages: Vec<Message>,
    dropped: u64,
    /// The greatest fullness of the last flushes, and for how many more of them it counts.
    fullness: Fullness,
    remembered: u8,
}

impl SendBatch {
    /// An empty batch for a socket of the given family, with or without segmented messages.
    pub(crate) fn new(v6_socket: bool, segmentation: bool) -> Self {
        SendBatch {
            v6_socket,
            segmentation,
            refusals: 0,
            arena: vec![0; BATCH * DATAGRAM_BYTES],
            used: 0,
            messages: Vec::with_capacity(BATCH),
            dropped: 0,
            fullness: Fullness::Plenty,
            remembered: 0,
        }
    }

    /// How full the socket was during the last flushes.
    pub(crate) fn fullness(&self) -> Fullness {
        self.fullness
    }

    /// Notes how full the socket was during a flush.
    fn felt(&mut self, fullness: Fullness) {
        if fullness >= self.fullness || self.remembered == 0 {
            (self.fullness, self.remembered) = (fullness, REMEMBERED_FLUSHES);
        } else {
            self.remembered -= 1;
        }
    }

    /// An empty batch for the same socket.
    pub(crate) fn another(&self) -> Self {
        SendBatch::new(self.v6_socket, self.segmentation)
    }

    /// Whether datagrams may leave as one: it is allowed, and the kernel has not refused it time and again.
    fn segments(&self) -> bool {
        self.segmentation && self.refusals < MAX_REFUSALS
    }

    /// Datagrams the kernel did not take since the start.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Adds a datagram of `len` bytes, which `fill` writes; nothing if it returns false. Sends the batch first when it is
    /// full.
    pub(crate) fn push(
        &mut self,
        socket: &impl AsRawFd,
        target: Target,
        len: usize,
        fill: &mut dyn FnMut(&mut [u8]) -> bool,
    ) {
        let rides = self.segments()
            && self
                .messages
                .last()
                .is_some_and(|last| last.takes(target, len));
        if !rides && self.messages.len() == BATCH {
            self.flush(socket);
        }
        let (start, end) = (self.used, self.used + len);
        if self.arena.len() < end {
            self.arena.resize(end.next_multiple_of(DATAGRAM_BYTES), 0);
        }
        if !fill(&mut self.arena[start..end]) {
            return;
        }
        self.used = end;
        match self.messages.last_mut().filter(|_| rides) {
            Some(last) => {
                last.end = end;
                last.count += 1;
            }
            None => self.messages.push(Message {
                target,
                start,
                end,
                segment: len,
                count: 1,
            }),
        }
    }

    /// Sends everything. What the kernel refuses is dropped and counted, as a network would.
    pub(crate) fn flush(&mut self, socket: &impl AsRawFd) {
        if self.messages.is_empty() {
            return;
        }
        let fd = socket.as_raw_fd();
        let mut next = 0;
        let mut waited = false;
        let mut fullness = Fullness::Plenty;
        while next < self.messages.len() {
            match self.send_from(fd, next) {
                Ok(sent) => {
                    let taken = &self.messages[next..next + sent];
                    if taken.iter().any(|message| message.count > 1) {
                        self.refusals = 0;
                    }
                    next += sent.max(1);
                }
                Err(error) => match error.raw_os_error() {
                    Some(libc::EINTR) => {}
                    Some(libc::EAGAIN | libc::ENOBUFS) if !waited => {
                        waited = true;
                        fullness = fullness.max(Fullness::Scarce);
                        wait_writable(fd);
                    }
                    Some(libc::EAGAIN | libc::ENOBUFS) => {
                        self.shed(next);
                        fullness = Fullness::Full;
                        waited = false;
                    }
                    Some(libc::EINVAL | libc::EIO | libc::EMSGSIZE)
                        if self.messages[next].count > 1 =>
                    {
                        self.split(next);
                    }
                    _ => {
                        self.drop_messages(next, next + 1);
                        next += 1;
                    }
                },
            }
        }
        self.felt(fullness);
        self.messages.clear();
        self.used = 0;
    }

    /// There is no room for what waits from index `from` on: gives up what is worth least, all of it alike.
    fn shed(&mut self, from: usize) {
        let least = self.messages[from..].iter().map(|it| it.target.worth).max();
        let mut kept = from;
        for index in from..self.messages.len() {
            if Some(self.messages[index].target.worth) == least {
                self.dropped += self.messages[index].count as u64;
            } else {
                self.messages.swap(kept, index);
                kept += 1;
            }
        }
        self.messages.truncate(kept);
    }

    fn drop_messages(&mut self, from: usize, to: usize) {
        let lost: usize = self.messages[from..to].iter().map(|it| it.count).sum();
        self.dropped += lost as u64;
    }

    /// The kernel refused to segment message `next`: each of its datagrams is sent by itself.
    fn split(&mut self, next: usize) {
        let parts: Vec<Message> = self.messages[next].split().collect();
        self.messages.splice(next..=next, parts);
        self.refusals += 1;
    }

    /// One `sendmmsg` of messages from index `from` on; how many were taken.
    fn send_from(&self, fd: RawFd, from: usize) -> io::Result<usize> {
        let null = libc::iovec {
            iov_base: ptr::null_mut(),
            iov_len: 0,
        };
        let mut names = [Name::EMPTY; BATCH];
        let mut controls = [Control::EMPTY; BATCH];
        let mut vectors = [null; BATCH];
        let mut headers = [empty_header(); BATCH];
        let waiting = &self.messages[from..self.messages.len().min(from + BATCH)];
        let buffers = names
            .iter_mut()
            .zip(&mut controls)
            .zip(vectors.iter_mut().zip(&mut headers));
        for (message, ((name, control), (vector, header))) in waiting.iter().zip(buffers) {
            *name = Name::encode(message.target.destination, self.v6_socket);
            if let Some(source) = message.target.source {
                control.push_source(source, self.v6_socket);
            }
            if message.count > 1 {
                control.push_segment_size(u16::try_from(message.segment).unwrap_or(u16::MAX));
            }
            // The kernel only reads through this pointer, whatever its C type says.
            vector.iov_base = self.arena[message.start..message.end]
                .as_ptr()
                .cast_mut()
                .cast();
            vector.iov_len = message.end - message.start;
            let header = &mut header.msg_hdr;
            header.msg_iov = vector;
            header.msg_iovlen = 1;
            header.msg_name = name.bytes.as_mut_ptr().cast();
            header.msg_namelen = name.len;
            if control.len > 0 {
                header.msg_control = control.bytes.as_mut_ptr().cast();
                header.msg_controllen = control.len;
            }
        }
        // SAFETY: the first `waiting.len()` headers point to vectors, payloads, names and control buffers that live
        // through the call and are announced with their sizes.
        let sent = checked(unsafe {
            libc::sendmmsg(
                fd,
                headers.as_mut_ptr(),
                u32::try_from(waiting.len()).unwrap_or(0),
                libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL,
            )
        })?;
        Ok(usize::try_from(sent).unwrap_or(0))
    }
}

/// Waits a moment for room in the socket's buffer.
fn wait_writable(fd: RawFd) {
    let mut entry = libc::pollfd {
        fd,
        events: libc::POLLOUT,
        revents: 0,
    };
    // SAFETY: one entry that lives through the call. A failure is a wait of no length.
    unsafe { libc::poll(&raw mut entry, 1, FULL_WAIT_MS) };
}

#[cfg(test)]
mod tests;
