//! What outlives an end or a kill.

use super::*;

/// The energy goes on behind the last stored power; what was stored is not made again.
#[test]
fn energy_goes_on_after_a_database() {
    let work = Work::new();
    let lines: Vec<String> = regular(4_000, false).lines().map(|line| format!("{line}\n")).collect();
    let whole = work.kymo("power --energy").stdin(lines.concat()).ok();
    let (first, second) = (lines[..4001].concat(), lines[3900..].concat());
    let pipe = "kymo power --energy --after p.db | kymo store p.db";
    work.shell(pipe).stdin(first).ok();
    work.shell(pipe).stdin(second).ok();
    let stored = objects(&work.kymo("query p.db").ok());
    let whole = objects(&whole);
    assert_eq!(stored.len(), whole.len());
    for (stored, whole) in stored.iter().zip(&whole) {
        assert_eq!(
            (&stored["value"], &stored["energy_wh"]),
            (&whole["value"], &whole["energy_wh"]),
            "{stored} {whole}"
        );
    }
    // By names, too; a table that is not there yet is told.
    work.file("pairs.csv", "name,voltage,current\npower,v,a\n");
    let next = volts(1_700_004_000.0, 10.0) + &amperes(1_700_004_000.0, 1.0);
    for flags in ["--pairs pairs.csv", ""] {
        let out = objects(&work.kymo(&format!("power {flags} --energy --after p.db")).stdin(&next).ok());
        assert!(out[0]["energy_wh"].as_f64() > whole.last().expect("a power")["energy_wh"].as_f64(), "{out:?}");
    }
    let named = next.replace('}', ",\"m\":\"power\"}");
    let out = objects(&work.kymo("power --meter-field m --energy --after p.db").stdin(named).ok());
    assert!(out[0]["energy_wh"].as_f64() > Some(1.0));
    work.kymo("power --energy --after p.db --table none").stdin("").end().code(0).tells("no table none yet");
    assert!(work.kymo("power --energy --after none.db").stdin(&next).ok().contains("\"energy_wh\":0.0"));
}

/// A file of pairs may grow between two runs: what waits is found again by the meter's name.
#[test]
fn state_survives_a_changed_file_of_pairs() {
    let work = Work::new();
    let row = "m,v,a\n";
    work.file("pairs.csv", format!("name,voltage,current\n{row}"));
    let flags = "power --energy --state s --pairs pairs.csv";
    work.kymo(flags)
        .stdin([volts(0.0, 10.0), amperes(0.0, 1.0), volts(3600.0, 10.0), amperes(3600.0, 1.0)].concat())
        .ok();
    work.file("pairs.csv", format!("name,voltage,current\nnew,x,a\n{row}"));
    let next = [volts(7200.0, 10.0), amperes(7200.0, 1.0)].concat();
    let out = objects(&work.kymo(flags).stdin(next).ok());
    assert_eq!((out.len(), &out[0]["energy_wh"]), (1, &json!(20.0)));
}

/// A thousand seconds of two circuits in a second, in small commits.
const PIPELINE: &str = "replay --speed 1000x in | gapfill --every 1s | power --pairs pairs.csv --energy --keep-inputs \
    | store DB --batch 40 --flush 5ms";

#[test]
fn a_kill_loses_no_pair_and_no_energy() {
    let work = Work::new();
    let lines = regular(1_000, false).replace("\"device\":\"a\"", "\"device\":\"b\"");
    let gaps: String =
        lines.lines().enumerate().filter(|(n, _)| n % 97 > 20).map(|(_, line)| format!("{line}\n")).collect();
    work.file("in", gaps);
    work.file("pairs.csv", "name,voltage,current\nm,v,b\n");
    work.kymo(&format!("run '{}'", PIPELINE.replace("DB", "whole.db"))).ok();
    let whole = work.kymo("query whole.db").ok();
    let all = whole.lines().count();
    assert!(whole.lines().filter(|line| line.contains("energy_wh")).count() > 900);
    let run = format!("run '{}'", PIPELINE.replace("DB", "killed.db"));
    let mut random = random();
    let mut grown = Vec::new();
    for round in 0..10 {
        let enough = moment(&mut random, rows(&work, "killed.db"), all as u64, 10 - round);
        let mut child = work.kymo(&run).start();
        child.comes_to("rows", || rows(&work, "killed.db") >= enough);
        std::thread::sleep(Duration::from_millis(random.below(20)));
        // Dropping it is SIGKILL.
        drop(child);
        grown.push(work.kymo("query killed.db").end().stdout().lines().count());
    }
    assert!(grown.iter().any(|&n| n > 0 && n < all) && grown.is_sorted(), "{grown:?}");
    work.kymo(&run).ok();
    assert!(work.kymo("query killed.db").ok() == whole, "rows at each kill: {grown:?}");
}

#[test]
fn it_keeps_the_laws_of_a_filter() {
    let work = Work::new();
    work.file("in", regular(40_000, true));
    let shell = work.shell("kymo gapfill --every 1s in | kymo power --energy --late 1s").ok();
    assert!(shell == work.kymo("run 'gapfill --every 1s in | power --energy --late 1s'").ok());
    let ended = work.shell("set -o pipefail; kymo power --keep-inputs in | head -1").end();
    ended.assert(ended.output.status.success() && ended.stderr().is_empty(), "success in silence");
    work.shell("kymo power in > /dev/full").end().code(74).tells("write records: No space left");
    // Content never depends on clocks; a trickle goes on at once.
    let lines = regular(200, false);
    let at_once = work.kymo("power").stdin(&lines).ok();
    let mut slow = work.kymo("power").start();
    for part in lines.as_bytes().chunks(777) {
        slow.send(std::str::from_utf8(part).expect("ASCII"));
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(slow.line().contains("\"time\":1700000000,"));
    let rest = slow.end().0;
    assert!(at_once.ends_with(&rest) && at_once.lines().count() == rest.lines().count() + 1);
}
