//! What gets no power: counted, rejected or passed.

use super::*;

/// What has no partner, and what is no voltage or current: dropped and counted, rejected, or passed on.
#[test]
fn what_gets_no_power_is_counted_rejected_or_passed() {
    let work = Work::new();
    let alone = [volts(1.0, 1.0), volts(5.0, 2.0), amperes(5.0, 2.0), amperes(9.0, 2.0)].concat();
    let other = "{\"time\":6,\"device\":\"t\",\"value\":2,\"unit\":\"°C\"}\n{\"time\":7}\n";
    let lines = alone + other;
    let power = "{\"time\":5,\"device\":\"power\",\"value\":4.0,\"unit\":\"W\",\"voltage\":2.0,\"current\":2.0,\"skew_ms\":0}\n";
    for flags in ["", "--unpaired drop"] {
        let ended = work.kymo(&format!("power {flags} --summary")).stdin(&lines).end().code(0);
        ended.assert(ended.stdout() == power, "one power");
        ended.tells("\"left_out\":{\"spare\":4},\"made\":1,\"other\":2,\"out\":1,\"passed\":0,\"powers\":1,\"rejected\":0,\"repeated\":0,\"stage\":\"power\",\"unpaired\":1");
    }
    let ended = work.kymo("power --unpaired reject --rejects r").stdin(&lines).end().code(1);
    assert_eq!(ended.stdout(), power);
    let rejects = objects(&work.read("r"));
    let reasons: Vec<(&Value, &Value)> = rejects.iter().map(|r| (&r["reason"], &r["line"])).collect();
    let wanted = [
        ("no current within 500ms", 1),
        ("no voltage or current of a meter", 5),
        ("no voltage or current of a meter", 6),
        // What never was an answer is known at the end (K5).
        ("no voltage within 500ms", 4),
    ];
    assert_eq!(json!(reasons), json!(wanted));
    assert_eq!(rejects[0]["raw"], volts(1.0, 1.0).trim_end());
    let ended = work.kymo("power --unpaired reject --per current --strict").stdin(&lines).end().code(1);
    ended.tells("line 1 of stdin cannot be used: no current within 500ms");
    // The first reading that cannot be used is told as such, not the one that showed it.
    let ended = work.kymo("power --unpaired reject --strict").stdin(&lines).end().code(1);
    ended.tells("line 1 of stdin cannot be used: no current within 500ms");
    let passed = work.kymo("power --unpaired pass").stdin(&lines).ok();
    assert_eq!(passed, volts(1.0, 1.0) + power + other + &amperes(9.0, 2.0));
    let kept = work.kymo("power --keep-inputs").stdin(&lines).ok();
    assert_eq!(sorted(&kept), sorted(&(lines.clone() + power)));
    assert!(kept.starts_with(&volts(1.0, 1.0)));
    work.kymo("power --keep-inputs --unpaired pass").end().code(2).tells("twice");
    // --within 0: the same moment only.
    assert_eq!(powers(&work, "--within 0", &lines), [(5.0, 4.0)]);
    let near = volts(1.0, 1.0) + &amperes(1.001, 1.0);
    assert_eq!(powers(&work, "--within 0", &near), []);
    assert_eq!(powers(&work, "--within 1ms", &near), [(1.0, 1.0)]);
}

