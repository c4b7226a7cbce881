//! A JSON Schema: compiled once, asked of each record.
//!
//! Decision: a schema comes from a file that the user names, and refers to nothing else: no network ever, other
//! files only inside the folder of `--allow-ref`. Patterns are matched in linear time; those that cannot be
//! (look-around, back-references) by backtracking with a small limit, so that no record can hold the stream.

use super::document::{Document, Places, push_token};
use super::exact;
use super::keywords;
use super::node::{At, InLine};
use super::repeated;
use crate::host::diag;
use crate::reading::error::{Code, Error, Fault, Result, excerpt};
use crate::reading::json::{self, Kind};
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{Draft, PatternOptions, Retrieve, Uri, ValidationError, Validator};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Steps a pattern may go back before the value counts as not matching: about 50 µs.
const BACKTRACKS: usize = 1000;

/// A compiled schema.
pub(super) struct Schema {
    validator: Validator<InLine>,
}

impl Schema {
    /// Reads and compiles a schema; `allow`: the folder in which files may be referred to.
    pub(super) fn open(path: &Path, allow: Option<&Path>) -> Result<Schema> {
        let name = format!("schema {}", path.display());
        let bytes = std::fs::read(path).map_err(|e| Error::usage(format!("read {name}")).because(e))?;
        let text = str::from_utf8(&bytes).map_err(|e| Error::usage(format!("read {name}")).because(e))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut schema: Value =
            serde_json::from_str(text).map_err(|e| Error::usage(format!("read {name}")).because(e))?;
        let mut places = Places::default();
        for fault in repeated::faults(&places.read(text)) {
            warn(format_args!("{name} has {} more than once: only the last one counts", fault.pointer));
        }
        let folder = match allow {
            None => None,
            Some(folder) => Some(
                folder
                    .canonicalize()
                    .map_err(|e| Error::usage(format!("open folder {}", folder.display())).because(e))?,
            ),
        };
        let whole = path.canonicalize().map_err(|e| Error::usage(format!("read {name}")).because(e))?;
        let base = file_uri(&whole);
        for unknown in keywords::unknown(&schema) {
            warn(format_args!("{name}: {unknown}"));
        }
        exact::keep_digits(text, &mut schema);
        let has_const = Draft::default().detect(&schema) != Draft::Draft4;
        let read = Arc::default();
        let options = || {
            let options = jsonschema::options_for::<InLine>()
                .should_validate_formats(true)
                .with_base_uri(&base)
                .with_retriever(Folder { folder: folder.clone(), read: Arc::clone(&read) });
            exact::comparing(options, has_const)
        };
        let validator = match options().with_pattern_options(PatternOptions::regex()).build(&schema) {
            Ok(validator) => validator,
            Err(_) => {
                let limited = PatternOptions::fancy_regex().backtrack_limit(BACKTRACKS);
                let validator = options().with_pattern_options(limited).build(&schema).map_err(|why| {
                    let place = why.instance_path().to_string();
                    let place = if place.is_empty() { String::new() } else { format!(" at {place}") };
                    Error::usage(format!("compile {name}{place}: {}", first_words(&why.to_string())))
                })?;
                warn(format_args!(
                    "{name} has patterns with look-around or back-references: a value for which they take more \
                     than {BACKTRACKS} steps is rejected"
                ));
                validator
            }
        };
        for (path, schema) in read.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            for unknown in keywords::unknown(schema) {
                warn(format_args!("schema {}: {unknown}", path.display()));
            }
        }
        Ok(Schema { validator })
    }

    /// The document is valid.
    pub(super) fn allows(&self, document: &Document<'_>) -> bool {
        self.validator.is_valid(At::root(document))
    }

    /// All that is wrong with a document that is not allowed; `line` is its text. Never nothing.
    pub(super) fn faults(&self, document: &Document<'_>, line: &[u8]) -> Vec<Fault> {
        let mut faults: Vec<Fault> = Vec::new();
        let mut values = Values::default();
        for error in self.validator.iter_errors(At::root(document)) {
            let place = error.instance_path().to_string();
            let mut fault = |pointer: String, allowed: String| {
                let found = values.find(document, line, &pointer);
                faults.push(Fault { code: Code::Schema, pointer, found, allowed });
            };
            let inside = |name: &str| {
                let mut pointer = place.clone();
                push_token(&mut pointer, name);
                pointer
            };
            match error.kind() {
                ValidationErrorKind::Required { property } => {
                    fault(inside(property.as_str().unwrap_or_default()), "a value".to_owned());
                }
                ValidationErrorKind::AdditionalProperties { unexpected }
                | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
                    for name in unexpected {
                        fault(inside(name), "no field of this name".to_owned());
                    }
                }
                kind => fault(place.clone(), allowed(kind, &error)),
            }
        }
        if faults.is_empty() {
            // What is not valid is rejected, whether or not the crate can say why.
            let (pointer, found) = (String::new(), excerpt(&String::from_utf8_lossy(line)));
            faults.push(Fault { code: Code::Schema, pointer, found, allowed: "what the schema allows".to_owned() });
        }
        faults
    }
}

/// The values that faults are about. The first few are looked for in the line, which is quick; for more all are listed, so
/// that a record with many faults does not cost the square of them.
#[derive(Default)]
struct Values<'a> {
    asked: usize,
    listed: HashMap<String, &'a str>,
}

/// So many are looked for one by one.
const FEW: usize = 8;

