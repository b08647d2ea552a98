//! The sending half of one peer: all that its media needs to leave, so that several peers can be sent to at once.

use slab::Slab;

use crate::downlink::SendLog;
use crate::forward::Pending;
use crate::outlet::Outlet;
use crate::rtp::{FIXED_HEADER_BYTES, write_header};
use crate::sfu::{Egress, Path, Room, Worth};
use crate::srtp::Outbound;
use crate::track::Track;

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
    /// Media that leaves with the next flush.
    pub pending: Vec<Pending>,
    /// What was sent, until the client says what arrived.
    pub log: SendLog,
    /// How full the way was at its fullest since the last tick.
    pub room: Room,
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
    pub(crate) fn send_pending(&mut self, tracks: &Slab<Track>, egress: &mut dyn Egress) {
        let mut pending = std::mem::take(&mut self.pending);
        for packet in pending.drain(..).flat_map(Pending::each) {
            if let Some(track) = tracks.get(packet.track) {
                let _ = self.send_one(track, &packet, egress);
            }
        }
        self.pending = pending;
        let room = self.path.map(|path| egress.room(path));
        self.room = room.into_iter().fold(self.room, Room::max);
    }

    /// Writes one packet into the egress's buffer and encrypts it there. `None` if it cannot be sent any more.
    fn send_one(&mut self, track: &Track, packet: &Pending, egress: &mut dyn Egress) -> Option<()> {
        let (path, outbound) = (self.path?, self.outbound.as_ref()?);
        let layer = track.layers.get(packet.layer)?;
        let (stored, payload) = layer.ring.get(packet.source_seq)?;
        let outlet = self.outlets.get_mut(packet.outlet)?;
        let wire = outlet.wire;
        let (ssrc, pt, index) = if packet.again {
            let (ssrc, pt) = wire.repair?;
            (ssrc, pt, outlet.next_repair_seq())
        } else {
            outlet.count(payload.len());
            (wire.ssrc, wire.pt, packet.out.seq)
        };
        let extras = outlet.extras(stored, self.log.next_seq());
        let block = extras.block_bytes();
        let header = FIXED_HEADER_BYTES + block;
        let prefix = if packet.again { LOST_SEQ_BYTES } else { 0 };
        let start = header + prefix;
        let len = start + payload.len() + outbound.overhead();
        if extras.transport_seq.is_some() {
            self.log.note(len);
        }
        let pt = if stored.marker { MARKER | pt } else { pt };
        let worth = if track.codec.kind().is_audio() {
            Worth::Vital
        } else {
            Worth::Picture(packet.layer as u8)
        };
        egress.send(path, worth, len, &mut |room| {
            write_header(
                room,
                block > 0,
                pt,
                index as u16,
                packet.out.timestamp,
                ssrc,
            );
            extras.write(&mut room[FIXED_HEADER_BYTES..header]);
            if !packet.again && !packet.shifts.touch_vp8() {
                return outbound.protect_from(room, header, payload, index);
            }
            let lost_seq = (packet.out.seq as u16).to_be_bytes();
            room[header..start].copy_from_slice(&lost_seq[..prefix]);
            let content = &mut room[start..start + payload.len()];
            content.copy_from_slice(payload);
            if packet.shifts.touch_vp8() {
                stored.vp8.patch(content, packet.out.vp8);
            }
            outbound.protect(room, header, index)
        });
        self.packets += 1;
        self.bytes += len as u64;
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