#[test]
fn what_cannot_be_read_is_rejected_with_its_reason() {
    let work = Work::new();
    work.file("pairs.csv", "name,voltage,current\nm,v,a\nboth,b,b\n");
    for (flags, line, reason) in [
        ("--pairs pairs.csv", volts(1.0, 1.0).replace("\"V\"", "\"A\""), "the unit \"A\" is not volts"),
        ("--pairs pairs.csv", amperes(1.0, 1.0).replace("\"A\"", "\"kWh\""), "the unit \"Wh\" is not amperes"),
        ("--pairs pairs.csv", amperes(1.0, 1.0).replace("\"A\"", "\"lux\""), "the unit \"lux\" is not amperes"),
        ("--pairs pairs.csv", amperes(1.0, 1.0).replace("\"A\"", "7"), "the unit 7 is not amperes"),
        (
            "--pairs pairs.csv",
            "{\"time\":1,\"device\":\"b\",\"value\":1}\n".into(),
            "no field \"unit\" with volts or amperes",
        ),
        ("", volts(1.0, 1.0).replace(":1,", ":\"x\","), "time \"x\" is not a time"),
        ("", "{\"time\":1,\"unit\":\"V\"}\n".into(), "the field \"value\" is not a number"),
        ("", "{\"time\":1,\"unit\":\"V\",\"value\":\"1\"}\n".into(), "the field \"value\" is not a number"),
        ("", "{\"time\":1,\"unit\":\"V\",\"value\":1e101}\n".into(), "too large for a voltage or current"),
        ("", volts(1.0, 1.0) + &reading(2.0, "w", 1.0, "V"), "a second voltage, w beside v"),
        (
            "--meter-field n --max-meters 1",
            "{\"time\":1,\"n\":1,\"unit\":\"V\",\"value\":1}\n{\"time\":1,\"n\":2,\"unit\":\"V\",\"value\":1}\n".into(),
            "more than --max-meters 1",
        ),
        (
            "--meter-field n --phases",
            "{\"time\":1,\"n\":1,\"unit\":\"V\",\"value\":1}\n".into(),
            "the field \"phase\" is not one of L1",
        ),
    ] {
        work.kymo(&format!("power {flags}")).stdin(line).end().code(1).tells(reason);
    }
    // Without a unit the file of pairs says what a reading is, and numbers are as good as text.
    work.file("numbers.csv", "name,voltage,current\nm,1,2\n");
    let lines = "{\"time\":1,\"device\":1,\"value\":3}\n{\"time\":1,\"device\":\"2\",\"value\":4,\"unit\":null}\n";
    assert_eq!(powers(&work, "--pairs numbers.csv", lines), [(1.0, 12.0)]);
    // A device that measures both, and series of several fields.
    let lines = "{\"time\":1,\"device\":\"b\",\"value\":3,\"unit\":\"V\"}\n{\"time\":1,\"device\":\"b\",\"value\":4,\"unit\":\"A\"}\n";
    assert_eq!(powers(&work, "--pairs pairs.csv", lines), [(1.0, 12.0)]);
    work.file("two.csv", "name,voltage,current\nm,\"b,V\",\"b,A\"\n");
    assert_eq!(powers(&work, "--pairs two.csv --by device,unit", lines), [(1.0, 12.0)]);
    // One meter without a name has none.
    let lines = lines.replace(",\"device\":\"b\"", "");
    assert!(work.kymo("power").stdin(lines).ok().starts_with("{\"time\":1,\"value\":12.0,"));
    for (flags, told) in [
        ("--pairs none.csv", "read pairs file none.csv: No such file"),
        ("--pairs pairs.csv --meter-field x", "cannot be used with"),
        ("--phases", "--phases needs --pairs or --meter-field"),
        ("--value a,b", "one value"),
        ("--match best", "best"),
        ("--per power", "power"),
        ("--within -1s", "there is no flag -1"),
        ("--within 5x", "not a duration"),
        ("--every 0s", "longer than 0"),
        ("--after a.db", "--energy"),
    ] {
        work.kymo(&format!("power {flags}")).end().code(2).tells(told);
    }
}

/// What waits is bounded by the readings' own time and in number; what is given up is told once.
#[test]
fn waiting_is_bounded_and_told() {
    let work = Work::new();
    let lines: String = (0..1000).map(|n| volts(n.into(), 1.0)).collect();
    let ended = work.kymo("power --unpaired pass --max-wait 100s --summary").stdin(&lines).end().code(0);
    ended.assert(ended.stdout() == lines, "all of them in order");
    let ended = ended.tells("a voltage has waited longer than --max-wait 1m40s for a current");
    assert_eq!(ended.stderr().lines().count(), 2);
    let ended = work.kymo("power --unpaired pass --max-held 50 --summary").stdin(&lines).end().code(0);
    ended.assert(ended.stdout() == lines, "all of them in order");
    let ended = ended.tells("more readings wait than --max-held");
    assert_eq!(ended.stderr().lines().count(), 2);
    // The side that answers is let go of too, and the meter that holds most goes first.
    let mut lines: String = (0..1000).map(|n| reading(n.into(), "v", 1.0, "V").replace('}', ",\"m\":1}")).collect();
    lines += &reading(0.0, "a", 1.0, "A").replace('}', ",\"m\":2}");
    lines += &reading(0.25, "v", 1.0, "V").replace('}', ",\"m\":2}");
    lines += &reading(1.0, "v", 1.0, "V").replace('}', ",\"m\":2}");
    lines += &(998..1010).map(|n| reading(n.into(), "a", 1.0, "A").replace('}', ",\"m\":1}")).collect::<String>();
    for flags in ["--per current", ""] {
        let out = objects(
            &work.shell(&format!("kymo power --meter-field m --max-held 60 {flags} 2>/dev/null")).stdin(&lines).ok(),
        );
        let of = |meter: i64| out.iter().filter(|r| r["device"] == meter).count();
        assert_eq!((of(1), of(2)), (2, 1), "{flags}");
    }
    // Memory, with the lines of what waits.
    let mut run = work.shell("exec kymo power --unpaired reject --rejects r 2>/dev/null").start();
    let peak = crate::harness::peak_memory(&run);
    let many: String = (0..400_000).map(|n| volts(n.into(), 1.0)).collect();
    run.send(&many);
    assert_eq!(run.end().2.code(), Some(1));
    assert!(peak.join().expect("a figure") < 32 << 10, "a hundred thousand lines and no more");
    assert_eq!(work.read("r").lines().count(), 400_000);
}

