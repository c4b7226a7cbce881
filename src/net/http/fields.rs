//! Header fields of a request: those of `--http-header`, and who we are.

use crate::host::secrets::{Secret, SecretSource};
use crate::net::wait::unreachable;
use crate::reading::error::{Error, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use tungstenite::http::HeaderMap;
use tungstenite::http::header::{AUTHORIZATION, HOST, HeaderName, HeaderValue};

/// Who we are: a token, or a user and a password.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    pub(crate) bearer: Option<SecretSource>,
    pub(crate) basic: Option<SecretSource>,
}

impl Secrets {
    /// A file that is not there is reported before anything is connected.
    pub(crate) fn check(&self) -> Result<()> {
        [&self.bearer, &self.basic].into_iter().flatten().try_for_each(|source| source.read().map(drop))
    }

    /// What they are, for a warning.
    pub(crate) fn what(&self) -> Option<&'static str> {
        self.bearer.as_ref().map(|_| "the bearer token").or(self.basic.as_ref().map(|_| "the password"))
    }

    /// Adds the field that says who we are.
    pub(crate) fn add(&self, to: &mut HeaderMap) -> Result<()> {
        for (source, scheme) in [(&self.bearer, "Bearer "), (&self.basic, "Basic ")] {
            if let Some(source) = source {
                to.insert(AUTHORIZATION, authorization(source, scheme)?);
            }
        }
        Ok(())
    }
}

/// A header field's value out of a flag.
pub(crate) fn value(flag: &str, text: &str) -> Result<HeaderValue> {
    HeaderValue::from_str(text).map_err(|_| Error::usage(format!("{flag}: its value is not allowed in a header")))
}

/// Adds header fields, each `Name: value`; `@FILE`: those in a file, a line each. `own`: the names of those that the request
/// itself has. No message shows a value.
pub(crate) fn add(words: &[Secret], own: &[&str], to: &mut HeaderMap) -> Result<()> {
    for word in words {
        match word.expose() {
            [b'@', path @ ..] => {
                let path = String::from_utf8_lossy(path).into_owned();
                let file = SecretSource::File(path.into()).read()?;
                let lines = file.expose().split(|&b| b == b'\n').map(<[u8]>::trim_ascii);
                lines.filter(|line| !line.is_empty()).try_for_each(|line| add_field(line, own, to))?;
            }
            line => add_field(line, own, to)?,
        }
    }
    Ok(())
}

/// One of these fields says who we are.
pub(crate) fn names_secret(fields: &HeaderMap) -> bool {
    let secret = ["authorization", "cookie", "token", "secret", "password", "key"];
    let given = fields.iter().filter(|(_, value)| value.is_sensitive()).map(|(name, _)| name.as_str());
    given.into_iter().any(|name| secret.iter().any(|word| name.contains(word)))
}

fn add_field(line: &[u8], own: &[&str], to: &mut HeaderMap) -> Result<()> {
    let at = line.iter().position(|&b| b == b':').ok_or_else(|| Error::usage("--http-header must be 'Name: value'"))?;
    let name = HeaderName::from_bytes(line[..at].trim_ascii())
        .map_err(|_| Error::usage("--http-header must begin with a field's name and a colon"))?;
    if own.contains(&name.as_str()) {
        return Err(Error::usage(format!("--http-header {name}: kymo sets this field itself")));
    }
    let mut value = HeaderValue::from_bytes(line[at + 1..].trim_ascii()).map_err(|_| {
        Error::usage(format!("--http-header {name}: its value has a character that is not allowed in a header"))
    })?;
    value.set_sensitive(true);
    if name == HOST {
        to.insert(name, value);
    } else {
        to.append(name, value);
    }
    Ok(())
}

/// Reads the secret again: it may have been changed. A file that is away just now may come back.
fn authorization(source: &SecretSource, scheme: &str) -> Result<HeaderValue> {
    let secret = source.read().map_err(|e| unreachable(e.to_string()))?;
    let mut bytes = scheme.as_bytes().to_vec();
    match scheme {
        "Basic " => bytes.extend_from_slice(BASE64.encode(secret.expose()).as_bytes()),
        _ => bytes.extend_from_slice(secret.expose()),
    }
    let mut value = HeaderValue::from_bytes(&bytes)
        .map_err(|_| Error::usage("the bearer token has a character that is not allowed in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}
