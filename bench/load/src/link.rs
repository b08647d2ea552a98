//! One peer connection on a UDP socket of its own: str0m agrees on addresses and keys, media passes by it.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::os::fd::{AsRawFd, RawFd};
use std::time::{Duration, Instant};

use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::crypto::dtls::SrtpProfile;
use str0m::media::{Direction as Way, MediaKind, Mid, Rid, Simulcast, SimulcastLayer};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig};

use crate::filter;
use crate::keys::{Slot, agreed, latest_slot, tapped_provider};
use crate::media::{Kind, Track};
use crate::rtp::{is_media, is_rtcp};
use crate::srtp::{Direction, Profile, directions};
use crate::sys::{BATCH, Batch, Outbox, enlarge_buffers, note_arrivals};

/// Keys of both directions.
pub struct Srtp {
    pub sending: Direction,
    pub receiving: Direction,
}

/// Takes the media of a link.
pub trait Sink {
    /// An RTP packet. `whole`: it was kept to its last byte, so that it can be decrypted.
    fn on_rtp(&mut self, packet: &mut [u8], facts: Facts, keys: &Direction);
    /// An RTCP packet, perhaps cut off.
    fn on_rtcp(&mut self, packet: &[u8], keys: &Direction);
}

/// Of one received packet.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    pub wire_len: usize,
    pub arrived_ns: u64,
    pub whole: bool,
}

enum Handshake {
    Webrtc(Box<Webrtc>),
    /// Says the same until it is answered.
    Registration(Vec<u8>),
}

/// What str0m does for us.
pub struct Webrtc {
    pub rtc: Rtc,
    slot: Slot,
    pending: Option<SdpPendingOffer>,
    connected: bool,
}

/// A connection.
pub struct Link {
    handshake: Handshake,
    socket: UdpSocket,
    local: SocketAddr,
    server: Option<SocketAddr>,
    deadline: Instant,
    srtp: Option<Srtp>,
    deaf: bool,
    /// Whether every packet is kept whole.
    curious: bool,
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::other(error)
}

fn socket(address: IpAddr) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind((address, 0))?;
    socket.set_nonblocking(true)?;
    enlarge_buffers(&socket)?;
    note_arrivals(&socket)?;
    Ok(socket)
}

impl Link {
    /// A WebRTC connection.
    pub fn webrtc(address: IpAddr, now: Instant) -> io::Result<Self> {
        let socket = socket(address)?;
        let local = socket.local_addr()?;
        let mut rtc = RtcConfig::new()
            .set_rtp_mode(true)
            .set_crypto_provider(tapped_provider())
            .clear_codecs()
            .enable_opus(true, false)
            .enable_vp8(true)
            .build(now);
        let slot = latest_slot().ok_or_else(|| io::Error::other("str0m made no DTLS"))?;
        rtc.add_local_candidate(Candidate::host(local, Protocol::Udp).map_err(failed)?);
        let webrtc = Webrtc {
            rtc,
            slot,
            pending: None,
            connected: false,
        };
        Ok(Link {
            handshake: Handshake::Webrtc(Box::new(webrtc)),
            socket,
            local,
            server: None,
            deadline: now,
            srtp: None,
            deaf: false,
            curious: false,
        })
    }

    /// A connection with the reference relay, whose keys travel in the message that registers it.
    pub fn registered(
        address: IpAddr,
        server: SocketAddr,
        message: Vec<u8>,
        srtp: Srtp,
        now: Instant,
    ) -> io::Result<Self> {
        let socket = socket(address)?;
        socket.connect(server)?;
        Ok(Link {
            handshake: Handshake::Registration(message),
            local: socket.local_addr()?,
            socket,
            server: Some(server),
            deadline: now,
            srtp: Some(srtp),
            deaf: false,
            curious: false,
        })
    }

    /// From now on one media packet in many is received, and [`Link::drops`] counts the others.
    pub fn deafen(&mut self) -> io::Result<()> {
        self.deaf = true;
        filter::deafen(&self.socket)
    }

    /// From now on every packet is kept whole, so that each can be decrypted.
    pub fn keep_all(&mut self) {
        self.curious = true;
    }

