//! Synthetic media: VP8 simulcast and Opus of a realistic size and rhythm. Nothing decodes it; every header is right.

use std::sync::Arc;

/// Video frames per second.
pub const FRAME_RATE: u32 = 30;
/// Opus packets per second.
pub const AUDIO_RATE: u32 = 50;
/// The simulcast layers: rid, width, height, bitrate.
pub const LAYERS: [(&str, u32, u32, u32); 3] = [
    ("q", 320, 180, 150_000),
    ("h", 640, 360, 500_000),
    ("f", 1280, 720, 1_700_000),
];

const MAX_PAYLOAD_BYTES: usize = 1100;
const DESCRIPTOR_BYTES: usize = 6;
const STAMP_BYTES: usize = 8;
const AUDIO_BYTES: usize = 80;
/// A key frame is this many times as long as another one.
const KEY_FRAME_FACTOR: usize = 4;

/// The time a payload was made, from its last bytes; meaningless for anything but our own media.
pub fn stamp_us(payload: &[u8]) -> Option<u64> {
    payload.last_chunk().map(|bytes| u64::from_be_bytes(*bytes))
}

/// One Opus packet.
pub fn audio_payload(now_us: u64) -> Arc<[u8]> {
    let mut payload = [0x55; AUDIO_BYTES];
    // TOC: CELT, full band, 20 ms, one frame.
    payload[0] = 0xf8;
    payload[AUDIO_BYTES - STAMP_BYTES..].copy_from_slice(&now_us.to_be_bytes());
    Arc::from(payload)
}

/// One simulcast layer's encoder.
pub struct VideoLayer {
    pub rid: &'static str,
    width: u16,
    height: u16,
    frame_bytes: usize,
    picture_id: u16,
    pub key_frame_wanted: bool,
    pub next_seq: u64,
}

/// All three layers.
pub fn layers() -> Vec<VideoLayer> {
    let layer = |(rid, width, height, bitrate_bps): (&'static str, u32, u32, u32)| VideoLayer {
        rid,
        width: width as u16,
        height: height as u16,
        frame_bytes: (bitrate_bps / 8 / FRAME_RATE) as usize,
        picture_id: 1,
        key_frame_wanted: true,
        next_seq: 1,
    };
    LAYERS.into_iter().map(layer).collect()
}

impl VideoLayer {
    /// The payloads of the next frame.
    pub fn frame(&mut self, now_us: u64) -> Vec<Arc<[u8]>> {
        let key = std::mem::take(&mut self.key_frame_wanted);
        let bytes = self.frame_bytes * if key { KEY_FRAME_FACTOR } else { 1 };
        let room = MAX_PAYLOAD_BYTES - DESCRIPTOR_BYTES - STAMP_BYTES;
        let count = bytes.div_ceil(room);
        let filler = bytes.div_ceil(count);
        let payloads = (0..count)
            .map(|index| self.payload(index == 0, key, filler, now_us))
            .collect();
        self.picture_id = (self.picture_id + 1) & 0x7fff;
        payloads
    }

    /// RFC 7741: descriptor with picture id, TL0PICIDX and temporal layer 0; then the frame's own header.
    fn payload(&self, first: bool, key: bool, filler: usize, now_us: u64) -> Arc<[u8]> {
        let [high, low] = self.picture_id.to_be_bytes();
        let mut payload = Vec::with_capacity(DESCRIPTOR_BYTES + filler + STAMP_BYTES);
        let start = if first { 0x10 } else { 0 };
        payload.extend([0x80 | start, 0xf0, 0x80 | high, low, low, 0]);
        if first {
            // Frame tag (shown, key or not), then start code and size of a key frame.
            payload.extend([if key { 0x10 } else { 0x11 }, 0, 0]);
            if key {
                payload.extend([0x9d, 0x01, 0x2a]);
                payload.extend(self.width.to_le_bytes());
                payload.extend(self.height.to_le_bytes());
            }
        }
        payload.resize(DESCRIPTOR_BYTES + filler, 0x55);
        payload.extend(now_us.to_be_bytes());
        Arc::from(payload)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_has_its_bitrate_and_begins_with_a_key_frame() {
        let mut top = layers().pop().expect("a layer");
        let key = top.frame(1);
        assert_eq!(key[0][6] & 1, 0);
        let usual = top.frame(7);
        assert_eq!(usual[0][6] & 1, 1);
        let bits: usize = usual.iter().map(|payload| payload.len() * 8).sum();
        let rate = bits * FRAME_RATE as usize;
        assert!((1_700_000..1_750_000).contains(&rate), "{rate}");
        assert!(usual.iter().all(|it| it.len() <= MAX_PAYLOAD_BYTES));
        assert_eq!(stamp_us(&usual[3]), Some(7));
        top.key_frame_wanted = true;
        assert_eq!(top.frame(8)[0][6] & 1, 0);
        assert_eq!(top.frame(9)[0][6] & 1, 1);
    }
}
