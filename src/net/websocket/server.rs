//! The opening handshake as a server (RFC 6455, 4.2).

use crate::net::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use tungstenite::handshake::derive_accept_key;

/// A request that can be answered with a WebSocket.
#[derive(Debug)]
pub(crate) struct Offer {
    accept: String,
}

/// Why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The request asks for something else, or for another version.
    Upgrade,
    /// It has no right key.
    Handshake,
}

impl Offer {
    /// Out of a request.
    pub(crate) fn read(request: &Request<'_>) -> Result<Offer, Refusal> {
        let wanted = request.lists("Upgrade", "websocket") && request.lists("Connection", "upgrade");
        if !wanted || request.field("Sec-WebSocket-Version") != Some("13") {
            return Err(Refusal::Upgrade);
        }
        let key = request.field("Sec-WebSocket-Key").filter(|key| BASE64.decode(key).is_ok_and(|key| key.len() == 16));
        let key = key.filter(|_| request.minor >= 1).ok_or(Refusal::Handshake)?;
        Ok(Offer { accept: derive_accept_key(key.as_bytes()) })
    }

    /// The head that accepts it. What follows on the connection are frames.
    pub(crate) fn accept(&self) -> Vec<u8> {
        format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: {}\r\n\r\n",
            self.accept
        )
        .into_bytes()
    }
}
