//! Which facts strangers see, and as what.
//!
//! Facts about tenants, queues and our own hosts have no card; their ids may still stand under a sentence, and the signed export has them.

use crate::view::Evidence;
use incident::lint::Hidden;
use incident::{CanaryResult, EvidenceId, Fact, Text, What};
use std::collections::BTreeSet;

/// Cards of one incident.
const CARDS_MAX: usize = 20;

/// The facts that public sentences name, and the first and last failure, oldest first.
pub(super) fn cards(known: &incident::Incident, hidden: &Hidden) -> Vec<Evidence> {
    let mut wanted: BTreeSet<&EvidenceId> = known
        .posted_updates()
        .into_iter()
        .flat_map(|update| &update.current().sentences)
        .flat_map(|sentence| sentence.evidence().ids())
        .collect();
    wanted.extend(known.harm.first.iter().chain(&known.harm.last).map(|failure| &failure.evidence));
    let named = known.evidence.iter().filter(|fact| wanted.contains(&fact.id));
    named.filter_map(|fact| card(fact, hidden)).take(CARDS_MAX).collect()
}

fn card(fact: &Fact, hidden: &Hidden) -> Option<Evidence> {
    let mut facts: Vec<(Text, String)> = Vec::new();
    // What others wrote may name whom nobody is to read of.
    let may_show = |text: &str| !hidden.has_name(text);
    let mut add = |en: &str, de: &str, value: String| facts.push((Text::new(en, de), value));
    let (title, reply) = match &fact.what {
        What::Refused { source, provider, category, list, messages, reply, .. } => {
            add("Source", "Quelle", source.to_string());
            add("Messages", "Nachrichten", messages.to_string());
            add("Category", "Art", category.to_string());
            list.iter().filter(|list| may_show(list)).for_each(|list| add("List", "Liste", list.clone()));
            let by = receiver(provider);
            let title = Text::new(format!("Refused by {}", by.en), format!("Abgelehnt von {}", by.de));
            (title, reply.clone().filter(|reply| may_show(reply)))
        }
        What::Delivered { source, provider, messages, moved, .. } => {
            add("Source", "Quelle", source.to_string());
            add("Messages", "Nachrichten", messages.to_string());
            add("Of these moved", "Davon umgeleitet", moved.to_string());
            let by = receiver(provider);
            (Text::new(format!("Taken by {}", by.en), format!("Angenommen von {}", by.de)), None)
        }
        What::SourceChanged { source, list, .. } => {
            list.iter().filter(|list| may_show(list)).for_each(|list| add("List", "Liste", list.clone()));
            let title = Text::new(
                format!("The guard changed the use of {source}"),
                format!("Der Wächter änderte die Nutzung von {source}"),
            );
            (title, None)
        }
        What::Canary { result, source, .. } => {
            source.iter().for_each(|source| add("Source", "Quelle", source.to_string()));
            (canary(*result), None)
        }
        What::VendorPosted { vendor, title, link, .. } => {
            let said = [("Said", "Gesagt", title), ("Link", "Link", link)];
            said.into_iter()
                .filter(|(.., text)| may_show(text))
                .for_each(|(en, de, text)| add(en, de, text.clone()));
            (Text::new(format!("{vendor} reports"), format!("{vendor} meldet")), None)
        }
        What::Reported { messages, .. } => {
            add("Messages", "Nachrichten", messages.to_string());
            (Text::new("Senders were told of a failure", "Absendern wurde ein Fehler gemeldet"), None)
        }
        What::ListingOpened { .. }
        | What::ListingClosed { .. }
        | What::DomainListed { .. }
        | What::DomainCleared { .. } => {
            let (title, named) = listing(&fact.what)?;
            facts.push(named);
            (title, None)
        }
        What::Unwatched { .. }
        | What::Waiting { .. }
        | What::Balanced { .. }
        | What::CertificateLooked { .. }
        | What::ConnectorHeld { .. }
        | What::ConnectorReleased { .. }
        | What::ListenerLooked { .. }
        | What::Accepted { .. }
        | What::Stamped { .. }
        | What::DirectoryLooked { .. }
        | What::ConsoleLooked { .. }
        | What::NodeStarted { .. }
        | What::NodeStopped
        | What::Acted { .. } => return None,
    };
    Some(Evidence { id: fact.id.to_string(), at: fact.at, title, facts, reply })
}

/// What a list says, and of what.
fn listing(what: &What) -> Option<(Text, (Text, String))> {
    let source = |source: &model::SourceName| (Text::new("Source", "Quelle"), source.to_string());
    let domain = |domain: &String| (Text::same("Domain"), domain.clone());
    let (list, is_listed, named) = match what {
        What::ListingOpened { list, source: of, .. } => (list, true, source(of)),
        What::ListingClosed { list, source: of } => (list, false, source(of)),
        What::DomainListed { list, domain: of, .. } => (list, true, domain(of)),
        What::DomainCleared { list, domain: of } => (list, false, domain(of)),
        What::Refused { .. }
        | What::Delivered { .. }
        | What::SourceChanged { .. }
        | What::Unwatched { .. }
        | What::Canary { .. }
        | What::Waiting { .. }
        | What::Balanced { .. }
        | What::Reported { .. }
        | What::CertificateLooked { .. }
        | What::ConnectorHeld { .. }
        | What::ConnectorReleased { .. }
        | What::ListenerLooked { .. }
        | What::Accepted { .. }
        | What::Stamped { .. }
        | What::DirectoryLooked { .. }
        | What::ConsoleLooked { .. }
        | What::NodeStarted { .. }
        | What::NodeStopped
        | What::VendorPosted { .. }
        | What::Acted { .. } => return None,
    };
    let title = if is_listed {
        Text::new(format!("Listed by {list}"), format!("Gelistet bei {list}"))
    } else {
        Text::new(format!("No longer listed by {list}"), format!("Nicht mehr gelistet bei {list}"))
    };
    Some((title, named))
}

/// A provider of many is named; a host that is nobody's but one tenant's or recipient's is not.
fn receiver(provider: &str) -> Text {
    if !bounce::is_provider(provider) {
        return Text::new("another mail system", "einem anderen Mailsystem");
    }
    Text::same(incident::provider_name(provider))
}

fn canary(result: CanaryResult) -> Text {
    match result {
        CanaryResult::Arrived { seconds } => Text::new(
            format!("A test message arrived after {seconds} s"),
            format!("Eine Testnachricht kam nach {seconds} s an"),
        ),
        CanaryResult::Late { seconds } => Text::new(
            format!("A test message came late, after {seconds} s"),
            format!("Eine Testnachricht kam spät an, nach {seconds} s"),
        ),
        CanaryResult::Lost => Text::new("A test message did not arrive", "Eine Testnachricht kam nicht an"),
    }
}
