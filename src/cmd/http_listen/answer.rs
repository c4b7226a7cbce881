//! Answers: a status, what belongs to it, and a body that is one JSON object.

use crate::reading::error::{Error, excerpt};
use crate::reading::json;

/// At most this many rejects are in an answer; all of them are counted.
const MOST_ERRORS: usize = 100;

/// How an answer goes back.
#[derive(Clone, Debug, Default)]
pub(super) struct Way {
    /// The connection stays open after it.
    pub(super) keep: bool,
    /// The client speaks HTTP/1.0, where that must be said.
    pub(super) is_old: bool,
    /// HEAD: there is no body.
    pub(super) head_only: bool,
    /// The page that may read the answer.
    pub(super) origin: Option<String>,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    status: &'static str,
    headers: String,
    body: Vec<u8>,
}

impl Answer {
    /// With this JSON as its body.
    pub(super) fn new(status: &'static str, body: Vec<u8>) -> Answer {
        Answer { status, headers: String::new(), body }
    }

    /// Why the request is not answered otherwise.
    pub(super) fn error(status: &'static str, why: &str) -> Answer {
        let mut body = b"{\"error\":".to_vec();
        json::write_string(why, &mut body);
        body.extend_from_slice(b"}\n");
        Answer::new(status, body)
    }

    /// The client shall send it again, a little later.
    pub(super) fn later(why: &str) -> Answer {
        Answer::error("503 Service Unavailable", why).with("Retry-After: 1")
    }

    pub(super) fn with(mut self, header: &str) -> Answer {
        self.headers.push_str(header);
        self.headers.push_str("\r\n");
        self
    }

    pub(super) fn write(&self, way: &Way, to: &mut Vec<u8>) {
        let Answer { status, headers, body } = self;
        let mut head = format!("HTTP/1.1 {status}\r\n");
        if !status.starts_with("204") {
            head.push_str(&format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()));
        }
        head.push_str("Cache-Control: no-store\r\n");
        if let Some(origin) = &way.origin {
            head.push_str(&format!("Access-Control-Allow-Origin: {origin}\r\nVary: Origin\r\n"));
        }
        match (way.keep, way.is_old) {
            (false, _) => head.push_str("Connection: close\r\n"),
            (true, true) => head.push_str("Connection: keep-alive\r\n"),
            (true, false) => {}
        }
        to.extend_from_slice(head.as_bytes());
        to.extend_from_slice(headers.as_bytes());
        to.extend_from_slice(b"\r\n");
        if !way.head_only {
            to.extend_from_slice(body);
        }
    }
}

/// What became of a body.
#[derive(Debug, Default)]
pub(super) struct Receipt {
    pub(super) accepted: u64,
    rejected: u64,
    /// The first rejects, as members of a JSON array.
    errors: Vec<u8>,
    /// Its records take more room than those of one body may: the rest of it was not taken.
    pub(super) is_cut: bool,
}

impl Receipt {
    /// What is at this place cannot be used.
    pub(super) fn reject(&mut self, place: u64, why: &Error) {
        self.rejected += 1;
        if self.rejected > MOST_ERRORS as u64 {
            return;
        }
        if !self.errors.is_empty() {
            self.errors.push(b',');
        }
        self.errors.extend_from_slice(format!("{{\"place\":{place},\"code\":").as_bytes());
        json::write_string(why.code().word(), &mut self.errors);
        self.errors.extend_from_slice(b",\"reason\":");
        json::write_string(&excerpt(&why.to_string()), &mut self.errors);
        self.errors.push(b'}');
    }

    /// What its sender gets.
    pub(super) fn answer(&self) -> Answer {
        let status = match self {
            Receipt { is_cut: true, .. } => "413 Content Too Large",
            Receipt { accepted: 0, rejected: 1.., .. } => "400 Bad Request",
            _ => "200 OK",
        };
        let mut body = format!("{{\"accepted\":{},\"rejected\":{}", self.accepted, self.rejected).into_bytes();
        if self.rejected > 0 {
            body.extend_from_slice(b",\"errors\":[");
            body.extend_from_slice(&self.errors);
            body.push(b']');
        }
        body.extend_from_slice(b"}\n");
        Answer::new(status, body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::error::Code;

    #[test]
    fn answers_say_what_became_of_each() {
        let text = |receipt: &Receipt| {
            let mut bytes = Vec::new();
            receipt.answer().write(&Way { keep: true, ..Way::default() }, &mut bytes);
            let text = String::from_utf8(bytes).expect("UTF-8");
            let (head, body) = text.split_once("\r\n\r\n").expect("a head");
            (head.lines().next().expect("a line").to_owned(), body.to_owned())
        };
        let mut receipt = Receipt { accepted: 1, ..Receipt::default() };
        assert_eq!(text(&receipt), ("HTTP/1.1 200 OK".to_owned(), "{\"accepted\":1,\"rejected\":0}\n".to_owned()));
        receipt.reject(2, &Error::data(Code::Json, "not \"JSON\""));
        let wanted = "{\"accepted\":1,\"rejected\":1,\"errors\":[{\"place\":2,\"code\":\"json\",\"reason\":\"not \\\"JSON\\\"\"}]}\n";
        assert_eq!(text(&receipt).1, wanted);
        receipt.accepted = 0;
        for place in 3..1000 {
            receipt.reject(place, &Error::data(Code::Json, "x"));
        }
        let (status, body) = text(&receipt);
        assert_eq!(status, "HTTP/1.1 400 Bad Request");
        assert_eq!(body.matches("place").count(), 100);
        assert!(body.contains("\"rejected\":998"), "{body}");
    }
}
