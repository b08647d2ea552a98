//! What to do: read from JSON, whose members have the names of the fields here.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use serde_json::Value;

use crate::media::{Kind, Layer, Track};
use crate::mischief::Conduct;

/// How participants reach the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// LiveKit's signalling, version 15.
    LiveKit,
    /// Janus' WebSocket interface and its VideoRoom.
    Janus,
    /// Our reference relay: keys are told, not negotiated.
    Relay,
}

#[derive(Debug, Clone)]
pub struct Member {
    /// LiveKit's; empty for other servers.
    pub access_token: String,
    pub publishes: bool,
    pub subscribes: bool,
    /// Of one more participant, of whom nothing is counted: what others receive from it, nor what it receives.
    pub extra: Option<Conduct>,
}

#[derive(Debug, Clone)]
pub struct Plan {
    pub protocol: Protocol,
    /// Where signalling, or the relay, listens.
    pub server: SocketAddr,
    /// Where the participants' sockets are bound.
    pub address: IpAddr,
    /// The room, for servers whose access tokens do not tell it.
    pub room: u64,
    /// In the order in which they join; publishers first.
    pub members: Vec<Member>,
    /// Of every publisher.
    pub tracks: Vec<Track>,
    /// Whether subscribers count without reading, so that more can be offered than this program could read.
    pub deaf: bool,
    pub warm_up: Duration,
    pub measure: Duration,
    /// Everybody must receive everything within this time.
    pub patience: Duration,
}

impl Plan {
    /// # Errors
    /// A sentence saying which member is missing or wrong.
    pub fn from_json(text: &str) -> Result<Plan, String> {
        let value: Value = serde_json::from_str(text).map_err(|it| it.to_string())?;
        let protocol = match text_of(&value, "protocol")? {
            "livekit" => Protocol::LiveKit,
            "janus" => Protocol::Janus,
            "relay" => Protocol::Relay,
            other => return Err(format!("protocol: {other} is unknown")),
        };
        let parsed = |name| text_of(&value, name)?.parse().map_err(|_| wrong(name));
        let seconds = |name| number_of(&value, name).map(Duration::from_secs_f64);
        Ok(Plan {
            protocol,
            server: text_of(&value, "server")?
                .parse()
                .map_err(|_| wrong("server"))?,
            address: parsed("address")?,
            room: number_of(&value, "room")? as u64,
            members: list_of(&value, "members")?
                .iter()
                .map(member)
                .collect::<Result<_, _>>()?,
            tracks: list_of(&value, "tracks")?
                .iter()
                .map(track)
                .collect::<Result<_, _>>()?,
            deaf: value["deaf"].as_bool().ok_or_else(|| wrong("deaf"))?,
            warm_up: seconds("warm_up_s")?,
            measure: seconds("measure_s")?,
            patience: seconds("patience_s")?,
        })
    }

    /// How many sources member `number` should receive.
    pub fn expected(&self, number: usize) -> usize {
        self.sources(number, |it| it.publishes)
    }

    /// How many of those count.
    pub fn counted(&self, number: usize) -> usize {
        if self.members[number].extra.is_some() {
            return 0;
        }
        self.sources(number, Member::counts)
    }

    /// Whether somebody takes part who does not count.
    pub fn has_extra(&self) -> bool {
        self.members.iter().any(|it| it.extra.is_some())
    }

    fn sources(&self, number: usize, of: impl Fn(&Member) -> bool) -> usize {
        if !self.members[number].subscribes {
            return 0;
        }
        let members = self.members.iter().enumerate();
        let others = members.filter(|(other, it)| of(it) && *other != number);
        others.count() * self.tracks.len()
    }
}

impl Member {
    /// Whether what it publishes counts.
    pub fn counts(&self) -> bool {
        self.publishes && self.extra.is_none()
    }
}

fn wrong(name: &str) -> String {
    format!("{name}: missing or wrong")
}

fn text_of<'a>(value: &'a Value, name: &str) -> Result<&'a str, String> {
    value[name].as_str().ok_or_else(|| wrong(name))
}