impl<'a> Values<'a> {
    /// The value that a pointer points to, as it is shown; empty if there is none.
    fn find(&mut self, document: &Document<'a>, line: &[u8], pointer: &str) -> String {
        self.asked += 1;
        if self.asked <= FEW {
            return json::pointer(line, pointer).map_or_else(String::new, |raw| excerpt(&String::from_utf8_lossy(raw)));
        }
        if self.listed.is_empty() {
            self.list(document, 0, String::new());
        }
        self.listed.get(pointer).map_or_else(String::new, |raw| excerpt(raw))
    }

    /// Lists a value and what is in it. (A record is nested 127 deep at most.)
    fn list(&mut self, document: &Document<'a>, at: usize, pointer: String) {
        let Some(place) = document.places().get(at) else { return };
        for (n, inner) in document.inside(at).enumerate() {
            let mut pointer = pointer.clone();
            match place.kind {
                Kind::Object => push_token(&mut pointer, &document.key(&document.places()[inner])),
                _ => push_token(&mut pointer, &n.to_string()),
            }
            self.list(document, inner, pointer);
        }
        self.listed.insert(pointer, document.raw(place));
    }
}

/// What would have been allowed, in words.
fn allowed(kind: &ValidationErrorKind, error: &ValidationError<'_>) -> String {
    use ValidationErrorKind as K;
    match kind {
        K::Type { kind: TypeKind::Single(one) } => format!("the type {one}"),
        K::Type { kind: TypeKind::Multiple(types) } => {
            let names: Vec<String> = types.iter().map(|one| one.to_string()).collect();
            format!("one of the types {}", names.join(", "))
        }
        K::Custom { message, .. } => message.clone(),
        K::MinLength { limit } => format!("at least {limit} characters"),
        K::MaxLength { limit } => format!("at most {limit} characters"),
        K::MinItems { limit } => format!("at least {limit} elements"),
        K::MaxItems { limit } => format!("at most {limit} elements"),
        K::AdditionalItems { limit } => format!("at most {limit} elements"),
        K::MinProperties { limit } => format!("at least {limit} fields"),
        K::MaxProperties { limit } => format!("at most {limit} fields"),
        K::Pattern { pattern } => format!("text that matches {pattern}"),
        K::Format { format } => format!("the format {format}"),
        K::FalseSchema => "nothing".to_owned(),
        K::UniqueItems => "no element twice".to_owned(),
        K::Contains => "elements that `contains` counts, neither too few nor too many".to_owned(),
        K::AnyOf { .. } => "what at least one schema of anyOf allows".to_owned(),
        K::OneOfNotValid { .. } => "what one schema of oneOf allows".to_owned(),
        K::OneOfMultipleValid { .. } => "what only one schema of oneOf allows".to_owned(),
        K::Not { .. } => "what the schema of `not` does not allow".to_owned(),
        K::PropertyNames { error } => format!("other names of fields: {}", error.masked_with("a name")),
        K::BacktrackLimitExceeded { .. } => {
            format!("text whose pattern is found or excluded within {BACKTRACKS} steps")
        }
        _ => error.masked_with("it").to_string(),
    }
}

fn warn(message: std::fmt::Arguments<'_>) {
    diag::warn(Code::Unchecked, message);
}

/// A message of the crate as the end of one of ours.
fn first_words(text: &str) -> String {
    excerpt(text.trim_end_matches('.'))
}

/// `file:///…`, what is not plain in a path as `%XX` (RFC 3986).
fn file_uri(path: &Path) -> String {
    let mut uri = "file://".to_owned();
    for &byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// The path of a `file:` URI.
fn file_path(encoded: &str) -> Option<PathBuf> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let [first, others @ ..] = rest {
        rest = others;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let digits = others.get(..2).and_then(|two| str::from_utf8(two).ok())?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = &others[2..];
    }
    String::from_utf8(bytes).ok().map(PathBuf::from)
}

/// What a schema may refer to: files in one folder, or nothing.
struct Folder {
    folder: Option<PathBuf>,
    /// What was read, by path.
    read: Arc<Mutex<BTreeMap<PathBuf, Value>>>,
}

impl Retrieve for Folder {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        let Some(folder) = &self.folder else {
            return Err("other files are only read with --allow-ref DIR, the network never".into());
        };
        if uri.scheme().as_str() != "file" {
            return Err("only files are read, the network never".into());
        }
        let path = file_path(uri.path().as_str()).ok_or("not a path")?;
        // Without links and `..`: what counts is where the file is, not how it is called.
        let path = path.canonicalize()?;
        if !path.starts_with(folder) {
            return Err(format!("{} is not in the folder of --allow-ref", path.display()).into());
        }
        if !path.is_file() {
            return Err(format!("{} is not a file", path.display()).into());
        }
        let text = std::fs::read_to_string(&path)?;
        let mut schema: Value = serde_json::from_str(&text)?;
        self.read.lock().unwrap_or_else(PoisonError::into_inner).insert(path, schema.clone());
        exact::keep_digits(&text, &mut schema);
        Ok(schema)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_survive_as_uris() {
        for path in ["/a/b.json", "/tmp/a b/%41#?é~.json"] {
            let uri = file_uri(Path::new(path));
            assert!(uri.is_ascii() && !uri.contains([' ', '#', '?']), "{uri}");
            assert_eq!(file_path(uri.strip_prefix("file://").expect("a file")), Some(PathBuf::from(path)));
        }
        assert_eq!(file_path("/%4"), None);
        assert_eq!(file_path("/%zz"), None);
    }
}
