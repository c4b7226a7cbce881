//! Payloads: a message, of MQTT or of a WebSocket, as records. An object is one record, an array of objects that many, and so
//! are lines with an object each; anything else is rejected, and nothing of a message is taken that was not understood as a whole.

mod inflate;

use crate::form::{self, Input, Settings};
use crate::host::options::PayloadRules;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json::{self, Kind, Member};

/// What a payload may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Payload<'r> {
    /// Where its records are: a pointer (RFC 6901); `None`: it is them.
    pub each: Option<&'r str>,
    /// A bare number is a record, too: its `value`.
    pub numbers: bool,
    pub rules: &'r PayloadRules,
}

/// Takes what a payload gives.
pub(crate) trait Take {
    /// An object, without blanks around it, and its members.
    fn record(&mut self, object: &[u8], members: &[Member]) -> Result<()>;
    /// A payload, or an element of one, that is no record.
    fn reject(&mut self, bytes: &[u8], code: Code, why: String) -> Result<()>;
}

impl Payload<'_> {
    /// Takes a payload apart. `members` is for the members of one record at a time, and may be used again.
    pub(crate) fn records(&self, payload: &[u8], members: &mut Vec<Member>, to: &mut impl Take) -> Result<()> {
        match inflate::inflated(payload).filter(|_| self.rules.inflate) {
            None => self.unpacked(payload, members, to),
            Some(Ok(inflated)) => self.unpacked(&inflated, members, to),
            Some(Err(why)) => to.reject(payload, Code::Packed, why),
        }
    }

    fn unpacked(&self, payload: &[u8], members: &mut Vec<Member>, to: &mut impl Take) -> Result<()> {
        // Programs in C send the end of their texts, too.
        let end = payload.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
        let payload = &payload[..end];
        if let Some(settings) = &self.rules.form {
            return self.formed(settings, payload, members, to);
        }
        // Some senders put a mark in front that says UTF-8 (RFC 8259, 8.1).
        let text = payload.strip_prefix(b"\xef\xbb\xbf").unwrap_or(payload);
        let inner = json::trimmed(text);
        let start = payload.len() - text.len() + text.iter().take_while(|&&byte| json::is_blank(&[byte])).count();
        let text = inner;
        let bad = |why: json::Bad| format!("not JSON: {} at byte {}", why.what, start + why.offset + 1);
        members.clear();
        if text.is_empty() {
            return to.reject(payload, Code::Json, "an empty message".to_owned());
        }
        if self.each.is_none() && text.starts_with(b"{") {
            // It is looked through once: that it is an object, and which members it has.
            return match json::members(text, members) {
                Ok(()) => self.record(payload, text, members, to),
                Err(_) if is_lines(text, members) => self.lines(text, members, to),
                Err(why) => to.reject(payload, Code::Json, bad(why)),
            };
        }
        let whole = match json::check(text) {
            Ok(kind) => kind,
            Err(why) => return to.reject(payload, Code::Json, bad(why)),
        };
        let (found, kind) = match self.each {
            None => (text, Some(whole)),
            Some(each) => match json::pointer(text, each) {
                Some(found) => (found, json::check(found).ok()),
                None => return to.reject(payload, Code::Type, format!("nothing is at --each {each}")),
            },
        };
        match kind {
            Some(Kind::Object) => match json::members(found, members) {
                Ok(()) => self.record(payload, found, members, to),
                Err(why) => to.reject(payload, Code::Json, bad(why)),
            },
            Some(Kind::Array) if self.rules.whole => {
                let object = [b"{\"message\":", found, b"}"].concat();
                match json::members(&object, members) {
                    Ok(()) => self.record(payload, &object, members, to),
                    Err(why) => to.reject(payload, Code::Json, bad(why)),
                }
            }
            Some(Kind::Array) => self.elements(payload, found, members, to),
            Some(Kind::Number) if self.numbers => {
                let object = [b"{\"value\":", found, b"}"].concat();
                match json::members(&object, members) {
                    Ok(()) => self.record(payload, &object, members, to),
                    Err(why) => to.reject(payload, Code::Json, bad(why)),
                }
            }
            _ if self.numbers => {
                let why = "neither an object, nor an array of objects, nor a number";
                to.reject(payload, Code::Type, why.to_owned())
            }
            _ => to.reject(payload, Code::Type, "neither an object nor an array of objects".to_owned()),
        }
    }

    /// A record a line.
    fn lines(&self, text: &[u8], members: &mut Vec<Member>, to: &mut impl Take) -> Result<()> {
        for line in lines_of(text) {
            members.clear();
            // It was looked at before.
            if json::members(line, members).is_ok() {
                self.record(line, line, members, to)?;
            }
        }
        Ok(())
    }

    /// The records of a payload in another form, if all of it is records.
    fn formed(&self, settings: &Settings, payload: &[u8], members: &mut Vec<Member>, to: &mut impl Take) -> Result<()> {
        let mut parts = Parts::default();
        let mut input = Input::of_message(settings, self.rules.max_record);
        input.feed(payload, &mut parts)?;
        input.finish(true, &mut parts)?;
        if let Some((code, why)) = parts.fault {
            return to.reject(payload, code, why);
        }
        if parts.ends.is_empty() && json::is_blank(payload) {
            return to.reject(payload, Code::Json, "an empty message".to_owned());
        }
        let mut start = 0;
        let mut bad = None;
        for end in &parts.ends {
            members.clear();
            if let Err(why) = json::members(&parts.records[start..*end], members) {
                bad = bad.or(Some(format!("not JSON: {} at byte {}", why.what, why.offset + 1)));
            }
            start = *end;
        }
        if let Some(why) = bad {
            return to.reject(payload, Code::Json, why);
        }
        let mut start = 0;
        for end in parts.ends {
            let object = &parts.records[start..end];
            start = end;
            members.clear();
            // It was looked at above.
            if json::members(object, members).is_ok() {
                self.record(payload, object, members, to)?;
            }
        }
        Ok(())
    }

    /// The records of an array, if all of it is records: an element may need its neighbours to be understood.
    fn elements(&self, payload: &[u8], array: &[u8], members: &mut Vec<Member>, to: &mut impl Take) -> Result<()> {
        if let Some(i) = json::elements(array).position(|element| !element.starts_with(b"{")) {
            return to.reject(payload, Code::Type, format!("element {i} of an array is not an object"));
        }
        for element in json::elements(array) {
            members.clear();
            match json::members(element, members) {
                Ok(()) => self.record(element, element, members, to)?,
                Err(why) => {
                    to.reject(element, Code::Json, format!("not JSON: {} at byte {}", why.what, why.offset + 1))?
                }
            }
        }
        Ok(())
    }

    /// `bytes`: what is rejected if it is too long.
    fn record(&self, bytes: &[u8], object: &[u8], members: &[Member], to: &mut impl Take) -> Result<()> {
        if object.len() > self.rules.max_record {
            let why = format!("longer than --max-record {} bytes", self.rules.max_record);
            return to.reject(bytes, Code::TooLong, why);
        }
        to.record(object, members)
    }
}

