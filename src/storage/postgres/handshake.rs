//! TLS for the client library, with what it does not say itself: whether a handshake was begun, and that it failed.

use super::fault::Handshake;
use rustls::ClientConfig;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio_postgres::Socket;
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres_rustls::MakeRustlsConnect;

type Inner = <MakeRustlsConnect as MakeTlsConnect<Socket>>::TlsConnect;
type Stream = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;

/// rustls, as the client library wants it.
#[derive(Clone)]
pub(super) struct Tls {
    rustls: MakeRustlsConnect,
    begun: Arc<AtomicBool>,
}

impl Tls {
    pub(super) fn new(config: ClientConfig) -> Tls {
        Tls { rustls: MakeRustlsConnect::new(config), begun: Arc::default() }
    }

    /// The server has agreed to speak TLS.
    pub(super) fn has_begun(&self) -> bool {
        self.begun.load(Ordering::Relaxed)
    }
}

impl MakeTlsConnect<Socket> for Tls {
    type Stream = Stream;
    type TlsConnect = Shaking;
    type Error = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Error;

    fn make_tls_connect(&mut self, domain: &str) -> Result<Shaking, Self::Error> {
        self.begun.store(false, Ordering::Relaxed);
        let rustls = MakeTlsConnect::<Socket>::make_tls_connect(&mut self.rustls, domain)?;
        Ok(Shaking { rustls, begun: Arc::clone(&self.begun) })
    }
}

/// One handshake.
pub(super) struct Shaking {
    rustls: Inner,
    begun: Arc<AtomicBool>,
}

impl TlsConnect<Socket> for Shaking {
    type Stream = Stream;
    type Error = Handshake;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, Handshake>> + Send>>;

    fn connect(self, socket: Socket) -> Self::Future {
        self.begun.store(true, Ordering::Relaxed);
        let shaking = self.rustls.connect(socket);
        Box::pin(async move { shaking.await.map_err(Handshake) })
    }
}
