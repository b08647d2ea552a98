//! The few edits of session descriptions that the negotiation library does not make, on the text itself.
//!
//! An offer is narrowed to one codec per published track before it is answered; an offer of ours gets the stream and
//! track names of the down-track that a (perhaps reused) section carries now. Everything else passes untouched.

use std::fmt;

use crate::codec::CodecName;

/// Longer descriptions are refused unread.
pub(crate) const MAX_SDP_BYTES: usize = 512 * 1024;

/// Direction of a section as the describing side sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    SendRecv,
    SendOnly,
    RecvOnly,
    Inactive,
}

impl Flow {
    const ALL: [(&'static str, Flow); 4] = [
        ("sendrecv", Flow::SendRecv),
        ("sendonly", Flow::SendOnly),
        ("recvonly", Flow::RecvOnly),
        ("inactive", Flow::Inactive),
    ];

    pub(crate) fn sends(self) -> bool {
        matches!(self, Flow::SendRecv | Flow::SendOnly)
    }

    fn name(self) -> &'static str {
        match self {
            Flow::SendRecv => "sendrecv",
            Flow::SendOnly => "sendonly",
            Flow::RecvOnly => "recvonly",
            Flow::Inactive => "inactive",
        }
    }
}

/// A description cut into its lines.
#[derive(Debug, Clone)]
pub(crate) struct Description {
    session: Vec<String>,
    pub(crate) sections: Vec<Section>,
}

/// ICE user name fragment and password of one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub ufrag: String,
    pub pwd: String,
}

/// One m-section; its first line is the `m=` line.
#[derive(Debug, Clone)]
pub(crate) struct Section {
    lines: Vec<String>,
}

impl Description {
    /// Cuts `text`; `None` if it is not even shaped like SDP.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_SDP_BYTES || !text.starts_with("v=0") {
            return None;
        }
        let mut description = Description {
            session: Vec::new(),
            sections: Vec::new(),
        };
        for line in text
            .lines()
            .map(str::trim_end)
            .filter(|line| !line.is_empty())
        {
            if line.starts_with("m=") {
                description.sections.push(Section { lines: Vec::new() });
            }
            match description.sections.last_mut() {
                Some(section) => section.lines.push(line.to_owned()),
                None => description.session.push(line.to_owned()),
            }
        }
        Some(description)
    }

    pub(crate) fn section(&self, mid: &str) -> Option<&Section> {
        self.sections
            .iter()
            .find(|section| section.mid() == Some(mid))
    }

    /// Removes the client's candidates (we are ICE-lite: the address a check comes from is the candidate, and a name
    /// ending in `.local` would make the whole description unreadable) and extensions of the transport we do not speak.
    pub(crate) fn drop_unused_transport(&mut self) {
        let unused = [
            "a=candidate:",
            "a=end-of-candidates",
            "a=remote-candidates:",
            "a=sctp-init:",
        ];
        let keep = |line: &String| !unused.iter().any(|prefix| line.starts_with(prefix));
        self.session.retain(keep);
        for section in &mut self.sections {
            section.lines.retain(keep);
        }
    }

    /// ICE credentials, of the session or of the first section that has them.
    pub(crate) fn credentials(&self) -> Option<Credentials> {
        let lines = self
            .session
            .iter()
            .chain(self.sections.iter().flat_map(|section| &section.lines));
        let value = |name: &str| {
            lines
                .clone()
                .find_map(|line| line.strip_prefix(name))
                .map(str::to_owned)
        };
        Some(Credentials {
            ufrag: value("a=ice-ufrag:")?,
            pwd: value("a=ice-pwd:")?,
        })
    }

    /// Turns our offer into the answer of a client that accepts all of it.
    pub(crate) fn into_acceptance(mut self, remote: &Credentials) -> Description {
        self.drop_unused_transport();
        self.session.retain(|line| line != "a=ice-lite");
        for section in &mut self.sections {
            if section.flow() == Flow::SendOnly {
                section.set_flow(Flow::RecvOnly);
            }
            section.lines.retain(|line| !line.starts_with("a=ssrc"));
            for line in &mut section.lines {
                if line.starts_with("a=ice-ufrag:") {
                    *line = format!("a=ice-ufrag:{}", remote.ufrag);
                } else if line.starts_with("a=ice-pwd:") {
                    *line = format!("a=ice-pwd:{}", remote.pwd);
                } else if line.starts_with("a=setup:") {
                    "a=setup:active".clone_into(line);
                }
            }
        }
        self
    }

    /// Puts our candidates into the first section that is in use: a client reads them nowhere else.
    pub(crate) fn move_candidates_to_first_used(&mut self) {
        let mut moved = Vec::new();
        for section in &mut self.sections {
            let (candidates, rest): (Vec<_>, Vec<_>) = section
                .lines
                .drain(..)
                .partition(|line| line.starts_with("a=candidate:"));
            section.lines = rest;
            moved.extend(candidates);
        }
        if let Some(section) = self.sections.iter_mut().find(|section| !section.rejected()) {
            section.lines.extend(moved);
        }
    }
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self
            .session
            .iter()
            .chain(self.sections.iter().flat_map(|section| &section.lines));
        for line in lines {
            write!(f, "{line}\r\n")?;
        }
        Ok(())
    }
}

