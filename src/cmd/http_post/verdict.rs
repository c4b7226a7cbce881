//! What a server's answer means for the records of a request.

use crate::net::http::Answer;
use crate::net::wait::unreachable;
use crate::reading::error::{Code, Error};
use crate::reading::time;
use std::time::Duration;

/// A server is not waited for longer than this because it says so.
const LONGEST: Duration = Duration::from_secs(3600);

/// So much of what a server says is repeated, in characters.
const WORDS: usize = 300;

#[derive(Debug)]
pub(super) enum Verdict {
    /// It has all records.
    Taken,
    /// There is a fault in what was sent.
    Bad(String),
    /// Not now; how long the server asks to wait.
    Again(Error, Option<Duration>),
    /// It will never be otherwise.
    End(Error),
}

impl Verdict {
    pub(super) fn of(answer: &Answer) -> Verdict {
        let text = match said(&answer.body) {
            words if words.is_empty() => answer.head.text(),
            words => format!("{}: {words}", answer.head.text()),
        };
        let again = || may_pass(&format!("the server answers {text}"));
        match answer.head.status {
            200..=299 => Verdict::Taken,
            400 | 413 | 422 => Verdict::Bad(text),
            401 | 403 | 407 => Verdict::End(Error::new(Code::Refused, format!("the server refuses us: {text}"))),
            404 | 405 | 410 => Verdict::End(Error::usage(format!("the server answers {text}"))),
            300..=399 => {
                let to = answer.head.elements("location").next().unwrap_or("elsewhere");
                Verdict::Again(may_pass(&format!("the server answers {text}: it redirects to {to}")), None)
            }
            429 | 503 => Verdict::Again(again(), retry_after(answer)),
            _ => Verdict::Again(again(), None),
        }
    }
}

/// A fault that may pass.
pub(super) fn may_pass(text: &str) -> Error {
    unreachable(text)
}

/// RFC 9110, 10.2.3: seconds or a date.
fn retry_after(answer: &Answer) -> Option<Duration> {
    let text = answer.head.text_of("retry-after")?;
    let pause = match text.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let left = time::parse_http_date(&text)?.saturating_sub(time::now());
            Duration::from_nanos(u64::try_from(left).unwrap_or(0))
        }
    };
    Some(pause.min(LONGEST))
}

/// The beginning of a body, in one line.
fn said(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().filter(|c| !c.is_control()).take(WORDS).collect()
}
