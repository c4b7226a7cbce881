//! Heads of HTTP/1 (RFC 9112), read by `httparse`: a [`Request`]'s, and an answer's ([`Head`]); [`exchange()`] sends the
//! one and reads the other.

pub(crate) mod body;
mod exchange;
mod origin;
mod request;
mod response;

pub(crate) use self::exchange::exchange;
pub(crate) use self::request::{Request, Wrong, is_request};
pub(crate) use self::response::Head;
