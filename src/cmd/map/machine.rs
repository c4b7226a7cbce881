//! Runs a compiled program: each part hands its values on, one after the other, to what comes after it.
//!
//! Decision: a part that returns exactly one value is run as a function of it; the rest by handing on. What stands last in a
//! part is run in the same loop, so that a definition that calls itself at its end needs no stack.

use super::arithmetic::{self, Operator};
use super::environment::{Environment, Slot, Trace};
use super::limits::{self, Held, Limit};
use super::term::{Binding, Code, Id, Pattern, Patterns, Term};
use super::text::shown;
use super::value::{Outcome, Stop, Value};
use std::cell::Cell;

/// What takes the values of a part, each with its path.
pub(super) type Sink<'s> = &'s mut dyn FnMut(&mut Trace, Value) -> Outcome<()>;

/// A program while it runs.
pub(super) struct Machine<'p> {
    pub(super) code: &'p Code,
    pub(super) globals: &'p [Value],
    /// Labels that were set, each with a number of its own.
    labels: Cell<u64>,
}

impl<'p> Machine<'p> {
    pub(super) fn new(code: &'p Code, globals: &'p [Value]) -> Machine<'p> {
        Machine { code, globals, labels: Cell::new(0) }
    }

    /// A number for a label.
    pub(super) fn label(&self) -> u64 {
        self.labels.set(self.labels.get() + 1);
        self.labels.get()
    }

    /// Runs a part on a value, without its path.
    pub(super) fn values(
        &self,
        id: Id,
        environment: &Environment,
        value: Value,
        out: &mut dyn FnMut(Value) -> Outcome<()>,
    ) -> Outcome<()> {
        self.each(id, environment.clone(), value, &mut Trace::off(), &mut |_, value| out(value))
    }

    /// Runs a part on a value and hands each result on. The path is the same afterwards.
    pub(super) fn each(
        &self,
        id: Id,
        environment: Environment,
        value: Value,
        trace: &mut Trace,
        out: Sink<'_>,
    ) -> Outcome<()> {
        let length = trace.length();
        let result = self.run(id, environment, value, trace, out);
        trace.back_to(length);
        result
    }

    fn run(
        &self,
        mut id: Id,
        mut environment: Environment,
        mut value: Value,
        trace: &mut Trace,
        out: Sink<'_>,
    ) -> Outcome<()> {
        limits::stack()?;
        loop {
            if self.code.is_single(id) {
                let value = self.one(id, &environment, value, trace)?;
                return out(trace, value);
            }
            limits::step()?;
            if trace.length() > limits::NESTED as usize {
                return Err(Limit::Nested.into());
            }
            match self.code.term(id) {
                Term::Pipe(left, right) => {
                    if !self.is_optional(*left, &environment) {
                        return self.pipe(*left, *right, environment, value, trace, out);
                    }
                    value = match self.maybe(*left, &environment, value, trace)? {
                        Some(value) => value,
                        None => return Ok(()),
                    };
                    id = *right;
                }
                Term::Comma(left, right) => {
                    self.each(*left, environment.clone(), value.clone(), trace, out)?;
                    id = *right;
                }
                Term::If(condition, then, otherwise) => {
                    if !self.is_single(*condition, &environment) {
                        return self.conditions((*condition, *then, *otherwise), environment, value, trace, out);
                    }
                    let holds = self.one(*condition, &environment, value.clone(), &mut Trace::off())?.is_true();
                    id = if holds { *then } else { *otherwise };
                }
                Term::Bind(bind) => {
                    let is_simple = matches!(bind.patterns, Patterns::One(Pattern::Variable));
                    if !is_simple || !self.is_single(bind.source, &environment) {
                        return self.bindings(bind, environment, value, trace, out);
                    }
                    let source = self.one(bind.source, &environment, value.clone(), &mut Trace::off())?;
                    environment = environment.and(Slot::Value(source));
                    id = bind.body;
                }
                Term::Call(definition, arguments, skip) => {
                    environment = self.enter(arguments, &environment, *skip);
                    id = self.code.body(*definition);
                }
                Term::Parameter(skip) => match environment.get(*skip) {
                    Some(Slot::Part(part, seen)) => {
                        id = *part;
                        let seen = seen.clone();
                        environment = seen;
                    }
                    _ => return Ok(()),
                },
                Term::Otherwise(left, right) => {
                    if self.otherwise(*left, &environment, &value, trace, out)? {
                        return Ok(());
                    }
                    id = *right;
                }
                _ => return self.others(id, environment, value, trace, out),
            }
        }
    }

    /// The bindings in the body of a definition.
    pub(super) fn enter(&self, arguments: &[Id], environment: &Environment, skip: u32) -> Environment {
        let mut inner = environment.without(skip);
        for argument in arguments {
            let slot = match self.code.term(*argument) {
                // A parameter that is handed on is the part that it is.
                Term::Parameter(skip) => match environment.get(*skip) {
                    Some(Slot::Part(id, seen)) => Slot::Part(*id, seen.clone()),
                    _ => Slot::Part(*argument, environment.clone()),
                },
                _ => Slot::Part(*argument, environment.clone()),
            };
            inner = inner.and(slot);
        }
        inner
    }

    fn pipe(
        &self,
        left: Id,
        right: Id,
        environment: Environment,
        value: Value,
        trace: &mut Trace,
        out: Sink<'_>,
    ) -> Outcome<()> {
        self.each(left, environment.clone(), value, trace, &mut |trace, value| {
            self.each(right, environment.clone(), value, trace, out)
        })
    }

    fn conditions(
        &self,
        (condition, then, otherwise): (Id, Id, Id),
        environment: Environment,
        value: Value,
        trace: &mut Trace,
        out: Sink<'_>,
    ) -> Outcome<()> {
        self.values(condition, &environment, value.clone(), &mut |holds| {
            let id = if holds.is_true() { then } else { otherwise };
            self.each(id, environment.clone(), value.clone(), trace, out)
        })
    }

    pub(super) fn bindings(
        &self,
        bind: &Binding,
        environment: Environment,
        value: Value,
        trace: &mut Trace,
        out: Sink<'_>,
    ) -> Outcome<()> {
        self.values(bind.source, &environment, value.clone(), &mut |source| {
            self.with_patterns(&bind.patterns, source, &environment, &mut |bound, is_outer| {
                self.each(bind.body, bound, value.clone(), trace, &mut |trace, value| {
                    let result = out(trace, value);
                    is_outer.set(is_outer.get() || result.is_err());
                    result
                })
            })
        })
    }

    /// Hands on what is true of the left side, whatever goes wrong there; false: nothing was.
    pub(super) fn otherwise(
        &self,
        left: Id,
        environment: &Environment,
        value: &Value,
        trace: &mut Trace,
        out: Sink<'_>,
    ) -> Outcome<bool> {
        let (mut found, mut is_outer) = (false, false);
        let result = self.each(left, environment.clone(), value.clone(), trace, &mut |trace, value| {
            if !value.is_true() {
                return Ok(());
            }
            found = true;
            let result = out(trace, value);
            is_outer |= result.is_err();
            result
        });
        match result {
            Err(stop) if is_outer || !matches!(*stop, Stop::Error(_)) => Err(stop),
            _ => Ok(found),
        }
    }

    /// A value that was made has no path.
    #[inline]
    pub(super) fn made(&self, value: Value, trace: &Trace) -> Outcome<Value> {
        if trace.is_on() { Err(no_path(&value)) } else { Ok(value) }
    }

    /// The values of a part in an array.
    pub(super) fn gather(&self, id: Id, environment: &Environment, value: Value) -> Outcome<Value> {
        let mut items = Vec::new();
        let mut held = Held::new(0);
        self.values(id, environment, value, &mut |item| {
            held.grow(size_of::<Value>());
            items.push(item);
            Ok(())
        })?;
        drop(held);
        Value::array(items)
    }

    /// An operator between all values of both sides.
    pub(super) fn binary(
        &self,
        operator: Operator,
        (left, right): (Id, Id),
        environment: &Environment,
        value: Value,
        out: &mut dyn FnMut(Value) -> Outcome<()>,
    ) -> Outcome<()> {
        self.values(right, environment, value.clone(), &mut |right| {
            self.values(left, environment, value.clone(), &mut |left| {
                out(arithmetic::calculate(operator, left, right.clone())?)
            })
        })
    }
}

/// Why a value that was made cannot be changed where it was.
#[cold]
pub(super) fn no_path(value: &Value) -> Box<Stop> {
    Stop::error(format!("Invalid path expression with result {}", shown(value)))
}
