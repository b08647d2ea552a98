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

/// What a shard is told.
#[derive(Default)]
pub(crate) struct Orders {
    /// Commands in the order they were given.
    pub(crate) commands: Vec<Command>,
    /// Whether the thread shall end.
    pub(crate) stop: bool,
}

/// Commands on their way to a shard.
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
        if orders.commands.is_empty() {
            self.signal.set();
        }
        orders.commands.push(command);
    }

    /// Asks the shard to end.
    pub(crate) fn stop(&self) {
        locked(&self.orders).stop = true;
        self.signal.set();
    }

    /// Everything that waits.
    pub(crate) fn take(&self) -> Orders {
        let mut orders = locked(&self.orders);
        self.signal.clear();
        Orders {
            commands: std::mem::take(&mut orders.commands),
            stop: orders.stop,
        }
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
    use media::PeerId;

    use super::*;

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
