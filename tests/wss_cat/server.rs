//! Real servers on loopback for `wss-cat`: tungstenite's, with or without TLS, one that speaks raw frames, and a
//! proxy. Each ends with the test.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use tungstenite::handshake::server::{Request, Response};
use tungstenite::{Message, WebSocket};

/// A listener whose connections are served one after the other.
pub(crate) struct Server {
    pub(crate) port: u16,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// `serve` gets each connection with its number, from 0.
    pub(crate) fn start(serve: impl FnMut(usize, TcpStream) + Send + 'static) -> Server {
        Server::start_on(0, serve)
    }

    pub(crate) fn start_on(port: u16, mut serve: impl FnMut(usize, TcpStream) + Send + 'static) -> Server {
        let listener = TcpListener::bind(("127.0.0.1", port)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let over = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&over);
        let thread = std::thread::spawn(move || {
            for number in 0.. {
                let (stream, _) = listener.accept().expect("a connection");
                if seen.load(Ordering::SeqCst) {
                    return;
                }
                stream.set_read_timeout(Some(crate::harness::PATIENCE)).expect("a timeout");
                stream.set_nodelay(true).expect("no delay");
                serve(number, stream);
            }
        });
        Server { port, over, thread: Some(thread) }
    }

    /// One that shakes hands, sends these messages, and closes with this code each time.
    pub(crate) fn sending(messages: Vec<Message>, code: u16) -> Server {
        Server::start(move |_, stream| {
            if let Ok(mut socket) = tungstenite::accept(stream) {
                for message in &messages {
                    let _ = socket.write(message.clone());
                }
                close(&mut socket, code);
            }
        })
    }

    /// `ws://…/` of it.
    pub(crate) fn url(&self) -> String {
        format!("ws://127.0.0.1:{}/", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        // A server whose client hangs is left to the end of the process.
        if let Some(thread) = self.thread.take().filter(JoinHandle::is_finished) {
            let _ = thread.join();
        }
    }
}

pub(crate) fn text(text: &str) -> Message {
    Message::text(text)
}

/// Closes with a code and waits for the answer.
pub(crate) fn close<S: Read + Write>(socket: &mut WebSocket<S>, code: u16) {
    let frame = tungstenite::protocol::CloseFrame { code: code.into(), reason: "bye".into() };
    let _ = socket.close(Some(frame));
    while socket.read().is_ok() {}
}

/// Shakes hands and gives the raw stream; what the request said goes to `requests`.
pub(crate) fn raw(stream: TcpStream, answer: impl FnOnce(&Request, &mut Response)) -> TcpStream {
    let callback = |request: &Request, mut response: Response| {
        answer(request, &mut response);
        Ok(response)
    };
    tungstenite::accept_hdr(stream, callback).expect("a handshake").into_inner()
}

/// A frame as a server sends it; the first byte as it is.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match payload.len() {
        n @ 0..126 => bytes.push(n as u8),
        n @ 126..65536 => {
            bytes.push(126);
            bytes.extend_from_slice(&(n as u16).to_be_bytes());
        }
        n => {
            bytes.push(127);
            bytes.extend_from_slice(&(n as u64).to_be_bytes());
        }
    }
    bytes.extend_from_slice(payload);
    bytes
}

/// Reads one frame of the client: its first byte and its payload without the mask.
pub(crate) fn client_frame(stream: &mut impl Read) -> Option<(u8, Vec<u8>)> {
    let mut head = [0; 2];
    stream.read_exact(&mut head).ok()?;
    assert!(head[1] & 0x80 != 0, "a client masks its frames");
    let length = match head[1] & 0x7f {
        126 => {
            let mut length = [0; 2];
            stream.read_exact(&mut length).ok()?;
            usize::from(u16::from_be_bytes(length))
        }
        n => usize::from(n),
    };
    let mut mask = [0; 4];
    stream.read_exact(&mut mask).ok()?;
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload).ok()?;
    payload.iter_mut().enumerate().for_each(|(i, byte)| *byte ^= mask[i % 4]);
    Some((head[0], payload))
}

/// A test's own certificate authority.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its certificate.
    pub(crate) pem: String,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Authority {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("params");
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Authority { issuer: Issuer::new(params, key), pem }
    }

    /// A certificate for this name and its key.
    pub(crate) fn issue(&self, name: &str) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec![name.to_owned()]).expect("params");
        (params.signed_by(&key, &self.issuer).expect("a certificate"), key)
    }

    /// The settings of a server of this name; `clients`: it asks for certificates of this authority.
    pub(crate) fn server(&self, name: &str, clients: bool) -> Arc<ServerConfig> {
        let (cert, key) = self.issue(name);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("versions");
        let builder = if clients {
            use rustls::pki_types::pem::PemObject as _;
            let mut roots = RootCertStore::empty();
            let own = rustls::pki_types::CertificateDer::from_pem_slice(self.pem.as_bytes()).expect("a certificate");
            roots.add(own).expect("a root");
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            builder.with_client_cert_verifier(verifier.expect("a verifier"))
        } else {
            builder.with_no_client_auth()
        };
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        Arc::new(builder.with_single_cert(vec![cert.der().clone()], key).expect("a configuration"))
    }
}

pub(crate) type Tls = StreamOwned<ServerConnection, TcpStream>;

pub(crate) fn tls(config: &Arc<ServerConfig>, stream: TcpStream) -> Tls {
    StreamOwned::new(ServerConnection::new(Arc::clone(config)).expect("a session"), stream)
}

/// An HTTP proxy that knows CONNECT; keeps the heads of the requests. `status`: what it answers if not 200.
pub(crate) fn proxy(status: Option<&'static str>) -> (Server, Arc<Mutex<Vec<String>>>) {
    let heads = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&heads);
    let server = Server::start(move |_, mut client| {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && client.read(&mut byte).is_ok_and(|n| n == 1) {
            head.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let to = head.split(' ').nth(1).unwrap_or("").to_owned();
        seen.lock().expect("no panic").push(head);
        if let Some(status) = status {
            let _ = client.write_all(format!("HTTP/1.0 {status}\r\n\r\n").as_bytes());
            return;
        }
        let Ok(server) = TcpStream::connect(to) else { return };
        // As older proxies answer.
        let _ = client.write_all(b"HTTP/1.0 200 Connection established\r\n\r\n");
        let (mut a, mut b) = (client.try_clone().expect("a socket"), server.try_clone().expect("a socket"));
        let there = std::thread::spawn(move || {
            let _ = std::io::copy(&mut a, &mut b);
            let _ = b.shutdown(std::net::Shutdown::Write);
        });
        let (mut a, mut b) = (server, client);
        let _ = std::io::copy(&mut a, &mut b);
        let _ = b.shutdown(std::net::Shutdown::Both);
        let _ = there.join();
    });
    (server, heads)
}
