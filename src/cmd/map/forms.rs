//! What takes its arguments unevaluated: `path`, `first`, `limit`, `range` and their like.

use super::access;
use super::environment::{Environment, Trace};
use super::limits;
use super::machine::{Machine, Sink};
use super::number::Number;
use super::term::{Form, Id};
use super::value::{Outcome, Stop, Value};

impl Machine<'_> {
    pub(super) fn form(
        &self,
        form: Form,
        arguments: &[Id],
        environment: &Environment,
        value: Value,
        trace: &mut Trace,
        out: Sink<'_>,
    ) -> Outcome<()> {
        match (form, arguments) {
            (Form::Path, [part]) => self.each(*part, environment.clone(), value, &mut Trace::on(), &mut |path, _| {
                limits::work(path.path().len() as u64 / 8)?;
                let path = self.made(Value::array(path.path().to_vec())?, trace)?;
                out(trace, path)
            }),
            (Form::First, [part]) => self.until(|label| {
                self.each(*part, environment.clone(), value, trace, &mut |trace, value| {
                    out(trace, value)?;
                    Err(Box::new(Stop::Break(label)))
                })
            }),
            (Form::Last, [part]) => {
                let mut last = None;
                self.each(*part, environment.clone(), value, trace, &mut |trace, value| {
                    last = Some((trace.clone(), value));
                    Ok(())
                })?;
                last.map_or(Ok(()), |(mut path, value)| out(&mut path, value))
            }
            (Form::Limit, [count, part]) => self.values(*count, environment, value.clone(), &mut |count| {
                let mut left = count.as_number().map_or(0.0, Number::double);
                self.until(|label| {
                    self.each(*part, environment.clone(), value.clone(), trace, &mut |trace, value| {
                        left -= 1.0;
                        out(trace, value)?;
                        if left > 0.0 { Ok(()) } else { Err(Box::new(Stop::Break(label))) }
                    })
                })
            }),
            (Form::Skip, [count, part]) => self.values(*count, environment, value.clone(), &mut |count| {
                let mut left = count.as_number().map_or(0.0, Number::double);
                self.each(*part, environment.clone(), value.clone(), trace, &mut |trace, value| {
                    left -= 1.0;
                    if left >= 0.0 { Ok(()) } else { out(trace, value) }
                })
            }),
            (Form::IsEmpty, [part]) => {
                let is_empty = self.first(*part, environment, value)?.is_none();
                let result = self.made(Value::Bool(is_empty), trace)?;
                out(trace, result)
            }
            (Form::Range, [from, to, by]) => {
                let number = |id: &Id| -> Outcome<f64> {
                    let value = self.one(*id, environment, value.clone(), &mut Trace::off())?;
                    value.as_number().map(|n| n.double()).ok_or_else(|| Stop::error("Range bounds must be numeric"))
                };
                let (mut at, to, by) = (number(from)?, number(to)?, number(by)?);
                while by > 0.0 && at < to || by < 0.0 && at > to || by == 0.0 && at < to {
                    limits::step()?;
                    let value = self.made(Value::Number(Number::rounded(at)), trace)?;
                    out(trace, value)?;
                    at += by;
                }
                Ok(())
            }
            (Form::GetPath, [path]) => self.values(*path, environment, value.clone(), &mut |path| {
                let path = path.as_array().ok_or_else(|| Stop::error("Path must be specified as an array"))?;
                let part = access::get_path(&value, path)?;
                let length = trace.length();
                path.iter().for_each(|key| trace.push(|| key.clone()));
                let result = out(trace, part);
                trace.back_to(length);
                result
            }),
            _ => Ok(()),
        }
    }

    /// Runs what ends itself by the label that it gets.
    fn until(&self, f: impl FnOnce(u64) -> Outcome<()>) -> Outcome<()> {
        let label = self.label();
        match f(label) {
            Err(stop) if matches!(*stop, Stop::Break(other) if other == label) => Ok(()),
            result => result,
        }
    }
}
