//! RTCP: the reports a client owes the server, and the one request it heeds.

/// What a receiver knows of one source.
pub struct ReceptionBlock {
    pub ssrc: u32,
    /// Sequence number with its roll-overs.
    pub highest: u32,
    pub lost: u32,
}

fn header(count_or_format: u8, packet_type: u8, ssrc: u32) -> Vec<u8> {
    let mut packet = vec![0x80 | count_or_format, packet_type, 0, 0];
    packet.extend(ssrc.to_be_bytes());
    packet
}

fn finished(mut packet: Vec<u8>) -> Vec<u8> {
    packet.resize(packet.len().next_multiple_of(4), 0);
    let words = (packet.len() / 4 - 1) as u16;
    packet[2..4].copy_from_slice(&words.to_be_bytes());
    packet
}

/// Receiver report (RFC 3550 §6.4.2); at most 31 sources fit.
pub fn receiver_report(own_ssrc: u32, blocks: &[ReceptionBlock]) -> Vec<u8> {
    let blocks = &blocks[..blocks.len().min(31)];
    let mut packet = header(blocks.len() as u8, 201, own_ssrc);
    for block in blocks {
        packet.extend(block.ssrc.to_be_bytes());
        packet.extend((block.lost & 0x00ff_ffff).to_be_bytes());
        packet.extend(block.highest.to_be_bytes());
        packet.extend([0; 12]);
    }
    finished(packet)
}

/// Sender report without blocks (RFC 3550 §6.4.1). `unix_ns`: now.
pub fn sender_report(ssrc: u32, unix_ns: u64, timestamp: u32, sent: (u32, u32)) -> Vec<u8> {
    const NTP_BEFORE_UNIX_S: u64 = 2_208_988_800;
    let seconds = (unix_ns / 1_000_000_000 + NTP_BEFORE_UNIX_S) as u32;
    let fraction = ((unix_ns % 1_000_000_000) << 32) / 1_000_000_000;
    let mut packet = header(0, 200, ssrc);
    for word in [seconds, fraction as u32, timestamp, sent.0, sent.1] {
        packet.extend(word.to_be_bytes());
    }
    finished(packet)
}

/// The sources of which a compound packet asks for a key frame: picture loss or full intra request.
pub fn key_frames_wanted(mut compound: &[u8]) -> Vec<u32> {
    let mut wanted = Vec::new();
    let word = |bytes: &[u8]| bytes.first_chunk().map(|it| u32::from_be_bytes(*it));
    while let [first, packet_type, high, low, ..] = *compound {
        let len = 4 * (usize::from(u16::from_be_bytes([high, low])) + 1);
        let Some(packet) = compound.get(..len) else {
            break;
        };
        match (packet_type, first & 0x1f) {
            (206, 1) => wanted.extend(packet.get(8..).and_then(word)),
            (206, 4) => wanted.extend(packet.get(12..).unwrap_or(&[]).chunks(8).filter_map(word)),
            _ => {}
        }
        compound = &compound[len..];
    }
    wanted
}

/// Collects arrivals for transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01).
#[derive(Default)]
pub struct Arrivals {
    /// Extended transport-wide sequence number and time of arrival.
    seen: Vec<(u64, u64)>,
    highest: Option<u64>,
    latest: Option<(u64, u64)>,
    next_base: u64,
    count: u8,
}

/// Deltas count quarters of a millisecond; the reference time 64 ms.
const DELTA_NS: u64 = 250_000;
const DELTAS_PER_REFERENCE: u64 = 256;
/// More than that in one packet would not fit a datagram.
const MOST_STATUSES: u64 = 900;
/// A longer gap is one.
const LONGEST_RUN: u64 = 4096;

impl Arrivals {
    pub fn add(&mut self, seq: u16, at_ns: u64) {
        let extended = self.extended(seq);
        if extended >= self.next_base {
            self.seen.push((extended, at_ns));
        }
    }

    /// An arrival that also stands for all between it and the one before, spread evenly over the time between.
    pub fn add_run(&mut self, seq: u16, at_ns: u64) {
        let before = self.highest;
        let extended = self.extended(seq);
        let unknown = (before.unwrap_or(extended - 1), at_ns);
        let (from, from_ns) = self.latest.unwrap_or(unknown);
        let run = extended.saturating_sub(from);
        if (1..LONGEST_RUN).contains(&run) {
            let step_ns = at_ns.saturating_sub(from_ns) / run;
            let spread = (0..run)
                .rev()
                .map(|back| (extended - back, at_ns - back * step_ns));
            self.seen.extend(spread);
        }
        self.latest = self.latest.max(Some((extended, at_ns)));
    }

    fn extended(&mut self, seq: u16) -> u64 {
        let extended = match self.highest {
            None => 0x1_0000 | u64::from(seq),
            Some(highest) => {
                let ahead = seq.wrapping_sub(highest as u16);
                if ahead < 0x8000 {
                    highest + u64::from(ahead)
                } else {
                    highest.saturating_sub(u64::from(ahead.wrapping_neg()))
                }
            }
        };
        if self.highest.is_none() {
            self.next_base = extended;
        }
        self.highest = self.highest.max(Some(extended));
        extended
    }

