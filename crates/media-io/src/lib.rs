//! The socket driver of the media core.
//!
//! Gives the pure [`media::Sfu`] what it lacks: a UDP port, an ICE-TCP port, a thread and a clock. Knows nothing of
//! what the datagrams mean.

mod ahead;
mod candidates;
mod crew;
mod driver;
mod framing;
mod queues;
mod shard;
mod strangers;
mod sys;
mod tcp;
mod udp;

pub use driver::{Driver, DriverConfig};
