//! Codes: every error, reject and message has one. A code is a stable word for machines, a kind that decides the exit
//! status, and a sentence; `doc/messages.md` is generated from this list.

/// What a code stands for, in the terms that a supervisor and the counts act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// This record cannot be used; the next one may. Never fatal.
    Data,
    /// A record that could not be used has ended the pipeline, as `--strict` asks: exit 1.
    Strict,
    /// Wrong words on the command line or in a configuration: exit 2.
    Usage,
    /// A remote that cannot be reached, after the retries that were asked for: exit 69.
    Unreachable,
    /// A fault of kymo itself: exit 70.
    Bug,
    /// Local disk, file or database: exit 74.
    Io,
    /// Somebody else holds it; try later: exit 75.
    Busy,
    /// Credentials or permission refused: exit 77.
    Refused,
    /// Nobody reads what is written. Not a fault: the stage ends in silence.
    Closed,
    /// A record was lost, or left out where nobody asked for that: reported, exit 1.
    Loss,
    /// A record left out because it was there before: counted.
    Repetition,
    /// A record left out because the words on the command line ask for it: counted.
    Asked,
    /// A message that is no fault.
    Note,
}

impl Kind {
    /// The process's exit code for an error of this kind (doc/exit-codes.md).
    pub fn exit_code(self) -> u8 {
        match self {
            Kind::Closed | Kind::Repetition | Kind::Asked | Kind::Note => 0,
            Kind::Data | Kind::Strict | Kind::Loss => 1,
            Kind::Usage => 2,
            Kind::Unreachable => 69,
            Kind::Bug => 70,
            Kind::Io => 74,
            Kind::Busy => 75,
            Kind::Refused => 77,
        }
    }
}

macro_rules! codes {
    ($($name:ident $word:literal $kind:ident $sentence:literal)*) => {
        /// See the top of this file.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $sentence] $name,)*
        }

        impl Code {
            /// All of them, in the order of the document.
            pub const ALL: &[Code] = &[$(Code::$name,)*];

            /// The stable word.
            pub fn word(self) -> &'static str {
                match self {
                    $(Code::$name => $word,)*
                }
            }

            /// What it stands for, which decides the exit status.
            pub fn kind(self) -> Kind {
                match self {
                    $(Code::$name => Kind::$kind,)*
                }
            }

            /// What it means, in one sentence.
            pub fn sentence(self) -> &'static str {
                match self {
                    $(Code::$name => $sentence,)*
                }
            }
        }
    };
}

