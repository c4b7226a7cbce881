//! `log --to`: records in files that rotate, each file whole for whoever reads it.

use super::old;
use crate::harness::Work;

/// Records, of which some have line breaks in a text.
fn records(count: usize) -> String {
    (0..count)
        .map(|n| {
            let text = ["plain", "two\\nlines", "a \\\"quote\\\"", " blank"][n % 4];
            format!(
                "{{\"time\":\"2024-04-27T14:{:02}:{:02}Z\",\"device\":\"d{}\",\"value\":{n}.5,\"text\":\"{text}\"}}\n",
                n / 60,
                n % 60,
                n % 3
            )
        })
        .collect()
}

/// All files of a log, the oldest first, as records.
fn read_back(work: &Work, log: &str, form: &str) -> String {
    let mut files: Vec<String> = old(work, log).iter().map(|name| format!("{log}.{name}")).collect();
    files.push(log.to_owned());
    files.iter().map(|file| work.kymo(&format!("validate --from {form} {file}")).ok()).collect()
}

#[test]
fn each_rotated_file_is_whole() {
    for (form, flags) in
        [("csv", ""), ("csv", "--separator ;"), ("csv", "--decimal ,"), ("ndjson", ""), ("influx", "--measurement m")]
    {
        let work = Work::new();
        let input = records(200);
        // Two runs: a restart goes on in the file that is there.
        let (first, second) = input.split_at(input.match_indices('\n').nth(99).expect("a line").0 + 1);
        let command = format!("log a.log --to {form} {flags} --rotate 1KiB --keep 1000");
        work.kymo(&command).stdin(first).ok();
        work.kymo(&command).stdin(second).ok();
        assert!(old(&work, "a.log").len() > 5, "{form}");
        let sizes = old(&work, "a.log").iter().map(|name| work.read(&format!("a.log.{name}")).len()).max();
        assert!(sizes.is_some_and(|size| size <= 1024), "{form}: {sizes:?}");
        let decimal = flags.strip_prefix("--decimal").map_or("", |_| " --decimal ,");
        let found = read_back(&work, "a.log", &format!("{form}{decimal}"));
        let wanted = match form {
            "influx" => work
                .kymo("validate --from influx")
                .stdin(work.kymo("validate --to influx --measurement m").stdin(input).ok())
                .ok(),
            _ => input,
        };
        assert!(found == wanted, "{form} {flags}: {found}");
        if form == "csv" {
            for name in old(&work, "a.log") {
                assert!(work.read(&format!("a.log.{name}")).starts_with("time"), "{name}");
            }
        }
    }
    let work = Work::new();
    work.kymo("log a.log --to text --template '{device} {value}'").stdin(records(2)).ok();
    assert_eq!(work.read("a.log"), "d0 0.5\nd1 1.5\n");
    work.kymo("log a.tsv --to tsv --columns device,value,time,text").stdin(records(1)).ok();
    assert_eq!(work.read("a.tsv"), "device\tvalue\ttime\ttext\nd0\t0.5\t2024-04-27T14:00:00Z\tplain\n");
}

/// A header comes with the first row of an empty file, once; a file that is there says its columns.
#[test]
fn a_restart_goes_on_with_the_columns_of_the_file() {
    let work = Work::new();
    work.file("a.csv", "");
    work.kymo("log a.csv --to csv").stdin("").ok();
    assert_eq!(work.read("a.csv"), "");
    work.kymo("log a.csv --to csv").stdin("{\"time\":1,\"b, c\":2}\n").ok();
    work.kymo("log a.csv --to csv").stdin("{\"time\":2}\n{\"b, c\":3,\"time\":3}\n").ok();
    assert_eq!(work.read("a.csv"), "time,\"b, c\"\n1,2\n2,\n3,3\n");
    // What has no column is a reject, and the rest is written.
    let ended = work
        .kymo("log a.csv --to csv --rejects r --summary")
        .stdin("{\"time\":4,\"d\":1}\n{\"time\":5}\n")
        .end()
        .code(1);
    assert_eq!((work.read("a.csv").lines().count(), work.read("r").lines().count()), (5, 1));
    assert!(work.read("r").contains("\"code\":\"columns\""));
    assert!(ended.stderr().contains("\"passed\":1"), "{}", ended.stderr());
    // Other columns than those of the file are no row of it; with --clear it begins again.
    work.kymo("log a.csv --to csv --columns time,d").stdin("{\"time\":6}\n").end().code(74).tells("other columns");
    assert_eq!(work.read("a.csv").lines().count(), 5);
    work.kymo("log a.csv --to csv --clear").stdin("{\"d\":1}\n").ok();
    assert_eq!(work.read("a.csv"), "d\n1\n");
    work.kymo("log b.csv --to csv a.csv").ok();
    assert_eq!(work.read("b.csv"), "d\n1\n");
    // After the rotation by a day, too.
    work.kymo("log b.csv --to csv --from csv --columns d --header yes --rotate 1B a.csv").end();
    work.kymo("run 'validate a.csv | log c.csv --to csv --columns d --separator tab'").ok();
    assert_eq!(work.read("c.csv"), "d\n1\n");
    // Devices have no end and no other name.
    work.kymo("log /dev/null --to csv a.csv").ok();
}

/// A full disk ends it: no record is dropped in silence, and none is written by half.
#[test]
fn a_disk_that_is_full_ends_it() {
    let work = Work::new();
    work.kymo("log /dev/full --to csv").stdin(records(3)).end().code(74).tells("log");
    let command = "ulimit -f 1; kymo log a.csv --to csv";
    work.shell(command).stdin(records(100)).end().code(74);
    let text = work.read("a.csv");
    assert!(text.is_empty() || text.ends_with('\n'));
}

#[test]
fn words_that_do_not_fit_are_refused() {
    let work = Work::new();
    for (words, told) in [
        ("log a.log --to json", "a log has a line for each record"),
        ("log a.log --to senml", "a log has a line for each record"),
        ("log a.log --to csv --json", "--json is for messages"),
        ("log a.log --to csv --tee", "--tee is for messages"),
        ("log a.log --to csv --level error", "--level is for messages"),
        ("log a.log --to csv --assume error", "--assume is for messages"),
        ("log a.log --to csv --origin x", "--origin is for messages"),
        ("log a.log --from csv", "need --to"),
        ("log a.log b.log", "need --to"),
        ("log a.log --rejects r", "need --to"),
        ("log a.log --by x", "need --to"),
        ("log a.log --measurement x", "need --to"),
        ("log --to csv", "FILE"),
        ("log a.log --to csv --template x", "--template is for"),
    ] {
        work.kymo(words).stdin("").end().code(2).tells(told);
    }
    assert!(!work.path("a.log").exists());
}
