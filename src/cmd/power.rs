//! `power`: each voltage with its current, by their own times; their product, and what it sums up to.
//!
//! A reading is decided when its answer is sure (`power/pair.rs`), not when it comes: what comes out depends on the
//! readings of each series alone, however the series were mixed on their way. What waits is state, bounded in
//! number and in the readings' own time.

mod claim;
mod fields;
mod held;
mod memory;
mod meter;
mod meters;
mod pair;
mod progress;
mod reading;
mod rules;
mod unpaired;
mod work;

use self::claim::{Claim, Lines};
use self::fields::Fields;
use self::held::Held;
use self::meter::Meter;
use self::meters::{Meters, PHASES, Pairs, Role};
use self::pair::{Answer, Asked, Reading, Taken};
use self::progress::Missed;
use self::rules::{Match, Rules, Side, Unpaired};
use self::work::{Factor, Pieces, Work};
use crate::flow::fate::Fate;
use crate::flow::named::Named;
use crate::flow::plan::Plan;
use crate::flow::stage::{Counts, Filter, Output};
use crate::host::budget::Budget;
use crate::host::options::{self, InputArgs, KeyArgs, MemoryArgs, ToArgs};
use crate::reading::error::{Code, Error, Result};
use crate::reading::json;
use crate::reading::record::Record;
use crate::reading::time;
use clap::ValueHint;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str =
    "Example: kymo simulate --for 1m --speed max | kymo power --meter-field meter --energy";

/// Pair voltages with currents by their times, and write their power
///
/// Each voltage is paired with the nearest current of its meter, at most --within away. The result is a record with the
/// voltage's time, `value` in W, `voltage`, `current`, and `skew_ms`: how many ms the current is later. Either may come
/// first. A reading is decided as soon as no later reading can change the result, and at the end of the input. Units
/// with a prefix (mA, kV) are converted; Cyrillic letters count as Latin ones.
///
/// --pairs or --meter-field says which voltage belongs to which current. Without either there is one meter, with one
/// voltage and one current. Its name is that of their device, or `power` if they have two.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE)]
pub(crate) struct Args {
    /// CSV with the columns name, voltage, current: the devices of each meter
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub pairs: Option<PathBuf>,

    /// The field that names the meter of a reading; the unit distinguishes voltage from current
    #[arg(long, value_name = "FIELD", conflicts_with = "pairs")]
    pub meter_field: Option<String>,

    /// Which reading of the other side is used
    #[arg(long = "match", value_name = "WHICH", value_enum, default_value_t = Match::Nearest)]
    pub pick: Match,

    /// Which side gets one power for each reading
    #[arg(long, value_name = "SIDE", value_enum, default_value_t = Side::Voltage)]
    pub per: Side,

    /// The longest time between the two readings
    #[arg(long, value_name = "DURATION", value_parser = time::parse_duration, default_value = "500ms")]
    pub within: i64,

    /// The step of `--match latest`
    #[arg(long, value_name = "DURATION", value_parser = options::step, default_value = "1s")]
    pub every: i64,

    /// Also accept readings up to DURATION older than the newest of their series; all readings are decided this much
    /// later
    #[arg(long, value_name = "DURATION", value_parser = time::parse_duration, default_value = "0")]
    pub late: i64,

    /// Decide a reading when its meter is this far past it, by the readings' times, even if the other side is silent
    #[arg(long, value_name = "DURATION", value_parser = options::step, default_value = "1h")]
    pub max_wait: i64,

    /// Hold at most N readings that wait; then decide the oldest as they are
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    pub max_held: usize,

    /// Track at most N meters; reject readings of any others
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    pub max_meters: usize,

