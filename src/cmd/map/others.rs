//! The parts of a program that are not run in the main loop: folds, patterns, labels, and what returns many values.

use super::access;
use super::arithmetic;
use super::environment::{Environment, Slot, Trace};
use super::limits;
use super::machine::{Machine, Sink};
use super::term::{Fold, Function, Id, Term};
use super::text::described;
use super::value::{Object, Outcome, Stop, Value};

impl Machine<'_> {
    /// Runs a part of any other kind.
    pub(super) fn others(
        &self,
        id: Id,
        environment: Environment,
        value: Value,
        trace: &mut Trace,
        out: Sink<'_>,
    ) -> Outcome<()> {
        let environment = &environment;
        // What has no path is handed on without one.
        let mut make = |value: Value| {
            let value = self.made(value, trace)?;
            out(trace, value)
        };
        match self.code.term(id) {
            Term::Negate(operand) => {
                self.values(*operand, environment, value, &mut |operand| make(arithmetic::negate(&operand)?))
            }
            Term::Binary(operator, left, right) => {
                self.binary(*operator, (*left, *right), environment, value, &mut make)
            }
            Term::And(left, right) => self.values(*left, environment, value.clone(), &mut |left| {
                if !left.is_true() {
                    return make(Value::Bool(false));
                }
                self.values(*right, environment, value.clone(), &mut |right| make(Value::Bool(right.is_true())))
            }),
            Term::Or(left, right) => self.values(*left, environment, value.clone(), &mut |left| {
                if left.is_true() {
                    return make(Value::Bool(true));
                }
                self.values(*right, environment, value.clone(), &mut |right| make(Value::Bool(right.is_true())))
            }),
            Term::Object(members) => self.objects(members, &mut Vec::new(), environment, &value, &mut make),
            Term::Text(parts) => self.texts(parts, &mut Vec::new(), environment, &value, &mut make),
            Term::Function(function, arguments) => {
                self.functions(*function, arguments, &mut Vec::new(), environment, &value, &mut make)
            }
            Term::Assign(target, new) => self.assign(*target, *new, environment, value, &mut make),
            Term::UpdateWith(operator, target, new) => {
                self.update_with(*operator, (*target, *new), environment, value, &mut make)
            }
            Term::Index(..) | Term::Slice(..) | Term::Iterate(_) => {
                self.parts(id, false, environment, value, trace, out)
            }
            Term::Optional(part) => self.parts(*part, true, environment, value, trace, out),
            Term::Recurse => recurse(value, trace, out),
            Term::Try(body, handler) => self.attempt(*body, *handler, environment, value, trace, out),
            Term::Reduce(fold) | Term::Foreach(fold) => {
                let is_foreach = matches!(self.code.term(id), Term::Foreach(_));
                self.each(fold.init, environment.clone(), value.clone(), trace, &mut |trace, state| {
                    self.fold(fold, is_foreach, environment, &value, (trace, state), out)
                })
            }
            Term::Label(body) => {
                let label = self.label();
                let inner = environment.with(Slot::Label(label));
                match self.each(*body, inner, value, trace, out) {
                    Err(stop) if matches!(*stop, Stop::Break(other) if other == label) => Ok(()),
                    result => result,
                }
            }
            Term::Break(skip) => match environment.get(*skip) {
                Some(Slot::Label(label)) => Err(Box::new(Stop::Break(*label))),
                _ => Ok(()),
            },
            Term::Bind(bind) => self.bindings(bind, environment.clone(), value, trace, out),
            Term::Otherwise(left, right) => {
                if self.otherwise(*left, environment, &value, trace, out)? {
                    return Ok(());
                }
                self.each(*right, environment.clone(), value, trace, out)
            }
            Term::Form(form, arguments) => self.form(*form, arguments, environment, value, trace, out),
            // The main loop runs these.
            _ => self.each(id, environment.clone(), value, trace, out),
        }
    }

    /// `target[key]`, `target[from:to]` and `target[]`. What is optional is left out where it cannot be had.
    fn parts(
        &self,
        id: Id,
        is_optional: bool,
        environment: &Environment,
        value: Value,
        trace: &mut Trace,
        out: Sink<'_>,
    ) -> Outcome<()> {
        let had = |part: Outcome<Value>| match part {
            Err(stop) if is_optional && matches!(*stop, Stop::Error(_)) => Ok(None),
            part => part.map(Some),
        };
        match self.code.term(id) {
            Term::Index(target, key) => self.values(*key, environment, value.clone(), &mut |key| {
                self.each(*target, environment.clone(), value.clone(), trace, &mut |trace, target| match had(
                    access::get(&target, &key),
                )? {
                    Some(part) => handed(trace, || key.clone(), part, out),
                    None => Ok(()),
                })
            }),
            Term::Slice(target, from, to) => self.bound_of(*from, environment, &value, &mut |from| {
                self.bound_of(*to, environment, &value, &mut |to| {
                    self.each(*target, environment.clone(), value.clone(), trace, &mut |trace, target| {
                        let Some(part) = had(access::slice(&target, &from, &to))? else { return Ok(()) };
                        let mut range = Object::default();
                        for (name, bound) in [("start", &from), ("end", &to)] {
                            if let Value::Text(name) = Value::from(name) {
                                range.insert(name, bound.clone())?;
                            }
                        }
                        handed(trace, || range.into(), part, out)
                    })
                })
            }),
            Term::Iterate(target) => {
                self.each(*target, environment.clone(), value, trace, &mut |trace, target| match target {
                    Value::Array(_) | Value::Object(_) => iterate(target, trace, out),
                    _ if is_optional => Ok(()),
                    other => iterate(other, trace, out),
                })
            }
            _ => Ok(()),
        }
    }

    fn bound_of(
        &self,
        bound: Option<Id>,
        environment: &Environment,
        value: &Value,
        out: &mut dyn FnMut(Value) -> Outcome<()>,
    ) -> Outcome<()> {
        match bound {
            Some(bound) => self.values(bound, environment, value.clone(), out),
            None => out(Value::Null),
        }
    }

    /// Objects of all values of all members, of the last member fastest.
    fn objects(
        &self,
        members: &[(Id, Id)],
        found: &mut Vec<(Value, Value)>,
        environment: &Environment,
        value: &Value,
        out: &mut dyn FnMut(Value) -> Outcome<()>,
    ) -> Outcome<()> {
        let Some(((key, member), rest)) = members.split_first() else {
            let mut object = Object::with_capacity(found.len());
            for (key, member) in found.iter() {
                match key {
                    Value::Text(key) => object.insert(key.clone(), member.clone())?,
                    other => {
                        let key = described(other);
                        return Err(Stop::error(format!("Object keys must be strings, not {key}")));
                    }
                }
            }
            return out(object.into());
        };
        self.values(*key, environment, value.clone(), &mut |key| {
            self.values(*member, environment, value.clone(), &mut |member| {
                found.push((key.clone(), member));
                let result = self.objects(rest, found, environment, value, out);
                found.pop();
                result
            })
        })
    }

    /// Texts of all values of all parts, of the first part fastest.
    fn texts(
        &self,
        parts: &[Id],
        found: &mut Vec<Value>,
        environment: &Environment,
        value: &Value,
        out: &mut dyn FnMut(Value) -> Outcome<()>,
    ) -> Outcome<()> {
        let Some((part, rest)) = parts.split_last() else {
            let length: usize = found.iter().filter_map(Value::as_text).map(str::len).sum();
            if length > limits::MEMORY {
                return Err(limits::Limit::Memory.into());
            }
            limits::work(length as u64 / 256)?;
            return out(Value::text(found.iter().rev().filter_map(Value::as_text).collect::<String>()));
        };
        self.values(*part, environment, value.clone(), &mut |part| {
            found.push(part);
            let result = self.texts(rest, found, environment, value, out);
            found.pop();
            result
        })
    }

    /// A function of all values of its arguments, of the first argument fastest.
    fn functions(
        &self,
        function: Function,
        arguments: &[Id],
        found: &mut Vec<Value>,
        environment: &Environment,
        value: &Value,
        out: &mut dyn FnMut(Value) -> Outcome<()>,
    ) -> Outcome<()> {
        let Some((argument, rest)) = arguments.split_last() else {
            let mut all = vec![value.clone()];
            all.extend(found.iter().rev().cloned());
            return out(function(&mut all)?);
        };
        self.values(*argument, environment, value.clone(), &mut |argument| {
            found.push(argument);
            let result = self.functions(function, rest, found, environment, value, out);
            found.pop();
            result
        })
    }

    /// `try body catch handler`: an error of what comes after it is not caught.
    fn attempt(
        &self,
        body: Id,
        handler: Option<Id>,
        environment: &Environment,
        value: Value,
        trace: &mut Trace,
        out: Sink<'_>,
    ) -> Outcome<()> {
        let mut is_outer = false;
        let result = self.each(body, environment.clone(), value, trace, &mut |trace, value| {
            let result = out(trace, value);
            is_outer |= result.is_err();
            result
        });
        match result {
            Err(stop) if !is_outer => match (*stop, handler) {
                (Stop::Error(error), Some(handler)) => self.each(handler, environment.clone(), error, trace, out),
                (Stop::Error(_), None) => Ok(()),
                (other, _) => Err(Box::new(other)),
            },
            result => result,
        }
    }

    fn fold(
        &self,
        fold: &Fold,
        is_foreach: bool,
        environment: &Environment,
        value: &Value,
        (trace, state): (&mut Trace, Value),
        out: Sink<'_>,
    ) -> Outcome<()> {
        let length = trace.length();
        // The path is that of the state, and belongs to it.
        let mut state = (trace.clone(), state);
        self.values(fold.source, environment, value.clone(), &mut |source| {
            self.with_patterns(&fold.patterns, source, environment, &mut |bound, is_outer| {
                let (mut path, before) = std::mem::take(&mut state);
                if !is_foreach && self.code.is_single(fold.update) {
                    let next = self.one(fold.update, &bound, before, &mut path)?;
                    state = (path, next);
                    return Ok(());
                }
                // An update that returns nothing leaves null.
                let mut next = (path.clone(), Value::Null);
                self.each(fold.update, bound.clone(), before, &mut path, &mut |trace, value| {
                    next = (trace.clone(), value.clone());
                    if !is_foreach {
                        return Ok(());
                    }
                    let mut after = |trace: &mut Trace, value| {
                        let result = out(trace, value);
                        is_outer.set(is_outer.get() || result.is_err());
                        result
                    };
                    match fold.extract {
                        Some(extract) => self.each(extract, bound.clone(), value, trace, &mut after),
                        None => after(trace, value),
                    }
                })?;
                state = next;
                Ok(())
            })
        })?;
        if is_foreach {
            return Ok(());
        }
        let (mut path, value) = state;
        let result = out(&mut path, value);
        trace.back_to(length);
        result
    }
}

