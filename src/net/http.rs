//! Heads of HTTP/1 (RFC 9112), read by `httparse`: a [`Request`]'s, and an answer's ([`Head`]); [`exchange()`] sends the
//! one and reads the other.

mod args;
pub(crate) mod body;
mod client;
mod exchange;
mod fields;
mod origin;
mod place;
mod request;
mod response;

pub(crate) use self::client::{Answer, Client};
pub(crate) use self::exchange::exchange;
pub(crate) use self::fields::{Secrets, add, names_secret, value};
pub(crate) use self::place::Place;
pub(crate) use self::request::{Request, Wrong, is_request};
pub(crate) use self::response::Head;
