//! What a program may use for one record: steps, memory, and stack.
//!
//! Decision: each of the three has a limit of its own, and none of them is an error that a program can catch. What is used
//! is counted for each thread, as a value counts itself back when the last holder lets it go.

use std::cell::Cell;

/// A program may take this many steps for one record. A step is a part of the program that is run for one value, or an equal
/// amount of work inside a function.
pub(super) const STEPS: u64 = 20_000_000;

/// The values that a program makes of one record may take this many bytes, and one value no more either when it is written out.
pub(super) const MEMORY: usize = 64 << 20;

/// Elements that a value of that size can have.
pub(super) fn elements(count: usize) -> Result<(), Limit> {
    if count > MEMORY / 16 { Err(Limit::Memory) } else { Ok(()) }
}

/// How deep values may be nested inside each other while a program runs.
pub(super) const NESTED: u32 = 10_000;

/// The stack of the thread that runs programs. The memory is only taken when it is needed.
pub(super) const STACK: usize = 128 << 20;

/// A program may use this much of it; what functions need is far less than the rest.
const MOST: usize = STACK / 4 * 3;

/// What a program has used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Limit {
    Steps,
    Memory,
    Nested,
    Stack,
}

impl Limit {
    /// A reason for a reject.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Limit::Steps => "the program takes more than 20 million steps",
            Limit::Memory => "the program needs more than 64 MiB",
            Limit::Nested => "the program nests values deeper than 10000",
            Limit::Stack => "the program calls itself too deeply",
        }
    }
}

thread_local! {
    /// Steps that are left. Less than none: a limit is reached.
    static LEFT: Cell<i64> = const { Cell::new(i64::MAX) };
    /// Bytes that are held. What was made before the program began may make it negative.
    static HELD: Cell<i64> = const { Cell::new(0) };
    /// Where the stack was when the program began.
    static BASE: Cell<usize> = const { Cell::new(0) };
}

/// More than all steps.
const SPENT: i64 = i64::MIN / 2;

/// A program begins with a record: nothing is used yet.
pub(super) fn begin() {
    LEFT.set(STEPS as i64);
    HELD.set(0);
    BASE.set(here());
}

/// Where the stack is now.
#[inline(always)]
fn here() -> usize {
    let mark = 0u8;
    std::hint::black_box(std::ptr::from_ref(&mark)).addr()
}

/// One step of the program.
#[inline(always)]
pub(super) fn step() -> Result<(), Limit> {
    let left = LEFT.get() - 1;
    LEFT.set(left);
    if left < 0 { Err(reached()) } else { Ok(()) }
}

/// Work inside a function that takes as long as this many steps.
#[inline]
pub(super) fn work(steps: u64) -> Result<(), Limit> {
    let left = LEFT.get().saturating_sub(i64::try_from(steps).unwrap_or(i64::MAX)).max(SPENT);
    LEFT.set(left);
    if left < 0 { Err(reached()) } else { Ok(()) }
}

#[cold]
fn reached() -> Limit {
    if HELD.get() > MEMORY as i64 { Limit::Memory } else { Limit::Steps }
}

/// There is stack left for another call.
#[inline(always)]
pub(super) fn stack() -> Result<(), Limit> {
    if BASE.get().abs_diff(here()) > MOST { Err(Limit::Stack) } else { Ok(()) }
}

/// Memory that is counted for as long as this lives.
#[derive(Debug)]
pub(super) struct Held(usize);

impl Held {
    /// So many bytes. If they are too many, the next step fails.
    #[inline]
    pub(super) fn new(bytes: usize) -> Held {
        let mut held = Held(0);
        held.grow(bytes);
        held
    }

    /// So many bytes more.
    #[inline]
    pub(super) fn grow(&mut self, bytes: usize) {
        self.0 = self.0.saturating_add(bytes);
        let held = HELD.get().saturating_add(bytes as i64);
        HELD.set(held);
        if held > MEMORY as i64 {
            LEFT.set(SPENT);
        }
    }
}

impl Drop for Held {
    #[inline]
    fn drop(&mut self) {
        HELD.set(HELD.get() - self.0 as i64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_is_counted() {
        begin();
        assert_eq!(work(STEPS - 1), Ok(()));
        assert_eq!(step(), Ok(()));
        assert_eq!(step(), Err(Limit::Steps));
        assert_eq!(work(u64::MAX), Err(Limit::Steps));
        begin();
        drop(Held::new(MEMORY));
        assert_eq!(step(), Ok(()));
        let mut held = Held::new(MEMORY);
        assert_eq!(step(), Ok(()));
        held.grow(1);
        assert_eq!(step(), Err(Limit::Memory));
    }
}
