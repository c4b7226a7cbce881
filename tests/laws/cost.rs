//! The law of cost: what a stage does for four times as much input is about four times as much work, whatever the shape of
//! the input. Refused is only another kind of growth: ten times as much, again and again. It is no limit on time.

use crate::harness::Work;
use kymo::StageKind;

/// Four times as much input may cost this many times as much.
const MOST: f64 = 10.0;

/// Below this much CPU time, s, the start of a process and the machine's other work are all that is seen.
const LEAST: f64 = 0.1;

/// A measurement is repeated this often before it counts against a stage.
const TRIES: usize = 3;

/// How each filter and sink is called. One that the registry lists and this list does not fails the test.
const CALLS: &[(&str, &[&str])] = &[
    (
        "validate",
        &[
            "validate IN",
            "validate --schema schema IN",
            "validate --to csv IN | kymo validate --from csv",
            "validate --flatten --to csv --columns time,value IN --rejects /dev/null",
            "validate --to influx IN",
            "validate --to senml IN",
        ],
    ),
    ("map", &["map . IN"]),
    (
        "gapfill",
        &[
            "gapfill --every 1m IN",
            "gapfill --every 1m --fields IN",
            "gapfill --every 1m --grid --max-memory 1MiB IN --rejects /dev/null",
        ],
    ),
    (
        "power",
        &[
            "power --meter-field device IN",
            // Too much waits all the time.
            "power --meter-field device --max-held 500 IN",
            "power --meter-field device --unpaired pass --max-memory 8MiB IN",
        ],
    ),
    ("store", &["store out.db --sync normal IN", "store out.db --sync normal --evolve json IN"]),
    ("plot", &["plot out.svg --max-series 1000000 IN"]),
    ("queue put", &["queue put out.q IN"]),
    // They need a server.
    ("serve", &[]),
    ("mqtt-pub", &[]),
    ("http-post", &[]),
];

/// Sources that read what was recorded: IN, or what is stored of it.
const SOURCES: &[&str] = &[
    "replay --speed max IN",
    "query KEPT",
    "query KEPT --stats",
    "query KEPT --bucket 1h --format csv",
    "query KEPT --bucket 1h --agg increase",
];

const START: u64 = 1_700_000_000;

