//! Files that may be a pipe with a name (FIFO). open(2) of one waits for its other end, and hears no signal meanwhile:
//! here it is waited for with an eye on the signal.

use crate::host::beside::fault;
use crate::host::stop;
use crate::reading::error::{Code, Error, Result};
use rustix::fs::OFlags;
use rustix::io::Errno;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

/// How often one looks whether the other end has come.
const LOOK: Duration = Duration::from_millis(20);

/// Opens a file to append to it, and makes it if it is not there. `what` it is called in messages.
///
/// # Errors
///
/// `Closed`: a signal came before anybody opened the pipe to read it; `Io`.
pub(crate) fn append(what: &str, path: &Path) -> Result<File> {
    let failed = |e| fault(&format!("open {what}"), path, e);
    loop {
        match with(File::options().create(true).append(true)).open(path) {
            Ok(file) => {
                let flags = rustix::fs::fcntl_getfl(&file).and_then(|flags| {
                    // From now on a write waits for room.
                    rustix::fs::fcntl_setfl(&file, flags.difference(OFlags::NONBLOCK))
                });
                return flags.map(|()| file).map_err(|e| failed(e.into()));
            }
            Err(e) if Errno::from_io_error(&e) == Some(Errno::NXIO) => {
                if stop::has_come() {
                    return Err(Error::new(Code::Closed, "stopped"));
                }
                std::thread::sleep(LOOK);
            }
            Err(e) => return Err(failed(e)),
        }
    }
}

/// Opens a file to read it. It does not block: whoever reads waits for it by `poll`, which knows a pipe whose writer is
/// still to come from one whose writer has gone.
pub(crate) fn read(path: &Path) -> Result<File> {
    with(File::options().read(true)).open(path).map_err(|e| fault("open", path, e))
}

fn with(options: &mut OpenOptions) -> &mut OpenOptions {
    options.custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed())
}
