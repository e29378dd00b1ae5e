//! Filled in the first step.
