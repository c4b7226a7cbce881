//! The registry's step and kind of each series.

use super::*;

fn lines(work: &Work, words: &str, input: &str) -> Vec<String> {
    let out = work.kymo(words).stdin(input).ok();
    out.lines().map(str::to_owned).collect()
}

/// K91: a sensor of 10 s beside one of 60 s.
#[test]
fn each_series_has_its_own_step() {
    let work = Work::new();
    work.file("m.csv", "device,every\nfast,10s\nslow,1m\n");
    let reading = |time: u32, device: &str| format!("{{\"time\":{time},\"device\":\"{device}\",\"v\":1}}\n");
    let input: String = [(0, "fast"), (0, "slow"), (10, "fast"), (30, "fast"), (60, "slow"), (180, "slow")]
        .map(|(time, device)| reading(time, device))
        .concat();
    let out = lines(&work, "gapfill --meters m.csv", &input);
    let filled: Vec<&String> = out.iter().filter(|line| line.contains("filled")).collect();
    assert_eq!(
        filled,
        [r#"{"time":20,"device":"fast","v":1,"filled":true}"#, r#"{"time":120,"device":"slow","v":1,"filled":true}"#]
    );
    assert_eq!(out.len(), 8);
    // A device without a step of its own has that of --every, or passes.
    work.file("m.csv", "device,every\nfast,10s\nslow,\n");
    assert_eq!(lines(&work, "gapfill --meters m.csv --every 30s", &input).len(), 6 + 1 + 1 + 3);
    let ended = work.kymo("gapfill --meters m.csv").stdin(&input[..]).end().code(0);
    assert_eq!(ended.stdout().lines().count(), 7);
    ended.tells("series \"slow\": meters file m.csv has no column every for it, and there is no --every");
    work.kymo("gapfill").stdin(&input[..]).end().code(2).tells("--every");
    work.kymo("gapfill --meters none.csv").stdin(&input[..]).end().code(2).tells("none.csv");
}

/// K93: counters, angles and states.
#[test]
fn values_between_are_those_of_their_kind() {
    let work = Work::new();
    work.file(
        "m.csv",
        "device,every,kind,unit\nc,1m,counter,kWh\na,1m,angle,deg\nr,1m,angle,rad\ns,1m,state,\ng,1m,,\n",
    );
    let between = |device: &str, a: &str, b: &str| {
        let input = format!(
            "{{\"time\":0,\"device\":\"{device}\",\"value\":{a}}}\n{{\"time\":180,\"device\":\"{device}\",\"value\":{b}}}\n"
        );
        let filled = lines(&work, "gapfill --meters m.csv --decimals 6", &input);
        let filled: Vec<Value> = objects(&filled.join("\n")).into_iter().filter(is_filled).collect();
        filled.iter().map(|record| record["value"].to_string()).collect::<Vec<_>>()
    };
    assert_eq!(between("c", "100", "103"), ["101", "102"]);
    assert!(between("c", "999", "2").is_empty(), "no line through a reset");
    assert_eq!(between("g", "999", "2"), ["666.666667", "334.333333"]);
    assert_eq!(between("a", "350", "20"), ["0", "10"]);
    assert_eq!(between("a", "20", "350"), ["10", "0"]);
    assert_eq!(between("a", "-10", "20"), ["0", "10"]);
    assert_eq!(between("a", "90", "270"), ["150", "210"]);
    assert_eq!(between("r", "6.0", "0.1"), ["6.127728", "6.255457"]);
    assert_eq!(between("s", "\"on\"", "\"off\""), ["\"on\"", "\"on\""]);
    assert_eq!(between("s", "1", "0"), ["1", "1"]);
    // The gap over a reset is reported as open.
    let input = "{\"time\":0,\"device\":\"c\",\"value\":9}\n{\"time\":180,\"device\":\"c\",\"value\":2}\n";
    let ended = work.kymo("gapfill --meters m.csv --gaps gaps").stdin(input).end().code(0);
    ended.tells("leave gap of c open: 1970-01-01T00:00:00Z to 1970-01-01T00:03:00Z has a counter that began again");
    assert!(work.read("gaps").contains("\"missing\":2,\"filled\":0"));
}
