//! Units of electricity: which quantity a unit measures, and which power of ten stands before it.
//!
//! Decision: Latin and Cyrillic letters count alike, `V` and `В` (U+0412), `A` and `А` (U+0410), since on a screen
//! nobody can tell the last two apart. Case counts, as in SI: `mW` is not `MW`. A conversion is one multiplication or
//! division by an exact power of ten, so that 230500 mV is the double that 230.5 is.

/// What a unit measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Quantity {
    Voltage,
    Current,
    /// Active power.
    Power,
    ApparentPower,
    Energy,
}

/// A unit: a quantity and a power of ten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Unit {
    pub quantity: Quantity,
    /// -3 for milli, 6 for mega.
    pub exponent: i8,
}

/// The base units. A longer one stands before one that it ends with.
const BASES: [(&str, Quantity); 12] = [
    ("Wh", Quantity::Energy),
    ("W·h", Quantity::Energy),
    ("Вт·ч", Quantity::Energy),
    ("Втч", Quantity::Energy),
    ("VA", Quantity::ApparentPower),
    ("ВА", Quantity::ApparentPower),
    ("W", Quantity::Power),
    ("Вт", Quantity::Power),
    ("V", Quantity::Voltage),
    ("В", Quantity::Voltage),
    ("A", Quantity::Current),
    ("А", Quantity::Current),
];

const PREFIXES: [(&str, i8); 12] = [
    ("", 0),
    ("n", -9),
    ("u", -6),
    ("µ", -6),
    ("μ", -6),
    ("m", -3),
    ("м", -3),
    ("k", 3),
    ("к", 3),
    ("M", 6),
    ("М", 6),
    ("G", 9),
];

impl Quantity {
    /// The unit without a prefix: `V`.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Quantity::Voltage => "V",
            Quantity::Current => "A",
            Quantity::Power => "W",
            Quantity::ApparentPower => "VA",
            Quantity::Energy => "Wh",
        }
    }
}

impl Unit {
    /// Reads a unit: `V`, `mA`, `kWh`, `кВт`; `None` if it is none of electricity.
    pub(crate) fn parse(text: &str) -> Option<Unit> {
        BASES.iter().find_map(|&(base, quantity)| {
            let prefix = text.strip_suffix(base)?;
            let (_, exponent) = PREFIXES.into_iter().find(|(name, _)| *name == prefix)?;
            Some(Unit { quantity, exponent })
        })
    }

    /// A value of this unit in the unit without a prefix: 0.23 kV is 230 V.
    pub(crate) fn to_base(self, value: f64) -> f64 {
        scaled(value, self.exponent)
    }

    /// A value of this unit in another one; `None` if that measures something else.
    pub(crate) fn convert(self, value: f64, to: Unit) -> Option<f64> {
        (self.quantity == to.quantity).then(|| scaled(value, self.exponent - to.exponent))
    }
}

/// A value times a power of ten that is exact as `f64`: rounded once.
fn scaled(value: f64, exponent: i8) -> f64 {
    if exponent == 0 {
        return value;
    }
    let power = 10f64.powi(i32::from(exponent.unsigned_abs()));
    if exponent < 0 { value / power } else { value * power }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latin_and_cyrillic_letters_with_prefixes() {
        for (texts, quantity, exponent) in [
            (&["V", "В"][..], Quantity::Voltage, 0),
            (&["mV", "мВ", "mВ"], Quantity::Voltage, -3),
            (&["kV", "кВ"], Quantity::Voltage, 3),
            (&["MV", "МВ"], Quantity::Voltage, 6),
            (&["A", "А"], Quantity::Current, 0),
            (&["mA", "мА"], Quantity::Current, -3),
            (&["µA", "μA", "uA"], Quantity::Current, -6),
            (&["nA"], Quantity::Current, -9),
            (&["kA", "кА"], Quantity::Current, 3),
            (&["W", "Вт"], Quantity::Power, 0),
            (&["kW", "кВт"], Quantity::Power, 3),
            (&["GW"], Quantity::Power, 9),
            (&["VA", "ВА"], Quantity::ApparentPower, 0),
            (&["kVA", "кВА"], Quantity::ApparentPower, 3),
            (&["Wh", "Вт·ч", "Втч", "W·h"], Quantity::Energy, 0),
            (&["kWh", "кВт·ч"], Quantity::Energy, 3),
            (&["MWh"], Quantity::Energy, 6),
        ] {
            for text in texts {
                assert_eq!(Unit::parse(text), Some(Unit { quantity, exponent }), "{text}");
            }
        }
        for text in ["", "v", "a", "B", "m", "k", "C", "%", "kkV", "V ", "KV", "mm", "Ah", "Hz", "°C"] {
            assert_eq!(Unit::parse(text), None, "{text}");
        }
    }

    #[test]
    fn every_symbol_is_read_back() {
        for quantity in
            [Quantity::Voltage, Quantity::Current, Quantity::Power, Quantity::ApparentPower, Quantity::Energy]
        {
            assert_eq!(Unit::parse(quantity.symbol()), Some(Unit { quantity, exponent: 0 }));
        }
    }

    #[test]
    fn conversions_are_rounded_once() {
        let unit = |text| Unit::parse(text).unwrap();
        assert_eq!(unit("mV").to_base(230_500.0), 230.5);
        assert_eq!(unit("mA").to_base(3.0), 0.003);
        assert_eq!(unit("kV").to_base(0.23), 230.0);
        assert_eq!(unit("A").to_base(-0.1), -0.1);
        assert_eq!(unit("mA").convert(7.0, unit("uA")), Some(7000.0));
        assert_eq!(unit("W").convert(1234.0, unit("kW")), Some(1.234));
        assert_eq!(unit("W").convert(1.0, unit("VA")), None);
    }
}
