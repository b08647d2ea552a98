//! Sockets that count without reading: the kernel drops media at the socket, all but one packet in 512, and counts them.
//!
//! With it a load can offer more than its own core could read. What the server does is the same up to the socket.

use std::io;
use std::os::fd::AsRawFd;

/// One packet in so many is read.
pub const ONE_IN: u32 = 512;
/// Index of the drops among the figures of `SO_MEMINFO`.
const DROPS: usize = 8;
/// A datagram begins with its UDP header when a filter sees it.
const PAYLOAD_AT: u32 = 8;
/// Where a filter loads a random number from.
const RANDOM: u32 = (libc::SKF_AD_OFF + libc::SKF_AD_RANDOM).cast_unsigned();

const LOAD_BYTE: u16 = (libc::BPF_LD | libc::BPF_B | libc::BPF_ABS) as u16;
const LOAD_WORD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
const AND: u16 = (libc::BPF_ALU | libc::BPF_AND | libc::BPF_K) as u16;
const IF_AT_LEAST: u16 = (libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K) as u16;
const IF_EQUAL: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;

const fn step(code: u16, k: u32) -> libc::sock_filter {
    jump(code, k, 0, 0)
}

const fn jump(code: u16, k: u32, jt: u8, jf: u8) -> libc::sock_filter {
    libc::sock_filter { code, jt, jf, k }
}

/// Makes a socket drop RTP, all but one packet in [`ONE_IN`], chosen by lot; STUN, DTLS and RTCP pass.
pub fn deafen(socket: &impl AsRawFd) -> io::Result<()> {
    let mut program = [
        step(LOAD_BYTE, PAYLOAD_AT),
        jump(IF_AT_LEAST, 128, 0, 7),
        jump(IF_AT_LEAST, 192, 6, 0),
        step(LOAD_BYTE, PAYLOAD_AT + 1),
        jump(IF_AT_LEAST, 224, 1, 0),
        jump(IF_AT_LEAST, 192, 3, 0),
        step(LOAD_WORD, RANDOM),
        step(AND, ONE_IN - 1),
        jump(IF_EQUAL, 0, 0, 1),
        step(RETURN, u32::MAX),
        step(RETURN, 0),
    ];
    let announced = libc::sock_fprog {
        len: program.len() as u16,
        filter: program.as_mut_ptr(),
    };
    // SAFETY: the program lives through the call, which copies it.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_ATTACH_FILTER,
            (&raw const announced).cast(),
            size_of::<libc::sock_fprog>() as libc::socklen_t,
        )
    };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Datagrams dropped at a socket so far, by its filter or because it was full.
pub fn drops(socket: &impl AsRawFd) -> io::Result<u32> {
    let mut figures = [0_u32; DROPS + 1];
    let mut len = size_of_val(&figures) as libc::socklen_t;
    // SAFETY: the figures live through the call and are announced with their size.
    let result = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_MEMINFO,
            figures.as_mut_ptr().cast(),
            &raw mut len,
        )
    };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(figures[DROPS])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::UdpSocket;

    #[test]
    fn a_deaf_socket_counts_media_and_hears_the_rest() {
        let receiver = UdpSocket::bind("127.0.0.1:0").expect("a port");
        receiver
            .set_nonblocking(true)
            .expect("an option every socket has");
        deafen(&receiver).expect("a program the kernel takes");
        let sender = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let to = receiver.local_addr().expect("it is bound");
        let heard = |kind: &[u8]| {
            let mut count = 0;
            for _ in 0..200 {
                sender.send_to(kind, to).expect("loopback");
                count += u32::from(receiver.recv(&mut [0; 64]).is_ok());
            }
            count
        };
        // STUN, DTLS, RTCP.
        for kind in [[0, 1], [22, 254], [0x80, 200]] {
            assert_eq!(heard(&kind), 200);
        }
        assert_eq!(drops(&receiver).expect("a socket"), 0);
        let media = heard(&[0x90, 96]) + heard(&[0x80, 0x80 | 111]);
        assert!(media < 100, "{media}");
        assert_eq!(drops(&receiver).expect("a socket"), 400 - media);
    }
}
