//! LabKraken's logger, whose place `store --insert` takes: its two tables, the payloads that were tried on it, and the
//! secrets that it was given.

use super::gate::{gate, store};
use crate::databases::{Database, Engine};
use crate::harness::{Work, repository};
use crate::mqtt::broker::Broker;
use crate::mqtt::init_session;
use crate::mqtt::wire::Sender;
use serde_json::Value;

/// As the payloads met them. Sensor 1 is known, sensor 2 is not enabled.
const TABLES: &str = "
    CREATE TABLE sensors (
        id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, uuid uuid NOT NULL, sensor_sid integer NOT NULL,
        label text, enabled boolean NOT NULL, UNIQUE (uuid, sensor_sid)
    );
    CREATE TABLE sensor_data (
        time timestamptz, sensor_id integer REFERENCES sensors, value double precision NOT NULL,
        PRIMARY KEY (time, sensor_id)
    );
    INSERT INTO sensors (uuid, sensor_sid, enabled) VALUES
        ('00000000-0000-4000-8000-000000000001', 0, true), ('00000000-0000-4000-8000-000000000002', 0, false)";

const ROWS: &str = "SELECT to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US') || ' ' || sensor_id
    || ' ' || value FROM sensor_data ORDER BY time, sensor_id";

/// A database with these tables. `None`: no PostgreSQL here.
fn tables() -> Option<Database> {
    if !Engine::Postgres.is_here() {
        return None;
    }
    let db = Engine::Postgres.database();
    db.execute(TABLES);
    Some(db)
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a case")).collect()
}

fn cases() -> Vec<Value> {
    lines(include_str!("kraken/mqtt_to_db.ndjson"))
}

fn text<'a>(case: &'a Value, name: &str) -> &'a str {
    case[name].as_str().unwrap_or_else(|| panic!("no {name}: {case}"))
}

/// The bytes that stand in the text, one a letter.
fn bytes(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(c).expect("a byte")).collect()
}

fn payloads(case: &Value) -> impl Iterator<Item = Vec<u8>> {
    case["payload"].as_array().expect("payloads").iter().map(|payload| bytes(payload.as_str().expect("a text")))
}

