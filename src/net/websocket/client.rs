//! The opening handshake as a client (RFC 6455, 4.1): the request with its header fields and secrets, and what must be
//! true of the answer.

use super::inflate::{self, Inflate};
use crate::net::http::{Head, Secrets, exchange, value};
use crate::net::stream::Stream;
use crate::net::wait::{Wait, unreachable};
use crate::reading::error::{Code, Error, Result};
use std::time::Instant;
use tungstenite::handshake::client::{generate_key, generate_request};
use tungstenite::handshake::derive_accept_key;
use tungstenite::http::header::SEC_WEBSOCKET_PROTOCOL;
use tungstenite::http::{HeaderMap, Request, Uri};

/// The fields that the handshake itself makes.
pub(crate) const OWN: [&str; 7] = [
    "connection",
    "upgrade",
    "sec-websocket-version",
    "sec-websocket-key",
    "sec-websocket-extensions",
    "sec-websocket-protocol",
    "content-length",
];

/// What is asked for.
pub(crate) struct Handshake {
    /// The path and the query.
    pub(crate) target: Uri,
    /// Header fields beside those of the handshake, `Host` among them.
    pub(crate) fields: HeaderMap,
    pub(crate) secrets: Secrets,
    /// Subprotocols.
    pub(crate) protocols: Vec<String>,
    pub(crate) deflate: bool,
}

impl Handshake {
    /// Shakes hands. Gives what the server sent behind its answer, and how to inflate if that was agreed on.
    pub(crate) fn shake(&self, stream: &mut Stream, wait: Wait<'_>, by: Instant) -> Result<(Vec<u8>, Option<Inflate>)> {
        let (request, key) =
            generate_request(self.request()?).map_err(|e| Error::usage("make the request").because(e))?;
        let (head, behind) = exchange(stream, request, wait, by)?;
        Ok((behind, self.check(&head, &derive_accept_key(key.as_bytes()))?))
    }

    fn request(&self) -> Result<Request<()>> {
        let mut fields = self.fields.clone();
        let own = |text: &str| value("URL", text);
        fields.insert("connection", own("Upgrade")?);
        fields.insert("upgrade", own("websocket")?);
        fields.insert("sec-websocket-version", own("13")?);
        fields.insert("sec-websocket-key", own(&generate_key())?);
        if !self.protocols.is_empty() {
            fields.insert(SEC_WEBSOCKET_PROTOCOL, value("--protocol", &self.protocols.join(", "))?);
        }
        if self.deflate {
            fields.insert("sec-websocket-extensions", own(inflate::OFFER)?);
        }
        self.secrets.add(&mut fields)?;
        let mut request = Request::new(());
        *request.uri_mut() = self.target.clone();
        *request.headers_mut() = fields;
        Ok(request)
    }

    fn check(&self, head: &Head, accept: &str) -> Result<Option<Inflate>> {
        let text = head.text();
        match head.status {
            101 if head.minor == 0 => {
                // RFC 6455, 4.1, and RFC 9110, 7.8: HTTP/1.0 knows no upgrade.
                return Err(unreachable("the server upgrades by HTTP/1.0, which has no upgrade"));
            }
            101 => {}
            401 | 403 => return Err(Error::new(Code::Refused, format!("the server refuses the connection: {text}"))),
            300..=399 => {
                let to = head.elements("location").next().unwrap_or("elsewhere");
                return Err(unreachable(format!("the server answers {text}: it redirects to {to}")));
            }
            _ => return Err(unreachable(format!("the server answers {text}"))),
        }
        if !head.has("upgrade", "websocket") || !head.has("connection", "upgrade") {
            return Err(unreachable("the server does not upgrade to a WebSocket"));
        }
        if !head.elements("sec-websocket-accept").eq([accept]) {
            return Err(unreachable("the server's answer does not match the key"));
        }
        let chosen: Vec<&str> = head.elements("sec-websocket-protocol").collect();
        match &chosen[..] {
            [] if self.protocols.is_empty() => {}
            [] => {
                return Err(unreachable(format!("the server speaks none of --protocol {}", self.protocols.join(","))));
            }
            [one] if self.protocols.iter().any(|p| p == one) => {}
            _ => return Err(unreachable("the server chose a protocol that was not asked for")),
        }
        let extensions: Vec<&str> = head.elements("sec-websocket-extensions").collect();
        match &extensions[..] {
            [] => Ok(None),
            [one] if self.deflate => Inflate::agreed(one).map(Some),
            _ => Err(unreachable("the server answers with an extension that was not offered")),
        }
    }
}
