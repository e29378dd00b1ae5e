//! Where in a document something stands: `incidents[3].created_at`.
//!
//! A place is a chain towards the root, so that going down costs one link and no text is made before it is shown.

use core::fmt;
use std::rc::Rc;

/// Deeper documents are refused.
pub const DEPTH_MAX: usize = 64;

#[derive(Debug, Clone)]
enum Step {
    Name(String),
    Number(usize),
}

/// A place; the root is empty.
#[derive(Debug, Clone, Default)]
pub(crate) struct Place(Option<Rc<(Place, Step)>>);

impl Place {
    pub(crate) fn name(&self, name: &str) -> Self {
        let short: String = name.chars().take(60).collect();
        Self(Some(Rc::new((self.clone(), Step::Name(short)))))
    }

    pub(crate) fn number(&self, number: usize) -> Self {
        Self(Some(Rc::new((self.clone(), Step::Number(number)))))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut steps = Vec::new();
        let mut place = self;
        while let Some(link) = &place.0 {
            steps.push(&link.1);
            place = &link.0;
        }
        if steps.is_empty() {
            return f.write_str("the document");
        }
        for (number, step) in steps.iter().rev().enumerate() {
            match step {
                Step::Name(name) if number == 0 => write!(f, "{name}")?,
                Step::Name(name) => write!(f, ".{name}")?,
                Step::Number(number) => write!(f, "[{number}]")?,
            }
        }
        Ok(())
    }
}
