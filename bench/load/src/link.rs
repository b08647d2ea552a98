//! One peer connection: str0m in RTP mode on a UDP socket of its own.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Arc;
use std::time::Instant;

use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::media::{Direction, MediaKind, Mid, Pt, Rid, Simulcast, SimulcastLayer};
use str0m::net::{Protocol, Receive};
use str0m::rtp::{ExtensionValues, RtpWrite};
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig};

use crate::clock::Clock;
use crate::media::{LAYERS, stamp_us};
use crate::sys::{Batch, enlarge_receive_buffer};
use crate::tally::{Delays, Source};

/// What a link saw besides media.
pub enum Notice {
    KeyFrameWanted(Option<Rid>),
}

/// A peer connection and what it received.
pub struct Link {
    rtc: Rtc,
    socket: UdpSocket,
    local: SocketAddr,
    server: Option<SocketAddr>,
    pending: Option<SdpPendingOffer>,
    deadline: Instant,
    pub connected: bool,
    pub sources: Vec<Source>,
    pub sent: u64,
    /// The measurement is over; only gaps may still be filled.
    pub frozen: bool,
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::other(error)
}

impl Link {
    pub fn new(now: Instant) -> io::Result<Self> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.set_nonblocking(true)?;
        enlarge_receive_buffer(&socket)?;
        let local = socket.local_addr()?;
        let mut rtc = RtcConfig::new()
            .set_rtp_mode(true)
            .clear_codecs()
            .enable_opus(true, false)
            .enable_vp8(true)
            .build(now);
        rtc.add_local_candidate(Candidate::host(local, Protocol::Udp).map_err(failed)?);
        Ok(Link {
            rtc,
            socket,
            local,
            server: None,
            pending: None,
            deadline: now,
            connected: false,
            sources: Vec::new(),
            sent: 0,
            frozen: false,
        })
    }

    pub fn fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }

    pub fn port(&self) -> u16 {
        self.local.port()
    }

    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// An offer of one Opus and one simulcast VP8 section, the track ids being the cids given to the server.
    pub fn offer(&mut self, audio: &str, video: &str) -> (String, Mid, Mid) {
        let mut simulcast = Simulcast::new();
        for (rid, ..) in LAYERS {
            simulcast.add_send_layer(SimulcastLayer::new(rid));
        }
        let mut api = self.rtc.sdp_api();
        let mut add = |kind, id: &str, layers| {
            let track = Some(id.to_owned());
            api.add_media(kind, Direction::SendOnly, track.clone(), track, layers)
        };
        let audio = add(MediaKind::Audio, audio, None);
        let video = add(MediaKind::Video, video, Some(simulcast));
        let (offer, pending) = api.apply().expect("two sections were added");
        self.pending = Some(pending);
        (offer.to_sdp_string(), audio, video)
    }

    /// Takes the answer to our offer.
    pub fn accept_answer(&mut self, sdp: &str) -> io::Result<()> {
        let answer = SdpAnswer::from_sdp_string(sdp).map_err(failed)?;
        let pending = self.pending.take();
        let pending = pending.ok_or_else(|| io::Error::other("an answer without an offer"))?;
        let api = self.rtc.sdp_api();
        api.accept_answer(pending, answer).map_err(failed)
    }

    /// Answers the server's offer.
    pub fn accept_offer(&mut self, sdp: &str) -> io::Result<String> {
        let offer = SdpOffer::from_sdp_string(sdp).map_err(failed)?;
        let answer = self.rtc.sdp_api().accept_offer(offer).map_err(failed)?;
        Ok(answer.to_sdp_string())
    }

    /// A trickled candidate; those that are not UDP are of no use here.
    pub fn add_candidate(&mut self, line: &str) {
        if let Ok(candidate) = Candidate::from_sdp_string(line) {
            self.rtc.add_remote_candidate(candidate);
        }
    }

    /// The payload type agreed for what a section sends.
    pub fn payload_type(&self, mid: Mid) -> Option<Pt> {
        let media = self.rtc.media(mid)?;
        media.remote_pts().first().copied()
    }

    /// Queues one packet; [`Link::settle`] sends it.
    pub fn write(&mut self, to: (Mid, Option<Rid>, Pt), packet: Packet, now: Instant) {
        let (mid, rid, pt) = to;
        let mut api = self.rtc.direct_api();
        let Some(stream) = api.stream_tx_by_mid(mid, rid) else {
            return;
        };
        let mut write = RtpWrite::new(pt, packet.seq.into(), packet.timestamp, now, packet.payload)
            .marker(packet.marker)
            .nackable(true);
        if packet.audible {
            write = write.ext_vals(ExtensionValues {
                audio_level: Some(-30),
                voice_activity: Some(true),
                ..Default::default()
            });
        }
        stream.write_rtp(write);
        self.sent += 1;
    }

    /// Reads what waits in the socket.
    pub fn receive(
        &mut self,
        batch: &mut Batch,
        clock: &Clock,
        delays: &mut Delays,
        notices: &mut Vec<Notice>,
    ) {
        let Some(server) = self.server.or_else(|| self.find_server()) else {
            return;
        };
        let now = Instant::now();
        let now_us = clock.micros(now);
        loop {
            let count = batch.receive(&self.socket);
            for index in 0..count {
                let payload = batch.payload(index);
                self.tally(payload);
                if let Ok(receive) = Receive::new(Protocol::Udp, server, self.local, payload) {
                    let input = Input::Receive(now, receive);
                    if self.rtc.handle_input(input).is_ok() {
                        self.drain(now_us, delays, notices);
                    }
                }
            }
            if !Batch::is_full(count) {
                return;
            }
        }
    }

    /// The server has one address; the first datagram tells it.
    fn find_server(&mut self) -> Option<SocketAddr> {
        let (_, source) = self.socket.peek_from(&mut [0; 1]).ok()?;
        self.socket.connect(source).ok()?;
        self.server = Some(source);
        self.server
    }

    /// Counts an SRTP packet by its header, which is not encrypted.
    fn tally(&mut self, datagram: &[u8]) {
        // RTP has version 2; a second byte of 192 to 223 is RTCP (RFC 5761).
        let [first, second, seq_high, seq_low, _, _, _, _, a, b, c, d, ..] = *datagram else {
            return;
        };
        if first >> 6 != 2 || (192..=223).contains(&second) {
            return;
        }
        let ssrc = u32::from_be_bytes([a, b, c, d]);
        let known = self.sources.iter_mut().find(|it| it.ssrc == ssrc);
        if let Some(source) = known {
            let seq = u16::from_be_bytes([seq_high, seq_low]);
            source.wire(seq, datagram.len(), self.frozen);
        }
    }

    /// Lets time pass and sends what is due.
    pub fn settle(
        &mut self,
        now: Instant,
        now_us: u64,
        delays: &mut Delays,
        notices: &mut Vec<Notice>,
    ) {
        if self.rtc.handle_input(Input::Timeout(now)).is_ok() {
            self.drain(now_us, delays, notices);
        }
    }

    fn drain(&mut self, now_us: u64, delays: &mut Delays, notices: &mut Vec<Notice>) {
        loop {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(at)) => {
                    self.deadline = at;
                    return;
                }
                Ok(Output::Transmit(datagram)) => {
                    // A full or refusing socket is loss like any other.
                    let _ = match self.server {
                        Some(_) => self.socket.send(&datagram.contents),
                        None => self
                            .socket
                            .send_to(&datagram.contents, datagram.destination),
                    };
                }
                Ok(Output::Event(event)) => self.on_event(event, now_us, delays, notices),
                Err(_) => return,
            }
        }
    }

    fn on_event(
        &mut self,
        event: Event,
        now_us: u64,
        delays: &mut Delays,
        notices: &mut Vec<Notice>,
    ) {
        match event {
            Event::Connected => self.connected = true,
            Event::KeyframeRequest(request) => notices.push(Notice::KeyFrameWanted(request.rid)),
            Event::RtpPacket(packet) => {
                let ssrc = *packet.header.ssrc;
                let seq = packet.header.sequence_number;
                if let Some(source) = self.sources.iter_mut().find(|it| it.ssrc == ssrc) {
                    source.fill(seq);
                } else {
                    let video = self.is_video(packet.header.ssrc);
                    self.sources.push(Source::new(ssrc, video, seq));
                }
                if let Some(made_us) = stamp_us(&packet.payload)
                    && !self.frozen
                {
                    delays.add(now_us.saturating_sub(made_us));
                }
            }
            _ => {}
        }
    }

    fn is_video(&mut self, ssrc: str0m::rtp::Ssrc) -> bool {
        let mid = self.rtc.direct_api().stream_rx(&ssrc).map(|it| it.mid());
        let media = mid.and_then(|mid| self.rtc.media(mid));
        media.is_some_and(|media| media.kind() == MediaKind::Video)
    }
}

/// One packet of a publisher.
pub struct Packet {
    pub seq: u64,
    pub timestamp: u32,
    pub marker: bool,
    /// Carries an audio level.
    pub audible: bool,
    pub payload: Arc<[u8]>,
}
