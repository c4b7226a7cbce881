//! Everything at once: bursts, late, doubled and odd readings, local times of a night that has an hour twice; meanwhile kills,
//! files that are taken away, a table that is altered, a full disk, a server that goes. At the end what was sent is counted
//! from outside: each line is one row or one reject.

use crate::databases::texts;
use crate::faults::Mounted;
use crate::harness::{self, PATIENCE, Random, Running, Work, free_port, until};
use crate::postgres::server::{self, Server};
use crate::tcp_listen::client::ack;
use rustix::process::Signal;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

#[test]
fn what_is_sent_through_all_faults_is_stored_or_rejected() {
    mixed(Kept::Sqlite, "size=64m", Duration::from_secs(12));
}

#[test]
fn what_is_sent_through_all_faults_is_stored_or_rejected_by_a_server() {
    if let Some(kept) = Kept::postgres() {
        mixed(kept, "size=64m", Duration::from_secs(12));
    }
}

#[test]
#[ignore = "ten minutes for each engine: make soak"]
#[expect(clippy::print_stdout, reason = "it counts")]
fn what_is_sent_through_all_faults_for_long_is_stored_or_rejected() {
    for kept in [Some(Kept::Sqlite), Kept::postgres()].into_iter().flatten() {
        println!("{}", mixed(kept, "size=2g", Duration::from_secs(600)));
    }
}

/// Where the readings are kept.
enum Kept {
    Sqlite,
    Postgres(Box<Server>),
}

impl Kept {
    /// A server of its own, since it is killed.
    fn postgres() -> Option<Kept> {
        if !server::is_here() {
            return None;
        }
        let server = Server::start(&[])?;
        server.create("mixed");
        Some(Kept::Postgres(Box::new(server)))
    }

    fn target(&self) -> String {
        match self {
            Kept::Sqlite => "mounted/x.db".to_owned(),
            Kept::Postgres(server) => server.url("mixed"),
        }
    }

    /// The first column of what a query gives, by somebody else's program.
    fn texts(&self, work: &Work, sql: &str) -> Vec<String> {
        match self {
            Kept::Sqlite => texts(&work.path("mounted/x.db"), sql),
            Kept::Postgres(server) => server.sql("mixed", sql).lines().map(str::to_owned).collect(),
        }
    }

    fn has_table(&self, work: &Work) -> bool {
        let sql = match self {
            Kept::Sqlite if !work.path("mounted/x.db").exists() => return false,
            Kept::Sqlite => "SELECT name FROM sqlite_master WHERE name = 'readings'",
            Kept::Postgres(_) => "SELECT tablename FROM pg_tables WHERE tablename = 'readings'",
        };
        !self.texts(work, sql).is_empty()
    }
}

/// What is to become of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// It has its time: one row, however often it is sent.
    Timed,
    /// It gets its time when it comes: one row at least, and one more at most for each time that it was sent again.
    Stamped,
    /// One reject.
    Bad,
}

/// A line and how often it was sent.
struct Line {
    kind: Kind,
    text: String,
    sent: u64,
}

/// The lines of a block, each with its number `n`.
fn block(random: &mut Random, from: usize) -> Vec<Line> {
    const START: u64 = 1_700_000_000;
    let mut lines = Vec::new();
    let bursts = random.below(4) == 0;
    for n in from..from + 1 + random.below(200) as usize {
        let device = n % 10;
        let (kind, text) = match random.below(20) {
            _ if bursts => (Kind::Stamped, format!("{{\"device\":\"b{device}\",\"value\":1,\"n\":{n}}}")),
            0 => (Kind::Bad, format!("{{\"device\":\"d{device}\",\"n\":{n}")),
            1 => (Kind::Bad, format!("{{\"time\":\"2026-02-30T00:00:00Z\",\"device\":\"d{device}\",\"n\":{n}}}")),
            2 => (Kind::Bad, format!("{{\"time\":{START},\"device\":\"d{device}\",\"n\":{n},\"value\":NaN}}")),
            // An hour late, at a time that no other has.
            3..=5 => {
                let time = (START + n as u64 - 3_600) * 1_000 + 500;
                let time = format!("{}.{:03}", time / 1_000, time % 1_000);
                (Kind::Timed, format!("{{\"time\":{time},\"device\":\"d{device}\",\"value\":{n}.5,\"n\":{n}}}"))
            }
            _ => {
                let time = START + n as u64;
                (Kind::Timed, format!("{{\"time\":{time},\"device\":\"d{device}\",\"value\":{n}.5,\"n\":{n}}}"))
            }
        };
        lines.push(Line { kind, text, sent: 0 });
    }
    lines
}

