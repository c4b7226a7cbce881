//! What can be drawn on: a bitmap or an SVG by plotters, in coordinates of pixels with fractions.
//!
//! plotters' coordinates are whole numbers. A bitmap is therefore drawn three times as large and each nine
//! pixels are averaged, as light and not as numbers (sRGB, IEC 61966-2-1); an SVG is drawn ten times as
//! large with a view box. Thick lines are drawn here: where a line turns sharply plotters' outline of it crosses itself.

use super::theme::Rgb;
use crate::reading::error::{Code, Error, Result};
use ab_glyph::{Font as _, FontRef, PxScale, ScaleFont as _, point};
use plotters::prelude::{
    BitMapBackend, Color as _, DrawingBackend, FontStyle, IntoFont as _, RGBColor, SVGBackend, TextStyle,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::fmt::Display;
use std::sync::OnceLock;

/// What text is set in: the embedded one in bitmaps, the first that the reader has in SVG.
const FAMILY: &str = "Inter, Helvetica Neue, Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif";
const REGULAR: &[u8] = include_bytes!("fonts/Inter-Regular.otf");
const BOLD: &[u8] = include_bytes!("fonts/Inter-SemiBold.otf");

/// A bitmap is drawn this many times as large.
const FINE: u32 = 3;
/// An SVG's coordinates are that part of a pixel.
const TENTHS: u32 = 10;

/// Where a text stands from its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Middle,
    Right,
}

/// How a text looks. `size` is that of the em, in pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Type {
    pub(super) size: f64,
    pub(super) bold: bool,
    pub(super) colour: Rgb,
}

pub(super) type Point = (f64, f64);

/// A surface with a scale.
pub(super) struct Canvas<B> {
    backend: B,
    scale: f64,
    /// It keeps shapes, not pixels.
    vector: bool,
}

