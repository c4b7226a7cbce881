//! `run`: pipelines from a text or a file, what they remember, commands in them; and the flags of every command.

use crate::harness::programs::needs;
use crate::harness::{Work, binary, skip};
use std::os::unix::fs::{PermissionsExt as _, symlink};

const THREE: &str = "{\"time\":1,\"v\":0}\n{\"time\":3,\"v\":0}\nbad\n";
const FILLED: &str = "{\"time\":1,\"v\":0}\n{\"time\":2,\"v\":0,\"filled\":true}\n{\"time\":3,\"v\":0}\n";

fn summary(work: &Work, words: &str, input: &str) -> serde_json::Value {
    let ended = work.kymo(words).stdin(input).end();
    let line = ended.stderr().lines().rfind(|line| line.starts_with('{')).unwrap_or_default().to_owned();
    serde_json::from_str(&line).unwrap_or_else(|e| panic!("{words}: {e}: {}", ended.stderr()))
}

/// In the shell form the counts of the one stage, with those of its reader; in `run` those of all.
#[test]
fn a_summary_tells_what_each_stage_counted() {
    let work = Work::new();
    let long = format!("{THREE}{}\n", "x".repeat(200));
    let one = summary(&work, "gapfill --every 1s --max-record 100 --summary", &long);
    let gapfill = serde_json::json!({
        "stage": "gapfill", "in": 4, "out": 3, "rejected": 2, "filled": 1, "gaps": 1, "open": 0, "late": 0, "fields": 0,
        "passed": 2, "changed": 0, "held": 0, "left_out": {}, "made": 1
    });
    assert_eq!(one, gapfill);
    assert_eq!(summary(&work, "run --summary 'gapfill --every 1s --max-record 100'", &long), gapfill);
    let all =
        summary(&work, "--summary run 'gapfill --every 1s --max-record 100 | sh cat | sh cat | store a.db'", &long);
    let sh = serde_json::json!({
        "stage": "sh", "in": 3, "out": 3, "rejected": 0, "passed": 3, "changed": 0, "held": 0, "left_out": {}, "made": 0
    });
    let store = serde_json::json!({
        "stage": "store", "in": 3, "out": 0, "rejected": 0, "passed": 3, "changed": 0, "held": 0, "left_out": {}, "made": 0,
        "stored": 3, "duplicates": 0, "replaced": 0, "superseded": 0, "commits": all["stages"][3]["commits"],
    });
    assert_eq!(all, serde_json::json!({"rejected": 2, "stages": [gapfill, sh, sh, store]}));
    let source = summary(&work, "replay --speed max - --summary", "{\"time\":1}\n");
    assert_eq!((&source["out"], &source["in"]), (&1.into(), &serde_json::Value::Null));
}

#[test]
fn each_log_level_tells_from_there_up() {
    let work = Work::new();
    // A debug message of the program, a warning of the bad record, an error of the missing file.
    work.file("in", "{\"a\":1}\nbad\n");
    for (level, debug, warning) in
        [("debug", true, true), ("info", false, true), ("warning", false, true), ("error", false, false)]
    {
        let told = work.kymo(&format!("map --log-level {level} debug in nothing")).end().code(74).stderr();
        assert_eq!((told.contains("{\"a\":1}"), told.contains("reject line 2")), (debug, warning), "{level}: {told}");
        assert!(told.contains("open nothing"), "{level}: {told}");
    }
    for level in ["critical", "EXCEPTION", "none", "null"] {
        let told = work.kymo(&format!("map --log-level {level} debug in nothing")).end().code(74).stderr();
        assert_eq!(told, "", "{level}");
    }
    work.kymo("map --log-level loud .").end().code(2).tells("debug, info, warning, error");
}

#[test]
fn messages_are_text_or_ndjson() {
    let work = Work::new();
    work.file("in", "bad\n");
    let text = work.kymo("gapfill --every 1s --log-format text in nothing").end().code(74).stderr();
    assert!(text.lines().all(|line| line.starts_with("kymo: gapfill: ")), "{text}");
    let json = work.kymo("gapfill --every 1s --log-format json in nothing").end().code(74).stderr();
    let lines: Vec<serde_json::Value> = json.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    let words = |name: &str| lines.iter().map(|line| line[name].as_str().unwrap_or("")).collect::<Vec<_>>();
    assert_eq!(words("code"), ["json", "io"]);
    assert_eq!(words("level"), ["warning", "error"]);
    assert_eq!(words("stage"), ["gapfill", "gapfill"]);
    assert!(words("message")[1].starts_with("open nothing: ") && words("time").iter().all(|t| t.ends_with('Z')));
}

