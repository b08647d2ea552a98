//! The vectors of RFC 3711 and RFC 7714, both directions against each other, and hostile packets.

use super::cipher::derive_bytes;
use super::*;

/// Bytes out of hexadecimal digits; anything else is ignored.
fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter_map(|c| c.to_digit(16))
        .map(|digit| digit as u8)
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}

const PROFILES: [Profile; 3] = [
    Profile::Aes128CmSha1,
    Profile::Aes128Gcm,
    Profile::Aes256Gcm,
];

fn material() -> Vec<u8> {
    (0..96).map(|n: u8| n.wrapping_mul(29) ^ 0x5a).collect()
}

/// What one side sends with and the other opens with.
fn pair(profile: Profile) -> (Outbound, Inbound) {
    let (outbound, _) = from_dtls(profile, &material(), true).expect("keys");
    let (_, inbound) = from_dtls(profile, &material(), false).expect("keys");
    (outbound, inbound)
}

fn packet(seq: u16, ssrc: u32, payload: &[u8], room: usize) -> Vec<u8> {
    let mut packet = vec![0x80, 96];
    packet.extend(seq.to_be_bytes());
    packet.extend([0, 0, 0, 9]);
    packet.extend(ssrc.to_be_bytes());
    packet.extend(payload);
    packet.resize(packet.len() + room, 0);
    packet
}

fn sealed(outbound: &Outbound, index: u64, payload: &[u8]) -> Vec<u8> {
    let mut packet = packet(index as u16, 7, payload, outbound.overhead());
    assert!(outbound.protect(&mut packet, 12, index));
    packet
}

#[test]
fn keys_are_derived_as_in_rfc_3711_b_3() {
    let master = hex("E1F97A0D3E018BE0D64FA32C06DE4139");
    let salt = hex("0EC675AD498AFEEBB6960B3AABE6");
    let expected = [
        (0, "C61E7A93744F39EE10734AFE3FF7A087"),
        (
            1,
            "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA48F0A0ACF3C34E2359E6CDBCE
             E049646C43D9327AD175578EF72270986371C10C9A369AC2F94A8C5FBCDDDC25
             6D6E919A48B610EF17C2041E474035766B68642C59BBFC2F34DB60DBDFB2DC68",
        ),
        (2, "30CBBC08863D8C85D49DB34A9AE1"),
    ];
    for (label, expected) in expected {
        let expected = hex(expected);
        let mut out = vec![0xff; expected.len()];
        derive_bytes(&master, &salt, label, &mut out).expect("derived");
        assert_eq!(out, expected, "label {label}");
    }
}

#[test]
fn gcm_packets_are_those_of_rfc_7714_16() {
    let key = hex("000102030405060708090a0b0c0d0e0f");
    let cipher = cipher::gcm_for_test(&key, &hex("517569642070726f2071756f"));
    let plain = hex(
        "8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976
         69736120 696e2070 61727465 73207472 6573",
    );
    let expected = hex(
        "8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5
         0d294e6f 42a5f47a 51c7d19b 36de3adf 8833899d 7f27beb1 6a9152cf 765ee439 0cce",
    );
    let mut packet = plain.clone();
    packet.resize(plain.len() + 16, 0);
    cipher.seal(&mut packet, 12, 0xf17b).expect("sealed");
    assert_eq!(packet, expected);
    let mut out = [0; 100];
    let len = cipher.open(&packet, 12, 0x5501_a0b2, 0xf17b, &mut out);
    assert_eq!(&out[..len.expect("opened")], &plain[12..]);
}

#[test]
fn gcm_control_packets_are_those_of_rfc_7714_17() {
    let key = hex("000102030405060708090a0b0c0d0e0f");
    let cipher = cipher::gcm_for_test(&key, &hex("517569642070726f2071756f"));
    let plain = hex(
        "81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61
         deadbeef deadbeef deadbeef deadbeef deadbeef",
    );
    let expected = hex(
        "81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d
         c676a5f1 730d6fda 4ce09b46 86303ded 0bb9275b c84aa458 96cf4d2f c5abf872
         45d9eade 800005d4",
    );
    let mut packet = plain.clone();
    cipher
        .seal_control(&mut packet, 0x8000_05d4)
        .expect("sealed");
    assert_eq!(packet, expected);
    assert_eq!(cipher.control_index(&packet), Some(0x5d4));
    let mut out = [0; 100];
    let len = cipher.open_control(&packet, 0x4d61_7273, &mut out);
    assert_eq!(&out[..len.expect("opened")], plain);
}

