//! The parts of a program that return one value, or one at most: they are run as functions.

use super::access;
use super::arithmetic;
use super::environment::{Environment, Slot, Trace};
use super::limits;
use super::machine::Machine;
use super::term::{Form, Function, Id, Pattern, Patterns, Term};
use super::text::described;
use super::value::{Object, Outcome, Stop, Value};

impl Machine<'_> {
    /// Whether a part returns one value here; a parameter, if what was handed in does.
    pub(super) fn is_single(&self, id: Id, environment: &Environment) -> bool {
        match self.code.term(id) {
            Term::Parameter(skip) => match environment.get(*skip) {
                Some(Slot::Part(id, _)) => self.code.is_single(*id),
                _ => false,
            },
            _ => self.code.is_single(id),
        }
    }

    /// Whether a part returns one value at most here.
    pub(super) fn is_optional(&self, id: Id, environment: &Environment) -> bool {
        match self.code.term(id) {
            Term::Parameter(skip) => match environment.get(*skip) {
                Some(Slot::Part(id, _)) => self.code.is_optional(*id),
                _ => false,
            },
            _ => self.code.is_optional(id),
        }
    }

    /// The value of a part that returns one at most. Its path goes on to it.
    pub(super) fn maybe(
        &self,
        id: Id,
        environment: &Environment,
        value: Value,
        trace: &mut Trace,
    ) -> Outcome<Option<Value>> {
        if self.code.is_single(id) {
            return self.one(id, environment, value, trace).map(Some);
        }
        limits::step()?;
        limits::stack()?;
        match self.code.term(id) {
            Term::Form(Form::Empty, _) => Ok(None),
            Term::Parameter(skip) => match environment.get(*skip) {
                Some(Slot::Part(id, seen)) if self.code.is_optional(*id) => self.maybe(*id, seen, value, trace),
                _ => self.any(id, environment, value, trace),
            },
            Term::Pipe(left, right) => match self.maybe(*left, environment, value, trace)? {
                Some(value) => self.maybe(*right, environment, value, trace),
                None => Ok(None),
            },
            Term::If(condition, then, otherwise) => {
                let holds = self.one(*condition, environment, value.clone(), &mut Trace::off())?.is_true();
                self.maybe(if holds { *then } else { *otherwise }, environment, value, trace)
            }
            Term::Call(definition, arguments, skip) => {
                let inner = self.enter(arguments, environment, *skip);
                self.maybe(self.code.body(*definition), &inner, value, trace)
            }
            _ => self.any(id, environment, value, trace),
        }
    }

    /// The one value of a part that returns one. Its path goes on to it.
    pub(super) fn one(&self, id: Id, environment: &Environment, value: Value, trace: &mut Trace) -> Outcome<Value> {
        limits::step()?;
        limits::stack()?;
        match self.code.term(id) {
            Term::Input => Ok(value),
            Term::Constant(constant) => self.made(constant.clone(), trace),
            Term::Variable(skip) => self.made(environment.value(*skip), trace),
            Term::Global(place) => self.made(self.globals.get(*place as usize).cloned().unwrap_or_default(), trace),
            Term::Index(target, key) => {
                let key = match self.code.term(*key) {
                    Term::Constant(key) => key.clone(),
                    _ => self.one(*key, environment, value.clone(), &mut Trace::off())?,
                };
                let target = match self.code.term(*target) {
                    Term::Input => value,
                    _ => self.one(*target, environment, value, trace)?,
                };
                let part = access::get(&target, &key)?;
                trace.push(|| key);
                Ok(part)
            }
            Term::Pipe(left, right) => {
                let value = self.one(*left, environment, value, trace)?;
                self.one(*right, environment, value, trace)
            }
            Term::Binary(operator, left, right) if !trace.is_on() => {
                let right = match self.code.term(*right) {
                    Term::Constant(right) => right.clone(),
                    _ => self.one(*right, environment, value.clone(), trace)?,
                };
                let left = self.one(*left, environment, value, trace)?;
                arithmetic::calculate(*operator, left, right)
            }
            Term::Array(None) => self.made(Value::array(Vec::new())?, trace),
            Term::Array(Some(inner)) => self.made(self.gather(*inner, environment, value)?, trace),
            Term::Object(members) => {
                let mut object = Object::with_capacity(members.len());
                for (key, member) in members {
                    let Value::Text(key) = self.one(*key, environment, value.clone(), &mut Trace::off())? else {
                        return Err(self.no_key(*key, environment, value));
                    };
                    let member = self.one(*member, environment, value.clone(), &mut Trace::off())?;
                    object.insert(key, member)?;
                }
                self.made(object.into(), trace)
            }
            Term::If(condition, then, otherwise) => {
                let holds = self.one(*condition, environment, value.clone(), &mut Trace::off())?.is_true();
                self.one(if holds { *then } else { *otherwise }, environment, value, trace)
            }
            Term::Call(definition, arguments, skip) => {
                let inner = self.enter(arguments, environment, *skip);
                self.one(self.code.body(*definition), &inner, value, trace)
            }
            Term::Function(function, arguments) => {
                let result = self.function(*function, arguments, environment, value)?;
                self.made(result, trace)
            }
            Term::Parameter(skip) => match environment.get(*skip) {
                Some(Slot::Part(id, seen)) if self.code.is_single(*id) => self.one(*id, seen, value, trace),
                _ => self.only(id, environment, value, trace),
            },
            Term::Bind(bind) if matches!(bind.patterns, Patterns::One(Pattern::Variable)) => {
                let source = self.one(bind.source, environment, value.clone(), &mut Trace::off())?;
                self.one(bind.body, &environment.with(Slot::Value(source)), value, trace)
            }
            Term::Form(Form::Error, _) => Err(Box::new(Stop::Error(value))),
            Term::Form(Form::Halt, _) => Err(Box::new(Stop::Refused("halt does not end a stream"))),
            Term::Update(target, update) => {
                let result =
                    self.update(*target, environment, value, &mut |old| self.first(*update, environment, old))?;
                self.made(result, trace)
            }
            _ => self.only(id, environment, value, trace),
        }
    }

    /// A function of the library, with arguments that return one value each.
    fn function(
        &self,
        function: Function,
        arguments: &[Id],
        environment: &Environment,
        value: Value,
    ) -> Outcome<Value> {
        match arguments {
            [] => function(&mut [value]),
            [argument] => {
                let argument = self.one(*argument, environment, value.clone(), &mut Trace::off())?;
                function(&mut [value, argument])
            }
            more => {
                let mut all = vec![Value::Null];
                for argument in more {
                    all.push(self.one(*argument, environment, value.clone(), &mut Trace::off())?);
                }
                all[0] = value;
                function(&mut all)
            }
        }
    }

    /// Why the key of an object is none.
    #[cold]
    fn no_key(&self, key: Id, environment: &Environment, value: Value) -> Box<Stop> {
        match self.one(key, environment, value, &mut Trace::off()) {
            Ok(key) => Stop::error(format!("Object keys must be strings, not {}", described(&key))),
            Err(stop) => stop,
        }
    }

    /// The first value of a part.
    pub(super) fn first(&self, id: Id, environment: &Environment, value: Value) -> Outcome<Option<Value>> {
        if self.is_single(id, environment) {
            return self.one(id, environment, value, &mut Trace::off()).map(Some);
        }
        let (mut found, label) = (None, self.label());
        let result = self.values(id, environment, value, &mut |value| {
            found = Some(value);
            Err(Box::new(Stop::Break(label)))
        });
        match result {
            Err(stop) if !matches!(*stop, Stop::Break(other) if other == label) => Err(stop),
            _ => Ok(found),
        }
    }

    /// What a part returns that is known to return one value, by handing on.
    fn only(&self, id: Id, environment: &Environment, value: Value, trace: &mut Trace) -> Outcome<Value> {
        self.any(id, environment, value, trace).map(Option::unwrap_or_default)
    }

    /// What a part returns that returns one value at most, by handing on.
    fn any(&self, id: Id, environment: &Environment, value: Value, trace: &mut Trace) -> Outcome<Option<Value>> {
        let mut found = None;
        self.others(id, environment.clone(), value, trace, &mut |trace, value| {
            found = Some((trace.clone(), value));
            Ok(())
        })?;
        Ok(found.map(|(path, value)| {
            if trace.is_on() {
                *trace = path;
            }
            value
        }))
    }
}
