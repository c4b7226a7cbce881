//! A server under test, and clients of it: as bytes on a socket, cut and broken as a test wants.

use crate::harness::{PATIENCE, Running, Work};
use rustix::net::sockopt::set_socket_linger;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// A server that runs, and where.
pub(crate) struct Server {
    pub(crate) run: Running,
    pub(crate) address: String,
}

/// Starts kymo with these words and waits until it listens.
pub(crate) fn start(work: &Work, words: &str) -> Server {
    let run = work.kymo(words).start();
    let address = listening(&run);
    Server { run, address }
}

/// Where a run listens.
pub(crate) fn listening(run: &Running) -> String {
    let told = run.told("listening on ");
    told.rsplit("listening on ").next().expect("an address").trim_end_matches(" (TLS)").to_owned()
}

impl Server {
    pub(crate) fn client(&self) -> Client {
        Client::connect(&self.address)
    }

    /// Ends it by SIGTERM: what is left of stdout, of stderr, and the exit code.
    pub(crate) fn end(self) -> (String, String, Option<i32>) {
        self.run.signal(rustix::process::Signal::TERM);
        let (out, told, status) = self.run.end();
        (out, told, status.code())
    }
}

/// A client.
pub(crate) struct Client {
    pub(crate) socket: TcpStream,
    answers: BufReader<TcpStream>,
}

impl Client {
    pub(crate) fn connect(address: &str) -> Client {
        let socket = TcpStream::connect(address).expect("a connection");
        socket.set_nodelay(true).expect("no delay");
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let answers = BufReader::new(socket.try_clone().expect("a socket"));
        Client { socket, answers }
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.socket.write_all(bytes.as_ref()).expect("a listener");
    }

    /// Sends each part in a packet of its own, as far as a sender can will that.
    pub(crate) fn send_parts<'a>(&mut self, parts: impl IntoIterator<Item = &'a [u8]>) {
        for part in parts {
            self.send(part);
        }
    }

    /// Says that nothing more comes.
    pub(crate) fn finish(&self) {
        self.socket.shutdown(Shutdown::Write).expect("a listener");
    }

    /// Breaks the connection off: the server sees a reset.
    pub(crate) fn reset(self) {
        set_socket_linger(&self.socket, Some(Duration::ZERO)).expect("a socket");
    }

    /// The next answer; nothing: the server has ended.
    pub(crate) fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("an answer in time");
        line.trim_end().to_owned()
    }

    /// The count of the next acknowledgement; of those that come the last, until it is `lines`.
    pub(crate) fn acknowledged(&mut self, lines: u64) {
        let mut count = 0;
        while count < lines {
            let answer = self.answer();
            count = ack(&answer).unwrap_or_else(|| panic!("no acknowledgement: {answer:?}"));
        }
        assert_eq!(count, lines);
    }

    /// The server has closed, in order or not.
    pub(crate) fn is_left(&mut self) -> bool {
        matches!(self.socket.read(&mut [0; 100]), Ok(0) | Err(_))
    }
}

/// The number in an acknowledgement.
pub(crate) fn ack(answer: &str) -> Option<u64> {
    answer.strip_prefix("{\"ack\":")?.strip_suffix('}')?.parse().ok()
}
