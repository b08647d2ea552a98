//! A WebSocket that never blocks once it is open.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsRawFd, RawFd};

use tungstenite::client::IntoClientRequest;
use tungstenite::http::HeaderValue;
use tungstenite::{Message, WebSocket, client};

pub struct Socket(WebSocket<TcpStream>);

impl Socket {
    /// Opens a path of a server; waits for the handshake.
    pub fn connect(server: SocketAddr, path: &str, subprotocol: Option<&str>) -> io::Result<Self> {
        let stream = TcpStream::connect(server)?;
        stream.set_nodelay(true)?;
        let url = format!("ws://{server}{path}");
        let mut request = url.into_client_request().map_err(io::Error::other)?;
        if let Some(name) = subprotocol {
            let value = HeaderValue::from_str(name).map_err(io::Error::other)?;
            request
                .headers_mut()
                .insert("Sec-WebSocket-Protocol", value);
        }
        let (socket, _) = client(request, stream).map_err(io::Error::other)?;
        socket.get_ref().set_nonblocking(true)?;
        Ok(Socket(socket))
    }

    pub fn fd(&self) -> RawFd {
        self.0.get_ref().as_raw_fd()
    }

    /// The next message's contents, `None` when none waits.
    pub fn receive(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            match self.0.read() {
                Ok(Message::Binary(bytes)) => return Ok(Some(bytes.to_vec())),
                Ok(Message::Text(text)) => return Ok(Some(text.as_bytes().to_vec())),
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
    pub fn send(&mut self, message: Message) -> io::Result<()> {
        match self.0.send(message) {
            Err(error) if !would_block(&error) => Err(io::Error::other(error)),
            _ => Ok(()),
        }
    }
}

fn would_block(error: &tungstenite::Error) -> bool {
    matches!(error, tungstenite::Error::Io(error) if error.kind() == ErrorKind::WouldBlock)
}
