//! `--profile`: a service's way of speaking. What topic and payload a record becomes for it, and what it would not take.

mod kind;
mod tenta;
mod thingsboard;

use self::kind::Said;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json::{self, Kind as JsonKind};
use crate::reading::key::Keys;
use crate::reading::record::{Field, Record};

/// A service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Profile {
    /// ThingsBoard: the gateway API for records of devices, the device API for others
    Thingsboard,
    /// Tenta: numbers, log messages and acknowledgments of configurations
    Tenta,
}

/// How records are spelled for a service.
pub(super) struct Speaker {
    pub(super) profile: Profile,
    pub(super) keys: Keys,
    /// All records are of the device that has connected.
    pub(super) single: bool,
    /// Of Tenta: the sensor, where no field names it.
    pub(super) sensor: Option<String>,
    /// Of Tenta: the revision of the configuration, where no field names it.
    pub(super) revision: Option<u32>,
}

impl Speaker {
    /// Spells a record. Gives how many values it has.
    pub(super) fn spell(&self, record: &Record<'_>, topic: &mut String, payload: &mut Vec<u8>) -> Result<u32> {
        topic.clear();
        let said = Said::of(record, &self.keys)?;
        match self.profile {
            Profile::Thingsboard => thingsboard::spell(self, record, &said, topic, payload),
            Profile::Tenta => tenta::spell(self, record, &said, topic, payload),
        }
    }

    /// The fields that are sent: those of `--value`, else all but time and series. Null says nothing.
    fn values<'k, 'r>(&'k self, record: &'k Record<'r>) -> impl Iterator<Item = Field<'r>> + use<'k, 'r> {
        let is_wanted = move |field: &Field<'r>| match self.keys.value_names() {
            [] if self.single => !self.keys.is_time(field),
            [] => !self.keys.is_key(field),
            names => names.iter().any(|name| field.is(name)),
        };
        record.fields().filter(move |field| field.kind() != JsonKind::Null && is_wanted(field))
    }
}

/// The identifier of a sensor.
pub(super) fn sensor(text: &str) -> std::result::Result<String, String> {
    tenta::uuid(text).map(|()| text.to_owned())
}

/// Appends a member of an object.
fn member(name: &str, raw: &[u8], to: &mut Vec<u8>) {
    if !matches!(to.last(), Some(b'{')) {
        to.push(b',');
    }
    json::write_string(name, to);
    to.push(b':');
    to.extend_from_slice(raw);
}

/// What a record cannot say to the service.
fn refused(why: impl Into<String>) -> Error {
    Error::data(Code::Profile, why)
}
