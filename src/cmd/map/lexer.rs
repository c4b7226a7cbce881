//! The words of a program, one after the other.

/// A word.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Token<'t> {
    /// The program is at its end.
    End,
    Number(&'t str),
    /// A quote: a text begins.
    Quote,
    /// A name or a keyword.
    Word(&'t str),
    /// `.name`
    Field(&'t str),
    /// `$name`
    Variable(&'t str),
    /// `@name`
    Format(&'t str),
    Symbol(&'static str),
    /// What no word begins with.
    Other(&'t str),
}

const SYMBOLS: [&str; 33] = [
    "//=", "|=", "+=", "-=", "*=", "/=", "%=", "==", "!=", "<=", ">=", "//", "..", ".", "[", "]", "{", "}", "(", ")",
    "|", ",", ":", ";", "=", "<", ">", "+", "-", "*", "/", "%", "?",
];

/// Reads words where it stands.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// To the next word, over blanks and comments.
    pub(super) fn skip_blanks(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches([' ', '\t', '\n', '\r']);
            self.at += rest.len() - trimmed.len();
            if !trimmed.starts_with('#') {
                return;
            }
            self.at += comment(trimmed);
        }
    }

    /// The next word; it is taken.
    pub(super) fn next(&mut self) -> Token<'t> {
        self.skip_blanks();
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Token::End };
        let (length, token) = match first {
            '"' => (1, Token::Quote),
            '$' if word(&rest[1..]) > 0 => {
                let end = 1 + word(&rest[1..]);
                (end, Token::Variable(&rest[1..end]))
            }
            '@' if word(&rest[1..]) > 0 => {
                let end = 1 + word(&rest[1..]);
                (end, Token::Format(&rest[..end]))
            }
            '.' if word(&rest[1..]) > 0 => {
                let end = 1 + word(&rest[1..]);
                (end, Token::Field(&rest[1..end]))
            }
            _ if number(rest) > 0 => {
                let end = number(rest);
                (end, Token::Number(&rest[..end]))
            }
            _ if word(rest) > 0 => {
                let mut end = word(rest);
                while rest[end..].starts_with("::") && word(&rest[end + 2..]) > 0 {
                    end += 2 + word(&rest[end + 2..]);
                }
                (end, Token::Word(&rest[..end]))
            }
            _ => match SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
                Some(symbol) => (symbol.len(), Token::Symbol(symbol)),
                None => (first.len_utf8(), Token::Other(&rest[..first.len_utf8()])),
            },
        };
        self.at += length;
        token
    }
}

/// How long a comment is. A backslash at the end of a line, with none before it, goes on with it.
fn comment(text: &str) -> usize {
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        end += line.len();
        let bare = line.trim_end_matches('\n').trim_end_matches('\r');
        let backslashes = bare.len() - bare.trim_end_matches('\\').len();
        if backslashes % 2 == 0 {
            break;
        }
    }
    end
}

/// How long the name is that a text begins with.
fn word(text: &str) -> usize {
    if !text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return 0;
    }
    text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len())
}

/// How long the number is that a text begins with: digits, perhaps with a point among them, and an exponent.
fn number(text: &str) -> usize {
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let mut end = digits(text);
    if text[end..].starts_with('.') {
        let fraction = digits(&text[end + 1..]);
        if end + fraction == 0 || fraction == 0 && text[end + 1..].starts_with('.') {
            return end;
        }
        end += 1 + fraction;
    }
    if end > 0 && text[end..].starts_with(['e', 'E']) {
        let sign = usize::from(text[end + 1..].starts_with(['+', '-']));
        let exponent = digits(&text[end + 1 + sign..]);
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_program() {
        let mut lexer = Lexer { text: ".a|=1.5e3 # x\n//.b..[$c]@csv a::b 1. é", at: 0 };
        let mut found = Vec::new();
        loop {
            match lexer.next() {
                Token::End => break,
                token => found.push(token),
            }
        }
        let wanted = [
            Token::Field("a"),
            Token::Symbol("|="),
            Token::Number("1.5e3"),
            Token::Symbol("//"),
            Token::Field("b"),
            Token::Symbol(".."),
            Token::Symbol("["),
            Token::Variable("c"),
            Token::Symbol("]"),
            Token::Format("@csv"),
            Token::Word("a::b"),
            Token::Number("1."),
            Token::Other("é"),
        ];
        assert_eq!(found, wanted);
    }
}
