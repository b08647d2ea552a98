//! Many datagrams per system call: `recvmmsg(2)` and `sendmmsg(2)` with segmentation (`UDP_SEGMENT`, `udp(7)`).

use std::io;
use std::mem::MaybeUninit;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsRawFd, RawFd};
use std::ptr;

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

/// Datagrams to one address that the kernel may take as one.
struct Message {
    destination: SocketAddr,
    source: Option<IpAddr>,
    start: usize,
    end: usize,
    /// Length of every datagram but the last, which may be shorter.
    segment: usize,
    count: usize,
}

impl Message {
    /// Whether a payload of this length to these addresses can ride along.
    fn takes(&self, destination: SocketAddr, source: Option<IpAddr>, len: usize) -> bool {
        self.destination == destination
            && self.source == source
            && len <= self.segment
            && self.end - self.start == self.segment * self.count
            && self.count < MAX_SEGMENTS
            && self.end - self.start + len <= MAX_SEGMENTED_BYTES
    }

    /// One message per datagram.
    fn split(&self) -> impl Iterator<Item = Message> + use<> {
        let (destination, source) = (self.destination, self.source);
        let (segment, last) = (self.segment, self.end);
        (self.start..self.end)
            .step_by(segment.max(1))
            .map(move |start| Message {
                destination,
                source,
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
    segmentation: bool,
    refusals: u32,
    arena: Vec<u8>,
    messages: Vec<Message>,
    dropped: u64,
}

impl SendBatch {
    /// An empty batch for a socket of the given family.
    pub(crate) fn new(v6_socket: bool) -> Self {
        SendBatch {
            v6_socket,
            segmentation: true,
            refusals: 0,
            arena: Vec::with_capacity(BATCH * DATAGRAM_BYTES),
            messages: Vec::with_capacity(BATCH),
            dropped: 0,
        }
    }

    /// Datagrams the kernel did not take since the start.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Adds a datagram, sent from the local address `source` if one is named; sends the batch first when it is full.
    pub(crate) fn push(
        &mut self,
        socket: &impl AsRawFd,
        destination: SocketAddr,
        source: Option<IpAddr>,
        payload: &[u8],
    ) {
        if self.segmentation
            && let Some(last) = self.messages.last_mut()
            && last.takes(destination, source, payload.len())
        {
            self.arena.extend_from_slice(payload);
            last.end = self.arena.len();
            last.count += 1;
            return;
        }
        if self.messages.len() == BATCH {
            self.flush(socket);
        }
        let start = self.arena.len();
        self.arena.extend_from_slice(payload);
        self.messages.push(Message {
            destination,
            source,
            start,
            end: self.arena.len(),
            segment: payload.len(),
            count: 1,
        });
    }

    /// Sends everything. What the kernel refuses is dropped and counted, as a network would.
    pub(crate) fn flush(&mut self, socket: &impl AsRawFd) {
        let fd = socket.as_raw_fd();
        let mut next = 0;
        let mut waited = false;
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
                        wait_writable(fd);
                    }
                    Some(libc::EAGAIN | libc::ENOBUFS) => {
                        self.drop_messages(next, self.messages.len());
                        next = self.messages.len();
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
        self.messages.clear();
        self.arena.clear();
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
        self.segmentation = self.segmentation && self.refusals < MAX_REFUSALS;
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
            *name = Name::encode(message.destination, self.v6_socket);
            if let Some(source) = message.source {
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
mod tests {
    use std::net::UdpSocket;
    use std::time::Duration;

    use super::*;

    fn socket() -> UdpSocket {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        let limit = Some(Duration::from_secs(5));
        socket.set_read_timeout(limit).expect("a timeout");
        socket
    }

    fn received(socket: &UdpSocket, count: usize) -> Vec<Vec<u8>> {
        let mut buffer = [0; DATAGRAM_BYTES];
        let one = |_| {
            let len = socket.recv(&mut buffer).expect("a datagram");
            buffer[..len].to_vec()
        };
        (0..count).map(one).collect()
    }

    /// Lengths that begin, continue and end segmented runs, to two addresses alternately.
    fn send_runs(segmentation: bool) {
        let (out, first, second) = (socket(), socket(), socket());
        let mut batch = SendBatch::new(false);
        batch.segmentation = segmentation;
        let mut expected: [Vec<Vec<u8>>; 2] = [Vec::new(), Vec::new()];
        let lens = [1100, 1100, 1100, 400, 1100, 20, 1, 1, 2, 700];
        for (index, len) in lens.into_iter().cycle().take(150).enumerate() {
            let which = (index / 10) % 2;
            let payload = vec![u8::try_from(index).expect("a byte"); len];
            let target = [&first, &second][which].local_addr().expect("an address");
            batch.push(&out, target, None, &payload);
            expected[which].push(payload);
        }
        batch.flush(&out);
        assert_eq!(batch.dropped(), 0);
        assert_eq!(received(&first, expected[0].len()), expected[0]);
        assert_eq!(received(&second, expected[1].len()), expected[1]);
    }

    #[test]
    fn datagrams_arrive_whole_and_in_order_however_they_are_grouped() {
        send_runs(true);
        send_runs(false);
    }

    /// A batch with a run of three datagrams, which the kernel has just refused.
    fn refused_run(batch: &mut SendBatch, out: &UdpSocket, address: SocketAddr) {
        for payload in [&[1_u8; 900][..], &[2; 900], &[3; 12]] {
            batch.push(out, address, None, payload);
        }
        assert_eq!(batch.messages.len(), 1);
        batch.split(0);
        assert_eq!(batch.messages.len(), 3);
    }

    #[test]
    fn a_refused_run_is_sent_as_its_datagrams() {
        let (out, target) = (socket(), socket());
        let mut batch = SendBatch::new(false);
        refused_run(&mut batch, &out, target.local_addr().expect("an address"));
        batch.flush(&out);
        assert_eq!(
            received(&target, 3),
            [vec![1; 900], vec![2; 900], vec![3; 12]]
        );
        assert!(batch.segmentation);
    }

    #[test]
    fn segmentation_ends_after_refusals_in_a_row() {
        let (out, target) = (socket(), socket());
        let address = target.local_addr().expect("an address");
        let mut batch = SendBatch::new(false);
        for _ in 1..MAX_REFUSALS {
            refused_run(&mut batch, &out, address);
            batch.flush(&out);
        }
        batch.push(&out, address, None, b"one");
        batch.push(&out, address, None, b"two");
        batch.flush(&out);
        assert_eq!(batch.refusals, 0);
        for _ in 0..MAX_REFUSALS {
            assert!(batch.segmentation);
            refused_run(&mut batch, &out, address);
            batch.flush(&out);
        }
        assert!(!batch.segmentation);
    }

    #[test]
    fn an_unreachable_destination_costs_only_its_own_datagrams() {
        let (out, target) = (socket(), socket());
        let mut batch = SendBatch::new(false);
        // A socket bound to loopback cannot send elsewhere: EINVAL.
        let elsewhere = SocketAddr::from(([192, 0, 2, 1], 9));
        batch.push(&out, elsewhere, None, b"lost");
        batch.push(
            &out,
            target.local_addr().expect("an address"),
            None,
            b"kept",
        );
        batch.flush(&out);
        assert_eq!(batch.dropped(), 1);
        assert_eq!(received(&target, 1), [b"kept".to_vec()]);
    }

    #[test]
    fn a_batch_reports_source_payload_and_no_cut_datagram() {
        let (out, target) = (socket(), socket());
        let address = target.local_addr().expect("an address");
        out.send_to(&[7; DATAGRAM_BYTES + 1], address)
            .expect("sent");
        out.send_to(b"short", address).expect("sent");
        let mut batch = ReceiveBatch::new();
        let mut seen = Vec::new();
        while seen.len() < 2 {
            let count = batch.receive(&target).unwrap_or(0);
            seen.extend((0..count).map(|index| {
                batch
                    .datagram(index)
                    .map(|(source, _, payload)| (source, payload.to_vec()))
            }));
        }
        let source = out.local_addr().expect("an address");
        assert_eq!(seen, [None, Some((source, b"short".to_vec()))]);
    }
}
