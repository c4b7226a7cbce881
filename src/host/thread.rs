//! The one file that starts threads. Each has a name, and works for a stage or program, by which its messages begin.

use std::cell::RefCell;
use std::io;
use std::thread::{self, JoinHandle, Scope, ScopedJoinHandle};

thread_local! {
    /// The stage or program that this thread works for.
    static STAGE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// From here on this thread works for this stage or program.
pub(crate) fn enter(stage: &str) {
    STAGE.with_borrow_mut(|name| stage.clone_into(name));
}

/// The stage or program that this thread works for; empty: none.
pub(crate) fn stage() -> String {
    STAGE.try_with(|name| name.borrow().clone()).unwrap_or_default()
}

/// Starts the thread of a stage.
pub(crate) fn start_stage(
    stage: &'static str,
    stack: Option<usize>,
    run: impl FnOnce() + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    let builder = thread::Builder::new().name(stage.to_owned());
    let builder = stack.into_iter().fold(builder, thread::Builder::stack_size);
    builder.spawn(move || {
        enter(stage);
        run();
    })
}

/// Starts a thread that works for the same stage as this one.
pub(crate) fn start<T: Send + 'static>(
    name: &str,
    run: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    let stage = stage();
    thread::Builder::new().name(name.to_owned()).spawn(move || {
        enter(&stage);
        run()
    })
}

/// Starts a thread that works for the same stage as this one and ends before it.
pub(crate) fn start_in<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    name: &str,
    run: impl FnOnce() -> T + Send + 'scope,
) -> io::Result<ScopedJoinHandle<'scope, T>> {
    let stage = stage();
    thread::Builder::new().name(name.to_owned()).spawn_scoped(scope, move || {
        enter(&stage);
        run()
    })
}
