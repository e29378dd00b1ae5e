//! What a refusal means, and how people are told.
//!
//! `judge` is the one place that says whether a recipient is tried again, reported or parked; others only describe what they met.
//! `report` writes the delivery status notification (RFC 3464) to a sender and the notice to a tenant. Both are functions of their
//! inputs: the same failure gives the same judgement and the same bytes, today and in a replay years later.

mod breaker;
mod classify;
mod context;
mod judge;
mod labels;
mod normal;
mod phrases;
mod report;
mod rules;
mod signs;
mod text;
mod unknown;

pub use breaker::{Answer, Breaker, Refusal, Trust};
pub use classify::{classify, is_provider, provider_of};
pub use context::{Classified, ReplyContext, Route};
pub use judge::{Context, Failure, Judgement, classify_failure, judge, may_be_for_the_form};
pub use labels::{Label, LabelError, Labels, ReplyNumber};
pub use model::{Action, Category, Owner, Scope};
pub use normal::normalised;
pub use report::{Cause, Disturbed, Kind, Language, Notice, Occasion, Original, Report, Reported, TlsReport};
pub use signs::{Sign, sign, wants_another_transaction};
pub use unknown::{Met, Unknown, Unknowns};
