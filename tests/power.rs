//! `power`: against polars, against closed forms; every order of arrival, kills, and what the old server did.

use crate::harness::{Work, random, repository};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"))).collect()
}

fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

/// A reading of a device; its unit says which side it is.
fn reading(time: f64, device: &str, value: f64, unit: &str) -> String {
    format!("{{\"time\":{time},\"device\":\"{device}\",\"value\":{value},\"unit\":\"{unit}\"}}\n")
}

fn volts(time: f64, value: f64) -> String {
    reading(time, "v", value, "V")
}

fn amperes(time: f64, value: f64) -> String {
    reading(time, "a", value, "A")
}

/// time, value
fn powers(work: &Work, flags: &str, lines: &str) -> Vec<(f64, f64)> {
    let out = objects(&work.kymo(&format!("power {flags}")).stdin(lines).ok());
    out.iter().map(|r| (r["time"].as_f64().expect("a time"), r["value"].as_f64().expect("a value"))).collect()
}

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
        let out = objects(&work.kymo(&flags).stdin(lines).ok());
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

/// As the generator in the fixture's script.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as i64
    }
}

/// The readings of a series: ms, thousandths.
fn series(meter: u64, side: u64) -> Vec<(i64, i64)> {
    let mut random = Numbers(meter * 2 + side + 1);
    let (step, scale) = if side == 0 { (1000, 230_000) } else { (900, 5_000) };
    let mut time = 1_700_000_000_000;
    let next = |_| {
        if random.next() % 500 == 0 {
            time += random.next() % 60_000;
        }
        time += step - 200 + random.next() % 400;
        (time, scale + random.next() % 4_000)
    };
    (0..25_000).map(next).collect()
}

/// A line of a series, and when it arrives: one in fifty up to three seconds late, and the currents of the first
/// twenty minutes of each hour all at once, at their end.
fn arrivals(meter: u64, side: u64, late: bool) -> Vec<(i64, String)> {
    let mut random = Numbers(99 + meter * 2 + side);
    let unit = if side == 0 { "V" } else { "A" };
    let line = |(time, value): (i64, i64)| {
        let line = format!(
            "{{\"time\":{time},\"device\":\"{unit}{meter}\",\"value\":{}.{:03},\"unit\":\"{unit}\",\"site\":{meter}}}\n",
            value / 1000,
            value % 1000
        );
        let own = if late && random.next() % 50 == 0 { random.next() % 3_000 } else { 0 };
        let end = if side == 1 && time / 60_000 % 60 < 20 { time / 3_600_000 * 3_600_000 + 20 * 60_000 } else { 0 };
        (end.max(time + own), line)
    };
    let mut lines: Vec<(i64, String)> = series(meter, side).into_iter().map(line).collect();
    lines.sort_by_key(|(at, _)| *at);
    lines
}

fn text(lines: &[(i64, String)]) -> String {
    lines.iter().map(|(_, line)| line.as_str()).collect()
}

