//! TLS: each `sslmode` against a server that is who it says, or not; with and without a certificate of ours.

use super::gate::{Gate, gate, store};
use super::server::Database;
use crate::harness::{Ended, Work};
use crate::wss_cat::server::Authority;

/// A folder with our authority (`ca.pem`) and a stranger (`other.pem`), and a certificate of each: `me`, `stranger`.
fn work(gate: &Gate) -> Work {
    let work = Work::new();
    let other = Authority::new("theirs");
    work.file("ca.pem", &gate.authority.pem);
    work.file("other.pem", &other.pem);
    for (name, authority) in [("me", &gate.authority), ("stranger", &other)] {
        let (cert, key) = authority.issue(name);
        work.file(&format!("{name}.pem"), cert.pem());
        work.file(&format!("{name}.key"), key.serialize_pem());
    }
    work
}

#[test]
fn a_server_proves_what_it_has_to() {
    let Some(gate) = gate() else { return };
    let work = work(gate);
    let by_name = format!("host=localhost hostaddr=127.0.0.1 port={} dbname=postgres", gate.server.port);
    for (n, (words, tls)) in [
        ("", true),
        ("sslmode=allow", true),
        ("sslmode=prefer", true),
        ("sslmode=prefer sslrootcert=other.pem", true),
        ("sslmode=disable", false),
        ("sslmode=require", true),
        ("sslmode=require sslrootcert=ca.pem", true),
        ("sslmode=verify-ca sslrootcert=ca.pem", true),
        ("sslmode=verify-full sslrootcert=ca.pem", true),
    ]
    .into_iter()
    .enumerate()
    {
        let application = format!("tls{n}");
        store(&work, &gate.words(&format!("{words} application_name={application}")), "--table tls").ok();
        let seen = gate.seen(&application).expect("a connection");
        assert_eq!(seen.contains("SSL enabled"), tls, "{words}: {seen}");
    }
    // Its certificate is for 127.0.0.1.
    for words in ["sslmode=require", "sslmode=require sslrootcert=ca.pem", "sslmode=verify-ca sslrootcert=ca.pem"] {
        store(&work, &format!("{by_name} {words}"), "--table tls").ok();
    }
    let wrong = store(&work, &format!("{by_name} sslmode=verify-full sslrootcert=ca.pem"), "").end();
    wrong.code(69).tells("not valid for name");
    for mode in ["require", "verify-ca", "verify-full"] {
        let wrong = store(&work, &gate.words(&format!("sslmode={mode} sslrootcert=other.pem")), "").end();
        wrong.code(69).tells("UnknownIssuer");
    }
    for mode in ["verify-ca", "verify-full"] {
        store(&work, &gate.words(&format!("sslmode={mode}")), "")
            .end()
            .code(2)
            .tells("give sslrootcert=FILE, or system");
    }
    store(&work, &gate.words("sslmode=verify-full sslrootcert=missing.pem"), "").end().code(2).tells("missing.pem");
    store(&work, &gate.words("sslmode=yes"), "").end().code(2).tells("one of disable, allow, prefer, require");
    let variables = |roots: &str| {
        store(&work, &gate.words(""), "--table tls").env("PGSSLMODE", "verify-full").env("PGSSLROOTCERT", roots)
    };
    variables("ca.pem").ok();
    variables("other.pem").end().code(69);
}

#[test]
fn authorities_are_where_libpq_has_them_or_the_systems() {
    let Some(gate) = gate() else { return };
    let work = work(gate);
    let try_it = |words: &str| store(&work, &gate.words(words), "--table tls");
    let system = |words: &str, roots: &str| {
        let roots = work.path(roots);
        try_it(words).env("SSL_CERT_FILE", roots.to_str().expect("a path")).env("SSL_CERT_DIR", "/nonexistent")
    };
    system("sslrootcert=system", "ca.pem").ok();
    system("sslrootcert=system sslmode=verify-full", "ca.pem").ok();
    system("sslrootcert=system", "other.pem").end().code(69).tells("UnknownIssuer");
    system("sslrootcert=system sslmode=verify-ca", "ca.pem").end().code(2).tells("sslmode=verify-full only");
    std::fs::create_dir(work.path(".postgresql")).expect("a folder");
    work.file(".postgresql/root.crt", &gate.authority.pem);
    for mode in ["require", "verify-ca", "verify-full"] {
        try_it(&format!("sslmode={mode}")).ok();
    }
    // With authorities, require asks for more.
    work.file(".postgresql/root.crt", work.read("other.pem"));
    try_it("sslmode=require").end().code(69).tells("UnknownIssuer");
    try_it("sslmode=prefer").ok();
}

#[test]
fn a_server_that_wants_tls_or_none() {
    let Some(gate) = gate() else { return };
    let work = Work::new();
    let try_it = |words: &str| store(&work, &gate.words(words), "--table tls");
    try_it("user=secure").ok();
    try_it("user=secure sslmode=disable").end().code(77).tells("SQLSTATE 28000");
    try_it("user=plain").ok();
    try_it("user=plain sslmode=disable").ok();
    try_it("user=plain sslmode=require").end().code(77).tells("SQLSTATE 28000");
    let Some(without) = Database::new() else { return };
    let url = without.url();
    store(&work, &url, "").ok();
    store(&work, &format!("{url}?sslmode=require"), "").end().code(69).tells("server does not support TLS");
    store(&work, &format!("{url}?ssl=true"), "").end().code(69).tells("server does not support TLS");
}

#[test]
fn we_prove_who_we_are() {
    let Some(gate) = gate() else { return };
    let work = work(gate);
    let words = |more: &str| gate.words(&format!("user=certified sslmode=require {more}"));
    let try_it = |more: &str| store(&work, &words(more), "--table tls");
    try_it("sslcert=me.pem sslkey=me.key").ok();
    try_it("").env("PGSSLCERT", "me.pem").env("PGSSLKEY", "me.key").ok();
    try_it("").end().code(77).tells("valid client certificate");
    refused(&try_it("sslcert=stranger.pem sslkey=stranger.key").end());
    try_it("sslcert=me.pem").end().code(2).tells("sslkey");
    try_it("sslcert=me.pem sslkey=stranger.key").end().code(2).tells("me.pem");
    std::fs::create_dir(work.path(".postgresql")).expect("a folder");
    work.file(".postgresql/postgresql.crt", work.read("me.pem"));
    work.file(".postgresql/postgresql.key", work.read("me.key"));
    try_it("").ok();
}

#[test]
fn a_password_can_be_bound_to_the_connection() {
    let Some(gate) = gate() else { return };
    let work = Work::new();
    let try_it = |words: &str| {
        store(&work, &gate.words(&format!("user=scram {words}")), "--table tls").env("PGPASSWORD", "hunter2")
    };
    for words in ["channel_binding=require sslmode=require", "channel_binding=disable", "channel_binding=prefer"] {
        try_it(words).ok();
    }
    try_it("channel_binding=require sslmode=disable").end().code(77).tells("channel binding");
}

fn refused(ended: &Ended) {
    let code = ended.output.status.code();
    ended.assert(matches!(code, Some(69 | 77)), "a refusal");
}
