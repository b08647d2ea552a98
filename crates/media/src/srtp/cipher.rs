//! The ciphers of SRTP: AES in counter mode with HMAC-SHA1 (RFC 3711), and AES-GCM (RFC 7714).

use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{AES_128, AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;

use super::{CONTROL_HEADER_BYTES, ENCRYPTED, INDEX_BYTES, Profile, Stream};

const GCM_TAG_BYTES: usize = 16;
const HMAC_TAG_BYTES: usize = 10;
const HMAC_KEY_BYTES: usize = 20;
const GCM_SALT_BYTES: usize = 12;
const CM_SALT_BYTES: usize = 14;
/// Where the label of RFC 3711 §4.3.1 falls in the 14 bytes of a salt.
const LABEL_AT: usize = 7;

/// The session keys of one direction, for RTP or for RTCP.
pub(super) enum Cipher {
    Gcm { key: LessSafeKey, salt: GcmSalt },
    Cm(Box<CounterKeys>),
}

/// Keys of the older cipher; they take much room.
pub(super) struct CounterKeys {
    key: EncryptingKey,
    salt: [u8; CM_SALT_BYTES],
    auth: hmac::Key,
}

impl Cipher {
    /// Derives session keys from a master key and salt (RFC 3711 §4.3, with a key derivation rate of 0).
    pub(super) fn derive(
        profile: Profile,
        master_key: &[u8],
        master_salt: &[u8],
        stream: Stream,
    ) -> Option<Self> {
        let label = stream as u8;
        let mut key = [0; 32];
        let key = &mut key[..profile.key_bytes()];
        derive_bytes(master_key, master_salt, label, key)?;
        if profile == Profile::Aes128CmSha1 {
            let (mut salt, mut auth) = ([0; CM_SALT_BYTES], [0; HMAC_KEY_BYTES]);
            derive_bytes(master_key, master_salt, label + 1, &mut auth)?;
            derive_bytes(master_key, master_salt, label + 2, &mut salt)?;
            return Some(Cipher::Cm(Box::new(CounterKeys {
                key: counter_key(key)?,
                salt,
                auth: hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &auth),
            })));
        }
        let mut salt = [0; GCM_SALT_BYTES];
        derive_bytes(master_key, master_salt, label + 2, &mut salt)?;
        let algorithm = if profile == Profile::Aes256Gcm {
            &AES_256_GCM
        } else {
            &AES_128_GCM
        };
        let key = UnboundKey::new(algorithm, key).ok()?;
        Some(Cipher::Gcm {
            key: LessSafeKey::new(key),
            salt: GcmSalt::new(salt),
        })
    }

    pub(super) fn tag_bytes(&self) -> usize {
        match self {
            Cipher::Gcm { .. } => GCM_TAG_BYTES,
            Cipher::Cm(_) => HMAC_TAG_BYTES,
        }
    }

    /// Encrypts an RTP packet in place; its last [`Cipher::tag_bytes`] bytes are room for the tag.
    pub(super) fn seal(&self, packet: &mut [u8], header_bytes: usize, index: u64) -> Option<()> {
        let ssrc = u32::from_be_bytes(*packet.get(8..)?.first_chunk()?);
        let body = packet.len().checked_sub(self.tag_bytes())?;
        let (content, tag_room) = packet.split_at_mut(body);
        let (header, payload) = content.split_at_mut_checked(header_bytes)?;
        match self {
            Cipher::Gcm { key, salt } => {
                let nonce = salt.nonce(ssrc, index);
                let tag = key.seal_in_place_separate_tag(nonce, Aad::from(&*header), payload);
                tag_room.copy_from_slice(tag.ok()?.as_ref());
            }
            Cipher::Cm(keys) => {
                let CounterKeys { key, salt, auth } = &**keys;
                counter_mode(key, cm_iv(salt, ssrc, index), payload)?;
                let tag = authenticate(auth, &[content, &roll_over(index)]);
                tag_room.copy_from_slice(&tag);
            }
        }
        Some(())
    }

    /// Encrypts an RTP packet whose header stands in `packet` and whose payload lies elsewhere; behind the header is room
    /// for exactly the payload and the tag.
    pub(super) fn seal_from(
        &self,
        packet: &mut [u8],
        header_bytes: usize,
        payload: &[u8],
        index: u64,
    ) -> Option<()> {
        let ssrc = u32::from_be_bytes(*packet.get(8..)?.first_chunk()?);
        let (header, rest) = packet.split_at_mut_checked(header_bytes)?;
        let (body, tag) = rest.split_at_mut_checked(payload.len())?;
        if tag.len() != self.tag_bytes() {
            return None;
        }
        match self {
            Cipher::Gcm { key, salt } => {
                let nonce = salt.nonce(ssrc, index);
                key.seal_out_of_place_scatter(nonce, Aad::from(&*header), payload, body, &[], tag)
                    .ok()
            }
            Cipher::Cm(_) => {
                body.copy_from_slice(payload);
                self.seal(packet, header_bytes, index)
            }
        }
    }

    /// Decrypts an RTP packet into the front of `out`; the length of its payload.
    pub(super) fn open(
        &self,
        packet: &[u8],
        header_bytes: usize,
        ssrc: u32,
        index: u64,
        out: &mut [u8],
    ) -> Option<usize> {
        let body = packet.len().checked_sub(self.tag_bytes())?;
        let (content, tag) = packet.split_at(body);
        let (header, payload) = content.split_at_checked(header_bytes)?;
        let out = out.get_mut(..payload.len())?;
        match self {
            Cipher::Gcm { key, salt } => {
                let header = Aad::from(header);
                key.open_separate_gather(salt.nonce(ssrc, index), header, payload, tag, out)
                    .ok()?;
            }
            Cipher::Cm(keys) => {
                let CounterKeys { key, salt, auth } = &**keys;
                let expected = authenticate(auth, &[content, &roll_over(index)]);
                verify_slices_are_equal(&expected, tag).ok()?;
                out.copy_from_slice(payload);
                counter_mode(key, cm_iv(salt, ssrc, index), out)?;
            }
        }
        Some(payload.len())
    }

    /// Encrypts an RTCP packet in place and appends tag and `word` (the flag and the index).
    pub(super) fn seal_control(&self, packet: &mut Vec<u8>, word: u32) -> Option<()> {
        let ssrc = u32::from_be_bytes(*packet.get(4..)?.first_chunk()?);
        let index = u64::from(word & !ENCRYPTED);
        let word = word.to_be_bytes();
        let (header, payload) = packet.split_at_mut_checked(CONTROL_HEADER_BYTES)?;
        match self {
            Cipher::Gcm { key, salt } => {
                let nonce = salt.nonce(ssrc, index);
                let bound = Aad::from(bound_to_control(header, word));
                let tag = key.seal_in_place_separate_tag(nonce, bound, payload).ok()?;
                packet.extend_from_slice(tag.as_ref());
                packet.extend_from_slice(&word);
            }
            Cipher::Cm(keys) => {
                let CounterKeys { key, salt, auth } = &**keys;
                counter_mode(key, cm_iv(salt, ssrc, index), payload)?;
                packet.extend_from_slice(&word);
                let tag = authenticate(auth, &[packet]);
                packet.extend_from_slice(&tag);
            }
        }
        Some(())
    }

    /// The index an RTCP packet claims to have.
    pub(super) fn control_index(&self, packet: &[u8]) -> Option<u64> {
        let behind = match self {
            Cipher::Gcm { .. } => 0,
            Cipher::Cm(_) => HMAC_TAG_BYTES,
        };
        let at = packet.len().checked_sub(behind + INDEX_BYTES)?;
        let word = u32::from_be_bytes(*packet.get(at..)?.first_chunk()?);
        Some(u64::from(word & !ENCRYPTED))
    }

    /// Decrypts an RTCP packet into the front of `out`; its length. Packets that are not encrypted are refused.
    pub(super) fn open_control(&self, packet: &[u8], ssrc: u32, out: &mut [u8]) -> Option<usize> {
        let (content, trailer) = packet.split_at_checked(
            packet
                .len()
                .checked_sub(INDEX_BYTES + self.tag_bytes())
                .filter(|len| *len >= CONTROL_HEADER_BYTES)?,
        )?;
        let (header, payload) = content.split_at(CONTROL_HEADER_BYTES);
        let out = out.get_mut(..content.len())?;
        let (out_header, out_payload) = out.split_at_mut(CONTROL_HEADER_BYTES);
        out_header.copy_from_slice(header);
        match self {
            Cipher::Gcm { key, salt } => {
                let (tag, word) = trailer.split_at(GCM_TAG_BYTES);
                let word: [u8; INDEX_BYTES] = word.try_into().ok()?;
                let index = encrypted_index(word)?;
                let nonce = salt.nonce(ssrc, index);
                let bound = Aad::from(bound_to_control(header, word));
                key.open_separate_gather(nonce, bound, payload, tag, out_payload)
                    .ok()?;
            }
            Cipher::Cm(keys) => {
                let CounterKeys { key, salt, auth } = &**keys;
                let (word, tag) = trailer.split_at(INDEX_BYTES);
                let expected = authenticate(auth, &[content, word]);
                verify_slices_are_equal(&expected, tag).ok()?;
                let index = encrypted_index(word.try_into().ok()?)?;
                out_payload.copy_from_slice(payload);
                counter_mode(key, cm_iv(salt, ssrc, index), out_payload)?;
            }
        }
        Some(content.len())
    }
}

