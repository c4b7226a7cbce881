//! How the process ends.

/// How the process shall end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// With this code.
    Code(u8),
    /// By this signal, so that a shell sees the truth.
    Signal(i32),
}
