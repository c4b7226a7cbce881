//! The house: folders are layers, imports point down, no file is in a circle of imports; and what only one file may do.

use crate::harness::repository;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The rooms, each with its floor. A room imports from lower floors only; `draw` from `reading` alone.
const ROOMS: [(&str, u8); 9] = [
    ("reading", 0),
    ("form", 1),
    ("host", 2),
    ("flow", 3),
    ("net", 4),
    ("storage", 5),
    ("draw", 1),
    ("cmd", 6),
    ("cli", 7),
];

/// What only these files may do, by a text that cannot be written otherwise.
const ONLY: [(&str, &str, &[&str]); 11] = [
    ("ends the process", "std::process::exit", &[]),
    ("prints to stderr", "std::io::stderr()", &["host/diag.rs"]),
    ("touches stdin", "std::io::stdin()", &["flow/stdio.rs"]),
    ("touches stdout", "std::io::stdout()", &["flow/stdio.rs"]),
    // `keep` hands on what it was started with.
    ("touches a standard stream", "rustix::stdio::", &["flow/stdio/stdout.rs", "cmd/keep.rs"]),
    ("knows signals", "signal_hook::", &["host/stop.rs"]),
    ("knows signals' numbers", "libc::", &[]),
    // doc/adr/0006 says why each of them has a thread of its own.
    (
        "starts a thread",
        "thread::start",
        &["flow/pipe.rs", "net/live.rs", "net/dial.rs", "host/logfile/gzip.rs", "cmd/mqtt_cat.rs", "cmd/mqtt_pub.rs"],
    ),
    ("starts a thread that has no stage", "thread::Builder", &["host/thread.rs"]),
    ("starts a thread that has no stage", "thread::{Builder", &[]),
    ("starts a thread that has no name", "thread::spawn", &[]),
];

/// The files of `src/` below a name such as `flow/pipe.rs`, without their tests.
type Files = BTreeMap<String, String>;

fn house() -> Files {
    let mut files = Files::new();
    collect(&repository().join("src"), &mut files);
    files
}

fn collect(folder: &Path, to: &mut Files) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, to);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let name = path.strip_prefix(repository().join("src")).expect("inside").display().to_string();
            let text = fs::read_to_string(&path).expect("a text");
            if name != "lib.rs" && !name.ends_with("/tests.rs") && !name.contains("/tests/") {
                to.insert(name, without_tests(&text));
            }
        }
    }
}

/// A file without its comments and its test module, with as many lines as before them.
fn without_tests(text: &str) -> String {
    let code = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    let line = |line: &str| if line.trim_start().starts_with("//") { String::new() } else { line.to_owned() };
    code.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn room(file: &str) -> &str {
    file.split('/').next().unwrap_or(file).trim_end_matches(".rs")
}

fn floor(room: &str) -> Option<u8> {
    ROOMS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

/// The paths below `crate::` that a file names, each with its line: `flow::stage::Output`.
fn imports(file: &str, text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (start, root) in [("crate::", String::new()), ("super::", parent(file)), ("self::", inside(file))] {
        for (at, _) in text.match_indices(start) {
            let is_word = text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
            if is_word && !(start == "super::" && text[..at].ends_with("super::")) {
                continue;
            }
            let (mut rest, mut base) = (&text[at + start.len()..], root.clone());
            while let Some(further) = rest.strip_prefix("super::") {
                rest = further;
                base = base.rsplit_once("::").map_or(String::new(), |(up, _)| up.to_owned());
            }
            if start == "super::" && text[..at].ends_with("super::") {
                continue;
            }
            let line = text[..at].matches('\n').count() + 1;
            for path in expanded(rest) {
                let whole = if base.is_empty() { path } else { format!("{base}::{path}") };
                found.push((line, whole));
            }
        }
    }
    found
}

/// The modules of its own that a file names without `self::`: `pipelines::of_one`.
fn children(file: &str, text: &str) -> Vec<String> {
    let own = text.lines().filter_map(|line| line.split_once("mod ")?.1.strip_suffix(';'));
    let is_named = |name: &str| {
        text.match_indices(&format!("{name}::"))
            .any(|(at, _)| !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
    };
    own.filter(|name| is_named(name)).map(|name| format!("{}::{name}", inside(file))).collect()
}

/// The module that a file is: `flow::stage::output`.
fn inside(file: &str) -> String {
    file.trim_end_matches(".rs").trim_end_matches("/mod").replace('/', "::")
}

fn parent(file: &str) -> String {
    inside(file).rsplit_once("::").map_or(String::new(), |(up, _)| up.to_owned())
}

/// The paths of an import with its braces resolved: `a::{self, b::C}` is `a::self`, `a::b::C`.
fn expanded(text: &str) -> Vec<String> {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(text.len());
    let (head, rest) = text.split_at(end);
    match (head.strip_suffix("::"), rest.strip_prefix('{')) {
        (_, Some(list)) if head.is_empty() || head.ends_with("::") => {
            let mut all = Vec::new();
            let (mut depth, mut from) = (0, 0);
            for (at, c) in list.char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => {
                        all.push(&list[from..at]);
                        break;
                    }
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        all.push(&list[from..at]);
                        from = at + 1;
                    }
                    _ => {}
                }
            }
            let inner = all.into_iter().map(str::trim).filter(|item| !item.is_empty()).flat_map(expanded);
            inner.map(|path| format!("{head}{path}")).collect()
        }
        _ => vec![head.trim_end_matches("::").to_owned()],
    }
}

