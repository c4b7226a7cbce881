//! What a program may use: a record that needs more is rejected, whatever the program catches (K37).

use crate::harness::{Work, peak_memory};
use serde_json::Value;

/// The program on a record between two good ones: they are mapped, and it is a reject with this reason.
fn refused(program: &str, why: &str) {
    let work = Work::new();
    work.file("p.jq", format!("if .good then . else ({program}) end"));
    let records = "{\"good\":1}\n{\"n\":10000000}\n{\"good\":2}\n";
    let ended = work.kymo("map --rejects r -f p.jq").stdin(records).end().code(1);
    ended.assert(ended.stdout() == "{\"good\":1}\n{\"good\":2}\n", "the other two");
    let reject: Value = serde_json::from_str(&work.read("r")).expect("one reject");
    assert_eq!(reject["errors"][0]["code"], "map", "{program}");
    assert_eq!(reject["reason"].as_str(), Some(why), "{program}");
}

const STEPS: &str = "the program takes more than 20 million steps";
const MEMORY: &str = "the program needs more than 64 MiB";

/// K37.
#[test]
fn a_program_that_never_ends_rejects_the_record() {
    for program in [
        "repeat(.) | empty",
        "try last(repeat(.)) catch {}",
        "def f: f; f",
        "until(false; .)",
        "label $out | foreach repeat(1) as $x (0; 1 - .; empty)",
        "((\"a\" * 5000) | test(\"(a*)*\\\\1b\")) // .",
        "reduce range(1000000) as $i ([range(1000)]; sort)",
    ] {
        refused(program, STEPS);
    }
    // Without any call.
    refused(&format!("{} | empty", ["(., .)"; 40].join(" | ")), STEPS);
}

/// K37.
#[test]
fn a_program_that_takes_too_much_memory_rejects_the_record() {
    for program in [
        "[range(1e9)]",
        "{a: [repeat(1)]}",
        "reduce range(40) as $i ([]; [., .])",
        "error(reduce range(40) as $i ([]; [., .]))",
        "reduce range(40) as $i ([]; [., .]) | tojson",
        "reduce range(40) as $i ({}; {a: ., b: .}) | keys + 1",
        "reduce range(40) as $i (\"ab\"; . + .)",
        "[range(100) | \"x\" * 1000000]",
        "def f(g): f(g | . + 1); f(.)",
        "def f: (\"x\" * 1000000) as $x | [f, $x]; f",
        ".a[40000000] = 1",
        "reduce range(1e9) as $i ({}; .[\"k\\($i)\"] = $i)",
        "[paths(..)] + [recurse([., .])]",
    ] {
        refused(program, MEMORY);
    }
    refused("{a: (\"\\u0001\" * 30000000)}", "the program returned a record longer than 64 MiB");
    refused("\"abc\" * 1000000000", "Repeat string result too long");
    refused("reduce range(20000) as $i (0; [.]) | length", "the program nests values deeper than 10000");
    refused("def f: 1 + f; f", "the program calls itself too deeply");
    refused("def f: [f]; try f catch 1", "the program calls itself too deeply");
}

/// The limits are those of the process, too: K37.
#[test]
fn memory_stays_below_the_limits() {
    for program in ["[range(1e9)]", "def f: if . <= 1 then 1 else . + ((. - 1) | f) end; {r: (.n | f)}"] {
        let work = Work::new();
        work.file("p.jq", program);
        let mut running = work.kymo("map -f p.jq").start();
        let peak = peak_memory(&running);
        running.send("{\"n\":10000000}\n");
        drop(running.stdin.take());
        let (_, stderr, status) = running.end();
        assert_eq!(status.code(), Some(1), "{stderr}");
        let peak = peak.join().expect("a number");
        assert!(peak < 300 << 20, "{program}: {peak} bytes");
    }
}

#[test]
fn what_is_large_but_allowed_is_done() {
    let map = |program: &str| {
        let work = Work::new();
        work.file("p.jq", program);
        work.kymo("map -f p.jq").stdin("{}\n").ok()
    };
    assert_eq!(map("{a: ([range(200000)] | map(. + 1) | add)}"), "{\"a\":20000100000}\n");
    assert_eq!(map("{a: (reduce range(100000) as $i (\"\"; . + \"x\") | length)}"), "{\"a\":100000}\n");
    assert_eq!(map("{a: (reduce range(50000) as $i ({}; .[\"k\\($i)\"] = $i) | length)}"), "{\"a\":50000}\n");
    assert_eq!(map("{a: (reduce range(50000) as $i ([]; . + [$i]) | del(.[range(49999)]) | .[0])}"), "{\"a\":49999}\n");
    assert_eq!(map("{a: (reduce range(9000) as $i (0; [.]) | tojson | length)}"), "{\"a\":18001}\n");
    assert_eq!(map("{a: ([range(20000)] | tojson | fromjson | length)}"), "{\"a\":20000}\n");
    assert_eq!(map("{a: (\"x,\" * 3000 | gsub(\",\"; \";\") | length)}"), "{\"a\":6000}\n");
    assert_eq!(map("{a: ([range(5000)] | fromstream(tostream) | length)}"), "{\"a\":5000}\n");
    // Calls at the end of a definition take no stack, however many.
    assert_eq!(map("def f: if . < 1000000 then . + 1 | f else . end; {a: (0 | f)}"), "{\"a\":1000000}\n");
    assert_eq!(map("{a: (0 | until(. >= 500000; . + 1))}"), "{\"a\":500000}\n");
    assert_eq!(map("{a: last(0 | recurse(if . < 300000 then . + 1 else empty end))}"), "{\"a\":300000}\n");
    assert_eq!(map("{a: last(limit(300000; 0 | while(true; . + 1)))}"), "{\"a\":299999}\n");
}
