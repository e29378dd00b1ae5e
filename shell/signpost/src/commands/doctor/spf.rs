//! SPF: does the record of each of the tenants' domains name every source from which their mail leaves, spares included.

use super::look::{Look, Looked, View};
use model::{Domain, Source};
use net::ResolveError;
use setup::spf::{Answer, Question, Step, Verdict, evaluate};
use setup::{State, spf};
use std::collections::BTreeMap;
use std::sync::Arc;
use tenant::settings::{ConnectorKind, EgressMode, Settings};

/// Look-ups of one domain: ten terms, each with up to ten exchangers, and their records.
const QUESTIONS_MAX: usize = 200;

pub(super) fn looks(view: &Arc<View>) -> Vec<Look> {
    let mut looks = Vec::new();
    for snapshot in view.tenants.values() {
        let settings = &snapshot.settings;
        let sources = view.sources_of(settings);
        for domain in &settings.domains {
            let (view, sources, domain) = (Arc::clone(view), sources.clone(), domain.clone());
            let subject = format!("{} ({})", domain, settings.name);
            let matters = matters(settings);
            looks.push(Look::new("spf", subject.clone(), async move {
                vec![one(&view, subject, &domain, &sources, matters).await]
            }));
        }
    }
    looks
}

/// Exchange Online and Google judge returned mail by SPF, a receiver judges delivered mail; a host that knows us by address does not.
fn matters(settings: &Settings) -> State {
    let judged = matches!(settings.connector.kind, ConnectorKind::M365 | ConnectorKind::Google);
    if judged || settings.egress.mode == EgressMode::Deliver { State::Fail } else { State::Warn }
}

async fn one(view: &View, subject: String, domain: &Domain, sources: &[Source], matters: State) -> Looked {
    let mut known = BTreeMap::new();
    let mut worst = State::Ok;
    let (mut reasons, mut missing, mut lookups_most) = (Vec::new(), Vec::new(), 0);
    for source in sources {
        let (verdict, lookups) = judge(view, domain, source, &mut known).await;
        lookups_most = lookups_most.max(lookups);
        let (state, reason) = match verdict {
            Verdict::Pass { .. } => continue,
            Verdict::NotIncluded { by } => {
                missing.push(network(source));
                (matters, format!("{} ({}) is not in it: ended by {by}", source.name, source.address))
            }
            Verdict::NoRecord => {
                missing.push(network(source));
                (matters, "the domain has no SPF record".to_owned())
            }
            Verdict::Broken(why) => (State::Fail, format!("receivers cannot use the record: {why}")),
            Verdict::Unknown(why) | Verdict::Unanswered(why) => (State::Unknown, why),
        };
        worst = worst.max(state);
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    if worst == State::Ok {
        let reason = format!(
            "names all {} sources, with {lookups_most} of {} look-ups",
            sources.len(),
            spf::LOOKUPS_MAX
        );
        return Looked::new("spf", subject, State::Ok, reason, "");
    }
    let mend = if missing.is_empty() {
        format!("correct the TXT record of {domain} that begins with v=spf1")
    } else {
        format!(
            "put {} into the TXT record of {domain} that begins with v=spf1, before its `all`",
            missing.join(" ")
        )
    };
    Looked::new("spf", subject, worst, reasons.join("; "), mend)
}

fn network(source: &Source) -> String {
    let kind = if source.address.is_ipv4() { "ip4" } else { "ip6" };
    format!("{kind}:{}", source.address)
}

async fn judge(
    view: &View,
    domain: &Domain,
    source: &Source,
    known: &mut BTreeMap<Question, Answer>,
) -> (Verdict, usize) {
    loop {
        match evaluate(domain.as_str(), source.address, known) {
            Step::Done { verdict, lookups } => return (verdict, lookups),
            Step::Ask(_) if known.len() >= QUESTIONS_MAX => {
                return (
                    Verdict::Broken(format!("it needs more than {QUESTIONS_MAX} look-ups")),
                    known.len(),
                );
            }
            Step::Ask(question) => {
                let answer = ask(view, &question).await;
                known.insert(question, answer);
            }
        }
    }
}

async fn ask(view: &View, question: &Question) -> Answer {
    let answer = match question {
        Question::Texts(name) => view.resolver.texts(name).await.map(Answer::Texts),
        Question::Addresses(name) => view.resolver.addresses(name).await.map(Answer::Addresses),
        Question::Exchangers(name) => view.resolver.recorded_exchangers(name).await.map(Answer::Exchangers),
    };
    answer.unwrap_or_else(|error| match error {
        ResolveError::Absent(_) | ResolveError::NullMx(_) | ResolveError::Nowhere(..) => Answer::Absent,
        ResolveError::Failed { .. } | ResolveError::SetUp(_) => Answer::Failed(error.to_string()),
    })
}
