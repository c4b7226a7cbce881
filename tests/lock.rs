//! `lock`.

use crate::harness::{Ended, PATIENCE, Running, Work};
use rustix::process::Signal;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// A command that holds the lock until its stdin is closed, and says when it has it.
const HOLD: &str = "sh -c 'echo in; exec cat'";

fn hold(work: &Work) -> Running {
    let running = work.kymo(&format!("lock run ./a -- {HOLD}")).start();
    assert_eq!(running.line(), "in");
    running
}

/// A holder that only a signal ends. (A shell would do for a test of signals only if it did not lose some itself.)
fn sleep(work: &Work) -> Running {
    let running = work.kymo("lock run ./a -- sleep 1000").start();
    until("the holder's word", || std::fs::read(work.path("a")).is_ok_and(|text| !text.is_empty()));
    running
}

/// Tries once; 0 or 75.
fn once(work: &Work) -> Ended {
    work.kymo("lock run ./a --no-wait -- true").end()
}

/// Waits for what another process does in its own time.
fn until(what: &str, mut is: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is() {
        assert!(Instant::now() < end, "{what}: it never came");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn exists(pid: &str) -> bool {
    // A zombie that nobody waits for has ended too.
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

/// A lock by name, its file taken away at the end.
struct Named {
    name: String,
    path: PathBuf,
}

impl Named {
    fn new(work: &Work, what: &str) -> Named {
        let name = format!("test-{}-{what}", std::process::id());
        let status = work.kymo(&format!("lock status {name} --json")).ok();
        let status: serde_json::Value = serde_json::from_str(&status).expect("JSON");
        Named { name, path: status["path"].as_str().expect("a path").into() }
    }
}

impl Drop for Named {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

#[test]
fn the_commands_exit_code_output_and_input_are_its_own() {
    let work = Work::new();
    let ended = work.kymo("lock run ./a -- sh -c 'cat; echo no >&2; exit 3'").stdin("yes\n").end().code(3);
    assert_eq!((ended.stdout().as_str(), ended.stderr().as_str()), ("yes\n", "no\n"));
    work.kymo("lock run ./a -- true").end().code(0);
    let words = work.kymo("lock run ./a -- printf '<%s>' -n -- --no-wait").ok();
    assert_eq!(words, "<-n><--><--no-wait>");
    assert_eq!(work.kymo("lock run --no-wait ./a printf '<%s>' -E 4").ok(), "<-E><4>");
    assert_eq!(work.kymo("lock run ./a --no-wait printf '<%s>' -E 4").ok(), "<-E><4>");
}

#[test]
fn a_command_that_cannot_run_is_126_or_127() {
    let work = Work::new();
    work.kymo("lock run ./a -- no-such-command").end().code(127).tells("kymo: lock: run no-such-command: No such file");
    work.file("data", "");
    work.kymo("lock run ./a -- ./data").end().code(126).tells("run ./data: Permission denied");
    work.kymo("lock run ./a -- .").end().code(126);
    let json = work.kymo("--log-format json lock run ./a -- no-such-command").end().code(127).stderr();
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json["code"], &json["stage"]), (&"command".into(), &"lock".into()));
    work.kymo("lock run ./a").end().code(2).tells("<COMMAND>");
    work.kymo("lock run").end().code(2);
    work.kymo("lock run '' -- true").end().code(2).tells("is no name for a lock");
    work.kymo("lock").end().code(2);
    once(&work).code(0);
}

#[test]
fn two_at_once_and_the_second_is_told_who_holds_it() {
    let work = Work::new();
    let holder = hold(&work);
    let pid = holder.child.id();
    let told = once(&work).code(75).tells(&format!("kymo: lock: take ./a: held by pid {pid} on ")).stderr();
    assert!(told.contains(" since 2") && told.ends_with("Z: sh -c 'echo in; exec cat'\n"), "{told}");
    work.kymo("lock run ./a --no-wait -E 9 -- true").end().code(9).tells("held by");
    work.kymo("lock run ./a --no-wait --conflict-exit-code 0 -- false").end().code(0).tells("held by");
    work.kymo("lock run ./a -E 256 -- true").end().code(2);
    // Another lock is another lock.
    work.kymo("lock run ./b --no-wait -- true").end().code(0);
    let (_, _, status) = holder.end();
    assert!(status.success());
    once(&work).code(0);
}

#[test]
fn retries_and_wait_give_up_in_the_end() {
    let work = Work::new();
    let holder = hold(&work);
    let begin = Instant::now();
    work.kymo("lock run ./a -- true").end().code(75).tells("held by");
    assert!(begin.elapsed() >= Duration::from_millis(2500), "5 times 500ms");
    let begin = Instant::now();
    work.kymo("lock run ./a --retries 3 --delay 50ms -- true").end().code(75);
    assert!(begin.elapsed() >= Duration::from_millis(150));
    let begin = Instant::now();
    work.kymo("lock run ./a --wait 300ms -- true").end().code(75).tells("held by");
    work.kymo("lock run ./a --wait 50ms --delay 1h -- true").end().code(75);
    assert!(begin.elapsed() >= Duration::from_millis(350));
    work.kymo("lock run ./a --retries 0 -- true").end().code(75);
    for both in ["--wait 1s --no-wait", "--wait 1s --retries 2", "--no-wait --retries 2", "--no-wait --delay 1s"] {
        work.kymo(&format!("lock run ./a {both} -- true")).end().code(2).tells("cannot be used with");
    }
    drop(holder);
}

#[test]
fn a_waiting_one_gets_its_turn() {
    let work = Work::new();
    for patience in ["--wait 1m", "--retries 1000 --delay 20ms"] {
        let holder = hold(&work);
        let waiter = work.kymo(&format!("lock run ./a {patience} -- echo turn")).start();
        once(&work).code(75);
        holder.end();
        assert_eq!(waiter.line(), "turn");
        assert!(waiter.end().2.success());
    }
}

#[test]
fn many_at_once_take_turns() {
    let work = Work::new();
    work.file("count", "0\n");
    // Without the lock additions are lost.
    let script = "for i in 1 2 3 4 5 6 7 8; do \
        kymo lock run ./a --wait 1m --delay 5ms -- sh -c 'read n < count; sleep 0.02; echo $((n + 1)) > count' & \
        done; wait";
    work.shell(script).ok();
    assert_eq!(work.read("count"), "8\n");
}

#[test]
fn a_killed_holder_frees_the_lock_and_its_command_ends() {
    let work = Work::new();
    let holder = work.kymo("lock run ./a -- sh -c 'echo $$; exec sleep 1000'").start();
    let command = holder.line();
    holder.signal(Signal::KILL);
    until("the command's end", || !exists(&command));
    work.kymo("lock run ./a --wait 1m -- true").end().code(0);
}

#[test]
fn a_command_that_outlives_a_killed_kymo_keeps_the_lock() {
    let work = Work::new();
    // The shell ignores the TERM that it gets for the death of kymo.
    let mut holder = work.kymo("lock run ./a -- sh -c 'trap : TERM; echo in; read x; read x; exit'").start();
    assert_eq!(holder.line(), "in");
    holder.signal(Signal::KILL);
    let pid = holder.child.id();
    // Not the harness' way: that would close the command's input.
    holder.child.wait().expect("an end");
    until("word of it", || {
        once(&work).code(75).stderr().contains(&format!("pid {pid} (it was killed; what it started still runs)"))
    });
    assert!(work.kymo("lock status ./a --json").end().code(75).stdout().contains("\"ended\":true"));
    holder.send("go\ngo\n");
    drop(holder);
    work.kymo("lock run ./a --wait 1m -- true").end().code(0);
}

#[test]
fn a_command_that_outlives_a_killed_kymo_does_not_keep_the_lock_if_told_so() {
    let work = Work::new();
    for close in ["-o", "--close"] {
        let mut holder =
            work.kymo(&format!("lock run ./a {close} -- sh -c 'trap : TERM; echo $$; read x; read x; exit'")).start();
        let command = holder.line();
        once(&work).code(75);
        holder.signal(Signal::KILL);
        holder.child.wait().expect("an end");
        once(&work).code(0);
        assert!(exists(&command));
        holder.send("go\ngo\n");
    }
}

#[test]
fn what_a_command_leaves_behind_does_not_keep_the_lock() {
    let work = Work::new();
    let left = work.kymo("lock run ./a -- sh -c 'sleep 1000 >&- 2>&- & echo $!'").ok();
    assert!(exists(&left));
    once(&work).code(0);
    work.shell(&format!("kill {left}")).ok();
}

#[test]
fn deleting_or_replacing_the_file_lets_nobody_in() {
    let work = Work::new();
    let holder = hold(&work);
    let pid = format!("held by pid {}", holder.child.id());
    std::fs::remove_file(work.path("a")).expect("deleted");
    work.kymo("lock status ./a").end().code(75);
    once(&work).code(75).tells(&pid);
    assert!(work.path("a").exists(), "a new file was made");
    // By another spelling of the path too.
    let whole = work.path("a");
    work.kymo(&format!("lock run {} --no-wait -- true", whole.display())).end().code(75).tells(&pid);
    std::fs::rename(work.file("b", ""), &whole).expect("replaced");
    once(&work).code(75).tells(&pid);
    holder.end();
    once(&work).code(0);
    assert!(whole.exists(), "the holder deletes nothing that is not its own");
}

#[test]
fn a_name_with_its_file_deleted_lets_nobody_in() {
    let work = Work::new();
    let named = Named::new(&work, "deleted");
    let holder = work.kymo(&format!("lock run {} -- {HOLD}", named.name)).start();
    assert_eq!(holder.line(), "in");
    std::fs::remove_file(&named.path).expect("deleted");
    work.kymo(&format!("lock run {} --no-wait -- true", named.name)).end().code(75);
    drop(holder);
}

#[test]
fn signals_are_handed_to_the_command() {
    let work = Work::new();
    let script = "for s in TERM INT HUP QUIT USR1; do trap \"echo $s\" $s; done; \
        trap \"exit 7\" USR2; echo in; while :; do sleep 0.01; done";
    let holder = work.kymo(&format!("lock run ./a -- sh -c '{script}'")).start();
    assert_eq!(holder.line(), "in");
    for (signal, name) in [
        (Signal::TERM, "TERM"),
        (Signal::INT, "INT"),
        (Signal::HUP, "HUP"),
        (Signal::QUIT, "QUIT"),
        (Signal::USR1, "USR1"),
    ] {
        holder.signal(signal);
        assert_eq!(holder.line(), name);
        once(&work).code(75);
    }
    holder.signal(Signal::USR2);
    assert_eq!(holder.end().2.code(), Some(7));
    once(&work).code(0);
}

#[test]
fn a_command_ended_by_a_signal_ends_kymo_by_the_same() {
    let work = Work::new();
    for (signal, number) in [(Signal::TERM, 15), (Signal::INT, 2), (Signal::HUP, 1)] {
        let holder = sleep(&work);
        holder.signal(signal);
        assert_eq!(holder.end().2.signal(), Some(number));
        once(&work).code(0);
    }
    for (name, number) in [("KILL", 9), ("SEGV", 11), ("PIPE", 13), ("ABRT", 6), ("QUIT", 3)] {
        let ended = work.kymo(&format!("lock run ./a -- sh -c 'kill -{name} $$'")).end();
        ended.assert(ended.output.status.signal() == Some(number), name);
    }
    assert_eq!(work.shell("kymo lock run ./a -- sh -c 'kill -KILL $$'; echo $?").end().stdout(), "137\n");
}

#[test]
fn a_signal_that_is_ignored_stays_ignored() {
    let work = Work::new();
    let nohup = "trap '' HUP; exec kymo lock run ./a -- sh -c 'kill -HUP $PPID; kill -HUP $$; echo alive'";
    assert_eq!(work.shell(nohup).ok(), "alive\n");
}

#[test]
fn a_waiting_one_ends_by_a_signal() {
    let work = Work::new();
    let holder = hold(&work);
    let waiter = work.kymo("lock run ./a --wait 1h -- true").start();
    // It has begun to wait when it has the file open.
    let folder = format!("/proc/{}/comm", waiter.child.id());
    until("its start", || std::fs::read_to_string(&folder).is_ok_and(|name| name.trim() == "kymo"));
    waiter.signal(Signal::TERM);
    assert_eq!(waiter.end().2.signal(), Some(15));
    drop(holder);
}

#[test]
fn a_command_that_takes_too_long_is_ended_with_all_that_it_started() {
    let work = Work::new();
    work.kymo("lock run ./a --timeout 100ms -- sleep 1000").end().code(124);
    // TERM is not enough, and the shell is not alone.
    let stubborn = "trap : TERM; sleep 1000 & echo $!; while :; do sleep 1; done";
    let ended = work.kymo(&format!("lock run ./a --timeout 300ms --grace 200ms -- sh -c '{stubborn}'")).end().code(124);
    until("the end of what it started", || !exists(&ended.stdout()));
    once(&work).code(0);
    work.kymo("--grace 100ms lock run ./a --timeout 1h -- sh -c 'exit 4'").end().code(4);
    // A command that is stopped, and one that ends itself at the TERM.
    work.kymo("lock run ./a --timeout 200ms -- sh -c 'kill -STOP $$'").end().code(124);
    work.kymo("lock run ./a --timeout 200ms -- sh -c 'trap \"exit 0\" TERM; while :; do sleep 0.01; done'")
        .end()
        .code(124);
    work.kymo("lock run ./a --timeout soon -- true").end().code(2).tells("duration");
    work.kymo("lock run ./a --timeout 0 -- true").end().code(2).tells("longer than 0");
}

#[test]
fn signals_reach_a_command_with_a_time_limit_too() {
    let work = Work::new();
    let holder = work.kymo("lock run ./a --timeout 1h -- sh -c 'sleep 1000 & echo $!; wait'").start();
    let started = holder.line();
    holder.signal(Signal::TERM);
    assert_eq!(holder.end().2.signal(), Some(15));
    until("the end of what it started", || !exists(&started));
}

#[test]
fn flock_and_kymo_respect_each_other() {
    let work = Work::new();
    let holder = hold(&work);
    work.shell("flock -n a true").end().code(1);
    work.shell("flock -n -s a true").end().code(1);
    holder.end();
    work.shell("flock -n a true").end().code(0);

    let mut command = work.shell("exec flock ./a sh -c 'echo in; exec cat'");
    command.command.env("LC_ALL", "C");
    let holder = command.start();
    assert_eq!(holder.line(), "in");
    let pid = holder.child.id();
    once(&work).code(75).tells(&format!("held by pid {pid} on ")).tells(": flock ./a sh");
    work.kymo("lock status ./a").end().code(75);
    let waiter = work.kymo("lock run ./a --wait 1m -- echo turn").start();
    holder.end();
    assert_eq!(waiter.line(), "turn");
}

#[test]
fn status_tells_whether_a_lock_is_held() {
    let work = Work::new();
    assert_eq!(work.kymo("lock status ./a").ok(), "./a: free\n");
    assert_eq!(work.kymo("lock status ./a --json").ok(), "{\"name\":\"./a\",\"path\":\"./a\",\"held\":false}\n");
    assert!(!work.path("a").exists(), "a look makes no file");
    let holder = hold(&work);
    let told = work.kymo("lock status ./a").end().code(75).stdout();
    assert!(told.starts_with(&format!("./a: held by pid {} on ", holder.child.id())), "{told}");
    let told = work.kymo("lock status ./a --json").end().code(75).stdout();
    let told: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!(told["held"], true);
    assert_eq!(told["pid"], holder.child.id());
    assert_eq!(told["command"], "sh -c 'echo in; exec cat'");
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    assert_eq!(told["host"], host);
    assert!(told["since"].as_str().is_some_and(|since| since.ends_with('Z')));
    holder.end();
    assert_eq!(work.kymo("lock status ./a").ok(), "./a: free\n");
    assert_eq!(work.read("a"), "", "nothing of the command stays in the file");
    work.kymo("lock status no/such/a").ok();
}

#[test]
fn the_command_is_told_without_passwords() {
    let work = Work::new();
    let holder = work.kymo("lock run ./a -- sh -c 'echo in; exec cat' x --password geheim mqtt://me:geheim@b").start();
    assert_eq!(holder.line(), "in");
    assert!(!work.read("a").contains("geheim"));
    let told = once(&work).code(75).tells("--password *** mqtt://me:***@b").stderr();
    assert!(!told.contains("geheim"));
    std::fs::remove_file(work.path("a")).expect("deleted");
    assert!(!once(&work).code(75).stderr().contains("geheim"));
    drop(holder);
}

#[test]
fn a_name_is_a_private_file_that_no_environment_moves() {
    let work = Work::new();
    let named = Named::new(&work, "private");
    let elsewhere = work.path("");
    let run = work.kymo(&format!("lock run {} -- stat -c %a {}", named.name, named.path.display()));
    let elsewhere = elsewhere.to_str().expect("a path");
    assert_eq!(run.env("TMPDIR", elsewhere).env("XDG_RUNTIME_DIR", elsewhere).env("HOME", elsewhere).ok(), "600\n");
    let user = rustix::process::geteuid().as_raw();
    let file = named.path.file_name().expect("a name").to_string_lossy().into_owned();
    assert_eq!(file, format!("kymo-{user}-{}.lock", named.name));
    assert!(["/run/lock", "/tmp"].contains(&named.path.parent().expect("a folder").to_str().expect("a path")));
    let before = std::fs::metadata(&named.path).expect("it stays").ino();
    work.kymo(&format!("lock run {} -- true", named.name)).ok();
    assert_eq!(std::fs::metadata(&named.path).expect("it stays").ino(), before);
}

#[test]
fn no_link_is_followed() {
    let work = Work::new();
    work.file("data", "precious");
    std::os::unix::fs::symlink("data", work.path("a")).expect("a link");
    once(&work).code(77).tells("lock file ./a is a symbolic link; links are not followed");
    work.kymo("lock status ./a").end().code(77);
    std::os::unix::fs::symlink("nowhere", work.path("b")).expect("a link");
    work.kymo("lock run ./b -- true").end().code(77);
    assert!(!work.path("nowhere").exists());
    assert_eq!(work.read("data"), "precious");
    let named = Named::new(&work, "link");
    std::os::unix::fs::symlink(work.path("data"), &named.path).expect("a link");
    work.kymo(&format!("lock run {} -- true", named.name)).end().code(77);
    std::fs::remove_file(&named.path).expect("removed");
    // A second name of one of our files, if both are on one file system.
    let data = named.path.with_extension("data");
    std::fs::write(&data, "").expect("a file");
    std::fs::hard_link(&data, &named.path).expect("a link");
    let ended = work.kymo(&format!("lock run {} -- true", named.name)).end();
    std::fs::remove_file(&data).expect("removed");
    ended.code(77).tells("has a second name");
}

#[test]
fn another_users_file_is_refused() {
    let work = Work::new();
    let named = Named::new(&work, "other");
    if !rustix::process::geteuid().is_root() {
        // Only root can make one.
        return;
    }
    std::fs::write(&named.path, "").expect("a file");
    std::os::unix::fs::chown(&named.path, Some(65534), Some(65534)).expect("another owner");
    let run = format!("lock run {} -- true", named.name);
    work.kymo(&run).end().code(77).tells("belongs to user 65534, not 0");
    work.kymo(&format!("lock status {}", named.name)).end().code(77);
}

#[test]
fn a_file_that_may_not_be_opened_is_refused() {
    let work = Work::new();
    let path = work.file("a", "");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o0)).expect("a mode");
    if rustix::process::geteuid().is_root() {
        // Nothing is closed to root.
        once(&work).code(0);
    } else {
        once(&work).code(77).tells("open lock file ./a: Permission denied");
    }
}

