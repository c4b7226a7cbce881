-- Records of LabKraken's daemons, {"timestamp":…,"uuid":…,"sid":…,"value":…}, into the two tables of its logger:
--   kymo store postgres://… --insert @examples/labkraken.sql
-- A sensor that is not in the table, or not enabled, has no id: the NOT NULL of sensor_id rejects its record.
-- A value in quotes, true and null are no numbers, and are rejected by the NOT NULL of value.
-- numeric(16, 6) takes times up to the year 2286: milliseconds and infinity are rejected.
INSERT INTO sensor_data (time, sensor_id, value)
SELECT
    to_timestamp(r.timestamp),
    (SELECT id FROM sensors s WHERE s.uuid = r.uuid AND s.sensor_sid = coalesce(r.sid, 0) AND s.enabled),
    CASE json_typeof(r.value) WHEN 'number' THEN r.value::text::numeric END
FROM json_to_recordset($1) AS r (timestamp numeric(16, 6), uuid uuid, sid integer, value json)
ON CONFLICT DO NOTHING
