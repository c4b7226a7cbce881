//! Who speaks to a service, and the pieces of what is said.

use crate::reading::error::{Code, Error};
use crate::reading::json::{self, Kind};
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
pub(crate) struct Speaker {
    pub(crate) profile: Profile,
    pub(crate) keys: Keys,
    /// All records are of the device that has connected.
    pub(crate) single: bool,
    /// Of Tenta: the sensor, where no field names it.
    pub(crate) sensor: Option<String>,
    /// Of Tenta: the revision of the configuration, where no field names it.
    pub(crate) revision: Option<u32>,
}

impl Speaker {
    /// The fields that are sent: those of `--value`, else all but time and series. Null says nothing.
    pub(super) fn values<'k, 'r>(&'k self, record: &'k Record<'r>) -> impl Iterator<Item = Field<'r>> + use<'k, 'r> {
        let is_wanted = move |field: &Field<'r>| match self.keys.value_names() {
            [] if self.single => !self.keys.is_time(field),
            [] => !self.keys.is_key(field),
            names => names.iter().any(|name| field.is(name)),
        };
        record.fields().filter(move |field| field.kind() != Kind::Null && is_wanted(field))
    }
}

/// Appends a member of an object.
pub(super) fn member(name: &str, raw: &[u8], to: &mut Vec<u8>) {
    if !matches!(to.last(), Some(b'{')) {
        to.push(b',');
    }
    json::write_string(name, to);
    to.push(b':');
    to.extend_from_slice(raw);
}

/// What a record cannot say to the service.
pub(super) fn refused(why: impl Into<String>) -> Error {
    Error::data(Code::Profile, why)
}
