//! How fast the core is that this runs on, many times a second: when another virtual machine uses the other half of a core,
//! this one has half of it, and no clock of ours tells. Prints the time (nanoseconds of the monotonic clock) and the pace
//! (bytes per nanosecond, through the nearest cache) of each look, until it is ended.

use std::hint::black_box;
use std::io::{self, Write};
use std::thread::sleep;
use std::time::{Duration, Instant};

use sfu_load::sys::{clock_ns, go_first};

/// Looks take a five-hundredth of the core.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);
const WORDS: usize = 2048;
const LAPS: u32 = 150;
/// Until the caches hold what is needed.
const FIRST_LAPS: u32 = 10;

/// So many laps over the words; nanoseconds.
fn laps(words: &mut [u64; WORDS], count: u32) -> u64 {
    let began = Instant::now();
    for lap in 0..count {
        for word in words.iter_mut() {
            *word = (*word ^ u64::from(lap))
                .rotate_left(7)
                .wrapping_add(0x9e37_79b9);
        }
        black_box(&mut *words);
    }
    began.elapsed().as_nanos() as u64
}

fn main() -> io::Result<()> {
    // Without the right to it a look may be interrupted and tells too little.
    let _ = go_first();
    let mut words = [7; WORDS];
    let bytes = u64::from(LAPS) * size_of_val(&words) as u64;
    let mut out = io::stdout().lock();
    loop {
        sleep(BETWEEN_LOOKS);
        laps(&mut words, FIRST_LAPS);
        let took_ns = laps(&mut words, LAPS).max(1);
        let at_ns = clock_ns(libc::CLOCK_MONOTONIC);
        writeln!(out, "{at_ns} {:.3}", bytes as f64 / took_ns as f64)?;
    }
}
