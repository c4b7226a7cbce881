//! `plot`.

use crate::harness::{PATIENCE, Work};
use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

/// A picture's width, height and pixels (red, green, blue).
struct Bitmap {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Bitmap {
    fn of(bytes: &[u8]) -> Bitmap {
        assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"), "no PNG");
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().expect("a PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
        let info = reader.next_frame(&mut pixels).expect("a whole picture");
        assert_eq!((info.color_type, info.bit_depth), (png::ColorType::Rgb, png::BitDepth::Eight));
        Bitmap { width: info.width as usize, height: info.height as usize, pixels }
    }

    fn read(path: &Path) -> Bitmap {
        Bitmap::of(&std::fs::read(path).expect("a picture"))
    }

    /// How many pixels have this colour.
    fn count(&self, colour: [u8; 3]) -> usize {
        self.pixels.chunks_exact(3).filter(|pixel| **pixel == colour).count()
    }

    fn corner(&self) -> &[u8] {
        &self.pixels[..3]
    }
}

/// The picture of these records, as text. It must be XML: each tag closed, each attribute quoted.
fn svg(flags: &str, records: &str) -> String {
    let work = Work::new();
    work.kymo(&format!("plot out.svg {flags}")).stdin(records).ok();
    let text = work.read("out.svg");
    well_formed(&text);
    text
}

/// Elements open and close in order, attributes are quoted, no stray `<` or `&`.
fn well_formed(text: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        for entity in rest[..at].split('&').skip(1) {
            assert!(["amp;", "lt;", "gt;", "quot;", "apos;"].iter().any(|e| entity.starts_with(e)), "&{entity}");
        }
        let end = rest.find('>').expect("an end of the tag");
        let tag = &rest[at + 1..end];
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{tag}");
        } else if !tag.ends_with('/') {
            open.push(tag.split_whitespace().next().expect("a name"));
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty(), "{open:?}");
    assert!(text.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" "));
}

/// The texts of an SVG.
fn texts(svg: &str) -> Vec<String> {
    let parts = svg.split("<text ").skip(1);
    parts.map(|part| part.split('>').nth(1).expect("a text").trim_end_matches("</text").trim().to_owned()).collect()
}

fn has_text(svg: &str, text: &str) -> bool {
    texts(svg).iter().any(|found| found == text)
}

/// The lines of more than one point in the first colour of the light theme, each the number of its points.
fn paths(svg: &str, colour: &str) -> Vec<usize> {
    let of = format!("stroke=\"{colour}\"");
    svg.lines()
        .filter(|line| line.starts_with("<polyline") && line.contains(&of))
        .map(|line| line.split("points=\"").nth(1).map_or(0, |points| points.matches(',').count()))
        .collect()
}

const BLUE: &str = "#006BA8";
const FILLED_BLUE: &str = "#4D97C2";

/// One record a minute of these values; `-` leaves one out.
fn minutes(values: &str) -> String {
    let mut records = String::new();
    for (minute, value) in values.split_whitespace().enumerate() {
        if value != "-" {
            let (value, filled) = match value.strip_suffix('f') {
                Some(value) => (value, ",\"filled\":true"),
                None => (value, ""),
            };
            let _ = writeln!(
                records,
                "{{\"time\":\"2025-03-01T10:{minute:02}:00Z\",\"device\":\"a\",\"value\":{value}{filled}}}"
            );
        }
    }
    records
}

#[test]
fn the_real_day_as_png() {
    let work = Work::new();
    work.kymo("plot day.png EX/surfrad.ndjson").ok();
    let picture = Bitmap::read(&work.path("day.png"));
    // Seven panels make it higher.
    assert_eq!((picture.width, picture.height), (1200, 910));
    assert_eq!(picture.corner(), [255, 255, 255]);
    assert!(picture.count([0, 107, 168]) > 1000, "no lines");
    work.kymo("plot small.PNG --size 400x240 --value temperature EX/surfrad.ndjson").ok();
    let picture = Bitmap::read(&work.path("small.PNG"));
    assert_eq!((picture.width, picture.height), (400, 240));
}

