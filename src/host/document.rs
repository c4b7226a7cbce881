//! A small JSON document that several processes share: an object in a file.
//!
//! Decision: a change is made under a lock beside the file, written to a new one, synced, and renamed over it; so a reader
//! needs no lock and sees the document before a change or after it, also after a crash. The one before the last change
//! stays as FILE.last, for the case that the disk loses this one. A change is made in the text itself (`edit`): what it
//! does not touch stays byte for byte.

mod edit;

pub(crate) use self::edit::{Change, Key, get, same};

use crate::host::beside::{beside, fault};
use crate::host::diag;
use crate::host::lock::FileLock;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json;
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often a lock that is held is tried again.
const TRY: Duration = Duration::from_millis(5);

/// Where a document is.
#[derive(Debug)]
pub(crate) struct Document {
    path: PathBuf,
    /// Bytes.
    max_size: usize,
}

/// What is there.
struct Content {
    text: Vec<u8>,
    /// The file, if there is one.
    found: Option<Metadata>,
    /// That is no document: the text is the last good one.
    damaged: bool,
}

impl Document {
    /// The document in this file, which need not exist; through a link that it is at the end of.
    pub(crate) fn at(path: &Path, max_size: usize) -> Document {
        Document { path: path.canonicalize().unwrap_or_else(|_| path.to_owned()), max_size }
    }

    /// The text of the object; `{}` if there is no file. One that is damaged is told, and the last good one given.
    ///
    /// # Errors
    ///
    /// `Io` if it cannot be read, or is damaged and there is no good one; `Usage` if it is not an object, or too large.
    pub(crate) fn read(&self) -> Result<Vec<u8>> {
        self.load().map(|content| content.text)
    }

    /// Makes a change, if `edit` says so, and waits until the disk has it. Nobody else makes one meanwhile.
    ///
    /// # Errors
    ///
    /// As [`Document::read`]; `Busy` if others have it for longer than `wait`. After any error the document is as it was.
    pub(crate) fn change(&self, wait: Duration, edit: impl FnOnce(&mut Vec<u8>) -> Result<bool>) -> Result<bool> {
        let _lock = self.lock(wait)?;
        let mut content = self.load()?;
        let changed = edit(&mut content.text)?;
        if !changed {
            return Ok(false);
        }
        if let Err(why) = json::check(&content.text) {
            // Written, it could not be read again.
            return Err(Error::usage(format!("change {}: the document would be {why}", self.path.display())));
        }
        if !content.text.ends_with(b"\n") {
            content.text.push(b'\n');
        }
        if content.text.len() > self.max_size {
            let size = content.text.len();
            return Err(Error::usage(format!("change {}: {size} bytes are more than --max-size", self.path.display())));
        }
        self.replace(&content)?;
        Ok(true)
    }

    fn lock(&self, wait: Duration) -> Result<FileLock> {
        let path = beside(&self.path, "lock");
        let begin = Instant::now();
        loop {
            if let Some(lock) = FileLock::try_exclusive(&path)? {
                return Ok(lock);
            }
            let left = wait.saturating_sub(begin.elapsed());
            if left.is_zero() {
                let why = format!("change {}: other processes have it (--wait)", self.path.display());
                return Err(Error::new(Code::Busy, why));
            }
            std::thread::sleep(TRY.min(left));
        }
    }

