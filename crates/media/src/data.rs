//! The two data channels of a peer and what waits for them.

use std::collections::VecDeque;

use str0m::Rtc;
use str0m::channel::{ChannelConfig, ChannelId, Reliability};

use crate::command::DataChannel;

/// Bytes that may wait for a reliable channel; more than a slow reader deserves, less than a server minds.
const MAX_RELIABLE_BYTES: usize = 4 * 1024 * 1024;
/// Lossy messages grow worthless with age, so few may wait.
const MAX_LOSSY_BYTES: usize = 64 * 1024;
/// Ask to be woken when the library's own buffer has drained to this.
const LOW_BYTES: usize = 64 * 1024;

impl DataChannel {
    pub(crate) const ALL: [DataChannel; 2] = [DataChannel::Reliable, DataChannel::Lossy];

    fn label(self) -> &'static str {
        match self {
            DataChannel::Reliable => "_reliable",
            DataChannel::Lossy => "_lossy",
        }
    }

    pub(crate) fn from_label(label: &str) -> Option<DataChannel> {
        DataChannel::ALL
            .into_iter()
            .find(|channel| channel.label() == label)
    }

    pub(crate) fn config(self) -> ChannelConfig {
        ChannelConfig {
            label: self.label().to_owned(),
            ordered: self == DataChannel::Reliable,
            reliability: match self {
                DataChannel::Reliable => Reliability::Reliable,
                DataChannel::Lossy => Reliability::MaxRetransmits { retransmits: 0 },
            },
            ..ChannelConfig::default()
        }
    }

    fn max_bytes(self) -> usize {
        match self {
            DataChannel::Reliable => MAX_RELIABLE_BYTES,
            DataChannel::Lossy => MAX_LOSSY_BYTES,
        }
    }
}

/// One channel: its id once open, and the messages that wait.
#[derive(Debug, Default)]
struct Pipe {
    open: Option<ChannelId>,
    waiting: VecDeque<Vec<u8>>,
    waiting_bytes: usize,
}

/// Both channels of a peer.
#[derive(Debug, Default)]
pub(crate) struct DataPipes {
    reliable: Pipe,
    lossy: Pipe,
}

impl DataPipes {
    fn pipe(&mut self, channel: DataChannel) -> &mut Pipe {
        match channel {
            DataChannel::Reliable => &mut self.reliable,
            DataChannel::Lossy => &mut self.lossy,
        }
    }

    pub(crate) fn opened(&mut self, channel: DataChannel, id: ChannelId, rtc: &mut Rtc) {
        if let Some(mut wire) = rtc.channel(id) {
            wire.set_buffered_amount_low_threshold(LOW_BYTES);
        }
        self.pipe(channel).open = Some(id);
        self.drain(rtc);
    }

    pub(crate) fn closed(&mut self, id: ChannelId) {
        for channel in DataChannel::ALL {
            let pipe = self.pipe(channel);
            if pipe.open == Some(id) {
                pipe.open = None;
            }
        }
    }

    pub(crate) fn channel_of(&mut self, id: ChannelId) -> Option<DataChannel> {
        DataChannel::ALL
            .into_iter()
            .find(|channel| self.pipe(*channel).open == Some(id))
    }

    /// Sends or queues `payload`; false if it had to be dropped because too much waits already.
    pub(crate) fn send(&mut self, channel: DataChannel, payload: Vec<u8>, rtc: &mut Rtc) -> bool {
        let pipe = self.pipe(channel);
        if pipe.waiting_bytes + payload.len() > channel.max_bytes() {
            return false;
        }
        pipe.waiting_bytes += payload.len();
        pipe.waiting.push_back(payload);
        pipe.drain(rtc);
        true
    }

    /// Hands over what the library takes now.
    pub(crate) fn drain(&mut self, rtc: &mut Rtc) {
        self.reliable.drain(rtc);
        self.lossy.drain(rtc);
    }
}

impl Pipe {
    fn drain(&mut self, rtc: &mut Rtc) {
        let Some(mut wire) = self.open.and_then(|id| rtc.channel(id)) else {
            return;
        };
        while let Some(message) = self.waiting.front() {
            match wire.write(true, message) {
                Ok(false) => return,
                // A message the association refuses (too long) would block all that follow.
                Ok(true) | Err(_) => {
                    self.waiting_bytes -= message.len();
                    self.waiting.pop_front();
                }
            }
        }
    }
}
