//! Janus' VideoRoom by its WebSocket interface: a publisher has one connection, a subscriber one for all it watches.

use std::io;
use std::net::SocketAddr;
use std::os::fd::RawFd;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use str0m::media::Mid;
use tungstenite::Message;

use super::socket::Socket;
use super::{Sides, Signalling};

const KEEP_ALIVE_EVERY: Duration = Duration::from_secs(20);

/// What the next answer will be to.
enum Step {
    Session,
    Handle,
    Joined,
    Running,
}

pub struct Janus {
    socket: Socket,
    step: Step,
    session: u64,
    handle: u64,
    room: u64,
    role: Role,
    mids: Vec<Mid>,
    keep_alive_at: Instant,
}

/// What a participant joins as.
pub enum Role {
    /// With this feed number.
    Publisher(u64),
    /// Watching these feeds.
    Subscriber(Vec<u64>),
}

impl Janus {
    /// Connects and asks for a session; the rest happens as messages come.
    pub fn join(server: SocketAddr, room: u64, role: Role, now: Instant) -> io::Result<Self> {
        let mut janus = Janus {
            socket: Socket::connect(server, "/", Some("janus-protocol"))?,
            step: Step::Session,
            session: 0,
            handle: 0,
            room,
            role,
            mids: Vec::new(),
            keep_alive_at: now + KEEP_ALIVE_EVERY,
        };
        janus.send(json!({"janus": "create"}))?;
        Ok(janus)
    }

    fn send(&mut self, mut message: Value) -> io::Result<()> {
        message["transaction"] = json!("t");
        if self.session != 0 {
            message["session_id"] = json!(self.session);
        }
        if self.handle != 0 && message["janus"] != "keepalive" {
            message["handle_id"] = json!(self.handle);
        }
        self.socket.send(Message::text(message.to_string()))
    }

    fn request(&mut self, body: Value, jsep: Option<Value>) -> io::Result<()> {
        let mut message = json!({"janus": "message", "body": body});
        if let Some(jsep) = jsep {
            message["jsep"] = jsep;
        }
        self.send(message)
    }

    fn on_message(&mut self, message: &Value, sides: &mut Sides, now: Instant) -> io::Result<()> {
        let refused = |code: &Value| io::Error::other(format!("Janus refused: {code}"));
        let data = &message["plugindata"]["data"];
        if !message["error"].is_null() || !data["error"].is_null() {
            return Err(refused(message));
        }
        let id = message["data"]["id"].as_u64();
        match (&self.step, message["janus"].as_str()) {
            (Step::Session, Some("success")) => {
                self.session = id.ok_or_else(|| refused(message))?;
                self.step = Step::Handle;
                self.send(json!({"janus": "attach", "plugin": "janus.plugin.videoroom"}))
            }
            (Step::Handle, Some("success")) => {
                self.handle = id.ok_or_else(|| refused(message))?;
                self.step = Step::Joined;
                self.enter()
            }
            (Step::Joined, Some("event")) => {
                self.step = Step::Running;
                self.describe(message["jsep"]["sdp"].as_str(), sides, now)
            }
            (Step::Running, Some("event")) => match message["jsep"]["sdp"].as_str() {
                Some(answer) => self.begin(answer, sides, now),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn enter(&mut self) -> io::Result<()> {
        let room = self.room;
        let body = match &self.role {
            Role::Publisher(feed) => {
                json!({"request": "join", "ptype": "publisher", "room": room, "id": feed})
            }
            Role::Subscriber(feeds) => {
                let streams: Vec<Value> = feeds.iter().map(|it| json!({"feed": it})).collect();
                json!({"request": "join", "ptype": "subscriber", "room": room, "streams": streams})
            }
        };
        self.request(body, None)
    }

    /// A publisher offers now; a subscriber has been offered something.
    fn describe(&mut self, offer: Option<&str>, sides: &mut Sides, now: Instant) -> io::Result<()> {
        if let Some(publisher) = &mut sides.publisher {
            let named = |it: &crate::media::Track| (it.clone(), String::from("track"));
            let tracks: Vec<_> = publisher.tracks.iter().map(named).collect();
            let (sdp, mids) = publisher.link.webrtc_mut()?.offer(&tracks)?;
            self.mids = mids;
            let jsep = json!({"type": "offer", "sdp": sdp});
            return self.request(json!({"request": "publish"}), Some(jsep));
        }
        let (Some(subscriber), Some(offer)) = (&mut sides.subscriber, offer) else {
            return Err(io::Error::other("Janus offered nothing"));
        };
        subscriber.expect(offer);
        let sdp = subscriber.link.webrtc_mut()?.accept_offer(offer)?;
        subscriber.link.settle(now);
        let jsep = json!({"type": "answer", "sdp": sdp});
        self.request(json!({"request": "start"}), Some(jsep))
    }

    fn begin(&mut self, answer: &str, sides: &mut Sides, now: Instant) -> io::Result<()> {
        if let Some(publisher) = &mut sides.publisher {
            publisher.link.webrtc_mut()?.accept_answer(answer)?;
            publisher.begin(answer, &self.mids, now)?;
            publisher.link.settle(now);
        }
        Ok(())
    }
}

impl Signalling for Janus {
    fn fd(&self) -> Option<RawFd> {
        Some(self.socket.fd())
    }

    fn read(&mut self, sides: &mut Sides, now: Instant) -> io::Result<()> {
        while let Some(bytes) = self.socket.receive()? {
            let message = serde_json::from_slice(&bytes).map_err(io::Error::other)?;
            self.on_message(&message, sides, now)?;
        }
        Ok(())
    }

    fn tick(&mut self, now: Instant) -> io::Result<()> {
        if self.keep_alive_at > now {
            return Ok(());
        }
        self.keep_alive_at = now + KEEP_ALIVE_EVERY;
        self.send(json!({"janus": "keepalive"}))
    }
}
