//! The lock files: whose they are, and what becomes of them.

use super::*;

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
