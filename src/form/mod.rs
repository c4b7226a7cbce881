//! Forms: how bytes become records, and back.

pub(crate) mod cells;
mod decode;
pub mod dialect;
mod encode;
mod flatten;
mod guess;
mod input;
mod settings;
mod shown;
mod take;
pub mod trial;
mod unpack;

#[cfg(test)]
mod tests;

pub(crate) use self::encode::{Encoder, Target, Template};
pub(crate) use self::flatten::Flatten;
pub(crate) use self::guess::hint;
pub(crate) use self::input::{Input, Start, encoding, start};
pub(crate) use self::settings::{Form, Settings};
pub(crate) use self::shown::ShownTimes;
pub(crate) use self::take::Take;
