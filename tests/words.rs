//! Plain words: what people read uses the standard terms of the field, and one word for one thing. The words below have a
//! plainer one each; none of them is in the documents, in the help, in the man pages, or in a message.

use crate::harness::repository;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Words that are avoided, and what to write instead. A word may be several; each is looked for as whole words, in any case.
const AVOIDED: &[(&[&str], &str)] = &[
    (&["tell", "tells", "told", "telling"], "report, print, warn, say"),
    (&["behind", "in front"], "after, later; before, earlier; with"),
    (&["made"], "created, generated, added by kymo"),
    (&["so many", "so much", "so few"], "at most N, N"),
    (&["so often", "so long"], "every DURATION, for DURATION"),
    (&["stand", "stands", "stood", "bear", "bears", "borne", "lie", "lies"], "is, has, contains"),
    (&["so it goes by"], "the zone of --at"),
    (&["come again", "comes again", "came again", "coming again"], "retry, reconnect, resume, replay, repeat"),
    (&["leave away", "leaves away", "left away"], "drop, skip, ignore, omit"),
    (&["anew"], "again"),
    (&["nobody foresaw"], "internal error"),
    (&["«", "»"], "\" or '"),
];

/// Longer words in which an avoided one is fine: they are looked for first and count as nothing. Between backquotes are whole
/// literals of the code: a member of the summary, a flag of one kymo for another.
const FINE: &[&str] = &["made up by kymo", "`made`", "`tell`"];

/// A line with an avoided word in it: the word, and what to write.
fn avoided(line: &str) -> Option<(&'static str, &'static str)> {
    let mut line = line.to_lowercase();
    for fine in FINE {
        line = line.replace(fine, "");
    }
    for (words, instead) in AVOIDED {
        for word in *words {
            let found = line.match_indices(word).any(|(at, _)| is_whole(&line, at, word));
            if found {
                return Some((word, instead));
            }
        }
    }
    None
}

/// What is at this place is not a part of a longer word, a name or a path.
fn is_whole(line: &str, at: usize, word: &str) -> bool {
    let joins = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '/');
    let is_word = word.starts_with(char::is_alphabetic);
    !is_word || !(line[..at].ends_with(joins) || line[at + word.len()..].starts_with(joins))
}

/// Prose of Markdown: without code in fences and in backquotes.
fn prose(markdown: &str) -> String {
    let mut fenced = false;
    let mut text = String::new();
    for line in markdown.lines() {
        let is_fence = line.trim_start().starts_with("```");
        fenced ^= is_fence;
        if !fenced && !is_fence {
            // Every second part is between backquotes.
            line.split('`').step_by(2).for_each(|part| {
                text.push_str(part);
                text.push('`');
            });
        }
        text.push('\n');
    }
    text
}

/// The faults of a text, a line each.
fn faults(name: &str, text: &str) -> String {
    let mut all = String::new();
    for (number, line) in text.lines().enumerate() {
        if let Some((word, instead)) = avoided(line) {
            let _ = writeln!(all, "{name}:{}: \"{word}\" (write: {instead}): {}", number + 1, line.trim());
        }
    }
    all
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("read {}: {e}", path.display()))
}

