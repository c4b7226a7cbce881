//! Pictures: curves over time in panels, as PNG or SVG.
//!
//! plotters draws the shapes and the text; where they stand is decided here, after the charts of good
//! newspapers: no box, a light grid, few round numbers, names beside the lines instead of a key to them.
//! The same picture gives the same bytes.

mod canvas;
mod chart;
pub(crate) mod curve;
mod path;
mod theme;
mod times;
mod values;

pub(crate) use self::theme::Theme;
use crate::reading::error::Result;
use curve::Curve;
use jiff::tz::TimeZone;

/// How a picture is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
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

/// Draws a picture; the bytes of a file. Panels that do not fit ([`fitting`]) are left out.
pub(crate) fn draw(picture: &Picture<'_>, page: Page) -> Result<Vec<u8>> {
    let size = (page.width, page.height);
    match page.format {
        Format::Png => canvas::png(size, |canvas| chart::draw(canvas, picture, page)),
        Format::Svg => {
            let name = picture.title.or(picture.subtitle).unwrap_or("readings over time");
            canvas::svg(size, name, |canvas| chart::draw(canvas, picture, page))
        }
    }
}

/// How many panels a page has room for.
pub(crate) fn fitting(page: Page) -> usize {
    chart::fitting(page)
}
