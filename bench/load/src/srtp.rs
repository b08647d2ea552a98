//! SRTP and SRTCP of one direction: RFC 3711 with AES-CM and HMAC-SHA1-80, RFC 7714 with AES-GCM.

use std::fmt;

use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{AES_128, AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;

use crate::rtp::header_len;

/// Bytes GCM adds to a packet.
pub const GCM_TAG_BYTES: usize = 16;
const SHA1_TAG_BYTES: usize = 10;
/// Fixed header of an RTCP packet, which stays readable.
const RTCP_HEADER_BYTES: usize = 8;
const INDEX_BYTES: usize = 4;
const ENCRYPTED: u32 = 1 << 31;

/// A protection profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    Gcm128,
    Gcm256,
    CmSha1,
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Profile::Gcm128 => "AEAD_AES_128_GCM",
            Profile::Gcm256 => "AEAD_AES_256_GCM",
            Profile::CmSha1 => "AES128_CM_SHA1_80",
        })
    }
}

impl Profile {
    const fn key_bytes(self) -> usize {
        match self {
            Profile::Gcm256 => 32,
            Profile::Gcm128 | Profile::CmSha1 => 16,
        }
    }

    const fn salt_bytes(self) -> usize {
        match self {
            Profile::Gcm128 | Profile::Gcm256 => 12,
            Profile::CmSha1 => 14,
        }
    }

    /// Bytes added to an RTP packet.
    pub const fn tag_bytes(self) -> usize {
        match self {
            Profile::Gcm128 | Profile::Gcm256 => GCM_TAG_BYTES,
            Profile::CmSha1 => SHA1_TAG_BYTES,
        }
    }
}

/// The packet is not what its sender made, or is none.
#[derive(Debug, PartialEq, Eq)]
pub struct Forged;

enum Cipher {
    Gcm(LessSafeKey),
    Cm(Box<(EncryptingKey, hmac::Key)>),
}

struct Session {
    cipher: Cipher,
    salt: [u8; 14],
}

/// The keys of one direction.
pub struct Direction {
    pub profile: Profile,
    rtp: Session,
    rtcp: Session,
    rtcp_index: u32,
}

/// Client's and server's direction from what DTLS exported (RFC 5764 §4.2).
pub fn directions(profile: Profile, material: &[u8]) -> Option<[Direction; 2]> {
    let (key, salt) = (profile.key_bytes(), profile.salt_bytes());
    if material.len() < 2 * (key + salt) {
        return None;
    }
    let (keys, salts) = material.split_at(2 * key);
    Some([
        Direction::new(profile, &keys[..key], &salts[..salt]),
        Direction::new(profile, &keys[key..], &salts[salt..2 * salt]),
    ])
}

/// RFC 3711 §4.3, with a key derivation rate of zero.
fn derive<const N: usize>(profile: Profile, key: &[u8], salt: &[u8], label: u8) -> [u8; N] {
    let mut block = [0; 16];
    block[..salt.len()].copy_from_slice(salt);
    block[7] ^= label;
    let mut derived = [0; N];
    counter_mode(&aes(profile, key), block, &mut derived);
    derived
}

fn aes(profile: Profile, key: &[u8]) -> EncryptingKey {
    let algorithm = if profile == Profile::Gcm256 {
        &AES_256
    } else {
        &AES_128
    };
    UnboundCipherKey::new(algorithm, key)
        .and_then(EncryptingKey::ctr)
        .expect("the key has the length of its profile")
}

fn counter_mode(key: &EncryptingKey, block: [u8; 16], data: &mut [u8]) {
    let context = EncryptionContext::Iv128(FixedLength::from(block));
    key.less_safe_encrypt(data, context)
        .expect("counter mode takes any length");
}

