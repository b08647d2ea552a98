//! Takes the SRTP keys out of str0m's DTLS, so that media can pass by it.
//!
//! The server takes its keys in the same way (`crates/media/src/keys.rs`), and has an SRTP of its own too. That there
//! are two is on purpose: a load that used the server's code would agree with its mistakes. Two programs that share
//! nothing but the standards understand one another only if both are right. Nor does the server owe the load a public
//! interface to its keys.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use str0m::crypto::dtls::{
    DtlsCert, DtlsImplError, DtlsInstance, DtlsOutput, DtlsProvider, DtlsVersion, ProtocolVersion,
    SrtpProfile,
};
use str0m::crypto::{CryptoError, CryptoProvider, from_feature_flags};

/// What a handshake agreed on.
#[derive(Debug, Clone)]
pub struct Agreed {
    /// Both directions, as laid out by RFC 5764 §4.2.
    pub material: Vec<u8>,
    pub profile: SrtpProfile,
    /// Whether we were the DTLS client.
    pub client: bool,
}

/// Filled by the handshake of one connection.
pub type Slot = Arc<Mutex<Option<Agreed>>>;

thread_local! {
    // The trait hands out instances without saying for whom; each is collected right after it was made.
    static LATEST: RefCell<Option<Slot>> = const { RefCell::new(None) };
}

/// The slot of the connection this thread built last.
pub fn latest_slot() -> Option<Slot> {
    LATEST.take()
}

/// The contents of a slot.
pub fn agreed(slot: &Slot) -> Option<Agreed> {
    slot.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// The usual provider, with a tap at its DTLS.
pub fn tapped_provider() -> Arc<CryptoProvider> {
    static USUAL: OnceLock<CryptoProvider> = OnceLock::new();
    static TAP: Tap = Tap(&USUAL);
    let usual = USUAL.get_or_init(from_feature_flags);
    Arc::new(CryptoProvider {
        dtls_provider: &TAP,
        ..usual.clone()
    })
}

#[derive(Debug)]
struct Tap(&'static OnceLock<CryptoProvider>);

impl Tap {
    fn usual(&self) -> &'static dyn DtlsProvider {
        self.0.get_or_init(from_feature_flags).dtls_provider
    }
}

impl DtlsProvider for Tap {
    fn generate_certificate(&self) -> Option<DtlsCert> {
        self.usual().generate_certificate()
    }

    fn new_dtls(
        &self,
        cert: &DtlsCert,
        now: Instant,
        dtls_version: DtlsVersion,
        mtu: Option<usize>,
    ) -> Result<Box<dyn DtlsInstance>, CryptoError> {
        let inner = self.usual().new_dtls(cert, now, dtls_version, mtu)?;
        let slot = Slot::default();
        LATEST.set(Some(slot.clone()));
        Ok(Box::new(Tapped { inner, slot }))
    }
}

#[derive(Debug)]
struct Tapped {
    inner: Box<dyn DtlsInstance>,
    slot: Slot,
}

impl DtlsInstance for Tapped {
    fn set_active(&mut self, active: bool) {
        self.inner.set_active(active);
    }

    fn handle_packet(&mut self, packet: &[u8]) -> Result<(), DtlsImplError> {
        self.inner.handle_packet(packet)
    }

    fn poll_output<'a>(&mut self, buf: &'a mut [u8]) -> DtlsOutput<'a> {
        let client = self.inner.is_active();
        let output = self.inner.poll_output(buf);
        if let DtlsOutput::KeyingMaterial(material, profile) = &output {
            let agreed = Agreed {
                material: material.to_vec(),
                profile: *profile,
                client,
            };
            *self.slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(agreed);
        }
        output
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), DtlsImplError> {
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
