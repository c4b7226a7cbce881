//! A page: title, names, panels one below the other over one axis of time.

use super::canvas::{self, Canvas, Point, Side, Type};
use super::picture::{Line, Page, Panel, Picture};
use super::theme::Colours;
use super::{path, times, values};
use crate::reading::error::Result;
use plotters::prelude::DrawingBackend;
use std::collections::HashSet;

const MARGIN: f64 = 16.0;
const TITLE: f64 = 17.0;
const HEADING: f64 = 12.5;
const LABEL: f64 = 11.5;
/// The height of a row of text.
const ROW: f64 = 20.0;
/// Below the last panel: times, dates, margin.
const FOOT: f64 = 44.0;
/// The least height of a panel, without its heading.
const LEAST: f64 = 30.0;
/// Between two panels.
const BETWEEN: f64 = 12.0;
/// Two names beside their lines stand at least so far apart.
const NAMES_APART: f64 = 15.0;
/// So do two numbers at an axis.
const NUMBERS_APART: f64 = 12.0;
/// The sample of a line before its name.
const SAMPLE: f64 = 16.0;

/// How many panels a page has room for.
pub(super) fn fitting(page: Page) -> usize {
    let free = f64::from(page.height) - FOOT - MARGIN - 2.0 * ROW;
    ((free + BETWEEN) / (ROW + LEAST + BETWEEN)).floor().max(1.0) as usize
}

/// Where the lines of a panel are drawn.
struct Plot<'p> {
    panel: &'p Panel<'p>,
    axis: values::Axis,
    top: f64,
    height: f64,
}

/// What all panels share.
struct Frame<'p> {
    colours: &'static Colours,
    from: i64,
    to: i64,
    left: f64,
    right: f64,
    /// The names stand beside the lines.
    beside: bool,
    plots: Vec<Plot<'p>>,
}

pub(super) fn draw<B: DrawingBackend>(canvas: &mut Canvas<B>, picture: &Picture<'_>, page: Page) -> Result<()> {
    let colours = page.theme.colours();
    let (width, height) = (f64::from(page.width), f64::from(page.height));
    canvas.rect((0.0, 0.0), (width, height), colours.ground)?;
    let mut top = MARGIN - 2.0;
    if let Some(title) = picture.title {
        let look = Type { size: TITLE, bold: true, colour: colours.ink };
        let title = shortened(title, width - 2.0 * MARGIN, TITLE, true);
        canvas.text(&title, (MARGIN, top + TITLE * 0.85), Side::Left, look)?;
        top += TITLE + 10.0;
    }
    let Some((from, to)) = picture.range else {
        let look = Type { size: 14.0, bold: false, colour: colours.muted };
        return canvas.text("no records", (width / 2.0, height / 2.0 + 5.0), Side::Middle, look);
    };
    // One instant alone has some time around it.
    let (from, to) =
        if from == to { (from.saturating_sub(30_000_000_000), to.saturating_add(30_000_000_000)) } else { (from, to) };
    let panels: Vec<&Panel<'_>> = picture.panels.iter().take(fitting(page)).collect();
    let names = names(&panels);
    let longest = names.iter().map(|(name, _)| canvas::width(name, LABEL, false)).fold(0.0, f64::max);
    let lines = panels.iter().map(|panel| panel.lines.len()).max().unwrap_or(0);
    let room = (height - top - FOOT) / panels.len().max(1) as f64 - ROW - BETWEEN;
    let beside = !names.is_empty() && longest < width * 0.2 && lines as f64 * NAMES_APART <= room;
    top = head(canvas, picture, &panels, if beside { &[] } else { &names }, top, width, colours)?;

    let heading = |panel: &Panel<'_>| if panel.name.is_empty() && panel.unit.is_empty() { 4.0 } else { ROW };
    let headings: f64 = panels.iter().map(|panel| heading(panel)).sum();
    let count = panels.len().max(1) as f64;
    let each = ((height - FOOT - top - headings - BETWEEN * (count - 1.0)) / count).max(8.0);
    let mut plots = Vec::new();
    for panel in panels {
        top += heading(panel);
        let axis = axis_of(panel, each);
        plots.push(Plot { panel, axis, top: top.round(), height: each.floor() });
        top += each + BETWEEN;
    }
    let numbers = plots.iter().flat_map(|plot| &plot.axis.ticks);
    let gutter = numbers.map(|(_, label)| canvas::width(label, LABEL, false)).fold(18.0, f64::max);
    let left = (MARGIN + gutter + 8.0).round();
    let right = (width - MARGIN - if beside { longest + 8.0 } else { 4.0 }).round().max(left + 10.0);
    let frame = Frame { colours, from, to, left, right, beside, plots };
    frame.times(canvas, picture)?;
    for plot in &frame.plots {
        frame.values(canvas, plot)?;
    }
    for plot in &frame.plots {
        frame.lines(canvas, plot)?;
    }
    Ok(())
}

