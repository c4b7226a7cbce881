//! HTTP as this server speaks it: one request a connection, GET and HEAD, short answers. What each path gives
//! is decided in [`route`]: a new one is an arm there.

use crate::net::http::{Request, Wrong};
use crate::net::websocket::server::{Offer, Refusal};
use crate::reading::json;

/// A longer head of a request is refused.
const MAX_HEAD: usize = 8 << 10;

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
    /// The names that a request may call this server by; `None`: any.
    pub(super) hosts: Option<&'s [String]>,
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

/// The answer to what has come of a request's head, and where the head ends; `None`: more must come.
pub(super) fn answer(bytes: &[u8], desk: &mut Desk<'_>) -> Option<(Answer, usize)> {
    match Request::parse(bytes) {
        Ok(Some((_, end))) if end > MAX_HEAD => Some((too_long(), end)),
        Ok(Some((request, end))) => Some((route(&request, desk), end)),
        Ok(None) if bytes.len() > MAX_HEAD => Some((too_long(), bytes.len())),
        Ok(None) => None,
        Err(Wrong::Request) => {
            Some((Reply::text("400 Bad Request", "this is not an HTTP request").answer(false), bytes.len()))
        }
        Err(Wrong::Version) => {
            let reply = Reply::text("505 HTTP Version Not Supported", "this server speaks HTTP/1.1");
            Some((reply.answer(bytes.starts_with(b"HEAD ")), bytes.len()))
        }
    }
}

/// The answer to a head that is too long.
fn too_long() -> Answer {
    Reply::text("431 Request Header Fields Too Large", "the head of the request is too long").answer(false)
}

/// The answer to a head that does not come to its end.
pub(super) fn too_slow() -> Answer {
    Reply::text("408 Request Timeout", "the request took too long").answer(false)
}

fn route(request: &Request<'_>, desk: &mut Desk<'_>) -> Answer {
    let head_only = request.method == "HEAD";
    if !request.host_may(desk.hosts) {
        let why = "this name of the server is not allowed: --allow-host allows it";
        return Reply::text("403 Forbidden", why).answer(head_only);
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
        _ => Reply::text("404 Not Found", "use /ws, the stream as a WebSocket, or /healthz"),
    };
    reply.answer(head_only)
}

/// The stream, for whom may have it.
fn upgrade(request: &Request<'_>, desk: &mut Desk<'_>) -> Result<Answer, Reply> {
    let offer = Offer::read(request).map_err(|refusal| match refusal {
        Refusal::Upgrade => Reply::text("426 Upgrade Required", "this is a WebSocket, version 13")
            .with("Upgrade: websocket")
            .with("Sec-WebSocket-Version: 13"),
        Refusal::Handshake => Reply::text("400 Bad Request", "this is not a WebSocket handshake"),
    })?;
    if !request.origin_may(desk.origins) {
        // A page of anywhere can reach a server on loopback through its reader's browser.
        return Err(Reply::text("403 Forbidden", "pages of this origin are not allowed to read the stream"));
    }
    if desk.health.clients >= desk.max_clients {
        desk.refused += 1;
        return Err(Reply::text("503 Service Unavailable", "there are too many clients"));
    }
    Ok(Answer { bytes: offer.accept(), upgraded: true })
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
