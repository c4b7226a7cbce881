//! What a supervisor's file says: the units, and how each is kept running. The whole file is checked before anything starts.

use super::order;
use super::table::{Faults, Source, Table, parsed, text, texts, whole, wholes};
use super::unit::{Job, Pauses, Restart, Times, Unit};
use crate::host::beside::beside;
use crate::host::options;
use crate::host::variables;
use crate::reading::error::Code;
use crate::reading::time::{self, TimeZone};
use std::collections::BTreeMap;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// What `kymo run` is given, and how it is checked: the words of `run` in, a fault out.
pub(crate) type Check = fn(&[String]) -> crate::reading::error::Result<()>;

/// A whole file.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// By name, in the order in which they start.
    pub(super) units: Vec<Unit>,
    /// Of schedules, and of what is told to people.
    pub(super) zone: TimeZone,
    /// Where it is kept when scheduled units last ran.
    pub(super) state: PathBuf,
}

/// Of every unit that does not say otherwise.
#[derive(Clone)]
struct Defaults {
    /// That of the file.
    folder: PathBuf,
    env: BTreeMap<String, String>,
    directory: PathBuf,
}

impl Plan {
    /// Reads a file. `Err`: everything that is wrong with it, a line each.
    pub(super) fn read(path: &Path, check: Check) -> Result<Plan, Faults> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|e| Faults::one(format!("read {name}: {e}")))?;
        let text = String::from_utf8(bytes).map_err(|_| Faults::one(format!("{name}: is not UTF-8")))?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder = std::path::absolute(folder).map_err(|e| Faults::one(format!("{name}: {e}")))?;
        Plan::parse(&name, &text, path, &folder, check)
    }

    /// As [`Plan::read`], checked by another kymo: the words of all pipelines take more memory to understand than all else
    /// that a supervisor does.
    pub(super) fn checked(path: &Path) -> Result<Plan, Faults> {
        let mut kymo = Command::new("/proc/self/exe");
        kymo.arg0("kymo")
            .args(["--log-level", "error", "--log-format", "text", "supervise", "--check", "--"])
            .arg(path);
        let ended =
            kymo.stdin(Stdio::null()).output().map_err(|e| Faults::one(format!("check {}: {e}", path.display())))?;
        if ended.status.success() {
            return Plan::read(path, |_| Ok(()));
        }
        let told = String::from_utf8_lossy(&ended.stderr);
        let lines = told.lines().map(|line| line.strip_prefix("kymo: supervise: ").unwrap_or(line).to_owned());
        Err(Faults { code: Code::Usage, lines: lines.collect() })
    }

    fn parse(name: &str, text: &str, path: &Path, folder: &Path, check: Check) -> Result<Plan, Faults> {
        let source = Source::new(name, text);
        let mut file = source.parse();
        file.get("kymo", parsed(wanted));
        let zone = file.get("tz", parsed(time::parse_zone)).unwrap_or_else(|| time::zone_or_local(None));
        let state = file.get("state", self::text).map_or_else(|| beside(path, "state"), |state| folder.join(state));
        let directory = file.get("directory", self::text).map_or_else(|| folder.to_owned(), |d| folder.join(d));
        let env = environment(&mut file, folder, BTreeMap::new());
        let defaults = Defaults { folder: folder.to_owned(), env, directory };
        let mut units = Vec::new();
        for kind in ["pipeline", "program"] {
            let mut tables = file.table(kind);
            for (name, mut table) in tables.tables() {
                if units.iter().any(|(_, unit): &(usize, Unit)| unit.name == name) {
                    source.fault(table.at, format!("{kind}.{name}: another unit has this name"));
                }
                if !is_name(&name) {
                    source.fault(table.at, format!("{kind}.{name}: a name has letters, digits, `-`, `_` and `.`"));
                }
                let at = table.at;
                units.push((at, unit(name, kind == "pipeline", &mut table, &defaults, check)));
                table.finish();
            }
        }
        if units.is_empty() {
            source.fault(
                0,
                "there is no unit: write [pipeline.NAME] with run = '…', or [program.NAME] with exec = [\"…\"]",
            );
        }
        file.finish();
        let units = order::ordered(units, &source);
        match source.faults() {
            faults if faults.lines.is_empty() => Ok(Plan { units, zone, state }),
            faults => Err(faults),
        }
    }
}

