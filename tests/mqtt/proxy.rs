//! Stands between kymo and the broker, sees each packet, and can do with it what networks and old brokers do.

use super::wire::packet;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// Which way a packet goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    ToBroker,
    ToClient,
}

/// What becomes of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Pass,
    /// It is lost, and the connection goes on.
    Hold,
    /// This many of its bytes pass, then the connection breaks.
    Cut(usize),
    /// This goes back to the client, and the connection ends.
    Answer(Vec<u8>),
}

/// Decides about the packets of a connection, whose number is counted from 0.
type Judge = dyn FnMut(usize, Way, &[u8]) -> Fate + Send;

pub(crate) struct Proxy {
    pub(crate) port: u16,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Proxy {
    pub(crate) fn start(broker: u16, judge: impl FnMut(usize, Way, &[u8]) -> Fate + Send + 'static) -> Proxy {
        let judge: Arc<Mutex<Judge>> = Arc::new(Mutex::new(judge));
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let over = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&over);
        let thread = std::thread::spawn(move || {
            for number in 0.. {
                let (client, _) = listener.accept().expect("a connection");
                if seen.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(broker) = TcpStream::connect(("127.0.0.1", broker)) else { continue };
                for socket in [&client, &broker] {
                    socket.set_nodelay(true).expect("no delay");
                }
                for (way, from, to) in [(Way::ToBroker, &client, &broker), (Way::ToClient, &broker, &client)] {
                    let (from, to) = (from.try_clone().expect("a socket"), to.try_clone().expect("a socket"));
                    let judge = Arc::clone(&judge);
                    std::thread::spawn(move || carry(number, way, from, to, &judge));
                }
            }
        });
        Proxy { port, over, thread: Some(thread) }
    }

    /// `mqtt://127.0.0.1:PORT` of it.
    pub(crate) fn url(&self) -> String {
        format!("mqtt://127.0.0.1:{}", self.port)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Carries the packets of one way until the connection ends.
fn carry(number: usize, way: Way, mut from: TcpStream, mut to: TcpStream, judge: &Mutex<Judge>) {
    while let Some(bytes) = packet(&mut from) {
        let fate = judge.lock().expect("a sound judge")(number, way, &bytes);
        let sent = match fate {
            Fate::Pass => to.write_all(&bytes).is_ok(),
            Fate::Hold => true,
            Fate::Cut(length) => {
                let _ = to.write_all(&bytes[..length.min(bytes.len())]);
                false
            }
            Fate::Answer(answer) => {
                let _ = from.write_all(&answer);
                let _ = from.shutdown(Shutdown::Write);
                // What is left unread would turn the end into a reset.
                let _ = from.read(&mut [0; 1024]);
                false
            }
        };
        if !sent {
            break;
        }
    }
    for socket in [from, to] {
        let _ = socket.shutdown(Shutdown::Both);
    }
}
