# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_kymo_global_optspecs
    string join \n summary log-level= log-format= log-file= log-file-level= log-rotate= log-keep= log-tz= env-file= grace= h/help V/version
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

complete -c kymo -n "__fish_kymo_needs_command" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_needs_command" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_needs_command" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_needs_command" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_needs_command" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_needs_command" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_needs_command" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_needs_command" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_needs_command" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_needs_command" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_needs_command" -s h -l help -d 'Print help'
complete -c kymo -n "__fish_kymo_needs_command" -s V -l version -d 'Print version'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "completions" -d 'Print the completions for a shell'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "db" -d 'Look after a database: create its tables, report what is in it, check it, copy it'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "doctor" -d 'Check this machine, and what a station of it needs'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "every" -d 'Run a command on the clock\'s grid and pass on the records it prints'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "gapfill" -d 'Fill the gaps in series of readings, and mark what was filled'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "http-listen" -d 'Receive records that devices send over HTTP'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "http-post" -d 'Send records to a web server, and send again what it has not taken'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "lock" -d 'Run a command unless it is running already, or report who runs it'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "log" -d 'Keep what programs print in a log file that rotates'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "man" -d 'Print a manual page, or write all of them into a folder'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "map" -d 'Reshape records with a program in the jq language'
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
complete -c kymo -n "__fish_kymo_needs_command" -f -a "validate" -d 'Pass valid records; report every fault of the others'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "wss-cat" -d 'Receive records from a WebSocket server'
complete -c kymo -n "__fish_kymo_using_subcommand completions" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand completions" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand completions" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand completions" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand completions" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand completions" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand completions" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand completions" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand completions" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand completions" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand completions" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move import backup" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move import backup" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move import backup" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move import backup" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move import backup" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move import backup" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move import backup" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move import backup" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move import backup" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move import backup" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move import backup" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move import backup" -f -a "init" -d 'Create a database\'s tables before anything is stored'
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move import backup" -f -a "info" -d 'Report what a database is and contains'
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move import backup" -f -a "check" -d 'Report what is wrong with a database, and change nothing'
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move import backup" -f -a "move" -d 'Copy readings from one database into another, of either engine'
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move import backup" -f -a "import" -d 'Copy a table of another program\'s SQLite file into a database of readings'
complete -c kymo -n "__fish_kymo_using_subcommand db; and not __fish_seen_subcommand_from init info check move import backup" -f -a "backup" -d 'Copy a database into a file, while others write to it'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l table -d 'The table' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l schema -d 'Create the columns that this JSON Schema names' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l columns -d 'Create these columns; TYPE is number, text, bool or json' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l time -d 'The field with the time of measurement' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l by -d 'The field or fields that identify a record\'s series' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l precision -d 'How fine the times of a new table are (PostgreSQL) [default: us]' -r -f -a "us\t'Microseconds, in the engine\'s own type of time'
ns\t'Nanoseconds since 1970, in an integer'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l grant -d 'Give this role the privileges to store with --no-ddl (PostgreSQL)' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l timescale -d 'Turn a new table into a hypertable: `auto`, if the database has the extension' -r -f -a "auto\t'If the database has the extension'
on\t'Always: the database must have the extension'
off\t''"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l chunk -d 'The time span of one chunk' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l compress-after -d 'Compress chunks that are older than this, by series [default: never]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l retain -d 'Let the database drop chunks that are older than this [default: never]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l more -d 'Add a column for all further fields: what `store --no-ddl --evolve json` needs'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l at-least-once -d 'Create the table without a key, for `store --at-least-once` (PostgreSQL)'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l series-index -d 'Index a new table by series too: one series of many is read fast, all are written more slowly (PostgreSQL)'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from init" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from info" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from info" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from info" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from info" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from info" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from info" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from info" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from info" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from info" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from info" -l json -d 'Print one JSON object'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from info" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from info" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from check" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from check" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from check" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from check" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from check" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from check" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from check" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from check" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from check" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from check" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l table -d 'This table only [default: all]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l since -d 'Records from this time on: RFC 3339, `2024-04-27T14:00`, a day, `midnight`, `yesterday`, `now`, `12h` (ago), `1mo`' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l until -d 'Records before this time' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l tz -d 'The time zone of days, `midnight` and times without an offset [default: local]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l on-conflict -d 'What to do with a measured record, or a pipeline\'s state, that differs in the destination' -r -f -a "reject\t'Reject it'
ignore\t'Keep the old record'
replace\t'Keep the new record'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l mark -d 'The field that marks a filled record' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l rejects -d 'Append the records that the destination does not accept to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l timescale -d 'Turn a new table into a hypertable: `auto`, if the database has the extension' -r -f -a "auto\t'If the database has the extension'
on\t'Always: the database must have the extension'
off\t''"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l chunk -d 'The time span of one chunk' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l compress-after -d 'Compress chunks that are older than this, by series [default: never]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l retain -d 'Let the database drop chunks that are older than this [default: never]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l records-only -d 'Do not copy rejects and states'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l dry-run -d 'Write nothing: `copied` is the number of records that would be copied'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from move" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from import" -l table -d 'The table that gets them' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from import" -l columns -d 'Only these columns [default: all]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from import" -l rename -d 'Call the column COLUMN by the name FIELD; --time, --by and --value have the new names' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from import" -l on-conflict -d 'What to do with a record that differs from the one with its series and time' -r -f -a "reject\t'Reject it'
ignore\t'Keep the old record'
replace\t'Keep the new record'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from import" -l rejects -d 'Append the rows that are no records to FILE, with reason and content, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from import" -l time -d 'The field with the time of measurement: RFC 3339 text, or a number since 1970' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from import" -l time-unit -d 'The unit of times that are numbers; with it also of numbers that are text [default: s]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from import" -l time-format -d 'A format of times beside RFC 3339 and numbers (strptime, as \'%Y.%m.%d %H:%M:%S%.f\'); may be repeated. Such times leave as RFC 3339' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from import" -l tz -d 'The time zone of times without an offset, and of days: an IANA name, `local`, or an offset [default: the system\'s for days and `midnight` on the command line; times without an offset are rejected]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from import" -l fold -d 'Which time is meant when a local time comes twice, because the clocks were put back' -r -f -a "infer\t'The first one, until the times of the series step back'
earlier\t'The first one'
later\t'The second one'
reject\t'Neither: reject the record'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from import" -l by -d 'The field or fields that identify a record\'s series; records without them are one series of their own' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from import" -l value -d 'The field or fields with the measured numbers: names, or JSON pointers such as /air/temp [default: `value` if there is one, else every number that is neither time nor series]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from import" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from import" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from import" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from import" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from import" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from import" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from import" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from import" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from import" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from import" -l dry-run -d 'Write nothing: `stored` is the number of rows that are records'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from import" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from backup" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from backup" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from backup" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from backup" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from backup" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from backup" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from backup" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from backup" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from backup" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from backup" -l force -d 'Replace an older copy'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from backup" -l json -d 'Print the result as one JSON object, also after a success (as --summary does)'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from backup" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand db; and __fish_seen_subcommand_from backup" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand doctor" -s u -l username -d 'The user name, for a broker' -r
complete -c kymo -n "__fish_kymo_using_subcommand doctor" -l password-file -d 'The file with the password, for a broker' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand doctor" -l ca-file -d 'Trust the certificates in FILE (PEM) instead of the system\'s' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand doctor" -l connect-timeout -d 'Wait at most DURATION for each step of connecting' -r
complete -c kymo -n "__fish_kymo_using_subcommand doctor" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand doctor" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand doctor" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand doctor" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand doctor" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand doctor" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand doctor" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand doctor" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand doctor" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand doctor" -l json -d 'Print one JSON object'
complete -c kymo -n "__fish_kymo_using_subcommand doctor" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand doctor" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand every" -l align -d 'The grid of the ticks: that of the clock in this time zone (an IANA name, `UTC`, `local`, an offset), as 12:00:00, 12:00:10 …; or counted from the `start` [default: local]' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l timeout -d 'If a run takes longer, send TERM to it and to what it started, and KILL after --grace' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -s C -l count -d 'End after N runs' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l from -d 'The form of the input: ndjson, json, csv, tsv, influx, senml, nmea, text or raw [default: by a FILE\'s name (.csv, .csv.gz), else ndjson; of a message: a JSON object, or an array of objects]' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l columns -d 'The names of the columns of csv or tsv [default: the first line names them]' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l separator -d 'What is between the values of csv or tsv; `tab` is a tab [default: in csv a comma or a semicolon, as in the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l decimal -d 'What is between a number and its decimals: `.` or `,` [default: .]' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l null -d 'Words for values that are missing, as NAN,-999,---: in JSON they become null, in columns they are omitted' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l flatten -d 'Make fields of what is in objects: {"ENERGY":{"Power":5}} is {"ENERGY_Power":5}; SEP is between the names. Arrays of numbers are taken apart by index' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l header -d 'Whether the first line names the columns: yes, no or auto [default: auto: unless --columns names them; a number is no name]' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l quote -d 'What is around values of csv that contain separators [default: "]' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l comment -d 'Skip lines of csv or tsv that begin with CHAR [default: only #, before the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l skip -d 'Skip the first N lines' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l units-row -d 'Skip N lines after the names of the columns, as those of units [default with the flag alone: 1]' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l time-columns -d 'Columns whose values together are the time, with a blank between them' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l encoding -d 'The encoding of the text, as latin1, windows-1252 or utf-16 [default: utf-8, or what a byte order mark says]' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l time -d 'The field with the time of measurement' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l time-unit -d 'The unit of times that are numbers, also as text: they leave as RFC 3339' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l time-format -d 'A format of times beside RFC 3339 (strptime, as \'%Y.%m.%d %H:%M:%S%.f\'); may be repeated. Such times leave as RFC 3339' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l tz -d 'The time zone of times without an offset: an IANA name, `local`, or an offset. Such times leave as RFC 3339' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l fold -d 'Which time is meant when a local time comes twice, because the clocks were put back' -r -f -a "infer\t'The first one, until the times of the series step back'
earlier\t'The first one'
later\t'The second one'
reject\t'Neither: reject the record'"
complete -c kymo -n "__fish_kymo_using_subcommand every" -l stamp -d 'Add the time at which the run was due, in FIELD, to records without that field' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand every" -l max-rejects -d 'Keep at most about SIZE in the file of --rejects. What does not fit is counted; it ends kymo where its sender would take it for kept' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l max-record -d 'Reject lines longer than SIZE; they are never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand every" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand every" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand every" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand every" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand every" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand every" -l strict -d 'End at the first run that fails, or the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand every" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand every" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l every -d 'The time between two records of a series; with --tz whole days and weeks are those of its clocks' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l meters -d 'The registry of devices: CSV, TSV or JSON with the columns device, every, kind (gauge, counter, angle, state). A device\'s own step comes before --every. No value is computed over a reset of a counter, angles turn the short way round, a state holds until the next one' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l max-gap -d 'Leave gaps longer than this open [default: 1h, or 12 times --every if that is longer]' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l fields -d 'Also fill fields that are null or missing inside of records, within --max-gap: these, or every number that the series has. The mark of such a record lists them: "filled":["dni"]. A record with a hole waits until the hole ends' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l method -d 'How to compute the values: linear, previous, next, nearest, or null' -r -f -a "linear\t'On the straight line between the two neighbours, by time'
previous\t'The value of the previous record'
next\t'The value of the next record'
nearest\t'The value of the nearer record; of the next one if both are equally near'
null\t'null'"
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l mark -d 'The field that marks a filled record' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l decimals -d 'Round filled values to N decimals' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l gaps -d 'Append a report of each gap to FILE: series, from, to, missing, filled, and with --events of the source the cause (NDJSON)' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l since -d 'Also fill from WHEN to the first record of a series: `midnight` before it, in --tz [default: local], or RFC 3339' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l after -d 'Begin at the last record of each series in this database, so that a restart leaves no gap' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l table -d 'The table of --after' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l max-series -d 'Track at most N series; reject records of any others' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l max-memory -d 'Use at most about SIZE for what is remembered of all series; reject records that need more, and report them' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l time -d 'The field with the time of measurement: RFC 3339 text, or a number since 1970' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l time-unit -d 'The unit of times that are numbers; with it also of numbers that are text [default: s]' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l time-format -d 'A format of times beside RFC 3339 and numbers (strptime, as \'%Y.%m.%d %H:%M:%S%.f\'); may be repeated. Such times leave as RFC 3339' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l tz -d 'The time zone of times without an offset, and of days: an IANA name, `local`, or an offset [default: the system\'s for days and `midnight` on the command line; times without an offset are rejected]' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l fold -d 'Which time is meant when a local time comes twice, because the clocks were put back' -r -f -a "infer\t'The first one, until the times of the series step back'
earlier\t'The first one'
later\t'The second one'
reject\t'Neither: reject the record'"
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l by -d 'The field or fields that identify a record\'s series; records without them are one series of their own' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l value -d 'The field or fields with the measured numbers: names, or JSON pointers such as /air/temp [default: `value` if there is one, else every number that is neither time nor series]' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l to -d 'The form of the output: ndjson, json (one array), csv or tsv (with a header), influx (the series are tags), senml (one pack) or text. --separator and --decimal say how csv is written, too [default: ndjson]' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l template -d 'A line of --to text, with fields in braces: \'{value}|{time}\'; {{ is a brace' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l measurement -d 'The measurement of --to influx, of records without a field `measurement` [default: readings]' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l from -d 'The form of the input: ndjson, json, csv, tsv, influx, senml, nmea, text or raw [default: by a FILE\'s name (.csv, .csv.gz), else ndjson; of a message: a JSON object, or an array of objects]' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l columns -d 'The names of the columns of csv or tsv [default: the first line names them]' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l separator -d 'What is between the values of csv or tsv; `tab` is a tab [default: in csv a comma or a semicolon, as in the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l decimal -d 'What is between a number and its decimals: `.` or `,` [default: .]' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l null -d 'Words for values that are missing, as NAN,-999,---: in JSON they become null, in columns they are omitted' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l flatten -d 'Make fields of what is in objects: {"ENERGY":{"Power":5}} is {"ENERGY_Power":5}; SEP is between the names. Arrays of numbers are taken apart by index' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l header -d 'Whether the first line names the columns: yes, no or auto [default: auto: unless --columns names them; a number is no name]' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l quote -d 'What is around values of csv that contain separators [default: "]' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l comment -d 'Skip lines of csv or tsv that begin with CHAR [default: only #, before the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l skip -d 'Skip the first N lines' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l units-row -d 'Skip N lines after the names of the columns, as those of units [default with the flag alone: 1]' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l time-columns -d 'Columns whose values together are the time, with a blank between them' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l encoding -d 'The encoding of the text, as latin1, windows-1252 or utf-16 [default: utf-8, or what a byte order mark says]' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l max-rejects -d 'Keep at most about SIZE in the file of --rejects. What does not fit is counted; it ends kymo where its sender would take it for kept' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l max-record -d 'Reject lines longer than SIZE; they are never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l state -d 'Keep the stage\'s state in FILE, so that a restart resumes where the last run ended' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l grid -d 'Resample: each output is at a multiple of --every, between its two neighbours; days begin at midnight in UTC or --tz, weeks on Monday'
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l token-file -d 'Only let in requests with a token of FILE, one a line: Authorization: Bearer TOKEN. The file is read again when it changes' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l max-clients -d 'Accept at most N clients; for another one, leave the oldest that sends nothing, or refuse the new one (503)' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l max-per-ip -d 'Accept at most N clients of one address; refuse others (503)' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l allow -d 'Accept only clients of this network: 10.0.0.0/8, fd00::/8 or an address (can be repeated)' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l allow-origin -d 'Also let pages of ORIGIN write here: `https://host`, or `*` for all (can be repeated)' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l allow-host -d 'Also answer requests that call this server HOST, as a proxy or a name in DNS makes them; `*`: by any name (can be repeated) [default: on loopback only localhost, 127.0.0.1 and ::1; elsewhere any]' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l timeout -d 'A request must be there as a whole within DURATION (408); a connection without one is closed after that time' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l path -d 'Only take requests to paths like PATTERN, and put parts of the path into fields: `/in/{device}/{quantity}`, `+` is any part, `{name#}` all the rest. A record that has such a field keeps its own [default: any path]' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l max-body -d 'Refuse bodies larger than SIZE, also when they are decompressed (413)' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l max-memory -d 'Hold about SIZE of unfinished requests; a request that needs more is refused (503)' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -s C -l count -d 'End after N records, with the request that has the last of them' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -s W -l for -d 'End after DURATION' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l from -d 'The form of the input: ndjson, json, csv, tsv, influx, senml, nmea, text or raw [default: by a FILE\'s name (.csv, .csv.gz), else ndjson; of a message: a JSON object, or an array of objects]' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l columns -d 'The names of the columns of csv or tsv [default: the first line names them]' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l separator -d 'What is between the values of csv or tsv; `tab` is a tab [default: in csv a comma or a semicolon, as in the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l decimal -d 'What is between a number and its decimals: `.` or `,` [default: .]' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l null -d 'Words for values that are missing, as NAN,-999,---: in JSON they become null, in columns they are omitted' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l flatten -d 'Make fields of what is in objects: {"ENERGY":{"Power":5}} is {"ENERGY_Power":5}; SEP is between the names. Arrays of numbers are taken apart by index' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l time -d 'The field with the time of measurement' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l time-unit -d 'The unit of times that are numbers, also as text: they leave as RFC 3339' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l time-format -d 'A format of times beside RFC 3339 (strptime, as \'%Y.%m.%d %H:%M:%S%.f\'); may be repeated. Such times leave as RFC 3339' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l tz -d 'The time zone of times without an offset: an IANA name, `local`, or an offset. Such times leave as RFC 3339' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l fold -d 'Which time is meant when a local time comes twice, because the clocks were put back' -r -f -a "infer\t'The first one, until the times of the series step back'
earlier\t'The first one'
later\t'The second one'
reject\t'Neither: reject the record'"
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l tls-cert -d 'Speak TLS only, with the certificate in FILE (PEM; followed by the certificates between it and its authority)' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l tls-key -d 'The key of --tls-cert (PEM)' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l client-ca -d 'Accept only clients with a certificate of an authority in FILE (PEM)' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l stamp -d 'Add the time of receipt, in FIELD, to records without that field' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l max-rejects -d 'Keep at most about SIZE in the file of --rejects. What does not fit is counted; it ends kymo where its sender would take it for kept' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l max-record -d 'Reject lines longer than SIZE; they are never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l envelope -d 'Add the sender\'s address as `peer`, the time of receipt as `received` and the path as `path` to each record'
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand http-listen" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l method -d 'Send requests of this method: POST or PUT' -r -f -a "POST\t''
PUT\t''"
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l batch -d 'Send at most N records in one request. With 1 --to json is one object, else it is an array' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l max-body -d 'Send at most SIZE in one request, before it is compressed. A larger record is sent alone' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l flush -d 'Send fewer than --batch records this long after the first of them' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l timeout -d 'Send the request again if the server neither reads nor answers for DURATION' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -s H -l http-header -d 'Send a header field with the request (\'Name: value\'; @FILE: the lines of FILE); can be repeated' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l bearer-file -d 'Send the token in FILE as `Authorization: Bearer`; the token itself can be in KYMO_BEARER' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l basic-auth-file -d 'Send `user:password` in FILE as `Authorization: Basic`; the same can be in KYMO_BASIC_AUTH' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l connect-timeout -d 'Wait at most DURATION for each step of connecting' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l proxy -d 'Connect through the HTTP proxy at URL (http://HOST:PORT) with CONNECT [default: with TLS, HTTPS_PROXY]' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l ca-file -d 'Trust the certificates in FILE (PEM; authorities, or the server\'s own) instead of the system\'s' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l cert -d 'Present the certificate in FILE (PEM) to the server' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l key -d 'The key of --cert (PEM)' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l pin -d 'Trust a server by the SHA-256 of its certificate alone, whoever issued it (hex; colons are allowed); can be repeated' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l retries -d 'Give up after N failed attempts in a row [default: never]' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l max-backoff -d 'Wait at most DURATION before the next attempt' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l to -d 'The form of the output: ndjson, json (one array), csv or tsv (with a header), influx (the series are tags), senml (one pack) or text. --separator and --decimal say how csv is written, too [default: ndjson]' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l template -d 'A line of --to text, with fields in braces: \'{value}|{time}\'; {{ is a brace' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l measurement -d 'The measurement of --to influx, of records without a field `measurement` [default: readings]' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l time -d 'The field with the time of measurement: RFC 3339 text, or a number since 1970' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l time-unit -d 'The unit of times that are numbers; with it also of numbers that are text [default: s]' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l time-format -d 'A format of times beside RFC 3339 and numbers (strptime, as \'%Y.%m.%d %H:%M:%S%.f\'); may be repeated. Such times leave as RFC 3339' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l tz -d 'The time zone of times without an offset, and of days: an IANA name, `local`, or an offset [default: the system\'s for days and `midnight` on the command line; times without an offset are rejected]' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l fold -d 'Which time is meant when a local time comes twice, because the clocks were put back' -r -f -a "infer\t'The first one, until the times of the series step back'
earlier\t'The first one'
later\t'The second one'
reject\t'Neither: reject the record'"
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l by -d 'The field or fields that identify a record\'s series; records without them are one series of their own' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l value -d 'The field or fields with the measured numbers: names, or JSON pointers such as /air/temp [default: `value` if there is one, else every number that is neither time nor series]' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l from -d 'The form of the input: ndjson, json, csv, tsv, influx, senml, nmea, text or raw [default: by a FILE\'s name (.csv, .csv.gz), else ndjson; of a message: a JSON object, or an array of objects]' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l columns -d 'The names of the columns of csv or tsv [default: the first line names them]' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l separator -d 'What is between the values of csv or tsv; `tab` is a tab [default: in csv a comma or a semicolon, as in the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l decimal -d 'What is between a number and its decimals: `.` or `,` [default: .]' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l null -d 'Words for values that are missing, as NAN,-999,---: in JSON they become null, in columns they are omitted' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l flatten -d 'Make fields of what is in objects: {"ENERGY":{"Power":5}} is {"ENERGY_Power":5}; SEP is between the names. Arrays of numbers are taken apart by index' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l header -d 'Whether the first line names the columns: yes, no or auto [default: auto: unless --columns names them; a number is no name]' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l quote -d 'What is around values of csv that contain separators [default: "]' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l comment -d 'Skip lines of csv or tsv that begin with CHAR [default: only #, before the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l skip -d 'Skip the first N lines' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l units-row -d 'Skip N lines after the names of the columns, as those of units [default with the flag alone: 1]' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l time-columns -d 'Columns whose values together are the time, with a blank between them' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l encoding -d 'The encoding of the text, as latin1, windows-1252 or utf-16 [default: utf-8, or what a byte order mark says]' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l max-rejects -d 'Keep at most about SIZE in the file of --rejects. What does not fit is counted; it ends kymo where its sender would take it for kept' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l max-record -d 'Reject lines longer than SIZE; they are never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l state -d 'Keep the stage\'s state in FILE, so that a restart resumes where the last run ended' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l gzip -d 'Compress requests with gzip'
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l pass -d 'Pass the records on after the server has taken them'
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l insecure -d 'Accept any certificate: anyone on the way can read and change what is sent'
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand http-post" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and not __fish_seen_subcommand_from run status exec" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand lock; and not __fish_seen_subcommand_from run status exec" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand lock; and not __fish_seen_subcommand_from run status exec" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand lock; and not __fish_seen_subcommand_from run status exec" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand lock; and not __fish_seen_subcommand_from run status exec" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and not __fish_seen_subcommand_from run status exec" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and not __fish_seen_subcommand_from run status exec" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and not __fish_seen_subcommand_from run status exec" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand lock; and not __fish_seen_subcommand_from run status exec" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and not __fish_seen_subcommand_from run status exec" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and not __fish_seen_subcommand_from run status exec" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and not __fish_seen_subcommand_from run status exec" -f -a "run" -d 'Run a command while holding a lock'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and not __fish_seen_subcommand_from run status exec" -f -a "status" -d 'Report whether a lock is held, how, and by whom'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and not __fish_seen_subcommand_from run status exec" -f -a "exec" -d 'Become COMMAND, with a signal if kymo dies'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l lock-dir -d 'The folder of locks that have a name [default: KYMO_LOCK_DIR, else the first of /run/lock, /tmp and XDG_RUNTIME_DIR that can be written to]' -r -f -a "(__fish_complete_directories)"
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l slots -d 'Let at most N run at once. Each holds one of the files .slot1 to .slotN beside the lock. A process without this flag waits for all of them. Use the same N everywhere: each process checks only its own N slots' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l min-interval -d 'Do nothing, and exit 0, if a command was started under this lock less than DURATION ago, however it ended. A command that could not be run (126, 127) does not count, nor does a time in the future' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l retries -d 'If the lock is held, try again N times' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l delay -d 'The time between two tries [default: 500ms, with --wait 50ms]' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l wait -d 'If the lock is held, try again for DURATION' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -s E -l conflict-exit-code -d 'The exit code if another process holds the lock' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l timeout -d 'If COMMAND takes longer, send TERM to it and to what it started; with this flag it cannot read from a terminal' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l grace -d 'The time from the TERM of --timeout or --replace to KILL' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -s s -l shared -d 'Share the lock with others that share it (flock -s); a process without this flag waits for all of them'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l replace -d 'If the lock is held, end its holder first: send TERM, and KILL after --grace, to it and to the processes that it left the lock to'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l no-wait -d 'If the lock is held, do not try again'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -s o -l close -d 'Do not leave the lock to COMMAND: if kymo is killed, the lock is free at once, whatever still runs'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from run" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from status" -l lock-dir -d 'The folder of locks that have a name, as for `lock run`' -r -f -a "(__fish_complete_directories)"
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from status" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from status" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from status" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from status" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from status" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from status" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from status" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from status" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from status" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from status" -l json -d 'Print one JSON object for each lock: name, path, held, mode (exclusive, shared, slots), holders (each with pid, host, since, command, slot if known), last_start, network'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from status" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from exec" -l parent -d 'The kymo that holds the lock' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from exec" -l stage -d 'The stage or program that it works for' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from exec" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from exec" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from exec" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from exec" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from exec" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from exec" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from exec" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from exec" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from exec" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from exec" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand lock; and __fish_seen_subcommand_from exec" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l rotate -d 'Begin a new file at `midnight`, at each full `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l keep -d 'Keep N old files; files with other names are never deleted' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l level -d 'Keep messages at this level and above' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l assume -d 'The level of lines that have none' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l origin -d 'The origin of lines that have none [default: FILE without its folder and extension]' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l tz -d 'The time zone of the log, of --rotate, and of times without an offset in the input [default: UTC for the times in the log, local for --rotate and the input]' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l tee -d 'Also print to stdout: the input unchanged, or the messages as `text` or `json`' -r -f -a "input\t''
text\t''
json\t''"
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l tee-level -d 'Print messages at this level and above [default: that of --level]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l time -d 'The field with the time of measurement' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l by -d 'The field or fields that identify a record\'s series: the tags of influx' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l to -d 'The form of the output: ndjson, json (one array), csv or tsv (with a header), influx (the series are tags), senml (one pack) or text. --separator and --decimal say how csv is written, too [default: ndjson]' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l template -d 'A line of --to text, with fields in braces: \'{value}|{time}\'; {{ is a brace' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l measurement -d 'The measurement of --to influx, of records without a field `measurement` [default: readings]' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l from -d 'The form of the input: ndjson, json, csv, tsv, influx, senml, nmea, text or raw [default: by a FILE\'s name (.csv, .csv.gz), else ndjson; of a message: a JSON object, or an array of objects]' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l columns -d 'The names of the columns of csv or tsv [default: the first line names them]' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l separator -d 'What is between the values of csv or tsv; `tab` is a tab [default: in csv a comma or a semicolon, as in the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l decimal -d 'What is between a number and its decimals: `.` or `,` [default: .]' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l null -d 'Words for values that are missing, as NAN,-999,---: in JSON they become null, in columns they are omitted' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l flatten -d 'Make fields of what is in objects: {"ENERGY":{"Power":5}} is {"ENERGY_Power":5}; SEP is between the names. Arrays of numbers are taken apart by index' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l header -d 'Whether the first line names the columns: yes, no or auto [default: auto: unless --columns names them; a number is no name]' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l quote -d 'What is around values of csv that contain separators [default: "]' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l comment -d 'Skip lines of csv or tsv that begin with CHAR [default: only #, before the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l skip -d 'Skip the first N lines' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l units-row -d 'Skip N lines after the names of the columns, as those of units [default with the flag alone: 1]' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l time-columns -d 'Columns whose values together are the time, with a blank between them' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l encoding -d 'The encoding of the text, as latin1, windows-1252 or utf-16 [default: utf-8, or what a byte order mark says]' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l max-rejects -d 'Keep at most about SIZE in the file of --rejects. What does not fit is counted; it ends kymo where its sender would take it for kept' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l max-record -d 'Reject lines longer than SIZE; they are never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l state -d 'Keep the stage\'s state in FILE, so that a restart resumes where the last run ended' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l gzip -d 'Compress old files, in the background'
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l clear -d 'Empty the file first'
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l json -d 'Write one JSON object for each message: time, level, origin, message, details'
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand log; and not __fish_seen_subcommand_from query" -a "query" -d 'Print the messages of a log that match'
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l since -d 'Only messages from this time on: RFC 3339, a day, `midnight`, `now`, `12h` (ago), `1mo`' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l until -d 'Only messages before this time' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l level -d 'Only messages at this level and above' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l origin -d 'Only messages of this origin' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l tz -d 'The time zone of days and `midnight`, of times without an offset, and of the output [default: local; the output keeps the times as written]' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l json -d 'Print one JSON object for each message'
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand log; and __fish_seen_subcommand_from query" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand man" -l dir -d 'Write all pages into DIR, which is created if it is missing' -r -f -a "(__fish_complete_directories)"
complete -c kymo -n "__fish_kymo_using_subcommand man" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand man" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand man" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand man" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand man" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand man" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand man" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand man" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand man" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand man" -l codes -d 'Print all codes of rejects and messages, as Markdown'
complete -c kymo -n "__fish_kymo_using_subcommand man" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand man" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand map" -s f -l from-file -d 'Read the program from FILE' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand map" -l arg -d 'Give the program the text VALUE as $NAME' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l argjson -d 'Give the program the JSON value JSON as $NAME' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l decimals -d 'Round numbers of what the program returns to N decimals; a half goes to the even neighbour' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l to -d 'The form of the output: ndjson, json (one array), csv or tsv (with a header), influx (the series are tags), senml (one pack) or text. --separator and --decimal say how csv is written, too [default: ndjson]' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l template -d 'A line of --to text, with fields in braces: \'{value}|{time}\'; {{ is a brace' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l measurement -d 'The measurement of --to influx, of records without a field `measurement` [default: readings]' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l from -d 'The form of the input: ndjson, json, csv, tsv, influx, senml, nmea, text or raw [default: by a FILE\'s name (.csv, .csv.gz), else ndjson; of a message: a JSON object, or an array of objects]' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l columns -d 'The names of the columns of csv or tsv [default: the first line names them]' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l separator -d 'What is between the values of csv or tsv; `tab` is a tab [default: in csv a comma or a semicolon, as in the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l decimal -d 'What is between a number and its decimals: `.` or `,` [default: .]' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l null -d 'Words for values that are missing, as NAN,-999,---: in JSON they become null, in columns they are omitted' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l flatten -d 'Make fields of what is in objects: {"ENERGY":{"Power":5}} is {"ENERGY_Power":5}; SEP is between the names. Arrays of numbers are taken apart by index' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l header -d 'Whether the first line names the columns: yes, no or auto [default: auto: unless --columns names them; a number is no name]' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l quote -d 'What is around values of csv that contain separators [default: "]' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l comment -d 'Skip lines of csv or tsv that begin with CHAR [default: only #, before the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l skip -d 'Skip the first N lines' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l units-row -d 'Skip N lines after the names of the columns, as those of units [default with the flag alone: 1]' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l time-columns -d 'Columns whose values together are the time, with a blank between them' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l encoding -d 'The encoding of the text, as latin1, windows-1252 or utf-16 [default: utf-8, or what a byte order mark says]' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand map" -l max-rejects -d 'Keep at most about SIZE in the file of --rejects. What does not fit is counted; it ends kymo where its sender would take it for kept' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l max-record -d 'Reject lines longer than SIZE; they are never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l state -d 'Keep the stage\'s state in FILE, so that a restart resumes where the last run ended' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand map" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand map" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand map" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand map" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand map" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand map" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand map" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand map" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand map" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l host -d 'The broker\'s host, instead of a URL; several with commas between are tried in turn' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -s p -l port -d 'The port of hosts that have none [default: 1883; 8883 with TLS]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -s i -l id -d 'The client id, by which the broker recognizes the session [default: a random one]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -s u -l username -d 'The user name' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l password-file -d 'The file with the password; it is read again for each connection' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l mqtt -d 'The version of MQTT [default: 5, or 3.1.1 if the broker does not speak that]' -r -f -a "5\t'MQTT 5'
311\t'MQTT 3.1.1'"
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -s k -l keepalive -d 'Send a keepalive every DURATION if nothing else was sent (0: never)' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l connect-timeout -d 'Wait at most DURATION for each step of connecting' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l retries -d 'Give up after N failed attempts in a row [default: never]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l max-backoff -d 'Wait at most DURATION before the next attempt' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l ca-file -d 'Trust the certificates in FILE (PEM; authorities, or the server\'s own) instead of the system\'s' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l cert -d 'Present the certificate in FILE (PEM) to the server' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l key -d 'The key of --cert (PEM)' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l pin -d 'Trust a server by the SHA-256 of its certificate alone, whoever issued it (hex; colons are allowed); can be repeated' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -s t -l topic -d 'Subscribe to this topic filter, in addition to that of the URL, at this quality of service or that of -q; can be repeated. Parts with a name become fields: tele/{device}/SENSOR, zigbee2mqtt/{device#}' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -s T -l filter-out -d 'Leave out messages of topics that match this filter; can be repeated' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -s q -l qos -d 'Quality of service: 0 at most once, 1 at least once, 2 exactly once' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -s U -l unsubscribe -d 'End the subscription of the session to this topic filter; can be repeated' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l group -d 'Share the messages with all clients of this group: each gets some of them. Give each its own --id: many brokers drop the unconfirmed messages of a member without one' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l retained -d 'What to do with retained messages [default: keep; with --stamp: skip those without a time of their own, which is not known]' -r -f -a "keep\t'Treat retained messages like others'
skip\t'Skip retained messages'
only\t'Take only retained messages'"
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l topic-field -d 'Put the topic into FIELD; a payload that has this field keeps its own' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l topic-map -d 'Put parts of the topic into fields, as `+/room/{room}/{quantity}`, or `z/{device#}` for all the rest; can be repeated, the first pattern that matches is used, before those of -t. A topic that none matches is reported' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l max-packet -d 'Reject packets larger than SIZE; they are never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l max-inflight -d 'Receive at most N messages that are not confirmed yet; the broker may have a lower limit' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l session-expiry -d 'With --id: the broker keeps the session for DURATION after a disconnect (MQTT 5) [default: for ever]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l from -d 'The form of the input: ndjson, json, csv, tsv, influx, senml, nmea, text or raw [default: by a FILE\'s name (.csv, .csv.gz), else ndjson; of a message: a JSON object, or an array of objects]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l columns -d 'The names of the columns of csv or tsv [default: the first line names them]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l separator -d 'What is between the values of csv or tsv; `tab` is a tab [default: in csv a comma or a semicolon, as in the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l decimal -d 'What is between a number and its decimals: `.` or `,` [default: .]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l null -d 'Words for values that are missing, as NAN,-999,---: in JSON they become null, in columns they are omitted' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l flatten -d 'Make fields of what is in objects: {"ENERGY":{"Power":5}} is {"ENERGY_Power":5}; SEP is between the names. Arrays of numbers are taken apart by index' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l time -d 'The field with the time of measurement' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l time-unit -d 'The unit of times that are numbers, also as text: they leave as RFC 3339' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l time-format -d 'A format of times beside RFC 3339 (strptime, as \'%Y.%m.%d %H:%M:%S%.f\'); may be repeated. Such times leave as RFC 3339' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l tz -d 'The time zone of times without an offset: an IANA name, `local`, or an offset. Such times leave as RFC 3339' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l fold -d 'Which time is meant when a local time comes twice, because the clocks were put back' -r -f -a "infer\t'The first one, until the times of the series step back'
earlier\t'The first one'
later\t'The second one'
reject\t'Neither: reject the record'"
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -s C -l count -d 'End after N messages' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -s W -l for -d 'End after DURATION' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l stamp -d 'Add the time of receipt, in FIELD, to records without that field' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l max-rejects -d 'Keep at most about SIZE in the file of --rejects. What does not fit is counted; it ends kymo where its sender would take it for kept' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l max-record -d 'Reject lines longer than SIZE; they are never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l tls -d 'Use TLS even without mqtts://; --ca-file, --cert, --pin and --insecure imply it'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l insecure -d 'Accept any certificate: anyone on the way can read and change what is sent'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l split-series -d 'With --group: allow filters that remember a series, although other members get some of its records'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l allow-partial -d 'Continue if the broker refuses some of the topics'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l no-topic -d 'Do not put the topic into the records'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l envelope -d 'Add what came with the message: qos, retained, dup, received (the time); of MQTT 5 content_type, response_topic, correlation_data (in base64 if it is no UTF-8) and properties'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l events -d 'Add records of the connection itself: `{"link":"connected"}`, and `{"link":"lost"}` with the reason. `gapfill --gaps` says with them why a gap is'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l clean -d 'Begin a new session: the broker drops what it has kept for --id'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l init-session -d 'Create the session for --id, with its subscriptions, and end: the broker keeps messages from now on'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l whole -d 'Keep a message that is an array as one record: `{"message":[1,2]}`'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l inflate -d 'Decompress messages that are gzip or zlib'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-cat" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -s t -l topic -d 'The topic: text with names of fields in braces, as `sensors/{device}/{quantity}` [default: that of the URL]. A value is one level of the topic; that of `{name#}` may have several, with / between' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -s q -l qos -d 'Quality of service: 0 at most once, 1 at least once, 2 exactly once' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l payload -d 'The payload: `record` for the whole record, in the form of --to, or the value of this field' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l max-inflight -d 'Send at most N messages that are not confirmed yet [default: what the broker says, up to 1000; 20 with MQTT 3.1.1]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l ack-timeout -d 'Reconnect, and send again, when the broker has confirmed nothing for DURATION although messages wait for it [default: never; it is reported]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l status-topic -d 'Publish `online` to TOPIC, retained, at each connect, and `offline` at the end; if the connection is lost, the broker publishes `offline`' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l profile -d 'Speak as a service wants it, instead of -t, --payload and --to: see `doc/remote.md`' -r -f -a "thingsboard\t'ThingsBoard: the gateway API for records of devices, the device API for others'
tenta\t'Tenta: numbers, log messages and acknowledgments of configurations'"
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l limits -d 'Send at most 80 % of what a server allows, as `messages=100:1,3000:60;points=1000:1`: counts and seconds' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l sensor -d 'The sensor of --profile tenta [default: the field of --by]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l revision -d 'The revision of the configuration, for --profile tenta, of records without a field `revision`' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l host -d 'The broker\'s host, instead of a URL; several with commas between are tried in turn' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -s p -l port -d 'The port of hosts that have none [default: 1883; 8883 with TLS]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -s i -l id -d 'The client id, by which the broker recognizes the session [default: a random one]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -s u -l username -d 'The user name' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l password-file -d 'The file with the password; it is read again for each connection' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l mqtt -d 'The version of MQTT [default: 5, or 3.1.1 if the broker does not speak that]' -r -f -a "5\t'MQTT 5'
311\t'MQTT 3.1.1'"
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -s k -l keepalive -d 'Send a keepalive every DURATION if nothing else was sent (0: never)' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l connect-timeout -d 'Wait at most DURATION for each step of connecting' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l retries -d 'Give up after N failed attempts in a row [default: never]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l max-backoff -d 'Wait at most DURATION before the next attempt' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l ca-file -d 'Trust the certificates in FILE (PEM; authorities, or the server\'s own) instead of the system\'s' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l cert -d 'Present the certificate in FILE (PEM) to the server' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l key -d 'The key of --cert (PEM)' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l pin -d 'Trust a server by the SHA-256 of its certificate alone, whoever issued it (hex; colons are allowed); can be repeated' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l to -d 'The form of the output: ndjson, json (one array), csv or tsv (with a header), influx (the series are tags), senml (one pack) or text. --separator and --decimal say how csv is written, too [default: ndjson]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l template -d 'A line of --to text, with fields in braces: \'{value}|{time}\'; {{ is a brace' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l measurement -d 'The measurement of --to influx, of records without a field `measurement` [default: readings]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l time -d 'The field with the time of measurement: RFC 3339 text, or a number since 1970' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l time-unit -d 'The unit of times that are numbers; with it also of numbers that are text [default: s]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l time-format -d 'A format of times beside RFC 3339 and numbers (strptime, as \'%Y.%m.%d %H:%M:%S%.f\'); may be repeated. Such times leave as RFC 3339' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l tz -d 'The time zone of times without an offset, and of days: an IANA name, `local`, or an offset [default: the system\'s for days and `midnight` on the command line; times without an offset are rejected]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l fold -d 'Which time is meant when a local time comes twice, because the clocks were put back' -r -f -a "infer\t'The first one, until the times of the series step back'
earlier\t'The first one'
later\t'The second one'
reject\t'Neither: reject the record'"
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l by -d 'The field or fields that identify a record\'s series; records without them are one series of their own' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l value -d 'The field or fields with the measured numbers: names, or JSON pointers such as /air/temp [default: `value` if there is one, else every number that is neither time nor series]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l from -d 'The form of the input: ndjson, json, csv, tsv, influx, senml, nmea, text or raw [default: by a FILE\'s name (.csv, .csv.gz), else ndjson; of a message: a JSON object, or an array of objects]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l columns -d 'The names of the columns of csv or tsv [default: the first line names them]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l separator -d 'What is between the values of csv or tsv; `tab` is a tab [default: in csv a comma or a semicolon, as in the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l decimal -d 'What is between a number and its decimals: `.` or `,` [default: .]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l null -d 'Words for values that are missing, as NAN,-999,---: in JSON they become null, in columns they are omitted' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l flatten -d 'Make fields of what is in objects: {"ENERGY":{"Power":5}} is {"ENERGY_Power":5}; SEP is between the names. Arrays of numbers are taken apart by index' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l header -d 'Whether the first line names the columns: yes, no or auto [default: auto: unless --columns names them; a number is no name]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l quote -d 'What is around values of csv that contain separators [default: "]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l comment -d 'Skip lines of csv or tsv that begin with CHAR [default: only #, before the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l skip -d 'Skip the first N lines' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l units-row -d 'Skip N lines after the names of the columns, as those of units [default with the flag alone: 1]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l time-columns -d 'Columns whose values together are the time, with a blank between them' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l encoding -d 'The encoding of the text, as latin1, windows-1252 or utf-16 [default: utf-8, or what a byte order mark says]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l max-rejects -d 'Keep at most about SIZE in the file of --rejects. What does not fit is counted; it ends kymo where its sender would take it for kept' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l max-record -d 'Reject lines longer than SIZE; they are never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l state -d 'Keep the stage\'s state in FILE, so that a restart resumes where the last run ended' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -s r -l retain -d 'Have the broker keep the last message of each topic for later subscribers'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l pass -d 'Pass the records on after the broker has answered'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l single-device -d 'All records are of the device that has connected: --profile thingsboard uses the device API for them'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l tls -d 'Use TLS even without mqtts://; --ca-file, --cert, --pin and --insecure imply it'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l insecure -d 'Accept any certificate: anyone on the way can read and change what is sent'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand mqtt-pub" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l format -d 'The picture\'s format, whatever the file\'s name is' -r -f -a "svg\t''
png\t''"
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l title -d 'A line above the picture' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l unit -d 'The unit of values whose records have no field `unit`: of all fields, or of one' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l panels -d 'Which lines share a panel and its axis: those of one unit, of one field, of one series, or all' -r -f -a "unit\t''
field\t''
series\t''
one\t''"
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l gap -d 'Show longer distances between two readings of a series as gaps; `none`: show no gaps' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l mark -d 'The field that marks a filled record' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l last -d 'Draw only the last DURATION before the newest record' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l size -d 'Width and height in pixels [default: 1200x560, higher for more than four panels]' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l theme -d 'Dark lines on white, or light ones on black' -r -f -a "light\t''
dark\t''"
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l max-series -d 'Draw at most N lines; report the others' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l follow -d 'Rewrite the file every DURATION while records arrive' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l max-memory -d 'Use at most about SIZE for what is remembered of all series; reject records that need more, and report them' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l time -d 'The field with the time of measurement: RFC 3339 text, or a number since 1970' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l time-unit -d 'The unit of times that are numbers; with it also of numbers that are text [default: s]' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l time-format -d 'A format of times beside RFC 3339 and numbers (strptime, as \'%Y.%m.%d %H:%M:%S%.f\'); may be repeated. Such times leave as RFC 3339' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l tz -d 'The time zone of times without an offset, and of days: an IANA name, `local`, or an offset [default: the system\'s for days and `midnight` on the command line; times without an offset are rejected]' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l fold -d 'Which time is meant when a local time comes twice, because the clocks were put back' -r -f -a "infer\t'The first one, until the times of the series step back'
earlier\t'The first one'
later\t'The second one'
reject\t'Neither: reject the record'"
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l by -d 'The field or fields that identify a record\'s series; records without them are one series of their own' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l value -d 'The field or fields with the measured numbers: names, or JSON pointers such as /air/temp [default: `value` if there is one, else every number that is neither time nor series]' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l from -d 'The form of the input: ndjson, json, csv, tsv, influx, senml, nmea, text or raw [default: by a FILE\'s name (.csv, .csv.gz), else ndjson; of a message: a JSON object, or an array of objects]' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l columns -d 'The names of the columns of csv or tsv [default: the first line names them]' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l separator -d 'What is between the values of csv or tsv; `tab` is a tab [default: in csv a comma or a semicolon, as in the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l decimal -d 'What is between a number and its decimals: `.` or `,` [default: .]' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l null -d 'Words for values that are missing, as NAN,-999,---: in JSON they become null, in columns they are omitted' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l flatten -d 'Make fields of what is in objects: {"ENERGY":{"Power":5}} is {"ENERGY_Power":5}; SEP is between the names. Arrays of numbers are taken apart by index' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l header -d 'Whether the first line names the columns: yes, no or auto [default: auto: unless --columns names them; a number is no name]' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l quote -d 'What is around values of csv that contain separators [default: "]' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l comment -d 'Skip lines of csv or tsv that begin with CHAR [default: only #, before the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l skip -d 'Skip the first N lines' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l units-row -d 'Skip N lines after the names of the columns, as those of units [default with the flag alone: 1]' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l time-columns -d 'Columns whose values together are the time, with a blank between them' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l encoding -d 'The encoding of the text, as latin1, windows-1252 or utf-16 [default: utf-8, or what a byte order mark says]' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l max-rejects -d 'Keep at most about SIZE in the file of --rejects. What does not fit is counted; it ends kymo where its sender would take it for kept' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l max-record -d 'Reject lines longer than SIZE; they are never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l state -d 'Keep the stage\'s state in FILE, so that a restart resumes where the last run ended' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l pass -d 'Pass the records on to the next stage, or to stdout'
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand plot" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand plot" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand power" -l pairs -d 'CSV with the columns name, voltage, current: the devices of each meter' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand power" -l meter-field -d 'The field that names the meter of a reading; the unit distinguishes voltage from current' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l match -d 'Which reading of the other side is used' -r -f -a "nearest\t'The nearest one; the later one if two are equally near'
previous\t'The last one at or before it'
next\t'The first one at or after it'
latest\t'The nearest one, but only for the last reading of each step of --every'"
complete -c kymo -n "__fish_kymo_using_subcommand power" -l per -d 'Which side gets one power for each reading' -r -f -a "voltage\t''
current\t''"
complete -c kymo -n "__fish_kymo_using_subcommand power" -l within -d 'The longest time between the two readings' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l every -d 'The step of `--match latest`' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l late -d 'Also accept readings up to DURATION older than the newest of their series; all readings are decided this much later' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l max-wait -d 'Decide a reading when its meter is this far past it, by the readings\' times, even if the other side is silent' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l max-held -d 'Hold at most N readings that wait; then decide the oldest as they are' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l max-meters -d 'Track at most N meters; reject readings of any others' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l unpaired -d 'What to do with readings that get no power (from any meter that they belong to), that come too late or as a second one of their time, and that belong to no meter' -r -f -a "drop\t'Count it, and write nothing'
reject\t'Reject it'
pass\t'Pass it on unchanged'"
complete -c kymo -n "__fish_kymo_using_subcommand power" -l power-factor -d 'The power factor: a number from -1 to 1, or the field of the readings that has it' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l max-gap -d 'Compute no energy between two powers that are further apart than this' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l after -d 'Begin with the energy of each meter\'s last record in this database' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand power" -l table -d 'The table of --after' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l phase-field -d 'The field that names the phase of a reading, with --meter-field: L1 or 1' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l unit -d 'The field with the unit' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l mark -d 'The field that marks a filled reading, and a power computed from one' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l max-memory -d 'Use at most about SIZE for what is remembered of all series; reject records that need more, and report them' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l time -d 'The field with the time of measurement: RFC 3339 text, or a number since 1970' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l time-unit -d 'The unit of times that are numbers; with it also of numbers that are text [default: s]' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l time-format -d 'A format of times beside RFC 3339 and numbers (strptime, as \'%Y.%m.%d %H:%M:%S%.f\'); may be repeated. Such times leave as RFC 3339' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l tz -d 'The time zone of times without an offset, and of days: an IANA name, `local`, or an offset [default: the system\'s for days and `midnight` on the command line; times without an offset are rejected]' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l fold -d 'Which time is meant when a local time comes twice, because the clocks were put back' -r -f -a "infer\t'The first one, until the times of the series step back'
earlier\t'The first one'
later\t'The second one'
reject\t'Neither: reject the record'"
complete -c kymo -n "__fish_kymo_using_subcommand power" -l by -d 'The field or fields that identify a record\'s series; records without them are one series of their own' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l value -d 'The field or fields with the measured numbers: names, or JSON pointers such as /air/temp [default: `value` if there is one, else every number that is neither time nor series]' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l to -d 'The form of the output: ndjson, json (one array), csv or tsv (with a header), influx (the series are tags), senml (one pack) or text. --separator and --decimal say how csv is written, too [default: ndjson]' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l template -d 'A line of --to text, with fields in braces: \'{value}|{time}\'; {{ is a brace' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l measurement -d 'The measurement of --to influx, of records without a field `measurement` [default: readings]' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l from -d 'The form of the input: ndjson, json, csv, tsv, influx, senml, nmea, text or raw [default: by a FILE\'s name (.csv, .csv.gz), else ndjson; of a message: a JSON object, or an array of objects]' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l columns -d 'The names of the columns of csv or tsv [default: the first line names them]' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l separator -d 'What is between the values of csv or tsv; `tab` is a tab [default: in csv a comma or a semicolon, as in the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l decimal -d 'What is between a number and its decimals: `.` or `,` [default: .]' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l null -d 'Words for values that are missing, as NAN,-999,---: in JSON they become null, in columns they are omitted' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l flatten -d 'Make fields of what is in objects: {"ENERGY":{"Power":5}} is {"ENERGY_Power":5}; SEP is between the names. Arrays of numbers are taken apart by index' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l header -d 'Whether the first line names the columns: yes, no or auto [default: auto: unless --columns names them; a number is no name]' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l quote -d 'What is around values of csv that contain separators [default: "]' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l comment -d 'Skip lines of csv or tsv that begin with CHAR [default: only #, before the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l skip -d 'Skip the first N lines' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l units-row -d 'Skip N lines after the names of the columns, as those of units [default with the flag alone: 1]' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l time-columns -d 'Columns whose values together are the time, with a blank between them' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l encoding -d 'The encoding of the text, as latin1, windows-1252 or utf-16 [default: utf-8, or what a byte order mark says]' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand power" -l max-rejects -d 'Keep at most about SIZE in the file of --rejects. What does not fit is counted; it ends kymo where its sender would take it for kept' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l max-record -d 'Reject lines longer than SIZE; they are never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l state -d 'Keep the stage\'s state in FILE, so that a restart resumes where the last run ended' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand power" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand power" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand power" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand power" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand power" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand power" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand power" -l keep-inputs -d 'Also pass all input on unchanged'
complete -c kymo -n "__fish_kymo_using_subcommand power" -l ac -d 'The values are RMS of alternating current: without a power factor their product is in VA'
complete -c kymo -n "__fish_kymo_using_subcommand power" -l energy -d 'Add the energy of each meter since its first record: `energy_wh` (`energy_vah` for VA)'
complete -c kymo -n "__fish_kymo_using_subcommand power" -l phases -d 'Sum the phases L1, L2, L3 of a meter: fields `L1` … with the power of each, `missing` with the phases that have none'
complete -c kymo -n "__fish_kymo_using_subcommand power" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand power" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand power" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand query" -l table -d 'The table' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l since -d 'Records from this time on: RFC 3339, `2024-04-27T14:00`, a day, `midnight`, `yesterday`, `now`, `12h` (ago), `1mo`' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l until -d 'Records before this time' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l last -d 'Records of the last DURATION before the newest one' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l where-series -d 'Only records of this series (the number 7 and the text "7" are both 7 here); with several series fields, their values with commas between' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l limit -d 'Write at most N records' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l tail -d 'Write the last N records' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l bin -d 'The length of the intervals in which --stats looks for gaps' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l bucket -d 'Instead of the records, write one for each series and interval of this length (also `1mo`, `1y`), with the time of its beginning' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l agg -d 'What to compute from the numbers of a --bucket; with several, `value` becomes `value_min`, `value_max`, … [default: mean; with --meters by kind]' -r -f -a "mean\t''
min\t''
max\t''
first\t'The first in time'
last\t'The last in time'
count\t'The number of values'
sum\t'The sum; of integers the exact one'
increase\t'How much a counter has risen, also since the span before; where it falls it began again at 0, which a field `…_resets` counts'"
complete -c kymo -n "__fish_kymo_using_subcommand query" -l meters -d 'The registry of devices: CSV, TSV or JSON with the columns device, kind (gauge, counter, angle, state), for --bucket. A counter becomes its increase, of angles the mean is a direction, a state is the last one' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand query" -l value -d 'The measured fields, for --stats and --bucket: names, or JSON pointers such as /air/temp [default: `value` if there is one, else every number that is neither time nor series]' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l format -d 'The older name of --to' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l to -d 'The form of the output: ndjson, json (one array), csv or tsv (with a header), influx (the series are tags), senml (one pack) or text. --separator and --decimal say how csv is written, too [default: ndjson]' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l template -d 'A line of --to text, with fields in braces: \'{value}|{time}\'; {{ is a brace' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l measurement -d 'The measurement of --to influx, of records without a field `measurement` [default: readings]' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l separator -d 'What is between the values of csv; `tab` is a tab [default: a comma, with --decimal , a semicolon]' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l decimal -d 'What is between a number and its decimals in csv and tsv: `.` or `,` [default: .]' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l decimals -d 'Round numbers of --bucket and --stats to N decimals' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l tz -d 'The time zone of days, `midnight` and times without an offset, of --bucket, and of the times that are written, with their offset [default: local for what is read, UTC for --bucket and what is written]' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l time-format -d 'The format of the times that are written, as \'%d.%m.%Y %H:%M\' (strftime), in --tz or UTC [default: RFC 3339]' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l max-memory -d 'Use at most about SIZE for what is remembered of all series; reject records that need more, and report them' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l stamp -d 'Add the time of receipt, in FIELD, to records without that field' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand query" -l max-rejects -d 'Keep at most about SIZE in the file of --rejects. What does not fit is counted; it ends kymo where its sender would take it for kept' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l max-record -d 'Reject lines longer than SIZE; they are never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand query" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand query" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand query" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand query" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand query" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand query" -l stats -d 'Instead of the records, write one for each series and measured field: count, first and last time, min, mean, max, number of filled ones, `covered`: the share of --bin intervals that have a record, `gaps`: the number of runs of intervals without one; from --since to --until, or else from the first to the last record'
complete -c kymo -n "__fish_kymo_using_subcommand query" -l locf -d 'Carry the last values of a series into each --bucket without a record, up to --until, with `"filled":true`; also those from before --since'
complete -c kymo -n "__fish_kymo_using_subcommand query" -l latest -d 'Write the last record of each series, with --until the last before that time'
complete -c kymo -n "__fish_kymo_using_subcommand query" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand query" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand query" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -f -a "put" -d 'Append records to a queue'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -f -a "take" -d 'Take records from a queue, oldest first'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -f -a "stat" -d 'Report how many records a queue holds, how old they are, how fast they come and go, and when it is full or empty'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -f -a "peek" -d 'Write the oldest records of a queue, without taking them'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -f -a "export" -d 'Write all records of a queue, without taking them'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -f -a "check" -d 'Find damage in a queue, set it aside and keep the rest'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and not __fish_seen_subcommand_from put take stat peek export check purge" -f -a "purge" -d 'Delete old records from a queue'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l max-size -d 'The queue is full when its records take SIZE bytes' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l max-records -d 'The queue is full when it has N records' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l on-full -d 'What to do when the queue is full; rejected records have the code `full`' -r -f -a "block\t'Wait until some records are taken'
drop-oldest\t'Drop the oldest records'
reject\t'Reject the new record'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l archive -d 'Also append each record to DIR/YYYY-MM-DD.ndjson, the file of the day (UTC) on which it was put' -r -f -a "(__fish_complete_directories)"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l batch -d 'Commit after N records' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l flush -d 'Commit at most DURATION after the first uncommitted record' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l stamp -d 'Add the time of receipt, in FIELD, to records without that field; it stays the same however often they are taken' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l from -d 'The form of the input: ndjson, json, csv, tsv, influx, senml, nmea, text or raw [default: by a FILE\'s name (.csv, .csv.gz), else ndjson; of a message: a JSON object, or an array of objects]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l columns -d 'The names of the columns of csv or tsv [default: the first line names them]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l separator -d 'What is between the values of csv or tsv; `tab` is a tab [default: in csv a comma or a semicolon, as in the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l decimal -d 'What is between a number and its decimals: `.` or `,` [default: .]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l null -d 'Words for values that are missing, as NAN,-999,---: in JSON they become null, in columns they are omitted' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l flatten -d 'Make fields of what is in objects: {"ENERGY":{"Power":5}} is {"ENERGY_Power":5}; SEP is between the names. Arrays of numbers are taken apart by index' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l header -d 'Whether the first line names the columns: yes, no or auto [default: auto: unless --columns names them; a number is no name]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l quote -d 'What is around values of csv that contain separators [default: "]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l comment -d 'Skip lines of csv or tsv that begin with CHAR [default: only #, before the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l skip -d 'Skip the first N lines' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l units-row -d 'Skip N lines after the names of the columns, as those of units [default with the flag alone: 1]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l time-columns -d 'Columns whose values together are the time, with a blank between them' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l encoding -d 'The encoding of the text, as latin1, windows-1252 or utf-16 [default: utf-8, or what a byte order mark says]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l max-rejects -d 'Keep at most about SIZE in the file of --rejects. What does not fit is counted; it ends kymo where its sender would take it for kept' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l max-record -d 'Reject lines longer than SIZE; they are never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l state -d 'Keep the stage\'s state in FILE, so that a restart resumes where the last run ended' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l pass -d 'Pass the records on after they are committed'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from put" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -s C -l count -d 'End after N records' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -s W -l for -d 'End after DURATION' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l max-inflight -d 'Pass on at most N records that are not confirmed yet' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l max-attempts -d 'Reject a record that ended N runs, and go on with the others' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l attempts -d 'Put the number of times the record has been taken, including this one, into FIELD' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l stamp -d 'Add the time of receipt, in FIELD, to records without that field' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l max-rejects -d 'Keep at most about SIZE in the file of --rejects. What does not fit is counted; it ends kymo where its sender would take it for kept' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l max-record -d 'Reject lines longer than SIZE; they are never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l drain -d 'End when the queue is empty, instead of waiting for more'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l no-wait -d 'If another process takes from the queue, end with exit status 75 instead of waiting'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from take" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from stat" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from stat" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from stat" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from stat" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from stat" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from stat" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from stat" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from stat" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from stat" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from stat" -l json -d 'Print one JSON object: rates are the mean of the last minute, totals count from the queue\'s creation'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from stat" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from stat" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from peek" -s n -l count -d 'The number of records' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from peek" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from peek" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from peek" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from peek" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from peek" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from peek" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from peek" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from peek" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from peek" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from peek" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from peek" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from export" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from export" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from export" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from export" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from export" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from export" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from export" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from export" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from export" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from export" -l rejects -d 'Write the rejects that the queue keeps instead, in the form that `kymo replay --from-rejects` reads'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from export" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from check" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from check" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from check" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from check" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from check" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from check" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from check" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from check" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from check" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from check" -l json -d 'Print the result as one JSON object, also after a success (as --summary does)'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from check" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from purge" -l older-than -d 'Delete records that were put longer ago than this' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from purge" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from purge" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from purge" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from purge" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from purge" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from purge" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from purge" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from purge" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from purge" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from purge" -l dry-run -d 'Delete nothing: `deleted` is the number of records that would be deleted'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from purge" -l json -d 'Print the result as one JSON object, also after a success (as --summary does)'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from purge" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand queue; and __fish_seen_subcommand_from purge" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l speed -d 'The speed, relative to the records\' times: `60x`, `0.5x`; `max`: as fast as they can be read' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l from -d 'The form of the input: ndjson, json, csv, tsv, influx, senml, nmea, text or raw [default: by a FILE\'s name (.csv, .csv.gz), else ndjson; of a message: a JSON object, or an array of objects]' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l columns -d 'The names of the columns of csv or tsv [default: the first line names them]' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l separator -d 'What is between the values of csv or tsv; `tab` is a tab [default: in csv a comma or a semicolon, as in the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l decimal -d 'What is between a number and its decimals: `.` or `,` [default: .]' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l null -d 'Words for values that are missing, as NAN,-999,---: in JSON they become null, in columns they are omitted' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l flatten -d 'Make fields of what is in objects: {"ENERGY":{"Power":5}} is {"ENERGY_Power":5}; SEP is between the names. Arrays of numbers are taken apart by index' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l header -d 'Whether the first line names the columns: yes, no or auto [default: auto: unless --columns names them; a number is no name]' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l quote -d 'What is around values of csv that contain separators [default: "]' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l comment -d 'Skip lines of csv or tsv that begin with CHAR [default: only #, before the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l skip -d 'Skip the first N lines' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l units-row -d 'Skip N lines after the names of the columns, as those of units [default with the flag alone: 1]' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l time-columns -d 'Columns whose values together are the time, with a blank between them' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l encoding -d 'The encoding of the text, as latin1, windows-1252 or utf-16 [default: utf-8, or what a byte order mark says]' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l time -d 'The field with the time of measurement: RFC 3339 text, or a number since 1970' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l time-unit -d 'The unit of times that are numbers; with it also of numbers that are text [default: s]' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l time-format -d 'A format of times beside RFC 3339 and numbers (strptime, as \'%Y.%m.%d %H:%M:%S%.f\'); may be repeated. Such times leave as RFC 3339' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l tz -d 'The time zone of times without an offset, and of days: an IANA name, `local`, or an offset [default: the system\'s for days and `midnight` on the command line; times without an offset are rejected]' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l fold -d 'Which time is meant when a local time comes twice, because the clocks were put back' -r -f -a "infer\t'The first one, until the times of the series step back'
earlier\t'The first one'
later\t'The second one'
reject\t'Neither: reject the record'"
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l by -d 'The field or fields that identify a record\'s series; records without them are one series of their own' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l value -d 'The field or fields with the measured numbers: names, or JSON pointers such as /air/temp [default: `value` if there is one, else every number that is neither time nor series]' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l stamp -d 'Add the time of receipt, in FIELD, to records without that field' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l max-rejects -d 'Keep at most about SIZE in the file of --rejects. What does not fit is counted; it ends kymo where its sender would take it for kept' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l max-record -d 'Reject lines longer than SIZE; they are never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l loop -d 'Begin again at the end, for ever'
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l restamp -d 'Move times to now: the first record gets the time of its replay, the others keep their distances, divided by the speed (undivided with `max`)'
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l from-rejects -d 'Read files that --rejects has written, and replay the rejected lines'
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand replay" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand replay" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand run" -s f -l file -d 'Read the pipeline from FILE: `#` begins a comment, line breaks are blanks' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand run" -l name -d 'The name that owns the states of the stages [default: derived from the pipeline\'s words]' -r
complete -c kymo -n "__fish_kymo_using_subcommand run" -l state -d 'Keep the states of the stages in FILE, if the sink is not a database' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand run" -l ack-on -d 'When to acknowledge a message if a stage is not one of kymo\'s: after it was written to that stage' -r -f -a "written\t''"
complete -c kymo -n "__fish_kymo_using_subcommand run" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand run" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand run" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand run" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand run" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand run" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand run" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand run" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand run" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand run" -l fresh -d 'Begin without the old states of the stages'
complete -c kymo -n "__fish_kymo_using_subcommand run" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand run" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l max-clients -d 'Accept at most N clients; refuse others (503)' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l queue -d 'Buffer at most N records for each client, and at most 64 MiB; then drop its oldest' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l allow-origin -d 'Also let pages of ORIGIN read the stream in a browser: `https://host`, or `*` for all (can be repeated)' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l allow-host -d 'Also answer requests that call this server HOST, as a proxy or a name in DNS makes them; `*`: by any name (can be repeated) [default: on loopback only localhost, 127.0.0.1 and ::1; elsewhere any]' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l from -d 'The form of the input: ndjson, json, csv, tsv, influx, senml, nmea, text or raw [default: by a FILE\'s name (.csv, .csv.gz), else ndjson; of a message: a JSON object, or an array of objects]' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l columns -d 'The names of the columns of csv or tsv [default: the first line names them]' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l separator -d 'What is between the values of csv or tsv; `tab` is a tab [default: in csv a comma or a semicolon, as in the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l decimal -d 'What is between a number and its decimals: `.` or `,` [default: .]' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l null -d 'Words for values that are missing, as NAN,-999,---: in JSON they become null, in columns they are omitted' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l flatten -d 'Make fields of what is in objects: {"ENERGY":{"Power":5}} is {"ENERGY_Power":5}; SEP is between the names. Arrays of numbers are taken apart by index' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l header -d 'Whether the first line names the columns: yes, no or auto [default: auto: unless --columns names them; a number is no name]' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l quote -d 'What is around values of csv that contain separators [default: "]' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l comment -d 'Skip lines of csv or tsv that begin with CHAR [default: only #, before the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l skip -d 'Skip the first N lines' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l units-row -d 'Skip N lines after the names of the columns, as those of units [default with the flag alone: 1]' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l time-columns -d 'Columns whose values together are the time, with a blank between them' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l encoding -d 'The encoding of the text, as latin1, windows-1252 or utf-16 [default: utf-8, or what a byte order mark says]' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l max-rejects -d 'Keep at most about SIZE in the file of --rejects. What does not fit is counted; it ends kymo where its sender would take it for kept' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l max-record -d 'Reject lines longer than SIZE; they are never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l state -d 'Keep the stage\'s state in FILE, so that a restart resumes where the last run ended' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l pass -d 'Pass the records on'
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand serve" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand serve" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l devices -d 'Simulate N meters, with two series each' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l rate -d 'Write HZ readings a second for each series' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l seed -d 'Another seed gives other readings' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -s C -l count -d 'End after N lines' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -s W -l for -d 'End after DURATION, by the readings\' times' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l start -d 'The time of the first step: RFC 3339, a day, `midnight`, `now`, or `12h` (ago); days are those of --tz, or UTC\'s, so that they are the same everywhere' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l speed -d 'The speed, relative to the readings\' times: `60x`, `0.5x`; `max`: as fast as they can be generated' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l voltage -d 'The mean voltage' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l current -d 'The mean current' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l noise -d 'The standard deviation from the mean, as a share of the mean' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l jitter -d 'Shift times by up to DURATION, earlier or later' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l gaps -d 'Keep each series silent for this share of the time, up to 0.99' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l gap-length -d 'The mean length of a gap' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l out-of-range -d 'Make this share of the values a hundred times too large' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l decimals -d 'Write values with N decimals, at most 3' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l torn -d 'Cut this share of the lines off somewhere' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l not-json -d 'Replace this share of the lines with text that is not JSON' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l send -d 'Send the lines over TCP instead of writing them: `tcp://HOST:PORT`' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l clients -d 'With --send: use N connections; each meter always uses the same one' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l to -d 'The form of the output: ndjson, json (one array), csv or tsv (with a header), influx (the series are tags), senml (one pack) or text. --separator and --decimal say how csv is written, too [default: ndjson]' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l template -d 'A line of --to text, with fields in braces: \'{value}|{time}\'; {{ is a brace' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l measurement -d 'The measurement of --to influx, of records without a field `measurement` [default: readings]' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l separator -d 'What is between the values of csv; `tab` is a tab [default: a comma, with --decimal , a semicolon]' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l decimal -d 'What is between a number and its decimals in csv and tsv: `.` or `,` [default: .]' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l columns -d 'The columns of --to csv and tsv, in this order, of time, device, value, unit and meter [default: all of them]' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l header -d 'Whether csv and tsv begin with the names of their columns: yes or no [default: yes; with --send: no]' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l time-format -d 'The format of the times that are written, as \'%Y.%m.%d %H:%M:%S.%6f\' (strftime), in --tz or UTC [default: RFC 3339]' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l tz -d 'The time zone of the times that are written, with their offset, and of --start [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l stamp -d 'Add the time of receipt, in FIELD, to records without that field' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l max-rejects -d 'Keep at most about SIZE in the file of --rejects. What does not fit is counted; it ends kymo where its sender would take it for kept' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l max-record -d 'Reject lines longer than SIZE; they are never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l walk -d 'Compute each value from the previous one: a random walk with steps of --noise'
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l split -d 'With --send: send each line in two segments'
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand simulate" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand state" -l if -d 'set: only if the value at KEY is this' -r
complete -c kymo -n "__fish_kymo_using_subcommand state" -l wait -d 'If other processes change the document, wait for at most DURATION' -r
complete -c kymo -n "__fish_kymo_using_subcommand state" -l max-size -d 'The largest size of the document' -r
complete -c kymo -n "__fish_kymo_using_subcommand state" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand state" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand state" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand state" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand state" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand state" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand state" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand state" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand state" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand state" -l if-absent -d 'set: only if there is no KEY'
complete -c kymo -n "__fish_kymo_using_subcommand state" -l string -d 'set, update: take values as text, even if they are JSON'
complete -c kymo -n "__fish_kymo_using_subcommand state" -s r -l raw -d 'get, watch: print text without quotes'
complete -c kymo -n "__fish_kymo_using_subcommand state" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand state" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand store" -l table -d 'The table' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l schema -d 'Create the table with the columns that this JSON Schema names, instead of those of the first record' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand store" -l evolve -d 'What to do with a field that has no column' -r -f -a "add\t'Add a column'
reject\t'Reject the record'
json\t'Keep it in one JSON column together with other such fields'"
complete -c kymo -n "__fish_kymo_using_subcommand store" -l max-columns -d 'Reject records that would need more than N columns' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l on-conflict -d 'What to do with a measured record that differs from the one with its series and time' -r -f -a "reject\t'Reject it'
ignore\t'Keep the old record'
replace\t'Keep the new record'"
complete -c kymo -n "__fish_kymo_using_subcommand store" -l mark -d 'The field that marks a filled record' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l sync -d 'What a commit survives' -r -f -a "full\t'A power cut'
normal\t'The end of the process; a power cut may lose the last ones'"
complete -c kymo -n "__fish_kymo_using_subcommand store" -l batch -d 'Commit after N records' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l flush -d 'Commit at most DURATION after the first uncommitted record' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l precision -d 'How fine the times of a new table are (PostgreSQL) [default: us]' -r -f -a "us\t'Microseconds, in the engine\'s own type of time'
ns\t'Nanoseconds since 1970, in an integer'"
complete -c kymo -n "__fish_kymo_using_subcommand store" -l insert -d 'Instead of writing to a table of kymo\'s, run SQL once a batch, whose $1 is the batch as a JSON array; `@FILE` reads the SQL from a file' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l time -d 'The field with the time of measurement: RFC 3339 text, or a number since 1970' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l time-unit -d 'The unit of times that are numbers; with it also of numbers that are text [default: s]' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l time-format -d 'A format of times beside RFC 3339 and numbers (strptime, as \'%Y.%m.%d %H:%M:%S%.f\'); may be repeated. Such times leave as RFC 3339' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l tz -d 'The time zone of times without an offset, and of days: an IANA name, `local`, or an offset [default: the system\'s for days and `midnight` on the command line; times without an offset are rejected]' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l fold -d 'Which time is meant when a local time comes twice, because the clocks were put back' -r -f -a "infer\t'The first one, until the times of the series step back'
earlier\t'The first one'
later\t'The second one'
reject\t'Neither: reject the record'"
complete -c kymo -n "__fish_kymo_using_subcommand store" -l by -d 'The field or fields that identify a record\'s series; records without them are one series of their own' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l value -d 'The field or fields with the measured numbers: names, or JSON pointers such as /air/temp [default: `value` if there is one, else every number that is neither time nor series]' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l timescale -d 'Turn a new table into a hypertable: `auto`, if the database has the extension' -r -f -a "auto\t'If the database has the extension'
on\t'Always: the database must have the extension'
off\t''"
complete -c kymo -n "__fish_kymo_using_subcommand store" -l chunk -d 'The time span of one chunk' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l compress-after -d 'Compress chunks that are older than this, by series [default: never]' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l retain -d 'Let the database drop chunks that are older than this [default: never]' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l retries -d 'Give up after N failed attempts in a row [default: never]' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l max-backoff -d 'Wait at most DURATION before the next attempt' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l from -d 'The form of the input: ndjson, json, csv, tsv, influx, senml, nmea, text or raw [default: by a FILE\'s name (.csv, .csv.gz), else ndjson; of a message: a JSON object, or an array of objects]' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l columns -d 'The names of the columns of csv or tsv [default: the first line names them]' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l separator -d 'What is between the values of csv or tsv; `tab` is a tab [default: in csv a comma or a semicolon, as in the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l decimal -d 'What is between a number and its decimals: `.` or `,` [default: .]' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l null -d 'Words for values that are missing, as NAN,-999,---: in JSON they become null, in columns they are omitted' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l flatten -d 'Make fields of what is in objects: {"ENERGY":{"Power":5}} is {"ENERGY_Power":5}; SEP is between the names. Arrays of numbers are taken apart by index' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l header -d 'Whether the first line names the columns: yes, no or auto [default: auto: unless --columns names them; a number is no name]' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l quote -d 'What is around values of csv that contain separators [default: "]' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l comment -d 'Skip lines of csv or tsv that begin with CHAR [default: only #, before the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l skip -d 'Skip the first N lines' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l units-row -d 'Skip N lines after the names of the columns, as those of units [default with the flag alone: 1]' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l time-columns -d 'Columns whose values together are the time, with a blank between them' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l encoding -d 'The encoding of the text, as latin1, windows-1252 or utf-16 [default: utf-8, or what a byte order mark says]' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand store" -l max-rejects -d 'Keep at most about SIZE in the file of --rejects. What does not fit is counted; it ends kymo where its sender would take it for kept' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l max-record -d 'Reject lines longer than SIZE; they are never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l state -d 'Keep the stage\'s state in FILE, so that a restart resumes where the last run ended' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand store" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand store" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand store" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand store" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand store" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand store" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand store" -l no-ddl -d 'Create no table and no column, and change no row: for a user who may only INSERT and SELECT (PostgreSQL)'
complete -c kymo -n "__fish_kymo_using_subcommand store" -l at-least-once -d 'Keep repeated records twice: the table has no key, and accepts records faster (PostgreSQL, and --insert)'
complete -c kymo -n "__fish_kymo_using_subcommand store" -l series-index -d 'Index a new table by series too: one series of many is read fast, all are written more slowly (PostgreSQL)'
complete -c kymo -n "__fish_kymo_using_subcommand store" -l pass -d 'Pass the records on after they are committed: those that are in the database, duplicates too (not with --insert, which does not report what it skipped)'
complete -c kymo -n "__fish_kymo_using_subcommand store" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand store" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand store" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -s f -l file -d 'The same, as the subcommands take it' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -l check -d 'Only check the file, and print the order in which the units start'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -l systemd -d 'Print a unit file for systemd'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -l template -d 'Print a file to start from'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -a "status" -d 'Report the state of the units'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -a "stop" -d 'End units, or without a NAME all of them and the supervisor, and wait until that is done'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -a "restart" -d 'End units and start them again; without a NAME, all that run or should run'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -a "reload" -d 'Have the supervisor read its file again, as HUP does'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and not __fish_seen_subcommand_from status stop restart reload is-running" -a "is-running" -d 'Report by the exit status whether the supervisor runs, and with a NAME whether that unit does'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from status" -s f -l file -d 'The file of the supervisor' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from status" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from status" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from status" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from status" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from status" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from status" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from status" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from status" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from status" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from status" -l json -d 'Print one JSON object'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from status" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from stop" -s f -l file -d 'The file of the supervisor' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from stop" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from stop" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from stop" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from stop" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from stop" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from stop" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from stop" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from stop" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from stop" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from stop" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from stop" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from restart" -s f -l file -d 'The file of the supervisor' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from restart" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from restart" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from restart" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from restart" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from restart" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from restart" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from restart" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from restart" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from restart" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from restart" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from restart" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from reload" -s f -l file -d 'The file of the supervisor' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from reload" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from reload" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from reload" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from reload" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from reload" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from reload" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from reload" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from reload" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from reload" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from reload" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from reload" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from is-running" -s f -l file -d 'The file of the supervisor' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from is-running" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from is-running" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from is-running" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from is-running" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from is-running" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from is-running" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from is-running" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from is-running" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from is-running" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from is-running" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand supervise; and __fish_seen_subcommand_from is-running" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l every -d 'The time between two records' -r
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l align -d 'The grid of the ticks: that of the clock in this time zone (an IANA name, `UTC`, `local`, an offset), as 12:00:00, 12:00:10 …; or counted from the `start` [default: local]' -r
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l what -d 'What to report' -r -f -a "load\t'The number of processes that want to run'
cpu\t'How busy the cpus were since the last tick'
memory\t'Memory and swap'
uptime\t'The time since the machine started'
disk\t'Each local file system'
temperature\t'Each sensor'
network\t'Each interface but the loopback'
all\t'All of them'"
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l device -d 'The `device` of the records [default: the host\'s name]' -r
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l warn -d 'Warn when this begins and when it ends, and mark the records with `warning`: a field, one of > >= < <= ==, a number, a size, or a percentage of the whole: \'load15>4\', \'load15>75%\' (of the cpus), \'disk_free<1GiB\', \'mem_available<10%\'' -r
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -s C -l count -d 'End after N ticks' -r
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -s W -l for -d 'End after DURATION, by the records\' times' -r
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l stamp -d 'Add the time of receipt, in FIELD, to records without that field' -r
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l max-rejects -d 'Keep at most about SIZE in the file of --rejects. What does not fit is counted; it ends kymo where its sender would take it for kept' -r
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l max-record -d 'Reject lines longer than SIZE; they are never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand sys-cat" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l mode -d 'The permissions of the socket of unix:PATH, as chmod takes them: 660 lets its group write [default: by the umask]' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l lines -d 'The older name of --from' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l tsv -d 'Values with tabs between, of these columns; short for --from tsv --columns NAME,…' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l delimiter -d 'What ends a line' -r -f -a "lf\t'A line feed, with or without a carriage return before it'
cr\t'A carriage return, with or without a line feed after it'
nul\t'A NUL character'"
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l from -d 'The form of the input: ndjson, json, csv, tsv, influx, senml, nmea, text or raw [default: by a FILE\'s name (.csv, .csv.gz), else ndjson; of a message: a JSON object, or an array of objects]' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l columns -d 'The names of the columns of csv or tsv [default: the first line names them]' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l separator -d 'What is between the values of csv or tsv; `tab` is a tab [default: in csv a comma or a semicolon, as in the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l decimal -d 'What is between a number and its decimals: `.` or `,` [default: .]' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l null -d 'Words for values that are missing, as NAN,-999,---: in JSON they become null, in columns they are omitted' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l flatten -d 'Make fields of what is in objects: {"ENERGY":{"Power":5}} is {"ENERGY_Power":5}; SEP is between the names. Arrays of numbers are taken apart by index' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l max-line -d 'Reject lines longer than SIZE; they are never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l max-clients -d 'Accept at most N clients; for another one, leave the oldest that has sent nothing, or refuse the new one' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l max-per-ip -d 'Accept at most N clients of one address; refuse others' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l idle-timeout -d 'Disconnect a client that has sent nothing for DURATION [default: never]. What it sends next would be lost; one that is gone without a word is noticed without this, within minutes' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l allow -d 'Accept only clients of this network: 10.0.0.0/8, fd00::/8 or an address (can be repeated)' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -s C -l count -d 'End after N records' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -s W -l for -d 'End after DURATION' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l tls-cert -d 'Speak TLS only, with the certificate in FILE (PEM; followed by the certificates between it and its authority)' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l tls-key -d 'The key of --tls-cert (PEM)' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l client-ca -d 'Accept only clients with a certificate of an authority in FILE (PEM)' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l time -d 'The column with the time of measurement; the field of an influx timestamp' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l time-unit -d 'The unit of times that are numbers [default: s; of influx: ns]' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l time-format -d 'A format of times beside RFC 3339 and numbers (strptime); may be repeated [default: in tsv \'%Y.%m.%d %H:%M:%S%.f\']' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l tz -d 'The time zone of times without an offset: an IANA name, `local`, or an offset [default: UTC]' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l fold -d 'Which time is meant when a local time comes twice, because the clocks were put back' -r -f -a "infer\t'The first one, until the times of the series step back'
earlier\t'The first one'
later\t'The second one'
reject\t'Neither: reject the record'"
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l stamp -d 'Add the time of receipt, in FIELD, to records without that field' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l max-rejects -d 'Keep at most about SIZE in the file of --rejects. What does not fit is counted; it ends kymo where its sender would take it for kept' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l max-record -d 'Reject lines longer than SIZE; they are never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l envelope -d 'Add the sender\'s address as `peer` and the time of receipt as `received` to each record'
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l reply -d 'Answer {"ack":N} when the first N lines of a connection are committed'
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand tcp-listen" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l table -d 'The table' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l keep -d 'Delete records older than this' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l before -d 'Delete records before this time: RFC 3339, `2024-04-27T14:00`, a day, `midnight`, `yesterday`, `now`, `12h` (ago), `1mo`' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l meters -d 'The registry of devices: CSV, TSV or JSON with the columns device, keep. Records of a device are deleted when they are older than its `keep`; devices without one follow --keep or --before, or stay' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l max-rows -d 'Delete the oldest records beyond N' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l max-size -d 'Delete the oldest records until the data take no more than this (in PostgreSQL approximately, and for this table only)' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l min-free -d 'Delete the oldest records until this much of the file system is free (SQLite), all of them if that is not enough' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l chunk -d 'Delete N rows in each transaction' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l archive -d 'Append what is deleted to FILE first: CSV if its name ends in .csv, else NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l rollup -d 'Add what is deleted to a table with one record for each series and interval of this length (also `1mo`, `1y`): its name is the table\'s and the length, as `readings_1h`' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l now -d 'Use WHEN as the time now, for --keep, `midnight` and `12h` (ago)' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l every -d 'Keep running, and trim every DURATION' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l align -d 'The grid of the ticks: that of the clock in this time zone (an IANA name, `UTC`, `local`, an offset), as 12:00:00, 12:00:10 …; or counted from the `start` [default: local]' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l at -d 'Keep running, and trim each day at this time, in --tz [default: local]' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l catch-up -d 'If a run was missed while kymo was not running, do it once later, unless it is older than this' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l tz -d 'The time zone of --at, of days, of `midnight` and of times without an offset [default: local]' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l dry-run -d 'Delete nothing: `deleted` is the number of records that would be deleted (with --max-size and --min-free approximately)'
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l json -d 'Print the result as one JSON object, also after a success (as --summary does)'
complete -c kymo -n "__fish_kymo_using_subcommand trim" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand trim" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l schema -d 'The JSON Schema that each record must match (draft 4, 6, 7, 2019-09 or 2020-12)' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l allow-ref -d 'Let the schema refer to files in DIR; other files and the network are never read' -r -f -a "(__fish_complete_directories)"
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l meters -d 'The registry of devices: CSV or TSV with the columns device, unit, min, max, max_rate, max_same, valid_from, valid_to, or the same as JSON; read again when it changes' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l unit-field -d 'The field with the unit' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l max-future -d 'Reject records whose time is more than DURATION in the future' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l max-age -d 'Reject records whose time is more than DURATION in the past' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l now -d 'The time now for --max-future and --max-age: RFC 3339, `midnight`, `12h` (ago) [default: the clock\'s]' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l mark -d 'Pass records with wrong values too, with the codes of their faults in FIELD: "FIELD":["range"]' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l max-memory -d 'Use at most about SIZE for what is remembered of all series; reject records that need more, and report them' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l time -d 'The field with the time of measurement: RFC 3339 text, or a number since 1970' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l time-unit -d 'The unit of times that are numbers; with it also of numbers that are text [default: s]' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l time-format -d 'A format of times beside RFC 3339 and numbers (strptime, as \'%Y.%m.%d %H:%M:%S%.f\'); may be repeated. Such times leave as RFC 3339' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l tz -d 'The time zone of times without an offset, and of days: an IANA name, `local`, or an offset [default: the system\'s for days and `midnight` on the command line; times without an offset are rejected]' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l fold -d 'Which time is meant when a local time comes twice, because the clocks were put back' -r -f -a "infer\t'The first one, until the times of the series step back'
earlier\t'The first one'
later\t'The second one'
reject\t'Neither: reject the record'"
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l by -d 'The field or fields that identify a record\'s series; records without them are one series of their own' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l value -d 'The field or fields with the measured numbers: names, or JSON pointers such as /air/temp [default: `value` if there is one, else every number that is neither time nor series]' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l to -d 'The form of the output: ndjson, json (one array), csv or tsv (with a header), influx (the series are tags), senml (one pack) or text. --separator and --decimal say how csv is written, too [default: ndjson]' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l template -d 'A line of --to text, with fields in braces: \'{value}|{time}\'; {{ is a brace' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l measurement -d 'The measurement of --to influx, of records without a field `measurement` [default: readings]' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l from -d 'The form of the input: ndjson, json, csv, tsv, influx, senml, nmea, text or raw [default: by a FILE\'s name (.csv, .csv.gz), else ndjson; of a message: a JSON object, or an array of objects]' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l columns -d 'The names of the columns of csv or tsv [default: the first line names them]' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l separator -d 'What is between the values of csv or tsv; `tab` is a tab [default: in csv a comma or a semicolon, as in the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l decimal -d 'What is between a number and its decimals: `.` or `,` [default: .]' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l null -d 'Words for values that are missing, as NAN,-999,---: in JSON they become null, in columns they are omitted' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l flatten -d 'Make fields of what is in objects: {"ENERGY":{"Power":5}} is {"ENERGY_Power":5}; SEP is between the names. Arrays of numbers are taken apart by index' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l header -d 'Whether the first line names the columns: yes, no or auto [default: auto: unless --columns names them; a number is no name]' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l quote -d 'What is around values of csv that contain separators [default: "]' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l comment -d 'Skip lines of csv or tsv that begin with CHAR [default: only #, before the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l skip -d 'Skip the first N lines' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l units-row -d 'Skip N lines after the names of the columns, as those of units [default with the flag alone: 1]' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l time-columns -d 'Columns whose values together are the time, with a blank between them' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l encoding -d 'The encoding of the text, as latin1, windows-1252 or utf-16 [default: utf-8, or what a byte order mark says]' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l max-rejects -d 'Keep at most about SIZE in the file of --rejects. What does not fit is counted; it ends kymo where its sender would take it for kept' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l max-record -d 'Reject lines longer than SIZE; they are never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l state -d 'Keep the stage\'s state in FILE, so that a restart resumes where the last run ended' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand validate" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand validate" -l summary -d 'Print counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l each -d 'Find the records of a message at POINTER (RFC 6901, as /data/readings)' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l binary -d 'What to do with binary messages: reject them, or read them as text' -r -f -a "reject\t'Reject binary messages'
utf8\t'Read binary messages as UTF-8 text'
base64\t'Make a record of a binary message: {"base64":"…"}'
hex\t'Make a record of a binary message: {"hex":"…"}'"
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l max-message -d 'Reject messages larger than SIZE; they are never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l send -d 'Send TEXT after each connect, as one message; can be repeated' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l send-file -d 'Send the text in FILE after each connect, so that `ps` does not show it; can be repeated' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l send-every -d 'Send TEXT every DURATION, for servers that want to hear from their clients; can be repeated' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l after -d 'Before the first record, {time} and {last:FIELD} are those of the newest record in this database' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l table -d 'The table of --after' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l from -d 'The form of the input: ndjson, json, csv, tsv, influx, senml, nmea, text or raw [default: by a FILE\'s name (.csv, .csv.gz), else ndjson; of a message: a JSON object, or an array of objects]' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l columns -d 'The names of the columns of csv or tsv [default: the first line names them]' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l separator -d 'What is between the values of csv or tsv; `tab` is a tab [default: in csv a comma or a semicolon, as in the first line]' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l decimal -d 'What is between a number and its decimals: `.` or `,` [default: .]' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l null -d 'Words for values that are missing, as NAN,-999,---: in JSON they become null, in columns they are omitted' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l flatten -d 'Make fields of what is in objects: {"ENERGY":{"Power":5}} is {"ENERGY_Power":5}; SEP is between the names. Arrays of numbers are taken apart by index' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l time -d 'The field with the time of measurement' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l time-unit -d 'The unit of times that are numbers, also as text: they leave as RFC 3339' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l time-format -d 'A format of times beside RFC 3339 (strptime, as \'%Y.%m.%d %H:%M:%S%.f\'); may be repeated. Such times leave as RFC 3339' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l tz -d 'The time zone of times without an offset: an IANA name, `local`, or an offset. Such times leave as RFC 3339' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l fold -d 'Which time is meant when a local time comes twice, because the clocks were put back' -r -f -a "infer\t'The first one, until the times of the series step back'
earlier\t'The first one'
later\t'The second one'
reject\t'Neither: reject the record'"
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -s C -l count -d 'End after N records' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -s W -l for -d 'End after DURATION' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -s H -l http-header -d 'Send a header field with the request (\'Name: value\'; @FILE: the lines of FILE); can be repeated' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l bearer-file -d 'Send the token in FILE as `Authorization: Bearer`; the token itself can be in KYMO_BEARER' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l basic-auth-file -d 'Send `user:password` in FILE as `Authorization: Basic`; the same can be in KYMO_BASIC_AUTH' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l connect-timeout -d 'Wait at most DURATION for each step of connecting' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l proxy -d 'Connect through the HTTP proxy at URL (http://HOST:PORT) with CONNECT [default: with TLS, HTTPS_PROXY]' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l ca-file -d 'Trust the certificates in FILE (PEM; authorities, or the server\'s own) instead of the system\'s' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l cert -d 'Present the certificate in FILE (PEM) to the server' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l key -d 'The key of --cert (PEM)' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l pin -d 'Trust a server by the SHA-256 of its certificate alone, whoever issued it (hex; colons are allowed); can be repeated' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l header -d 'The older name of --http-header' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l protocol -d 'Ask for this subprotocol; can be repeated, in order of preference' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l origin -d 'Send this Origin' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l ping -d 'Ping every DURATION; if nothing arrives between two pings, reconnect (0: never)' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l idle-timeout -d 'Reconnect if no message arrives for DURATION, even if the server answers pings' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l retries -d 'Give up after N failed attempts in a row [default: never]' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l max-backoff -d 'Wait at most DURATION before the next attempt' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l stamp -d 'Add the time of receipt, in FIELD, to records without that field' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l rejects -d 'Append records that cannot be used to FILE, with reason and bytes, as NDJSON' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l max-rejects -d 'Keep at most about SIZE in the file of --rejects. What does not fit is counted; it ends kymo where its sender would take it for kept' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l max-record -d 'Reject lines longer than SIZE; they are never held in memory' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l log-level -d 'Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l log-format -d 'Print messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l log-file -d 'Also write messages to FILE, with their times' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l log-file-level -d 'Write messages at this level and above to the log file [default: info]' -r -f -a "debug\t'What a program does, step by step'
info\t'Normal events: connected, a gap too long to fill'
warning\t'Something to look at: a rejected record, a lost connection'
error\t'A failure; the reason why kymo ends'
critical\t'A failure that stops a station'
exception\t'Internal error: a traceback, a panic'
none\t'Nothing: no message has this level'"
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l log-rotate -d 'Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined with a comma' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l log-keep -d 'Keep N old log files [default: 5]' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l log-tz -d 'The time zone of the log file [default: UTC for its times, local for --log-rotate]' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l env-file -d 'Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l grace -d 'After a signal, the time in which to finish what was received' -r
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l deflate -d 'Offer compression of messages to the server (permessage-deflate)'
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l envelope -d 'Add what came with the message: peer (the server), received (the time)'
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l events -d 'Add records of the connection itself: `{"link":"connected"}`, and `{"link":"lost"}` with the reason. `gapfill --gaps` says with them why a gap is'
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l whole -d 'Keep a message that is an array as one record: `{"message":[1,2]}`'
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l inflate -d 'Decompress messages that are gzip or zlib'
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l once -d 'End when a connection closes: 0 if the server closes it with code 1000, else 69'
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l insecure -d 'Accept any certificate: anyone on the way can read and change what is sent'
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand wss-cat" -l summary -d 'Print counts as one JSON object on stderr at the end'