codes! {
    Binary "binary" Data "A binary message where only text is taken."
    Columns "columns" Data "The columns of a line do not fit their names, or a table would get too many."
    Conflict "conflict" Data "A different measured record has this series and time already."
    DamagedRecord "damaged-record" Data "A record of the queue does not match its checksum."
    DeadLetter "dead-letter" Data "The record failed alone as often as --max-attempts says, and was not kept by anybody."
    DuplicateKey "duplicate-key" Data "A name occurs twice in one object."
    Envelope "envelope" Data "The fields of the envelope cannot be added: the record already has fields with their names."
    Expired "expired" Data "The record is so old that the retention policy of the table would drop it at once."
    Field "field" Data "A field has no column in the table, and none may be added."
    Full "full" Data "The queue is full and takes no more records."
    Influx "influx" Data "The line is not InfluxDB line protocol."
    Json "json" Data "The line is not one JSON object."
    Map "map" Data "The map program failed on the record, or returned something that is not a record."
    Memory "memory" Data "What is remembered of all series would need more than --max-memory."
    Nmea "nmea" Data "The line is not a sentence of NMEA 0183, or its checksum is wrong."
    Profile "profile" Data "The service of --profile does not take such a record."
    NotSent "not-sent" Data "The broker or the server refused it."
    NotStored "not-stored" Data "The database server refused the record."
    Nul "nul" Data "A text has a NUL character, which the database cannot keep."
    Packed "packed" Data "Compressed bytes are damaged, or their end is missing."
    Phase "phase" Data "The phase is none of L1, L2 and L3."
    Precision "precision" Data "A number has more digits than its column can keep."
    Range "range" Data "A value is outside its limits."
    Rate "rate" Data "A value changed faster than its limit."
    Replay "replay" Data "The line is not a reject that can be replayed."
    Schema "schema" Data "The record does not fit its JSON Schema."
    Senml "senml" Data "The element is not a record of SenML."
    Series "series" Data "The record belongs to no series, or to one beyond the limit."
    Stuck "stuck" Data "A value has stayed the same for longer than its limit."
    Time "time" Data "The time is missing, cannot be read, or is outside its limits."
    TooLong "too-long" Data "The record is longer than the limit."
    Topic "topic" Data "The topic of the message cannot be used or built."
    Torn "torn" Data "The end of the record is missing."
    Type "type" Data "A value has the wrong JSON type."
    Unit "unit" Data "The unit is missing or is not the one that is expected."
    UnknownDevice "unknown-device" Data "The device is not in the registry."
    Unpaired "unpaired" Data "A voltage or current has no partner within the allowed time, or came too late or as a second one of its time."
    Utf8 "utf8" Data "The bytes are not UTF-8."
    Value "value" Data "The value is not a number, or there is none."

    NothingDrawn "nothing-drawn" Strict "A picture is empty: no record has a number for it."
    Strict "strict" Strict "A record cannot be used, and --strict ends the pipeline at the first one."
    Usage "usage" Usage "The command line or a configuration file is wrong."
    NotADatabase "not-a-database" Usage "The file is no SQLite database."
    Unreachable "unreachable" Unreachable "The other end cannot be reached, or the connection failed."
    HungUp "hung-up" Unreachable "The other end closed the connection unexpectedly."
    Unanswered "unanswered" Unreachable "The other end did not answer, or broke the connection instead."
    OldProtocol "old-protocol" Unreachable "The broker does not support the version of MQTT that was tried."
    Bug "bug" Bug "An internal error of kymo: please report it."
    Io "io" Io "A local file, disk, pipe or database failed."
    Damaged "damaged" Io "A file or database is damaged."
    DiskFull "disk-full" Io "There is no room on the disk."
    NoTable "no-table" Io "The database has no such table."
    Altered "altered" Io "Another program has changed a table so that its records cannot be kept in it."
    Moved "moved" Io "A file that is open is no longer the one at its path."
    Busy "busy" Busy "Another process uses it."
    Refused "refused" Refused "Credentials or permission were refused."
    Closed "closed" Closed "Nobody reads the output."

    AllFailed "all-failed" Loss "Every run of the command failed."
    Late "late" Loss "A reading came too late to be used."
    LeftOut "left-out" Loss "Records of some series were left out, because they need more than --max-memory."
    Unaccounted "unaccounted" Loss "A stage did not report what happened to a record."
    Uncommitted "uncommitted" Loss "The command ended before these records were committed."

    Decided "decided" Repetition "A reading whose time is decided already: a repetition, or too late."
    Duplicate "duplicate" Repetition "The same record is stored already."
    Repeated "repeated" Repetition "A second reading of the same time, which is not used."
    Superseded "superseded" Repetition "A filled record for a time that has a measured one."
    Unacknowledged "unacknowledged" Repetition "Neither committed nor acknowledged before the command ended: the sender sends it again."

    Ignored "ignored" Asked "A different record has this series and time, and --on-conflict ignore keeps it."
    Link "link" Asked "An event of a link, which is no reading."
    NotSelected "not-selected" Asked "The map program returned nothing for the record."
    NotDrawn "not-drawn" Asked "There is no room for it in the picture, or it has none of the fields that are drawn."
    OffGrid "off-grid" Asked "A record between the steps of --grid."
    Retained "retained" Asked "A retained message that --retained does not take, or that has no known time for --stamp."
    OtherTopic "other-topic" Asked "A message of a topic that --filter-out names."
    Copy "copy" Repetition "A copy of a message that another topic filter has brought already."
    Spare "spare" Asked "A reading that is not needed, which --unpaired drop omits."

    Changed "changed" Note "The configuration has changed."
    ClocksBack "clocks-back" Note "Local times come twice, because the clocks were put back."
    ClockSet "clock-set" Note "The clock was set."
    Command "command" Note "A command could not be started or failed."
    Committed "committed" Note "Records were committed."
    Config "config" Note "A configuration has a fault: everything continues as before."
    Connected "connected" Note "A connection was established."
    Control "control" Note "An answer of the supervisor could not be sent."
    CutLine "cut-line" Note "An incomplete last line was cut off a file."
    Debug "debug" Note "What the map program prints with debug."
    Disconnected "disconnected" Note "A connection has ended."
    Dropped "dropped" Note "The queue is full: its oldest records are dropped, as --on-full drop-oldest asks."
    Early "early" Note "A run was skipped: the last one started too recently."
    Empty "empty" Note "There was nothing to do."
    Ended "ended" Note "A unit has ended normally."
    Ending "ending" Note "The supervisor ends its units."
    Failed "failed" Note "A unit failed."
    Fates "fates" Note "What became of the records of a batch."
    GivenUp "given-up" Note "A unit is not started again: a restart cannot help."
    Held "held" Note "Records wait in the state of a stage for the next run."
    Insecure "insecure" Note "The connection is not protected against others."
    Keeper "keeper" Note "The process that watches over a unit was killed, or had to be."
    Kept "kept" Note "Old log files could not be rotated, compressed or deleted."
    Listening "listening" Note "A server listens on this address."
    Locked "locked" Note "The database is locked by another program: it waits."
    LostLines "lost-lines" Note "Lines of a log file could not be written."
    Message "message" Note "A message was received."
    MaxHeld "max-held" Note "More readings wait than --max-held or --max-memory: the oldest are decided."
    Meters "meters" Note "The registry of devices was read, or could not be read again."
    Missed "missed" Note "A run that was due did not take place."
    Missing "missing" Note "Something that was asked for is not there."
    Network "network" Note "A lock is on a network file system."
    Nice "nice" Note "The priority of a process could not be changed."
    NextRun "next-run" Note "When the next run is due."
    NoField "no-field" Note "A flag names a field that no record has."
    NoNumber "no-number" Note "There is no number from which a gap could be filled."
    NotRunning "not-running" Note "No supervisor runs."
    OldTime "old-time" Note "A number gives a time before 1990: it may count in another unit."
    OpenGap "open-gap" Note "A gap is longer than --max-gap and stays open."
    Other "other" Note "The value is not the one that was expected: nothing was changed."
    Passfile "passfile" Note "The password file is not used."
    PasswordShown "password-shown" Note "A password is on the command line, where others can read it."
    PeerRefused "peer-refused" Note "A client was refused."
    Overlap "overlap" Note "Topic filters overlap, and the broker may send a message once for each of them."
    Qos "qos" Note "The broker grants less quality of service than was asked for."
    Reconnected "reconnected" Note "The connection is established again."
    RejectsFull "rejects-full" Io "The file of --rejects has reached --max-rejects."
    RejectsCut "rejects-cut" Note "Of some rejects, only a count or the beginning was kept."
    Removed "removed" Note "A unit is no longer in the configuration."
    Replaced "replaced" Note "The holder of a lock is ended, so that another process can take it."
    Restart "restart" Note "A unit is started again."
    Resumed "resumed" Note "Writing continues after an interruption."
    Session "session" Note "The session with the broker is not in the expected state."
    Started "started" Note "A unit was started."
    StateReset "state-reset" Note "A stored state does not fit and is not used."
    Stderr "stderr" Note "What the map program prints with stderr."
    Subscribed "subscribed" Note "The broker has answered the subscription."
    SubscriptionRefused "subscription-refused" Note "The broker refused a subscription."
    TextColumn "text-column" Note "A new field is kept as text."
    Tls "tls" Note "A client and the server could not agree on TLS."
    TopicField "topic-field" Note "A record already has a field that would come from the topic or path."
    Trimmed "trimmed" Note "Old records were deleted."
    Unmapped "unmapped" Note "No --topic-map fits the topic of a message."
    Unchecked "unchecked" Note "A part of the schema or registry is not checked."
    Vacuum "vacuum" Note "Disk space could not be released."
    Waited "waited" Note "Readings wait for partners longer than --within."
    Waiting "waiting" Note "It waits for another process to end."
    Warning "warning" Note "A value of this machine is beyond the limit of --warn."
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn words_are_unique_and_sentences_are_sentences() {
        let words: BTreeSet<&str> = Code::ALL.iter().map(|code| code.word()).collect();
        assert_eq!(words.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!(code.word().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{code:?}");
            let sentence = code.sentence();
            assert!(sentence.starts_with(char::is_uppercase) && sentence.ends_with('.'), "{sentence}");
        }
    }
}