    /// Datagrams the kernel dropped at this socket so far; the count wraps.
    pub fn drops(&self) -> io::Result<u32> {
        filter::drops(&self.socket)
    }

    pub fn fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }

    pub fn port(&self) -> u16 {
        self.local.port()
    }

    /// When [`Link::settle`] wants to be called next.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Whether media can flow.
    pub fn is_connected(&self) -> bool {
        match &self.handshake {
            Handshake::Webrtc(webrtc) => webrtc.connected && self.srtp.is_some(),
            Handshake::Registration(message) => message.is_empty(),
        }
    }

    pub fn profile(&self) -> Option<Profile> {
        self.srtp.as_ref().map(|it| it.sending.profile)
    }

    pub fn srtp_mut(&mut self) -> Option<&mut Srtp> {
        self.srtp.as_mut()
    }

    /// What negotiates this connection.
    ///
    /// # Errors
    /// Nothing does.
    pub fn webrtc_mut(&mut self) -> io::Result<&mut Webrtc> {
        match &mut self.handshake {
            Handshake::Webrtc(webrtc) => Ok(webrtc),
            Handshake::Registration(_) => Err(io::Error::other("nothing to negotiate")),
        }
    }

    /// Sends one packet; a full or refusing socket is loss like any other.
    pub fn send(&self, packet: &[u8]) {
        let _ = self.socket.send(packet);
    }

    /// Sends many packets; how many the socket took.
    pub fn send_all(&self, outbox: &mut Outbox) -> usize {
        outbox.send(&self.socket)
    }

    /// Reads what waits in the socket. Of a connected link, one packet in [`BATCH`] is kept whole, which `lot` chooses.
    pub fn receive(&mut self, batch: &mut Batch, lot: usize, now: Instant, sink: &mut impl Sink) {
        if self.server.is_none() {
            // The server has one address; the first datagram tells it.
            let source = self.socket.peek_from(&mut [0; 1]);
            self.server = source.ok().map(|(_, source)| source);
        }
        loop {
            let connected = self.is_connected();
            let (all, lot) = (self.deaf || self.curious, lot % BATCH);
            let whole = |at: usize| !connected || all || at == lot;
            let count = batch.receive(&self.socket, whole);
            for at in 0..count {
                let facts = Facts {
                    wire_len: batch.wire_len(at),
                    arrived_ns: batch.arrived_ns(at).unwrap_or(0),
                    whole: whole(at),
                };
                let payload = batch.payload(at);
                match (&self.srtp, is_media(payload)) {
                    (Some(srtp), true) if is_rtcp(payload) => {
                        sink.on_rtcp(payload, &srtp.receiving)
                    }
                    (Some(srtp), true) => sink.on_rtp(payload, facts, &srtp.receiving),
                    (None, true) => {}
                    (_, false) => self.on_handshake(payload, now),
                }
            }
            if count < BATCH {
                return;
            }
        }
    }

    fn on_handshake(&mut self, datagram: &[u8], now: Instant) {
        match (&mut self.handshake, self.server) {
            (Handshake::Registration(message), _) => message.clear(),
            (Handshake::Webrtc(webrtc), Some(server)) => {
                if let Ok(receive) = Receive::new(Protocol::Udp, server, self.local, datagram) {
                    let _ = webrtc.rtc.handle_input(Input::Receive(now, receive));
                    self.drain(now);
                }
            }
            (Handshake::Webrtc(_), None) => {}
        }
    }

    /// Lets time pass and sends what is due.
    pub fn settle(&mut self, now: Instant) {
        match &mut self.handshake {
            Handshake::Registration(message) => {
                self.deadline = now + Duration::from_millis(100);
                if !message.is_empty() {
                    let _ = self.socket.send(message);
                }
            }
            Handshake::Webrtc(webrtc) => {
                let _ = webrtc.rtc.handle_input(Input::Timeout(now));
                self.drain(now);
            }
        }
    }

    fn drain(&mut self, now: Instant) {
        let Handshake::Webrtc(webrtc) = &mut self.handshake else {
            return;
        };
        loop {
            match webrtc.rtc.poll_output() {
                Ok(Output::Timeout(at)) => {
                    self.deadline = at.max(now);
                    break;
                }
                Ok(Output::Transmit(datagram)) => {
                    // Media is ours alone: two senders with one key would use a nonce twice.
                    if !is_media(&datagram.contents) {
                        self.server = Some(datagram.destination);
                        let _ = self
                            .socket
                            .send_to(&datagram.contents, datagram.destination);
                    }
                }
                Ok(Output::Event(Event::Connected)) => webrtc.connected = true,
                Ok(Output::Event(_)) => {}
                Err(_) => break,
            }
        }
        if self.srtp.is_none()
            && webrtc.connected
            && let Some(server) = self.server
            && let Some(srtp) = webrtc.srtp()
        {
            // Fails only for a server that is not there.
            let _ = self.socket.connect(server);
            self.srtp = Some(srtp);
        }
    }
}

