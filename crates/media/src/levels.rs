//! How loud a track is, from the level each packet carries (RFC 6464).

/// Louder than this (numerically below) counts as speech; LiveKit's default.
const ACTIVE_LEVEL_DBOV: u8 = 35;
/// Share of the packets of a period, in percent, that must be loud.
const ACTIVE_SHARE_PERCENT: u32 = 40;
const SILENCE_DBOV: u8 = 127;

/// Collects the levels of one reporting period.
#[derive(Debug, Default)]
pub(crate) struct LevelMeter {
    packets: u32,
    loud_packets: u32,
    loudest_dbov: Option<u8>,
    was_active: bool,
}

impl LevelMeter {
    /// Takes in one packet's level as the header extension has it: 0 loudest, 127 silence.
    pub(crate) fn add(&mut self, level_dbov: u8) {
        self.packets += 1;
        if level_dbov <= ACTIVE_LEVEL_DBOV {
            self.loud_packets += 1;
        }
        self.loudest_dbov = Some(
            self.loudest_dbov
                .map_or(level_dbov, |loudest| loudest.min(level_dbov)),
        );
    }

    /// Ends the period. `None` if nothing but silence was heard, and that is not news.
    pub(crate) fn take(&mut self) -> Option<(u8, bool)> {
        let active =
            self.packets > 0 && self.loud_packets * 100 >= self.packets * ACTIVE_SHARE_PERCENT;
        let level = self.loudest_dbov.unwrap_or(SILENCE_DBOV);
        let news = level < SILENCE_DBOV || active != self.was_active;
        *self = LevelMeter {
            was_active: active,
            ..LevelMeter::default()
        };
        news.then_some((level, active))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speech_is_active_and_its_end_is_reported_once() {
        let mut meter = LevelMeter::default();
        assert_eq!(meter.take(), None);
        for level in [20, 30, 90, 90] {
            meter.add(level);
        }
        assert_eq!(meter.take(), Some((20, true)));
        assert_eq!(meter.take(), Some((127, false)));
        assert_eq!(meter.take(), None);
    }

    #[test]
    fn a_click_is_not_speech() {
        let mut meter = LevelMeter::default();
        meter.add(5);
        for _ in 0..19 {
            meter.add(127);
        }
        assert_eq!(meter.take(), Some((5, false)));
    }

    #[test]
    fn silence_is_no_news() {
        let mut meter = LevelMeter::default();
        meter.add(127);
        assert_eq!(meter.take(), None);
    }
}
