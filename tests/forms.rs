//! `--from`: what loggers, instruments and other programs write, as files, through pipes and as messages.

mod faults;
mod flatten;
mod messages;
mod written;

use crate::harness::Work;
use rustix::process::Signal;

/// What `validate` makes of an input: its records.
fn read(words: &str, input: impl AsRef<[u8]>) -> String {
    Work::new().kymo(&format!("validate {words}")).stdin(input).ok()
}

/// K66. The export of a German spreadsheet: semicolons, decimal commas, a date and a clock, and a mark of byte order.
#[test]
fn a_german_export_goes_into_a_database() {
    let work = Work::new();
    work.file(
        "w.csv",
        "\u{feff}Zeit;Uhr;Temp;Ort\r\n27.10.2024;14:23:05;21,5;Keller\r\n28.10.2024;14:23:05;-0,25;\r\n",
    );
    let words = "--decimal , --time-columns Zeit,Uhr --time-format '%d.%m.%Y %H:%M:%S' --tz Europe/Berlin";
    work.kymo(&format!("store w.db w.csv {words}")).ok();
    assert_eq!(
        work.kymo("query w.db").ok(),
        "{\"Temp\":21.5,\"Ort\":\"Keller\",\"time\":\"2024-10-27T13:23:05Z\"}\n\
         {\"Temp\":-0.25,\"time\":\"2024-10-28T13:23:05Z\"}\n"
    );
}

/// A table of Campbell's loggers: a title, names, units, kinds; what is missing is "NAN".
#[test]
fn toa5_needs_no_flag_but_its_null() {
    let toa5 = "\"TOA5\",\"st1\",\"CR1000\",\"1\",\"CPU:p.CR1\",\"1\",\"Ten\"\r\n\
                \"TIMESTAMP\",\"RECORD\",\"AirT_Avg\"\r\n\"TS\",\"RN\",\"Deg C\"\r\n\"\",\"\",\"Avg\"\r\n\
                \"2024-07-03 10:00:00\",0,21.53\r\n\"2024-07-03 10:10:00\",1,\"NAN\"\r\n";
    let work = Work::new();
    work.file("t.csv", toa5);
    work.kymo("store t.db t.csv --null NAN --time TIMESTAMP --tz UTC --time-format '%Y-%m-%d %H:%M:%S'").ok();
    assert_eq!(
        work.kymo("query t.db").ok(),
        "{\"TIMESTAMP\":\"2024-07-03T10:00:00Z\",\"RECORD\":0,\"AirT_Avg\":21.53}\n\
         {\"TIMESTAMP\":\"2024-07-03T10:10:00Z\",\"RECORD\":1}\n"
    );
}

/// K66. What kymo writes as CSV comes back as the same records: texts that look like numbers, quotes, breaks, marks.
#[test]
fn what_is_written_as_csv_comes_back() {
    let work = Work::new();
    let records = "{\"time\":\"2024-07-03T10:00:00Z\",\"device\":\"7\",\"v\":1.50,\"note\":\"a \\\"b\\\",\\nc\"}\n\
                   {\"time\":\"2024-07-03T10:01:00Z\",\"device\":\"7\",\"v\":12345678901234567,\"note\":\"true\",\"filled\":true}\n\
                   {\"time\":\"2024-07-03T10:02:00Z\",\"device\":\"x\",\"note\":\" \"}\n";
    work.kymo("store a.db").stdin(records).ok();
    let all = work.kymo("query a.db").ok();
    work.file("a.csv", work.kymo("query a.db --to csv").ok());
    work.kymo("store b.db a.csv").ok();
    assert_eq!(work.kymo("query b.db").ok(), all);
    work.kymo("trim b.db --before 2025-01-01 --archive old.csv").ok();
    work.kymo("store c.db old.csv").ok();
    assert_eq!(work.kymo("query c.db").ok(), all);
}

