//! What a connection is made of: the words of target and environment, and the defaults where they say nothing.

use super::passfile::{self, Login};
use super::target;
use super::tls::{Mode, Roots, Ssl};
use super::words::{Choices, Source, Variables, Words};
use crate::host::diag;
use crate::host::secrets::Secret;
use crate::net::address::Address;
use crate::reading::error::{Code, Error, Result};
use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio_postgres::config::{ChannelBinding, TargetSessionAttrs};

/// Where the system's packages put the server's socket.
const SOCKETS: &[&str] = &["/var/run/postgresql", "/run/postgresql", "/tmp"];

const PORT: u16 = 5432;

/// Everything that a connection is made of.
pub(super) struct Settings {
    /// In the order in which they are tried.
    pub(super) hosts: Vec<Host>,
    pub(super) user: String,
    pub(super) dbname: String,
    password: Option<Secret>,
    passfile: PathBuf,
    pub(super) application_name: String,
    /// For the server's command line; empty: none.
    pub(super) options: String,
    pub(super) ssl: Ssl,
    pub(super) channel_binding: ChannelBinding,
    pub(super) wanted: TargetSessionAttrs,
    /// For one address, from the first packet to the first prompt. `None`: for ever.
    pub(super) connect_timeout: Option<Duration>,
    pub(super) tcp_user_timeout: Option<Duration>,
    /// `None`: no keepalives.
    pub(super) keepalives: Option<Keepalives>,
}

/// One server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Host {
    /// A name, an address, or the folder of a socket.
    pub(super) name: String,
    /// Where it is, if it need not be looked up.
    pub(super) address: Option<IpAddr>,
    pub(super) port: u16,
}

/// When a silent peer is asked whether it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Keepalives {
    pub(super) idle: Duration,
    pub(super) interval: Duration,
    pub(super) count: u32,
}

impl Host {
    /// It is the folder of a socket, no host in a network.
    pub(super) fn is_socket(&self) -> bool {
        self.name.starts_with('/')
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Address { host: self.name.clone(), port: self.port }.fmt(f)
    }
}

impl Settings {
    /// What target and environment say. `Usage`: they say nothing that could be connected to; `Io`: a file of theirs
    /// cannot be read.
    pub(super) fn read(target: &str, variables: Variables<'_>) -> Result<Settings> {
        let given = target::parse(target)?;
        if given.contains_key("password") {
            warn_of_ps();
        }
        let words = Words { given, variables };
        words.check_what_cannot_be_chosen()?;
        let home = words.variable("HOME").map(PathBuf::from).or_else(std::env::home_dir).unwrap_or_default();
        let user = match words.text("user")? {
            Some(user) => user,
            None => whoami::username()
                .map_err(|e| Error::usage("find the user name: give user=NAME or PGUSER").because(e.to_string()))?,
        };
        let dbname = match words.text("dbname")? {
            Some(name) => name,
            None if matches!(words.source("host"), Source::Container(_) | Source::ContainerFile(_)) => {
                "sensors".to_owned()
            }
            None => user.clone(),
        };
        let name = match words.text("application_name")? {
            None => words.text("fallback_application_name")?,
            name => name,
        };
        Ok(Settings {
            hosts: hosts(&words)?,
            user,
            dbname,
            password: words.bytes("password")?.map(Secret::new),
            passfile: words.path("passfile")?.unwrap_or_else(|| home.join(".pgpass")),
            application_name: name.unwrap_or_else(|| "kymo".to_owned()),
            options: options(&words)?,
            ssl: ssl(&words, &home.join(".postgresql"))?,
            channel_binding: words.choice("channel_binding", BINDINGS)?.unwrap_or(ChannelBinding::Prefer),
            wanted: words.choice("target_session_attrs", SESSIONS)?.unwrap_or(TargetSessionAttrs::Any),
            connect_timeout: words.time("connect_timeout", Duration::from_secs(1), Duration::from_secs(10))?,
            tcp_user_timeout: words.time("tcp_user_timeout", Duration::from_millis(1), Duration::from_secs(30))?,
            keepalives: keepalives(&words)?,
        })
    }

