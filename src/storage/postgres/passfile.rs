//! `~/.pgpass`: a line `host:port:database:user:password` for each login, by libpq's rules.

use crate::host::diag;
use crate::host::secrets::Secret;
use crate::reading::error::Code;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whom a password is for.
pub(super) struct Login<'a> {
    pub(super) host: &'a str,
    pub(super) port: u16,
    pub(super) dbname: &'a str,
    pub(super) user: &'a str,
}

/// The password that the file has for this login. A file that is not there has none; one that others can read is not
/// believed, and that is told once.
pub(super) fn password(path: &Path, login: &Login<'_>) -> Option<Secret> {
    static TOLD: AtomicBool = AtomicBool::new(false);
    let ignored = |why: &str| {
        if !TOLD.swap(true, Ordering::Relaxed) {
            diag::warn(Code::Passfile, format_args!("{} is not used: {why}", path.display()));
        }
    };
    let found = std::fs::metadata(path).ok()?;
    if !found.is_file() {
        ignored("it is not a file");
        return None;
    }
    if found.permissions().mode() & 0o077 != 0 {
        ignored("others than its owner can read it (chmod 600)");
        return None;
    }
    match std::fs::read(path) {
        Ok(bytes) => find(&bytes, login),
        Err(why) => {
            ignored(&why.to_string());
            None
        }
    }
}

/// The first line that fits counts.
fn find(bytes: &[u8], login: &Login<'_>) -> Option<Secret> {
    let port = login.port.to_string();
    let wanted = [login.host, &port, login.dbname, login.user];
    bytes.split(|&b| b == b'\n').filter(|line| !line.starts_with(b"#")).find_map(|line| {
        let mut rest = line.strip_suffix(b"\r").unwrap_or(line);
        for wanted in wanted {
            rest = behind(rest, wanted.as_bytes())?;
        }
        let password = field(rest).0;
        (!password.is_empty()).then(|| Secret::new(password))
    })
}

/// What comes after the first field, if that is this one or `*`.
fn behind<'a>(line: &'a [u8], wanted: &[u8]) -> Option<&'a [u8]> {
    let (found, rest) = field(line);
    let rest = rest?;
    (found == wanted || line.starts_with(b"*:")).then_some(rest)
}

/// The first field, up to a colon, and what comes after that. A backslash takes the next byte as it is.
fn field(line: &[u8]) -> (Vec<u8>, Option<&[u8]>) {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&byte) = line.get(at) {
        match byte {
            b':' => return (found, Some(&line[at + 1..])),
            b'\\' if at + 1 < line.len() => {
                found.push(line[at + 1]);
                at += 1;
            }
            byte => found.push(byte),
        }
        at += 1;
    }
    (found, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(file: &str, host: &str) -> Option<String> {
        let login = Login { host, port: 5432, dbname: "d:b", user: r"m\e" };
        find(file.as_bytes(), &login).map(|secret| secret.expose_text().unwrap().to_owned())
    }

    #[test]
    fn the_first_line_that_fits() {
        let file = "# h:5432:*:*:comment\nh:5432:d\\:b:other:1\nh:5433:*:*:2\nh:*:d\\:b:m\\\\e:3\\:4\\\\\n*:*:*:*:5\n";
        assert_eq!(found(file, "h").as_deref(), Some(r"3:4\"));
        assert_eq!(found(file, "i").as_deref(), Some("5"));
        assert_eq!(found("h:*:*:*:1\nh:*:*:*:2", "h").as_deref(), Some("1"));
        assert_eq!(found("h:*:*:*:windows\r\n", "h").as_deref(), Some("windows"));
    }

    #[test]
    fn what_does_not_fit() {
        for file in
            ["", "h", "h:*:*:*", "h:*:*:*:", "i:*:*:*:1", "h:1:*:*:1", "h:*:db:*:1", "h:*:*:me:1", "\\*:*:*:*:1"]
        {
            assert_eq!(found(file, "h"), None, "{file}");
        }
        // All that is behind an unescaped colon is no part of it.
        assert_eq!(found("h:*:*:*:a:b", "h").as_deref(), Some("a"));
    }
}
