//! Variables: those of the environment, and those of `--env-file`, a file as systemd's EnvironmentFile and Docker's
//! --env-file have it: `NAME=VALUE` a line. What the environment has is not overridden by the file.

use crate::reading::error::{Error, Result as Outcome};
use std::ffi::OsString;
use std::path::Path;
use std::sync::OnceLock;

/// What `--env-file` says.
static FILE: OnceLock<Vec<(String, String)>> = OnceLock::new();

/// Takes the variables of this file from now on.
pub(crate) fn load(path: &Path) -> Outcome<()> {
    let pairs = read(path).map_err(|why| Error::usage("--env-file").because(why))?;
    let _ = FILE.set(pairs);
    Ok(())
}

/// The value of a variable, if it is set and not empty.
pub(crate) fn get(name: &str) -> Option<OsString> {
    let given = |value: &OsString| !value.is_empty();
    let in_file = || {
        let pairs = FILE.get()?;
        // Of several lines the last, as in a shell.
        pairs.iter().rev().find(|(known, _)| known == name).map(|(_, value)| OsString::from(value))
    };
    std::env::var_os(name).filter(given).or_else(in_file).filter(given)
}

/// Reads a file. A line that cannot be understood is told by its number only: what stands in it may be a secret.
pub(crate) fn read(path: &Path) -> Outcome<Vec<(String, String)>> {
    let fault = |e| Error::usage(format!("read {}", path.display())).because(e);
    let text = std::fs::read_to_string(path).map_err(fault)?;
    parse(&text).map_err(|line| Error::usage(format!("{}: line {line} is not NAME=VALUE", path.display())))
}

/// Blank lines and those that begin with `#` or `;` are left out; `export ` in front of a name, blanks around
/// it and one pair of quotes around a value are taken off.
fn parse(text: &str) -> Result<Vec<(String, String)>, usize> {
    let mut pairs = Vec::new();
    for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (name, value) = line.split_once('=').ok_or(number + 1)?;
        let name = name.trim();
        let value = value.trim();
        if !is_name(name) || value.contains('\0') {
            return Err(number + 1);
        }
        let bare = ['"', '\''].iter().find_map(|&q| value.strip_prefix(q).and_then(|rest| rest.strip_suffix(q)));
        pairs.push((name.to_owned(), bare.unwrap_or(value).to_owned()));
    }
    Ok(pairs)
}

/// What a variable can be called.
pub(crate) fn is_name(name: &str) -> bool {
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    begins && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_file() {
        let text = "# a\n\n A=1\nexport B = 'x y' \nC=\"\"\n; d\nE=a=b#c\n";
        let pairs = parse(text).unwrap();
        let told: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}>{value}<")).collect();
        assert_eq!(told, ["A>1<", "B>x y<", "C><", "E>a=b#c<"]);
        for (text, line) in [("A=1\nB", 2), ("1A=2", 1), ("\nA B=c", 2), ("=x", 1)] {
            assert_eq!(parse(text), Err(line), "{text}");
        }
    }
}
