//! What binds names: `as` with its patterns, `reduce` and `foreach`, definitions.

use super::lexer::Token;
use super::parser::{Parsed, Parser};
use super::term::{Binding, Fold, Id, Member, Pattern, Patterns, Term};

impl<'t> Parser<'t> {
    /// `source as patterns | body`, after `as`.
    pub(super) fn binding(&mut self, source: Id) -> Parsed<Id> {
        let mark = self.scope.mark();
        let patterns = self.patterns()?;
        self.expect("|", "`|`")?;
        let body = self.enclosed()?;
        self.scope.back_to(mark);
        Ok(self.add(Term::Bind(Box::new(Binding { source, patterns, body }))))
    }

    /// One pattern, or several with `?//` between them. Their variables are bound then.
    fn patterns(&mut self) -> Parsed<Patterns> {
        let mark = self.scope.mark();
        let mut all: Vec<(Pattern, Vec<String>)> = Vec::new();
        loop {
            self.scope.back_to(mark);
            let mut names = Vec::new();
            let pattern = self.pattern(&mut names)?;
            all.push((pattern, names));
            if !self.eat("?") {
                break;
            }
            self.expect("//", "`//`")?;
        }
        if all.len() == 1
            && let Some((pattern, _)) = all.pop()
        {
            return Ok(Patterns::One(pattern));
        }
        // All variables of all patterns are there; those that one of them does not have are null.
        self.scope.back_to(mark);
        let mut union: Vec<String> = Vec::new();
        for name in all.iter().flat_map(|(_, names)| names) {
            if !union.contains(name) {
                union.push(name.clone());
            }
        }
        union.iter().for_each(|name| self.scope.variable(name));
        let places = |names: &[String]| {
            let place = |name: &String| {
                // From the last one that was bound.
                names.iter().rev().position(|own| own == name).map(|place| place as u32)
            };
            union.iter().map(place).collect()
        };
        Ok(Patterns::Any(all.into_iter().map(|(pattern, names)| (pattern, places(&names))).collect()))
    }

    fn pattern(&mut self, names: &mut Vec<String>) -> Parsed<Pattern> {
        match self.peek() {
            Token::Variable(name) => {
                self.take();
                self.bind(name, names);
                Ok(Pattern::Variable)
            }
            Token::Symbol("[") => {
                self.take();
                let mut patterns = Vec::new();
                loop {
                    patterns.push(self.nested(names)?);
                    if !self.eat(",") {
                        break;
                    }
                }
                self.expect("]", "closing bracket")?;
                Ok(Pattern::Array(patterns))
            }
            Token::Symbol("{") => {
                self.take();
                let mut members = Vec::new();
                loop {
                    members.push(self.pattern_member(names)?);
                    if !self.eat(",") {
                        break;
                    }
                }
                self.expect("}", "closing brace")?;
                Ok(Pattern::Object(members))
            }
            _ => Err(self.expected("pattern")),
        }
    }

    fn nested(&mut self, names: &mut Vec<String>) -> Parsed<Pattern> {
        let mut result = None;
        self.deeper_pattern(|parser| {
            result = Some(parser.pattern(names)?);
            Ok(())
        })?;
        result.ok_or_else(|| self.expected("pattern"))
    }

    fn bind(&mut self, name: &str, names: &mut Vec<String>) {
        self.scope.variable(name);
        names.push(name.to_owned());
    }

    fn pattern_member(&mut self, names: &mut Vec<String>) -> Parsed<Member> {
        let at = self.at();
        let (key, is_bound) = match self.peek() {
            Token::Variable(name) => {
                self.take();
                self.bind(name, names);
                (self.constant(name), true)
            }
            Token::Word(name) => {
                self.take();
                (self.constant(name), false)
            }
            Token::Quote | Token::Format(_) => (self.text()?, false),
            Token::Symbol("(") => {
                self.take();
                let key = self.enclosed()?;
                self.expect(")", "closing parenthesis")?;
                (self.named(key, at)?, false)
            }
            _ => return Err(self.expected("key")),
        };
        let pattern = if self.eat(":") { Some(self.nested(names)?) } else { None };
        if pattern.is_none() && !is_bound {
            return Err(self.expected("`:`"));
        }
        Ok(Member { key, is_bound, pattern })
    }

    /// `reduce` and `foreach`, after the word.
    pub(super) fn fold(&mut self, word: &str) -> Parsed<Id> {
        let source = self.operators(0)?;
        if self.take() != Token::Word("as") {
            return Err(self.expected("as"));
        }
        let mark = self.scope.mark();
        let patterns = self.patterns()?;
        let bound = self.scope.hide_since(mark);
        self.expect("(", "opening parenthesis")?;
        let init = self.enclosed()?;
        self.scope.show(bound);
        self.expect(";", "`;`")?;
        let update = self.enclosed()?;
        let extract = if word == "foreach" && self.eat(";") { Some(self.enclosed()?) } else { None };
        self.expect(")", "closing parenthesis")?;
        self.scope.back_to(mark);
        let fold = Box::new(Fold { source, patterns, init, update, extract });
        Ok(self.add(if word == "reduce" { Term::Reduce(fold) } else { Term::Foreach(fold) }))
    }

    /// `def name(f; $x): body;`
    pub(super) fn definition(&mut self) -> Parsed<()> {
        self.take();
        self.definition_after_word()
    }

    pub(super) fn definition_after_word(&mut self) -> Parsed<()> {
        let name = match self.take() {
            Token::Word(name) | Token::Format(name) if !name.contains(':') => name,
            _ => return Err(self.expected("a name")),
        };
        // Each with whether it is a variable.
        let mut parameters = Vec::new();
        if self.eat("(") {
            loop {
                match self.peek() {
                    Token::Word(name) if !name.contains(':') => parameters.push((name, false)),
                    Token::Variable(name) => parameters.push((name, true)),
                    _ => return Err(self.expected("a parameter")),
                }
                self.take();
                if !self.eat(";") {
                    break;
                }
            }
            self.expect(")", "closing parenthesis")?;
        }
        self.expect(":", "`:`")?;
        let number = self.code.declare();
        self.scope.definition(name, number, parameters.len());
        let mark = self.scope.mark();
        parameters.iter().for_each(|(name, _)| self.scope.parameter(name));
        let count = parameters.len() as u32;
        let mut sources = Vec::new();
        for (place, (name, is_variable)) in parameters.iter().enumerate() {
            if *is_variable {
                let skip = count - 1 - place as u32 + sources.len() as u32;
                sources.push(self.add(Term::Parameter(skip)));
                self.scope.variable(name);
            }
        }
        let mut body = self.enclosed()?;
        self.expect(";", "`;`")?;
        self.scope.back_to(mark);
        for source in sources.into_iter().rev() {
            let patterns = Patterns::One(Pattern::Variable);
            body = self.add(Term::Bind(Box::new(Binding { source, patterns, body })));
        }
        self.code.define(number, body);
        Ok(())
    }
}