    /// What to do with readings that get no power (from any meter that they belong to), that come too late or as a second
    /// one of their time, and that belong to no meter
    ///
    /// An exact repetition of a reading is only counted. With `drop`, late readings are reported at the end, and the exit
    /// status is 1: see --late.
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = Unpaired::Drop)]
    pub unpaired: Unpaired,

    /// Also pass all input on unchanged
    #[arg(long)]
    pub keep_inputs: bool,

    /// The power factor: a number from -1 to 1, or the field of the readings that has it
    #[arg(long, value_name = "X|FIELD", value_parser = factor, allow_hyphen_values = true)]
    pub power_factor: Option<Factor>,

    /// The values are RMS of alternating current: without a power factor their product is in VA
    #[arg(long)]
    pub ac: bool,

    /// Add the energy of each meter since its first record: `energy_wh` (`energy_vah` for VA)
    #[arg(long)]
    pub energy: bool,

    /// Compute no energy between two powers that are further apart than this
    #[arg(long, value_name = "DURATION", value_parser = options::step, default_value = "1h", requires = "energy")]
    pub max_gap: i64,

    /// Begin with the energy of each meter's last record in this database
    #[arg(long, value_name = "DB", value_hint = ValueHint::FilePath, requires = "energy")]
    pub after: Option<String>,

    /// The table of --after
    #[arg(long, value_name = "NAME", default_value = "readings", requires = "after")]
    pub table: String,

    /// Sum the phases L1, L2, L3 of a meter: fields `L1` … with the power of each, `missing` with the phases that have
    /// none
    ///
    /// The column `phase` of --pairs or --phase-field names the phase. Powers of the phases belong together if they are
    /// no further apart than --within. The energy continues from one complete sum to the next.
    #[arg(long)]
    pub phases: bool,

    /// The field that names the phase of a reading, with --meter-field: L1 or 1
    #[arg(long, value_name = "FIELD", default_value = "phase", requires = "phases")]
    pub phase_field: String,

    /// The field with the unit
    #[arg(long, value_name = "FIELD", default_value = "unit")]
    pub unit: String,

    /// The field that marks a filled reading, and a power computed from one
    #[arg(long, value_name = "FIELD", default_value = "filled")]
    pub mark: String,

    #[command(flatten)]
    pub memory: MemoryArgs,

    #[command(flatten)]
    pub keys: KeyArgs,

    #[command(flatten)]
    pub output: ToArgs,

    #[command(flatten)]
    pub input: InputArgs,
}

fn factor(text: &str) -> Result<Factor, String> {
    match text.parse::<f64>() {
        Ok(factor) if (-1.0..=1.0).contains(&factor) => Ok(Factor::Fixed(factor)),
        Ok(_) => Err("a power factor is a number from -1 to 1".to_owned()),
        Err(_) if text.is_empty() => Err("give a number or the name of a field".to_owned()),
        Err(_) => Ok(Factor::Field(text.to_owned())),
    }
}

impl Args {
    /// The filter for these flags.
    pub(crate) fn plan(self) -> Result<Plan> {
        let fault = |why: &str| Err(Error::usage(why));
        if self.keep_inputs && self.unpaired == Unpaired::Pass {
            return fault("--keep-inputs passes all readings on: --unpaired pass would pass some twice");
        }
        if self.phases && self.pairs.is_none() && self.meter_field.is_none() {
            return fault("--phases needs --pairs or --meter-field");
        }
        let value = match &self.keys.value[..] {
            [] => "value".to_owned(),
            [only] => only.clone(),
            _ => return fault("--value: a reading has one value"),
        };
        let keys = self.keys.keys();
        // A device may have the same name in two meters.
        let whole = self.keys.by.iter().chain(&self.meter_field).cloned().collect();
        let door = KeyArgs { by: whole, ..self.keys.clone() }.keys();
        let rules = Rules {
            per: self.per,
            pick: self.pick,
            within: self.within,
            late: self.late,
            max_wait: self.max_wait,
            every: self.every,
            remember: 0,
        };
        let apparent = self.ac && self.power_factor.is_none();
        let pieces = Pieces::new(&keys, &value, &self.mark, apparent);
        let energy = self.energy.then_some(self.max_gap);
        let finder = |field: &str| KeyArgs { by: vec![field.to_owned()], ..self.keys.clone() }.keys();
        let factor = match &self.power_factor {
            Some(Factor::Field(name)) => Some(name.clone()),
            _ => None,
        };
        let mut named = Named::of(&self.keys);
        self.meter_field.iter().for_each(|field| named.add("--meter-field", field));
        factor.iter().for_each(|field| named.add("--power-factor", field));
        named.add_unless("unit", "--unit", &self.unit);
        if self.phases && self.pairs.is_none() {
            named.add_unless("phase", "--phase-field", &self.phase_field);
        }
        let [time, device] = [keys.time_name(), &keys.by()[0]].map(|name| Some(name.to_owned()));
        let mut filter = Power {
            fields: Fields::new([time, Some(value), Some(self.unit), device, Some(self.mark), factor]),
            phase_field: self.phase_field,
            keep_inputs: self.keep_inputs,
            max_held: self.max_held,
            max_meters: self.max_meters,
            budget: self.memory.budget(),
            lines: Lines::default(),
            label: label_before(&keys.by()[0]),
            finder: match &self.meter_field {
                Some(field) => Meters::Field { finder: Box::new(finder(field)), known: HashMap::default() },
                None => Meters::One([None, None]),
            },
            work: Work::new(keys, rules, self.unpaired, self.power_factor, self.phases, energy, pieces),
            meters: Vec::new(),
            held: Held::default(),
            key: Vec::new(),
            roles: Vec::new(),
        };
        let (pairs, phases, after, table, input) = (self.pairs, self.phases, self.after, self.table, self.input);
        let open = move || {
            if let Some(path) = &pairs {
                let pairs = Pairs::open(path, phases)?;
                filter.finder = pairs.meters();
                for (name, phases) in pairs.names {
                    let mut json = Vec::new();
                    json::write_string(&name, &mut json);
                    filter.add_meter(json, phases);
                }
            }
            if let Some(target) = &after {
                filter.begin_after(target, &table).map_err(|e| e.context("--after"))?;
            }
            Ok(filter)
        };
        Plan::filter(input, open).with_state().with_door(door.clone()).naming(named).writing(&self.output, door)
    }
}

