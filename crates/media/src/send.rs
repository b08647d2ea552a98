//! What leaves: media, one receiver after the other or several at once, and RTCP.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::down::Down;
use crate::egress::Egress;
use crate::event::Transport;
use crate::outlet::Outlet;
use crate::rings::Shelf;
use crate::rtcp::OwnSender;
use crate::sender::Sender;
use crate::sfu::Sfu;
use crate::track::Track;

/// How often subscribers are told the clocks of their tracks.
const REPORT_EVERY: Duration = Duration::from_secs(1);

/// A part of the waiting media, for some of the receivers. Lent to a thread, which sends it while others send other parts.
#[derive(Default)]
pub struct Lane {
    senders: Vec<(usize, Box<Sender>)>,
    /// Nobody writes them while a lane is lent.
    shelves: Option<Arc<Vec<Shelf>>>,
}

impl Lane {
    /// Sends it.
    pub fn send(&mut self, egress: &mut dyn Egress) {
        let Some(shelves) = &self.shelves else {
            return;
        };
        for (_, sender) in &self.senders {
            sender.read_ahead();
        }
        for (_, sender) in &mut self.senders {
            sender.send_pending(shelves, egress);
        }
    }

    /// Whether part of it goes by TCP, so that only who has those connections can send it.
    #[must_use]
    pub fn goes_by_tcp(&self) -> bool {
        self.senders.iter().any(|(_, sender)| by_tcp(sender))
    }
}

fn by_tcp(sender: &Sender) -> bool {
    let path = sender.path;
    path.is_some_and(|path| path.transport == Transport::Tcp)
}

impl Sfu {
    /// Packets that wait to be sent.
    #[must_use]
    pub fn waiting_packets(&mut self) -> usize {
        self.distribute();
        self.waiting
    }

    /// Divides the waiting media into parts of about the same work, one for each of `lanes`; what goes by TCP is in the
    /// first ones. All of them have to be sent and given back before anything is asked of this state machine but to take
    /// in more media ([`Sfu::packet`] with what [`is_media`](crate::is_media)), which then waits for the next flush.
    pub fn lend(&mut self, lanes: &mut [Lane], now: Instant) {
        self.distribute();
        self.take_senders(now);
        self.ready
            .sort_unstable_by_key(|(_, sender)| !by_tcp(sender));
        let mut left: usize = self.ready.iter().map(|(_, it)| it.waiting()).sum();
        let mut ready = self.ready.drain(..);
        let parts = lanes.len();
        for (number, lane) in lanes.iter_mut().enumerate() {
            lane.shelves = Some(self.rings.lend());
            let share = left.div_ceil(parts - number);
            let mut taken = 0;
            while taken < share
                && let Some((slot, sender)) = ready.next()
            {
                taken += sender.waiting();
                lane.senders.push((slot, sender));
            }
            left -= taken;
        }
    }

    /// Takes back what was lent.
    ///
    /// # Panics
    /// A lane that was filled is not among them.
    pub fn take_back(&mut self, lanes: &mut [Lane]) {
        for lane in lanes {
            lane.shelves = None;
            for (slot, sender) in lane.senders.drain(..) {
                if let Some(peer) = self.peers.get_mut(slot) {
                    peer.sender = Some(sender);
                    peer.tell_turns();
                }
            }
        }
        self.rings.settle();
    }

    /// Hands the waiting media of every receiver to `egress`, one receiver after the other.
    pub(crate) fn send_media(&mut self, egress: &mut dyn Egress, now: Instant) {
        self.take_senders(now);
        for (_, sender) in &self.ready {
            sender.read_ahead();
        }
        for (slot, mut sender) in self.ready.drain(..) {
            sender.send_pending(self.rings.shelves(), egress);
            if let Some(peer) = self.peers.get_mut(slot) {
                peer.sender = Some(sender);
            }
        }
    }

    /// Puts the senders with something to send beside each other.
    fn take_senders(&mut self, now: Instant) {
        self.waiting = 0;
        while let Some(slot) = self.sending.pop() {
            let Some(peer) = self.peers.get_mut(slot) else {
                continue;
            };
            peer.sending = false;
            if let Some(mut sender) = peer.sender.take() {
                std::mem::swap(&mut peer.pending, &mut sender.pending);
                sender.log.set_time(now);
                self.ready.push((slot, sender));
            }
        }
    }

    /// Queues a peer that is to be told something by RTCP at the next flush.
    pub(crate) fn mark_reporting(&mut self, slot: usize) {
        if let Some(peer) = self.peers.get_mut(slot)
            && !std::mem::replace(&mut peer.reporting, true)
        {
            self.reporting.push(slot);
        }
    }

    /// Tells every queued peer what it should know.
    pub(crate) fn send_reports(&mut self, egress: &mut dyn Egress, now: Instant) {
        while let Some(slot) = self.reporting.pop() {
            if let Some(peer) = self.peers.get_mut(slot) {
                peer.reporting = false;
            }
            let _ = self.send_feedback(slot, egress, now);
            let _ = self.send_clocks(slot, egress, now);
            self.listen_on(slot, now);
        }
    }

    fn send_feedback(&mut self, slot: usize, egress: &mut dyn Egress, now: Instant) -> Option<()> {
        let peer = self.peers.get_mut(slot)?;
        let (uplink, sender) = (peer.uplink.as_mut()?, peer.sender.as_mut()?);
        uplink.feedback(now, &mut self.compound, |compound| {
            sender.send_control(compound.bytes_mut(), egress);
            compound.clear();
        });
        Some(())
    }

    /// Sender reports of a subscriber's tracks, if they are due.
    fn send_clocks(&mut self, slot: usize, egress: &mut dyn Egress, now: Instant) -> Option<()> {
        let peer = self.peers.get_mut(slot)?;
        if peer.report_due > now || !peer.can_send() {
            return None;
        }
        peer.report_due = now + REPORT_EVERY;
        let sender = peer.sender.as_mut()?;
        for down in &peer.downs {
            let down = self.downs.get(*down)?;
            let track = self.track_slots.get(&down.track);
            let track = track.and_then(|track| self.tracks.get(*track));
            let outlet = down
                .outlet
                .and_then(|outlet| sender.outlets.get_mut(outlet));
            let both = track.zip(outlet);
            let report = both.and_then(|(track, outlet)| sender_report(down, track, outlet, now));
            let Some(report) = report else { continue };
            if !self.compound.sender_report(&report) {
                sender.send_control(self.compound.bytes_mut(), egress);
                self.compound.clear();
                self.compound.sender_report(&report);
            }
        }
        if !self.compound.is_empty() {
            sender.send_control(self.compound.bytes_mut(), egress);
            self.compound.clear();
        }
        Some(())
    }

    /// Queues subscribers whose sender reports are due; called with every tick.
    pub(crate) fn queue_reports(&mut self, now: Instant) {
        for (slot, peer) in &mut self.peers {
            let due = peer.report_due <= now && !peer.downs.is_empty() && peer.can_send();
            if due && !std::mem::replace(&mut peer.reporting, true) {
                self.reporting.push(slot);
            }
        }
    }
}

fn sender_report(
    down: &Down,
    track: &Track,
    outlet: &mut Outlet,
    now: Instant,
) -> Option<OwnSender> {
    let source = down.source?;
    let (ntp, timestamp) = track.clock(source.layer, now)?;
    let on_timeline = timestamp.wrapping_add(source.timeline_shift);
    let sent = down.rewriter.shifts().timestamp(on_timeline);
    outlet.sender_report((ntp, sent), now)
}
