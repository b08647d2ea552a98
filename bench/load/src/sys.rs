//! System calls without a face in the standard library.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::ptr;

const BATCH: usize = 32;
const DATAGRAM_BYTES: usize = 2048;
const BUFFER_BYTES: i32 = 4 << 20;

fn checked(result: i32) -> io::Result<i32> {
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(result)
}

/// Enlarges the receive buffer of a socket, so that this client is not the one that loses packets.
pub fn enlarge_receive_buffer(socket: &impl AsRawFd) -> io::Result<()> {
    let value = BUFFER_BYTES;
    let set = |option| {
        // SAFETY: the value is an int that lives through the call and is announced with its size.
        checked(unsafe {
            libc::setsockopt(
                socket.as_raw_fd(),
                libc::SOL_SOCKET,
                option,
                (&raw const value).cast(),
                size_of::<i32>() as libc::socklen_t,
            )
        })
    };
    set(libc::SO_RCVBUFFORCE).or_else(|_| set(libc::SO_RCVBUF))?;
    Ok(())
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

    /// The tokens that became readable within `timeout_ms`.
    pub fn wait(&self, timeout_ms: i32, tokens: &mut Vec<u64>) -> io::Result<()> {
        let mut events = [libc::epoll_event { events: 0, u64: 0 }; 128];
        // SAFETY: room for 128 entries, as announced.
        let count = checked(unsafe {
            libc::epoll_wait(self.0.as_raw_fd(), events.as_mut_ptr(), 128, timeout_ms)
        });
        tokens.clear();
        match count {
            Ok(count) => tokens.extend(events[..count as usize].iter().map(|event| event.u64)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// Buffers for many datagrams in one system call.
pub struct Batch {
    payloads: Box<[[u8; DATAGRAM_BYTES]]>,
    lens: [usize; BATCH],
}

impl Batch {
    pub fn new() -> Self {
        Batch {
            payloads: vec![[0; DATAGRAM_BYTES]; BATCH].into_boxed_slice(),
            lens: [0; BATCH],
        }
    }

    /// Takes what waits on a connected socket; how many datagrams.
    pub fn receive(&mut self, socket: &impl AsRawFd) -> usize {
        let null = libc::iovec {
            iov_base: ptr::null_mut(),
            iov_len: 0,
        };
        let mut vectors = [null; BATCH];
        // SAFETY: a C struct of integers and pointers, for which zero is valid.
        let mut headers: [libc::mmsghdr; BATCH] = unsafe { MaybeUninit::zeroed().assume_init() };
        let entries = self.payloads.iter_mut().zip(vectors.iter_mut());
        for ((payload, vector), header) in entries.zip(&mut headers) {
            vector.iov_base = payload.as_mut_ptr().cast();
            vector.iov_len = DATAGRAM_BYTES;
            header.msg_hdr.msg_iov = vector;
            header.msg_hdr.msg_iovlen = 1;
        }
        // SAFETY: every header points to a vector and a payload that live through the call.
        let count = unsafe {
            libc::recvmmsg(
                socket.as_raw_fd(),
                headers.as_mut_ptr(),
                BATCH as u32,
                libc::MSG_DONTWAIT,
                ptr::null_mut(),
            )
        };
        let count = usize::try_from(count).unwrap_or(0);
        for (len, header) in self.lens.iter_mut().zip(&headers[..count]) {
            *len = header.msg_len as usize;
        }
        count
    }

    /// The payload at `index` of the last batch.
    pub fn payload(&self, index: usize) -> &[u8] {
        &self.payloads[index][..self.lens[index]]
    }

    /// Whether the last batch may have left datagrams behind.
    pub fn is_full(count: usize) -> bool {
        count == BATCH
    }
}

/// CPU time of this process in seconds.
pub fn cpu_s() -> f64 {
    // SAFETY: a C struct of integers, for which zero is valid.
    let mut usage: libc::rusage = unsafe { MaybeUninit::zeroed().assume_init() };
    // SAFETY: the struct lives through the call.
    unsafe { libc::getrusage(libc::RUSAGE_SELF, &raw mut usage) };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}