#[test]
fn columns_as_they_come() {
    for (words, input, wanted) in [
        ("", "a,b\n1,x\n", ""),
        ("--from csv", "a,b\n1,x\n", "{\"a\":1,\"b\":\"x\"}\n"),
        // K76: a separator ends each line.
        ("--from csv", "a,b,\n1,2,\n", "{\"a\":1,\"b\":2}\n"),
        ("--from csv", "a,b\n1,2,\n", "{\"a\":1,\"b\":2}\n"),
        // K76: lines of `#` before the names.
        ("--from csv", "# station 7\n# 2024\na,b\n1,2\n", "{\"a\":1,\"b\":2}\n"),
        ("--from csv --comment %", "a\n% x\n1\n", "{\"a\":1}\n"),
        ("--from csv --skip 2", "some title\n\na\n1\n", "{\"a\":1}\n"),
        ("--from csv --units-row", "t,h\nC,%\n1,2\n", "{\"t\":1,\"h\":2}\n"),
        ("--from csv --units-row=2", "t\nC\nAvg\n1\n", "{\"t\":1}\n"),
        ("--from csv --header no", "1,2\n3,4\n", "{\"1\":1,\"2\":2}\n{\"1\":3,\"2\":4}\n"),
        ("--from csv --header yes", "1,2\n3,4\n", "{\"1\":3,\"2\":4}\n"),
        ("--from csv --columns a,b", "1,2\n", "{\"a\":1,\"b\":2}\n"),
        ("--from csv --columns a,b --header yes", "x,y\n1,2\n", "{\"a\":1,\"b\":2}\n"),
        ("--from csv --separator '|' --quote \"'\"", "a|b\n'1|2'|3\n", "{\"a\":\"1|2\",\"b\":3}\n"),
        ("--from csv", "a;b\n1;2\n", "{\"a\":1,\"b\":2}\n"),
        ("--from tsv", "a\tb\n1\t2 3\n", "{\"a\":1,\"b\":\"2 3\"}\n"),
        // A carriage return alone ends lines.
        ("--from csv", "a,b\r1,2\r3,4", "{\"a\":1,\"b\":2}\n{\"a\":3,\"b\":4}\n"),
        ("--from csv", "a,b\r\n1,\"x\r\ny\"\r\n", "{\"a\":1,\"b\":\"x\\r\\ny\"}\n"),
        ("--from csv --null NAN,-999,---", "a,b,c,d\nNAN,-999.00,\"---\",1\n", "{\"d\":1}\n"),
        ("--from csv", "a,b,c\n+1,.5,007\n", "{\"a\":1,\"b\":0.5,\"c\":\"007\"}\n"),
        // A point groups digits there, or not: nobody knows.
        ("--from csv --decimal ,", "a;b\n1,5;1.234\n", "{\"a\":1.5,\"b\":\"1.234\"}\n"),
    ] {
        let work = Work::new();
        let ended = work.kymo(&format!("validate {words}")).stdin(input).end();
        assert_eq!(ended.stdout(), wanted, "{words} {input:?}: {}", ended.stderr());
    }
}

/// A first line that names nothing rejects its lines, and no later line is taken for the names.
#[test]
fn no_line_is_taken_for_names_later() {
    let ended = Work::new().kymo("validate --from csv").stdin("a,a\nb,c\n1,2\n").end().code(1);
    assert_eq!((ended.stdout().as_str(), ended.stderr().lines().count()), ("", 3), "{}", ended.stderr());
    Work::new().kymo("validate --from csv").stdin("2024-07-03T10:00:00Z,5\n").end().code(1).tells("--columns names");
}

/// K69. A mark of byte order is no part of the first record, whatever reads it and however it comes.
#[test]
fn a_mark_of_byte_order_is_no_text() {
    let record = "{\"time\":1,\"value\":1}\n";
    for words in ["validate", "gapfill --every 1s", "map ."] {
        assert_eq!(Work::new().kymo(words).stdin(format!("\u{feff}{record}")).ok(), record, "{words}");
    }
    assert_eq!(read("", "\u{feff}"), "");
    let work = Work::new();
    work.file("a", format!("\u{feff}{record}"));
    work.file("b", format!("\u{feff}{record}"));
    assert_eq!(work.kymo("validate a b").ok(), record.repeat(2));
    // One byte after the other.
    let script = "for byte in '\\xef' '\\xbb' '\\xbf' '{}' '\\n'; do printf $byte; sleep 0.05; done | kymo validate";
    assert_eq!(work.shell(script).ok(), "{}\n");
    assert_eq!(read("--from csv", "\u{feff}a\n1\n"), "{\"a\":1}\n");
}