/// When a sender is to end.
#[derive(Default)]
struct End {
    /// As soon as all is acknowledged.
    is_over: AtomicBool,
    /// At once: the test has failed.
    has_failed: AtomicBool,
}

impl End {
    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed) || self.has_failed()
    }

    fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Relaxed)
    }
}

/// Says so when the thread that has it panics.
struct Failure<'e>(&'e End);

impl Drop for Failure<'_> {
    fn drop(&mut self) {
        self.0.has_failed.store(std::thread::panicking(), Ordering::Relaxed);
    }
}

/// Sends blocks until it is to end; what was not acknowledged is sent again over a new connection.
fn send(port: u16, mut random: Random, end: &End) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    // How many of them are acknowledged.
    let mut done = 0;
    while !end.has_failed() && (!end.is_over() || done < lines.len()) {
        let Ok(socket) = TcpStream::connect(("127.0.0.1", port)) else {
            std::thread::sleep(Duration::from_millis(10));
            continue;
        };
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let mut answers = BufReader::new(socket.try_clone().expect("a socket"));
        let mut socket = socket;
        // Of this connection: the line of each of its lines, some of which are doubled.
        let mut way = Vec::new();
        let mut acknowledged = 0;
        loop {
            if done == lines.len() {
                if end.is_over() {
                    return lines;
                }
                let more = block(&mut random, lines.len());
                lines.extend(more);
                // A pace that lets other work be done too.
                std::thread::sleep(Duration::from_millis(random.below(20)));
            }
            let mut text = String::new();
            for (n, line) in lines.iter_mut().enumerate().skip(done) {
                for _ in 0..if random.below(10) == 0 && line.kind != Kind::Stamped { 2 } else { 1 } {
                    writeln!(text, "{}", line.text).expect("a line");
                    way.push(n);
                    line.sent += 1;
                }
            }
            if socket.write_all(text.as_bytes()).is_err() {
                break;
            }
            while acknowledged < way.len() {
                let mut answer = String::new();
                let read = answers.read_line(&mut answer);
                assert!(!read.as_ref().is_err_and(is_timeout), "no answer in time");
                let Some(count) = read.ok().and_then(|_| ack(answer.trim_end())) else { break };
                acknowledged = count as usize;
                done = way.get(acknowledged).copied().unwrap_or(lines.len()).max(done);
            }
            if acknowledged < way.len() {
                break;
            }
        }
    }
    lines
}

fn is_timeout(e: &std::io::Error) -> bool {
    matches!(e.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)
}

/// Two pipelines with a queue between, which are started again whenever they end, as a supervisor does.
struct Station<'w> {
    work: &'w Work,
    words: [String; 2],
    running: [Option<Running>; 2],
    /// How often they ended with each status.
    ends: BTreeMap<String, u32>,
}

const LISTENER: usize = 0;
const STORE: usize = 1;

impl Station<'_> {
    fn start(&mut self) {
        [LISTENER, STORE].into_iter().for_each(|which| self.start_one(which));
    }

    fn start_one(&mut self, which: usize) {
        let (words, running) = (&self.words[which], &mut self.running[which]);
        if let Some(run) = running.take_if(|run| run.child.try_wait().expect("a child").is_some()) {
            let (_, told, status) = run.end();
            let known = matches!(status.code(), Some(0 | 1 | 69 | 74 | 75)) || status.signal().is_some();
            assert!(known, "{words}: {status:?}: {told}");
            *self.ends.entry(status.to_string()).or_default() += 1;
        }
        running.get_or_insert_with(|| self.work.kymo(words).start());
    }

    fn signal(&self, which: usize, signal: Signal) {
        self.running[which].iter().for_each(|run| run.signal(signal));
    }

    /// The file is taken away for a while: whoever has it open ends with 74.
    fn take_away(&mut self, file: &str, users: &[usize]) {
        // On one file system, so that it is the same file when it comes back.
        let elsewhere = self.work.path("mounted/away");
        std::fs::create_dir_all(&elsewhere).expect("a folder");
        let files = ["", "-wal", "-shm"].map(|end| self.work.path(&format!("{file}{end}")));
        let away = |path: &PathBuf| elsewhere.join(path.file_name().expect("a name"));
        let is_up = |run: &mut Running| run.child.try_wait().expect("a child").is_none();
        let holders: Vec<usize> =
            users.iter().copied().filter(|&which| self.running[which].as_mut().is_some_and(is_up)).collect();
        let there: Vec<&PathBuf> = files.iter().filter(|path| path.exists()).collect();
        there.iter().for_each(|path| std::fs::rename(path, away(path)).expect("a file"));
        // Whoever uses it and has ended already waits: it would begin another file, which the old one then replaces.
        let others = [LISTENER, STORE].into_iter().filter(|which| !users.contains(which));
        for &which in &holders {
            let mut run = self.running[which].take().expect("it runs");
            // It looks when it is to commit something, so records must come.
            run.comes_to("its end", || {
                others.clone().for_each(|which| self.start_one(which));
                false
            });
            let (_, told, status) = run.end();
            assert_eq!(status.code(), Some(74), "{file} was taken away: {told}");
            *self.ends.entry(status.to_string()).or_default() += 1;
        }
        there.iter().for_each(|path| std::fs::rename(away(path), path).expect("a file"));
    }
}

