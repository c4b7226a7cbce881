//! What tests need of the machine beside the binary: programs and libraries of the packages in `ci/packages`. One that is
//! missing is a loud skip; with `CI=true`, where everything must be tried, it is a failure. Bash and what is essential in
//! every Debian (coreutils, grep, sed, gzip, flock, mount) are taken for granted.

use super::skip;
use std::path::PathBuf;
use std::process::Command;

/// All of these programs and libraries, with spaces between, are here. Otherwise the test has to end.
pub(crate) fn needs(names: &str) -> bool {
    names.split_whitespace().all(|name| found(name).is_some())
}

/// A run of this program. `None`: it is not here, and the test has to end.
pub(crate) fn program(name: &str) -> Option<Command> {
    found(name).map(Command::new)
}

/// Where a program or library is.
pub(crate) fn found(name: &str) -> Option<PathBuf> {
    let package = package(name).unwrap_or_else(|| panic!("{name} is of no package in ci/packages"));
    let path = folders().into_iter().map(|folder| folder.join(name)).find(|path| path.is_file());
    if path.is_none() {
        let lack = format!("{name} is not installed (Debian: {package})");
        assert!(!must_try_everything(), "{lack}");
        skip(&lack);
    }
    path
}

fn must_try_everything() -> bool {
    std::env::var_os("CI").is_some_and(|ci| ci == "true")
}

/// The rows of `ci/packages`: a package and what tests ask for of it.
fn packages() -> impl Iterator<Item = (&'static str, std::str::SplitWhitespace<'static>)> {
    let rows = include_str!("../../ci/packages").lines().filter_map(|line| line.split('#').next());
    rows.filter_map(|row| {
        let mut words = row.split_whitespace();
        words.next().map(|package| (package, words))
    })
}

fn package(name: &str) -> Option<&'static str> {
    packages().find(|(_, names)| names.clone().any(|one| one == name)).map(|(package, _)| package)
}

/// Those of programs, of servers that nobody types, of certificates and of libraries.
pub(crate) fn folders() -> Vec<PathBuf> {
    let path = std::env::var("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> =
        path.split(':').chain(["/usr/sbin", "/usr/local/sbin"]).map(PathBuf::from).collect();
    let below = |folder: &str| std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    folders.extend(below("/usr/lib/postgresql").map(|version| version.join("bin")));
    folders.push("/etc/ssl/certs".into());
    folders.extend(below("/usr/lib").flat_map(|machine| [machine.join("faketime"), machine]));
    folders
}

/// The sources of the tests, but for this file.
fn sources() -> Vec<(String, String)> {
    fn walk(folder: PathBuf, to: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(path, to);
            } else if path.extension().is_some_and(|ext| ext == "rs") && !path.ends_with("harness/programs.rs") {
                to.push((path.display().to_string(), std::fs::read_to_string(&path).expect("a text")));
            }
        }
    }
    let mut files = Vec::new();
    walk(super::repository().join("tests"), &mut files);
    files
}

/// What follows this call's opening quote up to the closing one, for each call.
fn asked<'a>(text: &'a str, call: &str) -> Vec<&'a str> {
    text.split(call).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn what_tests_ask_for_is_of_a_package_that_ci_installs() {
    let mut wanted: Vec<String> = Vec::new();
    for (file, text) in sources() {
        let calls = ["needs(\"", "program(\"", "found(\""].map(|call| asked(&text, call));
        for name in calls.concat().iter().flat_map(|names| names.split_whitespace()).filter(|name| !name.contains('{'))
        {
            assert!(package(name).is_some(), "{file}: {name} is of no package in ci/packages");
            wanted.push(name.to_owned());
        }
    }
    // The shells are asked for by their names in a table.
    wanted.extend(["fish", "zsh"].map(str::to_owned));
    for (package, names) in packages() {
        for name in names {
            assert!(wanted.iter().any(|one| one == name), "ci/packages: no test asks for {name} of {package}");
        }
    }
}

/// A file whose scripts call a program of a package asks for it; what is of no package is not called.
#[test]
fn scripts_call_what_was_asked_for() {
    let foreign = ["curl", "jq", "lsof", "nc", "openssl", "perl", "pgrep", "pkill", "ps", "python3", "strace", "xxd"];
    let names: Vec<&str> = packages().flat_map(|(_, names)| names).chain(foreign).collect();
    let calls = |line: &str, name: &str| {
        line.match_indices(name).any(|(at, _)| {
            let before = ["\"", "'", "| ", "; ", "&& ", "exec ", "$(", "then ", "do "];
            let after = &line[at + name.len()..];
            let is_command = before.iter().any(|word| line[..at].ends_with(word));
            is_command && (after.starts_with(" -") || after.starts_with(' ') && line.contains("shell("))
        })
    };
    for (file, text) in sources() {
        let asks = ["needs(\"", "program(\"", "found(\""].map(|call| asked(&text, call).join(" ")).join(" ");
        for line in text.lines().filter(|line| !line.contains("kymo(\"")) {
            for name in names.iter().filter(|name| calls(line, name)) {
                let is_asked = asks.split(' ').any(|one| one == *name);
                assert!(is_asked, "{file} does not ask whether {name} is here: {}", line.trim());
            }
        }
    }
}
