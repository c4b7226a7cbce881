//! Opens a connection: the hosts in turn, the addresses of each in turn, TLS or not as `sslmode` says.

use super::fault::{self, Opening};
use super::handshake::Tls;
use super::settings::{Host, Settings};
use crate::reading::error::{Error, Kind, Result};
use std::net::IpAddr;
use tokio::net::lookup_host;
use tokio::time::timeout;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, Socket};

/// What serves a client: it has to be polled.
pub(super) type Connection = tokio_postgres::Connection<Socket, <Tls as MakeTlsConnect<Socket>>::Stream>;

/// An open connection.
pub(super) struct Opened {
    pub(super) client: Client,
    pub(super) connection: Connection,
    /// `host:port/database`.
    pub(super) name: String,
}

/// Connects to the first host that will have us. Where nobody answers the next one is tried; a refusal is final. The
/// last one's fault is told.
pub(super) async fn open(settings: &Settings) -> Result<Opened> {
    let mut last = None;
    for host in &settings.hosts {
        match open_host(settings, host).await {
            Ok(opened) => return Ok(opened),
            Err(why) if why.kind() == Kind::Unreachable => last = Some(why),
            Err(why) => return Err(why),
        }
    }
    Err(last.expect("there is a host"))
}

async fn open_host(settings: &Settings, host: &Host) -> Result<Opened> {
    let name = format!("{host}/{}", settings.dbname);
    let (mode, tls) = settings.ssl.config(host.is_socket())?;
    let attempt = Attempt { settings, what: format!("connect to {name}"), tls: Tls::new(tls) };
    let mut config = config(settings, host);
    config.host(&host.name).ssl_mode(mode);
    if host.is_socket() {
        return attempt.make(&config, name).await;
    }
    let mut last = None;
    for address in attempt.addresses(host).await? {
        let mut config = config.clone();
        config.hostaddr(address);
        let opened = match attempt.make(&config, name.clone()).await {
            Err(why) if mode == SslMode::Prefer && may_be_for_tls(&why) => {
                config.ssl_mode(SslMode::Disable);
                let plain = attempt.make(&config, name.clone()).await;
                plain.map_err(|second| if fault::state(&second) == Some(NO_ENTRY) { why } else { second })
            }
            result => result,
        };
        match opened {
            Err(why) if why.kind() == Kind::Unreachable => last = Some(why),
            result => return result,
        }
    }
    Err(last.unwrap_or_else(|| fault::unreachable(attempt.what, "the host has no address")))
}

/// The server lets nobody in who comes so.
const NO_ENTRY: &str = "28000";

/// A server may have TLS, and yet want this client without; or TLS that is too old.
fn may_be_for_tls(why: &Error) -> bool {
    match fault::state(why) {
        Some(state) => state == NO_ENTRY,
        None => fault::is_of_tls(why),
    }
}

fn config(settings: &Settings, host: &Host) -> Config {
    let mut config = Config::new();
    config
        .user(&settings.user)
        .dbname(&settings.dbname)
        .application_name(&settings.application_name)
        .port(host.port)
        .channel_binding(settings.channel_binding)
        .target_session_attrs(settings.wanted)
        .keepalives(settings.keepalives.is_some());
    if let Some(password) = settings.password(host) {
        config.password(password.expose());
    }
    if !settings.options.is_empty() {
        config.options(&settings.options);
    }
    if let Some(time) = settings.tcp_user_timeout {
        config.tcp_user_timeout(time);
    }
    if let Some(keepalives) = &settings.keepalives {
        config
            .keepalives_idle(keepalives.idle)
            .keepalives_interval(keepalives.interval)
            .keepalives_retries(keepalives.count);
    }
    config
}

/// What all attempts at one host have in common.
struct Attempt<'a> {
    settings: &'a Settings,
    /// For messages.
    what: String,
    tls: Tls,
}

impl Attempt<'_> {
    async fn make(&self, config: &Config, name: String) -> Result<Opened> {
        let connected = self.in_time(config.connect(self.tls.clone())).await?;
        let opening = Opening {
            tls_wanted: config.get_ssl_mode() == SslMode::Require,
            tls_begun: self.tls.has_begun(),
            has_password: config.get_password().is_some(),
        };
        let (client, connection) = connected.map_err(|e| fault::of_opening(&self.what, &e, opening))?;
        Ok(Opened { client, connection, name })
    }

    async fn addresses(&self, host: &Host) -> Result<Vec<IpAddr>> {
        if let Some(address) = host.address.or_else(|| host.name.parse().ok()) {
            return Ok(vec![address]);
        }
        match self.in_time(lookup_host((host.name.as_str(), host.port))).await? {
            Ok(found) => Ok(found.map(|at| at.ip()).collect()),
            Err(why) => Err(fault::unreachable(&self.what, why.to_string())),
        }
    }

    /// The library's own limit ends with the first packet; a server that then says nothing would be waited for for ever.
    async fn in_time<T>(&self, step: impl Future<Output = T>) -> Result<T> {
        let Some(limit) = self.settings.connect_timeout else { return Ok(step.await) };
        let late = |_| fault::unreachable(&self.what, format!("no answer in {} s", limit.as_secs()));
        timeout(limit, step).await.map_err(late)
    }
}