/// The lines of a message, without blank ones.
fn lines_of(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|&byte| byte == b'\n').map(json::trimmed).filter(|line| !line.is_empty())
}

/// Several objects, each in a line of its own (NDJSON).
fn is_lines(text: &[u8], members: &mut Vec<Member>) -> bool {
    text.contains(&b'\n')
        && lines_of(text).all(|line| {
            members.clear();
            line.starts_with(b"{") && json::members(line, members).is_ok()
        })
}

/// The records of a message take at most this many bytes: a name that it has once may be in each of them.
const MOST: usize = 16 << 20;

/// What a form makes of a payload; of what it cannot use, the first.
#[derive(Default)]
struct Parts {
    records: Vec<u8>,
    ends: Vec<usize>,
    fault: Option<(Code, String)>,
}

impl form::Take for Parts {
    fn record(&mut self, _: u64, object: &[u8]) -> Result<()> {
        if self.fault.is_some() {
            // All of it is one reject: nothing of it is needed.
            return Ok(());
        }
        if self.records.len() + object.len() > MOST {
            let why = format!("its records take more than {} MiB", MOST >> 20);
            self.fault = Some((Code::TooLong, why));
            return Ok(());
        }
        self.records.extend_from_slice(object);
        self.ends.push(self.records.len());
        Ok(())
    }

