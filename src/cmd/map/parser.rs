//! From the text of a program to its parts, in one pass: a name is known before it is used.

use super::lexer::{Lexer, Token};
use super::number::Number;
use super::operators::{self, Side};
use super::scope::Scope;
use super::term::{Code, Id, Term};
use super::value::Value;
use crate::reading::error::excerpt;

/// How deep the parts of a program may be nested.
const NESTED: u32 = 600;

/// What is wrong with a program: where, and why.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) at: usize,
    pub(super) why: String,
}

pub(super) type Parsed<T> = Result<T, Wrong>;

/// Reads a program.
pub(super) struct Parser<'t> {
    lexer: Lexer<'t>,
    /// The next word, where it begins, and where what is after it begins.
    next: (Token<'t>, usize, usize),
    pub(super) code: Code,
    pub(super) scope: Scope,
    nested: u32,
}

impl<'t> Parser<'t> {
    /// Reads what `text` defines and, with `has_main`, the program after the definitions.
    pub(super) fn read(text: &'t str, code: Code, scope: Scope, has_main: bool) -> Parsed<(Code, Scope)> {
        let mut lexer = Lexer { text, at: 0 };
        lexer.skip_blanks();
        let at = lexer.at;
        let token = lexer.next();
        let next = (token, at, lexer.at);
        let mut parser = Parser { lexer, next, code, scope, nested: 0 };
        if has_main {
            parser.code.main = parser.pipe()?;
        } else {
            while parser.peek() == Token::Word("def") {
                parser.definition()?;
            }
        }
        match parser.peek() {
            Token::End => Ok((parser.code, parser.scope)),
            _ => Err(parser.expected("the end")),
        }
    }

