//! `gapfill`.

use crate::harness::Work;

#[test]
fn the_real_days_gaps_are_told_and_filled() {
    let work = Work::new();
    let out = work.kymo("gapfill --every 1m --max-gap 4h --gaps gaps EX/outages.ndjson").ok();
    assert_eq!(out.lines().count(), 1440);
    let missing: u64 = work
        .read("gaps")
        .lines()
        .map(|line| {
            let gap: serde_json::Value = serde_json::from_str(line).expect("a gap");
            gap["missing"].as_u64().expect("a number")
        })
        .sum();
    assert_eq!(missing, 273);
}
