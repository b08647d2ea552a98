//! Receiving while what came before is being sent.
//!
//! Media can be taken in at any time; everything else may concern a receiver whose sending half is lent, and waits until
//! that is back.

use std::io;
use std::net::SocketAddr;
use std::ops::Range;
use std::time::Instant;

use media::{Sfu, Transport, is_media};

use crate::udp::UdpPort;

/// Datagrams taken in ahead of one flush: more would make the next one long, and those who wait for it.
const MAX_DATAGRAMS: usize = 128;

/// What was received ahead and is no media.
#[derive(Default)]
pub(crate) struct Ahead {
    aside: Vec<(SocketAddr, SocketAddr, Range<usize>)>,
    payloads: Vec<u8>,
    /// Datagrams received since the last look at what was put aside.
    received: usize,
}

impl Ahead {
    /// Receives a batch from `port`: media for `sfu`, which decides who gets it, everything else for later. False if nothing
    /// waits or enough was received.
    ///
    /// # Errors
    /// The socket is broken.
    pub(crate) fn receive(&mut self, port: &mut UdpPort, sfu: &mut Sfu) -> io::Result<bool> {
        if self.received >= MAX_DATAGRAMS {
            return Ok(false);
        }
        let (before, now) = (self.received, Instant::now());
        port.receive(|source, destination, payload| {
            self.received += 1;
            if is_media(payload) {
                sfu.packet(Transport::Udp, source, destination, payload, now);
                return;
            }
            let start = self.payloads.len();
            self.payloads.extend_from_slice(payload);
            let range = start..self.payloads.len();
            self.aside.push((source, destination, range));
        })?;
        sfu.distribute();
        Ok(self.received > before)
    }

    /// Hands over what was put aside: source, destination, payload.
    pub(crate) fn give(&mut self, mut take: impl FnMut(SocketAddr, SocketAddr, &[u8])) {
        for (source, destination, range) in self.aside.drain(..) {
            take(source, destination, &self.payloads[range]);
        }
        self.payloads.clear();
        self.received = 0;
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, UdpSocket};

    use media::{Certificate, Profile, SfuConfig};

    use super::*;

    /// The first bytes of RTP, RTCP and DTLS (RFC 7983).
    const MEDIA: [u8; 12] = [0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1];
    const CONTROL: [u8; 8] = [0x80, 200, 0, 1, 0, 0, 0, 1];
    const RECORD: [u8; 3] = [22, 254, 253];

    fn sfu() -> Sfu {
        Sfu::new(SfuConfig {
            udp_candidates: Vec::new(),
            tcp_candidates: Vec::new(),
            certificate: Certificate::generate().expect("a certificate"),
            profiles: vec![Profile::Aes128Gcm],
        })
    }

    fn port() -> (UdpPort, UdpSocket) {
        let loopback = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0);
        let port = UdpPort::bind(loopback, &[], true).expect("a port");
        let client = UdpSocket::bind(loopback).expect("a socket");
        let server = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port.bound().port());
        client.connect(server).expect("loopback");
        (port, client)
    }

    #[test]
    fn what_is_no_media_is_put_aside_in_order() {
        let (mut port, client) = port();
        for datagram in [&RECORD[..], &MEDIA, &CONTROL, &MEDIA] {
            client.send(datagram).expect("sent");
        }
        let (mut ahead, mut sfu) = (Ahead::default(), sfu());
        assert!(ahead.receive(&mut port, &mut sfu).expect("a socket"));
        assert!(!ahead.receive(&mut port, &mut sfu).expect("a socket"));
        let mut given = Vec::new();
        ahead.give(|source, _, payload| given.push((source, payload.to_vec())));
        let from = client.local_addr().expect("bound");
        assert_eq!(given, [(from, RECORD.to_vec()), (from, CONTROL.to_vec())]);
        ahead.give(|_, _, _| panic!("given before"));
    }

    #[test]
    fn not_everything_is_received_ahead() {
        let (mut port, client) = port();
        for _ in 0..2 * MAX_DATAGRAMS {
            client.send(&RECORD).expect("sent");
        }
        let (mut ahead, mut sfu) = (Ahead::default(), sfu());
        while ahead.receive(&mut port, &mut sfu).expect("a socket") {}
        let mut given = 0;
        ahead.give(|_, _, _| given += 1);
        assert_eq!(given, MAX_DATAGRAMS);
        assert!(ahead.receive(&mut port, &mut sfu).expect("a socket"));
    }
}