struct Power {
    fields: Fields,
    phase_field: String,
    keep_inputs: bool,
    max_held: usize,
    max_meters: usize,
    /// For meters and lines.
    budget: Budget,
    /// The lines of readings that wait.
    lines: Lines,
    /// `,"device":`
    label: Vec<u8>,
    finder: Meters,
    work: Work,
    meters: Vec<Meter>,
    held: Held,
    /// A buffer for the series of the record at hand, and one for what it is to its meters.
    key: Vec<u8>,
    roles: Vec<Role>,
}

impl Power {
    /// Adds a meter of this name (JSON); gives its index.
    fn add_meter(&mut self, name: Vec<u8>, phases: Vec<u8>) -> usize {
        let label = if name.is_empty() { Vec::new() } else { [&self.label[..], &name].concat() };
        self.budget.force(Meter::needed(&name, phases.len()));
        self.meters.push(Meter::new(name, label, phases));
        let pairs = if self.work.phases { PHASES.len() } else { 1 };
        self.work.rules.share_among(self.meters.len() * pairs * 2);
        self.meters.len() - 1
    }

    /// The phases of a meter that is found by a field.
    fn all_phases(&self) -> Vec<u8> {
        if self.work.phases { (0..PHASES.len() as u8).collect() } else { vec![0] }
    }

    /// Hands a reading to one of its pairs; `Some`: it does not wait there.
    fn take(
        &mut self,
        record: &Record<'_>,
        role: Role,
        reading: Reading,
        claim: Claim,
        out: &mut Output,
    ) -> Result<Option<Missed>> {
        let meter = &mut self.meters[role.meter];
        let Some(place) = meter.place(role.phase) else {
            claim.withdraw(out);
            return Ok(Some(Missed::Nowhere));
        };
        let before = meter.held();
        let pair = &mut meter.pairs[place];
        let keep = self.work.unpaired != Unpaired::Drop;
        let lines = &self.lines;
        let line = || keep.then(|| lines.keep(record.raw(), record.origin()));
        let mut claim = Some(claim);
        let taken = if role.side == self.work.rules.per {
            let asked = || Asked { reading, line: line(), claim: claim.take().unwrap_or_default() };
            pair.ask(&self.work.rules, reading, asked)
        } else {
            let answer = || Answer { reading, line: line(), claim: claim.take().unwrap_or_default(), used: false };
            pair.answer(&self.work.rules, reading, answer)
        };
        // Of a step one asks, as --match latest wants it: the other is not needed.
        let unneeded = match taken {
            Taken::Waits => None,
            Taken::Instead(other) => Some(other.claim),
            Taken::Outdone => claim.take(),
            Taken::Missed(missed) => {
                self.work.counts.late += u64::from(matches!(missed, Missed::Late | Missed::Unknown));
                self.work.counts.repeated += u64::from(matches!(missed, Missed::Again | Missed::Another));
                claim.into_iter().for_each(|claim| claim.withdraw(out));
                return Ok(Some(missed));
            }
        };
        if let Some(claim) = unneeded {
            claim.leave(Unpaired::Drop, None, || Error::data(Code::Unpaired, ""), out)?;
        }
        meter.give(place, &mut self.work, out)?;
        self.held.change(role.meter, before, meter.held());
        if self.held.total() > self.max_held {
            self.make_room(role.meter, self.max_held, out)?;
        }
        while self.lines.bytes() > self.budget.left() && self.held.total() > 0 && !out.is_closed() {
            self.make_room(role.meter, self.held.total() - 1, out)?;
        }
        Ok(None)
    }

