//! A conversation with a broker that outlives its connections: connects, listens, speaks, and connects again.

use super::broker::Broker;
use super::connection::{Connection, Heard};
use super::packet::Hello;
use crate::net::wait::{Wait, unreachable};
use crate::reading::error::{Code, Error, Kind, Result};
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::fd::OwnedFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What one side of a conversation wants.
pub(crate) trait Conversation {
    /// How it introduces itself, this time in this version.
    fn hello(&mut self) -> Hello;

    /// The broker has taken us in.
    fn opened(&mut self, connection: &mut Connection) -> Result<()>;

    /// Something was heard.
    fn heard(&mut self, heard: Heard, connection: &mut Connection) -> Result<()>;

    /// Called after what was heard, after a wake and now and then: says what there is to say.
    fn turn(&mut self, connection: &mut Connection) -> Result<Turn>;

    /// It has room for what may come. If not, the broker is left to wait.
    fn takes_input(&self) -> bool {
        true
    }

    /// A turn is due by then, whatever comes.
    fn due(&self) -> Option<Instant> {
        None
    }

    /// The connection is gone; nothing that was not confirmed on it will be.
    fn lost(&mut self);

    /// There is no connection, for this reason; another one is tried.
    fn failed(&mut self, why: &Error) {
        let _ = why;
    }

    /// At a goodbye the broker may forget us.
    fn ends_session(&self) -> bool {
        true
    }
}

/// What comes after a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    Go,
    /// There is more to say, once this has gone out.
    More,
    /// Everything is said.
    Done,
}

/// Wakes a conversation's thread from another one.
#[derive(Clone, Debug)]
pub(crate) struct Wake(Arc<OwnedFd>);

impl Wake {
    pub(crate) fn new() -> Result<Wake> {
        let fd = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK);
        fd.map(|fd| Wake(Arc::new(fd))).map_err(|e| Error::io("create an eventfd", e))
    }

    /// Wakes it, now or at its next rest.
    pub(crate) fn wake(&self) {
        // It can fail only when it is readable already.
        let _ = rustix::io::write(&*self.0, &1_u64.to_ne_bytes());
    }

    fn reset(&self) {
        let _ = rustix::io::read(&*self.0, &mut [0; 8][..]);
    }
}

/// Talks until everything is said, or `wait` is over while there is no connection. Faults of the network are told, and
/// another connection is made; others end it.
pub(crate) fn talk(broker: &mut Broker, side: &mut impl Conversation, wake: &Wake, wait: Wait<'_>) -> Result<()> {
    loop {
        let hello = side.hello();
        let fault = match broker.connect(&hello, wait) {
            Ok(mut connection) => {
                let since = Instant::now();
                let end = converse(&mut connection, side, wake, wait);
                match &end {
                    // After an error of ours the broker still hears a goodbye, else it would send our last will.
                    Ok(()) => connection.part(side.ends_session()),
                    Err(why) if why.kind() != Kind::Unreachable => connection.part(false),
                    Err(_) => {}
                }
                side.lost();
                broker.lasted(since.elapsed());
                match end {
                    Err(why) if why.kind() == Kind::Unreachable => {
                        side.failed(&why);
                        why.context(format_args!("lost {}", broker.name()))
                    }
                    end => return end,
                }
            }
            Err(why) => match why.kind() {
                Kind::Closed => return broker.is_reached(wait),
                // It will not learn another version.
                Kind::Unreachable if why.code() == Code::OldProtocol => return Err(why),
                Kind::Unreachable => {
                    side.failed(&why);
                    why
                }
                _ => return Err(why),
            },
        };
        let pause = broker.again(fault)?;
        if !wait.sleep(pause) {
            return broker.is_reached(wait);
        }
    }
}

fn converse(connection: &mut Connection, side: &mut impl Conversation, wake: &Wake, wait: Wait<'_>) -> Result<()> {
    side.opened(connection)?;
    let mut pace = Pace { last: Instant::now(), short: 0 };
    loop {
        let mut is_drained = false;
        for _ in 0..READS_A_TURN {
            if !take(connection, side)? {
                break;
            }
            is_drained = !connection.read()?;
            if is_drained {
                break;
            }
            if connection.has_read_all() {
                is_drained = take(connection, side)?;
                break;
            }
        }
        // Before the turn: what ends it after the turn still has to wake us.
        let over = wait.is_over();
        let turn = side.turn(connection)?;
        if turn == Turn::Done {
            return Ok(());
        }
        let has_spoken = !connection.outgoing().is_empty();
        connection.flush()?;
        let takes_input = side.takes_input();
        let by = connection.keep_alive(takes_input)?;
        let has_more = takes_input && !is_drained || turn == Turn::More && connection.outgoing().is_empty();
        if !has_more {
            pace.keep(has_spoken);
            let by = by.into_iter().chain(side.due()).min();
            rest(connection, takes_input, wake, wait, over, by)?;
        }
    }
}

/// A flood of messages that nobody answers comes in single packets, and to wake for each costs more than to read it: then
/// a moment is waited for more of them. Whoever waits for an answer is never made to wait.
struct Pace {
    last: Instant,
    /// Rests in a row that were short.
    short: u32,
}

impl Pace {
    fn keep(&mut self, has_spoken: bool) {
        let now = Instant::now();
        let is_short = !has_spoken && now.duration_since(self.last) < SHORT;
        self.short = if is_short { self.short.saturating_add(1) } else { 0 };
        self.last = now;
        if self.short >= MANY {
            std::thread::sleep(MOMENT);
        }
    }
}

/// How many rests in a row, one within so long after the other, are a flood: more than 2,000 wakes a second.
const MANY: u32 = 32;
const SHORT: Duration = Duration::from_micros(500);
const MOMENT: Duration = Duration::from_micros(100);

/// Takes what was read; false: there is no room for all of it.
fn take(connection: &mut Connection, side: &mut impl Conversation) -> Result<bool> {
    while side.takes_input() {
        match connection.next()? {
            Some(heard) => side.heard(heard, connection)?,
            None => return Ok(true),
        }
    }
    Ok(false)
}

/// What floods us must not keep us from speaking.
const READS_A_TURN: usize = 8;

/// Sleeps until there is something to do. `over`: the side knows that `wait` is over. Its descriptor stays readable then;
/// what is left to do comes by a wake.
fn rest(
    connection: &Connection,
    takes_input: bool,
    wake: &Wake,
    wait: Wait<'_>,
    over: bool,
    by: Option<Instant>,
) -> Result<()> {
    let by = by.into_iter().chain(wait.until.filter(|_| !over)).min();
    let time = by.map(|by| by.saturating_duration_since(Instant::now()));
    let time = time.map(|t| Timespec { tv_sec: t.as_secs() as i64, tv_nsec: t.subsec_nanos().into() });
    let mut fds = [
        PollFd::new(connection, connection.interest(takes_input)),
        PollFd::new(&wake.0, PollFlags::IN),
        PollFd::from_borrowed_fd(wait.stop.fd(), if over { PollFlags::empty() } else { PollFlags::IN }),
    ];
    let ready = poll(&mut fds, time.as_ref());
    if ready.is_ok() && !fds[1].revents().is_empty() {
        wake.reset();
    }
    // It is told whether it is asked for or not.
    if !takes_input && fds[0].revents().intersects(PollFlags::HUP | PollFlags::ERR) {
        return Err(unreachable("the connection broke"));
    }
    Ok(())
}
