//! A compiled program: its parts in one list, variables and definitions found already.

use super::arithmetic::Operator;
use super::value::{Outcome, Value};

/// The place of a part in the list.
pub(super) type Id = u32;

/// A function of the library, from its input and the values of its arguments. It may take them away.
pub(super) type Function = fn(&mut [Value]) -> Outcome<Value>;

/// One part of a program.
///
/// A variable, a parameter or a label is named by how many others are bound after it.
#[derive(Clone, Debug)]
pub(super) enum Term {
    /// `.`
    Input,
    Constant(Value),
    Variable(u32),
    /// A variable from outside: `$ENV`, `--arg`.
    Global(u32),
    /// A parameter of a definition: a part that is run where it was handed in.
    Parameter(u32),
    /// `..`
    Recurse,
    /// `target[key]`
    Index(Id, Id),
    /// `target[from:to]`
    Slice(Id, Option<Id>, Option<Id>),
    /// `target[]`
    Iterate(Id),
    /// `[key]?` and its like: what cannot be had is left out, but an error of the target or the key is none the less.
    Optional(Id),
    Pipe(Id, Id),
    Comma(Id, Id),
    Negate(Id),
    Binary(Operator, Id, Id),
    And(Id, Id),
    Or(Id, Id),
    /// `a // b`
    Otherwise(Id, Id),
    Array(Option<Id>),
    Object(Box<[(Id, Id)]>),
    /// A text from parts; those that are no constants through a format.
    Text(Box<[Id]>),
    If(Id, Id, Id),
    Try(Id, Option<Id>),
    Reduce(Box<Fold>),
    Foreach(Box<Fold>),
    Bind(Box<Binding>),
    Label(Id),
    Break(u32),
    /// `a = b`
    Assign(Id, Id),
    /// `a |= b`
    Update(Id, Id),
    /// `a += b` and its like; `None`: `a //= b`
    UpdateWith(Option<Operator>, Id, Id),
    /// A definition with its arguments, and how many bindings it does not see.
    Call(u32, Box<[Id]>, u32),
    Function(Function, Box<[Id]>),
    Form(Form, Box<[Id]>),
}

/// What takes its arguments unevaluated, or returns other than one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Empty,
    Error,
    Path,
    First,
    Last,
    Limit,
    Skip,
    IsEmpty,
    Range,
    GetPath,
    Halt,
}

/// `reduce source as pattern (init; update)`, and `foreach` with what it extracts.
#[derive(Clone, Debug)]
pub(super) struct Fold {
    pub(super) source: Id,
    pub(super) patterns: Patterns,
    pub(super) init: Id,
    pub(super) update: Id,
    pub(super) extract: Option<Id>,
}

/// `source as pattern | body`.
#[derive(Clone, Debug)]
pub(super) struct Binding {
    pub(super) source: Id,
    pub(super) patterns: Patterns,
    pub(super) body: Id,
}

/// A pattern, or several of which the first that fits counts.
#[derive(Clone, Debug)]
pub(super) enum Patterns {
    One(Pattern),
    /// Each with the places of all variables among its own.
    Any(Vec<(Pattern, Vec<Option<u32>>)>),
}

/// How a value is taken apart.
#[derive(Clone, Debug)]
pub(super) enum Pattern {
    Variable,
    Array(Vec<Pattern>),
    Object(Vec<Member>),
}

/// One name in a pattern of an object.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) key: Id,
    /// `$name`: what is there is bound, too.
    pub(super) is_bound: bool,
    pub(super) pattern: Option<Pattern>,
}

/// A compiled program.
#[derive(Debug, Default)]
pub(super) struct Code {
    terms: Vec<Term>,
    /// Whether a part returns exactly one value, or an error.
    single: Vec<bool>,
    /// Whether it returns one value at most.
    optional: Vec<bool>,
    /// The bodies of definitions.
    bodies: Vec<Id>,
    pub(super) main: Id,
}

impl Code {
    #[inline]
    pub(super) fn term(&self, id: Id) -> &Term {
        &self.terms[id as usize]
    }

    #[inline]
    pub(super) fn is_single(&self, id: Id) -> bool {
        self.single[id as usize]
    }

    #[inline]
    pub(super) fn is_optional(&self, id: Id) -> bool {
        self.optional[id as usize]
    }

