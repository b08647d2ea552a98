//! What comes in: finding the peer of a datagram, and turning what the transport reports into events and packets.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use str0m::ice::StunMessage;
use str0m::net::{Protocol, Receive};
use str0m::{Event as RtcEvent, IceConnectionState, Input, Output};

use crate::command::DataChannel;
use crate::egress::{Path, path_of};
use crate::event::{Event, PeerState, Transport};
use crate::peer::Address;
use crate::rtp::{self, Kind};
use crate::sfu::Sfu;

/// Addresses remembered per peer; a client has a handful of candidates.
const MAX_ADDRESSES: usize = 32;
const MIN_SLEEP: Duration = Duration::from_millis(1);
/// A STUN indication, which an agent never takes as addressed to it: it is accepted only by its source.
const INDICATION: [u8; 20] = [
    0, 0x11, 0, 0, 0x21, 0x12, 0xa4, 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
];

impl Sfu {
    /// Takes in one datagram (UDP) or frame (TCP). Garbage is counted and ignored.
    pub fn packet(
        &mut self,
        transport: Transport,
        source: SocketAddr,
        destination: SocketAddr,
        payload: &[u8],
        now: Instant,
    ) {
        let route = (transport, source);
        let kind = rtp::kind_of(payload);
        if kind != Kind::Media {
            self.distribute();
        }
        if kind != Kind::Other {
            let slot = self.routes.get(&route).copied();
            let Some((slot, peer)) = slot.and_then(|slot| Some((slot, self.peers.get_mut(slot)?)))
            else {
                self.counters.unroutable += 1;
                return;
            };
            peer.stats.packets_in += 1;
            peer.stats.bytes_in += payload.len() as u64;
            if peer.shares.take_media(kind, payload.len(), now) {
                self.media_datagram(slot, kind, payload, now);
            } else {
                peer.stats.refused += 1;
            }
            return;
        }
        let local = self.local_address(transport, destination);
        let protocol = protocol_of(transport);
        let Ok(receive) = Receive::new(protocol, source, local, payload) else {
            self.counters.unroutable += 1;
            return;
        };
        let input = Input::Receive(now, receive);
        let slot = if is_stun(payload) {
            self.route_stun(route, local, payload, (&input, now))
        } else {
            self.routes.get(&route).copied()
        };
        let found = slot.and_then(|slot| Some((slot, self.peers.get_mut(slot)?)));
        let Some((slot, peer)) = found else {
            self.counters.unroutable += 1;
            return;
        };
        peer.stats.packets_in += 1;
        peer.stats.bytes_in += payload.len() as u64;
        if !is_stun(payload) && !peer.shares.take_record(payload.len(), now) {
            peer.stats.refused += 1;
            return;
        }
        match peer.rtc.handle_input(input) {
            Ok(()) => self.drain(slot, now),
            Err(_) => self.fail(slot),
        }
    }

    /// Whether a peer is reached at this address: it has sent a check from there with its password.
    #[must_use]
    pub fn knows(&self, transport: Transport, source: SocketAddr) -> bool {
        self.routes.contains_key(&(transport, source))
    }

    /// The TCP connection from `source` is gone.
    pub fn tcp_closed(&mut self, source: SocketAddr, now: Instant) {
        self.distribute();
        let route = (Transport::Tcp, source);
        if let Some(slot) = self.routes.remove(&route)
            && let Some(peer) = self.peers.get_mut(slot)
        {
            peer.addresses.retain(|address| address.route() != route);
            self.wake(slot, now);
        }
    }

    /// The configured candidate a datagram to `destination` belongs to.
    fn local_address(&self, transport: Transport, destination: SocketAddr) -> SocketAddr {
        let candidates = match transport {
            Transport::Udp => &self.config.udp_candidates,
            Transport::Tcp => &self.config.tcp_candidates,
        };
        let mut best = destination;
        for candidate in candidates {
            if *candidate == destination {
                return destination;
            }
            if best == destination && candidate.is_ipv4() == destination.is_ipv4() {
                best = *candidate;
            }
        }
        best
    }

    /// Finds the peer of a STUN message by the user name in it, and from then on by its address. The address is learned
    /// only from a message that carries the right password. Who knows no user name costs a look-up, everybody else the
    /// checks of that peer.
    fn route_stun(
        &mut self,
        route: (Transport, SocketAddr),
        local: SocketAddr,
        payload: &[u8],
        (input, now): (&Input, Instant),
    ) -> Option<usize> {
        let message = StunMessage::parse(payload).ok()?;
        let known = self.routes.get(&route).copied();
        let named = message.split_username();
        let slot = match named {
            Some((ufrag, _)) => self.ufrags.get(ufrag).copied()?,
            None => known?,
        };
        let peer = self.peers.get_mut(slot)?;
        if !peer.shares.take_check(payload.len(), now) {
            peer.stats.refused += 1;
            return None;
        }
        if named.is_none() {
            return Some(slot);
        }
        if known == Some(slot) {
            // A client may check several of our addresses from one of its own; it names the one it means to use.
            let mut addresses = peer.addresses.iter_mut();
            if message.use_candidate()
                && let Some(address) = addresses.find(|known| known.route() == route)
            {
                address.local = local;
            }
            return Some(slot);
        }
        if !peer.rtc.accepts(input) {
            return None;
        }
        if peer.addresses.len() >= MAX_ADDRESSES {
            let oldest = peer.addresses.remove(0);
            self.routes.remove(&oldest.route());
        }
        peer.addresses.push(Address {
            transport: route.0,
            remote: route.1,
            local,
        });
        self.routes.insert(route, slot);
        if let Some(former) = known.and_then(|former| self.peers.get_mut(former)) {
            former.addresses.retain(|address| address.route() != route);
        }
        Some(slot)
    }

