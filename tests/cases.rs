//! Golden runs: each folder `cases/<command>/<what>/` holds `cmd`, a shell script, and any of `in`, `out`, `err`,
//! `status`; every other file is put beside it. A script that names `$DB` runs once with a database of each engine. To
//! add one needs no code.

use crate::databases::Engine;
use crate::harness::repository;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn golden_runs() {
    let mut failures = Vec::new();
    let mut count = 0;
    for command in folders(&repository().join("tests/cases")) {
        for case in folders(&command) {
            let script = fs::read_to_string(case.join("cmd"));
            let script = script.unwrap_or_else(|e| panic!("{} has no cmd: {e}", case.display()));
            for engine in [Engine::Sqlite, Engine::Postgres] {
                if engine == Engine::Sqlite || script.contains("$DB") && engine.is_here() {
                    count += 1;
                    failures.extend(run(&case, &script, engine));
                }
            }
        }
    }
    assert!(count > 0, "no golden runs found");
    assert!(failures.is_empty(), "{} of {count} golden runs failed:\n{}", failures.len(), failures.join("\n"));
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(of).expect("a folder").map(|e| e.expect("an entry").path()).collect();
    paths.retain(|path| path.is_dir());
    paths.sort();
    paths
}

fn run(case: &Path, script: &str, engine: Engine) -> Option<String> {
    let read = |name: &str| fs::read_to_string(case.join(name)).ok();
    let db = engine.database();
    for entry in fs::read_dir(case).expect("a folder") {
        let path = entry.expect("an entry").path();
        fs::copy(&path, db.path(&path.file_name().expect("a name").to_string_lossy())).expect("a copy");
    }
    let ended = db.shell(script).env("DB", db.target()).stdin(read("in").unwrap_or_default()).end();
    let status = read("status").map_or(0, |text| text.trim().parse().expect("a number"));
    let mut wrong = Vec::new();
    let mut compare = |what: &str, wanted: Option<String>, found: String| {
        if let Some(wanted) = wanted.filter(|wanted| *wanted != found) {
            wrong.push(format!("  {what} wanted:\n{wanted}\n  {what} found:\n{found}"));
        }
    };
    compare("status", Some(status.to_string()), ended.output.status.code().unwrap_or(-1).to_string());
    compare("out", read("out"), ended.stdout());
    compare("err", Some(read("err").unwrap_or_default()), ended.stderr());
    (!wrong.is_empty()).then(|| format!("{} on {engine:?}: {script}{}", case.display(), wrong.join("\n")))
}
