"""Rows into an indexed SQLite table, ten thousand a transaction."""
import itertools
import json
import sqlite3
import sys

db = sqlite3.connect(sys.argv[1])
db.executescript("""pragma journal_mode = wal; pragma synchronous = normal;
    create table m (time text, device text, value real, unit text); create unique index i on m (device, time)""")
rows = ((r["time"], r["device"], r["value"], r["unit"]) for r in map(json.loads, sys.stdin))
while batch := list(itertools.islice(rows, 10000)):
    with db:
        db.executemany("insert or ignore into m values (?, ?, ?, ?)", batch)
