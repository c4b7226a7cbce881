//! What a word on the command line is: a station, a server, a database, a folder.

use crate::host::secrets::Secret;
use crate::net::url::Url;
use crate::reading::error::{Error, Result};
use crate::storage;
use std::path::{Path, PathBuf};

/// What is to be checked. Its name has no password.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) name: String,
    pub(super) word: Secret,
    pub(super) what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Station,
    Broker,
    /// `tls`; without a port it is this one.
    Server {
        tls: bool,
        port: u16,
    },
    Postgres,
    /// A database or a queue.
    File,
    Folder,
}

impl Target {
    /// Says what is wrong with the word alone: nothing is connected to.
    pub(super) fn parse(word: &Secret) -> Result<Target> {
        let text = word.expose_text().ok_or_else(|| Error::usage("TARGET is not UTF-8"))?;
        if text.is_empty() {
            return Err(Error::usage("TARGET is empty"));
        }
        if storage::is_server(text) {
            let place = Url::parse(text).map(|url| format!("{}://{}", url.scheme, url.place));
            let name = place.unwrap_or_else(|| "the PostgreSQL server".to_owned());
            return Ok(Target { name, word: word.clone(), what: What::Postgres });
        }
        let Some(url) = Url::parse(text) else {
            let path = Path::new(text);
            let is_toml = path.extension().is_some_and(|ending| ending == "toml");
            let what = match () {
                () if path.is_dir() => What::Folder,
                () if is_toml => What::Station,
                () => What::File,
            };
            return Ok(Target { name: text.to_owned(), word: word.clone(), what });
        };
        let scheme = url.scheme.to_ascii_lowercase();
        let what = match scheme.as_str() {
            "mqtt" | "mqtts" => What::Broker,
            "ws" | "http" => What::Server { tls: false, port: 80 },
            "wss" | "https" => What::Server { tls: true, port: 443 },
            _ => return Err(Error::usage(format!("TARGET: doctor knows no {scheme}://"))),
        };
        if url.address(Some(1)).is_none() && !url.place.contains(',') {
            return Err(Error::usage("TARGET: a URL needs a host, and perhaps a port"));
        }
        Ok(Target { name: format!("{scheme}://{}", url.place), word: word.clone(), what })
    }

    /// The word as it was written.
    pub(super) fn text(&self) -> &str {
        self.word.expose_text().unwrap_or_default()
    }

    /// The folder that keeps it, if it is a file here.
    pub(super) fn folder(&self) -> Option<PathBuf> {
        let path = Path::new(self.text());
        let folder = match self.what {
            What::Folder => path,
            What::File | What::Station => path.parent()?,
            What::Broker | What::Server { .. } | What::Postgres => return None,
        };
        Some(if folder.as_os_str().is_empty() { ".".into() } else { folder.to_owned() })
    }
}
