//! Events as the tuples of the stub.

use media::{AgreedTrack, AudioLevel, DataChannel, DownId, Event, PeerStats, Stats};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};

/// Losses that the driver counts and the state machine does not know.
pub(crate) struct Drops {
    pub(crate) sockets: u64,
    pub(crate) lossy: u64,
}

fn channel_name(channel: DataChannel) -> &'static str {
    match channel {
        DataChannel::Reliable => "reliable",
        DataChannel::Lossy => "lossy",
    }
}

/// The tuple of one event, its name first.
///
/// # Errors
/// Python is out of memory.
pub(crate) fn to_tuple<'py>(
    py: Python<'py>,
    event: Event,
    drops: &Drops,
) -> PyResult<Bound<'py, PyTuple>> {
    match event {
        Event::Answered {
            peer,
            request,
            sdp,
            tracks,
            refused,
        } => {
            let tracks: Vec<_> = tracks.into_iter().map(agreed_track).collect();
            let refused: Vec<_> = refused.into_iter().map(|track| track.0).collect();
            ("answered", peer.0, request.0, sdp, tracks, refused).into_pyobject(py)
        }
        Event::Offered { peer, request, sdp } => {
            ("offered", peer.0, request.0, sdp).into_pyobject(py)
        }
        Event::Agreed {
            peer,
            request,
            downs,
        } => {
            let downs: Vec<_> = downs
                .into_iter()
                .map(|(DownId(id), mid)| (id, mid))
                .collect();
            ("agreed", peer.0, request.0, downs).into_pyobject(py)
        }
        Event::Refused {
            peer,
            request,
            code,
            detail,
        } => ("refused", peer.0, request.0, code.as_str(), detail).into_pyobject(py),
        Event::PeerState { peer, state } => {
            ("peer_state", peer.0, state.as_str()).into_pyobject(py)
        }
        Event::PeerTransport { peer, transport } => {
            ("peer_transport", peer.0, transport.as_str()).into_pyobject(py)
        }
        Event::TrackStarted { track, layer } => ("track_started", track.0, layer).into_pyobject(py),
        Event::TrackEnded { track } => ("track_ended", track.0).into_pyobject(py),
        Event::DownStarted { down } => ("down_started", down.0).into_pyobject(py),
        Event::Data {
            peer,
            channel,
            payload,
        } => {
            let payload = PyBytes::new(py, &payload);
            ("data", peer.0, channel_name(channel), payload).into_pyobject(py)
        }
        Event::DataOpen { peer, channel } => {
            ("data_open", peer.0, channel_name(channel)).into_pyobject(py)
        }
        Event::AudioLevels { levels } => {
            let levels: Vec<_> = levels.into_iter().map(level).collect();
            ("audio_levels", levels).into_pyobject(py)
        }
        Event::Stats { request, stats } => {
            ("stats", request.0, stats_dict(py, &stats, drops)?).into_pyobject(py)
        }
    }
}

fn agreed_track(track: AgreedTrack) -> (String, u64, String, Vec<String>) {
    (track.mid, track.track.0, track.mime, track.rids)
}

fn level(level: AudioLevel) -> (u64, u8, bool) {
    (level.track.0, level.level_dbov, level.active)
}

fn stats_dict<'py>(py: Python<'py>, stats: &Stats, drops: &Drops) -> PyResult<Bound<'py, PyDict>> {
    let peers = PyDict::new(py);
    for (peer, counters) in &stats.peers {
        let entry = counters_dict(py, counters)?;
        entry.set_item("rtt_us", counters.rtt_us)?;
        entry.set_item("loss_e4", counters.loss_e4)?;
        entry.set_item("offered_bps", counters.offered_bps)?;
        entry.set_item("delivered_bps", counters.delivered_bps)?;
        entry.set_item("remb_bps", counters.remb_bps)?;
        entry.set_item("delay_change_us", counters.delay_change_us)?;
        peers.set_item(peer.0, entry)?;
    }
    let dict = counters_dict(py, &stats.total)?;
    dict.set_item("peers", peers)?;
    dict.set_item("unroutable", stats.unroutable)?;
    dict.set_item("bad_candidates", stats.bad_candidates)?;
    dict.set_item("data_dropped", stats.data_dropped + drops.lossy)?;
    dict.set_item("socket_dropped", drops.sockets)?;
    Ok(dict)
}

fn counters_dict<'py>(py: Python<'py>, counters: &PeerStats) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, value) in [
        ("packets_in", counters.packets_in),
        ("packets_out", counters.packets_out),
        ("bytes_in", counters.bytes_in),
        ("bytes_out", counters.bytes_out),
        ("lost", counters.lost),
        ("nacks", counters.nacks),
        ("plis", counters.plis),
        ("refused", counters.refused),
        ("left_out", counters.left_out),
    ] {
        dict.set_item(name, value)?;
    }
    Ok(dict)
}
