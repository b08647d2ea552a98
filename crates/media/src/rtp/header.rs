//! The fixed header, and where the variable parts are.

/// An RTP header without sources and extensions.
pub(crate) const FIXED_HEADER_BYTES: usize = 12;
const EXTENSION_HEADER_BYTES: usize = 4;

/// A parsed header. `len` is all of it: what the payload follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub marker: bool,
    pub padded: bool,
    pub pt: u8,
    pub timestamp: u32,
    pub ssrc: u32,
    pub len: usize,
    /// Where the extension elements begin, and their profile; `None` without extensions.
    pub extensions: Option<(usize, u16)>,
}

impl Header {
    /// Reads the header of `packet`; `None` if it is not RTP or ends early.
    pub(crate) fn parse(packet: &[u8]) -> Option<Self> {
        let fixed: &[u8; FIXED_HEADER_BYTES] = packet.first_chunk()?;
        if fixed[0] >> 6 != 2 {
            return None;
        }
        let word = |at: usize| {
            u32::from_be_bytes([fixed[at], fixed[at + 1], fixed[at + 2], fixed[at + 3]])
        };
        let mut len = FIXED_HEADER_BYTES + 4 * usize::from(fixed[0] & 0x0f);
        let mut extensions = None;
        if fixed[0] & 0x10 != 0 {
            let [p0, p1, l0, l1] = *packet.get(len..)?.first_chunk::<EXTENSION_HEADER_BYTES>()?;
            len += EXTENSION_HEADER_BYTES;
            extensions = Some((len, u16::from_be_bytes([p0, p1])));
            len += 4 * usize::from(u16::from_be_bytes([l0, l1]));
        }
        (len <= packet.len()).then_some(Header {
            marker: fixed[1] & 0x80 != 0,
            padded: fixed[0] & 0x20 != 0,
            pt: fixed[1] & 0x7f,
            timestamp: word(4),
            ssrc: word(8),
            len,
            extensions,
        })
    }

    /// The payload without its padding; `None` if the padding is longer than the payload.
    pub(crate) fn unpadded(self, payload: &[u8]) -> Option<&[u8]> {
        if !self.padded {
            return Some(payload);
        }
        let padding = usize::from(*payload.last()?);
        let len = payload.len().checked_sub(padding).filter(|_| padding > 0)?;
        Some(&payload[..len])
    }
}

/// Writes a fixed header to the front of `out`, which is long enough.
pub(crate) fn write_header(
    out: &mut [u8],
    extended: bool,
    marker_and_pt: u8,
    seq: u16,
    timestamp: u32,
    ssrc: u32,
) {
    out[0] = if extended { 0x90 } else { 0x80 };
    out[1] = marker_and_pt;
    out[2..4].copy_from_slice(&seq.to_be_bytes());
    out[4..8].copy_from_slice(&timestamp.to_be_bytes());
    out[8..12].copy_from_slice(&ssrc.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_with_its_variable_parts() {
        let mut packet = vec![0x92, 0xe0, 0, 7, 0, 0, 0, 9, 1, 2, 3, 4];
        packet.extend([0; 8]);
        packet.extend([0xbe, 0xde, 0, 1, 0x10, 5, 0, 0, 77]);
        let header = Header::parse(&packet).expect("a header");
        assert!(header.marker && !header.padded);
        assert_eq!(
            (header.pt, header.timestamp, header.ssrc),
            (96, 9, 0x0102_0304)
        );
        assert_eq!((header.len, header.extensions), (28, Some((24, 0xbede))));
        assert_eq!(&packet[header.len..], [77]);
        for cut in 0..28 {
            assert_eq!(Header::parse(&packet[..cut]), None, "{cut}");
        }
        packet[0] = 0x52;
        assert_eq!(Header::parse(&packet), None);
    }

    #[test]
    fn padding_is_taken_off_and_never_more_than_there_is() {
        let packet = [0xa0, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1];
        let header = Header::parse(&packet).expect("a header");
        assert_eq!(header.unpadded(&[9, 9, 0, 2]), Some(&[9, 9][..]));
        assert_eq!(header.unpadded(&[0, 0, 3]), Some(&[][..]));
        assert_eq!(header.unpadded(&[9, 4]), None);
        assert_eq!(header.unpadded(&[9, 0]), None);
        assert_eq!(header.unpadded(&[]), None);
    }

    #[test]
    fn what_is_written_is_read() {
        let mut out = [0; FIXED_HEADER_BYTES];
        write_header(&mut out, false, 0x80 | 111, 65_535, 1, 2);
        let header = Header::parse(&out).expect("a header");
        assert_eq!(
            (header.marker, header.pt, header.timestamp, header.ssrc),
            (true, 111, 1, 2)
        );
        assert_eq!(&out[2..4], [0xff, 0xff]);
    }
}
