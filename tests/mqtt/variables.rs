//! Variables: the old logger's names, and a file of them.

use super::broker::Broker;
use super::init_session;
use super::versions::broker;
use super::wire::Sender;
use crate::harness::Work;
use std::io::Write as _;

/// The names of the logger that kymo replaces, from the environment and from a file.
#[test]
fn the_old_names_and_a_file_of_variables() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let sender = std::sync::Mutex::new(sender);
    // Refuses each login, and says what it was.
    let url = broker(move |mut stream, connect| {
        let _ = sender.lock().expect("no panic").send(String::from_utf8_lossy(connect).into_owned());
        let _ = stream.write_all(&[0x20, 3, 0, 0x87, 0]);
    });
    let work = Work::new();
    work.file("word", "hunter2\n");
    work.file(".env", "# the logger's\nexport MQTT_CLIENT_USER=fileuser\nMQTT_CLIENT_PASSWORD_FILE=word\n");
    let words = format!("mqtt-cat {url} -t a");
    let login = |run: crate::harness::Run| {
        run.end().code(77);
        receiver.recv().expect("a connect")
    };
    let old = login(work.kymo(&words).env("MQTT_CLIENT_USER", "olduser").env("MQTT_CLIENT_PASSWORD", "oldword"));
    assert!(old.contains("olduser") && old.contains("oldword"), "{old:?}");
    let file = login(work.kymo(&format!("{words} --env-file .env")));
    assert!(file.contains("fileuser") && file.contains("hunter2"), "{file:?}");
    // What the environment has comes first, and the newer name before the older.
    let new = login(work.kymo(&format!("{words} --env-file .env")).env("MQTT_USERNAME", "newuser"));
    assert!(new.contains("newuser") && !new.contains("fileuser"), "{new:?}");
    work.kymo("mqtt-cat -t a --env-file none").end().code(2).tells("--env-file: read none");
    work.file("bad", "no line\n");
    work.kymo("validate --env-file bad").end().code(2).tells("line 1 is not NAME=VALUE");
}

/// K59: each message, and each commit, is a line.
#[test]
fn at_debug_each_message_is_a_line() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    init_session(&work, &broker, "-t a/#");
    let mut sender = Sender::connect(broker.port);
    for n in 0..3 {
        sender.send(1, "a/b", format!("{{\"time\":{n}}}"));
    }
    let run = format!("run --log-level debug 'mqtt-cat {} --id x -t a/# -C 3 | store a.db'", broker.url());
    let ended = work.kymo(&run).end().code(0);
    for n in 1..=3 {
        ended.assert(ended.stderr().contains(&format!("message {n}: 10 bytes of a/b")), "a line a message");
    }
    ended.assert(ended.stderr().contains(" committed: "), "a line a commit");
}
