//! A connection that never blocks, in the clear or by TLS: what is not there yet is `WouldBlock`.
//!
//! The TLS session is driven by hand, not by rustls' `Stream`: that one reads when it should write and swallows
//! interrupts. After `WouldBlock` nothing is left in its buffers, so that `poll` can be trusted.

use super::wait::{Wait, unreachable};
use crate::reading::error::Result;
use rustix::event::PollFlags;
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::net::{SendFlags, Shutdown, sockopt};
use rustls::{ClientConnection, Connection, ServerConnection};
use std::io::{self, BufReader, ErrorKind, Read, Write};
use std::time::{Duration, Instant};

/// rustls reads 4 KiB at a time; the system is asked for more.
const TLS_BYTES: usize = 64 << 10;

/// The same for one connection of many.
const ACCEPTED_TLS_BYTES: usize = 16 << 10;

/// A peer that says nothing is asked after this time whether it is still there, and again at this interval.
const ASK_AFTER: Duration = Duration::from_secs(60);
const ASK_EVERY: Duration = Duration::from_secs(15);

/// After this many questions without an answer it is gone.
const QUESTIONS: u32 = 4;

/// Has the kernel find out whether the peer of a TCP connection is still there: one that lost its power or its network
/// says nothing.
pub(crate) fn keep_alive(socket: impl AsFd) {
    // A socket that is not TCP's has no such need.
    let _ = sockopt::set_tcp_keepidle(&socket, ASK_AFTER);
    let _ = sockopt::set_tcp_keepintvl(&socket, ASK_EVERY);
    let _ = sockopt::set_tcp_keepcnt(&socket, QUESTIONS);
    let _ = sockopt::set_socket_keepalive(&socket, true);
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Stream(Way);

#[derive(Debug)]
enum Way {
    Plain(Socket),
    Tls(Box<(Connection, BufReader<Socket>)>),
}

/// A stream socket of any family, that does not block.
#[derive(Debug)]
struct Socket(OwnedFd);

impl Socket {
    fn finish(&self) {
        // The peer may be gone already.
        let _ = rustix::net::shutdown(&self.0, Shutdown::Write);
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl Read for Socket {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        Ok(rustix::io::read(&self.0, to)?)
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(rustix::net::send(&self.0, bytes, SendFlags::NOSIGNAL)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stream {
    /// Over a stream socket that does not block.
    pub(crate) fn plain(socket: OwnedFd) -> Stream {
        Stream(Way::Plain(Socket(socket)))
    }

    /// With TLS on top, for a peer that was accepted. The handshake is made by [`Stream::read`].
    pub(crate) fn accepted(socket: OwnedFd, session: ServerConnection) -> Stream {
        let socket = BufReader::with_capacity(ACCEPTED_TLS_BYTES, Socket(socket));
        Stream(Way::Tls(Box::new((session.into(), socket))))
    }

    /// It has no TLS: what is read is in no buffer of ours.
    pub(crate) fn is_plain(&self) -> bool {
        matches!(&self.0, Way::Plain(_))
    }

    /// The peer has not shown yet who it is, nor we.
    pub(crate) fn is_handshaking(&self) -> bool {
        matches!(&self.0, Way::Tls(both) if both.0.is_handshaking())
    }

    /// At the end of input: nothing is missing, as far as the peer can say. TLS has a word for it that nobody on the way
    /// can forge.
    pub(crate) fn has_ended_well(&mut self) -> bool {
        match &mut self.0 {
            Way::Plain(_) => true,
            Way::Tls(both) => matches!(both.0.reader().read(&mut [0]), Ok(0)),
        }
    }

    /// Puts TLS on top, with the handshake.
    pub(super) fn with_tls(self, session: ClientConnection, wait: Wait<'_>, by: Instant) -> Result<Stream> {
        let Way::Plain(socket) = self.0 else {
            return Err(unreachable("TLS inside TLS is not supported"));
        };
        let mut both = Box::new((Connection::from(session), BufReader::with_capacity(TLS_BYTES, socket)));
        while both.0.is_handshaking() {
            let (session, socket) = &mut *both;
            match shake(session, socket) {
                Ok(()) => {}
                Err(e) if e.kind() == ErrorKind::WouldBlock => {
                    let write = if session.wants_write() { PollFlags::OUT } else { PollFlags::empty() };
                    wait.need(socket.get_ref(), write | PollFlags::IN, by)?;
                }
                Err(e) => return Err(unreachable("do the TLS handshake").because(e)),
            }
        }
        Ok(Stream(Way::Tls(both)))
    }

    /// Reads what is there. 0: the peer has ended. `WouldBlock`: nothing is left anywhere; then `poll`.
    pub(crate) fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        match &mut self.0 {
            Way::Plain(socket) => again(|| socket.read(to)),
            Way::Tls(both) => {
                let (session, socket) = &mut **both;
                loop {
                    match session.reader().read(to) {
                        // The peer cut the line without saying so; the protocol above knows what is missing.
                        Err(e) if e.kind() == ErrorKind::UnexpectedEof => return Ok(0),
                        Err(e) if e.kind() == ErrorKind::WouldBlock => {}
                        result => return result,
                    }
                    receive(session, socket)?;
                    // What TLS itself has to say, as in a handshake. If it cannot, what was received still counts.
                    while session.wants_write() && again(|| session.write_tls(socket.get_mut())).is_ok() {}
                }
            }
        }
    }

    /// Writes as much of `bytes` as the peer takes now, and takes that off them.
    pub(crate) fn send(&mut self, bytes: &mut Vec<u8>) -> io::Result<()> {
        let result = match &mut self.0 {
            Way::Plain(socket) => drain(bytes, |bytes| again(|| socket.write(bytes))),
            Way::Tls(both) => {
                let (session, socket) = &mut **both;
                drain(bytes, |bytes| {
                    let n = session.writer().write(bytes)?;
                    while session.wants_write() {
                        match session.write_tls(socket.get_mut()) {
                            // What is in the session goes out by a later call.
                            Err(e) if e.kind() == ErrorKind::WouldBlock && n > 0 => return Ok(n),
                            Err(e) if e.kind() == ErrorKind::Interrupted => {}
                            result => drop(result?),
                        }
                    }
                    Ok(n)
                })
            }
        };
        match result {
            Err(e) if e.kind() == ErrorKind::WouldBlock => Ok(()),
            result => result,
        }
    }

    /// What to poll for beside input, with these bytes still to be sent.
    pub(crate) fn interest(&self, unsent: &[u8]) -> PollFlags {
        let held = matches!(&self.0, Way::Tls(both) if both.0.wants_write());
        if held || !unsent.is_empty() { PollFlags::OUT } else { PollFlags::empty() }
    }

    /// Says that nothing more will be sent.
    pub(crate) fn finish(&mut self) {
        // The peer may be gone already.
        match &mut self.0 {
            Way::Plain(socket) => socket.finish(),
            Way::Tls(both) => {
                both.0.send_close_notify();
                let (session, socket) = &mut **both;
                drop(session.write_tls(socket.get_mut()));
                socket.get_ref().finish();
            }
        }
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match &self.0 {
            Way::Plain(socket) => socket.as_fd(),
            Way::Tls(both) => both.1.get_ref().as_fd(),
        }
    }
}

/// One step of a handshake.
fn shake(session: &mut Connection, socket: &mut BufReader<Socket>) -> io::Result<()> {
    while session.wants_write() {
        again(|| session.write_tls(socket.get_mut()))?;
    }
    if !session.is_handshaking() {
        return Ok(());
    }
    match receive(session, socket)? {
        0 => Err(io::Error::new(ErrorKind::UnexpectedEof, "the server closed the connection")),
        _ => Ok(()),
    }
}

/// Takes in some bytes; 0: there will be no more.
fn receive(session: &mut Connection, socket: &mut BufReader<Socket>) -> io::Result<usize> {
    let n = again(|| session.read_tls(socket))?;
    if let Err(why) = session.process_new_packets() {
        // The peer is told why, if it still listens.
        drop(session.write_tls(socket.get_mut()));
        return Err(io::Error::new(ErrorKind::InvalidData, why));
    }
    Ok(n)
}

/// Calls `write` until nothing is left or it fails.
fn drain(bytes: &mut Vec<u8>, mut write: impl FnMut(&[u8]) -> io::Result<usize>) -> io::Result<()> {
    let mut done = 0;
    let result = loop {
        if done == bytes.len() {
            // A last call with nothing: what TLS still holds goes out.
            break write(&[]).map(drop);
        }
        match write(&bytes[done..]) {
            Ok(0) => break Err(ErrorKind::WouldBlock.into()),
            Ok(n) => done += n,
            Err(e) => break Err(e),
        }
    };
    bytes.drain(..done);
    result
}

fn again(mut call: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match call() {
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}
