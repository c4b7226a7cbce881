//! The loop over all clients: one thread, which takes what has come, hands it on, and waits when nothing has.
//!
//! When the pipeline is full, handing on waits, and so does this loop: the sockets fill, and TCP tells the senders.

use super::connection::{Connection, Shop, Turn};
use crate::host::diag;
use crate::net::guard::{Guard, Seldom};
use crate::net::listener::{Door, Peer};
use crate::net::poll::{Bell, Change, Poll};
use crate::net::stream::Stream;
use crate::net::wait::Wait;
use crate::reading::error::{Code, Error, Result};
use foldhash::fast::RandomState;
use rustix::fd::OwnedFd;
use rustls::{ServerConfig, ServerConnection};
use std::collections::{HashMap, VecDeque};
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

/// How often one looks for the last commits: their bell may have rung before.
const LAST_COMMITS: Duration = Duration::from_millis(100);

/// Why some are refused.
const NOT_ALLOWED: &str = "it is in no network of --allow";

const IDLE: &str = "another client needs its place (--max-clients)";

/// What it counts beside its records.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) clients: u64,
    pub(super) refused: u64,
    pub(super) requests: u64,
}

pub(super) struct Server<'s> {
    tls: Option<&'s Arc<ServerConfig>>,
    counters: &'s mut Counters,
    poll: Poll,
    /// By their numbers in the poll, from `DOORS` on.
    doors: Vec<Door>,
    /// Doors and connections get numbers from here on.
    next: u64,
    connections: HashMap<u64, Connection, RandomState>,
    /// Those who get a turn.
    ready: VecDeque<u64>,
    guard: Guard,
    shop: Shop,
    /// Bytes of requests that all connections hold, and how many they may.
    held: usize,
    max_held: usize,
    bell: Arc<Bell>,
    /// No connection is due before.
    sweep: Option<Instant>,
    buffer: Vec<u8>,
    refused: Seldom,
    failed: Seldom,
}