    fn begin_reject(&mut self, _: u64, why: &Error) -> Result<()> {
        self.fault.get_or_insert_with(|| (why.code(), why.to_string()));
        Ok(())
    }

    fn reject_piece(&mut self, _: &[u8]) -> Result<()> {
        Ok(())
    }

    fn end_reject(&mut self) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Taken(Vec<String>);

    impl Take for Taken {
        fn record(&mut self, object: &[u8], members: &[Member]) -> Result<()> {
            self.0.push(format!("{} {}", members.len(), String::from_utf8_lossy(object)));
            Ok(())
        }

        fn reject(&mut self, bytes: &[u8], _: Code, why: String) -> Result<()> {
            self.0.push(format!("! {}: {why}", String::from_utf8_lossy(bytes)));
            Ok(())
        }
    }

    fn records(payload: &[u8], each: Option<&str>, numbers: bool) -> Vec<String> {
        let (mut members, mut taken) = (Vec::new(), Taken::default());
        let rules = PayloadRules { form: None, whole: false, inflate: false, max_record: 20 };
        let payload_of = Payload { each, numbers, rules: &rules };
        payload_of.records(payload, &mut members, &mut taken).expect("nothing fails");
        taken.0
    }

    #[test]
    fn objects_arrays_and_numbers() {
        assert_eq!(records(b"\xef\xbb\xbf {\"a\":1,\"b\":2}\n", None, false), ["2 {\"a\":1,\"b\":2}"]);
        assert_eq!(records(b" [{}, {\"a\":1}]", None, false), ["0 {}", "1 {\"a\":1}"]);
        let mixed = " [{}, 1, {\"a\":1}]";
        let wanted = format!("! {mixed}: element 1 of an array is not an object");
        assert_eq!(records(mixed.as_bytes(), None, false), [wanted]);
        assert_eq!(records(b"[true,false]", None, true), ["! [true,false]: element 0 of an array is not an object"]);
        assert_eq!(records(b"\x0c", None, true), ["! \x0c: not JSON: not a value at byte 1"]);
        assert_eq!(records(b"21.5", None, true), ["1 {\"value\":21.5}"]);
        assert_eq!(records(b"21.5", None, false), ["! 21.5: neither an object nor an array of objects"]);
        assert_eq!(records(b"null", None, true), ["! null: neither an object, nor an array of objects, nor a number"]);
        assert_eq!(records(b"{\"a\":1}\n\r\n{\"b\":2}\n\0", None, true), ["1 {\"a\":1}", "1 {\"b\":2}"]);
        let torn = "{\"a\":1}\n{\"b\":2";
        let wanted = format!("! {torn}: not JSON: more after the end of the value at byte 9");
        assert_eq!(records(torn.as_bytes(), None, true), [wanted]);
        assert_eq!(records(b" ", None, true), ["!  : an empty message"]);
        assert_eq!(records(b" {\"a\":x}", None, true), ["!  {\"a\":x}: not JSON: not a value at byte 7"]);
    }

    #[test]
    fn records_inside() {
        assert_eq!(records(b"{\"d\": {\"a\":1}}", Some("/d"), false), ["1 {\"a\":1}"]);
        assert_eq!(records(b"{\"d\":[{\"a\":1}]}", Some("/d"), false), ["1 {\"a\":1}"]);
        assert_eq!(records(b"[1]", Some("/0"), true), ["1 {\"value\":1}"]);
        assert_eq!(records(b"{}", Some("/d"), false), ["! {}: nothing is at --each /d"]);
        assert_eq!(records(b"{\"d\":}", Some("/d"), false).len(), 1);
    }

    #[test]
    fn what_is_too_long_is_one_reject() {
        let long = b"[{\"a\":\"0123456789abcdef\"},{}]";
        assert_eq!(records(long, None, false)[1], "0 {}");
        assert!(records(long, None, false)[0].ends_with("longer than --max-record 20 bytes"));
        assert!(records(b" {\"a\":\"0123456789abcdef\"}", None, false)[0].starts_with("!  {"));
    }
}
