//! The codecs we forward: their names, payload types, header extensions, and how to see where a decoder may start.

use str0m::format::{Codec, CodecConfig, FormatParams};
use str0m::media::{Frequency, MediaKind, Pt};
use str0m::rtp::{Extension, ExtensionMap};

use crate::command::Role;
use crate::rewrite::Vp8Ids;
use crate::rtp::{ExtensionIds, ExtensionName, Vp8Layout};

const OPUS_PT: u8 = 111;
const VP8_PT: (u8, u8) = (96, 97);
const H264_PT: (u8, u8) = (125, 107);
/// Constrained baseline, level 3.1: the one profile every WebRTC implementation has.
const H264_PROFILE: u32 = 0x0042_e01f;

/// A codec we forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum CodecName {
    Opus,
    Vp8,
    H264,
}

impl CodecName {
    /// In order of preference when the client does not ask for one.
    pub(crate) const ALL: [CodecName; 3] = [CodecName::Opus, CodecName::Vp8, CodecName::H264];

    pub(crate) fn mime(self) -> &'static str {
        match self {
            CodecName::Opus => "audio/opus",
            CodecName::Vp8 => "video/vp8",
            CodecName::H264 => "video/h264",
        }
    }

    pub(crate) fn kind(self) -> MediaKind {
        match self {
            CodecName::Opus => MediaKind::Audio,
            CodecName::Vp8 | CodecName::H264 => MediaKind::Video,
        }
    }

    pub(crate) fn clock_rate(self) -> u32 {
        match self {
            CodecName::Opus => 48_000,
            CodecName::Vp8 | CodecName::H264 => 90_000,
        }
    }

    pub(crate) fn str0m(self) -> Codec {
        match self {
            CodecName::Opus => Codec::Opus,
            CodecName::Vp8 => Codec::Vp8,
            CodecName::H264 => Codec::H264,
        }
    }

    /// By the encoding name of an `a=rtpmap` line.
    pub(crate) fn from_encoding(name: &str) -> Option<CodecName> {
        CodecName::ALL.into_iter().find(|codec| {
            codec
                .mime()
                .split('/')
                .nth(1)
                .is_some_and(|n| n.eq_ignore_ascii_case(name))
        })
    }
}

/// Payload types and feedback of a peer.
pub(crate) fn codec_config() -> CodecConfig {
    let mut config = CodecConfig::empty();
    config.add_config(
        Pt::from(OPUS_PT),
        None,
        Codec::Opus,
        Frequency::FORTY_EIGHT_KHZ,
        Some(2),
        FormatParams {
            min_p_time: Some(10),
            use_inband_fec: Some(true),
            ..FormatParams::default()
        },
    );
    config.add_config(
        Pt::from(VP8_PT.0),
        Some(Pt::from(VP8_PT.1)),
        Codec::Vp8,
        Frequency::NINETY_KHZ,
        None,
        FormatParams::default(),
    );
    config.add_h264(
        Pt::from(H264_PT.0),
        Some(Pt::from(H264_PT.1)),
        true,
        H264_PROFILE,
    );
    config
}

/// Header extensions of a peer, with Chromium's numbers where we choose them.
pub(crate) fn extension_map(role: Role) -> ExtensionMap {
    let mut map = ExtensionMap::empty();
    map.set(1, Extension::AudioLevel);
    map.set(3, Extension::TransportSequenceNumber);
    map.set(4, Extension::RtpMid);
    map.set(13, Extension::VideoOrientation);
    if role == Role::Publisher {
        map.set(2, Extension::AbsoluteSendTime);
        map.set(10, Extension::RtpStreamId);
        map.set(11, Extension::RepairedRtpStreamId);
    }
    map
}

/// Adds the numbers of the extensions we use, out of those agreed on for a section.
pub(crate) fn add_extension_ids(agreed: &ExtensionMap, ids: &mut ExtensionIds) {
    let used = [
        (Extension::RtpMid, ExtensionName::Mid),
        (Extension::RtpStreamId, ExtensionName::Rid),
        (Extension::RepairedRtpStreamId, ExtensionName::RepairedRid),
        (
            Extension::TransportSequenceNumber,
            ExtensionName::TransportSeq,
        ),
        (Extension::AudioLevel, ExtensionName::AudioLevel),
        (Extension::VideoOrientation, ExtensionName::Orientation),
    ];
    for (extension, name) in used {
        if let Some(id) = agreed.id_of(extension) {
            ids.set(id, name);
        }
    }
}

/// What forwarding needs to know of a payload; found once per packet, used for every down-track.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PayloadInfo {
    /// A decoder may start with this packet.
    pub starts_key_frame: bool,
    /// No other picture is coded from the one this is of.
    pub spare: bool,
    /// Where a VP8 payload has its counters.
    pub vp8: Vp8Layout,
    /// What they say.
    pub vp8_ids: Vp8Ids,
}

