//! Opens a connection: finds the host's addresses, tries them in turn, goes through a proxy, puts TLS on top.
//! Each step has a time limit of its own, and every wait ends at once with a stop.

use super::address::{self, Address};
use super::proxy::Proxy;
use super::stream::{Stream, keep_alive};
use super::wait::{Wait, over, unreachable};
use crate::host::diag;
use crate::host::thread;
use crate::reading::error::{Code, Error, Kind, Result};
use rustix::event::PollFlags;
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, ipproto};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs as _};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

/// How to reach one server.
#[derive(Clone, Debug)]
pub(crate) struct Dialer {
    pub address: Address,
    pub proxy: Option<Proxy>,
    /// `None`: in the clear.
    pub tls: Option<Arc<ClientConfig>>,
    /// Nobody is asked for a proof of who he is: told at each connection.
    pub insecure: bool,
    /// For each of: the name's resolution, one address, the proxy, TLS.
    pub timeout: Duration,
}

impl Dialer {
    /// Connects once. `Unreachable` may be tried again; `Refused` will be refused again; `Closed`: stopped.
    pub(crate) fn dial(&self, wait: Wait<'_>) -> Result<Stream> {
        let mut stream = match &self.proxy {
            None => self.reach(&self.address, wait)?,
            Some(proxy) => {
                let told = |e: Error| e.context(format_args!("proxy {}", proxy.address));
                let mut stream = self.reach(&proxy.address, wait).map_err(told)?;
                proxy.connect(&mut stream, &self.address, wait, self.by()).map_err(told)?;
                stream
            }
        };
        if let Some(config) = &self.tls {
            if self.insecure {
                let address = &self.address;
                diag::warn(
                    Code::Insecure,
                    format_args!("connect to {address} without checking who it is (--insecure)"),
                );
            }
            let name = ServerName::try_from(self.address.host.clone())
                .map_err(|e| Error::usage(format!("name {} in a certificate", self.address.host)).because(e))?;
            let session =
                ClientConnection::new(Arc::clone(config), name).map_err(|e| Error::usage("set up TLS").because(e))?;
            stream = stream.with_tls(session, wait, self.by())?;
        }
        Ok(stream)
    }

    /// Warns if a secret would be sent in the clear to another machine.
    pub(crate) fn warn_of_secret(&self, what: &str) {
        if self.tls.is_none() && !address::is_loopback(&self.address.host) {
            let why = format!("{what} goes to {} without TLS: everyone on the way can read it", self.address);
            diag::warn(Code::Insecure, why);
        }
    }

    fn by(&self) -> Instant {
        Instant::now() + self.timeout
    }

    /// Tries the addresses in turn; the last one's fault is told.
    fn reach(&self, address: &Address, wait: Wait<'_>) -> Result<Stream> {
        let mut fault = unreachable(format!("resolve {}: it has no address", address.host));
        for at in resolve(address, wait, self.by())? {
            match connect(at, wait, self.by()) {
                Ok(socket) => return Ok(Stream::plain(socket.into())),
                Err(why) if why.kind() == Kind::Closed => return Err(why),
                Err(why) => fault = why,
            }
        }
        Err(fault)
    }
}

/// The addresses of a host.
///
/// The system's resolver cannot be interrupted, so a thread of its own waits for it; a stop leaves it behind.
fn resolve(address: &Address, wait: Wait<'_>, by: Instant) -> Result<Vec<SocketAddr>> {
    if let Ok(ip) = address.host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(ip, address.port)]);
    }
    let name = format!("resolve {}", address.host);
    let local = |e: std::io::Error| Error::io(name.clone(), e);
    let (answered, end) = UnixStream::pair().map_err(local)?;
    let (sender, receiver) = mpsc::channel();
    let wanted = (address.host.clone(), address.port);
    thread::start("resolve", move || {
        let _ = sender.send(wanted.to_socket_addrs().map(Iterator::collect));
        // Readable at the other end from now on.
        drop(end);
    })
    .map_err(local)?;
    wait.need(&answered, PollFlags::IN, by).map_err(|e| e.context(&name))?;
    let found: std::io::Result<Vec<SocketAddr>> = receiver.recv().map_err(|_| over())?;
    found.map_err(|e| unreachable(name).because(e))
}

fn connect(to: SocketAddr, wait: Wait<'_>, by: Instant) -> Result<TcpStream> {
    let family = if to.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let failed = |e: Errno| unreachable(format!("reach {to}")).because(std::io::Error::from(e));
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let socket = rustix::net::socket_with(family, SocketType::STREAM, flags, Some(ipproto::TCP)).map_err(failed)?;
    match rustix::net::connect(&socket, &to) {
        Ok(()) => {}
        Err(Errno::INPROGRESS | Errno::INTR) => {
            wait.need(&socket, PollFlags::OUT, by).map_err(|e| e.context(format_args!("reach {to}")))?;
            rustix::net::sockopt::socket_error(&socket).map_err(failed)?.map_err(failed)?;
        }
        Err(e) => return Err(failed(e)),
    }
    let socket = TcpStream::from(socket);
    keep_alive(&socket);
    // A ping or a subscription is one small write: it must not wait for the last one's acknowledgement.
    socket.set_nodelay(true).map_err(|e| unreachable(format!("reach {to}")).because(e))?;
    Ok(socket)
}
