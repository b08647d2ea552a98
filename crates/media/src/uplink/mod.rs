//! What a publisher sends: its sources, what is known of each, and what it must be told.

mod intake;
mod nack;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use str0m::media::{Mid, Rid};

pub(crate) use intake::Intake;

use crate::event::PeerStats;
use crate::rtcp::{ArrivalLog, Compound, share_e4};
use crate::rtp::{ExtensionIds, Extensions, Header};

/// Sources remembered per publisher; packets of one more are not forwarded.
const MAX_SOURCES: usize = 512;
const ARRIVALS_EVERY: Duration = Duration::from_millis(100);
const REPORT_EVERY: Duration = Duration::from_secs(1);

/// What the agreed description says about one section the publisher sends in.
#[derive(Debug, Clone)]
pub(crate) struct Inlet {
    pub mid: Mid,
    pub pt: u8,
    /// Payload type of retransmissions.
    pub repair_pt: Option<u8>,
    /// Whether lost packets may be asked for.
    pub nack: bool,
    /// Sources named in the description, each with the source of its retransmissions.
    pub sources: Vec<(u32, Option<u32>)>,
}

/// Where a source belongs, as it said itself or the description did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Label {
    pub mid: Mid,
    pub rid: Option<Rid>,
    /// Carries retransmissions.
    pub repair: bool,
}

/// What a source feeds, with what payload type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Feed {
    /// Slot of the track.
    pub track: usize,
    pub layer: usize,
    pub pt: u8,
    pub repair: bool,
    /// Whether lost packets may be asked for.
    pub nack: bool,
    pub clock_rate: u32,
}

/// One SSRC of the publisher.
#[derive(Debug)]
pub(crate) struct Origin {
    pub label: Label,
    /// `None`: not looked up since the last description; `Some(None)`: feeds nothing.
    pub feed: Option<Option<Feed>>,
    pub intake: Option<Box<Intake>>,
}

/// A publisher's side of the media path.
#[derive(Debug)]
pub(crate) struct Uplink {
    pub ids: ExtensionIds,
    pub inlets: Vec<Inlet>,
    pub origins: HashMap<u32, Origin>,
    arrivals: ArrivalLog,
    arrivals_due: Instant,
    report_due: Instant,
    /// A source of ours for feedback that concerns the whole transport: the last one heard.
    heard: u32,
    /// Key frames to ask for.
    pub requests: Vec<u32>,
    lost: Vec<u16>,
    packet: Vec<u8>,
}

impl Uplink {
    pub(crate) fn new(now: Instant) -> Self {
        Uplink {
            ids: ExtensionIds::default(),
            inlets: Vec::new(),
            origins: HashMap::new(),
            arrivals: ArrivalLog::new(now),
            arrivals_due: now,
            report_due: now,
            heard: 0,
            requests: Vec::new(),
            lost: Vec::new(),
            packet: Vec::new(),
        }
    }

    /// Takes in what a new description says. Sources keep what they said of themselves.
    pub(crate) fn describe(&mut self, ids: ExtensionIds, inlets: Vec<Inlet>) {
        self.ids = ids;
        for inlet in inlets {
            self.inlets.retain(|known| known.mid != inlet.mid);
            self.inlets.push(inlet);
        }
        for origin in self.origins.values_mut() {
            origin.feed = None;
        }
    }

    /// The source of an authentic packet, with what it feeds if that was looked up.
    pub(crate) fn origin(
        &mut self,
        header: &Header,
        extensions: &Extensions<'_>,
    ) -> Option<&mut Origin> {
        if !self.origins.contains_key(&header.ssrc) {
            let label = self.label(header, extensions)?;
            if self.origins.len() >= MAX_SOURCES {
                return None;
            }
            let origin = Origin {
                label,
                feed: None,
                intake: None,
            };
            self.origins.insert(header.ssrc, origin);
        }
        self.origins.get_mut(&header.ssrc)
    }

