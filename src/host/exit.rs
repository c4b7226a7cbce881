//! How a program of kymo wants the process to end. Only `src/bin/kymo.rs` ends it.

/// How the process shall end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// With this code (doc/exit-codes.md).
    Code(u8),
    /// By this signal, so that a shell sees the truth.
    Signal(i32),
}
