//! Which signatures each recipient gets, and who gets the same.
//!
//! Rules can tell recipients apart by being internal and by a domain that some rule names, by nothing else. So they are asked once for
//! each such class, however many recipients there are; classes with equal signatures become one group.

use super::Message;
use crate::rules::{Chosen, Facts, choose};
use crate::{Searched, kind};
use model::{Address, Domain};
use std::collections::BTreeMap;

/// What the rules chose for some recipients.
#[derive(Debug, Clone, Default)]
pub(super) struct Choice {
    /// Indices of the recipients, ascending.
    pub(super) recipients: Vec<usize>,
    pub(super) chosen: Chosen,
}

/// What rules can see of a recipient.
type Class = (bool, Option<Domain>);

/// The groups, in the order of their first recipients.
pub(super) fn groups(message: &Message<'_>) -> Vec<Choice> {
    let recipients = message.input.recipients;
    if let Some(name) = message.for_unknown {
        let signatures = vec![("policy.unknown_person".to_owned(), name.clone())];
        let chosen = Chosen { signatures, ..Chosen::default() };
        return vec![Choice { recipients: (0..recipients.len()).collect(), chosen }];
    }
    let mut classes: BTreeMap<Class, Vec<usize>> = BTreeMap::new();
    for (place, recipient) in recipients.iter().enumerate() {
        classes.entry(class(message, recipient)).or_default().push(place);
    }
    if classes.is_empty() {
        classes.insert((false, None), Vec::new());
    }
    let mixed = [true, false].iter().all(|side| classes.keys().any(|(internal, _)| internal == side));
    let asked = Asked::new(message);
    let mut groups: Vec<Choice> = Vec::new();
    for ((internal, _), places) in classes {
        let recipient = places.first().map(|place| recipients[*place]);
        let chosen = asked.choose(message, recipient, internal, mixed);
        match groups.iter_mut().find(|group| group.chosen.signatures_equal(&chosen)) {
            Some(group) => group.recipients.extend(places),
            None => groups.push(Choice { recipients: places, chosen }),
        }
    }
    for group in &mut groups {
        group.recipients.sort_unstable();
    }
    groups.sort_by_key(|group| group.recipients.first().copied());
    groups
}

fn class(message: &Message<'_>, recipient: &Address) -> Class {
    let domain = recipient.domain();
    let named = message.compiled.names_recipient_domain(&domain);
    (message.compiled.is_internal(recipient), named.then_some(domain))
}

/// The parts of the facts that are the same for every recipient.
struct Asked<'m> {
    subject: Searched<'m>,
    body: Searched<'m>,
    kind: crate::MessageKind,
}

impl<'m> Asked<'m> {
    fn new(message: &'m Message<'_>) -> Self {
        let bytes = message.input.original;
        Self {
            subject: Searched::new(|| message.subject.clone()),
            body: Searched::new(|| message.texts.newest()),
            kind: kind::kind(bytes, message.index, &message.subject, &message.texts.posts()),
        }
    }

    fn choose(
        &self,
        message: &Message<'_>,
        recipient: Option<&Address>,
        internal: bool,
        mixed: bool,
    ) -> Chosen {
        let facts = Facts {
            sender: &message.sender,
            person: &message.person,
            recipient,
            internal,
            mixed,
            subject: &self.subject,
            body: &self.body,
            kind: self.kind,
            received: message.input.received,
        };
        let mut chosen = choose(&message.compiled.parts.rules, &facts);
        let side = if internal { "internal" } else { "external" };
        let mixture = if mixed { " in a mixed transaction" } else { "" };
        let sentence = format!("a {} message to an {side} recipient{mixture}", self.kind.as_str());
        chosen.trail.insert(0, sentence);
        chosen
    }
}

impl Chosen {
    /// Whether both give the same bytes; which rules chose them does not matter.
    fn signatures_equal(&self, other: &Self) -> bool {
        let names =
            |chosen: &Self| chosen.signatures.iter().map(|(_, name)| name.clone()).collect::<Vec<_>>();
        names(self) == names(other)
    }
}
