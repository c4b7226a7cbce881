//! The laws of acknowledgement, with stages made for them.

use super::*;
use crate::flow::ack::{Outcome as Answer, Pending};
use crate::flow::fate::Fate;
use crate::flow::plan::Plan;
use crate::flow::stage::{Patience, Sink, Source, States};
use crate::host::options::{InputArgs, RejectArgs, SourceArgs};
use crate::reading::record::{Origin, Record};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

type Log = Arc<Mutex<Vec<String>>>;

fn note(log: &Log, what: impl Into<String>) {
    log.lock().unwrap().push(what.into());
}

/// Sends `{"n":…}`, a message each, and waits for the answers like a broker with a window.
struct Messages {
    count: u64,
    window: usize,
    log: Log,
}

impl Source for Messages {
    fn run(&mut self, mut out: Output, _stop: &Stop) -> Result<()> {
        let pending = Pending::new(None);
        let answer = |(n, outcome): (u64, Answer)| note(&self.log, format!("{outcome:?} {n}"));
        let mut n = 0;
        while n < self.count && !out.is_closed() {
            while pending.len() >= self.window {
                match pending.wait(Duration::from_secs(20)) {
                    Some(outcome) => answer(outcome),
                    None => panic!("no answer in time: the pipeline stands still"),
                }
            }
            n += 1;
            out.add(|line| line.extend_from_slice(format!("{{\"n\":{n}}}").as_bytes()));
            let ack = pending.receive(n);
            out.acknowledge(ack);
            out.flush();
        }
        drop(out);
        while let Some(outcome) = pending.wait(Duration::from_secs(20)) {
            answer(outcome);
        }
        Ok(())
    }
}

/// Passes records on and remembers how many; may do something at one of them.
struct Counting<F> {
    seen: u64,
    at: F,
}

impl<F: FnMut(u64) -> Result<()> + Send> Filter for Counting<F> {
    fn record(&mut self, _record: &Record<'_>, _out: &mut Output) -> Result<Fate> {
        self.seen += 1;
        (self.at)(self.seen)?;
        Ok(Fate::Pass)
    }

    fn save(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.seen.to_le_bytes());
    }
}

/// Notes what it is told to do.
struct Keeping<F> {
    log: Log,
    written: u64,
    patience: Option<Patience>,
    at: F,
}

impl<F: FnMut(u64) -> Result<()> + Send> Sink for Keeping<F> {
    fn write(&mut self, batch: &Batch, out: &mut Output) -> Result<()> {
        for record in batch.records() {
            self.written += 1;
            (self.at)(self.written)?;
            out.pass(&record);
        }
        Ok(())
    }

    fn commit(&mut self, states: Option<&States>) -> Result<()> {
        let state =
            states.and_then(|s| s.stages.values().next()).map(|s| u64::from_le_bytes(s[..8].try_into().unwrap()));
        note(&self.log, format!("commit {} {state:?}", self.written));
        Ok(())
    }

    fn states(&mut self, _pipeline: &str) -> Result<Option<States>> {
        Ok(Some(States::default()))
    }

    fn patience(&self) -> Option<Patience> {
        self.patience
    }
}

fn fine(_: u64) -> Result<()> {
    Ok(())
}

fn soon() -> Option<Patience> {
    Some(Patience { records: 7, time: Duration::from_millis(20) })
}

fn messages(count: u64, window: usize, log: &Log) -> Plan {
    let source = Messages { count, window, log: Arc::clone(log) };
    Plan::source(SourceArgs::default(), move || Ok(source)).acknowledging(true).named("messages")
}

fn counting(at: impl FnMut(u64) -> Result<()> + Send + 'static) -> Plan {
    Plan::filter(InputArgs::default(), move || Ok(Counting { seen: 0, at })).with_state().named("counting")
}

fn keeping(log: &Log, patience: Option<Patience>, at: impl FnMut(u64) -> Result<()> + Send + 'static) -> Plan {
    let sink = Keeping { log: Arc::clone(log), written: 0, patience, at };
    Plan::sink(InputArgs::default(), false, move || Ok(sink)).keeping_rejects(true).named("keeping")
}

fn pipeline(plans: Vec<Plan>) -> Pipeline {
    Pipeline {
        plans,
        name: Some("test".to_owned()),
        state_file: None,
        fresh: false,
        ack_on_written: false,
        grace: Duration::from_secs(10),
    }
}

