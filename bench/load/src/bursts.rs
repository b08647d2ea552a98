//! Sending bursts to many addresses in one system call: equal-sized datagrams to one address are one message, which the
//! kernel segments (`UDP_SEGMENT`).

use std::io;
use std::mem::MaybeUninit;
use std::net::{SocketAddrV4, UdpSocket};
use std::os::fd::AsRawFd;

use crate::sys::{Control, announce_segments};

/// Messages of one system call.
const MESSAGES: usize = 64;
/// Of one message.
const BYTES: usize = 16 << 10;
/// The kernel takes no more.
const MOST_SEGMENTS: usize = 64;

/// How datagrams leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A system call for each.
    Single,
    /// Many datagrams in a system call.
    Many,
    /// Many bursts in a system call.
    Bursts,
}

/// Bursts that wait to be sent.
pub struct Bursts {
    way: Way,
    payloads: Vec<u8>,
    lens: [usize; MESSAGES],
    segments: [usize; MESSAGES],
    segment_bytes: [usize; MESSAGES],
    addresses: [libc::sockaddr_in; MESSAGES],
    vectors: [libc::iovec; MESSAGES],
    controls: [Control; MESSAGES],
    headers: [libc::mmsghdr; MESSAGES],
    count: usize,
    pub sent: u64,
    pub lost: u64,
}

impl Bursts {
    pub fn new(way: Way) -> Box<Self> {
        // SAFETY: C structs of integers and pointers, for which zero is valid.
        let (address, header, vector) = unsafe {
            (
                MaybeUninit::<libc::sockaddr_in>::zeroed().assume_init(),
                MaybeUninit::<libc::mmsghdr>::zeroed().assume_init(),
                MaybeUninit::<libc::iovec>::zeroed().assume_init(),
            )
        };
        Box::new(Bursts {
            way,
            payloads: vec![0; MESSAGES * BYTES],
            lens: [0; MESSAGES],
            segments: [0; MESSAGES],
            segment_bytes: [0; MESSAGES],
            addresses: [address; MESSAGES],
            vectors: [vector; MESSAGES],
            controls: [Control::EMPTY; MESSAGES],
            headers: [header; MESSAGES],
            count: 0,
            sent: 0,
            lost: 0,
        })
    }

    /// Room for a datagram of `len` bytes, behind those of the same burst if it fits; `len` bytes must be written.
    pub fn add(&mut self, socket: &UdpSocket, to: SocketAddrV4, len: usize) -> &mut [u8] {
        let joins = self.count.checked_sub(1).filter(|last| {
            self.way == Way::Bursts
                && self.segment_bytes[*last] == len
                && self.segments[*last] < MOST_SEGMENTS
                && self.lens[*last] + len <= BYTES
                && self.is_to(*last, to)
        });
        let at = joins.unwrap_or_else(|| self.begin(socket, to, len));
        let start = at * BYTES + self.lens[at];
        self.lens[at] += len;
        self.segments[at] += 1;
        &mut self.payloads[start..start + len]
    }

    fn is_to(&self, at: usize, to: SocketAddrV4) -> bool {
        let address = &self.addresses[at];
        address.sin_port == to.port().to_be()
            && address.sin_addr.s_addr == u32::from(*to.ip()).to_be()
    }

    fn begin(&mut self, socket: &UdpSocket, to: SocketAddrV4, len: usize) -> usize {
        let full = if self.way == Way::Single { 1 } else { MESSAGES };
        if self.count == full {
            self.flush(socket);
        }
        let at = self.count;
        self.count += 1;
        self.lens[at] = 0;
        self.segments[at] = 0;
        self.segment_bytes[at] = len;
        self.addresses[at].sin_family = libc::AF_INET as u16;
        self.addresses[at].sin_port = to.port().to_be();
        self.addresses[at].sin_addr.s_addr = u32::from(*to.ip()).to_be();
        at
    }

    /// Sends everything. What the socket refuses is lost.
    pub fn flush(&mut self, socket: &UdpSocket) {
        let count = std::mem::take(&mut self.count);
        for at in 0..count {
            self.describe(at);
        }
        let mut done = 0;
        while done < count {
            // SAFETY: every header points into `self`, which does not move during the call.
            let taken = unsafe {
                libc::sendmmsg(
                    socket.as_raw_fd(),
                    self.headers[done..].as_mut_ptr(),
                    (count - done) as u32,
                    0,
                )
            };
            let taken = usize::try_from(taken).unwrap_or(0);
            let datagrams = |range: &[usize]| range.iter().map(|it| *it as u64).sum::<u64>();
            self.sent += datagrams(&self.segments[done..done + taken]);
            done += taken;
            if taken == 0 {
                self.lost += self.segments[done] as u64;
                done += 1;
            }
        }
    }

    fn describe(&mut self, at: usize) {
        self.vectors[at] = libc::iovec {
            iov_base: self.payloads[at * BYTES..].as_mut_ptr().cast(),
            iov_len: self.lens[at],
        };
        let header = &mut self.headers[at].msg_hdr;
        header.msg_name = (&raw mut self.addresses[at]).cast();
        header.msg_namelen = size_of::<libc::sockaddr_in>() as libc::socklen_t;
        header.msg_iov = &raw mut self.vectors[at];
        header.msg_iovlen = 1;
        header.msg_control = std::ptr::null_mut();
        header.msg_controllen = 0;
        if self.segments[at] > 1 {
            let bytes = self.segment_bytes[at] as u16;
            announce_segments(header, &mut self.controls[at], bytes);
        }
    }
}

/// Waits until a socket can be read, at most `timeout_ms`.
pub fn wait_readable(socket: &UdpSocket, timeout_ms: i32) -> io::Result<()> {
    let mut entry = libc::pollfd {
        fd: socket.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    };
    // SAFETY: one entry, as announced, that lives through the call.
    if unsafe { libc::poll(&raw mut entry, 1, timeout_ms) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v4(socket: &UdpSocket) -> SocketAddrV4 {
        match socket.local_addr() {
            Ok(std::net::SocketAddr::V4(address)) => address,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn bursts_arrive_as_the_datagrams_they_are_made_of() {
        for way in [Way::Single, Way::Many, Way::Bursts] {
            let sender = UdpSocket::bind("127.0.0.1:0").expect("a port");
            let receivers = [(); 2].map(|()| UdpSocket::bind("127.0.0.1:0").expect("a port"));
            let mut bursts = Bursts::new(way);
            for receiver in &receivers {
                for (byte, len) in [(1, 100), (2, 100), (3, 90), (4, 100)] {
                    bursts.add(&sender, v4(receiver), len).fill(byte);
                }
            }
            bursts.flush(&sender);
            assert_eq!((bursts.sent, bursts.lost), (8, 0));
            for receiver in &receivers {
                for expected in [(1, 100), (2, 100), (3, 90), (4, 100)] {
                    let mut datagram = [0; 2048];
                    let len = receiver.recv(&mut datagram).expect("a datagram");
                    assert_eq!((datagram[0], len), expected);
                }
            }
        }
    }
}
