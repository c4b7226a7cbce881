//! Everything that the README shows in a block of `sh` runs as it stands; and each of its pipelines, run as
//! `kymo run`, leaves the same bytes on stdout and in every file.

use crate::harness::programs::needs;
use crate::harness::{Work, free_port, repository, skip};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Commands that the README shows and that do not exist yet.
const NOT_YET: &[&str] = &[];

/// The README's port, which may be taken on the machine of a test.
const PORT: &str = "8765";

/// The text of each block of `sh`, its continued lines joined.
fn blocks() -> Vec<String> {
    let readme = fs::read_to_string(repository().join("README.md")).expect("a text");
    let parts = readme.split("```sh\n").skip(1);
    parts.map(|part| part.split("```").next().expect("an end").replace("\\\n", " ")).collect()
}

/// The first command in a script, or in a file of a pipeline that it names, that does not exist yet.
fn missing(script: &str) -> Option<&'static str> {
    let file = |word: &str| word.ends_with(".kymo").then(|| fs::read_to_string(repository().join(word)).ok()).flatten();
    let whole: Vec<String> = script.split_whitespace().filter_map(file).chain([script.to_owned()]).collect();
    let whole = whole.join("\n");
    let mut words = whole.split(|c: char| !(c.is_alphanumeric() || c == '-'));
    words.find_map(|word| NOT_YET.iter().find(|name| **name == word).copied())
}

/// A folder like the repository's root for somebody who has only just cloned it.
fn root() -> Work {
    let work = Work::new();
    copy(&repository().join("examples"), &work.path("examples"));
    work
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let to = to.join(path.file_name().expect("a name"));
        match path.is_dir() {
            true => copy(&path, &to),
            false => assert!(fs::copy(&path, &to).is_ok(), "copy {}", path.display()),
        }
    }
}

/// A line of stages of kymo only as `kymo run '…'`, its redirection kept.
fn as_run(line: &str) -> Option<String> {
    let (stages, redirection) = match line.rsplit_once(" > ") {
        Some((stages, file)) => (stages, format!(" > {file}")),
        None => (line, String::new()),
    };
    let stages: Vec<&str> = pipes(stages).into_iter().map(str::trim).collect();
    let stages: Option<Vec<&str>> = stages.iter().map(|stage| stage.strip_prefix("kymo ")).collect();
    let stages = stages.filter(|stages| stages.len() > 1 || redirection.contains('>'))?;
    Some(format!("kymo run {}{redirection}", shell_words::quote(&stages.join(" | "))))
}

/// The parts of a line between the bars that stand in no quotes.
fn pipes(line: &str) -> Vec<&str> {
    let mut quote = None;
    let mut bars = Vec::new();
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (Some(q), _) if c == q => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '|') => bars.push(at),
            _ => {}
        }
    }
    let starts = std::iter::once(0).chain(bars.iter().map(|at| at + 1));
    let ends = bars.iter().copied().chain([line.len()]);
    starts.zip(ends).map(|(start, end)| &line[start..end]).collect()
}

/// What was printed, but for the report of `trim`, which tells how long it took.
fn records(printed: &str) -> Vec<&str> {
    printed.lines().filter(|line| !line.starts_with("{\"table\":")).collect()
}

/// What a folder holds: files as they are, databases as the records in them.
fn content(work: &Work) -> BTreeMap<String, String> {
    let entries = fs::read_dir(work.path(".")).expect("a folder").map(|entry| entry.expect("an entry"));
    let files = entries.filter(|entry| entry.path().is_file());
    let names = files.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let read = |name: String| match name.rsplit_once('.') {
        Some((_, "db")) => Some((name.clone(), work.kymo(&format!("query {name}")).ok())),
        Some((_, "db-wal" | "db-shm" | "lock")) => None,
        _ => Some((name.clone(), work.read(&name))),
    };
    names.filter_map(read).collect()
}

#[test]
fn every_block_runs_and_run_does_the_same() {
    let free = free_port().to_string();
    let (shell, run) = (root(), root());
    let mut count = 0;
    for block in blocks() {
        if let Some(missing) = missing(&block) {
            // Later blocks use what this one would have left.
            let first = block.lines().next().unwrap_or("");
            skip(&format!("the README from this block on, because there is no {missing} yet: {first}"));
            break;
        }
        count += 1;
        let script = |text: &str| format!("set -eu -o pipefail\n{}", text.replace(PORT, &free));
        let expected = shell.shell(&script(&block)).end().code(0);
        let mut translated = Vec::new();
        // A block with something in the background is not a pipeline.
        if !block.contains("&\n") {
            translated = block.lines().map(|line| as_run(line).unwrap_or_else(|| line.to_owned())).collect();
        }
        let translated = translated.join("\n");
        if translated.is_empty() {
            run.shell(&script(&block)).end().code(0);
        } else {
            let found = run.shell(&script(&translated)).end().code(0);
            assert_eq!(records(&found.stdout()), records(&expected.stdout()), "{block}\nand as\n{translated}");
        }
        let (wanted, found) = (content(&shell), content(&run));
        assert_eq!(wanted.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>(), "files after {block}");
        for (name, text) in wanted {
            // What comes over the network in a live block begins where its reader came in.
            assert!(name == "received.ndjson" || found[&name] == text, "{name} differs after {block}\n{translated}");
        }
    }
    assert!(count > 0, "no block of the README was run");
}

