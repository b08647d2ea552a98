//! The result as JSON.

use serde_json::{Value, json};

use crate::subscriber::Samples;
use crate::tally::Counts;

/// Everything that was measured.
pub struct Report {
    /// Of the publishers' and of the subscribers' connections.
    pub profiles: [Option<String>; 2],
    /// From the first connection until everybody received everything.
    pub ready_after_s: f64,
    pub measured_s: f64,
    /// Packets published.
    pub sent: u64,
    /// Packets that our own sockets refused.
    pub refused: u64,
    /// How often each published packet should have arrived.
    pub fan_out: f64,
    /// CPU time of this process.
    pub client_cpu_s: f64,
    /// Datagrams that this process was too slow to read; or, if it is deaf, that its filter counted.
    pub drops: u64,
    pub deaf: bool,
    pub sources_expected: usize,
    /// One entry for each received source.
    pub sources: Vec<Counts>,
    pub samples: Samples,
}

impl Report {
    pub fn to_json(&self) -> Value {
        let sum = |count: fn(&Counts) -> u64| self.sources.iter().map(count).sum::<u64>();
        let delays = &self.samples.delays;
        let heard = sum(|it| it.packets);
        let (received, missing, client_drops) = if self.deaf {
            (heard + self.drops, None, None)
        } else {
            (heard, Some(sum(|it| it.missing)), Some(self.drops))
        };
        json!({
            "phase": "result",
            "profiles": self.profiles,
            "ready_after_s": self.ready_after_s,
            "measured_s": self.measured_s,
            "packets_sent": self.sent,
            "packets_refused": self.refused,
            "packets_expected": self.sent as f64 * self.fan_out,
            "packets_received": received,
            "bytes_received": sum(|it| it.bytes),
            "packets_missing": missing,
            "packets_twice": sum(|it| it.duplicates),
            "sources_expected": self.sources_expected,
            "sources_received": self.sources.len(),
            "samples_genuine": self.samples.genuine,
            "samples_forged": self.samples.forged,
            "delay_samples": delays.count(),
            "delay_p50_ms": delays.quantile_ms(0.5),
            "delay_p90_ms": delays.quantile_ms(0.9),
            "delay_p99_ms": delays.quantile_ms(0.99),
            "delay_p999_ms": delays.quantile_ms(0.999),
            "delay_most_ms": delays.most_ms(),
            "client_cpu_s": self.client_cpu_s,
            "client_drops": client_drops,
        })
    }
}
