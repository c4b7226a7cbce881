//! Functions of numbers.

use super::super::number::Number;
use super::super::term::Function;
use super::super::text::described;
use super::super::value::{Outcome, Stop, Value};

/// Functions of one double each.
macro_rules! of_one {
    ($name:expr; $($known:literal => $f:expr,)*) => {
        match $name {
            $($known => {
                let function: Function = |v| Ok(Value::double(($f)(number(&v[0])?.double())));
                Some(function)
            })*
            _ => None,
        }
    };
}

/// Functions of two doubles each.
macro_rules! of_two {
    ($name:expr; $($known:literal => $f:expr,)*) => {
        match $name {
            $($known => {
                let function: Function = |v| {
                    Ok(Value::double(($f)(number(&v[1])?.double(), number(&v[2])?.double())))
                };
                Some(function)
            })*
            _ => None,
        }
    };
}

pub(super) fn find(name: &str, arguments: usize) -> Option<Function> {
    match arguments {
        0 => whole(name).or_else(|| one(name)),
        1 if name == "round" => Some(|v| {
            let decimals = number(&v[1])?.double();
            if !(0.0..=15.0).contains(&decimals) || decimals.fract() != 0.0 {
                return Err(Stop::error(format!("{} is no number of decimals from 0 to 15", described(&v[1]))));
            }
            Ok(Value::Number(number(&v[0])?.to_decimals(decimals as u8)))
        }),
        2 => of_two!(name;
            "pow" => f64::powf,
            "atan2" => f64::atan2,
            "fmod" => |a: f64, b: f64| a % b,
            "fmin" => f64::min,
            "fmax" => f64::max,
            "fdim" => libm::fdim,
            "hypot" => f64::hypot,
            "copysign" => f64::copysign,
            "nextafter" => libm::nextafter,
            "nexttoward" => libm::nextafter,
            "drem" => libm::remainder,
            "remainder" => libm::remainder,
            "ldexp" => |a: f64, b: f64| libm::scalbn(a, b as i32),
            "scalb" => |a: f64, b: f64| libm::scalbn(a, b as i32),
            "scalbln" => |a: f64, b: f64| libm::scalbn(a, b as i32),
        ),
        3 if name == "fma" => Some(|v| {
            let number = |place: usize| number(&v[place]).map(Number::double);
            Ok(Value::double(number(1)?.mul_add(number(2)?, number(3)?)))
        }),
        _ => None,
    }
}

/// What returns whole numbers, or something else than a double.
fn whole(name: &str) -> Option<Function> {
    Some(match name {
        "floor" => |v| rounded(&v[0], f64::floor),
        "ceil" => |v| rounded(&v[0], f64::ceil),
        "round" => |v| rounded(&v[0], f64::round),
        "trunc" => |v| rounded(&v[0], f64::trunc),
        "rint" => |v| rounded(&v[0], f64::round_ties_even),
        "nearbyint" => |v| rounded(&v[0], f64::round_ties_even),
        "abs" => |v| match &v[0] {
            Value::Number(number) => Ok(Value::Number(number.size())),
            other => Ok(other.clone()),
        },
        "infinite" => |_| Ok(Value::double(f64::INFINITY)),
        "nan" => |_| Ok(Value::double(f64::NAN)),
        "isinfinite" => |v| Ok(Value::from(number(&v[0])?.double().is_infinite())),
        "isnan" => |v| Ok(Value::from(number(&v[0])?.double().is_nan())),
        "isnormal" => |v| Ok(Value::from(number(&v[0])?.double().is_normal())),
        "now" => |_| {
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            Ok(Value::double(since.map_or(0.0, |since| since.as_secs_f64())))
        },
        "frexp" => |v| {
            let (fraction, exponent) = libm::frexp(number(&v[0])?.double());
            Value::array(vec![Value::double(fraction), Value::int(i64::from(exponent))])
        },
        "modf" => |v| {
            let (fraction, whole) = libm::modf(number(&v[0])?.double());
            Value::array(vec![Value::double(fraction), Value::Number(Number::rounded(whole))])
        },
        _ => return None,
    })
}

fn one(name: &str) -> Option<Function> {
    of_one!(name;
        "sqrt" => f64::sqrt,
        "cbrt" => f64::cbrt,
        "fabs" => f64::abs,
        "exp" => f64::exp,
        "exp2" => f64::exp2,
        "exp10" => libm::exp10,
        "expm1" => f64::exp_m1,
        "log" => f64::ln,
        "log2" => f64::log2,
        "log10" => f64::log10,
        "log1p" => f64::ln_1p,
        "sin" => f64::sin,
        "cos" => f64::cos,
        "tan" => f64::tan,
        "asin" => f64::asin,
        "acos" => f64::acos,
        "atan" => f64::atan,
        "sinh" => f64::sinh,
        "cosh" => f64::cosh,
        "tanh" => f64::tanh,
        "asinh" => f64::asinh,
        "acosh" => f64::acosh,
        "atanh" => f64::atanh,
        "lgamma" => libm::lgamma,
        "tgamma" => libm::tgamma,
        "erf" => libm::erf,
        "erfc" => libm::erfc,
        "j0" => libm::j0,
        "j1" => libm::j1,
        "y0" => libm::y0,
        "y1" => libm::y1,
    )
}

fn number(value: &Value) -> Outcome<&Number> {
    value.as_number().ok_or_else(|| Stop::error(format!("{} number required", described(value))))
}

/// A whole number, where it is one that is exact.
fn rounded(value: &Value, f: fn(f64) -> f64) -> Outcome<Value> {
    Ok(Value::Number(match number(value)? {
        whole @ Number::Int(_) => whole.clone(),
        other => Number::rounded(f(other.double())),
    }))
}
