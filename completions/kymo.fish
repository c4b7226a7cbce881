# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_kymo_global_optspecs
    string join \n summary log-level= log-format= grace= h/help V/version
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

complete -c kymo -n "__fish_kymo_needs_command" -l log-level -d 'Tell messages from this level up' -r -f -a "debug\t'What kymo does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'Why kymo ends'"
complete -c kymo -n "__fish_kymo_needs_command" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_needs_command" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_needs_command" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_needs_command" -s h -l help -d 'Print help'
complete -c kymo -n "__fish_kymo_needs_command" -s V -l version -d 'Print version'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "completions" -d 'Print the completions for a shell'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "gapfill" -d 'Fill the gaps in series of readings, and mark what was filled'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "man" -d 'Print a manual page, or write all of them into a folder'
complete -c kymo -n "__fish_kymo_needs_command" -f -a "run" -d 'Run a pipeline of stages in one process, with acknowledgement after commit'
complete -c kymo -n "__fish_kymo_using_subcommand completions" -l log-level -d 'Tell messages from this level up' -r -f -a "debug\t'What kymo does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'Why kymo ends'"
complete -c kymo -n "__fish_kymo_using_subcommand completions" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand completions" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand completions" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand completions" -l summary -d 'Tell counts as one JSON object on stderr at the end'
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
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l log-level -d 'Tell messages from this level up' -r -f -a "debug\t'What kymo does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'Why kymo ends'"
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l grid -d 'Resample: each output lies on a multiple of --every, between its two neighbours'
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l strict -d 'End at the first record that cannot be used'
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand gapfill" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand man" -l dir -d 'Write all pages into DIR, which is made if it is not there' -r -f -a "(__fish_complete_directories)"
complete -c kymo -n "__fish_kymo_using_subcommand man" -l log-level -d 'Tell messages from this level up' -r -f -a "debug\t'What kymo does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'Why kymo ends'"
complete -c kymo -n "__fish_kymo_using_subcommand man" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand man" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand man" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand man" -l summary -d 'Tell counts as one JSON object on stderr at the end'
complete -c kymo -n "__fish_kymo_using_subcommand run" -s f -l file -d 'Read the pipeline from FILE: `#` begins a comment, line breaks are blanks' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand run" -l name -d 'The name that owns what the stages remember [default: made of the pipeline\'s words]' -r
complete -c kymo -n "__fish_kymo_using_subcommand run" -l state -d 'Keep what the stages remember in FILE, where the sink is no database' -r -F
complete -c kymo -n "__fish_kymo_using_subcommand run" -l ack-on -d 'When a message is acknowledged if a stage is not kymo\'s: after it was written to that stage' -r -f -a "written\t''"
complete -c kymo -n "__fish_kymo_using_subcommand run" -l log-level -d 'Tell messages from this level up' -r -f -a "debug\t'What kymo does, step by step'
info\t'What one wants to know: connected, a gap too long to fill'
warning\t'What one should look at: a rejected record, a lost connection'
error\t'Why kymo ends'"
complete -c kymo -n "__fish_kymo_using_subcommand run" -l log-format -d 'Tell messages as text or as NDJSON' -r -f -a "text\t'One line for people'
json\t'NDJSON: time, level, code, stage, message'"
complete -c kymo -n "__fish_kymo_using_subcommand run" -l grace -d 'After a signal, how long what was received may take to be finished' -r
complete -c kymo -n "__fish_kymo_using_subcommand run" -l fresh -d 'Begin without what the stages remembered'
complete -c kymo -n "__fish_kymo_using_subcommand run" -s h -l help -d 'Print help; -h prints a summary'
complete -c kymo -n "__fish_kymo_using_subcommand run" -l summary -d 'Tell counts as one JSON object on stderr at the end'