/// A picture as PNG.
pub(super) fn png(
    size: (u32, u32),
    draw: impl FnOnce(&mut Canvas<BitMapBackend<'_>>) -> Result<()>,
) -> Result<Vec<u8>> {
    let fine = (size.0 * FINE, size.1 * FINE);
    let mut pixels = vec![0; fine.0 as usize * fine.1 as usize * 3];
    let backend = BitMapBackend::with_buffer(&mut pixels, fine);
    draw(&mut Canvas { backend, scale: f64::from(FINE), vector: false })?;
    averaged(&mut pixels, size);
    let failed = |e: png::EncodingError| Error::new(Code::Bug, "encode the picture").because(e);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, size.0, size.1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_source_srgb(png::SrgbRenderingIntent::RelativeColorimetric);
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(&pixels).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}

/// A picture as SVG, with `name` for those who cannot see it.
pub(super) fn svg(
    size: (u32, u32),
    name: &str,
    draw: impl FnOnce(&mut Canvas<SVGBackend<'_>>) -> Result<()>,
) -> Result<Vec<u8>> {
    let mut text = String::new();
    let large = (size.0 * TENTHS, size.1 * TENTHS);
    let mut canvas =
        Canvas { backend: SVGBackend::with_string(&mut text, large), scale: f64::from(TENTHS), vector: true };
    draw(&mut canvas)?;
    canvas.backend.present().map_err(failed)?;
    drop(canvas);
    let body = text.split_once('>').map_or("", |(_, body)| body);
    let (width, height) = size;
    let name = printable(name).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let head = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {} {}\" \
         role=\"img\" stroke-linejoin=\"round\" stroke-linecap=\"round\">\n<title>{name}</title>",
        large.0, large.1
    );
    Ok((head + body).into_bytes())
}

impl<B: DrawingBackend> Canvas<B> {
    /// Fills a rectangle.
    pub(super) fn rect(&mut self, (x, y): Point, (width, height): Point, colour: Rgb) -> Result<()> {
        let (from, to) = (self.at((x, y)), self.at((x + width, y + height)));
        self.backend.draw_rect(from, to, &rgb(colour), true).map_err(failed)
    }

    /// A line through these points.
    pub(super) fn line(&mut self, points: &[Point], width: f64, colour: Rgb) -> Result<()> {
        if self.vector {
            let style = plotters::style::ShapeStyle {
                color: rgb(colour).into(),
                filled: false,
                stroke_width: (width * self.scale).round() as u32,
            };
            let mut path: Vec<(i32, i32)> = points.iter().map(|&point| self.at(point)).collect();
            path.dedup();
            return self.backend.draw_path(path, &style).map_err(failed);
        }
        for pair in points.windows(2) {
            if let [from, to] = pair {
                self.stroke(*from, *to, width, colour)?;
            }
        }
        Ok(())
    }

    /// The same in dashes.
    pub(super) fn dashes(&mut self, points: &[Point], (on, off): Point, width: f64, colour: Rgb) -> Result<()> {
        let mut left = on;
        let mut is_on = true;
        let mut dash: Vec<Point> = points.first().copied().into_iter().collect();
        for pair in points.windows(2) {
            let [mut from, to] = [pair[0], pair[1]];
            let mut length = (to.0 - from.0).hypot(to.1 - from.1);
            while length > left {
                let part = left / length;
                from = (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part);
                length -= left;
                if is_on {
                    dash.push(from);
                    self.line(&dash, width, colour)?;
                }
                dash.clear();
                dash.push(from);
                is_on = !is_on;
                left = if is_on { on } else { off };
            }
            left -= length;
            if is_on {
                dash.push(to);
            }
        }
        if is_on && dash.len() > 1 { self.line(&dash, width, colour) } else { Ok(()) }
    }

    /// A full circle.
    pub(super) fn dot(&mut self, at: Point, radius: f64, colour: Rgb) -> Result<()> {
        if self.vector {
            let centre = self.at(at);
            let radius = (radius * self.scale).round() as u32;
            return self.backend.draw_circle(centre, radius, &rgb(colour), true).map_err(failed);
        }
        self.stroke(at, at, 2.0 * radius, colour)
    }

    /// A text whose baseline is at `y`.
    pub(super) fn text(&mut self, text: &str, (x, y): Point, side: Side, look: Type) -> Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        let text = printable(text);
        if !self.vector {
            return self.glyphs(&text, (x, y), side, look);
        }
        let anchor = match side {
            Side::Left => HPos::Left,
            Side::Middle => HPos::Center,
            Side::Right => HPos::Right,
        };
        // plotters takes a line's height for the size, and sets text by its top, 0.76 em above the baseline.
        let weight = if look.bold { FontStyle::Bold } else { FontStyle::Normal };
        let font = (FAMILY, look.size * 1.24 * self.scale, weight).into_font();
        let mut style = TextStyle::from(font).pos(Pos::new(anchor, VPos::Top));
        style.color = rgb(look.colour).to_backend_color();
        let at = self.at((x, y - 0.76 * look.size));
        self.backend.draw_text(&text, &style, at).map_err(failed)
    }

    /// A text in a bitmap. (Not by plotters, which forgets how far a glyph begins to the right of its place.)
    fn glyphs(&mut self, text: &str, (x, y): Point, side: Side, look: Type) -> Result<()> {
        let Some(font) = font(look.bold) else { return Ok(()) };
        let scale = PxScale::from((look.size * LINE * self.scale) as f32);
        let left = match side {
            Side::Left => x,
            Side::Middle => x - width(text, look.size, look.bold) / 2.0,
            Side::Right => x - width(text, look.size, look.bold),
        };
        let mut x = (left * self.scale) as f32;
        let y = (y * self.scale).round() as f32;
        let scaled = font.as_scaled(scale);
        for letter in text.chars() {
            let id = scaled.glyph_id(letter);
            let glyph = id.with_scale_and_position(scale, point(x, y));
            x += scaled.h_advance(id);
            let Some(outline) = font.outline_glyph(glyph) else { continue };
            let corner = outline.px_bounds().min;
            let mut result = Ok(());
            outline.draw(|dx, dy, part| {
                let at = (corner.x as i32 + dx as i32, corner.y as i32 + dy as i32);
                let colour = rgb(look.colour).mix(f64::from(part.min(1.0))).to_backend_color();
                if let Err(why) = self.backend.draw_pixel(at, colour) {
                    result = Err(failed(why));
                }
            });
            result?;
        }
        Ok(())
    }

    /// A thick line with round ends, row by row.
    fn stroke(&mut self, from: Point, to: Point, width: f64, colour: Rgb) -> Result<()> {
        let colour = rgb(colour);
        let scaled = |(x, y): Point| (x * self.scale, y * self.scale);
        let (a, b, radius) = (scaled(from), scaled(to), width * self.scale / 2.0);
        let (top, bottom) = (a.1.min(b.1) - radius, a.1.max(b.1) + radius);
        let (_, height) = self.backend.get_size();
        let rows = (top - 0.5).ceil().max(0.0) as i32..(bottom + 0.5).floor().min(f64::from(height)) as i32;
        for row in rows {
            if let Some((left, right)) = span(a, b, radius, f64::from(row) + 0.5) {
                let (left, right) = ((left - 0.5).ceil() as i32, (right + 0.5).floor() as i32);
                if left < right {
                    self.backend.draw_rect((left, row), (right, row + 1), &colour, true).map_err(failed)?;
                }
            }
        }
        Ok(())
    }

    fn at(&self, (x, y): Point) -> (i32, i32) {
        ((x * self.scale).round() as i32, (y * self.scale).round() as i32)
    }
}

/// How wide a text is in the embedded font, in pixels.
pub(super) fn width(text: &str, size: f64, bold: bool) -> f64 {
    let Some(font) = font(bold) else { return 0.0 };
    let scaled = font.as_scaled((size * LINE) as f32);
    printable(text).chars().map(|letter| f64::from(scaled.h_advance(scaled.glyph_id(letter)))).sum()
}