    /// The password for this host: one that was given, else that of the password file.
    pub(super) fn password(&self, host: &Host) -> Option<Secret> {
        if self.password.is_some() {
            return self.password.clone();
        }
        // As libpq calls the socket in its usual place.
        let name = if SOCKETS.contains(&host.name.as_str()) { "localhost" } else { &host.name };
        passfile::password(
            &self.passfile,
            &Login { host: name, port: host.port, dbname: &self.dbname, user: &self.user },
        )
    }
}

const MODES: Choices<Mode> = &[
    ("disable", Mode::Disable),
    ("allow", Mode::Prefer),
    ("prefer", Mode::Prefer),
    ("require", Mode::Require),
    ("verify-ca", Mode::VerifyCa),
    ("verify-full", Mode::VerifyFull),
];

const BINDINGS: Choices<ChannelBinding> =
    &[("disable", ChannelBinding::Disable), ("prefer", ChannelBinding::Prefer), ("require", ChannelBinding::Require)];

const SESSIONS: Choices<TargetSessionAttrs> = &[
    ("any", TargetSessionAttrs::Any),
    ("read-write", TargetSessionAttrs::ReadWrite),
    ("read-only", TargetSessionAttrs::ReadOnly),
];

/// The servers, in order. There are as many ports as hosts, or one for all, or none.
fn hosts(words: &Words<'_>) -> Result<Vec<Host>> {
    let list = |word: &str| -> Result<Vec<String>> {
        let text = words.text(word)?.unwrap_or_default();
        Ok(text.split(',').map(|part| part.trim().to_owned()).collect())
    };
    let (names, addresses, ports) = (list("host")?, list("hostaddr")?, list("port")?);
    let count = names.len().max(addresses.len());
    let fits = |n: usize| n == count || n == 1;
    if !fits(ports.len()) {
        return Err(words.wrong("port", "one for all hosts, or one for each"));
    }
    if names.len() != count && words.source("host") != Source::Nobody
        || addresses.len() != count && words.source("hostaddr") != Source::Nobody
    {
        return Err(words.wrong("hostaddr", "one for each host"));
    }
    let host = |at: usize| {
        let part = |all: &[String]| all.get(at).or(all.first().filter(|_| all.len() == 1)).cloned().unwrap_or_default();
        let ((name, own_port), address) = (host_and_port(words, part(&names))?, part(&addresses));
        let port = if own_port.is_empty() { part(&ports) } else { own_port };
        let port = match port.as_str() {
            "" => PORT,
            text => text.parse().ok().filter(|&n| n > 0).ok_or_else(|| words.wrong("port", "a number up to 65535"))?,
        };
        let address: Option<IpAddr> = match address.as_str() {
            "" => None,
            text => Some(text.parse().map_err(|_| words.wrong("hostaddr", "a numeric address"))?),
        };
        let name = match (name.as_str(), address) {
            ("", Some(address)) => address.to_string(),
            ("", None) => nearby(port),
            _ => name,
        };
        Ok(Host { name, address, port })
    };
    (0..count).map(host).collect()
}

/// `DATABASE_HOST` may say the port as well, as the programs do that the variable is from; there 0 is the usual one.
fn host_and_port(words: &Words<'_>, host: String) -> Result<(String, String)> {
    let may_have_port = matches!(words.source("host"), Source::Container(_) | Source::ContainerFile(_));
    if !may_have_port || !host.contains(':') || host.parse::<IpAddr>().is_ok() {
        return Ok((host, String::new()));
    }
    let parts = target::host_and_port(&host).filter(|(_, port)| !port.is_empty() && !port.contains('%'));
    let (name, port) = parts.ok_or_else(|| words.wrong("host", "HOST or HOST:PORT"))?;
    Ok((name.to_owned(), port.trim_start_matches('0').to_owned()))
}

