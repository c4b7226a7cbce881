"""Lines of InfluxDB's protocol to NDJSON, as people write it: no escapes, no texts in quotes."""

import json
import sys
from datetime import datetime, timezone

for line in sys.stdin:
    head, fields, time = line.rstrip("\n").split(" ")
    measurement, *tags = head.split(",")
    record = {"measurement": measurement}
    record.update(tag.split("=") for tag in tags)
    for field in fields.split(","):
        name, value = field.split("=")
        record[name] = float(value)
    record["time"] = datetime.fromtimestamp(int(time) / 1e9, timezone.utc).isoformat()
    sys.stdout.write(json.dumps(record) + "\n")
