//! Rules of a registry: units, limits, names; and one that changes.

use super::*;

fn meters(words: &str, record: &str) -> Vec<[String; 4]> {
    faults(&format!("--meters m.csv {words}"), &[("m.csv", METERS)], record)
}

#[test]
fn each_rule_of_the_registry() {
    let none: [[String; 4]; 0] = [];
    for good in [
        r#"{"device":"m1","value":180,"unit":"V"}"#,
        r#"{"device":"m1","value":260.000,"unit":"V"}"#,
        r#"{"device":"m\u0031","value":2.6e2,"unit":"\u0056","more":null}"#,
        r#"{"device":7,"value":-1e300,"unit":"K"}"#,
        r#"{"device":"m2","volts":1,"unit":"A","text":"x"}"#,
    ] {
        assert_eq!(meters("", good), none, "{good}");
    }
    assert_eq!(
        meters("", r#"{"device":"m1","value":260.0001,"unit":"A"}"#),
        [["range", "/value", "260.0001", "a number from 180 to 260"], ["unit", "/unit", "\"A\"", "\"V\""]]
    );
    assert_eq!(
        meters("", r#"{"device":"m3","value":1,"unit":"V"}"#),
        [["unknown-device", "/device", "\"m3\"", "a device of the registry"]]
    );
    assert_eq!(meters("", r#"{"value":1}"#)[0], ["unknown-device", "/device", "", "a device of the registry"]);
    for (value, found) in [("null", "null"), ("\"200\"", "\"200\""), ("[200]", "[200]"), ("true", "true")] {
        let fault = &meters("", &format!(r#"{{"device":"m1","value":{value},"unit":"V"}}"#))[0];
        assert_eq!(fault, &["range", "/value", found, "a number from 180 to 260"]);
    }
    assert_eq!(meters("", r#"{"device":"m1","unit":"V"}"#), [["range", "/value", "", "a number from 180 to 260"]]);
    assert_eq!(meters("", r#"{"device":"m1","value":200,"unit":null}"#)[0], ["unit", "/unit", "null", "\"V\""]);
    assert_eq!(meters("", r#"{"device":{},"value":200}"#)[0][0], "unknown-device");
}

#[test]
fn the_fields_can_have_other_names() {
    let none: [[String; 4]; 0] = [];
    let words = "--by ip,room --value volts,amps --unit-field u --time at --time-unit ms";
    assert_eq!(meters(words, r#"{"at":1700000000000,"ip":"m1","volts":200,"value":9,"u":"V"}"#), none);
    let found = meters(words, r#"{"at":true,"ip":"m1","volts":1,"amps":2,"u":"A"}"#);
    let places: Vec<_> = found.iter().map(|[code, pointer, ..]| format!("{code} {pointer}")).collect();
    assert_eq!(places, ["time /at", "range /volts", "range /amps", "unit /u"]);
    assert_eq!(meters(words, r#"{"ip":"m1","value":200,"u":"V"}"#)[0][1], "/volts");
    let spelled = "--time-format '%d.%m.%Y %H:%M' --tz Europe/Berlin";
    assert_eq!(faults(spelled, &[], r#"{"time":"27.04.2024 14:23"}"#), none);
    assert_eq!(faults(spelled, &[], r#"{"time":"31.04.2024 14:23"}"#)[0][0], "time");
    assert_eq!(faults("--tz Europe/Berlin", &[], r#"{"time":"2024-04-27 14:23:00"}"#), none);
}

/// K101: one line says what is not checked.
#[test]
fn columns_that_are_not_there_are_reported_in_one_line() {
    for (header, told) in [
        ("device,keep\na,10s\n", "meters file m.csv lacks unit, min, max: not checked\n"),
        ("device,unit,min\na,V,0\n", "meters file m.csv lacks max: not checked\n"),
    ] {
        let work = Work::new();
        work.file("m.csv", header);
        let ended = work
            .kymo("validate --meters m.csv")
            .stdin("{\"time\":1,\"device\":\"a\",\"unit\":\"V\",\"value\":1}\n")
            .end();
        assert_eq!(ended.stderr(), format!("kymo: validate: {told}"));
    }
}

#[test]
fn a_missing_unit_is_appended() {
    let work = Work::new();
    work.file("m.csv", METERS);
    work.file("s.json", r#"{"required":["unit"],"properties":{"unit":{"const":"V"}}}"#);
    let out = work
        .kymo("validate --meters m.csv --schema s.json --summary")
        .stdin("{\"device\":\"m1\", \"value\":200.50 } \n{\"device\":\"m1\",\"value\":201,\"unit\":\"V\"}\n")
        .end()
        .code(0)
        .tells("\"completed\":1");
    let wanted =
        "{\"device\":\"m1\", \"value\":200.50 ,\"unit\":\"V\"}\n{\"device\":\"m1\",\"value\":201,\"unit\":\"V\"}\n";
    out.assert(out.stdout() == wanted, wanted);
}

#[test]
fn registries_of_all_forms() {
    let record = r#"{"device":"m1","value":261,"unit":"V"}"#;
    for text in [
        "\u{feff}max , note,unit,min,device\n260,\"a,b\",V,180,m1\n",
        r#"[{"device":"m1","unit":"V","min":180,"max":260,"more":1}]"#,
        r#"{"m1":{"unit":"V","min":180,"max":260}}"#,
        r#"{"meters":{"m1":{"unit":"V","min":180,"max":260}}}"#,
    ] {
        let found = faults("--meters m", &[("m", text)], record);
        assert_eq!(found, [["range", "/value", "261", "a number from 180 to 260"]], "{text}");
    }
    usage("--meters none.csv", &[]).tells("read meters file none.csv: No such file");
    usage("--meters m", &[("m", "device,min,max\na,1,2\na,1,2\n")]).tells("line 3: device \"a\" occurs twice");
    usage("--meters m", &[("m", "{\"a\":{\"min\":2,\n\"max\":1}}")]).tells("line 1: the minimum 2 is above");
}

/// What the server before kymo read of these files is in the fixture: it passed over bad lines, or took doubtful ones.
#[test]
fn each_fault_of_the_old_registry() {
    let cases: Vec<Value> =
        include_str!("mapping.ndjson").lines().map(|line| serde_json::from_str(line).expect("a case")).collect();
    for case in &cases {
        let (name, file) = (case["name"].as_str().expect("a name"), case["file"].as_str().expect("a file"));
        // The line that is wrong, and why; or the meters that there are.
        let wrong = match name {
            "3 fields" => "line 1: 3 fields between tabs, not 4: device, min, max, unit",
            "5 fields" => "line 1: 5 fields between tabs, not 4",
            "bad number" => "line 1: min \"zero\" is not a number",
            "decimal comma" => "line 1: max \"0,5\" is not a number",
            "duplicate ip: last wins" => "line 2: device \"10.0.0.1\" occurs twice",
            "start > end accepted" => "line 1: the minimum 110 is above the maximum 0",
            "nan range accepted" => "line 1: min \"nan\" is not a number",
            "inf range accepted" => "line 1: min \"-inf\" is not a number",
            "spaces instead of tabs" => "line 1: there is no column device",
            "quote char swallows rows" => "line 1: a quote: between tabs nothing is quoted",
            // The name of a device is what the records call it.
            "not an ip accepted" => "",
            // A blank line, a comment, CRLF, blanks around a unit and a BOM mean nothing.
            "shipped file"
            | "latin unit letters"
            | "blank line"
            | "CRLF"
            | "trailing space in unit kept"
            | "comment"
            | "utf-8 BOM becomes part of the ip" => "",
            _ => panic!("a case that is not tried: {name}"),
        };
        if !wrong.is_empty() {
            usage("--meters m", &[("m", file)]).tells(&format!("kymo: validate: read meters file m: {wrong}"));
            continue;
        }
        let device = if name == "not an ip accepted" { "hello" } else { "10.0.0.1" };
        // Latin and Cyrillic letters: V, and U+0412.
        for unit in ["V", "\u{412}"] {
            let record = format!(r#"{{"device":"{device}","value":1,"unit":"{unit}"}}"#);
            assert_eq!(faults("--meters m", &[("m", file)], &record), [[""; 4]; 0], "{name}");
        }
        let record = format!(r#"{{"device":"{device}","value":111,"unit":"A"}}"#);
        let found = faults("--meters m", &[("m", file)], &record);
        assert_eq!([&found[0][0], &found[1][0]], ["range", "unit"], "{name}");
    }
    assert_eq!(cases.len(), 18);
}

#[test]
fn units_with_prefixes_are_converted_for_the_comparison_only() {
    let none: [[String; 4]; 0] = [];
    let meters = "device\tmin\tmax\tunit\nv\t180\t260\tV\na\t0\t500\tmA\np\t\t1000\tW\ne\t0\t5\tkWh\nt\t0\t9\tK\n";
    let found = |record: &str| faults("--meters m", &[("m", meters)], record);
    for good in [
        r#"{"device":"v","value":230500,"unit":"mV"}"#,
        r#"{"device":"v","value":0.2600,"unit":"kV"}"#,
        r#"{"device":"v","value":0.2305,"unit":"кВ"}"#,
        r#"{"device":"a","value":0.5,"unit":"A"}"#,
        r#"{"device":"a","value":0.0005,"unit":"кА"}"#,
        r#"{"device":"p","value":1,"unit":"kW"}"#,
        r#"{"device":"e","value":5000,"unit":"Wh"}"#,
    ] {
        assert_eq!(found(good), none, "{good}");
    }
    assert_eq!(
        found(r#"{"device":"v","value":0.261,"unit":"kV"}"#),
        [["range", "/value", "0.261", "a number from 180 to 260 V"]]
    );
    assert_eq!(found(r#"{"device":"v","value":200,"unit":"mA"}"#), [["unit", "/unit", "\"mA\"", "\"V\""]]);
    assert_eq!(found(r#"{"device":"t","value":1,"unit":"mK"}"#)[0][0], "unit");
}

#[test]
fn a_registry_that_changes_is_read_again() {
    let work = Work::new();
    let path = work.file("m", "a\t0\t1\tV\n");
    let mut run = work.kymo("validate --meters m --log-level info").start();
    let answer = |run: &mut Running, device: &str| {
        // Behind each record one that always passes tells whether it did.
        run.send(&format!("{{\"device\":\"{device}\",\"value\":1}}\n{{\"device\":\"a\",\"value\":0}}\n"));
        let passed = run.line().contains(&format!("\"{device}\",\"value\":1"));
        passed && run.line().contains("\"value\":0")
    };
    assert!(answer(&mut run, "a") && !answer(&mut run, "b"));
    let end = Instant::now() + PATIENCE;
    work.file("m", "a\t0\t1\tV\nb\t0\t1\tV\n");
    while !answer(&mut run, "b") {
        assert!(Instant::now() < end, "it was not read again");
        std::thread::sleep(Duration::from_millis(50));
    }
    run.told("read meters file m again");
    // One that cannot be used is told once, and changes nothing.
    work.file("m", "a\t0\t1\tV\na\t0\t1\tV\n");
    std::thread::sleep(Duration::from_millis(1100));
    while answer(&mut run, "c")
        || run.try_told("the old registry is kept: read meters file m: line 2: device \"a\" occurs twice").is_none()
    {
        assert!(Instant::now() < end, "the bad one was not seen");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(answer(&mut run, "b"));
    std::fs::remove_file(&path).expect("a file");
    while run.try_told("the old registry is kept: the meters file is missing: No such file").is_none() {
        assert!(answer(&mut run, "b") && Instant::now() < end);
        std::thread::sleep(Duration::from_millis(50));
    }
    if std::fs::File::open("/dev/tty").is_ok() {
        skip("SIGHUP, which ends what has a terminal");
        return;
    }
    // A change that nothing but the order can tell of: the same size and time.
    let write = |device: char| {
        let path = work.file("m", format!("a\t0\t1\tV\n{device}\t0\t1\tV\n"));
        std::fs::File::options()
            .append(true)
            .open(path)
            .and_then(|file| file.set_modified(std::time::UNIX_EPOCH))
            .expect("a file");
    };
    write('c');
    while !answer(&mut run, "c") {
        assert!(Instant::now() < end);
        std::thread::sleep(Duration::from_millis(50));
    }
    write('d');
    assert!(!answer(&mut run, "d"));
    run.signal(Signal::HUP);
    while !answer(&mut run, "d") {
        assert!(Instant::now() < end, "SIGHUP was not heard");
    }
    assert!(!answer(&mut run, "c"));
    let (_, _, status) = run.end();
    assert_eq!(status.code(), Some(1));
}
