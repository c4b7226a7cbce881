//! The loop over all clients: one thread, which takes what has come, hands it on, and waits when nothing has.
//!
//! When the pipeline is full, handing on waits, and so does this loop: it reads no more, the sockets fill, and TCP tells
//! the senders. Answers wait as long: the sink commits whatever this loop does, so both go on as soon as the sink takes the
//! next batch. A loop of its own for answers could only send them while nothing is committed.

use super::connection::{Connection, Turn};
use super::framing::{Framing, Part};
use super::intake::{Intake, Sender};
use crate::flow::ack::{Outcome, Pending};
use crate::host::diag;
use crate::net::guard::{Guard, Seldom};
use crate::net::listener::{Datagrams, Door, Peer};
use crate::net::poll::{Bell, Change, Poll};
use crate::net::stream::Stream;
use crate::net::wait::Wait;
use crate::reading::error::{Code, Error, Result};
use foldhash::fast::RandomState;
use rustix::fd::OwnedFd;
use rustls::{ServerConfig, ServerConnection};
use std::collections::{HashMap, VecDeque};
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Numbers of descriptors in the poll; doors and then connections follow.
const STOP: u64 = 0;
const BELL: u64 = 1;
const DOORS: u64 = 2;

/// So much is read at once, of one client after the other.
const READ_BYTES: usize = 64 << 10;

/// At most this many connections that have no place get an answer at once.
const REFUSED: usize = 100;

/// At most this many datagrams are taken in one turn.
const DATAGRAMS: usize = 256;

/// How often one looks for the last commits: their bell may have rung before.
const LAST_COMMITS: Duration = Duration::from_millis(100);

/// Why some are refused.
const NOT_ALLOWED: &str = "it is in no network of --allow";

const MUTE: &str = "it has sent nothing, and another client needs its place (--max-clients)";

/// What it counts beside its records.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) clients: u64,
    pub(super) refused: u64,
    pub(super) lines: u64,
}

/// How clients are served.
pub(super) struct Settings {
    pub(super) tls: Option<Arc<ServerConfig>>,
    pub(super) replies: bool,
    pub(super) idle: Option<Duration>,
}

/// A connection's number and how many of its lines a token stands for.
type Message = (u64, u64);

pub(super) struct Server<'s> {
    settings: &'s Settings,
    counters: &'s mut Counters,
    poll: Poll,
    /// By their numbers in the poll, from `DOORS` on.
    doors: Vec<Door>,
    /// Doors and connections get numbers from here on.
    next: u64,
    /// At most `--max-clients`, and some that are refused; each holds at most a line of `--max-line`, so that both together
    /// bound the bytes (the help says so).
    connections: HashMap<u64, Connection, RandomState>,
    /// Those who get a turn.
    ready: VecDeque<u64>,
    guard: Guard,
    /// What is not committed yet, if anybody is told.
    pending: Pending<Message>,
    bell: Arc<Bell>,
    /// No connection is due before.
    sweep: Option<Instant>,
    /// Datagrams may wait.
    letters: bool,
    buffer: Vec<u8>,
    refused: Seldom,
    failed: Seldom,
}

