//! PostgreSQL, against a real one that the tests start and end.

pub(crate) mod server;

use self::server::{Database, Server};

#[test]
fn x() {
    let Some(db) = Database::new() else { return };
    assert_eq!(db.sql("SELECT 1, 'a'"), "1|a");
    let t = std::time::Instant::now();
    let mut s = Server::start(&[]).unwrap();
    eprintln!("{:?}", t.elapsed());
    s.kill();
    s.restart();
    eprintln!("{:?} {}", t.elapsed(), s.sql("postgres", "select 2"));
    s.stop();
    s.restart();
    eprintln!("{:?} {}", t.elapsed(), s.log());
    drop(s);
    eprintln!("{:?}", t.elapsed());
    std::process::Command::new("sh").args(["-c", "ls -d /tmp/tmp.*; ps axf | grep -v '\\['"]).status();
}
