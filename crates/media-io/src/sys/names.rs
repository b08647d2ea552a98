//! Socket addresses and control messages as the bytes that Linux wants (`ip(7)`, `ipv6(7)`, `cmsg(3)`).
//!
//! Written and read field by field, so that no pointer cast is needed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};

const V4_LEN: usize = 16;
const V6_LEN: usize = 28;
const CONTROL_HEADER_LEN: usize = 16;

/// A `sockaddr_in` or `sockaddr_in6`.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
pub(crate) struct Name {
    pub(crate) bytes: [u8; V6_LEN],
    pub(crate) len: u32,
}

impl Name {
    /// Room for any address.
    pub(crate) const EMPTY: Name = Name {
        bytes: [0; V6_LEN],
        len: V6_LEN as u32,
    };

    /// `address` as a socket of the given family takes it: an IPv6 socket sees IPv4 as mapped.
    pub(crate) fn encode(address: SocketAddr, v6_socket: bool) -> Name {
        let mut name = Name::EMPTY;
        let bytes = &mut name.bytes;
        bytes[2..4].copy_from_slice(&address.port().to_be_bytes());
        match (address, v6_socket) {
            (SocketAddr::V4(address), false) => {
                bytes[..2].copy_from_slice(&family(libc::AF_INET));
                bytes[4..8].copy_from_slice(&address.ip().octets());
                name.len = V4_LEN as u32;
            }
            (SocketAddr::V4(address), true) => {
                bytes[..2].copy_from_slice(&family(libc::AF_INET6));
                bytes[8..24].copy_from_slice(&address.ip().to_ipv6_mapped().octets());
            }
            (SocketAddr::V6(address), _) => {
                bytes[..2].copy_from_slice(&family(libc::AF_INET6));
                bytes[4..8].copy_from_slice(&address.flowinfo().to_be_bytes());
                bytes[8..24].copy_from_slice(&address.ip().octets());
                bytes[24..28].copy_from_slice(&address.scope_id().to_ne_bytes());
            }
        }
        name
    }

    /// The address; mapped IPv4 as IPv4. `None` for another family.
    pub(crate) fn decode(&self) -> Option<SocketAddr> {
        let bytes = &self.bytes;
        let port = u16::from_be_bytes([bytes[2], bytes[3]]);
        if bytes[..2] == family(libc::AF_INET) {
            let octets: [u8; 4] = bytes[4..8].try_into().ok()?;
            return Some(SocketAddr::from((Ipv4Addr::from(octets), port)));
        }
        if bytes[..2] != family(libc::AF_INET6) {
            return None;
        }
        let octets: [u8; 16] = bytes[8..24].try_into().ok()?;
        let ip = Ipv6Addr::from(octets);
        if let IpAddr::V4(ip) = IpAddr::V6(ip).to_canonical() {
            return Some(SocketAddr::from((ip, port)));
        }
        let scope = u32::from_ne_bytes(bytes[24..28].try_into().ok()?);
        Some(SocketAddr::V6(SocketAddrV6::new(ip, port, 0, scope)))
    }
}

fn family(number: i32) -> [u8; 2] {
    u16::try_from(number).unwrap_or(0).to_ne_bytes()
}

/// Ancillary data of one message: room for an address and a segment size.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
pub(crate) struct Control {
    pub(crate) bytes: [u8; 64],
    pub(crate) len: usize,
}

impl Control {
    /// Nothing yet.
    pub(crate) const EMPTY: Control = Control {
        bytes: [0; 64],
        len: 0,
    };

    /// Sends from this local address (`IP_PKTINFO`, `IPV6_PKTINFO`) whatever the route would choose.
    pub(crate) fn push_source(&mut self, source: IpAddr, v6_socket: bool) {
        match (source, v6_socket) {
            (IpAddr::V4(ip), false) => {
                let mut info = [0_u8; 12];
                info[4..8].copy_from_slice(&ip.octets());
                self.push(libc::IPPROTO_IP, libc::IP_PKTINFO, &info);
            }
            (IpAddr::V4(ip), true) => self.push_v6_source(ip.to_ipv6_mapped()),
            (IpAddr::V6(ip), _) => self.push_v6_source(ip),
        }
    }

