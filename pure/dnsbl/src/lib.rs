//! What a DNS block list says of one of our addresses or domains, and when it is believed.
//!
//! ```text
//! Zone (table.rs) + Subject --query_name--> DNS --Answer--> read --Finding--> History --Standing--> the guard
//!                      test points --------> DNS --Answer--> Trust (no finding counts while it is lost)
//! ```
//! An answer is a listing only if it is in the zone's own table of codes (RFC 5782 §2.1 leaves their meaning to the list). Refusals that lists
//! write as addresses (`127.255.255.254`), parked zones that list the world and lists that have ended are the reasons for which mail of
//! others was lost; each has its own value here and none of them is a listing. Unknown is never clean.

mod answer;
mod case;
mod history;
mod names;
mod query;
mod table;
mod trust;
mod zone;

pub use answer::{Answer, Finding, Listing, Refusal, read};
pub use case::{Case, CaseState};
pub use history::{History, Poll, Standing};
pub use names::list_name;
pub use query::{QueryError, Subject, query_name};
pub use table::{NoZone, find, known};
pub use trust::{Trust, TrustState, test_points};
pub use zone::{Code, Extent, Lists, Meaning, Tier, Zone};
