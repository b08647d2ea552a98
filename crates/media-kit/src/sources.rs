//! Made-up media: packets that look like VP8 and Opus to everyone but a decoder.

use std::time::Duration;

use str0m::Rtc;
use str0m::format::Codec;
use str0m::media::{MediaKind, Mid, Pt};

use super::World;
use media::{Command, DownId, Receive, Role, TrackId, Transport};

/// One packet to send.
#[derive(Debug, Clone)]
pub struct Frame {
    pub codec: Codec,
    pub seq: u64,
    pub timestamp: u32,
    pub marker: bool,
    pub audio_level: Option<i8>,
    pub payload: Vec<u8>,
}

impl Frame {
    pub fn payload_type(&self, rtc: &Rtc) -> Pt {
        let params = rtc.codec_config().params();
        // Of the kinds of H.264 the one that is forwarded: constrained baseline, several packets to a picture.
        let usable = |format: &str0m::format::FormatParams| {
            self.codec != Codec::H264
                || (format.packetization_mode == Some(1)
                    && format.profile_level_id.map(|id| id >> 8) == Some(0x42e0))
        };
        let fits = params
            .iter()
            .find(|param| param.spec().codec == self.codec && usable(&param.spec().format));
        fits.expect("a payload type").pt()
    }
}

/// A source of single-packet VP8 frames.
#[derive(Debug, Clone)]
pub struct Vp8Source {
    pub seq: u64,
    pub timestamp: u32,
    pub picture_id: u16,
    pub tl0: u8,
}

impl Vp8Source {
    pub fn new(seed: u64) -> Self {
        Vp8Source {
            seq: 100 * seed,
            timestamp: (seed as u32).wrapping_mul(0x1357_9bdf),
            picture_id: (seed as u16).wrapping_mul(977) & 0x7fff,
            tl0: seed as u8,
        }
    }

    /// The next frame, 40 ms after the last.
    pub fn frame(&mut self, key: bool) -> Frame {
        self.seq += 1;
        self.timestamp = self.timestamp.wrapping_add(3600);
        self.picture_id = (self.picture_id + 1) & 0x7fff;
        self.tl0 = self.tl0.wrapping_add(1);
        let [high, low] = self.picture_id.to_be_bytes();
        let first_byte = if key { 0x10 } else { 0x11 };
        let mut payload = vec![
            0x90,
            0xe0,
            0x80 | high,
            low,
            self.tl0,
            0x20,
            first_byte,
            0,
            0,
        ];
        payload.extend((0..500).map(|i| (i as u64 + self.seq) as u8));
        Frame {
            codec: Codec::Vp8,
            seq: self.seq,
            timestamp: self.timestamp,
            marker: true,
            audio_level: None,
            payload,
        }
    }
}

/// Numbers in a received VP8 payload: (picture id, TL0PICIDX).
pub fn vp8_numbers(payload: &[u8]) -> (u16, u8) {
    (
        u16::from_be_bytes([payload[2] & 0x7f, payload[3]]),
        payload[4],
    )
}

/// A key frame of H.264 in one packet, as far as its first byte goes.
pub fn h264_key_frame(seq: u64) -> Frame {
    Frame {
        codec: Codec::H264,
        seq,
        timestamp: 3600 * seq as u32,
        marker: true,
        audio_level: None,
        payload: vec![0x67, 1, 2, 3],
    }
}

pub fn opus(number: u64, level: i8) -> Frame {
    Frame {
        codec: Codec::Opus,
        seq: 5000 + number,
        timestamp: 960 * number as u32,
        marker: false,
        audio_level: Some(level),
        payload: vec![0x78, number as u8, 1, 2, 3],
    }
}

/// A track on its way: who publishes it, in which section.
#[derive(Debug, Clone, Copy)]
pub struct Published {
    pub client: usize,
    pub mid: Mid,
    pub track: TrackId,
}

impl World {
    /// A connected publisher of one track.
    pub fn publisher(&mut self, kind: MediaKind, rids: &[&str], transport: Transport) -> Published {
        let client = self.connect(Role::Publisher, transport);
        let published = self.add_track(client, kind, rids);
        let up = self.run_until(Duration::from_secs(5), |world| {
            world.clients[client].rtc.is_connected()
        });
        assert!(up, "the publisher connects");
        published
    }

    /// One more track of a publisher.
    pub fn add_track(&mut self, client: usize, kind: MediaKind, rids: &[&str]) -> Published {
        let track = TrackId(self.id());
        let (offer, mids) = self.clients[client].offer(&[(kind, rids)]);
        let mime = if kind == MediaKind::Audio {
            "audio/opus"
        } else {
            "video/vp8"
        };
        let receive = Receive {
            mid: mids[0].to_string(),
            track,
            mime: mime.to_owned(),
            stereo: self.stereo,
            announced_bps: self.announced_bps,
        };
        let answer = self
            .publish(client, &offer, vec![receive])
            .expect("an answer");
        self.clients[client].accept(&answer);
        Published {
            client,
            mid: mids[0],
            track,
        }
    }

    /// A connected subscriber of `tracks`; returns its index and the mid of each.
    pub fn subscriber(&mut self, tracks: &[TrackId], transport: Transport) -> (usize, Vec<String>) {
        let client = self.connect(Role::Subscriber, transport);
        for track in tracks {
            self.subscribe(client, *track);
        }
        let (_, agreed) = self.renegotiate(client);
        let up = self.run_until(Duration::from_secs(5), |world| {
            world.clients[client].rtc.is_connected()
        });
        assert!(up, "the subscriber connects");
        (client, agreed.into_iter().map(|(_, mid)| mid).collect())
    }

    /// Desires a down-track.
    pub fn subscribe(&mut self, client: usize, track: TrackId) -> DownId {
        let down = DownId(self.id());
        let peer = self.clients[client].peer;
        self.command(Command::AddDown {
            peer,
            down,
            track,
            stream_id: format!("PA_{}|TR_{}", peer.0, track.0),
            track_sid: format!("TR_{}", track.0),
        });
        down
    }

    /// Sends one frame from each of `layers`, then lets 40 ms pass.
    pub fn send_layers(&mut self, from: Published, sources: &mut [(&str, Vp8Source)], key: bool) {
        for (rid, source) in sources {
            let rid = (!rid.is_empty()).then_some(*rid);
            let frame = source.frame(key);
            let now = self.now;
            self.clients[from.client].send(from.mid, rid, &frame, now);
        }
        self.run(Duration::from_millis(40));
    }
}
