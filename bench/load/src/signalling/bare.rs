//! No signalling: the reference relay learns everything from the registering datagram.

use std::io;
use std::os::fd::RawFd;
use std::time::Instant;

use super::{Sides, Signalling};

pub struct Bare;

impl Signalling for Bare {
    fn fd(&self) -> Option<RawFd> {
        None
    }

    fn read(&mut self, _: &mut Sides, _: Instant) -> io::Result<()> {
        Ok(())
    }

    fn tick(&mut self, _: Instant) -> io::Result<()> {
        Ok(())
    }
}
