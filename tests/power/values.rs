//! What the numbers are: power, energy, factors, units, phases.

use super::*;

#[test]
fn a_power_says_what_it_was_made_of() {
    let work = Work::new();
    let lines = concat!(
        "{\"time\":\"2024-04-27T14:23:55+02:00\",\"device\":\"m\",\"value\":230.5,\"unit\":\"V\",\"filled\":true}\n",
        "{\"time\":\"2024-04-27T12:23:54.9995Z\",\"device\":\"m\",\"value\":200,\"unit\":\"mA\"}\n",
        "{\"time\":\"2024-04-27T12:23:57Z\",\"device\":\"m\",\"value\":300,\"unit\":\"mA\"}\n",
    );
    assert_eq!(
        work.kymo("power --energy").stdin(lines).ok(),
        "{\"time\":\"2024-04-27T12:23:55Z\",\"device\":\"m\",\"value\":46.1,\"unit\":\"W\",\"voltage\":230.5,\
         \"current\":0.2,\"skew_ms\":-0.5,\"energy_wh\":0.0,\"filled\":true}\n"
    );
    // Other names, numbers as times.
    let lines = "{\"t\":1,\"n\":\"v\",\"x\":2,\"u\":\"V\",\"made\":true}\n{\"t\":1,\"n\":\"a\",\"x\":3,\"u\":\"A\"}\n";
    assert_eq!(
        work.kymo("power --time t --by n --value x --unit u --mark made --time-unit ms --power-factor 0.5")
            .stdin(lines)
            .ok(),
        "{\"t\":1,\"n\":\"power\",\"x\":3.0,\"unit\":\"W\",\"voltage\":2.0,\"current\":3.0,\"skew_ms\":0,\
         \"power_factor\":0.5,\"made\":true}\n"
    );
}