impl<'s> Server<'s> {
    pub(super) fn new(
        doors: Vec<Door>,
        guard: Guard,
        settings: &'s Settings,
        counters: &'s mut Counters,
        wait: Wait<'_>,
    ) -> std::io::Result<Server<'s>> {
        let poll = Poll::new()?;
        let bell = Arc::new(Bell::new()?);
        poll.watch(wait.stop.fd(), STOP)?;
        poll.watch(&*bell, BELL)?;
        for (door, number) in doors.iter().zip(DOORS..) {
            door.watch(&poll, number)?;
        }
        let ringer = Arc::clone(&bell);
        Ok(Server {
            next: DOORS + doors.len() as u64,
            settings,
            counters,
            poll,
            doors,
            connections: HashMap::default(),
            ready: VecDeque::new(),
            guard,
            pending: Pending::new(Some(Box::new(move || ringer.ring()))),
            bell,
            sweep: None,
            letters: true,
            buffer: vec![0; READ_BYTES],
            refused: Seldom::default(),
            failed: Seldom::default(),
        })
    }

    /// Serves until it is over, and tells the clients what was committed.
    pub(super) fn run(mut self, mut intake: Intake, wait: Wait<'_>) -> Result<()> {
        let result = self.serve(&mut intake, wait);
        if result.is_ok() && !intake.is_done() && !wait.stop.is_aborted() {
            self.last_call(&mut intake)?;
        }
        self.counters.lines = intake.lines;
        // Nobody comes any more; and the stages behind see the end.
        self.doors.clear();
        intake.close();
        if self.settings.replies {
            self.farewell(&mut intake)?;
        }
        result
    }

    fn serve(&mut self, intake: &mut Intake, wait: Wait<'_>) -> Result<()> {
        let mut changes = Vec::new();
        while !wait.is_over() && !intake.is_done() {
            self.look(Some(Duration::ZERO), &mut changes)?;
            if changes.is_empty() && self.ready.is_empty() && !self.letters {
                // Nothing waits: what there is goes out now.
                intake.flush();
                let due = self.doors.iter().filter_map(|door| match door {
                    Door::Connections(listener) => listener.pause(),
                    Door::Datagrams(_) => None,
                });
                let due = due.chain(self.sweep).chain(wait.until).min();
                self.look(due.map(|due| due.saturating_duration_since(Instant::now())), &mut changes)?;
            }
            let now = Instant::now();
            changes.drain(..).for_each(|change| self.note(change));
            self.admit(now, intake);
            self.answer(now);
            self.sweep(now);
            self.datagrams(intake)?;
            self.turns(now, intake)?;
        }
        Ok(())
    }

    fn look(&self, time: Option<Duration>, changes: &mut Vec<Change>) -> Result<()> {
        self.poll.wait(time, changes).map_err(|e| Error::io("wait for clients", e))
    }

    fn note(&mut self, change: Change) {
        match change.number {
            STOP => {}
            BELL => self.bell.hush(),
            number => {
                let index = usize::try_from(number - DOORS).unwrap_or(usize::MAX);
                match self.doors.get_mut(index) {
                    Some(Door::Connections(listener)) => listener.knock(),
                    Some(Door::Datagrams(_)) => self.letters = true,
                    None => {
                        if let Some(connection) = self.connections.get_mut(&number) {
                            connection.readable |= change.readable;
                            connection.writable |= change.writable;
                            connection.ending |= change.ended;
                            enqueue(&mut self.ready, number, connection);
                        }
                    }
                }
            }
        }
    }

    /// Lets in those who knock.
    fn admit(&mut self, now: Instant, intake: &Intake) {
        for index in 0..self.doors.len() {
            while let Some(Door::Connections(listener)) = self.doors.get_mut(index)
                && let Some((socket, peer)) = listener.accept(now)
            {
                if !self.guard.allows(&peer) {
                    self.refuse(&peer, NOT_ALLOWED, now);
                    continue;
                }
                if self.guard.is_full() {
                    self.make_room(now);
                }
                let refusal = self.guard.admit(&peer).err();
                if let Some(why) = &refusal {
                    self.refuse(&peer, why, now);
                }
                self.connect(socket, peer, refusal, now, intake.framing());
            }
        }
    }

    /// Leaves the client that has been there longest without sending anything: connections that only occupy places must
    /// not keep those out that have something to say.
    fn make_room(&mut self, now: Instant) {
        let silent = self.connections.iter().filter(|(_, connection)| connection.is_mute());
        if let Some((&number, connection)) = silent.min_by_key(|(_, connection)| connection.since) {
            let peer = connection.peer;
            self.refuse(&peer, MUTE, now);
            self.forget(number, MUTE, now);
        }
    }

    fn refuse(&mut self, peer: &Peer, why: &str, now: Instant) {
        self.counters.refused += 1;
        if let Some(more) = self.refused.note(now) {
            diag::warn(Code::PeerRefused, format_args!("refuse {peer}: {why}{more}"));
        }
    }

    /// Begins with a client; one that has no place is told why, if clients are told anything.
    fn connect(&mut self, socket: OwnedFd, peer: Peer, refusal: Option<String>, now: Instant, framing: Framing) {
        let told = self.settings.replies && self.settings.tls.is_none();
        let places = self.guard.max_clients + REFUSED;
        if refusal.is_some() && (!told || self.connections.len() >= places) {
            return;
        }
        let stream = match &self.settings.tls {
            None => Ok(Stream::plain(socket)),
            Some(config) => ServerConnection::new(Arc::clone(config)).map(|session| Stream::accepted(socket, session)),
        };
        let number = self.next;
        let Some(stream) = stream.ok().filter(|stream| self.poll.watch_connection(stream, number).is_ok()) else {
            if refusal.is_none() {
                self.guard.leave(&peer);
            }
            return;
        };
        self.next += 1;
        let Settings { replies, idle, .. } = *self.settings;
        let mut connection = Connection::new(stream, peer, framing, replies, idle, now);
        match refusal {
            Some(why) => connection.refuse(&why, now),
            None => {
                self.counters.clients += 1;
                diag::info(Code::Connected, format_args!("connected {peer}"));
            }
        }
        self.due(connection.deadline());
        enqueue(&mut self.ready, number, &mut connection);
        self.connections.insert(number, connection);
    }

    /// Takes what was committed.
    fn answer(&mut self, now: Instant) {
        while let Some(((number, lines), outcome)) = self.pending.take() {
            let Some(connection) = self.connections.get_mut(&number) else { continue };
            // What is not kept is not told; nor anything behind it, since a count stands for all before it.
            connection.is_broken |= outcome == Outcome::Failed;
            if !connection.is_broken {
                connection.commit(lines, now);
                enqueue(&mut self.ready, number, connection);
            }
        }
    }

    fn due(&mut self, due: Option<Instant>) {
        self.sweep = self.sweep.into_iter().chain(due).min();
    }

    /// Gives those a turn whose time is over.
    fn sweep(&mut self, now: Instant) {
        if self.sweep.is_none_or(|sweep| now < sweep) {
            return;
        }
        // What a deadline is now it was at least when it was noted: so none is missed.
        self.sweep = None;
        let mut next = None::<Instant>;
        for (&number, connection) in &mut self.connections {
            match connection.deadline() {
                Some(due) if now >= due => enqueue(&mut self.ready, number, connection),
                due => next = next.into_iter().chain(due).min(),
            }
        }
        self.sweep = next;
    }

    fn turns(&mut self, now: Instant, intake: &mut Intake) -> Result<()> {
        for _ in 0..self.ready.len() {
            let Some(number) = self.ready.pop_front() else { break };
            let Some(connection) = self.connections.get_mut(&number) else { continue };
            let before = connection.sender.lines;
            let turn = connection.turn(now, &mut self.buffer, intake)?;
            let lines = connection.sender.lines;
            if lines > before {
                let (count, peer) = (lines - before, &connection.peer);
                diag::debug(Code::Message, format_args!("{count} lines of {peer}, {lines} so far"));
            }
            if self.settings.replies && lines > before && !matches!(turn, Turn::Gone(_) | Turn::Refused(_)) {
                intake.acknowledge(self.pending.receive((number, lines)));
            }
            match turn {
                Turn::Busy => enqueue(&mut self.ready, number, connection),
                Turn::Idle => {
                    let due = connection.deadline();
                    self.due(due);
                }
                Turn::Gone(why) => self.forget(number, &why, now),
                Turn::Refused(why) => {
                    let peer = connection.peer;
                    self.refuse(&peer, why, now);
                    self.forget(number, why, now);
                }
            }
            intake.flush_rejects();
        }
        Ok(())
    }

    fn forget(&mut self, number: u64, why: &str, now: Instant) {
        let Some(connection) = self.connections.remove(&number) else { return };
        if !connection.admitted {
            return;
        }
        let peer = &connection.peer;
        self.guard.leave(peer);
        if connection.stream().is_handshaking() {
            if let Some(more) = self.failed.note(now) {
                diag::warn(Code::Tls, format_args!("no TLS with {peer}: {why}{more}"));
            }
            return;
        }
        diag::info(
            Code::Disconnected,
            format_args!("disconnected {peer} after {} lines: {why}", connection.sender.lines),
        );
    }

    fn datagrams(&mut self, intake: &mut Intake) -> Result<()> {
        if !std::mem::take(&mut self.letters) {
            return Ok(());
        }
        let mut refused = None;
        for door in &self.doors {
            if let Door::Datagrams(datagrams) = door {
                self.letters |= take(datagrams, &self.guard, &mut self.buffer, intake, &mut refused)?;
            }
        }
        if let Some(peer) = refused {
            self.refuse(&peer, NOT_ALLOWED, Instant::now());
        }
        Ok(())
    }

    /// Takes what has arrived by now; what is still on its way is its sender's.
    fn last_call(&mut self, intake: &mut Intake) -> Result<()> {
        self.letters = true;
        self.datagrams(intake)?;
        for (&number, connection) in &mut self.connections {
            let arrived = rustix::io::ioctl_fionread(connection.stream()).unwrap_or(0);
            let before = connection.sender.lines;
            connection.last_call(arrived, &mut self.buffer, intake)?;
            if self.settings.replies && connection.sender.lines > before {
                intake.acknowledge(self.pending.receive((number, connection.sender.lines)));
            }
            // Not acknowledged: its sender did not end it.
            connection.tear(intake, "kymo ended before it came")?;
        }
        Ok(())
    }

    /// Waits for the last commits and tells them. Not for ever: when the grace is over, the process is.
    fn farewell(&mut self, intake: &mut Intake) -> Result<()> {
        let mut changes = Vec::new();
        while !self.pending.is_empty() {
            self.look(Some(LAST_COMMITS), &mut changes)?;
            changes.drain(..).for_each(|change| self.note(change));
            let now = Instant::now();
            self.answer(now);
            self.turns(now, intake)?;
        }
        let now = Instant::now();
        self.answer(now);
        for (&number, connection) in &mut self.connections {
            connection.say_farewell(now);
            enqueue(&mut self.ready, number, connection);
        }
        loop {
            let now = Instant::now();
            self.sweep = Some(now);
            self.sweep(now);
            self.turns(now, intake)?;
            if self.connections.is_empty() {
                return Ok(());
            }
            self.look(self.sweep.map(|due| due.saturating_duration_since(Instant::now())), &mut changes)?;
            changes.drain(..).for_each(|change| self.note(change));
        }
    }
}

