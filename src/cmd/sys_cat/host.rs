//! What there is once on a machine: load, cpus, memory, since when it runs (proc(5)).

use super::fields::{Fields, What};
use crate::reading::time;
use std::fs::read_to_string;

pub(super) struct Host {
    what: Vec<What>,
    /// Busy and all ticks of the cpus at the last look.
    cpu: Option<(u64, u64)>,
}

impl Host {
    pub(super) fn new(what: &[What]) -> Host {
        Host { what: what.to_vec(), cpu: None }
    }

    /// One record; `None`: nothing is asked of it, or nothing there.
    pub(super) fn read(&mut self) -> Option<Fields> {
        let file = |name: &str| read_to_string(format!("/proc/{name}")).unwrap_or_default();
        let mut fields = Fields::default();
        let has = |what| self.what.contains(&what);
        let stat = if has(What::Load) || has(What::Cpu) || has(What::Uptime) { file("stat") } else { String::new() };
        if has(What::Load) {
            load(&file("loadavg"), &mut fields);
        }
        if has(What::Load) || has(What::Cpu) {
            fields.number("cpus", cpus(&stat));
        }
        if has(What::Cpu) {
            let now = busy(&stat);
            fields.number("cpu_percent", percent(self.cpu, now));
            self.cpu = now;
        }
        if self.what.contains(&What::Memory) {
            memory(&file("meminfo"), &mut fields);
        }
        if self.what.contains(&What::Uptime) {
            uptime(&stat, &file("uptime"), &mut fields);
        }
        (!fields.0.is_empty()).then_some(fields)
    }
}

/// A number of the kernel's that is one in JSON, too.
fn number(text: &str) -> Option<&str> {
    json_number(text).then_some(text)
}

fn json_number(text: &str) -> bool {
    crate::reading::json::check(text.as_bytes()) == Ok(crate::reading::json::Kind::Number)
}

fn load(loadavg: &str, to: &mut Fields) {
    for (name, text) in ["load1", "load5", "load15"].into_iter().zip(loadavg.split_whitespace()) {
        to.number(name, number(text));
    }
}

/// Those of the machine, which the load is the load of; not those that this process may use.
fn cpus(stat: &str) -> Option<usize> {
    let is_one =
        |line: &&str| line.strip_prefix("cpu").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    Some(stat.lines().filter(is_one).count()).filter(|count| *count > 0)
}

/// Busy ticks, and all.
fn busy(stat: &str) -> Option<(u64, u64)> {
    let line = stat.lines().find_map(|line| line.strip_prefix("cpu "))?;
    // user nice system idle iowait irq softirq steal; what guests had is in user already.
    let ticks: Vec<u64> = line.split_whitespace().take(8).filter_map(|text| text.parse().ok()).collect();
    let all: u64 = ticks.iter().sum();
    let idle = ticks.get(3)? + ticks.get(4).unwrap_or(&0);
    Some((all.saturating_sub(idle), all))
}

/// The share of all cpus between two looks; `None` if no time went by. (iowait can go back: proc(5).)
fn percent(before: Option<(u64, u64)>, now: Option<(u64, u64)>) -> Option<f64> {
    let ((busy, all), (busy_now, all_now)) = (before?, now?);
    let all = all_now.checked_sub(all).filter(|all| *all > 0)?;
    let busy = busy_now.saturating_sub(busy).min(all);
    Some((busy as f64 / all as f64 * 1000.0).round() / 10.0)
}

fn memory(meminfo: &str, to: &mut Fields) {
    let bytes = |name: &str| {
        let line = meminfo.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib.saturating_mul(1024))
    };
    to.number("mem_total", bytes("MemTotal"));
    to.number("mem_available", bytes("MemAvailable"));
    to.number("swap_total", bytes("SwapTotal"));
    to.number("swap_free", bytes("SwapFree"));
}

fn uptime(stat: &str, uptime: &str, to: &mut Fields) {
    let boot: Option<i64> = stat.lines().find_map(|line| line.strip_prefix("btime ")?.trim().parse().ok());
    if let Some(ns) = boot.and_then(|s| s.checked_mul(1_000_000_000)) {
        let mut text = Vec::new();
        time::write_rfc3339(ns, &mut text);
        to.text("boot_time", String::from_utf8_lossy(&text));
    }
    to.number("uptime", uptime.split_whitespace().next().and_then(number));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(read: impl FnOnce(&mut Fields)) -> String {
        let mut fields = Fields::default();
        read(&mut fields);
        let mut to = Vec::new();
        fields.write("t", "d", &mut to);
        String::from_utf8(to).unwrap().replace("{\"time\":\"t\",\"device\":\"d\"", "").replace('"', "")
    }

    const STAT: &str = "cpu  100 0 50 800 50 0 0 0 0 0\ncpu0 50 0 25 400 25 0 0 0 0 0\ncpu1 50 0 25 400 25 0 0 0 0 0\nintr 1\nbtime 1714227835\n";

    #[test]
    fn what_the_kernel_says_is_told() {
        assert_eq!(spelled(|to| load("0.13 1.54 12.46 1/114 17944\n", to)), ",load1:0.13,load5:1.54,load15:12.46}");
        assert_eq!(cpus(STAT), Some(2));
        assert_eq!(busy(STAT), Some((150, 1000)));
        assert_eq!(percent(Some((150, 1000)), Some((250, 1200))), Some(50.0));
        let text =
            "MemTotal:       24684096 kB\nMemFree:  1 kB\nMemAvailable:   100 kB\nSwapTotal:  0 kB\nSwapFree:  0 kB\n";
        assert_eq!(
            spelled(|to| memory(text, to)),
            ",mem_total:25276514304,mem_available:102400,swap_total:0,swap_free:0}"
        );
        assert_eq!(
            spelled(|to| uptime(STAT, "350735.47 234388.90\n", to)),
            ",boot_time:2024-04-27T14:23:55Z,uptime:350735.47}"
        );
    }

    #[test]
    fn what_is_missing_or_torn_is_left_out() {
        for text in ["", "nonsense", "cpu", "cpu  1", "MemTotal: many kB", "btime 99999999999999999999", "\u{0}"] {
            assert_eq!((cpus(text), busy(text)), (None, None), "{text}");
            assert_eq!(spelled(|to| memory(text, to)), "}");
            assert_eq!(spelled(|to| uptime(text, text, to)), "}");
        }
        assert_eq!(spelled(|to| load("", to)), "}");
        assert_eq!(spelled(|to| load("nan inf 1.0", to)), ",load15:1.0}");
        for (before, now) in
            [(None, Some((1, 2))), (Some((1, 2)), None), (Some((1, 2)), Some((1, 2))), (Some((9, 9)), Some((1, 2)))]
        {
            assert_eq!(percent(before, now), None);
        }
        assert_eq!(percent(Some((9, 9)), Some((1, 20))), Some(0.0));
    }
}
