//! RTCP: reports, feedback and requests (RFC 3550, RFC 4585, RFC 5104), read from compound packets and written into them.

mod arrivals;
mod read;
mod twcc;
mod write;

pub(crate) use arrivals::{Arrivals, REFERENCE_TURN_US};
pub(crate) use read::{Block, Message, messages};
pub(crate) use twcc::ArrivalLog;
pub(crate) use write::{Compound, OwnBlock, OwnSender};

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const TRANSPORT_FEEDBACK: u8 = 205;
const PAYLOAD_FEEDBACK: u8 = 206;
const NACK: u8 = 1;
const TRANSPORT_WIDE: u8 = 15;
const PLI: u8 = 1;
const FIR: u8 = 4;
const APPLICATION: u8 = 15;
/// A share in 1/256, as reports have it, in 1/10000.
pub(crate) fn share_e4(share: u8) -> u64 {
    u64::from(share) * 10_000 / 256
}

/// Our name in what we send to publishers: we are no source there.
const NOBODY: u32 = 1;
