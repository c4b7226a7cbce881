//! Topics: which filters are right, what a pattern finds in one, what a template makes of a record.

use crate::reading::json::Kind;
use crate::reading::record::Record;

/// A topic filter is as long as MQTT lets a string be.
const MOST_BYTES: usize = 65_535;

/// A filter that a broker can take: `+` and `#` alone between slashes, `#` last (MQTT 5, 4.7.1).
pub(crate) fn check_filter(filter: &str) -> Result<(), String> {
    if filter.is_empty() {
        return Err("a topic filter is not empty".to_owned());
    }
    if filter.len() > MOST_BYTES || filter.contains('\0') {
        return Err(format!("a topic filter has at most {MOST_BYTES} bytes, and no NUL"));
    }
    let mut levels = filter.split('/').peekable();
    while let Some(level) = levels.next() {
        let wild = level.contains(['+', '#']);
        if wild && level.len() > 1 {
            return Err(format!("{level}: + and # must be alone between slashes"));
        }
        if level == "#" && levels.peek().is_some() {
            return Err("# is only allowed at the end".to_owned());
        }
    }
    Ok(())
}

/// A topic to publish to: no wildcards.
pub(crate) fn check_name(topic: &str) -> Result<String, String> {
    if topic.is_empty() || topic.len() > MOST_BYTES || topic.contains(['+', '#', '\0']) {
        return Err("a topic to publish to is not empty and has no + or #".to_owned());
    }
    Ok(topic.to_owned())
}

/// Finds parts of a topic: `+/room/{room}/{quantity}`. `{name}` takes a level, `+` any one, `#` the rest.
#[derive(Clone, Debug)]
pub(crate) struct Pattern(Vec<Level>);

#[derive(Clone, Debug)]
enum Level {
    Text(String),
    Any,
    Rest,
    Field(String),
}

impl Pattern {
    pub(crate) fn parse(text: &str) -> Result<Pattern, String> {
        let count = text.split('/').count();
        let level = |(i, level): (usize, &str)| match level {
            "+" => Ok(Level::Any),
            "#" if i + 1 == count => Ok(Level::Rest),
            _ => match level.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                Some(name) if !name.is_empty() && !name.contains(['{', '}']) => Ok(Level::Field(name.to_owned())),
                None if !level.contains(['+', '#', '{', '}']) => Ok(Level::Text(level.to_owned())),
                _ => Err(format!("{level}: a level is a word, + or {{name}}; # is only allowed at the end")),
            },
        };
        text.split('/').enumerate().map(level).collect::<Result<_, _>>().map(Pattern)
    }

    /// The names of its fields.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|level| match level {
            Level::Field(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// The fields of a topic that it fits, name and text.
    pub(crate) fn find<'p, 't>(&'p self, topic: &'t str) -> Option<Vec<(&'p str, &'t str)>> {
        let mut found = Vec::new();
        let mut parts = topic.split('/');
        for level in &self.0 {
            let part = match level {
                Level::Rest => return Some(found),
                _ => parts.next()?,
            };
            match level {
                Level::Text(text) if text != part => return None,
                Level::Field(name) => found.push((name.as_str(), part)),
                _ => {}
            }
        }
        parts.next().is_none().then_some(found)
    }
}

/// Makes a topic of a record: `sensors/{device}/{quantity}`.
#[derive(Clone, Debug)]
pub(crate) struct Template(Vec<Piece>);

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    Field(String),
}

impl Template {
    pub(crate) fn parse(text: &str) -> Result<Template, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, behind) = after.split_once('}').ok_or("a { without its }")?;
            if name.is_empty() || name.contains('{') {
                return Err("between { and } there must be the name of a field".to_owned());
            }
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(Piece::Field(name.to_owned()));
            rest = behind;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        let plain = |piece: &Piece| matches!(piece, Piece::Text(text) if text.contains(['+', '#', '}', '\0']));
        if pieces.iter().any(plain) {
            return Err("a topic to publish to has no +, # or }".to_owned());
        }
        if text.is_empty() {
            return Err("a topic is not empty".to_owned());
        }
        Ok(Template(pieces))
    }

    /// The record's topic; why it has none.
    pub(crate) fn fill(&self, record: &Record<'_>, to: &mut String) -> Result<(), String> {
        to.clear();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => to.push_str(text),
                Piece::Field(name) => {
                    let field = record.field(name).ok_or_else(|| format!("no field {name} for the topic"))?;
                    let from = to.len();
                    match (field.text(), field.kind()) {
                        (Some(text), _) => to.push_str(&text),
                        (None, Kind::Number | Kind::True | Kind::False) => {
                            to.push_str(&String::from_utf8_lossy(field.raw()));
                        }
                        _ => {
                            return Err(format!(
                                "field {name} is neither text nor a number and cannot be part of the topic"
                            ));
                        }
                    }
                    if to[from..].is_empty() || to[from..].contains(['+', '#', '\0']) {
                        return Err(format!("field {name} cannot be a part of a topic"));
                    }
                }
            }
        }
        if to.len() > MOST_BYTES { Err(format!("its topic is longer than {MOST_BYTES} bytes")) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters() {
        for right in ["a", "a/b", "/", "#", "+", "a/+/b", "a/#", "+/+", "$share/g/a/#", "a//b"] {
            assert_eq!(check_filter(right), Ok(()), "{right}");
        }
        for wrong in ["", "a#", "#/a", "a/+b", "a/b#", "a\0"] {
            assert!(check_filter(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn patterns() {
        let find = |pattern: &str, topic: &'static str| {
            Pattern::parse(pattern)
                .unwrap()
                .find(topic)
                .map(|found| found.iter().map(|(name, part)| format!("{name}={part}")).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(find("+/room/{room}/{quantity}", "h/room/7/t").as_deref(), Some("room=7 quantity=t"));
        assert_eq!(find("+/room/{room}/{quantity}", "h/room/7"), None);
        assert_eq!(find("+/room/{room}", "h/room/7/t"), None);
        assert_eq!(find("{a}/#", "x/y/z").as_deref(), Some("a=x"));
        assert_eq!(find("{a}/#", "x").as_deref(), Some("a=x"));
        assert_eq!(find("{a}", "x/y"), None);
        for wrong in ["{}", "a{b}", "{a", "#/a", "a+", "{a}{b}"] {
            assert!(Pattern::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn templates() {
        let fill = |template: &str, line: &[u8]| {
            let mut members = Vec::new();
            crate::reading::json::members(line, &mut members).unwrap();
            let mut topic = String::new();
            Template::parse(template).unwrap().fill(&Record::kept(line, &members), &mut topic).map(|()| topic)
        };
        let line = br#"{"device":"m1","n":7,"on":true,"bad":"a+b","none":null,"path":"a/b","e":""}"#;
        assert_eq!(fill("s/{device}/{n}/{on}", line).as_deref(), Ok("s/m1/7/true"));
        assert_eq!(fill("{path}", line).as_deref(), Ok("a/b"));
        assert_eq!(fill("plain", line).as_deref(), Ok("plain"));
        for wrong in ["{bad}", "{none}", "{nothing}", "{e}"] {
            assert!(fill(wrong, line).is_err(), "{wrong}");
        }
        for wrong in ["", "a/#", "a/{", "a/{}", "a}", "+/{a}"] {
            assert!(Template::parse(wrong).is_err(), "{wrong}");
        }
    }
}
