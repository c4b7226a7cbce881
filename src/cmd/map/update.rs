//! `=`, `|=` and their like: the paths of the left side are found first, then what they lead to is changed.

use super::access;
use super::arithmetic::{self, Operator};
use super::environment::{Environment, Trace};
use super::limits::{self, Held};
use super::machine::Machine;
use super::order;
use super::term::Id;
use super::value::{Outcome, Value};

type Path = Vec<Value>;

impl Machine<'_> {
    /// The paths that a part leads to.
    fn paths(&self, target: Id, environment: &Environment, value: Value) -> Outcome<(Vec<Path>, Held)> {
        if self.code.is_single(target) {
            let mut trace = Trace::on();
            self.one(target, environment, value, &mut trace)?;
            return Ok((vec![trace.path().to_vec()], Held::new(0)));
        }
        let (mut paths, mut held) = (Vec::new(), Held::new(0));
        self.each(target, environment.clone(), value, &mut Trace::on(), &mut |trace, _| {
            let path = trace.path().to_vec();
            held.grow(size_of::<Path>() + path.len() * size_of::<Value>());
            limits::work(path.len() as u64 / 8)?;
            paths.push(path);
            Ok(())
        })?;
        Ok((paths, held))
    }

    /// Changes what a part leads to by a function; where it returns nothing, the place is deleted.
    pub(super) fn update(
        &self,
        target: Id,
        environment: &Environment,
        value: Value,
        f: &mut dyn FnMut(Value) -> Outcome<Option<Value>>,
    ) -> Outcome<Value> {
        let (paths, _held) = self.paths(target, environment, value.clone())?;
        let mut value = value;
        let mut gone = Vec::new();
        for path in paths {
            let mut is_gone = false;
            value = access::change_path(value, &path, &mut |old| {
                let new = f(old)?;
                is_gone = new.is_none();
                Ok(new.unwrap_or_default())
            })?;
            if is_gone {
                gone.push(path);
            }
        }
        delete(value, gone)
    }

    /// `target = new`, for each value of `new`.
    pub(super) fn assign(
        &self,
        target: Id,
        new: Id,
        environment: &Environment,
        value: Value,
        out: &mut dyn FnMut(Value) -> Outcome<()>,
    ) -> Outcome<()> {
        if self.code.is_single(new) {
            let new = self.one(new, environment, value.clone(), &mut Trace::off())?;
            return out(self.update(target, environment, value, &mut |_| Ok(Some(new.clone())))?);
        }
        self.values(new, environment, value.clone(), &mut |new| {
            out(self.update(target, environment, value.clone(), &mut |_| Ok(Some(new.clone())))?)
        })
    }

    /// `target += new` and its like, for each value of `new`.
    pub(super) fn update_with(
        &self,
        operator: Option<Operator>,
        (target, new): (Id, Id),
        environment: &Environment,
        value: Value,
        out: &mut dyn FnMut(Value) -> Outcome<()>,
    ) -> Outcome<()> {
        let changed = |old: Value, new: &Value| match operator {
            Some(operator) => arithmetic::calculate(operator, old, new.clone()),
            None => Ok(if old.is_true() { old } else { new.clone() }),
        };
        if self.code.is_single(new) {
            let new = self.one(new, environment, value.clone(), &mut Trace::off())?;
            return out(self.update(target, environment, value, &mut |old| changed(old, &new).map(Some))?);
        }
        self.values(new, environment, value.clone(), &mut |new| {
            out(self.update(target, environment, value.clone(), &mut |old| changed(old, &new).map(Some))?)
        })
    }
}

/// Deletes what these paths lead to.
pub(super) fn delete(value: Value, paths: Vec<Path>) -> Outcome<Value> {
    if paths.is_empty() {
        return Ok(value);
    }
    let mut keyed = Vec::with_capacity(paths.len());
    for path in paths {
        keyed.push((Value::array(path.clone())?, path));
    }
    let weight = keyed.iter().map(|(key, _)| key.weight()).sum();
    order::sort(&mut keyed, weight, |(key, _)| key)?;
    let paths: Vec<Path> = keyed.into_iter().map(|(_, path)| path).collect();
    access::delete_paths(value, &paths)
}
