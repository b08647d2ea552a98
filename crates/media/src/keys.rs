//! Takes the SRTP keys out of the DTLS handshake, which str0m conducts.
//!
//! str0m asks a provider for a DTLS instance. Ours wraps that of the same library, notes the exported keys and withholds
//! them from str0m: without keys it sends no RTP and no RTCP, so no index of a source is ever used twice under one key.
//! It also chooses the profile (`hello.rs`).

use std::cell::RefCell;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use dimpl::crypto::{
    Buf, HashAlgorithm, HashContext, HashProvider, SignatureAlgorithm, SignatureVerifier,
    aws_lc_rs::default_provider,
};
use dimpl::{Config, Dtls};
use str0m::crypto::dtls::{
    DtlsCert, DtlsImplError, DtlsInstance, DtlsOutput, DtlsProvider, DtlsVersion, ProtocolVersion,
    SrtpProfile,
};
use str0m::crypto::{CryptoError, CryptoProvider, from_feature_flags};

use crate::hello::Hello;
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
    /// Of the connection being built on this thread: str0m gives a provider no way to say which one it is.
    static BUILDING: RefCell<Option<(KeySlot, Hello)>> = const { RefCell::new(None) };
    /// What the client of the connection now at work said: the library's providers are not told which one that is either.
    static SPOKEN: RefCell<Option<Hello>> = const { RefCell::new(None) };
}

/// str0m's own cryptography, with our hand on the DTLS keys.
pub(crate) fn crypto() -> CryptoProvider {
    CryptoProvider {
        dtls_provider: &Tap,
        ..from_feature_flags()
    }
}

/// Runs `build`, which makes one connection with [`crypto`], and returns where its keys will appear. `accepted` are the
/// profiles that may be agreed on, the best first.
pub(crate) fn with_slot<T>(accepted: &[Profile], build: impl FnOnce() -> T) -> (T, KeySlot) {
    let slot = KeySlot::default();
    BUILDING.set(Some((slot.clone(), Hello::new(accepted))));
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
        if dtls_version != DtlsVersion::Dtls12 {
            // With another version the messages are others, and so is the way to choose a profile.
            return Err(CryptoError::Other(format!("not offered: {dtls_version}")));
        }
        // ICE has proved that the client is where it says it is; a cookie would prove it again.
        let mut config = Config::builder()
            .use_server_cookie(false)
            .with_crypto_provider(dimpl::crypto::CryptoProvider {
                hash_provider: &Spoken,
                signature_verification: &Spoken,
                ..default_provider()
            });
        if let Some(mtu) = mtu {
            config = config.mtu(mtu);
        }
        let config = config
            .build()
            .map_err(|error| CryptoError::Other(error.to_string()))?;
        let nobodys = || (KeySlot::default(), Hello::new(&Profile::PREFERRED));
        let (slot, hello) = BUILDING.take().unwrap_or_else(nobodys);
        Ok(Box::new(TappedInstance {
            inner: Dtls::new_12(Arc::new(config), cert.clone(), now),
            slot,
            hello: Some(hello),
            now,
        }))
    }
}

/// The library's hashes and verification, of what the client really sent.
#[derive(Debug)]
struct Spoken;

#[derive(Debug)]
struct SpokenHash(Box<dyn HashContext>);

/// Hands `use_it` what the library says was said, as it was really said.
fn genuinely<T>(said: &[u8], use_it: impl FnOnce(&[u8]) -> T) -> T {
    SPOKEN.with_borrow(|hello| match hello {
        Some(hello) => use_it(&hello.genuine(said)),
        None => use_it(said),
    })
}

impl HashProvider for Spoken {
    fn create_hash(&self, algorithm: HashAlgorithm) -> Box<dyn HashContext> {
        let hash = default_provider().hash_provider.create_hash(algorithm);
        Box::new(SpokenHash(hash))
    }
}

impl HashContext for SpokenHash {
    fn update(&mut self, data: &[u8]) {
        genuinely(data, |data| self.0.update(data));
    }

    fn clone_and_finalize(&self, out: &mut Buf) {
        self.0.clone_and_finalize(out);
    }
}

impl SignatureVerifier for Spoken {
    fn verify_signature(
        &self,
        cert_der: &[u8],
        data: &[u8],
        signature: &[u8],
        hash_alg: HashAlgorithm,
        sig_alg: SignatureAlgorithm,
    ) -> Result<(), dimpl::CryptoError> {
        let verifier = default_provider().signature_verification;
        genuinely(data, |data| {
            verifier.verify_signature(cert_der, data, signature, hash_alg, sig_alg)
        })
    }
}

