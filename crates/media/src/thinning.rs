//! How much of the pictures a receiver is sent while its way out is full: whole pictures are left out, never parts, and
//! never sound.

use std::time::{Duration, Instant};

use crate::egress::Fullness;

/// A step down takes effect with the next picture; whether it was enough shows after so long.
const STEP_DOWN_AFTER: Duration = Duration::from_millis(200);
/// So long without pressure, and one step is taken back.
const STEP_UP_AFTER: Duration = Duration::from_secs(1);

/// What is left out; each step has in it those before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    #[default]
    Nothing,
    /// Pictures that no other picture is coded from.
    Spare,
    /// All of the highest layer, the third.
    High,
    /// … and of the second.
    Middle,
    /// All pictures.
    All,
}

impl Step {
    const ALL: [Step; 5] = [
        Step::Nothing,
        Step::Spare,
        Step::High,
        Step::Middle,
        Step::All,
    ];

    fn moved(self, by: isize) -> Self {
        let at = (self as usize).saturating_add_signed(by);
        Step::ALL[at.min(Step::ALL.len() - 1)]
    }
}

/// The state of one receiver.
#[derive(Debug, Default)]
pub(crate) struct Thinning {
    step: Step,
    /// When the step was last changed, and when pressure was last felt.
    changed_at: Option<Instant>,
    pressed_at: Option<Instant>,
}

impl Thinning {
    /// Whether everything is sent.
    pub(crate) fn is_idle(&self) -> bool {
        self.step == Step::Nothing
    }

    /// Whether pictures that no other is coded from are left out.
    pub(crate) fn leaves_out_spare(&self) -> bool {
        self.step >= Step::Spare
    }

    /// The highest layer to be sent to somebody who may have `max_layer`; `None` for no pictures at all.
    pub(crate) fn bound(&self, max_layer: usize) -> Option<usize> {
        match self.step {
            Step::Nothing | Step::Spare => Some(max_layer),
            Step::High => Some(max_layer.min(1)),
            Step::Middle => Some(0),
            Step::All => None,
        }
    }

    /// Takes in how full the way out was when it was last used.
    pub(crate) fn felt(&mut self, fullness: Fullness, now: Instant) {
        if fullness == Fullness::Plenty {
            return;
        }
        self.pressed_at = Some(now);
        let rested = self.changed_at.is_none_or(|at| now >= at + STEP_DOWN_AFTER);
        let next = match fullness {
            Fullness::Full => self.step.moved(1).max(Step::High),
            _ => self.step.max(Step::Spare),
        };
        // From nothing left out there is nothing to wait for.
        if next > self.step && (rested || self.is_idle()) {
            self.step = next;
            self.changed_at = Some(now);
        }
    }

    /// Takes a step back when there was no pressure for long enough; true if it did.
    pub(crate) fn relax(&mut self, now: Instant) -> bool {
        let last = self.pressed_at.max(self.changed_at);
        if self.is_idle() || last.is_some_and(|at| now < at + STEP_UP_AFTER) {
            return false;
        }
        self.step = self.step.moved(-1);
        self.changed_at = Some(now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(fullness: Fullness, times: u64) -> Vec<Option<usize>> {
        let start = Instant::now();
        let mut thinning = Thinning::default();
        let mut bounds = Vec::new();
        for at in 0..times {
            thinning.felt(fullness, start + Duration::from_millis(20 * at));
            bounds.push(thinning.bound(2));
        }
        bounds.dedup();
        bounds
    }

    #[test]
    fn the_highest_layers_go_first_and_at_last_all_pictures() {
        assert_eq!(steps(Fullness::Full, 100), [Some(1), Some(0), None]);
        assert_eq!(
            steps(Fullness::Full, 10),
            [Some(1)],
            "it is waited for the effect"
        );
        assert_eq!(steps(Fullness::Scarce, 100), [Some(2)]);
        assert_eq!(steps(Fullness::Plenty, 100), [Some(2)]);
    }

    #[test]
    fn a_little_pressure_costs_what_nobody_refers_to() {
        let now = Instant::now();
        let mut thinning = Thinning::default();
        thinning.felt(Fullness::Plenty, now);
        assert!(thinning.is_idle() && !thinning.leaves_out_spare());
        thinning.felt(Fullness::Scarce, now);
        assert!(!thinning.is_idle() && thinning.leaves_out_spare());
        assert_eq!(thinning.bound(1), Some(1));
    }

    #[test]
    fn everything_comes_back_step_by_step() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut thinning = Thinning::default();
        for ms in [0, 200, 400] {
            thinning.felt(Fullness::Full, at(ms));
        }
        assert_eq!(thinning.bound(2), None);
        assert!(!thinning.relax(at(1399)));
        let mut bounds = Vec::new();
        for ms in [1400, 2400, 3400, 4400] {
            assert!(
                thinning.relax(at(ms)) && !thinning.relax(at(ms + 999)),
                "{ms}"
            );
            bounds.push(thinning.bound(2));
        }
        assert_eq!(bounds, [Some(0), Some(1), Some(2), Some(2)]);
        assert!(thinning.is_idle() && !thinning.relax(at(9000)));
    }
}