fn go(stages: Vec<Plan>) -> Result<Outcome> {
    let outcome = run(pipeline(stages), &Stop::silent().unwrap())?;
    match outcome.fault {
        Some(fault) => Err(fault),
        None => Ok(outcome),
    }
}

fn numbers(log: &[String], what: &str) -> Vec<u64> {
    log.iter().filter_map(|line| line.strip_prefix(what)?.trim().parse().ok()).collect()
}

/// Each message is answered once, in order, and only behind a commit of it whose state has seen just as many.
#[test]
fn a_message_is_acknowledged_after_it_is_committed() {
    let log = Log::default();
    go(vec![messages(100, 20, &log), counting(fine), keeping(&log, soon(), fine)]).unwrap();
    let log = log.lock().unwrap();
    let mut committed = 0;
    for line in log.iter() {
        if let Some(rest) = line.strip_prefix("commit ") {
            let (written, state) = rest.split_once(' ').unwrap();
            committed = written.parse().unwrap();
            assert_eq!(state, format!("Some({written})"), "state and position agree");
        } else if let Some(n) = line.strip_prefix("Kept ") {
            assert!(n.parse::<u64>().unwrap() <= committed, "{n} was acknowledged before its commit");
        }
    }
    assert_eq!(numbers(&log, "Kept"), (1..=100).collect::<Vec<_>>());
}

/// A window of one: the sender sends nothing more before its answer. A filter that holds acknowledgements would stand still.
#[test]
fn a_sender_with_a_window_of_one_is_never_kept_waiting() {
    let log = Log::default();
    let patient = Some(Patience { records: 1_000_000, time: Duration::from_secs(3600) });
    go(vec![messages(50, 1, &log), counting(fine), counting(fine), keeping(&log, patient, fine)]).unwrap();
    assert_eq!(numbers(&log.lock().unwrap(), "Kept").len(), 50);
}

#[test]
fn a_sink_that_panics_acknowledges_nothing() {
    let log = Log::default();
    let sink = keeping(&log, None, |n| if n == 30 { std::panic::resume_unwind(Box::new("a test")) } else { Ok(()) });
    let error = go(vec![messages(100, 1000, &log), counting(fine), sink]).unwrap_err();
    assert_eq!(error.kind(), Kind::Bug);
    let log = log.lock().unwrap();
    let kept = numbers(&log, "Kept");
    let committed =
        log.iter().filter_map(|l| l.strip_prefix("commit ")?.split(' ').next()?.parse().ok()).max().unwrap_or(0);
    assert!(kept.iter().all(|&n| n <= committed), "acknowledged {kept:?}, committed {committed}");
    assert!(kept.len() < 30);
}

#[test]
fn a_filter_that_panics_acknowledges_and_commits_nothing_more() {
    let log = Log::default();
    let filter = counting(|n| if n == 30 { std::panic::resume_unwind(Box::new("a test")) } else { Ok(()) });
    let patient = Some(Patience { records: 1_000_000, time: Duration::from_secs(3600) });
    let error = go(vec![messages(100, 1000, &log), filter, keeping(&log, patient, fine)]).unwrap_err();
    assert_eq!(error.kind(), Kind::Bug);
    let log = log.lock().unwrap();
    let committed =
        log.iter().filter_map(|l| l.strip_prefix("commit ")?.split(' ').next()?.parse().ok()).max().unwrap_or(0);
    assert!(numbers(&log, "Kept").iter().all(|&n| n <= committed));
    assert!(numbers(&log, "Kept").len() < 30);
}

/// What was written before the fault is kept, but not acknowledged, and no state moves on.
#[test]
fn a_fault_keeps_what_was_written_and_acknowledges_nothing_more() {
    let log = Log::default();
    let filter = counting(|n| if n == 30 { Err(Error::new(Code::Io, "a fault")) } else { Ok(()) });
    let patient = Some(Patience { records: 1_000_000, time: Duration::from_secs(3600) });
    let error = go(vec![messages(100, 1000, &log), filter, keeping(&log, patient, fine)]).unwrap_err();
    assert_eq!((error.kind(), error.stage()), (Kind::Io, Some("counting")));
    let log = log.lock().unwrap();
    assert_eq!(log.iter().rfind(|l| l.starts_with("commit")), Some(&"commit 29 None".to_owned()));
}

