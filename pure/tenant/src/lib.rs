//! From a tenant folder's bytes to a numbered, immutable snapshot, or to everything that is wrong with it.
//!
//! A folder that does not compile gives every problem at once with file, line and what to do, and no snapshot: what runs stays what
//! ran (law 6). Nothing is read from a disk here; secrets come through the function that is handed in.

mod folder;
mod problem;
pub mod settings;

pub use folder::Folder;
pub use problem::Problem;
pub use settings::Settings;

use model::SnapshotNumber;
use signatures::Compiled;
use std::sync::Arc;

/// One tenant's compiled, published state.
#[derive(Debug)]
pub struct Snapshot {
    pub number: SnapshotNumber,
    pub settings: Settings,
    pub signatures: Compiled,
    /// The folder as it was compiled, for `tenant export`.
    pub folder: Arc<Folder>,
    pub folder_hash: [u8; 32],
    /// What is odd and does not prevent publication.
    pub warnings: Vec<Problem>,
}

/// Compiles `folder`. `secrets` is asked with the whole reference, `env:NAME` or `file:PATH`, and gives its value if it is set.
pub fn compile(
    _folder: &Folder,
    _number: SnapshotNumber,
    _secrets: &dyn Fn(&str) -> Option<String>,
) -> Result<Snapshot, Vec<Problem>> {
    Err(Vec::new())
}
