//! A real PostgreSQL on loopback and behind a socket, with folders of its own. One is shared by all tests of the process,
//! each with a database of its own; those that end, break or configure one start theirs.
//!
//! All of them live in one folder, and a shell that waits for the end of this process ends what is left and takes the
//! folder away: also after a panic or a kill.

use crate::harness::programs::{folders, needs};
use crate::harness::{PATIENCE, free_port};
use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// The superuser of every server: let in without a password unless a test says otherwise.
pub(crate) const USER: &str = "kymo";

/// A server that can be stopped, killed and started again, on the same port and with the same folder.
pub(crate) struct Server {
    pub(crate) port: u16,
    /// Its data; the socket is there as well.
    folder: PathBuf,
    child: Option<Child>,
}

/// A database on the shared server, for one test.
pub(crate) struct Database {
    pub(crate) server: &'static Server,
    pub(crate) name: String,
}

impl Database {
    /// A new, empty one. `None`: no PostgreSQL here.
    pub(crate) fn new() -> Option<Database> {
        static SHARED: OnceLock<Option<Server>> = OnceLock::new();
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = SHARED.get_or_init(|| Server::start(&[])).as_ref()?;
        let name = format!("test{}", COUNT.fetch_add(1, Ordering::Relaxed));
        server.create(&name);
        Some(Database { server, name })
    }

    pub(crate) fn url(&self) -> String {
        self.server.url(&self.name)
    }

    /// What psql says to this, bare: a row a line, columns with `|` between.
    pub(crate) fn sql(&self, sql: &str) -> String {
        self.server.sql(&self.name, sql)
    }
}

impl Server {
    /// One with these lines in its configuration, and nothing synced. `None`: no PostgreSQL here.
    pub(crate) fn start(settings: &[&str]) -> Option<Server> {
        Server::start_with(&[], settings)
    }

    /// As [`Server::start`], with these files in its folder.
    pub(crate) fn start_with(files: &[(&str, &str)], settings: &[&str]) -> Option<Server> {
        let base = base()?;
        let server = Server::of(base);
        run(as_owner("cp").arg("-a").arg(base.join("template")).arg(&server.folder));
        let own =
            "listen_addresses = '127.0.0.1'\nfsync = off\nfull_page_writes = off\nshared_buffers = 16MB\njit = off";
        server.write("postgresql.conf", &format!("{own}\n{}\n", settings.join("\n")));
        for (name, content) in files {
            server.write(name, content);
        }
        Some(server.started())
    }

    /// A standby of this one, which follows it from now on.
    pub(crate) fn standby(&self) -> Server {
        let standby = Server::of(base().expect("it was here"));
        let mut copy = as_owner(bin().join("pg_basebackup"));
        copy.args(["--write-recovery-conf", "--checkpoint=fast", "--no-sync", "-U", USER, "-h", self.socket()]);
        run(copy.args(["-p", &self.port.to_string(), "-D", standby.socket()]));
        standby.started()
    }

    /// One whose folder is still to be made.
    fn of(base: &Path) -> Server {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let folder = base.join(COUNT.fetch_add(1, Ordering::Relaxed).to_string());
        Server { port: 0, folder, child: None }
    }

    fn started(mut self) -> Server {
        // Somebody else may take the port before the server does.
        let started = (0..20).any(|_| {
            self.port = free_port();
            self.try_start()
        });
        assert!(started, "PostgreSQL does not start: {}", self.log());
        self
    }

    /// Starts it again, as it was.
    pub(crate) fn restart(&mut self) {
        let end = Instant::now() + PATIENCE;
        // After a kill its children may be there for a moment, and hold its memory.
        while !self.try_start() {
            assert!(Instant::now() < end, "PostgreSQL does not start again: {}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends it in order: clients are cut, what they committed is kept.
    pub(crate) fn stop(&mut self) {
        self.signal(Signal::INT);
    }

    /// Ends it at once.
    pub(crate) fn kill(&mut self) {
        self.signal(Signal::KILL);
    }

    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port)
    }

    /// The folder of its socket.
    pub(crate) fn socket(&self) -> &str {
        self.folder.to_str().expect("a folder's name")
    }

    pub(crate) fn create(&self, database: &str) {
        self.sql("postgres", &format!("CREATE DATABASE {database}"));
    }

    /// What psql says to this, bare: a row a line, columns with `|` between.
    pub(crate) fn sql(&self, database: &str, sql: &str) -> String {
        let mut psql = as_owner(bin().join("psql"));
        psql.args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-U", USER, "-h", self.socket()]);
        run(psql.args(["-p", &self.port.to_string(), "-d", database, "-c", sql]))
    }

    /// Writes a file in its folder that nobody else may read, as it wants its certificates' keys.
    pub(crate) fn write(&self, name: &str, content: &str) {
        let mut shell = as_owner("sh");
        shell.args(["-c", "umask 077; cat > \"$1\"", "sh"]).arg(self.folder.join(name));
        let mut child = shell.stdin(Stdio::piped()).spawn().expect("a shell");
        child.stdin.take().expect("a pipe").write_all(content.as_bytes()).expect("a reader");
        assert!(child.wait().expect("a shell").success(), "write {name}");
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.with_extension("log")).unwrap_or_default()
    }

