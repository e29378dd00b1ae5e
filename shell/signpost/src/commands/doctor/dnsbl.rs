//! Block lists: does each configured zone answer us as it should, and does it name one of our sources today.
//!
//! A zone is believed only after its test points (RFC 5782 §5): 127.0.0.2 is always listed, 127.0.0.1 never. Answers of 127.255.255.0/24 are
//! refusals of the question and not listings: Spamhaus answers 127.255.255.254 to public resolvers.

use super::look::{Look, Looked, View};
use crate::config::DnsblZone;
use net::ResolveError;
use setup::State;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

const LISTED_POINT: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
const CLEAN_POINT: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 1);

pub(super) fn looks(view: &Arc<View>) -> Vec<Look> {
    let looks = view.site.config.dnsbl.zones.iter().map(|zone| {
        let (view, zone) = (Arc::clone(view), zone.clone());
        Look::new("dnsbl", zone.name.clone(), async move {
            let tested = test(&view, &zone).await;
            let believed = tested.state == State::Ok;
            let mut looked = vec![tested];
            if believed {
                looked.extend(sources(&view, &zone).await);
            }
            looked
        })
    });
    looks.collect()
}

/// What a zone said of an address.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Listed(Ipv4Addr),
    Clean,
    /// It refused the question.
    Refused(&'static str),
    /// An answer that no block list gives.
    Odd(IpAddr),
    Nothing(String),
}

async fn test(view: &View, zone: &DnsblZone) -> Looked {
    let (state, reason, mend) =
        match (ask(view, zone, LISTED_POINT).await, ask(view, zone, CLEAN_POINT).await) {
            (Said::Listed(_), Said::Clean) => {
                (State::Ok, "answers its test points as it should".to_owned(), "")
            }
            (Said::Refused(why), _) | (_, Said::Refused(why)) => (
                State::Fail,
                why.to_owned(),
                "use a resolver of your own (resolver.servers), or a key of the list (dnsbl.dqs_key)",
            ),
            (Said::Nothing(why), _) | (_, Said::Nothing(why)) => {
                (State::Unknown, why, "see the check `resolver`")
            }
            (Said::Clean, _) => (
                State::Fail,
                "does not list its test point 127.0.0.2: the zone is dead, misspelt, or kept from you"
                    .to_owned(),
                "correct or take out the entry of dnsbl.zones",
            ),
            (Said::Listed(_) | Said::Odd(_), Said::Listed(_) | Said::Odd(_))
            | (Said::Odd(_), Said::Clean) => (
                State::Fail,
                "lists everything, its test point 127.0.0.1 too: nothing it says can be believed".to_owned(),
                "take the entry out of dnsbl.zones",
            ),
        };
    Looked::new("dnsbl", zone.name.clone(), state, reason, mend)
}

async fn sources(view: &View, zone: &DnsblZone) -> Vec<Looked> {
    let mut looked = Vec::new();
    for source in &view.site.config.sources {
        let IpAddr::V4(address) = source.address else { continue };
        let (state, reason) = match ask(view, zone, address).await {
            Said::Clean => (State::Ok, "is not listed".to_owned()),
            Said::Listed(code) => (State::Fail, format!("is listed with {code}")),
            Said::Refused(why) => (State::Unknown, why.to_owned()),
            Said::Odd(answer) => (State::Unknown, format!("the zone answers {answer}")),
            Said::Nothing(why) => (State::Unknown, why),
        };
        let mend =
            "find the cause first, then ask the list for removal; take the source out of use until then";
        looked.push(Looked::new("listing", format!("{} in {}", source.name, zone.name), state, reason, mend));
    }
    looked
}

async fn ask(view: &View, zone: &DnsblZone, address: Ipv4Addr) -> Said {
    let [a, b, c, d] = address.octets();
    let name = format!("{d}.{c}.{b}.{a}.{}", asked(view, zone));
    match view.resolver.addresses(&name).await {
        Ok(found) => found.first().map_or(Said::Clean, |first| meaning(*first)),
        Err(ResolveError::Absent(_) | ResolveError::NullMx(_)) => Said::Clean,
        // The name may hold a key, so the error's own text is not shown.
        Err(ResolveError::Failed { .. } | ResolveError::SetUp(_)) => {
            Said::Nothing(format!("no name server answered for {}", zone.name))
        }
    }
}

/// With a key Spamhaus' zones have another name: `KEY.zen.dq.spamhaus.net`.
fn asked(view: &View, zone: &DnsblZone) -> String {
    let key = view.site.config.dnsbl.dqs_key.as_ref().and_then(|key| {
        if key.starts_with("env:") || key.starts_with("file:") {
            crate::folders::secret(key)
        } else {
            Some(key.clone())
        }
    });
    match (key, zone.name.strip_suffix(".spamhaus.org")) {
        (Some(key), Some(list)) => format!("{}.{list}.dq.spamhaus.net", key.trim()),
        (_, _) => zone.name.clone(),
    }
}

fn meaning(answer: IpAddr) -> Said {
    let IpAddr::V4(code) = answer else { return Said::Odd(answer) };
    match code.octets() {
        [127, 255, 255, 252] => Said::Refused("says that the zone's name is misspelt (127.255.255.252)"),
        [127, 255, 255, 254] => Said::Refused("refuses questions by public resolvers (127.255.255.254)"),
        [127, 255, 255, 255] => {
            Said::Refused("refuses us: too many questions, or not registered (127.255.255.255)")
        }
        [127, 255, 255, _] => Said::Refused("refuses the question (127.255.255.0/24)"),
        [127, 0, 0, 1] => {
            Said::Refused("refuses the question (127.0.0.1), as some lists do with public resolvers")
        }
        [127, ..] => Said::Listed(code),
        _ => Said::Odd(answer),
    }
}
