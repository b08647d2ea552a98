//! A client: one peer connection of str0m in RTP mode, playing the browser.

use std::net::SocketAddr;
use std::time::Instant;

use str0m::bwe::Bitrate;
use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::channel::{ChannelConfig, ChannelId, Reliability};
use str0m::media::{Direction, MediaKind, Mid, Rid, Simulcast, SimulcastLayer};
use str0m::net::{Protocol, Receive as NetReceive, TcpType};
use str0m::rtp::rtcp::Rtcp;
use str0m::rtp::{RawPacket, RtpPacket, RtpWrite};
use str0m::{Candidate, Event, IceConnectionState, Input, Output, Rtc, RtcConfig};

use super::Datagram;
use crate::sources::Frame;
use media::{PeerId, Transport};

pub struct Client {
    pub peer: PeerId,
    pub rtc: Rtc,
    pub address: SocketAddr,
    pub transport: Transport,
    pub packets: Vec<(Mid, RtpPacket)>,
    pub key_frame_requests: Vec<(Mid, Option<Rid>)>,
    pub messages: Vec<(ChannelId, Vec<u8>)>,
    pub channels: Vec<(ChannelId, String)>,
    /// Transport-wide feedback received.
    pub feedback: usize,
    pub ice: Option<IceConnectionState>,
    pub closed: bool,
    pending: Option<SdpPendingOffer>,
    outgoing: Vec<Datagram>,
    deadline: Instant,
}

impl Client {
    /// `paced`: sends no faster than it believes the network to be.
    pub fn new(peer: PeerId, transport: Transport, number: u16, paced: bool, now: Instant) -> Self {
        let mut rtc = RtcConfig::new()
            .set_rtp_mode(true)
            .enable_raw_packets(true)
            .enable_bwe(paced.then_some(Bitrate::kbps(2000)))
            .build(now);
        let address: SocketAddr = format!("192.168.1.2:{}", 10_000 + number)
            .parse()
            .expect("an address");
        rtc.add_local_candidate(candidate(transport, address));
        Client {
            peer,
            rtc,
            address,
            transport,
            packets: Vec::new(),
            key_frame_requests: Vec::new(),
            messages: Vec::new(),
            channels: Vec::new(),
            feedback: 0,
            ice: None,
            closed: false,
            pending: None,
            outgoing: Vec::new(),
            deadline: now,
        }
    }

    /// Offers new sections (and the data channels the first time).
    pub fn offer(&mut self, add: &[(MediaKind, &[&str])]) -> (String, Vec<Mid>) {
        let mut mids = Vec::new();
        let mut api = self.rtc.sdp_api();
        if self.channels.is_empty() {
            api.add_channel("_reliable".to_owned());
            api.add_channel_with_config(ChannelConfig {
                label: "_lossy".to_owned(),
                ordered: false,
                reliability: Reliability::MaxRetransmits { retransmits: 0 },
                ..ChannelConfig::default()
            });
        }
        for (kind, rids) in add {
            let mut simulcast = Simulcast::new();
            for rid in *rids {
                simulcast.add_send_layer(SimulcastLayer::new(rid));
            }
            let simulcast = (!rids.is_empty()).then_some(simulcast);
            mids.push(api.add_media(*kind, Direction::SendOnly, None, None, simulcast));
        }
        let (offer, pending) = api.apply().expect("something to offer");
        self.pending = Some(pending);
        (offer.to_sdp_string(), mids)
    }

    /// Stops sending in a section.
    pub fn unpublish_offer(&mut self, mid: Mid) -> String {
        let mut api = self.rtc.sdp_api();
        api.set_direction(mid, Direction::Inactive);
        let (offer, pending) = api.apply().expect("something to offer");
        self.pending = Some(pending);
        offer.to_sdp_string()
    }

    pub fn restart_offer(&mut self) -> String {
        let mut api = self.rtc.sdp_api();
        api.ice_restart(true);
        let (offer, pending) = api.apply().expect("something to offer");
        self.pending = Some(pending);
        offer.to_sdp_string()
    }

    /// Takes the SFU's answer.
    pub fn accept(&mut self, answer: &str) {
        let answer = SdpAnswer::from_sdp_string(answer).expect("an answer");
        let pending = self.pending.take().expect("an offer before the answer");
        self.rtc
            .sdp_api()
            .accept_answer(pending, answer)
            .expect("an answer that fits");
    }

    /// Answers the SFU's offer.
    pub fn answer(&mut self, offer: &str) -> String {
        let offer = SdpOffer::from_sdp_string(offer).expect("an offer");
        self.rtc
            .sdp_api()
            .accept_offer(offer)
            .expect("an offer that fits")
            .to_sdp_string()
    }

    /// Moves to another address, as after a change of network.
    pub fn move_to(&mut self, port: u16) {
        self.address.set_port(port);
        let new = candidate(self.transport, self.address);
        self.rtc.add_local_candidate(new);
    }

