//! Where peers come in: [`Listener`] takes their connections, [`Datagrams`] their datagrams; [`Place`] is what the
//! words on the command line say. Sockets never block.

use super::poll::Poll;
use super::stream::keep_alive;
use crate::reading::error::{Code, Error, Result};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::Mode;
use rustix::io::Errno;
use rustix::net::sockopt;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};
use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};
use std::fmt;
use std::fs::Metadata;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr, TcpListener, ToSocketAddrs as _, UdpSocket};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// When no further connection can be accepted (too many open files), how long until the next attempt.
const PAUSE: Duration = Duration::from_millis(100);

/// How many connections may wait to be accepted; the kernel may allow fewer (net.core.somaxconn).
const BACKLOG: i32 = 4096;

/// What the kernel may hold of datagrams that are not read yet; it may allow less (net.core.rmem_max).
const DATAGRAM_BYTES: usize = 4 << 20;

/// The first descriptor that a service manager hands over (sd_listen_fds(3)).
const FIRST_GIVEN: i32 = 3;

/// `HOST:PORT`; a port alone is one of this machine, for this machine.
pub(crate) fn address(text: &str) -> Result<String, String> {
    let (host, port) = text.rsplit_once(':').unwrap_or(("", text));
    if port.parse::<u16>().is_err() || !port.bytes().all(|b| b.is_ascii_digit()) {
        return Err("an address is PORT, :PORT, HOST:PORT or [IPV6]:PORT".to_owned());
    }
    match host {
        "" => Ok(format!("127.0.0.1:{port}")),
        host if host.contains(':') && !(host.starts_with('[') && host.ends_with(']')) => {
            Err("an IPv6 address is written in brackets: [::1]:8080".to_owned())
        }
        host => Ok(format!("{host}:{port}")),
    }
}

/// Where to listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Tcp(String),
    Unix(PathBuf),
    Udp(String),
    /// The sockets that the service manager hands over: systemd's socket activation.
    Given,
}

impl Place {
    /// Out of `HOST:PORT`, `:PORT`, `unix:PATH`, `udp:ADDR`, `systemd`.
    pub(crate) fn parse(text: &str) -> Result<Place, String> {
        match text.split_once(':') {
            _ if text == "systemd" => Ok(Place::Given),
            Some(("unix", "")) => Err("unix: needs the path of the socket".to_owned()),
            Some(("unix", path)) => Ok(Place::Unix(path.into())),
            Some(("udp", rest)) => address(rest).map(Place::Udp),
            _ => address(text).map(Place::Tcp).map_err(|why| format!("{why}; or unix:PATH, udp:ADDR, systemd")),
        }
    }

    /// Listens there. `Busy` if another program does. `mode`: the permissions of a socket in the file system.
    pub(crate) fn open(&self, mode: Option<Mode>) -> Result<Vec<Door>> {
        match self {
            Place::Tcp(address) => Ok(vec![Door::Connections(Listener::tcp(address)?)]),
            Place::Unix(path) => Ok(vec![Door::Connections(Listener::unix(path, mode)?)]),
            Place::Udp(address) => Ok(vec![Door::Datagrams(Datagrams::bind(address)?)]),
            Place::Given => given(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Tcp(address) => f.write_str(address),
            Place::Unix(path) => write!(f, "unix:{}", path.display()),
            Place::Udp(address) => write!(f, "udp:{address}"),
            Place::Given => f.write_str("systemd"),
        }
    }
}

/// A way in.
pub(crate) enum Door {
    Connections(Listener),
    Datagrams(Datagrams),
}

/// Who is at the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    Ip(SocketAddr),
    /// A process of this machine, by the number of its connection.
    Local(u64),
}

impl Peer {
    fn of(address: SocketAddr) -> Peer {
        // An IPv4 peer of an IPv6 socket is an IPv4 peer.
        Peer::Ip(SocketAddr::new(address.ip().to_canonical(), address.port()))
    }

    pub(crate) fn ip(&self) -> Option<IpAddr> {
        match self {
            Peer::Ip(address) => Some(address.ip()),
            Peer::Local(_) => None,
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Peer::Ip(address) => write!(f, "{address}"),
            Peer::Local(number) => write!(f, "unix:{number}"),
        }
    }
}

/// A listening socket. Its file, if it has one, goes with it.
pub(crate) struct Listener {
    socket: OwnedFd,
    name: String,
    file: Option<File>,
    /// Connections may wait to be accepted.
    knocking: bool,
    /// No attempt before.
    pause: Option<Instant>,
    accepted: u64,
}

impl Listener {
    /// Listens on `HOST:PORT`. A server that has just ended does not keep the port (SO_REUSEADDR).
    pub(crate) fn tcp(address: &str) -> Result<Listener> {
        let told = |e| cannot_listen(address, e);
        let addresses: Vec<SocketAddr> = address.to_socket_addrs().map_err(told)?.collect();
        let listener = TcpListener::bind(&addresses[..]).map_err(told)?;
        rustix::net::listen(&listener, BACKLOG).map_err(|e| told(e.into()))?;
        Listener::new(listener.into(), None).map_err(told)
    }

