//! What a participant who means harm sends beside its media: nine datagrams of harm for each honest one.

use crate::rtp::header_len;
use crate::sys::DATAGRAM_BYTES;

/// Datagrams, or frames, for each of an honest participant.
pub const TIMES: u32 = 10;
/// Enough that some are older than any window against replays.
const KEPT: usize = 2048;
/// How far ahead of the honest ones the numbers of invented packets are.
const AHEAD: u16 = 100;
const STUN_COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const STUN_HEADER_BYTES: u16 = 20;
const DTLS_HEADER_BYTES: u16 = 13;

/// How a participant behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conduct {
    /// As everybody else.
    Normal,
    /// Ten times as many frames, all genuine.
    Tenfold,
    /// Repeats its own datagrams, new ones and old ones.
    Replays,
    /// Its own headers with numbers to come, and nothing behind them that could be decrypted.
    Garbage,
    /// The beginnings of STUN, DTLS, RTP and RTCP, in turn, and nothing right behind them.
    Noise,
}

impl Conduct {
    /// By its name in a plan.
    pub fn named(name: &str) -> Option<Conduct> {
        let names = [
            ("normal", Conduct::Normal),
            ("tenfold", Conduct::Tenfold),
            ("replays", Conduct::Replays),
            ("garbage", Conduct::Garbage),
            ("noise", Conduct::Noise),
        ];
        let found = names.iter().find(|(known, _)| *known == name);
        found.map(|(_, conduct)| *conduct)
    }

    /// How many frames for each of an honest participant.
    pub fn frames(self) -> u32 {
        if self == Conduct::Tenfold { TIMES } else { 1 }
    }

    /// How many datagrams of harm go with each honest one.
    pub fn harm(self) -> u32 {
        match self {
            Conduct::Normal | Conduct::Tenfold => 0,
            Conduct::Replays | Conduct::Garbage | Conduct::Noise => TIMES - 1,
        }
    }
}

/// A small generator of numbers with a long period (xorshift); the same numbers in every run.
#[derive(Debug, Clone)]
pub struct Lots(u64);

impl Default for Lots {
    fn default() -> Self {
        Lots(0x9e37_79b9_7f4a_7c15)
    }
}

impl Lots {
    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        for part in bytes.chunks_mut(size_of::<u64>()) {
            part.copy_from_slice(&self.draw().to_le_bytes()[..part.len()]);
        }
    }
}

/// Makes the datagrams of harm of one participant.
#[derive(Debug)]
pub struct Mischief {
    conduct: Conduct,
    lots: Lots,
    sent: Vec<Vec<u8>>,
    oldest: usize,
    turn: u8,
}

impl Mischief {
    pub fn new(conduct: Conduct) -> Self {
        Mischief {
            conduct,
            lots: Lots::default(),
            sent: Vec::new(),
            oldest: 0,
            turn: 0,
        }
    }

    /// How the participant behaves.
    pub fn conduct(&self) -> Conduct {
        self.conduct
    }

    /// Remembers an honest datagram, as it was sent.
    pub fn note(&mut self, honest: &[u8]) {
        if self.sent.len() < KEPT {
            self.sent.push(honest.to_vec());
            return;
        }
        self.sent[self.oldest].clear();
        self.sent[self.oldest].extend(honest);
        self.oldest = (self.oldest + 1) % KEPT;
    }

    /// Writes a datagram of harm; its length. The last honest one was noted before.
    pub fn write(&mut self, room: &mut [u8; DATAGRAM_BYTES]) -> usize {
        let latest = (self.oldest + self.sent.len()).wrapping_sub(1) % self.sent.len().max(1);
        let len = self.sent.get(latest).map_or(0, Vec::len);
        let datagram = &mut room[..len];
        match self.conduct {
            Conduct::Normal | Conduct::Tenfold => return 0,
            Conduct::Replays => {
                let any = self.lots.draw() as usize % self.sent.len();
                let repeated = &self.sent[any];
                room[..repeated.len()].copy_from_slice(repeated);
                return repeated.len();
            }
            Conduct::Garbage => {
                self.lots.fill(datagram);
                let honest = &self.sent[latest];
                let header = header_len(honest).unwrap_or(0);
                datagram[..header].copy_from_slice(&honest[..header]);
                let seq = u16::from_be_bytes([honest[2], honest[3]]);
                let ahead = 1 + self.lots.draw() as u16 % AHEAD;
                datagram[2..4].copy_from_slice(&seq.wrapping_add(ahead).to_be_bytes());
            }
            Conduct::Noise => {
                self.lots.fill(datagram);
                self.turn = self.turn.wrapping_add(1);
                begin(datagram, self.turn);
            }
        }
        len
    }
}

