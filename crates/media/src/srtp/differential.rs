//! Our SRTP against str0m's, in every profile: each opens what the other sealed.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use str0m::crypto::dtls::{
    DtlsCert, DtlsImplError, DtlsInstance, DtlsOutput, DtlsProvider, DtlsVersion, KeyingMaterial,
    ProtocolVersion, SrtpProfile,
};
use str0m::crypto::{CryptoError, CryptoProvider, from_feature_flags};
use str0m::media::{KeyframeRequestKind, MediaKind, Mid};
use str0m::net::{Protocol, Receive};
use str0m::rtp::{RtpWrite, Ssrc};
use str0m::{Candidate, Event, IceCreds, Input, Output, Rtc, RtcConfig};

use super::{Inbound, Outbound, Profile, from_dtls};
use crate::rtcp::{Compound, Message, messages};
use crate::rtp::{Header, Kind, kind_of, write_header};

const SSRC: u32 = 0x1122_3344;
const STEP: Duration = Duration::from_millis(20);

/// As much as the profile takes.
fn material(profile: SrtpProfile) -> Vec<u8> {
    let len = match profile {
        SrtpProfile::AES128_CM_SHA1_80 => 60,
        SrtpProfile::AEAD_AES_128_GCM => 56,
        _ => 88,
    };
    (0..len).map(|n: u8| n.wrapping_mul(83) ^ 0x3c).collect()
}

/// A provider of handshakes that are done before they begin, with the keys of [`material`].
#[derive(Debug)]
struct Instant12(SrtpProfile);

#[derive(Debug)]
struct Done {
    profile: SrtpProfile,
    waiting: VecDeque<bool>,
    active: bool,
    now: Instant,
}

impl DtlsProvider for Instant12 {
    fn generate_certificate(&self) -> Option<DtlsCert> {
        from_feature_flags().dtls_provider.generate_certificate()
    }

    fn new_dtls(
        &self,
        _: &DtlsCert,
        now: Instant,
        _: DtlsVersion,
        _: Option<usize>,
    ) -> Result<Box<dyn DtlsInstance>, CryptoError> {
        Ok(Box::new(Done {
            profile: self.0,
            waiting: VecDeque::new(),
            active: false,
            now,
        }))
    }
}

impl DtlsInstance for Done {
    fn set_active(&mut self, active: bool) {
        self.active = active;
        self.waiting.extend([true, false]);
    }

    fn handle_packet(&mut self, _: &[u8]) -> Result<(), DtlsImplError> {
        Ok(())
    }

    fn poll_output<'a>(&mut self, _: &'a mut [u8]) -> DtlsOutput<'a> {
        match self.waiting.pop_front() {
            Some(true) => DtlsOutput::Connected,
            Some(false) => DtlsOutput::KeyingMaterial(
                KeyingMaterial::new(&material(self.profile)),
                self.profile,
            ),
            None => DtlsOutput::Timeout(self.now + Duration::from_secs(3600)),
        }
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), DtlsImplError> {
        self.now = now;
        Ok(())
    }

    fn send_application_data(&mut self, data: &[u8]) -> Result<usize, DtlsImplError> {
        Ok(data.len())
    }

    fn is_active(&self) -> bool {
        self.active
    }

    fn protocol_version(&self) -> Option<ProtocolVersion> {
        None
    }

    fn close(&mut self) -> Result<(), DtlsImplError> {
        Ok(())
    }
}

fn address(port: u16) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, 1], port))
}

/// One of two connected str0m peers.
struct Side {
    rtc: Rtc,
    address: SocketAddr,
    sent: Vec<Vec<u8>>,
    events: Vec<Event>,
}

impl Side {
    fn new(provider: &CryptoProvider, port: u16, now: Instant) -> Self {
        let mut rtc = RtcConfig::new()
            .set_crypto_provider(Arc::new(provider.clone()))
            .set_rtp_mode(true)
            .build(now);
        let candidate = Candidate::host(address(port), "udp").expect("a candidate");
        rtc.add_local_candidate(candidate);
        Side {
            rtc,
            address: address(port),
            sent: Vec::new(),
            events: Vec::new(),
        }
    }

    fn begin(&mut self, remote: (IceCreds, u16), active: bool) {
        let candidate = Candidate::host(address(remote.1), "udp").expect("a candidate");
        self.rtc.add_remote_candidate(candidate);
        let mut api = self.rtc.direct_api();
        api.set_remote_ice_credentials(remote.0);
        api.set_ice_controlling(active);
        api.start_dtls(active).expect("a start");
        let mid = Mid::from("v");
        api.declare_media(mid, MediaKind::Video);
        if active {
            api.declare_stream_tx(Ssrc::from(SSRC), None, mid, None);
        } else {
            api.expect_stream_rx(Ssrc::from(SSRC), None, mid, None);
        }
    }

    fn take(&mut self, input: Input) {
        self.rtc.handle_input(input).expect("a working peer");
        loop {
            match self.rtc.poll_output().expect("a working peer") {
                Output::Timeout(_) => return,
                Output::Transmit(transmit) => self.sent.push(transmit.contents.to_vec()),
                Output::Event(event) => self.events.push(event),
            }
        }
    }

    fn receive(&mut self, from: SocketAddr, datagram: &[u8], now: Instant) {
        let receive = Receive::new(Protocol::Udp, from, self.address, datagram);
        self.take(Input::Receive(now, receive.expect("a datagram")));
    }
}

