//! The head of an answer.

use crate::net::wait::unreachable;
use crate::reading::error::Result;

/// Status and header fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub status: u16,
    /// The version: HTTP/1.0 or HTTP/1.1.
    pub minor: u8,
    /// The server's word for the status, in ASCII without control characters.
    reason: String,
    fields: Vec<(String, Vec<u8>)>,
}

impl Head {
    /// The head at the beginning of `bytes` and its length; `None` if it is not there as a whole yet.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Option<(Head, usize)>> {
        let mut fields = [httparse::EMPTY_HEADER; 128];
        let mut response = httparse::Response::new(&mut fields);
        let length = match response.parse(bytes) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) => return Ok(None),
            Err(why) => return Err(unreachable("the server does not speak HTTP").because(why)),
        };
        let reason = response.reason.unwrap_or("").chars().filter(|c| c.is_ascii_graphic() || *c == ' ').collect();
        let fields = response.headers.iter().map(|h| (h.name.to_owned(), h.value.to_vec())).collect();
        let (status, minor) = (response.code.unwrap_or(0), response.version.unwrap_or(0));
        Ok(Some((Head { status, minor, reason, fields }, length)))
    }

    /// The elements of all fields of this name, as text, without the commas between them.
    pub(crate) fn elements(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.fields.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name));
        let texts = named.filter_map(|(_, value)| std::str::from_utf8(value).ok());
        texts.flat_map(|text| text.split(',')).map(str::trim).filter(|text| !text.is_empty())
    }

    /// The first field of this name as text.
    pub(crate) fn text_of(&self, name: &str) -> Option<String> {
        let value = self.fields.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value)?;
        std::str::from_utf8(value).ok().map(|text| text.trim().to_owned())
    }

    /// A field has this element, whatever its case.
    pub(crate) fn has(&self, name: &str, element: &str) -> bool {
        self.elements(name).any(|e| e.eq_ignore_ascii_case(element))
    }

    /// Status and reason for people: `HTTP 503 Service Unavailable`.
    pub(crate) fn text(&self) -> String {
        format!("HTTP {} {}", self.status, self.reason).trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads() {
        let bytes = b"HTTP/1.1 101 Switching Protocols\r\nconnection: keep-alive, Upgrade\r\nX: a\r\nx: b\r\n\r\nrest";
        let (head, length) = Head::parse(bytes).unwrap().unwrap();
        assert_eq!(&bytes[length..], b"rest");
        assert!(head.has("Connection", "upgrade"));
        assert_eq!(head.elements("X").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(head.text(), "HTTP 101 Switching Protocols");
        assert_eq!(Head::parse(b"HTTP/1.0 200 \x07OK\r\n").ok().flatten(), None);
        assert_eq!(Head::parse(b"HTTP/1.0 200\r\n\r\n").unwrap().unwrap().0.text(), "HTTP 200");
        assert!(Head::parse(b"SSH-2.0-OpenSSH\r\n").is_err());
    }
}
