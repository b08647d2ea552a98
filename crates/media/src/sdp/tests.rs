//! Descriptions cut, read and edited.

use super::*;

const OFFER: &str = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 120 124 126 127 97\r\na=mid:0\r\na=sendonly\r\n\
        a=rtpmap:120 VP8/90000\r\na=rtpmap:124 rtx/90000\r\na=fmtp:124 apt=120\r\na=rtcp-fb:120 nack pli\r\n\
        a=rtpmap:126 H264/90000\r\na=fmtp:126 profile-level-id=42e01f;packetization-mode=1\r\na=rtcp-fb:126 nack\r\n\
        a=rtpmap:127 rtx/90000\r\na=fmtp:127 apt=126\r\n\
        a=rtpmap:97 H264/90000\r\na=fmtp:97 profile-level-id=42e01f;packetization-mode=0\r\n\
        a=candidate:1 1 UDP 1 ab.local 9 typ host\r\na=rid:f send\r\na=rid:q send\r\na=rid:h send\r\n\
        m=audio 0 UDP/TLS/RTP/SAVPF 0\r\na=mid:1\r\n";

fn offer() -> Description {
    Description::parse(OFFER).expect("a description")
}

#[test]
fn a_description_survives_the_cut() {
    assert_eq!(offer().to_string(), OFFER);
    assert!(Description::parse("hello").is_none());
    let many = "m=audio 9 X 0\r\n".repeat(MAX_SECTIONS + 1);
    assert!(Description::parse(&format!("v=0\r\n{many}")).is_none());
}

#[test]
fn what_would_take_long_to_read_is_refused_unread() {
    let parses = |text: &str| Description::parse(text).is_some();
    let session = |lines: usize| format!("v=0\r\n{}", "a=x\r\n".repeat(lines));
    assert!(parses(&session(MAX_LINES - 2)));
    assert!(!parses(&session(MAX_LINES)));
    let section = |lines: usize| format!("v=0\r\nm=audio 9 X 0\r\n{}", "a=x\r\n".repeat(lines));
    assert!(parses(&section(MAX_SECTION_LINES - 1)));
    assert!(!parses(&section(MAX_SECTION_LINES)));
    let line = |bytes: usize| format!("v=0\r\na={}\r\n", "x".repeat(bytes));
    assert!(parses(&line(MAX_LINE_BYTES - 3)));
    assert!(!parses(&line(MAX_LINE_BYTES)));
    let types = |count: usize| format!("v=0\r\nm=audio 9 X{}\r\n", " 0".repeat(count));
    assert!(parses(&types(MAX_SECTION_WORDS - 3)));
    assert!(!parses(&types(MAX_SECTION_WORDS - 2)));
    assert!(!parses(&format!("v=0{}", " ".repeat(MAX_SDP_BYTES))));
}

#[test]
fn sections_are_read() {
    let offer = offer();
    let video = offer.section("0").expect("video");
    assert_eq!(video.media(), "video");
    assert_eq!(video.flow(), Flow::SendOnly);
    assert_eq!(video.send_rids(), ["q", "h", "f"]);
    assert!(!video.rejected());
    assert!(offer.section("1").expect("audio").rejected());
    assert_eq!(offer.section("1").expect("audio").flow(), Flow::SendRecv);
}

#[test]
fn the_wanted_codec_is_chosen_if_offered() {
    let offer = offer();
    let video = offer.section("0").expect("video");
    assert_eq!(
        video.choose_codec("video/H264"),
        Some((CodecName::H264, 126))
    );
    assert_eq!(video.choose_codec("video/av1"), Some((CodecName::Vp8, 120)));
    assert_eq!(video.choose_codec(""), Some((CodecName::Vp8, 120)));
    assert_eq!(
        offer
            .section("1")
            .expect("audio")
            .choose_codec("audio/opus"),
        None
    );
}

#[test]
fn other_codecs_are_forgotten() {
    let mut offer = offer();
    offer.sections[0].keep_codec(126);
    let text = offer.to_string();
    assert!(text.contains("m=video 9 UDP/TLS/RTP/SAVPF 126 127\r\n"));
    assert!(text.contains("a=fmtp:127 apt=126"));
    assert!(!text.contains("120"));
}

#[test]
fn a_rejected_section_leaves_the_bundle_and_keeps_a_format() {
    let mut offer = offer();
    offer.sections[0].reject();
    offer.leave_bundle(&["0".to_owned()]);
    let text = offer.to_string();
    assert!(text.contains("a=group:BUNDLE 1\r\n"));
    assert!(text.contains("m=video 0 UDP/TLS/RTP/SAVPF 120 124 126 127 97\r\n"));
    let bare = "v=0\r\nm=video 0 UDP/TLS/RTP/SAVPF \r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=ice-ufrag:x\r\n\
        m=audio 0 UDP/TLS/RTP/SAVPF\r\na=mid:1\r\n";
    let mut answer = Description::parse(bare).expect("a description");
    answer.complete_rejections(&offer);
    assert_eq!(
        answer.to_string(),
        "v=0\r\nm=video 0 UDP/TLS/RTP/SAVPF 120\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=rtpmap:120 VP8/90000\r\n\
        a=inactive\r\n\
        m=audio 0 UDP/TLS/RTP/SAVPF 0\r\na=mid:1\r\na=inactive\r\n"
    );
}

#[test]
fn candidates_leave_and_move() {
    let mut offer = offer();
    offer.drop_unused_transport();
    assert!(!offer.to_string().contains("candidate"));
    let answer = OFFER
        .replace("m=video 9", "m=video 0")
        .replace("m=audio 0", "m=audio 9");
    let mut answer = Description::parse(&answer).expect("a description");
    answer.move_candidates_to_first_used();
    assert!(answer.sections[1].to_string_lines().contains("a=candidate"));
}

#[test]
fn names_are_rewritten_everywhere_and_cannot_inject_lines() {
    let mut section = Section {
        lines: [
            "m=video 9 X 96",
            "a=msid:old old",
            "a=ssrc:5 cname:c",
            "a=ssrc:5 msid:old old",
        ]
        .map(str::to_owned)
        .to_vec(),
    };
    section.set_msid(Some(("PA_1|TR_2", "TR_2\r\na=evil")));
    let text = section.to_string_lines();
    assert!(text.contains("a=msid:PA_1|TR_2 TR_2aevil"));
    assert!(text.contains("a=ssrc:5 msid:PA_1|TR_2 TR_2aevil"));
    assert!(!text.contains("old"));
    section.set_msid(None);
    assert!(!section.to_string_lines().contains("ssrc"));
}

#[test]
fn format_parameters_are_added() {
    let mut section = Section {
        lines: vec![
            "m=audio 9 X 111".to_owned(),
            "a=fmtp:111 minptime=10".to_owned(),
        ],
    };
    section.extend_format("usedtx=1");
    assert!(
        section
            .to_string_lines()
            .contains("a=fmtp:111 minptime=10;usedtx=1")
    );
}

impl Section {
    fn to_string_lines(&self) -> String {
        self.lines.join("\r\n")
    }
}
