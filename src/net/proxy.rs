//! The way through an HTTP proxy: `CONNECT` (RFC 9110, 9.3.6), and when one is to be used.

use super::address::Address;
use super::http::exchange;
use super::stream::Stream;
use super::url::{Url, percent_decode};
use super::wait::{Wait, unreachable};
use crate::host::secrets::Secret;
use crate::host::variables;
use crate::reading::error::{Code, Error, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::time::Instant;

/// An HTTP proxy.
#[derive(Clone, Debug)]
pub(crate) struct Proxy {
    pub(super) address: Address,
    /// `user:password`.
    credentials: Option<Secret>,
}

impl Proxy {
    /// Out of `http://[user:password@]host:port` or `host:port`. The text is in no error: it may bear a password.
    pub(crate) fn parse(text: &str) -> Result<Proxy> {
        let url = Url::parse(text).unwrap_or_else(|| Url::of("http", text));
        if !url.scheme.eq_ignore_ascii_case("http") {
            return Err(Error::usage("only http:// proxies are supported"));
        }
        let address = url.address(Some(3128)).filter(|_| url.tail.bytes().all(|b| b == b'/'));
        let address = address.ok_or_else(|| Error::usage("a proxy is http://HOST:PORT"))?;
        let credentials = url.userinfo.map(|userinfo| Secret::new(percent_decode(userinfo)));
        Ok(Proxy { address, credentials })
    }

    /// The one that `HTTPS_PROXY` names for this host, unless `NO_PROXY` spares it.
    pub(crate) fn from_environment(host: &str) -> Result<Option<Proxy>> {
        let variable = |name: &str| {
            let found = variables::get(&name.to_ascii_lowercase()).or_else(|| variables::get(name));
            found.and_then(|value| value.into_string().ok())
        };
        match variable("HTTPS_PROXY") {
            Some(proxy) if !spared(host, &variable("NO_PROXY").unwrap_or_default()) => {
                Proxy::parse(&proxy).map(Some).map_err(|e| e.context("HTTPS_PROXY"))
            }
            _ => Ok(None),
        }
    }

    /// It was given with a password.
    pub(crate) fn has_credentials(&self) -> bool {
        self.credentials.is_some()
    }

    /// Asks the proxy at the other end of `stream` to connect on.
    pub(super) fn connect(&self, stream: &mut Stream, to: &Address, wait: Wait<'_>, by: Instant) -> Result<()> {
        let mut request = format!("CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n").into_bytes();
        if let Some(credentials) = &self.credentials {
            request.extend_from_slice(b"Proxy-Authorization: Basic ");
            request.extend_from_slice(BASE64.encode(credentials.expose()).as_bytes());
            request.extend_from_slice(b"\r\n");
        }
        request.extend_from_slice(b"\r\n");
        let (head, behind) = exchange(stream, request, wait, by)?;
        match head.status {
            200..=299 if behind.is_empty() => Ok(()),
            200..=299 => Err(unreachable("the proxy sent more than was requested")),
            401 | 403 | 407 => Err(Error::new(Code::Refused, format!("the proxy refuses: {}", head.text()))),
            _ => Err(unreachable(format!("the proxy answers {}", head.text()))),
        }
    }
}

/// `NO_PROXY`: hosts and domains with commas between them; `*`: all.
fn spared(host: &str, list: &str) -> bool {
    let host = host.to_ascii_lowercase();
    list.split(',')
        .map(|entry| entry.trim().trim_start_matches('.').to_ascii_lowercase())
        .any(|entry| entry == "*" || (!entry.is_empty() && (host == entry || host.ends_with(&format!(".{entry}")))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies() {
        let proxy = Proxy::parse("http://me:p%40ss@proxy.example:8080/").unwrap();
        assert_eq!(proxy.address.to_string(), "proxy.example:8080");
        assert_eq!(proxy.credentials.as_ref().unwrap().expose(), b"me:p@ss");
        assert!(!format!("{proxy:?}").contains("p@ss"));
        assert_eq!(Proxy::parse("proxy").unwrap().address.to_string(), "proxy:3128");
        for wrong in ["socks5://h:1", "https://h:1", "http://u:secret@h:99999", ""] {
            assert!(!Proxy::parse(wrong).unwrap_err().to_string().contains("secret"), "{wrong}");
        }
    }

    #[test]
    fn spared_hosts() {
        assert!(spared("a.Example.com", "x, .example.COM"));
        assert!(spared("example.com", "example.com"));
        assert!(spared("anything", "*"));
        assert!(!spared("badexample.com", "example.com"));
        assert!(!spared("host", ""));
    }
}
