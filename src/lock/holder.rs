//! Who holds a lock. kymo writes it into the lock file; where that says nothing, or is left over from one that
//! was killed, the kernel's list of locks names the process. Passwords on a command line are not written down.

use crate::time;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::Duration;

/// How the content of a lock file that kymo wrote begins.
const BEGIN: &[u8] = b"{\"kymo_lock\":";

/// More of a command is not told.
const COMMAND_CHARS: usize = 500;

/// A process that holds a lock, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Holder {
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
}

/// The content of a lock file.
#[derive(Deserialize, Serialize)]
struct Document {
    /// The version of this layout.
    kymo_lock: u32,
    #[serde(flatten)]
    holder: Holder,
}

impl Holder {
    /// This process, from now on, for this command.
    pub fn this(command: &[String]) -> Holder {
        let mut since = Vec::new();
        time::write_rfc3339(time::now() / 1_000_000_000 * 1_000_000_000, &mut since);
        Holder {
            since: Some(String::from_utf8_lossy(&since).into_owned()),
            command: Some(spelled(command)),
            ..Holder::of(std::process::id())
        }
    }

    /// A process of this machine of which only the number is known.
    fn of(pid: u32) -> Holder {
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

    /// Who holds this locked file.
    pub(super) fn of_file(file: &File) -> Holder {
        let told = Holder::read(file);
        let here = told.as_ref().is_none_or(|told| told.host.as_deref() == Some(&host()));
        let listed = if here { listed(file) } else { None };
        match (told, listed) {
            // What the file tells may be left over from one that was killed.
            (told, Some(pid)) if told.as_ref().is_none_or(|told| told.pid != Some(pid)) => Holder::of_process(pid),
            (Some(mut told), _) => {
                let gone = |pid| Path::new("/proc/self").exists() && !Path::new(&format!("/proc/{pid}")).exists();
                told.ended = here && told.pid.is_some_and(gone);
                told
            }
            (None, _) => Holder::default(),
        }
    }

    fn read(file: &File) -> Option<Holder> {
        let mut bytes = vec![0; 8192];
        let n = file.read_at(&mut bytes, 0).ok()?;
        let document: Document = serde_json::from_slice(bytes.get(..n)?).ok()?;
        (document.kymo_lock == 1).then_some(document.holder)
    }

    /// Writes it into the lock file, unless that holds something else: it may be data that is locked by its own path.
    pub(super) fn write(&self, file: &File) -> std::io::Result<()> {
        if !is_ours(file)? {
            return Ok(());
        }
        let mut text = serde_json::to_vec(&Document { kymo_lock: 1, holder: self.clone() })?;
        text.push(b'\n');
        file.set_len(0)?;
        file.write_all_at(&text, 0)
    }

    /// Takes it out of the file again.
    pub(super) fn clear(file: &File) -> std::io::Result<()> {
        if is_ours(file)? && file.metadata()?.len() > 0 { file.set_len(0) } else { Ok(()) }
    }
}

/// The file is empty, or its content is kymo's, and it may be written.
fn is_ours(file: &File) -> std::io::Result<bool> {
    let writable = rustix::fs::fcntl_getfl(file)?.contains(rustix::fs::OFlags::RDWR);
    if !writable || !file.metadata()?.is_file() {
        return Ok(false);
    }
    let mut begin = [0; BEGIN.len()];
    let n = file.read_at(&mut begin, 0)?;
    Ok(n == 0 || begin == BEGIN)
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

/// The process that the kernel lists as the holder of this file's lock (proc_locks(5)).
fn listed(file: &File) -> Option<u32> {
    let stat = rustix::fs::fstat(file).ok()?;
    let (major, minor) = (rustix::fs::major(stat.st_dev), rustix::fs::minor(stat.st_dev));
    let place = format!("{major:02x}:{minor:02x}:{}", stat.st_ino);
    // The kernel gives the list in pieces: while others lock and unlock, an entry between two of them can be missed.
    (0..LOOKS).find_map(|look| {
        if look > 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
        let locks = fs::read_to_string("/proc/locks").ok()?;
        locks.lines().find_map(|line| holder_in(line, &place))
    })
}

/// So often is looked for a holder who must be there.
const LOOKS: u32 = 5;

/// The pid in a line such as `4: FLOCK  ADVISORY  WRITE 708 fe:00:4711 0 EOF`; one who waits has a `->` in it.
fn holder_in(line: &str, place: &str) -> Option<u32> {
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    match words[..] {
        [_, "FLOCK", _, _, pid, at, ..] if at == place => pid.parse().ok().filter(|&pid| pid > 0),
        _ => None,
    }
}

/// A command as one would type it, without what looks like a password in it, and not too long.
fn spelled(words: &[String]) -> String {
    let mut hide = false;
    let words = words.iter().map(|word| {
        let hidden = std::mem::replace(&mut hide, false);
        match word.split_once('=') {
            _ if hidden => "***".to_owned(),
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
        ] {
            assert_eq!(spelled(&shell_words::split(words).unwrap()), told);
        }
        assert_eq!(spelled(&["é".repeat(1000)]).chars().count(), COMMAND_CHARS + 1);
    }

    #[test]
    fn the_kernels_list_names_the_holder_and_nobody_who_waits() {
        let place = "fe:00:4711";
        assert_eq!(holder_in("4: FLOCK  ADVISORY  WRITE 708 fe:00:4711 0 EOF", place), Some(708));
        assert_eq!(holder_in("4: -> FLOCK  ADVISORY  WRITE 709 fe:00:4711 0 EOF", place), None);
        assert_eq!(holder_in("4: POSIX  ADVISORY  WRITE 708 fe:00:4711 0 EOF", place), None);
        assert_eq!(holder_in("4: FLOCK  ADVISORY  WRITE 708 fe:00:471 0 EOF", place), None);
        assert_eq!(holder_in("4: FLOCK  ADVISORY  WRITE -1 fe:00:4711 0 EOF", place), None);
    }
}