impl Session {
    fn new(profile: Profile, key: &[u8], salt: &[u8], first_label: u8) -> Self {
        let mut session_salt = [0; 14];
        session_salt[..profile.salt_bytes()].copy_from_slice(
            &derive::<14>(profile, key, salt, first_label + 2)[..profile.salt_bytes()],
        );
        let session_key = derive::<32>(profile, key, salt, first_label);
        let session_key = &session_key[..profile.key_bytes()];
        let gcm = |algorithm| {
            let key = UnboundKey::new(algorithm, session_key);
            Cipher::Gcm(LessSafeKey::new(
                key.expect("the key has the length of its profile"),
            ))
        };
        let cipher = match profile {
            Profile::Gcm128 => gcm(&AES_128_GCM),
            Profile::Gcm256 => gcm(&AES_256_GCM),
            Profile::CmSha1 => {
                let mac = derive::<20>(profile, key, salt, first_label + 1);
                let mac = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &mac);
                Cipher::Cm(Box::new((aes(profile, session_key), mac)))
            }
        };
        Session {
            cipher,
            salt: session_salt,
        }
    }

    /// RFC 7714 §8.1 and §9.1: the index is that of the packet, or of SRTCP.
    fn nonce(&self, ssrc: u32, index: u64) -> Nonce {
        let mut nonce = [0; 12];
        nonce[2..6].copy_from_slice(&ssrc.to_be_bytes());
        nonce[6..].copy_from_slice(&index.to_be_bytes()[2..]);
        for (byte, salt) in nonce.iter_mut().zip(&self.salt) {
            *byte ^= salt;
        }
        Nonce::assume_unique_for_key(nonce)
    }

    /// RFC 3711 §4.1.1.
    fn block(&self, ssrc: u32, index: u64) -> [u8; 16] {
        let mut block = [0; 16];
        block[4..8].copy_from_slice(&ssrc.to_be_bytes());
        block[8..14].copy_from_slice(&index.to_be_bytes()[2..]);
        for (byte, salt) in block.iter_mut().zip(&self.salt) {
            *byte ^= salt;
        }
        block
    }
}

impl Direction {
    pub fn new(profile: Profile, master_key: &[u8], master_salt: &[u8]) -> Self {
        Direction {
            profile,
            rtp: Session::new(profile, master_key, master_salt, 0),
            rtcp: Session::new(profile, master_key, master_salt, 3),
            rtcp_index: 0,
        }
    }

    /// Encrypts a packet whose plain text is `packet[..len]`; the length on the wire. `index` is the sequence number
    /// with its roll-overs in the upper bits. The buffer needs room for [`Profile::tag_bytes`].
    pub fn protect(&self, packet: &mut [u8], header: usize, len: usize, index: u64) -> usize {
        let ssrc = ssrc_at(packet, 8);
        let (head, body) = packet.split_at_mut(header);
        let text = len - header;
        match &self.rtp.cipher {
            Cipher::Gcm(key) => {
                let nonce = self.rtp.nonce(ssrc, index);
                let tag =
                    key.seal_in_place_separate_tag(nonce, Aad::from(&*head), &mut body[..text]);
                let tag = tag.expect("a packet is short enough");
                body[text..text + GCM_TAG_BYTES].copy_from_slice(tag.as_ref());
                len + GCM_TAG_BYTES
            }
            Cipher::Cm(keys) => {
                let (key, mac) = &**keys;
                counter_mode(key, self.rtp.block(ssrc, index), &mut body[..text]);
                let tag = sha1(mac, &[&packet[..len], &roll_overs(index)]);
                packet[len..len + SHA1_TAG_BYTES].copy_from_slice(&tag);
                len + SHA1_TAG_BYTES
            }
        }
    }

    /// As [`Direction::protect`], from a shared plain text into a buffer of its own: the header is in `packet`, the
    /// payload comes from `text`. With GCM the payload is touched once.
    pub fn protect_from(&self, packet: &mut [u8], header: usize, text: &[u8], index: u64) -> usize {
        let Cipher::Gcm(key) = &self.rtp.cipher else {
            packet[header..header + text.len()].copy_from_slice(text);
            return self.protect(packet, header, header + text.len(), index);
        };
        let nonce = self.rtp.nonce(ssrc_at(packet, 8), index);
        let (head, body) = packet.split_at_mut(header);
        let (sealed, tag) = body.split_at_mut(text.len());
        let tag = &mut tag[..GCM_TAG_BYTES];
        key.seal_out_of_place_scatter(nonce, Aad::from(&*head), text, sealed, &[], tag)
            .expect("a packet is short enough");
        header + text.len() + GCM_TAG_BYTES
    }

