//! What comes in: finding the peer of a datagram, and turning what the transport reports into events and packets.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use str0m::ice::StunMessage;
use str0m::net::{Protocol, Receive};
use str0m::{Event as RtcEvent, IceConnectionState, Input, Output};

use crate::command::DataChannel;
use crate::event::{Event, PeerState, Transport};
use crate::peer::StreamCounters;
use crate::sfu::{Sfu, is_stun};

/// Addresses remembered per peer; a client has a handful of candidates.
const MAX_ADDRESSES: usize = 32;
const MIN_SLEEP: Duration = Duration::from_millis(1);

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
        let local = self.local_address(transport, destination);
        let protocol = match transport {
            Transport::Udp => Protocol::Udp,
            Transport::Tcp => Protocol::Tcp,
        };
        let Ok(receive) = Receive::new(protocol, source, local, payload) else {
            self.counters.unroutable += 1;
            return;
        };
        let input = Input::Receive(now, receive);
        let slot = if is_stun(payload) {
            self.route_stun(route, payload, &input)
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
        match peer.rtc.handle_input(input) {
            Ok(()) => self.drain(slot, now),
            Err(_) => self.fail(slot),
        }
    }

    /// The TCP connection from `source` is gone.
    pub fn tcp_closed(&mut self, source: SocketAddr, now: Instant) {
        let route = (Transport::Tcp, source);
        if let Some(slot) = self.routes.remove(&route)
            && let Some(peer) = self.peers.get_mut(slot)
        {
            peer.addresses.retain(|address| *address != route);
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
    /// only from a message that carries the right password.
    fn route_stun(
        &mut self,
        route: (Transport, SocketAddr),
        payload: &[u8],
        input: &Input,
    ) -> Option<usize> {
        let message = StunMessage::parse(payload).ok()?;
        let Some((ufrag, _)) = message.split_username() else {
            return self.routes.get(&route).copied();
        };
        let slot = self.ufrags.get(ufrag).copied()?;
        let peer = self.peers.get_mut(slot)?;
        let known = self.routes.get(&route).copied();
        if known == Some(slot) {
            return Some(slot);
        }
        if !peer.rtc.accepts(input) {
            return None;
        }
        if peer.addresses.len() >= MAX_ADDRESSES {
            let oldest = peer.addresses.remove(0);
            self.routes.remove(&oldest);
        }
        peer.addresses.push(route);
        self.routes.insert(route, slot);
        if let Some(former) = known.and_then(|former| self.peers.get_mut(former)) {
            former.addresses.retain(|address| *address != route);
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
        loop {
            let Some(peer) = self.peers.get_mut(slot) else {
                return;
            };
            match peer.rtc.poll_output() {
                Ok(Output::Transmit(transmit)) => self.outbox.push((slot, transmit)),
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
            RtcEvent::RtpPacket(packet) => self.on_rtp(slot, &packet, now),
            RtcEvent::Connected => {
                if let Some(peer) = self.peers.get_mut(slot) {
                    peer.secured = true;
                }
                self.set_peer_state(slot, PeerState::Connected, now);
                self.start_downs(slot, now);
            }
            RtcEvent::IceConnectionStateChange(state) => self.on_ice_state(slot, state, now),
            RtcEvent::KeyframeRequest(request) => self.on_key_frame_request(slot, request.mid, now),
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
            other => self.on_stats(slot, &other),
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

    fn on_stats(&mut self, slot: usize, event: &RtcEvent) {
        let Some(peer) = self.peers.get_mut(slot) else {
            return;
        };
        let loss_e4 =
            |loss: Option<f32>| (loss.unwrap_or_default().clamp(0.0, 1.0) * 10_000.0) as u64;
        match event {
            RtcEvent::MediaEgressStats(stats) => {
                let counters = StreamCounters {
                    lost: stats
                        .remote
                        .as_ref()
                        .map_or(0, |remote| remote.packets_lost),
                    nacks: stats.nacks,
                    plis: stats.plis + stats.firs,
                    loss_e4: loss_e4(stats.loss),
                };
                peer.streams.insert((stats.mid, stats.rid), counters);
                if let Some(rtt) = stats.rtt {
                    peer.stats.rtt_us = rtt.as_micros() as u64;
                }
            }
            RtcEvent::MediaIngressStats(stats) => {
                let counters = StreamCounters {
                    lost: 0,
                    nacks: stats.nacks,
                    plis: stats.plis + stats.firs,
                    loss_e4: loss_e4(stats.loss),
                };
                peer.streams.insert((stats.mid, stats.rid), counters);
                if let Some(rtt) = stats.rtt {
                    peer.stats.rtt_us = rtt.as_micros() as u64;
                }
            }
            _ => {}
        }
    }
}