/// The kymo that the file was written for.
fn wanted(text: &str) -> Result<(), String> {
    let wanted = semver::VersionReq::parse(text).map_err(|e| format!("is not a version such as \">=0.1\": {e}"))?;
    let own = env!("CARGO_PKG_VERSION");
    match semver::Version::parse(own) {
        Ok(version) if wanted.matches(&version) => Ok(()),
        _ => Err(format!("the file is for {wanted}, this is kymo {own}")),
    }
}

fn is_name(name: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !name.is_empty() && name.len() <= 64 && name.chars().all(known) && !name.starts_with(['-', '.'])
}

/// What `env` and `env_file` say, over what is known already.
fn environment(table: &mut Table<'_>, folder: &Path, over: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut env = over;
    if let Some((at, path)) = table.get_at("env_file", text) {
        match variables::read(&folder.join(path)) {
            Ok(pairs) => env.extend(pairs),
            Err(why) => table.fault_of_file(at, "env_file", &why),
        }
    }
    let mut own = table.table("env");
    for (name, value) in own.texts() {
        if variables::is_name(&name) && !value.contains('\0') {
            env.insert(name, value);
        } else {
            own.fault(own.at, &name, "a variable has letters, digits and `_`, and no NUL");
        }
    }
    own.finish();
    env
}

fn unit(name: String, pipeline: bool, table: &mut Table<'_>, defaults: &Defaults, check: Check) -> Unit {
    let duration = parsed(options::duration);
    let longer = parsed(|text| options::step(text).map(|ns| Duration::from_nanos(ns.unsigned_abs())));
    let drain = table.get("drain", &duration).unwrap_or_default();
    let job = if pipeline { pipeline_of(&name, table, drain, check) } else { program_of(table) };
    let restart = table.get("restart", parsed(restart)).unwrap_or(Restart::Always);
    let backoff = table.get("backoff", pauses).unwrap_or(Pauses::UpTo(Duration::from_secs(60)));
    let codes = table.get("final", |value| wholes(value, 0, 255)).unwrap_or_else(|| vec![2, 77]);
    let schedule = table.get_at("schedule", parsed(time::parse_clock));
    let every = table.get_at("every", parsed(options::step));
    let times = match (schedule, every) {
        (Some(_), Some((at, _))) => {
            table.fault(at, "every", "cannot be used with schedule");
            Times::Always
        }
        (Some((_, (hour, minute))), None) => Times::Daily(hour, minute),
        (None, Some((_, ns))) => Times::Every(ns),
        (None, None) => Times::Always,
    };
    let stall = table.get_at("stall", &longer);
    match &stall {
        Some((at, _)) if !pipeline => table.fault(*at, "stall", "only a pipeline counts its records"),
        // It tells once a second, and a bit.
        Some((at, stall)) if *stall < LEAST_STALL => table.fault(*at, "stall", "must be at least 3s"),
        _ => {}
    }
    if times != Times::Always {
        for key in ["restart", "backoff", "healthy", "final", "after", "stall"] {
            if let Some(at) = table.place(key) {
                table.fault(at, key, "is not for a unit with a schedule");
            }
        }
    }
    let directory = table.get("directory", text).map_or(defaults.directory.clone(), |d| defaults.directory.join(d));
    Unit {
        name,
        job: job.unwrap_or_else(|| Job::Program(Vec::new())),
        restart,
        backoff,
        healthy: table.get("healthy", &duration).unwrap_or(Duration::from_secs(60)),
        final_codes: codes.into_iter().filter_map(|code| u8::try_from(code).ok()).collect(),
        after: table.get("after", texts).unwrap_or_default().into_iter().collect(),
        drain,
        grace: table.get("grace", &duration).unwrap_or(Duration::from_secs(30)),
        env: environment(table, &defaults.folder, defaults.env.clone()),
        directory,
        nice: table.get("nice", |value| whole(value, -20, 19)).and_then(|n| i32::try_from(n).ok()).unwrap_or(0),
        max_rss: table.get("max_rss", parsed(options::size)),
        stall: stall.map(|(_, stall)| stall),
        times,
    }
}

