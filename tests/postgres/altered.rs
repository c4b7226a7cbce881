//! Tables that another program changes while `store` runs, and servers that take fewer rows than they are given.

use crate::databases::{Database, Engine};
use crate::harness::until;
use serde_json::json;

fn database() -> Option<Database> {
    Engine::Postgres.is_here().then(|| Engine::Postgres.database())
}

fn rows(db: &Database) -> i64 {
    db.number("SELECT count(*) FROM readings")
}

// K26
#[test]
fn a_column_of_another_type_ends_the_run_before_anything_is_acknowledged() {
    for (change, column) in [
        ("ALTER COLUMN \"time\" TYPE bigint USING (extract(epoch FROM \"time\") * 1000000000)::bigint", "time"),
        ("ALTER COLUMN value TYPE double precision", "value"),
        ("ALTER COLUMN value TYPE text", "value"),
        ("ALTER COLUMN device TYPE varchar(20)", "device"),
        ("DROP COLUMN value", "value"),
    ] {
        let Some(db) = database() else { return };
        let mut run = db.kymo(&format!("store {} --pass --flush 50ms", db.target())).start();
        run.send("{\"time\":1,\"device\":\"a\",\"value\":7.5}\n");
        run.line();
        db.execute(&format!("ALTER TABLE readings {change}"));
        run.send("{\"time\":3,\"device\":\"a\",\"value\":9.5}\n");
        let (out, told, status) = run.end();
        assert!(status.code() == Some(74) && out.is_empty(), "{change}: {status:?} {out} {told}");
        assert!(told.contains("another program has") && told.contains(column), "{change}: {told}");
        assert_eq!(rows(&db), 1, "{change}");
        // Nor does the next run begin, or reject what is sound.
        let again = db.kymo(&format!("store {}", db.target())).stdin("{\"time\":3,\"value\":9.5}\n").end().code(74);
        assert!(!again.stderr().contains("reject"), "{}", again.stderr());
    }
}

// K26
#[test]
fn a_column_that_another_program_adds_is_no_change() {
    let Some(db) = database() else { return };
    let mut run = db.kymo(&format!("store {} --pass --flush 50ms", db.target())).start();
    run.send("{\"time\":1,\"device\":\"a\",\"value\":7.5}\n");
    run.line();
    db.execute("ALTER TABLE readings ADD COLUMN note text DEFAULT 'x'");
    run.send("{\"time\":3,\"device\":\"a\",\"value\":9.5}\n");
    run.line();
    assert!(run.end().2.success());
    assert_eq!(rows(&db), 2);
}

/// A trigger that leaves rows out: they are rejects, not stored ones.
// K34
#[test]
fn rows_that_a_trigger_leaves_out_are_rejects() {
    for flags in ["", "--at-least-once"] {
        let Some(db) = database() else { return };
        db.store(flags, "{\"time\":0,\"device\":\"a\",\"value\":1}\n");
        db.execute(
            "CREATE FUNCTION leave_out() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN IF NEW.value > 10 THEN RETURN NULL; END IF; RETURN NEW; END $$;
             CREATE TRIGGER leave_out BEFORE INSERT ON readings FOR EACH ROW EXECUTE FUNCTION leave_out()",
        );
        let records: String = (1..=20).map(|n| format!("{{\"time\":{n},\"device\":\"a\",\"value\":{n}}}\n")).collect();
        let ended =
            db.kymo(&format!("store {} {flags} --summary --rejects r", db.target())).stdin(records).end().code(1);
        ended.assert(ended.stderr().contains("\"stored\":10,"), "ten stored");
        assert_eq!(rows(&db), 11, "{flags}");
        let rejects = db.read("r");
        assert_eq!(rejects.matches("\"code\":\"not-stored\",").count(), 10, "{rejects}");
    }
}

/// A trigger that leaves out what would take the place of a row: the old row stays, and the new one is a reject.
#[test]
fn replacements_that_a_trigger_leaves_out_are_rejects() {
    for (on_update, wanted) in [("RETURN NULL", "rejected"), ("RETURN NEW", "replaced")] {
        let Some(db) = database() else { return };
        let first =
            "{\"time\":1,\"device\":\"a\",\"value\":1,\"filled\":true}\n{\"time\":2,\"device\":\"a\",\"value\":1}\n";
        db.store("", first);
        db.execute(&format!(
            "CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN IF NEW.value = 2 THEN {on_update}; END IF; RETURN NEW; END $$;
             CREATE TRIGGER guard BEFORE UPDATE ON readings FOR EACH ROW EXECUTE FUNCTION guard()"
        ));
        let second = "{\"time\":1,\"device\":\"a\",\"value\":2}\n{\"time\":2,\"device\":\"a\",\"value\":2}\n";
        let counts = db.store("--on-conflict replace --rejects r", second);
        assert_eq!(counts[wanted], 2, "{counts}");
        // Others of the same batch are stored.
        let third = "{\"time\":1,\"device\":\"a\",\"value\":3}\n{\"time\":2,\"device\":\"a\",\"value\":2}\n{\"time\":3,\"device\":\"a\",\"value\":2}\n";
        let counts = db.store("--on-conflict replace --rejects r", third);
        assert_eq!((&counts["stored"], &counts["replaced"]), (&json!(1), &json!(1)), "{counts}");
        assert_eq!(rows(&db), 3);
        if wanted == "rejected" {
            assert_eq!(db.read("r").matches("\"code\":\"not-stored\",").count(), 3);
        }
    }
}

