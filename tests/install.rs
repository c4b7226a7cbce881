//! `make install` and `make uninstall`, below a folder of the test, with the binary under test.

use crate::harness::programs::needs;
use crate::harness::{Work, binary, repository};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn make(work: &Work, words: &str) -> String {
    let (bin, repository) = (binary().display(), repository().display());
    let dest = work.path("dest");
    let script = format!("make -s -C '{repository}' {words} BIN='{bin}' DESTDIR='{}' PREFIX=/usr", dest.display());
    work.shell(&script).end().code(0).stderr()
}

fn tree(folder: &Path, below: &Path, to: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.is_symlink() {
            tree(&path, below, to);
        } else {
            to.insert(path.strip_prefix(below).expect("inside").display().to_string());
        }
    }
}

fn installed(work: &Work) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    tree(&work.path("dest/usr"), &work.path("dest/usr"), &mut names);
    names
}

#[test]
fn install_puts_everything_in_place_and_uninstall_takes_exactly_that() {
    let work = Work::new();
    if !needs("make") {
        return;
    }
    make(&work, "install");
    let names = installed(&work);
    for name in [
        "bin/kymo",
        "share/bash-completion/completions/kymo",
        "share/fish/vendor_completions.d/kymo.fish",
        "share/man/man1/kymo-gapfill.1",
        "share/man/man1/kymo.1",
        "share/zsh/site-functions/_kymo",
    ] {
        assert!(names.contains(name), "{name} is not among {names:?}");
    }
    assert!(!names.contains("bin/gapfill"), "links only with LINKS=1");
    let version = work.shell("dest/usr/bin/kymo --version").ok();
    assert_eq!(version, format!("kymo {}\n", env!("CARGO_PKG_VERSION")));

    // What is somebody else's stays.
    work.file("dest/usr/bin/run", "not ours");
    work.file("dest/usr/share/man/man1/other.1", "not ours");
    let told = make(&work, "install LINKS=1");
    assert!(told.contains("bin/run is there and is not kymo's: left alone"), "{told}");
    let names = installed(&work);
    assert!(names.contains("bin/gapfill"), "{names:?}");
    assert!(!names.contains("bin/man"), "a link would hide man(1)");
    assert_eq!(work.read("dest/usr/bin/run"), "not ours");
    let help = work.shell("dest/usr/bin/gapfill -h").ok();
    assert!(help.starts_with("Example: kymo gapfill"), "{help}");

    make(&work, "uninstall");
    let left: Vec<String> = installed(&work).into_iter().collect();
    assert_eq!(left, ["bin/run", "share/man/man1/other.1"]);
    // Once more is no fault.
    make(&work, "uninstall");
}

#[test]
fn make_help_lists_every_target() {
    let work = Work::new();
    if !needs("make") {
        return;
    }
    let help = work.shell(&format!("make -s -C '{}' help", repository().display())).ok();
    let makefile = fs::read_to_string(repository().join("Makefile")).expect("a text");
    let phony = makefile.lines().find_map(|line| line.strip_prefix(".PHONY: ")).expect("a list");
    for target in phony.split_whitespace() {
        assert!(help.lines().any(|line| line.trim_start().starts_with(target)), "{target} is not in {help}");
    }
}