#[test]
fn a_pipeline_stands_in_a_file() {
    let work = Work::new();
    let text = "# Two stages | of which\n  gapfill --every 1s   # fills the gaps; 'as said'\n    --mark \"f # g\"\n  | map '.' # all\n";
    work.file("p", text);
    let wanted = "{\"time\":1,\"v\":0}\n{\"time\":2,\"v\":0,\"f # g\":true}\n{\"time\":3,\"v\":0}\n";
    for flag in ["-f p", "--file p"] {
        let ended = work.kymo(&format!("run {flag}")).stdin(THREE).end().code(1);
        ended.assert(ended.stdout() == wanted, wanted);
    }
    work.kymo("run -f nothing").end().code(2).tells("read pipeline nothing");
    work.kymo("run -f p 'map .'").end().code(2);
    work.kymo("run").end().code(2);
    work.file("empty", "# nothing\n");
    work.kymo("run -f empty").end().code(2).tells("empty");
}

/// What is meant for the whole process is not ignored in silence where only a stage stands.
#[test]
fn flags_of_the_whole_pipeline_are_refused_in_a_stage() {
    let work = Work::new();
    for flag in ["--state s", "--summary", "--log-level debug", "--log-format json", "--grace 1s"] {
        work.kymo(&format!("run 'gapfill --every 1s {flag}'")).end().code(2).tells("give it to `run`");
    }
}

#[test]
fn a_name_owns_what_the_stages_remember() {
    let work = Work::new();
    let run = |flags: &str, time: u32| {
        let words = format!("run --state s {flags} 'gapfill --every 1s'");
        work.kymo(&words).stdin(format!("{{\"time\":{time},\"v\":0}}\n")).ok().lines().count()
    };
    assert_eq!([run("--name a", 1), run("--name a", 4)], [1, 3]);
    // Another name, and --fresh, know nothing of it.
    assert_eq!([run("--name b", 7), run("--name b --fresh", 10), run("--name b", 12)], [1, 1, 2]);
}

#[test]
fn a_state_file_that_cannot_serve_is_told() {
    let work = Work::new();
    let run = |file: &str| work.kymo(&format!("gapfill --every 1s --state {file}")).stdin("{\"time\":1}\n").end();
    for torn in ["{", "[]", "{\"kymo_state\":1,\"pipeline\":\"stdin\",\"stages\":{\"1 x\":\"?\"}}"] {
        work.file("torn", torn);
        run("torn").code(74).tells("read state file torn");
        assert_eq!(work.read("torn"), torn, "it stays as it is");
    }
    work.file("new", "{\"kymo_state\":2,\"pipeline\":\"stdin\",\"stages\":{}}");
    run("new").code(2).tells("version 2");
    std::fs::create_dir(work.path("folder")).expect("a folder");
    run("folder").code(74).tells("read state file folder");
    run("nothing/s").code(74).tells("nothing/s");
    let mut holder = work.kymo("gapfill --every 1s --state s").start();
    holder.send("{\"time\":1}\n");
    assert_eq!(holder.line(), "{\"time\":1}");
    run("s").code(75).tells("state file s is in use");
    assert!(holder.end().2.success());
    run("s").code(0);
}

#[test]
fn a_link_is_the_command_whose_name_it_bears() {
    let work = Work::new();
    for name in ["gapfill", "run", "kymo", "other"] {
        symlink(binary(), work.path(name)).expect("a link");
    }
    for run in [
        "./gapfill --every 1s",
        "./run 'gapfill --every 1s'",
        "./kymo gapfill --every 1s",
        "./other gapfill --every 1s",
    ] {
        let ended = work.shell(run).stdin(THREE).end().code(1);
        ended.assert(ended.stdout() == FILLED, FILLED);
    }
}

#[test]
fn a_command_stands_between_stages() {
    let work = Work::new();
    let input: String = (0..20_000).map(|n| format!("{{\"time\":{n}}}\n")).collect();
    let run = |text: &str| work.kymo(&format!("run \"{text}\"")).stdin(&input).end();
    let whole = run("sh cat | gapfill --every 1s | sh 'cat | cat'").code(0);
    whole.assert(whole.stdout() == input, "all of it");
    // It ends early, it reads nothing, it prints what is no record.
    let two = run("sh 'head -2' | gapfill --every 1s").code(0);
    two.assert(two.stdout().lines().count() == 2 && two.stderr().is_empty(), "two records in silence");
    let none = run("sh 'exec <&-; echo 1' | gapfill --every 1s").code(1).tells("line 1 of exec <&-; echo 1");
    none.assert(none.stdout().is_empty(), "no record");
    run("gapfill --every 1s | sh 'cat; exit 3' | gapfill --every 1s")
        .code(74)
        .tells("`cat; exit 3` ended with status 3");
    run("sh 'cat >kept; kill -9 \\$\\$'").code(74).tells("ended with signal 9");
    assert_eq!(work.read("kept"), input);
    run("sh cat cat").code(2).tells("in quotes");
}

