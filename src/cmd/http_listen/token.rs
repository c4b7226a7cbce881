//! Tokens: who shows one of them may write. The file is read again when it has changed.

use crate::host::secrets::{Secret, SecretSource};
use crate::reading::error::Result;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

/// The tokens of a file, one a line.
pub(super) struct Tokens {
    path: PathBuf,
    /// What the file was when it was read.
    seen: Option<[i64; 5]>,
    tokens: Vec<Secret>,
}

impl Tokens {
    /// Reads the file.
    pub(super) fn read(path: PathBuf) -> Result<Tokens> {
        let mut tokens = Tokens { path, seen: None, tokens: Vec::new() };
        tokens.refresh()?;
        Ok(tokens)
    }

    fn refresh(&mut self) -> Result<()> {
        let seen = std::fs::metadata(&self.path).ok().map(|file: Metadata| {
            let number = |n: u64| i64::from_ne_bytes(n.to_ne_bytes());
            [number(file.ino()), number(file.size()), file.mtime(), file.mtime_nsec(), file.ctime_nsec()]
        });
        if seen.is_some() && seen == self.seen {
            return Ok(());
        }
        self.seen = None;
        self.tokens.clear();
        let all = SecretSource::File(self.path.clone()).read()?;
        let lines = all.expose().split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        self.tokens = lines.filter(|line| !line.is_empty()).map(Secret::new).collect();
        self.seen = seen;
        Ok(())
    }

    /// Whether this field `Authorization` shows one of them. An error: the file cannot be read now.
    pub(super) fn allow(&mut self, field: Option<&str>) -> Result<bool> {
        self.refresh()?;
        let shown = field.and_then(|field| field.split_once(' '));
        let shown = shown.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer"));
        let Some((_, shown)) = shown else { return Ok(false) };
        let shown = shown.trim().as_bytes();
        // All of them are compared, so that the time says nothing of where one differs.
        Ok(self.tokens.iter().fold(false, |is, token| is | is_equal(token.expose(), shown)))
    }
}

/// Compares in a time that depends on the lengths alone.
fn is_equal(one: &[u8], other: &[u8]) -> bool {
    let differs = one.iter().zip(other).fold(0, |all, (a, b)| std::hint::black_box(all | (a ^ b)));
    one.len() == other.len() && differs == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_equal_as_a_whole() {
        assert!(is_equal(b"abc", b"abc"));
        for other in [&b"abd"[..], b"ab", b"abcd", b""] {
            assert!(!is_equal(b"abc", other));
        }
    }
}