/// The names of the lines with their colours, each once, if there is anything to tell apart.
fn names<'p>(panels: &[&'p Panel<'p>]) -> Vec<(&'p str, usize)> {
    let mut seen = HashSet::new();
    let lines = panels.iter().flat_map(|panel| &panel.lines).filter(|line| !line.label.is_empty());
    lines.map(|line| (&line.label[..], line.colour)).filter(|name| seen.insert(*name)).collect()
}

/// The row (or rows) below the title: whose readings, which line is which, what dashes mean. The top of what follows.
fn head<B: DrawingBackend>(
    canvas: &mut Canvas<B>,
    picture: &Picture<'_>,
    panels: &[&Panel<'_>],
    names: &[(&str, usize)],
    top: f64,
    width: f64,
    colours: &Colours,
) -> Result<f64> {
    let plain = Type { size: HEADING, bold: false, colour: colours.muted };
    let (mut x, mut y) = (MARGIN, top + 11.0);
    let mut any = false;
    if let Some(subtitle) = picture.subtitle.filter(|text| !text.is_empty()) {
        let subtitle = shortened(subtitle, width * 0.6, HEADING, false);
        canvas.text(&subtitle, (x, y), Side::Left, plain)?;
        x += canvas::width(&subtitle, HEADING, false) + ROW;
        any = true;
    }
    let filled = panels.iter().flat_map(|panel| &panel.lines).any(|line| path::has_filled(line.curve));
    let mut items: Vec<(String, Option<usize>)> =
        names.iter().map(|(name, colour)| (shortened(name, width * 0.4, HEADING, false), Some(*colour))).collect();
    if filled {
        items.push(("filled".to_owned(), None));
    }
    for (name, colour) in items {
        let sample_width = if colour.is_some() { SAMPLE } else { 1.6 * SAMPLE };
        let needed = sample_width + 6.0 + canvas::width(&name, HEADING, false);
        if x + needed > width - MARGIN && x > MARGIN {
            (x, y) = (MARGIN, y + ROW - 2.0);
        }
        let sample = [(x, y - 4.0), (x + sample_width, y - 4.0)];
        match colour {
            Some(colour) => canvas.line(&sample, 2.5, colours.line(colour))?,
            None => canvas.dashes(&sample, path::DASH, 1.6, colours.muted)?,
        }
        let look = Type { colour: if colour.is_some() { colours.ink } else { colours.muted }, ..plain };
        canvas.text(&name, (x + sample_width + 6.0, y), Side::Left, look)?;
        x += needed + ROW;
        any = true;
    }
    Ok(if any { y + 14.0 } else { top })
}

fn axis_of(panel: &Panel<'_>, height: f64) -> values::Axis {
    let columns = panel.lines.iter().flat_map(|line| line.curve.columns());
    let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
    for column in columns {
        (min, max) = (min.min(column.min), max.max(column.max));
    }
    if min > max {
        (min, max) = (0.0, 0.0);
    }
    values::axis(min, max, ((height / 45.0).round() as usize).clamp(2, 6), (height / NUMBERS_APART) as usize)
}

impl Frame<'_> {
    fn x(&self, time: i64) -> f64 {
        let length = self.to.abs_diff(self.from).max(1) as f64;
        let part = if time >= self.from { time.abs_diff(self.from) as f64 / length } else { 0.0 };
        self.left + part * (self.right - self.left)
    }

    /// Grid, labels, dates and zone of the time axis.
    fn times<B: DrawingBackend>(&self, canvas: &mut Canvas<B>, picture: &Picture<'_>) -> Result<()> {
        let look = Type { size: LABEL, bold: false, colour: self.colours.muted };
        let measure = |text: &str| canvas::width(text, LABEL, false);
        let ticks = times::ticks(self.from, self.to, self.right - self.left, picture.zone, measure);
        let Some(bottom) = self.plots.last().map(|plot| plot.top + plot.height) else { return Ok(()) };
        let zone = times::zone_name(picture.zone, self.to);
        let zone_left = self.right - measure(&zone);
        canvas.text(&zone, (self.right, bottom + 34.0), Side::Right, look)?;
        let mut free = 0.0;
        for tick in &ticks {
            let x = self.x(tick.time).round();
            for plot in &self.plots {
                canvas.rect((x, plot.top), (1.0, plot.height), self.colours.grid)?;
            }
            canvas.rect((x, bottom), (1.0, 4.0), self.colours.axis)?;
            let half = measure(&tick.label) / 2.0;
            let middle = x.min(self.right + MARGIN - 4.0 - half).max(4.0 + half);
            canvas.text(&tick.label, (middle, bottom + 18.0), Side::Middle, look)?;
            if let Some(date) = &tick.date {
                let half = measure(date) / 2.0;
                let middle = x.max(4.0 + half);
                if middle - half >= free && middle + half + 8.0 <= zone_left {
                    canvas.text(date, (middle, bottom + 34.0), Side::Middle, look)?;
                    free = middle + half + 8.0;
                }
            }
        }
        Ok(())
    }

    /// Heading, grid and labels of a panel.
    fn values<B: DrawingBackend>(&self, canvas: &mut Canvas<B>, plot: &Plot<'_>) -> Result<()> {
        let colours = self.colours;
        let ink = Type { size: HEADING, bold: true, colour: colours.ink };
        let muted = Type { size: LABEL, bold: false, colour: colours.muted };
        let power = if plot.axis.power == 0 { String::new() } else { values::power_text(plot.axis.power) };
        let unit = [&*power, &*plot.panel.unit].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" ");
        let name = shortened(&plot.panel.name, (self.right - MARGIN) * 0.7, HEADING, true);
        let (text, rest) = match (name.is_empty(), unit.is_empty()) {
            (true, _) => (unit, String::new()),
            (false, true) => (name, String::new()),
            (false, false) => (name + ",", unit),
        };
        canvas.text(&text, (MARGIN, plot.top - 8.0), Side::Left, ink)?;
        let behind = MARGIN + canvas::width(&text, HEADING, true) + 4.0;
        canvas.text(&rest, (behind, plot.top - 8.0), Side::Left, Type { bold: false, colour: colours.muted, ..ink })?;
        for (value, label) in &plot.axis.ticks {
            let y = plot.y(*value).round();
            let is_zero = *value == 0.0 && plot.axis.from < 0.0;
            let colour = if is_zero { colours.axis } else { colours.grid };
            canvas.rect((self.left, y), (self.right - self.left, 1.0), colour)?;
            canvas.text(label, (self.left - 8.0, y + 4.5), Side::Right, muted)?;
        }
        let bottom = plot.top + plot.height;
        canvas.rect((self.left, bottom), (self.right - self.left, 1.0), colours.axis)
    }

    /// The lines of a panel, and their names beside them.
    fn lines<B: DrawingBackend>(&self, canvas: &mut Canvas<B>, plot: &Plot<'_>) -> Result<()> {
        for line in &plot.panel.lines {
            let place = |time: i64, value: f64| (self.x(time), plot.y(value));
            path::draw(canvas, line, &place, self.colours)?;
        }
        if self.beside {
            let least = (plot.top + 4.0, plot.top + plot.height);
            for (line, y) in apart(
                &plot.panel.lines,
                |line| plot.y(line.curve.columns().last().map_or(0.0, |c| c.last.value)),
                least,
            ) {
                let look = Type { size: LABEL, bold: false, colour: self.colours.line(line.colour) };
                canvas.text(&line.label, (self.right + 8.0, y + 4.0), Side::Left, look)?;
            }
        }
        Ok(())
    }
}