/// What kymo does with a payload.
enum Fate {
    /// It is stored as the logger stored it.
    AsBefore,
    /// It is stored, as this row.
    Row(&'static str),
    /// It is rejected, with these words.
    Rejected(&'static str),
}

/// What is right for each case.
fn fate(case: &Value) -> Fate {
    use Fate::{AsBefore, Rejected, Row};
    match text(case, "name") {
        "normal" | "topic exactly \"sensors\" also matches sensors/#" | "sid missing: 0" | "value int" => AsBefore,
        "timestamp string number" | "timestamp negative" | "uuid upper case" | "uuid braces" => AsBefore,
        // `validate` rejects what has a key twice.
        "duplicate json key: last wins" => AsBefore,
        // The second one is counted as superseded.
        "duplicate (same time and sensor)" => AsBefore,
        // It stored infinities as they came.
        "value 1e400" => Rejected("number out of range"),
        "value Infinity token" => Rejected("not a value"),
        // It stored 1.
        "value bool" => Rejected("null value in column \"value\""),
        // It stored «now» for a time that it could not read.
        "timestamp 1e18" => Rejected("SQLSTATE 22003"),
        // It dropped these with a warning.
        "value string number" | "value missing" => Rejected("null value in column \"value\""),
        "uuid bad" => Rejected("SQLSTATE 22P02"),
        "not json" => Rejected("not a JSON object"),
        // It dropped these without a word.
        "uuid unknown" | "sid unknown" => Rejected("null value in column \"sensor_id\""),
        // … and this: null was no number to it; to SQL it is as absent as a field that is not there.
        "sid null" => Row("2023-11-14T22:13:20.123456 1 23.5"),
        // It ended at these, and lost what it had not stored yet.
        "timestamp NaN" => Rejected("not a value"),
        "timestamp null" | "empty object" => Rejected("null value in column \"time\""),
        "uuid int" => Rejected("SQLSTATE 22P02"),
        "json array" | "json null" => Rejected("not an object"),
        // A byte order mark at the beginning of an input is skipped (RFC 8259, 8.1).
        "utf-8 BOM" => AsBefore,
        name => panic!("{name} is new: what is right?"),
    }
}

#[test]
fn each_payload_that_was_tried_on_the_logger() {
    let Some(db) = tables() else { return };
    let other = db.other();
    for case in cases() {
        other.execute("TRUNCATE sensor_data").expect("an empty table");
        let mut input = payloads(&case).collect::<Vec<_>>().join(&b'\n');
        input.push(b'\n');
        let run = format!("store {} --insert @EX/labkraken.sql --summary", db.target());
        let ended = db.kymo(&run).stdin(input).end();
        let before = case["rows"].as_array().expect("rows").iter().map(|row| {
            let cells = row.as_array().expect("cells").iter().map(|cell| cell.as_str().expect("a cell"));
            cells.collect::<Vec<_>>().join(" ")
        });
        let (code, rows) = match fate(&case) {
            Fate::AsBefore => (0, before.collect()),
            Fate::Row(row) => (0, vec![row.to_owned()]),
            Fate::Rejected(why) => {
                ended.assert(ended.stderr().contains(why), &format!("{why} for {case}"));
                (1, Vec::new())
            }
        };
        assert_eq!(other.texts(ROWS), rows, "{case}");
        let twice = ended.stderr().contains("\"superseded\":1");
        assert_eq!(twice, text(&case, "name").starts_with("duplicate (same"), "{case}");
        ended.code(code);
    }
}

/// One after the other by MQTT: the logger ended at seven of them, each time with what it had not stored yet.
#[test]
fn no_payload_ends_a_pipeline() {
    let (Some(db), Some(broker)) = (tables(), Broker::start("")) else { return };
    init_session(&db, &broker, "-t sensors/# -q 2");
    let (mut sender, mut count, mut rejected) = (Sender::connect(broker.port), 0, 0);
    for case in cases() {
        for payload in payloads(&case) {
            sender.send(2, text(&case, "topic"), payload);
            count += 1;
        }
        // To `mqtt-cat` an empty array is no reading and no fault, and a byte order mark is nothing.
        let is_fine = matches!(text(&case, "name"), "json array" | "utf-8 BOM");
        rejected += usize::from(matches!(fate(&case), Fate::Rejected(_)) && !is_fine);
    }
    let cat = format!("mqtt-cat {} --id x -t sensors/# -q 2 -C {count}", broker.url());
    let store = format!("store {} --insert @EX/labkraken.sql", db.target());
    // Somebody else's tables keep no rejects.
    db.kymo(&format!("run '{cat} | {store}'")).end().code(2).tells("--rejects");
    db.kymo(&format!("run '{cat} --rejects r | {store} --rejects r'")).end().code(1);
    let rows = [
        "1969-12-31T23:59:58.500000 1 23.5",
        "2023-11-14T22:13:20.000000 1 2",
        "2023-11-14T22:13:20.123456 1 23.5",
        "2023-11-14T22:13:20.500000 1 23.5",
    ];
    assert_eq!(db.other().texts(ROWS), rows);
    assert_eq!((db.read("r").lines().count(), rejected), (15, 15), "{}", db.read("r"));
}

/// The second statement of doc/scaling.md.
fn skipping() -> String {
    let document = std::fs::read_to_string(repository().join("doc/scaling.md")).expect("a text");
    let blocks = document.split("```sql\n").skip(1).map(|rest| rest.split("```").next().expect("an end"));
    let mut joins = blocks.filter(|sql| sql.contains("JOIN sensors")).map(str::to_owned);
    joins.next().expect("a statement with a join")
}

#[test]
fn sensors_that_are_unknown_or_not_enabled_are_rejected_or_skipped() {
    let Some(db) = tables() else { return };
    let reading = |uuid: &str, n: usize| {
        format!("{{\"timestamp\":{n},\"uuid\":\"00000000-0000-4000-8000-00000000000{uuid}\",\"value\":{n}}}\n")
    };
    // Known, not enabled, unknown.
    let records: String = (0..30).map(|n| reading(["1", "2", "9"][n % 3], n)).collect();
    db.file("skip.sql", skipping());
    for (statement, code, counts) in [
        ("@EX/labkraken.sql", 1, "\"rejected\":20,\"replaced\":0,\"stage\":\"store\",\"stored\":10,\"superseded\":0"),
        ("@skip.sql", 0, "\"rejected\":0,\"replaced\":0,\"stage\":\"store\",\"stored\":10,\"superseded\":20"),
    ] {
        db.execute("TRUNCATE sensor_data");
        let run = format!("store {} --insert {statement} --rejects r --summary", db.target());
        db.kymo(&run).stdin(&records).end().code(code).tells(counts);
        assert_eq!(db.number("SELECT count(*) FROM sensor_data WHERE sensor_id = 1"), 10, "{statement}");
    }
    let rejects = lines(&db.read("r"));
    assert_eq!(rejects.len(), 20);
    for (reject, n) in rejects.iter().zip((0..30).filter(|n| n % 3 > 0)) {
        assert_eq!(text(reject, "raw"), reading(["1", "2", "9"][n % 3], n).trim_end());
        let why = text(reject, "reason");
        assert!(why.contains("null value in column \"sensor_id\"") && why.ends_with("(SQLSTATE 23502)"), "{why}");
    }
    // What makes it known is heeded at once.
    db.execute("UPDATE sensors SET enabled = true");
    let run = format!("store {} --insert @EX/labkraken.sql --summary", db.target());
    db.kymo(&run).stdin(&records).end().code(1).tells("\"stored\":10,\"superseded\":10");
}

/// Where the column is `numeric`, what sensorDaemon publishes keeps all its digits.
#[test]
fn decimals_lose_no_digit() {
    let Some(db) = tables() else { return };
    db.execute("ALTER TABLE sensor_data ALTER value TYPE numeric");
    let messages = lines(include_str!("kraken/daemon_payloads.ndjson"));
    let records: String = messages.iter().map(|message| format!("{}\n", text(message, "payload"))).collect();
    db.kymo(&format!("store {} --insert @EX/labkraken.sql --rejects r", db.target())).stdin(records).end().code(1);
    let digits = ["7", "23.5", "1.2345678901234567890123", "10.500", "0.00000000120"];
    assert_eq!(db.other().texts("SELECT value FROM sensor_data ORDER BY time"), digits);
    let rejects = lines(&db.read("r"));
    let has = |n: usize, raw: &str| text(&rejects[n], "raw").contains(raw);
    assert!(rejects.len() == 2 && has(0, "\"abc\"") && has(1, "true"), "{rejects:?}");
}

/// What the container was given as its password, and what got through to the server.
#[test]
fn secrets_are_read_as_the_logger_read_them() {
    let Some(gate) = gate() else { return };
    gate.server.create("secrets");
    gate.server.sql("secrets", "CREATE ROLE keeper SUPERUSER LOGIN");
    let target = format!("host=127.0.0.1 port={} user=keeper", gate.server.port);
    for case in lines(include_str!("kraken/secrets.ndjson")) {
        let work = Work::new();
        for (name, content) in case["files"].as_object().expect("files") {
            work.file(name, bytes(content.as_str().expect("a text")));
        }
        let password = case["value"].as_str().unwrap_or_default();
        gate.server.sql("secrets", &format!("ALTER ROLE keeper PASSWORD '{password}'"));
        let mut run = store(&work, &target, "").env("DATABASE_NAME", "secrets").env("PGPASSFILE", "/dev/null");
        for (name, value) in case["env"].as_object().expect("variables") {
            let folder = work.path("").display().to_string();
            let value = value.as_str().expect("a text").replace("$W/", &folder).replace("$W", &folder);
            run = run.env(&name.replace("XSEC", "DATABASE_PASSWORD"), &value);
        }
        let code = match text(&case, "name") {
            // A file that is not there is a fault, also where the variable would do.
            "file missing: error, no fall back to env" | "file is a directory" => 74,
            // An empty password is none; nor is there one in bytes that are no text.
            "empty file gives empty secret" => 2,
            "nothing, no default" | "nothing, default None" | "empty env value" | "file not utf-8" => 77,
            // A variable that is empty says nothing; the logger looked for a file without a name.
            "empty _FILE value: tries to open \"\"" => {
                gate.server.sql("secrets", "ALTER ROLE keeper PASSWORD 'abc'");
                0
            }
            _ => 0,
        };
        let ended = run.end();
        ended.assert(ended.output.status.code() == Some(code), &format!("{code} for {case}"));
        let secret = !password.is_empty() && ended.stderr().contains(password);
        ended.assert(!secret, "no password in a message");
    }
}
