//! Rules: which signature a message gets, decided for one recipient.
//!
//! Rules are tried from top to bottom; the first that matches decides, unless it says `continue`: then later signatures follow
//! below it. In `when` every asked field must hold, in `except` one that holds excludes the rule. A field that is empty is not
//! asked; `from` and `until` are one field, the period. Nothing here fails: what cannot match does not.

mod conditions;
mod pattern;

pub use conditions::{Conditions, MessageKind, RecipientKind};
pub use pattern::{Pattern, PatternError, Searched};

use crate::{Person, SignatureName};
use model::{Address, Timestamp};

/// One `[[rule]]`.
#[derive(Debug, Clone)]
pub struct Rule {
    pub name: String,
    /// For a new message; none: nothing.
    pub signature: Option<SignatureName>,
    /// For replies and forwards; none: nothing.
    pub reply_signature: Option<SignatureName>,
    pub then: Then,
    pub when: Conditions,
    pub except: Conditions,
}

/// What a rule that matched does with the rules after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Then {
    #[default]
    Stop,
    Continue,
}

/// What rules may ask of one message and one recipient.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'f, 's> {
    pub sender: &'f Address,
    pub person: &'f Person,
    /// None where a message has no recipient yet, as in a preview.
    pub recipient: Option<&'f Address>,
    /// Whether the recipient is in the tenant's domains.
    pub internal: bool,
    /// Whether the transaction has recipients of both kinds.
    pub mixed: bool,
    pub subject: &'f Searched<'s>,
    /// The newest text.
    pub body: &'f Searched<'s>,
    pub kind: MessageKind,
    pub received: Timestamp,
}

/// What the rules decided.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chosen {
    /// Rule and signature, in the order in which they are to stand.
    pub signatures: Vec<(String, SignatureName)>,
    /// The rules that matched, those that chose nothing included.
    pub matched: Vec<String>,
    pub trail: Vec<String>,
}

/// Tries `rules` from top to bottom.
#[must_use]
pub fn choose(rules: &[Rule], facts: &Facts<'_, '_>) -> Chosen {
    let mut chosen = Chosen::default();
    for rule in rules {
        if let Some(why_not) = rule.misses(facts) {
            chosen.trail.push(format!("rule `{}` does not match: {why_not}", rule.name));
            continue;
        }
        take(rule, facts.kind, &mut chosen);
        if rule.then == Then::Stop {
            break;
        }
    }
    chosen
}

fn take(rule: &Rule, kind: MessageKind, chosen: &mut Chosen) {
    chosen.matched.push(rule.name.clone());
    let signature = match kind {
        MessageKind::New => &rule.signature,
        MessageKind::Reply | MessageKind::Forward => &rule.reply_signature,
    };
    let result = match signature {
        None => "chooses nothing".to_owned(),
        Some(name) if chosen.signatures.iter().any(|(_, known)| known == name) => {
            format!("chooses `{name}`, which is there already")
        }
        Some(name) => {
            chosen.signatures.push((rule.name.clone(), name.clone()));
            format!("chooses `{name}`")
        }
    };
    let then = match rule.then {
        Then::Stop => "stops",
        Then::Continue => "goes on",
    };
    chosen.trail.push(format!("rule `{}` matches, {result} and {then}", rule.name));
}

impl Rule {
    /// Why the rule does not match, or nothing if it does.
    fn misses(&self, facts: &Facts<'_, '_>) -> Option<String> {
        let missed = self.when.first(facts, false).map(|field| format!("`when.{field}` does not hold"));
        missed.or_else(|| self.except.first(facts, true).map(|field| format!("`except.{field}` holds")))
    }
}

#[cfg(test)]
mod tests;
