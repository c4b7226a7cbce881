#!/usr/bin/env bash
# The main job on a real day, end to end: a WebSocket server sends a day of weather with holes in it;
# kymo receives, checks, reshapes, fills, keeps and draws it, once in one process and once as a shell
# pipeline, and shows that both did the same. Everything that it makes is in demo/.
#
# KYMO: a binary to use instead of building one. SPEED: the server's pace (default 14400x: a day in 6 s).
set -eu -o pipefail
cd "$(dirname "$0")/.."

if [ -z "${KYMO:-}" ]; then
    cargo build --release --locked
    KYMO=${CARGO_TARGET_DIR:-target}/release/kymo
fi
speed=${SPEED:-14400x}
day=examples/surfrad.ndjson
outages=examples/outages.ndjson
out=demo
began=$SECONDS

# The shell's `kymo` is this binary, so that every line below can be typed as it stands.
kymo() { "$KYMO" "$@"; }

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' plain=$'\e[0m'; else bold= plain=; fi
say() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }
fail() { echo "demo: $1" >&2; exit 1; }

rm -rf "$out"
mkdir "$out"
children=()
end() { for pid in ${children[@]+"${children[@]}"}; do kill "$pid" 2> /dev/null || true; done; }
trap end EXIT

# A server that sends a record only once both readers are there: the feed is a pipe that we hold open.
mkfifo "$out/feed"
"$KYMO" serve 127.0.0.1:0 < "$out/feed" > "$out/server.log" 2>&1 &
server=$!
children+=("$server")
exec 3> "$out/feed"

port=
for _ in $(seq 200); do
    port=$(sed -n 's/.*127\.0\.0\.1:\([1-9][0-9]*\).*/\1/p' "$out/server.log" | head -n 1)
    [ -z "$port" ] || break
    sleep 0.05
done
[ -n "$port" ] || fail "the server told no port: $(cat "$out/server.log")"
url=ws://127.0.0.1:$port/ws

shape='{time, device, temperature, humidity, wind: .wind_speed, pressure, sun: .dw_solar, sky: .dw_ir}'
schema=examples/surfrad.schema.json

say "The same pipeline twice, both reading $url"
cat << TEXT
  kymo run "wss-cat $url --once
    | validate --schema $schema
    | map '$shape'
    | gapfill --every 1m --max-gap 4h --decimals 2 --gaps $out/gaps.ndjson
    | store $out/readings.db --pass
    | plot $out/day.svg --value temperature,sun"
TEXT
# Whoever kept the feed open would keep the server waiting: readers close it.
timeout 90 "$KYMO" run "wss-cat $url --once
    | validate --schema $schema
    | map '$shape'
    | gapfill --every 1m --max-gap 4h --decimals 2 --gaps $out/gaps.ndjson
    | store $out/readings.db --pass
    | plot $out/day.svg --value temperature,sun" 3>&- &
run=$!
{
    timeout 90 "$KYMO" wss-cat "$url" --once |
        kymo validate --schema "$schema" |
        kymo map "$shape" |
        kymo gapfill --every 1m --max-gap 4h --decimals 2 --gaps "$out/gaps-shell.ndjson" |
        kymo store "$out/shell.db" --pass |
        kymo plot "$out/day-shell.svg" --value temperature,sun
} 3>&- &
shell=$!
children+=("$run" "$shell")

# Health of the server, without curl: bash speaks TCP.
health() {
    (
        exec 4<> "/dev/tcp/127.0.0.1/$port"
        printf 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' >&4
        timeout 5 cat <&4
    ) 2> /dev/null || true
}
clients=0
for _ in $(seq 200); do
    clients=$(health | sed -n 's/.*"clients": *\([0-9]*\).*/\1/p')
    [ "${clients:-0}" != 2 ] || break
    sleep 0.05
done
[ "${clients:-0}" = 2 ] || fail "the readers did not reach the server: $(health)"

say "The server sends the day, $speed as fast as it was"
echo "  kymo replay --speed $speed $outages | kymo serve 127.0.0.1:0"
kymo replay --speed "$speed" "$outages" >&3
exec 3>&-
wait "$server" || fail "the server: $(cat "$out/server.log")"
wait "$run" || fail "kymo run ended with $?"
wait "$shell" || fail "the shell pipeline ended with $?"
rm "$out/feed"

kymo query "$out/readings.db" > "$out/readings.ndjson"
kymo query "$out/shell.db" > "$out/shell.ndjson"
same=yes
for pair in readings:shell gaps:gaps-shell; do
    cmp -s "$out/${pair%:*}.ndjson" "$out/${pair#*:}.ndjson" || same=no
done
cmp -s "$out/day.svg" "$out/day-shell.svg" || same=no

say "Received and kept"
echo "  $(wc -l < "$outages") records came, $(wc -l < "$out/readings.ndjson") are in the database, $(grep -c '"filled":true' "$out/readings.ndjson") of them filled"
echo "  run and shell form, byte for byte: records, gaps, picture the same: $same"

say "Gaps"
awk '
    function number(name) {
        match($0, "\"" name "\":[0-9]+")
        return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3) + 0
    }
    { missing += number("missing"); filled += number("filled"); if (number("missing") > most) most = number("missing") }
    END { printf "  %d gaps, %d minutes missing, %d filled; the longest: %d minutes\n", NR, missing, filled, most }
' "$out/gaps.ndjson"
# What was filled against what the station measured in those minutes.
awk '
    function field(name) {
        if (!match($0, "\"" name "\":[^,}]*")) return ""
        return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3)
    }
    NR == FNR { measured[field("time")] = field("temperature"); next }
    /"filled":true/ {
        error = field("temperature") - measured[field("time")]
        sum += error < 0 ? -error : error
        count++
    }
    END { printf "  mean absolute error of the %d filled temperatures: %.3f °C\n", count, count ? sum / count : 0 }
' "$day" "$out/readings.ndjson"

say "Around noon there, in the database"
kymo query "$out/readings.db" --since 2016-01-01T19:38:00Z --limit 4 | sed 's/^/  /'

say "The second database, its night archived and taken out"
kymo trim "$out/shell.db" --before 2016-01-01T14:00:00Z --archive "$out/night.ndjson" --json 2>&1 | sed 's/^/  /'
echo "  $(wc -l < "$out/night.ndjson") records in $out/night.ndjson, $(kymo query "$out/shell.db" | wc -l) left in $out/shell.db"

say "Done in $((SECONDS - began)) s"
echo "  database  $out/readings.db"
echo "  picture   $out/day.svg"
[ "$same" = yes ] || fail "the two forms differ"
