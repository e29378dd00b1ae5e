//! The public side of incidents: a page that answers "is my mail flowing?", the same for machines, and a copy that stands elsewhere.
//!
//! All of it is made from one [`View`], which somebody else puts together; it is swapped whole and never changed. What is measured too long ago is shown as
//! unknown, whether or not anybody still sends views. Nothing here needs the relay, the ledger or a file to answer a reader.

pub mod affected;
pub mod copy;
mod documents;
mod encode;
pub mod export;
mod formats;
pub mod incidents;
pub mod kept;
mod key;
mod language;
mod mask;
mod overall;
pub mod project;
mod render;
mod settings;
mod site;
pub mod subscribe;
mod time;
pub mod view;

pub use key::{KeyError, SigningKey};
pub use settings::Settings;
pub use site::{Site, bind, serve};
pub use view::View;
