//! Imports point down, never across.

use crate::harness::repository;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Each module's layer; a module imports only from lower ones.
const LAYERS: &[(&str, u8)] = &[
    ("error", 10),
    ("digits", 9),
    ("time", 11),
    ("json", 10),
    ("unit", 10),
    ("level", 10),
    ("pace", 12),
    ("grid", 12),
    ("ack", 20),
    ("record", 21),
    ("key", 22),
    ("dialect", 22),
    ("logfile", 29),
    ("diag", 30),
    ("exit", 30),
    ("stop", 30),
    ("cells", 30),
    ("lock", 30),
    ("journal", 30),
    ("report", 30),
    ("options", 31),
    ("clock", 31),
    ("keeper", 31),
    ("reject", 31),
    ("stage", 32),
    ("state", 33),
    ("document", 34),
    ("stdio", 33),
    ("pipeline", 34),
    ("pipe", 35),
    ("net", 36),
    ("mqtt", 37),
    ("db", 37),
    ("draw", 36),
    ("help", 36),
    ("doc", 37),
    ("live", 37),
    ("queue", 38),
    ("cmd", 40),
    ("cli", 50),
];

fn layer(module: &str) -> u8 {
    let found = LAYERS.iter().find(|(name, _)| *name == module);
    found.unwrap_or_else(|| panic!("module {module} has no layer: give it one in tests/layers.rs")).1
}

#[test]
fn imports_point_down() {
    let mut files = BTreeMap::new();
    collect(&repository().join("src"), &mut files);
    let mut wrong = Vec::new();
    for (path, text) in &files {
        let parts: Vec<&str> = path.trim_end_matches(".rs").split('/').collect();
        let [top, rest @ ..] = &parts[..] else { continue };
        if matches!(*top, "lib" | "bin") {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            if line.trim_start().starts_with("//") {
                continue;
            }
            for (at, _) in line.match_indices("crate::") {
                let used = &line[at + "crate::".len()..];
                for target in targets(used) {
                    let own = target == *top;
                    if !own && layer(&target) >= layer(top) {
                        wrong.push(format!("src/{path}:{}: {top} imports {target}", number + 1));
                    }
                    let across = own && *top == "cmd" && !rest.is_empty();
                    if across && !used.starts_with(&format!("cmd::{}", rest[0])) {
                        wrong.push(format!("src/{path}:{}: one command imports another", number + 1));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The modules that the text behind `crate::` names: one, or those of a list in braces.
fn targets(used: &str) -> Vec<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    match used.strip_prefix('{') {
        None => vec![word(used)],
        Some(list) => {
            let mut depth = 0;
            let mut names = vec![String::new()];
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => names.push(String::new()),
                    _ if depth == 0 => names.last_mut().expect("one").push(c),
                    _ => {}
                }
            }
            names.iter().map(|name| word(name.trim())).filter(|name| !name.is_empty()).collect()
        }
    }
}

fn collect(folder: &Path, to: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, to);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let name = path.strip_prefix(repository().join("src")).expect("inside").display().to_string();
            to.insert(name, fs::read_to_string(&path).expect("a text"));
        }
    }
}

/// The words that name no thing.
#[test]
fn no_file_is_called_util() {
    let mut files = BTreeMap::new();
    collect(&repository().join("src"), &mut files);
    for path in files.keys() {
        for word in ["util", "helper", "common", "misc"] {
            assert!(!path.contains(word), "src/{path}: which noun is it hiding?");
        }
    }
}
