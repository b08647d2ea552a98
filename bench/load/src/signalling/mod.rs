//! How participants join the servers that can be measured.

pub mod bare;
pub mod janus;
pub mod livekit;
mod socket;
mod wire;

use std::io;
use std::os::fd::RawFd;
use std::time::Instant;

use crate::publisher::Publisher;
use crate::subscriber::Subscriber;

/// Both sides of a participant, as far as it has them.
pub struct Sides {
    pub publisher: Option<Publisher>,
    pub subscriber: Option<Subscriber>,
}

/// One participant's way to the server.
pub trait Signalling {
    /// For the poller, if there is a connection.
    fn fd(&self) -> Option<RawFd>;

    /// Handles every message that waits.
    ///
    /// # Errors
    /// The connection ended, or the server refused something.
    fn read(&mut self, sides: &mut Sides, now: Instant) -> io::Result<()>;

    /// Lets time pass.
    ///
    /// # Errors
    /// The connection ended.
    fn tick(&mut self, now: Instant) -> io::Result<()>;
}
