//! What a shard must know before it starts.

use std::net::SocketAddr;

use str0m::config::DtlsCert;
use str0m::crypto::from_feature_flags;

use crate::srtp::Profile;

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
    /// What may be agreed on to protect media, the best first; a client that offers none of it gets no media.
    pub profiles: Vec<Profile>,
}
