//! SRTP and SRTCP (RFC 3711, RFC 7714): keys, indices, replay protection.
//!
//! One direction of one peer is one object: [`Outbound`] for what we send, [`Inbound`] for what it sends. Nothing here
//! allocates per packet; a cipher's key is expanded once.

mod cipher;
mod window;

use std::collections::HashMap;

use cipher::Cipher;
pub(crate) use window::Window;

/// Sources of one peer whose packets are told apart from replays; a packet of one more is refused.
const MAX_SOURCES: usize = 1024;
/// The flag "encrypted" and the index in front of or behind the tag of SRTCP.
const INDEX_BYTES: usize = 4;
const ENCRYPTED: u32 = 1 << 31;
/// Header and sender of every RTCP packet: sent in the clear.
const CONTROL_HEADER_BYTES: usize = 8;

/// A protection profile of DTLS-SRTP (RFC 5764, RFC 7714).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// AES-128 in counter mode with HMAC-SHA1 of 80 bits: what every client knows; three times the cost.
    Aes128CmSha1,
    /// AES-128-GCM.
    Aes128Gcm,
    /// AES-256-GCM.
    Aes256Gcm,
}

impl Profile {
    /// All of them, in the order in which they are agreed on unless somebody wants it otherwise.
    pub const PREFERRED: [Profile; 3] = [
        Profile::Aes128Gcm,
        Profile::Aes256Gcm,
        Profile::Aes128CmSha1,
    ];

    /// As the extension `use_srtp` numbers it.
    pub(crate) fn number(self) -> u16 {
        match self {
            Profile::Aes128CmSha1 => 1,
            Profile::Aes128Gcm => 7,
            Profile::Aes256Gcm => 8,
        }
    }

    fn key_bytes(self) -> usize {
        match self {
            Profile::Aes128CmSha1 | Profile::Aes128Gcm => 16,
            Profile::Aes256Gcm => 32,
        }
    }

    fn salt_bytes(self) -> usize {
        match self {
            Profile::Aes128CmSha1 => 14,
            Profile::Aes128Gcm | Profile::Aes256Gcm => 12,
        }
    }
}

/// Which of RFC 3711's session keys is derived; the numbers are the RFC's labels.
#[derive(Debug, Clone, Copy)]
enum Stream {
    Media = 0,
    Control = 3,
}

/// Both directions of a connection from what DTLS exported.
///
/// `client` says that we were the DTLS client: then the first half of each pair is ours. `None` if `material` is not of
/// the profile's length.
pub(crate) fn from_dtls(
    profile: Profile,
    material: &[u8],
    client: bool,
) -> Option<(Outbound, Inbound)> {
    let (key, salt) = (profile.key_bytes(), profile.salt_bytes());
    if material.len() < 2 * (key + salt) {
        return None;
    }
    let (keys, salts) = material.split_at(2 * key);
    let half = |first: bool| {
        let (key_at, salt_at) = if first { (0, 0) } else { (key, salt) };
        (&keys[key_at..key_at + key], &salts[salt_at..salt_at + salt])
    };
    let pair = |(key, salt)| {
        let media = Cipher::derive(profile, key, salt, Stream::Media)?;
        Some((media, Cipher::derive(profile, key, salt, Stream::Control)?))
    };
    let (media, control) = pair(half(client))?;
    let outbound = Outbound {
        media,
        control,
        control_index: 0,
    };
    let (media, control) = pair(half(!client))?;
    let inbound = Inbound {
        media,
        control,
        sources: HashMap::new(),
        control_sources: HashMap::new(),
    };
    Some((outbound, inbound))
}

/// What protects the packets we send.
pub(crate) struct Outbound {
    media: Cipher,
    control: Cipher,
    control_index: u32,
}

impl Outbound {
    /// What protection adds to an RTP packet, in bytes.
    pub(crate) fn overhead(&self) -> usize {
        self.media.tag_bytes()
    }

    /// Protects an RTP packet in place: `packet` is header, payload and room for [`Outbound::overhead`]. `index` is the
    /// extended sequence number; with one source it must never come twice, for two packets under one index tell an
    /// eavesdropper both. False if the packet cannot be protected, and must not be sent.
    pub(crate) fn protect(&self, packet: &mut [u8], header_bytes: usize, index: u64) -> bool {
        self.media.seal(packet, header_bytes, index).is_some()
    }

    /// The same for a packet whose payload lies elsewhere: `packet` has its header, and room for the payload and
    /// [`Outbound::overhead`].
    pub(crate) fn protect_from(
        &self,
        packet: &mut [u8],
        header_bytes: usize,
        payload: &[u8],
        index: u64,
    ) -> bool {
        let sealed = self.media.seal_from(packet, header_bytes, payload, index);
        sealed.is_some()
    }

    /// Protects an RTCP packet in place and appends what belongs behind it. False if it cannot be sent.
    pub(crate) fn protect_control(&mut self, packet: &mut Vec<u8>) -> bool {
        if self.control_index >= ENCRYPTED - 1 || packet.len() < CONTROL_HEADER_BYTES {
            return false;
        }
        self.control_index += 1;
        let word = self.control_index | ENCRYPTED;
        self.control.seal_control(packet, word).is_some()
    }
}

/// What opens the packets a peer sends.
pub(crate) struct Inbound {
    media: Cipher,
    control: Cipher,
    sources: HashMap<u32, Window>,
    control_sources: HashMap<u32, Window>,
}

impl Inbound {
    /// Opens an RTP packet of source `ssrc`: its payload goes to the front of `out`. Returns the extended sequence number
    /// and the length of the payload; `None` for a forged, repeated or outdated packet.
    pub(crate) fn open(
        &mut self,
        packet: &[u8],
        header_bytes: usize,
        ssrc: u32,
        out: &mut [u8],
    ) -> Option<(u64, usize)> {
        let seq = u16::from_be_bytes(*packet.get(2..)?.first_chunk()?);
        let room = self.sources.len() < MAX_SOURCES;
        let known = self.sources.get_mut(&ssrc);
        let index = known
            .as_ref()
            .map_or(u64::from(seq), |window| window.extend(seq));
        if known.as_ref().is_some_and(|window| !window.is_new(index)) {
            return None;
        }
        let len = self.media.open(packet, header_bytes, ssrc, index, out)?;
        match known {
            Some(window) => window.insert(index),
            None if room => {
                self.sources.insert(ssrc, Window::starting_with(index));
            }
            None => return None,
        }
        Some((index, len))
    }

    /// Opens an RTCP packet into the front of `out`; returns its length.
    pub(crate) fn open_control(&mut self, packet: &[u8], out: &mut [u8]) -> Option<usize> {
        let ssrc = u32::from_be_bytes(*packet.get(4..)?.first_chunk()?);
        let index = self.control.control_index(packet)?;
        let room = self.control_sources.len() < MAX_SOURCES;
        let known = self.control_sources.get_mut(&ssrc);
        if known.as_ref().is_some_and(|window| !window.is_new(index)) {
            return None;
        }
        let len = self.control.open_control(packet, ssrc, out)?;
        match known {
            Some(window) => window.insert(index),
            None if room => {
                self.control_sources
                    .insert(ssrc, Window::starting_with(index));
            }
            None => return None,
        }
        Some(len)
    }
}

#[cfg(test)]
mod differential;
#[cfg(test)]
mod tests;
