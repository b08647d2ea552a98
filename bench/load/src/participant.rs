//! One participant: a signalling connection, a subscriber link and, for some, a publisher link.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use str0m::media::Mid;

use crate::clock::Clock;
use crate::link::{Link, Notice, Packet};
use crate::media::{AUDIO_RATE, FRAME_RATE, LAYERS, VideoLayer as Encoder, audio_payload, layers};
use crate::signal::Signal;
use crate::sys::Poller;
use crate::tally::Delays;
use crate::wire::{
    ANSWER, AUDIO, AddTrack, CAMERA, HIGH, MICROPHONE, OFFER, PUBLISHER, Participant as Known,
    Ping, Request, Response, SUBSCRIBER, SessionDescription, Track, TrackSettings, Trickle, VIDEO,
    VideoLayer,
};

/// Tokens of a participant with the poller: its number times three, plus one of these.
pub const TOKENS: u64 = 3;
pub const SIGNAL: u64 = 0;
pub const PUBLISHING: u64 = 1;
pub const SUBSCRIBING: u64 = 2;

const PING_EVERY: Duration = Duration::from_secs(5);

/// The sending side of a publisher.
struct Publishing {
    link: Link,
    audio: Option<Mid>,
    video: Option<Mid>,
    /// Tracks the server has taken; at two we offer.
    taken: usize,
    encoders: Vec<Encoder>,
    audio_seq: u64,
    frames: u32,
    next_video_at: Instant,
    next_audio_at: Instant,
}

pub struct Participant {
    number: usize,
    signal: Signal,
    subscriber: Link,
    publishing: Option<Publishing>,
    candidates_before_offer: Vec<String>,
    offered: bool,
    ping_at: Instant,
    wanted: Vec<String>,
    notices: Vec<Notice>,
}

impl Participant {
    /// Connects and says hello; the rest happens as messages come.
    pub fn join(
        number: usize,
        server: SocketAddr,
        access_token: &str,
        publishes: bool,
        poller: &Poller,
    ) -> io::Result<Self> {
        let now = Instant::now();
        let signal = Signal::connect(server, access_token)?;
        let subscriber = Link::new(now)?;
        let base = number as u64 * TOKENS;
        poller.add(signal.fd(), base + SIGNAL)?;
        poller.add(subscriber.fd(), base + SUBSCRIBING)?;
        let publishing = publishes.then(|| Publishing::new(now)).transpose()?;
        if let Some(publishing) = &publishing {
            poller.add(publishing.link.fd(), base + PUBLISHING)?;
        }
        Ok(Participant {
            number,
            signal,
            subscriber,
            publishing,
            candidates_before_offer: Vec::new(),
            offered: false,
            ping_at: now + PING_EVERY,
            wanted: Vec::new(),
            notices: Vec::new(),
        })
    }

    pub fn subscriber(&self) -> &Link {
        &self.subscriber
    }

    pub fn subscriber_mut(&mut self) -> &mut Link {
        &mut self.subscriber
    }

    /// Packets this participant published.
    pub fn sent(&self) -> u64 {
        self.publishing.as_ref().map_or(0, |it| it.link.sent)
    }

    pub fn ports(&self) -> impl Iterator<Item = u16> {
        let publisher = self.publishing.as_ref().map(|it| it.link.port());
        [Some(self.subscriber.port()), publisher]
            .into_iter()
            .flatten()
    }

    /// Handles every signalling message that waits.
    pub fn read_signal(&mut self) -> io::Result<()> {
        while let Some(response) = self.signal.receive()? {
            self.on_response(response)?;
        }
        Ok(())
    }

    fn on_response(&mut self, response: Response) -> io::Result<()> {
        match response {
            Response::Join(join) => {
                self.add_tracks()?;
                self.want_top_layers(&join.others)
            }
            Response::Update(update) => self.want_top_layers(&update.participants),
            Response::TrackPublished(_) => self.offer(),
            Response::Answer(answer) => match &mut self.publishing {
                Some(publishing) => publishing.link.accept_answer(&answer.sdp),
                None => Ok(()),
            },
            Response::Offer(offer) => self.answer(&offer),
            Response::Trickle(trickle) => {
                self.trickle(&trickle);
                Ok(())
            }
            Response::Leave(leave) => Err(io::Error::other(format!(
                "participant {} was sent away, reason {}",
                self.number, leave.reason
            ))),
        }
    }