#[test]
fn what_one_side_sends_the_other_opens_across_the_roll_over() {
    for profile in PROFILES {
        let (outbound, mut inbound) = pair(profile);
        let mut out = [0; 2048];
        for index in 65_000..66_500_u64 {
            let payload = vec![index as u8; (index % 1200) as usize];
            let packet = sealed(&outbound, index, &payload);
            if index % 3 == 0 {
                continue;
            }
            let opened = inbound.open(&packet, 12, 7, &mut out);
            assert_eq!(opened, Some((index, payload.len())), "{profile:?}");
            assert_eq!(&out[..payload.len()], payload);
        }
        let late = sealed(&outbound, 66_300, &[1]);
        assert_eq!(inbound.open(&late, 12, 7, &mut out), Some((66_300, 1)));
    }
}

#[test]
fn a_payload_that_lies_elsewhere_is_sealed_like_one_in_place() {
    for profile in PROFILES {
        let (outbound, _) = pair(profile);
        for (index, payload) in [
            (9, vec![]),
            (1 << 16 | 7, vec![3; 1]),
            (u64::MAX >> 16, vec![5; 1200]),
        ] {
            let mut packet = packet(index as u16, 7, &[], payload.len() + outbound.overhead());
            assert!(outbound.protect_from(&mut packet, 12, &payload, index));
            assert_eq!(packet, sealed(&outbound, index, &payload));
        }
        let mut short = packet(1, 7, &[], 4 + outbound.overhead());
        for (header_bytes, payload) in [(12, &[0; 5][..]), (12, &[0; 3]), (999, &[0; 4])] {
            assert!(!outbound.protect_from(&mut short, header_bytes, payload, 1));
        }
        assert!(!outbound.protect_from(&mut short[..6], 0, &[], 1));
    }
}

#[test]
fn replays_forgeries_and_the_outdated_are_refused() {
    for profile in PROFILES {
        let (outbound, mut inbound) = pair(profile);
        let mut out = [0; 2048];
        let good = sealed(&outbound, 1000, b"payload");
        for at in 0..good.len() {
            let mut forged = good.clone();
            forged[at] ^= 0x40;
            assert_eq!(
                inbound.open(&forged, 12, 7, &mut out),
                None,
                "{profile:?} {at}"
            );
        }
        for len in 0..good.len() {
            assert_eq!(inbound.open(&good[..len], 12.min(len), 7, &mut out), None);
        }
        assert!(inbound.open(&good, 12, 7, &mut out).is_some());
        assert_eq!(inbound.open(&good, 12, 7, &mut out), None);
        let newer = sealed(&outbound, 1000 + window::WINDOW, b"newer");
        assert!(inbound.open(&newer, 12, 7, &mut out).is_some());
        let old = sealed(&outbound, 999, b"old");
        assert_eq!(inbound.open(&old, 12, 7, &mut out), None);
        let huge = sealed(&outbound, 3000, &[0; 3000]);
        assert_eq!(inbound.open(&huge, 12, 7, &mut out), None, "no room");
    }
}

#[test]
fn forged_packets_of_new_sources_leave_nothing_behind() {
    let (outbound, mut inbound) = pair(Profile::Aes128Gcm);
    let mut out = [0; 2048];
    for ssrc in 0..5000 {
        let forged = packet(1, ssrc, b"forged payload and tag", 16);
        assert_eq!(inbound.open(&forged, 12, ssrc, &mut out), None);
    }
    assert!(inbound.sources.is_empty());
    for ssrc in 0..5000 {
        let mut real = packet(1, ssrc, b"payload", 16);
        assert!(outbound.protect(&mut real, 12, 1));
        inbound.open(&real, 12, ssrc, &mut out);
    }
    assert_eq!(inbound.sources.len(), MAX_SOURCES);
}

#[test]
fn control_packets_are_opened_once() {
    for profile in PROFILES {
        let (mut outbound, mut inbound) = pair(profile);
        let mut out = [0; 2048];
        let plain = hex("80c80006 00000007 01020304 05060708 090a0b0c 0d0e0f10 11121314");
        for _ in 0..100 {
            let mut packet = plain.clone();
            assert!(outbound.protect_control(&mut packet));
            for at in 0..packet.len() {
                let mut forged = packet.clone();
                forged[at] ^= 1;
                assert_eq!(inbound.open_control(&forged, &mut out), None);
                assert_eq!(inbound.open_control(&packet[..at], &mut out), None);
            }
            assert_eq!(inbound.open_control(&packet, &mut out), Some(plain.len()));
            assert_eq!(&out[..plain.len()], plain);
            assert_eq!(inbound.open_control(&packet, &mut out), None);
        }
        assert!(!outbound.protect_control(&mut vec![0x80, 200]));
    }
}

#[test]
fn material_of_the_wrong_length_gives_no_keys() {
    for profile in PROFILES {
        let needed = 2 * (profile.key_bytes() + profile.salt_bytes());
        assert!(from_dtls(profile, &material()[..needed], true).is_some());
        assert!(from_dtls(profile, &material()[..needed - 1], true).is_none());
    }
}
