//! What went through each interface but the loopback: totals as /proc/net/dev has them, and bytes a second since the last
//! tick. A total that is smaller than the last one was began anew; it gives no rate.

use super::fields::Fields;
use std::collections::BTreeMap;
use std::fs::read_to_string;
use std::time::Instant;

#[derive(Default)]
pub(super) struct Network {
    before: Option<Before>,
}

/// The last look.
struct Before {
    at: Instant,
    /// Bytes received and sent, by interface.
    totals: BTreeMap<String, (u64, u64)>,
}

struct Interface {
    name: String,
    rx: u64,
    rx_errors: u64,
    tx: u64,
    tx_errors: u64,
}

impl Network {
    pub(super) fn read(&mut self) -> Vec<Fields> {
        let text = read_to_string("/proc/net/dev").unwrap_or_default();
        self.records(&text, Instant::now())
    }

    fn records(&mut self, text: &str, now: Instant) -> Vec<Fields> {
        let found = interfaces(text);
        let before = self.before.take();
        let records = found.iter().map(|interface| {
            let mut fields = Fields::default();
            fields.text("interface", &interface.name);
            fields.number("rx_bytes", Some(interface.rx));
            fields.number("tx_bytes", Some(interface.tx));
            fields.number("rx_errors", Some(interface.rx_errors));
            fields.number("tx_errors", Some(interface.tx_errors));
            if let Some(before) = &before
                && let Some((rx, tx)) = before.totals.get(&interface.name)
            {
                let seconds = now.saturating_duration_since(before.at).as_secs_f64();
                let rate = |before: u64, now: u64| {
                    let bytes = now.checked_sub(before).filter(|_| seconds > 0.0)?;
                    Some((bytes as f64 / seconds).round() as u64)
                };
                fields.number("rx_rate", rate(*rx, interface.rx));
                fields.number("tx_rate", rate(*tx, interface.tx));
            }
            fields
        });
        let records = records.collect();
        let totals = found.into_iter().map(|i| (i.name, (i.rx, i.tx))).collect();
        self.before = Some(Before { at: now, totals });
        records
    }
}

fn interfaces(text: &str) -> Vec<Interface> {
    let of_line = |line: &str| {
        let (name, rest) = line.split_once(':')?;
        let numbers: Vec<u64> = rest.split_whitespace().map(str::parse).collect::<Result<_, _>>().ok()?;
        let [rx, _, rx_errors, .., tx, _, tx_errors, _, _, _, _, _] = numbers[..] else { return None };
        let name = name.trim();
        (name != "lo").then(|| Interface { name: name.to_owned(), rx, rx_errors, tx, tx_errors })
    };
    text.lines().filter_map(of_line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const HEAD: &str = "Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 45329618011 138064373    0    0    0     0          0         0 45329618011 138064373    0    0    0     0       0          0
";

    #[test]
    fn totals_and_rates() {
        let line =
            |rx: u64, tx: u64| format!("{HEAD}  eth0: {rx} 20082 3 0 0 0 0 0 {tx} 11465 4 0 0 0 0 0\n torn: 1 2\n");
        let mut network = Network::default();
        let now = Instant::now();
        let told = |fields: &[Fields], name: &str| fields.iter().map(|f| f.get(name)).collect::<Vec<_>>();
        let first = network.records(&line(1000, 500), now);
        assert_eq!((first.len(), first[0].name()), (1, Some("eth0")));
        assert_eq!(
            ["rx_bytes", "tx_bytes", "rx_errors", "tx_errors"].map(|n| first[0].get(n).unwrap()),
            [1000.0, 500.0, 3.0, 4.0]
        );
        assert_eq!(told(&first, "rx_rate"), [None]);
        let second = network.records(&line(3000, 100), now + Duration::from_secs(2));
        assert_eq!((told(&second, "rx_rate"), told(&second, "tx_rate")), (vec![Some(1000.0)], vec![None]));
        assert!(network.records("", now).is_empty());
    }
}
