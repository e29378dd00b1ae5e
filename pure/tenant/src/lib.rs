//! From a tenant folder's bytes to a numbered, immutable snapshot, or to everything that is wrong with it.
//!
//! A folder that does not compile gives every problem at once with file, line and what to do, and no snapshot: what runs stays what
//! ran (law 6). Nothing is read from a disk here; secrets come through the function that is handed in.

mod compile;
mod folder;
mod people;
mod problem;
mod rules;
pub mod settings;
mod suggest;
pub mod written;

pub use compile::compile;
pub use folder::Folder;
pub use problem::Problem;
pub use settings::Settings;
pub use suggest::nearest;

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