struct TappedInstance {
    inner: Dtls,
    slot: KeySlot,
    /// Here while the library is not at work.
    hello: Option<Hello>,
    now: Instant,
}

impl fmt::Debug for TappedInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TappedInstance")
    }
}

impl TappedInstance {
    /// Lets the library work for this connection.
    fn work<T>(&mut self, work: impl FnOnce(&mut Dtls) -> T) -> T {
        SPOKEN.set(self.hello.take());
        let result = work(&mut self.inner);
        self.hello = SPOKEN.take();
        result
    }

    fn note(&self, material: &[u8], profile: SrtpProfile) {
        let profile = match profile {
            SrtpProfile::AES128_CM_SHA1_80 => Profile::Aes128CmSha1,
            SrtpProfile::AEAD_AES_128_GCM => Profile::Aes128Gcm,
            SrtpProfile::AEAD_AES_256_GCM => Profile::Aes256Gcm,
            _ => return,
        };
        if !self.hello.as_ref().is_some_and(|it| it.accepts(profile)) {
            return;
        }
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
        let Some(hello) = &mut self.hello else {
            return self.inner.handle_packet(packet);
        };
        let shown = hello.shown(packet);
        self.work(|inner| inner.handle_packet(&shown))
    }

    fn poll_output<'a>(&mut self, buf: &'a mut [u8]) -> DtlsOutput<'a> {
        match self.work(|inner| inner.poll_output(buf)) {
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
        self.work(|inner| inner.handle_timeout(now))
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// What a client that offers everything, and our server with `accepted`, agree on: profile and keys of each.
    fn agreed(accepted: &[Profile]) -> [Option<(Profile, Vec<u8>)>; 2] {
        let mut now = Instant::now();
        let provider = from_feature_flags().dtls_provider;
        let cert = provider.generate_certificate().expect("a certificate");
        let client = provider.new_dtls(&cert, now, DtlsVersion::Dtls12, None);
        let (server, slot) = with_slot(accepted, || {
            crypto()
                .dtls_provider
                .new_dtls(&cert, now, DtlsVersion::Dtls12, None)
        });
        let mut ends = [client, server].map(|end| end.expect("an instance"));
        ends[0].set_active(true);
        ends[1].set_active(false);
        ends[1].handle_timeout(now).expect("no failure");
        let (mut exported, mut connected) = (None, [false; 2]);
        while connected != [true; 2] {
            now += Duration::from_millis(10);
            for from in 0..2 {
                ends[from].handle_timeout(now).expect("no failure");
                let mut buf = vec![0; 4096];
                let mut packets = Vec::new();
                loop {
                    match ends[from].poll_output(&mut buf) {
                        DtlsOutput::Packet(packet) => packets.push(packet.to_vec()),
                        DtlsOutput::Connected => connected[from] = true,
                        DtlsOutput::KeyingMaterial(keys, profile) => {
                            exported = Some((profile_of(profile), keys.to_vec()));
                        }
                        DtlsOutput::Timeout(_) => break,
                        _ => {}
                    }
                }
                for packet in packets {
                    ends[1 - from]
                        .handle_packet(&packet)
                        .expect("a right packet");
                }
            }
        }
        let ours = slot.0.get();
        [exported, ours.map(|it| (it.profile, it.material.to_vec()))]
    }

    fn profile_of(profile: SrtpProfile) -> Profile {
        let all = Profile::PREFERRED;
        let found = all.into_iter().find(|it| dtls_profile(*it) == profile);
        found.expect("a known profile")
    }

    fn dtls_profile(profile: Profile) -> SrtpProfile {
        match profile {
            Profile::Aes128CmSha1 => SrtpProfile::AES128_CM_SHA1_80,
            Profile::Aes128Gcm => SrtpProfile::AEAD_AES_128_GCM,
            Profile::Aes256Gcm => SrtpProfile::AEAD_AES_256_GCM,
        }
    }

    #[test]
    fn the_first_accepted_profile_is_agreed_on() {
        for first in Profile::PREFERRED {
            for accepted in [vec![first], [&[first][..], &Profile::PREFERRED].concat()] {
                let [theirs, ours] = agreed(&accepted);
                assert_eq!(ours.as_ref().map(|it| it.0), Some(first));
                assert_eq!(ours, theirs);
            }
        }
    }

    #[test]
    fn without_an_accepted_profile_there_are_no_keys() {
        assert_eq!(agreed(&[]), [None, None]);
    }
}
