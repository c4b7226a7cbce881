//! Who is started again, and when.

use super::{Station, kill};
use crate::harness::{Work, until};

#[test]
fn each_policy_with_each_end() {
    let station = Station::start(
        Work::new(),
        "[program.always0]\nexec = ['sh', '-c', 'exit 0']\nbackoff = '20ms'\n\
         [program.fail0]\nexec = ['sh', '-c', 'exit 0']\nrestart = 'on-failure'\nbackoff = '20ms'\n\
         [program.fail1]\nexec = ['sh', '-c', 'exit 1']\nrestart = 'on-failure'\nbackoff = '20ms'\n\
         [program.fail69]\nexec = ['sh', '-c', 'exit 69']\nrestart = 'on-failure'\nbackoff = '20ms'\n\
         [program.never]\nexec = ['sh', '-c', 'exit 74']\nrestart = 'never'\n\
         [program.usage]\nexec = ['sh', '-c', 'exit 2']\nbackoff = '20ms'\n\
         [program.refused]\nexec = ['sh', '-c', 'exit 77']\nbackoff = '20ms'\n\
         [program.own]\nexec = ['sh', '-c', 'exit 9']\nfinal = [9]\nbackoff = '20ms'\n\
         [program.two]\nexec = ['sh', '-c', 'exit 2']\nfinal = []\nbackoff = '20ms'\n\
         [program.killed]\nexec = ['sh', '-c', 'kill -9 $$']\nrestart = 'on-failure'\nbackoff = '20ms'\n",
    );
    for (name, code) in [("always0", 0), ("fail69", 69), ("two", 2)] {
        let unit = station.until_unit(name, "is started again", |unit| unit["restarts"].as_u64() > Some(2));
        assert_eq!(unit["last_exit"]["code"], code);
    }
    let unit = station.until_unit("killed", "is started again", |unit| unit["restarts"].as_u64() > Some(2));
    assert_eq!(unit["last_exit"]["signal"], 9);
    for (name, state, code) in [
        ("fail0", "over", 0),
        ("fail1", "over", 1),
        ("never", "over", 74),
        ("usage", "refused", 2),
        ("refused", "refused", 77),
        ("own", "refused", 9),
    ] {
        let unit = station.until_unit(name, state, |unit| unit["state"] == state);
        assert_eq!((&unit["restarts"], &unit["last_exit"]["code"]), (&0.into(), &code.into()), "{unit}");
    }
    station.running().told("usage: ended with exit status 2: it will not be started again");
    station.end();
}

#[test]
fn one_that_dies_is_there_again() {
    // `lifecycle`: «procedure died before the check»: noticed after 10 s, started after 20 s
    let station = Station::start(Work::new(), "[program.a]\nexec = ['sleep', '1000']\nbackoff = ['10ms']\n");
    for n in 1..=5 {
        kill(station.pid("a"));
        station.until_unit("a", "is there again", |unit| {
            unit["restarts"] == n && unit["state"] == "running" && unit["pid"].is_i64()
        });
    }
    station.end();
}

#[test]
fn what_cannot_be_started_is_tried_again() {
    let station = Station::start(
        Work::new(),
        "[program.none]\nexec = ['./none']\nbackoff = '50ms'\n[program.folder]\nexec = ['true']\ndirectory = 'later'\nbackoff = '50ms'\nrestart = 'on-failure'\n",
    );
    let unit = station.until_unit("none", "is tried again", |unit| unit["restarts"].as_u64() > Some(1));
    assert_eq!(unit["last_exit"]["code"], 127);
    let unit = station.until_unit("folder", "is tried again", |unit| unit["restarts"].as_u64() > Some(1));
    assert!(unit["last_exit"]["why"].as_str().is_some_and(|why| why.contains("No such file")), "{unit}");
    std::fs::create_dir(station.work.path("later")).expect("a folder");
    station.until_unit("folder", "is over", |unit| unit["state"] == "over");
    station.end();
}

#[test]
fn a_step_of_the_backoff_is_told_and_kept() {
    let station = Station::start(Work::new(), "[program.a]\nexec = ['sh', '-c', 'exit 5']\nbackoff = ['30ms', '1h']\n");
    station.running().told("a: ended with exit status 5; again in 0.0s");
    station.running().told("a: ended with exit status 5; again in 3600.0s");
    let unit = station.unit("a");
    assert_eq!((unit["state"].as_str(), unit["next"].is_string()), (Some("backoff"), true));
    // Whoever does not want to wait does not have to.
    station.work.kymo("supervise restart --file s.toml a").end();
    station.running().told("a: ended with exit status 5; again in 0.0s");
    station.end();
}