/// The last Sunday of October in some years: in Central Europe the clocks go back then at 01:00 UTC.
const NIGHTS: [(u32, u32); 8] =
    [(2018, 28), (2019, 27), (2020, 25), (2021, 31), (2022, 30), (2023, 29), (2024, 27), (2025, 26)];

/// Local times of such a night are stored beside the rest; the program is killed, and its file is read again.
fn night(work: &Work, target: &str, count: usize, random: &mut Random) {
    let (year, day) = NIGHTS[count % NIGHTS.len()];
    let mut text = String::new();
    for at in 0..36u32 {
        // Each five minutes from 00:00 UTC.
        let hour = if at < 12 { 2 } else { 1 } + at / 12;
        let time = format!("{year}-10-{day} {hour:02}:{:02}:00", at % 12 * 5);
        writeln!(text, "{{\"time\":\"{time}\",\"device\":\"night{count}\",\"value\":1}}").expect("a line");
    }
    work.file("night", text);
    let words = format!("store {target} --tz Europe/Berlin --time-format '%Y-%m-%d %H:%M:%S' night");
    let run = work.kymo(&words).start();
    std::thread::sleep(Duration::from_millis(random.below(30)));
    run.signal(Signal::KILL);
    run.end();
    work.kymo(&words).ok();
}

/// What the nights are to be read as.
fn nights(count: usize) -> Vec<String> {
    let mut rows = Vec::new();
    for night in 0..count {
        let (year, day) = NIGHTS[night % NIGHTS.len()];
        rows.extend((0..36).map(|at| format!("night{night} {year}-10-{day}T{:02}:{:02}:00Z", at / 12, at % 12 * 5)));
    }
    rows.sort_unstable();
    rows
}

