//! How deep a program calls itself: an error in time, instead of a stack that is used up.
//!
//! Decision: the crate that runs programs has no limit and no hook. So each definition of the program begins with a call of
//! a function of ours, which looks how much of the stack is used. It binds a variable, so that what comes after it is
//! still a path and a tail call.

use jaq_core::load::Lexer;
use jaq_core::load::lex::{StrPart, Tok, Token};
use std::cell::Cell;

/// The function, and the variable that it is bound to.
pub(super) const NAME: &str = "_kymo_depth";
const BEGIN: &str = " _kymo_depth as $_kymo_depth | ";

/// The stack of the thread that runs programs. The memory is only taken when it is needed.
pub(super) const STACK: usize = 256 << 20;

/// A program may use this much of it; a call between two looks takes far less than the rest.
const MOST: usize = STACK / 4 * 3;

thread_local! {
    /// Where the stack was when a program began.
    static BASE: Cell<usize> = const { Cell::new(0) };
}

/// Where the stack is now.
fn here() -> usize {
    let mark = 0u8;
    std::hint::black_box(std::ptr::from_ref(&mark)).addr()
}

/// A program begins.
pub(super) fn begin() {
    BASE.set(here());
}

/// The program has called itself too often.
pub(super) fn is_too_deep() -> bool {
    BASE.get().abs_diff(here()) > MOST
}

/// The program with a look at the depth in each of its definitions; `None`: it has none, or is no program.
pub(super) fn watched(program: &str) -> Option<String> {
    let tokens = Lexer::new(program).lex().ok()?;
    let mut places = Vec::new();
    find(&tokens, program, &mut places);
    if places.is_empty() {
        return None;
    }
    let mut text = String::with_capacity(program.len() + places.len() * BEGIN.len());
    let mut from = 0;
    for place in places {
        text.push_str(&program[from..place]);
        text.push_str(BEGIN);
        from = place;
    }
    text.push_str(&program[from..]);
    Some(text)
}

/// Finds where the bodies of definitions begin: after the colon.
fn find(tokens: &[Token<&str>], program: &str, places: &mut Vec<usize>) {
    let mut heads = 0;
    for (at, Token(text, kind)) in tokens.iter().enumerate() {
        match kind {
            // A key of an object may have that name.
            Tok::Word if *text == "def" && tokens.get(at + 1).is_none_or(|next| next.0 != ":") => heads += 1,
            Tok::Sym if *text == ":" && heads > 0 => {
                heads -= 1;
                let end = text.as_ptr().addr().checked_sub(program.as_ptr().addr()).map(|start| start + text.len());
                places.extend(end.filter(|end| program.is_char_boundary(*end)));
            }
            Tok::Block(inner) => find(inner, program, places),
            Tok::Str(parts) => {
                for part in parts {
                    if let StrPart::Term(token) = part {
                        find(std::slice::from_ref(token), program, places);
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_definition_begins_with_a_look() {
        assert_eq!(watched(".a"), None);
        assert_eq!(watched("def f: ., f; f").unwrap(), format!("def f:{BEGIN} ., f; f"));
        let nested = "def f(g; $x): def h: {a: g}; \"\\(def i: 1; i)\" | [def j: .; h]; {def: f(.; 1)}";
        assert_eq!(watched(nested).unwrap().matches(BEGIN).count(), 4);
    }
}
