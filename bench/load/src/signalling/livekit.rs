//! LiveKit's signalling, protocol 15: a connection for each way, tracks announced before they are offered.

use std::io;
use std::net::SocketAddr;
use std::os::fd::RawFd;
use std::time::{Duration, Instant};

use prost::Message as _;
use str0m::media::Mid;
use tungstenite::Message;

use super::socket::Socket;
use super::wire::{
    ANSWER, AUDIO, AddTrack, CAMERA, HIGH, MICROPHONE, OFFER, PUBLISHER, Participant as Known,
    Ping, Request, Response, SUBSCRIBER, SessionDescription, SignalRequest, SignalResponse, Track,
    TrackSettings, Trickle, VIDEO, VideoLayer,
};
use super::{Sides, Signalling};
use crate::media::Kind;

const PING_EVERY: Duration = Duration::from_secs(5);

pub struct LiveKit {
    number: usize,
    socket: Socket,
    candidates_before_offer: Vec<String>,
    offered: bool,
    /// Tracks the server has taken; when all are, we offer.
    taken: usize,
    mids: Vec<Mid>,
    ping_at: Instant,
    wanted: Vec<String>,
}

impl LiveKit {
    /// Connects and says hello; the rest happens as messages come.
    pub fn join(
        number: usize,
        server: SocketAddr,
        access_token: &str,
        subscribes: bool,
        now: Instant,
    ) -> io::Result<Self> {
        let subscribe = u8::from(subscribes);
        let path = format!(
            "/rtc?access_token={access_token}&auto_subscribe={subscribe}&adaptive_stream=0&protocol=15&sdk=rust"
        );
        Ok(LiveKit {
            number,
            socket: Socket::connect(server, &path, None)?,
            candidates_before_offer: Vec::new(),
            offered: false,
            taken: 0,
            mids: Vec::new(),
            ping_at: now + PING_EVERY,
            wanted: Vec::new(),
        })
    }

    fn send(&mut self, request: Request) -> io::Result<()> {
        let message = SignalRequest {
            message: Some(request),
        };
        self.socket.send(Message::binary(message.encode_to_vec()))
    }

    fn on_response(
        &mut self,
        response: Response,
        sides: &mut Sides,
        now: Instant,
    ) -> io::Result<()> {
        match response {
            Response::Join(join) => {
                self.add_tracks(sides)?;
                self.want_top_layers(&join.others)
            }
            Response::Update(update) => self.want_top_layers(&update.participants),
            Response::TrackPublished(_) => self.offer(sides, now),
            Response::Answer(answer) => self.begin(&answer.sdp, sides, now),
            Response::Offer(offer) => self.answer(&offer, sides, now),
            Response::Trickle(trickle) => self.trickle(&trickle, sides, now),
            Response::Leave(leave) => Err(io::Error::other(format!(
                "participant {} was sent away, reason {}",
                self.number, leave.reason
            ))),
        }
    }

    fn cid(&self, index: usize) -> String {
        format!("track-{}-{index}", self.number)
    }

    fn add_tracks(&mut self, sides: &Sides) -> io::Result<()> {
        let Some(publisher) = &sides.publisher else {
            return Ok(());
        };
        for (index, track) in publisher.tracks.iter().enumerate() {
            let mut message = AddTrack {
                cid: self.cid(index),
                name: format!("track {index}"),
                kind: AUDIO,
                source: MICROPHONE,
                disable_red: true,
                ..Default::default()
            };
            if let (Kind::Video, Some(top)) = (track.kind, track.layers.last()) {
                let lowest = 3 - track.layers.len() as i32;
                let layer = |(quality, it): (i32, &crate::media::Layer)| VideoLayer {
                    quality,
                    width: it.width,
                    height: it.height,
                    bitrate_bps: it.bitrate_bps(track.rate_hz),
                };
                message = AddTrack {
                    kind: VIDEO,
                    source: CAMERA,
                    width: top.width,
                    height: top.height,
                    layers: (lowest..).zip(&track.layers).map(layer).collect(),
                    ..message
                };
            }
            self.send(Request::AddTrack(message))?;
        }
        Ok(())
    }

