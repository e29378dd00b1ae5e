//! Filled in the first step.
fn main() {}