    pub fn send(&mut self, mid: Mid, rid: Option<&str>, frame: &Frame, now: Instant) {
        let pt = frame.payload_type(&self.rtc);
        let mut api = self.rtc.direct_api();
        let stream = api
            .stream_tx_by_mid(mid, rid.map(Rid::from))
            .expect("a stream to send on");
        let mut rtp = RtpWrite::new(
            pt,
            frame.seq.into(),
            frame.timestamp,
            now,
            frame.payload.clone(),
        )
        .marker(frame.marker)
        .nackable(true);
        if let Some(level) = frame.audio_level {
            rtp = rtp.ext_vals(str0m::rtp::ExtensionValues {
                audio_level: Some(level),
                voice_activity: Some(true),
                ..Default::default()
            });
        }
        stream.write_rtp(rtp);
        self.timeout(now);
        self.drain(now);
    }

    pub fn request_key_frame(&mut self, mid: Mid) {
        let mut api = self.rtc.direct_api();
        let stream = api
            .stream_rx_by_mid(mid, None)
            .expect("a stream to receive");
        stream.request_keyframe(str0m::media::KeyframeRequestKind::Pli);
    }

    /// Tells what the link to here carries (REMB).
    pub fn send_estimate(&mut self, mid: Mid, bitrate: Bitrate) {
        let mut api = self.rtc.direct_api();
        let stream = api
            .stream_rx_by_mid(mid, None)
            .expect("a stream to receive");
        stream.request_remb(bitrate);
    }

    pub fn send_data(&mut self, label: &str, payload: &[u8]) -> bool {
        let id = self
            .channels
            .iter()
            .find(|(_, known)| known == label)
            .map(|(id, _)| *id);
        let channel = id.and_then(|id| self.rtc.channel(id));
        channel.is_some_and(|mut channel| channel.write(true, payload).expect("a working channel"))
    }

    pub fn packets_of(&self, mid: &str) -> Vec<&RtpPacket> {
        self.packets
            .iter()
            .filter(|(known, _)| **known == *mid)
            .map(|(_, packet)| packet)
            .collect()
    }

    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    pub fn timeout(&mut self, now: Instant) {
        self.rtc
            .handle_input(Input::Timeout(now))
            .expect("a working client");
        self.drain(now);
    }

    pub fn receive(&mut self, datagram: &Datagram, now: Instant) {
        let receive = NetReceive::new(
            protocol(datagram.transport),
            datagram.source,
            datagram.destination,
            &datagram.payload,
        );
        self.rtc
            .handle_input(Input::Receive(now, receive.expect("a datagram")))
            .expect("a working client");
        self.drain(now);
    }

    pub fn take_outgoing(&mut self, now: Instant) -> Vec<Datagram> {
        self.drain(now);
        std::mem::take(&mut self.outgoing)
    }

    fn drain(&mut self, _now: Instant) {
        loop {
            match self.rtc.poll_output().expect("a working client") {
                Output::Timeout(at) => {
                    self.deadline = at;
                    return;
                }
                Output::Transmit(transmit) => self.outgoing.push(Datagram {
                    transport: if transmit.proto == Protocol::Udp {
                        Transport::Udp
                    } else {
                        Transport::Tcp
                    },
                    source: transmit.source,
                    destination: transmit.destination,
                    payload: transmit.contents.to_vec(),
                }),
                Output::Event(event) => self.on_event(event),
            }
        }
    }

    fn on_event(&mut self, event: Event) {
        match event {
            Event::RtpPacket(packet) => {
                let mut api = self.rtc.direct_api();
                let mid = api
                    .stream_rx(&packet.header.ssrc)
                    .map(|stream| stream.mid());
                self.packets.push((mid.expect("a known source"), packet));
            }
            Event::KeyframeRequest(request) => {
                self.key_frame_requests.push((request.mid, request.rid))
            }
            Event::ChannelOpen(id, label) => self.channels.push((id, label)),
            Event::ChannelData(data) => self.messages.push((data.id, data.data)),
            Event::RawPacket(raw) => {
                if let RawPacket::RtcpRx(Rtcp::Twcc(_)) = *raw {
                    self.feedback += 1;
                }
            }
            Event::IceConnectionStateChange(state) => self.ice = Some(state),
            Event::Closed => self.closed = true,
            _ => {}
        }
    }
}

fn protocol(transport: Transport) -> Protocol {
    match transport {
        Transport::Udp => Protocol::Udp,
        Transport::Tcp => Protocol::Tcp,
    }
}

fn candidate(transport: Transport, address: SocketAddr) -> Candidate {
    let candidate = match transport {
        Transport::Udp => Candidate::builder().udp().host(address).build(),
        Transport::Tcp => Candidate::builder()
            .tcp()
            .host(address)
            .tcptype(TcpType::Active)
            .build(),
    };
    candidate.expect("a candidate")
}