#[test]
fn a_supervisor_of_things_that_end_ends_with_them() {
    let work = Work::new();
    work.file(
        "s.toml",
        "[program.a]\nexec = ['true']\nrestart = 'never'\n[program.b]\nexec = ['true']\nrestart = 'on-failure'\n",
    );
    work.kymo("supervise s.toml").ok();
    work.file(
        "s.toml",
        "[program.a]\nexec = ['true']\nrestart = 'never'\n[program.b]\nexec = ['false']\nrestart = 'never'\n",
    );
    work.kymo("supervise s.toml").end().code(1);
    work.file("s.toml", "[program.a]\nexec = ['sh', '-c', 'exit 2']\n");
    work.kymo("supervise s.toml").end().code(2).tells("it will not be started again");
}

#[test]
fn environment_folder_and_nice_value() {
    let work = Work::new();
    work.file("all.env", "A=file\nB=file\nC=file\n");
    work.file("own.env", "export C=\"own file\"\nD=own file\n");
    std::fs::create_dir(work.path("sub")).expect("a folder");
    let script =
        "pwd > ../told; echo \"$A|$B|$C|$D|$E\" >> ../told; nice >> ../told; echo \"$NOTIFY_SOCKET\" >> ../told";
    work.file(
        "s.toml",
        format!(
            "env_file = 'all.env'\nenv = {{ B = 'all', D = 'all' }}\n[program.a]\nexec = ['sh', '-c', '{script}']\nrestart = 'never'\n\
             env_file = 'own.env'\nenv = {{ E = 'unit' }}\ndirectory = 'sub'\nnice = 3\n"
        ),
    );
    work.kymo("supervise s.toml").env("NOTIFY_SOCKET", "/none").env("A", "process").ok();
    let told = work.read("told");
    let lines: Vec<&str> = told.lines().collect();
    let own = std::process::Command::new("nice").output().expect("nice");
    let own: i32 = String::from_utf8_lossy(&own.stdout).trim().parse().expect("a number");
    assert!(lines[0].ends_with("/sub"), "{told}");
    assert_eq!(lines[1..], ["file|all|own file|own file|unit", &(own + 3).min(19).to_string(), ""]);
}

#[test]
fn kymo_in_exec_is_this_kymo() {
    let work = Work::new();
    work.file("s.toml", "[program.a]\nexec = ['kymo', '--version']\nrestart = 'never'\n");
    let ended = work.kymo("supervise s.toml").env("PATH", "/usr/bin:/bin").end().code(0);
    assert!(ended.stderr().contains("kymo 0."), "{}", ended.stderr());
    assert_eq!(ended.stdout(), "");
}

#[test]
fn those_that_come_after_wait() {
    let work = Work::new();
    work.file(
        "s.toml",
        "[program.b]\nexec = ['sh', '-c', 'echo b >> order']\nafter = ['a']\nrestart = 'never'\n\
         [pipeline.a]\nrun = 'simulate --rate 10 | store a.db'\n[program.c]\nexec = ['sh', '-c', 'ls a.db && echo c >> order']\nafter = ['b']\nrestart = 'never'\n",
    );
    let station = Station { work, run: None };
    let mut station = station;
    station.again();
    until("both", || std::fs::read_to_string(station.work.path("order")).is_ok_and(|text| text == "b\nc\n"));
    station.end();
}

#[test]
fn what_kymo_says_in_a_unit_begins_with_its_name() {
    let work = Work::new();
    work.file(
        "s.toml",
        "[pipeline.weather]\nrun = 'replay none.ndjson | store x.db'\nrestart = 'never'\n\
         [program.json]\nexec = ['kymo', 'query', 'none.db', '--log-format', 'json']\nrestart = 'never'\n\
         [program.none]\nexec = ['./none']\nrestart = 'never'\n",
    );
    let told = work.kymo("supervise s.toml").end().code(1).stderr();
    for line in ["kymo: weather: replay: ", "\"unit\":\"json\",\"stage\":\"query\"", "kymo: none: run ./none: "] {
        assert!(told.contains(line), "{line}\n{told}");
    }
}