/// A server that takes one row of each statement and drops the others without an error: in the end all are there.
// K34
#[test]
fn rows_that_a_statement_forgets_are_inserted_one_by_one() {
    let Some(db) = database() else { return };
    db.store("", "{\"time\":0,\"device\":\"a\",\"value\":1}\n");
    db.execute(
        "CREATE FUNCTION begin_all() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM set_config('test.n', '0', false); RETURN NULL; END $$;
         CREATE FUNCTION take_one() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN
                PERFORM set_config('test.n', (current_setting('test.n')::int + 1)::text, false);
                IF current_setting('test.n')::int > 1 THEN RETURN NULL; END IF;
                RETURN NEW;
            END $$;
         CREATE TRIGGER begin_all BEFORE INSERT ON readings FOR EACH STATEMENT EXECUTE FUNCTION begin_all();
         CREATE TRIGGER take_one BEFORE INSERT ON readings FOR EACH ROW EXECUTE FUNCTION take_one()",
    );
    let records: String = (0..50).map(|n| format!("{{\"time\":{n},\"device\":\"a\",\"value\":1}}\n")).collect();
    let counts = db.store("", records);
    assert_eq!((&counts["stored"], &counts["duplicates"]), (&json!(49), &json!(1)), "{counts}");
    assert_eq!(rows(&db), 50);
}

/// A trigger that puts rows elsewhere: what is in the table afterwards is stored.
// K34
#[test]
fn rows_that_a_trigger_puts_into_a_part_of_the_table_are_stored() {
    let Some(db) = database() else { return };
    db.store("", "{\"time\":0,\"device\":\"a\",\"value\":1}\n");
    db.execute(
        "CREATE TABLE part (LIKE readings INCLUDING ALL) INHERITS (readings);
         CREATE FUNCTION elsewhere() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN INSERT INTO part VALUES (NEW.*); RETURN NULL; END $$;
         CREATE TRIGGER elsewhere BEFORE INSERT ON readings FOR EACH ROW EXECUTE FUNCTION elsewhere()",
    );
    let records = "{\"time\":1,\"device\":\"a\",\"value\":1}\n{\"time\":2,\"device\":\"a\",\"value\":1}\n";
    assert_eq!(db.store("", records)["stored"], 2);
    assert_eq!(rows(&db), 3);
}

// K34
#[test]
fn a_dropped_table_is_told_and_created_again() {
    let Some(db) = database() else { return };
    let mut run = db.kymo(&format!("store {} --pass --flush 50ms", db.target())).start();
    run.send("{\"time\":1,\"device\":\"a\",\"value\":7.5}\n");
    run.line();
    db.execute("DROP TABLE readings");
    run.send("{\"time\":3,\"device\":\"a\",\"value\":9.5}\n");
    let (out, told, status) = run.end();
    assert!(status.code() == Some(74) && out.is_empty(), "{status:?} {out} {told}");
    assert!(told.contains("another program has dropped it"), "{told}");
    db.kymo(&format!("query {}", db.target())).end().code(74);
    let ended = db.kymo(&format!("store {}", db.target())).stdin("{\"time\":3,\"value\":9.5,\"new\":true}\n").end();
    ended.code(0).tells("it is created again");
    assert_eq!(db.query(""), [json!({"time":"1970-01-01T00:00:03Z","value":9.5,"new":true})]);
    db.execute("DROP TABLE readings");
    db.kymo(&format!("db init {}", db.target())).end().code(0);
    assert_eq!(db.query(""), Vec::<serde_json::Value>::new());
}

/// Rows have owners: COPY is refused there, INSERT is not.
// K34
#[test]
fn row_level_security_is_no_hindrance() {
    let Some(db) = database() else { return };
    for (table, flags) in [("keyed", ""), ("twice", "--at-least-once")] {
        let flags = format!("--table {table} {flags}");
        db.store(&flags, "{\"time\":0,\"device\":\"a\",\"value\":1}\n");
        db.execute(&format!(
            "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
             CREATE POLICY all_rows ON {table} USING (true) WITH CHECK (value < 100)"
        ));
        db.execute(
            "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'plain') THEN CREATE ROLE plain LOGIN; END IF; END $$;
             GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO plain",
        );
        let target = db.target().replace("kymo@", "plain@");
        let records = "{\"time\":1,\"device\":\"a\",\"value\":1}\n{\"time\":2,\"device\":\"a\",\"value\":2}\n";
        let ended = db.kymo(&format!("store {target} {flags} --no-ddl --summary")).stdin(records).end().code(0);
        ended.assert(ended.stderr().contains("\"stored\":2,"), "two stored");
        until("rows", || db.number(&format!("SELECT count(*) FROM {table}")) == 3);
    }
}