    /// Decrypts in place; the plain packet's header and whole length.
    pub fn unprotect(&self, packet: &mut [u8], index: u64) -> Result<(usize, usize), Forged> {
        let header = header_len(packet).ok_or(Forged)?;
        let len = packet.len().checked_sub(self.profile.tag_bytes());
        let len = len.filter(|len| *len >= header).ok_or(Forged)?;
        let ssrc = ssrc_at(packet, 8);
        match &self.rtp.cipher {
            Cipher::Gcm(key) => {
                let nonce = self.rtp.nonce(ssrc, index);
                let (head, body) = packet.split_at_mut(header);
                key.open_in_place(nonce, Aad::from(&*head), body)
                    .map_err(|_| Forged)?;
            }
            Cipher::Cm(keys) => {
                let (key, mac) = &**keys;
                let (text, tag) = packet.split_at_mut(len);
                if sha1(mac, &[text, &roll_overs(index)]) != *tag {
                    return Err(Forged);
                }
                counter_mode(key, self.rtp.block(ssrc, index), &mut text[header..]);
            }
        }
        Ok((header, len))
    }

    /// Encrypts an RTCP packet, which grows by index and tag.
    pub fn protect_rtcp(&mut self, packet: &mut Vec<u8>) {
        self.rtcp_index = (self.rtcp_index + 1) & !ENCRYPTED;
        let index = (self.rtcp_index | ENCRYPTED).to_be_bytes();
        let ssrc = ssrc_at(packet, 4);
        let (head, text) = packet.split_at_mut(RTCP_HEADER_BYTES);
        match &self.rtcp.cipher {
            Cipher::Gcm(key) => {
                let nonce = self.rtcp.nonce(ssrc, self.rtcp_index.into());
                let aad = Aad::from([&*head, &index].concat());
                let tag = key.seal_in_place_separate_tag(nonce, aad, text);
                packet.extend_from_slice(tag.expect("a packet is short enough").as_ref());
                packet.extend_from_slice(&index);
            }
            Cipher::Cm(keys) => {
                let (key, mac) = &**keys;
                counter_mode(key, self.rtcp.block(ssrc, self.rtcp_index.into()), text);
                packet.extend_from_slice(&index);
                let tag = sha1(mac, &[packet]);
                packet.extend_from_slice(&tag);
            }
        }
    }

    /// Decrypts an RTCP packet.
    pub fn unprotect_rtcp(&self, packet: &[u8]) -> Result<Vec<u8>, Forged> {
        let overhead = INDEX_BYTES + self.profile.tag_bytes();
        if packet.len() < RTCP_HEADER_BYTES + overhead {
            return Err(Forged);
        }
        let ssrc = ssrc_at(packet, 4);
        match &self.rtcp.cipher {
            Cipher::Gcm(key) => {
                let (sealed, trailer) = packet.split_at(packet.len() - INDEX_BYTES);
                let nonce = self
                    .rtcp
                    .nonce(ssrc, (ssrc_at(trailer, 0) & !ENCRYPTED).into());
                let (head, body) = sealed.split_at(RTCP_HEADER_BYTES);
                let aad = Aad::from([head, trailer].concat());
                let mut body = body.to_vec();
                let text = key
                    .open_in_place(nonce, aad, &mut body)
                    .map_err(|_| Forged)?;
                Ok([head, text].concat())
            }
            Cipher::Cm(keys) => {
                let (key, mac) = &**keys;
                let (signed, tag) = packet.split_at(packet.len() - SHA1_TAG_BYTES);
                if sha1(mac, &[signed]) != *tag {
                    return Err(Forged);
                }
                let (text, index) = signed.split_at(signed.len() - INDEX_BYTES);
                let index = ssrc_at(index, 0) & !ENCRYPTED;
                let mut text = text.to_vec();
                let block = self.rtcp.block(ssrc, index.into());
                counter_mode(key, block, &mut text[RTCP_HEADER_BYTES..]);
                Ok(text)
            }
        }
    }
}

fn ssrc_at(packet: &[u8], at: usize) -> u32 {
    packet[at..]
        .first_chunk()
        .map_or(0, |bytes| u32::from_be_bytes(*bytes))
}

fn roll_overs(index: u64) -> [u8; 4] {
    ((index >> 16) as u32).to_be_bytes()
}