/// The vectors of the plot-generating server, each fault of it answered: a circuit has its own current and its own power.
#[test]
fn what_the_old_server_did_and_what_is_right() {
    let work = Work::new();
    work.file("pairs.csv", "name,voltage,current\np2,10.0.0.1,10.0.0.2\np3,10.0.0.1,10.0.0.3\np4,10.0.0.1,10.0.0.4\n");
    type Step = (u8, &'static str, f64);
    let run = |flags: &str, steps: &[Step]| -> Vec<String> {
        let mut lines = String::new();
        for (device, second, value) in steps {
            let unit = if *device == 1 { "В" } else { "А" };
            let time = format!("2024.04.27 14:23:{second}");
            let line = json!({"time": time, "device": format!("10.0.0.{device}"), "value": value, "unit": unit});
            writeln!(lines, "{line}").expect("a line");
        }
        let flags = format!("power --pairs pairs.csv --time-format '%Y.%m.%d %H:%M:%S%.f' {flags}");
        // Where one comes too late, the exit status says so.
        let ended = work.kymo(&flags).stdin(lines).end();
        let late = ended.stderr().contains("came too late");
        let out = objects(&ended.code(i32::from(late)).stdout());
        let text = |r: &Value| {
            let second = r["time"].as_str().expect("a time").strip_prefix("2024-04-27T14:23:").expect("that minute");
            format!("{}|{}|{}", r["device"].as_str().expect("a name"), r["value"], second)
        };
        let mut all: Vec<String> = out.iter().map(text).collect();
        all.sort();
        all
    };
    // simple; a whole second keeps its spelling
    assert_eq!(run("", &[(1, "55.0", 100.0), (2, "55.1", 0.25)]), ["p2|25.0|55Z"]);
    // 0.5 s is included, a microsecond more is not
    assert_eq!(run("", &[(1, "55.0", 100.0), (2, "55.500000", 0.25)]), ["p2|25.0|55Z"]);
    assert_eq!(run("", &[(1, "55.0", 100.0), (2, "55.500001", 0.25)]), [""; 0]);
    // only voltage
    assert_eq!(run("", &[(1, "55.0", 100.0)]), [""; 0]);
    // closest of several currents, of any meter: three meters have three powers
    assert_eq!(
        run("", &[(2, "54.8", 0.1), (3, "55.1", 0.5), (4, "55.3", 2.0), (1, "55.0", 100.0)]),
        ["p2|10.0|55Z", "p3|50.0|55Z", "p4|200.0|55Z"]
    );
    // a tie: the later, not the last arrived
    for steps in [
        [(2, "54.9", 0.1), (2, "55.1", 0.5), (1, "55.0", 100.0)],
        [(1, "55.0", 100.0), (2, "54.9", 0.1), (2, "55.1", 0.5)],
    ] {
        assert_eq!(run("", &steps), ["p2|50.0|55Z"]);
    }
    // two voltages in one tick: both count; of the last only with the server's own rule
    let two = [(1, "55.0", 100.0), (2, "55.0", 0.1), (1, "55.2", 50.0)];
    assert_eq!(run("", &two), ["p2|10.0|55Z", "p2|5.0|55.2Z"]);
    assert_eq!(run("--match latest --every 1s", &two), ["p2|5.0|55.2Z"]);
    assert_eq!(run("--match latest --every 100ms", &two), ["p2|10.0|55Z", "p2|5.0|55.2Z"]);
    // an old voltage that arrives late does not win
    let late = [(2, "55.0", 0.1), (1, "55.2", 50.0), (1, "55.0", 100.0)];
    assert_eq!(run("--match latest", &late), ["p2|5.0|55.2Z"]);
    // a late current: one power, not the same voltage twice
    let late = [(1, "55.0", 100.0), (2, "55.2", 0.1), (2, "55.1", 0.5)];
    assert_eq!(run("", &late), ["p2|10.0|55Z"]);
    assert_eq!(run("--late 1s", &late), ["p2|50.0|55Z"]);
    // beyond its range: validate in front
    let meters = "10.0.0.1,0,110,V\n10.0.0.2,0,0.5,A\n";
    work.file("meters.csv", format!("device,min,max,unit\n{meters}"));
    let lines = [reading(55.1, "10.0.0.1", 500.0, "V"), reading(55.1, "10.0.0.2", 0.1, "A")].concat();
    let run = "run 'validate --meters meters.csv --rejects r | power --pairs pairs.csv'";
    let ended = work.kymo(run).stdin(lines).end().code(1);
    ended.assert(ended.stdout().is_empty(), "no power");
}

#[test]
fn energy_is_that_of_the_closed_form() {
    let work = Work::new();
    let energy = |flags: &str, lines: &str| {
        let out = objects(&work.kymo(&format!("power --energy {flags}")).stdin(lines).ok());
        out.last().expect("a power")["energy_wh"].as_f64().expect("a number")
    };
    // A day of 230 V and 2 A.
    let constant: String = (0..=86_400).map(|n| volts(n.into(), 230.0) + &amperes(n.into(), 2.0)).collect();
    let found = energy("", &constant);
    assert!((found - 460.0 * 24.0).abs() <= 1e-9 * 460.0 * 24.0, "{found}");
    // A ramp of 0.01 A a second at 100 V, at uneven moments, for a day.
    let moments = || (0..=43_200).map(|n| if n % 7 == 4 { 2.0 * f64::from(n) + 0.5 } else { 2.0 * f64::from(n) });
    let ramp: String = moments().map(|t| volts(t, 100.0) + &amperes(t, t / 100.0)).collect();
    let (found, wanted) = (energy("", &ramp), 86_400.0 * 86_400.0 / 2.0 / 3600.0);
    assert!((found - wanted).abs() <= 1e-9 * wanted, "{found} {wanted}");
    // Nothing across a gap that is longer than --max-gap: an hour of 100 W, a gap, and half an hour.
    let at = |t| volts(t, 100.0) + &amperes(t, 1.0);
    let gap = at(0.0) + &at(3600.0) + &at(7201.0) + &at(9001.0);
    assert_eq!(energy("", &gap), 150.0);
    assert_eq!(energy("--max-gap 3601s", &gap), 100.0 * 9001.0 / 3600.0);
    assert_eq!(energy("--max-gap 30m", &gap), 50.0);
    work.kymo("power --max-gap 1h").end().code(2).tells("--energy");
    // A gap without energy is reported, and all are counted.
    let ended = work.kymo("power --energy --summary").stdin(gap.clone()).end().code(0);
    let ended = ended
        .tells("count no energy from 1970-01-01T01:00:00Z to 1970-01-01T02:00:01Z: 1h1s is longer than --max-gap 1h");
    drop(ended.tells("\"gaps\":1"));
    let ended = work.kymo("power --energy --max-gap 1s --summary").stdin(gap).end().code(0);
    drop(ended.tells("count no energy in 3 gaps longer than --max-gap").tells("\"gaps\":3"));
}

#[test]
fn power_factors_and_apparent_power() {
    let work = Work::new();
    let lines = "{\"time\":1,\"device\":\"v\",\"value\":100,\"unit\":\"V\",\"pf\":0.5}\n\
        {\"time\":1,\"device\":\"a\",\"value\":2,\"unit\":\"A\",\"pf\":0.25,\"cos\":-1}\n";
    for (flags, value, unit) in [
        ("", 200.0, "W"),
        ("--ac", 200.0, "VA"),
        ("--power-factor 0.9", 180.0, "W"),
        ("--power-factor -0.5", -100.0, "W"),
        ("--power-factor 0.9 --ac", 180.0, "W"),
        // Of the reading that gets the power; else of the other.
        ("--power-factor pf", 100.0, "W"),
        ("--power-factor pf --per current", 50.0, "W"),
        ("--power-factor cos", -200.0, "W"),
    ] {
        let out = objects(&work.kymo(&format!("power {flags}")).stdin(lines).ok());
        assert_eq!((&out[0]["value"], &out[0]["unit"]), (&json!(value), &json!(unit)), "{flags}");
        assert_eq!(out[0].get("power_factor").is_some(), flags.contains("factor"), "{flags}");
    }
    let out = work.kymo("power --ac --energy").stdin(lines).ok();
    assert!(out.contains("\"energy_vah\":0.0"), "{out}");
    // Nobody says the factor: no power.
    let ended = work.kymo("power --power-factor none --summary").stdin(lines).end().code(0);
    ended.tells("\"unpaired\":1");
    work.kymo("power --power-factor pf").stdin(lines.replace("0.25", "25")).end().code(1).tells("from -1 to 1");
    for wrong in ["1.1", "-2", "''"] {
        work.kymo(&format!("power --power-factor {wrong}")).end().code(2);
    }
}

/// Prefixes and Cyrillic letters.
#[test]
fn units_are_converted() {
    let work = Work::new();
    for (volt, ampere) in [("mV", "kA"), ("кВ", "мА"), ("MV", "uA"), ("В", "А"), ("V", "A")] {
        let factor = |unit: &str| match unit.chars().next() {
            Some('m' | 'м') => 1e3,
            Some('k' | 'к') => 1e-3,
            Some('M') => 1e-6,
            Some('u') => 1e6,
            _ => 1.0,
        };
        let lines = reading(1.0, "v", 230.0 * factor(volt), volt) + &reading(1.0, "a", 3.0 * factor(ampere), ampere);
        let power = powers(&work, "", &lines)[0].1;
        assert!((power - 690.0).abs() <= 1e-12 * 690.0, "{volt} {ampere}: {power}");
    }
}

#[test]
fn phases_are_summed_and_a_missing_one_is_told() {
    let work = Work::new();
    let mut lines = String::new();
    let mut rows = String::from("name,voltage,current,phase\n");
    for phase in 1..=3 {
        writeln!(rows, "house,v{phase},a{phase},L{phase}").expect("a row");
        for n in 0..3 {
            // The third phase is silent in the middle.
            if (phase, n) != (3, 1) {
                let (time, x) = (f64::from(n * 10) + f64::from(phase) / 10.0, f64::from(phase));
                for (device, value, unit) in [("v", 100.0, "V"), ("a", x, "A")] {
                    let line = json!({"time": time, "device": format!("{device}{phase}"), "value": value, "unit": unit, "site": "house", "phase": format!("L{phase}"), "no": phase});
                    writeln!(lines, "{line}").expect("a line");
                }
            }
        }
    }
    work.file("pairs.csv", rows);
    let wanted = concat!(
        "{\"time\":0.1,\"device\":\"house\",\"value\":600.0,\"unit\":\"W\",\"L1\":100.0,\"L2\":200.0,\"L3\":300.0,\"skew_ms\":0,\"energy_wh\":0.0}\n",
        "{\"time\":10.1,\"device\":\"house\",\"value\":300.0,\"unit\":\"W\",\"L1\":100.0,\"L2\":200.0,\"skew_ms\":0,\"energy_wh\":0.0,\"missing\":[\"L3\"]}\n",
        "{\"time\":20.1,\"device\":\"house\",\"value\":600.0,\"unit\":\"W\",\"L1\":100.0,\"L2\":200.0,\"L3\":300.0,\"skew_ms\":0,\"energy_wh\":3.3333333333333335}\n",
    );
    // In any order of arrival.
    let mut mixed: Vec<&str> = lines.lines().collect();
    mixed.sort_by_key(|line| line.split([':', ',']).nth(3).map(str::to_owned));
    let mixed = mixed.iter().map(|line| format!("{line}\n")).collect::<String>();
    for lines in [&lines, &mixed] {
        for flags in ["--pairs pairs.csv", "--meter-field site", "--meter-field site --phase-field no"] {
            let ended = work.kymo(&format!("power --phases --energy --summary {flags}")).stdin(lines).end().code(0);
            ended.assert(ended.stdout() == wanted, wanted);
            ended.tells("\"incomplete\":1");
        }
    }
    // Phases that lie further apart than --within are not one moment.
    let out = objects(&work.kymo("power --phases --within 50ms --meter-field site").stdin(&lines).ok());
    assert_eq!((out.len(), &out[0]["missing"]), (8, &json!(["L2", "L3"])));
}
