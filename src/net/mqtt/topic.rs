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

/// There are topics that both filters match.
pub(crate) fn overlap(one: &str, other: &str) -> bool {
    // `$share/GROUP/FILTER` (MQTT 5, 4.8.2).
    let plain = |filter| match str::strip_prefix(filter, "$share/") {
        Some(rest) => rest.split_once('/').map_or(rest, |(_, filter)| filter),
        None => filter,
    };
    let (one, other): (&str, &str) = (plain(one), plain(other));
    let is_wild = |filter: &str| filter.starts_with(['+', '#']);
    // A wildcard at the beginning does not match the broker's own topics (4.7.2).
    if is_wild(one) && other.starts_with('$') || is_wild(other) && one.starts_with('$') {
        return false;
    }
    let (mut one, mut other) = (one.split('/'), other.split('/'));
    loop {
        match (one.next(), other.next()) {
            (Some("#"), _) | (_, Some("#")) | (None, None) => return true,
            (Some(a), Some(b)) if a == b || a == "+" || b == "+" => {}
            _ => return false,
        }
    }
}

/// What a broker may send as a topic: not empty, no wildcards (MQTT 5, 3.3.2.1).
pub(crate) fn is_name(topic: &[u8]) -> bool {
    !topic.is_empty() && !topic.iter().any(|byte| matches!(byte, b'+' | b'#' | 0))
}

/// A topic to publish to: no wildcards.
pub(crate) fn check_name(topic: &str) -> Result<String, String> {
    if topic.is_empty() || topic.len() > MOST_BYTES || topic.contains(['+', '#', '\0']) {
        return Err("a topic to publish to is not empty and has no + or #".to_owned());
    }
    Ok(topic.to_owned())
}

/// Finds parts of a topic: `+/room/{room}/{quantity}`. `{name}` takes a level, `+` any one, `#` the rest, `{name#}` the
/// rest, of one level at least.
#[derive(Clone, Debug)]
pub(crate) struct Pattern(Vec<Level>);

#[derive(Clone, Debug)]
enum Level {
    Text(String),
    Any,
    Rest,
    Field(String),
    FieldOfRest(String),
}

impl Pattern {
    pub(crate) fn parse(text: &str) -> Result<Pattern, String> {
        let count = text.split('/').count();
        let level = |(i, level): (usize, &str)| match level {
            "+" => Ok(Level::Any),
            "#" if i + 1 == count => Ok(Level::Rest),
            _ => match level.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                Some(name) if !name.trim_end_matches('#').is_empty() && !name.contains(['{', '}']) => {
                    match name.strip_suffix('#') {
                        None => Ok(Level::Field(name.to_owned())),
                        Some(name) if i + 1 == count => Ok(Level::FieldOfRest(name.to_owned())),
                        Some(_) => Err(format!("{level}: the rest of a topic is only allowed at the end")),
                    }
                }
                None if !level.contains(['+', '#', '{', '}']) => Ok(Level::Text(level.to_owned())),
                _ => Err(format!("{level}: a level is a word, + or {{name}}; # is only allowed at the end")),
            },
        };
        text.split('/').enumerate().map(level).collect::<Result<_, _>>().map(Pattern)
    }

    /// What a broker is asked for.
    pub(crate) fn filter(&self) -> String {
        let level = |level: &Level| match level {
            Level::Text(text) => text.clone(),
            Level::Any | Level::Field(_) => "+".to_owned(),
            Level::Rest | Level::FieldOfRest(_) => "#".to_owned(),
        };
        self.0.iter().map(level).collect::<Vec<_>>().join("/")
    }

    /// The names of its fields.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|level| match level {
            Level::Field(name) | Level::FieldOfRest(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// The fields of a topic that it fits, name and text.
    pub(crate) fn find<'p, 't>(&'p self, topic: &'t str) -> Option<Vec<(&'p str, &'t str)>> {
        let mut found = Vec::new();
        let mut parts = topic.split('/');
        for (i, level) in self.0.iter().enumerate() {
            let part = match level {
                Level::Rest => return Some(found),
                Level::FieldOfRest(name) => {
                    let rest = topic.splitn(i + 1, '/').nth(i)?;
                    found.push((name.as_str(), rest));
                    return Some(found);
                }
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

/// Makes a topic of a record: `sensors/{device}/{quantity}`. `{name}` is one level, `{name#}` may be several.
#[derive(Clone, Debug)]
pub(crate) struct Template(Vec<Piece>);

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    /// `has_levels`: a slash in its value is one of the topic.
    Field {
        name: String,
        has_levels: bool,
    },
}

impl Template {
    pub(crate) fn parse(text: &str) -> Result<Template, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, behind) = after.split_once('}').ok_or("a { without its }")?;
            let (name, has_levels) = name.strip_suffix('#').map_or((name, false), |name| (name, true));
            if name.is_empty() || name.contains('{') {
                return Err("between { and } there must be the name of a field".to_owned());
            }
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(Piece::Field { name: name.to_owned(), has_levels });
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
                Piece::Field { name, has_levels } => {
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
                    if !has_levels && to[from..].contains('/') {
                        // Who names a device must not choose another's topic.
                        return Err(format!("field {name} has a / in it: {{{name}#}} allows several levels"));
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
    fn overlaps() {
        for (one, other) in [
            ("m/+/t", "m/a/#"),
            ("a", "a"),
            ("#", "a/b"),
            ("a/#", "a"),
            ("+/+", "a/+"),
            ("$share/g/a/#", "a/b"),
            ("$SYS/#", "$SYS/+"),
        ] {
            assert!(overlap(one, other) && overlap(other, one), "{one} {other}");
        }
        for (one, other) in
            [("a", "b"), ("a/+", "a"), ("+/b", "a/c"), ("a/+/c", "a/b"), ("#", "$SYS/a"), ("+/a", "$SYS/a")]
        {
            assert!(!overlap(one, other) && !overlap(other, one), "{one} {other}");
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
        assert_eq!(find("z/{device#}", "z/living/lamp").as_deref(), Some("device=living/lamp"));
        assert_eq!(find("{a}/{b#}", "x/y").as_deref(), Some("a=x b=y"));
        assert_eq!(find("{a#}", "x//").as_deref(), Some("a=x//"));
        assert_eq!(find("z/{device#}", "z"), None);
        for wrong in ["{}", "a{b}", "{a", "#/a", "a+", "{a}{b}", "{#}", "{a#}/b"] {
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
        assert_eq!(fill("x/{path#}", line).as_deref(), Ok("x/a/b"));
        assert!(fill("{path}", line).is_err_and(|why| why.contains("{path#}")));
        assert_eq!(fill("plain", line).as_deref(), Ok("plain"));
        for wrong in ["{bad}", "{none}", "{nothing}", "{e}"] {
            assert!(fill(wrong, line).is_err(), "{wrong}");
        }
        for wrong in ["", "a/#", "a/{", "a/{}", "a}", "+/{a}"] {
            assert!(Template::parse(wrong).is_err(), "{wrong}");
        }
    }
}