#[test]
fn encodings() {
    let wide = |text: &str, big: bool| -> Vec<u8> {
        let bytes = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(bytes).collect()
    };
    for big in [false, true] {
        assert_eq!(read("", wide("{\"u\":\"°C 🌡\"}\n", big)), "{\"u\":\"°C 🌡\"}\n");
        assert_eq!(read("--from csv", wide("u,v\n°C,1\n", big)), "{\"u\":\"°C\",\"v\":1}\n");
    }
    assert_eq!(read("--from csv --encoding latin1", b"u\n\xb0C\n"), "{\"u\":\"°C\"}\n");
    Work::new().kymo("validate --from csv").stdin(b"u\n\xb0C\n").end().code(1).tells("not UTF-8");
    Work::new().kymo("validate --encoding klingon").end().code(2).tells("is not an encoding");
}

/// Compressed inputs are known by their first bytes: files and pipes, one after the other, several members in one.
#[test]
fn compressed_inputs() {
    let work = Work::new();
    let records: String = (0..50_000).map(|n| format!("{{\"n\":{n}}}\n")).collect();
    work.file("a", &records);
    work.shell("gzip -k a && cat a.gz a.gz > b.gz").ok();
    assert_eq!(work.kymo("validate a.gz").ok(), records);
    assert_eq!(work.shell("cat b.gz | kymo validate").ok(), records.repeat(2));
    work.file("c.csv", "a\n1\n");
    work.shell("gzip c.csv").ok();
    assert_eq!(work.kymo("validate c.csv.gz").ok(), "{\"a\":1}\n");
    // What there is of a torn one passes, and its end is missed.
    let ended = work.shell("head -c 50000 a.gz | kymo validate").end().code(1).tells("compressed input");
    assert!(records.starts_with(&ended.stdout()[..ended.stdout().rfind('\n').expect("records") + 1]));
    work.shell("(head -c 20000 a.gz; printf garbage; tail -c 20000 a.gz) | kymo validate").end().code(1);
    if work.shell("command -v zstd").end().stdout().is_empty() {
        return crate::harness::skip("no zstd");
    }
    work.shell("zstd -q a && cat a.zst a.zst > b.zst && zstd -q -19 a -o c.zst").ok();
    assert_eq!(work.kymo("validate a.zst c.zst").ok(), records.repeat(2));
    assert_eq!(work.shell("cat b.zst | kymo validate").ok(), records.repeat(2));
    work.shell("head -c 9000 a.zst | kymo validate").end().code(1).tells("the end of the compressed input is missing");
}

#[test]
fn json_however_it_is_laid_out() {
    for (input, wanted) in [
        ("[{\"a\":1},\n  {\"a\":\n[1, 2]}]", "{\"a\":1}\n{\"a\":[1,2]}\n"),
        ("{\n \"a\": 1.50\n}\n{\"b\":\"x]}\\\"\"}", "{\"a\":1.50}\n{\"b\":\"x]}\\\"\"}\n"),
        // On one line a record stays as it is, byte for byte.
        ("{ \"a\" : 1.50 }", "{ \"a\" : 1.50 }\n"),
        ("[]", ""),
        (" [ ] ", ""),
        ("", ""),
    ] {
        assert_eq!(read("--from json", input), wanted, "{input}");
    }
    for (input, passed, why) in [
        ("[{\"a\":1},5]", "{\"a\":1}\n", "a value that is not an object"),
        ("[{\"a\":1},", "{\"a\":1}\n", "the end of the array is missing"),
        ("{\"a\":[1,", "", "its end is missing"),
        ("[{\"a\":1} {\"a\":2}]", "{\"a\":1}\n{\"a\":2}\n", "no comma"),
        ("{\"a\":01}", "", "not a JSON object"),
        ("[1]]", "", "is where a value should be"),
    ] {
        let ended = Work::new().kymo("validate --from json").stdin(input).end().code(1).tells(why);
        assert_eq!(ended.stdout(), passed, "{input}");
    }
    assert_eq!(
        read("--from json --null NaN,-999", "[{\"a\":NaN,\"b\":-999.0,\"c\":\"NaN\"}]"),
        "{\"a\":null,\"b\":null,\"c\":null}\n"
    );
}

