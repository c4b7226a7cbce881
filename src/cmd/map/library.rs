//! The functions that programs find there: those of the machine, and definitions in the language itself.

mod collections;
mod dates;
mod encodings;
pub(super) mod formats;
mod math;
mod regular;
mod strings;

use super::term::Function;

/// Definitions in the language itself.
pub(super) const PRELUDE: &str = include_str!("library/prelude.jq");

/// The function of that name with this many arguments.
pub(super) fn find(name: &str, arguments: usize) -> Option<Function> {
    let families = [collections::find, strings::find, math::find, dates::find, regular::find];
    families.iter().find_map(|find| find(name, arguments))
}