    fn cid(&self, kind: &str) -> String {
        format!("{kind}-{}", self.number)
    }

    fn add_tracks(&mut self) -> io::Result<()> {
        if self.publishing.is_none() {
            return Ok(());
        }
        self.signal.send(Request::AddTrack(AddTrack {
            cid: self.cid("audio"),
            name: "microphone".to_owned(),
            kind: AUDIO,
            source: MICROPHONE,
            disable_red: true,
            ..Default::default()
        }))?;
        let layer = |(quality, (_, width, height, bitrate_bps))| VideoLayer {
            quality,
            width,
            height,
            bitrate_bps,
        };
        let (_, width, height, _) = LAYERS[2];
        self.signal.send(Request::AddTrack(AddTrack {
            cid: self.cid("video"),
            name: "camera".to_owned(),
            kind: VIDEO,
            source: CAMERA,
            width,
            height,
            layers: (0..).zip(LAYERS).map(layer).collect(),
            ..Default::default()
        }))
    }

    /// Once both tracks are announced, they are offered.
    fn offer(&mut self) -> io::Result<()> {
        let (audio_cid, video_cid) = (self.cid("audio"), self.cid("video"));
        let Some(publishing) = &mut self.publishing else {
            return Ok(());
        };
        publishing.taken += 1;
        if publishing.taken != 2 {
            return Ok(());
        }
        let (sdp, audio, video) = publishing.link.offer(&audio_cid, &video_cid);
        publishing.audio = Some(audio);
        publishing.video = Some(video);
        self.signal.send(Request::Offer(SessionDescription {
            kind: OFFER.to_owned(),
            sdp,
            id: 1,
        }))
    }

    fn answer(&mut self, offer: &SessionDescription) -> io::Result<()> {
        let sdp = self.subscriber.accept_offer(&offer.sdp)?;
        self.offered = true;
        for line in self.candidates_before_offer.drain(..) {
            self.subscriber.add_candidate(&line);
        }
        self.signal.send(Request::Answer(SessionDescription {
            kind: ANSWER.to_owned(),
            sdp,
            id: offer.id,
        }))
    }

    fn trickle(&mut self, trickle: &Trickle) {
        let Some(line) = candidate_line(&trickle.candidate_init) else {
            return;
        };
        if trickle.target == PUBLISHER {
            if let Some(publishing) = &mut self.publishing {
                publishing.link.add_candidate(line);
            }
        } else if trickle.target == SUBSCRIBER {
            if self.offered {
                self.subscriber.add_candidate(line);
            } else {
                self.candidates_before_offer.push(line.to_owned());
            }
        }
    }

    /// Asks for 720p of every video track not asked for before.
    fn want_top_layers(&mut self, known: &[Known]) -> io::Result<()> {
        let own = format!("load-{}", self.number);
        let others = known.iter().filter(|it| it.identity != own);
        let video = |track: &&Track| track.kind == VIDEO && !self.wanted.contains(&track.sid);
        let track_sids: Vec<String> = others
            .flat_map(|it| &it.tracks)
            .filter(video)
            .map(|track| track.sid.clone())
            .collect();
        if track_sids.is_empty() {
            return Ok(());
        }
        self.wanted.extend(track_sids.iter().cloned());
        let (_, width, height, _) = LAYERS[2];
        self.signal.send(Request::TrackSetting(TrackSettings {
            track_sids,
            quality: HIGH,
            width,
            height,
        }))
    }

    /// Reads one of the two links.
    pub fn read_link(
        &mut self,
        which: u64,
        batch: &mut crate::sys::Batch,
        clock: &Clock,
        delays: &mut Delays,
    ) {
        let link = match (which, &mut self.publishing) {
            (SUBSCRIBING, _) => &mut self.subscriber,
            (_, Some(publishing)) => &mut publishing.link,
            _ => return,
        };
        link.receive(batch, clock, delays, &mut self.notices);
        self.heed_notices();
    }

    fn heed_notices(&mut self) {
        let Some(publishing) = &mut self.publishing else {
            return self.notices.clear();
        };
        for Notice::KeyFrameWanted(rid) in self.notices.drain(..) {
            for encoder in &mut publishing.encoders {
                if rid.is_none_or(|rid| *rid == *encoder.rid) {
                    encoder.key_frame_wanted = true;
                }
            }
        }
    }

