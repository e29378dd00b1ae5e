//! What is known around a reply, and what was found in it: the two ends of `classify`.
//!
//! Everything around a reply may be unknown, as when a person pastes one from a log. What is unknown leaves the defaults of each
//! category in force; what is known only makes a judgement more exact.

use core::net::IpAddr;
use model::{Action, Category, Owner, Scope, Stage};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Which way a message leaves us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// Back to the tenant's own mail system.
    Return,
    /// To the recipients' exchangers.
    Deliver,
}

/// What is known around a reply.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReplyContext<'a> {
    /// Where in the conversation it came.
    pub stage: Option<Stage>,
    pub route: Option<Route>,
    /// Who runs the host that answered, as `provider_of` names it.
    pub provider: Option<&'a str>,
    /// The addresses that are ours; unknown is taken as: whatever address a reply names is ours.
    pub our_addresses: Option<&'a [IpAddr]>,
    /// Whether the recipient's domain is one of the tenant's own.
    pub recipient_is_tenants: Option<bool>,
}

/// What a reply means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Classified {
    pub category: Category,
    pub owner: Owner,
    pub scope: Scope,
    pub action: Action,
    /// The list that the reply names: a zone, or who keeps it.
    pub list: Option<String>,
    /// The address that the reply names; ours where it names one of ours.
    pub address: Option<IpAddr>,
    /// The rule that decided.
    pub rule: Cow<'static, str>,
    /// Whether that rule knows these words. Where none does, or only a vague one or a code, a person should look.
    #[serde(skip)]
    pub is_sure: bool,
}