/// `run = '…'` and `flags = […]`: the words of `kymo run`.
fn pipeline_of(name: &str, table: &mut Table<'_>, drain: Duration, check: Check) -> Option<Job> {
    let mut words = table.get("flags", texts).unwrap_or_default();
    let Some((at, text)) = table.get_at("run", text) else {
        table.fault(table.at, "run", "is missing, or wrong: write run = 'SOURCE | … | SINK'");
        return None;
    };
    if !words.iter().any(|word| word == "--name" || word.starts_with("--name=")) {
        words.extend(["--name".to_owned(), name.to_owned()]);
    }
    if !drain.is_zero() {
        words.extend(["--grace".to_owned(), time::write_duration(i64::try_from(drain.as_nanos()).unwrap_or(i64::MAX))]);
    }
    words.extend(["--".to_owned(), text]);
    check(&words).map_err(|why| table.fault(at, "run", why)).ok()?;
    Some(Job::Pipeline(words))
}

/// `exec = […]`
fn program_of(table: &mut Table<'_>) -> Option<Job> {
    match table.get_at("exec", texts) {
        Some((at, words)) if words.iter().any(|word| word.contains('\0')) => {
            table.fault(at, "exec", "a word cannot contain a NUL");
            None
        }
        Some((_, words)) if words.first().is_some_and(|word| !word.is_empty()) => Some(Job::Program(words)),
        _ => {
            table.fault(table.at, "exec", "is missing, or wrong: write exec = [\"PROGRAM\", \"ARGUMENT\"]");
            None
        }
    }
}

fn restart(text: &str) -> Result<Restart, String> {
    match text {
        "always" => Ok(Restart::Always),
        "on-failure" => Ok(Restart::OnFailure),
        "never" => Ok(Restart::Never),
        _ => Err("must be \"always\", \"on-failure\" or \"never\"".to_owned()),
    }
}

/// `"5m"`, or `["1m", "4m", "15m"]`.
fn pauses(value: &toml::de::DeValue<'_>) -> Result<Pauses, String> {
    if value.as_array().is_none() {
        return parsed(options::duration)(value).map(Pauses::UpTo);
    }
    let steps = texts(value)?.iter().map(|step| options::duration(step)).collect::<Result<Vec<_>, _>>()?;
    if steps.is_empty() { Err("must name at least one pause".to_owned()) } else { Ok(Pauses::Steps(steps)) }
}