impl<'s> Server<'s> {
    /// `bell`: what rings when something is committed.
    pub(super) fn new(
        doors: Vec<Door>,
        guard: Guard,
        tls: Option<&'s Arc<ServerConfig>>,
        counters: &'s mut Counters,
        (shop, max_held): (Shop, usize),
        bell: Arc<Bell>,
        wait: Wait<'_>,
    ) -> std::io::Result<Server<'s>> {
        let poll = Poll::new()?;
        poll.watch(wait.stop.fd(), STOP)?;
        poll.watch(&*bell, BELL)?;
        for (door, number) in doors.iter().zip(DOORS..) {
            door.watch(&poll, number)?;
        }
        Ok(Server {
            next: DOORS + doors.len() as u64,
            tls,
            counters,
            poll,
            doors,
            connections: HashMap::default(),
            ready: VecDeque::new(),
            guard,
            shop,
            held: 0,
            max_held,
            bell,
            sweep: None,
            buffer: vec![0; READ_BYTES],
            refused: Seldom::default(),
            failed: Seldom::default(),
        })
    }

    /// Serves until it is over, and answers what was committed.
    pub(super) fn run(mut self, wait: Wait<'_>) -> Result<()> {
        let result = self.serve(wait);
        self.counters.requests = self.shop.intake.requests;
        let is_ending = result.is_ok() && (wait.is_over() || self.shop.intake.has_all());
        // Nobody comes any more; and the stages behind see the end.
        self.doors.clear();
        self.shop.intake.close();
        self.farewell(is_ending)?;
        result
    }

    fn serve(&mut self, wait: Wait<'_>) -> Result<()> {
        let mut changes = Vec::new();
        while !wait.is_over() && !self.shop.intake.is_done() {
            self.look(Some(Duration::ZERO), &mut changes)?;
            if changes.is_empty() && self.ready.is_empty() {
                // Nothing waits: what there is goes out now.
                self.shop.intake.flush();
                let due = self.doors.iter().filter_map(|door| match door {
                    Door::Connections(listener) => listener.pause(),
                    Door::Datagrams(_) => None,
                });
                let due = due.chain(self.sweep).chain(wait.until).min();
                self.look(due.map(|due| due.saturating_duration_since(Instant::now())), &mut changes)?;
            }
            let now = Instant::now();
            changes.drain(..).for_each(|change| self.note(change));
            self.admit(now);
            self.settle(false, now);
            self.sweep(now);
            self.turns(now)?;
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
                if let Some(Door::Connections(listener)) = self.doors.get_mut(index) {
                    listener.knock();
                } else if let Some(connection) = self.connections.get_mut(&number) {
                    connection.readable |= change.readable;
                    connection.writable |= change.writable;
                    enqueue(&mut self.ready, number, connection);
                }
            }
        }
    }

    /// Lets in those who knock.
    fn admit(&mut self, now: Instant) {
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
                self.connect(socket, peer, refusal, now);
            }
        }
    }

    /// Leaves the client that has been there longest of those that send nothing and wait for nothing.
    fn make_room(&mut self, now: Instant) {
        let idle = self.connections.iter().filter(|(_, connection)| connection.is_idle());
        if let Some((&number, _)) = idle.min_by_key(|(_, connection)| connection.since) {
            self.forget(number, IDLE, now);
        }
    }

    fn refuse(&mut self, peer: &Peer, why: &str, now: Instant) {
        self.counters.refused += 1;
        if let Some(more) = self.refused.note(now) {
            diag::warn(Code::PeerRefused, format_args!("refuse {peer}: {why}{more}"));
        }
    }

    /// Begins with a client; one that has no place gets this as an answer.
    fn connect(&mut self, socket: OwnedFd, peer: Peer, refusal: Option<String>, now: Instant) {
        let places = self.guard.max_clients + REFUSED;
        if refusal.is_some() && (self.tls.is_some() || self.connections.len() >= places) {
            return;
        }
        let stream = match self.tls {
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
        let mut connection = Connection::new(stream, peer, now.checked_add(self.shop.timeout), now);
        match refusal {
            Some(why) => connection.refuse(&why, now),
            None => {
                self.counters.clients += 1;
                self.shop.clients += 1;
                diag::info(Code::Connected, format_args!("connected {peer}"));
            }
        }
        self.due(connection.deadline());
        enqueue(&mut self.ready, number, &mut connection);
        self.connections.insert(number, connection);
    }

    /// Takes what was committed.
    fn settle(&mut self, is_ending: bool, now: Instant) {
        while let Some((number, outcome)) = self.shop.pending.take() {
            let Some(connection) = self.connections.get_mut(&number) else { continue };
            connection.settle(outcome, is_ending, now, self.shop.timeout);
            enqueue(&mut self.ready, number, connection);
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
        let mut next = None::<Instant>;
        for (&number, connection) in &mut self.connections {
            match connection.deadline() {
                Some(due) if now >= due => enqueue(&mut self.ready, number, connection),
                due => next = next.into_iter().chain(due).min(),
            }
        }
        self.sweep = next;
    }

    fn turns(&mut self, now: Instant) -> Result<()> {
        for _ in 0..self.ready.len() {
            let Some(number) = self.ready.pop_front() else { break };
            let Some(connection) = self.connections.get_mut(&number) else { continue };
            let before = connection.held();
            self.shop.room = self.max_held.saturating_sub(self.held - before);
            let turn = connection.turn(number, now, &mut self.buffer, &mut self.shop);
            self.held = self.held - before + connection.held();
            match turn? {
                Turn::Busy => enqueue(&mut self.ready, number, connection),
                Turn::Idle => {
                    let due = connection.deadline();
                    self.due(due);
                }
                Turn::Gone(why) => self.forget(number, &why, now),
            }
        }
        Ok(())
    }

    fn forget(&mut self, number: u64, why: &str, now: Instant) {
        let Some(connection) = self.connections.remove(&number) else { return };
        self.held -= connection.held();
        if !connection.admitted {
            return;
        }
        let peer = &connection.peer;
        self.shop.clients -= 1;
        self.guard.leave(peer);
        if connection.stream().is_handshaking() {
            if let Some(more) = self.failed.note(now) {
                diag::warn(Code::Tls, format_args!("no TLS with {peer}: {why}{more}"));
            }
            return;
        }
        let requests = connection.requests;
        diag::info(Code::Disconnected, format_args!("disconnected {peer} after {requests} requests: {why}"));
    }

    /// Waits for the last commits and answers them. Not for ever: when the grace is over, the process is. `is_ending`: those
    /// that were not kept are to come again; else something has failed, and they get no answer.
    fn farewell(&mut self, is_ending: bool) -> Result<()> {
        let mut changes = Vec::new();
        while !self.shop.pending.is_empty() {
            self.look(Some(LAST_COMMITS), &mut changes)?;
            changes.drain(..).for_each(|change| self.note(change));
            let now = Instant::now();
            self.settle(is_ending, now);
            self.turns(now)?;
        }
        loop {
            let now = Instant::now();
            self.settle(is_ending, now);
            for (&number, connection) in &mut self.connections {
                connection.say_farewell(now);
                enqueue(&mut self.ready, number, connection);
            }
            self.sweep = None;
            self.turns(now)?;
            if self.connections.is_empty() {
                return Ok(());
            }
            let by = self.sweep.unwrap_or(now + LAST_COMMITS).min(now + LAST_COMMITS);
            self.look(Some(by.saturating_duration_since(Instant::now())), &mut changes)?;
            changes.drain(..).for_each(|change| self.note(change));
        }
    }
}

fn enqueue(ready: &mut VecDeque<u64>, number: u64, connection: &mut Connection) {
    if !std::mem::replace(&mut connection.queued, true) {
        ready.push_back(number);
    }
}
