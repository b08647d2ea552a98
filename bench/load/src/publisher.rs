//! The sending side of a participant: frames at their time, encrypted here, sent as they are.

use std::io;
use std::time::{Duration, Instant};

use str0m::media::Mid;

use crate::link::{Facts, Link, Sink};
use crate::media::{self, Kind, Layer, Place, Track};
use crate::mischief::{Conduct, Mischief};
use crate::rtcp::{key_frames_wanted, sender_report};
use crate::rtp::{Extensions, Fixed};
use crate::sdp;
use crate::srtp::Direction;
use crate::sys::{BATCH, Batch, Outbox, now_ns};

const REPORT_EVERY: Duration = Duration::from_secs(1);
/// A rhythm missed by more than this is given up, not caught up.
const PATIENCE: Duration = Duration::from_millis(100);
/// Of a quiet voice: not silent, not loud. The highest bit says that it is a voice.
const AUDIO_LEVEL: u8 = 0x80 | 30;

/// One encoding being sent.
struct Stream {
    ssrc: u32,
    payload_type: u8,
    extensions: Extensions,
    layer: Layer,
    /// With its roll-overs.
    seq: u64,
    picture_id: u16,
    key_frame_wanted: bool,
    sent: (u32, u32),
}

struct Sending {
    track: Track,
    streams: Vec<Stream>,
    timestamp: u32,
    next_at: Instant,
}

/// The sending side of a participant.
pub struct Publisher {
    pub link: Link,
    /// What is to be published.
    pub tracks: Vec<Track>,
    sendings: Vec<Sending>,
    outbox: Outbox,
    transport_seq: u16,
    report_at: Instant,
    /// While others join, only every so many'th frame is sent.
    slow_down: u32,
    /// Where in a frame's time this publisher begins, from 0 to 1.
    phase: f64,
    /// Of a participant who does not count.
    extra: Option<Mischief>,
    /// Packets of the best encodings, which are those that everybody should receive; of one who does not count, none.
    pub sent: u64,
    /// Packets our own socket did not take.
    pub refused: u64,
}

impl Publisher {
    pub fn new(
        link: Link,
        tracks: Vec<Track>,
        phase: f64,
        extra: Option<Conduct>,
        now: Instant,
    ) -> Self {
        Publisher {
            link,
            tracks,
            sendings: Vec::new(),
            outbox: Outbox::default(),
            transport_seq: 0,
            report_at: now,
            slow_down: 1,
            phase,
            extra: extra.map(Mischief::new),
            sent: 0,
            refused: 0,
        }
    }

    /// Begins with what an answer agreed to; `mids` are those of the tracks, in their order.
    pub fn begin(&mut self, answer: &str, mids: &[Mid], now: Instant) -> io::Result<()> {
        let number = |uri| sdp::extension(answer, uri);
        let webrtc = self.link.webrtc_mut()?;
        for (track, mid) in self.tracks.iter().zip(mids) {
            let mut streams = Vec::new();
            for layer in &track.layers {
                let (ssrc, payload_type) = webrtc.outgoing(*mid, &layer.rid)?;
                let mut extensions = Extensions::default();
                extensions.add(number(sdp::MID), mid.as_bytes());
                extensions.add(number(sdp::RID), layer.rid.as_bytes());
                if track.kind == Kind::Audio {
                    extensions.add(number(sdp::AUDIO_LEVEL), &[AUDIO_LEVEL]);
                }
                extensions.add_transport_seq(number(sdp::TRANSPORT_SEQ));
                streams.push(Stream::new(ssrc, payload_type, extensions, layer.clone()));
            }
            self.sendings
                .push(Sending::new(track.clone(), streams, now));
        }
        Ok(())
    }

    /// Begins without negotiation, with one source for each track, counted from `ssrc`.
    pub fn begin_bare(&mut self, ssrc: u32, now: Instant) {
        for (track, ssrc) in self.tracks.iter().zip(ssrc..) {
            let mut extensions = Extensions::default();
            extensions.add_transport_seq(Some(1));
            let layer = track.layers[0].clone();
            let streams = vec![Stream::new(ssrc, 96, extensions, layer)];
            self.sendings
                .push(Sending::new(track.clone(), streams, now));
        }
    }

    /// From now on sends every `slow_down`'th frame.
    pub fn set_pace(&mut self, slow_down: u32, now: Instant) {
        self.slow_down = slow_down;
        for sending in &mut self.sendings {
            let period = Duration::from_secs(1) / sending.track.rate_hz;
            sending.next_at = now + period.mul_f64(self.phase);
        }
    }

    /// From now on gives the packets of a frame to the kernel as one datagram to be segmented: it costs this program less than
    /// a browser.
    pub fn segment(&mut self) {
        self.outbox.segment();
    }

    /// When [`Publisher::advance`] wants to be called next, if it knows.
    pub fn next_at(&self) -> Option<Instant> {
        if !self.link.is_connected() {
            return None;
        }
        self.sendings.iter().map(|it| it.next_at).min()
    }

    /// Sends the frames that are due.
    pub fn advance(&mut self, now: Instant) {
        if !self.link.is_connected() {
            return;
        }
        let frames = self.frames();
        for at in 0..self.sendings.len() {
            let sending = &mut self.sendings[at];
            if sending.next_at > now {
                continue;
            }
            let period = Duration::from_secs(1) / sending.track.rate_hz * self.slow_down / frames;
            if now - sending.next_at > PATIENCE {
                sending.next_at = now;
            }
            sending.next_at += period;
            self.send_frame(at);
        }
        if self.report_at <= now {
            self.report_at = now + REPORT_EVERY;
            self.report();
        }
    }