/// For the server's command line.
fn options(words: &Words<'_>) -> Result<String> {
    let mut options = words.text("options")?.unwrap_or_default();
    if let Some(time) = words.text("statement_timeout")? {
        let digits = time.trim_start_matches(|c: char| c.is_ascii_digit());
        if digits.len() == time.len() || !matches!(digits, "" | "ms" | "s" | "min" | "h" | "d") {
            return Err(words.wrong("statement_timeout", "a time as 5000 (ms), 5s or 1min"));
        }
        let blank = if options.is_empty() { "" } else { " " };
        options.push_str(&format!("{blank}-c statement_timeout={time}"));
    }
    Ok(options)
}

fn keepalives(words: &Words<'_>) -> Result<Option<Keepalives>> {
    if words.number("keepalives")? == Some(0) {
        return Ok(None);
    }
    let seconds = |word: &str, default: u64| {
        let default = Duration::from_secs(default);
        words.time(word, Duration::from_secs(1), default).map(|time| time.unwrap_or(default))
    };
    let count = words.number("keepalives_count")?.filter(|&count| count > 0).unwrap_or(3);
    Ok(Some(Keepalives {
        idle: seconds("keepalives_idle", 60)?,
        interval: seconds("keepalives_interval", 10)?,
        count: u32::try_from(count).map_err(|_| words.wrong("keepalives_count", "a smaller number"))?,
    }))
}

/// `folder`: where libpq looks for certificates.
fn ssl(words: &Words<'_>, folder: &Path) -> Result<Ssl> {
    let default = |name: &str| Some(folder.join(name)).filter(|path| path.exists());
    let roots = match words.path("sslrootcert")? {
        Some(path) if path.as_os_str() == "system" => Roots::System,
        Some(path) => Roots::File(path),
        None => default("root.crt").map_or_else(|| Roots::Missing(folder.join("root.crt")), Roots::File),
    };
    let mode = match (words.choice("sslmode", MODES)?, &roots) {
        (None, Roots::System) => Mode::VerifyFull,
        (Some(mode), Roots::System) if mode != Mode::VerifyFull => {
            return Err(Error::usage("sslrootcert=system proves something with sslmode=verify-full only"));
        }
        (mode, _) => mode.unwrap_or(Mode::Prefer),
    };
    let cert = words.path("sslcert")?.or_else(|| default("postgresql.crt"));
    let key = words.path("sslkey")?.or_else(|| default("postgresql.key"));
    let own = match (cert, key) {
        (Some(cert), Some(key)) => Some((cert, key)),
        (Some(_), None) => return Err(Error::usage("sslcert needs its key: give sslkey")),
        (None, _) => None,
    };
    Ok(Ssl { mode, roots, own })
}

/// Where a server is if nobody says: behind a socket in a usual place, else on this machine.
fn nearby(port: u16) -> String {
    let has_one = |folder: &&&str| Path::new(folder).join(format!(".s.PGSQL.{port}")).exists();
    SOCKETS.iter().find(has_one).copied().unwrap_or("localhost").to_owned()
}

