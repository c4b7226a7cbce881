//! HTTP as this server speaks it: one request a connection, GET and HEAD, short answers. What each path gives
//! is decided in [`route`]: a new one is an arm there.

use crate::reading::json;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use tungstenite::handshake::derive_accept_key;

/// A longer head of a request is refused.
pub(super) const MAX_HEAD: usize = 8 << 10;

/// The counts that `/healthz` gives.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Health {
    pub(super) records: u64,
    pub(super) clients: usize,
    pub(super) lost: u64,
}

/// What the answers depend on.
pub(super) struct Desk<'s> {
    pub(super) health: Health,
    pub(super) max_clients: usize,
    /// Pages of these origins may read the stream too; `*`: of all.
    pub(super) origins: &'s [String],
    /// Clients that found no place.
    pub(super) refused: u64,
}

/// The answer to a request.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) bytes: Vec<u8>,
    /// The connection is a WebSocket from here on.
    pub(super) upgraded: bool,
}

/// A request's head.
#[derive(Debug)]
struct Request<'a> {
    method: &'a str,
    path: &'a str,
    version: &'a str,
    headers: Vec<(&'a str, &'a str)>,
}

/// Where the head of a request ends, if it is all there: behind its empty line.
pub(super) fn end_of_head(bytes: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'\n', bytes).find_map(|at| match &bytes[at + 1..] {
        [b'\n', ..] => Some(at + 2),
        [b'\r', b'\n', ..] => Some(at + 3),
        _ => None,
    })
}

/// The answer to a whole head.
pub(super) fn answer(head: &[u8], desk: &mut Desk<'_>) -> Answer {
    match Request::parse(head) {
        Some(request) => route(&request, desk),
        None => Reply::text("400 Bad Request", "this is no HTTP request").answer(false),
    }
}

/// The answer to a head that is too long.
pub(super) fn too_long() -> Answer {
    Reply::text("431 Request Header Fields Too Large", "the head of the request is too long").answer(false)
}

/// The answer to a head that does not come to its end.
pub(super) fn too_slow() -> Answer {
    Reply::text("408 Request Timeout", "the request took too long").answer(false)
}

/// The answer where there is no room for another connection.
pub(super) fn too_many() -> Answer {
    Reply::text("503 Service Unavailable", "there are too many clients").answer(false)
}

fn route(request: &Request<'_>, desk: &mut Desk<'_>) -> Answer {
    let head_only = request.method == "HEAD";
    if !matches!(request.version, "HTTP/1.0" | "HTTP/1.1") {
        return Reply::text("505 HTTP Version Not Supported", "this server speaks HTTP/1.1").answer(head_only);
    }
    let reply = match (request.method, request.path) {
        ("GET", "/ws") => match upgrade(request, desk) {
            Ok(accepted) => return accepted,
            Err(refused) => refused,
        },
        ("GET" | "HEAD", "/healthz") => desk.health.reply(),
        (_, "/ws") => Reply::text("405 Method Not Allowed", "only GET is answered here").with("Allow: GET"),
        (_, "/healthz") => {
            Reply::text("405 Method Not Allowed", "only GET and HEAD are answered here").with("Allow: GET, HEAD")
        }
        _ => Reply::text("404 Not Found", "there are /ws, the stream as a WebSocket, and /healthz"),
    };
    reply.answer(head_only)
}