    fn try_start(&mut self) -> bool {
        let log = File::options().create(true).append(true).open(self.folder.with_extension("log")).expect("a log");
        let mut postgres = as_owner(bin().join("postgres"));
        postgres.arg("-D").arg(&self.folder).arg("-k").arg(&self.folder).args(["-p", &self.port.to_string()]);
        postgres.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).process_group(0);
        let mut child = postgres.spawn().expect("postgres starts");
        let (end, pid) = (Instant::now() + PATIENCE, child.id().to_string());
        // Its last line says how far it is, as pg_ctl reads it.
        let ready = || {
            let file = std::fs::read_to_string(self.folder.join("postmaster.pid")).unwrap_or_default();
            let of_this_one = file.lines().next() == Some(&pid);
            of_this_one && file.lines().nth(7).is_some_and(|state| matches!(state.trim_end(), "ready" | "standby"))
        };
        while !ready() {
            if child.try_wait().expect("a child").is_some() || Instant::now() > end {
                let _ = child.kill();
                let _ = child.wait();
                return false;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        self.child = Some(child);
        true
    }

    fn signal(&mut self, signal: Signal) {
        let Some(mut child) = self.child.take() else { return };
        let pid = Pid::from_raw(i32::try_from(child.id()).expect("a pid")).expect("a pid");
        let _ = kill_process(pid, signal);
        let _ = child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.signal(Signal::QUIT);
    }
}

/// There is a PostgreSQL on this machine.
pub(crate) fn is_here() -> bool {
    base().is_some()
}

/// The folder of all servers of this process, with a template of their data. `None`: no PostgreSQL here.
fn base() -> Option<&'static Path> {
    struct Base {
        folder: PathBuf,
        /// It waits for the end of its stdin, which comes with the end of this process.
        _keeper: Child,
    }
    static BASE: OnceLock<Option<Base>> = OnceLock::new();
    let made = BASE.get_or_init(|| {
        if !needs("initdb postgres psql setpriv") {
            return None;
        }
        let mut keeper = as_owner("sh");
        // Ctrl-C reaches this process and not the keeper.
        keeper.args(["-c", KEEPER]).stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0);
        let mut keeper = keeper.spawn().expect("a shell");
        let mut folder = String::new();
        BufReader::new(keeper.stdout.take().expect("a pipe")).read_line(&mut folder).expect("a folder's name");
        let folder = PathBuf::from(folder.trim_end());
        let mut init = as_owner(bin().join("initdb"));
        init.args(["-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-D"]);
        run(init.arg(folder.join("template")));
        Some(Base { folder, _keeper: keeper })
    });
    if made.is_none() {
        // Each test says so.
        needs("initdb postgres psql setpriv");
    }
    made.as_ref().map(|base| base.folder.as_path())
}

const KEEPER: &str = r#"
    folder=$(mktemp -dt kymo-postgres.XXXXXX) && echo "$folder" && read -r _
    pids=$(head -qn1 "$folder"/*/*.pid 2>/dev/null)
    for pid in $pids; do kill -QUIT "$pid" 2>/dev/null; done
    for pid in $pids; do
        for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$pid" 2>/dev/null && sleep 0.2; done
    done
    rm -rf "$folder"
"#;

/// Where its programs are: those of one version.
fn bin() -> &'static Path {
    static BIN: OnceLock<PathBuf> = OnceLock::new();
    BIN.get_or_init(|| {
        let has_all = |folder: &PathBuf| ["initdb", "postgres", "psql"].iter().all(|name| folder.join(name).is_file());
        folders().into_iter().find(has_all).expect("a folder with initdb, postgres and psql")
    })
}

/// A program as somebody who may start a server, which root may not, and of whose settings none are known.
pub(crate) fn as_owner(program: impl AsRef<Path>) -> Command {
    let program = program.as_ref();
    let mut command = if rustix::process::geteuid().is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
        command.env_remove(name);
    }
    command.env("HOME", "/nonexistent").current_dir("/");
    command
}

/// Runs it to the end, which must be good, and gives what it said.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {told}");
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}
