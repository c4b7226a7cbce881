# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_kymo_global_optspecs
    string join \n summary log-level= log-format= log-file= log-file-level= log-rotate= log-keep= log-tz= grace= h/help V/version
end

function __fish_kymo_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_kymo_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_kymo_using_subcommand
    set -l cmd (__fish_kymo_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c kymo -n "__fish_kymo_needs_command" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_needs_command" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_needs_command" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_needs_command" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_needs_command" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_needs_command" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_needs_command" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_needs_command" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_needs_command" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_needs_command" -s h -l help -d 'Print help'
complete -c kymo -n "__fish_kymo_needs_command" -s V -l version -d 'Print version'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "completions" -d 'Print the completions for a shell'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "db" -d 'Look after a database: make its tables, tell what is in it, check it, copy it'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "every" -d 'Run a command on the clock\'s grid and pass on the records it prints'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "gapfill" -d 'Fill the gaps in series of readings, and mark what was filled'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "lock" -d 'Run a command unless it is running already, or tell who runs it'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "log" -d 'Keep what programs print in a log file that rotates'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "man" -d 'Print a manual page, or write all of them into a folder'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "map" -d 'Reshape records by a program of the jq language'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "mqtt-cat" -d 'Receive records from an MQTT broker, and confirm them when they are committed'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "mqtt-pub" -d 'Publish records to an MQTT broker, and send again what it has not confirmed'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "plot" -d 'Draw readings over time into an SVG or PNG file'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "power" -d 'Pair voltages with currents by their times, and write their power'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "query" -d 'Write what is stored, as records in order of time'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "queue" -d 'Keep records on the disk between two pipelines'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "replay" -d 'Replay recorded readings at the pace of their own times'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "run" -d 'Run a pipeline of stages in one process, with acknowledgement after commit'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "serve" -d 'Serve records over HTTP, as a WebSocket stream'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "simulate" -d 'Write readings of simulated meters: a voltage and a current each'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "state" -d 'Read and change a small JSON document that several programs share'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "store" -d 'Keep records in a database, each once'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "supervise" -d 'Keep pipelines and programs running'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "sys-cat" -d 'Write this machine\'s load, memory, disks, temperatures and network as records'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "tcp-listen" -d 'Receive records as lines from any number of clients over TCP'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "trim" -d 'Delete old records from a database, and archive them first'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "validate" -d 'Pass the records that are right, tell all that is wrong with the others'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "wss-cat" -d 'Receive records from a WebSocket server'
complete -c kymo -n "__fish_kymo_using_subcommand completions" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand completions" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand completions" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand completions" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand completions" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand completions" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand completions" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand completions" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand completions" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand completions" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move backup" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move backup" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move backup" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move backup" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move backup" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move backup" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move backup" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move backup" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move backup" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move backup" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move backup" -f -a "init" -d 'Make a database\'s tables before anything is stored'
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move backup" -f -a "info" -d 'Tell what a database is and holds'
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move backup" -f -a "check" -d 'Tell what is wrong with a database, and change nothing'
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move backup" -f -a "move" -d 'Copy readings from one database into another, of whichever kind'
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move backup" -f -a "backup" -d 'Copy a database into a file, while others write to it'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l table -d 'The table' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l schema -d 'Make it with the columns that this JSON Schema names' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l columns -d 'Make it with these columns; TYPE is number, text, bool or json' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l time -d 'The field with the time of measurement' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l by -d 'The field or fields that say which series a record belongs to' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l precision -d 'How fine the times of a new table are (PostgreSQL) [default: us]' -r -f -a "us\t'Microseconds, in the engine\'s own type of time'
ns\t'Nanoseconds since 1970, in an integer'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l grant -d 'Give this role the privileges to store with --no-ddl (PostgreSQL)' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l timescale -d 'Make a hypertable of a new table: `auto`, if the database has the extension' -r -f -a "auto\t'If the database has the extension'
on\t'It must have it'
off\t''"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l chunk -d 'How long a time one chunk of it spans' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l compress-after -d 'Compress chunks that are older than this, by series [default: never]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l retain -d 'Let the database drop chunks that are older than this [default: never]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l more -d 'With a column for all further fields: what `store --no-ddl --evolve json` needs'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l at-least-once -d 'Make it without a key, for `store --at-least-once` (PostgreSQL)'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l series-index -d 'Index a new table by series too: one series of many is read fast, all are written slower (PostgreSQL)'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from info" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from info" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from info" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from info" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from info" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from info" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from info" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from info" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from info" -l json -d 'Tell it as one JSON object'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from info" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from info" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from check" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from check" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from check" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from check" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from check" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from check" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from check" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from check" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from check" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l table -d 'This table only [default: all]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l since -d 'Records from this time on: RFC 3339, a day, `midnight`, `now`, or `-12h`' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l until -d 'Records before this time' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l tz -d 'The time zone of days and of `midnight`' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l on-conflict -d 'What to do with a measured record, or a pipeline\'s state, that the destination has otherwise' -r -f -a "reject\t'Reject it'
ignore\t'Keep the old one'
replace\t'Keep the new one'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l mark -d 'The field that marks a filled record' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l rejects -d 'Append the records that the destination does not take to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l timescale -d 'Make a hypertable of a new table: `auto`, if the database has the extension' -r -f -a "auto\t'If the database has the extension'
on\t'It must have it'
off\t''"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l chunk -d 'How long a time one chunk of it spans' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l compress-after -d 'Compress chunks that are older than this, by series [default: never]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l retain -d 'Let the database drop chunks that are older than this [default: never]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l records-only -d 'Leave the rejects that the source keeps and what its pipelines remember where they are'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l dry-run -d 'Write nothing: `copied` tells how much would be'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from backup" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from backup" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from backup" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from backup" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from backup" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from backup" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from backup" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from backup" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from backup" -l force -d 'Take the place of an older copy'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from backup" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from backup" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand every" -l align -d 'Where the ticks lie: on the grid of the clocks in this time zone (an IANA name, `UTC`, `local`, an offset), as 12:00:00, 12:00:10 …; or counted from the `start` [default: local]' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l timeout -d 'If a run takes longer, send TERM to it and to what it started, and KILL after --grace' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -s C -l count -d 'End after so many runs' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l stamp -d 'Give records that have no such field the time at which their run was due in it' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand every" -l max-record -d 'A longer line is rejected, and never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand every" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand every" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand every" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand every" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l strict -d 'End at the first run that fails, or record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand every" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand every" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l every -d 'The time between two records of a series' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l max-gap -d 'A longer gap stays open' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l method -d 'How values are made: on the line between the neighbours, as the one before, the one behind, the nearer one, or null' -r -f -a "linear\t'On the straight line between the two neighbours, by time'
previous\t'As in the record before'
next\t'As in the record behind'
nearest\t'As in the nearer of the two; at the same distance, the one behind'
null\t'null'"
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l mark -d 'The field that marks a filled record' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l decimals -d 'Round filled values to N decimals' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l gaps -d 'Append a report of each gap to FILE: series, from, to, missing, filled (NDJSON)' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l from -d 'Also fill from WHEN to the first record of a series: `midnight` before it (in --tz), or RFC 3339' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l after -d 'Begin from the last record of each series in this database, so that a restart leaves no gap' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l table -d 'The table of --after' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l max-series -d 'Remember at most so many series; records of further ones are rejected' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l time -d 'The field with the time of measurement: RFC 3339 text, or a number since 1970' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l time-unit -d 'The unit of times that are numbers' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l time-format -d 'How times are spelled that are neither RFC 3339 nor numbers (strptime, as \'%Y.%m.%d %H:%M:%S%.f\')' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l tz -d 'The time zone of times without an offset: an IANA name, `local`, or an offset' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l by -d 'The field or fields that say which series a record belongs to; a record without them is a series of its own' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l value -d 'The field or fields with the measured numbers [default: `value` where there is one, else every number that is neither time nor series]' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l max-record -d 'A longer line is rejected, and never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l state -d 'Keep what the stages remember in FILE, so that a restart goes on where the last run ended' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l grid -d 'Resample: each output lies on a multiple of --every, between its two neighbours'
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and not __fish_seen_subcommand_from run status exec" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand lock; and not __fish_seen_subcommand_from run status exec" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand lock; and not __fish_seen_subcommand_from run status exec" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand lock; and not __fish_seen_subcommand_from run status exec" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand lock; and not __fish_seen_subcommand_from run status exec" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and not __fish_seen_subcommand_from run status exec" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and not __fish_seen_subcommand_from run status exec" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and not __fish_seen_subcommand_from run status exec" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and not __fish_seen_subcommand_from run status exec" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and not __fish_seen_subcommand_from run status exec" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and not __fish_seen_subcommand_from run status exec" -f -a "run" -d 'Run a command while holding a lock'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and not __fish_seen_subcommand_from run status exec" -f -a "status" -d 'Tell whether a lock is held, how, and by whom'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and not __fish_seen_subcommand_from run status exec" -f -a "exec" -d 'Become COMMAND, with a signal if kymo dies'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l slots -d 'Let so many run at once: each has one of the files .slot1 to .slotN beside the lock. One without this flag waits for all of them; of two with another N each looks at its own number of slots' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l min-interval -d 'Do nothing, and exit 0, if a command was started under this lock less than so long ago, however that ended; one that could not be run (126, 127) does not count, nor does a time to come' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l retries -d 'If it is held, try again so many times' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l delay -d 'The time between two tries [default: 500ms, with --wait 50ms]' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l wait -d 'If it is held, try again for so long' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -s E -l conflict-exit-code -d 'The exit code if another holds the lock' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l timeout -d 'If COMMAND takes longer, send TERM to it and to what it started; it cannot read from a terminal then' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l grace -d 'After the TERM of --timeout or --replace, how long until KILL' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -s s -l shared -d 'Share the lock with others that share it (flock -s): one without this flag waits for all of them'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l replace -d 'If it is held, end who holds it: send TERM, KILL after --grace to it and to what it left the lock to; then run'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l no-wait -d 'If it is held, do not try again'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -s o -l close -d 'Do not leave the lock to COMMAND: if kymo is killed, it is free at once, whatever still runs'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from status" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from status" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from status" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from status" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from status" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from status" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from status" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from status" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from status" -l json -d 'Tell it as a JSON object a lock: name, path, held, mode (exclusive, shared, slots), holders with pid, host, since, command and slot as far as they are known, last_start, network'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from status" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from exec" -l parent -d 'The kymo that holds the lock' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from exec" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from exec" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from exec" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from exec" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from exec" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from exec" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from exec" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from exec" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from exec" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from exec" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l rotate -d 'Begin a new file at `midnight`, at each full `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l keep -d 'Keep N old files; nothing but what bears exactly such a name is deleted' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l level -d 'Keep messages from this level up' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l assume -d 'The level of lines that tell none' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l origin -d 'The origin of lines that tell none [default: FILE without its folder and ending]' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l tz -d 'The time zone of the log, and of times without an offset in what is read [default: UTC, and the system\'s]' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l tee -d 'Print on stdout as well: the input as it comes, or the messages as `text` or `json`' -r -f -a "input\t''
text\t''
json\t''"
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l tee-level -d 'Print messages from this level up [default: that of --level]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l gzip -d 'Compress old files, in the background'
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l clear -d 'Empty the file first'
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l json -d 'Write one JSON object a message: time, level, origin, message, details'
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -a "query" -d 'Print the messages of a log that match'
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l since -d 'Not before this time: RFC 3339, a day, `midnight`, `now`, or `-12h`' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l until -d 'Before this time' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l level -d 'From this level up' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l origin -d 'Of this origin' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l tz -d 'The time zone of days and `midnight`, of times without an offset, and of what is printed [default: UTC, the system\'s, and as it was written]' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l json -d 'Print one JSON object a message'
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand man" -l dir -d 'Write all pages into DIR, which is made if it is not there' -r -f -a "(__fish_complete_directories)"
complete -c kymo -n "__fish_kymo_using_subcommand man" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand man" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand man" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand man" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand man" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand man" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand man" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand man" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand man" -l codes -d 'Print all codes of rejects and messages, as Markdown'
complete -c kymo -n "__fish_kymo_using_subcommand man" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand man" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand map" -s f -l from-file -d 'Read the program from FILE' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand map" -l arg -d 'Let the program see the text VALUE as $NAME' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l argjson -d 'Let the program see the JSON value JSON as $NAME' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand map" -l max-record -d 'A longer line is rejected, and never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l state -d 'Keep what the stages remember in FILE, so that a restart goes on where the last run ended' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand map" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand map" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand map" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand map" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand map" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand map" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand map" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l host -d 'The broker\'s host, in place of a URL; several with commas between are tried in turn' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -s p -l port -d 'The port of hosts that have none [default: 1883; 8883 with TLS]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -s i -l id -d 'Our client id: by it the broker knows our session again [default: a random one]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -s u -l username -d 'Our user name' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l password-file -d 'The file that our password is in; it is read again for each connection' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l mqtt -d 'The version of MQTT [default: 5, or 3.1.1 if the broker does not speak that]' -r -f -a "5\t'MQTT 5'
311\t'MQTT 3.1.1'"
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -s k -l keepalive -d 'Let the broker hear from us so often (0: as it comes)' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l connect-timeout -d 'Wait at most so long for each step of connecting' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l retries -d 'Give up after N attempts in a row that failed [default: never]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l max-backoff -d 'Wait at most so long before the next attempt' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l ca-file -d 'Trust the certificates in FILE (PEM; authorities, or the server\'s own) instead of the system\'s' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l cert -d 'Show the server the certificate in FILE (PEM)' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l key -d 'The key of --cert (PEM)' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l pin -d 'Trust a server by its certificate\'s SHA-256 alone, whoever made it (hex; colons may stand between); can be repeated' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -s t -l topic -d 'Subscribe to this topic filter, as to that of the URL, at this quality of service or that of -q; can be repeated' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -s q -l qos -d 'Quality of service: 0 at most once, 1 at least once, 2 exactly once' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -s U -l unsubscribe -d 'End the subscription to this topic filter, which the session may have; can be repeated' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l group -d 'Share the messages with all that name the same group: each gets some of them. Give each an --id of its own: many brokers drop what a member without one had not confirmed' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l retained -d 'What to do with messages that the broker had retained' -r -f -a "keep\t'Retained messages are messages like others'
skip\t'Retained messages are left out'
only\t'Only retained messages are taken'"
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l topic-field -d 'Put the topic into this field; a payload that has such a field keeps its own' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l topic-map -d 'Put parts of the topic into fields, as `+/room/{room}/{quantity}`; can be repeated, the first that fits counts' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l max-packet -d 'A larger packet is rejected, and never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l max-inflight -d 'So many messages are received and not confirmed at most; the broker may have a lower limit' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l session-expiry -d 'With --id: the broker keeps the session so long after a connection (MQTT 5) [default: for ever]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -s C -l count -d 'End after N messages' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -s W -l for -d 'End after DURATION' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l stamp -d 'Give records that have no such field the time of receipt in it' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l max-record -d 'A longer line is rejected, and never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l tls -d 'Use TLS though no mqtts:// says so'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l insecure -d 'Take any certificate: anyone on the way can read and change what is sent'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l split-series -d 'Filters that remember a series may stand behind a --group, though others get some of its records'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l allow-partial -d 'Go on if the broker refuses some of the topics'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l no-topic -d 'Do not put the topic into the records'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l envelope -d 'Add what came with the message: qos, retained, dup, received (the time), properties (MQTT 5)'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l clean -d 'Begin a new session: the broker forgets what it has kept for --id'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l init-session -d 'Make the session for --id, with its subscriptions, and end: from now on the broker keeps what comes'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -s t -l topic -d 'The topic: text with names of fields between braces, as `sensors/{device}/{quantity}` [default: that of the URL]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -s q -l qos -d 'Quality of service: 0 at most once, 1 at least once, 2 exactly once' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l payload -d 'What a message says: `record`, all of it, or the value of this field' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l max-inflight -d 'So many messages are sent and not confirmed at most [default: what the broker says, up to 1000; 20 with MQTT 3.1.1]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l status-topic -d 'Say `online` there, retained, at each connect, and `offline` at the end; the broker says it if we break off' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l host -d 'The broker\'s host, in place of a URL; several with commas between are tried in turn' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -s p -l port -d 'The port of hosts that have none [default: 1883; 8883 with TLS]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -s i -l id -d 'Our client id: by it the broker knows our session again [default: a random one]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -s u -l username -d 'Our user name' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l password-file -d 'The file that our password is in; it is read again for each connection' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l mqtt -d 'The version of MQTT [default: 5, or 3.1.1 if the broker does not speak that]' -r -f -a "5\t'MQTT 5'
311\t'MQTT 3.1.1'"
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -s k -l keepalive -d 'Let the broker hear from us so often (0: as it comes)' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l connect-timeout -d 'Wait at most so long for each step of connecting' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l retries -d 'Give up after N attempts in a row that failed [default: never]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l max-backoff -d 'Wait at most so long before the next attempt' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l ca-file -d 'Trust the certificates in FILE (PEM; authorities, or the server\'s own) instead of the system\'s' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l cert -d 'Show the server the certificate in FILE (PEM)' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l key -d 'The key of --cert (PEM)' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l pin -d 'Trust a server by its certificate\'s SHA-256 alone, whoever made it (hex; colons may stand between); can be repeated' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l max-record -d 'A longer line is rejected, and never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l state -d 'Keep what the stages remember in FILE, so that a restart goes on where the last run ended' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -s r -l retain -d 'The broker keeps the last message of each topic for those that subscribe later'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l pass -d 'Hand the records on after the broker has answered to them'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l tls -d 'Use TLS though no mqtts:// says so'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l insecure -d 'Take any certificate: anyone on the way can read and change what is sent'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l format -d 'The picture\'s format, whatever the file is called' -r -f -a "svg\t''
png\t''"
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l title -d 'A line above the picture' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l unit -d 'The unit of values whose records have no field `unit`: of all, or of one field' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l panels -d 'Which lines share a panel and its axis: those of one unit, of one field, of one series, or all' -r -f -a "unit\t''
field\t''
series\t''
one\t''"
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l gap -d 'A longer distance between two readings of a series is shown as a gap; `none`: no distance is' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l mark -d 'The field that marks a filled record' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l last -d 'Draw only so long before the newest record' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l size -d 'Width and height in pixels [default: 1200x560, higher for more than four panels]' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l theme -d 'Dark lines on white, or light ones on black' -r -f -a "light\t''
dark\t''"
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l max-series -d 'Draw at most so many lines; further ones are told' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l follow -d 'Rewrite the file so often while records arrive' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l time -d 'The field with the time of measurement: RFC 3339 text, or a number since 1970' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l time-unit -d 'The unit of times that are numbers' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l time-format -d 'How times are spelled that are neither RFC 3339 nor numbers (strptime, as \'%Y.%m.%d %H:%M:%S%.f\')' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l tz -d 'The time zone of times without an offset: an IANA name, `local`, or an offset' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l by -d 'The field or fields that say which series a record belongs to; a record without them is a series of its own' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l value -d 'The field or fields with the measured numbers [default: `value` where there is one, else every number that is neither time nor series]' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l max-record -d 'A longer line is rejected, and never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l state -d 'Keep what the stages remember in FILE, so that a restart goes on where the last run ended' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l pass -d 'Hand the records on to the next stage, or to stdout'
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand plot" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand power" -l pairs -d 'CSV with the columns name, voltage, current: the devices that are a meter together' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand power" -l meter-field -d 'The field that names the meter of a reading; its unit tells voltage from current' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l match -d 'Which reading of the other side is taken' -r -f -a "nearest\t'The nearest; of two at the same distance the later'
previous\t'The last one at or before it'
next\t'The first one at or behind it'
latest\t'The nearest, for the last reading of each step of --every only'"
complete -c kymo -n "__fish_kymo_using_subcommand power" -l per -d 'Which side gets one power a reading' -r -f -a "voltage\t''
current\t''"
complete -c kymo -n "__fish_kymo_using_subcommand power" -l within -d 'The longest distance of the two in time' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l every -d 'The step of `--match latest`' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l late -d 'Also take readings that come up to so much later than the newest of their own series; all are decided so much later' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l max-wait -d 'Decide a reading when its meter is so far beyond it, by the readings\' times, even if the other side is silent' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l max-held -d 'Hold at most so many readings that wait; beyond that the oldest are decided as they are' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l max-meters -d 'Remember at most so many meters; readings of further ones are rejected' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l unpaired -d 'What becomes of readings that get no power (of each meter that they belong to), and of those that belong to none' -r -f -a "drop\t'Count it'
reject\t'Reject it'
pass\t'Pass it on as it came'"
complete -c kymo -n "__fish_kymo_using_subcommand power" -l power-factor -d 'The power factor: a number from -1 to 1, or the field of the readings that has it' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l max-gap -d 'Two powers that lie further apart have no energy between them' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l after -d 'Begin with the energy of each meter\'s last record in this database' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand power" -l table -d 'The table of --after' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l phase-field -d 'The field that names the phase of a reading, with --meter-field: L1 or 1' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l unit -d 'The field with the unit' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l mark -d 'The field that marks a filled reading, and a power that was made of one' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l time -d 'The field with the time of measurement: RFC 3339 text, or a number since 1970' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l time-unit -d 'The unit of times that are numbers' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l time-format -d 'How times are spelled that are neither RFC 3339 nor numbers (strptime, as \'%Y.%m.%d %H:%M:%S%.f\')' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l tz -d 'The time zone of times without an offset: an IANA name, `local`, or an offset' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l by -d 'The field or fields that say which series a record belongs to; a record without them is a series of its own' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l value -d 'The field or fields with the measured numbers [default: `value` where there is one, else every number that is neither time nor series]' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand power" -l max-record -d 'A longer line is rejected, and never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l state -d 'Keep what the stages remember in FILE, so that a restart goes on where the last run ended' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand power" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand power" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand power" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand power" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand power" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l keep-inputs -d 'Pass all input on as well, as it came'
complete -c kymo -n "__fish_kymo_using_subcommand power" -l ac -d 'The values are RMS of alternating current: without a power factor their product is in VA'
complete -c kymo -n "__fish_kymo_using_subcommand power" -l energy -d 'Add the energy of each meter since its first record: `energy_wh` (`energy_vah` for VA)'
complete -c kymo -n "__fish_kymo_using_subcommand power" -l phases -d 'Sum the phases L1, L2, L3 of a meter: fields `L1` … with the power of each, `missing` with those that have none'
complete -c kymo -n "__fish_kymo_using_subcommand power" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand power" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand power" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand query" -l table -d 'The table' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l since -d 'Records from this time on: RFC 3339, a day, `midnight`, `now`, or `-12h`' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l until -d 'Records before this time' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l last -d 'Records of the last DURATION before the newest one' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l where-series -d 'Records of this series only (the number 7 and the text "7" are both 7 here); of several series fields, their values with commas between' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l limit -d 'At most so many records' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l bin -d 'The spans by which --stats tells gaps' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l bucket -d 'Instead of the records one for each series and span of this length, at its beginning: spans are multiples of it in UTC, days in --tz from midnight on, weeks from Monday on. Fields that are not measured stay if all records agree' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l agg -d 'What is made of the numbers of a --bucket; if several, `value` becomes `value_min`, `value_max`, …' -r -f -a "mean\t''
min\t''
max\t''
first\t'The first in time'
last\t'The last in time'
count\t'How many there are'"
complete -c kymo -n "__fish_kymo_using_subcommand query" -l value -d 'The measured fields, for --stats and --bucket [default: `value` where there is one, else every number that is neither time nor series]' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l format -d 'NDJSON records, or CSV with a header' -r -f -a "ndjson\t'One JSON object a line'
csv\t'Comma-separated values'"
complete -c kymo -n "__fish_kymo_using_subcommand query" -l tz -d 'The time zone of days and of `midnight`' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l stamp -d 'Give records that have no such field the time of receipt in it' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand query" -l max-record -d 'A longer line is rejected, and never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand query" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand query" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand query" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand query" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l stats -d 'Instead of the records one for each series and measured field: how many, first and last time, min, mean, max, how many are filled, `covered`: the share of --bin spans from first to last that have a record, `gaps`: how many runs of them have none'
complete -c kymo -n "__fish_kymo_using_subcommand query" -l locf -d 'Carry the last values of a series into each --bucket that has no record, up to --until, with `"filled":true`'
complete -c kymo -n "__fish_kymo_using_subcommand query" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand query" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand query" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -f -a "put" -d 'Append records to a queue'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -f -a "take" -d 'Take records from a queue, oldest first'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -f -a "stat" -d 'Tell how many records a queue holds, how old they are, and how fast they come and go'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -f -a "peek" -d 'Write the oldest records of a queue, without taking them'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -f -a "export" -d 'Write all records of a queue, without taking them'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -f -a "check" -d 'Find damage in a queue, set it aside and keep the rest'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -f -a "purge" -d 'Delete old records from a queue'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l max-size -d 'It is full when its records take so many bytes' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l max-records -d 'It is full when it has N records' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l on-full -d 'What to do when it is full; rejected records have the code `full`' -r -f -a "block\t'Wait until some records are taken'
drop-oldest\t'Drop the oldest records'
reject\t'Reject the new record'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l archive -d 'Append each record also to DIR/YYYY-MM-DD.ndjson, the file of the day (UTC) at which it was put' -r -f -a "(__fish_complete_directories)"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l batch -d 'Commit after so many records' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l flush -d 'Commit so long after the first record that is not committed' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l stamp -d 'Give records that have no such field the time of receipt in it, which they keep however often they are taken' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l max-record -d 'A longer line is rejected, and never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l state -d 'Keep what the stages remember in FILE, so that a restart goes on where the last run ended' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l pass -d 'Hand the records on after they are committed'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -s C -l count -d 'End after N records' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -s W -l for -d 'End after DURATION' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l max-inflight -d 'Hand on at most N records that are not confirmed yet' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l attempts -d 'Put into FIELD how many times the record has been taken, this time included' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l stamp -d 'Give records that have no such field the time of receipt in it' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l max-record -d 'A longer line is rejected, and never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l drain -d 'End when the queue is empty, instead of waiting for more'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l no-wait -d 'If another process takes from it, end with exit status 75 instead of waiting'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from stat" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from stat" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from stat" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from stat" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from stat" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from stat" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from stat" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from stat" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from stat" -l json -d 'Tell it as a JSON object: the rates are the mean of the last minute, the totals are since the queue was made'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from stat" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from stat" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from peek" -s n -l count -d 'How many' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from peek" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from peek" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from peek" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from peek" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from peek" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from peek" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from peek" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from peek" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from peek" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from peek" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from export" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from export" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from export" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from export" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from export" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from export" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from export" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from export" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from export" -l rejects -d 'Write the rejects that the queue keeps instead, as `kymo replay --from-rejects` reads them'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from export" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from check" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from check" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from check" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from check" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from check" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from check" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from check" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from check" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from check" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from purge" -l older-than -d 'Delete what was put longer ago than this' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from purge" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from purge" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from purge" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from purge" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from purge" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from purge" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from purge" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from purge" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from purge" -l dry-run -d 'Delete nothing: `deleted` tells how many would be'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from purge" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from purge" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l speed -d 'How many times faster than the records were made: `60x`, `0.5x`; `max`: as fast as they can be read' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l time -d 'The field with the time of measurement: RFC 3339 text, or a number since 1970' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l time-unit -d 'The unit of times that are numbers' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l time-format -d 'How times are spelled that are neither RFC 3339 nor numbers (strptime, as \'%Y.%m.%d %H:%M:%S%.f\')' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l tz -d 'The time zone of times without an offset: an IANA name, `local`, or an offset' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l by -d 'The field or fields that say which series a record belongs to; a record without them is a series of its own' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l value -d 'The field or fields with the measured numbers [default: `value` where there is one, else every number that is neither time nor series]' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l stamp -d 'Give records that have no such field the time of receipt in it' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l max-record -d 'A longer line is rejected, and never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l loop -d 'Begin again at the end, for ever'
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l restamp -d 'Move times to now: the first record\'s becomes the moment of its replay, the others keep their distances, divided by the speed (with `max` whole)'
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l from-rejects -d 'Read files that --rejects has written, and give the rejected lines again'
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand replay" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand run" -s f -l file -d 'Read the pipeline from FILE: `#` begins a comment, line breaks are blanks' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand run" -l name -d 'The name that owns what the stages remember [default: made of the pipeline\'s words]' -r
complete -c kymo -n "__fish_kymo_using_subcommand run" -l state -d 'Keep what the stages remember in FILE, where the sink is no database' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand run" -l ack-on -d 'When a message is acknowledged if a stage is not kymo\'s: after it was written to that stage' -r -f -a "written\t''"
complete -c kymo -n "__fish_kymo_using_subcommand run" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand run" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand run" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand run" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand run" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand run" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand run" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand run" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand run" -l fresh -d 'Begin without what the stages remembered'
complete -c kymo -n "__fish_kymo_using_subcommand run" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand run" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l max-clients -d 'Refuse further clients (503)' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l queue -d 'A client may be so many records behind before it loses the oldest (64 MiB of them at most)' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l allow-origin -d 'Let pages of ORIGIN read the stream in a browser too: `https://host`, or `*` for all (may be repeated)' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l max-record -d 'A longer line is rejected, and never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l state -d 'Keep what the stages remember in FILE, so that a restart goes on where the last run ended' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l pass -d 'Hand the records on'
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand serve" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l devices -d 'So many meters, of two series each' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l rate -d 'So many readings a second of each series' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l seed -d 'Another number gives other readings' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -s C -l count -d 'End after so many lines' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -s W -l for -d 'End after so long, by the readings\' times' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l start -d 'The time of the first step: RFC 3339, a day, `midnight`, `now`, or `-12h`' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l speed -d 'How many times faster than their own times: `60x`, `0.5x`; `max`: as fast as they can be made' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l voltage -d 'The mean voltage' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l current -d 'The mean current' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l noise -d 'The deviation from the mean, as a share of it' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l jitter -d 'Times lie up to so much before or behind the due ones' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l gaps -d 'Each series is silent for this share of the time, up to 0.99' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l gap-length -d 'The mean length of a gap' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l out-of-range -d 'This share of the values is a hundred times too large' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l torn -d 'This share of the lines is cut off somewhere' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l not-json -d 'This share of the lines is no JSON' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l send -d 'Send the lines over TCP, instead of writing them: `tcp://HOST:PORT`' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l clients -d 'With --send: so many connections; each meter keeps to one' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l stamp -d 'Give records that have no such field the time of receipt in it' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l max-record -d 'A longer line is rejected, and never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l walk -d 'Each value goes on from the last one: a random walk with steps of --noise'
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l split -d 'With --send: each line in two segments'
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand state" -l if -d 'set: only if this stands there' -r
complete -c kymo -n "__fish_kymo_using_subcommand state" -l wait -d 'If others change it, wait for so long' -r
complete -c kymo -n "__fish_kymo_using_subcommand state" -l max-size -d 'The document is no larger' -r
complete -c kymo -n "__fish_kymo_using_subcommand state" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand state" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand state" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand state" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand state" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand state" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand state" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand state" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand state" -l if-absent -d 'set: only if nothing stands there'
complete -c kymo -n "__fish_kymo_using_subcommand state" -l string -d 'set, update: values are texts, also if they are JSON'
complete -c kymo -n "__fish_kymo_using_subcommand state" -s r -l raw -d 'get, watch: texts without quotes'
complete -c kymo -n "__fish_kymo_using_subcommand state" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand state" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand store" -l table -d 'The table' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l schema -d 'Make the table with the columns that this JSON Schema names, instead of the first record\'s' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand store" -l evolve -d 'What to do with a field that has no column' -r -f -a "add\t'Add a column'
reject\t'Reject the record'
json\t'Keep it in one JSON column with all further ones'"
complete -c kymo -n "__fish_kymo_using_subcommand store" -l max-columns -d 'A record that would need more columns is rejected' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l on-conflict -d 'What to do with a measured record that differs from the one with its series and time' -r -f -a "reject\t'Reject it'
ignore\t'Keep the old one'
replace\t'Keep the new one'"
complete -c kymo -n "__fish_kymo_using_subcommand store" -l mark -d 'The field that marks a filled record' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l sync -d 'How sure a commit is' -r -f -a "full\t'It survives a power cut'
normal\t'It survives the end of the process; a power cut may take the last ones'"
complete -c kymo -n "__fish_kymo_using_subcommand store" -l batch -d 'Commit after so many records' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l flush -d 'Commit so long after the first record that is not committed' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l precision -d 'How fine the times of a new table are (PostgreSQL) [default: us]' -r -f -a "us\t'Microseconds, in the engine\'s own type of time'
ns\t'Nanoseconds since 1970, in an integer'"
complete -c kymo -n "__fish_kymo_using_subcommand store" -l insert -d 'Instead of a table of kymo\'s: run SQL once a batch, whose $1 is the batch as a JSON array; `@FILE` reads it from a file (PostgreSQL)' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l time -d 'The field with the time of measurement: RFC 3339 text, or a number since 1970' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l time-unit -d 'The unit of times that are numbers' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l time-format -d 'How times are spelled that are neither RFC 3339 nor numbers (strptime, as \'%Y.%m.%d %H:%M:%S%.f\')' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l tz -d 'The time zone of times without an offset: an IANA name, `local`, or an offset' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l by -d 'The field or fields that say which series a record belongs to; a record without them is a series of its own' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l value -d 'The field or fields with the measured numbers [default: `value` where there is one, else every number that is neither time nor series]' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l timescale -d 'Make a hypertable of a new table: `auto`, if the database has the extension' -r -f -a "auto\t'If the database has the extension'
on\t'It must have it'
off\t''"
complete -c kymo -n "__fish_kymo_using_subcommand store" -l chunk -d 'How long a time one chunk of it spans' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l compress-after -d 'Compress chunks that are older than this, by series [default: never]' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l retain -d 'Let the database drop chunks that are older than this [default: never]' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l retries -d 'Give up after N attempts in a row that failed [default: never]' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l max-backoff -d 'Wait at most so long before the next attempt' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand store" -l max-record -d 'A longer line is rejected, and never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l state -d 'Keep what the stages remember in FILE, so that a restart goes on where the last run ended' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand store" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand store" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand store" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand store" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand store" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l no-ddl -d 'Make no table and no column, and change no row: for a user who may only INSERT and SELECT (PostgreSQL)'
complete -c kymo -n "__fish_kymo_using_subcommand store" -l at-least-once -d 'Keep twice what comes twice: the table has no key, and takes records faster (PostgreSQL)'
complete -c kymo -n "__fish_kymo_using_subcommand store" -l series-index -d 'Index a new table by series too: one series of many is read fast, all are written slower (PostgreSQL)'
complete -c kymo -n "__fish_kymo_using_subcommand store" -l pass -d 'Hand the records on after they are committed: those that the database has, duplicates too (not with --insert, which does not tell which ones it left out)'
complete -c kymo -n "__fish_kymo_using_subcommand store" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand store" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand store" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -l check -d 'Only check the file, and tell the order in which the units start'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -l systemd -d 'Print a unit file for systemd'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -l template -d 'Print a file to begin with'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -a "status" -d 'Tell how the units are'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -a "stop" -d 'End units, or without a NAME all of them and the supervisor, and wait until that is done'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -a "restart" -d 'End units and start them anew; without a NAME all that run, or should'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -a "reload" -d 'Have the supervisor read its file again, as HUP does'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -a "is-running" -d 'Tell by the exit status whether the supervisor runs, and with a NAME whether that unit does'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from status" -s f -l file -d 'The file of the supervisor' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from status" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from status" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from status" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from status" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from status" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from status" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from status" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from status" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from status" -l json -d 'Tell it as a JSON object'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from status" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from stop" -s f -l file -d 'The file of the supervisor' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from stop" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from stop" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from stop" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from stop" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from stop" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from stop" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from stop" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from stop" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from stop" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from stop" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from restart" -s f -l file -d 'The file of the supervisor' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from restart" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from restart" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from restart" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from restart" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from restart" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from restart" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from restart" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from restart" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from restart" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from restart" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from reload" -s f -l file -d 'The file of the supervisor' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from reload" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from reload" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from reload" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from reload" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from reload" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from reload" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from reload" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from reload" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from reload" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from reload" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from is-running" -s f -l file -d 'The file of the supervisor' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from is-running" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from is-running" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from is-running" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from is-running" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from is-running" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from is-running" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from is-running" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from is-running" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from is-running" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from is-running" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l every -d 'The time between two records' -r
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l align -d 'Where the ticks lie: on the grid of the clocks in this time zone (an IANA name, `UTC`, `local`, an offset), as 12:00:00, 12:00:10 …; or counted from the `start` [default: local]' -r
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l what -d 'What to tell' -r -f -a "load\t'How many processes want to run'
cpu\t'How busy the cpus were since the last tick'
memory\t'Memory and swap'
uptime\t'Since when the machine runs'
disk\t'Each local file system'
temperature\t'Each sensor'
network\t'Each interface but the loopback'
all\t'All of them'"
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l device -d 'The `device` of the records [default: the host\'s name]' -r
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l warn -d 'Tell when this begins and when it ends, and mark the records with `warning`: a field, one of > >= < <= ==, a number, a size, or a percentage of the whole: \'load15>4\', \'load15>75%\' (of the cpus), \'disk_free<1GiB\', \'mem_available<10%\'' -r
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -s C -l count -d 'End after so many ticks' -r
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -s W -l for -d 'End after so long, by the records\' times' -r
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l stamp -d 'Give records that have no such field the time of receipt in it' -r
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l max-record -d 'A longer line is rejected, and never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l lines -d 'What a line is [default: ndjson]' -r -f -a "ndjson\t''
tsv\t''
csv\t''
influx\t''
raw\t''"
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l tsv -d 'Values between tabs, of these columns; short for --lines tsv --columns NAME,…' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l columns -d 'The columns of tsv [default: device,time,value] or csv [default: each connection\'s first line names them]' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l max-line -d 'A longer line is rejected, and never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l max-clients -d 'Refuse further clients' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l max-per-ip -d 'Refuse further clients of one address' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l idle-timeout -d 'Leave a client that has sent nothing for so long (0: never)' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l allow -d 'Let only clients of this network in: 10.0.0.0/8, fd00::/8 or an address (may be repeated)' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -s C -l count -d 'End after N records' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -s W -l for -d 'End after DURATION' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l tls-cert -d 'Speak TLS only, with the certificate in FILE (PEM; behind it those between it and its authority)' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l tls-key -d 'The key of --tls-cert (PEM)' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l client-ca -d 'Let in only clients with a certificate of an authority in FILE (PEM)' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l time -d 'The column with the time of measurement; the field of an influx timestamp' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l time-unit -d 'The unit of times that are numbers [default: s; of influx: ns]' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l time-format -d 'How times are spelled (strptime) [default: RFC 3339, a number, or, in tsv, \'%Y.%m.%d %H:%M:%S%.f\']' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l tz -d 'The time zone of times without an offset: an IANA name, `local`, or an offset [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l stamp -d 'Give records that have no such field the time of receipt in it' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l max-record -d 'A longer line is rejected, and never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l envelope -d 'Give each record its sender\'s address as `peer` and the time of receipt as `received`'
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l reply -d 'Answer {"ack":N} when the first N lines of a connection are committed'
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l table -d 'The table' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l keep -d 'Delete records older than this' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l before -d 'Delete records before this time: RFC 3339, a day, `midnight`, `now`, or `-12h`' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l max-rows -d 'Delete the oldest records beyond N' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l max-size -d 'Delete the oldest records until the data take no more than this (in PostgreSQL those of the table, about)' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l chunk -d 'Delete so many rows a transaction' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l archive -d 'Append what is deleted to FILE first: CSV if it ends in .csv, else NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l now -d 'Take WHEN as the time now, for --keep, `midnight` and `-12h`' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l every -d 'Stay, and trim again and again' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l align -d 'Where the ticks lie: on the grid of the clocks in this time zone (an IANA name, `UTC`, `local`, an offset), as 12:00:00, 12:00:10 …; or counted from the `start` [default: local]' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l at -d 'Stay, and trim each day at this time (in --tz)' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l catch-up -d 'A run that was missed while kymo was not running is made up once, if it is no older than this' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l tz -d 'The time zone of --at, of days and of `midnight`' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l dry-run -d 'Delete nothing: `deleted` tells how many would be (with --max-size, about)'
complete -c kymo -n "__fish_kymo_using_subcommand trim" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l schema -d 'The JSON Schema that each record must satisfy (draft 4, 6, 7, 2019-09 or 2020-12)' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l allow-ref -d 'Let the schema refer to files in DIR; to nothing else, and never to the network' -r -f -a "(__fish_complete_directories)"
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l meters -d 'The registry of devices: CSV or TSV with the columns device, unit, min, max, or the same as JSON; read again when it changes' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l unit-field -d 'The field with the unit' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l max-future -d 'A record\'s time may lie at most so far in the future' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l max-age -d 'A record\'s time may lie at most so far in the past' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l now -d 'The time that --max-future and --max-age mean: RFC 3339, `midnight`, -12h [default: the clock\'s]' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l time -d 'The field with the time of measurement: RFC 3339 text, or a number since 1970' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l time-unit -d 'The unit of times that are numbers' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l time-format -d 'How times are spelled that are neither RFC 3339 nor numbers (strptime, as \'%Y.%m.%d %H:%M:%S%.f\')' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l tz -d 'The time zone of times without an offset: an IANA name, `local`, or an offset' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l by -d 'The field or fields that say which series a record belongs to; a record without them is a series of its own' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l value -d 'The field or fields with the measured numbers [default: `value` where there is one, else every number that is neither time nor series]' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l max-record -d 'A longer line is rejected, and never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l state -d 'Keep what the stages remember in FILE, so that a restart goes on where the last run ended' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand validate" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l each -d 'Find the records of a message at POINTER (RFC 6901, as /data/readings)' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l binary -d 'What to do with binary messages: reject them, or read them as text' -r -f -a "reject\t'A binary message is rejected'
utf8\t'A binary message is text in UTF-8'"
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l max-message -d 'A larger message is rejected, and never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l send -d 'Send TEXT after each connect, as one message; can be repeated' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l send-file -d 'Send the text in FILE after each connect, where `ps` does not show it; can be repeated' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -s C -l count -d 'End after N records' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -s W -l for -d 'End after DURATION' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -s H -l header -d 'Send a header field with the request (\'Name: value\'; @FILE: the lines of FILE); can be repeated' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l bearer-file -d 'Send the token in FILE as `Authorization: Bearer`; the token itself can be in KYMO_BEARER' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l basic-auth-file -d 'Send `user:password` in FILE as `Authorization: Basic`; the same can be in KYMO_BASIC_AUTH' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l protocol -d 'Ask for this subprotocol; can be repeated, the best first' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l origin -d 'Send this Origin' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l ping -d 'Ping so often; if nothing at all comes between two pings, connect again (0: never)' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l idle-timeout -d 'Connect again when no message has come for so long, though the server answers pings' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l connect-timeout -d 'Wait at most so long for each step of connecting' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l retries -d 'Give up after N attempts in a row that failed [default: never]' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l max-backoff -d 'Wait at most so long before the next attempt' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l proxy -d 'Go through the HTTP proxy at URL (http://HOST:PORT) by CONNECT [default: for wss, HTTPS_PROXY]' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l ca-file -d 'Trust the certificates in FILE (PEM; authorities, or the server\'s own) instead of the system\'s' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l cert -d 'Show the server the certificate in FILE (PEM)' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l key -d 'The key of --cert (PEM)' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l pin -d 'Trust a server by its certificate\'s SHA-256 alone, whoever made it (hex; colons may stand between); can be repeated' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l stamp -d 'Give records that have no such field the time of receipt in it' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l max-record -d 'A longer line is rejected, and never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l log-level -d 'Tell messages from this level up [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l log-file -d 'Write messages to FILE as well, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l log-file-level -d 'Write messages to the log file from this level up [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'What failed; why kymo ends'
critical\t'What stops a station'
exception\t'What nobody foresaw: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l log-tz -d 'The time zone of the log file [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l deflate -d 'Offer the server to compress messages (permessage-deflate)'
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l once -d 'End when a connection closes: 0 if the server closes it with code 1000, else 69'
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l insecure -d 'Take any certificate: anyone on the way can read and change what is sent'
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l summary -d 'Tell counts as one JSON object on stderr at the end'
