//! What the relay decides about one message's way, without the way: over which source it goes, when again, and what wakes it.
//!
//! ```text
//!   the guard's word --claim--> claims --choose--> a source
//!   a path --site--> its limits --ask--> now, in turn, later, on a list until called, or not while the site rests
//!   a failure judged --believed, in_time--> a report, the schedule, or a park --wakes--> holds, probes, the guard, expiry
//! ```
//! The relay asks these in its stations and does what they say; the simulator asks the same ones in a world of its own.

mod calls;
mod choose;
mod claim;
mod holds;
mod limits;
mod probes;
mod rate;
mod schedule;
mod settle;
mod shown;
mod site;
mod sites;
mod turns;
mod waiting_list;
mod wakes;

pub use choose::{Claim, Excluded, Weighed, best, weigh};
pub use claim::{Opening, Rules, claim, opening};
pub use holds::{Begun, Held, Holds, Passage};
pub use limits::{Ask, Asking, Called, Limits, Ticket, Way};
pub use probes::{Fate, Gate, Parked, Probes, Step};
pub use rate::{NotARate, Rate};
pub use schedule::Schedule;
pub use settle::{Blame, believed, in_time, is_for_our_address};
pub use shown::{Bounds, Rest, Shown, WayShown};
pub use site::{Documented, RECIPIENTS_MAX, Reach, Shape, Shipped, Site, shipped};
pub use sites::{About, Entry, NotAPattern, Pattern, Sites};
pub use wakes::{KeptFrom, is_for_setup, is_refusal, kept_from};