/// The sink asks for a mark with every batch while all channels are full: nothing may wait for anything in a circle.
#[test]
fn a_full_channel_does_not_lock_the_mark() {
    let log = Log::default();
    let eager = Some(Patience { records: 1, time: Duration::ZERO });
    let slow = |_| {
        std::thread::sleep(Duration::from_micros(200));
        Ok(())
    };
    go(vec![messages(2000, 5000, &log), counting(fine), counting(slow), keeping(&log, eager, fine)]).unwrap();
    let log = log.lock().unwrap();
    assert_eq!(numbers(&log, "Kept").len(), 2000);
    assert!(log.iter().filter(|l| l.starts_with("commit")).count() > 10, "marks went through all the while");
}

/// Behind a source that acknowledges, a reject is on the disk before its message is answered.
#[test]
fn rejects_are_kept_before_their_messages_are_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rejects");
    let log = Log::default();
    let mut filter = counting(|n| if n % 2 == 0 { Err(Error::data(Code::Value, "only odd ones")) } else { Ok(()) });
    filter.rejects = RejectArgs { rejects: Some(path.clone()), ..RejectArgs::default() };
    let seen = Arc::new(AtomicUsize::new(0));
    let check = Arc::clone(&seen);
    let sink = keeping(&log, soon(), move |n| {
        // Record n of the sink is message 2n-1: the rejects before it are in the file already.
        let lines = std::fs::read_to_string(&path).unwrap_or_default().lines().count() as u64;
        check.fetch_add(usize::from(lines >= n - 1), Ordering::SeqCst);
        Ok(())
    });
    let outcome = go(vec![messages(100, 10, &log), filter, sink]).unwrap();
    assert_eq!((outcome.rejected, seen.load(Ordering::SeqCst)), (50, 50));
    assert_eq!(numbers(&log.lock().unwrap(), "Kept").len(), 100);
}

/// Rejects every second record; notes at each commit how many are in the file.
struct Picky {
    log: Log,
    rejects: std::path::PathBuf,
    written: u64,
}

impl Sink for Picky {
    fn write(&mut self, batch: &Batch, out: &mut Output) -> Result<()> {
        for record in batch.records() {
            self.written += 1;
            if self.written.is_multiple_of(2) {
                out.reject(&record, &Error::data(Code::Value, "only odd ones"))?;
            } else {
                out.pass(&record);
            }
        }
        Ok(())
    }

    fn commit(&mut self, _states: Option<&States>) -> Result<()> {
        let kept = std::fs::read_to_string(&self.rejects).unwrap_or_default().lines().count();
        note(&self.log, format!("commit {} {kept}", self.written));
        Ok(())
    }

    fn patience(&self) -> Option<Patience> {
        soon()
    }
}

#[test]
fn rejects_of_the_sink_are_kept_before_their_messages_are_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rejects");
    let log = Log::default();
    let kept = RejectArgs { rejects: Some(path.clone()), ..RejectArgs::default() };
    let picky = Picky { log: Arc::clone(&log), rejects: path, written: 0 };
    let mut source = messages(100, 10, &log);
    source.rejects = kept.clone();
    let input = InputArgs { rejects: kept, ..InputArgs::default() };
    go(vec![source, Plan::sink(input, false, move || Ok(picky)).named("picky")]).unwrap();
    let log = log.lock().unwrap();
    assert_eq!(numbers(&log, "Kept").len(), 100);
    for line in log.iter().filter_map(|line| line.strip_prefix("commit ")) {
        let (written, kept) = line.split_once(' ').unwrap();
        assert_eq!(written.parse::<u64>().unwrap() / 2, kept.parse::<u64>().unwrap(), "{line}");
    }
}

/// What a filter has to say at the end of the input could not be said: its last state must not be kept.
#[test]
fn a_last_mark_does_not_pass_a_filter_that_failed() {
    struct Last;
    impl Filter for Last {
        fn record(&mut self, _record: &Record<'_>, _out: &mut Output) -> Result<Fate> {
            Ok(Fate::Pass)
        }

        fn finish(&mut self, out: &mut Output) -> Result<()> {
            out.reject_raw(b"{}", Origin::default(), &Error::data(Code::Unpaired, "it has no pair"))
        }

        fn save(&self, to: &mut Vec<u8>) {
            to.extend_from_slice(&[0; 8]);
        }
    }
    let log = Log::default();
    let mut filter = Plan::filter(InputArgs::default(), || Ok(Last)).with_state().named("last");
    filter.rejects.rejects = Some("/dev/full".into());
    let patient = Some(Patience { records: 1_000_000, time: Duration::from_secs(3600) });
    let lines = Plan::source(SourceArgs::default(), || Ok(Three)).named("lines");
    let error = go(vec![lines, filter, keeping(&log, patient, fine)]).unwrap_err();
    assert_eq!((error.kind(), error.stage()), (Kind::Io, Some("last")));
    assert_eq!(log.lock().unwrap()[..], ["commit 3 None"]);
}

