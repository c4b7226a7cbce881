//! `lock status`.

use super::*;
use serde_json::Value;

fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"))).collect()
}

#[test]
fn status_tells_whether_a_lock_is_held() {
    let work = Work::new();
    assert_eq!(work.kymo("lock status ./a").ok(), "./a: free\n");
    let free = "{\"name\":\"./a\",\"path\":\"./a\",\"held\":false,\"holders\":[]}\n";
    assert_eq!(work.kymo("lock status ./a --json").ok(), free);
    assert!(!work.path("a").exists(), "a look makes no file");
    let holder = hold(&work);
    let told = work.kymo("lock status ./a").end().code(75).stdout();
    assert!(told.starts_with(&format!("./a: held by pid {} on ", holder.child.id())), "{told}");
    let told = objects(&work.kymo("lock status ./a --json").end().code(75).stdout()).remove(0);
    assert_eq!((&told["held"], &told["mode"]), (&true.into(), &"exclusive".into()));
    let [first] = &told["holders"].as_array().expect("a list")[..] else { panic!("not one: {told}") };
    assert_eq!(first["pid"], holder.child.id());
    assert_eq!(first["command"], "sh -c 'echo in; exec cat'");
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    assert_eq!(first["host"], host);
    assert!(first["since"].as_str().is_some_and(|since| since.ends_with('Z')));
    let start = told["last_start"].as_str().expect("a time").to_owned();
    holder.end();
    assert_eq!(work.kymo("lock status ./a").ok(), format!("./a: free; last start {start}\n"));
    let left = format!("{{\"kymo_lock\":1,\"last_start\":\"{start}\"}}\n");
    assert_eq!(work.read("a"), left, "nothing of the command stays in the file");
    work.kymo("lock status no/such/a").ok();
}

#[test]
fn the_command_is_told_without_passwords() {
    let work = Work::new();
    for flags in ["", "--shared"] {
        let secret = "x --password geheim mqtt://me:geheim@b";
        let holder = work.kymo(&format!("lock run ./a {flags} -- sh -c 'echo in; exec cat' {secret}")).start();
        assert_eq!(holder.line(), "in");
        assert!(!work.read("a").contains("geheim"));
        let told = once(&work).code(75).tells("--password *** mqtt://me:***@b").stderr();
        assert!(!told.contains("geheim"));
        std::fs::remove_file(work.path("a")).expect("deleted");
        assert!(!once(&work).code(75).stderr().contains("geheim"));
        drop(holder);
    }
}

#[test]
fn without_a_name_all_locks_of_this_user_are_told() {
    let work = Work::new();
    let (free, held, slots) =
        (Named::new(&work, "list-free"), Named::new(&work, "list-held"), Named::new(&work, "list-slots"));
    work.kymo(&format!("lock run {} -- true", free.name)).ok();
    let start = |words: &str| {
        let holder = work.kymo(&format!("lock run {words} -- {HOLD}")).start();
        assert_eq!(holder.line(), "in");
        holder
    };
    let holders =
        [start(&held.name), start(&format!("{} --slots 2", slots.name)), start(&format!("{} --slots 2", slots.name))];
    let ours = |text: String| {
        let prefix = format!("test-{}-list-", std::process::id());
        text.lines().filter(|line| line.contains(&prefix)).map(str::to_owned).collect::<Vec<_>>()
    };
    let told = ours(work.kymo("lock status").end().code(0).stdout());
    assert_eq!(told.len(), 4, "{told:#?}");
    assert!(told[0].starts_with(&format!("{}: free; last start 2", free.name)), "{told:#?}");
    assert!(told[1].starts_with(&format!("{}: held by pid {} on ", held.name, holders[0].child.id())), "{told:#?}");
    assert!(told[2].starts_with(&format!("{}: slot 1 held by pid {}", slots.name, holders[1].child.id())), "{told:#?}");
    assert!(told[3].starts_with(&format!("{}: slot 2 held by pid {}", slots.name, holders[2].child.id())), "{told:#?}");
    let told = objects(&ours(work.kymo("lock status --json").end().code(0).stdout()).join("\n"));
    let modes: Vec<&Value> = told.iter().map(|lock| &lock["mode"]).collect();
    assert_eq!(modes, [&Value::Null, &"exclusive".into(), &"slots".into()]);
    drop(holders);
    for number in [1, 2] {
        std::fs::remove_file(format!("{}.slot{number}", slots.path.display())).expect("removed");
    }
}
