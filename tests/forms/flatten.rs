//! Objects in records: `--flatten`.

use super::*;

const TASMOTA: &str = "{\"Time\":\"2024-04-27T14:23:05\",\"ENERGY\":{\"Total\":1.5,\"Power\":[5,-2.5],\"Names\":[\"a\"]},\"TempUnit\":\"C\"}\n";

#[test]
fn objects_become_fields() {
    assert_eq!(
        read("--flatten", TASMOTA),
        "{\"Time\":\"2024-04-27T14:23:05\",\"ENERGY_Total\":1.5,\"ENERGY_Power_0\":5,\"ENERGY_Power_1\":-2.5,\"ENERGY_Names\":[\"a\"],\"TempUnit\":\"C\"}\n"
    );
    assert!(read("--flatten=.", TASMOTA).contains("\"ENERGY.Power.0\":5"));
    assert_eq!(read("--from json --flatten", "[{\"a\":{\"b\":1}},\n{\"a\":{}}]"), "{\"a_b\":1}\n{\"a\":{}}\n");
    // What has no objects leaves byte for byte as it came.
    assert_eq!(read("--flatten", "{ \"a\" : 1.0 }\n"), "{ \"a\" : 1.0 }\n");
    Work::new().kymo("validate --flatten").stdin("{\"a\":{\"b\":1},\"a_b\":2}\n").end().code(1).tells("twice");
}

#[test]
fn a_long_name_does_not_multiply() {
    let wide: Vec<String> = (0..50_000).map(|n| format!("\"f{n}\":1")).collect();
    let record = format!("{{\"{}\":{{{}}}}}\n", "x".repeat(400_000), wide.join(","));
    Work::new()
        .kymo("validate --flatten")
        .stdin(record)
        .end()
        .code(1)
        .tells("flattened, it is longer than --max-record");
}
