//! What users of other programs type: their flags, and kymo's word for each. Where a letter is free and means the same, the
//! command has it itself.

/// A flag of another program, and what to do instead.
type Word = (&'static str, &'static str);

/// Of mosquitto_sub and mosquitto_pub.
const MOSQUITTO: [Word; 27] = [
    ("-P", PASSWORD),
    ("--pw", PASSWORD),
    ("-V", "write --mqtt 5 or --mqtt 311"),
    ("--protocol-version", "write --mqtt 5 or --mqtt 311"),
    ("-c", "write --id NAME: its session is kept unless --clean is given"),
    ("--disable-clean-session", "write --id NAME: its session is kept unless --clean is given"),
    ("-I", "write --id NAME"),
    ("--id-prefix", "write --id NAME"),
    ("-R", "write --retained skip"),
    ("--no-retain", "write --retained skip"),
    ("--retained-only", "write --retained only"),
    ("-L", "write the URL without a flag"),
    ("--url", "write the URL without a flag"),
    ("--cafile", "write --ca-file FILE"),
    ("--capath", "write --ca-file FILE; without it the system's certificates count"),
    ("-v", "not needed: the topic is in the field `topic`"),
    ("--verbose", "not needed: the topic is in the field `topic`"),
    ("-F", "write `map`, for another form of the records"),
    ("-d", "write --log-level debug"),
    ("--debug", "write --log-level debug"),
    ("--quiet", "write --log-level error"),
    ("-E", "write --init-session"),
    ("-x", "write --session-expiry DURATION"),
    ("-A", "not needed: the system chooses the address"),
    ("-m", "records on stdin: echo '{\"value\":1}' | kymo mqtt-pub …"),
    ("-f", "write a FILE of records"),
    ("-l", "not needed: records are read from stdin"),
];

const PASSWORD: &str = "write --password-file FILE: `ps` shows what is in a command line";

/// Of flock.
const FLOCK: [Word; 9] = [
    ("-n", "write --no-wait"),
    ("--nb", "write --no-wait"),
    ("--nonblock", "write --no-wait"),
    ("-w", "write --wait DURATION"),
    ("-x", "not needed: a lock is exclusive unless -s is given"),
    ("-e", "not needed: a lock is exclusive unless -s is given"),
    ("-c", "write -- sh -c 'COMMAND'"),
    ("--command", "write -- sh -c 'COMMAND'"),
    ("-u", "not needed: the lock ends with the command"),
];

/// Kymo's word for a flag that this command does not have.
pub(super) fn instead(command: &str, flag: &str) -> Option<&'static str> {
    let words: &[Word] = match command {
        "mqtt-cat" | "mqtt-pub" => &MOSQUITTO,
        "lock" => &FLOCK,
        _ => &[],
    };
    words.iter().find(|(of, _)| *of == flag).map(|(_, word)| *word)
}

/// A word after `-h`, in a command that has a `--host`: there it is not help that is asked for.
pub(super) fn is_host(command: &str, words: &[&str]) -> bool {
    let host = |pair: &[&str]| pair[0] == "-h" && !pair[1].starts_with('-');
    matches!(command, "mqtt-cat" | "mqtt-pub") && words.windows(2).any(host)
}

#[cfg(test)]
mod tests {
    use super::super::commands::definition;
    use super::{FLOCK, MOSQUITTO};

    /// What is advised is there, and what is said to be foreign is not.
    #[test]
    fn the_advice_is_true() {
        let definition = definition();
        let commands = [("mqtt-cat", &MOSQUITTO[..]), ("lock", &FLOCK[..])];
        for (name, words) in commands {
            let command = definition.find_subcommand(name).unwrap();
            let command = command.find_subcommand("run").unwrap_or(command);
            let long = |flag: &str| command.get_arguments().any(|arg| arg.get_long() == flag.strip_prefix("--"));
            let short = |flag: &str| command.get_arguments().any(|arg| arg.get_short() == flag.chars().nth(1));
            for (flag, advice) in words {
                let is_ours = if flag.starts_with("--") { long(flag) } else { short(flag) };
                assert!(!is_ours, "{name} {flag}");
                for word in advice.split([' ', ':', ',', ';']).filter(|word| word.len() > 2 && word.starts_with("--")) {
                    assert!(long(word) || word == "--log-level", "{name}: {advice}");
                }
            }
        }
    }
}