    /// How many frames are sent in the time of one. Nobody misbehaves before everybody has joined.
    fn frames(&self) -> u32 {
        let conduct = self.extra.as_ref().filter(|_| self.slow_down == 1);
        conduct.map_or(1, |it| it.conduct().frames())
    }

    fn send_frame(&mut self, at: usize) {
        let frames = self.frames();
        let Sending {
            track,
            streams,
            timestamp,
            ..
        } = &mut self.sendings[at];
        let step = track.kind.clock_hz() / track.rate_hz * self.slow_down / frames;
        *timestamp = timestamp.wrapping_add(step);
        let best = streams.len() - 1;
        for (layer, stream) in streams.iter_mut().enumerate() {
            let key = std::mem::take(&mut stream.key_frame_wanted);
            for index in 0..stream.layer.packets {
                let Some(srtp) = self.link.srtp_mut() else {
                    return;
                };
                let frame = (track.kind, *timestamp, self.transport_seq);
                let place = (index, key, self.extra.is_none());
                let len = stream.write(self.outbox.vacant(), place, frame, &srtp.sending);
                self.transport_seq = self.transport_seq.wrapping_add(1);
                if let Some(mischief) = self.extra.as_mut().filter(|_| self.slow_down == 1) {
                    add_with_harm(&mut self.outbox, len, mischief, &self.link);
                } else {
                    self.outbox.add(len);
                }
            }
            stream.picture_id = stream.picture_id.wrapping_add(1);
            let all = self.outbox.len();
            let taken = self.link.send_all(&mut self.outbox);
            self.refused += (all - taken) as u64;
            if layer == best && self.extra.is_none() {
                self.sent += taken as u64;
            }
        }
    }

    fn report(&mut self) {
        for sending in &self.sendings {
            for stream in &sending.streams {
                let now = now_ns();
                let mut packet = sender_report(stream.ssrc, now, sending.timestamp, stream.sent);
                if let Some(srtp) = self.link.srtp_mut() {
                    srtp.sending.protect_rtcp(&mut packet);
                    self.link.send(&packet);
                }
            }
        }
    }

    /// Reads what the server sends to a publisher.
    pub fn receive(&mut self, batch: &mut Batch, now: Instant) {
        let mut requests = Requests::default();
        // The first one is whole, and requests come alone.
        self.link.receive(batch, 0, now, &mut requests);
        for stream in self.sendings.iter_mut().flat_map(|it| &mut it.streams) {
            stream.key_frame_wanted |= requests.0.contains(&stream.ssrc);
        }
    }
}

/// Adds the honest datagram that was written into the outbox, and the harm that goes with it. What the socket does not
/// take is no loss.
fn add_with_harm(outbox: &mut Outbox, len: usize, mischief: &mut Mischief, link: &Link) {
    mischief.note(&outbox.vacant()[..len]);
    outbox.add(len);
    for _ in 0..mischief.conduct().harm() {
        let len = mischief.write(outbox.vacant());
        outbox.add(len);
        if outbox.len() + 1 >= BATCH {
            link.send_all(outbox);
        }
    }
}

impl Sending {
    fn new(track: Track, streams: Vec<Stream>, now: Instant) -> Self {
        Sending {
            track,
            streams,
            timestamp: 0,
            next_at: now,
        }
    }
}

impl Stream {
    fn new(ssrc: u32, payload_type: u8, extensions: Extensions, layer: Layer) -> Self {
        Stream {
            ssrc,
            payload_type,
            extensions,
            layer,
            seq: 1,
            picture_id: 1,
            key_frame_wanted: true,
            sent: (0, 0),
        }
    }

    /// Writes one encrypted packet; its length. `place`: index in the frame, whether the frame is a key frame, and whether
    /// it counts.
    fn write(
        &mut self,
        packet: &mut [u8],
        place: (u32, bool, bool),
        (kind, timestamp, transport_seq): (Kind, u32, u16),
        keys: &Direction,
    ) -> usize {
        let (index, key, counts) = place;
        let fixed = Fixed {
            payload_type: self.payload_type,
            marker: kind == Kind::Video && index + 1 == self.layer.packets,
            seq: self.seq as u16,
            timestamp,
            ssrc: self.ssrc,
        };
        let header = self.extensions.write(packet, &fixed, transport_seq);
        let len = self.layer.packet_bytes as usize - keys.profile.tag_bytes();
        let payload = &mut packet[header..len];
        match kind {
            Kind::Audio => media::begin_opus(payload),
            Kind::Video => {
                let place = Place {
                    picture_id: self.picture_id,
                    first: index == 0,
                    key,
                    width: self.layer.width as u16,
                    height: self.layer.height as u16,
                };
                media::begin_vp8(payload, place);
            }
        }
        media::stamp(payload, now_ns(), counts);
        let wire = keys.protect(packet, header, len, self.seq);
        self.seq += 1;
        self.sent.0 = self.sent.0.wrapping_add(1);
        self.sent.1 = self.sent.1.wrapping_add((len - header) as u32);
        wire
    }
}

/// Sources of which the server wants a key frame.
#[derive(Default)]
struct Requests(Vec<u32>);

impl Sink for Requests {
    fn on_rtp(&mut self, _: &mut [u8], _: Facts, _: &Direction) {}

    fn on_rtcp(&mut self, packet: &[u8], keys: &Direction) {
        if let Ok(compound) = keys.unprotect_rtcp(packet) {
            self.0.extend(key_frames_wanted(&compound));
        }
    }
}
