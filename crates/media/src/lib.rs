//! The media core: a selective forwarding unit as one pure state machine.
//!
//! [`Sfu`] owns every peer of a shard. It opens no socket, starts no thread and reads no clock: commands, datagrams
//! and the present time go in; events, datagrams and the time of the next wake-up come out.

mod budget;
mod codec;
mod command;
mod config;
mod data;
mod down;
mod downlink;
mod egress;
mod event;
mod forward;
mod fresh;
mod hello;
mod ingress;
mod keys;
mod levels;
mod negotiation;
#[cfg(test)]
mod noise;
mod outlet;
mod peer;
mod peers;
mod pending;
mod pick;
mod publisher;
mod receive;
mod rewrite;
mod ring;
mod rings;
mod rtcp;
mod rtp;
mod sdp;
mod send;
mod sender;
mod sfu;
mod source;
mod srtp;
mod subscriber;
mod thinning;
mod timers;
mod track;
mod uplink;

pub use command::{Command, DataChannel, DownId, PeerId, Receive, RequestId, Role, TrackId};
pub use config::{Certificate, SfuConfig};
pub use egress::{Egress, Fullness, Path, Worth};
pub use event::{
    AgreedTrack, AudioLevel, Event, PeerState, PeerStats, RefusalCode, Stats, Transport,
};
pub use receive::is_media;
pub use send::Lane;
pub use sfu::Sfu;
pub use srtp::Profile;