/// Gives random bytes the beginning of a protocol; which one, the turn decides.
fn begin(datagram: &mut [u8], turn: u8) {
    let len = datagram.len() as u16;
    match turn % 4 {
        0 => {
            datagram[..2].copy_from_slice(&[0, 1]);
            datagram[2..4].copy_from_slice(&(len - STUN_HEADER_BYTES).to_be_bytes());
            datagram[4..8].copy_from_slice(&STUN_COOKIE);
        }
        1 => {
            // A record of application data in epoch 1, as DTLS 1.2 has them after the handshake.
            datagram[..5].copy_from_slice(&[23, 0xfe, 0xfd, 0, 1]);
            datagram[11..13].copy_from_slice(&(len - DTLS_HEADER_BYTES).to_be_bytes());
        }
        2 => datagram[..2].copy_from_slice(&[0x80, 96]),
        _ => datagram[..2].copy_from_slice(&[0x80, 200]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtp::{Extensions, Fixed, is_media, is_rtcp, read};

    fn honest(seq: u16) -> Vec<u8> {
        let fixed = Fixed {
            payload_type: 96,
            marker: false,
            seq,
            timestamp: 7,
            ssrc: 5,
        };
        let mut packet = vec![0x55; 200];
        Extensions::default().write(&mut packet, &fixed, 0);
        packet
    }

    fn harm(conduct: Conduct) -> Vec<Vec<u8>> {
        let mut mischief = Mischief::new(conduct);
        (0..3000).for_each(|seq| mischief.note(&honest(seq)));
        let mut room = [0; DATAGRAM_BYTES];
        let mut one = || {
            let len = mischief.write(&mut room);
            room[..len].to_vec()
        };
        (0..200).map(|_| one()).collect()
    }

    fn seqs(datagrams: &[Vec<u8>]) -> Vec<u16> {
        let seen = datagrams.iter().filter_map(|it| read(it));
        seen.map(|it| it.seq).collect()
    }

    #[test]
    fn replays_are_what_was_sent_lately_and_long_ago() {
        let repeated = harm(Conduct::Replays);
        assert!(
            repeated
                .iter()
                .zip(seqs(&repeated))
                .all(|(it, seq)| *it == honest(seq))
        );
        let seqs = seqs(&repeated);
        assert!(
            seqs.iter()
                .all(|seq| (3000 - KEPT as u16..3000).contains(seq))
        );
        assert!(seqs.iter().any(|seq| *seq < 3000 - 1024));
        assert!(seqs.iter().any(|seq| *seq >= 3000 - 1024));
    }

    #[test]
    fn garbage_has_a_right_header_and_a_number_to_come() {
        let garbage = harm(Conduct::Garbage);
        for (datagram, seq) in garbage.iter().zip(seqs(&garbage)) {
            assert!((3000..3000 + AHEAD).contains(&seq));
            assert_eq!(datagram.len(), 200);
            assert_eq!(datagram[4..12], honest(0)[4..12]);
        }
        assert_ne!(garbage[0][12..], garbage[1][12..]);
    }

    #[test]
    fn noise_begins_as_every_protocol_on_the_port() {
        let noise = harm(Conduct::Noise);
        let stun = noise.iter().filter(|it| it[4..8] == STUN_COOKIE);
        let dtls = noise.iter().filter(|it| it[..3] == [23, 0xfe, 0xfd]);
        let control = noise.iter().filter(|it| is_media(it) && is_rtcp(it));
        let media = noise.iter().filter(|it| is_media(it) && !is_rtcp(it));
        assert_eq!(
            [stun.count(), dtls.count(), control.count(), media.count()],
            [50; 4]
        );
    }

    #[test]
    fn the_harm_is_nine_tenths() {
        let all = ["normal", "tenfold", "replays", "garbage", "noise"];
        let conducts = all.map(|name| Conduct::named(name).expect("a conduct"));
        assert_eq!(conducts.map(Conduct::frames), [1, 10, 1, 1, 1]);
        assert_eq!(conducts.map(Conduct::harm), [0, 0, 9, 9, 9]);
        assert_eq!(Conduct::named("kind"), None);
    }
}
