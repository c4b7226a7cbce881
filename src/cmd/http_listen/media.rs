//! What a body is, as its sender says: the form, the encoding of its text, and how it is compressed.

use super::answer::Answer;
use crate::form::{self, Form};
use crate::net::http::Request;
use encoding_rs::Encoding;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use std::io::Read;

/// Form and encoding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Media {
    pub(super) form: Form,
    /// `None`: UTF-8.
    pub(super) encoding: Option<&'static Encoding>,
}

/// How a body is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    Gzip,
    Deflate,
}

/// Why a body cannot be unpacked.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unpacked {
    TooLarge,
    Damaged(String),
}

impl Media {
    /// By `Content-Type`; `form`: what the user says it is.
    pub(super) fn find(request: &Request<'_>, form: Option<Form>) -> Result<Media, Answer> {
        let unknown = |why: &str| Answer::error("415 Unsupported Media Type", why);
        let said = request.field("Content-Type").unwrap_or_default();
        let mut parts = said.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let form = match form.or_else(|| form_of(&name)) {
            Some(form) => form,
            None => return Err(unknown("no form is known by this Content-Type: --from says what bodies are")),
        };
        let charset = parts.find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
        });
        let encoding = match charset {
            None => None,
            Some(name) => Some(form::encoding(name).map_err(|_| unknown("this charset is not known"))?),
        };
        Ok(Media { form, encoding })
    }
}

/// The form by its media type.
fn form_of(name: &str) -> Option<Form> {
    match name {
        // curl says the second of everything.
        "" | "application/x-www-form-urlencoded" | "application/json" | "text/json" => Some(Form::Json),
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" | "application/x-jsonlines" => {
            Some(Form::Ndjson)
        }
        "text/csv" => Some(Form::Csv),
        "text/tab-separated-values" => Some(Form::Tsv),
        "application/senml+json" => Some(Form::Senml),
        "text/plain" => Some(Form::Text),
        _ => None,
    }
}

impl Packing {
    /// By `Content-Encoding`.
    pub(super) fn find(request: &Request<'_>) -> Result<Packing, Answer> {
        let codings = request.all("Content-Encoding").flat_map(|value| value.split(',')).map(str::trim);
        let codings: Vec<String> =
            codings.map(str::to_ascii_lowercase).filter(|coding| !coding.is_empty() && coding != "identity").collect();
        match codings.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            [] => Ok(Packing::Plain),
            ["gzip" | "x-gzip"] => Ok(Packing::Gzip),
            ["deflate"] => Ok(Packing::Deflate),
            _ => Err(Answer::error("415 Unsupported Media Type", "a body may be compressed with gzip or deflate")
                .with("Accept-Encoding: gzip, deflate")),
        }
    }

    /// What is in a body, if it is at most this many bytes; `None`: the body itself.
    pub(super) fn unpack(self, body: &[u8], max: usize) -> Result<Option<Vec<u8>>, Unpacked> {
        match (self, body) {
            (Packing::Plain, _) => Ok(None),
            (Packing::Gzip, _) => read(MultiGzDecoder::new(body), max).map(Some),
            // It should be wrapped (RFC 1950); some senders do not know (RFC 9110, 8.4.1.2).
            (Packing::Deflate, [method, flags, ..])
                if method & 0x8f == 8 && u16::from_be_bytes([*method, *flags]) % 31 == 0 =>
            {
                read(ZlibDecoder::new(body), max).map(Some)
            }
            (Packing::Deflate, _) => read(DeflateDecoder::new(body), max).map(Some),
        }
    }
}

fn read(reader: impl Read, max: usize) -> Result<Vec<u8>, Unpacked> {
    let mut bytes = Vec::new();
    match reader.take(max as u64 + 1).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() > max => Err(Unpacked::TooLarge),
        Ok(_) => Ok(bytes),
        Err(why) => Err(Unpacked::Damaged(format!("its compressed bytes are damaged: {why}"))),
    }
}
