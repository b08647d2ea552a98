//! Real datagrams over loopback, grouped, refused and given up.

use std::net::UdpSocket;
use std::time::Duration;

use super::*;

fn socket() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let limit = Some(Duration::from_secs(5));
    socket.set_read_timeout(limit).expect("a timeout");
    socket
}

fn received(socket: &UdpSocket, count: usize) -> Vec<Vec<u8>> {
    let mut buffer = [0; DATAGRAM_BYTES];
    let one = |_| {
        let len = socket.recv(&mut buffer).expect("a datagram");
        buffer[..len].to_vec()
    };
    (0..count).map(one).collect()
}

fn vital(destination: SocketAddr) -> Target {
    Target {
        destination,
        source: None,
        worth: Worth::Vital,
    }
}

fn push(batch: &mut SendBatch, out: &UdpSocket, address: SocketAddr, payload: &[u8]) {
    let target = vital(address);
    batch.push(out, target, payload.len(), &mut |room| {
        room.copy_from_slice(payload);
        true
    });
}

/// Lengths that begin, continue and end segmented runs, to two addresses alternately.
fn send_runs(segmentation: bool) {
    let (out, first, second) = (socket(), socket(), socket());
    let mut batch = SendBatch::new(false, segmentation);
    let mut expected: [Vec<Vec<u8>>; 2] = [Vec::new(), Vec::new()];
    let lens = [1100, 1100, 1100, 400, 1100, 20, 1, 1, 2, 700];
    for (index, len) in lens.into_iter().cycle().take(150).enumerate() {
        let which = (index / 10) % 2;
        let payload = vec![u8::try_from(index).expect("a byte"); len];
        let target = [&first, &second][which].local_addr().expect("an address");
        push(&mut batch, &out, target, &payload);
        expected[which].push(payload);
    }
    batch.flush(&out);
    assert_eq!(batch.dropped(), 0);
    assert_eq!(received(&first, expected[0].len()), expected[0]);
    assert_eq!(received(&second, expected[1].len()), expected[1]);
}

#[test]
fn datagrams_arrive_whole_and_in_order_however_they_are_grouped() {
    send_runs(true);
    send_runs(false);
}

/// A batch with a run of three datagrams, which the kernel has just refused.
fn refused_run(batch: &mut SendBatch, out: &UdpSocket, address: SocketAddr) {
    for payload in [&[1_u8; 900][..], &[2; 900], &[3; 12]] {
        push(batch, out, address, payload);
    }
    assert_eq!(batch.messages.len(), 1);
    batch.split(0);
    assert_eq!(batch.messages.len(), 3);
}

#[test]
fn a_refused_run_is_sent_as_its_datagrams() {
    let (out, target) = (socket(), socket());
    let mut batch = SendBatch::new(false, true);
    refused_run(&mut batch, &out, target.local_addr().expect("an address"));
    batch.flush(&out);
    assert_eq!(
        received(&target, 3),
        [vec![1; 900], vec![2; 900], vec![3; 12]]
    );
    assert!(batch.segments());
}

#[test]
fn segmentation_ends_after_refusals_in_a_row() {
    let (out, target) = (socket(), socket());
    let address = target.local_addr().expect("an address");
    let mut batch = SendBatch::new(false, true);
    for _ in 1..MAX_REFUSALS {
        refused_run(&mut batch, &out, address);
        batch.flush(&out);
    }
    push(&mut batch, &out, address, b"one");
    push(&mut batch, &out, address, b"two");
    batch.flush(&out);
    assert_eq!(batch.refusals, 0);
    for _ in 0..MAX_REFUSALS {
        assert!(batch.segments());
        refused_run(&mut batch, &out, address);
        batch.flush(&out);
    }
    assert!(!batch.segments());
}

#[test]
fn without_segmentation_every_datagram_is_a_message() {
    let (out, target) = (socket(), socket());
    let address = target.local_addr().expect("an address");
    for (segmentation, messages) in [(true, 1), (false, 3)] {
        let mut batch = SendBatch::new(false, segmentation);
        assert_eq!(batch.another().segments(), segmentation);
        for byte in 1..=3 {
            push(&mut batch, &out, address, &[byte; 900]);
        }
        assert_eq!(batch.messages.len(), messages);
    }
}