/// There is no source yet that acknowledges: the flag is taken, and its one value.
#[test]
fn what_is_written_to_a_command_can_be_acknowledged() {
    let work = Work::new();
    assert_eq!(work.kymo("run --ack-on written 'sh cat'").stdin("{\"a\":1}\n").ok(), "{\"a\":1}\n");
    work.kymo("run --ack-on printed 'sh cat'").end().code(2).tells("written");
}

/// K61: whoever counts on a summary gets it also where a pipeline ends with an error.
#[test]
fn a_summary_is_printed_whatever_the_end() {
    let work = Work::new();
    work.file("a.ndjson", "{\"time\":1,\"value\":1}\n");
    for (words, code, stage) in [
        ("store --summary none/x.db a.ndjson", 74, "store"),
        ("query --summary none.db", 74, "query"),
        ("validate --strict --summary --time t a.ndjson --schema s.json", 1, "validate"),
        ("run --summary 'replay a.ndjson | validate | store none/x.db'", 74, "store"),
        ("run --summary 'replay a.ndjson | mqtt-pub mqtt://127.0.0.1:1 -t a --retries 0'", 69, "mqtt-pub"),
    ] {
        work.file("s.json", "{\"required\":[\"none\"]}");
        let ended = work.kymo(words).end().code(code);
        let last = ended.stderr().lines().last().unwrap_or_default().to_owned();
        let summary: serde_json::Value = serde_json::from_str(&last).unwrap_or_default();
        let stages = summary["stages"].as_array().cloned().unwrap_or_else(|| vec![summary.clone()]);
        ended.assert(stages.iter().any(|one| one["stage"] == stage), "a summary at the end");
    }
    // Wrong words have no summary.
    let ended = work.kymo("store --summary").end().code(2);
    ended.assert(!ended.stderr().contains("\"stage\""), "only what is wrong");
}

/// K61: a missing permission is 77, wherever it is missing.
#[test]
fn a_missing_permission_is_77() {
    let work = Work::new();
    if !rustix::process::geteuid().is_root() {
        return skip("files that belong to another user: only root can create them");
    }
    if !needs("setpriv") {
        return;
    }
    let mode = |name: &str, mode| {
        std::fs::set_permissions(work.path(name), std::fs::Permissions::from_mode(mode)).expect("a mode");
    };
    work.file("in", "{\"time\":1,\"value\":1}\n");
    work.kymo("store q.db in").ok();
    for name in ["s", "empty.db"] {
        work.file(name, "");
    }
    ["s", "q.db", "empty.db"].into_iter().for_each(|name| mode(name, 0o600));
    mode("", 0o755);
    mode("in", 0o644);
    work.file("st.toml", "[program.a]\nexec = ['true']\nenv_file = 's'\n");
    mode("st.toml", 0o644);
    for words in [
        "store x.db in",
        "store q.db in",
        "store empty.db in",
        "query q.db",
        "query empty.db",
        "queue stat empty.db",
        "supervise st.toml",
        "run 'replay in | store x.db'",
        "trim q.db --keep 1d",
        "db info q.db",
        "queue put x.q in",
        "validate in --schema s",
        "validate in --meters s",
        "validate in --rejects r",
        "validate in --log-file l",
        "validate in --env-file s",
        "validate s",
        "gapfill --every 1s in --gaps g",
        "gapfill --every 1s in --state t",
        "power in --pairs s",
        "map -f s in",
        "plot p.svg in",
        "replay s",
        "log l",
        "lock run ./l -- true",
        "lock run l --lock-dir . -- true",
        "supervise s",
        "tcp-listen unix:sock -W 1s",
        "tcp-listen 127.0.0.1:0 --tls-cert s --tls-key s -W 1s",
        "wss-cat wss://127.0.0.1:1 --ca-file s -W 1s",
        "mqtt-cat mqtt://127.0.0.1:1 -t a --password-file s -W 1s",
    ] {
        let ended = work.shell(&format!("setpriv --reuid 65534 --regid 65534 --clear-groups kymo {words}")).end();
        if matches!(ended.output.status.code(), Some(126 | 127)) {
            return skip("another user's files: the binary is out of its reach");
        }
        ended.assert(ended.output.status.code() == Some(77), "refused");
        drop(ended.tells("Permission denied"));
    }
}
