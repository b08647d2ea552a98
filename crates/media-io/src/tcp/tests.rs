//! Clients that are slow, silent or nobody's.

use super::*;

const FIRST_TOKEN: u64 = 2;

/// A port with so many clients connected, which read nothing by themselves.
fn connected(count: usize, now: Instant) -> (TcpPort, Poller, Vec<TcpStream>) {
    let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
    let mut port = TcpPort::bind(loopback, FIRST_TOKEN).expect("a free port");
    let poller = Poller::new().expect("a poller");
    port.watch(&poller).expect("watched");
    let connect = |_| TcpStream::connect(port.bound()).expect("connected");
    let clients: Vec<TcpStream> = (0..count).map(connect).collect();
    while port.connections.len() < count {
        port.ready(&poller, FIRST_TOKEN, true, now, |_, _, _| {})
            .expect("accepted");
    }
    (port, poller, clients)
}

fn address(client: &TcpStream) -> SocketAddr {
    client.local_addr().expect("an address")
}

fn send(port: &mut TcpPort, client: SocketAddr, payload: &[u8]) {
    port.send(client, Worth::Vital, payload.len(), &mut |room| {
        room.copy_from_slice(payload);
        true
    });
}

#[test]
fn a_slow_client_is_closed_without_delay_for_another() {
    let now = Instant::now();
    let (mut port, poller, mut clients) = connected(2, now);
    let (slow, quick) = (address(&clients[0]), address(&clients[1]));
    let payload = [7; 1200];
    let mut frame = [0; 1202];
    let mut sent = 0_usize;
    while port.closed.is_empty() {
        send(&mut port, slow, &payload);
        send(&mut port, quick, &payload);
        port.flush(&poller).expect("flushed");
        clients[1].read_exact(&mut frame).expect("a frame");
        assert_eq!(frame[..2], 1200_u16.to_be_bytes());
        sent += payload.len();
        assert!(sent < 100 << 20, "it is never closed");
    }
    assert!(sent > MAX_WAITING_BYTES);
    assert_eq!(port.take_closed(), [slow]);
    assert_eq!(port.dropped(), 1);
    send(&mut port, slow, &payload);
    assert_eq!(port.dropped(), 2);
    assert_eq!(port.connections.len(), 1);
}

#[test]
fn what_a_blocked_client_did_not_take_follows_when_it_reads() {
    let now = Instant::now();
    let (mut port, poller, mut clients) = connected(1, now);
    let client = address(&clients[0]);
    let token = port.by_client[&client];
    let mut count = 0;
    while !port.connections[&token].blocked {
        assert_eq!(port.fullness(client), Fullness::Plenty);
        send(&mut port, client, &[9; 1000]);
        port.flush(&poller).expect("flushed");
        count += 1;
    }
    assert_eq!(port.fullness(client), Fullness::Scarce);
    while port.fullness(client) != Fullness::Full {
        send(&mut port, client, &[9; 1000]);
        port.flush(&poller).expect("flushed");
        count += 1;
    }
    let mut ready = Vec::new();
    let mut frame = [0; 1002];
    for _ in 0..count {
        poller
            .wait(Some(Duration::ZERO), &mut ready)
            .expect("a wait");
        if ready.iter().any(|it| it.token == token && it.writable) {
            port.ready(&poller, token, false, now, |_, _, _| {})
                .expect("written");
        }
        clients[0].read_exact(&mut frame).expect("a frame");
        assert_eq!(frame[2..], [9; 1000]);
    }
    assert!(!port.connections[&token].blocked);
    assert_eq!(port.fullness(client), Fullness::Plenty);
}

#[test]
fn a_silent_client_is_closed() {
    let now = Instant::now();
    let (mut port, poller, mut clients) = connected(2, now);
    let talkative = port.by_client[&address(&clients[1])];
    let later = now + MAX_SILENCE + SWEEP_EVERY;
    clients[1].write_all(b"\x00\x01x").expect("written");
    let mut heard = 0;
    while heard == 0 {
        port.ready(&poller, talkative, true, later, |_, _, _| heard += 1)
            .expect("read");
    }
    assert!(port.poll_timeout().is_some_and(|at| at <= later));
    port.timeout(&poller, later, |_| true).expect("swept");
    assert_eq!(port.take_closed(), [address(&clients[0])]);
}

#[test]
fn who_talks_and_never_proves_to_be_a_client_is_hung_up() {
    let now = Instant::now();
    let (mut port, poller, mut clients) = connected(3, now);
    let addresses: Vec<SocketAddr> = clients.iter().map(address).collect();
    let tokens: Vec<u64> = addresses.iter().map(|it| port.by_client[it]).collect();
    // The first proves it at once, the second until its peer is gone, the third never.
    port.look_at(tokens[0], |_| true);
    port.look_at(tokens[2], |_| false);
    let talk = |port: &mut TcpPort, clients: &mut [TcpStream], now| {
        for (client, token) in clients.iter_mut().zip(&tokens) {
            if !port.connections.contains_key(token) {
                continue;
            }
            client.write_all(b"\x00\x01x").expect("written");
            let mut heard = false;
            while !heard {
                port.ready(&poller, *token, true, now, |_, _, _| heard = true)
                    .expect("read");
            }
        }
    };
    let mut gone = Vec::new();
    for second in 1..=25 {
        let now = now + Duration::from_secs(second);
        talk(&mut port, &mut clients, now);
        let is_known = |client| client == addresses[0] || (client == addresses[1] && second < 12);
        port.timeout(&poller, now, is_known).expect("swept");
        gone.extend(port.take_closed().into_iter().map(|it| (second, it)));
    }
    assert_eq!(gone, [(11, addresses[2]), (23, addresses[1])]);
    assert_eq!(port.connections.len(), 1);
}

#[test]
fn one_address_cannot_take_all_connections() {
    let now = Instant::now();
    let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
    let mut port = TcpPort::bind(loopback, FIRST_TOKEN).expect("a free port");
    let poller = Poller::new().expect("a poller");
    let address = port.bound();
    let connect = |_| {
        let client = TcpStream::connect(address).expect("connected");
        port.ready(&poller, FIRST_TOKEN, true, now, |_, _, _| {})
            .expect("accepted or refused");
        client
    };
    let clients: Vec<TcpStream> = (0..300).map(connect).collect();
    let held = port.connections.len();
    assert!(held < 150, "{held}");
    // Those who prove to be clients make room for the next.
    port.timeout(&poller, now + SWEEP_EVERY, |_| true)
        .expect("swept");
    let more: Vec<TcpStream> = (0..20)
        .map(|_| {
            let client = TcpStream::connect(address).expect("connected");
            port.ready(&poller, FIRST_TOKEN, true, now, |_, _, _| {})
                .expect("accepted");
            client
        })
        .collect();
    assert_eq!(port.connections.len(), held + more.len());
    drop(clients);
}
