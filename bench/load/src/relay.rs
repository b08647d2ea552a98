//! The reference relay: what forwarding costs at least when it is done right and nothing else is done.
//!
//! Every packet is decrypted once and kept for retransmission; for each subscriber its header is rewritten and its
//! payload encrypted with that subscriber's key, straight into the burst that is sent. There is no ICE, no DTLS, no
//! congestion control and no feedback: participants register with a datagram that carries their key.

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, SocketAddrV4, UdpSocket};

use crate::bursts::{Bursts, Way, wait_readable};
use crate::link::Srtp;
use crate::rtp;
use crate::srtp::{Direction, GCM_TAG_BYTES, Profile};
use crate::sys::{BATCH, Batch, DATAGRAM_BYTES, enlarge_buffers};
use crate::tally::Source;

const KEY_BYTES: usize = 16;
const SALT_BYTES: usize = 12;
/// Packets kept of each publisher.
const RING: usize = 1024;
/// Where the value of a transport-wide sequence number stands that is the first extension.
const TRANSPORT_SEQ_AT: usize = 17;
const TRANSPORT_SEQ_HEAD: u8 = 0x11;

/// What a participant registers as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Of this source.
    Publisher(u32),
    Subscriber,
}

/// The message that registers a participant, and the keys it tells. `number` makes the keys differ.
pub fn registration(role: Role, number: u32) -> (Vec<u8>, Srtp) {
    let (kind, ssrc) = match role {
        Role::Publisher(ssrc) => (b'P', ssrc),
        Role::Subscriber => (b'S', 0),
    };
    let mut message = vec![kind];
    message.extend(ssrc.to_be_bytes());
    let secret = (0..KEY_BYTES + SALT_BYTES).map(|at| (number as usize * 31 + at * 7) as u8);
    message.extend(secret);
    let keys = || keys(&message[5..]);
    let srtp = Srtp {
        sending: keys(),
        receiving: keys(),
    };
    (message, srtp)
}

fn keys(secret: &[u8]) -> Direction {
    let (key, salt) = secret.split_at(KEY_BYTES);
    Direction::new(Profile::Gcm128, key, salt)
}

/// Reads a registration.
fn registered(datagram: &[u8]) -> Option<(Role, Direction)> {
    let (kind, rest) = datagram.split_first()?;
    let (ssrc, secret) = rest.split_first_chunk()?;
    let role = match kind {
        b'P' => Role::Publisher(u32::from_be_bytes(*ssrc)),
        b'S' => Role::Subscriber,
        _ => return None,
    };
    (secret.len() == KEY_BYTES + SALT_BYTES).then(|| (role, keys(secret)))
}

struct Kept {
    bytes: [u8; DATAGRAM_BYTES],
    header: usize,
    len: usize,
}

struct Publisher {
    keys: Direction,
    source: Option<Source>,
    ring: Vec<Kept>,
}

struct Subscriber {
    address: SocketAddrV4,
    keys: Direction,
    transport_seq: u16,
    /// The next index for each publisher.
    indices: Vec<u64>,
}

/// A packet of a batch: its publisher and its place in the ring.
type Fresh = (usize, usize);

pub struct Relay {
    socket: UdpSocket,
    batch: Batch,
    bursts: Box<Bursts>,
    publishers: Vec<Publisher>,
    by_ssrc: HashMap<u32, usize>,
    subscribers: Vec<Subscriber>,
    fresh: Vec<Fresh>,
}

impl Relay {
    pub fn new(address: SocketAddr, way: Way) -> io::Result<Self> {
        let socket = UdpSocket::bind(address)?;
        socket.set_nonblocking(true)?;
        enlarge_buffers(&socket)?;
        Ok(Relay {
            socket,
            batch: Batch::default(),
            bursts: Bursts::new(way),
            publishers: Vec::new(),
            by_ssrc: HashMap::new(),
            subscribers: Vec::new(),
            fresh: Vec::with_capacity(BATCH),
        })
    }

    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Waits for datagrams, at most `timeout_ms`, and relays them.
    pub fn turn(&mut self, timeout_ms: i32) -> io::Result<()> {
        let count = self.batch.receive(&self.socket, |_| true);
        if count == 0 {
            return wait_readable(&self.socket, timeout_ms);
        }
        self.fresh.clear();
        for at in 0..count {
            if rtp::is_media(self.batch.payload(at)) {
                self.take(at);
            } else {
                self.register(at)?;
            }
        }
        self.forward();
        Ok(())
    }

    /// Decrypts a packet into the ring of its publisher.
    fn take(&mut self, at: usize) {
        let packet = self.batch.payload(at);
        let Some(seen) = rtp::read(packet).filter(|_| !rtp::is_rtcp(packet)) else {
            return;
        };
        let Some(number) = self.by_ssrc.get(&seen.ssrc) else {
            return;
        };
        let publisher = &mut self.publishers[*number];
        let source = publisher
            .source
            .get_or_insert_with(|| Source::new(seen.ssrc, seen.seq));
        let index = source.index(seen.seq);
        let Ok((header, len)) = publisher.keys.unprotect(packet, index) else {
            return;
        };
        source.count(seen.seq, packet.len());
        let place = index as usize % RING;
        let kept = &mut publisher.ring[place];
        kept.bytes[..len].copy_from_slice(&packet[..len]);
        kept.header = header;
        kept.len = len;
        self.fresh.push((*number, place));
    }