/// Per meter the pairs of polars' join_asof; how the fixture was made is beside it. And the same for every order of
/// arrival between the two series of a meter.
#[test]
fn pairs_are_those_of_polars_in_every_order_of_arrival() {
    let work = Work::new();
    let rows = (0..4).map(|n| format!("{n},V{n},A{n}\n")).collect::<String>();
    work.file("pairs.csv", format!("name,voltage,current\n{rows}"));
    let all = |late| (0..8).flat_map(|n| arrivals(n / 2, n % 2, late)).collect::<Vec<_>>();
    let mut late = all(true);
    let apart = text(&late);
    late.sort_by_key(|(at, _)| *at);
    let mut random = random();
    // Each series in its own order, in runs of any length.
    let mut series: Vec<_> = (0..8).map(|n| arrivals(n / 2, n % 2, true).into_iter()).collect();
    let mut mixed = String::new();
    while !series.is_empty() {
        let at = random.below(series.len() as u64) as usize;
        let most = 1 << random.below(14);
        let run = 1 + random.below(most) as usize;
        let before = mixed.len();
        series[at].by_ref().take(run).for_each(|(_, line)| mixed.push_str(&line));
        if mixed.len() == before {
            drop(series.remove(at));
        }
    }
    work.file("late", text(&late));
    work.file("apart", apart);
    work.file("mixed", mixed);

    let fixture = std::fs::read(repository().join("tests/fixtures/power-polars.json")).expect("a fixture");
    let fixture: Value = serde_json::from_slice(&fixture).expect("JSON");
    let values: Vec<_> = (0..8).map(|n| self::series(n / 2, n % 2)).collect();
    for pick in ["nearest", "previous", "next"] {
        let flags = format!("power --time-unit ms --match {pick} --late 5s");
        let whole = work.kymo(&format!("{flags} --pairs pairs.csv late --summary")).end().code(0);
        let whole = whole.tells("\"late\":0").stdout();
        let mut rows: Vec<(u64, i64, i64, u64)> = objects(&whole)
            .iter()
            .map(|r| {
                let time = r["time"].as_i64().expect("ms");
                let meter = r["device"].as_str().and_then(|name| name.parse().ok()).expect("a meter");
                let power = r["value"].as_f64().expect("a power");
                (meter, time, time + r["skew_ms"].as_i64().expect("ms"), power.to_bits())
            })
            .collect();
        rows.sort_unstable();
        let wanted = &fixture[pick];
        let sample: Vec<Value> = rows
            .iter()
            .step_by(1000)
            .map(|(meter, time, answer, bits)| json!([meter, time, answer, f64::from_bits(*bits)]))
            .collect();
        assert_eq!(json!(sample), wanted["sample"], "{pick}");
        assert_eq!(rows.len(), wanted["pairs"], "{pick}");
        let lines: String = rows.iter().map(|(m, t, a, bits)| format!("{m} {t} {a} {bits}\n")).collect();
        let fnv = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        let digest = lines.bytes().fold(0xcbf2_9ce4_8422_2325, fnv);
        assert_eq!(json!(format!("{digest:016x}")), wanted["digest"], "{pick}");
        // The products are those of the readings.
        let find = |n: u64, time| {
            let series = &values[n as usize];
            series[series.binary_search_by_key(&time, |(t, _)| *t).expect("a reading")].1 as f64 / 1000.0
        };
        for &(meter, time, answer, bits) in &rows {
            let product = find(meter * 2, time) * find(meter * 2 + 1, answer);
            assert!((f64::from_bits(bits) - product).abs() <= 1e-12 * product);
        }
        for order in ["apart", "mixed"] {
            let other = work.kymo(&format!("{flags} --pairs pairs.csv --max-wait 52w --max-held 300000 {order}")).ok();
            assert!(sorted(&other) == sorted(&whole), "{pick}: {order}");
        }
    }
    // Found by a field the meters are the same; per current it is the other way round.
    let whole = work.kymo("power --time-unit ms --late 5s --pairs pairs.csv late").ok();
    let by_field = work.kymo("power --time-unit ms --late 5s --meter-field site late").ok();
    let unquoted = whole.replace("\"device\":\"", "\"device\":").replace("\",\"value\"", ",\"value\"");
    assert!(sorted(&unquoted) == sorted(&by_field));
    let per_current = work.kymo("power --time-unit ms --late 5s --per current --meter-field site late").ok();
    assert!(per_current.lines().count().abs_diff(by_field.lines().count()) < 10_000 && per_current != by_field);
}

/// A day of readings a second, without and with gaps on both sides.
fn regular(seconds: i64, gaps: bool) -> String {
    let mut lines = String::new();
    for n in 0..seconds {
        let missing = |at: i64, length: i64| gaps && n > 10 && (n + at) % 977 < length && n + 1000 < seconds;
        let time = 1_700_000_000 + n;
        if !missing(0, 300) {
            lines += &format!("{{\"time\":{time},\"device\":\"v\",\"value\":{}.5,\"unit\":\"V\"}}\n", n + 100);
        }
        if !missing(500, 400) {
            lines += &format!("{{\"time\":{time}.25,\"device\":\"a\",\"value\":{n},\"unit\":\"A\"}}\n");
        }
    }
    lines
}