/// An input of a shape and a size.
type Shape = (&'static str, usize, fn(usize) -> String);

/// Records of very many numbers, every second of which lacks half of them.
fn numbers(size: usize, end: &str) -> String {
    let hole = |n: usize, at: usize| n % 2 == 1 && at % 2 == 1;
    let field = |n: usize, at: usize| match hole(n, at) {
        true => format!(",\"f{at}\":null"),
        false => format!(",\"f{at}\":{}", at % 7),
    };
    let fields = |n: usize| (0..size).map(|at| field(n, at)).collect::<String>();
    (0..4).map(|n| format!("{{\"time\":{}{}{end}}}\n", START + 60 * n as u64, fields(n))).collect()
}

const SHAPES: [Shape; 7] = [
    // Each record has its fields in another order.
    ("orders", 4_000, |size| {
        let line = |n: usize| {
            let place = |at: usize| if n.is_multiple_of(2) { at } else { size - 1 - at };
            let fields: String = (0..size).map(|at| format!(",\"f{}\":{}", place(at), at % 7)).collect();
            format!("{{\"time\":{}{fields}}}\n", START + 120 * n as u64)
        };
        (0..4).map(line).collect()
    }),
    ("numbers", 4_000, |size| numbers(size, "")),
    ("marks", 4_000, |size| {
        let names: Vec<String> = (0..size).map(|at| format!("\"f{at}\"")).collect();
        numbers(size, &format!(",\"filled\":[{}]", names.join(",")))
    }),
    ("fields", 4_000, |size| {
        let more: String = (0..size).map(|at| format!(",\"f{at}\":{}", at % 7)).collect();
        (0..3).map(|n| format!("{{\"time\":{},\"value\":1{more}}}\n", START + n)).collect()
    }),
    ("levels", 30, |size| {
        let inner = format!("{}1{}", "{\"a\":".repeat(size), "}".repeat(size));
        (0..500).map(|n| format!("{{\"time\":{},\"value\":1,\"x\":{inner}}}\n", START + n)).collect()
    }),
    ("series", 4_000, |size| {
        let line = |n: usize| {
            let unit = if n.is_multiple_of(2) { "V" } else { "A" };
            let time = START + 60 * (n / size) as u64;
            format!("{{\"time\":{time},\"device\":\"d{}\",\"unit\":\"{unit}\",\"value\":{}}}\n", n % size, n % 10)
        };
        (0..2 * size).map(line).collect()
    }),
    ("names", 20_000, |size| {
        let name = "x".repeat(size);
        (0..30).map(|n| format!("{{\"time\":{},\"device\":\"{name}{}\",\"value\":1}}\n", START + n, n % 3)).collect()
    }),
];

/// The CPU time of a run, s.
fn cost(work: &Work, words: &str) -> f64 {
    work.shell("rm -f out.*").end().code(0);
    let script = format!("TIMEFORMAT='%3U %3S'; time kymo {words} > /dev/null 2> told");
    let ended = work.shell(&format!("{{ {script}; }} 2>&1; echo")).end();
    let figures: Vec<f64> = ended.stdout().split_whitespace().filter_map(|text| text.parse().ok()).collect();
    ended.assert(figures.len() == 2, "two figures");
    figures.iter().sum()
}

/// The growth from a size to four times as much; the least of some tries, if it is too much.
fn growth(work: &Work, words: &str, shape: &str) -> f64 {
    let of =
        |size: &str| words.replace("IN", &format!("{shape}-{size}")).replace("KEPT", &format!("{shape}-{size}.db"));
    let mut least = f64::INFINITY;
    for _ in 0..TRIES {
        let large = cost(work, &of("large"));
        if large < LEAST {
            return 0.0;
        }
        least = least.min(large / cost(work, &of("small")).max(LEAST / 4.0));
        if least < MOST {
            break;
        }
    }
    least
}

#[test]
fn cost_grows_as_the_input_does() {
    let mut listed: Vec<&str> =
        kymo::stages().iter().filter(|(_, role)| *role != StageKind::Source).map(|(name, _)| *name).collect();
    let mut tried: Vec<&str> = CALLS.iter().map(|(name, _)| *name).collect();
    listed.sort_unstable();
    tried.sort_unstable();
    assert_eq!(tried, listed, "each filter and sink of the registry, and nothing else");
    let work = Work::new();
    work.file(
        "schema",
        r#"{"properties":{"value":{"type":"number"}},"additionalProperties":{"type":["number","string","object"]}}"#,
    );
    let mut wrong = Vec::new();
    for (shape, size, make) in SHAPES {
        for (name, size) in [("small", size), ("large", 4 * size)] {
            work.file(&format!("{shape}-{name}"), make(size));
            work.kymo(&format!("store {shape}-{name}.db --sync normal --evolve json {shape}-{name}")).end();
        }
        for words in CALLS.iter().flat_map(|(_, calls)| *calls).chain(SOURCES) {
            let growth = growth(&work, words, shape);
            if growth >= MOST {
                wrong.push(format!("{words}: four times as many {shape} cost {growth:.1} times as much"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where more waits than may, power finds the meter that holds most without a look at all of them.
#[test]
fn room_is_made_at_the_cost_of_a_reading() {
    let work = Work::new();
    let words =
        |size: usize| format!("power --meter-field device --max-wait 1h --max-held {} power-{size}", size * 3 / 2);
    let (small, large) = (4_000, 16_000);
    for size in [small, large] {
        let line = |time: u64, n: usize| {
            format!("{{\"time\":{},\"device\":\"d{n}\",\"unit\":\"V\",\"value\":1}}\n", START + time)
        };
        // Half of the meters hold all that may wait, then one reading comes to each of the others.
        let full = (0..3).flat_map(|time| (0..size / 2).map(move |n| line(time, n)));
        work.file(&format!("power-{size}"), full.chain((size / 2..size).map(|n| line(3, n))).collect::<String>());
    }
    let growth = || cost(&work, &words(large)) / cost(&work, &words(small)).max(LEAST / 4.0);
    let least = (0..TRIES).map(|_| growth()).find(|growth| *growth < MOST);
    assert!(least.is_some(), "four times as many meters cost more than ten times as much");
}
