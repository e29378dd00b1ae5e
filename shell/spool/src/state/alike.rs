//! Values that many messages have alike, each in memory once.
//!
//! A value stays as long as a message has it. Whoever gives one back says so: the last one takes it away. They are found by their hash: to compare
//! whole values, as a tree does, costs a message more than all the rest of its packing.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

pub(super) struct Alike<T: ?Sized>(HashSet<Arc<T>>);

impl<T: ?Sized> Default for Alike<T> {
    fn default() -> Self {
        Self(HashSet::new())
    }
}

impl<T: Eq + Hash + ?Sized> Alike<T> {
    /// The value that is here already, or this one.
    pub(super) fn share<V: Borrow<T>>(&mut self, value: V) -> Arc<T>
    where
        Arc<T>: From<V>,
    {
        if let Some(known) = self.0.get(value.borrow()) {
            return Arc::clone(known);
        }
        let value = Arc::from(value);
        self.0.insert(Arc::clone(&value));
        value
    }

    /// A message has it no more.
    pub(super) fn release(&mut self, value: Arc<T>) {
        // This one and the one here.
        if Arc::strong_count(&value) == 2 {
            self.0.remove(value.as_ref());
        }
    }

    /// Takes in another set. Of two that are alike one is forgotten here and ends with its messages.
    pub(super) fn join(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests;
