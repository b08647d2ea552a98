//! What a section says about the packets it describes.

use str0m::media::Mid;

use super::{Description, Section};
use crate::uplink::Inlet;

/// Sources one section may name; simulcast with retransmissions names six.
const MAX_SOURCES: usize = 32;

impl Description {
    /// Every payload type in the description.
    pub(crate) fn payload_types(&self) -> Vec<u8> {
        let sections = self.sections.iter();
        let types =
            sections.flat_map(|section| section.words().skip(3).filter_map(|pt| pt.parse().ok()));
        let mut types: Vec<u8> = types.collect();
        types.sort_unstable();
        types.dedup();
        types
    }
}

impl Section {
    /// How packets of this section are recognised, once it is narrowed to one codec; `None` if it has none.
    pub(crate) fn inlet(&self, mid: Mid) -> Option<Inlet> {
        let pt: u8 = self.words().nth(3)?.parse().ok()?;
        Some(Inlet {
            mid,
            pt,
            repair_pt: self.repair_of(pt),
            nack: self
                .attributes("rtcp-fb")
                .filter_map(|value| value.split_once(' '))
                .any(|(of, what)| (of == "*" || of.parse() == Ok(pt)) && what.trim() == "nack"),
            sources: self.sources(),
        })
    }

    /// The sources named, each with the source of its retransmissions.
    fn sources(&self) -> Vec<(u32, Option<u32>)> {
        let groups = self.attributes("ssrc-group").filter_map(|value| {
            let mut words = value.strip_prefix("FID ")?.split_whitespace();
            let mut next = || words.next()?.parse::<u32>().ok();
            Some((next()?, next()?))
        });
        let groups: Vec<(u32, u32)> = groups.take(MAX_SOURCES).collect();
        let mut sources: Vec<(u32, Option<u32>)> = Vec::new();
        for value in self.attributes("ssrc") {
            let Some(ssrc) = value.split(' ').next().and_then(|ssrc| ssrc.parse().ok()) else {
                continue;
            };
            let known = sources.iter().any(|(main, _)| *main == ssrc);
            let repairs = groups.iter().any(|(_, repair)| *repair == ssrc);
            if known || repairs || sources.len() == MAX_SOURCES {
                continue;
            }
            let repair = groups.iter().find(|(main, _)| *main == ssrc);
            sources.push((ssrc, repair.map(|(_, repair)| *repair)));
        }
        sources
    }

    /// The payload type of the retransmissions of `pt`.
    pub(super) fn repair_of(&self, pt: u8) -> Option<u8> {
        self.attributes("fmtp").find_map(|value| {
            let (repair, parameters) = value.split_once(' ')?;
            let apt = parameters
                .split(';')
                .find_map(|p| p.trim().strip_prefix("apt="))?;
            (apt.trim().parse() == Ok(pt)).then(|| repair.parse().ok())?
        })
    }
}
