//! `simulate --to`: readings in other forms, on stdout and over connections.

use super::*;

/// What is written is read as the readings that NDJSON has.
#[test]
fn every_form_has_the_same_readings() {
    let work = Work::new();
    let whole = max(&work, "--devices 2 --for 5s");
    for form in ["ndjson", "json", "csv", "tsv"] {
        let text = max(&work, &format!("--devices 2 --for 5s --to {form}"));
        assert_eq!(work.kymo(&format!("validate --from {form}")).stdin(text).ok(), whole, "{form}");
    }
    let first = |flags: &str| max(&work, &format!("-C 1 --noise 0 {flags}"));
    let line = |flags: &str| first(flags).lines().last().expect("a line").to_owned();
    assert_eq!(first("--to csv").lines().next(), Some("time,device,value,unit,meter"));
    assert_eq!(line("--to csv --columns device,value --decimal , --decimals 2"), "m1-v;230,00");
    assert_eq!(line("--to csv --columns device,value --separator | --decimals 0"), "m1-v|230");
    assert_eq!(first("--to tsv --columns device,value --header no"), "m1-v\t230.000\n");
    assert_eq!(first("--to csv --columns value,unit --header yes"), "value,unit\n230.000,V\n");
    assert_eq!(first("--to text --template '{device} {value}{unit}' --decimals 1"), "m1-v 230.0V\n");
    assert!(
        first("--to influx --measurement mains")
            .starts_with("mains,device=m1-v value=230.000,unit=\"V\",meter=\"m1\" 17141")
    );
    assert!(first("--to influx").starts_with("readings,device=m1-v "));
    assert!(first("--to senml").starts_with("[{\"n\":\"m1-v\",\"t\":17141"));
    // Times for people, and days of their zone.
    assert!(first("--tz Europe/Berlin").starts_with("{\"time\":\"2024-04-27T00:00:00."));
    assert!(first("--tz Europe/Berlin").contains("+02:00\""));
    assert!(line("--to csv --time-format %d.%m.%Y --tz Europe/Berlin").starts_with("27.04.2024,m1-v,"));
    assert!(first("--time-format %Y").starts_with("{\"time\":\"2024\""));
    // What shall be wrong is wrong there too.
    let text = max(&work, "--for 100s --to csv --header no --torn 0.2 --not-json 0.1");
    let whole = max(&work, "--for 100s --to csv --header no");
    let count = |wanted: fn(&str, &str) -> bool| whole.lines().zip(text.lines()).filter(|(a, b)| wanted(a, b)).count();
    assert!((20..70).contains(&count(|a, b| a != b && a.starts_with(b))), "{text}");
    assert!((5..40).contains(&count(|_, b| b == "ERR sensor not ready")), "{text}");
}

/// The lines of the meters of old: no header, no zone.
#[test]
fn what_is_sent_is_a_line_for_each_reading() {
    let work = Work::new();
    let send = |flags: &str| {
        let (port, lines) = receiver(2, false);
        let command = format!(
            "simulate --speed max --start 2024-04-27 --devices 2 -C 8 --noise 0 --send tcp://127.0.0.1:{port} --clients 2 {flags}"
        );
        assert_eq!(work.kymo(&command).ok(), "");
        lines.join().expect("lines").into_iter().map(|(text, _)| text).collect::<Vec<_>>()
    };
    let format = "%Y.%m.%d %H:%M:%S.%6f";
    let tsv = send(&format!("--to tsv --columns device,time,value --time-format '{format}' --decimals 2"));
    assert_eq!(tsv.iter().map(|text| text.lines().count()).collect::<Vec<_>>(), [4, 4]);
    assert!(tsv.iter().flat_map(|text| text.lines()).all(|line| line.split('\t').count() == 3), "{tsv:?}");
    assert!(
        tsv.iter().any(|text| text.starts_with("m1-v\t2024.04.27 00:00:00.") && text.contains("\t230.00\n")),
        "{tsv:?}"
    );
    let records = work.kymo("validate --from tsv --columns device,time,value --time-format '%Y.%m.%d %H:%M:%S%.f'");
    assert_eq!(records.stdin(tsv.concat()).ok().lines().count(), 8);
    let csv = send("--to csv --columns device,value --header yes");
    assert!(csv.iter().all(|text| text.starts_with("device,value\n") && text.lines().count() == 5), "{csv:?}");
    let packs = send("--to senml");
    assert!(packs.iter().flat_map(|text| text.lines()).all(|line| line.starts_with("[{") && line.ends_with("}]")));
    let arrays = send("--to json");
    assert!(arrays.iter().flat_map(|text| text.lines()).all(|line| line.starts_with("[{") && line.ends_with("}]")));
}

#[test]
fn words_that_do_not_fit_are_refused() {
    let work = Work::new();
    for (flags, told) in [
        ("--to nmea", "are read, and not written"),
        ("--to text", "--template"),
        ("--columns time", "--columns is for --to csv and tsv"),
        ("--to json --header no", "--header is for --to csv and tsv"),
        ("--to csv --header auto", "yes or no"),
        ("--to csv --columns time,watts", "there is no field watts"),
        ("--to influx --time-format %Y", "--time-format is not for influx and senml"),
        ("--to csv --time-format %", "no format of times"),
        ("--separator ;", "--separator and --decimal are for --to csv"),
        ("--decimals 4", "4"),
        ("--to csv --stamp seen", "--stamp is for NDJSON"),
    ] {
        work.kymo(&format!("simulate {flags}")).end().code(2).tells(told);
    }
    work.kymo("run 'simulate --to csv | validate'").end().code(2).tells("--to is for the last stage");
    work.kymo("run 'query a.db --to csv | validate'").end().code(2).tells("--to is for the last stage");
    work.kymo("simulate --start 1975-01-01 -C 1 --to senml --speed max").end().code(1).tells("2^28");
}
