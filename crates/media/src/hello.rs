//! Chooses the SRTP profile where the DTLS library does not let us.
//!
//! The library's server takes the first of AES-256-GCM, AES-128-GCM and AES-128-CM that the client offers (RFC 5764). To
//! choose among them is ours by the standard, so the library is shown a ClientHello in which only our choice stands: the
//! others' numbers are overwritten by one that means nothing. Both sides prove at the end that they saw the same
//! messages; therefore whatever the library hashes or has verified begins with what the client really sent
//! ([`Hello::genuine`]). Nothing is weaker for it: the proof covers the client's own words.

use std::borrow::Cow;
use std::ops::Range;

use crate::srtp::Profile;

const RECORD_HEADER_BYTES: usize = 13;
const MESSAGE_HEADER_BYTES: usize = 12;
const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const USE_SRTP: u16 = 14;
/// Longer ones are not looked into.
const MAX_HELLO_BYTES: usize = 8192;
/// Assigned to no profile: whoever reads a list passes over it.
const NOTHING: [u8; 2] = [0, 0];

/// The ClientHello of one connection.
#[derive(Debug)]
pub(crate) struct Hello {
    accepted: Vec<Profile>,
    /// Its body as the client sent it, as far as it has come without gaps.
    body: Vec<u8>,
    len: usize,
    /// Where in the body profiles stand that we did not choose; `None` before the list has been seen.
    hidden: Option<Vec<usize>>,
}

impl Hello {
    /// Of a client that has said nothing. `accepted`: what may be agreed on, the best first.
    pub(crate) fn new(accepted: &[Profile]) -> Self {
        Hello {
            accepted: accepted.to_vec(),
            body: Vec::new(),
            len: 0,
            hidden: None,
        }
    }

    /// Whether this profile may be agreed on.
    pub(crate) fn accepts(&self, profile: Profile) -> bool {
        self.accepted.contains(&profile)
    }

    /// A datagram of the client as the library should see it.
    pub(crate) fn shown<'a>(&mut self, datagram: &'a [u8]) -> Cow<'a, [u8]> {
        let mut shown = Cow::Borrowed(datagram);
        let mut at = 0;
        while let Some((fragment, next)) = record(datagram, at) {
            at = next;
            let Some(part) = Part::read(&datagram[fragment.clone()]) else {
                continue;
            };
            self.take(&part);
            let start = fragment.start + MESSAGE_HEADER_BYTES;
            let range = part.offset..part.offset + part.bytes.len();
            for hidden in self.hidden.iter().flatten() {
                if range.contains(hidden) && range.contains(&(hidden + 1)) {
                    let place = start + hidden - part.offset;
                    shown.to_mut()[place..place + 2].copy_from_slice(&NOTHING);
                }
            }
        }
        shown
    }

    /// What the library says was said, with the ClientHello as the client sent it.
    pub(crate) fn genuine<'a>(&self, said: &'a [u8]) -> Cow<'a, [u8]> {
        let hidden = self.hidden.as_deref().unwrap_or_default();
        let whole = self.body.len() == self.len && !hidden.is_empty();
        let end = MESSAGE_HEADER_BYTES + self.len;
        if !whole || said.first() != Some(&CLIENT_HELLO) || said.len() < end {
            return Cow::Borrowed(said);
        }
        let mut shown = self.body.clone();
        for place in hidden {
            shown[*place..place + 2].copy_from_slice(&NOTHING);
        }
        if said[MESSAGE_HEADER_BYTES..end] != shown {
            return Cow::Borrowed(said);
        }
        let mut genuine = said.to_vec();
        genuine[MESSAGE_HEADER_BYTES..end].copy_from_slice(&self.body);
        Cow::Owned(genuine)
    }

    /// Enters a part of the message, and chooses as soon as the list of profiles is there.
    fn take(&mut self, part: &Part<'_>) {
        let known = self.body.len();
        if part.offset != known || part.len > MAX_HELLO_BYTES || known > 0 && part.len != self.len {
            return;
        }
        self.len = part.len;
        self.body.extend(part.bytes);
        if self.hidden.is_some() {
            return;
        }
        if let Some(list) = profiles(&self.body) {
            // A list that came in two parts has been shown in part already: then the library chooses.
            let hidden = if list.start >= known {
                self.others(list)
            } else {
                Vec::new()
            };
            self.hidden = Some(hidden);
        }
    }

    /// Where in this list the profiles stand that are not the first of ours.
    fn others(&self, list: Range<usize>) -> Vec<usize> {
        let number = |place: &usize| u16::from_be_bytes([self.body[*place], self.body[place + 1]]);
        let places = list.step_by(2);
        let chosen = self
            .accepted
            .iter()
            .map(|profile| profile.number())
            .find(|ours| places.clone().any(|place| number(&place) == *ours));
        places.filter(|it| Some(number(it)) != chosen).collect()
    }
}