    fn label(&self, header: &Header, extensions: &Extensions<'_>) -> Option<Label> {
        if let Some(mid) = extensions.mid {
            let inlet = self.inlets.iter().find(|inlet| &*inlet.mid == mid)?;
            let rid = extensions.rid.or(extensions.repaired_rid);
            let repair = match rid {
                Some(_) => extensions.rid.is_none(),
                None => inlet.repair_pt == Some(header.pt),
            };
            return Some(Label {
                mid: inlet.mid,
                rid: rid.map(Rid::from),
                repair,
            });
        }
        let ssrc = header.ssrc;
        self.inlets.iter().find_map(|inlet| {
            let named =
                |(main, repair): &&(u32, Option<u32>)| *main == ssrc || *repair == Some(ssrc);
            let (main, _) = inlet.sources.iter().find(named)?;
            Some(Label {
                mid: inlet.mid,
                rid: None,
                repair: *main != ssrc,
            })
        })
    }

    /// Adds how the sources arrive to `stats`.
    pub(crate) fn add_stats(&self, stats: &mut PeerStats) {
        let intakes = self
            .origins
            .values()
            .filter_map(|origin| origin.intake.as_ref());
        for intake in intakes {
            stats.lost += intake.lost;
            stats.nacks += intake.nacks;
            stats.loss_e4 = stats.loss_e4.max(share_e4(intake.fraction_lost));
        }
    }

    /// Notes an authentic packet for the publisher's rate control.
    pub(crate) fn note_arrival(&mut self, ssrc: u32, seq: u16, now: Instant) {
        self.heard = ssrc;
        self.arrivals.add(seq, now);
    }

    /// Whether something has to be told within the next few hundredths of a second.
    pub(crate) fn wants_soon(&self) -> bool {
        !self.arrivals.is_empty()
            || self.origins.values().any(|origin| {
                origin
                    .intake
                    .as_ref()
                    .is_some_and(|intake| intake.lacks_any())
            })
    }

    /// Writes what is due into compound packets, each of which goes to `send` and comes back empty.
    pub(crate) fn feedback(
        &mut self,
        now: Instant,
        out: &mut Compound,
        mut send: impl FnMut(&mut Compound),
    ) {
        for ssrc in self.requests.drain(..) {
            if !out.key_frame_request(ssrc) {
                send(out);
                out.key_frame_request(ssrc);
            }
        }
        for (ssrc, origin) in &mut self.origins {
            if let Some(intake) = &mut origin.intake {
                self.lost.clear();
                intake.due(now, &mut self.lost);
                let mut rest = &self.lost[..];
                while !rest.is_empty() {
                    let taken = out.nack(*ssrc, rest);
                    rest = &rest[taken..];
                    if !rest.is_empty() {
                        send(out);
                    }
                }
            }
        }
        if self.report_due <= now {
            self.write_reports(now, out, &mut send);
        }
        if self.arrivals_due <= now {
            self.arrivals_due = now + ARRIVALS_EVERY;
            self.packet.clear();
            while self.arrivals.report(self.heard, &mut self.packet) {
                if !out.append(&self.packet) {
                    send(out);
                    out.append(&self.packet);
                }
                self.packet.clear();
            }
        }
        if !out.is_empty() {
            send(out);
        }
    }

    fn write_reports(
        &mut self,
        now: Instant,
        out: &mut Compound,
        send: &mut impl FnMut(&mut Compound),
    ) {
        self.report_due = now + REPORT_EVERY;
        let heard = self.origins.iter_mut();
        let blocks: Vec<_> = heard
            .filter_map(|(ssrc, origin)| Some(origin.intake.as_mut()?.report(*ssrc, now)))
            .collect();
        let mut rest = &blocks[..];
        while !rest.is_empty() {
            let taken = out.receiver_report(rest);
            rest = &rest[taken..];
            if taken == 0 {
                send(out);
            }
        }
    }
}
