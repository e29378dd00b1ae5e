//! Certificates: what each listener presents, where it comes from, who renews it, and the watch over all that expire.
//!
//! ```text
//!   files, ACME, self-signed -> Keeper -> Presenter -> a listener's next handshake
//!                                 ^                          |
//!                                 +-- watch <-- look: STARTTLS, as a client sees it
//! ```
//! A start waits for no authority: a listener begins with what is kept, or vouches for itself. A broken pair never replaces one that
//! works. Expiry is told three weeks ahead, from what a client is shown and not from what is on disk: a file that was renewed and never loaded
//! is how others' relays went down with green monitors. This crate stops no mail: it fails by an alarm.

mod acme;
mod disk;
mod examine;
mod face;
mod files;
mod keeper;
mod life;
mod line;
mod look;
mod pace;
mod renew;
mod watch;

pub use acme::AcmeConfig;
pub use examine::{Finding, Gravity, examine};
pub use face::{FaceConfig, Wish};
pub use files::read_pair;
pub use keeper::{Keeper, KeeperConfig, KeeperError, Means, Surroundings, TenantCertificate};
pub use life::{Nearness, Renewal, nearness, renew_at};
pub use line::{Line, Owner, Source};
pub use look::{LookError, look};
