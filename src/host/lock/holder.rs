//! Who holds a lock: the process that took it, as far as it is known, and its command without the passwords in it.

use crate::reading::time;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs;

/// More of a command is not told.
const COMMAND_CHARS: usize = 500;

/// A process that holds a lock, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub(crate) struct Holder {
    /// The process that took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// The machine that it runs on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// When it took the lock: RFC 3339, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// What it runs, without passwords.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The process that took it was killed; what it started still runs and keeps it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ended: bool,
    /// Which of the places it has, of a lock that has several: from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<u16>,
}

impl Holder {
    /// This process, from now on, for this command.
    pub(crate) fn this(command: &[String]) -> Holder {
        let since = Some(spelled_time(time::now() / 1_000_000_000 * 1_000_000_000));
        Holder { since, command: Some(spelled(command)), ..Holder::of(std::process::id()) }
    }

    /// A process of this machine of which only the number is known.
    pub(super) fn of(pid: u32) -> Holder {
        Holder { pid: Some(pid), host: Some(host()), ..Holder::default() }
    }

    /// A process of this machine: what the kernel tells of it.
    pub(super) fn of_process(pid: u32) -> Holder {
        let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let words = words.strip_suffix(b"\0").unwrap_or(&words);
        let words: Vec<String> = words.split(|&b| b == 0).map(|w| String::from_utf8_lossy(w).into_owned()).collect();
        let known = words.iter().any(|word| !word.is_empty());
        Holder { command: known.then(|| spelled(&words)), ..Holder::of(pid) }
    }

    /// It runs on this machine, or nobody knows where.
    pub(super) fn is_here(&self) -> bool {
        self.host.as_ref().is_none_or(|name| *name == host())
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pid {
            Some(pid) => write!(f, "pid {pid}")?,
            None => f.write_str("another process")?,
        }
        if self.ended {
            f.write_str(" (it was killed; what it started still runs)")?;
        }
        if let Some(host) = &self.host {
            write!(f, " on {host}")?;
        }
        if let Some(since) = &self.since {
            write!(f, " since {since}")?;
        }
        if let Some(command) = &self.command {
            write!(f, ": {command}")?;
        }
        Ok(())
    }
}

fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// RFC 3339, UTC.
pub(super) fn spelled_time(ns: i64) -> String {
    let mut text = Vec::new();
    time::write_rfc3339(ns, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// A command as one would type it, without what looks like a password in it, and not too long.
fn spelled(words: &[String]) -> String {
    let mut hide = false;
    let mut hide_login = false;
    let is_sshpass = words.first().is_some_and(|program| program.rsplit('/').next() == Some("sshpass"));
    let words = words.iter().map(|word| {
        let hidden = std::mem::replace(&mut hide, false);
        let login = std::mem::replace(&mut hide_login, false);
        match word.split_once('=') {
            _ if hidden => "***".to_owned(),
            _ if login => without_login(word),
            // `mysql -pSECRET`, `mosquitto_pub -P SECRET`, `sshpass -p SECRET`, `curl -u ME:SECRET`.
            None if word == "-P" || word == "-p" && is_sshpass => {
                hide = true;
                word.clone()
            }
            None if word == "-u" || word == "--user" => {
                hide_login = true;
                word.clone()
            }
            _ if word.len() > 2 && (word.starts_with("-p") || word.starts_with("-P")) => format!("{}***", &word[..2]),
            None if word.starts_with("-u") => format!("-u{}", without_login(&word[2..])),
            Some((name, _)) if names_secret(name) => format!("{name}=***"),
            None if word.starts_with('-') && names_secret(word) => {
                hide = true;
                word.clone()
            }
            _ => without_password(word),
        }
    });
    let text = words.map(|word| if word.contains("***") { word } else { shell_words::quote(&word).into_owned() });
    let text = text.collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(COMMAND_CHARS) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// `--password`, `DB_TOKEN`: what stands behind it is nobody's business. `--password-file` only names a place.
fn names_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let secret = ["passw", "passphrase", "secret", "token", "credential", "apikey", "api-key", "api_key"];
    !name.ends_with("file") && !name.contains(char::is_whitespace) && secret.iter().any(|word| name.contains(word))
}

/// `user:password` with stars for the second.
fn without_login(word: &str) -> String {
    word.split_once(':').map_or_else(|| word.to_owned(), |(user, _)| format!("{user}:***"))
}

/// `scheme://user:password@host` with stars in its place.
fn without_password(word: &str) -> String {
    let hidden = || {
        let (scheme, rest) = word.split_once("://")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (user, host) = rest[..end].rsplit_once('@')?;
        let (user, _) = user.split_once(':')?;
        Some(format!("{scheme}://{user}:***@{host}{}", &rest[end..]))
    };
    hidden().unwrap_or_else(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_told_without_its_passwords() {
        for (words, told) in [
            ("backup.sh --to 'a b'", "backup.sh --to 'a b'"),
            ("psql postgres://me:geheim@db/x?a=b", "psql postgres://me:***@db/x?a=b"),
            ("curl https://me@host/a:b@c", "curl https://me@host/a:b@c"),
            ("x --password geheim y", "x --password *** y"),
            ("x --password=geheim y", "x --password=*** y"),
            ("env DB_TOKEN=geheim x", "env DB_TOKEN=*** x"),
            ("x --password-file f", "x --password-file f"),
            ("x secret.txt", "x secret.txt"),
            ("mysql -phunter2 db", "mysql -p*** db"),
            ("mysql -p'a=b' db", "mysql -p*** db"),
            ("mosquitto_pub -u me -P hunter2 -p 1883", "mosquitto_pub -u me -P *** -p 1883"),
            ("/usr/bin/sshpass -p hunter2 ssh x", "/usr/bin/sshpass -p *** ssh x"),
            ("curl -u me:hunter2 x", "curl -u me:*** x"),
            ("curl -ume:hunter2 --user you:geheim", "curl -ume:*** --user you:***"),
        ] {
            assert_eq!(spelled(&shell_words::split(words).unwrap()), told);
        }
        assert_eq!(spelled(&["é".repeat(1000)]).chars().count(), COMMAND_CHARS + 1);
    }
}
