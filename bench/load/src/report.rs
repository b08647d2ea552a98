//! The result as JSON.

use std::fmt::Write as _;
use std::fs;
use std::io;

use crate::tally::{Counts, Delays};

/// Everything that was measured.
pub struct Report {
    pub participants: usize,
    pub publishers: usize,
    /// From the first connection until everybody received everything.
    pub complete_after_s: f64,
    pub seconds: f64,
    /// Packets published.
    pub sent: u64,
    /// CPU time of this process.
    pub cpu_s: f64,
    /// Datagrams that this process was too slow to read.
    pub socket_drops: u64,
    /// Tracks that should have been received, over all participants.
    pub expected: usize,
    /// Per participant, per received track: whether it is video, and its counts.
    pub subscribers: Vec<Vec<(bool, Counts)>>,
    pub delays: Delays,
}

impl Report {
    pub fn to_json(&self) -> String {
        let all = || self.subscribers.iter().flatten();
        let sum = |count: fn(&Counts) -> u64| all().map(|(_, it)| count(it)).sum::<u64>();
        let kbps = |it: &Counts| it.bytes as f64 * 8.0 / 1000.0 / self.seconds;
        let video: Vec<f64> = all()
            .filter(|(video, _)| *video)
            .map(|(_, it)| kbps(it))
            .collect();
        let mean = video.iter().sum::<f64>() / video.len().max(1) as f64;
        let least = video.iter().copied().reduce(f64::min).unwrap_or(0.0);
        let per_subscriber: Vec<String> = self
            .subscribers
            .iter()
            .map(|tracks| {
                let packets: u64 = tracks.iter().map(|(_, it)| it.packets).sum();
                let missing: u64 = tracks.iter().map(|(_, it)| it.missing).sum();
                format!("{{\"packets\": {packets}, \"dropped\": {missing}}}")
            })
            .collect();
        let mut json = String::from("{\"phase\": \"result\"");
        let mut field = |name: &str, value: &dyn std::fmt::Display| {
            // Writing into a string cannot fail.
            let _ = write!(json, ", \"{name}\": {value}");
        };
        field("participants", &self.participants);
        field("publishers", &self.publishers);
        field("tracks_expected", &self.expected);
        field("tracks_received", &all().count());
        field("complete_after_s", &self.complete_after_s);
        field("seconds", &self.seconds);
        field("packets_sent", &self.sent);
        field("packets_received", &sum(|it| it.packets));
        field("bytes_received", &sum(|it| it.bytes));
        field("dropped", &sum(|it| it.missing));
        field("recovered", &sum(|it| it.recovered));
        field("duplicates", &sum(|it| it.duplicates));
        field("video_kbps_mean", &mean);
        field("video_kbps_least", &least);
        field("delay_p50_ms", &self.delays.quantile_ms(0.5));
        field("delay_p99_ms", &self.delays.quantile_ms(0.99));
        field("delay_p999_ms", &self.delays.quantile_ms(0.999));
        field("client_cpu_s", &self.cpu_s);
        field("client_socket_drops", &self.socket_drops);
        field("subscribers", &format!("[{}]", per_subscriber.join(", ")));
        json.push('}');
        json
    }
}

/// Datagrams the kernel dropped at these ports because nobody read them in time (`/proc/net/udp`, last column).
///
/// # Errors
/// The table cannot be read.
pub fn socket_drops(ports: &[u16]) -> io::Result<u64> {
    let table = fs::read_to_string("/proc/net/udp")?;
    let of_line = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let port = u16::from_str_radix(fields.get(1)?.rsplit(':').next()?, 16).ok()?;
        let drops: u64 = fields.last()?.parse().ok()?;
        ports.contains(&port).then_some(drops)
    };
    Ok(table.lines().skip(1).filter_map(of_line).sum())
}
