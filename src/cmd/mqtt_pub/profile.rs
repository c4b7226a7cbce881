//! `--profile`: a service's way of speaking. What topic and payload a record becomes for it, and what it would not take.

mod kind;
mod speaker;
mod tenta;
mod thingsboard;

use self::kind::Said;
pub(super) use self::speaker::{Profile, Speaker};
use crate::reading::error::Result;
use crate::reading::record::Record;

/// Spells a record. Gives how many values it has.
pub(super) fn spell(speaker: &Speaker, record: &Record<'_>, topic: &mut String, payload: &mut Vec<u8>) -> Result<u32> {
    topic.clear();
    let said = Said::of(record, &speaker.keys)?;
    match speaker.profile {
        Profile::Thingsboard => thingsboard::spell(speaker, record, &said, topic, payload),
        Profile::Tenta => tenta::spell(speaker, record, &said, topic, payload),
    }
}

/// The identifier of a sensor.
pub(super) fn sensor(text: &str) -> std::result::Result<String, String> {
    tenta::uuid(text).map(|()| text.to_owned())
}
