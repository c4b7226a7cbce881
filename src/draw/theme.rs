//! Colours. The eight of the lines follow Okabe and Ito (2008), so that people who see few colours tell them
//! apart, made darker on white and lighter on black until text in them can be read.

/// Red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rgb(pub(super) u8, pub(super) u8, pub(super) u8);

/// On what the picture is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    #[default]
    Light,
    Dark,
}

/// The colours of a theme.
#[derive(Debug)]
pub(super) struct Colours {
    pub(super) ground: Rgb,
    /// Titles and headings.
    pub(super) ink: Rgb,
    /// Labels of axes.
    pub(super) muted: Rgb,
    pub(super) grid: Rgb,
    /// The axis of time, and zero.
    pub(super) axis: Rgb,
    lines: [Rgb; 8],
}

const LIGHT: Colours = Colours {
    ground: Rgb(255, 255, 255),
    ink: Rgb(29, 33, 39),
    muted: Rgb(96, 104, 114),
    grid: Rgb(230, 232, 235),
    axis: Rgb(160, 166, 174),
    lines: [
        Rgb(0, 107, 168),
        Rgb(205, 84, 0),
        Rgb(0, 137, 99),
        Rgb(184, 71, 138),
        Rgb(158, 112, 0),
        Rgb(58, 150, 208),
        Rgb(88, 92, 102),
        Rgb(118, 80, 190),
    ],
};

const DARK: Colours = Colours {
    ground: Rgb(17, 21, 27),
    ink: Rgb(236, 239, 243),
    muted: Rgb(152, 161, 173),
    grid: Rgb(38, 45, 54),
    axis: Rgb(88, 98, 111),
    lines: [
        Rgb(86, 180, 233),
        Rgb(255, 138, 80),
        Rgb(53, 201, 160),
        Rgb(240, 140, 192),
        Rgb(240, 192, 64),
        Rgb(92, 142, 255),
        Rgb(180, 186, 196),
        Rgb(182, 156, 255),
    ],
};

impl Theme {
    pub(super) fn colours(self) -> &'static Colours {
        match self {
            Theme::Light => &LIGHT,
            Theme::Dark => &DARK,
        }
    }
}

impl Colours {
    /// The colour of the line of this number; after eight they come again, nearer to the ground.
    pub(super) fn line(&self, number: usize) -> Rgb {
        let again = (number / self.lines.len()).min(2) as f64;
        self.lines[number % self.lines.len()].mixed(self.ground, 0.25 * again)
    }

    /// The same line where it was filled, not measured.
    pub(super) fn filled(&self, number: usize) -> Rgb {
        self.line(number).mixed(self.ground, 0.3)
    }
}

impl Rgb {
    /// With this part of another colour in it.
    fn mixed(self, other: Rgb, part: f64) -> Rgb {
        let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * part).round() as u8;
        Rgb(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }
}
