//! The UDP port of a shard.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::{AsRawFd, RawFd};

use media::{Egress, Fullness, Path, Worth};

use crate::crew::Exit;
use crate::sys::{ReceiveBatch, SendBatch, Target, enlarge_buffers, report_destination};

/// A way out of a UDP socket. Several may share one socket, each with a batch and a thread of its own.
pub(crate) struct UdpExit {
    socket: UdpSocket,
    /// Addresses that a datagram can be sent from; the others are advertised for somebody who translates.
    own: Vec<IpAddr>,
    outgoing: SendBatch,
}

impl Egress for UdpExit {
    fn send(
        &mut self,
        path: Path,
        worth: Worth,
        len: usize,
        fill: &mut dyn FnMut(&mut [u8]) -> bool,
    ) {
        let target = Target {
            destination: path.destination,
            source: Some(path.source.ip()).filter(|ip| self.own.contains(ip)),
            worth,
        };
        self.outgoing.push(&self.socket, target, len, fill);
    }

    fn fullness(&self, _: Path) -> Fullness {
        self.outgoing.fullness()
    }
}

impl UdpExit {
    /// Another way out of the same socket.
    ///
    /// # Errors
    /// Those of `dup(2)`.
    pub(crate) fn another(&self) -> io::Result<Self> {
        Ok(UdpExit {
            socket: self.socket.try_clone()?,
            own: self.own.clone(),
            outgoing: self.outgoing.another(),
        })
    }
}

impl Exit for UdpExit {
    fn flush(&mut self) {
        self.outgoing.flush(&self.socket);
    }

    fn dropped(&self) -> u64 {
        self.outgoing.dropped()
    }
}

/// One UDP socket with its batches.
pub(crate) struct UdpPort {
    bound: SocketAddr,
    /// The machine's addresses, if the socket is bound to all of them.
    own: Vec<IpAddr>,
    /// Datagrams from other machines are dropped unread.
    this_machine_only: bool,
    incoming: ReceiveBatch,
    pub(crate) exit: UdpExit,
}

impl UdpPort {
    /// Binds `address`. `interfaces` are the machine's own addresses.
    ///
    /// A loopback address means this machine alone, by whichever of its addresses: Firefox never sends from another
    /// address to a loopback one, so the socket takes all of them and drops what comes from elsewhere. (Nobody
    /// elsewhere can pretend: the kernel refuses its own addresses as the source of what arrives from outside.)
    ///
    /// `segmentation` allows several datagrams to leave as one.
    ///
    /// # Errors
    /// Those of `bind(2)`.
    pub(crate) fn bind(
        address: SocketAddr,
        interfaces: &[IpAddr],
        segmentation: bool,
    ) -> io::Result<Self> {
        let this_machine_only = address.ip().is_loopback();
        let address = if this_machine_only {
            everywhere(address)
        } else {
            address
        };
        let socket = UdpSocket::bind(address)?;
        socket.set_nonblocking(true)?;
        enlarge_buffers(&socket)?;
        let wildcard = address.ip().is_unspecified();
        if wildcard {
            report_destination(&socket, address.is_ipv6())?;
        }
        // Bound to one address, the socket sends from it anyway.
        let own = if wildcard { interfaces } else { &[] };
        Ok(UdpPort {
            bound: socket.local_addr()?,
            this_machine_only,
            own: own.to_vec(),
            incoming: ReceiveBatch::new(),
            exit: UdpExit {
                socket,
                own: own.to_vec(),
                outgoing: SendBatch::new(address.is_ipv6(), segmentation),
            },
        })
    }

    /// The address it is bound to.
    pub(crate) fn bound(&self) -> SocketAddr {
        self.bound
    }

    /// For the poller.
    pub(crate) fn fd(&self) -> RawFd {
        self.exit.socket.as_raw_fd()
    }

    /// Hands one batch of waiting datagrams to `take`: source, destination, payload.
    ///
    /// # Errors
    /// The socket is broken.
    pub(crate) fn receive(
        &mut self,
        mut take: impl FnMut(SocketAddr, SocketAddr, &[u8]),
    ) -> io::Result<()> {
        let count = match self.incoming.receive(&self.exit.socket) {
            Ok(count) => count,
            Err(error) if is_passing(&error) => return Ok(()),
            Err(error) => return Err(error),
        };
        for index in 0..count {
            if let Some((source, local, payload)) = self.incoming.datagram(index) {
                if self.this_machine_only && !self.is_own(source.ip().to_canonical()) {
                    continue;
                }
                let ip = local.unwrap_or(self.bound.ip());
                take(source, SocketAddr::new(ip, self.bound.port()), payload);
            }
        }
        Ok(())
    }

    fn is_own(&self, ip: IpAddr) -> bool {
        ip.is_loopback() || self.own.contains(&ip)
    }
}

/// All addresses of the machine, of the same family and on the same port.
fn everywhere(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    SocketAddr::new(ip, address.port())
}

/// Nothing waits, or an answer of the network to an earlier datagram: the socket works on.
fn is_passing(error: &io::Error) -> bool {
    use io::ErrorKind::{
        ConnectionRefused, ConnectionReset, HostUnreachable, Interrupted, NetworkUnreachable,
        WouldBlock,
    };
    matches!(
        error.kind(),
        WouldBlock
            | Interrupted
            | ConnectionRefused
            | ConnectionReset
            | HostUnreachable
            | NetworkUnreachable
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::interface_addresses;

    /// Whether a port bound to loopback takes a datagram sent from `sender` to that same address.
    fn takes(sender: IpAddr, interfaces: &[IpAddr]) -> bool {
        let loopback = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
        let mut port = UdpPort::bind(loopback, interfaces, true).expect("a port");
        let friend = UdpSocket::bind(SocketAddr::new(sender, 0)).expect("a socket");
        let target = SocketAddr::new(sender, port.bound().port());
        friend.send_to(b"hello", target).expect("sent");
        let mut taken = Vec::new();
        port.receive(|source, destination, payload| {
            assert_eq!(payload, b"hello");
            taken.push((source.ip(), destination));
        })
        .expect("received");
        taken == [(sender, target)]
    }

    #[test]
    fn a_loopback_port_takes_what_this_machine_sends() {
        let machine = interface_addresses().expect("interfaces");
        for sender in machine.iter().copied().filter(IpAddr::is_ipv4) {
            assert!(takes(sender, &machine), "{sender}");
        }
    }

    #[test]
    fn a_loopback_port_drops_what_other_machines_send() {
        let machine = interface_addresses().expect("interfaces");
        let outward = |ip: &IpAddr| ip.is_ipv4() && !ip.is_loopback();
        for sender in machine.iter().copied().filter(outward) {
            assert!(!takes(sender, &[]), "{sender}");
        }
    }
}
