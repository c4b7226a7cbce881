//! The text of a target, as libpq reads one: a URL, or words `KEY=VALUE` with blanks between.
//!
//! A target may bear a password, and a password with an unquoted `@` or blank falls apart in unforeseen ways: no
//! message shows anything that comes after the place where one may be.

use crate::net::address;
use crate::net::url::{Url, percent_decode};
use crate::reading::error::{Error, Result};
use std::collections::BTreeMap;

/// The words that are understood: libpq's, of the same meaning, and `statement_timeout`.
const WORDS: &[&str] = &[
    "application_name",
    "channel_binding",
    "client_encoding",
    "connect_timeout",
    "dbname",
    "fallback_application_name",
    "gssencmode",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "options",
    "passfile",
    "password",
    "port",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement_timeout",
    "target_session_attrs",
    "tcp_user_timeout",
    "user",
];

/// What a target says: values by word.
pub(super) type Given = BTreeMap<&'static str, String>;

/// The text names a PostgreSQL database: a URL, or words of which one is libpq's. Anything else is a file's path.
pub(crate) fn is_target(text: &str) -> bool {
    let key = |word: &str| word.split_once('=').is_some_and(|(key, _)| WORDS.contains(&key));
    // `host = a` is allowed as well; a path has a slash before any `=`.
    let first = text.split_once('=').is_some_and(|(key, _)| WORDS.contains(&key.trim()));
    url(text).is_some() || first || (!text.starts_with(['/', '.']) && text.split_whitespace().any(key))
}

/// What the target says. `Usage`: not in words that are understood.
pub(super) fn parse(text: &str) -> Result<Given> {
    match url(text) {
        Some(url) => parse_url(&url),
        None => parse_words(text),
    }
}

fn url(text: &str) -> Option<Url<'_>> {
    Url::parse(text).filter(|url| matches!(url.scheme, "postgres" | "postgresql"))
}

/// `user:password@host:port,host:port/dbname?word=value&…`: every part can be left out.
fn parse_url(url: &Url<'_>) -> Result<Given> {
    let mut given = Given::new();
    if url.tail.contains('@') {
        return Err(Error::usage(
            "read the database's URL: in a part of it @, / and ? are written as %40, %2F and %3F",
        ));
    }
    let (user, password) = url.login();
    put(&mut given, "user", decode(user)?)?;
    put(&mut given, "password", decode(password.unwrap_or_default())?)?;
    let (names, ports) =
        url.place.split(',').map(host_and_port).collect::<Option<(Vec<_>, Vec<_>)>>().ok_or_else(|| {
            Error::usage(
                "read the database's URL: after the user there must be HOST or HOST:PORT, several with commas between",
            )
        })?;
    put(&mut given, "host", decode(&names.join(","))?)?;
    if ports.iter().any(|port| !port.is_empty()) {
        put(&mut given, "port", decode(&ports.join(","))?)?;
    }
    let path = url.path();
    put(&mut given, "dbname", decode(path.strip_prefix('/').unwrap_or(path))?)?;
    for (key, value) in url.parameters() {
        match (decode(key)?.as_str(), value) {
            // As drivers of Java write it.
            ("ssl", "true") => put(&mut given, "sslmode", "require".to_owned())?,
            (key, _) => put(&mut given, known(key)?, decode(value)?)?,
        }
    }
    Ok(given)
}

/// `host:port`, `[::1]:port`.
pub(super) fn host_and_port(text: &str) -> Option<(&str, &str)> {
    let (host, port) = address::split(text)?;
    let port = port.unwrap_or_default();
    // What is not a number is not a port: and may be a part of a password.
    port.bytes().all(|b| b.is_ascii_digit() || b == b'%').then_some((host, port))
}

fn decode(text: &str) -> Result<String> {
    String::from_utf8(percent_decode(text)).map_err(|_| Error::usage("read the database's URL: it is not UTF-8"))
}

/// `key=value key = 'a value' …`, where a backslash takes the next character as it is.
fn parse_words(text: &str) -> Result<Given> {
    let mut given = Given::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (key, behind) = rest.split_once('=').ok_or_else(unclear)?;
        let key = match key.trim_end() {
            key if key.contains(char::is_whitespace) => return Err(unclear()),
            // It may be a part of one that has a blank in it.
            key if given.contains_key("password") && !WORDS.contains(&key) => return Err(unclear()),
            key => known(key)?,
        };
        let (value, behind) = parse_value(behind.trim_start()).ok_or_else(unclear)?;
        put(&mut given, key, value)?;
        rest = behind.trim_start();
    }
    Ok(given)
}

fn unclear() -> Error {
    Error::usage("read the database's words: KEY=VALUE, with blanks between; a value with blanks is quoted: '…'")
}

