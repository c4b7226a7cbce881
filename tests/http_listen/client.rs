//! Clients of `http-listen`: bytes on a socket, and the answers to them.

use crate::harness::{PATIENCE, Work};
use crate::tcp_listen::client::{Server, start};
use serde_json::Value;
use std::io::{self, BufReader, Read as _, Write as _};
use std::net::TcpStream;

/// An answer: its status, its head, and its body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{}: {e}", self.body))
    }

    /// The next answer of a stream. An error: there is none.
    pub(crate) fn read(from: &mut impl io::BufRead, has_body: bool) -> io::Result<Answer> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if from.read_line(&mut head)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
        let mut body = vec![0; length.filter(|_| has_body).map_or(0, |length| length.parse().expect("a length"))];
        from.read_exact(&mut body)?;
        Ok(Answer { status, head, body: String::from_utf8(body).expect("UTF-8") })
    }
}

/// A connection.
pub(crate) struct Client {
    pub(crate) socket: TcpStream,
    answers: BufReader<TcpStream>,
}

impl Client {
    pub(crate) fn connect(address: &str) -> Client {
        Client::try_connect(address).expect("a connection")
    }

    pub(crate) fn try_connect(address: &str) -> io::Result<Client> {
        let socket = TcpStream::connect(address)?;
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        let answers = BufReader::new(socket.try_clone()?);
        Ok(Client { socket, answers })
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.socket.write_all(bytes.as_ref()).expect("a listener");
    }

    pub(crate) fn answer(&mut self) -> Answer {
        Answer::read(&mut self.answers, true).expect("an answer")
    }

    /// Sends a request with these lines in its head, and waits for its answer.
    pub(crate) fn ask(&mut self, method: &str, path: &str, head: &str, body: impl AsRef<[u8]>) -> Answer {
        self.try_ask(method, path, head, body.as_ref()).expect("an answer")
    }

    pub(crate) fn try_ask(&mut self, method: &str, path: &str, head: &str, body: &[u8]) -> io::Result<Answer> {
        let length = if head.contains("Transfer-Encoding") {
            String::new()
        } else {
            format!("Content-Length: {}\r\n", body.len())
        };
        let head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{head}{length}\r\n");
        self.socket.write_all(&[head.as_bytes(), body].concat())?;
        Answer::read(&mut self.answers, method != "HEAD")
    }

    pub(crate) fn post(&mut self, body: impl AsRef<[u8]>) -> Answer {
        self.ask("POST", "/", "", body)
    }

    /// The server ends the connection, and says nothing more.
    pub(crate) fn is_left(&mut self) -> bool {
        matches!(self.answers.read(&mut [0; 100]), Ok(0) | Err(_))
    }
}

/// Starts `http-listen` with these words, and says where it listens.
pub(crate) fn listen(work: &Work, words: &str) -> Server {
    let mut server = start(work, words);
    let address = server.address.split("://").nth(1).expect("a URL").to_owned();
    server.address = address;
    server
}
