//! RTP packets (RFC 3550) and their header extensions (RFC 8285), read and written in place.

mod extensions;
mod header;
mod vp8;

pub(crate) use extensions::{ExtensionIds, ExtensionName, Extensions, HeaderExtras};
pub(crate) use header::{FIXED_HEADER_BYTES, Header, write_header};
pub(crate) use vp8::Vp8Layout;

/// What a datagram is, by its first bytes (RFC 7983, RFC 5761).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Media,
    Control,
    /// STUN, DTLS or nothing we know.
    Other,
}

/// Tells RTP, RTCP and the rest apart.
pub(crate) fn kind_of(datagram: &[u8]) -> Kind {
    match datagram {
        [128..=191, second, ..] if (64..96).contains(&(second & 0x7f)) => Kind::Control,
        [128..=191, _, ..] => Kind::Media,
        _ => Kind::Other,
    }
}
