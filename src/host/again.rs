//! kymo once more: how this kymo starts itself, and the words of the commands that it has for that alone. They are spelled
//! only here: who understands them takes their names from here.

use super::{diag, thread};
use crate::reading::time;
use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// This kymo, whatever has become of its file.
const ITSELF: &str = "/proc/self/exe";

/// Where a shell looks if it is not told.
const USUAL_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// The command that keeps another (`cmd/keep.rs`).
pub(crate) const KEEP: &str = "keep";
/// The command that supervises (`cmd/supervise/station.rs`).
pub(crate) const STATION: &str = "station";
/// The command under `lock` that becomes another (`cmd/lock/child.rs`).
pub(crate) const EXEC: &str = "exec";

/// Flags of these commands.
pub(crate) const TELL: &str = "tell";
pub(crate) const PRESENCE: &str = "presence";
pub(crate) const NICE: &str = "nice";
pub(crate) const PARENT: &str = "parent";
/// The stage or program that the messages of these commands begin with: that which they work for.
pub(crate) const STAGE: &str = "stage";

/// These words begin with a command that is for kymo alone.
pub(crate) fn is_own(words: &[OsString]) -> bool {
    words.get(1).is_some_and(|word| word == KEEP || word == STATION)
}

/// `kymo`, which reports as this one does.
fn kymo(command: &[&str]) -> Command {
    let mut kymo = Command::new(ITSELF);
    kymo.arg0("kymo").args(command).args(diag::flags());
    kymo
}

fn flag(name: &str) -> String {
    format!("--{name}")
}

/// A keeper of a command, which it gives `grace` between TERM and KILL. `settings`: its flags.
fn keeper(grace: Duration, settings: &[(&str, Option<&OsStr>)], words: &[OsString]) -> Command {
    let mut kymo = kymo(&[KEEP]);
    kymo.arg(flag(STAGE)).arg(thread::stage());
    kymo.arg("--grace").arg(time::write_duration(i64::try_from(grace.as_nanos()).unwrap_or(i64::MAX)));
    for (name, value) in settings {
        kymo.arg(flag(name)).args(*value);
    }
    kymo.arg("--").args(words);
    kymo
}

/// A keeper that ends as its command ends.
pub(crate) fn keep(grace: Duration, words: &[OsString]) -> Command {
    keeper(grace, &[], words)
}

/// A keeper that reports on stdout what becomes of its command, which gets this nice value.
pub(crate) fn keep_and_tell(grace: Duration, presence: &Path, nice: i32, words: &[OsString]) -> Command {
    let nice = OsString::from(nice.to_string());
    keeper(grace, &[(TELL, None), (PRESENCE, Some(presence.as_os_str())), (NICE, Some(&nice))], words)
}

/// The program that a command's first word means: `kymo` is this kymo, wherever it is.
pub(crate) fn program(word: &OsStr) -> PathBuf {
    if word == "kymo" { own() } else { word.into() }
}

/// This kymo's file.
pub(crate) fn own() -> PathBuf {
    std::env::current_exe().ok().filter(|path| path.exists()).unwrap_or_else(|| ITSELF.into())
}

/// The PATH of commands that are started here: as it is, and the folder of this kymo last, so that a script finds it.
pub(crate) fn path() -> OsString {
    let mut path = std::env::var_os("PATH").unwrap_or_else(|| USUAL_PATH.into());
    let folder = std::env::current_exe().ok().filter(|file| file.exists());
    let folder = folder.as_deref().and_then(Path::parent);
    if let Some(folder) = folder.filter(|folder| !std::env::split_paths(&path).any(|one| one == *folder)) {
        path.push(":");
        path.push(folder);
    }
    path
}

/// The command can be found, as far as that can be said.
pub(crate) fn finds(word: &OsStr) -> bool {
    let program = Path::new(word);
    let is_path = program.is_absolute() || program.components().count() > 1;
    match is_path {
        _ if word == "kymo" => true,
        true => program.exists(),
        false => std::env::split_paths(&path()).any(|folder| folder.join(program).exists()),
    }
}

/// A process that becomes a command, with TERM from the kernel should this one die: only a process itself can ask for a
/// signal when its parent dies (prctl(2)).
pub(crate) fn exec(words: &[OsString]) -> Command {
    let mut kymo = kymo(&["lock", EXEC]);
    kymo.arg(flag(STAGE)).arg(thread::stage());
    kymo.arg(flag(PARENT)).arg(std::process::id().to_string()).arg("--").args(words);
    kymo.env("PATH", path());
    kymo
}

/// The supervisor of the units in a file.
pub(crate) fn station(file: &Path) -> Command {
    let mut kymo = kymo(&[STATION]);
    kymo.arg("--").arg(file);
    kymo
}