fn mixed(mut kept: Kept, size: &str, time: Duration) -> String {
    let work = Work::new();
    let Some(_disk) = Mounted::new(&work, size) else { return String::new() };
    let (port, target) = (free_port(), kept.target());
    let words = [
        format!("run 'tcp-listen 127.0.0.1:{port} --reply --stamp time | queue put mounted/q'"),
        format!("run 'queue take mounted/q | validate | store {target} --flush 20ms'"),
    ];
    let mut station = Station { work: &work, words, running: [None, None], ends: BTreeMap::new() };
    let mut random = harness::random();
    let until_then = End::default();
    let (mut count, mut altered, mut faults) = (0, 0, BTreeMap::<_, u32>::new());
    let lines = std::thread::scope(|scope| {
        let sender = scope.spawn(|| send(port, harness::random(), &until_then));
        let _failure = Failure(&until_then);
        let end = Instant::now() + time;
        while Instant::now() < end {
            station.start();
            std::thread::sleep(Duration::from_millis(100 + random.below(900)));
            let fault = random.below(8);
            let name = match (fault, &mut kept) {
                (0, _) => {
                    station.signal(LISTENER, Signal::KILL);
                    "the listener is killed"
                }
                (1, _) => {
                    station.signal(STORE, Signal::KILL);
                    "the store is killed"
                }
                (2, _) => {
                    let which = random.below(2) as usize;
                    station.signal(which, Signal::TERM);
                    "one is ended"
                }
                (3, _) => {
                    station.take_away("mounted/q", &[LISTENER, STORE]);
                    "the queue is taken away"
                }
                (4, Kept::Sqlite) => {
                    station.take_away("mounted/x.db", &[STORE]);
                    "the database is taken away"
                }
                (4, Kept::Postgres(server)) => {
                    server.kill();
                    std::thread::sleep(Duration::from_millis(random.below(500)));
                    server.restart();
                    "the server is killed"
                }
                (5, _) => {
                    work.shell("dd if=/dev/zero of=mounted/fill bs=64k 2>/dev/null").end();
                    std::thread::sleep(Duration::from_millis(random.below(1_000)));
                    std::fs::remove_file(work.path("mounted/fill")).expect("a file");
                    "the disk is full"
                }
                // On a busy machine nothing may have been stored yet.
                (6, kept) if !kept.has_table(&work) => "there is no table to alter",
                (6, Kept::Sqlite) => {
                    altered += 1;
                    kept.texts(&work, &format!("ALTER TABLE readings ADD COLUMN other{altered} TEXT"));
                    "the table is altered"
                }
                (6, Kept::Postgres(_)) => {
                    kept.texts(&work, "ALTER TABLE readings ALTER COLUMN value TYPE text");
                    std::thread::sleep(Duration::from_millis(random.below(500)));
                    let back = "ALTER TABLE readings ALTER COLUMN value TYPE numeric USING value::numeric";
                    kept.texts(&work, back);
                    "the table is altered"
                }
                _ => {
                    night(&work, &target, count, &mut random);
                    count += 1;
                    "a night"
                }
            };
            *faults.entry(name).or_default() += 1;
        }
        station.start();
        until_then.is_over.store(true, Ordering::Relaxed);
        until("the sender's end", || {
            station.start();
            sender.is_finished()
        });
        sender.join().expect("a sender")
    });
    // After ten minutes on a busy machine much can wait: it must become less.
    let mut most = u64::MAX;
    while most > 0 {
        until("a shorter queue", || {
            station.start();
            let stat: Value = serde_json::from_str(&work.kymo("queue stat mounted/q --json").ok()).expect("JSON");
            stat["records"].as_u64().is_some_and(|records| std::mem::replace(&mut most, records) > records)
        });
    }
    for which in [LISTENER, STORE] {
        station.signal(which, Signal::TERM);
        station.running[which].take().expect("it runs").end();
    }
    let again = count_up(&kept, &work, &lines, count);
    format!("{} lines, {again} sent again; {faults:?}; {:?}", lines.len(), station.ends)
}

/// Each line is one row or one reject, and there is nothing else; how many were sent again.
fn count_up(kept: &Kept, work: &Work, lines: &[Line], count: usize) -> u64 {
    let sql = "SELECT n || ' ' || count(*) FROM readings WHERE n IS NOT NULL GROUP BY n";
    let mut rows = HashMap::new();
    for row in kept.texts(work, sql) {
        let (n, times) = row.split_once(' ').expect("two numbers");
        rows.insert(n.parse::<usize>().expect("a number"), times.parse::<u64>().expect("a number"));
    }
    let rejects = "SELECT raw FROM kymo_rejects ORDER BY raw";
    let mut rejected = kept.texts(work, rejects);
    rejected.extend(texts(&work.path("mounted/q"), rejects));
    rejected.sort_unstable();
    let mut bad: Vec<String> =
        lines.iter().filter(|line| line.kind == Kind::Bad).map(|line| line.text.clone()).collect();
    bad.sort_unstable();
    let different = || rejected.iter().zip(&bad).find(|(a, b)| a != b);
    assert!(rejected == bad, "{} rejects of {}: {:?}", rejected.len(), bad.len(), different());
    let mut again = 0;
    for (n, line) in lines.iter().enumerate() {
        let found = rows.remove(&n).unwrap_or(0);
        let right = match line.kind {
            Kind::Timed => found == 1,
            Kind::Stamped => (1..=line.sent).contains(&found),
            Kind::Bad => found == 0,
        };
        assert!(right, "{found} rows of {} ({:?}, sent {} times)", line.text, line.kind, line.sent);
        again += line.sent - 1;
    }
    assert!(rows.is_empty(), "{} rows that nobody sent", rows.len());
    let stored = work.kymo(&format!("query {}", kept.target())).ok();
    let mut stored: Vec<String> = stored
        .lines()
        .filter(|line| line.contains("\"night"))
        .map(|line| serde_json::from_str::<Value>(line).expect("a record"))
        .map(|row| format!("{} {}", row["device"].as_str().unwrap_or(""), row["time"].as_str().unwrap_or("")))
        .collect();
    stored.sort_unstable();
    assert_eq!(stored, nights(count), "the nights");
    again
}