#[test]
fn the_real_day_as_svg() {
    let work = Work::new();
    let flags = "--title 'San Luis <Valley> & \"more\"' --value temperature,humidity --unit temperature=°C,humidity=%";
    work.kymo(&format!("plot day.svg {flags} EX/surfrad.ndjson")).ok();
    let text = work.read("day.svg");
    well_formed(&text);
    assert!(text.contains("width=\"1200\" height=\"560\" viewBox=\"0 0 12000 5600\""));
    assert!(text.contains("<title>San Luis &lt;Valley&gt; &amp; \"more\"</title>"));
    for wanted in ["temperature,", "°C", "humidity,", "%", "surfrad-slv", "2016-01-01", "06:00", "UTC", "−20"] {
        assert!(has_text(&text, wanted), "no {wanted}: {:?}", texts(&text));
    }
    assert!(!has_text(&text, "dw_solar") && !has_text(&text, "filled"));
    assert_eq!(paths(&text, BLUE).len(), 2);
}

#[test]
fn the_same_records_give_the_same_bytes() {
    let work = Work::new();
    for format in ["svg", "png"] {
        for name in ["a", "b"] {
            work.kymo(&format!("plot {name}.{format} --value temperature,dw_ir EX/outages.ndjson")).ok();
        }
        let read = |name: &str| std::fs::read(work.path(&format!("{name}.{format}"))).expect("a picture");
        assert_eq!(read("a"), read("b"));
        let printed = work.kymo(&format!("plot - --format {format} --value temperature,dw_ir EX/outages.ndjson")).end();
        assert_eq!(printed.output.stdout, read("a"));
    }
    assert!(!work.path("a.svg.new").exists());
}

#[test]
fn run_draws_the_same() {
    let work = Work::new();
    work.shell("kymo gapfill --every 1m EX/outages.ndjson 2> told | kymo plot a.svg").ok();
    work.kymo("--log-level error run 'gapfill --every 1m EX/outages.ndjson | plot b.svg'").ok();
    assert_eq!(work.read("a.svg"), work.read("b.svg"));
}

#[test]
fn format_and_ending() {
    let work = Work::new();
    work.kymo("plot day.pdf").end().code(2).tells("day.pdf ends in neither .svg nor .png: give --format");
    work.kymo("plot -").end().code(2).tells("give --format");
    work.kymo("plot - --format svg --pass").end().code(2).tells("stdout takes one picture");
    work.kymo("plot - --format svg --follow 1s").end().code(2).tells("stdout takes one picture");
    work.kymo("plot x --format gif").end().code(2).tells("svg, png");
    work.kymo("plot day.pdf --format svg").stdin(minutes("1 2")).ok();
    well_formed(&work.read("day.pdf"));
    work.kymo("plot day.svg --format png").stdin(minutes("1 2")).ok();
    Bitmap::read(&work.path("day.svg"));
}

#[test]
fn no_records_are_told_in_the_picture() {
    let work = Work::new();
    work.kymo("plot out.svg --title Nothing").stdin("").end().code(1);
    let text = work.read("out.svg");
    assert!(has_text(&text, "no records") && has_text(&text, "Nothing"));
    work.kymo("plot out.png --size 300x200").stdin("").end().code(1);
    assert!(Bitmap::read(&work.path("out.png")).count([255, 255, 255]) > 50_000);
}

#[test]
fn series_and_units() {
    let records: String = (0..60)
        .flat_map(|minute| {
            [("a", 'V', 230), ("b", 'V', 231), ("c", 'A', 3)].map(|(device, unit, value)| {
                format!(
                    "{{\"time\":\"2025-03-01T10:{minute:02}:00Z\",\"device\":\"{device}\",\"value\":{},\"unit\":\"{unit}\"}}\n",
                    value * 10 + minute % 7
                )
            })
        })
        .collect();
    let text = svg("", &records);
    for wanted in ["a", "b", "c", "V", "A"] {
        assert!(has_text(&text, wanted), "no {wanted}: {:?}", texts(&text));
    }
    assert_eq!([BLUE, "#CD5400", "#008963"].map(|colour| paths(&text, colour).len()), [1, 1, 1]);
    let headings = |flags: &str, names: &[&str]| {
        let text = svg(flags, &records);
        let found = texts(&text);
        let count = |name: &str| found.iter().filter(|text| *text == name).count();
        names.iter().map(|name| count(name)).collect::<Vec<_>>()
    };
    // Panels by series bear the series' names; one panel for all puts the unit to the name.
    assert_eq!(headings("--panels series", &["a,", "b,", "c,", "V", "A"]), [1, 1, 1, 2, 1]);
    assert_eq!(headings("--panels one", &["a V", "b V", "c A", "V"]), [1, 1, 1, 0]);
    assert_eq!(headings("--panels field", &["V", "A"]), [1, 1]);
    // By the unit instead, or by nothing.
    assert_eq!(headings("--by unit", &["V", "A"]), [2, 2]);
    assert_eq!(headings("--by none", &["a", "b", "c"]), [0, 0, 0]);
}

