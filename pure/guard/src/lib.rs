//! One source's life: what each refusal and each list says of it, where it may still be used, and how it comes back.
//!
//! ```text
//!   Refusal, Poll --evidence.rs--> weak or strong, and where --state.rs--> Change --the journal--> Guard
//!   a message, its receiver --allows--> free (with a share), by a probe, as a last resort, or never
//! ```
//! A change that takes something away holds the moment it is returned (`Reaction::done`). A change that gives something back is only proposed
//! (`Reaction::proposed`), and holds when `Guard::apply` is told that its record is safe (law 9). The same signals in the same order give the same
//! states; nothing here knows a clock, a socket or a tenant's mail.

pub mod conduct;
mod evidence;
mod guard;
mod order;
mod place;
mod policy;
mod row;
mod state;
mod uses;
mod warmth;
mod weather;

pub use evidence::{EvidenceId, NoEvidenceId, Said, Strength};
pub use guard::{Change, Guard, Member, Polled, Reaction};
pub use order::{Order, OrderKind};
pub use place::{NoPlace, Place, Receiver};
pub use policy::Policy;
pub use row::Row;
pub use state::{Event, State, Word, next};
pub use uses::{Use, Why};
pub use warmth::Warmth;
pub use weather::{Cell, Met, Weather};