    /// Listens on a socket in the file system. One that nobody listens on any more is replaced.
    fn unix(path: &Path, mode: Option<Mode>) -> Result<Listener> {
        let name = format!("unix:{}", path.display());
        let told = |e| cannot_listen(&name, e);
        let socket = match bind(path) {
            Err(e) if e.kind() == ErrorKind::AddrInUse && is_abandoned(path) => {
                std::fs::remove_file(path).and_then(|()| bind(path))
            }
            result => result,
        };
        let socket = socket.map_err(told)?;
        let file = File::find(path).map_err(told)?;
        if let Some(mode) = mode {
            // Nobody can connect before it listens.
            rustix::fs::chmod(path, mode).map_err(|e| told(e.into()))?;
        }
        rustix::net::listen(&socket, BACKLOG).map_err(|e| told(e.into()))?;
        Listener::new(socket, Some(file)).map_err(told)
    }

    fn new(socket: OwnedFd, file: Option<File>) -> io::Result<Listener> {
        rustix::io::ioctl_fionbio(&socket, true)?;
        let name = name_of(&socket)?;
        Ok(Listener { socket, name, file, knocking: true, pause: None, accepted: 0 })
    }

    /// Where it listens: `127.0.0.1:4444`, `unix:/run/meters`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Connections may wait, as the poll says.
    pub(crate) fn knock(&mut self) {
        self.knocking = true;
    }

    /// Connections may wait.
    pub(crate) fn is_knocking(&self) -> bool {
        self.knocking
    }

    /// The address that it listens on, if it is one of a network.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        rustix::net::getsockname(&self.socket).ok().and_then(|address| SocketAddr::try_from(address).ok())
    }

    /// When the next attempt is due, if none can be made now.
    pub(crate) fn pause(&self) -> Option<Instant> {
        self.pause
    }

    /// The next connection, if one waits.
    pub(crate) fn accept(&mut self, now: Instant) -> Option<(OwnedFd, Peer)> {
        if self.pause.is_some_and(|pause| now < pause) {
            return None;
        }
        self.knocking |= self.pause.take().is_some();
        while self.knocking {
            match rustix::net::acceptfrom_with(&self.socket, SocketFlags::CLOEXEC | SocketFlags::NONBLOCK) {
                Ok((socket, address)) => {
                    self.accepted += 1;
                    let address = address.and_then(|address| SocketAddr::try_from(address).ok());
                    if address.is_some() {
                        keep_alive(&socket);
                    }
                    return Some((socket, address.map_or(Peer::Local(self.accepted), Peer::of)));
                }
                Err(Errno::INTR | Errno::CONNABORTED) => {}
                Err(why) => {
                    self.knocking = false;
                    if why != Errno::AGAIN {
                        self.pause = Some(now + PAUSE);
                    }
                }
            }
        }
        None
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(file) = &self.file
            && File::find(&file.path).is_ok_and(|now| now == *file)
        {
            // If it cannot be removed, the next server does it.
            let _ = std::fs::remove_file(&file.path);
        }
    }
}

/// A socket that takes datagrams.
pub(crate) struct Datagrams {
    socket: UdpSocket,
    name: String,
}

impl Datagrams {
    fn bind(address: &str) -> Result<Datagrams> {
        let name = format!("udp:{address}");
        let told = |e| cannot_listen(&name, e);
        let addresses: Vec<SocketAddr> = address.to_socket_addrs().map_err(told)?.collect();
        Datagrams::new(UdpSocket::bind(&addresses[..]).map_err(told)?).map_err(told)
    }

    fn new(socket: UdpSocket) -> io::Result<Datagrams> {
        socket.set_nonblocking(true)?;
        // A smaller one loses sooner, and works.
        let _ = sockopt::set_socket_recv_buffer_size(&socket, DATAGRAM_BYTES);
        let name = format!("udp:{}", name_of(&socket)?);
        Ok(Datagrams { socket, name })
    }

    /// Where it listens: `udp:127.0.0.1:4444`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The next datagram: its length and its sender. `WouldBlock`: none is there.
    pub(crate) fn receive(&self, to: &mut [u8]) -> io::Result<(usize, Peer)> {
        loop {
            match self.socket.recv_from(to) {
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                result => return result.map(|(n, from)| (n, Peer::of(from))),
            }
        }
    }
}

impl AsFd for Datagrams {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl Door {
    /// Where it is.
    pub(crate) fn name(&self) -> &str {
        match self {
            Door::Connections(listener) => listener.name(),
            Door::Datagrams(datagrams) => datagrams.name(),
        }
    }

