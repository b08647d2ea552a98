//! When which peer wants to be woken. Entries are not searched for: an outdated one is recognised when its time comes.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

/// A heap of (time, peer slot).
#[derive(Debug, Default)]
pub(crate) struct Timers {
    heap: BinaryHeap<Reverse<(Instant, usize)>>,
}

/// The deadline of one peer, kept beside it.
#[derive(Debug, Default)]
pub(crate) struct Deadline {
    /// When the peer wants to be woken.
    wanted: Option<Instant>,
    /// The earliest entry of this peer in the heap.
    queued: Option<Instant>,
}

impl Timers {
    /// Sets the deadline of `slot`. Only an earlier one costs a heap operation.
    pub(crate) fn set(&mut self, slot: usize, deadline: &mut Deadline, at: Instant) {
        deadline.wanted = Some(at);
        if deadline.queued.is_none_or(|queued| at < queued) {
            deadline.queued = Some(at);
            self.heap.push(Reverse((at, slot)));
        }
    }

    /// The next entry that is due, whoever it may concern by now.
    pub(crate) fn pop_due(&mut self, now: Instant) -> Option<(Instant, usize)> {
        let Reverse((at, _)) = self.heap.peek()?;
        if *at > now {
            return None;
        }
        self.heap.pop().map(|Reverse(entry)| entry)
    }

    /// Decides about a popped entry: true if the peer is due, otherwise its real deadline is queued.
    pub(crate) fn is_due(
        &mut self,
        entry: (Instant, usize),
        deadline: &mut Deadline,
        now: Instant,
    ) -> bool {
        let (at, slot) = entry;
        if deadline.queued != Some(at) {
            return false;
        }
        deadline.queued = None;
        match deadline.wanted {
            Some(wanted) if wanted > now => {
                deadline.queued = Some(wanted);
                self.heap.push(Reverse((wanted, slot)));
                false
            }
            Some(_) => true,
            None => false,
        }
    }

    pub(crate) fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn postponed_deadlines_cost_nothing_and_come_in_time() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let (mut timers, mut deadline) = (Timers::default(), Deadline::default());
        timers.set(3, &mut deadline, at(10));
        timers.set(3, &mut deadline, at(50));
        assert_eq!(timers.heap.len(), 1);
        let entry = timers.pop_due(at(10)).expect("the old entry");
        assert!(!timers.is_due(entry, &mut deadline, at(10)));
        assert_eq!(timers.next(), Some(at(50)));
        let entry = timers.pop_due(at(51)).expect("the new entry");
        assert!(timers.is_due(entry, &mut deadline, at(51)));
        assert_eq!(timers.pop_due(at(99)), None);
    }

    #[test]
    fn an_earlier_deadline_overtakes() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let (mut timers, mut deadline) = (Timers::default(), Deadline::default());
        timers.set(1, &mut deadline, at(50));
        timers.set(1, &mut deadline, at(10));
        let entry = timers.pop_due(at(10)).expect("due");
        assert!(timers.is_due(entry, &mut deadline, at(10)));
        let stale = timers.pop_due(at(60)).expect("the overtaken entry");
        assert!(!timers.is_due(stale, &mut deadline, at(60)));
    }
}
