//! How one speaks with a supervisor that runs: a socket beside its lock, one request a connection, a line of JSON each way. Only
//! the same user and root are heard.

use super::status::Status;
use crate::host::diag;
use crate::reading::error::{Code, Error, Result};
use rustix::fd::{AsFd as _, BorrowedFd};
use rustix::net::sockopt::socket_peercred;
use serde::{Deserialize, Serialize};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Whoever has connected and asks nothing for this long is not heard any more.
const PATIENCE: Duration = Duration::from_secs(5);

/// At most this many are heard at once.
const VISITORS: usize = 16;

/// A request is not longer; an answer may be.
const REQUEST: usize = 64 << 10;

/// What one can ask. Without names: of all units, or of the supervisor itself.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "do", rename_all = "lowercase")]
pub(super) enum Request {
    Status { units: Vec<String> },
    Stop { units: Vec<String> },
    Restart { units: Vec<String> },
    Reload { units: Vec<String> },
}

impl Request {
    pub(super) fn units(&self) -> &[String] {
        match self {
            Request::Status { units }
            | Request::Stop { units }
            | Request::Restart { units }
            | Request::Reload { units } => units,
        }
    }
}

/// What is answered.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(untagged)]
pub(super) enum Reply {
    Status(Status),
    /// It is being done; status tells when it is.
    Done {
        done: bool,
    },
    Refused {
        error: String,
    },
}

/// Where a supervisor hears.
pub(super) struct Door {
    path: PathBuf,
    listener: UnixListener,
    visitors: Vec<Visitor>,
}

struct Visitor {
    stream: UnixStream,
    since: Instant,
    heard: Vec<u8>,
}

/// The way back to one who asked.
pub(super) struct Answer(UnixStream);

impl Door {
    /// Opens it. What is there is left over: whoever has the lock may do that.
    pub(super) fn open(path: &Path) -> Result<Door> {
        let failed = |e: std::io::Error| match e.kind() {
            ErrorKind::PermissionDenied | ErrorKind::AddrInUse => {
                Error::new(Code::Refused, format!("open {}", path.display())).because(e)
            }
            _ => Error::io(format!("open {}", path.display()), e),
        };
        match std::fs::remove_file(path) {
            Err(e) if e.kind() != ErrorKind::NotFound => return Err(failed(e)),
            _ => {}
        }
        let listener = UnixListener::bind(path).map_err(failed)?;
        // Beside that, each visitor is asked who he is.
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        Ok(Door { path: path.to_owned(), listener, visitors: Vec::new() })
    }

    /// Readable when somebody comes, or says something.
    pub(super) fn fds(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let visitors = self.visitors.iter().map(|visitor| visitor.stream.as_fd());
        // Who comes while there is no room waits.
        let listener = (self.visitors.len() < VISITORS).then(|| self.listener.as_fd());
        listener.into_iter().chain(visitors)
    }

    /// Lets in who waits, and hears what was asked, without waiting.
    pub(super) fn requests(&mut self) -> Vec<(Request, Answer)> {
        while self.visitors.len() < VISITORS
            && let Ok((stream, _)) = self.listener.accept()
        {
            if is_known(&stream) && stream.set_nonblocking(true).is_ok() {
                self.visitors.push(Visitor { stream, since: Instant::now(), heard: Vec::new() });
            }
        }
        let mut asked = Vec::new();
        let mut staying = Vec::new();
        for mut visitor in self.visitors.drain(..) {
            match visitor.hear() {
                Heard::Line(line) => match serde_json::from_slice(&line) {
                    Ok(request) => asked.push((request, Answer(visitor.stream))),
                    Err(why) => {
                        let error = format!("no such request: {why}");
                        Answer(visitor.stream).send(&Reply::Refused { error });
                    }
                },
                Heard::Nothing if visitor.since.elapsed() < PATIENCE => staying.push(visitor),
                Heard::Nothing | Heard::End => {}
            }
        }
        self.visitors = staying;
        asked
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        // What is left over is replaced by the next.
        let _ = std::fs::remove_file(&self.path);
    }
}

enum Heard {
    Line(Vec<u8>),
    Nothing,
    End,
}

impl Visitor {
    fn hear(&mut self) -> Heard {
        let mut bytes = [0; 4096];
        loop {
            match self.stream.read(&mut bytes) {
                Ok(0) => return Heard::End,
                Ok(n) => self.heard.extend_from_slice(&bytes[..n]),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) if e.kind() == ErrorKind::WouldBlock => return Heard::Nothing,
                Err(_) => return Heard::End,
            }
            if let Some(end) = memchr::memchr(b'\n', &self.heard) {
                self.heard.truncate(end);
                return Heard::Line(std::mem::take(&mut self.heard));
            }
            if self.heard.len() > REQUEST {
                return Heard::End;
            }
        }
    }
}

impl Answer {
    pub(super) fn send(mut self, reply: &Reply) {
        let Ok(mut line) = serde_json::to_vec(reply) else { return };
        line.push(b'\n');
        // A visitor who does not listen is not waited for: what does not fit into the socket's buffer at once takes at most this long.
        let _ = self.0.set_nonblocking(false).and_then(|()| self.0.set_write_timeout(Some(Duration::from_millis(200))));
        if let Err(why) = self.0.write_all(&line) {
            diag::debug(Code::Control, format_args!("answer: {why}"));
        }
    }
}

/// The other end is the same user's, or root's.
fn is_known(stream: &UnixStream) -> bool {
    socket_peercred(stream).is_ok_and(|peer| peer.uid.is_root() || peer.uid == rustix::process::geteuid())
}

/// Asks a supervisor. `None`: none is there.
pub(super) fn ask(path: &Path, request: &Request) -> Result<Option<Reply>> {
    let failed = |e| Error::io(format!("speak with the supervisor at {}", path.display()), e);
    let mut stream = match UnixStream::connect(path) {
        Ok(stream) => stream,
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => return Ok(None),
        Err(e) if e.kind() == ErrorKind::PermissionDenied => {
            return Err(
                Error::new(Code::Refused, format!("speak with the supervisor at {}", path.display())).because(e)
            );
        }
        Err(e) => return Err(failed(e)),
    };
    if !is_known(&stream) {
        return Err(Error::new(Code::Refused, format!("{} belongs to another user's process", path.display())));
    }
    stream.set_read_timeout(Some(2 * PATIENCE)).map_err(failed)?;
    let mut line = serde_json::to_vec(request).map_err(|e| Error::io("spell the request", e))?;
    line.push(b'\n');
    match stream.write_all(&line) {
        // It ended just now.
        Err(e) if e.kind() == ErrorKind::BrokenPipe => return Ok(None),
        written => written.map_err(failed)?,
    }
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        // It ended just now.
        Ok(0) => Ok(None),
        Ok(_) => serde_json::from_slice(&answer).map(Some).map_err(|e| Error::io("read the supervisor's answer", e)),
        Err(e) if e.kind() == ErrorKind::ConnectionReset => Ok(None),
        Err(e) => Err(failed(e)),
    }
}
