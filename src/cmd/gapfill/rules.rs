//! What holds for a series: the time between two of its records, the longest gap that is filled, and what its values are. The
//! flags say it for all series, the registry for those that it knows.

use crate::host::diag;
use crate::host::registry::Watched;
use crate::reading::error::{Code, Result};
use crate::reading::record::Record;
use crate::reading::registry::{Known, Nature};
use crate::reading::time::{Step, TimeZone};
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::path::PathBuf;

/// The least default of `--max-gap`: an hour, ns.
const MAX_GAP: i64 = 3_600_000_000_000;

/// See the top of this file.
pub(super) struct Rules {
    pub(super) every: Option<i64>,
    pub(super) max_gap: Option<i64>,
    pub(super) zone: Option<TimeZone>,
    /// The field that names a record's device.
    pub(super) device: String,
    registry: Option<Watched>,
    /// That of `--every`, and the longest gap for it.
    usual: Option<(Step, i64)>,
    /// Those that the registry names, by their length, ns.
    steps: HashMap<i64, Step, RandomState>,
    told: bool,
}

/// What holds for a record's series at its time.
#[derive(Clone, Copy)]
pub(super) struct Rule<'r> {
    pub(super) step: &'r Step,
    pub(super) max_gap: i64,
    pub(super) nature: Nature,
}

impl Rules {
    pub(super) fn new(every: Option<i64>, max_gap: Option<i64>, zone: Option<TimeZone>, device: String) -> Rules {
        let usual = every.map(|every| (Step::new(every, zone.clone()), longest(max_gap, every)));
        Rules { every, max_gap, zone, device, registry: None, usual, steps: HashMap::default(), told: false }
    }

    pub(super) fn open(&mut self, meters: Option<PathBuf>) -> Result<()> {
        self.registry = meters.map(Watched::open).transpose()?;
        Ok(())
    }

    /// `None`: nothing says how often the series is read.
    #[inline]
    pub(super) fn of(&mut self, record: &Record<'_>, time: i64) -> Option<Rule<'_>> {
        if self.registry.is_none() {
            let (step, max_gap) = self.usual.as_ref()?;
            return Some(Rule { step, max_gap: *max_gap, nature: Nature::default() });
        }
        self.known(record, time)
    }

    fn known(&mut self, record: &Record<'_>, time: i64) -> Option<Rule<'_>> {
        let mut every = self.every;
        let mut nature = Nature::default();
        if let Some(registry) = &mut self.registry {
            registry.refresh();
            let device = record.field(&self.device);
            if let Some(Known::Meter(meter)) = device.map(|device| registry.registry().find(&device, Some(time))) {
                every = meter.every.or(every);
                nature = meter.nature();
            }
        }
        let Some(every) = every else {
            if !std::mem::replace(&mut self.told, true) {
                let device = record
                    .field(&self.device)
                    .map_or_else(String::new, |device| format!(" {}", String::from_utf8_lossy(device.raw())));
                let why = "has no column every for it, and there is no --every: its gaps are not looked for";
                let name = self.registry.as_ref().map_or_else(String::new, Watched::name);
                diag::warn(Code::Meters, format_args!("series{device}: {name} {why}"));
            }
            return None;
        };
        let step = match &self.usual {
            Some((step, _)) if self.every == Some(every) => step,
            _ => self.steps.entry(every).or_insert_with(|| Step::new(every, self.zone.clone())),
        };
        Some(Rule { step, max_gap: longest(self.max_gap, every), nature })
    }
}

fn longest(max_gap: Option<i64>, every: i64) -> i64 {
    max_gap.unwrap_or_else(|| MAX_GAP.max(every.saturating_mul(12)))
}
