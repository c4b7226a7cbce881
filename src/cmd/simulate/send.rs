//! `simulate --send`: many connections, one loop.
//!
//! Decision: a line that its connection does not take at once waits there, up to a bound; beyond that everything
//! waits, so that a slow receiver is felt as it would be by real senders, and memory stays flat.

use crate::host::stop::Stop;
use crate::net::address::Address;
use crate::net::wait::{Ready, Wait};
use crate::reading::error::{Code, Error, Result};
use rustix::event::PollFlags;
use rustix::process::{Resource, getrlimit, setrlimit};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

/// At most this many bytes wait for one connection, and about this many for all.
const UNSENT: usize = 64 << 10;
const ALL_UNSENT: usize = 64 << 20;

/// How long a connection, and the farewell of all of them, may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is answered is looked at so often: else a receiver that answers would wait for us.
const LISTEN_EVERY: Duration = Duration::from_millis(100);

struct Client {
    stream: TcpStream,
    unsent: Vec<u8>,
    /// It is among those with something unsent.
    listed: bool,
}

pub(super) struct Clients {
    clients: Vec<Client>,
    name: String,
    split: bool,
    /// At most this many bytes wait for each.
    most: usize,
    /// Those with something unsent.
    waiting: Vec<usize>,
    listened: Instant,
}

impl Clients {
    /// `head`: what each connection begins with.
    pub(super) fn connect(address: &Address, count: usize, split: bool, head: &[u8], stop: &Stop) -> Result<Clients> {
        let name = format!("tcp://{address}");
        let fault = |e: std::io::Error| Error::new(Code::Unreachable, format!("connect to {name}")).because(e);
        // A connection is a descriptor: as many as the system grants.
        let limit = getrlimit(Resource::Nofile);
        let _ = setrlimit(Resource::Nofile, rustix::process::Rlimit { current: limit.maximum, ..limit });
        let found = (address.host.as_str(), address.port).to_socket_addrs().map_err(fault)?.next();
        let found =
            found.ok_or_else(|| Error::new(Code::Unreachable, format!("connect to {name}: it has no address")))?;
        let mut clients = Vec::with_capacity(count);
        for _ in 0..count {
            if stop.is_set() {
                break;
            }
            let stream = TcpStream::connect_timeout(&found, PATIENCE).map_err(fault)?;
            stream.set_nodelay(true).and_then(|()| stream.set_nonblocking(true)).map_err(fault)?;
            clients.push(Client { stream, unsent: head.to_vec(), listed: !head.is_empty() });
        }
        let most = (ALL_UNSENT / clients.len().max(1)).min(UNSENT);
        let waiting = if head.is_empty() { Vec::new() } else { (0..clients.len()).collect() };
        Ok(Clients { clients, name, split, most, waiting, listened: Instant::now() })
    }

    /// Sends a line of a meter; false: a stop came while it waited.
    pub(super) fn send(&mut self, meter: usize, line: &[u8], stop: &Stop) -> Result<bool> {
        let count = self.clients.len();
        if count == 0 {
            return Ok(false);
        }
        let at = meter % count;
        let (first, second) = line.split_at(if self.split { line.len() / 2 } else { line.len() });
        let client = &mut self.clients[at];
        client.unsent.extend_from_slice(first);
        // What is behind the cut goes with the next line, or as soon as there is nothing else to do.
        client.write().map_err(|e| fault(&self.name, e))?;
        client.unsent.extend_from_slice(second);
        if !client.unsent.is_empty() && !std::mem::replace(&mut client.listed, true) {
            self.waiting.push(at);
        }
        while self.clients[at].unsent.len() > self.most {
            let wait = Wait { stop, until: None };
            let client = &mut self.clients[at];
            if wait.ready(&client.stream, PollFlags::OUT, Some(Instant::now() + LISTEN_EVERY)) == Ready::Over {
                return Ok(false);
            }
            client.write().map_err(|e| fault(&self.name, e))?;
            self.listen()?;
        }
        Ok(true)
    }

    /// Nothing is due for so long. False: a stop came.
    pub(super) fn rest(&mut self, time: Duration, stop: &Stop) -> Result<bool> {
        let end = Instant::now() + time;
        self.flush()?;
        loop {
            if self.listened.elapsed() >= LISTEN_EVERY {
                self.listen()?;
                self.flush()?;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(!stop.is_set());
            }
            if stop.wait(left.min(LISTEN_EVERY)) {
                return Ok(false);
            }
        }
    }

    /// Sends the rest, and waits until the other side has closed as well.
    pub(super) fn finish(mut self, stop: &Stop) -> Result<()> {
        let wait = Wait { stop, until: None };
        while !self.waiting.is_empty() && !wait.is_over() {
            self.flush()?;
            let Some(&at) = self.waiting.first() else { break };
            wait.ready(&self.clients[at].stream, PollFlags::OUT, Some(Instant::now() + LISTEN_EVERY));
            self.listen()?;
        }
        let end = Instant::now() + PATIENCE;
        for client in &self.clients {
            let _ = client.stream.shutdown(Shutdown::Write);
        }
        for client in &mut self.clients {
            while Instant::now() < end && !client.hear().map_err(|e| fault(&self.name, e))? {
                wait.ready(&client.stream, PollFlags::IN, Some(end));
                if wait.is_over() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Sends what waits, as far as it is taken.
    fn flush(&mut self) -> Result<()> {
        let Clients { clients, waiting, name, .. } = self;
        let mut result = Ok(());
        waiting.retain(|&at| {
            let client = &mut clients[at];
            if let Err(e) = client.write() {
                result = Err(fault(name, e));
            }
            client.listed = !client.unsent.is_empty();
            client.listed
        });
        result
    }

    /// Takes what the other side answers.
    fn listen(&mut self) -> Result<()> {
        self.listened = Instant::now();
        for client in &mut self.clients {
            if client.hear().map_err(|e| fault(&self.name, e))? {
                return Err(Error::new(Code::Unreachable, format!("send to {}: the other side has closed", self.name)));
            }
        }
        Ok(())
    }
}

impl Client {
    fn write(&mut self) -> std::io::Result<()> {
        let mut sent = 0;
        let mut result = Ok(());
        while sent < self.unsent.len() {
            match self.stream.write(&self.unsent[sent..]) {
                Ok(n) => sent += n,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) if e.kind() == ErrorKind::WouldBlock => break,
                Err(e) => {
                    result = Err(e);
                    break;
                }
            }
        }
        self.unsent.drain(..sent);
        result
    }

    /// Reads and forgets; true: the other side has closed.
    fn hear(&mut self) -> std::io::Result<bool> {
        let mut buffer = [0; 4096];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return Ok(true),
                Ok(_) => {}
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) if e.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(e) => return Err(e),
            }
        }
    }
}

fn fault(name: &str, e: std::io::Error) -> Error {
    Error::new(Code::Unreachable, format!("send to {name}")).because(e)
}
