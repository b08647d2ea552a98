//! Waiting for many descriptors at once.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::time::Duration;

use super::checked;

const MAX_READY: usize = 128;

/// One descriptor that can be used without blocking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Readiness {
    /// The number it was added under.
    pub(crate) token: u64,
    /// Reading returns data, an end or an error.
    pub(crate) readable: bool,
    /// Writing takes at least one byte, or returns an error.
    pub(crate) writable: bool,
}

/// An `epoll(7)` instance, level-triggered.
pub(crate) struct Poller(OwnedFd);

impl Poller {
    /// An instance that watches nothing.
    pub(crate) fn new() -> io::Result<Self> {
        // SAFETY: epoll_create1 takes no pointer.
        let fd = checked(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) })?;
        // SAFETY: the call above succeeded, so `fd` is open and nobody else owns it.
        Ok(Poller(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    /// Watches `fd` for reading, reported as `token`.
    pub(crate) fn add(&self, fd: RawFd, token: u64) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_ADD, fd, token, false)
    }

    /// Watches `fd` for writing as well, or no longer.
    pub(crate) fn set_writable(&self, fd: RawFd, token: u64, wanted: bool) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_MOD, fd, token, wanted)
    }

    /// Watches `fd` no longer.
    pub(crate) fn remove(&self, fd: RawFd) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_DEL, fd, 0, false)
    }

    fn control(&self, operation: i32, fd: RawFd, token: u64, writable: bool) -> io::Result<()> {
        let write = if writable { libc::EPOLLOUT } else { 0 };
        let mut event = libc::epoll_event {
            events: (libc::EPOLLIN | libc::EPOLLRDHUP | write).cast_unsigned(),
            u64: token,
        };
        // SAFETY: `event` lives through the call; a bad descriptor is an error, not a fault.
        checked(unsafe { libc::epoll_ctl(self.0.as_raw_fd(), operation, fd, &raw mut event) })?;
        Ok(())
    }

    /// Waits for at most `timeout` (for ever without one), then fills `ready`. An interruption ends the wait early.
    pub(crate) fn wait(
        &self,
        timeout: Option<Duration>,
        ready: &mut Vec<Readiness>,
    ) -> io::Result<()> {
        ready.clear();
        let mut events = [libc::epoll_event { events: 0, u64: 0 }; MAX_READY];
        // SAFETY: `events` has room for the MAX_READY entries it is announced with.
        let result = checked(unsafe {
            libc::epoll_wait(
                self.0.as_raw_fd(),
                events.as_mut_ptr(),
                i32::try_from(MAX_READY).unwrap_or(i32::MAX),
                timeout.map_or(-1, milliseconds),
            )
        });
        let count = match result {
            Ok(count) => usize::try_from(count).unwrap_or(0),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
            Err(error) => return Err(error),
        };
        let failed = (libc::EPOLLERR | libc::EPOLLHUP | libc::EPOLLRDHUP).cast_unsigned();
        ready.extend(events[..count].iter().map(|event| {
            let bits = event.events;
            Readiness {
                token: event.u64,
                readable: bits & (libc::EPOLLIN.cast_unsigned() | failed) != 0,
                writable: bits & libc::EPOLLOUT.cast_unsigned() != 0,
            }
        }));
        Ok(())
    }
}

/// Rounded up, so that a wait never ends before its time and spins.
fn milliseconds(timeout: Duration) -> i32 {
    i32::try_from(timeout.as_micros().div_ceil(1000)).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_rounded_up_to_milliseconds() {
        assert_eq!(milliseconds(Duration::ZERO), 0);
        assert_eq!(milliseconds(Duration::from_micros(1)), 1);
        assert_eq!(milliseconds(Duration::from_micros(1000)), 1);
        assert_eq!(milliseconds(Duration::from_micros(1001)), 2);
        assert_eq!(milliseconds(Duration::MAX), i32::MAX);
    }
}