    fn push_v6_source(&mut self, source: Ipv6Addr) {
        let mut info = [0_u8; 20];
        info[..16].copy_from_slice(&source.octets());
        self.push(libc::IPPROTO_IPV6, libc::IPV6_PKTINFO, &info);
    }

    /// Cuts the payload into datagrams of `size` bytes, the last one maybe shorter (`UDP_SEGMENT`).
    pub(crate) fn push_segment_size(&mut self, size: u16) {
        self.push(libc::SOL_UDP, libc::UDP_SEGMENT, &size.to_ne_bytes());
    }

    fn push(&mut self, level: i32, kind: i32, data: &[u8]) {
        let start = self.len;
        let data_start = start + CONTROL_HEADER_LEN;
        let end = data_start + data.len();
        self.bytes[start..start + 8]
            .copy_from_slice(&(CONTROL_HEADER_LEN + data.len()).to_ne_bytes());
        self.bytes[start + 8..start + 12].copy_from_slice(&level.to_ne_bytes());
        self.bytes[start + 12..data_start].copy_from_slice(&kind.to_ne_bytes());
        self.bytes[data_start..end].copy_from_slice(data);
        self.len = end.next_multiple_of(8);
    }

    /// The local address a received datagram was sent to, if the kernel told.
    pub(crate) fn destination(&self) -> Option<IpAddr> {
        let mut rest = self.bytes.get(..self.len)?;
        while rest.len() >= CONTROL_HEADER_LEN {
            let len = usize::from_ne_bytes(rest[..8].try_into().ok()?);
            let level = i32::from_ne_bytes(rest[8..12].try_into().ok()?);
            let kind = i32::from_ne_bytes(rest[12..16].try_into().ok()?);
            let data = rest.get(CONTROL_HEADER_LEN..len)?;
            match (level, kind) {
                (libc::IPPROTO_IP, libc::IP_PKTINFO) => {
                    // in_pktinfo: interface, local address for answers, destination of the header.
                    let octets: [u8; 4] = data.get(4..8)?.try_into().ok()?;
                    return Some(IpAddr::from(octets));
                }
                (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO) => {
                    let octets: [u8; 16] = data.get(..16)?.try_into().ok()?;
                    return Some(IpAddr::from(octets).to_canonical());
                }
                _ => rest = rest.get(len.next_multiple_of(8)..)?,
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> SocketAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn addresses_survive_both_families() {
        for text in ["192.0.2.7:4000", "[2001:db8::7]:4001"] {
            assert_eq!(
                Name::encode(address(text), true).decode(),
                Some(address(text))
            );
        }
        let name = Name::encode(address("192.0.2.7:4000"), false);
        assert_eq!(name.len, 16);
        assert_eq!(name.decode(), Some(address("192.0.2.7:4000")));
    }

    #[test]
    fn another_family_is_no_address() {
        assert_eq!(Name::EMPTY.decode(), None);
    }

    #[test]
    fn the_destination_is_found_behind_other_messages() {
        let mut control = Control::EMPTY;
        control.push_segment_size(1200);
        control.push_source(IpAddr::from([192, 0, 2, 9]), false);
        assert_eq!(control.destination(), Some(IpAddr::from([192, 0, 2, 9])));
        let mut mapped = Control::EMPTY;
        mapped.push_source(IpAddr::from([192, 0, 2, 9]), true);
        assert_eq!(mapped.destination(), Some(IpAddr::from([192, 0, 2, 9])));
        assert_eq!(mapped.len, 40);
    }

    #[test]
    fn a_broken_control_message_names_no_destination() {
        let mut control = Control::EMPTY;
        control.len = 24;
        control.bytes[0] = 200;
        assert_eq!(control.destination(), None);
        control.bytes[0] = 3;
        assert_eq!(control.destination(), None);
    }
}
