//! Passwords: where they come from, and that nobody sees them.

use super::gate::{gate, store};
use crate::harness::Work;
use std::os::unix::fs::PermissionsExt as _;

#[test]
fn a_password_is_found_where_it_may_be() {
    let Some(gate) = gate() else { return };
    let work = Work::new();
    let right = work.file("right", "hunter2\n\n");
    let (right, port) = (right.to_str().expect("a path"), gate.server.port);
    for user in ["scram", "md5"] {
        let target = format!("postgres://{user}@127.0.0.1:{port}/postgres");
        let login = || store(&work, &target, "--table logins");
        login().env("PGPASSWORD", "hunter2").ok();
        login().env("DATABASE_PASSWORD", "hunter2").ok();
        // The file comes first; libpq's before both.
        login().env("DATABASE_PASSWORD", "hunter3").env("DATABASE_PASSWORD_FILE", right).ok();
        login().env("DATABASE_PASSWORD", "hunter3").env("PGPASSWORD", "hunter2").ok();
        for wrong in ["PGPASSWORD", "DATABASE_PASSWORD"] {
            let ended = login().env(wrong, "hunter3").end().code(77);
            let why = format!("password authentication failed for user \"{user}\" (SQLSTATE 28P01)");
            let ended = ended.tells(&format!("connect to 127.0.0.1:{port}/postgres: {why}"));
            ended.assert(!ended.stderr().contains("hunter"), "no password in a message");
        }
        login().end().code(77).tells("the server asks for a password, and none was found");
    }
}

#[test]
fn a_password_in_the_words_works_and_is_told_of() {
    let Some(gate) = gate() else { return };
    let work = Work::new();
    let port = gate.server.port;
    for (password, code) in [("hunter2", 0), ("hunter3", 77)] {
        for target in [
            format!("postgres://scram:{password}@127.0.0.1:{port}/postgres"),
            format!("postgres://127.0.0.1:{port}/postgres?user=scram&password={password}"),
            gate.words(&format!("user=scram password='{password}'")),
        ] {
            let ended =
                store(&work, &target, "--table words").end().code(code).tells("the password is on the command line");
            ended.assert(!ended.stderr().contains("hunter"), "no password in a message");
            ended.assert(ended.stderr().matches("on the command line").count() == 1, "one warning");
        }
    }
}

#[test]
fn the_password_file_is_read_as_libpq_reads_it() {
    let Some(gate) = gate() else { return };
    let work = Work::new();
    let (port, socket) = (gate.server.port, gate.server.socket());
    let target = format!("postgres://scram@127.0.0.1:{port}/postgres");
    let login = || store(&work, &target, "--table files");
    let write = |name: &str, text: &str, mode: u32| {
        let path = work.file(name, text);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("permissions");
        path.to_str().expect("a path").to_owned()
    };
    let lines = format!("# mine\n127.0.0.1:1:*:*:hunter3\n127.0.0.1:{port}:postgres:scram:hunter2\n*:*:*:*:hunter3\n");
    write(".pgpass", &lines, 0o600);
    login().ok();
    // By its name, not by its address.
    let named = format!("host=localhost hostaddr=127.0.0.1 port={port} dbname=postgres user=scram");
    store(&work, &named, "--table files").end().code(77);
    // Another login, another line.
    let other = format!("postgres://md5@127.0.0.1:{port}/postgres");
    store(&work, &other, "--table files").end().code(77).tells("28P01");
    // What the environment says comes first.
    login().env("PGPASSWORD", "hunter3").end().code(77);
    for mode in [0o640, 0o604] {
        write(".pgpass", &lines, mode);
        let ended = login().end().code(77).tells("is not used: others than its owner can read it (chmod 600)");
        ended.assert(!ended.stderr().contains("hunter"), "no password in a message");
    }
    let elsewhere = write("elsewhere", &format!("{socket}:*:*:*:hunter3\n*:*:*:scram:hunter2"), 0o600);
    login().env("PGPASSFILE", &elsewhere).ok();
    store(&work, &format!("{target}?passfile={elsewhere}"), "--table files").ok();
    login().env("PGPASSFILE", "/dev/null").end().code(77).tells("it is not a file");
    login().env("PGPASSFILE", "missing").end().code(77).tells("none was found");
}
