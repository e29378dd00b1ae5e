//! Block lists: does each configured one answer us as it should, and does it name one of our sources today.
//!
//! What is asked and what an answer means stands in `dnsbl`; a list that fails its test points is not asked further, because nothing that
//! it says could be believed.

use super::look::{Look, Looked, View};
use dnsbl::{Answer, Finding, Refusal, Subject, Trust, TrustState, test_points};
use net::Clock;
use setup::State;
use std::sync::Arc;
use watch::{Ask as _, ZoneConfig};

pub(super) fn looks(view: &Arc<View>) -> Vec<Look> {
    let known = view.site.config.dnsbl.zone_configs();
    let looks = view.site.config.dnsbl.zones.iter().map(|written| {
        let (view, name) = (Arc::clone(view), written.name.clone());
        let config = known.iter().find(|config| config.zone.name == name).cloned();
        Look::new("dnsbl", name.clone(), async move {
            match (dnsbl::find(&name), config) {
                (Ok(_), Some(config)) => whole(&view, &config).await,
                (Ok(_), None) => Vec::new(),
                (Err(error), _) => {
                    let mend = "correct or take out the entry of dnsbl.zones";
                    vec![Looked::new("dnsbl", name, State::Unknown, error.to_string(), mend)]
                }
            }
        })
    });
    looks.collect()
}

async fn whole(view: &View, config: &ZoneConfig) -> Vec<Looked> {
    let zone = config.zone;
    let tested = test(view, config).await;
    let is_lost = tested.state != State::Ok && test_points(zone).is_some();
    let mut looked = vec![tested];
    if is_lost {
        return looked;
    }
    for source in &view.site.config.sources {
        let subject = format!("{} in {}", source.name, zone.name);
        let (state, reason) = match ask(view, config, &Subject::Address(source.address)).await {
            // The list has no addresses of this kind.
            None => continue,
            Some(answer) => match dnsbl::read(zone, &answer) {
                Finding::Clean => (State::Ok, "is not listed".to_owned()),
                Finding::Listed(listing) => (State::Fail, format!("is listed: {}", listing.names.join(", "))),
                Finding::Unknown(Refusal::Told(why) | Refusal::Unknown(why)) => (State::Unknown, why),
            },
        };
        let mend =
            format!("find the cause first, then ask for removal: {}", zone.removal_link(&source.address));
        looked.push(Looked::new("listing", subject, state, reason, mend));
    }
    looked
}

async fn test(view: &View, config: &ZoneConfig) -> Looked {
    let zone = config.zone;
    let Some((listed, clean)) = test_points(zone) else {
        let reason = "the list has no test points, so whether it answers us cannot be known";
        return Looked::new("dnsbl", zone.name, State::Unknown, reason, "");
    };
    let (listed, clean) = (ask(view, config, &listed).await, ask(view, config, &clean).await);
    let (Some(listed), Some(clean)) = (listed, clean) else {
        return Looked::new("dnsbl", zone.name, State::Unknown, "its test points cannot be asked for", "");
    };
    let is_silent = [&listed, &clean].iter().any(|answer| matches!(answer, Answer::Failed(_)));
    let told = [&listed, &clean].into_iter().find_map(|answer| match dnsbl::read(zone, answer) {
        Finding::Unknown(Refusal::Told(why)) => Some(why),
        Finding::Unknown(Refusal::Unknown(_)) | Finding::Clean | Finding::Listed(_) => None,
    });
    let mut trust = Trust::default();
    trust.tested(zone, &listed, &clean, Clock::start(1).now());
    match trust.state() {
        TrustState::Trusted => {
            Looked::new("dnsbl", zone.name, State::Ok, "answers its test points as it should", "")
        }
        TrustState::Lost { why, .. } if is_silent => {
            Looked::new("dnsbl", zone.name, State::Unknown, why.as_str(), "see the check `resolver`")
        }
        TrustState::Lost { why, .. } => {
            let mend = "if it refuses us: ask by a resolver of your own (resolver.servers) or with a key (dnsbl.dqs_key); else take the zone out";
            Looked::new("dnsbl", zone.name, State::Fail, told.as_ref().unwrap_or(why), mend)
        }
        TrustState::Untested => {
            Looked::new("dnsbl", zone.name, State::Unknown, "was not tested", "look again")
        }
    }
}

/// Nothing if the list has no such subjects.
async fn ask(view: &View, zone: &ZoneConfig, subject: &Subject) -> Option<Answer> {
    let mut silent = None;
    for server in 0..view.witnesses.servers() {
        match view.witnesses.ask(server, zone, subject, false).await?.answer {
            Answer::Failed(why) => silent = Some(Answer::Failed(why)),
            answer @ (Answer::Found { .. } | Answer::NoName | Answer::NoData | Answer::Refused) => {
                return Some(answer);
            }
        }
    }
    silent.or_else(|| {
        let refused: Vec<String> = view.witnesses.refused().iter().map(ToString::to_string).collect();
        Some(Answer::Failed(format!("block lists refuse public resolvers such as {}", refused.join(", "))))
    })
}
