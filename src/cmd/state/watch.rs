//! `state FILE watch`: a line now, and a line when another one would be printed. Changes that follow each other faster
//! than they are read are one.

use super::operation::line;
use crate::flow::stdio;
use crate::host::diag;
use crate::host::document::{self, Document, Key};
use crate::host::exit::Exit;
use crate::host::stop::{SIGINT, Stop};
use crate::reading::error::{Error, Kind, Result};
use rustix::fd::OwnedFd;
use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use std::path::Path;
use std::time::Duration;

/// Where the kernel tells nothing (a file system of the network), or no longer.
const LOOK: Duration = Duration::from_millis(100);

/// Otherwise a look now and then is enough, for a folder that was replaced.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// Prints until a signal comes, or nobody reads. What is missing is `null`.
pub(super) fn watch(document: &Document, key: Option<&Key>, raw: bool) -> Result<Exit> {
    let stop = Stop::on_signals()?;
    let changes = listen(document.folder());
    let mut printed: Option<Vec<u8>> = None;
    let mut seen = None;
    while !stop.is_set() {
        let version = document.version();
        if seen.as_ref() != Some(&version) {
            seen = Some(version);
            match document.read() {
                Ok(text) => {
                    let found = key.map_or(Some(&text[..]), |key| document::get(&text, key));
                    let now = line(found.unwrap_or(b"null"), raw);
                    if printed.as_ref() != Some(&now) {
                        stdio::print(&now)?;
                        printed = Some(now);
                    }
                }
                // It goes on when somebody has set it right.
                Err(why) if why.kind() == Kind::Io || why.kind() == Kind::Usage => match printed {
                    Some(_) => diag::warn(why.code(), &why),
                    None => return Err(why),
                },
                Err(why) => return Err(why),
            }
        }
        match &changes {
            Ok(changes) => {
                if stop.readable(changes, Some(LOOK_AGAIN)) {
                    // What it was the file itself tells.
                    let _ = rustix::io::read(changes, &mut [0; 4096][..]);
                }
            }
            Err(_) => {
                stop.wait(LOOK);
            }
        }
    }
    Ok(if stop.signal() == Some(SIGINT) { Exit::Signal(SIGINT) } else { Exit::Code(0) })
}

fn listen(folder: &Path) -> Result<OwnedFd> {
    let failed = |e: rustix::io::Errno| Error::io(format!("watch {}", folder.display()), e);
    let changes = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).map_err(failed)?;
    let flags = WatchFlags::MOVED_TO | WatchFlags::CLOSE_WRITE | WatchFlags::DELETE | WatchFlags::MOVED_FROM;
    inotify::add_watch(&changes, folder, flags).map_err(failed)?;
    Ok(changes)
}
