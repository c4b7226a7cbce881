//! `sh 'COMMAND'` in a pipeline of `run`: a stage that is not kymo's. To the runner it is two stages: a sink
//! that writes to the command and a source that reads what it prints; between them nobody knows what belongs to what,
//! so an acknowledgement can only mean «written to it».
//!
//! The command has a process group of its own: a Ctrl-C ends the source of the pipeline, and the command by the end
//! of its input, with nothing lost in it.

use crate::flow::batch::Batch;
use crate::flow::plan::{Part, Plan};
use crate::flow::stage::{Output, Sink, Source};
use crate::flow::stdio;
use crate::host::again;
use crate::host::options::{InputArgs, RejectArgs, SourceArgs};
use crate::host::report;
use crate::host::stop::Stop;
use crate::reading::error::{Code, Error, Result};
use rustix::process::{Pid, Signal, kill_process_group};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The two stages of a command. It starts now. `grace`: how long it may go on after a signal, together with the
/// stages behind it.
pub(crate) fn plans(words: &[String], grace: Duration) -> Result<Vec<Plan>> {
    let [command] = words else {
        return Err(Error::usage("write it as sh 'COMMAND', the command in quotes"));
    };
    // The sink is opened first: it starts the command, and leaves it here to the source.
    let started: Arc<Mutex<Option<From>>> = Arc::default();
    let (command, leave) = (command.clone(), Arc::clone(&started));
    let to = move || {
        let mut child = Command::new("sh")
            .args(["-c", &command])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            // It is not the pipeline that our supervisor watches.
            .env_remove(report::VARIABLE)
            .env("PATH", again::path())
            .spawn()
            .map_err(|e| Error::io("start a shell", e))?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Error::new(Code::Bug, "a command without pipes"));
        };
        let from = From { child, stdout: Some(stdout), command, grace };
        *leave.lock().unwrap_or_else(PoisonError::into_inner) = Some(from);
        Ok(To { stdin: Some(stdin) })
    };
    let from = move || {
        let from = started.lock().unwrap_or_else(PoisonError::into_inner).take();
        from.ok_or_else(|| Error::new(Code::Bug, "a command that was not started"))
    };
    Ok(vec![
        Plan::sink(InputArgs::default(), false, to),
        Plan::source(SourceArgs::default(), from).in_part(Part::After),
    ])
}

/// What is written to the command. Its input ends when this is dropped.
struct To {
    stdin: Option<ChildStdin>,
}

impl Sink for To {
    fn write(&mut self, batch: &Batch, out: &mut Output) -> Result<()> {
        self.stdin.as_ref().map_or(Ok(()), |stdin| stdio::write_pipe(stdin, batch))?;
        out.count_passed(batch.len() as u64);
        Ok(())
    }

    fn reads_fields(&self) -> bool {
        false
    }
}

/// What the command prints.
struct From {
    child: Child,
    stdout: Option<ChildStdout>,
    command: String,
    grace: Duration,
}

impl From {
    /// Waits for the command's end. `None`: a signal came, and it did not end in time.
    fn wait(&mut self, stop: &Stop) -> Result<Option<ExitStatus>> {
        let mut since = None;
        let mut step = Duration::from_millis(1);
        loop {
            let status = self.child.try_wait().map_err(|e| Error::io(format!("wait for `{}`", self.command), e))?;
            let late = stop.is_set() && since.get_or_insert_with(Instant::now).elapsed() >= self.grace.mul_f64(0.2);
            if status.is_some() || late {
                return Ok(status);
            }
            std::thread::sleep(step);
            step = (2 * step).min(Duration::from_millis(20));
        }
    }
}

impl Source for From {
    fn run(&mut self, mut out: Output, stop: &Stop) -> Result<()> {
        let Some(stdout) = self.stdout.take() else { return Ok(()) };
        let drain = self.grace.mul_f64(0.6);
        stdio::read_pipe(&stdout, &self.command, RejectArgs::default().max_record()?, drain, &mut out, stop)?;
        let unread = out.is_closed() || stop.is_aborted();
        // Closed before the wait: a command that still writes then ends, too.
        drop((stdout, out));
        match self.wait(stop)? {
            None => stop.run_out(),
            Some(status) if status.success() || unread => {}
            // Who sent us a signal may have sent it one, too.
            Some(status) if stop.is_set() && status.code().is_none_or(|code| code > 128) => {}
            Some(status) => {
                return Err(Error::new(Code::Io, format!("`{}` ended with {}", self.command, words(status))));
            }
        }
        Ok(())
    }

    fn inputs(&self) -> Vec<String> {
        vec![self.command.clone()]
    }
}

fn words(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("status {code}"),
        (None, signal) => format!("signal {}", signal.unwrap_or(0)),
    }
}

impl Drop for From {
    fn drop(&mut self) {
        // A pipeline that failed before it ran has a command that waits for input; one that must end has one that is late.
        if let Ok(None) = self.child.try_wait() {
            let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
            let _ = self.child.wait();
        }
    }
}