/// Carries everything between the sides; media that the first one sends is also kept.
fn step(first: &mut Side, second: &mut Side, now: Instant, kept: &mut Vec<Vec<u8>>) {
    first.take(Input::Timeout(now));
    second.take(Input::Timeout(now));
    for _ in 0..4 {
        for datagram in std::mem::take(&mut first.sent) {
            second.receive(first.address, &datagram, now);
            if kind_of(&datagram) != Kind::Other {
                kept.push(datagram);
            }
        }
        for datagram in std::mem::take(&mut second.sent) {
            first.receive(second.address, &datagram, now);
        }
    }
}

fn connected(profile: SrtpProfile) -> (Side, Side, Instant) {
    let provider = CryptoProvider {
        dtls_provider: Box::leak(Box::new(Instant12(profile))),
        ..from_feature_flags()
    };
    let mut now = Instant::now();
    let mut first = Side::new(&provider, 1, now);
    let mut second = Side::new(&provider, 2, now);
    let creds = [&mut first, &mut second].map(|side| side.rtc.direct_api().local_ice_credentials());
    let [of_first, of_second] = creds;
    first.begin((of_second, 2), true);
    second.begin((of_first, 1), false);
    for _ in 0..200 {
        step(&mut first, &mut second, now, &mut Vec::new());
        now += STEP;
    }
    assert!(first.rtc.is_connected() && second.rtc.is_connected());
    (first, second, now)
}

fn ours(profile: Profile, theirs: SrtpProfile) -> (Outbound, Inbound, Outbound) {
    let (as_first, _) = from_dtls(profile, &material(theirs), true).expect("keys");
    let (as_second, inbound) = from_dtls(profile, &material(theirs), false).expect("keys");
    (as_first, inbound, as_second)
}

/// What str0m seals, we open: media and reports.
fn opens_what_str0m_seals(profile: Profile, theirs: SrtpProfile) {
    let (mut first, mut second, mut now) = connected(theirs);
    let (_, mut inbound, _) = ours(profile, theirs);
    let mut kept = Vec::new();
    for n in 0..200_u64 {
        let payload: Arc<[u8]> = vec![n as u8; 1 + (n as usize * 7) % 1100].into();
        let mut api = first.rtc.direct_api();
        let stream = api.stream_tx(&Ssrc::from(SSRC)).expect("a stream");
        let seq = (65_400 + n).into();
        stream.write_rtp(RtpWrite::new(96.into(), seq, n as u32, now, payload));
        step(&mut first, &mut second, now, &mut kept);
        now += STEP;
    }
    let mut out = [0; 2048];
    let (mut media, mut reports) = (0, 0);
    for datagram in &kept {
        if kind_of(datagram) == Kind::Media {
            let header = Header::parse(datagram).expect("a header");
            let opened = inbound.open(datagram, header.len, header.ssrc, &mut out);
            let (index, len) = opened.expect("an authentic packet");
            assert_eq!(index, 65_400 + media, "{theirs:?}");
            assert_eq!(
                out[..len],
                vec![media as u8; 1 + (media as usize * 7) % 1100]
            );
            media += 1;
        } else {
            let len = inbound.open_control(datagram, &mut out).expect("authentic");
            messages(&out[..len], |message| {
                reports += u64::from(matches!(message, Message::SenderReport { ssrc: SSRC, .. }));
            });
        }
    }
    assert_eq!(media, 200);
    assert!(reports > 0);
}

/// What we seal, str0m opens: media, and a request.
fn str0m_opens_what_we_seal(profile: Profile, theirs: SrtpProfile) {
    let (mut first, mut second, now) = connected(theirs);
    let (as_first, _, mut as_second) = ours(profile, theirs);
    for n in 0..200_u64 {
        let (index, len) = (65_400 + n, (n as usize * 11) % 1100 + 1);
        let mut packet = vec![n as u8; 12 + len + as_first.overhead()];
        write_header(&mut packet, false, 96, index as u16, n as u32, SSRC);
        assert!(as_first.protect(&mut packet, 12, index));
        second.receive(first.address, &packet, now);
    }
    let received = second.events.iter().filter_map(|event| match event {
        Event::RtpPacket(packet) => Some((*packet.seq_no, packet.payload.to_vec())),
        _ => None,
    });
    let expected = (0..200_u64).map(|n| (65_400 + n, vec![n as u8; (n as usize * 11) % 1100 + 1]));
    assert!(received.eq(expected), "{theirs:?}");
    let mut compound = Compound::default();
    compound.key_frame_request(SSRC);
    assert!(as_second.protect_control(compound.bytes_mut()));
    let request = std::mem::take(compound.bytes_mut());
    first.receive(second.address, &request, now);
    let asked = first.events.iter().any(|event| {
        matches!(event, Event::KeyframeRequest(request) if request.kind == KeyframeRequestKind::Pli)
    });
    assert!(asked, "{theirs:?}");
}

#[test]
fn both_implementations_agree_in_every_profile() {
    for (profile, theirs) in [
        (Profile::Aes128CmSha1, SrtpProfile::AES128_CM_SHA1_80),
        (Profile::Aes128Gcm, SrtpProfile::AEAD_AES_128_GCM),
        (Profile::Aes256Gcm, SrtpProfile::AEAD_AES_256_GCM),
    ] {
        opens_what_str0m_seals(profile, theirs);
        str0m_opens_what_we_seal(profile, theirs);
    }
}
