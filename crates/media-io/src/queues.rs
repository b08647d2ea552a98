//! What passes between the control plane's thread and a media thread.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::{Mutex, MutexGuard, PoisonError};

use media::{AudioLevel, Command, DataChannel, Event, TrackId};

use crate::sys::EventFd;

/// Lossy data messages kept while nobody takes events; more are dropped, as the network would.
const MAX_LOSSY_WAITING: usize = 4096;

/// The content; whoever panicked with it left it whole.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Default)]
struct Orders {
    /// Acts, ahead of everything else, in the order they were given.
    acts: VecDeque<Command>,
    /// Everything else in the order it was given.
    others: VecDeque<Command>,
    /// Whether the thread shall end.
    stop: bool,
}

impl Orders {
    fn is_empty(&self) -> bool {
        self.acts.is_empty() && self.others.is_empty()
    }

    /// Puts a command into its lane. An act is never undone by what was given before it and waits still.
    fn add(&mut self, command: Command) {
        match &command {
            Command::ClosePeer { peer } => {
                let peer = *peer;
                let about_it = |waiting: &Command| waiting.peer() == Some(peer);
                let opens = |waiting: &Command| {
                    about_it(waiting) && matches!(waiting, Command::OpenPeer { .. })
                };
                // Nothing flows yet over one that is not open: it is opened and closed in its turn.
                let is_open = !self.others.iter().any(opens);
                self.others
                    .retain(|waiting| !about_it(waiting) || opens(waiting));
                if !is_open {
                    self.others.push_back(command);
                    return;
                }
            }
            Command::RemoveDown { down, .. } => {
                let down = *down;
                let before = self.others.len();
                self.others
                    .retain(|waiting| !matches!(waiting, Command::AddDown { down: added, .. } if *added == down));
                if self.others.len() < before {
                    return;
                }
            }
            Command::SetTrackMuted { track, .. } => {
                let begins = |waiting: &Command| match waiting {
                    Command::AcceptOffer { receive, .. } => {
                        receive.iter().any(|receive| receive.track == *track)
                    }
                    _ => false,
                };
                // A track that is only now announced is muted once it is there.
                if self.others.iter().any(begins) {
                    self.others.push_back(command.clone());
                }
            }
            _ => {}
        }
        let lane = if command.is_act() {
            &mut self.acts
        } else {
            &mut self.others
        };
        lane.push_back(command);
    }
}

/// Commands on their way to a shard: those that take media away go ahead of negotiation.
pub(crate) struct Inbox {
    orders: Mutex<Orders>,
    signal: EventFd,
}

impl Inbox {
    /// Nothing waits.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Inbox {
            orders: Mutex::default(),
            signal: EventFd::new()?,
        })
    }

    /// Hands a command over, never waiting for the shard; without effect once it is asked to end.
    pub(crate) fn push(&self, command: Command) {
        let mut orders = locked(&self.orders);
        if orders.stop {
            return;
        }
        if orders.is_empty() {
            self.signal.set();
        }
        orders.add(command);
    }

    /// Asks the shard to end.
    pub(crate) fn stop(&self) {
        locked(&self.orders).stop = true;
        self.signal.set();
    }

    /// The next command.
    pub(crate) fn next(&self) -> Option<Command> {
        let mut orders = locked(&self.orders);
        let next = orders
            .acts
            .pop_front()
            .or_else(|| orders.others.pop_front());
        if orders.is_empty() && !orders.stop {
            self.signal.clear();
        }
        next
    }

    /// Whether the shard was asked to end, and has done all that it was told before.
    pub(crate) fn is_over(&self) -> bool {
        let orders = locked(&self.orders);
        orders.stop && orders.is_empty()
    }

    /// Readable while something waits.
    pub(crate) fn fd(&self) -> RawFd {
        self.signal.as_raw_fd()
    }
}

#[derive(Default)]
struct Reports {
    events: VecDeque<Event>,
    levels: BTreeMap<TrackId, AudioLevel>,
    lossy_waiting: usize,
    lossy_dropped: u64,
    failure: Option<String>,
}

