//! Texts, formats and objects as a program spells them.

use super::lexer::Token;
use super::library::formats;
use super::parser::{Parsed, Parser, Wrong};
use super::scope::Found;
use super::term::{Id, Term};
use super::value::{Object, Value};

impl<'t> Parser<'t> {
    /// A text in quotes, perhaps with a format before it.
    pub(super) fn text(&mut self) -> Parsed<Id> {
        let at = self.at();
        let format = match self.peek() {
            Token::Format(name) => {
                self.take();
                let unknown = || Wrong { at, why: format!("there is no format {name}") };
                Some(formats::find(name).ok_or_else(unknown)?)
            }
            _ => None,
        };
        if self.peek() != Token::Quote {
            return Err(self.expected("a text"));
        }
        let mut plain = String::new();
        let mut parts = Vec::new();
        let mut at = self.after_word().at;
        let program = self.after_word().text;
        loop {
            let rest = &program[at..];
            let Some(end) = rest.find(['"', '\\']) else {
                return Err(Wrong { at: program.len(), why: "expected closing quote, found the end".to_owned() });
            };
            plain.push_str(&rest[..end]);
            at += end;
            let rest = &rest[end..];
            if rest.starts_with('"') {
                self.go_on_at(at + 1);
                break;
            }
            if !rest.starts_with("\\(") {
                let unknown = || Wrong { at, why: "a text has an unknown escape".to_owned() };
                let (c, length) = unescaped(&rest[1..]).ok_or_else(unknown)?;
                plain.push(c);
                at += 1 + length;
                continue;
            }
            if !plain.is_empty() {
                let part = self.constant(std::mem::take(&mut plain));
                parts.push(part);
            }
            self.go_on_at(at + 2);
            let inner = self.enclosed()?;
            let convert = self.add(Term::Function(format.unwrap_or(formats::TEXT), [].into()));
            let part = self.add(Term::Pipe(inner, convert));
            parts.push(part);
            // The parenthesis is the next word; the text goes on after it.
            if self.peek() != Token::Symbol(")") {
                return Err(self.expected("closing parenthesis"));
            }
            at = self.after_word().at;
        }
        if parts.is_empty() {
            return Ok(self.constant(plain));
        }
        if !plain.is_empty() {
            let part = self.constant(plain);
            parts.push(part);
        }
        Ok(self.add(Term::Text(parts.into())))
    }

    /// `@name` without a text: a function.
    pub(super) fn format(&mut self, name: &str, at: usize) -> Parsed<Id> {
        if let Some(Found::Definition(definition, skip)) = self.scope.find(name, 0) {
            return Ok(self.add(Term::Call(definition, [].into(), skip)));
        }
        let unknown = || Wrong { at, why: format!("there is no format {name}") };
        let function = formats::find(name).ok_or_else(unknown)?;
        Ok(self.add(Term::Function(function, [].into())))
    }

    /// `$name`.
    pub(super) fn variable(&mut self, name: &str, at: usize) -> Parsed<Id> {
        if name == "__loc__" {
            let place = self.place(at)?;
            return Ok(self.constant(place));
        }
        let term = match (self.scope.find_variable(name), self.scope.find_global(name)) {
            (Some(skip), _) => Term::Variable(skip),
            (None, Some(global)) => Term::Global(global),
            (None, None) => return Err(Wrong { at, why: format!("there is no variable ${name}") }),
        };
        Ok(self.add(term))
    }

    /// Where in the program it is, as an object.
    fn place(&mut self, at: usize) -> Parsed<Value> {
        let line = self.after_word().text.get(..at).unwrap_or_default().matches('\n').count() + 1;
        let mut place = Object::default();
        let wrong = |_| Wrong { at, why: "too long".to_owned() };
        let Value::Text(file) = Value::from("file") else { return Ok(Value::Null) };
        place.insert(file, Value::from("<top-level>")).map_err(wrong)?;
        let Value::Text(name) = Value::from("line") else { return Ok(Value::Null) };
        place.insert(name, Value::count(line)).map_err(wrong)?;
        Ok(place.into())
    }

    /// `{a: 1, $b, (c): 2}`.
    pub(super) fn object(&mut self) -> Parsed<Id> {
        self.take();
        let mut members = Vec::new();
        while !self.eat("}") {
            if !members.is_empty() {
                self.expect(",", "closing brace")?;
            }
            let member = self.member()?;
            members.push(member);
        }
        Ok(self.add(Term::Object(members.into())))
    }

    fn member(&mut self) -> Parsed<(Id, Id)> {
        let at = self.at();
        let (key, otherwise) = match self.peek() {
            Token::Variable(name) => {
                self.take();
                let value = self.variable(name, at)?;
                if self.eat(":") {
                    return Ok((value, self.member_value()?));
                }
                return Ok((self.constant(name), value));
            }
            Token::Word(name) if !name.contains(':') => {
                self.take();
                let key = self.constant(name);
                let input = self.add(Term::Input);
                (key, Some(Term::Index(input, key)))
            }
            Token::Quote | Token::Format(_) => {
                let key = self.text()?;
                let input = self.add(Term::Input);
                (key, Some(Term::Index(input, key)))
            }
            Token::Symbol("(") => {
                self.take();
                let key = self.enclosed()?;
                self.expect(")", "closing parenthesis")?;
                (self.named(key, at)?, None)
            }
            Token::End => return Err(self.expected("closing brace")),
            _ => return Err(self.expected("key")),
        };
        match (self.eat(":"), otherwise) {
            (true, _) => Ok((key, self.member_value()?)),
            (false, Some(value)) => Ok((key, self.add(value))),
            (false, None) => Err(self.expected("`:`")),
        }
    }

    /// A key that is known already must be a text.
    pub(super) fn named(&self, key: Id, at: usize) -> Parsed<Id> {
        match self.code.term(key) {
            Term::Constant(Value::Text(_)) => Ok(key),
            Term::Constant(other) => {
                let kind = other.kind().as_str();
                Err(Wrong { at, why: format!("a {kind} cannot be the key of an object") })
            }
            _ => Ok(key),
        }
    }
}

/// The character that an escape stands for, without its backslash, and its length.
fn unescaped(escape: &str) -> Option<(char, usize)> {
    let c = match escape.chars().next()? {
        c @ ('"' | '\\' | '/') => c,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => {
            let hex = |at: usize| {
                let digits = escape.get(at..at + 4)?;
                let is_hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
                is_hex.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
            };
            let first = hex(1)?;
            if let 0xD800..=0xDBFF = first
                && escape.get(5..7) == Some("\\u")
                && let Some(second @ 0xDC00..=0xDFFF) = hex(7)
            {
                let c = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                return Some((char::from_u32(c)?, 11));
            }
            return Some((char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), 5));
        }
        _ => return None,
    };
    Some((c, 1))
}
