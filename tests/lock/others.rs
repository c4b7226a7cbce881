//! Other users of the machine: what they can hold up, make us write, or put on our terminal.

use super::*;

fn mode(work: &Work, name: &str) -> u32 {
    std::fs::metadata(work.path(name)).unwrap_or_else(|e| panic!("{name}: {e}")).permissions().mode() & 0o777
}

/// K47: whoever can open a lock file, be it only to read, can lock it.
#[test]
fn lock_files_are_their_users_alone() {
    let work = Work::new();
    let run = |script: &str| work.shell(&format!("umask 000; {script}")).end().code(0);
    run("kymo state s.json set a 1");
    run("echo '{\"time\":1,\"v\":1}' | kymo queue put q.db");
    run("kymo queue take q.db --drain");
    run("echo '{\"time\":1,\"v\":1}' | kymo store a.db; kymo trim a.db --before 1970-01-01T00:00:00Z");
    run("echo '{\"time\":1,\"v\":1}' | kymo gapfill --every 1m --state g.state");
    run("kymo lock run ./l --slots 2 -- true");
    let mut locks = 0;
    for entry in std::fs::read_dir(work.path("")).expect("a folder") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        if name.ends_with("lock") || name.starts_with("l.slot") || name == "l" {
            assert_eq!(mode(&work, &name), 0o600, "{name}");
            locks += 1;
        }
    }
    assert!(locks >= 6, "{locks}");
    // One that an earlier version has left open is closed; data that is locked by its own path stays as it is.
    work.file("old.json.lock", "");
    work.file("data", "precious");
    run("chmod 644 old.json.lock data; kymo state old.json set a 1; kymo lock run ./data -- true");
    assert_eq!((mode(&work, "old.json.lock"), mode(&work, "data")), (0o600, 0o644));
}

/// K48: a link beside our lock must not have us make a file elsewhere.
#[test]
fn the_file_of_the_units_is_no_link() {
    let work = Work::new();
    work.file("k.toml", "[program.a]\nexec = ['sleep', '1000']\n");
    std::fs::create_dir(work.path("locks")).expect("a folder");
    let run = |words: &str| work.kymo(words).env("KYMO_LOCK_DIR", work.path("locks").to_str().expect("a path"));
    let child = run("supervise k.toml").start();
    until("the units' file", || units(&work).is_some());
    let presence = units(&work).expect("a file");
    child.signal(Signal::TERM);
    child.end();
    std::fs::remove_file(&presence).expect("a file");
    std::os::unix::fs::symlink(work.path("elsewhere"), &presence).expect("a link");
    let ended = run("supervise k.toml").end();
    ended.assert(ended.output.status.code() != Some(0), "a refusal");
    assert!(!work.path("elsewhere").exists());
}

fn units(work: &Work) -> Option<PathBuf> {
    let mut all = std::fs::read_dir(work.path("locks")).expect("a folder").flatten().map(|entry| entry.path());
    all.find(|path| path.extension().is_some_and(|ending| ending == "units"))
}

/// K44: another user's command line is shown on a terminal. K49: without its passwords.
#[test]
fn what_others_run_gives_a_terminal_no_orders() {
    let work = Work::new();
    let script = "kymo lock run ./a -- sh -c 'echo in; exec cat' \"$(printf 'x\\033[2Jy\\nb')\" -phunter2";
    let holder = work.shell(script).start();
    assert_eq!(holder.line(), "in");
    let status = work.kymo("lock status ./a").end().code(75).stdout();
    assert!(status.contains("\\u{1b}[2J") && status.contains("-p***"), "{status}");
    assert!(!status.contains('\u{1b}') && !status.contains("hunter2") && status.lines().count() == 1, "{status}");
    let refused = once(&work).code(75).stderr();
    assert!(!refused.contains('\u{1b}') && refused.lines().count() == 1, "{refused}");
}

/// K55: `kymo` under a lock is this kymo, wherever it is.
#[test]
fn kymo_finds_itself_without_path() {
    let work = Work::new();
    let kymo = crate::harness::binary().display();
    let version = work.kymo("--version").ok();
    for words in [
        "lock run ./a -- kymo --version",
        "lock run ./a -- sh -c 'kymo --version'",
        "every 1s -C 1 --rejects r -- sh -c 'kymo simulate -C 1 --speed max 2>&1 | head -1'",
        "run 'replay in --speed max | sh \"kymo validate\"'",
    ] {
        work.file("in", "{\"time\":1,\"v\":1}\n");
        let out = work.shell(&format!("env -i PATH=/usr/bin:/bin {kymo} {words}")).end().code(0).stdout();
        assert!(out == version || out.starts_with('{'), "{words}: {out}");
    }
}

/// K56: a read-only container has a folder of its own for locks.
#[test]
fn locks_can_be_elsewhere() {
    let work = Work::new();
    for folder in ["one", "two"] {
        std::fs::create_dir(work.path(folder)).expect("a folder");
    }
    let files = |folder: &str| std::fs::read_dir(work.path(folder)).expect("a folder").count();
    work.kymo("lock run nightly --lock-dir one -- true").ok();
    work.kymo("lock run nightly -- true").env("KYMO_LOCK_DIR", "two").ok();
    assert_eq!((files("one"), files("two")), (1, 1));
    let status = work.kymo("lock status --lock-dir one").ok();
    assert!(status.starts_with("nightly: free; last start"), "{status}");
    let ended = work.kymo("lock run nightly --lock-dir none -- true").end().code(74);
    ended.tells("no folder for locks can be written to (none): --lock-dir or KYMO_LOCK_DIR names one");
}