    fn register(&mut self, at: usize) -> io::Result<()> {
        let Some((role, keys)) = registered(self.batch.payload(at)) else {
            return Ok(());
        };
        let Some(SocketAddr::V4(address)) = self.batch.source(at) else {
            return Ok(());
        };
        match role {
            Role::Publisher(ssrc) if !self.by_ssrc.contains_key(&ssrc) => {
                self.by_ssrc.insert(ssrc, self.publishers.len());
                let empty = || Kept {
                    bytes: [0; DATAGRAM_BYTES],
                    header: 0,
                    len: 0,
                };
                self.publishers.push(Publisher {
                    keys,
                    source: None,
                    ring: std::iter::repeat_with(empty).take(RING).collect(),
                });
            }
            Role::Subscriber if self.subscribers.iter().all(|it| it.address != address) => {
                self.subscribers.push(Subscriber {
                    address,
                    keys,
                    transport_seq: 0,
                    indices: Vec::new(),
                });
            }
            _ => {}
        }
        for subscriber in &mut self.subscribers {
            subscriber.indices.resize(self.publishers.len(), 1);
        }
        self.socket.send_to(b"K", address).map(drop)
    }

    /// Everything fresh to everybody, one subscriber after the other.
    fn forward(&mut self) {
        for subscriber in &mut self.subscribers {
            for (number, place) in &self.fresh {
                let kept = &self.publishers[*number].ring[*place];
                let (head, text) = kept.bytes[..kept.len].split_at(kept.header);
                let index = &mut subscriber.indices[*number];
                let wire_len = kept.len + GCM_TAG_BYTES;
                let out = self.bursts.add(&self.socket, subscriber.address, wire_len);
                out[..kept.header].copy_from_slice(head);
                out[2..4].copy_from_slice(&(*index as u16).to_be_bytes());
                out[8..12].copy_from_slice(&(*number as u32 + 1).to_be_bytes());
                if kept.header > TRANSPORT_SEQ_AT && out[TRANSPORT_SEQ_AT - 1] == TRANSPORT_SEQ_HEAD
                {
                    let seq = subscriber.transport_seq.to_be_bytes();
                    out[TRANSPORT_SEQ_AT..TRANSPORT_SEQ_AT + 2].copy_from_slice(&seq);
                    subscriber.transport_seq = subscriber.transport_seq.wrapping_add(1);
                }
                subscriber.keys.protect_from(out, kept.header, text, *index);
                *index += 1;
            }
        }
        self.bursts.flush(&self.socket);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtp::{Extensions, Fixed};

    #[test]
    fn a_packet_reaches_every_subscriber_in_its_own_keys() {
        let any = "127.0.0.1:0".parse().expect("an address");
        let mut relay = Relay::new(any, Way::Bursts).expect("a port");
        let address = relay.address().expect("it is bound");
        let join = |role, number| {
            let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
            socket.connect(address).expect("loopback");
            let (message, srtp) = registration(role, number);
            socket.send(&message).expect("loopback");
            (socket, srtp)
        };
        let (publisher, keys) = join(Role::Publisher(7), 0);
        let subscribers = [join(Role::Subscriber, 1), join(Role::Subscriber, 2)];
        relay.turn(1000).expect("a turn");
        for seq in [65_535, 0_u16] {
            let fixed = Fixed {
                payload_type: 96,
                marker: true,
                seq,
                timestamp: 5,
                ssrc: 7,
            };
            let mut packet = [0; 200];
            let header = Extensions::default().write(&mut packet, &fixed, 0);
            let index = if seq == 0 { 0x1_0000 } else { 65_535 };
            let len = keys.sending.protect(&mut packet, header, 100, index);
            publisher.send(&packet[..len]).expect("loopback");
        }
        publisher.send(&[0x80; 40]).expect("loopback");
        publisher.send(b"rubbish").expect("loopback");
        relay.turn(1000).expect("a turn");
        for (socket, keys) in &subscribers {
            let mut datagram = [0; 2048];
            let acknowledged = socket.recv(&mut datagram).expect("an answer");
            assert_eq!(&datagram[..acknowledged], b"K");
            for index in [1, 2] {
                let len = socket.recv(&mut datagram).expect("a packet");
                let opened = keys.receiving.unprotect(&mut datagram[..len], index);
                assert_eq!(opened, Ok((12, 100)));
                let seen = rtp::read(&datagram).expect("a header");
                assert_eq!((seen.ssrc, u64::from(seen.seq)), (1, index));
            }
        }
    }
}