    fn load(&self) -> Result<Content> {
        let Some((text, found)) = self.text_of(&self.path)? else {
            return Ok(Content { text: b"{}".to_vec(), found: None, damaged: false });
        };
        let found = Some(found);
        let why = match json::check(&text) {
            Ok(json::Kind::Object) => return Ok(Content { text, found, damaged: false }),
            Ok(_) => return Err(Error::usage(format!("read {}: it is not a JSON object", self.path.display()))),
            Err(why) => why,
        };
        let last = beside(&self.path, "last");
        match self.text_of(&last)? {
            Some((good, _)) if json::check(&good) == Ok(json::Kind::Object) => {
                let (name, last) = (self.path.display(), last.display());
                let words =
                    format!("{name} is damaged ({why}): {last} is used instead, with the state before the last change");
                diag::warn(Code::Damaged, words);
                Ok(Content { text: good, found, damaged: true })
            }
            // Made by mktemp or touch.
            None if text.iter().all(u8::is_ascii_whitespace) => {
                Ok(Content { text: b"{}".to_vec(), found, damaged: false })
            }
            _ => {
                let why = format!(
                    "read {}: it is damaged ({why}), and there is no good {}",
                    self.path.display(),
                    last.display()
                );
                Err(Error::new(Code::Io, why))
            }
        }
    }

    /// A file's bytes. `None`: there is none.
    fn text_of(&self, path: &Path) -> Result<Option<(Vec<u8>, Metadata)>> {
        let name = path.display();
        let found = match std::fs::metadata(path) {
            Ok(found) if found.is_file() => found,
            // A pipe would be waited for.
            Ok(_) => return Err(Error::usage(format!("read {name}: it is not a file"))),
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(fault("read", path, e)),
        };
        let mut text = Vec::new();
        let file = match File::open(path) {
            Ok(file) => file,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(fault("read", path, e)),
        };
        let most = self.max_size as u64 + 1;
        file.take(most).read_to_end(&mut text).map_err(|e| fault("read", path, e))?;
        if text.len() > self.max_size {
            return Err(Error::usage(format!("read {name}: it is larger than --max-size")));
        }
        Ok(Some((text, found)))
    }

    fn replace(&self, content: &Content) -> Result<()> {
        let new = beside(&self.path, "new");
        let write = || -> std::io::Result<()> {
            let mode = content.found.as_ref().map_or(0o666, |found| found.mode() & 0o7777);
            let mut file = File::options().write(true).create(true).truncate(true).mode(mode).open(&new)?;
            if let Some(found) = &content.found {
                // Root that changes another's document leaves it his; who is not root has only his own.
                let _ = std::os::unix::fs::fchown(&file, Some(found.uid()), Some(found.gid()));
                file.set_permissions(std::fs::Permissions::from_mode(mode))?;
            }
            file.write_all(&content.text)?;
            file.sync_all()?;
            match &content.found {
                Some(_) => keep(&self.path, &beside(&self.path, if content.damaged { "damaged" } else { "last" }))?,
                // That of another document, which is gone.
                None => drop(std::fs::remove_file(beside(&self.path, "last"))),
            }
            std::fs::rename(&new, &self.path)?;
            File::open(self.folder())?.sync_all()
        };
        write().map_err(|e| {
            // A disk that is full needs the room.
            let _ = std::fs::remove_file(&new);
            fault("write", &self.path, e)
        })
    }

    /// The folder that it is in.
    pub(crate) fn folder(&self) -> &Path {
        self.path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    /// What of the file is another after each change. `None`: there is no file.
    pub(crate) fn version(&self) -> Option<Version> {
        let found = std::fs::metadata(&self.path).ok()?;
        Some(Version {
            file: (found.dev(), found.ino()),
            changed: (found.mtime(), found.mtime_nsec()),
            size: found.size(),
        })
    }
}

/// See [`Document::version`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Version {
    file: (u64, u64),
    changed: (i64, i64),
    size: u64,
}

/// Gives a file that is about to be replaced a second name, in the place of what had that.
fn keep(path: &Path, name: &Path) -> std::io::Result<()> {
    let new = beside(name, "new");
    let _ = std::fs::remove_file(&new);
    // Not every file system has second names.
    std::fs::hard_link(path, &new).or_else(|_| std::fs::copy(path, &new).map(drop))?;
    std::fs::rename(&new, name)?;
    // If both names were of one file already, the rename did nothing (rename(2)).
    let _ = std::fs::remove_file(&new);
    Ok(())
}
