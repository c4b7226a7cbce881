//! How tests drive the binary: a folder of their own, a finished run that tells everything when it is not
//! what was wanted, and a running child that is always ended.

mod clock;
pub(crate) mod programs;
pub(crate) mod seed;

pub(crate) use seed::{Random, free_port, random, refusing};

use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// Longer than anything here takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The binary under test.
pub(crate) fn binary() -> &'static Path {
    assert_cmd::cargo::cargo_bin!("kymo")
}

/// The repository.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Says that something is not tried here, also where the output of tests is captured.
pub(crate) fn skip(what: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let _ = writeln!(std::io::stderr(), "SKIPPED: {what} [{test}]");
}

/// A folder of one test.
pub(crate) struct Work {
    dir: tempfile::TempDir,
}

impl Work {
    pub(crate) fn new() -> Work {
        Work { dir: tempfile::tempdir().expect("a temporary folder") }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file and gives its path.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).expect("a file is written");
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        let path = self.path(name);
        let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("read {}: {e}", path.display()));
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// A run of kymo in this folder, its words split as a shell splits them, `EX/` for the examples' folder.
    pub(crate) fn kymo(&self, words: &str) -> Run {
        let words = shell_words::split(words).expect("words");
        let mut command = Command::new(binary());
        command.args(words.iter().map(|w| with_examples(w)));
        self.run(command, words.join(" "))
    }

    /// A run of a shell script in this folder, with kymo in its path.
    pub(crate) fn shell(&self, script: &str) -> Run {
        let mut command = Command::new("bash");
        command.arg("-c").arg(with_examples(script));
        self.run(command, script.to_owned())
    }

    fn run(&self, mut command: Command, words: String) -> Run {
        let path = std::env::var("PATH").unwrap_or_default();
        let bin = binary().parent().expect("a folder").display();
        command.current_dir(self.dir.path()).env("PATH", format!("{bin}:{path}")).env("NO_COLOR", "1");
        let levels = ["KYMO_LOG", "APPLICATION_LOG_LEVEL"];
        for name in ["HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"].iter().chain(&levels) {
            command.env_remove(name);
        }
        let databases = |name: &std::ffi::OsStr| {
            name.to_string_lossy().starts_with("PG") || name.to_string_lossy().starts_with("DATABASE_")
        };
        for (name, _) in std::env::vars_os().filter(|(name, _)| databases(name)) {
            command.env_remove(name);
        }
        Run { command, words, input: Vec::new() }
    }
}

/// With the examples' folder for each `EX/` that does not end a longer name, such as that of a temporary folder.
fn with_examples(text: &str) -> String {
    let examples = format!("{}/examples/", repository().display());
    let mut whole = String::new();
    for (n, part) in text.split("EX/").enumerate() {
        if n > 0 {
            whole += if whole.ends_with(char::is_alphanumeric) { "EX/" } else { &examples };
        }
        whole += part;
    }
    whole
}

/// A run that is about to start.
pub(crate) struct Run {
    pub(crate) command: Command,
    words: String,
    input: Vec<u8>,
}

