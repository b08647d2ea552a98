//! Header extensions: which number means what in a connection, reading them, and writing the few we send.

use super::header::Header;

const ONE_BYTE_PROFILE: u16 = 0xbede;
const TWO_BYTE_PROFILE: u16 = 0x1000;
/// The number that ends a list of one-byte elements.
const END: u8 = 15;
/// The longest value a one-byte element holds.
const MAX_VALUE_BYTES: usize = 16;
const BLOCK_HEADER_BYTES: usize = 4;

/// A header extension we use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExtensionName {
    Mid,
    Rid,
    RepairedRid,
    TransportSeq,
    AudioLevel,
    Orientation,
}

/// The numbers of the extensions in a connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ExtensionIds {
    names: [Option<ExtensionName>; 15],
}

impl ExtensionIds {
    /// Notes what number `id` means. Numbers beyond 14 are for elements we neither read nor write.
    pub(crate) fn set(&mut self, id: u8, name: ExtensionName) {
        if let Some(entry) = self.names.get_mut(usize::from(id)).filter(|_| id > 0) {
            *entry = Some(name);
        }
    }

    fn name(&self, id: u8) -> Option<ExtensionName> {
        self.names.get(usize::from(id)).copied().flatten()
    }

    /// The number of an extension; `None` if it was not agreed on.
    pub(crate) fn id(&self, name: ExtensionName) -> Option<u8> {
        let at = self.names.iter().position(|entry| *entry == Some(name))?;
        u8::try_from(at).ok()
    }
}

/// The extension values of one incoming packet, borrowed from it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Extensions<'a> {
    pub mid: Option<&'a str>,
    pub rid: Option<&'a str>,
    pub repaired_rid: Option<&'a str>,
    pub transport_seq: Option<u16>,
    /// As on the wire: voice activity in the high bit, then the level in -dBov.
    pub audio_level: Option<u8>,
    pub orientation: Option<u8>,
}

impl<'a> Extensions<'a> {
    /// Reads the values of `packet`. A list that is cut or unknown ends where it is.
    pub(crate) fn read(packet: &'a [u8], header: &Header, ids: &ExtensionIds) -> Self {
        let mut found = Extensions::default();
        let Some((start, profile)) = header.extensions else {
            return found;
        };
        let mut rest = packet.get(start..header.len).unwrap_or_default();
        while let Some((id, value, after)) = next_element(rest, profile) {
            rest = after;
            if let Some(name) = ids.name(id) {
                found.note(name, value);
            }
        }
        found
    }

    fn note(&mut self, name: ExtensionName, value: &'a [u8]) {
        let text = || std::str::from_utf8(value).ok();
        match name {
            ExtensionName::Mid => self.mid = text(),
            ExtensionName::Rid => self.rid = text(),
            ExtensionName::RepairedRid => self.repaired_rid = text(),
            ExtensionName::TransportSeq => {
                self.transport_seq = value.first_chunk().map(|seq| u16::from_be_bytes(*seq));
            }
            ExtensionName::AudioLevel => self.audio_level = value.first().copied(),
            ExtensionName::Orientation => self.orientation = value.first().copied(),
        }
    }
}

/// The element at the front: number, value, what follows. Padding is skipped.
fn next_element(mut bytes: &[u8], profile: u16) -> Option<(u8, &[u8], &[u8])> {
    while let [0, rest @ ..] = bytes {
        bytes = rest;
    }
    let (id, len, rest) = match bytes {
        [head, rest @ ..] if profile == ONE_BYTE_PROFILE && head >> 4 != END => {
            (head >> 4, usize::from(head & 0x0f) + 1, rest)
        }
        [id, len, rest @ ..] if profile & 0xfff0 == TWO_BYTE_PROFILE => {
            (*id, usize::from(*len), rest)
        }
        _ => return None,
    };
    let (value, after) = rest.split_at_checked(len)?;
    Some((id, value, after))
}

/// The extensions of one outgoing packet: number and value of each.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct HeaderExtras<'a> {
    pub mid: Option<(u8, &'a [u8])>,
    pub audio_level: Option<(u8, u8)>,
    pub orientation: Option<(u8, u8)>,
    pub transport_seq: Option<(u8, u16)>,
}