    /// Tells the poll to look here.
    pub(crate) fn watch(&self, poll: &Poll, number: u64) -> io::Result<()> {
        match self {
            Door::Connections(listener) => poll.watch(listener, number),
            Door::Datagrams(datagrams) => poll.watch(datagrams, number),
        }
    }
}

/// The file of a socket, by which it is known to be still the same.
#[derive(PartialEq, Eq)]
struct File {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl File {
    fn find(path: &Path) -> io::Result<File> {
        let found: Metadata = std::fs::symlink_metadata(path)?;
        Ok(File { path: path.to_owned(), device: found.dev(), inode: found.ino() })
    }
}

fn bind(path: &Path) -> io::Result<OwnedFd> {
    let socket = rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    rustix::net::bind(&socket, &SocketAddrUnix::new(path)?)?;
    Ok(socket)
}

/// A socket that nobody listens on.
fn is_abandoned(path: &Path) -> bool {
    let is_socket = std::fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket());
    is_socket && UnixStream::connect(path).is_err_and(|e| e.kind() == ErrorKind::ConnectionRefused)
}

fn cannot_listen(name: &str, why: io::Error) -> Error {
    let code = match why.kind() {
        ErrorKind::AddrInUse => Code::Busy,
        _ => Code::Io,
    };
    Error::new(code, format!("listen on {name}")).because(why)
}

fn name_of(socket: impl AsFd) -> io::Result<String> {
    let address = rustix::net::getsockname(socket)?;
    if let Ok(address) = SocketAddr::try_from(address.clone()) {
        return Ok(address.to_string());
    }
    let address = SocketAddrUnix::try_from(address)?;
    Ok(match (address.path_bytes(), address.abstract_name()) {
        (Some(path), _) => format!("unix:{}", String::from_utf8_lossy(path)),
        (None, Some(name)) => format!("unix:@{}", String::from_utf8_lossy(name)),
        (None, None) => "unix:".to_owned(),
    })
}

/// The sockets that a service manager hands over by sd_listen_fds(3).
fn given() -> Result<Vec<Door>> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<i32>().ok());
    let ours = number("LISTEN_PID") == Some(getpid().as_raw_pid());
    let count = number("LISTEN_FDS").filter(|&n| ours && n > 0);
    let count = count.ok_or_else(|| {
        Error::usage("systemd: no socket was handed over (LISTEN_FDS, LISTEN_PID): a .socket unit starts this program")
    })?;
    (FIRST_GIVEN..FIRST_GIVEN.saturating_add(count)).map(|fd| take(fd).map_err(|why| unusable(fd, why))).collect()
}

fn take(fd: i32) -> io::Result<Door> {
    // The descriptor is ours by contract, but only a copy can be had without a promise to the compiler.
    let this = pidfd_open(getpid(), PidfdFlags::empty())?;
    let socket = pidfd_getfd(this, fd, PidfdGetfdFlags::empty())?;
    let family = sockopt::socket_domain(&socket)?;
    match sockopt::socket_type(&socket)? {
        SocketType::STREAM if sockopt::socket_acceptconn(&socket)? => {
            Listener::new(socket, None).map(Door::Connections)
        }
        SocketType::DGRAM if family != AddressFamily::UNIX => Datagrams::new(socket.into()).map(Door::Datagrams),
        _ => Err(io::Error::other("neither a listening stream socket (Accept=no) nor UDP")),
    }
}

fn unusable(fd: i32, why: io::Error) -> Error {
    Error::usage(format!("systemd: use socket {fd}")).because(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_is_for_this_machine() {
        for (text, wanted) in [
            ("8080", "127.0.0.1:8080"),
            (":0", "127.0.0.1:0"),
            ("0.0.0.0:80", "0.0.0.0:80"),
            ("localhost:80", "localhost:80"),
            ("[::1]:80", "[::1]:80"),
        ] {
            assert_eq!(address(text).as_deref(), Ok(wanted), "{text}");
        }
        for text in ["", ":", "host", "host:", "host:http", "::1:80", "1.2.3.4:99999", ":+1", ":-1"] {
            assert!(address(text).is_err(), "{text}");
        }
    }

    #[test]
    fn places() {
        for (text, wanted) in [
            (":80", "127.0.0.1:80"),
            ("unix:/a:b", "unix:/a:b"),
            ("udp::80", "udp:127.0.0.1:80"),
            ("udp:[::1]:80", "udp:[::1]:80"),
            ("systemd", "systemd"),
        ] {
            assert_eq!(Place::parse(text).map(|place| place.to_string()).as_deref(), Ok(wanted), "{text}");
        }
        for text in ["unix:", "udp:", "udp:host", "tcp", "systemd:", "Systemd"] {
            assert!(Place::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn peers_are_told_as_what_they_are() {
        let peer = |text: &str| Peer::of(text.parse().expect("an address")).to_string();
        assert_eq!(peer("[::ffff:10.0.0.1]:5"), "10.0.0.1:5");
        assert_eq!(peer("[fe80::1]:5"), "[fe80::1]:5");
    }
}
