//! The UDP port of a shard.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::{AsRawFd, RawFd};

use crate::sys::{ReceiveBatch, SendBatch, enlarge_buffers, report_destination};

/// One UDP socket with its batches.
pub(crate) struct UdpPort {
    socket: UdpSocket,
    bound: SocketAddr,
    /// Addresses that a datagram can be sent from; the others are advertised for somebody who translates.
    own: Vec<IpAddr>,
    /// Datagrams from other machines are dropped unread.
    this_machine_only: bool,
    incoming: ReceiveBatch,
    outgoing: SendBatch,
}

impl UdpPort {
    /// Binds `address`. `interfaces` are the machine's own addresses.
    ///
    /// A loopback address means this machine alone, by whichever of its addresses: Firefox never sends from another
    /// address to a loopback one, so the socket takes all of them and drops what comes from elsewhere. (Nobody
    /// elsewhere can pretend: the kernel refuses its own addresses as the source of what arrives from outside.)
    ///
    /// # Errors
    /// Those of `bind(2)`.
    pub(crate) fn bind(address: SocketAddr, interfaces: &[IpAddr]) -> io::Result<Self> {
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
        Ok(UdpPort {
            bound: socket.local_addr()?,
            this_machine_only,
            // Bound to one address, the socket sends from it anyway.
            own: if wildcard {
                interfaces.to_vec()
            } else {
                Vec::new()
            },
            incoming: ReceiveBatch::new(),
            outgoing: SendBatch::new(address.is_ipv6()),
            socket,
        })
    }

    /// The address it is bound to.
    pub(crate) fn bound(&self) -> SocketAddr {
        self.bound
    }

    /// For the poller.
    pub(crate) fn fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }

    /// Hands one batch of waiting datagrams to `take`: source, destination, payload.
    ///
    /// # Errors
    /// The socket is broken.
    pub(crate) fn receive(
        &mut self,
        mut take: impl FnMut(SocketAddr, SocketAddr, &[u8]),
    ) -> io::Result<()> {
        let count = match self.incoming.receive(&self.socket) {
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

    /// Queues one datagram until [`UdpPort::flush`].
    pub(crate) fn send(&mut self, source: SocketAddr, destination: SocketAddr, payload: &[u8]) {
        let source = Some(source.ip()).filter(|ip| self.own.contains(ip));
        self.outgoing
            .push(&self.socket, destination, source, payload);
    }

    /// Sends what is queued.
    pub(crate) fn flush(&mut self) {
        self.outgoing.flush(&self.socket);
    }

    /// Datagrams the kernel refused since the start.
    pub(crate) fn dropped(&self) -> u64 {
        self.outgoing.dropped()
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
        let mut port = UdpPort::bind(loopback, interfaces).expect("a port");
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
