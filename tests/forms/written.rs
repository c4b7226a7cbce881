//! Records as other forms: `--to`.

use super::*;

const RECORDS: &str = concat!(
    "{\"time\":\"2024-04-27T14:23:05Z\",\"device\":\"a b\",\"value\":1.50,\"unit\":\"V\",\"on\":true,\"text\":\"x \\\"y\\\"\"}\n",
    "{\"time\":\"2024-04-27T14:23:06.5Z\",\"device\":\"b\",\"value\":-2,\"unit\":\"V\",\"on\":false,\"text\":\"ü;,\"}\n",
);

fn to(words: &str, input: &str) -> String {
    Work::new().kymo(words).stdin(input).ok()
}

#[test]
fn every_form_is_written_by_every_filter() {
    let csv = "time,device,value,unit,on,text\n\
        2024-04-27T14:23:05Z,a b,1.50,V,true,\"x \"\"y\"\"\"\n2024-04-27T14:23:06.5Z,b,-2,V,false,\"ü;,\"\n";
    for filter in ["validate", "map .", "gapfill --every 1h"] {
        assert_eq!(to(&format!("{filter} --to csv"), RECORDS), csv, "{filter}");
    }
    assert_eq!(
        to("validate --to csv --decimal ,", RECORDS).lines().nth(1),
        Some("2024-04-27T14:23:05Z;a b;1,50;V;true;\"x \"\"y\"\"\"")
    );
    assert_eq!(
        to("validate --to csv --columns device,value,time,unit,on,text,more", RECORDS).lines().nth(2),
        Some("b,-2,2024-04-27T14:23:06.5Z,V,false,\"ü;,\",")
    );
    assert_eq!(
        to("validate --to tsv", RECORDS).lines().nth(1),
        Some("2024-04-27T14:23:05Z\ta b\t1.50\tV\ttrue\tx \"y\"")
    );
    assert_eq!(
        to("validate --to influx --measurement volts", RECORDS).lines().next(),
        Some("volts,device=a\\ b value=1.50,unit=\"V\",on=true,text=\"x \\\"y\\\"\" 1714227785000000000")
    );
    assert_eq!(
        to(
            "validate --to senml",
            "{\"time\":1714227785.25,\"device\":\"a\",\"value\":1.50,\"unit\":\"V\"}\n{\"device\":\"a\",\"t\":1,\"on\":true}\n"
        ),
        "[{\"n\":\"a\",\"t\":1714227785.25,\"u\":\"V\",\"v\":1.50}\n,{\"n\":\"a\",\"vb\":true},{\"n\":\"a/t\",\"v\":1}\n]\n"
    );
    assert_eq!(to("validate --to json", "{\"a\":1}\n{\"b\":2}\n"), "[{\"a\":1}\n,{\"b\":2}\n]\n");
    assert_eq!(to("validate --to json", ""), "[]\n");
    assert_eq!(to("validate --to csv", ""), "");
    assert_eq!(
        to("validate --to text --template '{value}|{{{unit}}}|{/a/0}'", "{\"value\":1.50,\"unit\":\"V\",\"a\":[7]}\n"),
        "1.50|{V}|7\n"
    );
}

/// What is written is read as the same records, where the form can hold them.
#[test]
fn there_and_back() {
    for (form, records) in [
        ("csv", RECORDS),
        ("json", RECORDS),
        (
            "tsv",
            "{\"time\":\"2024-04-27T14:23:05Z\",\"device\":\"a b\",\"value\":1.50,\"on\":true,\"text\":\"x \\\"y\\\"\"}\n",
        ),
        (
            "influx",
            "{\"measurement\":\"m\",\"device\":\"a b\",\"value\":1.50,\"n\":7,\"on\":true,\"text\":\"x \\\"y\\\\\",\"time\":\"2024-04-27T14:23:05Z\"}\n",
        ),
        ("senml", "{\"time\":\"2024-04-27T14:23:05.25Z\",\"device\":\"a\",\"value\":1.50,\"unit\":\"V\"}\n"),
    ] {
        let work = Work::new();
        let text = work.kymo(&format!("validate --to {form}")).stdin(records).ok();
        assert_eq!(work.kymo(&format!("validate --from {form}")).stdin(text.clone()).ok(), records, "{form}: {text}");
    }
}

/// A record that the form cannot hold is a reject, and the books balance.
#[test]
fn what_a_form_cannot_hold_is_rejected() {
    for (words, input, rejected) in [
        ("--to csv", "{\"a\":1}\n{\"a\":2,\"b\":3}\n", 1),
        ("--to tsv", "{\"a\":\"x\\ty\"}\n{\"a\":1}\n", 1),
        ("--to influx", "{\"device\":\"a\"}\n{\"device\":\"a\",\"v\":1}\n{\"device\":\"a\",\"v\":null}\n", 2),
        ("--to senml", "{\"v\":[1],\"device\":\"a\"}\n{\"value\":1,\"device\":\"a\"}\n{\"value\":1}\n", 2),
        ("--to text --template {a}", "{\"a\":1}\n{\"b\":1}\n", 1),
    ] {
        let work = Work::new();
        let ended = work.kymo(&format!("validate {words} --rejects r")).stdin(input).end().code(1);
        assert_eq!(work.read("r").lines().count(), rejected, "{words}: {}", ended.stdout());
    }
    for (words, why) in [
        ("validate --to text", "--template"),
        ("validate --to nmea", "are read, and not written"),
        ("validate --template x", "--template is for --to text"),
        ("validate --measurement x --to csv", "--measurement is for --to influx"),
        ("run 'validate --to csv | store a.db'", "--to is for the last stage"),
        ("validate --to csv --template '{'", "a brace itself is {{"),
    ] {
        Work::new().kymo(words).stdin("").end().code(2).tells(why);
    }
}
