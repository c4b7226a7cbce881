//! Pictures: curves over time in panels, as PNG or SVG.
//!
//! plotters draws the shapes and the text; where they stand is decided here, after the charts of good
//! newspapers: no box, a light grid, few round numbers, names beside the lines instead of a key to them.
//! The same picture gives the same bytes.

mod canvas;
mod chart;
pub(crate) mod curve;
mod path;
mod picture;
mod theme;
mod times;
mod values;

pub(crate) use self::picture::{Format, Line, Page, Panel, Picture};
pub(crate) use self::theme::Theme;
use crate::reading::error::Result;

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
