//! What a reply means: its category by the first rule that fires, then owner, scope and action by what is known around it.
//!
//! Two tables, read from top to bottom. Words decide the category; the context decides whose fault it is (law 4): a refusal in `return` mode is
//! set-up or ours unless it names content or a recipient in the tenant's own domains; one before the recipient was named says nothing
//! about the recipient; a listed address that is not ours is not our listing. What no rule knows, and what may be about us after all, parks.

use crate::context::{Classified, ReplyContext, Route};
use crate::labels::Labels;
use crate::rules::{RULES, Rule, Strength};
use crate::text::{Lasting, Named, addresses, prepare};
use core::net::IpAddr;
use model::{Action, Category, Owner, Scope, Stage};
use std::borrow::Cow;

/// What is told as the rule where none fired.
const NO_RULE: &str = "none";

/// Classifies one reply: code, enhanced code and text as one line or several.
#[must_use]
pub fn classify(reply: &str, context: &ReplyContext<'_>) -> Classified {
    classify_with(reply, context, None)
}

/// As `classify`, with what this installation's operators said of replies.
pub(crate) fn classify_with(reply: &str, context: &ReplyContext<'_>, labels: Option<&Labels>) -> Classified {
    let rules = &*RULES;
    let prepared = prepare(reply);
    let seen = rules.look(&prepared.words);
    let built_in = rules.first(&prepared, &seen);
    let is_trap = built_in.is_some_and(|rule| rule.strength == Strength::Trap);
    let label = labels.filter(|_| !is_trap).and_then(|labels| labels.rule_for(reply));
    let rule = label.as_deref().or(built_in);
    let category = rule.map_or(Category::Unknown, |rule| rule.text.category);
    let named = named_address(reply, context.our_addresses);
    let names_lists = matches!(category, Category::IpListed | Category::DomainReputation);
    let (list, is_public) =
        if names_lists { list_of(rule, rules.list(&seen), &prepared.words) } else { (None, false) };
    let finding = Finding {
        rule,
        category,
        lasting: prepared.lasting(),
        is_doubtful: rule.is_some_and(|rule| rules.doubts(rule, &seen)),
        is_foreign: named.is_some_and(|named| !named.is_ours),
        is_public,
    };
    let owner = finding.owner(context);
    Classified {
        category,
        owner,
        scope: finding.scope(owner, context),
        action: finding.action(owner, context),
        list,
        address: named.map(|named| named.address),
        rule: match (&label, built_in) {
            (Some(label), _) => Cow::Owned(label.text.id.clone()),
            (None, Some(rule)) => Cow::Borrowed(&rule.text.id),
            (None, None) => Cow::Borrowed(NO_RULE),
        },
        is_sure: rule.is_some_and(|rule| rule.strength != Strength::Weak),
    }
}

/// The trap that this reply is, if it is one.
pub(crate) fn trap_of(reply: &str) -> Option<&'static str> {
    let rules = &*RULES;
    let prepared = prepare(reply);
    let rule = rules.first(&prepared, &rules.look(&prepared.words))?;
    (rule.strength == Strength::Trap).then_some(rule.text.id.as_str())
}

/// Who runs the host with this name, as rules and contexts call it; `None` if no rule of ours tells.
#[must_use]
pub fn provider_of(host: &str) -> Option<&'static str> {
    RULES.provider_of(host)
}

/// Whether `provider_of` gives this name for any host: it is then nobody's own.
#[must_use]
pub fn is_provider(name: &str) -> bool {
    RULES.is_provider(name)
}

/// What the words gave.
struct Finding<'a> {
    rule: Option<&'a Rule>,
    category: Category,
    lasting: Lasting,
    /// The rule is a general one and the text speaks of an address.
    is_doubtful: bool,
    /// The reply names an address and none of ours.
    is_foreign: bool,
    /// It names a list that many receivers ask.
    is_public: bool,
}