impl Run {
    pub(crate) fn stdin(mut self, input: impl AsRef<[u8]>) -> Run {
        self.input = input.as_ref().to_vec();
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Run {
        self.command.env(name, value);
        self
    }

    /// Runs to the end; it must come.
    pub(crate) fn end(self) -> Ended {
        let Run { command, words, input } = self;
        let (begin, limit) = (Instant::now(), 4 * PATIENCE);
        let (sender, receiver) = channel();
        // The child may end before it has read everything: that is its right. One that neither reads nor ends is not waited for.
        std::thread::spawn(move || {
            let mut command = assert_cmd::Command::from_std(command);
            sender.send(command.write_stdin(input).timeout(limit).output())
        });
        let Ok(output) = receiver.recv_timeout(limit + PATIENCE) else {
            panic!("{words}: neither read its input nor ended");
        };
        let output = output.unwrap_or_else(|e| panic!("start {words}: {e}"));
        let ended = Ended { words, output };
        ended.assert(begin.elapsed() < limit, "an end of its own");
        ended
    }

    /// Runs to the end, which must be a success in silence; gives what was printed.
    pub(crate) fn ok(self) -> String {
        let ended = self.end();
        ended.assert(ended.output.status.success(), "success");
        ended.stdout()
    }

    /// Starts it, in a process group of its own, and goes on.
    pub(crate) fn start(self) -> Running {
        let Run { mut command, words, .. } = self;
        command.process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|e| panic!("start {words}: {e}"));
        let (stdout, stderr) =
            (lines(child.stdout.take().expect("a pipe")), lines(child.stderr.take().expect("a pipe")));
        let stdin = child.stdin.take();
        Running { child, words, stdin, stdout, stderr }
    }
}

/// A run that has ended.
pub(crate) struct Ended {
    words: String,
    pub(crate) output: Output,
}

impl Ended {
    pub(crate) fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.output.stdout).into_owned()
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    /// The exit code must be this one.
    pub(crate) fn code(self, code: i32) -> Ended {
        self.assert(self.output.status.code() == Some(code), &format!("exit code {code}"));
        self
    }

    /// stderr must contain this.
    pub(crate) fn tells(self, text: &str) -> Ended {
        self.assert(self.stderr().contains(text), &format!("stderr with {text:?}"));
        self
    }

    /// Fails with everything that is known of this run.
    pub(crate) fn assert(&self, right: bool, wanted: &str) {
        let head = |text: String| text.chars().take(4000).collect::<String>();
        assert!(
            right,
            "{}\nwanted: {wanted}\nstatus: {:?}\n--- stdout\n{}\n--- stderr\n{}\n---",
            self.words,
            self.output.status,
            head(self.stdout()),
            head(self.stderr())
        );
    }
}

/// A running child. It is killed when the test lets go of it.
pub(crate) struct Running {
    pub(crate) child: Child,
    words: String,
    pub(crate) stdin: Option<std::process::ChildStdin>,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

impl Running {
    /// Sends lines to its stdin.
    pub(crate) fn send(&mut self, text: &str) {
        self.stdin.as_mut().expect("an open stdin").write_all(text.as_bytes()).expect("a reader");
    }

    /// Its next line on stdout.
    pub(crate) fn line(&self) -> String {
        self.stdout.recv_timeout(PATIENCE).unwrap_or_else(|_| {
            let told: Vec<String> = self.stderr.try_iter().collect();
            panic!("{}: no line on stdout; on stderr: {told:#?}", self.words)
        })
    }

    /// The next line on stderr that contains this text.
    pub(crate) fn told(&self, text: &str) -> String {
        let end = Instant::now() + PATIENCE;
        let mut seen = Vec::new();
        while let Ok(line) = self.stderr.recv_timeout(end.saturating_duration_since(Instant::now())) {
            if line.contains(text) {
                return line;
            }
            seen.push(line);
        }
        panic!("{}: no {text:?} on stderr, but: {seen:#?}", self.words);
    }

    /// The next line on stderr that contains this text, if it is there already.
    pub(crate) fn try_told(&self, text: &str) -> Option<String> {
        self.stderr.try_iter().find(|line| line.contains(text))
    }

