//! Which of the newest numbers of a sequence were seen.

const WORDS: usize = 16;
const WORD_BITS: u64 = 64;
/// Numbers remembered; older ones count as seen.
pub(crate) const WINDOW: u64 = WORD_BITS * WORDS as u64;

/// A window of [`WINDOW`] numbers that ends with the highest one seen.
#[derive(Debug, Clone)]
pub(crate) struct Window {
    highest: u64,
    /// Bit `n % WINDOW` says whether `n` was seen.
    seen: [u64; WORDS],
}

impl Window {
    /// The window of a sequence of which only `first` was seen.
    pub(crate) fn starting_with(first: u64) -> Self {
        let mut window = Window {
            highest: first,
            seen: [0; WORDS],
        };
        window.mark(first);
        window
    }

    /// The highest number seen.
    pub(crate) fn highest(&self) -> u64 {
        self.highest
    }

    /// The number with the low bits `seq` that is nearest to the highest one seen (RFC 3711, §3.3.1).
    pub(crate) fn extend(&self, seq: u16) -> u64 {
        let ahead = seq.wrapping_sub(self.highest as u16) as i16;
        let near = self.highest.wrapping_add_signed(i64::from(ahead));
        // Behind the very beginning there is nothing: such a number is far ahead instead.
        if ahead < 0 && near > self.highest {
            near.wrapping_add(1 << 16)
        } else {
            near
        }
    }

    /// Whether `number` was neither seen nor is too old to know.
    pub(crate) fn is_new(&self, number: u64) -> bool {
        if number > self.highest {
            return true;
        }
        let (word, bit) = place(number);
        self.highest - number < WINDOW && self.seen[word] & bit == 0
    }

    /// Notes `number`. What is too old is not noted.
    pub(crate) fn insert(&mut self, number: u64) {
        if number > self.highest {
            let steps = number - self.highest;
            if steps >= WINDOW {
                self.seen = [0; WORDS];
            } else {
                for skipped in self.highest + 1..number {
                    let (word, bit) = place(skipped);
                    self.seen[word] &= !bit;
                }
            }
            self.highest = number;
            self.mark(number);
        } else if self.highest - number < WINDOW {
            self.mark(number);
        }
    }

    fn mark(&mut self, number: u64) {
        let (word, bit) = place(number);
        self.seen[word] |= bit;
    }
}

fn place(number: u64) -> (usize, u64) {
    let at = number % WINDOW;
    ((at / WORD_BITS) as usize, 1 << (at % WORD_BITS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_new_once() {
        let mut window = Window::starting_with(5);
        assert!(!window.is_new(5) && window.is_new(4) && window.is_new(6));
        window.insert(9);
        assert!(window.is_new(7) && !window.is_new(9));
        window.insert(7);
        assert!(!window.is_new(7) && window.is_new(8));
    }

    #[test]
    fn what_left_the_window_counts_as_seen_and_its_place_is_free() {
        let mut window = Window::starting_with(0);
        window.insert(10);
        window.insert(WINDOW + 10);
        assert!(!window.is_new(10) && window.is_new(11) && window.is_new(WINDOW));
        window.insert(5 * WINDOW);
        assert!(!window.is_new(4 * WINDOW) && window.is_new(4 * WINDOW + 1));
        assert_eq!(window.highest(), 5 * WINDOW);
    }

    #[test]
    fn sixteen_bits_are_extended_to_the_nearest_number() {
        let mut window = Window::starting_with(65_530);
        assert_eq!(window.extend(3), 65_539);
        assert_eq!(window.extend(65_000), 65_000);
        window.insert(65_539);
        assert_eq!(window.extend(65_535), 65_535);
        assert_eq!(window.extend(4), 65_540);
        assert_eq!(Window::starting_with(3).extend(65_535), 65_535);
    }
}
