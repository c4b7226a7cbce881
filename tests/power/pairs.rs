//! Which voltage a current is multiplied by.

use super::*;

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
        let again = work.kymo(&flags).stdin(lines[1900..2000].concat()).ok();
        let wanted = if flags.contains("keep") { lines[1900..2000].concat() } else { String::new() };
        assert!(again == wanted, "{flags}: {again}");
        assert_eq!(work.read("s"), state, "{flags}");
    }
}