#[test]
fn fields_and_units() {
    let records = "{\"time\":0,\"t1\":1,\"t2\":2,\"p\":900}\n{\"time\":60,\"t1\":2,\"t2\":3,\"p\":901}\n";
    let text = svg("", records);
    assert!(["t1", "t2", "p"].iter().all(|name| has_text(&text, name)));
    // Those of one unit share a panel, where they are told apart by name.
    let text = svg("--unit t1=°C,t2=°C,p=hPa", records);
    assert!(["t1", "t2", "°C", "p,", "hPa"].iter().all(|name| has_text(&text, name)), "{:?}", texts(&text));
    let text = svg("--unit mm --value p", records);
    assert!(["p,", "mm"].iter().all(|name| has_text(&text, name)) && !has_text(&text, "t1"));
    let text = svg("--value p,t1 --panels one", records);
    assert!(["p", "t1"].iter().all(|name| has_text(&text, name)), "{:?}", texts(&text));
}

#[test]
fn a_gap_breaks_the_line() {
    let whole = "1 2 3 4 5 6 7 8 9 8 7 6 5 4 3";
    assert_eq!(paths(&svg("", &minutes(whole)), BLUE), [15]);
    // One record missing is no gap, two are.
    assert_eq!(paths(&svg("", &minutes("1 2 3 4 5 6 - 8 9 8 7 6 5 4 3")), BLUE), [14]);
    let gap = minutes("1 2 3 4 5 6 - - 9 8 7 6 5 4 3");
    assert_eq!(paths(&svg("", &gap), BLUE), [6, 7]);
    assert_eq!(paths(&svg("--gap none", &gap), BLUE), [13]);
    assert_eq!(paths(&svg("--gap 3m", &gap), BLUE), [13]);
    assert_eq!(paths(&svg("--gap 179s", &gap), BLUE), [6, 7]);
    // A null breaks it at once; what is left alone is a dot.
    let null = svg("", &minutes("1 2 3 4 5 6 null 8 null 9 8 7 6 5 4 3"));
    assert_eq!(paths(&null, BLUE), [6, 7]);
    assert!(null.contains("<circle"));
}

#[test]
fn filled_differs_from_measured() {
    let text = svg("", &minutes("1 2 3 4 5 6f 7f 8f 9 8 7 6 5 4 3"));
    assert_eq!(paths(&text, BLUE), [5, 7]);
    assert!(paths(&text, FILLED_BLUE).len() > 10, "no dashes");
    assert!(has_text(&text, "filled"));
    let records = minutes("1 2 3 4 5 6f 7f 8f 9 8 7 6 5 4 3");
    assert_eq!(paths(&svg("--mark made", &records), BLUE), [15]);
    let renamed = records.replace("filled", "made");
    assert_eq!(paths(&svg("--mark made", &renamed), BLUE), [5, 7]);
}

#[test]
fn only_the_last() {
    let records = minutes("1 2 3 4 5 6 7 8 9 8 7 6 5 4 3");
    assert_eq!(paths(&svg("--last 5m", &records), BLUE), [6]);
    // Also where what is older comes later.
    let turned: String = records.lines().rev().map(|line| format!("{line}\n")).collect();
    assert_eq!(paths(&svg("--last 5m", &turned), BLUE), [6]);
    assert!(!has_text(&svg("--last 5m", &records), "10:00"));
}

