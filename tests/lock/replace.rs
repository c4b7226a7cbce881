//! `--replace`: who holds the lock is ended, and nobody else.

use super::*;
use crate::harness::programs::needs;
use crate::harness::{exists, skip, until};

fn replace(work: &Work, flags: &str) -> Ended {
    work.kymo(&format!("lock run ./a --replace {flags} -- echo turn")).end()
}

#[test]
fn the_holder_gets_term_and_the_new_one_runs() {
    let work = Work::new();
    assert_eq!(replace(&work, "").code(0).stdout(), "turn\n");
    let holder = sleep(&work);
    let ended = replace(&work, "--log-level info").code(0);
    assert_eq!(ended.stdout(), "turn\n");
    ended.tells(&format!("kymo: lock: end pid {}, which holds ./a", holder.child.id()));
    assert_eq!(holder.end().2.signal(), Some(15));
    // It may end in its own way, in its own time.
    let holder = work.kymo(
        "lock run ./a -- sh -c 'trap \"sleep 0.3; echo bye; exit 4\" TERM; echo in; while :; do sleep 0.01; done'",
    );
    let holder = holder.start();
    assert_eq!(holder.line(), "in");
    replace(&work, "").code(0);
    assert_eq!(holder.line(), "bye");
    assert_eq!(holder.end().2.code(), Some(4));
    for both in ["--wait 1s", "--retries 1", "--no-wait", "--delay 1s"] {
        replace(&work, both).code(2).tells("cannot be used with");
    }
}

#[test]
fn one_that_does_not_end_is_killed_after_the_grace_with_what_keeps_the_lock() {
    let work = Work::new();
    let stubborn = "trap : TERM; echo $$; while :; do read x; done";
    let holder = work.kymo(&format!("lock run ./a -- bash -c '{stubborn}'")).start();
    let command = holder.line();
    assert_eq!(replace(&work, "--grace 200ms").code(0).stdout(), "turn\n");
    until("the end of the command", || !exists(&command));
    drop(holder);
    // One that is stopped.
    let holder = sleep(&work);
    holder.signal(Signal::STOP);
    assert_eq!(replace(&work, "").code(0).stdout(), "turn\n");
    drop(holder);
}

#[test]
fn what_outlived_a_killed_kymo_is_ended() {
    let work = Work::new();
    let mut holder =
        work.kymo("lock run ./a -- bash -c 'trap : TERM; echo $$; read x; while :; do read x; done'").start();
    let command = holder.line();
    holder.signal(Signal::KILL);
    holder.child.wait().expect("an end");
    assert_eq!(replace(&work, "--grace 200ms").code(0).stdout(), "turn\n");
    until("the end of the command", || !exists(&command));
}

#[test]
fn all_who_share_it_are_ended_and_one_who_shares_ends_nobody_who_does() {
    let work = Work::new();
    let share = || {
        let reader = work.kymo("lock run ./a --shared -- sh -c 'echo in; exec sleep 1000'").start();
        assert_eq!(reader.line(), "in");
        reader
    };
    let readers = [share(), share()];
    assert_eq!(replace(&work, "--shared").code(0).stdout(), "turn\n");
    assert!(readers.iter().all(|reader| exists(&reader.child.id().to_string())));
    assert_eq!(replace(&work, "").code(0).stdout(), "turn\n");
    for reader in readers {
        assert_eq!(reader.end().2.signal(), Some(15));
    }
}

#[test]
fn flocks_holder_is_ended_too() {
    let work = Work::new();
    let holder = work.shell("exec flock ./a sh -c 'echo in; exec sleep 1000'").start();
    assert_eq!(holder.line(), "in");
    // Its command has the lock as well, and gets its own signal.
    assert_eq!(replace(&work, "").code(0).stdout(), "turn\n");
    assert_eq!(holder.end().2.signal(), Some(15));
}

/// What the file says may be anybody's number; only the kernel's word counts.
#[test]
fn nobody_is_ended_on_the_word_of_a_file() {
    let work = Work::new();
    let innocent = work.shell("echo in; exec sleep 1000").start();
    assert_eq!(innocent.line(), "in");
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let text = format!("{{\"kymo_lock\":1,\"holders\":[{{\"pid\":{},\"host\":\"{host}\"}}]}}\n", innocent.child.id());
    work.file("a", &text);
    assert_eq!(replace(&work, "").code(0).stdout(), "turn\n");
    let holder = sleep(&work);
    work.file("a", &text);
    assert_eq!(replace(&work, "").code(0).stdout(), "turn\n");
    assert_eq!(holder.end().2.signal(), Some(15));
    // One who has the file open, without a lock on it.
    let reader = work.shell("exec 3<a; echo in; exec sleep 1000").start();
    assert_eq!(reader.line(), "in");
    let holder = work.kymo("lock run ./a -- bash -c 'trap : TERM; echo in; while :; do read x; done'").start();
    assert_eq!(holder.line(), "in");
    assert_eq!(replace(&work, "--grace 100ms").code(0).stdout(), "turn\n");
    assert!(exists(&reader.child.id().to_string()) && exists(&innocent.child.id().to_string()));
}

/// The kernel knows of no lock on the file that stands there.
#[test]
fn one_whose_file_was_deleted_is_left_alone() {
    let work = Work::new();
    let holder = sleep(&work);
    std::fs::remove_file(work.path("a")).expect("deleted");
    replace(&work, "").code(75).tells(&format!("take ./a: held by pid {}", holder.child.id()));
    assert!(exists(&holder.child.id().to_string()));
}

#[test]
fn what_runs_under_a_lock_does_not_end_itself() {
    let work = Work::new();
    let told = "kymo: lock: end who holds ./a: this runs under it";
    work.kymo("lock run ./a -- kymo lock run ./a --replace -- true").end().code(77).tells(told);
}

#[test]
fn another_users_process_is_refused() {
    let work = Work::new();
    if !rustix::process::geteuid().is_root() {
        return skip("another user's process: only root can start one");
    }
    if !needs("setpriv") {
        return;
    }
    std::fs::set_permissions(work.path(""), std::fs::Permissions::from_mode(0o755)).expect("a mode");
    // One that they may open too.
    work.file("a", "");
    let holder = sleep(&work);
    let other = "setpriv --reuid 65534 --regid 65534 --clear-groups kymo lock run ./a --replace -- true";
    let ended = work.shell(other).end();
    if matches!(ended.output.status.code(), Some(126 | 127)) {
        return skip("another user's lock run --replace: the binary is out of its reach");
    }
    // K47: the lock file is its user's alone.
    ended.code(77).tells("kymo: lock: open lock file ./a: Permission denied");
    assert!(exists(&holder.child.id().to_string()));
    once(&work).code(75);
}
