//! Who is let in: clients of the networks that may come, and no more of them than there are places.

use super::listener::Peer;
use std::collections::HashMap;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::{Duration, Instant};

/// What happens often is told so often.
const SELDOM: Duration = Duration::from_secs(60);

/// A network: an address and how many of its first bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Network {
    address: u128,
    mask: u128,
    is_v4: bool,
}

impl Network {
    fn contains(&self, ip: IpAddr) -> bool {
        ip.is_ipv4() == self.is_v4 && bits(ip) & self.mask == self.address
    }
}

impl FromStr for Network {
    type Err = String;

    /// `10.0.0.0/8`, `fd00::/8`, or one address.
    fn from_str(text: &str) -> Result<Network, String> {
        let (ip, length) = match text.split_once('/') {
            Some((ip, length)) => (ip, Some(length)),
            None => (text, None),
        };
        let ip: IpAddr =
            ip.parse().map_err(|_| "a network is an address, or like 10.0.0.0/8 or fd00::/8".to_owned())?;
        let width: u32 = if ip.is_ipv4() { 32 } else { 128 };
        let length: u32 = match length {
            None => width,
            Some(digits) => digits
                .parse()
                .ok()
                .filter(|&n| n <= width && digits.bytes().all(|b| b.is_ascii_digit()))
                .ok_or_else(|| format!("the length after / is a number from 0 to {width}"))?,
        };
        let mask = if length == 0 { 0 } else { (u128::MAX >> (128 - width)) & (u128::MAX << (width - length)) };
        let address = bits(ip);
        if address & !mask != 0 {
            return Err("it has bits after its length: of 10.0.0.1/8 the network is 10.0.0.0/8".to_owned());
        }
        Ok(Network { address, mask, is_v4: ip.is_ipv4() })
    }
}

fn bits(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(ip) => ip.to_bits().into(),
        IpAddr::V6(ip) => ip.to_bits(),
    }
}

/// Counts the clients.
#[derive(Debug)]
pub(crate) struct Guard {
    /// Empty: from everywhere.
    pub(crate) allow: Vec<Network>,
    pub(crate) max_clients: usize,
    pub(crate) max_per_ip: Option<usize>,
    clients: usize,
    of_ip: HashMap<IpAddr, usize>,
}

impl Guard {
    pub(crate) fn new(allow: Vec<Network>, max_clients: usize, max_per_ip: Option<usize>) -> Guard {
        Guard { allow, max_clients, max_per_ip, clients: 0, of_ip: HashMap::new() }
    }

    /// Processes of this machine need no leave but that of the socket's file.
    pub(crate) fn allows(&self, peer: &Peer) -> bool {
        let Some(ip) = peer.ip() else { return true };
        self.allow.is_empty() || self.allow.iter().any(|network| network.contains(ip))
    }

    /// There is no place left.
    pub(crate) fn is_full(&self) -> bool {
        self.clients >= self.max_clients
    }

    /// Takes a place for a client, or tells why there is none.
    pub(crate) fn admit(&mut self, peer: &Peer) -> Result<(), String> {
        if self.is_full() {
            return Err(format!("there are {} clients already (--max-clients)", self.max_clients));
        }
        if let (Some(most), Some(ip)) = (self.max_per_ip, peer.ip()) {
            let count = self.of_ip.entry(ip).or_default();
            if *count >= most {
                return Err(format!("there are {most} clients of {ip} already (--max-per-ip)"));
            }
            *count += 1;
        }
        self.clients += 1;
        Ok(())
    }

    /// A client that was admitted has gone.
    pub(crate) fn leave(&mut self, peer: &Peer) {
        self.clients -= 1;
        if let Some(ip) = peer.ip()
            && let Some(count) = self.of_ip.get_mut(&ip)
        {
            *count -= 1;
            if *count == 0 {
                self.of_ip.remove(&ip);
            }
        }
    }
}

/// What may happen a thousand times a second is told at once, and then once a minute with its number.
#[derive(Debug, Default)]
pub(crate) struct Seldom {
    told: Option<Instant>,
    since: u64,
}

impl Seldom {
    /// It happened: what to tell behind the message, if it is to be told now.
    pub(crate) fn note(&mut self, now: Instant) -> Option<String> {
        self.since += 1;
        if self.told.is_some_and(|told| now < told + SELDOM) {
            return None;
        }
        self.told = Some(now);
        match std::mem::take(&mut self.since) {
            1 => Some(String::new()),
            n => Some(format!(" ({n} times in the last minute)")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(text: &str) -> Peer {
        Peer::Ip(format!("{text}:1").parse().expect("an address"))
    }

    #[test]
    fn networks() {
        let contains = |network: &str, ip: &str| {
            network.parse::<Network>().expect(network).contains(ip.parse().expect("an address"))
        };
        assert!(contains("10.0.0.0/8", "10.255.0.1") && !contains("10.0.0.0/8", "11.0.0.1"));
        assert!(contains("10.0.0.7", "10.0.0.7") && !contains("10.0.0.7/32", "10.0.0.6"));
        assert!(contains("0.0.0.0/0", "1.2.3.4") && !contains("0.0.0.0/0", "::1"));
        assert!(contains("fd00::/8", "fdff::1") && !contains("fd00::/8", "fe80::1") && contains("::/0", "::1"));
        for wrong in ["", "10", "10.0.0.1/8", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/+8", "host"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn places() {
        let mut guard = Guard::new(vec!["10.0.0.0/8".parse().expect("a network")], 3, Some(2));
        assert!(guard.allows(&peer("10.1.1.1")) && !guard.allows(&peer("11.1.1.1")));
        assert!(guard.admit(&peer("10.0.0.1")).is_ok() && guard.admit(&peer("10.0.0.1")).is_ok());
        assert!(guard.admit(&peer("10.0.0.1")).is_err_and(|why| why.contains("2 clients of 10.0.0.1")));
        assert!(guard.admit(&peer("10.0.0.2")).is_ok());
        assert!(guard.admit(&peer("10.0.0.3")).is_err_and(|why| why.contains("3 clients already")));
        guard.leave(&peer("10.0.0.1"));
        assert!(guard.admit(&peer("10.0.0.1")).is_ok());
        for _ in 0..2 {
            guard.leave(&peer("10.0.0.1"));
        }
        assert_eq!(guard.of_ip.len(), 1);
    }

    #[test]
    fn what_happens_often_is_told_once_a_minute() {
        let (mut seldom, start) = (Seldom::default(), Instant::now());
        let mut at = |seconds| seldom.note(start + Duration::from_secs(seconds));
        assert_eq!(at(0).as_deref(), Some(""));
        assert_eq!((at(1), at(59)), (None, None));
        assert_eq!(at(60).as_deref(), Some(" (3 times in the last minute)"));
        assert_eq!(at(1000).as_deref(), Some(""));
    }
}
