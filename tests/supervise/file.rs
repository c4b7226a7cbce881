//! The file: all of it is checked before anything starts.

use super::Station;
use crate::harness::{Work, repository};

const GOOD: &str = "[program.a]\nexec = ['touch', 'started']\nrestart = 'never'\n";

#[test]
fn one_fault_anywhere_and_nothing_starts() {
    let work = Work::new();
    for (fault, told) in [
        (
            "[program.b]\nexec = ['true']\nrestrat = 'never'\n",
            "s.toml:6: program.b.restrat: unknown key: did you mean `restart`?",
        ),
        (
            "[pipeline.b]\nrun = 'wss-cat ws://h | stroe x.db'\n",
            "s.toml:5: pipeline.b.run: there is no command \"stroe\": is store meant?",
        ),
        (
            "[pipeline.b]\nrun = 'wss-cat ws://h | store x.db --tabel y'\n",
            "s.toml:5: pipeline.b.run: there is no flag --tabel: is --table meant?",
        ),
        ("[pipeline.b]\nrun = 'wss-cat ws://h | store x.db --summary'\n", "is for the whole pipeline"),
        ("[pipeline.b]\nrun = 'gapfill --every 1m | store x.db'\n", "begin with a source"),
        ("[pipeline.b]\nrun = 'wss-cat ws://h | gapfill --every 1m'\n", "end with a sink"),
        (
            "[pipeline.b]\nrun = 'wss-cat ws://h | trim x.db --keep 1d | store x.db'\n",
            "trim is not a stage of a pipeline",
        ),
        ("[pipeline.b]\nrun = 'wss-cat ws://h | store $X'\n", "expands no variables"),
        (
            "[pipeline.b]\nflags = ['--nmae', 'x']\nrun = 'wss-cat ws://h | store x.db'\n",
            "there is no flag --nmae: is --name meant?",
        ),
        ("[pipeline.b]\nruns = 'x'\n", "s.toml:4: pipeline.b.run: is missing"),
        ("[program.b]\nexec = ['true']\nenv = { A = 1 }\n", "program.b.env.A: must be a text"),
        ("[program.b]\nexec = ['true'\n", "s.toml:"),
        ("kymo = '<0.0.1'\n", "program.a.kymo: unknown key"),
    ] {
        work.file("s.toml", format!("{GOOD}{fault}"));
        for words in ["supervise s.toml --check", "supervise s.toml", "supervise s.toml --systemd"] {
            let ended = work.kymo(words).end().code(2).tells(told);
            assert_eq!(ended.stdout(), "");
        }
    }
    assert!(!work.path("started").exists());
}

#[test]
fn all_faults_are_told_at_once() {
    let work = Work::new();
    work.file("s.toml", "tz = 'Mars'\n[program.a]\nexec = []\nnice = 99\n[pipeline.b]\nrun = 'x'\n");
    let told = work.kymo("supervise s.toml").end().code(2).stderr();
    assert_eq!(told.lines().filter(|line| line.starts_with("kymo: supervise: s.toml:")).count(), 4, "{told}");
}

#[test]
fn a_version_that_is_too_new_is_refused() {
    let work = Work::new();
    work.file("s.toml", format!("kymo = '>=99.1'\n{GOOD}"));
    work.kymo("supervise s.toml --check").end().code(2).tells("s.toml:1: kymo: the file is for >=99.1, this is kymo");
    for good in [">=0.1", "0.1", "*", ">=0.1.0-alpha.1"] {
        work.file("s.toml", format!("kymo = '{good}'\n{GOOD}"));
        work.kymo("supervise s.toml --check").ok();
    }
    // The old one's `1.0.0-beta.1` < `1.0.0` holds here, too: a version before the first is none that is wanted.
    work.file("s.toml", format!("kymo = '>=0.1.1-rc.1'\n{GOOD}"));
    work.kymo("supervise s.toml --check").end().code(2);
}

#[test]
fn the_file_that_is_meant_without_a_name() {
    let work = Work::new();
    work.kymo("supervise --check").end().code(2).tells("read kymo.toml");
    work.file("kymo.toml", GOOD);
    assert_eq!(
        work.kymo("supervise --check").ok(),
        "kymo.toml: 1 unit, nothing wrong; they start in this order:\n  a\n"
    );
    work.kymo("supervise is-running").end().code(1);
    assert!(!work.path("started").exists());
}