/// Late is not repeated, and each has the fate that --unpaired names; after a restart too (K5).
#[test]
fn late_and_second_readings_have_a_fate_also_after_a_restart() {
    let work = Work::new();
    let first = [volts(10.0, 230.0), amperes(10.0, 1.0), volts(20.0, 230.0), amperes(20.0, 1.0)].concat();
    let (late, second, again) = (volts(15.0, 231.0), amperes(20.0, 7.0), volts(20.0, 230.0));
    let after = [&late[..], &second, &again, &late].concat();
    for restart in [false, true] {
        let run = |flags: &str| {
            drop(std::fs::remove_file(work.path("s")));
            let flags = format!("power {flags} --state s --summary");
            if restart {
                work.kymo(&flags).stdin(&first).end();
            }
            let input = if restart { after.clone() } else { first.clone() + &after };
            work.kymo(&flags).stdin(input).end()
        };
        let ended = run("--unpaired reject --rejects r").code(1);
        ended.tells("\"repeated\":2");
        let rejects = objects(&std::mem::take(&mut work.read("r")));
        std::fs::remove_file(work.path("r")).expect("a file");
        let told: Vec<_> = rejects.iter().map(|r| (r["raw"].clone(), r["reason"].clone())).collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert_eq!(told[0].0, late.trim_end());
        assert!(told[0].1.as_str().is_some_and(|why| why.starts_with("too late")), "{told:?}");
        assert_eq!(told[1].0, second.trim_end());
        assert!(told[1].1.as_str().is_some_and(|why| why.starts_with("a second reading of this time")), "{told:?}");
        let passed = run("--unpaired pass").code(0).stdout();
        assert!(passed.contains(&late) && passed.contains(&second) && !passed.contains(&again), "{passed}");
        // Dropped ones are counted, and a late one is a loss that the exit status knows.
        let ended = run("").code(1).tells("\"late\":1,\"repeated\":3");
        assert!(ended.stderr().contains("1 record lost") && ended.stderr().contains("231"), "{}", ended.stderr());
        let kept = run("--keep-inputs").code(0).stdout();
        assert!(after.lines().all(|line| kept.contains(line)), "{kept}");
    }
    // --per voltage: a current that no voltage used (K5).
    let ended = work.kymo("power --per voltage --unpaired reject --rejects r").stdin(amperes(10.0, 1.0)).end().code(1);
    drop(ended);
    assert!(work.read("r").contains("no voltage within 500ms"));
}

/// A device of several meters that is late for one of them and waits in another (K5).
#[test]
fn one_voltage_of_two_meters_may_be_late_in_one() {
    let work = Work::new();
    work.file("pairs.csv", "name,voltage,current\none,v,a\ntwo,v,b\n");
    let lines =
        [volts(10.0, 1.0), volts(5.0, 1.0), reading(10.0, "a", 2.0, "A"), reading(10.0, "b", 3.0, "A")].concat();
    let ended =
        work.kymo("power --pairs pairs.csv --unpaired reject --rejects r --summary").stdin(&lines).end().code(1);
    assert_eq!(ended.stdout().lines().count(), 2);
    let ended = ended.tells("\"rejected\":1").tells("\"changed\":3");
    drop(ended.tells("\"held\":0"));
    assert_eq!(work.read("r").lines().count(), 1);
}