/// A value, and what comes after it.
fn parse_value(text: &str) -> Option<(String, &str)> {
    let (text, quoted) = match text.strip_prefix('\'') {
        Some(text) => (text, true),
        None => (text, false),
    };
    let mut value = String::new();
    let mut all = text.char_indices();
    while let Some((at, c)) = all.next() {
        match c {
            '\\' => value.extend(all.next().map(|(_, c)| c)),
            '\'' if quoted => return Some((value, &text[at + 1..])),
            c if c.is_whitespace() && !quoted => return Some((value, &text[at..])),
            c => value.push(c),
        }
    }
    (!quoted).then_some((value, ""))
}

/// Later ones count. An empty one says nothing.
fn put(given: &mut Given, key: &'static str, value: String) -> Result<()> {
    if value.contains('\0') {
        return Err(Error::usage(format!("read the database's {key}: it has a byte 0")));
    }
    if value.is_empty() {
        given.remove(key);
    } else {
        given.insert(key, value);
    }
    Ok(())
}

/// The word, if it is one.
fn known(key: &str) -> Result<&'static str> {
    if let Some(word) = WORDS.iter().find(|word| **word == key) {
        return Ok(word);
    }
    let nearest = WORDS.iter().min_by_key(|word| distance(word, key)).copied().unwrap_or_default();
    let hint = if distance(nearest, key) <= 3 { format!(": did you mean {nearest}?") } else { String::new() };
    Err(Error::usage(format!("{key:?} is not a connection word that kymo knows{hint}")))
}

/// How many letters have to be put in, taken out or changed (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        let given = parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        given.iter().map(|(word, value)| format!("{word}={value}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn urls() {
        for (url, words) in [
            ("postgres://", ""),
            ("postgresql:///db", "dbname=db"),
            ("postgres://h", "host=h"),
            ("postgres://h:1/db", "dbname=db host=h port=1"),
            ("postgres://[::1]:1/db", "dbname=db host=::1 port=1"),
            ("postgres://me@h", "host=h user=me"),
            ("postgres://me:a%20b%40c@h", "host=h password=a b@c user=me"),
            // More than libpq understands.
            ("postgres://me:a@b@h", "host=h password=a@b user=me"),
            ("postgres://a:1,b,c:3/db", "dbname=db host=a,b,c port=1,,3"),
            ("postgres://%2Frun%2Fpostgresql/db", "dbname=db host=/run/postgresql"),
            ("postgres:///db?host=/run/x&port=7", "dbname=db host=/run/x port=7"),
            ("postgres://h/?user=me&sslmode=verify-full&", "host=h sslmode=verify-full user=me"),
            ("postgres://h?ssl=true", "host=h sslmode=require"),
            ("postgres://h/d%C3%BC?options=-c%20x%3Dy", "dbname=dü host=h options=-c x=y"),
        ] {
            assert_eq!(said(url), words, "{url}");
        }
    }

    #[test]
    fn words() {
        for (text, words) in [
            ("host=h dbname=db", "dbname=db host=h"),
            ("  host = h\tport= 1 ", "host=h port=1"),
            (r"password='a b\'c\\d' user=x\ y", r"password=a b'c\d user=x y"),
            ("host=a host=b user=", "host=b"),
            ("host='' dbname=d", "dbname=d"),
        ] {
            assert_eq!(said(text), words, "{text}");
        }
    }

    #[test]
    fn a_wrong_word_is_told_with_the_nearest() {
        for (text, nearest) in [
            ("postgres://h?sslmod=x", "\"sslmod\" is not a connection word that kymo knows: did you mean sslmode?"),
            ("dbnam=x host=y", "\"dbnam\" is not a connection word that kymo knows: did you mean dbname?"),
            ("host=y zzzzzzzzzzzz=1", "\"zzzzzzzzzzzz\" is not a connection word that kymo knows"),
        ] {
            assert_eq!(parse(text).unwrap_err().to_string(), nearest);
        }
    }

    #[test]
    fn nothing_behind_a_password_is_shown() {
        for text in [
            "postgres://me:hun/ter@h/db",
            "postgres://me:hun?ter=1@h/db",
            "postgres://me:hunter",
            "postgres://me:hunter2,x@h:p/db",
            "postgres://me:%FFhunter@h/db",
            "password=a hunter=b",
            "password=a hunter",
            "password='hunter",
            "password=a b hunter=c",
        ] {
            let why = parse(text).unwrap_err().to_string();
            assert!(!why.contains("hun") && !why.contains("ter=") && !why.contains("a b"), "{text}: {why}");
        }
    }

    #[test]
    fn what_is_a_target() {
        for yes in ["postgres://", "postgresql://h/d", "host=h", "dbname=x user=y", "host = h", "hots=h dbname=x"] {
            assert!(is_target(yes), "{yes}");
        }
        for no in
            ["x.db", "./host=h", "/tmp/dbname=x y", "a=b.db", "mysql://h", "data/host=x", "postgres", "./a host=b"]
        {
            assert!(!is_target(no), "{no}");
        }
    }

    #[test]
    fn distances() {
        for (a, b, n) in [("", "", 0), ("abc", "", 3), ("abc", "abd", 1), ("host", "hots", 2), ("port", "sport", 1)] {
            assert_eq!((distance(a, b), distance(b, a)), (n, n), "{a} {b}");
        }
    }
}