/// A line's height of the embedded font, in ems: its ascent and descent.
const LINE: f64 = (2728.0 + 680.0) / 2816.0;

fn font(bold: bool) -> Option<&'static FontRef<'static>> {
    static FONTS: OnceLock<[Option<FontRef<'static>>; 2]> = OnceLock::new();
    let fonts = FONTS.get_or_init(|| [REGULAR, BOLD].map(|bytes| FontRef::try_from_slice(bytes).ok()));
    fonts[usize::from(bold)].as_ref()
}

/// Where a row is within `radius` of the line from `a` to `b`.
fn span(a: Point, b: Point, radius: f64, y: f64) -> Option<(f64, f64)> {
    let disc = |(cx, cy): Point| {
        let half = radius * radius - (y - cy) * (y - cy);
        (half >= 0.0).then(|| (cx - half.sqrt(), cx + half.sqrt()))
    };
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx.hypot(dy);
    // Beside the line: not before its start, not behind its end, not too far off. Each is a half-plane,
    // `slope * x <= limit`, and a row's part of it a ray.
    let beside = (length > 0.0).then(|| {
        let along = dx * a.0 - dy * (y - a.1);
        let across = dy * a.0 + dx * (y - a.1);
        let rays = [
            (-dx, -along),
            (dx, along + length * length),
            (dy, across + radius * length),
            (-dy, -across + radius * length),
        ];
        let mut span = (f64::NEG_INFINITY, f64::INFINITY);
        for (slope, limit) in rays {
            if slope > 0.0 {
                span.1 = span.1.min(limit / slope);
            } else if slope < 0.0 {
                span.0 = span.0.max(limit / slope);
            } else if limit < 0.0 {
                return None;
            }
        }
        (span.0 <= span.1).then_some(span)
    });
    [disc(a), disc(b), beside.flatten()].into_iter().flatten().reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}

/// Averages each `FINE` x `FINE` pixels into one, in place, as light.
fn averaged(pixels: &mut Vec<u8>, (width, height): (u32, u32)) {
    let light: Vec<u32> = (0..=255).map(|code| (linear(f64::from(code) / 255.0) * 65535.0).round() as u32).collect();
    let code: Vec<u8> = (0..65536).map(|light| (encoded(f64::from(light) / 65535.0) * 255.0).round() as u8).collect();
    let fine = FINE as usize;
    let (width, height) = (width as usize, height as usize);
    let row = width * fine * 3;
    let whole = (fine * fine) as u32;
    for y in 0..height {
        for x in 0..width {
            for channel in 0..3 {
                let mut sum = 0;
                for dy in 0..fine {
                    let at = (y * fine + dy) * row + x * fine * 3 + channel;
                    for dx in 0..fine {
                        sum += light[pixels[at + dx * 3] as usize];
                    }
                }
                pixels[(y * width + x) * 3 + channel] = code[(sum / whole) as usize];
            }
        }
    }
    pixels.truncate(width * height * 3);
}

fn linear(code: f64) -> f64 {
    if code <= 0.04045 { code / 12.92 } else { ((code + 0.055) / 1.055).powf(2.4) }
}

fn encoded(light: f64) -> f64 {
    if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
}

/// A text without what neither a font nor XML 1.0 has.
fn printable(text: &str) -> String {
    let plain = |c: char| if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') { '\u{fffd}' } else { c };
    text.chars().map(plain).collect()
}

fn rgb(colour: Rgb) -> RGBColor {
    RGBColor(colour.0, colour.1, colour.2)
}

fn failed(why: impl Display) -> Error {
    Error::new(Code::Bug, format!("draw: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_is_averaged_not_numbers() {
        let mut pixels = vec![0; 27];
        pixels[..12].fill(255);
        averaged(&mut pixels, (1, 1));
        // Four of nine are white: 44 % of the light is code 177, not 113.
        assert!(pixels.iter().all(|&code| (176..=178).contains(&code)), "{pixels:?}");
        let mut white = vec![255; 27];
        averaged(&mut white, (1, 1));
        assert_eq!(white, [255; 3]);
    }

    #[test]
    fn the_fonts_are_there() {
        assert!(font(false).is_some() && font(true).is_some());
        assert!(width("iii", 12.0, false) < width("mmm", 12.0, false));
    }

    #[test]
    fn spans_of_a_thick_line() {
        assert_eq!(span((0.0, 0.0), (10.0, 0.0), 2.0, 0.0), Some((-2.0, 12.0)));
        assert_eq!(span((0.0, 0.0), (10.0, 0.0), 2.0, 3.0), None);
        assert_eq!(span((5.0, 0.0), (5.0, 10.0), 2.0, 5.0), Some((3.0, 7.0)));
        let (left, right) = span((0.0, 0.0), (10.0, 10.0), 2f64.sqrt(), 5.0).expect("a span");
        assert!((left - 3.0).abs() < 1e-9 && (right - 7.0).abs() < 1e-9);
    }
}
