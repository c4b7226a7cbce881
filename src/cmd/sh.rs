//! `sh 'COMMAND'` in a pipeline of `run`: a stage that is not kymo's. To the runner it is two stages: a sink
//! that writes to the command and a source that reads what it prints; between them nobody knows what belongs to what,
//! so an acknowledgement can only mean «written to it».

use crate::error::{Error, Kind, Result};
use crate::options::{InputArgs, RejectArgs, SourceArgs};
use crate::pipeline::{SHELL, Staged};
use crate::record::Batch;
use crate::stage::{Output, Sink, Source};
use crate::stdio;
use crate::stop::Stop;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The two stages of a command. It starts now.
pub fn stages(words: &[String]) -> Result<Vec<Staged>> {
    let [command] = words else {
        return Err(Error::usage("write it as sh 'COMMAND', the command in quotes").at(SHELL));
    };
    let mut child = Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|e| Error::io("start a shell", e).at(SHELL))?;
    let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(Error::new(Kind::Bug, "a command without pipes").at(SHELL));
    };
    let to = Staged::sink(SHELL, To { stdin: Some(stdin) }, InputArgs::default(), false);
    let from = From { child, stdout: Some(stdout), command: command.clone() };
    Ok(vec![to, Staged::source(SHELL, from, SourceArgs::default())])
}

/// What is written to the command. Its input ends when this is dropped.
struct To {
    stdin: Option<ChildStdin>,
}

impl Sink for To {
    fn write(&mut self, batch: &Batch, _out: &mut Output) -> Result<()> {
        self.stdin.as_ref().map_or(Ok(()), |stdin| stdio::write_pipe(stdin, batch))
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
}

impl Source for From {
    fn run(&mut self, mut out: Output, stop: &Stop) -> Result<()> {
        let Some(stdout) = self.stdout.take() else { return Ok(()) };
        stdio::read_pipe(&stdout, &self.command, RejectArgs::default().max_record()?, &mut out, stop)?;
        let early = out.is_closed() || stop.is_aborted();
        // Closed before the wait: a command that still writes then ends, too.
        drop((stdout, out));
        let status = self.child.wait().map_err(|e| Error::io(format!("wait for {}", self.command), e))?;
        if status.success() || early || stop.is_set() {
            return Ok(());
        }
        Err(Error::new(Kind::Io, format!("`{}` ended with {status}", self.command)))
    }

    fn inputs(&self) -> Vec<String> {
        vec![self.command.clone()]
    }
}

impl Drop for From {
    fn drop(&mut self) {
        // A pipeline that failed before it ran has a command that waits for input.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