impl Finding<'_> {
    fn owner(&self, context: &ReplyContext<'_>) -> Owner {
        let owner = self.rule.and_then(|rule| rule.text.owner).unwrap_or(default_owner(self.category));
        if owner == Owner::OurAddress && self.is_foreign {
            return Owner::Receiver;
        }
        let owner = match context.route {
            Some(Route::Return) => self.owner_in_return(owner, context),
            // The recipient's own exchanger that does not take his mail has a fault of its own.
            Some(Route::Deliver) if self.category == Category::RelayingDenied => Owner::Receiver,
            Some(Route::Deliver) | None => owner,
        };
        match context.stage {
            Some(stage) => self.owner_at(stage, owner),
            None => owner,
        }
    }

    /// The tenant's own system refuses: its sender and most of its recipients are no reason for it, its connector is.
    fn owner_in_return(&self, owner: Owner, context: &ReplyContext<'_>) -> Owner {
        if let Some(owner) = self.rule.and_then(|rule| rule.text.return_owner) {
            return owner;
        }
        let is_own = context.recipient_is_tenants == Some(true);
        match owner {
            Owner::SenderDomain => Owner::TenantSetup,
            Owner::Recipient if !is_own || self.category == Category::Policy => Owner::TenantSetup,
            // A code without words says too little about content.
            Owner::Content if !is_own && self.is_by_code() => Owner::TenantSetup,
            Owner::Recipient
            | Owner::Content
            | Owner::OurAddress
            | Owner::OurDomain
            | Owner::OurSetup
            | Owner::TenantSetup
            | Owner::Receiver => owner,
        }
    }

    /// Nothing is refused for what was not said yet.
    fn owner_at(&self, stage: Stage, owner: Owner) -> Owner {
        let (sender_said, recipient_said, content_said) = match stage {
            Stage::Resolve | Stage::Connect | Stage::Banner | Stage::Ehlo | Stage::Tls => {
                (false, false, false)
            }
            Stage::Mail => (true, false, false),
            Stage::Rcpt => (true, true, false),
            Stage::Data | Stage::EndOfData => (true, true, true),
        };
        match owner {
            Owner::Recipient if !recipient_said => Owner::Receiver,
            // The size is announced at MAIL.
            Owner::Content if !content_said && (self.category != Category::TooLarge || !sender_said) => {
                Owner::Receiver
            }
            Owner::SenderDomain if !sender_said => Owner::OurDomain,
            Owner::Recipient
            | Owner::Content
            | Owner::SenderDomain
            | Owner::OurAddress
            | Owner::OurDomain
            | Owner::OurSetup
            | Owner::TenantSetup
            | Owner::Receiver => owner,
        }
    }

    fn is_by_code(&self) -> bool {
        self.rule.is_some_and(Rule::is_by_code)
    }

    fn scope(&self, owner: Owner, context: &ReplyContext<'_>) -> Scope {
        if let Some(scope) = self.said(owner).and_then(|rule| rule.text.scope) {
            return scope;
        }
        let is_known = context.provider.is_some() || self.rule.is_some_and(|rule| rule.provider.is_some());
        let here = if is_known { Scope::SourceAtProvider } else { Scope::SourceAtSite };
        match owner {
            Owner::OurAddress if self.is_public => Scope::Source,
            Owner::OurAddress => here,
            Owner::OurDomain => Scope::Source,
            Owner::OurSetup => Scope::Site,
            Owner::TenantSetup => Scope::Tenant,
            Owner::SenderDomain => Scope::SenderDomain,
            Owner::Content | Owner::Recipient => Scope::Recipient,
            Owner::Receiver if self.category == Category::RateLimited => here,
            Owner::Receiver if self.category == Category::Greylisted => Scope::SourceAtSite,
            // Somebody else's address: nothing of ours is concerned.
            Owner::Receiver if self.is_about_an_address() => Scope::Recipient,
            Owner::Receiver => Scope::Site,
        }
    }

    fn action(&self, owner: Owner, context: &ReplyContext<'_>) -> Action {
        if self.lasting == Lasting::Transient {
            return self.action_for_now(owner);
        }
        let action = match self.said(owner).and_then(|rule| rule.text.action) {
            Some(action) => action,
            None => self.action_for_good(owner, context),
        };
        if action == Action::Dsn && self.is_doubtful { Action::Park } else { action }
    }

    /// The rule, where its own owner held against the context: then its scope and action hold too.
    fn said(&self, owner: Owner) -> Option<&Rule> {
        self.rule.filter(|rule| rule.text.owner.unwrap_or(default_owner(self.category)) == owner)
    }

    fn action_for_now(&self, owner: Owner) -> Action {
        let is_ours = owner == Owner::OurAddress;
        if self.category == Category::RateLimited || is_ours && self.category == Category::IpReputation {
            Action::SlowDown
        } else if is_ours && self.category == Category::IpListed {
            Action::OtherSource
        } else {
            Action::Retry
        }
    }

    fn action_for_good(&self, owner: Owner, context: &ReplyContext<'_>) -> Action {
        match owner {
            Owner::OurAddress => Action::OtherSource,
            Owner::OurDomain | Owner::OurSetup => Action::Park,
            Owner::TenantSetup if self.holds_all(context) => Action::HoldTenant,
            Owner::TenantSetup => Action::Park,
            Owner::SenderDomain | Owner::Content | Owner::Recipient => Action::Dsn,
            Owner::Receiver if self.category == Category::RateLimited => Action::SlowDown,
            Owner::Receiver if self.passes() => Action::Retry,
            // What was refused before it could be known, and what nobody knows.
            Owner::Receiver => Action::Park,
        }
    }

    /// Whether a receiver's fault goes away without anybody's act here.
    fn passes(&self) -> bool {
        let is_its_own = matches!(
            self.category,
            Category::TransientServer | Category::Greylisted | Category::RelayingDenied
        );
        is_its_own || self.is_about_an_address()
    }

    fn is_about_an_address(&self) -> bool {
        matches!(self.category, Category::IpListed | Category::IpReputation)
    }

    /// Whether the tenant's other mail on this route would fare the same: the host does not know it as the tenant's.
    fn holds_all(&self, context: &ReplyContext<'_>) -> bool {
        let is_own = context.recipient_is_tenants == Some(true);
        let is_unmatched = self.rule.is_some_and(|rule| rule.text.return_owner == Some(Owner::TenantSetup));
        self.category == Category::RelayingDenied || is_unmatched && !is_own
    }
}

