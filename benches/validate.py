"""Keeps the records of known devices, with the right unit, in range."""
import csv
import json
import sys

with open(sys.argv[1]) as file:
    meters = {row["device"]: (row["unit"], float(row["min"]), float(row["max"])) for row in csv.DictReader(file)}
write = sys.stdout.write
for line in sys.stdin:
    try:
        record = json.loads(line)
        unit, low, high = meters[record["device"]]
        if record["unit"] == unit and low <= record["value"] <= high:
            write(line)
    except (ValueError, KeyError, TypeError):
        pass