#[test]
fn what_is_locked_by_its_own_path_stays_what_it_is() {
    let work = Work::new();
    work.file("a", "precious");
    once(&work).code(0);
    let holder = hold(&work);
    assert_eq!(work.read("a"), "precious");
    once(&work).code(75).tells(&format!("held by pid {} on", holder.child.id()));
    holder.end();
    assert_eq!(work.read("a"), "precious");
    // A folder, too, as with flock.
    work.kymo("lock run ./ -- flock -n . true").end().code(1);
    let status = work.shell("mkfifo p; timeout 60 kymo lock run ./p -- true").end().code(2);
    status.tells("neither a file nor a folder");
    work.kymo("lock run /dev/null -- true").end().code(2);
}

#[test]
fn an_interrupt_from_the_terminal_reaches_the_command_once() {
    let work = Work::new();
    // A shell that reads sees each signal at once.
    work.file("count", "trap 'echo INT' INT; echo in; while ! test -e over; do read x; done; echo over");
    let mut terminal = work.shell("exec script -qec 'kymo lock run ./a -- sh count' /dev/null").start();
    // What is typed comes back too.
    let line = |terminal: &Running| loop {
        let line = terminal.line().trim_matches(['^', 'C', '\r']).to_owned();
        if !line.is_empty() {
            break line;
        }
    };
    assert_eq!(line(&terminal), "in");
    for _ in 0..40 {
        terminal.send("\x03");
        assert_eq!(line(&terminal), "INT");
        // One that kymo handed on would have come by the time that this has.
        once(&work).code(75);
    }
    work.file("over", "");
    terminal.send("\n");
    assert_eq!(line(&terminal), "over");
}

