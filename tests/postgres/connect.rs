//! Where a server is, by every way of saying it, and what is told when it is not.

use super::gate::{gate, store};
use super::server::{Server, USER};
use crate::harness::{Work, refusing};
use std::net::TcpListener;

#[test]
fn a_target_is_a_url_or_words() {
    let Some(gate) = gate() else { return };
    let (server, work) = (&gate.server, Work::new());
    server.create("targets");
    let refuses = refusing();
    let (port, socket, dead) = (server.port, server.socket(), refuses.port);
    let targets = [
        format!("postgres://{USER}@127.0.0.1:{port}/targets"),
        format!("postgresql://localhost:{port}/targets?user={USER}&connect_timeout=5"),
        format!("postgres://{}:{port}/targets", socket.replace('/', "%2F")),
        format!("postgres:///targets?host={socket}&port={port}"),
        format!("host=127.0.0.1 port={port} user={USER} dbname=targets keepalives=0 tcp_user_timeout=0"),
        format!("host = {socket} port={port} dbname='targets' sslmode=verify-full"),
        format!("hostaddr=127.0.0.1 port={port} dbname=targets"),
        format!("host=nowhere.invalid hostaddr=127.0.0.1 port={port} dbname=targets connect_timeout=0"),
        format!("host=127.0.0.1,127.0.0.1 port={dead},{port} dbname=targets"),
        format!("postgres://127.0.0.1:{dead},127.0.0.1:{port},nowhere.invalid/targets"),
        format!("postgres://127.0.0.1:{port}/targets?target_session_attrs=read-write"),
    ];
    for (n, target) in targets.iter().enumerate() {
        store(&work, target, &format!("--table t{n}")).ok();
        assert_eq!(server.sql("targets", &format!("SELECT value FROM t{n}")), "1", "{target}");
    }
    assert!(server.log().contains("database=targets application_name=kymo "), "our name");
}

/// Names and values.
type Variables<'a> = &'a [(&'a str, &'a str)];

#[test]
fn the_environment_names_what_the_target_does_not() {
    let Some(gate) = gate() else { return };
    let work = Work::new();
    let refuses = refusing();
    let (port, nowhere) = (gate.server.port.to_string(), refuses.port.to_string());
    for name in ["sensors", "named"] {
        gate.server.create(name);
    }
    let file = |name: &str, text: &str| work.file(name, text).to_str().expect("a path").to_owned();
    let (host, at) = (file("host", "127.0.0.1\n"), file("port", &format!("{port}\r\n\n")));
    let (name, user) = (file("name", "named\n"), file("user", "secure\n"));
    let cases: [(&str, Variables, &str); 6] = [
        (
            "postgres://",
            &[("PGHOST", "127.0.0.1"), ("PGPORT", &port), ("PGDATABASE", "named"), ("PGUSER", "secure")],
            "user=secure database=named",
        ),
        (
            "postgres://",
            &[("DATABASE_HOST", "127.0.0.1"), ("DATABASE_PORT", &port), ("DATABASE_USER", "secure"), ("PGUSER", "")],
            "user=secure database=sensors",
        ),
        (
            "postgres://",
            &[
                ("DATABASE_HOST", "nowhere.invalid"),
                ("DATABASE_HOST_FILE", &host),
                ("DATABASE_PORT", &nowhere),
                ("DATABASE_PORT_FILE", &at),
                ("DATABASE_NAME_FILE", &name),
                ("DATABASE_USER_FILE", &user),
                ("PGUSER", ""),
            ],
            "user=secure database=named",
        ),
        (
            "postgres://",
            &[
                ("DATABASE_HOST", "nowhere.invalid"),
                ("PGHOST", "127.0.0.1"),
                ("PGPORT", &port),
                ("DATABASE_NAME", "named"),
            ],
            "user=kymo database=named",
        ),
        (
            "host=127.0.0.1 dbname=named user=secure",
            &[("PGHOST", "nowhere.invalid"), ("PGPORT", &port), ("PGDATABASE", "sensors")],
            "user=secure database=named",
        ),
        (
            "postgres://secure@127.0.0.1/named",
            &[("PGPORT", &port), ("PGOPTIONS", "-c datestyle=German"), ("PGCONNECT_TIMEOUT", "20")],
            "user=secure database=named",
        ),
    ];
    for (n, (target, variables, wanted)) in cases.iter().enumerate() {
        let application = format!("environment{n}");
        let mut run = store(&work, target, "").env("PGAPPNAME", &application);
        for (name, value) in *variables {
            run = run.env(name, value);
        }
        run.ok();
        let seen = gate.seen(&application).expect("a connection");
        assert!(seen.contains(wanted), "{variables:?}: {seen}");
    }
    // Later names are of no use to the earlier ones.
    let wrong = store(&work, "postgres://127.0.0.1/named", "").env("PGPORT", &port).env("PGOPTIONS", "-c nonsense=1");
    wrong.end().code(2).tells("nonsense");
    let wrong = store(&work, "postgres://", "").env("DATABASE_HOST_FILE", "missing");
    wrong.end().code(74).tells("missing");
    let wrong = store(&work, "postgres://", "").env("PGHOST", "127.0.0.1").env("PGPORT", "many");
    wrong.end().code(2).tells("PGPORT of the PostgreSQL connection is not a number up to 65535");
}

