//! Clients and a network around one `Sfu`, in virtual time: nothing here sleeps, opens a socket or reads the clock twice.

pub mod client;
pub mod sources;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use media::{
    Certificate, Command, Egress, Event, Fullness, Lane, Path, PeerId, PeerStats, Profile, Receive,
    RequestId, Role, Sfu, SfuConfig, Stats, Transport, Worth, is_media,
};

use client::Client;

/// One datagram on its way.
#[derive(Debug, Clone)]
pub struct Datagram {
    pub transport: Transport,
    pub source: SocketAddr,
    pub destination: SocketAddr,
    pub payload: Vec<u8>,
}

impl Datagram {
    /// RTP or SRTCP, by its first byte.
    pub fn is_rtp_like(&self) -> bool {
        self.payload
            .first()
            .is_some_and(|byte| (128..192).contains(byte))
    }

    /// RTP proper.
    pub fn is_rtp(&self) -> bool {
        self.is_rtp_like() && !(64..96).contains(&(self.payload[1] & 0x7f))
    }
}

/// Keeps what is sent.
#[derive(Default)]
pub struct Collected {
    pub datagrams: Vec<Datagram>,
    /// Ways that are not free, by the client's address.
    pub pressed: Vec<(SocketAddr, Fullness)>,
}

impl Egress for Collected {
    fn send(&mut self, path: Path, _: Worth, len: usize, fill: &mut dyn FnMut(&mut [u8]) -> bool) {
        let mut payload = vec![0; len];
        if fill(&mut payload) {
            self.datagrams.push(Datagram {
                transport: path.transport,
                source: path.source,
                destination: path.destination,
                payload,
            });
        }
    }

    fn fullness(&self, path: Path) -> Fullness {
        let pressed = self.pressed.iter();
        let mut pressed = pressed.filter(|(client, _)| *client == path.destination);
        pressed.next().map_or(Fullness::Plenty, |(_, room)| *room)
    }
}

pub type Filter = Box<dyn FnMut(&Datagram) -> bool>;

/// The SFU, its clients, the time.
pub struct World {
    pub sfu: Sfu,
    pub now: Instant,
    pub clients: Vec<Client>,
    pub events: Vec<Event>,
    /// Every datagram the SFU sent.
    pub sent: u64,
    /// Whether a datagram towards a client arrives.
    pub downlink: Filter,
    /// Whether a datagram of a client arrives.
    pub uplink: Filter,
    /// Ways that are not free, by the client's address.
    pub pressed: Vec<(SocketAddr, Fullness)>,
    /// What published tracks are announced with.
    pub announced_bps: u32,
    /// Whether published tracks are stereo.
    pub stereo: bool,
    /// Whether clients opened from now on pace what they send.
    pub paced: bool,
    /// Whether media leaves in lanes, and more is taken in while they are out.
    pub ahead: bool,
    next_id: u64,
}

pub fn udp_address() -> SocketAddr {
    "10.0.0.1:7882".parse().expect("an address")
}

pub fn tcp_address() -> SocketAddr {
    "10.0.0.1:7881".parse().expect("an address")
}

impl Default for World {
    fn default() -> Self {
        World::new()
    }
}

impl World {
    pub fn new() -> Self {
        World::reached_at(vec![udp_address()])
    }

    /// One in which media leaves in lanes, and more is taken in meanwhile.
    pub fn ahead() -> Self {
        World {
            ahead: true,
            ..World::new()
        }
    }

    /// With an SFU that has these addresses for UDP.
    pub fn reached_at(udp_candidates: Vec<SocketAddr>) -> Self {
        let config = SfuConfig {
            udp_candidates,
            tcp_candidates: vec![tcp_address()],
            certificate: Certificate::generate().expect("a certificate"),
            profiles: Profile::PREFERRED.to_vec(),
        };
        World {
            sfu: Sfu::new(config),
            now: Instant::now(),
            clients: Vec::new(),
            events: Vec::new(),
            sent: 0,
            downlink: Box::new(|_| true),
            uplink: Box::new(|_| true),
            pressed: Vec::new(),
            announced_bps: 0,
            stereo: false,
            paced: true,
            ahead: false,
            next_id: 1,
        }
    }

