//! What kymo says of itself, and that it can be relied on for every command, also for those to come.

use crate::harness::Work;
use clap::Command;

/// Every command and what is below it, with the words that call it.
fn commands() -> Vec<(String, Command)> {
    fn add(command: &Command, words: &str, to: &mut Vec<(String, Command)>) {
        for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
            let words = format!("{words} {}", sub.get_name());
            to.push((words.trim_start().to_owned(), sub.clone()));
            add(sub, &words, to);
        }
    }
    let mut definition = kymo::definition();
    definition.build();
    let mut all = Vec::new();
    add(&definition, "", &mut all);
    all
}

/// The names below the families of `kymo help`.
fn listed(help: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut in_family = false;
    for line in help.lines() {
        let title = ["Sources", "Filters", "Sinks", "Programs"].iter().any(|family| line.starts_with(family));
        in_family = (in_family || title) && !line.is_empty();
        if in_family && !title {
            names.extend(line.split_whitespace().next().map(str::to_owned));
        }
    }
    names
}

fn assert_neat(words: &str, text: &str) {
    assert!(!text.contains("\n\n\n"), "{words}: two blank lines\n{text}");
    assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{words}: its end\n{text}");
    assert!(!text.contains('\x1b'), "{words}: coloured, and no terminal there");
    for line in text.lines() {
        assert_eq!(line, line.trim_end(), "{words}: blanks at the end of a line");
        // Commands to copy are not wrapped.
        let limit = if line.contains("kymo ") { 120 } else { 100 };
        assert!(line.chars().count() <= limit, "{words}: a line longer than {limit}: {line}");
    }
}

#[test]
fn all_ways_to_the_front_page() {
    let work = Work::new();
    let page = work.kymo("help").ok();
    assert_neat("kymo help", &page);
    for words in ["--help", "-h"] {
        assert_eq!(work.kymo(words).ok(), page, "{words}");
    }
    let alone = work.kymo("").end().code(2);
    assert_eq!((alone.stdout(), alone.stderr()), (String::new(), page.clone()));
    let mut names = listed(&page);
    names.sort();
    let definition = kymo::definition();
    let shown = definition.get_subcommands().filter(|sub| !sub.is_hide_set());
    let mut wanted: Vec<_> = shown.map(|sub| sub.get_name().to_owned()).collect();
    wanted.sort();
    assert_eq!(names, wanted, "each command stands in one family of cli.rs");
}

#[test]
fn the_version_is_that_of_the_package() {
    let version = format!("kymo {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(Work::new().kymo("--version").ok(), version);
    assert_eq!(Work::new().kymo("-V").ok(), version);
}

#[test]
fn every_commands_help_is_neat_and_begins_with_its_example() {
    let work = Work::new();
    for (words, command) in commands() {
        let long = work.kymo(&format!("{words} --help")).ok();
        assert_eq!(work.kymo(&format!("help {words}")).ok(), long);
        let short = work.kymo(&format!("{words} -h")).ok();
        for text in [&long, &short] {
            assert_neat(&words, text);
            assert!(text.starts_with("Example: "), "{words}: no example first\n{text}");
        }
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        assert!(!about.is_empty() && !about.ends_with('.'), "{words}: one line without a full stop says what it does");
    }
}

/// Own options first; those that mean the same everywhere last. An option that stands under a heading of
/// those has inherited it from a group that was flattened before it.
#[test]
fn headings_come_in_one_order_and_hold_what_is_theirs() {
    let shared = ["Fields", "Records", "Common options"];
    let theirs = [
        &["time", "time_unit", "time_format", "tz", "fold", "by", "value"][..],
        &["rejects", "max_rejects", "strict", "max_record", "state", "stamp"][..],
        &[
            "summary",
            "log_level",
            "log_format",
            "log_file",
            "log_file_level",
            "log_rotate",
            "log_keep",
            "log_tz",
            "env_file",
            "grace",
            "help",
        ][..],
    ];
    for (words, command) in commands() {
        let mut last = 0;
        for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
            let heading = arg.get_help_heading().unwrap_or("");
            if let Some(place) = shared.iter().position(|shared| *shared == heading) {
                assert!(place + 1 >= last, "{words}: {heading} behind {}", shared[last - 1]);
                last = place + 1;
                let id = arg.get_id().as_str();
                assert!(theirs[place].contains(&id), "{words}: {id} stands under {heading}: flatten groups last");
            }
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(!help.is_empty(), "{words}: {} has no help", arg.get_id());
        }
    }
}

