//! The driver on real sockets of the loopback interface.
#![allow(clippy::unwrap_used)]

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::RawFd;
use std::time::{Duration, Instant};

use media::{Command, Event, PeerId, Profile, RequestId, Role, Stats};
use media_io::{Driver, DriverConfig};

const PATIENCE: Duration = Duration::from_secs(5);

fn config() -> DriverConfig {
    DriverConfig {
        host: IpAddr::V4(Ipv4Addr::LOCALHOST),
        udp_port: 0,
        tcp_port: Some(0),
        advertised: Vec::new(),
        profiles: Profile::PREFERRED.to_vec(),
        segmentation: true,
    }
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// Blocks until the descriptor is readable, as an event loop would.
fn wait_readable(fd: RawFd) {
    let mut entry = libc::pollfd {
        fd,
        events: libc::POLLIN,
        revents: 0,
    };
    let patience_ms = i32::try_from(PATIENCE.as_millis()).unwrap();
    // SAFETY: one entry that lives through the call.
    #[allow(unsafe_code)]
    let ready = unsafe { libc::poll(&raw mut entry, 1, patience_ms) };
    assert_eq!(ready, 1, "no event within {PATIENCE:?}");
}

fn next_event<T>(driver: &Driver, mut wanted: impl FnMut(Event) -> Option<T>) -> T {
    loop {
        wait_readable(driver.event_fd());
        let events = driver.take_events().unwrap();
        if let Some(found) = events.into_iter().find_map(&mut wanted) {
            return found;
        }
    }
}

fn stats(driver: &Driver, number: u64) -> Stats {
    driver.command(Command::RequestStats {
        request: RequestId(number),
    });
    next_event(driver, |event| match event {
        Event::Stats { request, stats } if request == RequestId(number) => Some(stats),
        _ => None,
    })
}

#[test]
fn an_offer_names_the_bound_ports_and_the_fingerprint() {
    let driver = Driver::start(&config()).unwrap();
    let peer = PeerId(1);
    driver.command(Command::OpenPeer {
        peer,
        role: Role::Subscriber,
    });
    driver.command(Command::Negotiate {
        peer,
        request: RequestId(1),
        ice_restart: false,
    });
    let sdp = next_event(&driver, |event| match event {
        Event::Offered { sdp, .. } => Some(sdp),
        _ => None,
    });
    assert!(sdp.contains(driver.fingerprint()), "{sdp}");
    for port in [driver.udp_port(), driver.tcp_port().unwrap()] {
        let candidate = format!(" 127.0.0.1 {port} typ host");
        assert!(sdp.contains(&candidate), "{candidate} in {sdp}");
    }
}

#[test]
fn garbage_changes_nothing_but_a_counter() {
    let driver = Driver::start(&config()).unwrap();
    let socket = UdpSocket::bind(loopback(0)).unwrap();
    for payload in [
        &b""[..],
        b"x",
        &[0; 20],
        &[0x80; 1500],
        &[0x16; 40],
        &[0xff; 3000],
    ] {
        socket
            .send_to(payload, loopback(driver.udp_port()))
            .unwrap();
    }
    let mut framed = TcpStream::connect(loopback(driver.tcp_port().unwrap())).unwrap();
    framed
        .write_all(b"\x00\x05hello\x00\x00\x00\x02\x01\x01")
        .unwrap();
    let deadline = Instant::now() + PATIENCE;
    let mut number = 0;
    loop {
        number += 1;
        let seen = stats(&driver, number);
        assert!(seen.peers.is_empty());
        assert_eq!(seen.total.packets_out, 0);
        // Four datagrams of a taken length and two frames; the empty datagram may count or not.
        if seen.unroutable >= 6 {
            break;
        }
        assert!(Instant::now() < deadline, "counted {}", seen.unroutable);
    }
}

#[test]
fn a_connection_of_another_protocol_is_closed_and_no_other() {
    let driver = Driver::start(&config()).unwrap();
    let address = loopback(driver.tcp_port().unwrap());
    let mut good = TcpStream::connect(address).unwrap();
    let mut web = TcpStream::connect(address).unwrap();
    for stream in [&good, &web] {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
    }
    web.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    let end = web.read(&mut [0; 16]);
    assert!(
        matches!(&end, Ok(0)) || end.is_err_and(|it| it.kind() == ErrorKind::ConnectionReset),
        "the connection stays open"
    );
    good.write_all(b"\x00\x01x").unwrap();
    good.set_read_timeout(Some(Duration::from_millis(50)))
        .unwrap();
    let waiting = good.read(&mut [0; 16]).unwrap_err();
    assert_eq!(waiting.kind(), ErrorKind::WouldBlock);
}

#[test]
fn an_occupied_port_is_an_error_with_its_number() {
    let socket = UdpSocket::bind(loopback(0)).unwrap();
    let listener = TcpListener::bind(loopback(0)).unwrap();
    let udp_taken = DriverConfig {
        udp_port: socket.local_addr().unwrap().port(),
        ..config()
    };
    let tcp_taken = DriverConfig {
        tcp_port: Some(listener.local_addr().unwrap().port()),
        ..config()
    };
    for taken in [udp_taken, tcp_taken] {
        let error = Driver::start(&taken).err().unwrap();
        assert_eq!(error.raw_os_error(), Some(libc::EADDRINUSE));
    }
}

#[test]
fn an_address_of_somebody_else_is_an_error_with_its_number() {
    let elsewhere = DriverConfig {
        host: IpAddr::from([192, 0, 2, 1]),
        ..config()
    };
    let error = Driver::start(&elsewhere).err().unwrap();
    assert_eq!(error.raw_os_error(), Some(libc::EADDRNOTAVAIL));
}

#[test]
fn closing_frees_the_ports_and_may_be_repeated() {
    let driver = Driver::start(&config()).unwrap();
    let (udp, tcp) = (driver.udp_port(), driver.tcp_port().unwrap());
    let client = TcpStream::connect(loopback(tcp)).unwrap();
    driver.close();
    driver.close();
    drop(client);
    UdpSocket::bind(loopback(udp)).unwrap();
    TcpListener::bind(loopback(tcp)).unwrap();
    driver.command(Command::RequestStats {
        request: RequestId(1),
    });
    assert_eq!(driver.take_events(), Ok(Vec::new()));
}

#[test]
fn without_a_tcp_port_there_is_none() {
    let udp_only = DriverConfig {
        tcp_port: None,
        ..config()
    };
    assert_eq!(Driver::start(&udp_only).unwrap().tcp_port(), None);
}
