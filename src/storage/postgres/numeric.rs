//! Numbers as PostgreSQL's `numeric` has them, back into what they were: integers to the digit, decimals as the nearest
//! double.

use super::encode::Read;
use crate::reading::json;
use crate::storage::cell::Cell;
use std::borrow::Cow;
use tokio_postgres::types::{FromSql, Type as Sql};

/// A `numeric` in the server's binary format: how many groups of four decimal digits there are, the power of 10,000 of
/// the first one, the sign, how many decimal places are shown; the groups.
pub(super) struct Numeric<'a> {
    groups: &'a [u8],
    weight: i16,
    sign: u16,
    scale: u16,
}

const NEGATIVE: u16 = 0x4000;

impl<'a> FromSql<'a> for Numeric<'a> {
    fn from_sql(_: &Sql, raw: &'a [u8]) -> Read<Numeric<'a>> {
        let [_, _, a, b, c, d, e, f, groups @ ..] = raw else { return Err("a numeric that is cut off".into()) };
        let word = |a: &u8, b: &u8| u16::from_be_bytes([*a, *b]);
        Ok(Numeric { groups, weight: word(a, b) as i16, sign: word(c, d), scale: word(e, f) })
    }

    fn accepts(of: &Sql) -> bool {
        *of == Sql::NUMERIC
    }
}

impl Numeric<'_> {
    /// An integer if no decimal places are shown; else the nearest double.
    pub(super) fn cell(&self) -> Cell<'static> {
        let text = match self.sign {
            0 | NEGATIVE => match self.short() {
                Some(cell) => return cell,
                None => self.text(),
            },
            // NaN and the infinities, which somebody else wrote, are not JSON.
            _ => return Cell::Null,
        };
        match self.scale {
            0 => text.parse().map_or_else(|_| Cell::Json(Cow::Owned(text.into_bytes())), Cell::Integer),
            _ => match json::parse_f64(text.as_bytes()).filter(|x| x.is_finite()) {
                Some(x) => Cell::Real(x),
                None => Cell::Json(Cow::Owned(text.into_bytes())),
            },
        }
    }

    fn groups(&self) -> impl Iterator<Item = u16> {
        self.groups.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
    }

    /// Most numbers: all digits in one word, and few of them behind the point, so that one exact division, at most,
    /// gives the nearest double.
    fn short(&self) -> Option<Cell<'static>> {
        let count = self.groups.len() / 2;
        let mut behind = count as i32 - 1 - i32::from(self.weight);
        if count > 4 || !(-3..=5).contains(&behind) {
            return None;
        }
        let mut digits = self.groups().fold(0, |sum, group| sum * 10_000 + i64::from(group));
        if count == 0 {
            behind = 0;
        }
        for _ in behind..0 {
            digits = digits.checked_mul(10_000)?;
        }
        let signed = if self.sign == NEGATIVE { -digits } else { digits };
        match self.scale {
            0 if behind <= 0 => Some(Cell::Integer(signed)),
            0 => None,
            _ if digits > 1 << 53 => None,
            _ => Some(Cell::Real(signed as f64 / [1.0, 1e4, 1e8, 1e12, 1e16, 1e20][behind.max(0) as usize])),
        }
    }

    /// In decimal, with as many decimal places as are shown.
    fn text(&self) -> String {
        let mut digits = self.groups();
        let mut text = String::new();
        let push = |group: u16, text: &mut String| {
            text.extend([1000, 100, 10, 1].map(|unit| char::from(b'0' + (group / unit % 10) as u8)));
        };
        for _ in 0..=self.weight {
            push(digits.next().unwrap_or(0), &mut text);
        }
        let whole = text.trim_start_matches('0');
        let mut text = if whole.is_empty() { "0".to_owned() } else { whole.to_owned() };
        if self.sign == NEGATIVE {
            text.insert(0, '-');
        }
        if self.scale > 0 {
            text.push('.');
            let end = text.len() + usize::from(self.scale);
            for power in (0..).map(|n: i32| -1 - n).take(usize::from(self.scale).div_ceil(4)) {
                push(if power > i32::from(self.weight) { 0 } else { digits.next().unwrap_or(0) }, &mut text);
            }
            text.truncate(end);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::postgres::encode;

    /// A number on its way there and back.
    fn back(number: &str, least_scale: i32) -> String {
        let mut raw = Vec::new();
        encode::write_numeric(number.as_bytes(), least_scale, &mut raw);
        let numeric = Numeric::from_sql(&Sql::NUMERIC, &raw[4..]).expect("a numeric");
        let mut text = Vec::new();
        match numeric.cell() {
            Cell::Integer(n) => json::write_i64(n, &mut text),
            Cell::Real(x) => json::write_f64(x, &mut text),
            Cell::Json(json) => text.extend_from_slice(&json),
            other => panic!("{other:?}"),
        }
        String::from_utf8(text).expect("text")
    }

    #[test]
    fn integers_come_back() {
        for n in [0, 1, -1, 9999, 10_000, -10_000, 123_456_789, 1 << 53, (1 << 53) + 1, i64::MAX, i64::MIN] {
            assert_eq!(back(&n.to_string(), 0), n.to_string());
        }
        for power in 0..19 {
            let n = 10_i64.pow(power);
            assert_eq!(back(&n.to_string(), 0), n.to_string());
        }
    }

    #[test]
    fn decimals_come_back() {
        let some = [
            0.1,
            230.0,
            230.5,
            -0.25,
            1e-5,
            12.3456789,
            1e15,
            1e16,
            1e21,
            1e22,
            1e300,
            5e-324,
            f64::MAX,
            f64::MIN,
            0.1 + 0.2,
            1.0 / 3.0,
            123_456_789.012_345_67,
            9_007_199_254_740_993.0,
            4.35,
            1e-20,
            1e-21,
        ];
        for x in some {
            let mut wanted = Vec::new();
            json::write_f64(x, &mut wanted);
            let wanted = String::from_utf8(wanted).expect("text");
            assert_eq!(back(&wanted, 1), wanted);
        }
        // No number of PostgreSQL's has a sign of its own at zero.
        assert_eq!(back("-0.0", 1), "0.0");
    }

    #[test]
    fn every_numeric_reads_as_its_digits() {
        let numeric = |groups: &[u16], weight: i16, sign: u16, scale: u16| {
            let raw: Vec<u8> = groups.iter().flat_map(|g| g.to_be_bytes()).collect();
            Numeric { groups: &raw, weight, sign, scale }.text()
        };
        assert_eq!(numeric(&[], 0, 0, 0), "0");
        assert_eq!(numeric(&[], 0, 0, 2), "0.00");
        assert_eq!(numeric(&[1, 2345], 1, NEGATIVE, 0), "-12345");
        assert_eq!(numeric(&[1], 2, 0, 1), "100000000.0");
        assert_eq!(numeric(&[12, 3400], 0, 0, 2), "12.34");
        assert_eq!(numeric(&[1, 2000], -1, 0, 5), "0.00012");
        assert_eq!(numeric(&[5], -3, 0, 12), "0.000000000005");
        assert_eq!(numeric(&[18, 4467, 4407, 3709, 5516, 16], 5, 0, 0), "1844674407370955160016");
    }
}
