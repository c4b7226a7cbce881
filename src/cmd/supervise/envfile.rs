//! A file of environment variables, as systemd's EnvironmentFile and Docker's --env-file have it: `NAME=VALUE` a line.

use std::path::Path;

/// Reads a file. A line that cannot be understood is told by its number only: what stands in it may be a secret.
pub(super) fn read(path: &Path) -> Result<Vec<(String, String)>, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("read {}: {e}", path.display()))?;
    parse(&text).map_err(|line| format!("{}: line {line} is not NAME=VALUE", path.display()))
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
pub(super) fn is_name(name: &str) -> bool {
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
