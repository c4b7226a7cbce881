//! A stream for any number of watchers: a small HTTP server that hands records out as WebSocket messages.
//!
//! One thread, one loop over sockets that never block. It is this module's own, as a client library's poll
//! thread is its own: the pipeline only puts batches into a bounded inbox, whose oldest fall out, and so never
//! waits for a watcher. What is kept is kept once (`ring.rs`); a client is a position in it.

mod connection;
mod http;
mod ring;

use self::connection::{Connection, Turn};
use self::http::{Desk, Health};
use self::ring::{Chunk, Ring};
use crate::flow::batch::Batch;
use crate::host::thread;
use crate::net::listener::Listener;
use crate::net::poll::{Bell, Change, Poll, allow_connections};
use crate::reading::error::{Code, Error, Result};
use std::collections::BTreeMap;
use std::net::TcpStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tungstenite::protocol::frame::coding::CloseCode;

/// What the clients have not got when the stream ends must be sent within this time.
const DRAIN: Duration = Duration::from_secs(2);

/// How many connections that are no clients (yet) may be open at once; how many of one address.
const OTHERS: usize = 100;
const OTHERS_OF_ONE: usize = 32;

/// This many are accepted before each of them has its turn.
const ACCEPTED: usize = 16;

/// Numbers of descriptors in the loop; connections are numbered from `FIRST` on.
const LISTENER: u64 = 0;
const BELL: u64 = 1;
const FIRST: u64 = 2;

/// How a stream is served.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Further clients are refused (503).
    pub max_clients: usize,
    /// How many records a client may be behind.
    pub queue: u64,
    /// Pages of these origins may read the stream, beside the server's own; `*`: of all.
    pub origins: Vec<String>,
    /// A request may call a server on loopback by these names, beside those of loopback; one that listens elsewhere, too, if
    /// there are any. `*`: by all.
    pub hosts: Vec<String>,
}

/// A running server.
pub(crate) struct Live {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<Result<()>>>,
    address: String,
    complete: bool,
}

/// What the pipeline and the server's thread share.
struct Shared {
    inbox: Mutex<Inbox>,
    bell: Bell,
    clients: AtomicU64,
    refused: AtomicU64,
    lost: AtomicU64,
}

struct Inbox {
    ring: Ring,
    /// No more records will come; close with this code.
    over: Option<CloseCode>,
}

impl Shared {
    // A panicking holder cannot leave it half changed: the batch is made before.
    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a server has counted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Served {
    /// Clients that were sent the stream.
    pub clients: u64,
    /// Clients beyond the limit.
    pub refused: u64,
    /// Records that clients were too slow for, summed.
    pub lost: u64,
}

impl Live {
    /// Listens on an address, `HOST:PORT`, and serves from now on. `Busy` if another program has it.
    pub(crate) fn start(address: &str, settings: Settings) -> Result<Live> {
        let listener = Listener::tcp(address)?;
        let address = listener.name().to_owned();
        let shared = Arc::new(Shared {
            inbox: Mutex::new(Inbox { ring: Ring::new(settings.queue), over: None }),
            bell: Bell::new().map_err(|e| Error::io("create an eventfd", e))?,
            clients: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            lost: AtomicU64::new(0),
        });
        allow_connections(settings.max_clients + OTHERS);
        let mut server =
            Server::new(listener, Arc::clone(&shared), settings).map_err(|e| Error::io("create a poll", e))?;
        let thread = thread::start("serve", move || server.run());
        let thread = thread.map_err(|e| Error::io("start the server's thread", e))?;
        Ok(Live { shared, thread: Some(thread), address, complete: false })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Hands a batch to the clients; never waits for one.
    pub(crate) fn send(&mut self, batch: &Batch) -> Result<()> {
        if self.thread.as_ref().is_none_or(JoinHandle::is_finished) {
            self.end()?;
            return Err(Error::new(Code::Bug, "the server has ended"));
        }
        if !batch.is_empty() {
            let first = self.shared.inbox().ring.end();
            let chunk = Chunk::new(first, batch);
            self.shared.inbox().ring.push(chunk);
            self.shared.bell.ring();
        }
        Ok(())
    }

    /// The stream has come to its end in order: [`Live::end`] then says so to the clients.
    pub(crate) fn complete(&mut self) {
        self.complete = true;
    }

    /// Gives the clients the rest, for 2 s at most, and closes.
    pub(crate) fn end(&mut self) -> Result<()> {
        self.shared.inbox().over = Some(if self.complete { CloseCode::Normal } else { CloseCode::Away });
        self.shared.bell.ring();
        match self.thread.take().map(JoinHandle::join) {
            None => Ok(()),
            Some(Ok(result)) => result,
            Some(Err(_)) => Err(Error::new(Code::Bug, "the server has ended by a panic")),
        }
    }

    /// What it has counted so far.
    pub(crate) fn served(&self) -> Served {
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Served { clients: get(&self.shared.clients), refused: get(&self.shared.refused), lost: get(&self.shared.lost) }
    }
}

/// The server's thread.
struct Server {
    listener: Listener,
    poll: Poll,
    shared: Arc<Shared>,
    settings: Settings,
    /// It takes only requests that call it by a name that is allowed.
    checks_hosts: bool,
    ring: Ring,
    connections: BTreeMap<u64, Connection>,
    next: u64,
    clients: usize,
    lost: u64,
    /// Set when the stream has ended: by then everything ends.
    until: Option<Instant>,
    /// The code of that end.
    over: Option<CloseCode>,
}

impl Server {
    fn new(listener: Listener, shared: Arc<Shared>, settings: Settings) -> std::io::Result<Server> {
        let poll = Poll::new()?;
        poll.watch(&listener, LISTENER)?;
        poll.watch(&shared.bell, BELL)?;
        let is_local = listener.address().is_some_and(|address| address.ip().is_loopback());
        Ok(Server {
            checks_hosts: is_local || !settings.hosts.is_empty(),
            listener,
            poll,
            shared,
            ring: Ring::new(settings.queue),
            settings,
            connections: BTreeMap::new(),
            next: FIRST,
            clients: 0,
            lost: 0,
            until: None,
            over: None,
        })
    }

