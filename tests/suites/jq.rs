//! jq's own tests.
//!
//! Each is `.v | (PROGRAM) | {v: .}` on `{"v": INPUT}`. What jq returns must come out, numbers compared as doubles. Where jq catches an
//! error, any words of it are fine. The lists say what does not apply and what is decided otherwise; one that passes must not be on a list.

use super::{cases, name};
use crate::harness::Work;
use serde_json::Value;

/// What a program cannot do here: modules, `input`, how jq was built, what is deeper than a record may be, inputs that are no JSON.
const DOES_NOT_APPLY: &[&str] = &[
    // Modules.
    "jq.test:1900",
    "jq.test:1904",
    "jq.test:1908",
    "jq.test:1912",
    "jq.test:1917",
    "jq.test:1921",
    "jq.test:1925",
    "jq.test:1929",
    "jq.test:1969",
    "jq.test:1973",
    "jq.test:1977",
    "jq.test:1993",
    // `input`.
    "jq.test:2337",
    // How jq was built.
    "jq.test:1553",
    "jq.test:1557",
    "jq.test:2157",
    "jq.test:2161",
    "jq.test:2165",
    "jq.test:2169",
    "jq.test:2232",
    "jq.test:2271",
    "jq.test:2275",
    "man.test:21",
    "man.test:25",
    // Deeper than 127, or than 10000.
    "jq.test:2558",
    "jq.test:2563",
    "jq.test:2568",
    "jq.test:2577",
    "jq.test:2585",
    "jq.test:2593",
    "jq.test:2598",
    "jq.test:2602",
    "jq.test:2607",
    "jq.test:2611",
    "jq.test:2616",
    "jq.test:2621",
    "jq.test:2625",
    "jq.test:2629",
    "jq.test:2633",
    // Inputs that are no JSON.
    "jq.test:1306",
    "jq.test:2319",
    "jq.test:2407",
];

/// What `doc/map.md` says is otherwise.
const OTHERWISE: &[&str] = &[
    // Whole numbers are exact to 64 bits.
    "jq.test:2211",
    "jq.test:2215",
    "jq.test:2219",
    "jq.test:2241",
    // No infinity is written, and no NaN is read.
    "jq.test:661",
    "jq.test:2315",
    "jq.test:2324",
];

/// After an error nothing of the record is left; jq has printed what came before it, and its tests do not look further.
const ENDS_WITH_AN_ERROR: &[&str] = &["jq.test:945", "jq.test:949", "jq.test:953", "jq.test:957", "jq.test:2359"];

const FILES: [&str; 7] = ["jq", "man", "onig", "manonig", "base64", "uri", "optional"];

/// Numbers are compared as doubles.
fn as_doubles(value: Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().map_or(Value::Null, Value::from),
        Value::Array(items) => items.into_iter().map(as_doubles).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, as_doubles(value))).collect(),
        other => other,
    }
}

/// What the program returns: the values, or how it was refused.
fn returned(program: &str, input: &str) -> Result<Vec<Value>, String> {
    let work = Work::new();
    work.file("p.jq", format!(".v | ({program}\n) | {{v: .}}"));
    let record = format!("{{\"v\":{}}}\n", input.trim_start_matches('\u{feff}'));
    let ended = work.kymo("map -f p.jq").env("PAGER", "less").stdin(record).end();
    match ended.output.status.code() {
        Some(0) => {
            let text = ended.stdout();
            let values = text.split_terminator('\n').map(|line| {
                let object: Value = serde_json::from_str(line).expect("JSON");
                as_doubles(object["v"].clone())
            });
            Ok(values.collect())
        }
        Some(1 | 2) => Err(ended.stderr()),
        _ => panic!("{program}: {}", ended.stderr()),
    }
}

/// A text of jq may be any text where an error was caught.
fn agree(wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        (Value::String(_), Value::String(mark)) if mark == "MARK" => true,
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| agree(a, b)),
        (a, b) => a == b,
    }
}

fn passes(case: &Value, name: &str) -> Result<(), String> {
    let program = case["program"].as_str().expect("a program");
    if case.get("error").is_some() {
        let work = Work::new();
        work.file("p.jq", program);
        let ended = work.kymo("map -f p.jq").end();
        return if ended.output.status.code() == Some(2) { Ok(()) } else { Err("it compiles".to_owned()) };
    }
    let input = case["input"].as_str().expect("an input");
    let wanted: Vec<Value> = case["expected"]
        .as_array()
        .expect("values")
        .iter()
        .map(|text| as_doubles(serde_json::from_str(text.as_str().expect("a text")).unwrap_or_default()))
        .collect();
    let is_it = |found: &[Value]| {
        found.len() == wanted.len() && wanted.iter().zip(found).all(|(wanted, found)| agree(wanted, found))
    };
    let program = match ENDS_WITH_AN_ERROR.contains(&name) {
        true => format!("try ({program}) catch empty"),
        false => program.to_owned(),
    };
    let found = returned(&program, input)?;
    if is_it(&found) {
        return Ok(());
    }
    if program.contains("catch .") && is_it(&returned(&program.replace("catch .", "catch \"MARK\""), input)?) {
        return Ok(());
    }
    Err(format!("wanted {wanted:?}, found {found:?}"))
}

#[test]
fn jqs_own_tests() {
    let (mut wrong, mut agreed) = (Vec::new(), 0);
    for file in FILES {
        let Some(cases) = cases(&format!("jq/{file}.ndjson")) else { return };
        for case in cases {
            let name = name(&case);
            let is_listed = DOES_NOT_APPLY.contains(&name) || OTHERWISE.contains(&name);
            match (passes(&case, name), is_listed) {
                (Ok(()), false) => agreed += 1,
                (Err(_), true) => {}
                (Ok(()), true) => wrong.push(format!("{name}: is on a list, and passes")),
                (Err(why), false) => wrong.push(format!("{name}: {}: {why}", case["program"])),
            }
        }
    }
    assert!(wrong.is_empty(), "{agreed} agree, {} do not:\n{}", wrong.len(), wrong.join("\n"));
    assert!(agreed > 820, "{agreed} cases");
}
