//! How values change, and marks instead of rejects (K101).

use super::*;

fn validate(meters: &str, flags: &str, input: &str) -> (String, Vec<String>) {
    let work = Work::new();
    work.file("m.csv", meters);
    let out = work.kymo(&format!("validate --meters m.csv --rejects r {flags}")).stdin(input).end();
    let rejects = std::fs::read_to_string(work.path("r")).unwrap_or_default();
    let code = |line: &str| {
        let reject: Value = serde_json::from_str(line).expect("a reject");
        reject["errors"][0]["code"].as_str().unwrap_or_default().to_owned() + " " + reject["raw"].as_str().expect("raw")
    };
    (out.stdout().to_owned(), rejects.lines().map(code).collect())
}

fn series(device: &str, values: &[(u32, &str)]) -> String {
    let line = |(time, value): &(u32, &str)| format!("{{\"time\":{time},\"device\":\"{device}\",\"value\":{value}}}\n");
    values.iter().map(line).collect()
}

#[test]
fn a_spike_is_one_reject() {
    let meters = "device,unit,min,max,max_rate\na,,,,0.5\nb,,,,3/min\n";
    let (out, rejects) =
        validate(meters, "", &series("a", &[(0, "20"), (10, "90"), (20, "21"), (30, "26.1"), (40, "30")]));
    assert_eq!(rejects.len(), 2, "{rejects:?}");
    assert!(rejects[0].starts_with("rate") && rejects[0].contains(":90}"), "{rejects:?}");
    assert!(rejects[1].contains(":26.1}"), "{rejects:?}");
    assert_eq!(out.lines().count(), 3);
    let (_, rejects) = validate(meters, "", &series("b", &[(0, "1"), (20, "2"), (40, "3.1")]));
    assert_eq!(rejects.len(), 1, "{rejects:?}");
}

#[test]
fn a_sensor_that_is_stuck_is_noticed() {
    let meters = "device,unit,min,max,max_same\na,,,,3\nb,,,,1m\n";
    let steady: Vec<(u32, &str)> = (0..6).map(|n| (30 * n, if n == 5 { "2" } else { "1" })).collect();
    let (out, rejects) = validate(meters, "", &series("a", &steady));
    assert_eq!((rejects.len(), out.lines().count()), (2, 4), "{rejects:?}");
    assert!(rejects.iter().all(|reject| reject.starts_with("stuck")));
    let (_, rejects) = validate(meters, "", &series("b", &steady));
    assert_eq!(rejects.len(), 2, "from 90 s on: {rejects:?}");
}

#[test]
fn rows_count_for_their_time() {
    let meters = "device,unit,min,max,valid_from,valid_to\na,V,0,1,,2024-01-01\na,V,0,5,2024-01-01,2024-06-01\n";
    let input = concat!(
        "{\"time\":\"2023-12-31T23:59:59Z\",\"device\":\"a\",\"value\":3,\"unit\":\"V\"}\n",
        "{\"time\":\"2024-01-01T00:00:00Z\",\"device\":\"a\",\"value\":3,\"unit\":\"V\"}\n",
        "{\"time\":\"2024-06-01T00:00:00Z\",\"device\":\"a\",\"value\":3,\"unit\":\"V\"}\n",
    );
    let (out, rejects) = validate(meters, "", input);
    assert_eq!(out.lines().count(), 1);
    assert!(rejects[0].starts_with("range") && rejects[1].starts_with("unknown-device"), "{rejects:?}");
}

#[test]
fn what_is_wrong_can_be_marked() {
    let meters = "device;unit;min;max\na;V;0;1,5\n";
    let input = "{\"device\":\"a\",\"value\":2,\"unit\":\"A\"}\n{\"device\":\"a\",\"value\":1}\n{\"device\":\"a\",\"value\":1,\"value\":1}\n";
    let (out, rejects) = validate(meters, "--mark quality", input);
    assert_eq!(
        out,
        "{\"device\":\"a\",\"value\":2,\"unit\":\"A\",\"quality\":[\"range\",\"unit\"]}\n{\"device\":\"a\",\"value\":1,\"unit\":\"V\"}\n"
    );
    // What no table can keep is a reject still.
    assert!(rejects.len() == 1 && rejects[0].starts_with("duplicate-key"), "{rejects:?}");
}