    /// A number never used before.
    pub fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// Opens a peer and its client; returns the client's index.
    pub fn connect(&mut self, role: Role, transport: Transport) -> usize {
        let id = self.id();
        self.command(Command::OpenPeer {
            peer: PeerId(id),
            role,
        });
        let client = Client::new(PeerId(id), transport, id as u16, self.paced, self.now);
        self.clients.push(client);
        self.clients.len() - 1
    }

    pub fn command(&mut self, command: Command) {
        self.sfu.command(command, self.now);
        self.exchange();
    }

    /// Counters of the engine.
    pub fn stats(&mut self) -> Stats {
        let request = RequestId(self.id());
        self.command(Command::RequestStats { request });
        let found = self.take(|event| match event {
            Event::Stats { stats, .. } => Some(stats.clone()),
            _ => None,
        });
        found.into_iter().next().expect("stats")
    }

    /// Counters of a client's peer.
    pub fn peer_stats(&mut self, client: usize) -> PeerStats {
        let peer = self.clients[client].peer;
        let stats = self.stats();
        let known = stats.peers.iter().find(|(id, _)| *id == peer);
        known.expect("an open peer").1
    }

    /// The events seen so far that `pick` wants, removed from the log.
    pub fn take<T>(&mut self, mut pick: impl FnMut(&Event) -> Option<T>) -> Vec<T> {
        let mut taken = Vec::new();
        self.events.retain(|event| match pick(event) {
            Some(value) => {
                taken.push(value);
                false
            }
            None => true,
        });
        taken
    }

    /// Publisher negotiation with whatever the client has to offer.
    pub fn publish(
        &mut self,
        client: usize,
        offer: &str,
        receive: Vec<Receive>,
    ) -> Result<String, String> {
        let peer = self.clients[client].peer;
        let request = RequestId(self.id());
        self.command(Command::AcceptOffer {
            peer,
            request,
            sdp: offer.to_owned(),
            receive,
        });
        let mut answers = self.take(|event| match event {
            Event::Answered {
                request: answered,
                sdp,
                ..
            } if *answered == request => Some(Ok(sdp.clone())),
            Event::Refused {
                request: refused,
                code,
                detail,
                ..
            } if *refused == request => Some(Err(format!("{} {detail}", code.as_str()))),
            _ => None,
        });
        answers.pop().expect("an answer or a refusal")
    }

    /// An offer of the SFU.
    pub fn offer(&mut self, client: usize, ice_restart: bool) -> String {
        let peer = self.clients[client].peer;
        let request = RequestId(self.id());
        self.command(Command::Negotiate {
            peer,
            request,
            ice_restart,
        });
        let mut offers = self.take(|event| match event {
            Event::Offered {
                request: offered,
                sdp,
                ..
            } if *offered == request => Some(sdp.clone()),
            Event::Refused { code, detail, .. } => panic!("refused: {} {detail}", code.as_str()),
            _ => None,
        });
        offers.pop().expect("an offer")
    }

    /// The SFU takes the client's answer; returns (down, mid).
    pub fn answer(&mut self, client: usize, sdp: &str) -> Vec<(u64, String)> {
        let peer = self.clients[client].peer;
        let request = RequestId(self.id());
        self.command(Command::AcceptAnswer {
            peer,
            request,
            sdp: sdp.to_owned(),
        });
        let mut agreements = self.take(|event| match event {
            Event::Agreed {
                request: agreed,
                downs,
                ..
            } if *agreed == request => Some(downs.clone()),
            Event::Refused { code, detail, .. } => panic!("refused: {} {detail}", code.as_str()),
            _ => None,
        });
        let downs = agreements.pop().expect("an agreement");
        downs.into_iter().map(|(down, mid)| (down.0, mid)).collect()
    }