    fn offer(&mut self, sides: &mut Sides, now: Instant) -> io::Result<()> {
        let Some(publisher) = &mut sides.publisher else {
            return Ok(());
        };
        self.taken += 1;
        if self.taken != publisher.tracks.len() {
            return Ok(());
        }
        let named =
            |(index, track): (usize, &crate::media::Track)| (track.clone(), self.cid(index));
        let tracks: Vec<_> = publisher.tracks.iter().enumerate().map(named).collect();
        let (sdp, mids) = publisher.link.webrtc_mut()?.offer(&tracks)?;
        publisher.link.settle(now);
        self.mids = mids;
        self.send(Request::Offer(SessionDescription {
            kind: OFFER.to_owned(),
            sdp,
            id: 1,
        }))
    }

    fn begin(&mut self, answer: &str, sides: &mut Sides, now: Instant) -> io::Result<()> {
        let Some(publisher) = &mut sides.publisher else {
            return Ok(());
        };
        publisher.link.webrtc_mut()?.accept_answer(answer)?;
        publisher.begin(answer, &self.mids, now)?;
        publisher.link.settle(now);
        Ok(())
    }

    fn answer(
        &mut self,
        offer: &SessionDescription,
        sides: &mut Sides,
        now: Instant,
    ) -> io::Result<()> {
        let Some(subscriber) = &mut sides.subscriber else {
            return Ok(());
        };
        subscriber.expect(&offer.sdp);
        let webrtc = subscriber.link.webrtc_mut()?;
        let sdp = webrtc.accept_offer(&offer.sdp)?;
        self.offered = true;
        for line in self.candidates_before_offer.drain(..) {
            webrtc.add_candidate(&line);
        }
        subscriber.link.settle(now);
        self.send(Request::Answer(SessionDescription {
            kind: ANSWER.to_owned(),
            sdp,
            id: offer.id,
        }))
    }

    fn trickle(&mut self, trickle: &Trickle, sides: &mut Sides, now: Instant) -> io::Result<()> {
        let Some(line) = candidate_line(&trickle.candidate_init) else {
            return Ok(());
        };
        let link = match trickle.target {
            PUBLISHER => sides.publisher.as_mut().map(|it| &mut it.link),
            SUBSCRIBER if self.offered => sides.subscriber.as_mut().map(|it| &mut it.link),
            _ => {
                self.candidates_before_offer.push(line.to_owned());
                None
            }
        };
        if let Some(link) = link {
            link.webrtc_mut()?.add_candidate(line);
            link.settle(now);
        }
        Ok(())
    }

    /// Asks for the best layer of every video track not asked for before.
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
        self.send(Request::TrackSetting(TrackSettings {
            track_sids,
            quality: HIGH,
            width: 1280,
            height: 720,
        }))
    }
}

impl Signalling for LiveKit {
    fn fd(&self) -> Option<RawFd> {
        Some(self.socket.fd())
    }

    fn read(&mut self, sides: &mut Sides, now: Instant) -> io::Result<()> {
        while let Some(bytes) = self.socket.receive()? {
            let message = SignalResponse::decode(bytes.as_slice()).map_err(io::Error::other)?;
            if let Some(response) = message.message {
                self.on_response(response, sides, now)?;
            }
        }
        Ok(())
    }

    fn tick(&mut self, now: Instant) -> io::Result<()> {
        if self.ping_at > now {
            return Ok(());
        }
        self.ping_at = now + PING_EVERY;
        let timestamp_ms = (crate::sys::now_ns() / 1_000_000).cast_signed();
        self.send(Request::Ping(Ping { timestamp_ms }))
    }
}

/// The candidate of an `RTCIceCandidateInit`.
fn candidate_line(json: &str) -> Option<&str> {
    let (_, rest) = json.split_once("\"candidate\"")?;
    let line = rest.split('"').nth(1)?;
    (!line.is_empty()).then_some(line)
}
