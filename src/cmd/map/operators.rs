//! The operators of a program: how tightly they bind, and what they become.

use super::arithmetic::Operator;
use super::lexer::Token;
use super::term::{Id, Term};

/// Where more operators of the same tightness are grouped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
    None,
}

/// A word as an operator: its name, its tightness, and where more of its kind are grouped.
pub(super) fn of(token: Token<'_>) -> Option<(&'static str, u8, Side)> {
    Some(match token {
        Token::Symbol(word) => match word {
            "//" => (word, 1, Side::Right),
            "=" | "|=" | "+=" | "-=" | "*=" | "/=" | "%=" | "//=" => (word, 2, Side::None),
            "==" | "!=" | "<" | "<=" | ">" | ">=" => (word, 5, Side::None),
            "+" | "-" => (word, 6, Side::Left),
            "*" | "/" | "%" => (word, 7, Side::Left),
            _ => return None,
        },
        Token::Word("or") => ("or", 3, Side::Left),
        Token::Word("and") => ("and", 4, Side::Left),
        _ => return None,
    })
}

/// Both sides with the operator between them.
pub(super) fn joined(word: &str, left: Id, right: Id) -> Term {
    let binary = |operator| Term::Binary(operator, left, right);
    let update = |operator| Term::UpdateWith(operator, left, right);
    match word {
        "//" => Term::Otherwise(left, right),
        "=" => Term::Assign(left, right),
        "|=" => Term::Update(left, right),
        "+=" => update(Some(Operator::Add)),
        "-=" => update(Some(Operator::Subtract)),
        "*=" => update(Some(Operator::Multiply)),
        "/=" => update(Some(Operator::Divide)),
        "%=" => update(Some(Operator::Remainder)),
        "//=" => update(None),
        "or" => Term::Or(left, right),
        "and" => Term::And(left, right),
        "==" => binary(Operator::Equal),
        "!=" => binary(Operator::Unequal),
        "<" => binary(Operator::Less),
        "<=" => binary(Operator::LessOrEqual),
        ">" => binary(Operator::More),
        ">=" => binary(Operator::MoreOrEqual),
        "+" => binary(Operator::Add),
        "-" => binary(Operator::Subtract),
        "*" => binary(Operator::Multiply),
        "/" => binary(Operator::Divide),
        _ => binary(Operator::Remainder),
    }
}