/// The file that a path leads to: the longest beginning of it that is one.
fn file_of(path: &str, files: &Files) -> Option<String> {
    let parts: Vec<&str> = path.split("::").collect();
    (1..=parts.len()).rev().find_map(|n| {
        let name = parts[..n].join("/");
        [format!("{name}.rs"), format!("{name}/mod.rs")].into_iter().find(|name| files.contains_key(name))
    })
}

fn wrong_directions(files: &Files) -> Vec<String> {
    let mut wrong = Vec::new();
    for (file, text) in files.iter().filter(|(file, _)| !file.starts_with("bin/")) {
        let own = room(file);
        let Some(own_floor) = floor(own) else {
            wrong.push(format!("src/{file}: is in no room"));
            continue;
        };
        for (line, path) in imports(file, text) {
            let target = path.split("::").next().unwrap_or_default();
            let Some(floor) = floor(target) else { continue };
            let is_fine = target == own || if own == "draw" { target == "reading" } else { floor < own_floor };
            if !is_fine {
                wrong.push(format!("src/{file}:{line}: {own} imports {target}"));
            }
            let command = |path: &str| path.split("::").nth(1).map(str::to_owned);
            if own == "cmd" && target == "cmd" && command(&path) != command(&inside(file)) {
                wrong.push(format!("src/{file}:{line}: one command imports another"));
            }
        }
    }
    wrong
}

/// Circles of imports among the files, each as the files on its way.
fn circles(files: &Files) -> Vec<String> {
    let mut edges: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (file, text) in files {
        let targets = imports(file, text).into_iter().map(|(_, path)| path).chain(children(file, text));
        let targets = targets.filter_map(|path| file_of(&path, files));
        edges.insert(file, targets.filter(|target| target != file).collect());
    }
    let mut found = BTreeSet::new();
    for start in edges.keys() {
        // The shortest way back to where it began.
        let mut before: BTreeMap<String, String> = BTreeMap::new();
        let mut next: Vec<String> = vec![(*start).to_owned()];
        'search: while !next.is_empty() {
            let mut further = Vec::new();
            for file in next {
                for target in &edges[file.as_str()] {
                    if target == start {
                        let mut way = vec![file.clone()];
                        while let Some(earlier) = before.get(way.last().expect("one")) {
                            way.push(earlier.clone());
                        }
                        way.sort();
                        way.dedup();
                        found.insert(way.join(" <-> "));
                        break 'search;
                    }
                    if !before.contains_key(target) {
                        before.insert(target.clone(), file.clone());
                        further.push(target.clone());
                    }
                }
            }
            next = further;
        }
    }
    found.into_iter().collect()
}

/// Places where something is decided by the text of a message, ours or a library's.
fn decisions_by_text(files: &Files) -> Vec<String> {
    let asks = ["contains(", "starts_with(", "ends_with(", "find(", "eq(", "strip_prefix(", "matches("];
    let mut found = Vec::new();
    for (file, text) in files {
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for source in [".to_string()", ".message()", "format!(\"{why}\")", "format!(\"{e}\")", "format!(\"{error}\")"] {
            for (at, _) in flat.match_indices(source) {
                let rest = flat[at + source.len()..].trim_start();
                let rest = rest.strip_prefix(".as_str()").unwrap_or(rest).trim_start();
                let method = rest.strip_prefix('.').unwrap_or("");
                let before = &flat[..at];
                let of_error = ["why", "error", "e", "cause", "fault", "err"].iter().any(|name| {
                    before.ends_with(name)
                        && !before[..before.len() - name.len()].ends_with(|c: char| c.is_alphanumeric() || c == '_')
                });
                let compared = rest.starts_with("==") || rest.starts_with("!=") || rest.starts_with('{');
                if of_error && (asks.iter().any(|ask| method.starts_with(ask)) || compared) {
                    found.push(format!("src/{file}: {}{source}{}", tail(before, 40), &rest[..rest.len().min(40)]));
                }
            }
        }
    }
    found
}

