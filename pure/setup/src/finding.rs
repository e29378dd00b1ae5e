//! One thing that was looked at: how it is, how it should be, why that matters, and what mends it.

use serde::Serialize;

/// How a check ended. The order is that of concern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Ok,
    /// It could not be found out. Never shown as good.
    Unknown,
    /// Works today, but not in every case.
    Warn,
    Fail,
}

impl State {
    /// As it is printed.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unknown => "unknown",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// One setting of a tenant's system, compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// A fixed word such as `route_rule.priority`.
    pub check: &'static str,
    pub state: State,
    /// What is set.
    pub is: String,
    /// What should be.
    pub should: String,
    /// Why it matters, in one sentence.
    pub why: &'static str,
    /// The command that mends it; empty where nothing has to be.
    pub mend: String,
}
