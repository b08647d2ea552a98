//! The WebSocket to the server.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsRawFd, RawFd};

use prost::Message as _;
use tungstenite::{Message, WebSocket, client};

use crate::wire::{Request, Response, SignalRequest, SignalResponse};

/// A connection that has been accepted; never blocks.
pub struct Signal {
    socket: WebSocket<TcpStream>,
}

impl Signal {
    /// Opens `/rtc` of a server; waits for the handshake.
    pub fn connect(server: SocketAddr, access_token: &str) -> io::Result<Signal> {
        let stream = TcpStream::connect(server)?;
        stream.set_nodelay(true)?;
        let url = format!(
            "ws://{server}/rtc?access_token={access_token}&auto_subscribe=1&adaptive_stream=0&protocol=15&sdk=rust"
        );
        let (socket, _) = client(url, stream).map_err(io::Error::other)?;
        socket.get_ref().set_nonblocking(true)?;
        Ok(Signal { socket })
    }

    /// For the poller.
    pub fn fd(&self) -> RawFd {
        self.socket.get_ref().as_raw_fd()
    }

    /// The next message of the server, `None` when none waits.
    pub fn receive(&mut self) -> io::Result<Option<Response>> {
        loop {
            match self.socket.read() {
                Ok(Message::Binary(bytes)) => {
                    let decoded =
                        SignalResponse::decode(bytes.as_ref()).map_err(io::Error::other)?;
                    if decoded.message.is_some() {
                        return Ok(decoded.message);
                    }
                }
                Ok(Message::Close(reason)) => {
                    return Err(io::Error::other(format!("closed: {reason:?}")));
                }
                Ok(_) => {}
                Err(error) if would_block(&error) => return Ok(None),
                Err(error) => return Err(io::Error::other(error)),
            }
        }
    }

    /// Sends a message; what the socket does not take now goes with the next one.
    pub fn send(&mut self, request: Request) -> io::Result<()> {
        let message = SignalRequest {
            message: Some(request),
        };
        match self.socket.send(Message::binary(message.encode_to_vec())) {
            Err(error) if !would_block(&error) => Err(io::Error::other(error)),
            _ => Ok(()),
        }
    }
}

fn would_block(error: &tungstenite::Error) -> bool {
    matches!(error, tungstenite::Error::Io(error) if error.kind() == ErrorKind::WouldBlock)
}