impl PayloadInfo {
    pub(crate) fn parse(codec: CodecName, payload: &[u8]) -> Self {
        let mut info = PayloadInfo {
            starts_key_frame: codec == CodecName::Opus,
            spare: false,
            vp8: Vp8Layout::EMPTY,
            vp8_ids: Vp8Ids::default(),
        };
        match codec {
            CodecName::Opus => {}
            CodecName::H264 => {
                info.starts_key_frame = h264_starts_key_frame(payload);
                info.spare = h264_is_spare(payload);
            }
            CodecName::Vp8 => {
                if let Some(layout) = Vp8Layout::parse(payload) {
                    info.starts_key_frame = vp8_starts_key_frame(&layout, payload);
                    info.vp8_ids = layout.ids(payload);
                    info.spare = layout.spare;
                    info.vp8 = layout;
                }
            }
        }
        info
    }
}

/// Whether a frame begins here that is coded without others (RFC 7741, §4.3: the inverse key frame flag is clear).
fn vp8_starts_key_frame(layout: &Vp8Layout, payload: &[u8]) -> bool {
    let frame = payload.get(usize::from(layout.frame_at));
    layout.starts_frame && frame.is_some_and(|tag| tag & 1 == 0)
}

const NAL_IDR: u8 = 5;
const NAL_SPS: u8 = 7;
const NAL_STAP_A: u8 = 24;
const NAL_FU_A: u8 = 28;

/// Whether an H.264 payload (RFC 6184) begins a decodable sequence: parameter sets, or the first piece of an IDR slice.
fn h264_starts_key_frame(payload: &[u8]) -> bool {
    let Some(first) = payload.first() else {
        return false;
    };
    let starts = |nal: u8| matches!(nal & 0x1f, NAL_IDR | NAL_SPS);
    match first & 0x1f {
        NAL_STAP_A => {
            let mut rest = &payload[1..];
            while let [high, low, nal, ..] = rest {
                if starts(*nal) {
                    return true;
                }
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                let Some(next) = rest.get(2 + length..) else {
                    return false;
                };
                rest = next;
            }
            false
        }
        NAL_FU_A => payload
            .get(1)
            .is_some_and(|header| header & 0x80 != 0 && starts(*header)),
        _ => starts(*first),
    }
}

/// Whether a picture is never referred to: a slice or its piece with a reference count of zero. (In an aggregate the count
/// is the highest of what is in it.)
fn h264_is_spare(payload: &[u8]) -> bool {
    const SLICE: u8 = 1;
    let kind = |byte: &u8| byte & 0x1f;
    let slice = match payload {
        [first, header, ..] if kind(first) == NAL_FU_A => kind(header) == SLICE,
        [first, ..] => kind(first) == SLICE,
        [] => false,
    };
    slice && payload.first().is_some_and(|first| first & 0x60 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vp8_key_frames_are_seen_at_their_first_packet_only() {
        // Descriptor: X, S, partition 0; picture id of 15 bits. Then the frame header, P bit clear = key frame.
        let key = [0x90, 0x80, 0x81, 0x23, 0x10, 0, 0, 0x9d, 0x01, 0x2a];
        let delta = [0x90, 0x80, 0x81, 0x24, 0x11, 0, 0];
        let middle = [0x80, 0x80, 0x81, 0x23, 0x10];
        let info = PayloadInfo::parse(CodecName::Vp8, &key);
        assert!(info.starts_key_frame);
        assert_eq!(info.vp8_ids.picture_id, Some(0x123));
        assert!(!PayloadInfo::parse(CodecName::Vp8, &delta).starts_key_frame);
        assert!(!PayloadInfo::parse(CodecName::Vp8, &middle).starts_key_frame);
        assert!(!PayloadInfo::parse(CodecName::Vp8, &[]).starts_key_frame);
    }

    #[test]
    fn h264_key_frames_are_seen_in_every_packing() {
        let is_key = |payload: &[u8]| PayloadInfo::parse(CodecName::H264, payload).starts_key_frame;
        assert!(is_key(&[0x67, 1, 2]));
        assert!(is_key(&[0x65, 1, 2]));
        assert!(!is_key(&[0x61, 1, 2]));
        assert!(is_key(&[0x78, 0, 2, 0x68, 1, 0, 2, 0x67, 1]));
        assert!(!is_key(&[0x78, 0, 2, 0x68, 1, 0, 9, 0x61, 1]));
        assert!(!is_key(&[0x78, 0xff, 0xff, 0x61]));
        assert!(is_key(&[0x7c, 0x85, 1]));
        assert!(!is_key(&[0x7c, 0x05, 1]));
        assert!(!is_key(&[0x7c]));
        assert!(!is_key(&[]));
    }

    #[test]
    fn h264_slices_without_references_are_spare() {
        let is_spare = |payload: &[u8]| PayloadInfo::parse(CodecName::H264, payload).spare;
        assert!(is_spare(&[0x01, 9]));
        assert!(!is_spare(&[0x21, 9]), "referred to");
        assert!(is_spare(&[0x1c, 0x81, 9]));
        assert!(!is_spare(&[0x3c, 0x81, 9]) && !is_spare(&[0x1c, 0x85, 9]) && !is_spare(&[0x1c]));
        assert!(!is_spare(&[0x06, 9]), "no picture");
        assert!(!is_spare(&[]));
    }

    #[test]
    fn names_are_found_whatever_their_case() {
        assert_eq!(CodecName::from_encoding("VP8"), Some(CodecName::Vp8));
        assert_eq!(CodecName::from_encoding("h264"), Some(CodecName::H264));
        assert_eq!(CodecName::from_encoding("rtx"), None);
    }
}