fn number_of(value: &Value, name: &str) -> Result<f64, String> {
    let number = value[name].as_f64();
    number.filter(|it| *it >= 0.0).ok_or_else(|| wrong(name))
}

fn list_of<'a>(value: &'a Value, name: &str) -> Result<&'a [Value], String> {
    let list = value[name].as_array().map(Vec::as_slice);
    list.ok_or_else(|| wrong(name))
}

fn member(value: &Value) -> Result<Member, String> {
    let truth = |name| value[name].as_bool().ok_or_else(|| wrong(name));
    let conduct = |name: &str| Conduct::named(name).ok_or_else(|| wrong("extra"));
    Ok(Member {
        extra: value["extra"].as_str().map(conduct).transpose()?,
        access_token: text_of(value, "access_token")?.to_owned(),
        publishes: truth("publishes")?,
        subscribes: truth("subscribes")?,
    })
}

fn track(value: &Value) -> Result<Track, String> {
    let kind = match text_of(value, "kind")? {
        "audio" => Kind::Audio,
        "video" => Kind::Video,
        other => return Err(format!("kind: {other} is unknown")),
    };
    Ok(Track {
        kind,
        rate_hz: number_of(value, "rate_hz")? as u32,
        layers: list_of(value, "layers")?
            .iter()
            .map(layer)
            .collect::<Result<_, _>>()?,
    })
}

fn layer(value: &Value) -> Result<Layer, String> {
    let number = |name| number_of(value, name).map(|it| it as u32);
    let layer = Layer {
        rid: text_of(value, "rid")?.to_owned(),
        width: number("width")?,
        height: number("height")?,
        packets: number("packets")?,
        packet_bytes: number("packet_bytes")?,
    };
    if !(1..=64).contains(&layer.packets) || !(100..=1400).contains(&layer.packet_bytes) {
        return Err("packets: 1 to 64 of 100 to 1400 bytes".to_owned());
    }
    Ok(layer)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"protocol": "livekit", "server": "127.0.0.1:7880", "address": "127.0.0.1", "room": 1,
        "members": [{"access_token": "a", "publishes": true, "subscribes": true},
                    {"access_token": "b", "publishes": true, "subscribes": false},
                    {"access_token": "c", "publishes": false, "subscribes": true}],
        "tracks": [{"kind": "video", "rate_hz": 30, "layers": [
            {"rid": "", "width": 1280, "height": 720, "packets": 5, "packet_bytes": 1200}]}],
        "deaf": false, "warm_up_s": 0.5, "measure_s": 2, "patience_s": 30}"#;

    #[test]
    fn everybody_expects_the_others() {
        let plan = Plan::from_json(TEXT).expect("a right plan");
        let expected: Vec<usize> = (0..3).map(|it| plan.expected(it)).collect();
        assert_eq!(expected, [1, 0, 2]);
        assert_eq!((0..3).map(|it| plan.counted(it)).sum::<usize>(), 3);
        assert!(!plan.has_extra());
        assert_eq!(plan.warm_up, Duration::from_millis(500));
        assert_eq!(plan.tracks[0].layers[0].packets, 5);
    }

    #[test]
    fn one_more_is_expected_and_not_counted() {
        let text = TEXT.replace(r#""b","#, r#""b", "extra": "noise","#);
        let plan = Plan::from_json(&text).expect("a right plan");
        assert!(plan.has_extra());
        assert_eq!([0, 2].map(|it| plan.expected(it)), [1, 2]);
        assert_eq!([0, 1, 2].map(|it| plan.counted(it)), [0, 0, 1]);
        let error = Plan::from_json(&text.replace("noise", "kindness")).expect_err("no conduct");
        assert_eq!(error, "extra: missing or wrong");
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = Plan::from_json(&TEXT.replace("\"room\"", "\"rom\"")).expect_err("no room");
        assert_eq!(error, "room: missing or wrong");
        let error = Plan::from_json(&TEXT.replace("1200", "9000")).expect_err("too long");
        assert!(error.starts_with("packets:"));
        assert!(Plan::from_json("{").is_err());
    }
}