fn encrypted_index(word: [u8; INDEX_BYTES]) -> Option<u64> {
    let word = u32::from_be_bytes(word);
    (word & ENCRYPTED != 0).then_some(u64::from(word & !ENCRYPTED))
}

/// What GCM binds to an RTCP packet besides encrypting it (RFC 7714 §9.2).
fn bound_to_control(header: &[u8], word: [u8; INDEX_BYTES]) -> [u8; 12] {
    let mut bound = [0; 12];
    bound[..CONTROL_HEADER_BYTES].copy_from_slice(header);
    bound[CONTROL_HEADER_BYTES..].copy_from_slice(&word);
    bound
}

/// The salt of AES-GCM in two words, so that a nonce is written as it is read: in eight and four bytes.
#[derive(Clone, Copy)]
pub(super) struct GcmSalt(u64, u32);

impl GcmSalt {
    fn new(salt: [u8; GCM_SALT_BYTES]) -> Self {
        let [a, b, c, d, e, f, g, h, low @ ..] = salt;
        let high = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
        GcmSalt(high, u32::from_be_bytes(low))
    }

    /// RFC 7714 §8.1 and §9.1: 16 bits of nothing, source and 48 bits of index, mixed with the salt.
    fn nonce(self, ssrc: u32, index: u64) -> Nonce {
        let high = self.0 ^ (u64::from(ssrc) << 16 | (index >> 32) & 0xffff);
        let low = self.1 ^ index as u32;
        let mut nonce = [0; GCM_SALT_BYTES];
        nonce[..8].copy_from_slice(&high.to_be_bytes());
        nonce[8..].copy_from_slice(&low.to_be_bytes());
        Nonce::assume_unique_for_key(nonce)
    }
}

