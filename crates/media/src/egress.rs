//! The way out: where datagrams go, what they are worth, and how full it is.

use std::net::SocketAddr;

use str0m::net::Transmit;

use crate::event::Transport;

/// The way of a datagram. `source` is one of the configured local candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Path {
    /// The carrier.
    pub transport: Transport,
    /// Our address.
    pub source: SocketAddr,
    /// The client's address.
    pub destination: SocketAddr,
}

/// What a datagram is worth when not everything can be sent: what is greater is given up first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Worth {
    /// Sound, and what keeps a connection alive: never given up for something else.
    Vital,
    /// A picture of this layer; the higher, the easier to do without.
    Picture(u8),
}

/// How full a way out is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fullness {
    /// All that is sent is taken.
    #[default]
    Plenty,
    /// What was sent had to wait.
    Scarce,
    /// What is sent is given up, or about to be.
    Full,
}

/// Where outgoing datagrams go.
pub trait Egress {
    /// Sends one datagram (UDP) or one RFC 4571 frame without its prefix (TCP) of `len` bytes: `fill` writes all of them
    /// into the room it is given, and returns false if nothing may be sent after all. The room holds what it held before.
    fn send(
        &mut self,
        path: Path,
        worth: Worth,
        len: usize,
        fill: &mut dyn FnMut(&mut [u8]) -> bool,
    );

    /// How full this way was when it was last used. Asked once per receiver and flush: whole pictures are then left out, so
    /// that nothing need be given up in parts.
    fn fullness(&self, path: Path) -> Fullness;
}

/// The way str0m sends a datagram.
pub(crate) fn path_of(transmit: &Transmit) -> Path {
    Path {
        transport: match transmit.proto {
            str0m::net::Protocol::Udp => Transport::Udp,
            _ => Transport::Tcp,
        },
        source: transmit.source,
        destination: transmit.destination,
    }
}
