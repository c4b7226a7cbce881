//! ThingsBoard: telemetry by the device API, and by the gateway API where a record names its device. One device a message:
//! older servers acknowledge a message of several at the first one. Topics are fixed: what goes to another one the server
//! acknowledges and forgets.

use super::kind::Said;
use super::speaker::{Speaker, member, refused};
use crate::reading::error::Result;
use crate::reading::json;
use crate::reading::record::Record;

/// A larger payload costs the connection.
const MOST_BYTES: usize = 65_536;

const MILLISECOND: i64 = 1_000_000;

pub(super) fn spell(
    speaker: &Speaker,
    record: &Record<'_>,
    said: &Said,
    topic: &mut String,
    payload: &mut Vec<u8>,
) -> Result<u32> {
    let device = if speaker.single { String::new() } else { speaker.keys.series_words(record, &mut Vec::new()) };
    let begin = payload.len();
    if device.is_empty() {
        topic.push_str("v1/devices/me/telemetry");
    } else {
        topic.push_str("v1/gateway/telemetry");
        payload.push(b'{');
        json::write_string(&device, payload);
        payload.extend_from_slice(b":[");
    }
    let time = speaker.keys.time(record)?.div_euclid(MILLISECOND);
    payload.extend_from_slice(format!("{{\"ts\":{time},\"values\":").as_bytes());
    let points = values(speaker, record, said, payload)?;
    payload.extend_from_slice(if device.is_empty() { b"}" } else { b"}]}" });
    match payload.len() - begin {
        size if size > MOST_BYTES => {
            Err(refused(format!("a payload of {size} bytes: ThingsBoard closes the connection above {MOST_BYTES}")))
        }
        _ => Ok(points),
    }
}

/// Appends the values as an object; gives how many they are.
fn values(speaker: &Speaker, record: &Record<'_>, said: &Said, to: &mut Vec<u8>) -> Result<u32> {
    match said {
        Said::Readings => {
            let mut object = vec![b'{'];
            let mut count = 0;
            for field in speaker.values(record) {
                member(&field.name(), field.raw(), &mut object);
                count += 1;
            }
            if count == 0 {
                return Err(refused("it has no value"));
            }
            object.push(b'}');
            to.append(&mut object);
            Ok(count)
        }
        Said::Log { level, subject, body } => {
            to.extend_from_slice(b"{\"logging\":{\"level\":");
            json::write_string(level.upper(), to);
            for (name, text) in [(&b",\"subject\":"[..], subject), (b",\"body\":", body)] {
                to.extend_from_slice(name);
                json::write_string(text, to);
            }
            to.extend_from_slice(b"}}");
            Ok(1)
        }
        Said::Configuration { raw, .. } => {
            to.extend_from_slice(b"{\"configuration\":");
            to.extend_from_slice(raw);
            to.push(b'}');
            Ok(1)
        }
    }
}
