//! Synthetic media: VP8 and Opus of a given size and rhythm. Nothing decodes it; every header is right.

/// What a track carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Opus.
    Audio,
    /// VP8.
    Video,
}

impl Kind {
    /// RTP clock.
    pub const fn clock_hz(self) -> u32 {
        match self {
            Kind::Audio => 48_000,
            Kind::Video => 90_000,
        }
    }
}

/// One track of a publisher.
#[derive(Debug, Clone)]
pub struct Track {
    pub kind: Kind,
    /// Frames, or audio packets, per second.
    pub rate_hz: u32,
    /// More than one: simulcast, the best last.
    pub layers: Vec<Layer>,
}

/// One encoding of a track.
#[derive(Debug, Clone)]
pub struct Layer {
    /// Empty without simulcast.
    pub rid: String,
    pub width: u32,
    pub height: u32,
    /// Of one frame, sent back to back.
    pub packets: u32,
    /// Of one datagram, from the RTP header to the authentication tag.
    pub packet_bytes: u32,
}

impl Layer {
    pub fn bitrate_bps(&self, rate_hz: u32) -> u32 {
        self.packets * self.packet_bytes * rate_hz * 8
    }
}

const STAMP_BYTES: usize = 8;

/// Set in the stamp of a payload that does not count. Times are below it until the year 2262.
const UNCOUNTED: u64 = 1 << 63;

/// What the last bytes of a payload tell: when it was made, in nanoseconds, and whether it counts.
pub fn read_stamp(payload: &[u8]) -> Option<(u64, bool)> {
    let stamp = u64::from_be_bytes(*payload.last_chunk()?);
    Some((stamp & !UNCOUNTED, stamp & UNCOUNTED == 0))
}

/// Stamps a payload; one that does not count says so.
pub fn stamp(payload: &mut [u8], now_ns: u64, counts: bool) {
    let stamped = if counts { now_ns } else { now_ns | UNCOUNTED };
    if let Some(at) = payload.len().checked_sub(STAMP_BYTES) {
        payload[at..].copy_from_slice(&stamped.to_be_bytes());
    }
}

/// The first bytes of an Opus packet: CELT, full band, 20 ms, one frame.
pub fn begin_opus(payload: &mut [u8]) {
    payload[0] = 0xf8;
}

/// Where in its video a packet is.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub picture_id: u16,
    pub first: bool,
    pub key: bool,
    pub width: u16,
    pub height: u16,
}

/// The first bytes of a VP8 packet (RFC 7741): descriptor with picture id, TL0PICIDX and temporal layer 0; then the
/// frame's own header.
pub fn begin_vp8(payload: &mut [u8], place: Place) {
    let [high, low] = (place.picture_id & 0x7fff).to_be_bytes();
    let start = if place.first { 0x10 } else { 0 };
    payload[..6].copy_from_slice(&[0x80 | start, 0xf0, 0x80 | high, low, low, 0]);
    if place.first {
        // Frame tag (shown, key or not), then start code and size of a key frame.
        let tag = if place.key { 0x10 } else { 0x11 };
        payload[6..12].copy_from_slice(&[tag, 0, 0, 0x9d, 0x01, 0x2a]);
        payload[12..14].copy_from_slice(&place.width.to_le_bytes());
        payload[14..16].copy_from_slice(&place.height.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_tells_its_time_and_its_picture() {
        let mut payload = [0x55; 40];
        let place = Place {
            picture_id: 0x1234,
            first: true,
            key: true,
            width: 1280,
            height: 720,
        };
        begin_vp8(&mut payload, place);
        stamp(&mut payload, 77, true);
        assert_eq!(payload[..7], [0x90, 0xf0, 0x92, 0x34, 0x34, 0, 0x10]);
        assert_eq!(payload[12..16], [0, 5, 0xd0, 2]);
        assert_eq!(read_stamp(&payload), Some((77, true)));
        begin_vp8(
            &mut payload,
            Place {
                key: false,
                ..place
            },
        );
        assert_eq!(payload[6] & 1, 1);
        assert_eq!(read_stamp(&payload[..4]), None);
        stamp(&mut payload, 78, false);
        assert_eq!(read_stamp(&payload), Some((78, false)));
    }

    #[test]
    fn a_layer_has_its_bitrate() {
        let layer = Layer {
            rid: String::new(),
            width: 1280,
            height: 720,
            packets: 5,
            packet_bytes: 1200,
        };
        assert_eq!(layer.bitrate_bps(30), 1_440_000);
    }
}
