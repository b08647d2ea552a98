//! Thin safe wrappers over the system calls that the standard library does not offer.
//!
//! The only module of the workspace with `unsafe`: addresses and control messages are encoded as plain bytes, pointers
//! live no longer than the call they are made for.
#![allow(unsafe_code)]

mod datagrams;
mod epoll;
mod event_fd;
mod interfaces;
mod names;
mod sockets;

pub(crate) use datagrams::{ReceiveBatch, SendBatch, Target};
pub(crate) use epoll::{Poller, Readiness};
pub(crate) use event_fd::EventFd;
pub(crate) use interfaces::interface_addresses;
pub(crate) use sockets::{enlarge_buffers, report_destination};

use std::io;

/// Turns the result of a system call into the error it left in `errno`.
fn checked(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(result)
}
