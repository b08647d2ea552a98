//! A load for media servers, and the relay that is its yardstick. See `bench/README.md`.

pub mod bursts;
pub mod filter;
pub mod join;
pub mod keys;
pub mod link;
pub mod media;
pub mod mischief;
pub mod plan;
pub mod publisher;
pub mod relay;
pub mod report;
pub mod rtcp;
pub mod rtp;
pub mod run;
pub mod sdp;
pub mod signalling;
pub mod srtp;
pub mod subscriber;
pub mod sys;
pub mod tally;