/// A part of a ClientHello.
struct Part<'a> {
    /// Of the whole message.
    len: usize,
    offset: usize,
    bytes: &'a [u8],
}

impl<'a> Part<'a> {
    /// Reads the content of a record; `None` if it is anything else.
    fn read(content: &'a [u8]) -> Option<Self> {
        let number = |at: usize| {
            let bytes = content.get(at..at + 3)?;
            Some(
                bytes
                    .iter()
                    .fold(0, |sum, byte| sum << 8 | usize::from(*byte)),
            )
        };
        if *content.first()? != CLIENT_HELLO {
            return None;
        }
        let (len, offset, part) = (number(1)?, number(6)?, number(9)?);
        let bytes = content.get(MESSAGE_HEADER_BYTES..MESSAGE_HEADER_BYTES + part)?;
        (offset + part <= len).then_some(Part { len, offset, bytes })
    }
}

/// Where in a datagram the content of the handshake record at `at` stands, empty if it is another one; and where the
/// next record begins.
fn record(datagram: &[u8], at: usize) -> Option<(Range<usize>, usize)> {
    let header = datagram.get(at..at + RECORD_HEADER_BYTES)?;
    let start = at + RECORD_HEADER_BYTES;
    let end = start + usize::from(u16::from_be_bytes([header[11], header[12]]));
    let plain = header[0] == HANDSHAKE && header[3..5] == [0, 0];
    (end <= datagram.len()).then_some((if plain { start..end } else { end..end }, end))
}

