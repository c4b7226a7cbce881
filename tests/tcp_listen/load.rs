//! Many meters at once: every line arrives whole and once.

use super::client::listening;
use crate::databases::texts;
use crate::harness::{Running, Work, peak_memory, until};
use rustix::process::{Resource, getrlimit, setrlimit};
use std::io::Write as _;
use std::net::TcpStream;
use std::time::{Duration, Instant};

#[test]
fn a_thousand_clients_for_a_moment() {
    let work = Work::new();
    let told = load(&work, 1000, 100, 1);
    assert!(told.kib < 64 << 10, "{} KiB", told.kib);
}

#[test]
#[ignore = "a minute of a thousand clients: make soak"]
fn a_thousand_clients_for_a_minute() {
    let work = Work::new();
    let told = load(&work, 1000, 100, 60);
    let _ = writeln!(
        std::io::stderr(),
        "{} lines in two packets each: {:.1} s, {:.0} lines/s, {:.1} s of CPU, {} KiB at most",
        told.lines,
        told.seconds,
        told.lines as f64 / told.seconds,
        told.cpu,
        told.kib
    );
}

struct Told {
    lines: u64,
    seconds: f64,
    /// Of kymo, user and system.
    cpu: f64,
    kib: u64,
}

/// Each client sends this many lines a second, or as many as it can, for this many seconds; half a line a packet.
fn load(work: &Work, clients: u64, rate: u64, seconds: u64) -> Told {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).expect("a limit");
    let run = work.kymo("run 'tcp-listen 127.0.0.1:0 | store db' --summary").start();
    let address = listening(&run);
    let alone = sockets_of(&run);
    let memory = peak_memory(&run);
    let begin = Instant::now();
    let mut sockets: Vec<TcpStream> = (0..clients)
        .map(|_| {
            let socket = TcpStream::connect(&address).expect("a connection");
            socket.set_nodelay(true).expect("no delay");
            socket
        })
        .collect();
    let lines = clients * rate * seconds;
    let mut buffer = Vec::new();
    for n in 0..rate * seconds {
        let due = begin + Duration::from_micros(n * 1_000_000 / rate);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        for half in 0..2 {
            for (c, socket) in sockets.iter_mut().enumerate() {
                buffer.clear();
                let _ = writeln!(buffer, "{{\"time\":{n},\"device\":{c},\"value\":{}.5,\"unit\":\"В\"}}", n % 250);
                // In the middle of the letter.
                let middle = buffer.len() - 4;
                let part = if half == 0 { &buffer[..middle] } else { &buffer[middle..] };
                socket.write_all(part).expect("a listener");
            }
        }
    }
    drop(sockets);
    until("all lines", || sockets_of(&run) == alone);
    let cpu = cpu_seconds(&run);
    run.signal(rustix::process::Signal::TERM);
    let (_, told, status) = run.end();
    let elapsed = begin.elapsed().as_secs_f64();
    assert_eq!(status.code(), Some(0), "{told}");
    assert!(told.contains(&format!("\"lines\":{lines}")) && told.contains("\"rejected\":0"), "{told}");
    assert!(told.contains(&format!("\"clients\":{clients}")) && told.contains("\"refused\":0"), "{told}");
    let sum = "SELECT concat_ws('|', count(*), count(DISTINCT device), sum(value), min(unit), max(unit)) FROM readings";
    let found = texts(&work.path("db"), sum).concat();
    let value: f64 = (0..rate * seconds).map(|n| (n % 250) as f64 + 0.5).sum::<f64>() * clients as f64;
    assert_eq!(found, format!("{lines}|{clients}|{value:?}|В|В"));
    Told { lines, seconds: elapsed, cpu, kib: memory.join().expect("a peak") }
}

/// How many sockets it has.
fn sockets_of(run: &Running) -> usize {
    let Ok(files) = std::fs::read_dir(format!("/proc/{}/fd", run.child.id())) else { return 0 };
    let target = |file: std::io::Result<std::fs::DirEntry>| std::fs::read_link(file.ok()?.path()).ok();
    files.filter_map(target).filter(|to| to.to_string_lossy().starts_with("socket:")).count()
}

fn cpu_seconds(run: &Running) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", run.child.id())).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}