fn tail(text: &str, most: usize) -> &str {
    let from = text.char_indices().rev().nth(most).map_or(0, |(at, _)| at);
    &text[from..]
}

fn doers_of(what: &str, files: &Files) -> Vec<String> {
    files.iter().filter(|(_, text)| text.contains(what)).map(|(file, _)| file.clone()).collect()
}

#[test]
fn imports_point_down() {
    let wrong = wrong_directions(&house());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let found = circles(&house());
    assert!(found.is_empty(), "{} circles:\n{}", found.len(), found.join("\n"));
}

#[test]
fn nothing_is_decided_by_the_text_of_a_message() {
    let found = decisions_by_text(&house());
    assert!(found.is_empty(), "give it a code:\n{}", found.join("\n"));
}

#[test]
fn some_things_only_one_file_does() {
    let files = house();
    for (what, text, allowed) in ONLY {
        for file in doers_of(text, &files) {
            assert!(allowed.contains(&file.as_str()), "src/{file} {what}: only {allowed:?} may");
        }
    }
    // Who acknowledges: one line, in the driver of the sink.
    let acknowledges = doers_of("Ack::done", &files);
    assert_eq!(acknowledges, ["flow/pipe/sink.rs"]);
}

#[test]
fn the_rooms_are_the_folders() {
    let mut folders: Vec<String> = fs::read_dir(repository().join("src"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    folders.sort();
    let mut wanted: Vec<String> = ROOMS.iter().map(|(name, _)| (*name).to_owned()).collect();
    wanted.extend(["bin", "cli.rs", "lib.rs"].map(str::to_owned));
    wanted.sort();
    assert_eq!(folders, wanted);
    // The picture has each of them.
    let picture = fs::read_to_string(repository().join("doc/architecture.dot")).expect("a text");
    for (name, _) in ROOMS {
        assert!(picture.contains(name), "doc/architecture.dot does not show {name}");
    }
}

/// The words that name no thing.
#[test]
fn no_file_is_called_util() {
    for path in house().keys() {
        for word in ["util", "helper", "common", "misc"] {
            assert!(!path.contains(word), "src/{path}: which noun is it hiding?");
        }
    }
}

#[test]
fn files_are_short() {
    for entry in files_below(&repository().join("src")).into_iter().chain(files_below(&repository().join("tests"))) {
        let lines = fs::read_to_string(&entry).expect("a text").lines().count();
        assert!(lines <= 450, "{}: {lines} lines: split it along a noun", entry.display());
    }
}

fn files_below(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found
}

/// The rules see what they are for: each finds the fault in a small house that has it.
#[test]
fn each_rule_sees_its_fault() {
    let files = |list: &[(&str, &str)]| -> Files {
        list.iter().map(|(name, text)| ((*name).to_owned(), without_tests(text))).collect()
    };
    let upward = files(&[("flow/a.rs", "use crate::net::b::C;"), ("net/b.rs", "")]);
    assert_eq!(wrong_directions(&upward), ["src/flow/a.rs:1: flow imports net"]);
    let across = files(&[("cmd/a.rs", "use crate::{\n    cmd::b,\n    host::diag,\n};"), ("cmd/b.rs", "")]);
    assert_eq!(wrong_directions(&across), ["src/cmd/a.rs:1: one command imports another"]);
    let drawn = files(&[("draw/a.rs", "use crate::form::b;"), ("form/b.rs", "")]);
    assert_eq!(wrong_directions(&drawn), ["src/draw/a.rs:1: draw imports form"]);

    let circle = files(&[("net/a.rs", "mod b;\nuse self::b::B;"), ("net/a/b.rs", "use super::A;")]);
    assert_eq!(circles(&circle), ["net/a.rs <-> net/a/b.rs"]);
    let short = files(&[("cli.rs", "mod a;\nfn f() {\n    a::b()\n}"), ("cli/a.rs", "use super::C;")]);
    assert_eq!(circles(&short), ["cli.rs <-> cli/a.rs"]);
    let long = files(&[
        ("net/a.rs", "use crate::net::b::B;"),
        ("net/b.rs", "use super::c::{C, D};"),
        ("net/c.rs", "use crate::net::{a::A};"),
    ]);
    assert_eq!(circles(&long), ["net/a.rs <-> net/b.rs <-> net/c.rs"]);
    let fine =
        files(&[("net/a.rs", "mod b;\nuse self::b::B;"), ("net/a/b.rs", "use super::super::c::C;"), ("net/c.rs", "")]);
    assert!(circles(&fine).is_empty());

    let texts = files(&[
        ("net/a.rs", "if why.to_string().contains(\"malformed\") {}"),
        ("net/b.rs", "match error.to_string().as_str() {\n}"),
    ]);
    assert_eq!(decisions_by_text(&texts).len(), 2);
}
