//! What is to be seen, and how large.

use super::curve::Curve;
use super::theme::Theme;
use jiff::tz::TimeZone;

/// How a picture is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Svg,
    Png,
}

/// What is to be seen.
pub(crate) struct Picture<'a> {
    pub title: Option<&'a str>,
    /// Whose readings they are, if all are of one.
    pub subtitle: Option<&'a str>,
    pub panels: Vec<Panel<'a>>,
    /// From when to when: ns since 1970 UTC. `None`: nothing is there.
    pub range: Option<(i64, i64)>,
    /// Whose clocks the axis shows.
    pub zone: &'a TimeZone,
}

/// Lines with one axis of values.
#[derive(Default)]
pub(crate) struct Panel<'a> {
    /// What is measured.
    pub name: String,
    /// In what.
    pub unit: String,
    pub lines: Vec<Line<'a>>,
}

/// One line.
pub(crate) struct Line<'a> {
    pub curve: &'a Curve,
    /// Its name, where there are several.
    pub label: String,
    /// Lines of one number have one colour.
    pub colour: usize,
    /// A longer distance between two readings, in ns, is a gap.
    pub gap: i64,
}

/// How it is to be drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    pub width: u32,
    pub height: u32,
    pub format: Format,
    pub theme: Theme,
}