/// The list above shrinks as commands come.
#[test]
fn what_is_there_is_not_skipped() {
    let definition = kymo::definition();
    for name in NOT_YET {
        assert!(definition.find_subcommand(name).is_none(), "{name} exists: take it out of NOT_YET in tests/readme.rs");
    }
}

/// Pipelines of the examples, and the example at the head of each help, where they need nothing from elsewhere.
#[test]
fn examples_run() {
    let mut scripts: Vec<String> = Vec::new();
    for entry in fs::read_dir(repository().join("examples/pipelines")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        scripts.push(format!("kymo run -f examples/pipelines/{name}"));
    }
    for command in kymo::definition().get_subcommands() {
        let example = command.get_before_help().map(ToString::to_string).unwrap_or_default();
        scripts.extend(example.strip_prefix("Example: ").map(str::to_owned));
    }
    for script in scripts {
        if script.contains("://") || script.contains("| man ") && !needs("man groff") {
            continue;
        }
        if let Some(missing) = missing(&script) {
            skip(&format!("an example: there is no {missing} yet: {script}"));
            continue;
        }
        let work = root();
        // A port of an example may be taken here. What runs for ever is ended after a while, which is no fault of it.
        let script = script.replace(" :8080", " :0");
        let ended = work.shell(&format!("timeout 4 bash -c {}", shell_words::quote(&script))).end();
        let code = ended.output.status.code().unwrap_or(-1);
        ended.assert(matches!(code, 0 | 124), "an example that runs");
    }
}

/// `make demo` with the binary under test: it ends well only if both forms gave the same bytes.
#[test]
fn the_demo_runs() {
    let script = fs::read_to_string(repository().join("examples/demo.sh")).expect("a text");
    if let Some(missing) = missing(&script) {
        return skip(&format!("the demo: there is no {missing} yet"));
    }
    let told = root().shell("KYMO=$(command -v kymo) SPEED=28800x examples/demo.sh").end().code(0).stdout();
    for text in ["35 gaps, 273 minutes missing, 273 filled", "1440 are in the database", "the same: yes"] {
        assert!(told.contains(text), "no {text:?} in\n{told}");
    }
}

#[test]
fn relative_links_of_the_documents_lead_somewhere() {
    let mut documents = vec!["README.md".to_owned(), "CONTRIBUTING.md".to_owned(), "CHANGELOG.md".to_owned()];
    for folder in ["doc", "doc/adr", "examples"] {
        let entries = fs::read_dir(repository().join(folder)).expect("a folder").map(|e| e.expect("an entry"));
        let names = entries.map(|entry| format!("{folder}/{}", entry.file_name().to_string_lossy()));
        documents.extend(names.filter(|name| name.ends_with(".md")));
    }
    for document in documents {
        let path = repository().join(&document);
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("read {document}: {e}"));
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = link.split('#').next().unwrap_or("");
            let elsewhere = target.is_empty() || target.contains("://");
            let there = elsewhere || path.parent().expect("a folder").join(target).exists();
            assert!(there, "{document}: nothing at {link}");
        }
    }
}

/// A flag that a document names belongs to a command.
#[test]
fn documents_name_flags_that_are_there() {
    fn flags(command: &clap::Command, to: &mut Vec<String>) {
        to.extend(command.get_arguments().filter_map(|arg| arg.get_long().map(|long| format!("--{long}"))));
        command.get_subcommands().for_each(|sub| flags(sub, to));
    }
    let mut known = vec!["--version".to_owned(), "--path".to_owned()];
    flags(&kymo::definition(), &mut known);
    for document in [
        "README.md",
        "doc/records.md",
        "doc/delivery.md",
        "doc/exit-codes.md",
        "doc/logs.md",
        "doc/postgresql.md",
        "doc/scaling.md",
        "doc/schedule.md",
        "doc/state-file.md",
        "examples/README.md",
    ] {
        let text = fs::read_to_string(repository().join(document)).expect("a text");
        for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).filter(|word| is_flag(word)) {
            if NOT_YET.is_empty() {
                assert!(known.iter().any(|flag| flag == word), "{document}: no command has {word}");
            }
        }
    }
}

fn is_flag(word: &str) -> bool {
    word.strip_prefix("--").is_some_and(|name| name.starts_with(|c: char| c.is_ascii_lowercase()))
}

#[test]
fn a_line_of_stages_is_translated() {
    assert_eq!(as_run("kymo a -x '1 | 2' | kymo b").as_deref(), Some("kymo run 'a -x '\\''1 | 2'\\'' | b'"));
    assert_eq!(as_run("kymo a f > out").as_deref(), Some("kymo run 'a f' > out"));
    for line in ["kymo a | head -1", "kymo a", "cat x | kymo a"] {
        assert_eq!(as_run(line), None, "{line}");
    }
}
