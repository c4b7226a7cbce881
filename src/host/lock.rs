//! Locks that the kernel frees when their holder ends, however it ends: flock(2) on a file, the same as
//! util-linux `flock` takes. The parts: [`FileLock`], a file beside some data; [`Place`] and [`NamedLock`], what
//! `kymo lock` gives a name to; [`State`] and [`Holder`], who has it; [`Rival`], a holder that can be ended.

mod file;
mod holder;
mod kernel;
mod moment;
mod named;
mod network;
mod place;
mod rival;
mod socket;
mod state;
mod text;

pub(crate) use self::file::FileLock;
pub(crate) use self::holder::Holder;
pub(crate) use self::moment::lock_for_a_moment;
pub(crate) use self::named::{NamedLock, Sharing};
pub(crate) use self::network::of as network;
pub(crate) use self::place::Place;
pub(crate) use self::rival::Rival;
pub(crate) use self::state::State;
