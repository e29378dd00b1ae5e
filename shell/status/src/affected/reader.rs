//! What the administrator of one tenant may read in the texts of other hosts.
//!
//! A reply may name anybody: another tenant, its domains and hosts, a person. Such words are masked as they are in public, except for the reader's own: the
//! names of its tenant, and what stands in the message itself. Hosts and sources of a line are where the reader's own mail went and stay.

use super::{Fate, Line};
use crate::mask;
use crate::settings::Settings;
use incident::lint::Hidden;

/// In the place of another tenant's name.
const NAME: &str = "[another organisation]";

/// Who reads, and who else there is. It does no more than mask.
#[derive(Debug, Clone)]
pub struct Reader {
    settings: Settings,
    hidden: Hidden,
    own: Hidden,
}

impl Reader {
    /// For the tenant that is called by `own` names, among all that are `hidden`.
    #[must_use]
    pub fn new(settings: Settings, hidden: Hidden, own: impl IntoIterator<Item = String>) -> Self {
        Self { settings, hidden, own: Hidden::exactly(own) }
    }

    /// What is known to whoever sent these lines, which are all of one message.
    #[must_use]
    pub fn message(&self, lines: &[Line]) -> MessageReader<'_> {
        let addresses = lines.iter().flat_map(|line| [&line.sender, &line.recipient]);
        let domains = addresses.clone().filter_map(|address| address.rsplit_once('@'));
        // Microsoft's name of a host has the domain with hyphens.
        let named =
            Hidden::exactly(domains.flat_map(|(_, domain)| [domain.to_owned(), domain.replace('.', "-")]));
        let id = lines.first().and_then(|line| line.message_id.as_ref());
        let mailboxes = addresses.chain(id).map(|text| text.to_lowercase()).collect();
        MessageReader { reader: self, named, mailboxes }
    }
}

/// The reader of one message.
#[derive(Debug)]
pub struct MessageReader<'r> {
    reader: &'r Reader,
    /// Domains that stand in the message's own addresses.
    named: Hidden,
    /// Its addresses and its id, in lower case.
    mailboxes: Vec<String>,
}

impl MessageReader<'_> {
    /// Takes what the reader may not know out of every reply of the line.
    pub fn mask(&self, line: &mut Line) {
        for refusal in &mut line.refusals {
            refusal.reply = self.masked(&refusal.reply);
        }
        match &mut line.fate {
            Fate::Delivered { reply, .. }
            | Fate::Reported { reply, .. }
            | Fate::Discarded { reply, .. }
            | Fate::Parked { reply } => *reply = self.masked(reply),
            Fate::Ended { .. } | Fate::Waiting => {}
        }
    }

    fn masked(&self, reply: &str) -> String {
        let reader = self.reader;
        let without_people = mask::without(reply, &reader.settings, |word| self.knows(word));
        reader.hidden.masked(&without_people, &[&reader.own, &self.named], NAME)
    }

    /// A mailbox of the message or of the tenant's domains, or an address that is the tenant's.
    fn knows(&self, word: &str) -> bool {
        let word = word.to_lowercase().replace("%40", "@");
        let bare = word.trim_matches(['.', ':', '!', '?']);
        let bare = bare.rsplit(['=', ':']).next().filter(|rest| rest.contains('@')).unwrap_or(bare);
        match bare.rsplit_once('@') {
            Some((_, domain)) => {
                self.mailboxes.iter().any(|known| known == bare) || self.reader.own.has_name(domain)
            }
            None => self.reader.own.has_name(bare),
        }
    }
}

#[cfg(test)]
mod tests;
