//! What the URL says: where the server is, and what is asked for there.

use super::fields::value;
use crate::host::secrets::Secret;
use crate::net::address::Address;
use crate::net::url::Url;
use crate::reading::error::{Error, Result};
use tungstenite::http::{HeaderValue, Uri};

/// What a URL says.
pub(crate) struct Place {
    pub(crate) secure: bool,
    pub(crate) address: Address,
    /// The `Host` field: with the port, unless that is the scheme's.
    pub(crate) host: HeaderValue,
    /// The path and the query.
    pub(crate) target: Uri,
    /// For messages: without the query, which may bear a key.
    pub(crate) name: String,
}

impl Place {
    /// The URL as it is, without places for what is not known yet. `schemes`: in the clear, and by TLS.
    pub(crate) fn parse(url: &Secret, schemes: [&str; 2]) -> Result<Place> {
        let wrong = |why: &str| Error::usage(format!("URL: {why}"));
        let text = url.expose_text().unwrap_or("");
        let text = text.split_once('#').map_or(text, |(before, _)| before);
        // A query may bear a key, and what stands before an @ a password.
        let shown = text.split_once('?').map_or(text, |(before, _)| before);
        let shown = shown.rsplit_once('@').map_or(shown, |(_, host)| host);
        let other = || Error::usage(format!("URL {shown}: must begin with {}:// or {}://", schemes[0], schemes[1]));
        let url = Url::parse(text).ok_or_else(other)?;
        let (secure, port) = match url.scheme.to_ascii_lowercase().as_str() {
            scheme if scheme == schemes[0] => (false, 80),
            scheme if scheme == schemes[1] => (true, 443),
            _ => return Err(other()),
        };
        if url.userinfo.is_some() {
            return Err(wrong("everyone on this machine could read the password: give --basic-auth-file"));
        }
        let address = url.address(Some(port)).ok_or_else(|| wrong("no HOST or HOST:PORT"))?;
        let target = url.tail;
        let slash = if target.starts_with('/') { "" } else { "/" };
        let target: Uri =
            format!("{slash}{target}").parse().map_err(|_| wrong("its path has a character that must be escaped"))?;
        let host = match address.to_string() {
            full if address.port == port => full.strip_suffix(&format!(":{port}")).unwrap_or(&full).to_owned(),
            full => full,
        };
        let host = value("URL", &host)?;
        let name = format!("{}://{address}{}", schemes[usize::from(secure)], target.path());
        Ok(Place { secure, address, host, target, name })
    }
}
