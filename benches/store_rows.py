"""The logger that one writes first: an INSERT and a commit for each line of stdin, into the table m."""

import json
import sys

import psycopg2

connection = psycopg2.connect(sys.argv[1])
cursor = connection.cursor()
for line in sys.stdin:
    r = json.loads(line)
    cursor.execute(
        "INSERT INTO m (time, device, value, unit) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (r["time"], r["device"], r["value"], r["unit"]),
    )
    connection.commit()
