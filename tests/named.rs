//! Fields that flags name: one that no record has is reported at the end, in every command (K51); JSON pointers in
//! `--value` mean the same everywhere (K11).

use crate::harness::Work;

const NESTED: &str =
    "{\"time\":0,\"device\":\"h\",\"air\":{\"temp\":20}}\n{\"time\":60,\"device\":\"h\",\"air\":{\"temp\":22}}\n";

#[test]
fn a_field_that_no_record_has_is_reported_once_with_those_that_there_are() {
    let work = Work::new();
    let lines = "{\"time\":1,\"device\":\"a\",\"value\":1,\"unit\":\"V\"}\n{\"time\":2,\"device\":\"a\",\"value\":2,\"unit\":\"V\"}\n";
    work.kymo("store q.db").stdin(lines).ok();
    work.file("m.csv", "device,unit,min,max\na,V,0,9\n");
    for (words, flag, field) in [
        ("gapfill --every 1s --value temp", "--value", "temp"),
        ("gapfill --every 1s --by devcie", "--by", "devcie"),
        ("run 'gapfill --every 1s --value temp'", "--value", "temp"),
        ("plot x.svg --value value,temp", "--value", "temp"),
        ("plot x.svg --unit temp=C", "--unit", "temp"),
        ("store s.db --by devcie", "--by", "devcie"),
        ("validate --by devcie", "--by", "devcie"),
        ("validate --meters m.csv --unit-field unti", "--unit-field", "unti"),
        ("power --meter-field m", "--meter-field", "m"),
        ("power --unit unti", "--unit", "unti"),
        ("power --power-factor phi", "--power-factor", "phi"),
        ("power --value /a/b", "--value", "/a/b"),
        ("query q.db --stats --value temp", "--value", "temp"),
        ("query q.db --bucket 1s --value temp", "--value", "temp"),
    ] {
        let ended = work.kymo(words).stdin(lines).end();
        let err = ended.stderr();
        let told: Vec<&str> = err.lines().filter(|line| line.contains("no record has the field")).collect();
        assert_eq!(told.len(), 1, "{words}: {err}");
        assert!(told[0].contains(&format!("{field:?} that {flag} names")), "{words}: {err}");
        assert!(told[0].contains("there are: ") && told[0].contains("time"), "{words}: {err}");
    }
    let ended = work.kymo("query q.db --where-series b").end().code(0);
    drop(ended.tells("no record is of the series \"b\" that --where-series names; there are: a"));
    // What is there, in one record at least, is not reported; nor is anything of no records.
    for (words, input) in [
        ("gapfill --every 1s --value value", lines),
        ("query q.db --where-series a --since 2020-01-01", ""),
        ("gapfill --every 1s --value temp", ""),
        ("store t.db --by device", lines),
    ] {
        let ended = work.kymo(words).stdin(input).end().code(0);
        assert_eq!(ended.stderr(), "", "{words}");
    }
}

#[test]
fn a_pointer_names_a_value_in_every_command() {
    let work = Work::new();
    work.kymo("store d.db").stdin(NESTED).ok();
    let out = work.kymo("query d.db --bucket 1h --value /air/temp --agg mean,sum").ok();
    assert!(out.contains("\"/air/temp_mean\":21.0,\"/air/temp_sum\":42"), "{out}");
    let out = work.kymo("query d.db --stats --value /air/temp").ok();
    assert!(out.contains("\"field\":\"/air/temp\",\"count\":2") && out.contains("\"mean\":21.0"), "{out}");
    work.kymo("plot p.svg --value /air/temp").stdin(NESTED).ok();
    assert!(work.read("p.svg").contains("/air/temp"));
    work.file("m.csv", "device,unit,min,max\nh,C,0,21\n");
    let unit = NESTED.replace("\"air\"", "\"unit\":\"C\",\"air\"");
    let ended = work.kymo("validate --meters m.csv --value /air/temp").stdin(unit).end().code(1);
    assert_eq!(ended.stdout().lines().count(), 1);
    drop(ended.tells("/air/temp is 22, expected"));
    let both = "{\"time\":0,\"device\":\"v\",\"unit\":\"V\",\"x\":{\"y\":2}}\n{\"time\":0,\"device\":\"a\",\"unit\":\"A\",\"x\":{\"y\":3}}\n";
    assert!(work.kymo("power --value /x/y").stdin(both).ok().contains(":6.0,"));
}