impl Reports {
    fn is_empty(&self) -> bool {
        self.events.is_empty() && self.levels.is_empty() && self.failure.is_none()
    }

    fn add(&mut self, event: Event) {
        match event {
            Event::AudioLevels { levels } => {
                let newer = levels.into_iter().map(|level| (level.track, level));
                self.levels.extend(newer);
                return;
            }
            Event::Data {
                channel: DataChannel::Lossy,
                ..
            } => {
                if self.lossy_waiting == MAX_LOSSY_WAITING {
                    self.lossy_dropped += 1;
                    return;
                }
                self.lossy_waiting += 1;
            }
            _ => {}
        }
        self.events.push_back(event);
    }
}

/// Events on their way to the control plane. Bounded where the media decides how much there is: waiting level reports
/// are merged, lossy data is dropped beyond a limit.
pub(crate) struct Outbox {
    reports: Mutex<Reports>,
    signal: EventFd,
}

impl Outbox {
    /// Nothing waits.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Outbox {
            reports: Mutex::default(),
            signal: EventFd::new()?,
        })
    }

    /// Adds events in order.
    pub(crate) fn extend(&self, events: &mut Vec<Event>) {
        if events.is_empty() {
            return;
        }
        let mut reports = locked(&self.reports);
        if reports.is_empty() {
            self.signal.set();
        }
        for event in events.drain(..) {
            reports.add(event);
        }
    }

    /// Says that the shard ended without being asked; lasts.
    pub(crate) fn fail(&self, reason: String) {
        locked(&self.reports).failure = Some(reason);
        self.signal.set();
    }

    /// Everything that waits, in order, the newest level of each track last.
    ///
    /// # Errors
    /// The shard's reason to end, once all its events are taken.
    pub(crate) fn take(&self) -> Result<Vec<Event>, String> {
        let mut reports = locked(&self.reports);
        let mut events: Vec<Event> = std::mem::take(&mut reports.events).into();
        let levels = std::mem::take(&mut reports.levels);
        reports.lossy_waiting = 0;
        if !levels.is_empty() {
            events.push(Event::AudioLevels {
                levels: levels.into_values().collect(),
            });
        }
        match &reports.failure {
            Some(reason) if events.is_empty() => return Err(reason.clone()),
            Some(_) => {}
            None => self.signal.clear(),
        }
        Ok(events)
    }

    /// Lossy data messages dropped here since the start.
    pub(crate) fn lossy_dropped(&self) -> u64 {
        locked(&self.reports).lossy_dropped
    }

    /// Readable while events wait.
    pub(crate) fn fd(&self) -> RawFd {
        self.signal.as_raw_fd()
    }
}

#[cfg(test)]
mod tests {
    use media::{DownId, PeerId, Receive, RequestId, Role};

    use super::*;

    const EVE: PeerId = PeerId(1);
    const ADA: PeerId = PeerId(2);

    fn offer(peer: PeerId, track: u64) -> Command {
        Command::AcceptOffer {
            peer,
            request: RequestId(1),
            sdp: String::new(),
            receive: vec![Receive {
                mid: "0".to_owned(),
                track: TrackId(track),
                mime: String::new(),
                stereo: false,
                announced_bps: 0,
            }],
        }
    }

    fn muted(track: u64, muted: bool) -> Command {
        Command::SetTrackMuted {
            track: TrackId(track),
            muted,
        }
    }

    fn add_down(peer: PeerId, down: u64) -> Command {
        Command::AddDown {
            peer,
            down: DownId(down),
            track: TrackId(1),
            stream_id: String::new(),
            track_sid: String::new(),
        }
    }

    fn remove_down(peer: PeerId, down: u64) -> Command {
        Command::RemoveDown {
            peer,
            down: DownId(down),
        }
    }

    /// The order in which commands are carried out that were all given before the first was.
    fn order(given: Vec<Command>) -> Vec<Command> {
        let inbox = Inbox::new().expect("an eventfd");
        for command in given {
            inbox.push(command);
        }
        std::iter::from_fn(|| inbox.next()).collect()
    }

