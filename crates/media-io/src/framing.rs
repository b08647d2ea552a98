//! RFC 4571: datagrams in a TCP connection, each behind its length in two bytes.

/// The longest frame taken: no datagram of ICE, DTLS or SRTP comes near it.
pub(crate) const MAX_FRAME_BYTES: usize = 8192;
const PREFIX_BYTES: usize = 2;

/// A frame was announced that no client of ours sends; the connection speaks another protocol.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Oversized;

/// Puts a byte flow back together into frames. Keeps at most one incomplete frame.
#[derive(Default)]
pub(crate) struct Deframer {
    partial: Vec<u8>,
}

impl Deframer {
    /// Takes in `bytes` and hands every frame that is complete to `take`, empty ones excepted.
    ///
    /// # Errors
    /// [`Oversized`]; the connection is then of no more use.
    pub(crate) fn push(
        &mut self,
        bytes: &[u8],
        mut take: impl FnMut(&[u8]),
    ) -> Result<(), Oversized> {
        if self.partial.is_empty() {
            let rest = frames(bytes, &mut take)?;
            self.partial.extend_from_slice(rest);
            return Ok(());
        }
        self.partial.extend_from_slice(bytes);
        let rest = frames(&self.partial, &mut take)?.len();
        let done = self.partial.len() - rest;
        self.partial.drain(..done);
        Ok(())
    }
}

/// Hands out the complete frames at the start of `bytes`; the rest.
fn frames<'a>(mut bytes: &'a [u8], take: &mut impl FnMut(&[u8])) -> Result<&'a [u8], Oversized> {
    while let Some((prefix, rest)) = bytes.split_first_chunk::<PREFIX_BYTES>() {
        let len = usize::from(u16::from_be_bytes(*prefix));
        if len > MAX_FRAME_BYTES {
            return Err(Oversized);
        }
        let Some((frame, after)) = rest.split_at_checked(len) else {
            break;
        };
        if !frame.is_empty() {
            take(frame);
        }
        bytes = after;
    }
    Ok(bytes)
}

/// The length `len` as it stands in front of a payload; `None` if it does not fit into two bytes.
pub(crate) fn prefix(len: usize) -> Option<[u8; PREFIX_BYTES]> {
    u16::try_from(len).ok().map(u16::to_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(payloads: &[&[u8]]) -> Vec<u8> {
        payloads
            .iter()
            .flat_map(|payload| {
                [&prefix(payload.len()).expect("a short payload"), *payload].concat()
            })
            .collect()
    }

    #[test]
    fn frames_come_out_whole_however_the_bytes_are_cut() {
        let bytes = framed(&[b"first", b"", &[9; 1500], b"last"]);
        for cut in 1..bytes.len() {
            let mut deframer = Deframer::default();
            let mut seen: Vec<Vec<u8>> = Vec::new();
            for piece in bytes.chunks(cut) {
                deframer
                    .push(piece, |frame| seen.push(frame.to_vec()))
                    .expect("short frames");
            }
            assert_eq!(seen, [b"first".to_vec(), vec![9; 1500], b"last".to_vec()]);
            assert!(deframer.partial.is_empty());
        }
    }

    #[test]
    fn an_oversized_announcement_is_refused_at_once() {
        let mut deframer = Deframer::default();
        let request = b"GET / HTTP/1.1\r\n";
        assert_eq!(deframer.push(request, |_| {}), Err(Oversized));
        let limit = u16::try_from(MAX_FRAME_BYTES).expect("two bytes");
        let mut other = Deframer::default();
        assert_eq!(other.push(&limit.to_be_bytes(), |_| {}), Ok(()));
        assert_eq!(
            Deframer::default().push(&(limit + 1).to_be_bytes(), |_| {}),
            Err(Oversized)
        );
    }

    #[test]
    fn a_payload_that_cannot_be_announced_has_no_prefix() {
        assert_eq!(prefix(0x1_0000), None);
        assert_eq!(prefix(0x0102), Some([1, 2]));
    }
}
