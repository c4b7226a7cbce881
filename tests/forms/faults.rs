//! What is wrong in an input costs no more than that, and its reject says what may help.

use super::*;

/// A stray quote costs its line, and no other: what it swallowed is read again as lines of their own.
#[test]
fn a_stray_quote_costs_its_line() {
    let many = "5,6\n".repeat(1000);
    for (input, rest, rejected) in [
        // Never closed: to the end of the input, to the limit of a record.
        ("a,b\n1,2\n\"3,4\n5,6\n7,8\n".to_owned(), "{\"a\":5,\"b\":6}\n{\"a\":7,\"b\":8}\n".to_owned(), vec![3]),
        ("a,b\n1,2\n\"3,4\n5,6\n7,8".to_owned(), "{\"a\":5,\"b\":6}\n{\"a\":7,\"b\":8}\n".to_owned(), vec![3]),
        (format!("a,b\n1,2\n\"3,4\n{many}"), "{\"a\":5,\"b\":6}\n".repeat(1000), vec![3]),
        // Closed by the quote that the next line begins a value with.
        (
            "a,b\n1,2\n3,\"4\n5,\"x\"\n7,\"y\nz\"\n".to_owned(),
            "{\"a\":5,\"b\":\"x\"}\n{\"a\":7,\"b\":\"y\\nz\"}\n".to_owned(),
            vec![3],
        ),
        ("a,b\n1,2\n3,\"4\n5,\"x\"".to_owned(), "{\"a\":5,\"b\":\"x\"}\n".to_owned(), vec![3]),
        // Two of them; and none: line breaks in quotes stay.
        (
            "a,b\n1,2\n\"3,4\n5,6\n\"7,8\n9,0\n".to_owned(),
            "{\"a\":5,\"b\":6}\n{\"a\":9,\"b\":0}\n".to_owned(),
            vec![3, 5],
        ),
        ("a,b\n1,2\n3,\"4\n5,6\"".to_owned(), "{\"a\":3,\"b\":\"4\\n5,6\"}\n".to_owned(), vec![]),
    ] {
        let work = Work::new();
        let ended = work.kymo("validate --from csv --max-record 1KiB --rejects r").stdin(input.clone()).end();
        let found = ended.stdout();
        assert_eq!(found, format!("{{\"a\":1,\"b\":2}}\n{rest}"), "{input}");
        let kept = if work.path("r").exists() { work.read("r") } else { String::new() };
        let lines: Vec<u64> = kept
            .lines()
            .map(|line| {
                serde_json::from_str::<serde_json::Value>(line).expect("a reject")["line"].as_u64().expect("a line")
            })
            .collect();
        assert_eq!(lines, rejected, "{input}");
    }
    // Lines that each open a quote again, whatever they are taken for: the cost stays that of a few looks.
    let work = Work::new();
    work.kymo("validate --from csv --columns a,b").stdin("x\",\"\n".repeat(200_000)).end().code(1);
}

/// What a reject says that may help: a comma before decimals, another encoding.
#[test]
fn rejects_say_which_flag_may_help() {
    let work = Work::new();
    work.file("m.csv", "device,min,max\na,0,100\n");
    let csv = "device,time,value\na,1,2\na,2,\"10,3\"\n";
    for command in ["validate --meters m.csv", "store a.db"] {
        work.kymo(&format!("{command} --from csv")).stdin(csv).end().code(1).tells("(--decimal ,?)");
    }
    let first = "device,time,value\na,2,\"10,3\"\n";
    work.kymo("store b.db --from csv").stdin(first).end().code(1).tells("(--decimal ,?)");
    let unit = "device,time,value,unit\na,2,\"10,3\",V\n";
    work.kymo("power --from csv").stdin(unit).end().code(1).tells("(--decimal ,?)");
    work.kymo("plot a.svg --value value --from csv").stdin(csv).end().code(1).tells("(--decimal ,?)");
    for (command, input) in [
        ("validate --from csv", &b"a,b\n1,\xb0C\n"[..]),
        ("validate", b"{\"a\":\"\xb0C\"}\n"),
        ("validate --from text", b"\xb0C\n"),
    ] {
        work.kymo(command).stdin(input).end().code(1).tells("(--encoding latin1?)");
        work.kymo(&format!("{command} --encoding latin1")).stdin(input).ok();
    }
}

/// A name that cannot be in a header of tsv spoils no row: none is written under it.
#[test]
fn a_name_that_tsv_cannot_write_rejects_its_rows() {
    for name in ["a\\tb", "a\\nb", "a\\rb"] {
        let work = Work::new();
        let record = format!("{{\"{name}\":1,\"c\":2}}\n");
        let ended = work.kymo("validate --to tsv --rejects r").stdin(record).end().code(1);
        assert!(ended.stdout().matches('2').count() == 0 && work.read("r").contains("\"code\":\"columns\""), "{name}");
    }
}