/// RFC 3711 §4.1.1.
fn cm_iv(salt: &[u8; CM_SALT_BYTES], ssrc: u32, index: u64) -> [u8; 16] {
    let mut iv = [0; 16];
    iv[4..8].copy_from_slice(&ssrc.to_be_bytes());
    iv[8..14].copy_from_slice(&index.to_be_bytes()[2..]);
    iv.iter_mut()
        .zip(salt)
        .for_each(|(byte, salt)| *byte ^= salt);
    iv
}

fn roll_over(index: u64) -> [u8; 4] {
    ((index >> 16) as u32).to_be_bytes()
}

fn authenticate(key: &hmac::Key, parts: &[&[u8]]) -> [u8; HMAC_TAG_BYTES] {
    let mut context = hmac::Context::with_key(key);
    parts.iter().for_each(|part| context.update(part));
    let mut tag = [0; HMAC_TAG_BYTES];
    tag.copy_from_slice(&context.sign().as_ref()[..HMAC_TAG_BYTES]);
    tag
}

fn counter_key(key: &[u8]) -> Option<EncryptingKey> {
    let algorithm = if key.len() == 32 { &AES_256 } else { &AES_128 };
    EncryptingKey::ctr(UnboundCipherKey::new(algorithm, key).ok()?).ok()
}

fn counter_mode(key: &EncryptingKey, iv: [u8; 16], data: &mut [u8]) -> Option<()> {
    let context = EncryptionContext::Iv128(FixedLength::from(iv));
    key.less_safe_encrypt(data, context).ok().map(|_| ())
}

/// The pseudo-random function of RFC 3711 §4.3.3 for one label.
pub(super) fn derive_bytes(
    master_key: &[u8],
    master_salt: &[u8],
    label: u8,
    out: &mut [u8],
) -> Option<()> {
    let mut iv = [0; 16];
    iv.get_mut(..master_salt.len())?
        .copy_from_slice(master_salt);
    iv[LABEL_AT] ^= label;
    out.fill(0);
    counter_mode(&counter_key(master_key)?, iv, out)
}

/// A cipher with given session keys, for the vectors of RFC 7714.
#[cfg(test)]
pub(super) fn gcm_for_test(key: &[u8], salt: &[u8]) -> Cipher {
    let key = UnboundKey::new(&AES_128_GCM, key).expect("a key");
    Cipher::Gcm {
        key: LessSafeKey::new(key),
        salt: GcmSalt::new(salt.try_into().expect("a salt")),
    }
}