#[test]
fn what_is_misspelled_is_answered_with_what_is_near() {
    let work = Work::new();
    for words in ["gapfil --every 1m", "help gapfil"] {
        work.kymo(words).end().code(2).tells("kymo: there is no command \"gapfil\": is gapfill meant?\n");
    }
    work.kymo("gapfill --evry 1m").end().code(2).tells("kymo: gapfill: there is no flag --evry: is --every meant?\n");
    work.kymo("gapfill").end().code(2).tells("--every <DURATION>");
    work.kymo("run 'gapfill --help'")
        .end()
        .code(2)
        .tells("kymo: run: a stage has no help of its own: see kymo help gapfill");
}

/// K109, K110: what users of mosquitto_sub and flock type.
#[test]
fn the_flags_of_other_programs_are_answered_with_ours() {
    let work = Work::new();
    for (words, told) in [
        ("mqtt-cat -h broker -t x", "kymo: mqtt-cat: -h is help: the broker's host is --host HOST, or in a URL\n"),
        ("mqtt-cat mqtt://h -t x -V mqttv311", "kymo: mqtt-cat: there is no flag -V: write --mqtt 5 or --mqtt 311\n"),
        ("mqtt-cat mqtt://h -t x -v", "there is no flag -v: not needed: the topic is in the field `topic`\n"),
        ("mqtt-pub -t x -P secret", "there is no flag -P: write --password-file FILE"),
        (
            "run 'mqtt-cat mqtt://h -t x -R | store x.db'",
            "kymo: mqtt-cat: there is no flag -R: write --retained skip\n",
        ),
        ("lock run -n f true", "there is no flag -n: write --no-wait\n"),
        ("lock run f -- true -c", ""),
    ] {
        let ended = work.kymo(words).end();
        ended.assert(ended.stderr().contains(told) && ended.stdout().is_empty(), told);
        ended.assert((ended.output.status.code() == Some(2)) != told.is_empty(), "a usage error");
        ended.assert(!ended.stderr().contains("secret"), "no secret");
    }
    assert!(work.kymo("mqtt-cat -h").ok().starts_with("Example: "));
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let run = Work::new().shell("kymo help gapfill | head -1; echo ${PIPESTATUS[0]}").ok();
    assert!(run.starts_with("Example: ") && run.ends_with("\n0\n"), "{run}");
}

#[test]
fn on_a_terminal_there_is_colour_unless_it_is_not_wanted() {
    if !crate::harness::programs::needs("script") {
        return;
    }
    let work = Work::new();
    // script(1) of util-linux gives the command a terminal.
    let on_terminal = |variable: &str| {
        let script = format!("env -u NO_COLOR TERM=xterm {variable} script -qec 'kymo help' /dev/null");
        work.shell(&script).end().stdout()
    };
    let coloured = on_terminal("");
    if !coloured.contains("Usage:") {
        crate::harness::skip("colours: script(1) has no terminal to give");
        return;
    }
    assert!(coloured.contains("\x1b["), "{coloured}");
    assert!(!on_terminal("NO_COLOR=1").contains("\x1b["));
    assert!(!on_terminal("TERM=dumb").contains("\x1b["));
}

#[test]
fn a_link_with_a_subcommands_name_is_that_subcommand() {
    let work = Work::new();
    let script = "ln -s \"$(command -v kymo)\" gapfill && ./gapfill --every 1m EX/outages.ndjson";
    assert_eq!(work.shell(script).ok(), work.kymo("gapfill --every 1m EX/outages.ndjson").ok());
    let script = "ln -sf \"$(command -v kymo)\" other && ./other --version";
    assert_eq!(work.shell(script).ok(), work.kymo("--version").ok());
}

#[test]
fn levels_go_by_their_names_and_by_pythons_numbers() {
    let work = Work::new();
    for (words, heard) in
        [("debug", true), ("10", true), ("INFO", false), ("20", false), ("WARN", false), ("50", false)]
    {
        let run = work.kymo(&format!("map --log-level {words} 'debug'")).stdin("{\"a\":1}").end().code(0);
        assert_eq!(!run.stderr().is_empty(), heard, "{words}: {}", run.stderr());
    }
    work.kymo("map --log-level 15 .").end().code(2);
}
