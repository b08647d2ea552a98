//! RTP headers: reading what is not encrypted, and writing ours.

/// What the header of a received packet says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    pub payload_type: u8,
    pub seq: u16,
    pub ssrc: u32,
}

/// Whether a datagram is RTP or RTCP (RFC 7983).
pub fn is_media(datagram: &[u8]) -> bool {
    datagram.first().is_some_and(|it| (128..192).contains(it))
}

/// Whether a media datagram is RTCP (RFC 5761).
pub fn is_rtcp(datagram: &[u8]) -> bool {
    datagram.get(1).is_some_and(|it| (192..=223).contains(it))
}

/// The header of an RTP packet.
pub fn read(packet: &[u8]) -> Option<Seen> {
    let [_, second, seq_high, seq_low, _, _, _, _, a, b, c, d, ..] = *packet else {
        return None;
    };
    Some(Seen {
        payload_type: second & 0x7f,
        seq: u16::from_be_bytes([seq_high, seq_low]),
        ssrc: u32::from_be_bytes([a, b, c, d]),
    })
}

/// Length of the header with sources and extensions; `None` when the packet is shorter.
pub fn header_len(packet: &[u8]) -> Option<usize> {
    let first = *packet.first()?;
    let fixed = 12 + 4 * usize::from(first & 0x0f);
    let whole = if first & 0x10 == 0 {
        fixed
    } else {
        let words = packet.get(fixed + 2..fixed + 4)?;
        fixed + 4 + 4 * usize::from(u16::from_be_bytes([words[0], words[1]]))
    };
    (packet.len() >= whole).then_some(whole)
}

/// A two-byte value among the one-byte extensions (RFC 8285 §4.2), such as the transport-wide sequence number.
pub fn extension_u16(packet: &[u8], id: u8) -> Option<u16> {
    let first = *packet.first()?;
    let fixed = 12 + 4 * usize::from(first & 0x0f);
    if first & 0x10 == 0 || packet.get(fixed..fixed + 2)? != [0xbe, 0xde] {
        return None;
    }
    let mut rest = packet.get(fixed + 4..header_len(packet)?)?;
    while let [head, tail @ ..] = rest {
        if *head == 0 {
            rest = tail;
            continue;
        }
        let len = usize::from(head & 0x0f) + 1;
        let value = tail.get(..len)?;
        if head >> 4 == id {
            return Some(u16::from_be_bytes([*value.first()?, *value.get(1)?]));
        }
        rest = &tail[len..];
    }
    None
}

/// The extensions a publisher writes; those the server did not take are left out.
#[derive(Debug, Clone, Default)]
pub struct Extensions {
    bytes: Vec<u8>,
    transport_seq_at: Option<usize>,
}

impl Extensions {
    /// Adds one; `value` has 1 to 16 bytes.
    pub fn add(&mut self, id: Option<u8>, value: &[u8]) {
        if let (Some(id @ 1..=14), 1..=16) = (id, value.len()) {
            self.bytes.push(id << 4 | (value.len() - 1) as u8);
            self.bytes.extend(value);
        }
    }

    /// Adds the transport-wide sequence number.
    pub fn add_transport_seq(&mut self, id: Option<u8>) {
        let before = self.bytes.len();
        self.add(id, &[0, 0]);
        self.transport_seq_at = (self.bytes.len() > before).then_some(before + 1);
    }

    /// The length of a header with these extensions.
    pub fn header_len(&self) -> usize {
        if self.bytes.is_empty() {
            12
        } else {
            16 + self.bytes.len().next_multiple_of(4)
        }
    }

    /// Writes a header to the front of `packet`; its length.
    pub fn write(&self, packet: &mut [u8], fixed: &Fixed, transport_seq: u16) -> usize {
        let len = self.header_len();
        packet[..len].fill(0);
        packet[0] = if self.bytes.is_empty() { 0x80 } else { 0x90 };
        packet[1] = u8::from(fixed.marker) << 7 | fixed.payload_type;
        packet[2..4].copy_from_slice(&fixed.seq.to_be_bytes());
        packet[4..8].copy_from_slice(&fixed.timestamp.to_be_bytes());
        packet[8..12].copy_from_slice(&fixed.ssrc.to_be_bytes());
        if !self.bytes.is_empty() {
            packet[12..14].copy_from_slice(&[0xbe, 0xde]);
            packet[15] = ((len - 16) / 4) as u8;
            packet[16..16 + self.bytes.len()].copy_from_slice(&self.bytes);
        }
        if let Some(at) = self.transport_seq_at {
            packet[16 + at..18 + at].copy_from_slice(&transport_seq.to_be_bytes());
        }
        len
    }
}

/// The fixed part of a header.
pub struct Fixed {
    pub payload_type: u8,
    pub marker: bool,
    pub seq: u16,
    pub timestamp: u32,
    pub ssrc: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_as_it_was_written() {
        let mut extensions = Extensions::default();
        extensions.add(Some(4), b"0");
        extensions.add(None, b"left out");
        extensions.add_transport_seq(Some(3));
        let fixed = Fixed {
            payload_type: 96,
            marker: true,
            seq: 65_535,
            timestamp: 7,
            ssrc: 0x0102_0304,
        };
        let mut packet = [0xff; 64];
        let len = extensions.write(&mut packet, &fixed, 0xabcd);
        assert_eq!(len, extensions.header_len());
        assert_eq!(header_len(&packet), Some(len));
        let seen = Seen {
            payload_type: 96,
            seq: 65_535,
            ssrc: 0x0102_0304,
        };
        assert_eq!(read(&packet), Some(seen));
        assert_eq!(extension_u16(&packet, 3), Some(0xabcd));
        assert_eq!(extension_u16(&packet, 4), None);
        assert_eq!(extension_u16(&packet, 5), None);
        assert!(is_media(&packet) && !is_rtcp(&packet));
    }

    #[test]
    fn torn_packets_have_no_header() {
        let packet = [
            0x9f, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xbe, 0xde, 0xff, 0xff, 0x33,
        ];
        for len in 0..packet.len() {
            assert_eq!(header_len(&packet[..len]), None);
            assert_eq!(extension_u16(&packet[..len], 3), None);
        }
    }
}
