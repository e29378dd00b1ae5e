//! From one message, one envelope and one tenant's directory, rules and templates to the splices that sign it.
//!
//! `stamp` is a function (law 5): the same inputs give the same bytes, it opens nothing, reads no clock and is bounded in time and
//! memory. It never fails: what it cannot sign safely goes on as it came, with one word that says why. It promises that undoing
//! the splices gives the original back.

mod compiled;
mod content_id;
mod explain;
mod images;
mod kind;
mod leave;
mod people;
pub mod place;
mod reason;
mod rules;
mod stamp;
mod templates;
mod text_form;
mod tokens;

pub use compiled::{Compiled, OlderSignatures, OnFailure, Parts, Policy, UnknownPerson};
pub use explain::{Explain, Outcome, Placed, Smaller, Spliced};
pub use images::{HostedAt, HostedAtError, IMAGE_LEN_MAX, Image, ImageError, Images};
pub use people::{People, Person};
pub use reason::PassReason;
pub use rules::{
    Chosen, Conditions, Facts, MessageKind, Pattern, PatternError, RecipientKind, Rule, Searched, Then,
    choose,
};
pub use stamp::{Decision, Group, StampInput, passed, stamp, stamp_indexed};
pub use templates::{
    Form, Rendered, SignatureName, SignatureNameError, TEMPLATE_LEN_MAX, TemplateError, Templates,
    image_literals,
};