#[test]
fn local_times() {
    let records = "{\"time\":\"2025-03-29T23:00:00Z\",\"value\":1}\n{\"time\":\"2025-03-30T03:00:00Z\",\"value\":2}\n";
    let berlin = texts(&svg("--tz Europe/Berlin --size 600x300", records));
    let has = |text: &str| berlin.iter().any(|found| found == text);
    // 02:00 was not there that night.
    assert!(has("Europe/Berlin") && has("2025-03-30") && has("01:00") && has("03:00") && !has("02:00"), "{berlin:?}");
    assert!(has_text(&svg("--tz +02:00", records), "+02:00"));
    assert!(has_text(&svg("", records), "23:00"));
}

#[test]
fn themes() {
    let work = Work::new();
    for (flags, ground, line) in [
        ("", [255, 255, 255], [0, 107, 168]),
        ("--theme light", [255, 255, 255], [0, 107, 168]),
        ("--theme dark", [17, 21, 27], [86, 180, 233]),
    ] {
        work.kymo(&format!("plot out.png {flags}")).stdin(minutes("1 2 3 4")).ok();
        let picture = Bitmap::read(&work.path("out.png"));
        assert_eq!(picture.corner(), ground);
        assert!(picture.count(line) > 100, "{flags}");
    }
}

#[test]
fn any_values_have_an_axis() {
    let wanted = |values: &str, labels: &[&str]| {
        let text = svg("--unit W", &minutes(values));
        for label in labels {
            assert!(has_text(&text, label), "no {label}: {:?}", texts(&text));
        }
    };
    wanted("5 5 5", &["4.8", "5.0", "5.2"]);
    wanted("0 0", &["−1.0", "0.0", "1.0"]);
    wanted("1e9 3e9", &["×10⁹ W", "1.0", "3.0"]);
    wanted("1e-9 3e-9", &["×10⁻⁹ W", "1.0", "3.0"]);
    wanted("-40000 20000", &["−40\u{2009}000", "0", "20\u{2009}000"]);
    wanted("-1e300 1e300", &["×10³⁰⁰ W"]);
    wanted("7", &["7.0", "10:00:00"]);
}

#[test]
fn names_are_text_and_nothing_else() {
    let name = "<b>&\\\"\\u0000\\u0001 µ";
    let records = format!(
        "{{\"time\":0,\"device\":\"{name}\",\"value\":1}}\n{{\"time\":9,\"device\":\"{}\",\"value\":2}}\n",
        "long ".repeat(200)
    );
    let text = svg("--size 300x200", &records);
    assert!(text.contains("&lt;b&gt;&amp;&quot;\u{fffd}\u{fffd} µ"), "{:?}", texts(&text));
    assert!(texts(&text).iter().any(|found| found.ends_with('…')));
}

#[test]
fn what_cannot_be_drawn_is_rejected() {
    let work = Work::new();
    let records = "{\"time\":0,\"value\":1}\n{\"value\":1}\n{\"time\":1,\"value\":\"x\"}\n{\"time\":2,\"value\":1e999}\n{\"time\":3}\nx\n";
    work.kymo("plot out.svg --rejects bad").stdin(records).end().code(1);
    let reasons: Vec<String> = work
        .read("bad")
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["reason"].to_string())
        .collect();
    assert_eq!(reasons.len(), 5, "{reasons:?}");
    assert!(work.read("bad").contains("is not a number") && work.read("bad").contains("no number to draw"));
    work.kymo("plot out.svg --strict").stdin(records).end().code(1);
}

#[test]
fn a_file_that_cannot_be_written() {
    let work = Work::new();
    work.kymo("plot none/out.svg").end().code(74).tells("write none/out.svg");
    std::fs::create_dir(work.path("folder.svg")).expect("a folder");
    work.kymo("plot folder.svg").end().code(74).tells("folder.svg");
    work.kymo("plot /dev/full --format png").stdin(minutes("1 2")).end().code(74).tells("write /dev/full");
    assert!(Path::new("/dev/full").metadata().is_ok_and(|what| !what.is_file()), "a device was replaced");
    work.kymo("plot out.svg --size 5x5").end().code(2).tells("1200x560");
    work.kymo("plot out.svg --size 8192x8192").end().code(2).tells("pixels");
}

