//! What the head of a request is answered with, or else what its body is to become. Nothing of a body is read that will not
//! be used.

use super::answer::{Answer, Way};
use super::media::{Media, Packing};
use super::token::Tokens;
use crate::form::Form;
use crate::net::http::Request;
use crate::net::http::body::Body;
use crate::net::mqtt::topic::Pattern;
use crate::net::url::percent_decode;

/// What answers depend on.
pub(super) struct Desk {
    /// `--from`.
    pub(super) form: Option<Form>,
    pub(super) pattern: Option<Pattern>,
    pub(super) tokens: Option<Tokens>,
    pub(super) origins: Vec<String>,
    /// The names that a request may call this server by; `None`: any.
    pub(super) hosts: Option<Vec<String>>,
    pub(super) max_body: usize,
}

/// The counts that `/healthz` gives.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Health {
    pub(super) requests: u64,
    pub(super) records: u64,
    pub(super) clients: usize,
}

/// What a request is about.
pub(super) enum Verdict {
    Answer(Answer, Way),
    Receive(Box<Order>),
}

/// A body that will be taken, and how.
pub(super) struct Order {
    pub(super) media: Media,
    pub(super) packing: Packing,
    pub(super) body: Body,
    /// The client waits for a word before it sends the body.
    pub(super) waits: bool,
    pub(super) path: String,
    /// What the path says, by `--path`.
    pub(super) fields: Vec<(String, String)>,
    pub(super) way: Way,
}

/// How long a body is.
enum Length {
    None,
    Known(u64),
    Chunked,
}

impl Desk {
    pub(super) fn judge(&mut self, request: &Request<'_>, health: Health) -> Verdict {
        let is_old = request.minor == 0;
        let keep =
            if is_old { request.lists("Connection", "keep-alive") } else { !request.lists("Connection", "close") };
        let mut way = Way { keep, is_old, head_only: request.method == "HEAD", origin: None };
        let length = match length(request) {
            Ok(length) => length,
            // Where the next request begins is in doubt.
            Err(answer) => return Verdict::Answer(answer, Way { keep: false, ..way }),
        };
        if !request.host_may(self.hosts.as_deref()) {
            let why = "this name of the server is not allowed: --allow-host allows it";
            return Verdict::Answer(Answer::error("403 Forbidden", why), Way { keep: false, ..way });
        }
        // There are no pages of this server: one that says so is of a name that was made to mean this machine.
        if !request.all("Origin").all(|origin| self.origins.iter().any(|one| one == "*" || one == origin)) {
            let why = "pages of this origin are not allowed to write here: --allow-origin allows it";
            return Verdict::Answer(Answer::error("403 Forbidden", why), Way { keep: false, ..way });
        }
        way.origin = request.field("Origin").map(str::to_owned);
        match self.receive(request, &length, health) {
            Ok(order) => Verdict::Receive(Box::new(Order { way, ..order })),
            Err(answer) => {
                // What comes next may be a body that is not wanted, or whose length was not said.
                let is_bare = matches!(length, Length::None) && !matches!(request.method, "POST" | "PUT");
                way.keep &= is_bare || matches!(length, Length::Known(0));
                Verdict::Answer(answer, way)
            }
        }
    }

