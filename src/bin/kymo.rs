//! Parse, run, exit: the only place that ends the process.

use kymo::Exit;
use std::process::ExitCode;

fn main() -> ExitCode {
    match kymo::main(std::env::args_os().collect()) {
        Exit::Code(code) => ExitCode::from(code),
        Exit::Signal(signal) => {
            kymo::end_by(signal);
            ExitCode::from(128u8.saturating_add(u8::try_from(signal).unwrap_or(0)))
        }
    }
}
