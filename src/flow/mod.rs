//! How records travel: what a stage is, the runner that drives stages, acknowledgements, rejects, states.

pub(crate) mod ack;
pub(crate) mod batch;
pub(crate) mod door;
pub(crate) mod envelope;
pub(crate) mod fate;
pub(crate) mod named;
pub(crate) mod payload;
pub(crate) mod pipe;
pub(crate) mod pipeline;
pub(crate) mod plan;
pub(crate) mod reject;
pub(crate) mod results;
pub(crate) mod stage;
pub(crate) mod state;
pub(crate) mod stdio;