    fn receive(&mut self, request: &Request<'_>, length: &Length, health: Health) -> Result<Order, Answer> {
        match (request.method, request.path) {
            ("GET" | "HEAD", "/healthz") => return Err(health.answer()),
            (_, "/healthz") => {
                let why = "only GET and HEAD are answered here";
                return Err(Answer::error("405 Method Not Allowed", why).with("Allow: GET, HEAD"));
            }
            ("OPTIONS", _) if request.field("Origin").is_some() => {
                return Err(Answer::new("204 No Content", Vec::new())
                    .with("Access-Control-Allow-Methods: POST, PUT")
                    .with("Access-Control-Allow-Headers: Authorization, Content-Type, Content-Encoding"));
            }
            ("POST" | "PUT", _) => {}
            _ => {
                let why = "records are sent with POST or PUT";
                return Err(Answer::error("405 Method Not Allowed", why).with("Allow: POST, PUT"));
            }
        }
        self.let_in(request)?;
        let fields = self.fields(request.path)?;
        let media = Media::find(request, self.form)?;
        let packing = Packing::find(request)?;
        let body = match length {
            Length::None => return Err(Answer::error("411 Length Required", "Content-Length is missing")),
            Length::Known(bytes) if *bytes > self.max_body as u64 => return Err(self.too_large()),
            Length::Known(bytes) => Body::sized(*bytes),
            Length::Chunked => Body::chunked(),
        };
        let expects = request.field("Expect").filter(|_| request.minor > 0);
        if expects.is_some_and(|what| !what.eq_ignore_ascii_case("100-continue")) {
            return Err(Answer::error("417 Expectation Failed", "only 100-continue can be expected"));
        }
        let (waits, path) = (expects.is_some(), request.path.to_owned());
        Ok(Order { media, packing, body, waits, path, fields, way: Way::default() })
    }

    fn let_in(&mut self, request: &Request<'_>) -> Result<(), Answer> {
        let Some(tokens) = &mut self.tokens else { return Ok(()) };
        match tokens.allow(request.field("Authorization")) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Answer::error("401 Unauthorized", "a token is needed: Authorization: Bearer TOKEN")
                .with("WWW-Authenticate: Bearer realm=\"kymo\"")),
            // Nobody is let in, and nobody is sent away for ever.
            Err(_) => Err(Answer::later("the tokens of this server cannot be read")),
        }
    }

    /// What the path says.
    fn fields(&self, path: &str) -> Result<Vec<(String, String)>, Answer> {
        let Some(pattern) = &self.pattern else { return Ok(Vec::new()) };
        let found = pattern.find(path);
        let found = found.ok_or_else(|| Answer::error("404 Not Found", "the path is none that --path allows"))?;
        let text = |(name, part): (&str, &str)| {
            let text = String::from_utf8(percent_decode(part)).ok().filter(|text| !text.is_empty())?;
            Some((name.to_owned(), text))
        };
        let fields: Option<_> = found.into_iter().map(text).collect();
        fields.ok_or_else(|| Answer::error("404 Not Found", "a part of the path is empty or not UTF-8"))
    }

    pub(super) fn too_large(&self) -> Answer {
        let why = format!("the body is larger than --max-body {} bytes", self.max_body);
        Answer::error("413 Content Too Large", &why)
    }
}

impl Health {
    fn answer(self) -> Answer {
        let Health { requests, records, clients } = self;
        let body =
            format!("{{\"status\":\"ok\",\"requests\":{requests},\"records\":{records},\"clients\":{clients}}}\n");
        Answer::new("200 OK", body.into_bytes())
    }
}

/// How long the body is (RFC 9112, 6.3). What two servers on the way could read differently is not read at all.
fn length(request: &Request<'_>) -> Result<Length, Answer> {
    let bad = |why: &str| Err(Answer::error("400 Bad Request", why));
    let codings: Vec<&str> =
        request.all("Transfer-Encoding").flat_map(|value| value.split(',')).map(str::trim).collect();
    let mut lengths = request.all("Content-Length").flat_map(|value| value.split(',')).map(str::trim);
    if request.all("Host").count() > 1 {
        return bad("there is more than one Host");
    }
    let first = lengths.next();
    match (&codings[..], first) {
        ([], None) => Ok(Length::None),
        ([], Some(first)) => {
            if first.is_empty() || !first.bytes().all(|b| b.is_ascii_digit()) || lengths.any(|other| other != first) {
                return bad("Content-Length is not one number");
            }
            Ok(Length::Known(first.parse().unwrap_or(u64::MAX)))
        }
        (_, Some(_)) => bad("there is both a Content-Length and a Transfer-Encoding"),
        _ if request.minor == 0 => bad("HTTP/1.0 has no Transfer-Encoding"),
        ([coding], None) if coding.eq_ignore_ascii_case("chunked") => Ok(Length::Chunked),
        _ => Err(Answer::error("501 Not Implemented", "the only Transfer-Encoding that is read is chunked")),
    }
}