fn enqueue(ready: &mut VecDeque<u64>, number: u64, connection: &mut Connection) {
    if !std::mem::replace(&mut connection.queued, true) {
        ready.push_back(number);
    }
}

/// Takes some datagrams: whole lines, the last one with or without a line break. True: there may be more.
fn take(
    datagrams: &Datagrams,
    guard: &Guard,
    buffer: &mut [u8],
    intake: &mut Intake,
    refused: &mut Option<Peer>,
) -> Result<bool> {
    for _ in 0..DATAGRAMS {
        let (length, peer) = match datagrams.receive(buffer) {
            Ok(received) => received,
            // Whoever sent an answer to an earlier datagram of another program is none of ours.
            Err(e) if e.kind() != ErrorKind::WouldBlock => continue,
            Err(_) => return Ok(false),
        };
        if !guard.allows(&peer) {
            *refused = Some(peer);
            return Ok(true);
        }
        let mut sender = Sender::new(peer.to_string());
        let mut framing = intake.framing();
        let max = intake.max_line();
        let mut part = |part: Part<'_>| intake.part(&mut sender, part);
        framing.take(&buffer[..length], max, &mut part)?;
        framing.end(&mut part)?;
        intake.end(&mut sender, "a quote is not closed")?;
    }
    Ok(true)
}
