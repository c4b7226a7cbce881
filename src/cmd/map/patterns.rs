//! Values taken apart by patterns, and their variables bound.

use super::access;
use super::environment::{Environment, Slot};
use super::limits;
use super::machine::Machine;
use super::term::{Pattern, Patterns};
use super::text::described;
use super::value::{Outcome, Stop, Type, Value};
use std::cell::Cell;

/// What goes on with the bindings of a pattern. The cell is set when what failed came after it.
type Bound<'b> = &'b mut dyn FnMut(Environment, &Cell<bool>) -> Outcome<()>;

impl Machine<'_> {
    /// Goes on with the bindings of the first pattern that fits.
    pub(super) fn with_patterns(
        &self,
        patterns: &Patterns,
        source: Value,
        environment: &Environment,
        go_on: Bound<'_>,
    ) -> Outcome<()> {
        let is_outer = Cell::new(false);
        let alternatives = match patterns {
            Patterns::One(Pattern::Variable) => return go_on(environment.with(Slot::Value(source)), &is_outer),
            Patterns::One(pattern) => {
                return self
                    .destructure(&[(pattern, source)], environment.clone(), &mut |bound| go_on(bound, &is_outer));
            }
            Patterns::Any(alternatives) => alternatives,
        };
        let last = alternatives.len().saturating_sub(1);
        for (place, (pattern, places)) in alternatives.iter().enumerate() {
            let start = [(pattern, source.clone())];
            let result = self.destructure(&start, environment.clone(), &mut |bound| {
                let mut all = environment.clone();
                for place in places {
                    all = all.and(Slot::Value(place.map_or(Value::Null, |place| bound.value(place))));
                }
                go_on(all, &is_outer)
            });
            match result {
                Err(stop) if place < last && !is_outer.get() && matches!(*stop, Stop::Error(_)) => {}
                result => return result,
            }
        }
        Ok(())
    }

    /// Binds the variables of patterns, each to its value, in their order.
    fn destructure(
        &self,
        todo: &[(&Pattern, Value)],
        environment: Environment,
        go_on: &mut dyn FnMut(Environment) -> Outcome<()>,
    ) -> Outcome<()> {
        limits::stack()?;
        limits::step()?;
        let Some(((pattern, value), rest)) = todo.split_first() else { return go_on(environment) };
        match pattern {
            Pattern::Variable => self.destructure(rest, environment.and(Slot::Value(value.clone())), go_on),
            Pattern::Array(patterns) => {
                if !matches!(value, Value::Array(_) | Value::Null) {
                    let kind = value.kind().as_str();
                    return Err(Stop::error(format!("Cannot index {kind} with number")));
                }
                let part = |place: usize| access::get(value, &Value::count(place));
                let mut next = Vec::with_capacity(patterns.len() + rest.len());
                for (place, pattern) in patterns.iter().enumerate() {
                    next.push((pattern, part(place)?));
                }
                next.extend_from_slice(rest);
                self.destructure(&next, environment, go_on)
            }
            Pattern::Object(members) => {
                let Some((member, others)) = members.split_first() else {
                    return self.destructure(rest, environment, go_on);
                };
                self.values(member.key, &environment, value.clone(), &mut |key| {
                    if key.kind() != Type::Text {
                        let key = described(&key);
                        return Err(Stop::error(format!("Cannot use {key} as object key")));
                    }
                    let part = access::get(value, &key)?;
                    let inner = match member.is_bound {
                        true => environment.with(Slot::Value(part.clone())),
                        false => environment.clone(),
                    };
                    let remaining = Pattern::Object(others.to_vec());
                    let mut next: Vec<(&Pattern, Value)> = Vec::new();
                    next.extend(member.pattern.iter().map(|pattern| (pattern, part.clone())));
                    if !others.is_empty() {
                        next.push((&remaining, value.clone()));
                    }
                    next.extend_from_slice(rest);
                    self.destructure(&next, inner, go_on)
                })
            }
        }
    }
}