    #[test]
    fn whoever_is_closed_is_closed_before_what_waits_and_none_of_its_own_is_done() {
        let close = Command::ClosePeer { peer: EVE };
        let flood = vec![offer(EVE, 1), offer(ADA, 2), offer(EVE, 1), close.clone()];
        assert_eq!(order(flood), [close, offer(ADA, 2)]);
    }

    #[test]
    fn a_peer_that_is_not_open_yet_is_opened_and_closed_in_its_turn() {
        let open = Command::OpenPeer {
            peer: EVE,
            role: Role::Publisher,
        };
        let close = Command::ClosePeer { peer: EVE };
        let given = vec![open.clone(), offer(EVE, 1), close.clone()];
        assert_eq!(order(given), [open, close]);
    }

    #[test]
    fn a_mute_goes_ahead_and_its_order_is_kept() {
        let given = vec![offer(ADA, 2), muted(1, true), muted(1, false)];
        assert_eq!(
            order(given),
            [muted(1, true), muted(1, false), offer(ADA, 2)]
        );
    }

    #[test]
    fn a_track_that_is_being_announced_is_muted_when_it_is_there() {
        let given = vec![offer(ADA, 1), muted(1, true)];
        assert_eq!(
            order(given),
            [muted(1, true), offer(ADA, 1), muted(1, true)]
        );
    }

    #[test]
    fn what_is_taken_away_before_it_was_given_is_never_given() {
        let given = vec![add_down(ADA, 1), add_down(ADA, 2), remove_down(ADA, 1)];
        assert_eq!(order(given), [add_down(ADA, 2)]);
        let given = vec![offer(ADA, 1), remove_down(ADA, 3)];
        assert_eq!(order(given), [remove_down(ADA, 3), offer(ADA, 1)]);
    }

    #[test]
    fn an_end_comes_after_what_was_given_before() {
        let inbox = Inbox::new().expect("an eventfd");
        inbox.push(offer(ADA, 1));
        inbox.stop();
        inbox.push(offer(ADA, 2));
        assert!(!inbox.is_over());
        assert_eq!(inbox.next(), Some(offer(ADA, 1)));
        assert!(inbox.is_over());
        assert_eq!(inbox.next(), None);
    }

    fn level(track: u64, level_dbov: u8) -> AudioLevel {
        AudioLevel {
            track: TrackId(track),
            level_dbov,
            active: true,
        }
    }

    fn data(channel: DataChannel) -> Event {
        Event::Data {
            peer: PeerId(1),
            channel,
            payload: vec![1],
        }
    }

    #[test]
    fn waiting_levels_are_merged_into_one_report_of_the_newest() {
        let outbox = Outbox::new().expect("an eventfd");
        for levels in [vec![level(1, 30), level(2, 40)], vec![level(1, 20)]] {
            outbox.extend(&mut vec![Event::AudioLevels { levels }]);
        }
        let merged = Event::AudioLevels {
            levels: vec![level(1, 20), level(2, 40)],
        };
        assert_eq!(outbox.take(), Ok(vec![merged]));
        assert_eq!(outbox.take(), Ok(Vec::new()));
    }

    #[test]
    fn only_lossy_data_is_dropped_when_nobody_takes_events() {
        let outbox = Outbox::new().expect("an eventfd");
        let per_channel = MAX_LOSSY_WAITING + 5;
        for channel in [DataChannel::Lossy, DataChannel::Reliable] {
            outbox.extend(&mut vec![data(channel); per_channel]);
        }
        let kept = outbox.take().expect("no failure");
        assert_eq!(kept.len(), MAX_LOSSY_WAITING + per_channel);
        assert_eq!(outbox.lossy_dropped(), 5);
    }

    #[test]
    fn a_failure_is_told_after_the_last_event_and_stays() {
        let outbox = Outbox::new().expect("an eventfd");
        outbox.extend(&mut vec![data(DataChannel::Reliable)]);
        outbox.fail("gone".to_owned());
        assert_eq!(outbox.take().map(|events| events.len()), Ok(1));
        assert_eq!(outbox.take(), Err("gone".to_owned()));
        assert_eq!(outbox.take(), Err("gone".to_owned()));
    }
}