#[test]
fn a_datagram_that_cannot_be_made_is_not_sent() {
    let (out, target) = (socket(), socket());
    let address = target.local_addr().expect("an address");
    let mut batch = SendBatch::new(false, true);
    push(&mut batch, &out, address, b"first");
    batch.push(&out, vital(address), 5, &mut |_| false);
    push(&mut batch, &out, address, b"third");
    batch.flush(&out);
    assert_eq!(received(&target, 2), [b"first".to_vec(), b"third".to_vec()]);
}

#[test]
fn what_is_worth_least_is_given_up_first_and_sound_last() {
    let (out, target) = (socket(), socket());
    let address = target.local_addr().expect("an address");
    let mut batch = SendBatch::new(false, true);
    let worths = [2, 0, 2, 1].map(Worth::Picture);
    for worth in worths.into_iter().chain([Worth::Vital]) {
        let worth = Target {
            worth,
            ..vital(address)
        };
        batch.push(&out, worth, 4, &mut |_| true);
    }
    let mut left: Vec<Vec<Worth>> = Vec::new();
    while !batch.messages.is_empty() {
        batch.shed(0);
        left.push(batch.messages.iter().map(|it| it.target.worth).collect());
    }
    let (low, middle) = (Worth::Picture(0), Worth::Picture(1));
    let expected: [Vec<Worth>; 4] = [
        vec![low, middle, Worth::Vital],
        vec![low, Worth::Vital],
        vec![Worth::Vital],
        vec![],
    ];
    assert_eq!(left, expected);
    assert_eq!(batch.dropped(), 5);
}

#[test]
fn a_full_socket_is_told_of_for_a_while() {
    let (out, target) = (socket(), socket());
    let address = target.local_addr().expect("an address");
    let mut batch = SendBatch::new(false, true);
    let flush = |batch: &mut SendBatch| {
        push(batch, &out, address, b"x");
        batch.flush(&out);
        batch.fullness()
    };
    assert_eq!(flush(&mut batch), Fullness::Plenty);
    batch.felt(Fullness::Full);
    batch.felt(Fullness::Scarce);
    let told: Vec<Fullness> = (0..8).map(|_| flush(&mut batch)).collect();
    assert_eq!(told[..7], [Fullness::Full; 7]);
    batch.flush(&out);
    assert_eq!(told[7], Fullness::Plenty, "nothing sent is no flush");
}

#[test]
fn an_unreachable_destination_costs_only_its_own_datagrams() {
    let (out, target) = (socket(), socket());
    let mut batch = SendBatch::new(false, true);
    // A socket bound to loopback cannot send elsewhere: EINVAL.
    let elsewhere = SocketAddr::from(([192, 0, 2, 1], 9));
    push(&mut batch, &out, elsewhere, b"lost");
    push(
        &mut batch,
        &out,
        target.local_addr().expect("an address"),
        b"kept",
    );
    batch.flush(&out);
    assert_eq!(batch.dropped(), 1);
    assert_eq!(received(&target, 1), [b"kept".to_vec()]);
}

#[test]
fn a_batch_reports_source_payload_and_no_cut_datagram() {
    let (out, target) = (socket(), socket());
    let address = target.local_addr().expect("an address");
    out.send_to(&[7; DATAGRAM_BYTES + 1], address)
        .expect("sent");
    out.send_to(b"short", address).expect("sent");
    let mut batch = ReceiveBatch::new();
    let mut seen = Vec::new();
    while seen.len() < 2 {
        let count = batch.receive(&target).unwrap_or(0);
        seen.extend((0..count).map(|index| {
            batch
                .datagram(index)
                .map(|(source, _, payload)| (source, payload.to_vec()))
        }));
    }
    let source = out.local_addr().expect("an address");
    assert_eq!(seen, [None, Some((source, b"short".to_vec()))]);
}