/// The files of a folder and of those below it that end so, sorted.
fn below(folder: &Path, ending: &str) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|e| panic!("read {}: {e}", folder.display())) {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(below(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn documents_use_plain_words() {
    let root = repository();
    let mut paths: Vec<_> =
        ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "BENCHMARKS.md", "examples/README.md", "fuzz/README.md"]
            .map(|name| root.join(name))
            .into();
    paths.extend(below(&root.join("doc"), ".md"));
    let all: String = paths.iter().map(|path| faults(&path.display().to_string(), &prose(&read(path)))).collect();
    assert!(all.is_empty(), "{all}");
}

#[test]
fn help_and_man_pages_use_plain_words() {
    fn help(command: &clap::Command, name: &str, to: &mut String) {
        let texts =
            [command.get_about(), command.get_long_about(), command.get_before_help(), command.get_after_help()];
        for text in texts.into_iter().chain([command.get_after_long_help()]).flatten() {
            to.push_str(&faults(name, &text.to_string()));
        }
        for arg in command.get_arguments() {
            let name = format!("{name} {}", arg.get_id());
            for text in [arg.get_help(), arg.get_long_help()].into_iter().flatten() {
                to.push_str(&faults(&name, &text.to_string()));
            }
            for value in arg.get_possible_values() {
                let text = value.get_help().map(ToString::to_string).unwrap_or_default();
                to.push_str(&faults(&name, &text));
            }
        }
        command.get_subcommands().for_each(|sub| help(sub, &format!("{name} {}", sub.get_name()), to));
    }
    let mut all = String::new();
    help(&kymo::definition(), "kymo", &mut all);
    for path in below(&repository().join("man"), ".1") {
        all.push_str(&faults(&path.display().to_string(), &read(&path)));
    }
    assert!(all.is_empty(), "{all}");
}

/// The texts between quotes in a file of Rust: not those of comments, attributes, and tests at its end.
fn literals(source: &str) -> String {
    let code = source.split("\n#[cfg(test)]\n").next().unwrap_or_default();
    let mut text = String::new();
    let mut quoted = false;
    let mut raw = false;
    for line in code.lines() {
        let trimmed = line.trim_start();
        if !quoted && (trimmed.starts_with("//") || trimmed.starts_with("#[")) {
            text.push('\n');
            continue;
        }
        let mut before = ' ';
        let mut chars = line.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\\' if quoted && !raw => {
                    chars.next();
                    text.push(' ');
                }
                // A character, not the end or the begin of a text.
                '"' if !quoted && matches!(before, '\'' | '\\') => {}
                '"' if quoted && raw && chars.peek() != Some(&'#') => text.push(c),
                '"' => {
                    raw = !quoted && before == '#';
                    quoted = !quoted;
                    text.push('`');
                }
                '/' if !quoted && chars.peek() == Some(&'/') => break,
                _ if quoted => text.push(c),
                _ => {}
            }
            before = c;
        }
        text.push('\n');
    }
    text
}

#[test]
fn messages_use_plain_words() {
    let src = repository().join("src");
    let mut all = String::new();
    for path in below(&src, ".rs") {
        // Tests in files of their own: `tests.rs`, `tests/`.
        let inside = path.strip_prefix(&src).expect("it is below src");
        if inside.iter().any(|part| part == "tests.rs" || part == "tests") {
            continue;
        }
        all.push_str(&faults(&path.display().to_string(), &literals(&read(&path))));
    }
    assert!(all.is_empty(), "{all}");
}

#[test]
fn words_are_found_where_they_are_words() {
    for line in ["it is told", "Behind it", "so many", "records made of it", "it stands alone", "say «x»", "lies on it"]
    {
        assert!(avoided(line).is_some(), "{line}");
    }
    for line in ["beyond", "understands", "standby", "relies", "earlier", "bearing", "hand-made", "made up by kymo"] {
        assert_eq!(avoided(line), None, "{line}");
    }
    assert_eq!(prose("a `told` b\n```\ntold\n```\ntold"), "a ` b`\n\n\n\ntold`\n");
    let source = "//! told\nlet a = \"one \\\"told\\\"\"; // told\nlet b = '\"'; let c = r#\"say \"it\"\"#;\n#[cfg(test)]\nmod t { \"told\" }\n";
    assert_eq!(literals(source), "\n`one  told `\n`say \"it\"`\n");
}

#[test]
fn decisions_have_a_date_and_a_status() {
    for path in below(&repository().join("doc/adr"), ".md") {
        let text = read(&path);
        let said = text.lines().nth(2).unwrap_or_default();
        let is_dated = said.strip_prefix("Date: 20").is_some_and(|rest| rest.contains(". Status: "));
        assert!(is_dated, "{}: its third line is no date and status: {said:?}", path.display());
    }
}