    /// Too much waits: this meter, or else the one that holds most, goes down to its share.
    fn make_room(&mut self, current: usize, most: usize, out: &mut Output) -> Result<()> {
        self.work.tell_full();
        let share = most / self.meters.len().max(1);
        let is_over = self.meters[current].held() > share;
        let at = if is_over { current } else { self.held.largest(&self.meters).unwrap_or(current) };
        let meter = &mut self.meters[at];
        let before = meter.held();
        // A little more than one, so that it is not looked for again at once.
        let target = share.min(before.saturating_sub(1)).max(before.saturating_sub(1 + before / 16));
        meter.shrink(target, &mut self.work, out)?;
        self.held.change(at, before, meter.held());
        Ok(())
    }
}

impl Filter for Power {
    fn record(&mut self, record: &Record<'_>, out: &mut Output) -> Result<Fate> {
        let reading = self.read(record)?;
        if self.keep_inputs {
            out.pass_first();
        }
        let Some(reading) = reading else { return self.leave_out() };
        let claim = if self.keep_inputs { Claim::Settled } else { Claim::of(self.roles.len()) };
        let (mut waits, mut missed) = (false, None);
        for at in 0..self.roles.len() {
            match self.take(record, self.roles[at], reading, claim.clone(), out)? {
                None => waits = true,
                some => missed = missed.max(some),
            }
        }
        if !waits {
            return self.miss(missed.unwrap_or(Missed::Nowhere));
        }
        claim.withdraw(out);
        if let Some(missed) = missed {
            self.miss_some(record, missed, out)?;
        }
        Ok(if self.keep_inputs { Fate::Pass } else { Fate::Held })
    }

    fn holds(&self) -> u64 {
        let mut seen = HashSet::new();
        self.meters.iter().map(|meter| meter.records(&mut seen) as u64).sum()
    }

    fn release(&mut self, out: &mut Output) -> Result<()> {
        self.meters.iter_mut().try_for_each(|meter| meter.release(&self.work, out))
    }

    /// Everything is decided with what there is.
    fn finish(&mut self, out: &mut Output) -> Result<()> {
        self.meters.iter_mut().try_for_each(|meter| meter.end(&mut self.work, out))?;
        self.work.conclude();
        self.held = Held::of(&self.meters);
        Ok(())
    }

    fn save(&self, to: &mut Vec<u8>) {
        self.write_all(to);
    }

    fn restore(&mut self, from: &[u8]) -> Result<()> {
        self.recall(from)?;
        self.held = Held::of(&self.meters);
        Ok(())
    }

    fn counts(&self) -> Counts {
        let counts = &self.work.counts;
        vec![
            ("powers", counts.powers),
            ("unpaired", counts.unpaired),
            ("other", counts.other),
            ("late", counts.late),
            ("repeated", counts.repeated),
            ("incomplete", counts.incomplete),
            ("gaps", counts.gaps),
        ]
    }
}

fn label_before(field: &str) -> Vec<u8> {
    let mut label = vec![b','];
    json::write_string(field, &mut label);
    label.push(b':');
    label
}
