//! Host and port.

use std::fmt;
use std::net::IpAddr;

/// Where a server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// A name or an address; IPv6 without brackets.
    pub host: String,
    pub port: u16,
}

impl Address {
    /// Out of `host:port`, `[::1]:port`; without a port: this one.
    pub(crate) fn parse(text: &str, port: Option<u16>) -> Option<Address> {
        let (host, digits) = split(text)?;
        let port = match digits {
            Some(digits) => digits.parse().ok().filter(|&port| port > 0)?,
            None => port?,
        };
        let plain = !host.is_empty() && host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':'));
        plain.then(|| Address { host: host.to_owned(), port })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            return write!(f, "[{}]:{}", self.host, self.port);
        }
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// The host is this machine, and nobody else hears what is sent there.
pub(crate) fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}

/// Host and port of `host:port`, `[::1]:port`, as they are written; what is behind the colon may be anything.
pub(crate) fn split(text: &str) -> Option<(&str, Option<&str>)> {
    let (host, rest) = match text.strip_prefix('[') {
        Some(text) => text.split_once(']')?,
        None => text.split_at(text.find(':').unwrap_or(text.len())),
    };
    match rest.strip_prefix(':') {
        Some(port) => Some((host, Some(port))),
        None => rest.is_empty().then_some((host, None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let text = |text| Address::parse(text, Some(80)).map(|a| a.to_string());
        assert_eq!(text("example.com").as_deref(), Some("example.com:80"));
        assert_eq!(text("example.com:9").as_deref(), Some("example.com:9"));
        assert_eq!(text("[::1]:9").as_deref(), Some("[::1]:9"));
        assert_eq!(text("[::1]").as_deref(), Some("[::1]:80"));
        for wrong in ["", ":80", "a:b", "a:0", "a:65536", "a b", "[::1", "[::1]x", "a/b", "::1"] {
            assert_eq!(text(wrong), None, "{wrong}");
        }
        assert_eq!(Address::parse("host", None), None);
    }

    #[test]
    fn parts() {
        assert_eq!(split("a:%31"), Some(("a", Some("%31"))));
        assert_eq!(split("[::1]"), Some(("::1", None)));
        assert_eq!((split("[::1"), split("[::1]x")), (None, None));
    }
}
