//! The names that a place in a program sees.

/// What a name is.
#[derive(Clone, Debug)]
enum Kind {
    Variable,
    Parameter,
    Label,
    /// A definition: its number, and how many arguments it takes.
    Definition(u32, usize),
}

/// What a call calls.
pub(super) enum Found {
    Parameter(u32),
    /// A definition, and how many of the bindings here it does not see.
    Definition(u32, u32),
}

/// The names that are known, the last ones first.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// Each with the number of bindings before it.
    names: Vec<(String, Kind, u32)>,
    bindings: u32,
    /// Variables from outside.
    globals: Vec<String>,
}

/// A point to go back to.
#[derive(Clone, Copy)]
pub(super) struct Mark(usize, u32);

/// Names that are not seen for a while.
pub(super) struct Hidden(Vec<(String, Kind, u32)>, u32);

impl Scope {
    pub(super) fn set_globals(&mut self, names: Vec<String>) {
        self.globals = names;
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(self.names.len(), self.bindings)
    }

    /// Forgets the names since then.
    pub(super) fn back_to(&mut self, mark: Mark) {
        self.names.truncate(mark.0);
        self.bindings = mark.1;
    }

    /// Takes the names since then out of sight; the bindings go, too.
    pub(super) fn hide_since(&mut self, mark: Mark) -> Hidden {
        let hidden = Hidden(self.names.split_off(mark.0), self.bindings);
        self.bindings = mark.1;
        hidden
    }

    /// They are seen again.
    pub(super) fn show(&mut self, hidden: Hidden) {
        self.names.extend(hidden.0);
        self.bindings = hidden.1;
    }

    fn bind(&mut self, name: &str, kind: Kind) {
        self.names.push((name.to_owned(), kind, self.bindings));
        self.bindings += 1;
    }

    pub(super) fn variable(&mut self, name: &str) {
        self.bind(name, Kind::Variable);
    }

    pub(super) fn parameter(&mut self, name: &str) {
        self.bind(name, Kind::Parameter);
    }

    pub(super) fn label(&mut self, name: &str) {
        self.bind(name, Kind::Label);
    }

    pub(super) fn definition(&mut self, name: &str, number: u32, arguments: usize) {
        self.names.push((name.to_owned(), Kind::Definition(number, arguments), self.bindings));
    }

    /// How many bindings are after the one at this level.
    fn skip(&self, level: u32) -> u32 {
        self.bindings - level - 1
    }

    pub(super) fn find_variable(&self, name: &str) -> Option<u32> {
        let is_it = |(known, kind, _): &&(String, Kind, u32)| known == name && matches!(kind, Kind::Variable);
        self.names.iter().rev().find(is_it).map(|(.., level)| self.skip(*level))
    }

    pub(super) fn find_global(&self, name: &str) -> Option<u32> {
        self.globals.iter().position(|known| known == name).map(|place| place as u32)
    }

    pub(super) fn find_label(&self, name: &str) -> Option<u32> {
        let is_it = |(known, kind, _): &&(String, Kind, u32)| known == name && matches!(kind, Kind::Label);
        self.names.iter().rev().find(is_it).map(|(.., level)| self.skip(*level))
    }

    /// What a call with this many arguments means.
    pub(super) fn find(&self, name: &str, arguments: usize) -> Option<Found> {
        self.names.iter().rev().filter(|(known, ..)| known == name).find_map(|(_, kind, level)| match kind {
            Kind::Parameter if arguments == 0 => Some(Found::Parameter(self.skip(*level))),
            Kind::Definition(number, count) if *count == arguments => {
                Some(Found::Definition(*number, self.bindings - level))
            }
            _ => None,
        })
    }
}
