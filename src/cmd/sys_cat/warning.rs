//! `--warn`: a number in a record that is not as it should be, told when that begins and when it ends, not at each tick
//! between.

use super::fields::{Fields, What};
use crate::host::diag;
use crate::reading::error::Code;
use crate::reading::time;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// What a percentage of a field is a percentage of.
const WHOLES: [(&str, &str); 7] = [
    ("load1", "cpus"),
    ("load5", "cpus"),
    ("load15", "cpus"),
    ("mem_available", "mem_total"),
    ("swap_free", "swap_total"),
    ("disk_free", "disk_total"),
    ("inodes_free", "inodes_total"),
];

/// `load15>75%`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rule {
    pub(super) field: String,
    comparison: Comparison,
    bound: f64,
    /// The field that `bound` is a share of.
    whole: Option<&'static str>,
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Comparison {
    More,
    AtLeast,
    Less,
    AtMost,
    Equal,
}

/// The longer spellings first.
const COMPARISONS: [(&str, Comparison); 5] = [
    (">=", Comparison::AtLeast),
    ("<=", Comparison::AtMost),
    ("==", Comparison::Equal),
    (">", Comparison::More),
    ("<", Comparison::Less),
];

impl FromStr for Rule {
    type Err = String;

    fn from_str(text: &str) -> Result<Rule, String> {
        let at = text.find(['>', '<', '=']).unwrap_or(text.len());
        let (field, rest) = (text[..at].trim(), &text[at..]);
        let found = COMPARISONS.iter().find_map(|(spelled, what)| Some((rest.strip_prefix(spelled)?.trim(), *what)));
        let (bound, comparison) =
            found.ok_or("write it like load15>4: a field, one of > >= < <= ==, and a number".to_owned())?;
        let known: Vec<&str> = What::EACH.iter().flat_map(|what| what.fields()).copied().collect();
        if !known.contains(&field) {
            return Err(format!("unknown number `{field}`: one of {}", known.join(" ")));
        }
        let number = |text: &str| text.parse().ok().filter(|number: &f64| number.is_finite());
        let (bound, whole) = match bound.strip_suffix('%') {
            Some(share) => {
                let whole = WHOLES.iter().find(|(name, _)| *name == field).map(|(_, whole)| *whole);
                let whole = whole.ok_or_else(|| format!("a percentage of `{field}` means nothing: give a number"))?;
                (number(share.trim_end()).map(|share| share / 100.0), Some(whole))
            }
            None => (number(bound).or_else(|| time::parse_size(bound).ok().map(|size| size as f64)), None),
        };
        let bound = bound.ok_or("the bound is a number (4, 0.5), a size (1GiB) or a percentage (75%)".to_owned())?;
        Ok(Rule { field: field.to_owned(), comparison, bound, whole, text: text.to_owned() })
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Rule {
    /// Whether it holds for a record; `None` if that has no such number.
    fn holds(&self, record: &Fields) -> Option<bool> {
        let value = record.get(&self.field)?;
        let bound = match self.whole {
            Some(whole) => self.bound * record.get(whole)?,
            None => self.bound,
        };
        Some(match self.comparison {
            Comparison::More => value > bound,
            Comparison::AtLeast => value >= bound,
            Comparison::Less => value < bound,
            Comparison::AtMost => value <= bound,
            Comparison::Equal => value == bound,
        })
    }
}

/// The rules, and for what they hold.
pub(super) struct Warnings {
    rules: Vec<Rule>,
    /// The number of the rule, and the name of the record.
    hold: BTreeSet<(usize, String)>,
}

impl Warnings {
    pub(super) fn new(rules: Vec<Rule>) -> Warnings {
        Warnings { rules, hold: BTreeSet::new() }
    }

    /// Tells what begins and what ends with this record, and marks it.
    pub(super) fn look(&mut self, record: &mut Fields) {
        let mut told = Vec::new();
        for (number, rule) in self.rules.iter().enumerate() {
            let Some(holds) = rule.holds(record) else { continue };
            let name = record.name().unwrap_or("").to_owned();
            let of = if name.is_empty() { String::new() } else { format!(" of {name}") };
            let value = record.get(&rule.field).unwrap_or(0.0);
            if holds {
                told.push(rule.text.clone());
                if self.hold.insert((number, name)) {
                    diag::warn(Code::Warning, format_args!("{rule}: {}{of} is {value}", rule.field));
                }
            } else if self.hold.remove(&(number, name)) {
                diag::info(Code::Warning, format_args!("{rule} is over: {}{of} is {value}", rule.field));
            }
        }
        if !told.is_empty() {
            record.text("warning", told.join(", "));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules() {
        let mut record = Fields::default();
        for (name, number) in [("load15", 3.0), ("cpus", 4.0), ("mem_total", 1e10), ("mem_available", 1e9)] {
            record.number(name, Some(number));
        }
        for (text, holds) in [
            ("load15>4", Some(false)),
            ("load15 >= 3", Some(true)),
            ("load15<=3", Some(true)),
            ("load15<3", Some(false)),
            ("load15==3", Some(true)),
            ("load15>75%", Some(false)),
            ("load15>=75%", Some(true)),
            ("load15>74.9 %", Some(true)),
            ("mem_available<1GB", Some(false)),
            ("mem_available<1GiB", Some(true)),
            ("mem_available<=10%", Some(true)),
            ("load1>4", None),
            ("disk_free<10%", None),
        ] {
            assert_eq!(text.parse::<Rule>().unwrap().holds(&record), holds, "{text}");
        }
        for (text, why) in [
            ("load15", "write it like load15>4"),
            ("load15=4", "write it like load15>4"),
            ("", "write it like load15>4"),
            ("load>4", "unknown number `load`: one of load1 "),
            ("uptime>5%", "a percentage of `uptime` means nothing"),
            ("load15>", "the bound is"),
            ("load15>x%", "the bound is"),
            ("load15>nan", "the bound is"),
        ] {
            let told = text.parse::<Rule>().unwrap_err();
            assert!(told.contains(why), "{text}: {told}");
        }
    }
}
