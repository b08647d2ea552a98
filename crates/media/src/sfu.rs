//! The state machine of one shard.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Instant;

use str0m::config::DtlsCert;
use str0m::crypto::from_feature_flags;

use crate::command::Command;
use crate::event::{Event, Transport};

/// Where outgoing datagrams go. `source` is one of the configured local candidates.
pub trait Egress {
    /// Sends one datagram (UDP) or one RFC 4571 frame without its prefix (TCP).
    fn send(
        &mut self,
        transport: Transport,
        source: SocketAddr,
        destination: SocketAddr,
        payload: &[u8],
    );
}

/// The DTLS certificate shared by all peers of a process.
#[derive(Clone)]
pub struct Certificate(pub(crate) DtlsCert);

impl Certificate {
    /// Makes a new self-signed certificate; `None` when the crypto library cannot.
    #[must_use]
    pub fn generate() -> Option<Self> {
        from_feature_flags()
            .dtls_provider
            .generate_certificate()
            .map(Certificate)
    }

    /// `sha-256 AB:CD:…`, as in `a=fingerprint`.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let digest = from_feature_flags()
            .sha256_provider
            .sha256(&self.0.certificate);
        let hex: Vec<String> = digest.iter().map(|byte| format!("{byte:02X}")).collect();
        format!("sha-256 {}", hex.join(":"))
    }
}

/// What a shard must know before it starts.
#[derive(Clone)]
pub struct SfuConfig {
    /// Addresses written into UDP host candidates. A datagram that arrived on another local address is attributed to
    /// the first one of its family.
    pub udp_candidates: Vec<SocketAddr>,
    /// Addresses written into passive TCP host candidates; may be empty.
    pub tcp_candidates: Vec<SocketAddr>,
    /// The DTLS certificate.
    pub certificate: Certificate,
}

/// One shard: all its peers, tracks and down-tracks.
pub struct Sfu {
    config: SfuConfig,
    events: VecDeque<Event>,
}

impl Sfu {
    /// An empty shard.
    #[must_use]
    pub fn new(config: SfuConfig) -> Self {
        Sfu {
            config,
            events: VecDeque::new(),
        }
    }

    /// Carries out one command.
    pub fn command(&mut self, command: Command, now: Instant) {
        let _ = (&self.config, command, now);
    }

    /// Takes in one datagram (UDP) or frame (TCP). Garbage is counted and ignored.
    pub fn packet(
        &mut self,
        transport: Transport,
        source: SocketAddr,
        destination: SocketAddr,
        payload: &[u8],
        now: Instant,
    ) {
        let _ = (transport, source, destination, payload, now);
    }

    /// The TCP connection from `source` is gone.
    pub fn tcp_closed(&mut self, source: SocketAddr, now: Instant) {
        let _ = (source, now);
    }

    /// Does what has become due; call when `poll_timeout` has passed.
    pub fn timeout(&mut self, now: Instant) {
        let _ = now;
    }

    /// When `timeout` wants to be called next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    /// Hands every waiting datagram to `egress`. Call after each batch of commands, packets or timeouts.
    pub fn flush(&mut self, egress: &mut dyn Egress, now: Instant) {
        let _ = (egress, now);
    }

    /// The next report, if any.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }
}
