//! How a request looks: its head, and records as its body.

use crate::form::cells::Fields;
use crate::form::{Encoder, Target};
use crate::host::secrets::Secret;
use crate::net::http::{Place, Secrets, add};
use crate::reading::error::{Error, Result};
use crate::reading::key::Keys;
use flate2::Compression;
use flate2::write::GzEncoder;
use ring::digest::{SHA256, digest};
use std::fmt::Write as _;
use std::io::Write as _;
use tungstenite::http::HeaderMap;
use tungstenite::http::header::{CONTENT_TYPE, HOST, HeaderValue, USER_AGENT};

/// The fields that a request has by itself.
const OWN: [&str; 5] = ["connection", "content-length", "transfer-encoding", "content-encoding", "idempotency-key"];

/// How records become a body.
pub(super) struct Coding {
    encoder: Encoder,
    shape: Shape,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Objects, a line each.
    Ndjson,
    /// An array of objects.
    Array,
    /// One object.
    Object,
    /// Lines of another form.
    Lines,
}

impl Coding {
    /// `alone`: a request has one record.
    pub(super) fn of(target: Target, keys: Keys, alone: bool) -> Result<Coding> {
        let shape = match target {
            Target::Ndjson => Shape::Ndjson,
            Target::Json if alone => Shape::Object,
            Target::Json => Shape::Array,
            Target::Influx(_) | Target::Text(_) => Shape::Lines,
            Target::Cells(_) | Target::Senml => {
                return Err(Error::usage("--to is one of ndjson, json, influx, text here"));
            }
        };
        Ok(Coding { encoder: Encoder::new(target, keys, || Ok(Fields::default()))?, shape })
    }

    /// Records of any fields are beside each other in it.
    pub(super) fn holds_all(&self) -> bool {
        self.shape != Shape::Lines
    }

    fn content_type(&self) -> HeaderValue {
        HeaderValue::from_static(match self.shape {
            Shape::Ndjson => "application/x-ndjson",
            Shape::Array | Shape::Object => "application/json",
            Shape::Lines => "text/plain; charset=utf-8",
        })
    }

    /// Appends what a record is in a body.
    pub(super) fn piece(&mut self, line: &[u8], to: &mut Vec<u8>) -> Result<()> {
        if self.shape != Shape::Lines {
            to.extend_from_slice(line);
            return Ok(());
        }
        self.encoder.alone(line, to)
    }

    /// A body of these pieces.
    pub(super) fn body<'p>(&self, pieces: impl Iterator<Item = &'p [u8]>) -> Vec<u8> {
        let mut body = Vec::new();
        for piece in pieces {
            match self.shape {
                Shape::Array => body.push(if body.is_empty() { b'[' } else { b',' }),
                Shape::Ndjson | Shape::Object | Shape::Lines => {}
            }
            body.extend_from_slice(piece);
            if matches!(self.shape, Shape::Ndjson | Shape::Lines) {
                body.push(b'\n');
            }
        }
        if self.shape == Shape::Array {
            body.push(b']');
        }
        body
    }
}

/// What all requests have.
pub(super) struct Request {
    method: String,
    target: String,
    pub(super) fields: HeaderMap,
    pub(super) secrets: Secrets,
    gzip: bool,
}

impl Request {
    pub(super) fn new(
        place: &Place,
        method: String,
        headers: &[Secret],
        secrets: Secrets,
        coding: &Coding,
        gzip: bool,
    ) -> Result<Request> {
        let mut given = HeaderMap::new();
        add(headers, &OWN, &mut given)?;
        let mut fields = HeaderMap::new();
        fields.insert(HOST, place.host.clone());
        fields.insert(USER_AGENT, HeaderValue::from_static(concat!("kymo/", env!("CARGO_PKG_VERSION"))));
        fields.insert(CONTENT_TYPE, coding.content_type());
        // What is given takes the place of ours.
        given.keys().for_each(|name| drop(fields.remove(name)));
        fields.extend(given);
        Ok(Request { method, target: place.target.to_string(), fields, secrets, gzip })
    }

    /// The whole request. Secrets are read again.
    pub(super) fn write(&self, body: &[u8]) -> Result<Vec<u8>> {
        let mut fields = self.fields.clone();
        self.secrets.add(&mut fields)?;
        let mut request = format!("{} {} HTTP/1.1\r\n", self.method, self.target).into_bytes();
        for (name, value) in &fields {
            request.extend_from_slice(name.as_str().as_bytes());
            request.extend_from_slice(b": ");
            request.extend_from_slice(value.as_bytes());
            request.extend_from_slice(b"\r\n");
        }
        let packed = if self.gzip { Some(gzip(body)?) } else { None };
        let sent = packed.as_deref().unwrap_or(body);
        let coding = if self.gzip { "content-encoding: gzip\r\n" } else { "" };
        let rest = format!("{coding}content-length: {}\r\nidempotency-key: \"{}\"\r\n\r\n", sent.len(), identity(body));
        request.extend_from_slice(rest.as_bytes());
        request.extend_from_slice(sent);
        Ok(request)
    }
}

/// The same for the same content.
fn identity(body: &[u8]) -> String {
    let mut text = String::with_capacity(32);
    for byte in &digest(&SHA256, body).as_ref()[..16] {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn gzip(body: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::default());
    let packed = encoder.write_all(body).and_then(|()| encoder.finish());
    packed.map_err(|e| Error::io("compress a request", e))
}
