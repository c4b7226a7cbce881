//! What the filters of a pipeline remember, in a file: for sinks that cannot keep it themselves.
//! The file is replaced as a whole, so that a reader never sees half of it.

use crate::flow::stage::States;
use crate::host::beside::{beside, replace};
use crate::host::lock::FileLock;
use crate::host::place::Place;
use crate::reading::error::{Code, Error, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

/// A state file that this process owns.
#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    /// The file that was read or written last, kept open so that no other one gets its number. `None`: there is none yet.
    last: Option<(File, Option<Place>)>,
    _lock: FileLock,
}

/// The file's content.
#[derive(Serialize, Deserialize)]
struct Document {
    /// The version of this layout.
    kymo_state: u32,
    pipeline: String,
    /// By stage, base64.
    stages: BTreeMap<String, String>,
}

impl StateFile {
    /// Takes the file for this process and reads it; a missing one is empty. `Busy` if another process has it.
    pub(crate) fn open(path: &Path, pipeline: &str) -> Result<(StateFile, States)> {
        let name = path.display();
        let lock = FileLock::try_exclusive(&beside(path, "lock"))?
            .ok_or_else(|| Error::new(Code::Busy, format!("state file {name} is in use by another kymo")))?;
        let mut file = StateFile { path: path.to_owned(), last: None, _lock: lock };
        let mut states = States { pipeline: pipeline.to_owned(), ..States::default() };
        let read = |e| Error::io(format!("read state file {name}"), e);
        let mut found = match File::open(path) {
            Ok(found) => found,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok((file, states)),
            Err(e) => return Err(read(e)),
        };
        let mut text = Vec::new();
        found.read_to_end(&mut text).map_err(read)?;
        let place = Place::of(&found, path).map_err(read)?;
        file.last = Some((found, place));
        let document: Document =
            serde_json::from_slice(&text).map_err(|e| Error::io(format!("read state file {name}"), e))?;
        if document.kymo_state != 1 {
            return Err(Error::usage(format!("state file {name} is of version {}, not 1", document.kymo_state)));
        }
        if document.pipeline == pipeline {
            for (stage, state) in document.stages {
                let state = BASE64.decode(state).map_err(|e| Error::io(format!("read state file {name}"), e))?;
                states.stages.insert(stage, state);
            }
        }
        Ok((file, states))
    }

    /// The state is where it was left: nobody has put it away, or another one in its place.
    fn check_place(&self) -> Result<()> {
        match &self.last {
            Some((_, Some(place))) => place.check("state file"),
            Some((_, None)) => Ok(()),
            None if self.path.exists() => Err(Error::new(
                Code::Moved,
                format!("state file {} was created by another process", self.path.display()),
            )),
            None => Ok(()),
        }
    }

    /// Replaces what the file keeps, and waits until the disk has it.
    pub(crate) fn save(&mut self, states: &States) -> Result<()> {
        self.check_place()?;
        let stages = states.stages.iter().map(|(stage, state)| (stage.clone(), BASE64.encode(state))).collect();
        let document = Document { kymo_state: 1, pipeline: states.pipeline.clone(), stages };
        let text = serde_json::to_vec(&document).map_err(|e| Error::io("spell the state", e))?;
        let file = replace(&self.path, &text)?;
        let place = Place::of(&file, &self.path);
        let place = place.map_err(|e| Error::io(format!("look at state file {}", self.path.display()), e))?;
        self.last = Some((file, place));
        Ok(())
    }
}