/// K68. Twenty sensors that say `nan` cannot be changed.
#[test]
fn words_for_nothing_in_json() {
    let input = "{\"temperature\":nan,\"humidity\":41.2,\"s\":\"a nan\"}\n{\"t\":-Infinity}\n{\"t\":[1,NaN]}\n";
    let wanted = "{\"temperature\":null,\"humidity\":41.2,\"s\":\"a nan\"}\n{\"t\":null}\n{\"t\":[1,null]}\n";
    assert_eq!(read("--null nan,NaN,-Infinity", input), wanted);
    Work::new().kymo("validate").stdin("{\"t\":NaN}\n").end().code(1).tells("(--null NaN,Infinity?)");
}

/// K67. A word in the first row does not make a number's column one of text.
#[test]
fn a_word_for_nothing_makes_no_column_of_text() {
    let work = Work::new();
    let records = "{\"time\":0,\"device\":\"a\",\"t\":\"NAN\"}\n{\"time\":60,\"device\":\"a\",\"t\":30.18}\n";
    work.kymo("store n.db --null NAN").stdin(records).ok();
    assert!(work.kymo("query n.db").ok().contains("30.18"));
}

/// RFC 8428, 5.1.2 to 5.1.4: base fields, and times that are counted from others.
#[test]
fn senml_packs_are_resolved() {
    let pack = r#"[{"bn":"urn:dev:ow:10e2073a0108006:","bt":1.276020076001e+09,"bu":"A","bver":5,"n":"voltage","u":"V","v":120.1},
        {"n":"current","t":-5,"v":1.2},{"n":"on","vb":true},{"bn":"x/","bv":20,"n":"t","v":1.5},{"n":"label","vs":"ok"}]"#;
    assert_eq!(
        read("--from senml", pack),
        "{\"time\":\"2010-06-08T18:01:16.001Z\",\"device\":\"urn:dev:ow:10e2073a0108006:voltage\",\"value\":120.1,\"unit\":\"V\"}\n\
         {\"time\":\"2010-06-08T18:01:11.001Z\",\"device\":\"urn:dev:ow:10e2073a0108006:current\",\"value\":1.2,\"unit\":\"A\"}\n\
         {\"time\":\"2010-06-08T18:01:16.001Z\",\"device\":\"urn:dev:ow:10e2073a0108006:on\",\"on\":true,\"unit\":\"A\"}\n\
         {\"time\":\"2010-06-08T18:01:16.001Z\",\"device\":\"x/t\",\"value\":21.5,\"unit\":\"A\"}\n\
         {\"time\":\"2010-06-08T18:01:16.001Z\",\"device\":\"x/label\",\"text\":\"ok\",\"unit\":\"A\"}\n"
    );
    for (pack, why) in [
        (r#"[{"v":1}]"#, "without a name"),
        (r#"[{"n":"a","v":"1"}]"#, "v is not a number"),
        (r#"[{"n":"a","v":1,"must_":2}]"#, "must be understood"),
        (r#"[{"bver":11,"n":"a","v":1}]"#, "bver"),
    ] {
        Work::new().kymo("validate --from senml").stdin(pack).end().code(1).tells(why);
    }
    // Without a time it is of now.
    assert!(read("--from senml", r#"[{"n":"a","v":1}]"#).starts_with("{\"time\":\"20"));
}

/// K76. Sentences with their checksums.
#[test]
fn sentences_of_nmea() {
    let lines = "$WIMWV,214.8,R,0.1,K,A*28\r\n\
                 $GPRMC,123519.50,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*41\r\n\
                 $GPGLL,4916.45,S,12311.12,W,225444,A*2C\r\n\
                 $WIXDR,C,-19.7,C,TempAir,H,007,P,*35\r\n$PABC,x,1\r\n";
    assert_eq!(
        read("--from nmea", lines),
        "{\"sentence\":\"WIMWV\",\"wind_angle\":214.8,\"reference\":\"R\",\"wind_speed\":0.1,\"unit\":\"K\",\"status\":\"A\"}\n\
         {\"sentence\":\"GPRMC\",\"status\":\"A\",\"latitude\":48.1173,\"longitude\":11.5166666667,\"speed_kn\":22.4,\"course\":84.4,\"time\":\"1994-03-23T12:35:19.50Z\"}\n\
         {\"sentence\":\"GPGLL\",\"latitude\":-49.2741666667,\"longitude\":-123.1853333333,\"status\":\"A\",\"clock\":\"22:54:44\"}\n\
         {\"sentence\":\"WIXDR\",\"TempAir\":-19.7,\"TempAir_unit\":\"C\",\"transducer2\":7,\"transducer2_unit\":\"P\"}\n\
         {\"sentence\":\"PABC\",\"field1\":\"x\",\"field2\":1}\n"
    );
    for (line, why) in [
        ("$WIMWV,214.8,R,0.1,K,A*29", "the checksum is 28, not 29"),
        ("$WIMWV,214.8*2", "is no checksum"),
        ("WIMWV,1", "neither $ nor !"),
        ("$GPGLL,x916.45,S,12311.12,W,225444,A", "is no latitude"),
        ("$GPGLL,-003E1735000000,S,12311.12,W,225444,A", "is no latitude"),
        ("$GPGLL,4916.45,S,inf11.12,W,225444,A", "is no longitude"),
        ("$GPRMC,12é519,A,,,,,,,230394", "is no time"),
        ("$,1", "is no name"),
    ] {
        Work::new().kymo("validate --from nmea").stdin(line).end().code(1).tells(why);
    }
}

/// K65. What switches and sensors send that say nothing but their reading.
#[test]
fn bare_values() {
    for (text, wanted) in [
        ("on", "{\"value\":1}"),
        ("OFF", "{\"value\":0}"),
        ("true", "{\"value\":1}"),
        ("closed", "{\"value\":0}"),
        ("21.5", "{\"value\":21.5}"),
        ("\"23.4\"", "{\"value\":23.4}"),
        ("23.4 °C", "{\"value\":23.4,\"unit\":\"°C\"}"),
        ("230V", "{\"value\":230,\"unit\":\"V\"}"),
        ("45 %", "{\"value\":45,\"unit\":\"%\"}"),
        ("+23.4", "{\"value\":23.4}"),
        (".5", "{\"value\":0.5}"),
        ("hello world", "{\"text\":\"hello world\"}"),
        ("2024-07-03", "{\"text\":\"2024-07-03\"}"),
        ("10.0.0.1", "{\"text\":\"10.0.0.1\"}"),
        ("unavailable", "{\"value\":null}"),
    ] {
        assert_eq!(read("--from text --null unavailable", text), format!("{wanted}\n"), "{text}");
    }
    assert_eq!(read("--from text --decimal ,", "21,5 °C\n"), "{\"value\":21.5,\"unit\":\"°C\"}\n");
    assert_eq!(read("--from raw", "a \"b\"\n"), "{\"line\":\"a \\\"b\\\"\"}\n");
    assert_eq!(
        read("--from influx", "m,t=x f=1i 1465839830100400200\n# c\n"),
        "{\"measurement\":\"m\",\"t\":\"x\",\"f\":1,\"time\":\"2016-06-13T17:43:50.1004002Z\"}\n"
    );
}

/// Bytes that are plainly of another form say so.
#[test]
fn a_line_that_is_no_record_says_what_it_looks_like() {
    for (input, hint) in [
        ("time,value\n", "--from csv"),
        ("27.10.2024;21,5\n", "--from csv"),
        ("a\tb\n", "--from tsv"),
        ("[{\"a\":1}]\n", "--from json"),
        ("{\n", "--from json"),
        ("m,t=x f=1i 12\n", "--from influx"),
        ("$GPGLL,1\n", "--from nmea"),
        ("21.5\n", "--from text"),
    ] {
        Work::new().kymo("validate").stdin(input).end().code(1).tells(hint);
    }
}

/// A quote or an array that never ends costs no more than --max-record, and the lines after it are read.
#[test]
fn what_never_ends_is_bounded() {
    let work = Work::new();
    let open = format!("a,b\n1,\"x\n{}3,4\n", "y\n".repeat(2000));
    let ended = work
        .kymo("validate --from csv --max-record 1KiB")
        .stdin(open)
        .end()
        .code(1)
        .tells("a quote is not closed (within --max-record 1024 bytes)");
    assert!(ended.stdout().ends_with("{\"a\":3,\"b\":4}\n"), "{}", ended.stdout());
    let long = format!("[{{\"a\":\"{}\"}},{{\"b\":1}}]", "x".repeat(5000));
    let ended = work.kymo("validate --from json --max-record 1KiB").stdin(long).end().code(1).tells("longer than");
    assert_eq!(ended.stdout(), "{\"b\":1}\n");
}

/// A reject that is still being written when kymo is told to end has an end all the same.
#[test]
fn a_long_reject_that_is_cut_off_has_an_end() {
    let work = Work::new();
    let mut run = work.kymo("validate --from csv --max-record 1KiB --rejects r").start();
    run.send(&format!("a\n1\n{}", "x".repeat(5_000)));
    assert_eq!(run.line(), "{\"a\":1}");
    run.signal(Signal::TERM);
    drop(run.end());
    let rejects = work.read("r");
    assert!(rejects.ends_with("}\n") && rejects.contains("too-long"), "{rejects}");
}

/// A trickle has no delay: each line leaves when it has come; and a signal loses nothing of what came.
#[test]
fn a_trickle_of_columns_has_no_delay() {
    let work = Work::new();
    let mut run = work.kymo("validate --from csv").start();
    run.send("a,b\n1,2\n");
    assert_eq!(run.line(), "{\"a\":1,\"b\":2}");
    let mut short = work.kymo("validate --from text").start();
    short.send("5\n");
    assert_eq!(short.line(), "{\"value\":5}");
    drop(short.end());
    run.send("3,4\n5,");
    assert_eq!(run.line(), "{\"a\":3,\"b\":4}");
    run.signal(Signal::TERM);
    run.send("6\n");
    assert_eq!(run.line(), "{\"a\":5,\"b\":6}");
    let (_, stderr, status) = run.end();
    assert!(status.success() || status.code() == Some(143), "{stderr}");
}

#[test]
fn flags_that_do_not_fit() {
    for (words, why) in [
        ("validate --from cvs", "a form is one of ndjson, json, csv"),
        ("validate --from json --columns a", "--columns is for csv and tsv"),
        ("validate --from nmea --units-row", "--units-row is for csv and tsv"),
        ("validate --separator ab", "one ASCII character"),
        ("validate --decimal x", "`.` or `,`"),
        ("validate --header maybe", "yes, no or auto"),
        ("run 'every 1s -- echo 1' 'validate --from csv'", ""),
        ("run 'validate | map . --from csv'", "for the first stage"),
        ("mqtt-cat mqtt://127.0.0.1 -t a --columns a", "--columns needs --from"),
        ("wss-cat ws://127.0.0.1 --each /a --from csv", "--each is for JSON"),
        ("replay r --from-rejects --from csv", "a form of its own"),
        ("tcp-listen :0 --from senml", "a connection has lines"),
    ] {
        Work::new().kymo(words).end().code(2).tells(why);
    }
}

/// The output of a command is an input like others.
#[test]
fn every_reads_any_form() {
    let printed = Work::new().kymo("every 1s -C 2 --from csv -- printf 'a,b\\n1,2\\n'").ok();
    assert_eq!(printed, "{\"a\":1,\"b\":2}\n".repeat(2));
}

/// K73. Times of ISO 8601 as clocks and loggers spell them.
#[test]
fn times_that_are_nearly_rfc_3339() {
    for (time, flags, wanted) in [
        ("2024-04-27T14:23:05+0200", "", "2024-04-27T12:23:05Z"),
        ("2024-04-27T14:23Z", "", "2024-04-27T14:23:00Z"),
        ("2024-04-27T14:23:05,5Z", "", "2024-04-27T14:23:05.5Z"),
        ("2024-04-27T24:00:00Z", "", "2024-04-28T00:00:00Z"),
        ("2024-04-27T14:23", "--tz Europe/Berlin", "2024-04-27T12:23:00Z"),
        ("2024-04-27 24:00", "--tz Europe/Berlin", "2024-04-27T22:00:00Z"),
        ("2024-04-27T14:23:05+02", "--tz UTC", "2024-04-27T12:23:05Z"),
    ] {
        let work = Work::new();
        work.kymo(&format!("store a.db {flags}")).stdin(format!("{{\"time\":\"{time}\",\"v\":1}}\n")).ok();
        assert_eq!(work.kymo("query a.db").ok(), format!("{{\"time\":\"{wanted}\",\"v\":1}}\n"), "{time} {flags}");
    }
    let naive = "{\"time\":\"2024-04-27T14:23\",\"v\":1}\n";
    Work::new().kymo("store a.db").stdin(naive).end().code(1).tells("--tz ZONE");
}