    /// A whole negotiation of a subscriber; returns the offer.
    pub fn renegotiate(&mut self, client: usize) -> (String, Vec<(u64, String)>) {
        let offer = self.offer(client, false);
        let answer = self.clients[client].answer(&offer);
        let agreed = self.answer(client, &answer);
        (offer, agreed)
    }

    /// Lets `duration` pass.
    pub fn run(&mut self, duration: Duration) {
        let end = self.now + duration;
        loop {
            self.exchange();
            let wake = self
                .clients
                .iter()
                .map(Client::deadline)
                .chain(self.sfu.poll_timeout())
                .min();
            let next = wake.unwrap_or(end).max(self.now + Duration::from_millis(1));
            if next > end {
                break;
            }
            self.now = next;
            self.tick();
        }
        self.now = end;
        self.tick();
        self.exchange();
    }

    /// Lets time pass in small steps until `done`, at most `limit`.
    pub fn run_until(&mut self, limit: Duration, mut done: impl FnMut(&World) -> bool) -> bool {
        let end = self.now + limit;
        while self.now < end {
            if done(self) {
                return true;
            }
            self.run(Duration::from_millis(5));
        }
        done(self)
    }

    fn tick(&mut self) {
        self.sfu.timeout(self.now);
        for client in &mut self.clients {
            client.timeout(self.now);
        }
    }

    /// Carries datagrams until nobody has any.
    pub fn exchange(&mut self) {
        loop {
            let mut incoming = Vec::new();
            for client in &mut self.clients {
                incoming.extend(client.take_outgoing(self.now));
            }
            let mut quiet = incoming.is_empty();
            incoming.retain(|datagram| (self.uplink)(datagram));
            let mut out = Collected {
                pressed: self.pressed.clone(),
                ..Collected::default()
            };
            if self.ahead {
                self.take_in_while_sending(incoming, &mut out);
                quiet &= self.sfu.waiting_packets() == 0;
            } else {
                self.take_in(&incoming);
                self.sfu.flush(&mut out, self.now);
            }
            while let Some(event) = self.sfu.poll_event() {
                self.events.push(event);
            }
            quiet &= out.datagrams.is_empty();
            self.deliver(out);
            if quiet {
                return;
            }
        }
    }

    fn take_in(&mut self, datagrams: &[Datagram]) {
        for datagram in datagrams {
            let (source, destination) = (datagram.source, datagram.destination);
            let (transport, payload) = (datagram.transport, &datagram.payload);
            self.sfu
                .packet(transport, source, destination, payload, self.now);
        }
    }

    /// Sends what waits, and meanwhile takes in media; everything else afterwards.
    fn take_in_while_sending(&mut self, datagrams: Vec<Datagram>, out: &mut Collected) {
        let mut lanes: [Lane; 3] = Default::default();
        self.sfu.lend(&mut lanes, self.now);
        let media = |datagram: &Datagram| is_media(&datagram.payload);
        let (media, others): (Vec<_>, Vec<_>) = datagrams.into_iter().partition(media);
        self.take_in(&media);
        self.sfu.distribute();
        for lane in &mut lanes {
            lane.send(out);
        }
        self.sfu.take_back(&mut lanes);
        self.take_in(&others);
        self.sfu.flush_others(out, self.now);
    }

    /// Brings datagrams of the SFU to their clients.
    pub fn deliver(&mut self, out: Collected) {
        self.sent += out.datagrams.len() as u64;
        for datagram in out.datagrams {
            if !(self.downlink)(&datagram) {
                continue;
            }
            let mut clients = self.clients.iter_mut();
            if let Some(client) = clients.find(|client| client.address == datagram.destination) {
                client.receive(&datagram, self.now);
            }
        }
    }
}
