# One reading of the weather station: what is picked, and as what.
def int: if type == "string" then tonumber end | floor;
def one_decimal: if type == "number" then . * 10 | round / 10 else error("not a number: \(tojson)") end;
.polledConditions[0] as $now
| {time: (.ts | int), temperature: $now.temp, humidity: $now.hum, dew_point: $now.dew_point, heat_index: $now.heat_index}
| (.temperature, .humidity, .dew_point, .heat_index) |= one_decimal
