//! The opening handshake (RFC 6455, section 4): the request with its header fields and secrets, and what must be
//! true of the answer.

use super::inflate::{self, Inflate};
use crate::net::http::{Head, exchange};
use crate::net::secrets::{Secret, SecretSource};
use crate::net::stream::Stream;
use crate::net::wait::{Wait, unreachable};
use crate::reading::error::{Code, Error, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::time::Instant;
use tungstenite::handshake::client::{generate_key, generate_request};
use tungstenite::handshake::derive_accept_key;
use tungstenite::http::header::{AUTHORIZATION, HOST, HeaderName, HeaderValue, SEC_WEBSOCKET_PROTOCOL};
use tungstenite::http::{HeaderMap, Request, Uri};

/// What is asked for.
pub(super) struct Handshake {
    /// The path and the query.
    pub(super) target: Uri,
    /// Header fields beside those of the handshake, `Host` among them.
    pub(super) fields: HeaderMap,
    pub(super) bearer: Option<SecretSource>,
    pub(super) basic: Option<SecretSource>,
    /// Subprotocols.
    pub(super) protocols: Vec<String>,
    pub(super) deflate: bool,
}

/// The fields that the handshake itself makes.
const OWN: [&str; 7] = [
    "connection",
    "upgrade",
    "sec-websocket-version",
    "sec-websocket-key",
    "sec-websocket-extensions",
    "sec-websocket-protocol",
    "content-length",
];

/// Adds header fields, each `Name: value`; `@FILE`: those in a file, a line each. No message shows a value.
pub(super) fn add_fields(words: &[Secret], to: &mut HeaderMap) -> Result<()> {
    for word in words {
        match word.expose() {
            [b'@', path @ ..] => {
                let path = String::from_utf8_lossy(path).into_owned();
                let file = SecretSource::File(path.into()).read()?;
                let lines = file.expose().split(|&b| b == b'\n').map(<[u8]>::trim_ascii);
                lines.filter(|line| !line.is_empty()).try_for_each(|line| add_field(line, to))?;
            }
            line => add_field(line, to)?,
        }
    }
    Ok(())
}

fn add_field(line: &[u8], to: &mut HeaderMap) -> Result<()> {
    let at = line.iter().position(|&b| b == b':').ok_or_else(|| Error::usage("--header must be 'Name: value'"))?;
    let name = HeaderName::from_bytes(line[..at].trim_ascii())
        .map_err(|_| Error::usage("--header must begin with a field's name and a colon"))?;
    if OWN.contains(&name.as_str()) {
        return Err(Error::usage(format!("--header {name}: the handshake makes this field by itself")));
    }
    let mut value = HeaderValue::from_bytes(line[at + 1..].trim_ascii())
        .map_err(|_| Error::usage(format!("--header {name}: its value has a character that a header cannot bear")))?;
    value.set_sensitive(true);
    if name == HOST {
        to.insert(name, value);
    } else {
        to.append(name, value);
    }
    Ok(())
}

/// A header field's value out of a flag.
pub(super) fn value(flag: &str, text: &str) -> Result<HeaderValue> {
    HeaderValue::from_str(text).map_err(|_| Error::usage(format!("{flag}: not a value that a header can bear")))
}

impl Handshake {
    /// Shakes hands. Gives what the server sent behind its answer, and how to inflate if that was agreed on.
    pub(super) fn shake(&self, stream: &mut Stream, wait: Wait<'_>, by: Instant) -> Result<(Vec<u8>, Option<Inflate>)> {
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
        for (source, scheme) in [(&self.bearer, "Bearer "), (&self.basic, "Basic ")] {
            if let Some(source) = source {
                fields.insert(AUTHORIZATION, authorization(source, scheme)?);
            }
        }
        let mut request = Request::new(());
        *request.uri_mut() = self.target.clone();
        *request.headers_mut() = fields;
        Ok(request)
    }

    fn check(&self, head: &Head, accept: &str) -> Result<Option<Inflate>> {
        let text = head.text();
        match head.status {
            101 => {}
            401 | 403 => return Err(Error::new(Code::Refused, format!("the server refuses us: {text}"))),
            300..=399 => {
                let to: String = head.elements("location").next().unwrap_or("elsewhere").escape_default().collect();
                return Err(unreachable(format!("the server answers {text}: it sends us to {to}")));
            }
            _ => return Err(unreachable(format!("the server answers {text}"))),
        }
        if !head.has("upgrade", "websocket") || !head.has("connection", "upgrade") {
            return Err(unreachable("the server does not upgrade to a WebSocket"));
        }
        if !head.elements("sec-websocket-accept").eq([accept]) {
            return Err(unreachable("the server's answer is not to our key"));
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

/// Reads the secret anew: it may have been changed. A file that is away just now may come back.
fn authorization(source: &SecretSource, scheme: &str) -> Result<HeaderValue> {
    let secret = source.read().map_err(|e| unreachable(e.to_string()))?;
    let mut bytes = scheme.as_bytes().to_vec();
    match scheme {
        "Basic " => bytes.extend_from_slice(BASE64.encode(secret.expose()).as_bytes()),
        _ => bytes.extend_from_slice(secret.expose()),
    }
    let mut value = HeaderValue::from_bytes(&bytes)
        .map_err(|_| Error::usage("the bearer token has a character that a header cannot bear"))?;
    value.set_sensitive(true);
    Ok(value)
}
