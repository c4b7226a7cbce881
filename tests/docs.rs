//! `man`, `completions`, and that what is committed of them is what the flags say.

use crate::harness::programs::{found, needs};
use crate::harness::{Work, repository};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The shells and the files that `make docs` writes for them.
const SCRIPTS: [(&str, &str); 3] = [("bash", "kymo.bash"), ("zsh", "_kymo"), ("fish", "kymo.fish")];

fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("read {}: {e}: run make docs", folder.display()));
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
    paths.map(|path| (name(&path), fs::read_to_string(&path).expect("a text"))).collect()
}

fn assert_fresh(folder: &str, made: &BTreeMap<String, String>) {
    let kept = files(&repository().join(folder));
    let names = |of: &BTreeMap<String, String>| of.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&kept), names(made), "{folder}/ is not what the flags say: run make docs");
    for (name, text) in made {
        assert!(kept[name] == *text, "{folder}/{name} is not what the flags say: run make docs");
    }
}

#[test]
fn man_pages_are_fresh() {
    let work = Work::new();
    work.kymo("man --dir made/man").ok();
    assert_fresh("man", &files(&work.path("made/man")));
}

#[test]
fn the_page_of_codes_is_fresh() {
    let page = fs::read_to_string(repository().join("doc/messages.md")).expect("a text");
    assert!(Work::new().kymo("man --codes").ok() == page, "doc/messages.md is not what the code says: run make docs");
    for code in kymo::Code::ALL {
        assert!(
            page.contains(&format!("| `{}` | {}", code.word(), code.sentence())),
            "{code:?} is not in doc/messages.md"
        );
    }
}

#[test]
fn completions_are_fresh() {
    let work = Work::new();
    let made = SCRIPTS.map(|(shell, name)| (name.to_owned(), work.kymo(&format!("completions {shell}")).ok()));
    assert_fresh("completions", &made.into());
}

#[test]
fn what_is_made_does_not_depend_on_the_terminal() {
    let work = Work::new();
    let page = work.kymo("man gapfill").ok();
    assert_eq!(work.kymo("man gapfill").env("COLUMNS", "40").ok(), page);
    let script = work.kymo("completions zsh").ok();
    assert_eq!(work.kymo("completions zsh").env("COLUMNS", "40").ok(), script);
}

#[test]
fn a_page_is_found_by_its_commands_words() {
    let work = Work::new();
    let page = work.kymo("man gapfill").ok();
    assert!(page.starts_with(".TH KYMO-GAPFILL 1 \"\" \"kymo "), "{page}");
    assert_eq!(work.kymo("man kymo-gapfill").ok(), page);
    assert_eq!(work.kymo("man").ok(), work.kymo("man kymo").ok());
    for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "EXAMPLE", "OPTIONS", "ENVIRONMENT", "EXIT STATUS", "SEE ALSO"] {
        let heading = [format!(".SH {section}\n"), format!(".SH \"{section}\"\n")];
        assert!(heading.iter().any(|heading| page.contains(heading)), "no section {section}");
    }
    work.kymo("man nothing").end().code(2).tells("kymo: man: there is no page kymo-nothing");
    work.kymo("man gapfill --dir d").end().code(2);
    work.kymo("man --dir /dev/null/d").end().code(74).tells("kymo: man: create folder /dev/null/d: ");
    work.kymo("completions tcsh").end().code(2).tells("bash, zsh, fish");
    work.kymo("completions").end().code(2);
}

/// The exit codes stand in the code, in a document and in every page: all three agree.
#[test]
fn exit_codes_are_told_alike() {
    use kymo::Kind;
    let document = fs::read_to_string(repository().join("doc/exit-codes.md")).expect("a text");
    let page = Work::new().kymo("man").ok();
    for kind in [Kind::Data, Kind::Usage, Kind::Unreachable, Kind::Bug, Kind::Io, Kind::Busy, Kind::Refused] {
        let code = kind.exit_code();
        assert!(document.contains(&format!("| {code} |")), "{code} is not in doc/exit-codes.md");
        assert!(page.contains(&format!("\\fB{code}\\fR\n")), "{code} is not in the man pages");
    }
}