impl Webrtc {
    fn srtp(&self) -> Option<Srtp> {
        let agreed = agreed(&self.slot)?;
        let profile = match agreed.profile {
            SrtpProfile::AEAD_AES_128_GCM => Profile::Gcm128,
            SrtpProfile::AEAD_AES_256_GCM => Profile::Gcm256,
            _ => Profile::CmSha1,
        };
        let [client, server] = directions(profile, &agreed.material)?;
        let (sending, receiving) = if agreed.client {
            (client, server)
        } else {
            (server, client)
        };
        Some(Srtp { sending, receiving })
    }

    /// An offer of these tracks, whose ids are the names given to the server.
    pub fn offer(&mut self, tracks: &[(Track, String)]) -> io::Result<(String, Vec<Mid>)> {
        let mut api = self.rtc.sdp_api();
        let mids = tracks
            .iter()
            .map(|(track, id)| {
                let kind = match track.kind {
                    Kind::Audio => MediaKind::Audio,
                    Kind::Video => MediaKind::Video,
                };
                let simulcast = (track.layers.len() > 1).then(|| {
                    let mut simulcast = Simulcast::new();
                    for layer in &track.layers {
                        simulcast.add_send_layer(SimulcastLayer::new(&layer.rid));
                    }
                    simulcast
                });
                let id = Some(id.clone());
                api.add_media(kind, Way::SendOnly, id.clone(), id, simulcast)
            })
            .collect();
        let (offer, pending) = api
            .apply()
            .ok_or_else(|| io::Error::other("nothing to offer"))?;
        self.pending = Some(pending);
        Ok((offer.to_sdp_string(), mids))
    }

    /// Takes the answer to our offer.
    pub fn accept_answer(&mut self, sdp: &str) -> io::Result<()> {
        let answer = SdpAnswer::from_sdp_string(sdp).map_err(failed)?;
        let pending = self.pending.take();
        let pending = pending.ok_or_else(|| io::Error::other("an answer without an offer"))?;
        let api = self.rtc.sdp_api();
        api.accept_answer(pending, answer).map_err(failed)
    }

    /// Answers the server's offer. Of the two parts that it leaves to us in the handshake we take the client's, as browsers
    /// do, so that the server chooses the profile; str0m would take the other.
    pub fn accept_offer(&mut self, sdp: &str) -> io::Result<String> {
        let sdp = sdp.replace("a=setup:actpass", "a=setup:passive");
        let offer = SdpOffer::from_sdp_string(&sdp).map_err(failed)?;
        let answer = self.rtc.sdp_api().accept_offer(offer).map_err(failed)?;
        Ok(answer.to_sdp_string())
    }

    /// A trickled candidate; those that are not UDP are of no use here.
    pub fn add_candidate(&mut self, line: &str) {
        if let Ok(candidate) = Candidate::from_sdp_string(line) {
            self.rtc.add_remote_candidate(candidate);
        }
    }

    /// Source and payload type of what a section sends.
    pub fn outgoing(&mut self, mid: Mid, rid: &str) -> io::Result<(u32, u8)> {
        let missing = || io::Error::other("the server did not take a track");
        let media = self.rtc.media(mid).ok_or_else(missing)?;
        let pt = *media.remote_pts().first().ok_or_else(missing)?;
        let rid = (!rid.is_empty()).then(|| Rid::from(rid));
        let mut api = self.rtc.direct_api();
        let stream = api.stream_tx_by_mid(mid, rid).ok_or_else(missing)?;
        Ok((*stream.ssrc(), *pt))
    }
}
