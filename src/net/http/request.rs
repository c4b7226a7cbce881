//! The head of a request.

use crate::net::url::Url;
use httparse::{EMPTY_HEADER, Error, Status};

/// A request's head.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    /// Without the query.
    pub(crate) path: &'a str,
    /// The version: HTTP/1.0 or HTTP/1.1.
    pub(crate) minor: u8,
    fields: Vec<(&'a str, &'a str)>,
}

/// What is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// It is no request of HTTP.
    Request,
    /// It is one of another version.
    Version,
}

impl<'a> Request<'a> {
    /// The head at the beginning of `bytes` and its length; `None` if it is not there as a whole yet.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Option<(Request<'a>, usize)>, Wrong> {
        if bytes.starts_with(b"\r") || bytes.starts_with(b"\n") {
            // httparse would wait for the request behind them.
            return Err(Wrong::Request);
        }
        // No more fields than lines.
        let mut fields = vec![EMPTY_HEADER; memchr::memchr_iter(b'\n', bytes).count()];
        let mut request = httparse::Request::new(&mut fields);
        let length = match request.parse(bytes) {
            Ok(Status::Complete(length)) => length,
            Ok(Status::Partial) => return Ok(None),
            Err(Error::Version) if names_version(bytes) => return Err(Wrong::Version),
            Err(_) => return Err(Wrong::Request),
        };
        let (Some(method), Some(target), Some(minor)) = (request.method, request.path, request.version) else {
            return Err(Wrong::Request);
        };
        let text = |value: &'a [u8]| std::str::from_utf8(value).map_err(|_| Wrong::Request);
        let fields = request.headers.iter().map(|field| Ok((field.name, text(field.value)?.trim())));
        let fields = fields.collect::<Result<_, Wrong>>()?;
        // RFC 9112, 3.2.2: a server accepts the absolute form as well.
        let path = match Url::parse(target).filter(|url| url.scheme == "http") {
            Some(url) if url.path().is_empty() => "/",
            Some(url) => url.path(),
            None => target.split_once('?').map_or(target, |(path, _)| path),
        };
        if !path.starts_with('/') {
            return Err(Wrong::Request);
        }
        Ok(Some((Request { method, path, minor, fields }, length)))
    }

    /// The first field of this name.
    pub(crate) fn field(&self, name: &str) -> Option<&'a str> {
        self.all(name).next()
    }

    /// All fields of this name.
    pub(crate) fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'a str> + use<'s, 'a> {
        self.fields.iter().filter(move |(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    /// A field with a list has this element, whatever its case.
    pub(crate) fn lists(&self, name: &str, element: &str) -> bool {
        self.all(name).flat_map(|value| value.split(',')).any(|item| item.trim().eq_ignore_ascii_case(element))
    }
}

/// Somebody speaks HTTP: the first line of a connection, or the beginning of a long one, is that of a request.
pub(crate) fn is_request(line: &[u8]) -> bool {
    let Some((method, rest)) = line.iter().position(|&b| b == b' ').map(|at| (&line[..at], &line[at + 1..])) else {
        return false;
    };
    if method.is_empty() || !method.iter().all(|b| b.is_ascii_uppercase() || *b == b'-') {
        return false;
    }
    let target = [&b"/"[..], b"*", b"http://", b"https://"].iter().any(|begin| rest.starts_with(begin));
    // The target of CONNECT is an address.
    target || names_version(line)
}

/// The line is of three words, and the last names a version.
fn names_version(bytes: &[u8]) -> bool {
    let mut words = bytes.split(|&b| b == b'\n').next().unwrap_or_default().split(|&b| b == b' ');
    words.nth(2).is_some_and(|word| word.starts_with(b"HTTP/")) && words.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads() {
        let bytes = b"GET /a?b HTTP/1.1\r\nHost: me\r\nConnection: keep-alive, Upgrade\r\nX:\r\n\r\nrest";
        let (request, length) = Request::parse(bytes).expect("right").expect("whole");
        assert_eq!((request.method, request.path, request.minor), ("GET", "/a", 1));
        assert_eq!(&bytes[length..], b"rest");
        assert_eq!((request.field("host"), request.field("x"), request.field("y")), (Some("me"), Some(""), None));
        assert!(request.lists("connection", "upgrade") && !request.lists("host", "upgrade"));
        for end in 1..length {
            assert_eq!(Request::parse(&bytes[..end]), Ok(None), "{end}");
        }
    }

    #[test]
    fn targets() {
        let path = |target: &str| {
            let head = format!("GET {target} HTTP/1.0\n\n");
            Request::parse(head.as_bytes()).map(|found| found.expect("whole").0.path.to_owned())
        };
        assert_eq!(path("/a/b?c").as_deref(), Ok("/a/b"));
        assert_eq!(path("http://me:80/a?b").as_deref(), Ok("/a"));
        assert_eq!(path("http://me").as_deref(), Ok("/"));
        for wrong in ["*", "me:80", "ftp://me/a", "?a"] {
            assert_eq!(path(wrong), Err(Wrong::Request), "{wrong}");
        }
    }

    #[test]
    fn who_speaks_http() {
        for line in ["GET / HTTP/1.1", "POST /a?b HTTP/1.0\r", "GET /aaaaaa", "CONNECT a:1 HTTP/1.1", "PRI * HTTP/2.0"]
        {
            assert!(is_request(line.as_bytes()), "{line}");
        }
        for line in ["", "{\"a\":1}", "GET", "GET out of here", "m /a", "d1,1,/a HTTP/1.1", "A 1 2", " / HTTP/1.1"] {
            assert!(!is_request(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn what_is_no_request() {
        for bytes in ["\r\n\r\n", "\u{16}\u{3}\u{1}\n\n", "GET /  HTTP/1.1\n\n", "GET / HTTP/1.1\r\nno field\r\n\r\n"] {
            assert_eq!(Request::parse(bytes.as_bytes()), Err(Wrong::Request), "{bytes:?}");
        }
        assert_eq!(Request::parse(b"GET / HTTP/1.1\r\nOrigin: \xff\r\n\r\n"), Err(Wrong::Request));
        assert_eq!(Request::parse(b"GET / HTTP/2.0\r\n\r\n"), Err(Wrong::Version));
        assert_eq!(Request::parse(b"GET /  HTTP/2.0\r\n\r\n"), Err(Wrong::Request));
    }
}
