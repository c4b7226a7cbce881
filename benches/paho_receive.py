"""Receives so many messages and prints them, or inserts each into SQLite in a transaction of its own, as a logger that is
written in an afternoon does. Arguments: PORT QOS COUNT [DATABASE]."""

import json
import sqlite3
import sys

import paho.mqtt.client as mqtt

port, qos, left = (int(word) for word in sys.argv[1:4])
database = None
if len(sys.argv) > 4:
    database = sqlite3.connect(sys.argv[4], isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE readings (time, device, value, unit, PRIMARY KEY (time, device)) WITHOUT ROWID")


def received(client, _, message):
    global left
    if left == 0:
        return
    if database:
        record = json.loads(message.payload)
        database.execute(
            "INSERT INTO readings VALUES (?, ?, ?, ?)",
            (record["time"], record["device"], record["value"], record["unit"]),
        )
    else:
        sys.stdout.buffer.write(message.payload + b"\n")
    left -= 1
    if left == 0:
        client.disconnect()


client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="x" if qos else "", clean_session=qos == 0)
client.on_connect = lambda client, *_: client.subscribe("b/#", qos)
client.on_message = received
client.connect("127.0.0.1", port)
client.loop_forever()
