//! Events of the link between a source and its server, among its records (doc/adr/0030).

use super::output::Output;
use crate::reading::json::Appender;
use crate::reading::link::Event;
use crate::reading::record::Origin;
use crate::reading::time;

/// What a source says of its link, if it is asked to (`--events`).
#[derive(Clone, Debug)]
pub(crate) struct Events {
    /// The field with the time of an event.
    pub time: String,
    /// What is at the other end, without anything secret.
    pub source: String,
}

impl Events {
    /// Adds an event that has happened now, and hands it on.
    pub(crate) fn add(&self, event: &Event, origin: Origin, out: &mut Output) {
        let is_stamped = out.stamps(&self.time);
        out.add_from(origin, |line| {
            event.write(&self.source, line);
            let mut record = Appender::open(line, false);
            if !is_stamped {
                record.add(&self.time, |line| {
                    line.push(b'"');
                    time::write_rfc3339(time::now(), line);
                    line.push(b'"');
                });
            }
            record.close();
        });
        out.flush();
    }
}
