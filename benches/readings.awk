# Readings of a hundred devices; a line in a hundred is bad: an unknown device, a wrong unit, out of range, torn.
BEGIN {
    srand(seed)
    for (n = 0; n < rows; n++) {
        ms += 1 + int(rand() * 4)
        time = sprintf("%s.%03dZ", clock(int(ms / 1000)), ms % 1000)
        device = "10.0.0." int(rand() * 100)
        value = sprintf("%.3f", rand() * 240)
        line = sprintf("{\"time\":\"%s\",\"device\":\"%s\",\"value\":%s,\"unit\":\"V\"}", time, device, value)
        if (rand() < 0.01) {
            kind = int(rand() * 4)
            if (kind == 0) sub(/10\.0\.0\./, "BAD10.9.9.", line)
            if (kind == 1) sub(/"V"/, "\"BADA\"", line)
            if (kind == 2) sub(/"value":/, "&9BAD99", line)
            if (kind == 3) line = substr(line, 1, 40) "BAD"
        }
        print line
    }
}

# Two hours at most are needed: a date of its own would ask for an awk that has one.
function clock(s) {
    return sprintf("2024-04-27T%02d:%02d:%02d", int(s / 3600), int(s / 60) % 60, s % 60)
}