/// A shorter one would come before a report.
const LEAST_STALL: Duration = Duration::from_secs(3);

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Plan, Faults> {
        Plan::parse("s.toml", text, Path::new("/x/s.toml"), Path::new("/x"), |_| Ok(()))
    }

    #[test]
    fn what_takes_is_up_before_what_puts() {
        let plan = read(
            "[pipeline.a]\nrun = 'sys-cat | queue put q'\n[pipeline.b]\nrun = 'queue take q | mqtt-pub mqtt://h -t x'\n\
             [pipeline.c]\nrun = 'mqtt-cat mqtt://h -t y | store d.db'\n[program.z]\nexec = ['true']\nafter = ['a']\n",
        );
        let names: Vec<String> = plan.unwrap().units.into_iter().map(|unit| unit.name).collect();
        assert_eq!(names, ["c", "b", "a", "z"]);
        let plan = read(
            "[pipeline.a]\nrun = 'sys-cat | queue put --max-records 100 q --batch 100'\n\
             [pipeline.b]\nrun = 'queue take other --batch 100 | store x'\n[pipeline.c]\nrun = 'queue take --idle x q | store y'\n",
        );
        let afters: Vec<usize> = plan.unwrap().units.iter().map(|unit| unit.after.len()).collect();
        assert_eq!(afters, [0, 0, 1]);
    }

    #[test]
    fn a_ring_of_queues_is_no_fault_but_one_of_afters_is() {
        let ring =
            "[pipeline.a]\nrun = 'queue take p | queue put q'\n[pipeline.b]\nrun = 'queue take q | queue put p'\n";
        assert!(read(ring).is_ok());
        let ring = "[program.a]\nexec = ['x']\nafter = ['b']\n[program.b]\nexec = ['x']\nafter = ['a']\n";
        assert!(read(ring).unwrap_err().lines[0].contains("comes after itself"));
    }

    #[test]
    fn each_level_is_checked() {
        for (text, told) in [
            ("", "there is no unit"),
            ("kymo = '>=99'\n[program.a]\nexec = ['x']", "s.toml:1: kymo: the file is for >=99, this is kymo"),
            ("kymo = 'new'\n[program.a]\nexec = ['x']", "is not a version"),
            ("tz = 'Mars'\n[program.a]\nexec = ['x']", "s.toml:1: tz: `Mars` is not a time zone"),
            ("[program.a]\nexec = 'x'", "s.toml:2: program.a.exec: must be a list of texts"),
            ("[program.a]\nexec = []", "program.a.exec: is missing, or wrong"),
            ("[program.a]\nexec = ['x']\ngrace = 5", "s.toml:3: program.a.grace: must be a text in quotes"),
            ("[program.a]\nexec = ['x']\ngrace = '5 apples'", "s.toml:3: program.a.grace"),
            ("[program.a]\nexec = ['x']\nnice = 20", "must be a whole number from -20 to 19"),
            ("[program.a]\nexec = ['x']\nfinal = [256]", "must be a list of whole numbers from 0 to 255"),
            ("[program.a]\nexec = ['x']\nrestart = 'sometimes'", "must be \"always\", \"on-failure\" or \"never\""),
            ("[program.a]\nexec = ['x']\nbackoff = []", "must name at least one pause"),
            ("[program.a]\nexec = ['x']\nschedule = '25:00'", "is not a time of day"),
            (
                "[program.a]\nexec = ['x']\nschedule = '00:00'\nevery = '1h'",
                "s.toml:4: program.a.every: cannot be used with schedule",
            ),
            ("[program.a]\nexec = ['x']\nstall = '1m'", "only a pipeline counts its records"),
            ("[pipeline.a]\nrun = 'x'\nstall = '2s'", "s.toml:3: pipeline.a.stall: must be at least 3s"),
            (
                "[program.a]\nexec = ['x']\nevery = '1h'\nrestart = 'never'",
                "s.toml:4: program.a.restart: is not for a unit with a schedule",
            ),
            ("[program.a]\nexec = [\"\\u0000\"]", "a word cannot contain a NUL"),
            ("[program.a]\nexec = ['x']\nenv = { 'A=' = '1' }", "program.a.env.A=: a variable has letters"),
            ("[program.a]\nexec = ['x']\nenv = { A = 1 }", "program.a.env.A: must be a text in quotes"),
            ("[program.a]\nexec = ['x']\nenv_file = 'none'", "program.a.env_file: read /x/none: No such file"),
            (
                "[program.a]\nexec = ['x']\nafter = ['bb']\n[program.bbb]\nexec = ['x']",
                "there is no other unit `bb`: did you mean `bbb`?",
            ),
            ("[program.'a b']\nexec = ['x']", "a name has letters"),
            ("[program.a]\nexec = ['x']\n[pipeline.a]\nrun = 'x'", "another unit has this name"),
            ("[programm.a]\nexec = ['x']", "s.toml:1: programm: unknown key: did you mean `program`?"),
            (
                "[pipeline.a]\nrun = 'x'\nrestrat = 'never'",
                "s.toml:3: pipeline.a.restrat: unknown key: did you mean `restart`?",
            ),
            ("a = [", "s.toml:1: "),
        ] {
            let faults = read(text).unwrap_err();
            assert!(faults.lines.iter().any(|fault| fault.contains(told)), "{text}\n{told}\n{faults:?}");
        }
    }
}
