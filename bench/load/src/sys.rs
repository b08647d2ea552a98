//! System calls without a face in the standard library.

use std::io;
use std::mem::MaybeUninit;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::ptr;
use std::time::Duration;

/// Datagrams of one system call.
pub const BATCH: usize = 64;
pub const DATAGRAM_BYTES: usize = 2048;
/// What is kept of a packet that is only counted: its header with extensions, and any STUN message.
const HEAD_BYTES: usize = 256;
const BUFFER_BYTES: i32 = 8 << 20;
const CONTROL_BYTES: usize = 64;

fn checked(result: i32) -> io::Result<i32> {
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(result)
}

fn set(socket: &impl AsRawFd, option: i32, value: i32) -> io::Result<()> {
    // SAFETY: the value is an int that lives through the call and is announced with its size.
    checked(unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            option,
            (&raw const value).cast(),
            size_of::<i32>() as libc::socklen_t,
        )
    })?;
    Ok(())
}

/// Enlarges both buffers of a socket beyond the system's limit if we may, up to it if not.
pub fn enlarge_buffers(socket: &impl AsRawFd) -> io::Result<()> {
    set(socket, libc::SO_RCVBUFFORCE, BUFFER_BYTES)
        .or_else(|_| set(socket, libc::SO_RCVBUF, BUFFER_BYTES))?;
    set(socket, libc::SO_SNDBUFFORCE, BUFFER_BYTES)
        .or_else(|_| set(socket, libc::SO_SNDBUF, BUFFER_BYTES))
}

/// Asks the kernel to note when each datagram arrived at a socket.
pub fn note_arrivals(socket: &impl AsRawFd) -> io::Result<()> {
    set(socket, libc::SO_TIMESTAMPNS, 1)
}

/// An epoll instance, level-triggered, for reading alone.
pub struct Poller(OwnedFd);