#[test]
fn the_help_says_what_is_so() {
    let work = Work::new();
    let help = work.kymo("lock run --help").ok().split_whitespace().collect::<Vec<_>>().join(" ");
    for text in [
        "try again so many times [default: 5]",
        "[default: 500ms, with --wait 50ms]",
        "until KILL [default: 10s]",
        "holds the lock [default: 75]",
        "75 the lock is held by another (or -E); 124 COMMAND took longer than --timeout; 126 COMMAND cannot be run; 127",
        "in /run/lock or else /tmp",
        "Usage: kymo lock run [OPTIONS] NAME -- COMMAND [ARG]...",
    ] {
        assert!(help.contains(text), "{text:?} is not in: {help}");
    }
    for page in ["lock --help", "lock run --help", "lock status --help"] {
        let help = work.kymo(page).ok();
        assert!(!help.contains("exec"), "{help}");
        let example = help.lines().next().and_then(|line| line.strip_prefix("Example: ")).expect("an example");
        // Somebody may hold a lock of that name just now.
        let ended = work.shell(example).end();
        ended.assert(matches!(ended.output.status.code(), Some(0 | 75)), "0 or 75");
    }
    let status = work.kymo("lock status --help").ok();
    assert!(status.contains("0 it is free, 75 it is held"), "{status}");
}

