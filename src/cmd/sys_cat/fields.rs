//! What a record of this machine has.

use crate::reading::json;
use std::fmt::Display;

/// What can be reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum What {
    /// The number of processes that want to run
    Load,
    /// How busy the cpus were since the last tick
    Cpu,
    /// Memory and swap
    Memory,
    /// The time since the machine started
    Uptime,
    /// Each local file system
    Disk,
    /// Each sensor
    Temperature,
    /// Each interface but the loopback
    Network,
    /// All of them
    All,
}

impl What {
    /// The numbers in its records.
    pub(super) fn fields(self) -> &'static [&'static str] {
        match self {
            What::Load => &["load1", "load5", "load15", "cpus"],
            What::Cpu => &["cpu_percent", "cpus"],
            What::Memory => &["mem_total", "mem_available", "swap_total", "swap_free"],
            What::Uptime => &["uptime"],
            What::Disk => &["disk_total", "disk_free", "inodes_total", "inodes_free"],
            What::Temperature => &["temperature"],
            What::Network => &["rx_bytes", "tx_bytes", "rx_errors", "tx_errors", "rx_rate", "tx_rate"],
            What::All => &[],
        }
    }

    pub(super) const EACH: [What; 7] =
        [What::Load, What::Cpu, What::Memory, What::Uptime, What::Disk, What::Temperature, What::Network];
}

/// One record's fields, in order.
#[derive(Debug, Default)]
pub(super) struct Fields(pub(super) Vec<(&'static str, Cell)>);

#[derive(Debug, PartialEq)]
pub(super) enum Cell {
    Text(String),
    /// As it is spelled.
    Number(String),
}

impl Fields {
    pub(super) fn text(&mut self, name: &'static str, text: impl Into<String>) {
        self.0.push((name, Cell::Text(text.into())));
    }

    /// A number, if there is one.
    pub(super) fn number(&mut self, name: &'static str, number: Option<impl Display>) {
        self.0.extend(number.map(|number| (name, Cell::Number(number.to_string()))));
    }

    pub(super) fn get(&self, name: &str) -> Option<f64> {
        let cell = self.0.iter().find(|(field, _)| *field == name);
        cell.and_then(|(_, cell)| if let Cell::Number(text) = cell { text.parse().ok() } else { None })
    }

    /// What tells this record from others of the same device.
    pub(super) fn name(&self) -> Option<&str> {
        match self.0.first() {
            Some(("disk" | "sensor" | "interface", Cell::Text(name))) => Some(name),
            _ => None,
        }
    }

    pub(super) fn write(&self, time: &str, device: &str, to: &mut Vec<u8>) {
        to.extend_from_slice(b"{\"time\":\"");
        to.extend_from_slice(time.as_bytes());
        to.extend_from_slice(b"\",\"device\":");
        json::write_string(device, to);
        for (name, cell) in &self.0 {
            to.push(b',');
            json::write_string(name, to);
            to.push(b':');
            match cell {
                Cell::Text(text) => json::write_string(text, to),
                Cell::Number(text) => to.extend_from_slice(text.as_bytes()),
            }
        }
        to.push(b'}');
    }
}
