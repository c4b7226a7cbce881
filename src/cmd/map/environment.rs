//! What is bound where a part of a program runs, and the path that led there.

use super::limits::Held;
use super::term::Id;
use super::value::Value;
use std::rc::Rc;

/// The bindings, the last one first.
#[derive(Clone, Default)]
pub(super) struct Environment(Option<Rc<Node>>);

struct Node {
    slot: Slot,
    before: Environment,
    _held: Held,
}

/// What is bound.
pub(super) enum Slot {
    Value(Value),
    /// A part of the program, with the bindings that it sees.
    Part(Id, Environment),
    Label(u64),
}

/// What a binding takes in memory.
const NODE: usize = 72;

impl Environment {
    /// One binding more.
    pub(super) fn with(&self, slot: Slot) -> Environment {
        self.clone().and(slot)
    }

    pub(super) fn and(self, slot: Slot) -> Environment {
        Environment(Some(Rc::new(Node { slot, before: self, _held: Held::new(NODE) })))
    }

    /// Without the last ones.
    pub(super) fn without(&self, count: u32) -> Environment {
        let mut here = self;
        for _ in 0..count {
            match &here.0 {
                Some(node) => here = &node.before,
                None => break,
            }
        }
        here.clone()
    }

    /// What is bound before the last `skip`.
    pub(super) fn get(&self, skip: u32) -> Option<&Slot> {
        let mut here = self;
        for _ in 0..skip {
            here = &here.0.as_ref()?.before;
        }
        here.0.as_ref().map(|node| &node.slot)
    }

    pub(super) fn value(&self, skip: u32) -> Value {
        match self.get(skip) {
            Some(Slot::Value(value)) => value.clone(),
            _ => Value::Null,
        }
    }
}

/// A chain may be longer than the stack is deep.
impl Drop for Environment {
    fn drop(&mut self) {
        let mut next = self.0.take();
        let mut more: Vec<Rc<Node>> = Vec::new();
        while let Some(node) = next {
            next = match Rc::try_unwrap(node) {
                Ok(mut node) => {
                    let before = node.before.0.take();
                    match &mut node.slot {
                        Slot::Part(_, environment) => match environment.0.take() {
                            Some(seen) if before.is_some() => {
                                more.extend(before);
                                Some(seen)
                            }
                            seen => seen.or(before),
                        },
                        Slot::Value(_) | Slot::Label(_) => before,
                    }
                }
                Err(_) => None,
            };
            if next.is_none() {
                next = more.pop();
            }
        }
    }
}

/// The path to the value at hand, where one is asked for.
#[derive(Clone, Default)]
pub(super) struct Trace(Option<Vec<Value>>);

impl Trace {
    /// None is asked for.
    pub(super) const fn off() -> Trace {
        Trace(None)
    }

    /// At the beginning of a path.
    pub(super) const fn on() -> Trace {
        Trace(Some(Vec::new()))
    }

    #[inline]
    pub(super) fn is_on(&self) -> bool {
        self.0.is_some()
    }

    #[inline]
    pub(super) fn push(&mut self, key: impl FnOnce() -> Value) {
        if let Some(path) = &mut self.0 {
            path.push(key());
        }
    }

    #[inline]
    pub(super) fn length(&self) -> usize {
        self.0.as_ref().map_or(0, Vec::len)
    }

    #[inline]
    pub(super) fn back_to(&mut self, length: usize) {
        if let Some(path) = &mut self.0 {
            path.truncate(length);
        }
    }

    pub(super) fn path(&self) -> &[Value] {
        self.0.as_deref().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_chain_is_let_go() {
        let mut environment = Environment::default();
        for _ in 0..1_000_000 {
            environment = Environment::default().and(Slot::Part(0, environment));
        }
        drop(environment);
    }
}