/// What the image says of itself cannot be asked from the binary when it is built.
#[test]
fn the_image_is_of_this_version() {
    let read = |name: &str| fs::read_to_string(repository().join(name)).expect("a text");
    let (image, manifest) = (read("contrib/docker/Dockerfile"), read("Cargo.toml"));
    let said = |name: &str| {
        let line = manifest.lines().find_map(|line| line.strip_prefix(&format!("{name} = ")));
        line.unwrap_or_else(|| panic!("no {name}")).trim_matches('"')
    };
    for (label, name) in [("version", "version"), ("description", "description"), ("licenses", "license")] {
        let label = format!("org.opencontainers.image.{label}=\"{}\"", said(name));
        assert!(image.contains(&label), "contrib/docker/Dockerfile has not {label}");
    }
    let rust = format!("FROM rust:{}-alpine AS build", said("rust-version"));
    assert!(image.contains(&rust), "contrib/docker/Dockerfile has not {rust}");
    let tag = format!("image: kymo:{}\n", said("version"));
    assert!(read("contrib/docker/compose.yaml").contains(&tag), "contrib/docker/compose.yaml has not {tag}");
}

#[test]
fn every_dependency_has_a_reason() {
    let manifest = fs::read_to_string(repository().join("Cargo.toml")).expect("a text");
    let reasons = fs::read_to_string(repository().join("doc/dependencies.md")).expect("a text");
    let mut in_dependencies = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            in_dependencies = line.contains("dependencies");
        } else if let Some((name, _)) = line.split_once(" = ").filter(|_| in_dependencies) {
            let row = format!("| `{name}` |");
            assert!(reasons.contains(&row), "doc/dependencies.md says nothing of {name}");
        }
    }
}

/// SEE ALSO names pages that exist; examples fit on a page of 80 columns; lists are no deeper than the text of their flag.
#[test]
fn man_pages_lead_somewhere_and_fit() {
    let pages = files(&repository().join("man"));
    for (name, page) in &pages {
        let (_, names) = page.split_once(".SH \"SEE ALSO\"\n").unwrap_or_else(|| panic!("{name}: no SEE ALSO"));
        for other in names.trim().replace('\\', "").split(", ") {
            let file = other.strip_suffix("(1)").map(|other| format!("{other}.1"));
            assert!(file.is_some_and(|file| pages.contains_key(&file)), "{name}: there is no page {other}");
        }
        let example =
            page.split_once(".nf\n").and_then(|(_, rest)| rest.split_once(".fi\n")).map_or("", |(text, _)| text);
        for line in example.lines() {
            let shown = line.replace("\\-", "-").replace("\\*(Aq", "'").replace("\\\\", "\\");
            assert!(shown.chars().count() <= 73, "{name}: too long for 80 columns: {shown}");
        }
        assert!(!page.contains(".RS 14"), "{name}: a list is too deep");
    }
}

/// groff finds fault with no page.
#[test]
fn man_pages_can_be_shown() {
    let work = Work::new();
    if !needs("man groff") {
        return;
    }
    for name in files(&repository().join("man")).keys() {
        let path = repository().join("man").join(name);
        let script = format!("LC_ALL=C.UTF-8 MANWIDTH=80 MANROFFSEQ='' man --warnings -l '{}'", path.display());
        let ended = work.shell(&script).end().code(0);
        ended.assert(ended.stderr().is_empty(), "no warning");
        ended.assert(ended.stdout().contains("SEE ALSO"), "the whole page");
    }
}

#[test]
fn the_shells_understand_their_completions() {
    let work = Work::new();
    for (shell, name) in SCRIPTS {
        if shell != "bash" && found(shell).is_none() {
            continue;
        }
        work.file(name, work.kymo(&format!("completions {shell}")).ok());
        work.shell(&format!("{shell} -n {name}")).ok();
        let offered = match shell {
            "bash" => work.shell(
                "source ./kymo.bash; COMP_WORDS=(kymo gap); COMP_CWORD=1; _kymo kymo gap kymo; echo ${COMPREPLY[@]}",
            ),
            "fish" => work.shell("HOME=$PWD fish --no-config -c 'source kymo.fish; complete -C \"kymo gap\"'"),
            _ => continue,
        };
        let offered = offered.ok();
        assert!(offered.starts_with("gapfill"), "{shell} offers {offered:?}");
    }
}
