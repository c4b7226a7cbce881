"""Each device on the whole seconds between its readings, on the line between the two neighbours."""
import json
import math
import sys
from datetime import datetime, timezone

last = {}
write = sys.stdout.write
for line in sys.stdin:
    record = json.loads(line)
    time = datetime.fromisoformat(record["time"].replace("Z", "+00:00")).timestamp()
    device, value = record["device"], record["value"]
    if device in last:
        before, old = last[device]
        for second in range(math.floor(before) + 1, math.floor(time) + 1):
            made = old + (value - old) * (second - before) / (time - before)
            text = datetime.fromtimestamp(second, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
            write(json.dumps({"time": text, "device": device, "value": made, "unit": record["unit"]}) + "\n")
    last[device] = (time, value)
