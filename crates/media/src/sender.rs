//! The sending half of one peer: all that its media needs to leave, so that several peers can be sent to at once.

use slab::Slab;

use crate::downlink::SendLog;
use crate::egress::{Egress, Fullness, Path, Worth};
use crate::outlet::Outlet;
use crate::pending::Pending;
use crate::rings::Shelf;
use crate::rtp::{FIXED_HEADER_BYTES, write_header};
use crate::srtp::Outbound;

/// Number of the lost packet in front of the payload of a retransmission (RFC 4588).
const LOST_SEQ_BYTES: usize = 2;
const MARKER: u8 = 0x80;

/// What sending to one peer needs, and nothing else.
#[derive(Default)]
pub(crate) struct Sender {
    /// Where media goes: the way that ICE chose.
    pub path: Option<Path>,
    pub outbound: Option<Outbound>,
    /// One per down-track the client receives.
    pub outlets: Slab<Outlet>,
    /// Media that is being sent.
    pub pending: Vec<Pending>,
    /// What was sent, until the client says what arrived.
    pub log: SendLog,
    /// How full the way was at its fullest since the last tick.
    pub fullness: Fullness,
    /// Datagrams and bytes sent from here.
    pub packets: u64,
    pub bytes: u64,
}

impl Sender {
    /// How many packets wait.
    pub(crate) fn waiting(&self) -> usize {
        self.pending.iter().map(Pending::packets).sum()
    }

    /// Begins to fetch what sending needs first and what lies far in memory. Called for several senders, one after the
    /// other, before any of them sends: the processor then waits for all of it at once.
    pub(crate) fn read_ahead(&self) {
        let first = self.pending.first();
        let outlet = first.and_then(|packet| self.outlets.get(packet.outlet));
        std::hint::black_box(outlet.map(|outlet| outlet.wire.ssrc));
    }

    /// Sends what waits.
    pub(crate) fn send_pending(&mut self, shelves: &[Shelf], egress: &mut dyn Egress) {
        let mut pending = std::mem::take(&mut self.pending);
        for picture in pending.drain(..) {
            if let Some(shelf) = shelves.get(picture.track) {
                let _ = self.send_picture(shelf, &picture, egress);
            }
        }
        self.pending = pending;
        let fullness = self.path.map(|path| egress.fullness(path));
        self.fullness = fullness.into_iter().fold(self.fullness, Fullness::max);
    }

    /// Writes the packets of a picture into the egress's buffer and encrypts them there. `None` if none of it can be sent
    /// any more.
    fn send_picture(
        &mut self,
        shelf: &Shelf,
        picture: &Pending,
        egress: &mut dyn Egress,
    ) -> Option<()> {
        let (path, outbound) = (self.path?, self.outbound.as_ref()?);
        let outlet = self.outlets.get_mut(picture.outlet)?;
        let worth = if shelf.is_audio {
            Worth::Vital
        } else {
            Worth::Picture(picture.layer as u8)
        };
        let patches = picture.shifts.touch_vp8();
        for step in 0..=u64::from(picture.followers) {
            let found = shelf.get(picture.layer, picture.source_seq + step);
            let Some((stored, payload)) = found else {
                continue;
            };
            let seq = picture.out.seq + step;
            let (ssrc, pt, index) = if picture.again {
                let (ssrc, pt) = outlet.wire.repair?;
                (ssrc, pt, outlet.next_repair_seq())
            } else {
                outlet.count(payload.len());
                (outlet.wire.ssrc, outlet.wire.pt, seq)
            };
            let extras = outlet.extras(stored, self.log.next_seq());
            let block = extras.block_bytes();
            let header = FIXED_HEADER_BYTES + block;
            let prefix = if picture.again { LOST_SEQ_BYTES } else { 0 };
            let start = header + prefix;
            let len = start + payload.len() + outbound.overhead();
            if extras.transport_seq.is_some() {
                self.log.note(len);
            }
            let pt = if stored.marker { MARKER | pt } else { pt };
            egress.send(path, worth, len, &mut |room| {
                let timestamp = picture.out.timestamp;
                write_header(room, block > 0, pt, index as u16, timestamp, ssrc);
                extras.write(&mut room[FIXED_HEADER_BYTES..header]);
                if !picture.again && !patches {
                    return outbound.protect_from(room, header, payload, index);
                }
                room[header..start].copy_from_slice(&(seq as u16).to_be_bytes()[..prefix]);
                let content = &mut room[start..start + payload.len()];
                content.copy_from_slice(payload);
                if patches {
                    stored.vp8.patch(content, picture.out.vp8);
                }
                outbound.protect(room, header, index)
            });
            self.packets += 1;
            self.bytes += len as u64;
        }
        Some(())
    }

    /// Encrypts an RTCP packet and sends it, if there is a way.
    pub(crate) fn send_control(&mut self, packet: &mut Vec<u8>, egress: &mut dyn Egress) {
        let (Some(outbound), Some(path)) = (&mut self.outbound, self.path) else {
            return;
        };
        if !outbound.protect_control(packet) {
            return;
        }
        self.packets += 1;
        self.bytes += packet.len() as u64;
        egress.send(path, Worth::Vital, packet.len(), &mut |room| {
            room.copy_from_slice(packet);
            true
        });
    }
}