/// Three records that nobody waits for.
struct Three;

impl Source for Three {
    fn run(&mut self, mut out: Output, _stop: &Stop) -> Result<()> {
        (0..3).for_each(|n| out.add(|line| line.extend_from_slice(format!("{{\"n\":{n}}}").as_bytes())));
        Ok(())
    }
}

/// `--pass`: the second sink sees only what the first has committed.
#[test]
fn what_passes_is_committed_first() {
    let (first, second) = (Log::default(), Log::default());
    let mut durable = keeping(&first, soon(), fine);
    durable.pass = true;
    let watch = Arc::clone(&first);
    let mut shown = keeping(&second, None, move |n| {
        let log = watch.lock().unwrap();
        let committed = log.iter().filter_map(|l| l.strip_prefix("commit ")?.split(' ').next()?.parse().ok()).max();
        assert!(committed.unwrap_or(0) >= n, "{n} was shown before its commit");
        Ok(())
    });
    shown.name = "plot";
    shown.rejects.rejects = Some("/dev/null".into());
    go(vec![messages(100, 20, &first), counting(fine), durable, shown]).unwrap();
    assert_eq!(second.lock().unwrap().last().map(String::as_str), Some("commit 100 Some(100)"));
}

#[test]
fn stages_in_an_order_that_makes_no_sense_are_refused() {
    let log = Log::default();
    for stages in [
        vec![messages(1, 1, &log), messages(1, 1, &log), keeping(&log, None, fine)],
        vec![messages(1, 1, &log), keeping(&log, None, fine), keeping(&log, None, fine)],
        vec![messages(1, 1, &log), keeping(&log, None, fine), counting(fine)],
    ] {
        assert_eq!(go(stages).unwrap_err().kind(), Kind::Usage);
    }
}

/// A batch without records that bears a token is answered, too.
#[test]
fn a_message_of_no_records_is_acknowledged() {
    struct Empty(Log);
    impl Source for Empty {
        fn run(&mut self, mut out: Output, _stop: &Stop) -> Result<()> {
            let pending = Pending::new(None);
            let ack = pending.receive(1_u64);
            out.acknowledge(ack);
            out.flush();
            let answer = pending.wait(Duration::from_secs(20));
            note(&self.0, format!("{answer:?} {:?}", Origin::default().line));
            Ok(())
        }
    }
    let log = Log::default();
    let empty = Empty(Arc::clone(&log));
    let source = Plan::source(SourceArgs::default(), move || Ok(empty)).acknowledging(true).named("empty");
    go(vec![source, counting(fine), keeping(&log, soon(), fine)]).unwrap();
    assert!(log.lock().unwrap().iter().any(|l| l.starts_with("Some((1, Kept))")), "{log:?}");
}

/// Passes every third record, adds one before every fourth, and says nothing of every fifth.
struct Mixed(u64);

impl Filter for Mixed {
    fn record(&mut self, _record: &Record<'_>, out: &mut Output) -> Result<Fate> {
        self.0 += 1;
        if self.0.is_multiple_of(4) {
            out.add(|line| line.extend_from_slice(b"{\"new\":1}"));
        }
        Ok(match self.0 {
            n if n.is_multiple_of(3) => Fate::Pass,
            n if n.is_multiple_of(4) => Fate::Changed,
            n if n.is_multiple_of(5) => Fate::Held,
            _ => Fate::Left(Code::NotSelected),
        })
    }
}

/// What is held and not in the filter's own count is lost, and the outcome says so.
#[test]
fn what_a_filter_forgets_is_lost_and_reported() {
    let log = Log::default();
    let mixed = Plan::filter(InputArgs::default(), || Ok(Mixed(0))).named("mixed");
    let outcome = go(vec![messages(60, 20, &log), mixed, keeping(&log, soon(), fine)]).unwrap();
    let books = &outcome.counts[1].books;
    assert_eq!((books.received, books.passed, books.changed, books.held()), (Some(60), 20, 10, 0));
    assert_eq!(books.left[&Code::Unaccounted].count, 6);
    assert_eq!((books.sent, books.made), (35, 15));
    assert!(outcome.is_partial());
    assert_eq!(outcome.counts[2].books.passed, 35);
}