/// K62: the file is named alike in every subcommand, and without one.
#[test]
fn the_file_is_named_alike_everywhere() {
    for flag in ["--file", "-f"] {
        let station = Station::start(Work::new(), "[program.a]\nexec = ['sleep', '1000']\n");
        let work = &station.work;
        std::fs::rename(work.path("s.toml"), work.path("t.toml")).expect("a name");
        std::fs::copy(work.path("t.toml"), work.path("s.toml")).expect("a copy");
        work.kymo(&format!("supervise {flag} s.toml --check")).ok();
        work.kymo(&format!("supervise {flag} s.toml --systemd")).ok();
        work.kymo(&format!("supervise {flag} s.toml")).end().code(75);
        work.kymo(&format!("supervise status {flag} s.toml a")).ok();
        work.kymo(&format!("supervise is-running {flag} s.toml a")).ok();
        work.kymo(&format!("supervise restart {flag} s.toml a")).ok();
        work.kymo(&format!("supervise reload {flag} s.toml")).ok();
        // Another file is that of another supervisor, which does not run.
        for words in ["status", "is-running", "restart", "reload"] {
            work.kymo(&format!("supervise {words} {flag} t.toml")).end().code(1);
        }
        work.kymo(&format!("supervise stop {flag} t.toml")).ok();
        work.kymo(&format!("supervise stop {flag} s.toml a")).ok();
        work.kymo(&format!("supervise is-running {flag} s.toml a")).end().code(1);
        work.kymo(&format!("supervise stop {flag} s.toml")).ok();
        work.kymo(&format!("supervise is-running {flag} s.toml")).end().code(1);
    }
}

#[test]
fn every_key_is_known() {
    let work = Work::new();
    work.file("e.env", "A=1\n");
    work.file(
        "s.toml",
        "kymo = '>=0.1'\ntz = 'Europe/Berlin'\nstate = 'x.state'\ndirectory = '.'\nenv = { B = '2' }\nenv_file = 'e.env'\n\
         [pipeline.a]\nrun = 'queue take q | store x.db'\nflags = ['--fresh']\nrestart = 'always'\nbackoff = '5m'\nhealthy = '2m'\n\
         final = [2]\nafter = ['b']\ndrain = '10m'\ngrace = '5s'\nenv = { C = '3' }\nenv_file = 'e.env'\ndirectory = '.'\nnice = 5\n\
         max_rss = '100MiB'\nstall = '60s'\n\
         [program.b]\nexec = ['true']\nrestart = 'on-failure'\nbackoff = ['1m', '4m', '15m', '1h', '4h']\n\
         [program.c]\nexec = ['true']\nschedule = '00:00'\n[program.d]\nexec = ['true']\nevery = '1h'\n\
         [program.e]\nexec = ['true']\nrestart = 'never'\n",
    );
    let told = work.kymo("supervise s.toml --check").ok();
    assert_eq!(
        told,
        "s.toml: 5 units, nothing wrong; they start in this order:\n  b\n  a after b\n  c each day at 00:00\n  d every 1h\n  e\n"
    );
}

#[test]
fn what_takes_is_up_before_what_puts() {
    let work = Work::new();
    work.file(
        "s.toml",
        "[pipeline.a]\nrun = 'simulate | queue put q'\n[pipeline.b]\nrun = 'queue take q | mqtt-pub mqtt://h -t x --rejects r'\n\
         [pipeline.c]\nrun = 'mqtt-cat mqtt://h -t x | store x.db'\n",
    );
    let told = work.kymo("supervise s.toml --check").ok();
    assert!(told.ends_with("  c\n  b after c\n  a after b\n"), "{told}");
}

#[test]
fn secrets_of_an_environment_file_are_not_told() {
    let work = Work::new();
    work.file("e.env", "TOKEN='geheim'\nwrong geheim2\n");
    work.file("s.toml", format!("env_file = 'e.env'\n{GOOD}"));
    let told = work.kymo("supervise s.toml").end().code(2).stderr();
    assert!(told.contains("e.env: line 2 is not NAME=VALUE") && !told.contains("geheim"), "{told}");
}

#[test]
fn the_template_is_the_example_and_is_right() {
    let work = Work::new();
    let template = work.kymo("supervise --template").ok();
    assert_eq!(template, std::fs::read_to_string(repository().join("examples/station.toml")).expect("an example"));
    work.file("kymo.toml", template);
    work.kymo("supervise --check").ok();
}

#[test]
fn a_unit_file_for_systemd() {
    let work = Work::new();
    work.file("my station.toml", "[program.a]\nexec = ['true']\ndrain = '5m'\ngrace = '20s'\n");
    let text = work.kymo("supervise 'my station.toml' --systemd").ok();
    let path = work.path("my\\x20station.toml");
    for line in [
        "Type=notify",
        "ExecReload=/bin/kill -HUP $MAINPID",
        "TimeoutStartSec=350",
        "RestartPreventExitStatus=2 77",
        "WatchdogSec=30",
        "TimeoutStopSec=330",
        "KillMode=process",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    let start = format!(" supervise {}", path.display());
    assert!(text.lines().any(|line| line.starts_with("ExecStart=/") && line.ends_with(&start)), "{text}");
}
