//! Percent signs, base 64 and base 32, in both directions.

use super::super::limits;
use super::super::text::{described, to_text};
use super::super::value::{Outcome, Stop, Value};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Padding may be left out, and bits that mean nothing are ignored.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

pub(super) fn write_base64(text: &str, to: &mut String) {
    BASE64.encode_string(text, to);
}

pub(super) fn read_base64(value: &Value) -> Outcome<Value> {
    let Value::Text(text) = to_text(value.clone())? else { return Ok(Value::Null) };
    limits::work(text.as_str().len() as u64 / 16)?;
    let bare = text.as_str().trim_end_matches('=');
    if bare.len() % 4 == 1 && bare.len() > 1 {
        let wrong = BASE64.decode(&bare[..bare.len() - 1]).is_err();
        let why = if wrong { "is not valid base64 data" } else { "trailing base64 byte found" };
        return Err(Stop::error(format!("{} {why}", described(value))));
    }
    match BASE64.decode(bare) {
        Ok(bytes) => Ok(Value::text(String::from_utf8_lossy(&bytes).into_owned())),
        Err(_) => Err(Stop::error(format!("{} is not valid base64 data", described(value)))),
    }
}

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

pub(super) fn write_base32(text: &str, to: &mut String) {
    for chunk in text.as_bytes().chunks(5) {
        let bits = chunk.iter().fold(0u64, |bits, &byte| bits << 8 | u64::from(byte)) << (8 * (5 - chunk.len()));
        let used = (8 * chunk.len()).div_ceil(5);
        for place in 0..8 {
            let digit = (bits >> (35 - 5 * place)) as usize & 31;
            to.push(if place < used { char::from(BASE32[digit]) } else { '=' });
        }
    }
}

pub(super) fn read_base32(value: &Value) -> Outcome<Value> {
    let Value::Text(text) = to_text(value.clone())? else { return Ok(Value::Null) };
    let wrong = || Stop::error(format!("{} is not valid base32 data", described(value)));
    limits::work(text.as_str().len() as u64 / 8)?;
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0u64, 0);
    for digit in text.as_str().trim_end_matches('=').bytes() {
        let digit = BASE32.iter().position(|&known| known == digit).ok_or_else(wrong)?;
        bits = (bits << 5 | digit as u64) & 0xFFFF;
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Ok(Value::text(String::from_utf8_lossy(&bytes).into_owned()))
}

pub(super) fn write_uri(text: &str, to: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            to.push(char::from(byte));
        } else {
            to.extend(['%', char::from(HEX[usize::from(byte >> 4)]), char::from(HEX[usize::from(byte & 15)])]);
        }
    }
}

pub(super) fn read_uri(value: &Value) -> Outcome<Value> {
    let Value::Text(text) = to_text(value.clone())? else { return Ok(Value::Null) };
    let wrong = || Stop::error(format!("{} is not a valid uri encoding", described(value)));
    limits::work(text.as_str().len() as u64 / 8)?;
    let (mut bytes, mut rest) = (Vec::new(), text.as_str().as_bytes());
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        if first != b'%' {
            bytes.push(first);
            continue;
        }
        let digit = |place: usize| after.get(place).and_then(|&digit| char::from(digit).to_digit(16));
        let (high, low) = (digit(0).ok_or_else(wrong)?, digit(1).ok_or_else(wrong)?);
        bytes.push((high * 16 + low) as u8);
        rest = &after[2..];
    }
    String::from_utf8(bytes).map(Value::text).map_err(|_| wrong())
}
