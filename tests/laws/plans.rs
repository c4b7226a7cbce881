//! Words are understood before anything is opened: a wrong command line is exit 2, names its stage and what to do, and leaves
//! no file.

use crate::harness::Work;

fn files(work: &Work) -> Vec<String> {
    let entries = std::fs::read_dir(work.path(".")).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

/// The example of each stage, as its help gives it: the first of its pipeline that is this stage.
fn examples() -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for (name, _) in kymo::stages() {
        let mut command = kymo::definition();
        let mut inner = &mut command;
        for part in name.split(' ') {
            inner = inner.find_subcommand_mut(part).unwrap_or_else(|| panic!("no command {name}"));
        }
        let help = inner.render_long_help().to_string();
        let line = help.lines().find(|line| line.contains("kymo ")).unwrap_or_default();
        let words = shell_words::split(line.trim_start_matches("Example:").trim()).unwrap_or_default();
        let stages = words.split(|word| word == "|" || word == "&&" || word == "&");
        let own = stages.flat_map(|stage| {
            let stage: Vec<String> = stage.iter().skip_while(|word| *word != "kymo").skip(1).cloned().collect();
            let inner = stage.iter().find(|word| word.contains(&format!("{name} "))).cloned();
            let nested =
                inner.filter(|_| stage.first().is_some_and(|word| word == "run")).into_iter().flat_map(|text| {
                    text.split('|').map(|part| shell_words::split(part.trim()).unwrap_or_default()).collect::<Vec<_>>()
                });
            std::iter::once(stage).chain(nested).collect::<Vec<_>>()
        });
        let is_own = |stage: &Vec<String>| stage.join(" ").starts_with(&format!("{name} ")) || stage.join(" ") == *name;
        let stage = own.into_iter().find(is_own);
        let cut = |stage: Vec<String>| stage.into_iter().take_while(|word| !word.starts_with('>')).collect();
        found.push(((*name).to_owned(), cut(stage.unwrap_or_else(|| panic!("{name}: no example in: {line}")))));
    }
    found
}

/// K57: words are read before anything is opened.
#[test]
fn every_example_with_one_wrong_word_leaves_nothing() {
    for (name, words) in examples() {
        let work = Work::new();
        // The wrong word is the first flag: what comes after `--` is another program's.
        let (name_words, rest) = words.split_at(name.split(' ').count());
        let call = shell_words::join([name_words, &["--no-such-flag".to_owned()], rest].concat());
        let ended = work.kymo(&call).end().code(2);
        let err = ended.stderr();
        ended.assert(err.starts_with(&format!("kymo: {name}: ")) && err.lines().count() == 1, "its stage, in one line");
        assert_eq!(files(&work), Vec::<String>::new(), "{call}");
        // In a pipeline whose other stages would make files, take a port, or wait for a server that is not there.
        let stage = call.clone();
        for pipeline in [
            format!("gapfill --every 1s --gaps g.ndjson | {stage} | store x.db"),
            format!("tcp-listen 127.0.0.1:0 | store postgres://127.0.0.1:1/x --retries 0 --pass | {stage}"),
            format!("replay --speed max nothing | queue put q --pass | {stage}"),
        ] {
            let ended = work.kymo(&format!("run {}", shell_words::quote(&pipeline))).end().code(2);
            let err = ended.stderr();
            ended.assert(err.starts_with(&format!("kymo: {name}: ")), "the stage that is wrong");
            assert_eq!(files(&work), Vec::<String>::new(), "{pipeline}");
        }
    }
}

/// Each: the words; how the message begins; what it says to do.
const WRONG: [(&str, &str, &str); 23] = [
    ("gapfil --every 1s", "kymo: there is no command", "is gapfill meant?"),
    ("gapfill --every", "kymo: gapfill: ", "--every"),
    ("gapfill --evry 1s", "kymo: gapfill: there is no flag --evry", "is --every meant?"),
    ("gapfill --every 5x", "kymo: gapfill: --every", "250ms, 5s, 10m"),
    ("store", "kymo: store: <TARGET> is missing", ""),
    ("store x.db --evolve maybe", "kymo: store: --evolve", "one of add, reject, json"),
    ("store x.db --batch 0", "kymo: store: --batch", ""),
    ("map '{'", "kymo: map: compile the program: line 1", "closing brace"),
    ("validate --max-age yesterday", "kymo: validate: --max-age", "250ms, 5s, 10m"),
    ("plot picture.gif", "kymo: plot: ", ".svg nor .png"),
    ("plot - --format svg --pass", "kymo: plot: ", "stdout"),
    ("power --phases", "kymo: power: --phases needs", "--meter-field"),
    ("mqtt-cat mqtt://h", "kymo: mqtt-cat: no topic", "-t TOPIC"),
    ("mqtt-cat mqtt://u:p@h -t x", "kymo: mqtt-cat: URL: ", "--password-file"),
    ("mqtt-pub --host h", "kymo: mqtt-pub: no topic", "-t TEMPLATE"),
    ("http-post 127.0.0.1:80", "kymo: http-post: URL 127.0.0.1:80: ", "http:// or https://"),
    ("wss-cat 127.0.0.1:80", "kymo: wss-cat: URL 127.0.0.1:80: ", "ws:// or wss://"),
    ("tcp-listen", "kymo: tcp-listen: ", "missing"),
    ("queue put q --max-size 0", "kymo: queue put: --max-size 0", "no room"),
    ("run 'store a.db | gapfill --every 1s'", "kymo: store: ", "--pass"),
    ("run 'store a.db --pass | stor b.db'", "kymo: run: there is no command", "is store meant?"),
    ("run 'replay x | head -3'", "kymo: run: there is no command", "sh 'COMMAND'"),
    ("run 'gapfill --every 1s | trim a.db --keep 1d'", "kymo: run: trim is not a stage", ""),
];

/// K57, K58.
#[test]
fn wrong_command_lines_name_the_stage_and_what_to_do() {
    for (words, begin, advice) in WRONG {
        let work = Work::new();
        let ended = work.kymo(words).end().code(2);
        let err = ended.stderr();
        ended.assert(err.starts_with(begin) && err.contains(advice), &format!("{begin} … {advice}"));
        ended.assert(err.lines().count() == 1, "one line");
        assert_eq!(files(&work), Vec::<String>::new(), "{words}");
    }
}
