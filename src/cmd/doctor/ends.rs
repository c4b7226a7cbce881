//! The ends of a station: its configuration, brokers, servers, databases, queues. Each is asked whether it is there and
//! whether it takes us in, and left as it was.

use super::check::Check;
use super::target::{Target, What};
use crate::host::again;
use crate::host::options::{BrokerArgs, RetryArgs, TlsArgs};
use crate::host::stop::Stop;
use crate::net::dial::Dialer;
use crate::net::mqtt;
use crate::net::proxy::Proxy;
use crate::net::url::Url;
use crate::net::wait::Wait;
use crate::reading::error::{Code, Error, Kind, Result};
use crate::reading::time;
use crate::storage;
use crate::storage::queue::Looking;
use indicatif::HumanCount;
use rustix::fs::{Access, AtFlags, CWD};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Who we are to a broker.
#[derive(Clone, Debug)]
pub(super) struct Login {
    pub(super) username: Option<String>,
    pub(super) password_file: Option<PathBuf>,
}

/// How an end is reached.
#[derive(Clone, Debug)]
pub(super) struct Way {
    pub(super) login: Login,
    pub(super) ca_file: Option<PathBuf>,
    /// For each step.
    pub(super) timeout: Duration,
}

/// An error: the words cannot be used.
pub(super) fn checks(target: &Target, way: &Way) -> Result<Vec<Check>> {
    let name = &target.name;
    let checked = match target.what {
        What::Folder => return Ok(Vec::new()),
        What::Station => return Ok(station(Path::new(target.text()))),
        What::File => return Ok(vec![file(target.text())]),
        What::Broker => broker(target, way).map(|spoken| Check::ok("broker", format!("{name} speaks {spoken}"))),
        What::Server { tls, port } => server(target, tls, port, way).map(|()| {
            let by = if tls { "TCP and TLS" } else { "TCP" };
            Check::ok("server", format!("{name} can be reached by {by}"))
        }),
        What::Postgres => storage::exists(target.text()).map(|is_made| {
            let tables = if is_made { "has kymo's tables" } else { "has no tables of kymo's yet" };
            Check::ok("database", format!("{name} takes us in, and {tables}"))
        }),
    };
    let what = match target.what {
        What::Broker => "broker",
        What::Postgres => "database",
        _ => "server",
    };
    Ok(vec![checked.unwrap_or_else(|why| unreached(what, &why))])
}

fn unreached(what: &'static str, why: &Error) -> Check {
    let advice = match why.kind() {
        Kind::Refused => "check the user, the password and what this user may do there",
        Kind::Unreachable => "is it running, are host and port right, does a firewall stop it, does TLS fit?",
        _ => "correct what is wrong there",
    };
    Check::fault(what, why.to_string(), advice)
}

/// What `supervise --check` says, by another kymo: only it knows every command.
fn station(path: &Path) -> Vec<Check> {
    let mut kymo = Command::new(again::own());
    kymo.args(["--log-level", "error", "--log-format", "text", "supervise", "--check", "--"]).arg(path);
    let name = path.display();
    let ended = match kymo.stdin(Stdio::null()).output() {
        Ok(ended) => ended,
        Err(e) => return vec![Check::warn("station", format!("check {name}: {e}"), "run kymo supervise --check")],
    };
    if ended.status.success() {
        return vec![Check::ok("station", format!("{name} is right"))];
    }
    let told = String::from_utf8_lossy(&ended.stderr);
    let lines = told.lines().map(|line| line.strip_prefix("kymo: supervise: ").unwrap_or(line));
    let mut checks: Vec<Check> = lines
        .map(|line| Check::fault("station", line, format!("correct {name}, then kymo supervise --check")))
        .collect();
    if checks.is_empty() {
        checks.push(Check::fault("station", format!("{name} is not right"), "run kymo supervise --check"));
    }
    checks
}

fn broker(target: &Target, way: &Way) -> Result<&'static str> {
    let args = BrokerArgs {
        url: Some(target.word.clone()),
        host: None,
        port: None,
        id: None,
        username: way.login.username.clone(),
        password_file: way.login.password_file.clone(),
        mqtt: None,
        keepalive: Duration::from_secs(60),
        tls: false,
        connect_timeout: way.timeout,
        retry: RetryArgs { retries: Some(0), max_backoff: Duration::ZERO },
        trust: trust(way),
    };
    args.check()?;
    let stop = Stop::silent()?;
    args.broker(1 << 20)?.greet_once(mqtt::own_id(), Wait { stop: &stop, until: None })
}

fn server(target: &Target, tls: bool, port: u16, way: &Way) -> Result<()> {
    let url = Url::parse(target.text());
    let address = url.and_then(|url| url.address(Some(port)));
    let address = address.ok_or_else(|| Error::usage(format!("{} has no host", target.name)))?;
    let proxy = if tls { Proxy::from_environment(&address.host)? } else { None };
    let tls = tls.then(|| trust(way).config()).transpose()?;
    let stop = Stop::silent()?;
    let dialer = Dialer { address, proxy, tls, insecure: false, timeout: way.timeout };
    let dialed = dialer.dial(Wait { stop: &stop, until: None });
    dialed.map(drop).map_err(|why| why.context(format_args!("connect to {}", target.name)))
}

fn trust(way: &Way) -> TlsArgs {
    TlsArgs { ca_file: way.ca_file.clone(), ..TlsArgs::default() }
}

/// A database or a queue. It is opened to read.
fn file(path: &str) -> Check {
    if !Path::new(path).exists() {
        return Check::ok("file", format!("{path} is not there yet: the first command that writes creates it"));
    }
    let found = match Looking::open(path).and_then(|queue| queue.stat(time::now())) {
        Ok(stat) => format!("{path} is a queue (records: {})", HumanCount(stat.depth.records)),
        Err(_) => match storage::exists(path) {
            Ok(true) => format!("{path} is a database of kymo's"),
            Ok(false) => format!("{path} is empty: it becomes a database or a queue"),
            Err(why) => {
                let advice = match (why.code(), why.kind()) {
                    (Code::Damaged, _) => "kymo queue check or kymo db check says what is left of it",
                    (_, Kind::Refused) => "give this user the right to read and write it (chown, chmod)",
                    (_, Kind::Usage) => "give kymo a file of its own: it does not touch what it did not create",
                    _ => "see what the system says of that disk",
                };
                return Check::fault("file", why.to_string(), advice);
            }
        },
    };
    match rustix::fs::accessat(CWD, path, Access::READ_OK | Access::WRITE_OK, AtFlags::EACCESS) {
        Ok(()) => Check::ok("file", found),
        Err(e) => {
            Check::fault("file", format!("{found}, but {e}"), "give this user the right to write it (chown, chmod)")
        }
    }
}