/// Where in the body of a ClientHello, or in its beginning, the list of SRTP profiles stands; `None` if it is not there.
fn profiles(body: &[u8]) -> Option<Range<usize>> {
    let byte = |at: usize| body.get(at).map(|byte| usize::from(*byte));
    let pair = |at: usize| Some(byte(at)? << 8 | byte(at + 1)?);
    // Version and random number, then session, cookie, ciphers and compression methods, each behind its length.
    let mut at = 2 + 32;
    at += 1 + byte(at)?;
    at += 1 + byte(at)?;
    at += 2 + pair(at)?;
    at += 1 + byte(at)?;
    let end = at + 2 + pair(at)?;
    at += 2;
    while at + 4 <= end {
        let (kind, len) = (pair(at)?, pair(at + 2)?);
        at += 4;
        if kind == usize::from(USE_SRTP) {
            let list = pair(at)?;
            let range = at + 2..at + 2 + list;
            let right = list % 2 == 0 && list + 2 <= len && range.end <= body.len();
            return right.then_some(range);
        }
        at += len;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [u16; 4] = [8, 7, 2, 1];

    /// The body of a ClientHello with these profiles, and something before and behind them.
    fn body(profiles: &[u16]) -> Vec<u8> {
        let mut body = vec![0xfe, 0xfd];
        body.extend([7; 32]);
        body.extend([0, 0, 0, 2, 0xc0, 0x2b, 1, 0]);
        let mut list: Vec<u8> = (profiles.len() as u16 * 2).to_be_bytes().to_vec();
        list.extend(profiles.iter().flat_map(|it| it.to_be_bytes()));
        list.push(0);
        let mut extensions = vec![0, 23, 0, 0, 0, 14];
        extensions.extend((list.len() as u16).to_be_bytes());
        extensions.extend(list);
        extensions.extend([0, 10, 0, 4, 0, 2, 0, 29]);
        body.extend((extensions.len() as u16).to_be_bytes());
        body.extend(extensions);
        body
    }

    /// A record with the part of a message.
    fn datagram(body: &[u8], part: Range<usize>) -> Vec<u8> {
        let three = |number: usize| [0, (number >> 8) as u8, number as u8];
        let mut message = vec![CLIENT_HELLO];
        message.extend(three(body.len()));
        message.extend([0, 0]);
        message.extend(three(part.start));
        message.extend(three(part.len()));
        message.extend(&body[part]);
        let mut record = vec![HANDSHAKE, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0];
        record.extend((message.len() as u16).to_be_bytes());
        record.extend(message);
        record
    }

    /// What the library is shown of a hello in one piece.
    fn seen(accepted: &[Profile], offered: &[u16]) -> Vec<u16> {
        let body = body(offered);
        let datagram = datagram(&body, 0..body.len());
        let shown = Hello::new(accepted).shown(&datagram).into_owned();
        let list = &shown[RECORD_HEADER_BYTES + MESSAGE_HEADER_BYTES..];
        let list = &list[profiles(list).expect("a list")];
        let numbers = list.chunks(2).map(|it| u16::from_be_bytes([it[0], it[1]]));
        numbers.filter(|it| *it != 0).collect()
    }

    #[test]
    fn the_first_of_ours_that_is_offered_is_left() {
        use Profile::{Aes128CmSha1, Aes128Gcm, Aes256Gcm};
        assert_eq!(seen(&[Aes128Gcm, Aes256Gcm, Aes128CmSha1], &ALL), [7]);
        assert_eq!(seen(&[Aes128Gcm, Aes256Gcm, Aes128CmSha1], &[1, 8]), [8]);
        assert_eq!(seen(&[Aes128CmSha1], &ALL), [1]);
        assert_eq!(seen(&[Aes128Gcm], &[8, 1]), []);
        assert_eq!(seen(&Profile::PREFERRED, &[]), []);
    }

    #[test]
    fn what_is_hashed_is_what_was_sent() {
        let body = body(&ALL);
        let sent = datagram(&body, 0..body.len());
        let mut hello = Hello::new(&[Profile::Aes128Gcm]);
        let mut said = hello.shown(&sent)[RECORD_HEADER_BYTES..].to_vec();
        assert_ne!(said, sent[RECORD_HEADER_BYTES..]);
        said.extend(b"what was said next");
        let mut genuine = sent[RECORD_HEADER_BYTES..].to_vec();
        genuine.extend(b"what was said next");
        assert_eq!(*hello.genuine(&said), genuine);
        // Nothing else is touched, not even the same hello with another byte changed.
        said[20] ^= 1;
        assert_eq!(*hello.genuine(&said), said);
        assert_eq!(*hello.genuine(b"\x01"), *b"\x01");
    }

    #[test]
    fn a_hello_in_parts_is_shown_alike_however_often_it_comes() {
        let body = body(&ALL);
        let list = profiles(&body).expect("a list");
        for cut in [20, list.start - 1, list.start, list.end, list.end + 3] {
            let mut hello = Hello::new(&[Profile::Aes128Gcm]);
            let parts = [0..cut, cut..body.len()].map(|part| datagram(&body, part));
            let mut show = || parts.clone().map(|part| hello.shown(&part).into_owned());
            let first = show();
            assert_eq!(first, show());
            let bodies = first.map(|it| it[RECORD_HEADER_BYTES + MESSAGE_HEADER_BYTES..].to_vec());
            assert_eq!(bodies.concat()[list.clone()], [0, 0, 0, 7, 0, 0, 0, 0]);
        }
    }

    #[test]
    fn a_list_in_two_parts_is_left_as_it_is() {
        let body = body(&ALL);
        let cut = profiles(&body).expect("a list").start + 2;
        let mut hello = Hello::new(&[Profile::Aes128Gcm]);
        for part in [0..cut, cut..body.len()] {
            let sent = datagram(&body, part);
            assert_eq!(*hello.shown(&sent), sent);
        }
        let said = datagram(&body, 0..body.len())[RECORD_HEADER_BYTES..].to_vec();
        assert_eq!(*hello.genuine(&said), said);
    }

    #[test]
    fn damaged_hellos_pass_as_they_are_or_with_profiles_hidden() {
        let body = body(&ALL);
        let sent = datagram(&body, 0..body.len());
        for len in 0..sent.len() {
            let mut hello = Hello::new(&[Profile::Aes128Gcm]);
            assert_eq!(*hello.shown(&sent[..len]), sent[..len]);
        }
        for place in 0..sent.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut damaged = sent.clone();
                damaged[place] = value;
                let mut hello = Hello::new(&[Profile::Aes128Gcm]);
                let shown = hello.shown(&damaged).into_owned();
                assert_eq!(shown.len(), damaged.len());
                let changed = shown.iter().zip(&damaged).filter(|(it, was)| it != was);
                assert!(changed.count() <= ALL.len() * 2);
            }
        }
    }
}