#[test]
fn an_error_says_what_a_supervisor_needs() {
    let Some(gate) = gate() else { return };
    let work = Work::new();
    let refuses = refusing();
    let (port, dead) = (gate.server.port, refuses.port);
    let tell = |target: &str, code: i32, why: &str| drop(store(&work, target, "").end().code(code).tells(why));
    tell(
        &format!("postgres://127.0.0.1:{port}/nowhere"),
        2,
        &format!("connect to 127.0.0.1:{port}/nowhere: database \"nowhere\" does not exist (SQLSTATE 3D000)"),
    );
    tell(&format!("postgres://127.0.0.1:{dead}/x"), 69, &format!("connect to 127.0.0.1:{dead}/x: Connection refused"));
    tell("postgres://nowhere.invalid/x", 69, "connect to nowhere.invalid:5432/x: ");
    tell(&format!("host={} port={port}", work.path("").display()), 69, "No such file or directory");
    tell(&gate.words("user=nobody"), 77, "role \"nobody\" does not exist (SQLSTATE 28000)");
    tell(&gate.words("user=crowd"), 69, "(SQLSTATE 53300)");
    tell(&gate.words("user=poor"), 77, "(SQLSTATE 42501)");
    tell(&gate.words("options='-c nonsense=1'"), 2, "nonsense");
    tell(
        &gate.words("sslmod=require"),
        2,
        "\"sslmod\" is not a connection word that kymo knows: did you mean sslmode?",
    );
    tell("postgres://h?dbnam=x", 2, "did you mean dbname?");
    tell("postgres://me:hun/ter@h/x", 2, "%2F");
}

#[test]
fn a_server_that_says_nothing_is_not_waited_for() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let work = Work::new();
    let target = format!("host=127.0.0.1 port={port} connect_timeout=1");
    store(&work, &target, "").end().code(69).tells("no answer in 1 s");
    let by_variable = store(&work, &format!("postgres://127.0.0.1:{port}"), "").env("PGCONNECT_TIMEOUT", "1");
    by_variable.end().code(69).tells("no answer in 1 s");
}

#[test]
fn a_standby_is_passed_by() {
    let Some(gate) = gate() else { return };
    let Some(mut standby) = Server::start_with(&[("standby.signal", "")], &["hot_standby = on"]) else { return };
    let work = Work::new();
    let ports = format!("port={},{}", standby.port, gate.server.port);
    let both = format!("host=127.0.0.1,127.0.0.1 {ports} dbname=postgres");
    let alone = format!("host=127.0.0.1 port={} dbname=postgres", standby.port);
    store(&work, &format!("{both} target_session_attrs=read-write application_name=passed"), "--table passed").ok();
    assert!(gate.seen("passed").is_some());
    let wanted = |attributes: &str| store(&work, &format!("{alone} target_session_attrs={attributes}"), "").end();
    wanted("read-write").code(69).tells("does not allow writes");
    wanted("primary").code(2).tells("one of any, read-write, read-only");
    // It may be promoted one day: what it says is no reason to give up, but for --retries.
    wanted("any").code(74).tells("(SQLSTATE 25006)");
    wanted("read-only").code(74).tells("(SQLSTATE 25006)");
    // A server that is not ready yet.
    standby.stop();
    standby.write("postgresql.auto.conf", "hot_standby = off");
    standby.restart();
    store(&work, &alone, "").end().code(69).tells("(SQLSTATE 57P03)");
    store(&work, &both, "--table passed").ok();
}

#[test]
fn several_may_be_the_first() {
    let Some(gate) = gate() else { return };
    let work = Work::new();
    for name in ["first1", "first2", "first3"] {
        gate.server.create(name);
        let target = format!("postgres://127.0.0.1:{}/{name}", gate.server.port);
        std::thread::scope(|scope| {
            for n in 0..4 {
                let run = store(&work, &target, "").stdin(format!("{{\"time\":{n},\"device\":\"a\",\"value\":1}}\n"));
                scope.spawn(|| run.ok());
            }
        });
        assert_eq!(gate.server.sql(name, "SELECT count(*) FROM readings"), "4");
    }
}

#[test]
fn a_statement_has_its_time() {
    let Some(gate) = gate() else { return };
    let work = Work::new();
    gate.server.create("slow");
    let target = |words: &str| format!("host=127.0.0.1 port={} dbname=slow {words}", gate.server.port);
    store(&work, &target(""), "").ok();
    gate.server.sql(
        "slow",
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NEW; END';
         CREATE TRIGGER slow BEFORE INSERT ON readings FOR EACH ROW EXECUTE FUNCTION slow()",
    );
    for words in ["statement_timeout=50", "statement_timeout=50ms", "options='-c statement_timeout=50'"] {
        let run = store(&work, &target(words), "").stdin("{\"time\":7,\"device\":\"a\",\"value\":1}\n");
        run.end().code(74).tells("(SQLSTATE 57014)");
    }
    store(&work, &target("statement_timeout=soon"), "").end().code(2).tells("statement_timeout");
}
