//! The texts of a program: shared, and appended to in place while nobody else holds them.

use super::limits::{self, Held, Limit, MEMORY};
use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A text.
#[derive(Debug)]
pub(super) struct Text {
    text: String,
    held: Held,
}

impl PartialEq for Text {
    fn eq(&self, other: &Text) -> bool {
        self.text == other.text
    }
}

impl Eq for Text {}

/// As its characters alone have it.
impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl Text {
    pub(super) fn new(text: String) -> Text {
        let held = Held::new(56 + text.capacity());
        Text { text, held }
    }

    /// Both one after the other, in place where that is possible.
    pub(super) fn append(mut text: Arc<Text>, more: &str) -> Result<Arc<Text>, Limit> {
        let length = text.text.len() + more.len();
        if length > MEMORY {
            return Err(Limit::Memory);
        }
        let Some(this) = Arc::get_mut(&mut text) else {
            limits::work(length as u64 / 256)?;
            return Ok(Arc::new(Text::new([text.as_str(), more].concat())));
        };
        limits::work(more.len() as u64 / 256)?;
        let before = this.text.capacity();
        this.text.push_str(more);
        this.held.grow(this.text.capacity() - before);
        Ok(text)
    }

    #[inline]
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }
}

/// A name in the table; it is found by its text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Name(pub(super) Arc<Text>);

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0.text
    }
}
