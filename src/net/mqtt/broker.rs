//! One broker, or several that stand for each other: how a connection to one of them is made.

use super::connection::Connection;
use super::packet::{Hello, Protocol};
use super::wire::Wire;
use crate::host::diag;
use crate::host::secrets::SecretSource;
use crate::net::backoff::Backoff;
use crate::net::dial::Dialer;
use crate::net::http;
use crate::net::wait::{Wait, unreachable};
use crate::net::websocket::carrier::Carrier;
use crate::net::websocket::client::Handshake;
use crate::reading::error::{Code, Error, Kind, Result};
use std::time::{Duration, Instant};
use tungstenite::http::header::HOST;
use tungstenite::http::{HeaderMap, Uri};

/// A broker that is connected to again and again.
pub(crate) struct Broker {
    pub(super) hosts: Vec<Dialer>,
    /// The one that is tried next.
    pub(super) next: usize,
    pub(super) secure: bool,
    /// Packets are carried by a WebSocket, which is asked for at this path.
    pub(super) web: Option<Uri>,
    pub(super) username: Option<String>,
    pub(super) password: Option<SecretSource>,
    /// `None`: not known yet what it speaks.
    pub(super) protocol: Option<Protocol>,
    /// The user says what it speaks.
    pub(super) is_given: bool,
    pub(super) max_packet: usize,
    pub(super) backoff: Backoff,
    pub(super) connections: u64,
}

impl Broker {
    /// The one that is spoken to: scheme, host, port.
    pub(crate) fn name(&self) -> String {
        self.name_of(self.next)
    }

    fn name_of(&self, host: usize) -> String {
        let address = &self.hosts[host].address;
        match (&self.web, self.secure) {
            (None, false) => format!("mqtt://{address}"),
            (None, true) => format!("mqtts://{address}"),
            (Some(path), false) => format!("ws://{address}{}", path.path()),
            (Some(path), true) => format!("wss://{address}{}", path.path()),
        }
    }

    /// How often it has taken us in.
    pub(crate) fn connections(&self) -> u64 {
        self.connections
    }

    /// What it speaks, as far as that is known: MQTT 5 until it says otherwise.
    pub(crate) fn protocol(&self) -> Protocol {
        self.protocol.unwrap_or(Protocol::V5)
    }

    /// The time is over: an error if there never was a connection.
    pub(super) fn is_reached(&self, wait: Wait<'_>) -> Result<()> {
        if self.connections > 0 { Ok(()) } else { wait.never_reached(&self.name()) }
    }

    pub(super) fn lasted(&mut self, time: Duration) {
        self.backoff.lasted(time);
        if time >= Duration::from_secs(1) {
            return;
        }
        // One that takes us in and throws us out is not better than one that is not there.
        self.next = (self.next + 1) % self.hosts.len();
    }

    /// See [`Backoff::again`].
    pub(super) fn again(&mut self, fault: Error) -> Result<Duration> {
        self.backoff.again(fault)
    }

    /// Tries the hosts in turn, each once.
    pub(super) fn connect(&mut self, hello: &Hello, wait: Wait<'_>) -> Result<Connection> {
        let mut fault = None;
        for _ in 0..self.hosts.len() {
            match self.reach(hello, wait) {
                Ok(connection) => {
                    self.connections += 1;
                    let protocol = spelled(connection.protocol());
                    diag::info(Code::Connected, format_args!("connected to {} by {protocol}", self.name()));
                    return Ok(connection);
                }
                Err(why) => {
                    let why = match why.kind() {
                        Kind::Closed => return Err(why),
                        _ => why.context(format_args!("connect to {}", self.name())),
                    };
                    if why.kind() != Kind::Unreachable {
                        return Err(why);
                    }
                    if let Some(before) = fault.replace(why) {
                        diag::info(Code::Unreachable, before);
                    }
                    self.next = (self.next + 1) % self.hosts.len();
                }
            }
        }
        Err(fault.unwrap_or_else(|| unreachable("no host")))
    }

    /// Connects once, with an id that nobody has, and leaves again. Gives what the broker speaks.
    pub(crate) fn greet_once(&mut self, client_id: String, wait: Wait<'_>) -> Result<&'static str> {
        let hello = Hello {
            client_id,
            clean: true,
            temporary: true,
            expiry: 0,
            receive_max: 1,
            keepalive: Duration::from_secs(60),
            login: None,
            will: None,
        };
        let connection = self.connect(&hello, wait)?;
        let spoken = spelled(connection.protocol());
        connection.part(true);
        Ok(spoken)
    }

    fn reach(&mut self, hello: &Hello, wait: Wait<'_>) -> Result<Connection> {
        let mut hello = hello.clone();
        hello.login = self.login()?;
        let first = self.protocol();
        let why = match self.greet(first, &hello, wait) {
            Ok(connection) => {
                self.protocol = Some(first);
                return Ok(connection);
            }
            Err(why) => why,
        };
        // A broker that knows no MQTT 5 says so, or just hangs up, or breaks the connection, or says nothing.
        if !matches!(why.code(), Code::OldProtocol | Code::HungUp | Code::Unanswered) {
            return Err(why);
        }
        if self.protocol.is_some() {
            let other = if first == Protocol::V5 { "311" } else { "5" };
            return Err(if self.is_given { why.hint(format!("try --mqtt {other}")) } else { why });
        }
        let connection = self.greet(Protocol::V311, &hello, wait)?;
        self.protocol = Some(Protocol::V311);
        let name = self.name();
        diag::warn(
            Code::OldProtocol,
            format_args!("{name} does not speak MQTT 5 ({why}): using MQTT 3.1.1 (--mqtt 311)"),
        );
        Ok(connection)
    }

    fn greet(&self, protocol: Protocol, hello: &Hello, wait: Wait<'_>) -> Result<Connection> {
        if protocol == Protocol::V311 && hello.clean && !hello.temporary {
            // There a clean session also ends with its connection: one to forget the old, one to begin the new.
            self.open(protocol, hello, wait)?.part(true);
            return self.open(protocol, &Hello { clean: false, ..hello.clone() }, wait);
        }
        self.open(protocol, hello, wait)
    }

    fn open(&self, protocol: Protocol, hello: &Hello, wait: Wait<'_>) -> Result<Connection> {
        let dialer = &self.hosts[self.next];
        let mut stream = dialer.dial(wait)?;
        let by = Instant::now() + dialer.timeout;
        let wire = match &self.web {
            None => Wire::Plain(stream),
            Some(path) => {
                let host = http::value("URL", &dialer.address.to_string())?;
                let handshake = Handshake {
                    target: path.clone(),
                    fields: HeaderMap::from_iter([(HOST, host)]),
                    secrets: http::Secrets::default(),
                    // MQTT 5, 6: the client asks for it.
                    protocols: vec!["mqtt".to_owned()],
                    deflate: false,
                };
                let (first, _) = handshake.shake(&mut stream, wait, by)?;
                Wire::Web(Box::new(Carrier::new(stream, &first)))
            }
        };
        Connection::open(wire, protocol, hello, self.max_packet, wait, by)
    }

    fn login(&self) -> Result<Option<(String, Option<String>)>> {
        let Some(name) = &self.username else { return Ok(None) };
        let password = match &self.password {
            Some(source) => {
                let secret = source.read()?;
                let text = secret.expose_text().ok_or_else(|| Error::usage("the password is not UTF-8"))?;
                Some(text.to_owned())
            }
            None => None,
        };
        Ok(Some((name.clone(), password)))
    }
}

fn spelled(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::V5 => "MQTT 5",
        Protocol::V311 => "MQTT 3.1.1",
    }
}