    /// Waits until something is so. False: it came to its end before that.
    pub(crate) fn comes_to(&mut self, what: &str, mut is_so: impl FnMut() -> bool) -> bool {
        let end = Instant::now() + PATIENCE;
        loop {
            if is_so() {
                return true;
            }
            if self.child.try_wait().expect("a child").is_some() {
                return is_so();
            }
            assert!(Instant::now() < end, "{}: {what}: it never came", self.words);
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits until it has a handler for SIGTERM: before that it would be ended by one as any program.
    pub(crate) fn hears(&self) {
        let path = format!("/proc/{}/status", self.child.id());
        until("a handler for SIGTERM", || {
            let status = std::fs::read_to_string(&path).unwrap_or_default();
            let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
            let caught = caught.and_then(|set| u64::from_str_radix(set.trim(), 16).ok()).unwrap_or(0);
            caught & (1 << (rustix::process::Signal::TERM.as_raw() - 1)) != 0
        });
    }

    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let _ = rustix::process::kill_process(pid_of(self.child.id()), signal);
    }

    /// A signal to it and all that it started, as Ctrl-C does.
    pub(crate) fn signal_all(&self, signal: rustix::process::Signal) {
        let _ = rustix::process::kill_process_group(pid_of(self.child.id()), signal);
    }

    /// Closes its stdin and waits for its end: the rest of stdout, of stderr, and the status.
    pub(crate) fn end(mut self) -> (String, String, std::process::ExitStatus) {
        drop(self.stdin.take());
        let end = Instant::now() + PATIENCE;
        let status = loop {
            match self.child.try_wait().expect("a child") {
                Some(status) => break status,
                None if Instant::now() > end => panic!("{}: did not end", self.words),
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        let rest = |lines: &Receiver<String>| lines.iter().map(|line| line + "\n").collect::<String>();
        (rest(&self.stdout), rest(&self.stderr), status)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.signal_all(rustix::process::Signal::KILL);
        let _ = self.child.wait();
    }
}

fn pid_of(id: u32) -> rustix::process::Pid {
    rustix::process::Pid::from_raw(i32::try_from(id).expect("a pid")).expect("a pid")
}

/// The lines of a pipe as they come, read by a thread, so that the child never waits for the test.
fn lines(mut pipe: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut rest = Vec::new();
        let mut buffer = [0; 65536];
        while let Ok(n @ 1..) = pipe.read(&mut buffer) {
            rest.extend_from_slice(&buffer[..n]);
            while let Some(at) = rest.iter().position(|&b| b == b'\n') {
                let line: Vec<u8> = rest.drain(..=at).collect();
                let _ = sender.send(String::from_utf8_lossy(&line[..at]).into_owned());
            }
        }
        if !rest.is_empty() {
            let _ = sender.send(String::from_utf8_lossy(&rest).into_owned());
        }
    });
    receiver
}

/// Waits for what another process does in its own time.
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < end, "{what}: it never came");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The process of this number runs, and is not one that nobody waits for.
pub(crate) fn exists(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

/// The processes of a group that run, with their command lines; not those that are dead and wait for their parent to look.
pub(crate) fn members(group: u32) -> Vec<(String, String)> {
    let is_of = |pid: &String| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let fields = stat.rsplit_once(") ").map(|(_, rest)| rest.split(' ').map(str::to_owned).collect::<Vec<_>>());
        fields.is_some_and(|fields| fields.get(2).is_some_and(|of| *of == group.to_string())) && exists(pid)
    };
    let entries = std::fs::read_dir("/proc").expect("processes").flatten();
    let pids = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let pids = pids.filter(|name| name.bytes().all(|byte| byte.is_ascii_digit())).filter(is_of);
    let line = |pid: &String| std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    pids.map(|pid| (pid.clone(), String::from_utf8_lossy(&line(&pid)).replace('\0', " "))).collect()
}

/// Watches the peak of a child's memory, in KiB, until it ends.
pub(crate) fn peak_memory(run: &Running) -> std::thread::JoinHandle<u64> {
    let path = format!("/proc/{}/status", run.child.id());
    std::thread::spawn(move || {
        let mut peak = 0;
        // An ended child has no more lines about its memory.
        while let Ok(status) = std::fs::read_to_string(&path) {
            let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let Some(kib) = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok()) else { break };
            peak = kib;
            std::thread::sleep(Duration::from_millis(5));
        }
        peak
    })
}
