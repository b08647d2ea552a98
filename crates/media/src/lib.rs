//! The media core: a selective forwarding unit as one pure state machine.
//!
//! [`Sfu`] owns every peer of a shard. It opens no socket, starts no thread and reads no clock: commands, datagrams
//! and the present time go in; events, datagrams and the time of the next wake-up come out.

mod codec;
mod command;
mod data;
mod down;
mod event;
mod forward;
mod ingress;
mod levels;
mod negotiation;
mod peer;
mod peers;
mod publisher;
mod rewrite;
mod sdp;
mod sfu;
mod subscriber;
mod timers;
mod track;

pub use command::{Command, DataChannel, DownId, PeerId, Receive, RequestId, Role, TrackId};
pub use event::{
    AgreedTrack, AudioLevel, Event, PeerState, PeerStats, RefusalCode, Stats, Transport,
};
pub use sfu::{Certificate, Egress, Sfu, SfuConfig};