impl Section {
    /// `audio`, `video`, `application` …
    pub(crate) fn media(&self) -> &str {
        self.words().next().unwrap_or_default()
    }

    /// Port 0 without being bundled.
    pub(crate) fn rejected(&self) -> bool {
        self.words().nth(1) == Some("0") && self.attribute("bundle-only").is_none()
    }

    pub(crate) fn mid(&self) -> Option<&str> {
        self.attribute("mid")
    }

    pub(crate) fn flow(&self) -> Flow {
        let known = |line: &String| {
            let name = line.strip_prefix("a=")?;
            Flow::ALL
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, flow)| *flow)
        };
        self.lines.iter().find_map(known).unwrap_or(Flow::SendRecv)
    }

    pub(crate) fn set_flow(&mut self, flow: Flow) {
        let is_flow = |line: &String| {
            line.strip_prefix("a=")
                .is_some_and(|name| Flow::ALL.iter().any(|(known, _)| *known == name))
        };
        self.lines.retain(|line| !is_flow(line));
        self.lines.push(format!("a={}", flow.name()));
    }

    /// Restriction identifiers the client sends with, lowest layer first.
    pub(crate) fn send_rids(&self) -> Vec<String> {
        let ladder = ["q", "h", "f"];
        let mut rids: Vec<String> = self
            .attributes("rid")
            .filter_map(|value| value.split_once(' '))
            .filter(|(_, rest)| rest.starts_with("send"))
            .map(|(rid, _)| rid.to_owned())
            .collect();
        if rids.iter().all(|rid| ladder.contains(&rid.as_str())) {
            rids.sort_by_key(|rid| ladder.iter().position(|known| known == rid));
        }
        rids.truncate(ladder.len());
        rids
    }

    /// The payload type to receive with: the codec of `mime` if offered, else the first one we know.
    pub(crate) fn choose_codec(&self, mime: &str) -> Option<(CodecName, u8)> {
        let offered: Vec<(CodecName, u8)> = self.codecs().collect();
        let of = |codec: CodecName| offered.iter().find(|(name, _)| *name == codec).copied();
        let wanted = CodecName::ALL
            .into_iter()
            .find(|codec| codec.mime().eq_ignore_ascii_case(mime));
        wanted
            .and_then(of)
            .or_else(|| CodecName::ALL.into_iter().find_map(of))
    }

    /// Forgets every payload type but `kept` and its retransmissions.
    pub(crate) fn keep_codec(&mut self, kept: u8) {
        let repair = self.attributes("fmtp").find_map(|value| {
            let (pt, parameters) = value.split_once(' ')?;
            let apt = parameters
                .split(';')
                .find_map(|p| p.trim().strip_prefix("apt="))?;
            (apt.trim().parse() == Ok(kept)).then(|| pt.parse::<u8>().ok())?
        });
        let keep = |pt: &str| {
            pt.parse::<u8>()
                .is_ok_and(|pt| pt == kept || Some(pt) == repair)
        };
        if let Some(first) = self.lines.first_mut() {
            let words: Vec<&str> = first.split_whitespace().collect();
            let (head, types) = words.split_at(words.len().min(3));
            let kept_types = types.iter().filter(|pt| keep(pt));
            *first = head
                .iter()
                .chain(kept_types)
                .copied()
                .collect::<Vec<_>>()
                .join(" ");
        }
        self.lines.retain(|line| {
            let value = ["a=rtpmap:", "a=fmtp:", "a=rtcp-fb:"]
                .iter()
                .find_map(|prefix| line.strip_prefix(prefix));
            value.is_none_or(|value| {
                let pt = value.split(' ').next().unwrap_or_default();
                pt == "*" || keep(pt)
            })
        });
    }

    /// Adds `parameters` to the format line of the first payload type.
    pub(crate) fn extend_format(&mut self, parameters: &str) {
        let Some(pt) = self.words().nth(3).map(str::to_owned) else {
            return;
        };
        let prefix = format!("a=fmtp:{pt} ");
        match self.lines.iter_mut().find(|line| line.starts_with(&prefix)) {
            Some(line) => {
                line.push(';');
                line.push_str(parameters);
            }
            None => self.lines.push(format!("{prefix}{parameters}")),
        }
    }

    /// Names the stream and the track of a section we send on; without a name its sources are withheld.
    pub(crate) fn set_msid(&mut self, name: Option<(&str, &str)>) {
        self.lines.retain(|line| !line.starts_with("a=msid:"));
        let Some((stream_id, track_id)) = name else {
            self.lines.retain(|line| !line.starts_with("a=ssrc"));
            return;
        };
        let (stream_id, track_id) = (token(stream_id), token(track_id));
        for line in &mut self.lines {
            let source = line
                .strip_prefix("a=ssrc:")
                .and_then(|rest| rest.split_once(" msid:"));
            if let Some((ssrc, _)) = source {
                *line = format!("a=ssrc:{ssrc} msid:{stream_id} {track_id}");
            }
        }
        let position = self
            .lines
            .iter()
            .position(|line| line.starts_with("a=ssrc"))
            .unwrap_or(self.lines.len());
        self.lines
            .insert(position, format!("a=msid:{stream_id} {track_id}"));
    }

    fn codecs(&self) -> impl Iterator<Item = (CodecName, u8)> {
        self.words().skip(3).filter_map(|pt| {
            let prefix = format!("{pt} ");
            let value = self
                .attributes("rtpmap")
                .find_map(|value| value.strip_prefix(prefix.as_str()))?;
            let codec = CodecName::from_encoding(value.split('/').next().unwrap_or_default())?;
            let usable = codec != CodecName::H264 || self.is_common_h264(&prefix);
            usable.then(|| pt.parse().ok().map(|pt| (codec, pt)))?
        })
    }

    /// Constrained baseline with packetization mode 1, the one kind of H.264 we offer to receivers.
    fn is_common_h264(&self, prefix: &str) -> bool {
        let format = self
            .attributes("fmtp")
            .find_map(|value| value.strip_prefix(prefix))
            .unwrap_or_default();
        let has = |wanted: &str| {
            format
                .split(';')
                .any(|p| p.trim().to_ascii_lowercase().starts_with(wanted))
        };
        has("packetization-mode=1") && has("profile-level-id=42e0")
    }

    fn words(&self) -> impl Iterator<Item = &str> {
        let first = self.lines.first().map(String::as_str).unwrap_or_default();
        first
            .strip_prefix("m=")
            .unwrap_or_default()
            .split_whitespace()
    }

    fn attributes(&self, name: &str) -> impl Iterator<Item = &str> {
        self.lines.iter().filter_map(move |line| {
            let rest = line.strip_prefix("a=")?.strip_prefix(name)?;
            if rest.is_empty() {
                Some("")
            } else {
                rest.strip_prefix(':')
            }
        })
    }

    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes(name).next()
    }
}

/// The characters of `text` that an `a=msid` may hold (RFC 8830), at most 64.
fn token(text: &str) -> String {
    let allowed = |c: &char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`{|}~".contains(*c);
    let kept: String = text.chars().filter(allowed).take(64).collect();
    if kept.is_empty() {
        "-".to_owned()
    } else {
        kept
    }
}

#[cfg(test)]
mod tests {
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
}
