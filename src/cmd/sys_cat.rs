//! `sys-cat`: how this machine is, as records on the clock's grid.
//!
//! Decision: what there is once on a machine is one wide record; what there can be several of (disks, sensors, interfaces)
//! has a record each, with a field that names it, so that `--by device,disk` makes series of them. All is read from
//! /proc and /sys by hand: a static binary in an empty image can do it, and a tick costs some microseconds.

mod disk;
mod fields;
mod host;
mod network;
mod temperature;
mod warning;

use self::fields::{Fields, What};
use self::host::Host;
use self::network::Network;
use self::warning::{Rule, Warnings};
use crate::flow::plan::Plan;
use crate::flow::stage::{Counts, Output, Source};
use crate::host::clock::{Clock, shown};
use crate::host::diag;
use crate::host::options::{self, AlignArgs, SourceArgs};
use crate::host::stop::Stop;
use crate::reading::error::{Code, Error, Result};

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str = "Example: kymo sys-cat --every 1s --count 3 --warn 'load15>75%'";

/// Write this machine's load, memory, disks, temperatures and network as records
///
/// One record every --every, on the clock's grid, with the time at which it was due, `load1`, `load5`, `load15`,
/// `cpus`, `cpu_percent`, `mem_total`, `mem_available`, `swap_total`, `swap_free` (bytes), `boot_time`, `uptime` (s).
/// Disks, sensors and interfaces have records of their own: `disk` with `disk_total`, `disk_free` (bytes),
/// `inodes_total`, `inodes_free`; `sensor` with `temperature` (°C); `interface` with `rx_bytes`, `tx_bytes`,
/// `rx_errors`, `tx_errors` since it is up, and `rx_rate`, `tx_rate` (bytes a second). To keep them all in one table
/// use `store --by device,disk,sensor,interface`. Fields that a machine does not report are omitted.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE)]
pub(crate) struct Args {
    /// The time between two records
    #[arg(long, value_name = "DURATION", value_parser = options::step, default_value = "10s")]
    pub every: i64,

    #[command(flatten)]
    pub align: AlignArgs,

    /// What to report
    #[arg(long, value_name = "WHAT,…", value_enum, value_delimiter = ',', default_value = "load,cpu,memory,uptime")]
    pub what: Vec<What>,

    /// The `device` of the records [default: the host's name]
    #[arg(long, value_name = "NAME")]
    pub device: Option<String>,

    /// Warn when this begins and when it ends, and mark the records with `warning`: a field, one of > >= < <= ==, a
    /// number, a size, or a percentage of the whole: 'load15>4', 'load15>75%' (of the cpus), 'disk_free<1GiB',
    /// 'mem_available<10%'
    #[arg(long, value_name = "RULE")]
    pub warn: Vec<Rule>,

    /// End after N ticks
    #[arg(long, short = 'C', value_name = "N")]
    pub count: Option<u64>,

    /// End after DURATION, by the records' times
    #[arg(long = "for", short = 'W', value_name = "DURATION", value_parser = options::step)]
    pub length: Option<i64>,

    #[command(flatten)]
    pub source: SourceArgs,
}

impl Args {
    /// The source for these flags.
    pub(crate) fn plan(self) -> Result<Plan> {
        let asked = if self.what.contains(&What::All) { What::EACH.to_vec() } else { self.what };
        let what: Vec<What> = What::EACH.into_iter().filter(|what| asked.contains(what)).collect();
        for rule in &self.warn {
            if let Some(from) = What::EACH.into_iter().find(|what| what.fields().contains(&rule.field.as_str()))
                && !what.iter().any(|what| what.fields().contains(&rule.field.as_str()))
            {
                let name = format!("{from:?}").to_lowercase();
                return Err(Error::usage(format!("--warn {rule}: give --what {name} too")));
            }
        }
        let limits = Limits { count: self.count.unwrap_or(u64::MAX), length: self.length.unwrap_or(i64::MAX) };
        let (device, warn, every, align) = (self.device, self.warn, self.every, self.align);
        Ok(Plan::source(self.source, move || {
            let name = || rustix::system::uname().nodename().to_string_lossy().into_owned();
            let machine = Machine {
                device: device.unwrap_or_else(name),
                warnings: Warnings::new(warn),
                host: Host::new(&what),
                network: Network::default(),
                what,
            };
            Ok(SysCat { machine, every, align, limits, ticks: 0, missed: 0 })
        }))
    }
}

/// What is told of this machine, and what was there at the last tick.
struct Machine {
    device: String,
    what: Vec<What>,
    host: Host,
    network: Network,
    warnings: Warnings,
}

impl Machine {
    /// All records of a tick.
    fn read(&mut self) -> Vec<Fields> {
        let mut records: Vec<Fields> = self.host.read().into_iter().collect();
        for what in &self.what {
            match what {
                What::Disk => records.extend(disk::read()),
                What::Temperature => records.extend(temperature::read()),
                What::Network => records.extend(self.network.read()),
                _ => {}
            }
        }
        records
    }

    /// Looks once at everything, so that there is something to compare with; tells what is not there.
    fn begin(&mut self) -> Result<()> {
        let records = self.read();
        if records.is_empty() {
            return Err(Error::new(Code::Io, "read this machine: nothing of it is in /proc and /sys"));
        }
        for what in &self.what {
            let there = |record: &Fields| what.fields().iter().any(|field| record.get(field).is_some());
            // How busy it is only two looks can tell.
            if *what != What::Cpu && !records.iter().any(there) {
                let name = format!("{what:?}").to_lowercase();
                diag::warn(Code::Missing, format_args!("this machine does not report {name}: it is omitted"));
            }
        }
        Ok(())
    }
}

struct Limits {
    count: u64,
    /// ns
    length: i64,
}

struct SysCat {
    machine: Machine,
    every: i64,
    align: AlignArgs,
    limits: Limits,
    ticks: u64,
    missed: u64,
}

impl Source for SysCat {
    fn run(&mut self, mut out: Output, stop: &Stop) -> Result<()> {
        let machine = &mut self.machine;
        machine.begin()?;
        let mut clock = Clock::new(self.align.grid(self.every));
        let end = clock.due().saturating_add(self.limits.length);
        while self.ticks < self.limits.count && clock.due() < end {
            let Some(time) = clock.next(stop).filter(|time| *time < end) else { break };
            self.ticks += 1;
            let spelled = shown(time);
            for mut record in machine.read() {
                machine.warnings.look(&mut record);
                out.add(|to| record.write(&spelled, &machine.device, to));
            }
            out.flush();
            self.missed = clock.missed();
            if out.is_closed() {
                break;
            }
        }
        Ok(())
    }

    fn counts(&self) -> Counts {
        vec![("ticks", self.ticks), ("missed", self.missed)]
    }
}
