//! A web server of the tests, which answers each request as a test says, and keeps what it was asked.

use flate2::read::GzDecoder;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What it was asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    /// The first line.
    pub(crate) line: String,
    pub(crate) fields: Vec<(String, String)>,
    /// Unpacked.
    pub(crate) body: String,
    /// The number of its connection.
    pub(crate) connection: usize,
}

impl Asked {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// A server that runs as long as the test.
pub(crate) struct Server {
    pub(crate) port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// `answer` gets each request with its number, and gives the whole answer; empty: the connection is closed without one.
    pub(crate) fn start(answer: impl Fn(usize, &Asked) -> String + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (kept, answer) = (Arc::clone(&asked), Arc::new(answer));
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().flatten().enumerate() {
                let (kept, answer) = (Arc::clone(&kept), Arc::clone(&answer));
                std::thread::spawn(move || serve(stream, number, &kept, &*answer));
            }
        });
        Server { port, asked }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/in?key=hunter2", self.port)
    }

    /// All requests so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no panic").clone()
    }

    pub(crate) fn bodies(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.body).collect()
    }
}

fn serve(
    stream: TcpStream,
    connection: usize,
    kept: &Mutex<Vec<Asked>>,
    answer: &(dyn Fn(usize, &Asked) -> String + Send + Sync),
) {
    let mut writer = stream.try_clone().expect("a socket");
    let mut reader = BufReader::new(stream);
    while let Some(asked) = read(&mut reader, connection) {
        let number = {
            let mut kept = kept.lock().expect("no panic");
            kept.push(asked.clone());
            kept.len() - 1
        };
        let text = answer(number, &asked);
        if text.is_empty() || writer.write_all(text.as_bytes()).is_err() || text.contains("Connection: close") {
            return;
        }
        // Without a length an answer ends with its connection.
        if !text.contains("Content-Length") && !text.contains("chunked") && !text.starts_with("HTTP/1.1 204") {
            return;
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>, connection: usize) -> Option<Asked> {
    let mut asked = Asked { connection, ..Asked::default() };
    reader.read_line(&mut asked.line).ok().filter(|n| *n > 0)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        asked.fields.push((name.to_owned(), value.to_owned()));
    }
    let length: usize = asked.field("content-length")?.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    match asked.field("content-encoding") {
        Some("gzip") => drop(GzDecoder::new(&body[..]).read_to_string(&mut asked.body).expect("gzip")),
        _ => asked.body = String::from_utf8(body).expect("UTF-8"),
    }
    Some(asked)
}

/// An answer with this status line and body.
pub(crate) fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}