/// Whose fault a category is as long as nothing else is known.
fn default_owner(category: Category) -> Owner {
    match category {
        Category::IpListed | Category::IpReputation => Owner::OurAddress,
        Category::RateLimited | Category::Greylisted | Category::TransientServer | Category::Unknown => {
            Owner::Receiver
        }
        Category::DomainReputation | Category::AuthFailure => Owner::SenderDomain,
        Category::ContentSpam | Category::TooLarge => Owner::Content,
        Category::MailboxUnknown | Category::MailboxFull | Category::MailboxDisabled | Category::Policy => {
            Owner::Recipient
        }
        Category::RelayingDenied | Category::Loop => Owner::TenantSetup,
        Category::TlsRequired => Owner::OurSetup,
    }
}

/// The address that a reply is about.
#[derive(Debug, Clone, Copy)]
struct About {
    address: IpAddr,
    is_ours: bool,
}

/// Ours where the reply names one of ours; else the first that is no list's answer.
fn named_address(reply: &str, ours: Option<&[IpAddr]>) -> Option<About> {
    let named = addresses(reply);
    let of_ours = ours.and_then(|ours| named.iter().find(|named| ours.contains(&named.address)));
    if let Some(found) = of_ours {
        return Some(About { address: found.address, is_ours: true });
    }
    let is_client = |named: &&Named| named.is_bracketed || !is_answer(named.address);
    let first = named.iter().find(|named| named.is_bracketed).or_else(|| named.iter().find(is_client))?;
    Some(About { address: first.address, is_ours: ours.is_none() })
}

/// What lists answer with (RFC 5782 §2.1).
fn is_answer(address: IpAddr) -> bool {
    address.is_loopback() || address.is_unspecified()
}

/// What the list is called, and whether many receivers ask it.
fn list_of(
    rule: Option<&Rule>,
    found: Option<(&crate::rules::List, usize)>,
    words: &str,
) -> (Option<String>, bool) {
    if let Some(name) = rule.and_then(|rule| rule.text.list.clone()) {
        return (Some(name), false);
    }
    if let Some((list, end)) = found {
        let zone = list.domain.as_deref().and_then(|domain| zone(words, end, domain));
        return (Some(zone.unwrap_or_else(|| list.name.clone())), list.is_public);
    }
    (after_preposition(words), false)
}

/// The host name around this place, if it is one of the list's zones and no page of its web site.
fn zone(words: &str, end: usize, domain: &str) -> Option<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let before = words[..end].char_indices().rev().find(|(_, c)| !is_part(*c));
    let start = before.map_or(0, |(at, c)| at + c.len_utf8());
    let stop = words[end..].find(|c| !is_part(c)).map_or(words.len(), |at| end + at);
    let host = words[start..stop].trim_matches('.');
    let label = host.strip_suffix(domain)?.strip_suffix('.')?;
    (!matches!(label, "www" | "check" | "lookup" | "psbl")).then(|| host.to_owned())
}

/// `blocked using dnsbl.example.net;`: an unknown list by the name that the reply gives.
fn after_preposition(words: &str) -> Option<String> {
    const BEFORE: [&str; 6] =
        ["blocked using ", "listed at ", "listed in ", "listed on ", "found in ", "blocked by "];
    let rest = BEFORE.iter().find_map(|before| words.split_once(before).map(|(_, rest)| rest))?;
    let name = rest.split([' ', ';', ',', '=']).next()?.trim_end_matches('.');
    let is_name = name.contains('.')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    is_name.then(|| name.to_owned())
}

#[cfg(test)]
mod tests;