/// The filled readings of one side come when its gap ends, long after those of the other side.
#[test]
fn behind_gapfill_there_is_what_there_is_on_complete_data() {
    let work = Work::new();
    work.file("whole", regular(20_000, false));
    work.file("gaps", regular(20_000, true));
    let whole = objects(&work.kymo("power whole --energy").ok());
    for filled in
        ["kymo gapfill --every 1s gaps | kymo power --energy", "kymo run 'gapfill --every 1s gaps | power --energy'"]
    {
        let filled = objects(&work.shell(filled).ok());
        assert!(filled.iter().filter(|r| r["filled"] == true).count() > 10_000);
        assert_eq!(filled.len(), whole.len());
        for (filled, whole) in filled.iter().zip(&whole) {
            assert_eq!((&filled["time"], &filled["skew_ms"]), (&whole["time"], &whole["skew_ms"]));
            for name in ["value", "voltage", "current", "energy_wh"] {
                let (a, b) = (filled[name].as_f64().expect("a number"), whole[name].as_f64().expect("a number"));
                assert!((a - b).abs() <= 1e-12 * b, "{name} {filled} {whole}");
            }
        }
    }
    // Without gapfill the gaps stay gaps.
    assert!(work.kymo("power gaps").ok().lines().count() < 13_000);
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
        ended.tells("\"other\":2,\"out\":1,\"powers\":1,\"rejected\":0,\"stage\":\"power\",\"unpaired\":1");
    }
    let ended = work.kymo("power --unpaired reject --rejects r").stdin(&lines).end().code(1);
    assert_eq!(ended.stdout(), power);
    let rejects = objects(&work.read("r"));
    let reasons: Vec<(&Value, &Value)> = rejects.iter().map(|r| (&r["reason"], &r["line"])).collect();
    let wanted = [
        ("no current within 500ms", 1),
        ("no voltage or current of a meter", 5),
        ("no voltage or current of a meter", 6),
    ];
    assert_eq!(json!(reasons), json!(wanted));
    assert_eq!(rejects[0]["raw"], volts(1.0, 1.0).trim_end());
    let ended = work.kymo("power --unpaired reject --per current --strict").stdin(&lines).end().code(1);
    ended.tells("line 5 of stdin cannot be used: no voltage or current");
    // The first reading that cannot be used is told as such, not the one that showed it.
    let ended = work.kymo("power --unpaired reject --strict").stdin(&lines).end().code(1);
    ended.tells("line 1 of stdin cannot be used: no current within 500ms");
    let passed = work.kymo("power --unpaired pass").stdin(&lines).ok();
    assert_eq!(passed, volts(1.0, 1.0) + power + other);
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
        ("", volts(1.0, 1.0).replace(":1,", ":\"x\","), "time \"x\" is no time"),
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
            "the field \"phase\" is none of L1",
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
        ("--within -1s", "unexpected argument"),
        ("--within 5", "not a duration"),
        ("--every 0s", "longer than 0"),
        ("--after a.db", "--energy"),
    ] {
        work.kymo(&format!("power {flags}")).end().code(2).tells(told);
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

/// Restored and fed the last ones again: nothing but identical records, and in the end what an uninterrupted run gives.
#[test]
fn what_comes_again_changes_nothing() {
    let work = Work::new();
    let lines: Vec<String> = regular(3_000, true).lines().map(|line| format!("{line}\n")).collect();
    for flags in [
        "--energy",
        "--energy --keep-inputs",
        "--energy --unpaired pass",
        "--match previous --per current",
        "--late 2s",
    ] {
        drop(std::fs::remove_file(work.path("s")));
        let flags = format!("power {flags} --state s");
        work.kymo(&flags).stdin(lines[..2000].concat()).ok();
        let state = work.read("s");
        let again = work.kymo(&flags).stdin(lines[1500..2000].concat()).ok();
        let wanted = if flags.contains("keep") { lines[1500..2000].concat() } else { String::new() };
        assert!(again == wanted, "{flags}: {again}");
        assert_eq!(work.read("s"), state, "{flags}");
    }
}

/// The energy goes on behind the last stored power; what was stored is not made again.
#[test]
fn energy_goes_on_after_a_database() {
    let work = Work::new();
    let lines: Vec<String> = regular(4_000, false).lines().map(|line| format!("{line}\n")).collect();
    let whole = work.kymo("power --energy").stdin(lines.concat()).ok();
    let (first, second) = (lines[..4001].concat(), lines[3900..].concat());
    let pipe = "kymo power --energy --after p.db | kymo store p.db";
    work.shell(pipe).stdin(first).ok();
    work.shell(pipe).stdin(second).ok();
    let stored = objects(&work.kymo("query p.db").ok());
    let whole = objects(&whole);
    assert_eq!(stored.len(), whole.len());
    for (stored, whole) in stored.iter().zip(&whole) {
        assert_eq!(
            (&stored["value"], &stored["energy_wh"]),
            (&whole["value"], &whole["energy_wh"]),
            "{stored} {whole}"
        );
    }
    // By names, too; a table that is not there yet is told.
    work.file("pairs.csv", "name,voltage,current\npower,v,a\n");
    let next = volts(1_700_004_000.0, 10.0) + &amperes(1_700_004_000.0, 1.0);
    for flags in ["--pairs pairs.csv", ""] {
        let out = objects(&work.kymo(&format!("power {flags} --energy --after p.db")).stdin(&next).ok());
        assert!(out[0]["energy_wh"].as_f64() > whole.last().expect("a power")["energy_wh"].as_f64(), "{out:?}");
    }
    let named = next.replace('}', ",\"m\":\"power\"}");
    let out = objects(&work.kymo("power --meter-field m --energy --after p.db").stdin(named).ok());
    assert!(out[0]["energy_wh"].as_f64() > Some(1.0));
    work.kymo("power --energy --after p.db --table none").stdin("").end().code(0).tells("no table none yet");
    assert!(work.kymo("power --energy --after none.db").stdin(&next).ok().contains("\"energy_wh\":0.0"));
}

/// A file of pairs may grow between two runs: what waits is found again by the meter's name.
#[test]
fn state_survives_a_changed_file_of_pairs() {
    let work = Work::new();
    let row = "m,v,a\n";
    work.file("pairs.csv", format!("name,voltage,current\n{row}"));
    let flags = "power --energy --state s --pairs pairs.csv";
    work.kymo(flags)
        .stdin([volts(0.0, 10.0), amperes(0.0, 1.0), volts(3600.0, 10.0), amperes(3600.0, 1.0)].concat())
        .ok();
    work.file("pairs.csv", format!("name,voltage,current\nnew,x,a\n{row}"));
    let next = [volts(7200.0, 10.0), amperes(7200.0, 1.0)].concat();
    let out = objects(&work.kymo(flags).stdin(next).ok());
    assert_eq!((out.len(), &out[0]["energy_wh"]), (1, &json!(20.0)));
}

/// A thousand seconds of two circuits in a second, in small commits.
const PIPELINE: &str = "replay --speed 1000x in | gapfill --every 1s | power --pairs pairs.csv --energy --keep-inputs \
    | store DB --batch 40 --flush 5ms";

#[test]
fn a_kill_loses_no_pair_and_no_energy() {
    let work = Work::new();
    let lines = regular(1_000, false).replace("\"device\":\"a\"", "\"device\":\"b\"");
    let gaps: String =
        lines.lines().enumerate().filter(|(n, _)| n % 97 > 20).map(|(_, line)| format!("{line}\n")).collect();
    work.file("in", gaps);
    work.file("pairs.csv", "name,voltage,current\nm,v,b\n");
    let start = Instant::now();
    work.kymo(&format!("run '{}'", PIPELINE.replace("DB", "whole.db"))).ok();
    let took = start.elapsed().as_millis() as u64;
    let whole = work.kymo("query whole.db").ok();
    assert!(whole.lines().filter(|line| line.contains("energy_wh")).count() > 900);
    let run = format!("run '{}'", PIPELINE.replace("DB", "killed.db"));
    let mut random = random();
    let mut grown = Vec::new();
    for _ in 0..10 {
        let child = work.kymo(&run).start();
        std::thread::sleep(Duration::from_millis(random.below(took)));
        // Dropping it is SIGKILL.
        drop(child);
        grown.push(work.kymo("query killed.db").end().stdout().lines().count());
    }
    assert!(grown.iter().any(|&n| n > 0) && grown.is_sorted(), "{grown:?}");
    work.kymo(&run).ok();
    assert!(work.kymo("query killed.db").ok() == whole, "rows at each kill: {grown:?}");
}

#[test]
fn it_keeps_the_laws_of_a_filter() {
    let work = Work::new();
    work.file("in", regular(40_000, true));
    let shell = work.shell("kymo gapfill --every 1s in | kymo power --energy --late 1s").ok();
    assert!(shell == work.kymo("run 'gapfill --every 1s in | power --energy --late 1s'").ok());
    let ended = work.shell("set -o pipefail; kymo power --keep-inputs in | head -1").end();
    ended.assert(ended.output.status.success() && ended.stderr().is_empty(), "success in silence");
    work.shell("kymo power in > /dev/full").end().code(74).tells("write records: No space left");
    // Content never depends on clocks; a trickle goes on at once.
    let lines = regular(200, false);
    let at_once = work.kymo("power").stdin(&lines).ok();
    let mut slow = work.kymo("power").start();
    for part in lines.as_bytes().chunks(777) {
        slow.send(std::str::from_utf8(part).expect("ASCII"));
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(slow.line().contains("\"time\":1700000000,"));
    let rest = slow.end().0;
    assert!(at_once.ends_with(&rest) && at_once.lines().count() == rest.lines().count() + 1);
}
