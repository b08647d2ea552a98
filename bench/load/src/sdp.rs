//! The three things we need to know from a session description beside what str0m does with it.

pub const MID: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";
pub const RID: &str = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
pub const AUDIO_LEVEL: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
pub const TRANSPORT_SEQ: &str =
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

/// The number of a header extension; with BUNDLE it is the same in every section.
pub fn extension(sdp: &str, uri: &str) -> Option<u8> {
    let mut entries = sdp
        .lines()
        .filter_map(|line| line.strip_prefix("a=extmap:"));
    entries.find_map(|entry| {
        let mut words = entry.split_whitespace();
        let number = words.next()?.split('/').next()?.parse().ok()?;
        (words.next() == Some(uri)).then_some(number)
    })
}

/// One bit for each payload type that carries media: VP8 or Opus, not retransmissions or redundancy.
pub fn media_payload_types(sdp: &str) -> u128 {
    let maps = sdp
        .lines()
        .filter_map(|line| line.strip_prefix("a=rtpmap:"));
    maps.filter_map(|map| {
        let (number, codec) = map.split_once(' ')?;
        let codec = codec.to_ascii_lowercase();
        let ours = codec.starts_with("vp8/") || codec.starts_with("opus/");
        let number: u32 = number.parse().ok().filter(|it| *it < 128 && ours)?;
        Some(1 << number)
    })
    .fold(0, |set, bit: u128| set | bit)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SDP: &str = "m=audio 9 x 111 63\r\na=rtpmap:111 opus/48000/2\r\na=rtpmap:63 red/48000/2\r\n\
        a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n\
        m=video 9 x 96 97\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=rtpmap:999 VP8/1\r\n\
        a=extmap:3/sendonly http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n";

    #[test]
    fn extensions_are_found_by_their_address() {
        assert_eq!(extension(SDP, MID), Some(4));
        assert_eq!(extension(SDP, TRANSPORT_SEQ), Some(3));
        assert_eq!(extension(SDP, RID), None);
    }

    #[test]
    fn media_is_what_is_no_repair() {
        assert_eq!(media_payload_types(SDP), 1 << 111 | 1 << 96);
    }
}