    /// Tells a peer the time, then takes out what it has to say.
    pub(crate) fn wake(&mut self, slot: usize, now: Instant) {
        let Some(peer) = self.peers.get_mut(slot) else {
            return;
        };
        match peer.rtc.handle_input(Input::Timeout(now)) {
            Ok(()) => self.drain(slot, now),
            Err(_) => self.fail(slot),
        }
    }

    /// Takes out everything a peer has to say. Must follow every change of a peer before the next.
    fn drain(&mut self, slot: usize, now: Instant) {
        self.drain_output(slot, now);
        self.follow_path(slot, now);
    }

    /// Sends media where str0m sends everything else. Every datagram of its own but STUN says where that is; when it
    /// changes without one, str0m can still be asked: of a message that is nobody's it accepts only one from there.
    fn follow_path(&mut self, slot: usize, now: Instant) {
        let Some(peer) = self.peers.get_mut(slot) else {
            return;
        };
        let Some(sender) = &mut peer.sender else {
            return;
        };
        let chosen = |path: &Path| {
            let protocol = protocol_of(path.transport);
            let receive = Receive::new(protocol, path.destination, path.source, &INDICATION);
            receive.is_ok_and(|receive| peer.rtc.accepts(&Input::Receive(now, receive)))
        };
        let newest_first = peer.addresses.iter().rev().map(Address::path);
        // An address that is gone (a closed connection) leaves the way as it was.
        let Some(path) = sender.path.into_iter().chain(newest_first).find(chosen) else {
            return;
        };
        sender.path = Some(path);
        if peer.secured && peer.transport != Some(path.transport) {
            peer.transport = Some(path.transport);
            self.events.push_back(Event::PeerTransport {
                peer: peer.id,
                transport: path.transport,
            });
        }
    }

    fn drain_output(&mut self, slot: usize, now: Instant) {
        loop {
            let Some(peer) = self.peers.get_mut(slot) else {
                return;
            };
            match peer.rtc.poll_output() {
                Ok(Output::Transmit(transmit)) => {
                    if let Some(sender) = peer.sender.as_mut()
                        && !is_stun(&transmit.contents)
                    {
                        sender.path = Some(path_of(&transmit));
                    }
                    self.outbox.push((slot, transmit));
                }
                Ok(Output::Event(event)) => self.on_event(slot, event, now),
                Ok(Output::Timeout(at)) => {
                    if peer.rtc.is_alive() {
                        // Never in the past: a driver that sleeps until then must not spin.
                        self.timers
                            .set(slot, &mut peer.deadline, at.max(now + MIN_SLEEP));
                    } else {
                        self.fail(slot);
                    }
                    return;
                }
                Err(_) => {
                    self.fail(slot);
                    return;
                }
            }
        }
    }

    fn on_event(&mut self, slot: usize, event: RtcEvent, now: Instant) {
        match event {
            RtcEvent::Connected => {
                if let Some(peer) = self.peers.get_mut(slot) {
                    peer.secure();
                }
                self.set_peer_state(slot, PeerState::Connected, now);
                self.start_downs(slot, now);
            }
            RtcEvent::IceConnectionStateChange(state) => self.on_ice_state(slot, state, now),
            RtcEvent::ChannelOpen(id, label) => {
                let channel = DataChannel::from_label(&label);
                if let (Some(channel), Some(peer)) = (channel, self.peers.get_mut(slot)) {
                    peer.data.opened(channel, id, &mut peer.rtc);
                    self.events.push_back(Event::DataOpen {
                        peer: peer.id,
                        channel,
                    });
                }
            }
            RtcEvent::ChannelData(data) => {
                if let Some(peer) = self.peers.get_mut(slot)
                    && let Some(channel) = peer.data.channel_of(data.id)
                {
                    self.events.push_back(Event::Data {
                        peer: peer.id,
                        channel,
                        payload: data.data,
                    });
                }
            }
            RtcEvent::ChannelBufferedAmountLow(_) => {
                if let Some(peer) = self.peers.get_mut(slot) {
                    peer.data.drain(&mut peer.rtc);
                }
            }
            RtcEvent::ChannelClose(id) => {
                if let Some(peer) = self.peers.get_mut(slot) {
                    peer.data.closed(id);
                }
            }
            RtcEvent::Closed => self.fail(slot),
            _ => {}
        }
    }

    fn on_ice_state(&mut self, slot: usize, state: IceConnectionState, now: Instant) {
        let secured = self.peers.get(slot).is_some_and(|peer| peer.secured);
        if state == IceConnectionState::Disconnected {
            self.set_peer_state(slot, PeerState::Disconnected, now);
        } else if state.is_connected() && secured {
            // The pair in use may change at any time; only a return from absence is news to receivers.
            let returned = self.set_peer_state(slot, PeerState::Connected, now);
            if returned {
                self.start_downs(slot, now);
            }
        }
    }
}

impl Address {
    /// What datagrams are routed by.
    pub(crate) fn route(&self) -> (Transport, SocketAddr) {
        (self.transport, self.remote)
    }

    fn path(&self) -> Path {
        Path {
            transport: self.transport,
            source: self.local,
            destination: self.remote,
        }
    }
}

fn protocol_of(transport: Transport) -> Protocol {
    match transport {
        Transport::Udp => Protocol::Udp,
        Transport::Tcp => Protocol::Tcp,
    }
}

/// Whether a datagram is STUN, by its first byte (RFC 7983).
fn is_stun(payload: &[u8]) -> bool {
    payload.first().is_some_and(|byte| *byte < 4)
}