/// The handshake of RFC 6455, section 4.2.
fn upgrade(request: &Request<'_>, desk: &mut Desk<'_>) -> Result<Answer, Reply> {
    let wanted = request.lists("Upgrade", "websocket") && request.lists("Connection", "upgrade");
    if !wanted || request.header("Sec-WebSocket-Version") != Some("13") {
        let reply = Reply::text("426 Upgrade Required", "here speaks a WebSocket, version 13");
        return Err(reply.with("Upgrade: websocket").with("Sec-WebSocket-Version: 13"));
    }
    let key = request.header("Sec-WebSocket-Key").filter(|key| BASE64.decode(key).is_ok_and(|key| key.len() == 16));
    let Some(key) = key.filter(|_| request.version == "HTTP/1.1") else {
        return Err(Reply::text("400 Bad Request", "this is no handshake of a WebSocket"));
    };
    if !request.origin_may(desk.origins) {
        // A page of anywhere can reach a server on loopback through its reader's browser.
        return Err(Reply::text("403 Forbidden", "pages of this origin may not read the stream"));
    }
    if desk.health.clients >= desk.max_clients {
        desk.refused += 1;
        return Err(Reply::text("503 Service Unavailable", "there are too many clients"));
    }
    let accept = derive_accept_key(key.as_bytes());
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
    );
    Ok(Answer { bytes: head.into_bytes(), upgraded: true })
}

impl Health {
    fn reply(&self) -> Reply {
        let mut body = b"{\"status\":\"ok\",\"records\":".to_vec();
        body.extend_from_slice(self.records.to_string().as_bytes());
        for (name, count) in [("clients", self.clients as u64), ("lost", self.lost)] {
            body.push(b',');
            json::write_string(name, &mut body);
            body.push(b':');
            body.extend_from_slice(count.to_string().as_bytes());
        }
        body.extend_from_slice(b"}\n");
        Reply { status: "200 OK", kind: "application/json", headers: String::new(), body }
    }
}

impl<'a> Request<'a> {
    fn parse(head: &'a [u8]) -> Option<Request<'a>> {
        let head = str::from_utf8(head).ok()?;
        let mut lines = head.lines();
        let mut words = lines.next()?.split(' ');
        let (method, target, version) = (words.next()?, words.next()?, words.next()?);
        let token =
            |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        if words.next().is_some() || !token(method) || !version.starts_with("HTTP/") {
            return None;
        }
        let headers = lines.take_while(|line| !line.is_empty());
        let header = |line: &'a str| line.split_once(':').filter(|(name, _)| token(name));
        let headers =
            headers.map(|line| header(line).map(|(name, value)| (name, value.trim()))).collect::<Option<_>>()?;
        // RFC 9112, 3.2.2: a server accepts the absolute form as well.
        let path = match target.strip_prefix("http://") {
            Some(rest) => rest.find('/').map_or("/", |at| &rest[at..]),
            None => target,
        };
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        path.starts_with('/').then_some(Request { method, path, version, headers })
    }

    fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    /// A header with a list names this.
    fn lists(&self, name: &str, word: &str) -> bool {
        let named = self.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        named.flat_map(|(_, value)| value.split(',')).any(|item| item.trim().eq_ignore_ascii_case(word))
    }

    /// It comes from no page, from one of this server, or from one that was allowed.
    fn origin_may(&self, allowed: &[String]) -> bool {
        let Some(origin) = self.header("Origin") else { return true };
        let own = origin.split_once("://").map(|(_, host)| host);
        own.is_some() && own == self.header("Host") || allowed.iter().any(|one| one == "*" || one == origin)
    }
}

/// An answer that is the last word of its connection.
struct Reply {
    status: &'static str,
    kind: &'static str,
    headers: String,
    body: Vec<u8>,
}

impl Reply {
    fn text(status: &'static str, text: &str) -> Reply {
        Reply {
            status,
            kind: "text/plain; charset=utf-8",
            headers: String::new(),
            body: format!("{text}\n").into_bytes(),
        }
    }

    fn with(mut self, header: &str) -> Reply {
        self.headers.push_str(header);
        self.headers.push_str("\r\n");
        self
    }

    fn answer(self, head_only: bool) -> Answer {
        let Reply { status, kind, headers, body } = self;
        let connection = if headers.contains("Upgrade:") { "close, Upgrade" } else { "close" };
        let mut bytes = format!(
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
             X-Content-Type-Options: nosniff\r\n{headers}Connection: {connection}\r\n\r\n",
            body.len()
        )
        .into_bytes();
        if !head_only {
            bytes.extend_from_slice(&body);
        }
        Answer { bytes, upgraded: false }
    }
}