impl HeaderExtras<'_> {
    /// Length of the whole block; 0 if there is nothing to say.
    pub(crate) fn block_bytes(&self) -> usize {
        let mid = self
            .mid
            .map_or(0, |(_, mid)| 1 + mid.len().min(MAX_VALUE_BYTES));
        let single = |value: Option<(u8, u8)>| value.map_or(0, |_| 2);
        let seq = self.transport_seq.map_or(0, |_| 3);
        match mid + single(self.audio_level) + single(self.orientation) + seq {
            0 => 0,
            content => BLOCK_HEADER_BYTES + content.next_multiple_of(4),
        }
    }

    /// Writes the block to `out`, which has its length.
    pub(crate) fn write(&self, out: &mut [u8]) {
        if out.is_empty() {
            return;
        }
        let words = ((out.len() - BLOCK_HEADER_BYTES) / 4) as u16;
        out[..2].copy_from_slice(&ONE_BYTE_PROFILE.to_be_bytes());
        out[2..4].copy_from_slice(&words.to_be_bytes());
        let mut at = BLOCK_HEADER_BYTES;
        let mut put = |id: u8, value: &[u8]| {
            out[at] = id << 4 | (value.len() - 1) as u8;
            out[at + 1..at + 1 + value.len()].copy_from_slice(value);
            at += 1 + value.len();
        };
        if let Some((id, mid)) = self.mid.filter(|(_, mid)| !mid.is_empty()) {
            put(id, &mid[..mid.len().min(MAX_VALUE_BYTES)]);
        }
        if let Some((id, seq)) = self.transport_seq {
            put(id, &seq.to_be_bytes());
        }
        for (id, value) in [self.audio_level, self.orientation].into_iter().flatten() {
            put(id, &[value]);
        }
        out[at..].fill(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids() -> ExtensionIds {
        let mut ids = ExtensionIds::default();
        ids.set(1, ExtensionName::AudioLevel);
        ids.set(3, ExtensionName::TransportSeq);
        ids.set(4, ExtensionName::Mid);
        ids.set(13, ExtensionName::Orientation);
        ids.set(200, ExtensionName::Rid);
        ids
    }

    fn packet(profile: u16, elements: &[u8]) -> Vec<u8> {
        let mut packet = vec![0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1];
        packet.extend(profile.to_be_bytes());
        packet.extend((elements.len().div_ceil(4) as u16).to_be_bytes());
        packet.extend(elements);
        packet.resize(packet.len().next_multiple_of(4), 0);
        packet
    }

    fn read(packet: &[u8]) -> Extensions<'_> {
        let header = Header::parse(packet).expect("a header");
        Extensions::read(packet, &header, &ids())
    }

    #[test]
    fn both_forms_are_read() {
        let short = packet(ONE_BYTE_PROFILE, &[0x10, 0x85, 0, 0x31, 1, 2, 0x40, b'a']);
        let long = packet(TWO_BYTE_PROFILE, &[1, 1, 0x85, 0, 3, 2, 1, 2, 4, 1, b'a']);
        for packet in [short, long] {
            let found = read(&packet);
            assert_eq!(found.audio_level, Some(0x85));
            assert_eq!(found.transport_seq, Some(0x0102));
            assert_eq!(found.mid, Some("a"));
        }
    }

    #[test]
    fn a_broken_list_ends_where_it_breaks() {
        let cut = packet(ONE_BYTE_PROFILE, &[0x10, 5, 0x3f, 1]);
        assert_eq!(read(&cut).audio_level, Some(5));
        assert_eq!(read(&cut).transport_seq, None);
        let ended = packet(ONE_BYTE_PROFILE, &[0xf0, 0, 0x10, 5]);
        assert_eq!(read(&ended), Extensions::default());
        let unknown = packet(0x1234, &[0x10, 5]);
        assert_eq!(read(&unknown), Extensions::default());
        let short = packet(ONE_BYTE_PROFILE, &[0x30, 1, 0x40, 0xff]);
        assert_eq!(read(&short), Extensions::default());
    }

    #[test]
    fn what_is_written_is_read() {
        let extras = HeaderExtras {
            mid: Some((4, b"xyz")),
            audio_level: Some((1, 0x93)),
            orientation: Some((13, 2)),
            transport_seq: Some((3, 0x0102)),
        };
        let mut packet = packet(ONE_BYTE_PROFILE, &[0; 8]);
        packet.truncate(12);
        packet.resize(12 + extras.block_bytes(), 0xaa);
        extras.write(&mut packet[12..]);
        assert_eq!(packet.len(), 28);
        let found = read(&packet);
        assert_eq!(found.transport_seq, Some(0x0102));
        assert_eq!(found.mid, Some("xyz"));
        assert_eq!(
            (found.audio_level, found.orientation),
            (Some(0x93), Some(2))
        );
        assert_eq!(HeaderExtras::default().block_bytes(), 0);
    }

    #[test]
    fn numbers_out_of_reach_are_not_agreed() {
        assert_eq!(ids().id(ExtensionName::Rid), None);
        assert_eq!(ids().id(ExtensionName::Orientation), Some(13));
    }
}
