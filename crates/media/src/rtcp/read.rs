//! What a peer tells us.

use super::arrivals::Arrivals;
use super::{
    APPLICATION, FIR, NACK, PAYLOAD_FEEDBACK, PLI, RECEIVER_REPORT, SENDER_REPORT,
    TRANSPORT_FEEDBACK, TRANSPORT_WIDE,
};

const HEADER_BYTES: usize = 4;
const BLOCK_BYTES: usize = 24;
/// Sender information behind the sender's name: clock, timestamp, two counters.
const SENDER_INFO_BYTES: usize = 20;

/// A report block: how one of our sources arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Block {
    pub ssrc: u32,
    /// Share lost since the last report, in 1/256.
    pub fraction_lost: u8,
    /// Packets lost since the beginning; negative when duplicates arrived.
    pub lost: i32,
    /// Middle bits of the clock in the last sender report, 0 if there was none.
    pub last_report: u32,
    /// Time from that report to this one, in 1/65536 s.
    pub delay: u32,
}

/// One message out of a compound packet; those we have no use for are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Message<'a> {
    /// The clocks of a source of the peer: its wall clock as NTP, and its RTP timestamp at that time.
    SenderReport { ssrc: u32, ntp: u64, timestamp: u32 },
    /// How a source of ours arrives.
    Report(Block),
    /// Packets that did not arrive: pairs of a sequence number and a mask of the 16 that follow.
    Nack { ssrc: u32, entries: &'a [[u8; 4]] },
    /// A picture is wanted that can be decoded by itself.
    KeyFrameRequest { ssrc: u32 },
    /// How what we send arrives, whatever its source.
    Arrivals(Arrivals<'a>),
    /// What the link carries in the receiver's judgement, in bit/s (REMB, draft-alvestrand-rmcat-remb-03).
    Estimate { bps: u64 },
}

/// Reads a decrypted compound packet and hands each message to `take`. Ends where the packet stops making sense.
pub(crate) fn messages(mut packet: &[u8], mut take: impl FnMut(Message<'_>)) {
    while let Some(head) = packet.first_chunk::<HEADER_BYTES>() {
        let len = HEADER_BYTES + 4 * usize::from(u16::from_be_bytes([head[2], head[3]]));
        let Some((one, rest)) = packet.split_at_checked(len).filter(|_| head[0] >> 6 == 2) else {
            return;
        };
        packet = rest;
        let (count, body) = (head[0] & 0x1f, &one[HEADER_BYTES..]);
        match (head[1], count) {
            (SENDER_REPORT, _) => sender_report(body, &mut take),
            (RECEIVER_REPORT, _) => blocks(body.get(4..).unwrap_or_default(), &mut take),
            (TRANSPORT_FEEDBACK, NACK) => nack(body, &mut take),
            (TRANSPORT_FEEDBACK, TRANSPORT_WIDE) => {
                if let Some(arrivals) = Arrivals::parse(body) {
                    take(Message::Arrivals(arrivals));
                }
            }
            (PAYLOAD_FEEDBACK, APPLICATION) => {
                if let Some(bps) = estimate(body) {
                    take(Message::Estimate { bps });
                }
            }
            (PAYLOAD_FEEDBACK, PLI) => {
                if let Some(ssrc) = word(body, 4) {
                    take(Message::KeyFrameRequest { ssrc });
                }
            }
            (PAYLOAD_FEEDBACK, FIR) => {
                let requests = body.get(8..).unwrap_or_default().chunks_exact(8);
                for ssrc in requests.filter_map(|request| word(request, 0)) {
                    take(Message::KeyFrameRequest { ssrc });
                }
            }
            _ => {}
        }
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn sender_report(body: &[u8], take: &mut impl FnMut(Message<'_>)) {
    let read = || {
        let ntp = u64::from(word(body, 4)?) << 32 | u64::from(word(body, 8)?);
        Some((word(body, 0)?, ntp, word(body, 12)?))
    };
    let Some((ssrc, ntp, timestamp)) = read() else {
        return;
    };
    take(Message::SenderReport {
        ssrc,
        ntp,
        timestamp,
    });
    blocks(body.get(4 + SENDER_INFO_BYTES..).unwrap_or_default(), take);
}

fn blocks(bytes: &[u8], take: &mut impl FnMut(Message<'_>)) {
    for block in bytes.chunks_exact(BLOCK_BYTES) {
        let read = || {
            let loss = word(block, 4)?;
            Some(Block {
                ssrc: word(block, 0)?,
                fraction_lost: (loss >> 24) as u8,
                // The count has 24 bits and a sign.
                lost: (loss << 8) as i32 >> 8,
                last_report: word(block, 16)?,
                delay: word(block, 20)?,
            })
        };
        if let Some(block) = read() {
            take(Message::Report(block));
        }
    }
}

fn nack(body: &[u8], take: &mut impl FnMut(Message<'_>)) {
    if let (Some(ssrc), Some(list)) = (word(body, 4), body.get(8..)) {
        let (entries, _) = list.as_chunks();
        take(Message::Nack { ssrc, entries });
    }
}

/// An estimate is a mantissa of 18 bits behind an exponent of 6.
fn estimate(body: &[u8]) -> Option<u64> {
    let named = body.get(8..12)? == b"REMB";
    let [_, high, middle, low] = *body.get(12..)?.first_chunk()?;
    let mantissa = u64::from(u32::from_be_bytes([0, high & 3, middle, low]));
    let shifted = mantissa.checked_shl(u32::from(high >> 2))?;
    // Beyond the width of a number the bits are gone, and so is the sense.
    named
        .then_some(shifted)
        .filter(|bps| bps >> (high >> 2) == mantissa)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(packet: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        messages(packet, |message| found.push(format!("{message:?}")));
        found
    }

    #[test]
    fn every_message_of_a_compound_is_read() {
        let mut packet = vec![0x81, SENDER_REPORT, 0, 12, 0, 0, 0, 1];
        packet.extend([0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 6]);
        packet.extend([0, 0, 0, 9, 128, 0xff, 0xff, 0xfe, 0, 0, 0, 0, 0, 0, 0, 0]);
        packet.extend([0, 0, 0, 7, 0, 0, 0, 8]);
        packet.extend([0x81, PAYLOAD_FEEDBACK, 0, 2, 0, 0, 0, 1, 0, 0, 0, 77]);
        packet.extend([
            0x84,
            PAYLOAD_FEEDBACK,
            0,
            4,
            0,
            0,
            0,
            1,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            78,
            9,
            0,
            0,
            0,
        ]);
        packet.extend([
            0x81,
            TRANSPORT_FEEDBACK,
            0,
            3,
            0,
            0,
            0,
            1,
            0,
            0,
            0,
            79,
            0,
            5,
            0,
            1,
        ]);
        packet.extend([0x8f, PAYLOAD_FEEDBACK, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0]);
        packet.extend(b"REMB");
        packet.extend([1, 0x0b, 1, 2, 0, 0, 0, 9]);
        packet.extend([0x8f, TRANSPORT_FEEDBACK, 0, 5, 0, 0, 0, 1, 0, 0, 0, 9]);
        packet.extend([0, 7, 0, 1, 0, 0, 1, 0, 0x20, 1, 4, 0]);
        packet.extend([0x81, 202, 0, 1, 0, 0, 0, 1]);
        let found = all(&packet);
        assert_eq!(found.len(), 7, "{found:?}");
        let bps = 0x3_0102_u64 << 2;
        assert_eq!(found[5], format!("Estimate {{ bps: {bps} }}"));
        assert!(
            found[6].starts_with("Arrivals(Arrivals { number: 0, base: 7, count: 1, reference: 1")
        );
        assert_eq!(
            found[0],
            "SenderReport { ssrc: 1, ntp: 8589934595, timestamp: 4 }"
        );
        assert!(
            found[1].contains("ssrc: 9, fraction_lost: 128, lost: -2, last_report: 7, delay: 8")
        );
        assert_eq!(found[2], "KeyFrameRequest { ssrc: 77 }");
        assert_eq!(found[3], "KeyFrameRequest { ssrc: 78 }");
        assert_eq!(found[4], "Nack { ssrc: 79, entries: [[0, 5, 0, 1]] }");
        for cut in 0..packet.len() {
            all(&packet[..cut]);
        }
    }

    #[test]
    fn an_estimate_beyond_numbers_or_of_another_name_is_none() {
        let body = |name: &[u8; 4], value: [u8; 3]| {
            let mut body = vec![0; 8];
            body.extend(name);
            body.push(1);
            body.extend(value);
            body
        };
        assert_eq!(estimate(&body(b"REMB", [0xff, 0xff, 0xff])), None);
        assert_eq!(
            estimate(&body(b"REMB", [46 << 2 | 3, 0xff, 0xff])),
            Some(0x3_ffff << 46)
        );
        assert_eq!(estimate(&body(b"REMB", [0, 0, 0])), Some(0));
        assert_eq!(estimate(&body(b"REMP", [0, 0, 9])), None);
    }
}