/// What the old lock did (shown by runs of it), and what this one does instead.
mod old_lock {
    use super::*;

    #[test]
    fn a_lock_file_that_no_process_holds_stops_nobody() {
        let work = Work::new();
        work.file("a", "");
        once(&work).code(0);
        work.file("a", "{\"kymo_lock\":1,\"pid\":1,\"host\":\"x\",\"command\":\"left over\"}\n");
        assert_eq!(work.kymo("lock status ./a").ok(), "./a: free\n");
        once(&work).code(0);
        assert_eq!(work.read("a"), "");
    }

    #[test]
    fn a_lock_that_is_freed_meanwhile_is_taken_by_a_retry() {
        let work = Work::new();
        let holder = hold(&work);
        let waiter = work.kymo("lock run ./a --retries 1000 --delay 10ms -- echo in").start();
        holder.end();
        assert_eq!(waiter.line(), "in");
    }

    #[test]
    fn a_failing_command_frees_the_lock_and_its_code_is_ours() {
        let work = Work::new();
        for code in [0, 1, 3, 255] {
            work.kymo(&format!("lock run ./a -- sh -c 'exit {code}'")).end().code(code);
            once(&work).code(0);
        }
    }

    #[test]
    fn a_holder_that_gets_sigterm_leaves_no_stale_lock() {
        let work = Work::new();
        let holder = sleep(&work);
        holder.signal(Signal::TERM);
        assert_eq!(holder.end().2.signal(), Some(15));
        once(&work).code(0);
    }

    #[test]
    fn a_release_takes_nothing_from_another_process() {
        let work = Work::new();
        let holder = hold(&work);
        std::fs::remove_file(work.path("a")).expect("deleted");
        let mut other = work.shell("exec flock ./a sh -c 'echo in; exec cat'").start();
        assert_eq!(other.line(), "in");
        holder.end();
        assert!(work.path("a").exists());
        once(&work).code(75);
        other.send("");
        other.end();
    }

    #[test]
    fn a_folder_that_is_missing_is_told_at_once() {
        let work = Work::new();
        let ended = work.kymo("lock run no/such/a --wait 1h -- true").end();
        ended.code(74).tells("kymo: lock: open lock file no/such/a: No such file or directory");
    }
}