impl Plot<'_> {
    fn y(&self, value: f64) -> f64 {
        let axis = &self.axis;
        // Halves, so that the widest range does not overflow.
        let part = (value / 2.0 - axis.from / 2.0) / (axis.to / 2.0 - axis.from / 2.0);
        self.top + self.height * (1.0 - part.clamp(0.0, 1.0))
    }
}

/// The lines with the heights of their names: near to where each ends, but not over another.
fn apart<'l>(
    lines: &'l [Line<'l>],
    height: impl Fn(&Line<'_>) -> f64,
    (top, bottom): Point,
) -> Vec<(&'l Line<'l>, f64)> {
    let mut names: Vec<(&Line<'_>, f64)> = lines.iter().map(|line| (line, height(line))).collect();
    names.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut free = top;
    for (_, y) in &mut names {
        *y = y.max(free);
        free = *y + NAMES_APART;
    }
    let mut free = bottom;
    for (_, y) in names.iter_mut().rev() {
        *y = y.min(free);
        free = *y - NAMES_APART;
    }
    names
}

/// A text that is at most so wide.
fn shortened(text: &str, most: f64, size: f64, bold: bool) -> String {
    if canvas::width(text, size, bold) <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(200).collect();
    while !short.is_empty() && canvas::width(&short, size, bold) + size > most {
        short.pop();
    }
    short + "…"
}
