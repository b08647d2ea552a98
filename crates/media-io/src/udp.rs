//! The UDP port of a shard.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::os::fd::{AsRawFd, RawFd};

use crate::sys::{ReceiveBatch, SendBatch, enlarge_buffers, report_destination};

/// One UDP socket with its batches.
pub(crate) struct UdpPort {
    socket: UdpSocket,
    bound: SocketAddr,
    /// Addresses that a datagram can be sent from; the others are advertised for somebody who translates.
    own: Vec<IpAddr>,
    incoming: ReceiveBatch,
    outgoing: SendBatch,
}

impl UdpPort {
    /// Binds `address`. `interfaces` are the machine's own addresses.
    ///
    /// # Errors
    /// Those of `bind(2)`.
    pub(crate) fn bind(address: SocketAddr, interfaces: &[IpAddr]) -> io::Result<Self> {
        let socket = UdpSocket::bind(address)?;
        socket.set_nonblocking(true)?;
        enlarge_buffers(&socket)?;
        let wildcard = address.ip().is_unspecified();
        if wildcard {
            report_destination(&socket, address.is_ipv6())?;
        }
        Ok(UdpPort {
            bound: socket.local_addr()?,
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
                let ip = local.unwrap_or(self.bound.ip());
                take(source, SocketAddr::new(ip, self.bound.port()), payload);
            }
        }
        Ok(())
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