fn sha1(key: &hmac::Key, parts: &[&[u8]]) -> [u8; SHA1_TAG_BYTES] {
    let mut context = hmac::Context::with_key(key);
    for part in parts {
        context.update(part);
    }
    let tag = context.sign();
    *tag.as_ref().first_chunk().expect("SHA-1 has 20 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<u32> = hex.chars().filter_map(|it| it.to_digit(16)).collect();
        digits
            .chunks(2)
            .map(|it| (it[0] * 16 + it[1]) as u8)
            .collect()
    }

    /// RFC 3711 appendix B.3.
    #[test]
    fn keys_are_derived_as_the_standard_shows() {
        let key = bytes("E1F97A0D3E018BE0D64FA32C06DE4139");
        let salt = bytes("0EC675AD498AFEEBB6960B3AABE6");
        let profile = Profile::CmSha1;
        assert_eq!(
            derive::<16>(profile, &key, &salt, 0).to_vec(),
            bytes("C61E7A93744F39EE10734AFE3FF7A087")
        );
        assert_eq!(
            derive::<14>(profile, &key, &salt, 2).to_vec(),
            bytes("30CBBC08863D8C85D49DB34A9AE1")
        );
        assert_eq!(
            derive::<20>(profile, &key, &salt, 1).to_vec(),
            bytes("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4")
        );
    }

    /// RFC 7714 §16.1.1: with the session key and salt given there.
    #[test]
    fn a_packet_is_sealed_as_the_standard_shows() {
        let key = bytes("000102030405060708090a0b0c0d0e0f");
        let mut salt = [0; 14];
        salt[..12].copy_from_slice(&bytes("517569642070726f2071756f"));
        let session = || Session {
            cipher: Cipher::Gcm(LessSafeKey::new(
                UnboundKey::new(&AES_128_GCM, &key).expect("sixteen bytes"),
            )),
            salt,
        };
        let direction = Direction {
            profile: Profile::Gcm128,
            rtp: session(),
            rtcp: session(),
            rtcp_index: 0,
        };
        let plain = bytes(
            "8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573",
        );
        let sealed = bytes(
            "8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833899d7f27beb16a9152cf765ee4390cce",
        );
        let mut packet = plain.clone();
        packet.resize(plain.len() + GCM_TAG_BYTES, 0);
        let len = direction.protect(&mut packet, 12, plain.len(), 0xf17b);
        assert_eq!(packet[..len], sealed);
        let mut apart = plain[..12].to_vec();
        apart.resize(packet.len(), 0);
        direction.protect_from(&mut apart, 12, &plain[12..], 0xf17b);
        assert_eq!(apart, sealed);
    }

    #[test]
    fn what_is_protected_is_recovered_and_nothing_else_is() {
        for profile in [Profile::Gcm128, Profile::Gcm256, Profile::CmSha1] {
            let material: Vec<u8> = (0..88).collect();
            let [mut client, server] = directions(profile, &material).expect("enough bytes");
            let mut packet = vec![0x80, 96, 1, 2, 0, 0, 0, 3, 9, 9, 9, 9, 7, 7, 7];
            let plain = packet.clone();
            packet.resize(plain.len() + profile.tag_bytes(), 0);
            client.protect(&mut packet, 12, plain.len(), 0x5_0102);
            assert_ne!(packet[12..15], plain[12..]);
            assert_eq!(server.unprotect(&mut packet.clone(), 0x5_0102), Err(Forged));
            assert_eq!(client.unprotect(&mut packet.clone(), 0x6_0102), Err(Forged));
            let (header, len) = client.unprotect(&mut packet, 0x5_0102).expect("genuine");
            assert_eq!((header, &packet[..len]), (12, &plain[..]));

            let report = vec![0x80, 200, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8];
            let mut sealed = report.clone();
            client.protect_rtcp(&mut sealed);
            assert_eq!(client.unprotect_rtcp(&sealed), Ok(report));
            sealed[9] ^= 1;
            assert_eq!(client.unprotect_rtcp(&sealed), Err(Forged));
        }
    }

    #[test]
    fn short_packets_are_refused() {
        let [client, _] = directions(Profile::Gcm128, &[0; 56]).expect("enough bytes");
        for len in 0..28 {
            assert_eq!(client.unprotect(&mut vec![0x80; len], 0), Err(Forged));
            assert_eq!(client.unprotect_rtcp(&vec![0x80; len]), Err(Forged));
        }
    }
}
