//! Block lists: does each configured one answer us as it should, and does it name one of our sources today.
//!
//! What is asked and what an answer means stands in `dnsbl`; a list that fails its test points is not asked further, because nothing that
//! it says could be believed.

use super::look::{Look, Looked, View};
use dnsbl::{Answer, Finding, Refusal, Subject, Trust, TrustState, Zone, query_name, test_points};
use net::{Clock, ResolveError};
use setup::State;
use std::net::IpAddr;
use std::sync::Arc;

pub(super) fn looks(view: &Arc<View>) -> Vec<Look> {
    let looks = view.site.config.dnsbl.zones.iter().map(|zone| {
        let (view, name) = (Arc::clone(view), zone.name.clone());
        Look::new("dnsbl", name.clone(), async move {
            match dnsbl::find(&name) {
                Ok(zone) => whole(&view, zone).await,
                Err(error) => {
                    let mend = "correct or take out the entry of dnsbl.zones";
                    vec![Looked::new("dnsbl", name, State::Unknown, error.to_string(), mend)]
                }
            }
        })
    });
    looks.collect()
}

async fn whole(view: &View, zone: &'static Zone) -> Vec<Looked> {
    let tested = test(view, zone).await;
    let is_lost = tested.state != State::Ok && test_points(zone).is_some();
    let mut looked = vec![tested];
    if is_lost {
        return looked;
    }
    for source in &view.site.config.sources {
        let subject = format!("{} in {}", source.name, zone.name);
        let (state, reason) = match ask(view, zone, &Subject::Address(source.address)).await {
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

async fn test(view: &View, zone: &'static Zone) -> Looked {
    let Some((listed, clean)) = test_points(zone) else {
        let reason = "the list has no test points, so whether it answers us cannot be known";
        return Looked::new("dnsbl", zone.name, State::Unknown, reason, "");
    };
    let (listed, clean) = (ask(view, zone, &listed).await, ask(view, zone, &clean).await);
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
async fn ask(view: &View, zone: &'static Zone, subject: &Subject) -> Option<Answer> {
    let key = view.site.config.dnsbl.dqs_key.as_ref().and_then(|key| {
        let named = key.starts_with("env:") || key.starts_with("file:");
        if named { crate::folders::secret(key) } else { Some(key.clone()) }
    });
    let name = query_name(zone, key.as_deref().map(str::trim), subject).ok()?;
    Some(match view.resolver.addresses(&name).await {
        Ok(found) => {
            let v4 = |address: &IpAddr| match address {
                IpAddr::V4(address) => Some(*address),
                IpAddr::V6(_) => None,
            };
            Answer::Found { addresses: found.iter().filter_map(v4).collect(), text: None }
        }
        Err(ResolveError::Absent(_) | ResolveError::NullMx(_)) => Answer::NoName,
        // The name may hold the key, so the error's own words are not shown.
        Err(ResolveError::Failed { .. } | ResolveError::SetUp(_)) => {
            Answer::Failed(format!("no name server answered for {}", zone.name))
        }
    })
}
