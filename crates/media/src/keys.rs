//! Takes the SRTP keys out of the DTLS handshake, which str0m conducts.
//!
//! str0m asks a provider for a DTLS instance. Ours wraps the stock one, notes the exported keys and withholds them from
//! str0m: without keys it sends no RTP and no RTCP, so no index of a source is ever used twice under one key.

use std::cell::RefCell;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use str0m::crypto::dtls::{
    DtlsCert, DtlsImplError, DtlsInstance, DtlsOutput, DtlsProvider, DtlsVersion, ProtocolVersion,
    SrtpProfile,
};
use str0m::crypto::{CryptoError, CryptoProvider, from_feature_flags};

use crate::srtp::{self, Inbound, Outbound, Profile};

/// What a handshake agreed on for SRTP.
struct Agreed {
    profile: Profile,
    material: Box<[u8]>,
    client: bool,
}

/// Where the keys of one connection appear when its handshake is done.
#[derive(Clone, Default)]
pub(crate) struct KeySlot(Arc<OnceLock<Agreed>>);

impl KeySlot {
    /// Both directions; `None` before the handshake is done, and if no profile of ours was agreed on.
    pub(crate) fn directions(&self) -> Option<(Outbound, Inbound)> {
        let agreed = self.0.get()?;
        srtp::from_dtls(agreed.profile, &agreed.material, agreed.client)
    }
}

impl fmt::Debug for KeySlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeySlot")
    }
}

thread_local! {
    /// The slot of the connection being built on this thread: str0m gives a provider no way to say which one it is.
    static BUILDING: RefCell<Option<KeySlot>> = const { RefCell::new(None) };
}

/// str0m's own cryptography, with our hand on the DTLS keys.
pub(crate) fn crypto() -> CryptoProvider {
    CryptoProvider {
        dtls_provider: &Tap,
        ..from_feature_flags()
    }
}

/// Runs `build`, which makes one connection with [`crypto`], and returns where its keys will appear.
pub(crate) fn with_slot<T>(build: impl FnOnce() -> T) -> (T, KeySlot) {
    let slot = KeySlot::default();
    BUILDING.set(Some(slot.clone()));
    let built = build();
    BUILDING.set(None);
    (built, slot)
}

#[derive(Debug)]
struct Tap;

impl DtlsProvider for Tap {
    fn generate_certificate(&self) -> Option<DtlsCert> {
        from_feature_flags().dtls_provider.generate_certificate()
    }

    fn new_dtls(
        &self,
        cert: &DtlsCert,
        now: Instant,
        dtls_version: DtlsVersion,
        mtu: Option<usize>,
    ) -> Result<Box<dyn DtlsInstance>, CryptoError> {
        let inner = from_feature_flags()
            .dtls_provider
            .new_dtls(cert, now, dtls_version, mtu)?;
        Ok(Box::new(TappedInstance {
            inner,
            slot: BUILDING.take().unwrap_or_default(),
            now,
        }))
    }
}

#[derive(Debug)]
struct TappedInstance {
    inner: Box<dyn DtlsInstance>,
    slot: KeySlot,
    now: Instant,
}

impl TappedInstance {
    fn note(&self, material: &[u8], profile: SrtpProfile) {
        let profile = match profile {
            SrtpProfile::AES128_CM_SHA1_80 => Profile::Aes128CmSha1,
            SrtpProfile::AEAD_AES_128_GCM => Profile::Aes128Gcm,
            SrtpProfile::AEAD_AES_256_GCM => Profile::Aes256Gcm,
            _ => return,
        };
        // A second export would restart every index under the first one's keys; only the first counts.
        let _ = self.slot.0.set(Agreed {
            profile,
            material: material.into(),
            client: self.inner.is_active(),
        });
    }
}

impl DtlsInstance for TappedInstance {
    fn set_active(&mut self, active: bool) {
        self.inner.set_active(active);
    }

    fn handle_packet(&mut self, packet: &[u8]) -> Result<(), DtlsImplError> {
        self.inner.handle_packet(packet)
    }

    fn poll_output<'a>(&mut self, buf: &'a mut [u8]) -> DtlsOutput<'a> {
        match self.inner.poll_output(buf) {
            DtlsOutput::KeyingMaterial(material, profile) => {
                self.note(&material, profile);
                // "Ask again at once": nothing was said.
                DtlsOutput::Timeout(self.now)
            }
            other => other,
        }
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), DtlsImplError> {
        self.now = now;
        self.inner.handle_timeout(now)
    }

    fn send_application_data(&mut self, data: &[u8]) -> Result<usize, DtlsImplError> {
        self.inner.send_application_data(data)
    }

    fn is_active(&self) -> bool {
        self.inner.is_active()
    }

    fn protocol_version(&self) -> Option<ProtocolVersion> {
        self.inner.protocol_version()
    }

    fn is_closing(&self) -> bool {
        self.inner.is_closing()
    }

    fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }

    fn close(&mut self) -> Result<(), DtlsImplError> {
        self.inner.close()
    }
}
