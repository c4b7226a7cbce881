//! The words of flags that have a fixed list of values, with the help of each. The types themselves know no command line.

use crate::draw;
use crate::host::{diag, options};
use crate::reading::level::Level;
use crate::reading::time;
use crate::storage::{self, queue};
use clap::ValueEnum;
use clap::builder::PossibleValue;

/// Words for the variants of an enum, with their help (empty: none) and other spellings.
macro_rules! words {
    ($($kind:ty { $($variant:ident $word:literal $help:literal $([$($alias:literal),*])?;)* })*) => {
        $(impl ValueEnum for $kind {
            fn value_variants<'a>() -> &'a [$kind] {
                &[$(<$kind>::$variant),*]
            }

            fn to_possible_value(&self) -> Option<PossibleValue> {
                let (word, help, aliases): (&str, &str, &[&str]) = match self {
                    $(<$kind>::$variant => ($word, $help, &[$($($alias),*)?]),)*
                    #[allow(unreachable_patterns, reason = "a variant can be none that one can ask for")]
                    _ => return None,
                };
                let value = PossibleValue::new(word).aliases(aliases.iter().copied());
                Some(if help.is_empty() { value } else { value.help(help) })
            }
        })*
    };
}

words! {
    time::Fold {
        Infer "infer" "The first one, until the times of the series step back";
        Earlier "earlier" "The first one";
        Later "later" "The second one";
        Reject "reject" "Neither: reject the record";
    }
    storage::Evolve {
        Add "add" "Add a column";
        Reject "reject" "Reject the record";
        Json "json" "Keep it in one JSON column together with other such fields";
    }
    storage::OnConflict {
        Reject "reject" "Reject it";
        Ignore "ignore" "Keep the old record";
        Replace "replace" "Keep the new record";
    }
    storage::Sync {
        Full "full" "A power cut";
        Normal "normal" "The end of the process; a power cut may lose the last ones";
    }
    storage::Precision {
        Us "us" "Microseconds, in the engine's own type of time";
        Ns "ns" "Nanoseconds since 1970, in an integer";
    }
    storage::Type {
        Number "number" "";
        Text "text" "";
        Bool "bool" "";
        Json "json" "Objects and arrays, as JSON text";
    }
    queue::OnFull {
        Block "block" "Wait until some records are taken";
        DropOldest "drop-oldest" "Drop the oldest records";
        Reject "reject" "Reject the new record";
    }
    draw::Format {
        Svg "svg" "";
        Png "png" "";
    }
    draw::Theme {
        Light "light" "";
        Dark "dark" "";
    }
    diag::Format {
        Text "text" "One line for people";
        Json "json" "NDJSON: time, level, code, stage, message";
    }
    options::Timescale {
        Auto "auto" "If the database has the extension";
        On "on" "Always: the database must have the extension";
        Off "off" "";
    }
    options::Version {
        V5 "5" "MQTT 5";
        V311 "311" "MQTT 3.1.1" ["3.1.1", "4"];
    }
}

impl ValueEnum for Level {
    fn value_variants<'a>() -> &'a [Level] {
        Level::all()
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (own, others) = self.words().split_first()?;
        Some(PossibleValue::new(*own).aliases(others).help(self.purpose()))
    }
}
