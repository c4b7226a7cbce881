//! A curve as strokes: broken at gaps, dashed and pale where it was filled, a dot where a reading stands alone.

use super::canvas::{Canvas, Point};
use super::curve::{Column, Curve};
use super::picture::Line;
use super::theme::{Colours, Rgb};
use crate::reading::error::Result;
use plotters::prelude::DrawingBackend;

/// Of what is filled: how long a dash is, and how far from the next.
pub(super) const DASH: Point = (5.0, 4.5);

const WIDTH: f64 = 1.6;
/// Where there is something in nearly each column of pixels.
const DENSE_WIDTH: f64 = 1.4;
const FILLED_WIDTH: f64 = 1.4;
const DOT: f64 = 2.4;

/// Points in one stroke, all measured or all filled.
struct Stroke {
    points: Vec<Point>,
    filled: bool,
}

/// Something in it was not measured.
pub(super) fn has_filled(curve: &Curve) -> bool {
    curve.columns().any(|column| column.first_filled || column.last_filled || !column.measured)
}

/// Draws a line; `place` tells where a reading (ns, value) is.
pub(super) fn draw<B: DrawingBackend>(
    canvas: &mut Canvas<B>,
    line: &Line<'_>,
    place: &impl Fn(i64, f64) -> Point,
    colours: &Colours,
) -> Result<()> {
    let columns = pixels(line, |time| place(time, 0.0).0);
    let strokes = strokes(&columns, line.gap, place);
    let colour = |filled| if filled { colours.filled(line.colour) } else { colours.line(line.colour) };
    let Some((first, last)) = columns.first().zip(columns.last()) else { return Ok(()) };
    let length = place(last.last.time, 0.0).0 - place(first.first.time, 0.0).0;
    let width = if columns.len() as f64 > 0.6 * length { DENSE_WIDTH } else { WIDTH };
    for stroke in &strokes {
        let colour = colour(stroke.filled);
        match &stroke.points[..] {
            [] => {}
            [at] => dot(canvas, *at, stroke.filled, colour, colours.ground)?,
            points if stroke.filled => canvas.dashes(points, DASH, FILLED_WIDTH, colour)?,
            points => canvas.line(points, width, colour)?,
        }
    }
    // Few readings are shown each, so that one sees which they are.
    if columns.len() as f64 * 14.0 < length {
        for column in &columns {
            let at = place(column.first.time, column.first.value);
            dot(canvas, at, column.first_filled, colour(column.first_filled), colours.ground)?;
        }
    }
    Ok(())
}

fn dot<B: DrawingBackend>(canvas: &mut Canvas<B>, at: Point, hollow: bool, colour: Rgb, ground: Rgb) -> Result<()> {
    canvas.dot(at, DOT, colour)?;
    if hollow { canvas.dot(at, DOT - 1.1, ground) } else { Ok(()) }
}

/// The columns of a line, merged to columns of pixels where they are closer.
fn pixels(line: &Line<'_>, x: impl Fn(i64) -> f64) -> Vec<Column> {
    let mut merged: Vec<Column> = Vec::new();
    let pixel = |column: &Column| x(column.first.time).floor();
    for column in line.curve.columns() {
        match merged.last_mut() {
            Some(last) if pixel(last) == pixel(column) => last.merge(column),
            _ => merged.push(*column),
        }
    }
    merged
}

fn strokes(columns: &[Column], gap: i64, place: &impl Fn(i64, f64) -> Point) -> Vec<Stroke> {
    let mut strokes: Vec<Stroke> = Vec::new();
    let mut before: Option<&Column> = None;
    for column in columns {
        let points = points(column, place);
        let filled = !column.measured;
        let joined = before.filter(|before| {
            !column.cut && column.first.time.saturating_sub(before.last.time) <= gap && !strokes.is_empty()
        });
        match (joined, strokes.last_mut()) {
            (Some(before), Some(stroke)) => {
                let bridge = before.last_filled || column.first_filled;
                let [from, to] = [stroke.points.last().copied(), points.first().copied()];
                if stroke.filled != bridge {
                    strokes.push(Stroke { points: from.into_iter().collect(), filled: bridge });
                }
                let stroke = strokes.last_mut().expect("one was there");
                if stroke.filled == filled || points.len() == 1 {
                    stroke.points.extend(points);
                } else {
                    stroke.points.extend(to);
                    strokes.push(Stroke { points, filled });
                }
            }
            _ => strokes.push(Stroke { points, filled }),
        }
        before = Some(column);
    }
    strokes
}

/// First, least, most and last of a column, in the middle of its pixels: with their own times the line would be
/// visibly thinner. A reading alone stands where it is.
fn points(column: &Column, place: &impl Fn(i64, f64) -> Point) -> Vec<Point> {
    let (first, last) = (column.first, column.last);
    if first.time == last.time {
        let mut points = vec![place(first.time, column.min), place(first.time, column.max)];
        points.dedup();
        return points;
    }
    let x = place(first.time, first.value).0.floor() + 0.5;
    let mut points: Vec<Point> =
        [first.value, column.min, column.max, last.value].map(|value| (x, place(first.time, value).1)).to_vec();
    points.dedup();
    points
}