/// A password in the target is in the command line as well.
fn warn_of_ps() {
    static TOLD: AtomicBool = AtomicBool::new(false);
    if !TOLD.swap(true, Ordering::Relaxed) {
        diag::warn(
            Code::PasswordShown,
            "the password is on the command line, where everyone on this machine can read it: \
             ~/.pgpass, PGPASSWORD or DATABASE_PASSWORD_FILE keep it away from there",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsString;

    fn read(target: &str, variables: &[(&str, &str)]) -> Result<Settings> {
        let home = ("HOME", "/nonexistent");
        Settings::read(target, &|name| {
            let found = variables.iter().chain([&home]).find(|(of, _)| *of == name);
            found.map(|(_, value)| OsString::from(value))
        })
    }

    /// `user@host:port,host:port/database`.
    fn said(target: &str, variables: &[(&str, &str)]) -> String {
        let settings = read(target, variables).unwrap_or_else(|e| panic!("{target} {variables:?}: {e}"));
        let hosts: Vec<String> = settings.hosts.iter().map(ToString::to_string).collect();
        format!("{}@{}/{}", settings.user, hosts.join(","), settings.dbname)
    }

    fn refused(target: &str, variables: &[(&str, &str)]) -> String {
        match read(target, variables) {
            Ok(_) => panic!("{target} {variables:?} is fine"),
            Err(why) => why.to_string(),
        }
    }

    #[test]
    fn the_target_comes_first_then_libpq_then_the_container() {
        let container =
            [("DATABASE_HOST", "c"), ("DATABASE_PORT", "3"), ("DATABASE_USER", "u"), ("DATABASE_NAME", "n")];
        let libpq = [("PGHOST", "b"), ("PGPORT", "2"), ("PGUSER", "v"), ("PGDATABASE", "m")];
        let both = [container, libpq].concat();
        assert_eq!(said("postgres://", &container), "u@c:3/n");
        assert_eq!(said("postgres://", &both), "v@b:2/m");
        assert_eq!(said("postgres://w@a:1/l", &both), "w@a:1/l");
        assert_eq!(said("host=a", &both), "v@a:2/m");
        // One that is empty says nothing.
        assert_eq!(said("host=''", &[("PGHOST", ""), ("DATABASE_HOST", "c"), ("PGUSER", "v")]), "v@c:5432/sensors");
    }

    #[test]
    fn the_database_is_called_as_the_user_or_sensors() {
        assert_eq!(said("postgres://me@h", &[]), "me@h:5432/me");
        assert_eq!(said("user=me", &[("DATABASE_HOST", "c")]), "me@c:5432/sensors");
        assert_eq!(said("user=me host=h", &[("DATABASE_HOST", "c")]), "me@h:5432/me");
        assert_eq!(said("user=me", &[("DATABASE_HOST", "c"), ("PGHOST", "b")]), "me@b:5432/me");
    }

    #[test]
    fn several_hosts() {
        let me = &[("PGUSER", "me")];
        assert_eq!(said("host=a,b,c port=1,,3", me), "me@a:1,b:5432,c:3/me");
        assert_eq!(said("host=a,b port=7", me), "me@a:7,b:7/me");
        assert_eq!(said("postgres://a,[::1]:2/d?port=9", me), "me@a:9,[::1]:9/d");
        let hosts = read("host=a,b hostaddr=127.0.0.1,::1 user=me", &[]).unwrap().hosts;
        assert_eq!(hosts[1], Host { name: "b".to_owned(), address: Some("::1".parse().unwrap()), port: 5432 });
        assert_eq!(said("hostaddr=127.0.0.1", me), "me@127.0.0.1:5432/me");
        for (wrong, why) in [
            ("host=a,b,c port=1,2", "port of the PostgreSQL connection is not one for all hosts, or one for each"),
            ("host=a,b hostaddr=127.0.0.1", "hostaddr of the PostgreSQL connection is not one for each host"),
            ("host=a hostaddr=b", "hostaddr of the PostgreSQL connection is not a numeric address"),
            ("host=a port=65536", "port of the PostgreSQL connection is not a number up to 65535"),
            ("host=a port=0", "port of the PostgreSQL connection is not a number up to 65535"),
        ] {
            assert_eq!(refused(wrong, me), why, "{wrong}");
        }
    }

    #[test]
    fn a_containers_host_may_say_its_port() {
        let at = |host: &str| said("user=me dbname=d", &[("DATABASE_HOST", host)]);
        for (host, wanted) in [
            ("example.com:1234", "example.com:1234"),
            ("a:0", "a:5432"),
            ("a:01", "a:1"),
            ("a:1,b:0,c", "a:1,b:5432,c:5432"),
            ("db_timescale_sensors", "db_timescale_sensors:5432"),
            ("::1", "[::1]:5432"),
            ("[::1]:1883", "[::1]:1883"),
        ] {
            assert_eq!(at(host), format!("me@{wanted}/d"), "{host}");
        }
        let other = [("DATABASE_HOST", "a:1,b,c:0"), ("DATABASE_PORT", "7")];
        assert_eq!(said("user=me dbname=d", &other), "me@a:1,b:7,c:7/d");
        for wrong in ["a:", "a:-1", "a:x", "mqtt://a"] {
            let why = refused("user=me", &[("DATABASE_HOST", wrong)]);
            assert_eq!(why, "DATABASE_HOST of the PostgreSQL connection is not HOST or HOST:PORT", "{wrong}");
        }
        assert!(refused("user=me", &[("DATABASE_HOST", "a:65536")]).ends_with("not a number up to 65535"));
    }

    #[test]
    fn times_and_other_numbers() {
        let settings = |words: &str| read(&format!("host=h user=me {words}"), &[]).unwrap();
        let seconds = |n| Some(Duration::from_secs(n));
        let usual = settings("");
        assert_eq!((usual.connect_timeout, usual.tcp_user_timeout), (seconds(10), seconds(30)));
        assert_eq!(usual.keepalives.map(|k| (k.idle.as_secs(), k.interval.as_secs(), k.count)), Some((60, 10, 3)));
        assert_eq!((usual.application_name.as_str(), usual.options.as_str()), ("kymo", ""));
        let other = settings(
            "connect_timeout=0 tcp_user_timeout=1500 keepalives_idle=1 keepalives_interval=2 keepalives_count=4 \
             application_name=x options='-c a=b' statement_timeout=5s",
        );
        assert_eq!((other.connect_timeout, other.tcp_user_timeout), (None, Some(Duration::from_millis(1500))));
        assert_eq!(other.keepalives.map(|k| (k.idle.as_secs(), k.interval.as_secs(), k.count)), Some((1, 2, 4)));
        assert_eq!((other.application_name.as_str(), other.options.as_str()), ("x", "-c a=b -c statement_timeout=5s"));
        assert_eq!(settings("keepalives=0").keepalives, None);
        assert_eq!(settings("fallback_application_name=x").application_name, "x");
        assert_eq!(settings("statement_timeout=250").options, "-c statement_timeout=250");
        for wrong in ["statement_timeout=5x", "statement_timeout=ms", "connect_timeout=soon", "keepalives_count=x"] {
            refused(&format!("host=h user=me {wrong}"), &[]);
        }
    }

    #[test]
    fn what_has_to_be_proved() {
        let ssl = |words: &str| read(&format!("host=h user=me {words}"), &[]).map(|settings| settings.ssl);
        let mode = |words: &str| ssl(words).unwrap().mode;
        assert_eq!(mode(""), Mode::Prefer);
        for (word, wanted) in MODES {
            assert_eq!(mode(&format!("sslmode={word}")), *wanted);
        }
        assert_eq!(mode("sslrootcert=system"), Mode::VerifyFull);
        assert_eq!(ssl("sslrootcert=system").unwrap().roots, Roots::System);
        assert_eq!(ssl("").unwrap().roots, Roots::Missing("/nonexistent/.postgresql/root.crt".into()));
        assert_eq!(ssl("sslcert=a sslkey=b").unwrap().own, Some(("a".into(), "b".into())));
        for wrong in ["sslmode=verify", "sslrootcert=system sslmode=require", "sslcert=a", "channel_binding=x"] {
            assert!(ssl(wrong).is_err(), "{wrong}");
        }
        assert_eq!(
            refused("host=h", &[("PGUSER", "me"), ("PGSSLMODE", "x")]),
            "PGSSLMODE of the PostgreSQL connection is not one of disable, allow, prefer, require, verify-ca, verify-full"
        );
    }

    #[test]
    fn what_kymo_cannot_choose() {
        for fine in ["client_encoding=UTF8", "client_encoding=auto", "gssencmode=disable", "gssencmode=prefer"] {
            said(&format!("host=h user=me {fine}"), &[]);
        }
        for wrong in ["client_encoding=LATIN1", "gssencmode=require", "target_session_attrs=primary"] {
            refused(&format!("host=h user=me {wrong}"), &[]);
        }
    }
}
