//! Socket options.

use std::io;
use std::os::fd::{AsFd, AsRawFd};

use super::checked;

/// Kernel buffer of a media socket in each direction: 20 ms at 1.6 Gbit/s.
const BUFFER_BYTES: i32 = 4 << 20;

/// Enlarges the kernel's buffers as far as this process may.
///
/// # Errors
/// The socket takes no buffer size at all.
pub(crate) fn enlarge_buffers(socket: &impl AsFd) -> io::Result<()> {
    for (forced, usual) in [
        (libc::SO_RCVBUFFORCE, libc::SO_RCVBUF),
        (libc::SO_SNDBUFFORCE, libc::SO_SNDBUF),
    ] {
        // Beyond the system's limit only with the right to; otherwise up to it.
        set(socket, libc::SOL_SOCKET, forced, BUFFER_BYTES)
            .or_else(|_| set(socket, libc::SOL_SOCKET, usual, BUFFER_BYTES))?;
    }
    Ok(())
}

/// Asks for the local address of each datagram (see `Control::destination`).
///
/// # Errors
/// The kernel does not know the option.
pub(crate) fn report_destination(socket: &impl AsFd, v6_socket: bool) -> io::Result<()> {
    if v6_socket {
        return set(socket, libc::IPPROTO_IPV6, libc::IPV6_RECVPKTINFO, 1);
    }
    set(socket, libc::IPPROTO_IP, libc::IP_PKTINFO, 1)
}

fn set(socket: &impl AsFd, level: i32, option: i32, value: i32) -> io::Result<()> {
    // SAFETY: the value is an int that lives through the call and is announced with its size; the descriptor is
    // borrowed, hence open.
    checked(unsafe {
        libc::setsockopt(
            socket.as_fd().as_raw_fd(),
            level,
            option,
            (&raw const value).cast(),
            size_of::<i32>() as libc::socklen_t,
        )
    })?;
    Ok(())
}
