//! A server that lets in who comes as it says: by password, by certificate, with TLS or without; and runs that knock.

use super::server::{Server, USER};
use crate::harness::{Run, Work};
use crate::wss_cat::server::Authority;
use std::sync::OnceLock;

/// The server, and the authority of its certificates.
pub(crate) struct Gate {
    pub(crate) server: Server,
    pub(crate) authority: Authority,
}

/// Who may come how; all others as they like. Passwords are «hunter2»; to the database `secrets` nobody comes without one.
const DOORS: &str = "
    local     all all       trust
    host      secrets all   127.0.0.1/32 scram-sha-256
    hostssl   all secure    127.0.0.1/32 trust
    hostnossl all secure    127.0.0.1/32 reject
    hostnossl all plain     127.0.0.1/32 trust
    hostssl   all plain     127.0.0.1/32 reject
    hostssl   all certified 127.0.0.1/32 trust clientcert=verify-ca
    host      all scram     127.0.0.1/32 scram-sha-256
    host      all md5       127.0.0.1/32 md5
    host      all all       127.0.0.1/32 trust
";

const ROLES: &str = "
    CREATE ROLE secure SUPERUSER LOGIN; CREATE ROLE plain SUPERUSER LOGIN; CREATE ROLE certified SUPERUSER LOGIN;
    SET password_encryption = 'scram-sha-256'; CREATE ROLE scram SUPERUSER LOGIN PASSWORD 'hunter2';
    SET password_encryption = 'md5'; CREATE ROLE md5 SUPERUSER LOGIN PASSWORD 'hunter2';
    CREATE ROLE poor LOGIN; CREATE ROLE crowd LOGIN CONNECTION LIMIT 0;
";

/// The one of this process, whose certificate is for 127.0.0.1 alone. `None`: no PostgreSQL here.
pub(crate) fn gate() -> Option<&'static Gate> {
    static GATE: OnceLock<Option<Gate>> = OnceLock::new();
    let made = GATE.get_or_init(|| {
        let authority = Authority::new("ours");
        let (cert, key) = authority.issue("127.0.0.1");
        let files = [
            ("pg_hba.conf", DOORS),
            ("ca.crt", &authority.pem),
            ("server.crt", &cert.pem()),
            ("server.key", &key.serialize_pem()),
        ];
        let server = Server::start_with(&files, &["ssl = on", "ssl_ca_file = 'ca.crt'", "log_connections = on"])?;
        server.sql("postgres", ROLES);
        Some(Gate { server, authority })
    });
    made.as_ref()
}

impl Gate {
    /// What the server says of who came by this name of an application: user, database, TLS.
    pub(crate) fn seen(&self, application: &str) -> Option<String> {
        let name = format!(" application_name={application} ");
        let log = self.server.log();
        let mut lines = log.lines().filter(|line| line.contains("connection authorized: "));
        lines.find(|line| format!("{line} ").contains(&name)).map(str::to_owned)
    }

    /// `host=127.0.0.1 port=… dbname=postgres` and these words.
    pub(crate) fn words(&self, more: &str) -> String {
        format!("host=127.0.0.1 port={} dbname=postgres {more}", self.server.port)
    }
}

/// Stores a record there, one attempt, in a home of its own.
pub(crate) fn store(work: &Work, target: &str, flags: &str) -> Run {
    let words = format!("store {} --retries 0 {flags}", shell_words::quote(target));
    let home = work.path("");
    work.kymo(&words)
        .stdin("{\"time\":\"2024-05-01T00:00:00Z\",\"device\":\"a\",\"value\":1}\n")
        .env("HOME", home.to_str().expect("a path"))
        .env("PGUSER", USER)
}
