//! The class `preau._media.Engine`.

use std::io;
use std::os::fd::RawFd;

use media::Command;
use media_io::{Driver, DriverConfig};
use pyo3::exceptions::{PyOSError, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyTuple};

use crate::arguments::{Layer, Number, Port, ReceiveTuple, channel, ip, profiles, receives, role};
use crate::events::{Drops, to_tuple};

/// A media engine with its own thread and sockets.
#[pyclass(frozen, module = "preau._media")]
pub(crate) struct Engine {
    driver: Driver,
}

#[pymethods]
impl Engine {
    #[new]
    #[pyo3(signature = (*, udp_host, udp_port, tcp_port, advertised = Vec::new(), srtp = None, segmentation = true))]
    fn new(
        py: Python<'_>,
        udp_host: &str,
        udp_port: Port,
        tcp_port: Option<Port>,
        advertised: Vec<String>,
        srtp: Option<Vec<String>>,
        segmentation: bool,
    ) -> PyResult<Self> {
        let config = DriverConfig {
            host: ip(udp_host)?,
            udp_port: udp_port.0,
            tcp_port: tcp_port.map(|port| port.0),
            advertised: advertised
                .iter()
                .map(|text| ip(text))
                .collect::<PyResult<_>>()?,
            profiles: profiles(srtp)?,
            segmentation,
        };
        let driver = py.detach(|| Driver::start(&config)).map_err(os_error)?;
        Ok(Engine { driver })
    }

    #[getter]
    fn udp_port(&self) -> u16 {
        self.driver.udp_port()
    }

    #[getter]
    fn tcp_port(&self) -> Option<u16> {
        self.driver.tcp_port()
    }

    #[getter]
    fn fingerprint(&self) -> &str {
        self.driver.fingerprint()
    }

    fn fileno(&self) -> RawFd {
        self.driver.event_fd()
    }

    fn take_events<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let events = self
            .driver
            .take_events()
            .map_err(|reason| PyRuntimeError::new_err(format!("media thread ended: {reason}")))?;
        let drops = Drops {
            sockets: self.driver.socket_drops(),
            lossy: self.driver.lossy_drops(),
        };
        let tuples = events
            .into_iter()
            .map(|event| to_tuple(py, event, &drops))
            .collect::<PyResult<Vec<Bound<'py, PyTuple>>>>()?;
        PyList::new(py, tuples)
    }

    fn close(&self, py: Python<'_>) {
        py.detach(|| self.driver.close());
    }

    fn open_peer(&self, peer: Number, role: &str) -> PyResult<()> {
        self.driver.command(Command::OpenPeer {
            peer: peer.into(),
            role: self::role(role)?,
        });
        Ok(())
    }

    fn close_peer(&self, peer: Number) {
        self.driver
            .command(Command::ClosePeer { peer: peer.into() });
    }

    fn accept_offer(
        &self,
        peer: Number,
        request: Number,
        sdp: String,
        receive: Vec<ReceiveTuple>,
    ) -> PyResult<()> {
        self.driver.command(Command::AcceptOffer {
            peer: peer.into(),
            request: request.into(),
            sdp,
            receive: receives(receive)?,
        });
        Ok(())
    }

    fn add_down(
        &self,
        peer: Number,
        down: Number,
        track: Number,
        stream_id: String,
        track_sid: String,
    ) {
        self.driver.command(Command::AddDown {
            peer: peer.into(),
            down: down.into(),
            track: track.into(),
            stream_id,
            track_sid,
        });
    }

    fn remove_down(&self, peer: Number, down: Number) {
        self.driver.command(Command::RemoveDown {
            peer: peer.into(),
            down: down.into(),
        });
    }

    fn negotiate(&self, peer: Number, request: Number, ice_restart: bool) {
        self.driver.command(Command::Negotiate {
            peer: peer.into(),
            request: request.into(),
            ice_restart,
        });
    }

    fn accept_answer(&self, peer: Number, request: Number, sdp: String) {
        self.driver.command(Command::AcceptAnswer {
            peer: peer.into(),
            request: request.into(),
            sdp,
        });
    }

    fn add_candidate(&self, peer: Number, candidate: String) {
        self.driver.command(Command::AddCandidate {
            peer: peer.into(),
            candidate,
        });
    }

    fn set_down(&self, down: Number, enabled: bool, max_layer: Layer) {
        self.driver.command(Command::SetDown {
            down: down.into(),
            enabled,
            max_layer: max_layer.0,
        });
    }

    fn set_track_muted(&self, track: Number, muted: bool) {
        self.driver.command(Command::SetTrackMuted {
            track: track.into(),
            muted,
        });
    }

    fn send_data(&self, peer: Number, channel: &str, payload: &Bound<'_, PyBytes>) -> PyResult<()> {
        self.driver.command(Command::SendData {
            peer: peer.into(),
            channel: self::channel(channel)?,
            payload: payload.as_bytes().to_vec(),
        });
        Ok(())
    }

    fn request_stats(&self, request: Number) {
        self.driver.command(Command::RequestStats {
            request: request.into(),
        });
    }
}

/// With its errno, from which Python chooses the subclass (`PermissionError` and so on).
fn os_error(error: io::Error) -> PyErr {
    match error.raw_os_error() {
        Some(errno) => {
            // Rust appends "(os error 98)", which Python says in front.
            let text = error.to_string();
            let reason = text.split(" (os error").next().unwrap_or_default();
            PyOSError::new_err((errno, reason.to_owned()))
        }
        None => PyOSError::new_err(error.to_string()),
    }
}
