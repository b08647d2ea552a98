//! The few edits of session descriptions that the negotiation library does not make, on the text itself.
//!
//! An offer is narrowed to one codec per published track before it is answered; an offer of ours gets the stream and
//! track names of the down-track that a (perhaps reused) section carries now. Everything else passes untouched.

mod media;

use std::fmt;

use crate::codec::CodecName;

/// Longer descriptions are refused unread.
const MAX_SDP_BYTES: usize = 512 * 1024;
/// Descriptions with more sections are refused: comparing them all would hold up everybody else.
const MAX_SECTIONS: usize = 500;
/// So do descriptions of more lines, sections of more, longer lines, and sections that name more payload types than there are.
const MAX_LINES: usize = 20_000;
const MAX_SECTION_LINES: usize = 500;
const MAX_LINE_BYTES: usize = 16 * 1024;
const MAX_SECTION_WORDS: usize = 3 + 128;

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
        if text.len() > MAX_SDP_BYTES || !text.starts_with("v=0") || !is_bounded(text) {
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
        let is_short = |section: &Section| {
            section.lines.len() <= MAX_SECTION_LINES && section.words().count() <= MAX_SECTION_WORDS
        };
        description
            .sections
            .iter()
            .all(is_short)
            .then_some(description)
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

    /// Takes sections that were rejected out of the bundle: in it, port 0 would mean something else (RFC 9143).
    pub(crate) fn leave_bundle(&mut self, rejected: &[String]) {
        let bundles = self.session.iter_mut();
        for line in bundles.filter(|line| line.starts_with("a=group:BUNDLE")) {
            let kept = line
                .split(' ')
                .filter(|mid| !rejected.iter().any(|gone| gone == mid));
            *line = kept.collect::<Vec<_>>().join(" ");
        }
    }

    /// Gives sections this answer rejects a format they were offered with: without any the line cannot be read.
    pub(crate) fn complete_rejections(&mut self, offer: &Description) {
        for (section, offered) in self.sections.iter_mut().zip(&offer.sections) {
            if section.rejected() && section.media() != "application" {
                let format = offered.words().nth(3).unwrap_or("0");
                let protocol = offered.words().nth(2).unwrap_or_default();
                let mut lines = vec![format!("m={} 0 {protocol} {format}", offered.media())];
                let named = |line: &String| line.starts_with("c=") || line.starts_with("a=mid:");
                lines.extend(section.lines.drain(..).skip(1).filter(named));
                let map = format!("a=rtpmap:{format} ");
                let maps = offered.lines.iter();
                lines.extend(maps.filter(|line| line.starts_with(&map)).cloned());
                lines.push("a=inactive".to_owned());
                section.lines = lines;
            }
        }
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

/// Whether a description can be cut without much work; looks at each byte once.
fn is_bounded(text: &str) -> bool {
    let mut sections = 0;
    let mut lines = 0;
    text.split('\n').all(|line| {
        lines += 1;
        sections += usize::from(line.starts_with("m="));
        lines <= MAX_LINES && sections <= MAX_SECTIONS && line.len() <= MAX_LINE_BYTES
    })
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

    pub(crate) fn reject(&mut self) {
        self.lines.retain(|line| line != "a=bundle-only");
        if let Some(first) = self.lines.first_mut() {
            let mut words: Vec<&str> = first.split_whitespace().collect();
            if let Some(port) = words.get_mut(1) {
                *port = "0";
            }
            *first = words.join(" ");
        }
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
        let repair = self.repair_of(kept);
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
mod tests;
