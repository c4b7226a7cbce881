//! Parse, run, exit: the only place that ends the process.

use kymo::exit::Exit;
use kymo::{cli, stop};
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::main(std::env::args_os().collect()) {
        Exit::Code(code) => ExitCode::from(code),
        Exit::Signal(signal) => {
            stop::end_by(signal);
            ExitCode::from(128u8.saturating_add(u8::try_from(signal).unwrap_or(0)))
        }
    }
}
