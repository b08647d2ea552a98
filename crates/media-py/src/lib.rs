//! `preau._media`: the Python face of the media core. Converts arguments and events, decides nothing.
//!
//! The contract is the stub `src/preau/_media.pyi`.

mod arguments;
mod engine;
mod events;

use pyo3::pymodule;

/// The media engine: ICE, DTLS, SRTP, data channels and forwarding, on a thread of its own.
#[pymodule]
mod _media {
    #[pymodule_export]
    use crate::engine::Engine;
}
