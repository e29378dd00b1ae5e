//! One tenant's directory, rules, templates and images, checked and ready.

/// What `stamp` needs of one tenant. Made by `tenant::compile` only.
#[derive(Debug)]
pub struct Compiled {}