#[test]
fn a_link_stays_a_link() {
    let work = Work::new();
    work.file("real.svg", "old");
    std::os::unix::fs::symlink("real.svg", work.path("link.svg")).expect("a link");
    work.kymo("plot link.svg").stdin(minutes("1 2")).ok();
    assert!(work.path("link.svg").is_symlink());
    well_formed(&work.read("real.svg"));
}

#[test]
fn more_series_than_are_drawn_are_told() {
    let work = Work::new();
    let records: String =
        (0..300).map(|i| format!("{{\"time\":{i},\"device\":\"d{}\",\"value\":{i}}}\n", i % 60)).collect();
    let ended = work.kymo("plot out.svg --summary").stdin(&records).end().code(0);
    let ended = ended.tells("more lines than --max-series 50: d50 of line 51");
    let ended = ended.tells("\"lines\":50").tells("\"undrawn\":50");
    let ended = ended.tells("\"passed\":250").tells("\"left_out\":{\"not-drawn\":50}");
    assert_eq!(ended.stderr().matches("max-series").count(), 1);
    let text = work.read("out.svg");
    assert!(text.contains("d49") && !text.contains("d50"));
    let ended = work.kymo("plot out.svg --max-series 60 --log-level warning").stdin(&records).end().code(0);
    assert_eq!(ended.stderr(), "");
}

#[test]
fn panels_without_room_are_told() {
    let work = Work::new();
    let fields: String = (0..20).map(|i| format!(",\"f{i}\":{i}")).collect();
    let records: String = (0..3).map(|time| format!("{{\"time\":{time}{fields}}}\n")).collect();
    work.kymo("plot out.svg --size 400x240").stdin(&records).end().code(0).tells("18 panels are not drawn");
    work.kymo("plot out.svg").stdin(&records).ok();
}

#[test]
fn what_was_drawn_is_passed_on() {
    let work = Work::new();
    let records = minutes("1 2 3f 4");
    assert_eq!(work.kymo("plot out.svg --pass").stdin(&records).ok(), records);
    well_formed(&work.read("out.svg"));
    work.shell("kymo plot out.svg --pass EX/surfrad.ndjson | head -1 > /dev/null; exit ${PIPESTATUS[0]}").ok();
}

#[test]
fn the_file_follows_the_records() {
    let work = Work::new();
    let mut running = work.kymo("plot live.png --follow 20ms --size 300x200").start();
    let seen = |what: &str, is: &dyn Fn(&Bitmap) -> bool| {
        let end = Instant::now() + PATIENCE;
        loop {
            // Whatever is there is whole, at any moment.
            let picture = std::fs::read(work.path("live.png")).ok().map(|bytes| Bitmap::of(&bytes));
            if picture.as_ref().is_some_and(is) {
                return;
            }
            assert!(Instant::now() < end, "never {what}");
        }
    };
    let line = [0, 107, 168];
    seen("a picture without records", &|picture| picture.count(line) == 0);
    running.send(&minutes("1 1 1 1"));
    seen("a line", &|picture| picture.count(line) > 100);
    running.send("{\"time\":\"2025-03-02T10:00:00Z\",\"device\":\"b\",\"value\":3}\n");
    seen("a short line in a longer time", &|picture| picture.count(line) < 100);
    assert!(running.end().2.success());
    assert!(!work.path("live.png.new").exists());
}

#[test]
fn memory_does_not_grow_with_records() {
    let work = Work::new();
    // The highest that the process had, in KiB, told by the shell's own wait.
    let most = |count: u32| {
        let records: String = (0..count)
            .map(|i| {
                format!(
                    "{{\"time\":{i},\"device\":\"d{}\",\"value\":{}}}\n",
                    i % 3,
                    i.wrapping_mul(2_654_435_761) % 997
                )
            })
            .collect();
        work.file("records", records);
        let script = "kymo plot out.png --size 400x240 < records & pid=$!; most=0; \
                      while line=$(grep VmHWM /proc/$pid/status 2> /dev/null); do most=${line//[^0-9]/}; done; wait $pid && echo $most";
        work.shell(script).ok().trim().parse::<u32>().expect("a number")
    };
    let (small, large) = (most(20_000), most(400_000));
    assert!(large < small + 6 * 1024 && large < 40 * 1024, "{small} KiB, {large} KiB");
}
