//! Several that share the messages.