    /// Serves until the stream has ended and every client has what it can have.
    fn run(&mut self) -> Result<()> {
        let mut changes: Vec<Change> = Vec::new();
        let mut busy = true;
        loop {
            let now = Instant::now();
            let wait = if busy { Duration::ZERO } else { self.deadline().saturating_duration_since(now) };
            self.poll.wait(Some(wait), &mut changes).map_err(|e| Error::io("wait for clients", e))?;
            changes.drain(..).for_each(|change| self.note(change));
            let now = Instant::now();
            self.take(now);
            self.accept(now);
            busy = self.turns(now) || self.until.is_none() && self.listener.is_knocking();
            if self.until.is_some_and(|until| self.connections.is_empty() || now >= until) {
                return Ok(());
            }
        }
    }

    /// When something is due although nothing happens.
    fn deadline(&self) -> Instant {
        let hour = Instant::now() + Duration::from_secs(3600);
        let connections = self.connections.values().map(Connection::deadline);
        connections.chain(self.until).chain(self.listener.pause()).fold(hour, Instant::min)
    }

    fn note(&mut self, change: Change) {
        match change.number {
            LISTENER => self.listener.knock(),
            BELL => self.shared.bell.hush(),
            number => {
                if let Some(connection) = self.connections.get_mut(&number) {
                    connection.readable |= change.readable;
                    connection.writable |= change.writable;
                }
            }
        }
    }

    /// Takes what the pipeline has sent.
    fn take(&mut self, now: Instant) {
        let shared = Arc::clone(&self.shared);
        let mut inbox = shared.inbox();
        inbox.ring.drain_into(&mut self.ring);
        if inbox.over.is_some() && self.until.is_none() {
            self.over = inbox.over;
            self.until = Some(now + DRAIN);
            // Who is not a client yet becomes none any more.
            self.connections.retain(|_, connection| connection.is_client());
        }
    }

    fn accept(&mut self, now: Instant) {
        if self.until.is_some() {
            return;
        }
        for _ in 0..ACCEPTED {
            let Some((socket, peer)) = self.listener.accept(now) else { return };
            let stream = TcpStream::from(socket);
            let ip = peer.ip();
            let others = self.connections.values().filter(|one| !one.is_client() && one.ip == ip).count();
            if others >= OTHERS_OF_ONE {
                self.drop_oldest(|one| one.ip == ip);
            }
            if self.connections.len() >= self.settings.max_clients + OTHERS {
                self.drop_oldest(|_| true);
            }
            // A record shall not wait for the next.
            let _ = stream.set_nodelay(true);
            if self.poll.watch_connection(&stream, self.next).is_ok() {
                self.connections.insert(self.next, Connection::new(stream, ip, now));
                self.next += 1;
            }
        }
        // The rest after the turns of these.
        self.listener.knock();
    }

    /// Drops the oldest connection that is no client, of such as these: half a request must not occupy the place of a whole
    /// one.
    fn drop_oldest(&mut self, of: impl Fn(&Connection) -> bool) {
        let oldest = self.connections.iter().find(|(_, one)| !one.is_client() && of(one)).map(|(number, _)| *number);
        oldest.map(|number| self.connections.remove(&number));
    }

    /// Gives every connection its turn. True: some could go on at once.
    fn turns(&mut self, now: Instant) -> bool {
        let mut busy = false;
        let (ring, over, clients, lost) = (&self.ring, self.over, &mut self.clients, &mut self.lost);
        let (max_clients, origins) = (self.settings.max_clients, &self.settings.origins);
        let hosts = self.checks_hosts.then_some(&self.settings.hosts[..]);
        let shared = &self.shared;
        self.connections.retain(|_, connection| {
            let health = Health { records: ring.end(), clients: *clients, lost: *lost };
            let mut desk = Desk { health, max_clients, origins, hosts, refused: 0 };
            let was = connection.is_client();
            let turn = connection.turn(now, ring, &mut desk, over);
            let is = connection.is_client() && turn != Turn::Gone;
            *clients = *clients + usize::from(is) - usize::from(was);
            *lost = desk.health.lost;
            shared.clients.fetch_add(u64::from(is && !was), Ordering::Relaxed);
            shared.refused.fetch_add(desk.refused, Ordering::Relaxed);
            busy |= turn == Turn::Busy;
            turn != Turn::Gone
        });
        shared.lost.store(*lost, Ordering::Relaxed);
        busy
    }
}
