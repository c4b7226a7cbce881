//! `--header`: fields beside those of the handshake.

use crate::host::secrets::{Secret, SecretSource};
use crate::reading::error::{Error, Result};
use tungstenite::http::HeaderMap;
use tungstenite::http::header::{HOST, HeaderName, HeaderValue};

/// The fields that the handshake itself makes.
const OWN: [&str; 7] = [
    "connection",
    "upgrade",
    "sec-websocket-version",
    "sec-websocket-key",
    "sec-websocket-extensions",
    "sec-websocket-protocol",
    "content-length",
];

/// Adds header fields, each `Name: value`; `@FILE`: those in a file, a line each. No message shows a value.
pub(super) fn add(words: &[Secret], to: &mut HeaderMap) -> Result<()> {
    for word in words {
        match word.expose() {
            [b'@', path @ ..] => {
                let path = String::from_utf8_lossy(path).into_owned();
                let file = SecretSource::File(path.into()).read()?;
                let lines = file.expose().split(|&b| b == b'\n').map(<[u8]>::trim_ascii);
                lines.filter(|line| !line.is_empty()).try_for_each(|line| add_field(line, to))?;
            }
            line => add_field(line, to)?,
        }
    }
    Ok(())
}

/// One of these fields says who we are.
pub(super) fn names_secret(fields: &HeaderMap) -> bool {
    let secret = ["authorization", "cookie", "token", "secret", "password", "key"];
    let given = fields.iter().filter(|(_, value)| value.is_sensitive()).map(|(name, _)| name.as_str());
    given.into_iter().any(|name| secret.iter().any(|word| name.contains(word)))
}

fn add_field(line: &[u8], to: &mut HeaderMap) -> Result<()> {
    let at = line.iter().position(|&b| b == b':').ok_or_else(|| Error::usage("--header must be 'Name: value'"))?;
    let name = HeaderName::from_bytes(line[..at].trim_ascii())
        .map_err(|_| Error::usage("--header must begin with a field's name and a colon"))?;
    if OWN.contains(&name.as_str()) {
        return Err(Error::usage(format!("--header {name}: the handshake sets this field itself")));
    }
    let mut value = HeaderValue::from_bytes(line[at + 1..].trim_ascii()).map_err(|_| {
        Error::usage(format!("--header {name}: its value has a character that is not allowed in a header"))
    })?;
    value.set_sensitive(true);
    if name == HOST {
        to.insert(name, value);
    } else {
        to.append(name, value);
    }
    Ok(())
}