/// Hands a part on, with its key at the end of the path.
fn handed(trace: &mut Trace, key: impl FnOnce() -> Value, part: Value, out: Sink<'_>) -> Outcome<()> {
    let length = trace.length();
    trace.push(key);
    let result = out(trace, part);
    trace.back_to(length);
    result
}

/// Hands on the elements of an array, or the values of an object.
fn iterate(value: Value, trace: &mut Trace, out: Sink<'_>) -> Outcome<()> {
    match value {
        Value::Array(array) => array.items().iter().enumerate().try_for_each(|(place, item)| {
            limits::step()?;
            handed(trace, || Value::count(place), item.clone(), out)
        }),
        Value::Object(object) => object.members().iter().try_for_each(|(name, value)| {
            limits::step()?;
            handed(trace, || Value::Text(name.clone()), value.clone(), out)
        }),
        other => Err(Stop::error(format!(
            "Cannot iterate over {}",
            match other {
                Value::Null => "null".to_owned(),
                other => described(&other),
            }
        ))),
    }
}

/// `..`: a value, and whatever is in it.
fn recurse(value: Value, trace: &mut Trace, out: Sink<'_>) -> Outcome<()> {
    limits::step()?;
    limits::stack()?;
    out(trace, value.clone())?;
    match value {
        Value::Array(_) | Value::Object(_) => iterate(value, trace, &mut |trace, part| recurse(part, trace, out)),
        _ => Ok(()),
    }
}
