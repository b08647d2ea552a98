//! Arguments out of range are `ValueError`, whatever they are.

use std::net::IpAddr;

use media::{DataChannel, DownId, PeerId, Profile, Receive, RequestId, Role, TrackId};
use pyo3::exceptions::{PyOverflowError, PyValueError};
use pyo3::prelude::*;

/// An unsigned 64-bit number chosen by the caller.
#[derive(Clone, Copy)]
pub(crate) struct Number(u64);

impl<'py> FromPyObject<'_, 'py> for Number {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        in_range(object, object.extract(), "a number from 0 to 2**64 - 1").map(Number)
    }
}

impl From<Number> for PeerId {
    fn from(number: Number) -> Self {
        PeerId(number.0)
    }
}

impl From<Number> for TrackId {
    fn from(number: Number) -> Self {
        TrackId(number.0)
    }
}

impl From<Number> for DownId {
    fn from(number: Number) -> Self {
        DownId(number.0)
    }
}

impl From<Number> for RequestId {
    fn from(number: Number) -> Self {
        RequestId(number.0)
    }
}

/// A UDP or TCP port, 0 for any free one.
#[derive(Clone, Copy)]
pub(crate) struct Port(pub(crate) u16);

impl<'py> FromPyObject<'_, 'py> for Port {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        in_range(object, object.extract(), "a port from 0 to 65535").map(Port)
    }
}

/// A simulcast layer: 0 low, 1 middle, 2 high.
#[derive(Clone, Copy)]
pub(crate) struct Layer(pub(crate) u8);

impl<'py> FromPyObject<'_, 'py> for Layer {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let wanted = "a layer from 0 to 2";
        let layer = in_range(object, object.extract(), wanted)?;
        if layer > 2 {
            return Err(PyValueError::new_err(format!("not {wanted}: {layer}")));
        }
        Ok(Layer(layer))
    }
}

/// Bits per second.
#[derive(Clone, Copy)]
pub(crate) struct Rate(u32);

impl<'py> FromPyObject<'_, 'py> for Rate {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        in_range(object, object.extract(), "a rate from 0 to 2**32 - 1").map(Rate)
    }
}

/// Rust's range error as `ValueError`; a wrong type stays what it is.
fn in_range<T>(
    object: Borrowed<'_, '_, PyAny>,
    extracted: PyResult<T>,
    wanted: &str,
) -> PyResult<T> {
    extracted.map_err(|error| {
        if error.is_instance_of::<PyOverflowError>(object.py()) {
            PyValueError::new_err(format!("not {wanted}: {}", *object))
        } else {
            error
        }
    })
}

/// Finds `name` in a table of what is allowed.
fn chosen<T: Copy>(what: &str, name: &str, allowed: &[(&str, T)]) -> PyResult<T> {
    let found = allowed.iter().find(|(known, _)| *known == name);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<&str> = allowed.iter().map(|(known, _)| *known).collect();
        PyValueError::new_err(format!(
            "{what} must be one of {}, not {name:?}",
            names.join(", ")
        ))
    })
}

/// # Errors
/// `ValueError` for an unknown name.
pub(crate) fn role(name: &str) -> PyResult<Role> {
    let roles = [
        ("publisher", Role::Publisher),
        ("subscriber", Role::Subscriber),
    ];
    chosen("role", name, &roles)
}

/// # Errors
/// `ValueError` for an unknown name.
pub(crate) fn channel(name: &str) -> PyResult<DataChannel> {
    let channels = [
        ("reliable", DataChannel::Reliable),
        ("lossy", DataChannel::Lossy),
    ];
    chosen("channel", name, &channels)
}

/// The SRTP profiles of these names, or all in the usual order.
///
/// # Errors
/// `ValueError` for none, an unknown one, or one named twice.
pub(crate) fn profiles(names: Option<Vec<String>>) -> PyResult<Vec<Profile>> {
    let Some(names) = names else {
        return Ok(Profile::PREFERRED.to_vec());
    };
    let known = [
        ("aes-128-gcm", Profile::Aes128Gcm),
        ("aes-256-gcm", Profile::Aes256Gcm),
        ("aes-128-cm-sha1", Profile::Aes128CmSha1),
    ];
    let mut profiles = Vec::with_capacity(names.len());
    for name in &names {
        let profile = chosen("an SRTP profile", name, &known)?;
        if profiles.contains(&profile) {
            return Err(PyValueError::new_err(format!("named twice: {name:?}")));
        }
        profiles.push(profile);
    }
    if profiles.is_empty() {
        return Err(PyValueError::new_err("no SRTP profile is named"));
    }
    Ok(profiles)
}

/// # Errors
/// `ValueError` for anything but an IP address.
pub(crate) fn ip(text: &str) -> PyResult<IpAddr> {
    text.parse()
        .map_err(|_| PyValueError::new_err(format!("not an IP address: {text:?}")))
}

/// `(mid, track, mime, stereo, announced_bps)`.
pub(crate) type ReceiveTuple = (String, Number, String, bool, Rate);

/// # Errors
/// `ValueError` for an empty mid, one named twice, or a mime without its kind.
pub(crate) fn receives(tuples: Vec<ReceiveTuple>) -> PyResult<Vec<Receive>> {
    let mut receives: Vec<Receive> = Vec::with_capacity(tuples.len());
    for (mid, track, mime, stereo, announced) in tuples {
        if mid.is_empty() || receives.iter().any(|other| other.mid == mid) {
            return Err(PyValueError::new_err(format!(
                "a mid must be named once: {mid:?}"
            )));
        }
        if !mime.is_empty() && !mime.contains('/') {
            return Err(PyValueError::new_err(format!("not a mime type: {mime:?}")));
        }
        receives.push(Receive {
            mid,
            track: track.into(),
            mime: mime.to_lowercase(),
            stereo,
            announced_bps: announced.0,
        });
    }
    Ok(receives)
}