    pub(super) fn peek(&self) -> Token<'t> {
        self.next.0
    }

    /// Where the next word begins.
    pub(super) fn at(&self) -> usize {
        self.next.1
    }

    pub(super) fn take(&mut self) -> Token<'t> {
        let token = self.next.0;
        self.lexer.at = self.next.2;
        self.look();
        token
    }

    /// Looks at the word after where the lexer stands.
    fn look(&mut self) {
        self.lexer.skip_blanks();
        let at = self.lexer.at;
        let token = self.lexer.next();
        self.next = (token, at, self.lexer.at);
        self.lexer.at = at;
    }

    pub(super) fn eat(&mut self, symbol: &str) -> bool {
        let is_next = matches!(self.peek(), Token::Symbol(next) if next == symbol);
        if is_next {
            self.take();
        }
        is_next
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let is_next = self.peek() == Token::Word(word);
        if is_next {
            self.take();
        }
        is_next
    }

    pub(super) fn expect(&mut self, symbol: &str, name: &str) -> Parsed<()> {
        if self.eat(symbol) { Ok(()) } else { Err(self.expected(name)) }
    }

    fn expect_word(&mut self, word: &str) -> Parsed<()> {
        if self.eat_word(word) { Ok(()) } else { Err(self.expected(word)) }
    }

    pub(super) fn expected(&self, what: &str) -> Wrong {
        let (token, start, end) = self.next;
        let found = match token {
            Token::End => "the end".to_owned(),
            _ => format!("`{}`", excerpt(self.lexer.text.get(start..end).unwrap_or_default())),
        };
        Wrong { at: start, why: format!("expected {what}, found {found}") }
    }

    /// A pattern inside another one.
    pub(super) fn deeper_pattern(&mut self, f: impl FnOnce(&mut Self) -> Parsed<()>) -> Parsed<()> {
        self.deeper(f)
    }

    fn deeper<T>(&mut self, f: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.nested += 1;
        if self.nested > NESTED {
            return Err(Wrong { at: self.at(), why: "its parts are nested too deeply".to_owned() });
        }
        let result = f(self);
        self.nested -= 1;
        result
    }

    pub(super) fn add(&mut self, term: Term) -> Id {
        self.code.add(term)
    }

    pub(super) fn constant(&mut self, value: impl Into<Value>) -> Id {
        let value = value.into();
        self.add(Term::Constant(value))
    }

    /// `a, b | c`, with definitions and bindings.
    pub(super) fn pipe(&mut self) -> Parsed<Id> {
        let mut parts = vec![self.comma()?];
        while self.eat("|") {
            parts.push(self.comma()?);
        }
        let last = parts.pop().unwrap_or_default();
        Ok(parts.into_iter().rev().fold(last, |right, left| self.add(Term::Pipe(left, right))))
    }

    fn comma(&mut self) -> Parsed<Id> {
        let mut left = self.operand()?;
        while self.eat(",") {
            let right = self.operand()?;
            left = self.add(Term::Comma(left, right));
        }
        Ok(left)
    }

    /// What stands between commas. A binding goes on to the end of the pipe.
    fn operand(&mut self) -> Parsed<Id> {
        let source = self.operators(0)?;
        if !self.eat_word("as") {
            return Ok(source);
        }
        self.binding(source)
    }

    /// The value of a member: no comma in it.
    pub(super) fn member_value(&mut self) -> Parsed<Id> {
        let mut parts = vec![self.operators(0)?];
        while self.eat("|") {
            parts.push(self.operators(0)?);
        }
        let last = parts.pop().unwrap_or_default();
        Ok(parts.into_iter().rev().fold(last, |right, left| self.add(Term::Pipe(left, right))))
    }

    /// Operators that bind at least as tightly as `least`.
    pub(super) fn operators(&mut self, least: u8) -> Parsed<Id> {
        self.deeper(|parser| {
            let mut left = parser.unary()?;
            // The tightness of an operator that does not stand beside its like.
            let mut alone = None;
            loop {
                let (word, tightness, side) = match operators::of(parser.peek()) {
                    Some(operator) if operator.1 >= least => operator,
                    _ => return Ok(left),
                };
                if alone == Some(tightness) {
                    return Err(parser.expected("parentheses"));
                }
                parser.take();
                let right = parser.operators(if side == Side::Right { tightness } else { tightness + 1 })?;
                alone = (side == Side::None).then_some(tightness);
                left = parser.add(operators::joined(word, left, right));
            }
        })
    }

    fn unary(&mut self) -> Parsed<Id> {
        if !self.eat("-") {
            return self.postfix();
        }
        let operand = self.deeper(Parser::unary)?;
        if let Term::Constant(Value::Number(number)) = self.code.term(operand) {
            let negative = Value::Number(number.negate());
            return Ok(self.constant(negative));
        }
        Ok(self.add(Term::Negate(operand)))
    }

    /// A term with what is attached to it: `.a`, `[1]`, `?`.
    fn postfix(&mut self) -> Parsed<Id> {
        // What begins with a parenthesis is whole.
        let mut is_attached = self.peek() != Token::Symbol("(");
        let mut term = self.term()?;
        loop {
            let is_question = self.peek() == Token::Symbol("?");
            term = match self.peek() {
                Token::Field(name) => {
                    self.take();
                    let key = self.constant(name);
                    self.add(Term::Index(term, key))
                }
                Token::Symbol(".") => {
                    self.take();
                    match self.peek() {
                        Token::Quote | Token::Format(_) => {
                            let key = self.text()?;
                            self.add(Term::Index(term, key))
                        }
                        Token::Symbol("[") => term,
                        _ => return Err(self.expected("key")),
                    }
                }
                Token::Symbol("[") => self.bracket(term)?,
                Token::Symbol("?") => {
                    self.take();
                    let is_part = matches!(self.code.term(term), Term::Index(..) | Term::Slice(..) | Term::Iterate(_));
                    self.add(if is_part && is_attached { Term::Optional(term) } else { Term::Try(term, None) })
                }
                _ => return Ok(term),
            };
            is_attached = !is_question;
        }
    }

    /// `[]`, `[key]`, `[from:to]` after a term.
    fn bracket(&mut self, target: Id) -> Parsed<Id> {
        self.take();
        if self.eat("]") {
            return Ok(self.add(Term::Iterate(target)));
        }
        if self.eat(":") {
            let to = self.pipe()?;
            self.expect("]", "closing bracket")?;
            return Ok(self.add(Term::Slice(target, None, Some(to))));
        }
        let key = self.pipe()?;
        if !self.eat(":") {
            self.expect("]", "closing bracket")?;
            return Ok(self.add(Term::Index(target, key)));
        }
        let to = if self.eat("]") {
            None
        } else {
            let to = self.pipe()?;
            self.expect("]", "closing bracket")?;
            Some(to)
        };
        Ok(self.add(Term::Slice(target, Some(key), to)))
    }

    fn term(&mut self) -> Parsed<Id> {
        let at = self.at();
        match self.peek() {
            Token::Number(text) => {
                self.take();
                let number = Number::spelled(text).ok_or_else(|| self.expected("term"))?;
                Ok(self.constant(Value::Number(number)))
            }
            Token::Quote => self.text(),
            Token::Format(name) => {
                let mut after = self.lexer.clone();
                after.at = self.next.2;
                if after.next() == Token::Quote {
                    return self.text();
                }
                self.take();
                self.format(name, at)
            }
            Token::Field(name) => {
                self.take();
                let (input, key) = (self.add(Term::Input), self.constant(name));
                Ok(self.add(Term::Index(input, key)))
            }
            Token::Variable(name) => {
                self.take();
                self.variable(name, at)
            }
            Token::Symbol(".") => {
                self.take();
                let input = self.add(Term::Input);
                if matches!(self.peek(), Token::Quote) {
                    let key = self.text()?;
                    return Ok(self.add(Term::Index(input, key)));
                }
                Ok(input)
            }
            Token::Symbol("..") => {
                self.take();
                Ok(self.add(Term::Recurse))
            }
            Token::Symbol("(") => {
                self.take();
                let inner = self.enclosed()?;
                self.expect(")", "closing parenthesis")?;
                Ok(inner)
            }
            Token::Symbol("[") => {
                self.take();
                if self.eat("]") {
                    return Ok(self.add(Term::Array(None)));
                }
                let inner = self.enclosed()?;
                self.expect("]", "closing bracket")?;
                Ok(self.add(Term::Array(Some(inner))))
            }
            Token::Symbol("{") => self.object(),
            Token::Word(word) => self.word(word),
            _ => Err(self.expected("term")),
        }
    }

    /// A pipe whose bindings end with it.
    pub(super) fn enclosed(&mut self) -> Parsed<Id> {
        let mark = self.scope.mark();
        let inner = self.deeper(Parser::pipe)?;
        self.scope.back_to(mark);
        Ok(inner)
    }

    fn word(&mut self, word: &'t str) -> Parsed<Id> {
        let at = self.at();
        self.take();
        match word {
            "true" | "false" => Ok(self.constant(word == "true")),
            "null" => Ok(self.constant(Value::Null)),
            "def" => {
                let mark = self.scope.mark();
                self.definition_after_word()?;
                let body = self.deeper(Parser::pipe)?;
                self.scope.back_to(mark);
                Ok(body)
            }
            "if" => self.condition(),
            "try" => {
                let body = self.deeper(Parser::unary)?;
                let handler = if self.eat_word("catch") { Some(self.deeper(Parser::unary)?) } else { None };
                Ok(self.add(Term::Try(body, handler)))
            }
            "reduce" | "foreach" => self.fold(word),
            "label" => {
                let Token::Variable(name) = self.take() else { return Err(self.expected("a name with $")) };
                self.expect("|", "`|`")?;
                let mark = self.scope.mark();
                self.scope.label(name);
                let body = self.deeper(Parser::pipe)?;
                self.scope.back_to(mark);
                Ok(self.add(Term::Label(body)))
            }
            "break" => {
                let at = self.at();
                let Token::Variable(name) = self.take() else { return Err(self.expected("a name with $")) };
                let unknown = || Wrong { at, why: format!("there is no label ${name}") };
                let label = self.scope.find_label(name).ok_or_else(unknown)?;
                Ok(self.add(Term::Break(label)))
            }
            "import" | "include" | "module" => {
                let at = self.at();
                Err(Wrong { at, why: "there are no modules or files here".to_owned() })
            }
            "then" | "elif" | "else" | "end" | "catch" | "as" | "and" | "or" => {
                Err(Wrong { at, why: format!("expected term, found `{word}`") })
            }
            name => self.call(name, at),
        }
    }

    fn condition(&mut self) -> Parsed<Id> {
        let condition = self.enclosed()?;
        self.expect_word("then")?;
        let then = self.enclosed()?;
        let otherwise = if self.eat_word("elif") {
            return self.deeper(|parser| {
                let otherwise = parser.condition()?;
                Ok(parser.add(Term::If(condition, then, otherwise)))
            });
        } else if self.eat_word("else") {
            self.enclosed()?
        } else {
            self.add(Term::Input)
        };
        self.expect_word("end")?;
        Ok(self.add(Term::If(condition, then, otherwise)))
    }

    /// What reads the program, after the next word.
    pub(super) fn after_word(&mut self) -> &mut Lexer<'t> {
        self.lexer.at = self.next.2;
        &mut self.lexer
    }

    /// The words go on from there.
    pub(super) fn go_on_at(&mut self, at: usize) {
        self.lexer.at = at;
        self.look();
    }
}