    /// Feedback on everything that came since the last one; one or more packets.
    pub fn take(&mut self, own_ssrc: u32, media_ssrc: u32) -> Vec<Vec<u8>> {
        let mut seen = std::mem::take(&mut self.seen);
        if !seen.is_sorted_by(|before, after| before.0 < after.0) {
            seen.sort_unstable();
            seen.dedup_by_key(|(seq, _)| *seq);
        }
        let mut packets = Vec::new();
        let mut rest = &seen[..];
        while let Some((last, _)) = rest.last() {
            let until = (*last + 1).min(self.next_base + MOST_STATUSES);
            let count = rest.partition_point(|(seq, _)| *seq < until);
            if count > 0 {
                packets.push(self.packet(own_ssrc, media_ssrc, &rest[..count], until));
            }
            self.next_base = until;
            rest = &rest[count..];
        }
        packets
    }

    fn packet(&mut self, own: u32, media: u32, seen: &[(u64, u64)], until: u64) -> Vec<u8> {
        let reference = seen[0].1 / DELTA_NS / DELTAS_PER_REFERENCE;
        let mut before = reference * DELTAS_PER_REFERENCE;
        let mut statuses = vec![0_u8; (until - self.next_base) as usize];
        let mut deltas = Vec::with_capacity(seen.len());
        for (seq, at_ns) in seen {
            let at = at_ns / DELTA_NS;
            let delta = at.wrapping_sub(before).cast_signed();
            before = at;
            let small = u8::try_from(delta);
            statuses[(seq - self.next_base) as usize] = if small.is_ok() { 1 } else { 2 };
            match small {
                Ok(delta) => deltas.push(delta),
                Err(_) => {
                    let delta = delta.clamp(i16::MIN.into(), i16::MAX.into()) as i16;
                    deltas.extend(delta.to_be_bytes());
                }
            }
        }
        let mut packet = header(15, 205, own);
        packet.extend(media.to_be_bytes());
        packet.extend((self.next_base as u16).to_be_bytes());
        packet.extend((statuses.len() as u16).to_be_bytes());
        packet.extend(&(reference as u32).to_be_bytes()[1..]);
        packet.push(self.count);
        self.count = self.count.wrapping_add(1);
        write_chunks(&mut packet, &statuses);
        packet.extend(deltas);
        finished(packet)
    }
}

/// Runs of one status in a word each, everything else seven to a word.
fn write_chunks(packet: &mut Vec<u8>, mut statuses: &[u8]) {
    while let Some(first) = statuses.first() {
        let run = statuses.iter().take_while(|it| *it == first).count();
        let (chunk, used) = if run >= 7 {
            (u16::from(*first) << 13 | run as u16, run)
        } else {
            let used = statuses.len().min(7);
            let symbol = |at: usize| u16::from(*statuses.get(at).unwrap_or(&0));
            let symbols = (0..7).fold(0, |word, at| word << 2 | symbol(at));
            (0xc000 | symbols, used)
        };
        packet.extend(chunk.to_be_bytes());
        statuses = &statuses[used..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_for_key_frames_are_found_in_a_compound() {
        let mut compound = receiver_report(1, &[]);
        compound.extend(finished([header(1, 206, 5), vec![0, 0, 0, 9]].concat()));
        let entry = [0, 0, 0, 8, 1, 0, 0, 0];
        compound.extend(finished([&header(4, 206, 5)[..], &[0; 4], &entry].concat()));
        assert_eq!(key_frames_wanted(&compound), [9, 8]);
        for len in 0..compound.len() {
            assert!(key_frames_wanted(&compound[..len]).len() < 2);
        }
    }

    #[test]
    fn feedback_tells_gaps_and_times() {
        let mut arrivals = Arrivals::default();
        let at = |quarters: u64| quarters * DELTA_NS;
        arrivals.add(65_534, at(256));
        arrivals.add(65_535, at(258));
        // 0 never came.
        arrivals.add(1, at(1000));
        let packets = arrivals.take(1, 2);
        assert_eq!(packets.len(), 1);
        let packet = &packets[0];
        assert_eq!(packet[..4], [0x8f, 205, 0, 6]);
        assert_eq!(packet[12..16], [0xff, 0xfe, 0, 4]);
        assert_eq!(packet[16..20], [0, 0, 1, 0]);
        // small, small, missing, large, and three that do not count.
        assert_eq!(packet[20..22], [0b1101_0100, 0b1000_0000]);
        assert_eq!(packet[22..26], [0, 2, 2, 230]);
        assert!(arrivals.take(1, 2).is_empty());
        arrivals.add(2, at(1001));
        let packet = &arrivals.take(1, 2)[0];
        assert_eq!(packet[12..16], [0, 2, 0, 1]);
        assert_eq!(packet[19], 1);
    }

    #[test]
    fn a_run_stands_for_all_between() {
        let mut arrivals = Arrivals::default();
        arrivals.add_run(10, 0);
        arrivals.add_run(14, 4 * DELTA_NS);
        let packet = &arrivals.take(1, 2)[0];
        assert_eq!(packet[12..16], [0, 10, 0, 5]);
        assert_eq!(packet[20..27], [0b1101_0101, 0b0101_0000, 0, 1, 1, 1, 1]);
    }

    #[test]
    fn long_feedback_is_split_and_runs_are_short() {
        let mut arrivals = Arrivals::default();
        for seq in 0..1000 {
            arrivals.add(seq, u64::from(seq) * 100_000);
        }
        let packets = arrivals.take(1, 2);
        assert_eq!(packets.len(), 2);
        assert_eq!(packets[0].len(), 20 + 2 + 900 + 2);
        assert_eq!(packets[1][12..16], [0x03, 0x84, 0, 100]);
    }
}