    #[inline]
    pub(super) fn body(&self, definition: u32) -> Id {
        self.bodies[definition as usize]
    }

    /// A definition whose body comes later.
    pub(super) fn declare(&mut self) -> u32 {
        self.bodies.push(Id::MAX);
        self.bodies.len() as u32 - 1
    }

    /// The body of a definition.
    pub(super) fn define(&mut self, definition: u32, body: Id) {
        self.bodies[definition as usize] = body;
    }

    /// Adds a part.
    pub(super) fn add(&mut self, term: Term) -> Id {
        let single = self.returns_one(&term);
        let optional = single || self.returns_no_more(&term);
        self.terms.push(term);
        self.single.push(single);
        self.optional.push(optional);
        self.terms.len() as Id - 1
    }

    fn returns_one(&self, term: &Term) -> bool {
        let one = |id: &Id| self.is_single(*id);
        match term {
            Term::Input | Term::Constant(_) | Term::Variable(_) | Term::Global(_) | Term::Array(_) => true,
            Term::Update(..) => true,
            Term::Parameter(_) | Term::Recurse | Term::Iterate(_) | Term::Comma(..) => false,
            Term::Try(..) | Term::Optional(_) | Term::Foreach(_) | Term::Label(_) | Term::Break(_) => false,
            Term::Negate(a) => one(a),
            Term::Index(a, b) | Term::Pipe(a, b) | Term::Binary(_, a, b) => one(a) && one(b),
            Term::And(a, b) | Term::Or(a, b) | Term::Otherwise(a, b) => one(a) && one(b),
            Term::Slice(target, from, to) => one(target) && from.iter().all(one) && to.iter().all(one),
            Term::Object(members) => members.iter().all(|(key, value)| one(key) && one(value)),
            Term::Text(parts) => parts.iter().all(one),
            Term::If(condition, then, otherwise) => one(condition) && one(then) && one(otherwise),
            Term::Reduce(fold) => one(&fold.init) && matches!(fold.patterns, Patterns::One(_)),
            Term::Bind(bind) => one(&bind.source) && one(&bind.body) && self.takes_one(&bind.patterns),
            Term::Assign(_, value) | Term::UpdateWith(_, _, value) => one(value),
            Term::Call(definition, ..) => {
                let body = self.body(*definition);
                body != Id::MAX && one(&body)
            }
            Term::Function(_, arguments) => arguments.iter().all(one),
            Term::Form(Form::Error | Form::Halt, _) => true,
            Term::Form(Form::GetPath | Form::Path, arguments) => arguments.iter().all(one),
            Term::Form(..) => false,
        }
    }

    /// Returns one value at most.
    fn returns_no_more(&self, term: &Term) -> bool {
        let most = |id: &Id| self.is_optional(*id);
        match term {
            Term::Form(Form::Empty, _) => true,
            Term::Form(Form::First, arguments) => arguments.iter().all(most),
            Term::Pipe(a, b) | Term::Otherwise(a, b) => most(a) && most(b),
            Term::Try(body, handler) => most(body) && handler.iter().all(most),
            Term::Optional(part) => match self.term(*part) {
                Term::Iterate(_) => false,
                _ => self.is_single(*part),
            },
            Term::If(condition, then, otherwise) => self.is_single(*condition) && most(then) && most(otherwise),
            Term::Bind(bind) => self.is_single(bind.source) && most(&bind.body) && self.takes_one(&bind.patterns),
            Term::Label(body) => most(body),
            Term::Call(definition, ..) => {
                let body = self.body(*definition);
                body != Id::MAX && most(&body)
            }
            _ => false,
        }
    }

    fn takes_one(&self, patterns: &Patterns) -> bool {
        fn is_one(code: &Code, pattern: &Pattern) -> bool {
            match pattern {
                Pattern::Variable => true,
                Pattern::Array(patterns) => patterns.iter().all(|pattern| is_one(code, pattern)),
                Pattern::Object(members) => members.iter().all(|member| {
                    code.is_single(member.key) && member.pattern.iter().all(|pattern| is_one(code, pattern))
                }),
            }
        }
        match patterns {
            Patterns::One(pattern) => is_one(self, pattern),
            Patterns::Any(_) => false,
        }
    }
}