impl Poller {
    pub fn new() -> io::Result<Self> {
        // SAFETY: no pointers.
        let fd = checked(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) })?;
        // SAFETY: just opened and owned by nobody else.
        Ok(Poller(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    pub fn add(&self, fd: RawFd, token: u64) -> io::Result<()> {
        let mut event = libc::epoll_event {
            events: libc::EPOLLIN as u32,
            u64: token,
        };
        // SAFETY: the event lives through the call.
        checked(unsafe {
            libc::epoll_ctl(self.0.as_raw_fd(), libc::EPOLL_CTL_ADD, fd, &raw mut event)
        })?;
        Ok(())
    }

    /// The tokens that became readable within `timeout`, to the microsecond.
    pub fn wait(&self, timeout: Duration, tokens: &mut Vec<u64>) -> io::Result<()> {
        let mut events = [libc::epoll_event { events: 0, u64: 0 }; 256];
        let timeout = libc::timespec {
            tv_sec: timeout.as_secs().cast_signed(),
            tv_nsec: timeout.subsec_nanos().into(),
        };
        // SAFETY: room for 256 entries, as announced; the time lives through the call; no signal mask.
        let count = unsafe {
            libc::syscall(
                libc::SYS_epoll_pwait2,
                self.0.as_raw_fd(),
                events.as_mut_ptr(),
                256,
                &raw const timeout,
                ptr::null::<libc::sigset_t>(),
                0,
            )
        };
        tokens.clear();
        match usize::try_from(count) {
            Ok(count) => tokens.extend(events[..count].iter().map(|event| event.u64)),
            Err(_) => {
                let error = io::Error::last_os_error();
                if error.kind() != io::ErrorKind::Interrupted {
                    return Err(error);
                }
            }
        }
        Ok(())
    }
}

const NO_VECTOR: libc::iovec = libc::iovec {
    iov_base: ptr::null_mut(),
    iov_len: 0,
};

fn no_headers() -> Box<[libc::mmsghdr]> {
    // SAFETY: a C struct of integers and pointers, for which zero is valid.
    let header: libc::mmsghdr = unsafe { MaybeUninit::zeroed().assume_init() };
    vec![header; BATCH].into_boxed_slice()
}

/// The control messages of one datagram, aligned as the kernel wants them.
#[derive(Clone, Copy)]
#[repr(align(8))]
pub struct Control([u8; CONTROL_BYTES]);

impl Control {
    pub const EMPTY: Control = Control([0; CONTROL_BYTES]);
}

/// Has the kernel send a message as datagrams of `bytes` each, the last of what is left (`UDP_SEGMENT`).
pub fn announce_segments(header: &mut libc::msghdr, control: &mut Control, bytes: u16) {
    header.msg_control = control.0.as_mut_ptr().cast();
    // SAFETY: the control buffer has room for one message with two bytes.
    unsafe {
        header.msg_controllen = libc::CMSG_SPACE(2) as _;
        let message = libc::CMSG_FIRSTHDR(header);
        (*message).cmsg_level = libc::SOL_UDP;
        (*message).cmsg_type = libc::UDP_SEGMENT;
        (*message).cmsg_len = libc::CMSG_LEN(2) as _;
        libc::CMSG_DATA(message)
            .cast::<u16>()
            .write_unaligned(bytes);
    }
}

/// Buffers for receiving many datagrams in one system call.
pub struct Batch {
    payloads: Box<[[u8; DATAGRAM_BYTES]]>,
    vectors: Box<[libc::iovec]>,
    controls: Box<[Control]>,
    addresses: Box<[libc::sockaddr_in]>,
    headers: Box<[libc::mmsghdr]>,
}

impl Default for Batch {
    fn default() -> Self {
        // SAFETY: a C struct of integers, for which zero is valid.
        let address: libc::sockaddr_in = unsafe { MaybeUninit::zeroed().assume_init() };
        let mut batch = Batch {
            addresses: vec![address; BATCH].into_boxed_slice(),
            payloads: vec![[0; DATAGRAM_BYTES]; BATCH].into_boxed_slice(),
            vectors: vec![NO_VECTOR; BATCH].into_boxed_slice(),
            controls: vec![Control::EMPTY; BATCH].into_boxed_slice(),
            headers: no_headers(),
        };
        // The boxes never move, so the pointers stay good.
        for at in 0..BATCH {
            batch.vectors[at].iov_base = batch.payloads[at].as_mut_ptr().cast();
            let header = &mut batch.headers[at].msg_hdr;
            header.msg_iov = &raw mut batch.vectors[at];
            header.msg_iovlen = 1;
            header.msg_control = batch.controls[at].0.as_mut_ptr().cast();
            header.msg_name = (&raw mut batch.addresses[at]).cast();
        }
        batch
    }
}

impl Batch {
    /// Takes what waits on a socket; how many datagrams. Those that `whole` does not name keep their first bytes alone.
    pub fn receive(&mut self, socket: &impl AsRawFd, whole: impl Fn(usize) -> bool) -> usize {
        for at in 0..BATCH {
            self.vectors[at].iov_len = if whole(at) {
                DATAGRAM_BYTES
            } else {
                HEAD_BYTES
            };
            self.headers[at].msg_hdr.msg_controllen = CONTROL_BYTES as _;
            self.headers[at].msg_hdr.msg_namelen =
                size_of::<libc::sockaddr_in>() as libc::socklen_t;
        }
        // SAFETY: every header points to a vector, a payload and a control buffer that `self` owns.
        let count = unsafe {
            libc::recvmmsg(
                socket.as_raw_fd(),
                self.headers.as_mut_ptr(),
                BATCH as u32,
                libc::MSG_DONTWAIT | libc::MSG_TRUNC,
                ptr::null_mut(),
            )
        };
        usize::try_from(count).unwrap_or(0)
    }

    /// Bytes the datagram at `at` had on the wire.
    pub fn wire_len(&self, at: usize) -> usize {
        self.headers[at].msg_len as usize
    }

    /// What was kept of the datagram at `at`.
    pub fn payload(&mut self, at: usize) -> &mut [u8] {
        let len = self.wire_len(at).min(self.vectors[at].iov_len);
        &mut self.payloads[at][..len]
    }

    /// Who sent the datagram at `at`, if by IPv4.
    pub fn source(&self, at: usize) -> Option<SocketAddr> {
        let address = &self.addresses[at];
        let ip = Ipv4Addr::from(u32::from_be(address.sin_addr.s_addr));
        let v4 = SocketAddrV4::new(ip, u16::from_be(address.sin_port));
        (i32::from(address.sin_family) == libc::AF_INET).then_some(v4.into())
    }

    /// When the datagram at `at` arrived, if the socket notes it: nanoseconds of the system's clock.
    pub fn arrived_ns(&self, at: usize) -> Option<u64> {
        let header = &self.headers[at].msg_hdr;
        // SAFETY: the kernel filled the control buffer of this header.
        let message = unsafe { libc::CMSG_FIRSTHDR(header).as_ref() }?;
        if (message.cmsg_level, message.cmsg_type) != (libc::SOL_SOCKET, libc::SCM_TIMESTAMPNS) {
            return None;
        }
        // SAFETY: a message of this type carries a timespec.
        let time = unsafe {
            libc::CMSG_DATA(message)
                .cast::<libc::timespec>()
                .read_unaligned()
        };
        Some(time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64)
    }
}

/// Of one message; so many of the longest we send are less than the kernel's 64 KiB.
const MOST_SEGMENTS: usize = 48;

/// Datagrams to be sent on a connected socket in one system call.
pub struct Outbox {
    payloads: Box<[[u8; DATAGRAM_BYTES]]>,
    vectors: Box<[libc::iovec]>,
    controls: Box<[Control]>,
    headers: Box<[libc::mmsghdr]>,
    count: usize,
    segmented: bool,
}

impl Default for Outbox {
    fn default() -> Self {
        let mut outbox = Outbox {
            payloads: vec![[0x55; DATAGRAM_BYTES]; BATCH].into_boxed_slice(),
            vectors: vec![NO_VECTOR; BATCH].into_boxed_slice(),
            controls: vec![Control::EMPTY; BATCH].into_boxed_slice(),
            headers: no_headers(),
            count: 0,
            segmented: false,
        };
        for at in 0..BATCH {
            outbox.vectors[at].iov_base = outbox.payloads[at].as_mut_ptr().cast();
        }
        outbox
    }
}

impl Outbox {
    /// The buffer of the next datagram, with whatever it held before; [`Outbox::add`] says how much of it counts.
    pub fn vacant(&mut self) -> &mut [u8; DATAGRAM_BYTES] {
        &mut self.payloads[self.count]
    }

    pub fn add(&mut self, len: usize) {
        self.vectors[self.count].iov_len = len;
        self.count += 1;
    }

    /// From now on datagrams of one length are given to the kernel as one, which it segments (`UDP_SEGMENT`).
    pub fn segment(&mut self) {
        self.segmented = true;
    }

    /// How many datagrams wait.
    pub fn len(&self) -> usize {
        self.count
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Sends everything; how many datagrams the socket took. The rest is lost, like any datagram.
    pub fn send(&mut self, socket: &impl AsRawFd) -> usize {
        let mut messages = 0;
        let mut start = 0;
        while start < self.count {
            let run = self.run(start);
            self.describe(messages, start, run);
            messages += 1;
            start += run;
        }
        self.count = 0;
        // SAFETY: every header points to vectors, payloads and a control buffer that `self` owns.
        let taken = unsafe {
            libc::sendmmsg(
                socket.as_raw_fd(),
                self.headers.as_mut_ptr(),
                messages as u32,
                libc::MSG_DONTWAIT,
            )
        };
        let taken = usize::try_from(taken).unwrap_or(0);
        let datagrams = |it: &libc::mmsghdr| it.msg_hdr.msg_iovlen;
        self.headers[..taken].iter().map(datagrams).sum()
    }

    /// How many datagrams from the one at `start` on leave as one message.
    fn run(&self, start: usize) -> usize {
        let all = &self.vectors[start..self.count];
        let same = all.iter().take_while(|it| it.iov_len == all[0].iov_len);
        if self.segmented {
            same.count().min(MOST_SEGMENTS)
        } else {
            1
        }
    }

    /// Lets message `at` carry `count` datagrams from the one at `start` on.
    fn describe(&mut self, at: usize, start: usize, count: usize) {
        let bytes = self.vectors[start].iov_len as u16;
        let header = &mut self.headers[at].msg_hdr;
        header.msg_iov = &raw mut self.vectors[start];
        header.msg_iovlen = count as _;
        header.msg_control = ptr::null_mut();
        header.msg_controllen = 0;
        if count > 1 {
            announce_segments(header, &mut self.controls[at], bytes);
        }
    }
}

/// Lets this thread run before all that have no priority of their own.
pub fn go_first() -> io::Result<()> {
    let priority = libc::sched_param { sched_priority: 1 };
    // SAFETY: the struct lives through the call.
    checked(unsafe { libc::sched_setscheduler(0, libc::SCHED_FIFO, &raw const priority) })?;
    Ok(())
}

/// CPU time of this process in seconds.
pub fn cpu_s() -> f64 {
    clock_ns(libc::CLOCK_PROCESS_CPUTIME_ID) as f64 / 1e9
}

/// The system's clock in nanoseconds, which also stamps arrivals.
pub fn clock_ns(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the struct lives through the call.
    unsafe { libc::clock_gettime(clock, &raw mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// Now, in nanoseconds of the system's clock.
pub fn now_ns() -> u64 {
    clock_ns(libc::CLOCK_REALTIME)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::UdpSocket;

    #[test]
    fn datagrams_come_with_their_length_and_their_time() {
        let receiver = UdpSocket::bind("127.0.0.1:0").expect("a port");
        note_arrivals(&receiver).expect("an option every socket has");
        let sender = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let to = receiver.local_addr().expect("it is bound");
        sender.connect(to).expect("loopback");
        let mut outbox = Outbox::default();
        for len in [3, 1200] {
            outbox.vacant()[0] = 7;
            outbox.add(len);
        }
        let before = now_ns();
        assert_eq!(outbox.send(&sender), 2);
        let mut batch = Batch::default();
        assert_eq!(batch.receive(&receiver, |at| at == 0), 2);
        assert_eq!((batch.wire_len(0), batch.wire_len(1)), (3, 1200));
        assert_eq!(
            (batch.payload(0).len(), batch.payload(1).len()),
            (3, HEAD_BYTES)
        );
        assert_eq!(batch.payload(1)[0], 7);
        let arrived = batch.arrived_ns(1).expect("it was asked for");
        assert!((before..=now_ns()).contains(&arrived));
        assert_eq!(batch.receive(&receiver, |_| true), 0);
    }

    #[test]
    fn segmented_datagrams_arrive_as_they_were() {
        let receiver = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let sender = UdpSocket::bind("127.0.0.1:0").expect("a port");
        sender
            .connect(receiver.local_addr().expect("it is bound"))
            .expect("loopback");
        let mut outbox = Outbox::default();
        outbox.segment();
        let lens = [900, 900, 900, 70, 900];
        for (number, len) in lens.into_iter().enumerate() {
            outbox.vacant()[0] = number as u8;
            outbox.add(len);
        }
        assert_eq!(outbox.send(&sender), lens.len());
        let mut batch = Batch::default();
        assert_eq!(batch.receive(&receiver, |_| true), lens.len());
        for (number, len) in lens.into_iter().enumerate() {
            assert_eq!(
                (batch.wire_len(number), batch.payload(number)[0]),
                (len, number as u8)
            );
        }
    }
}