    /// When [`Participant::advance`] wants to be called next.
    pub fn deadline(&self) -> Instant {
        let mut first = self.ping_at.min(self.subscriber.deadline());
        if let Some(publishing) = &self.publishing {
            first = first.min(publishing.link.deadline());
            if publishing.link.connected {
                let media = publishing.next_audio_at.min(publishing.next_video_at);
                first = first.min(media);
            }
        }
        first
    }

    /// Does what has become due.
    pub fn advance(&mut self, now: Instant, clock: &Clock, delays: &mut Delays) -> io::Result<()> {
        let now_us = clock.micros(now);
        if self.ping_at <= now {
            self.ping_at = now + PING_EVERY;
            self.signal.send(Request::Ping(Ping {
                timestamp_ms: i64::try_from(now_us / 1000).unwrap_or(0),
            }))?;
        }
        if self.subscriber.deadline() <= now {
            self.subscriber
                .settle(now, now_us, delays, &mut self.notices);
        }
        if let Some(publishing) = &mut self.publishing {
            let wrote = publishing.advance(now, now_us);
            if wrote || publishing.link.deadline() <= now {
                let link = &mut publishing.link;
                link.settle(now, now_us, delays, &mut self.notices);
            }
        }
        self.heed_notices();
        Ok(())
    }
}

impl Publishing {
    fn new(now: Instant) -> io::Result<Self> {
        Ok(Publishing {
            link: Link::new(now)?,
            audio: None,
            video: None,
            taken: 0,
            encoders: layers(),
            audio_seq: 1,
            frames: 0,
            next_video_at: now,
            next_audio_at: now,
        })
    }

    /// Writes the media that is due; whether there was any. A rhythm missed by more than a tenth of a second is given up, not caught up.
    fn advance(&mut self, now: Instant, now_us: u64) -> bool {
        if !self.link.connected {
            return false;
        }
        let mut wrote = false;
        for next in [&mut self.next_audio_at, &mut self.next_video_at] {
            if now.saturating_duration_since(*next) > Duration::from_millis(100) {
                *next = now;
            }
        }
        if self.next_audio_at <= now {
            self.next_audio_at += Duration::from_secs(1) / AUDIO_RATE;
            self.write_audio(now, now_us);
            wrote = true;
        }
        if self.next_video_at <= now {
            self.next_video_at += Duration::from_secs(1) / FRAME_RATE;
            self.write_video(now, now_us);
            wrote = true;
        }
        wrote
    }

    fn write_audio(&mut self, now: Instant, now_us: u64) {
        let Some((mid, pt)) = self
            .audio
            .and_then(|mid| Some((mid, self.link.payload_type(mid)?)))
        else {
            return;
        };
        let packet = Packet {
            seq: self.audio_seq,
            timestamp: (self.audio_seq as u32).wrapping_mul(48_000 / AUDIO_RATE),
            marker: false,
            audible: true,
            payload: audio_payload(now_us),
        };
        self.audio_seq += 1;
        self.link.write((mid, None, pt), packet, now);
    }

    fn write_video(&mut self, now: Instant, now_us: u64) {
        let Some((mid, pt)) = self
            .video
            .and_then(|mid| Some((mid, self.link.payload_type(mid)?)))
        else {
            return;
        };
        self.frames = self.frames.wrapping_add(1);
        for encoder in &mut self.encoders {
            let payloads = encoder.frame(now_us);
            let last = payloads.len() - 1;
            for (index, payload) in payloads.into_iter().enumerate() {
                let packet = Packet {
                    seq: encoder.next_seq,
                    timestamp: self.frames.wrapping_mul(90_000 / FRAME_RATE),
                    marker: index == last,
                    audible: false,
                    payload,
                };
                encoder.next_seq += 1;
                let to = (mid, Some(encoder.rid.into()), pt);
                self.link.write(to, packet, now);
            }
        }
    }
}

/// The candidate of an `RTCIceCandidateInit`.
fn candidate_line(json: &str) -> Option<&str> {
    let (_, rest) = json.split_once("\"candidate\"")?;
    let line = rest.split('"').nth(1)?;
    (!line.is_empty()).then_some(line)
}
