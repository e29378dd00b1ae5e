//! What we sign ourselves: DKIM (RFC 6376, RFC 8463) over the bytes that leave, the chain of seals (ARC, RFC 8617) where a message brings one along, and the
//! records by which others check it.
//!
//! A signature is a function of the bytes, the key and the time that is handed in, so a retry gives the same one (law 5). The body passes through in
//! pieces and is never copied as a whole; only the header has to lie in memory. Both canonical forms are the relaxed one: mail systems on the way change
//! white space and nothing that is read depends on it. Of what came in only the chain is verified; no record is looked up, and no key is made: making one
//! takes randomness, which is input. A key that cannot be read is an error when it is read, never when a message waits for it.

mod body;
mod chain;
mod dkim;
mod fields;
mod key;
mod proof;
mod record;
mod selector;
mod tags;
mod verify;

pub use body::{BodyHash, BodyHasher, Form};
pub use chain::{Chain, Texts, Validation};
pub use dkim::{Signer, Signing};
pub use key::{Algorithm, KeyError, SignError, SigningKey};
pub use proof::{Proof, Worth};
pub use record::{KeyRecord, Publication};
pub use selector::{Selector, SelectorError};
pub use tags::folded;
