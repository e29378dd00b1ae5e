//! The lists that we know, with their codes as the lists publish them, and those that are dead.
//!
//! Codes: rspamd's and SpamAssassin's rule files of 2026 and the lists' own pages, as gathered in 2026. Tiers are ours: a list of tier A is used by large
//! receivers and lists for what a sender did; the others are shown only. A dead zone is never asked, because who owns the name next may
//! list the world: SpamCop's expired domain did on 2021-01-30.

use crate::zone::{Code, Extent, Lists, Meaning, Reading, Tier, Zone};
use model::Duration;
use std::net::Ipv4Addr;

use Extent::{Range, Single};
use Meaning::{Listed, NotBad, Refused, SetUp};

const MINUTE: Duration = Duration::from_secs(60);
const FIVE_MINUTES: Duration = Duration::from_secs(300);
const QUARTER: Duration = Duration::from_secs(15 * 60);
const HALF_HOUR: Duration = Duration::from_secs(30 * 60);

const fn code(third: u8, fourth: u8, meaning: Meaning, name: &'static str) -> Code {
    codes(third, fourth, fourth, meaning, name)
}

const fn codes(third: u8, first: u8, last: u8, meaning: Meaning, name: &'static str) -> Code {
    Code {
        first: Ipv4Addr::new(127, 0, third, first),
        last: Ipv4Addr::new(127, 0, third, last),
        meaning,
        name,
    }
}

const fn error(last: u8, why: &'static str) -> Code {
    let address = Ipv4Addr::new(127, 255, 255, last);
    Code { first: address, last: address, meaning: Refused(why), name: "error" }
}

const TYPING: &str = "the zone's name is written wrong";
const RESOLVER: &str = "it is asked through a public resolver; use a resolver of your own or a DQS key";
const VOLUME: &str = "it is asked too often; a DQS key is needed";
const UNREGISTERED: &str = "it answers registered users only";
const BLOCKED: &str = "it refuses this resolver: too many questions, or a public one";

const ZEN: &[Code] = &[
    code(0, 2, Listed(Extent::Unknown), "SBL"),
    code(0, 3, Listed(Single), "CSS"),
    codes(0, 4, 7, Listed(Single), "XBL"),
    code(0, 9, Listed(Range), "DROP"),
    codes(0, 10, 11, SetUp(Range), "PBL"),
    error(252, TYPING),
    error(254, RESOLVER),
    error(255, VOLUME),
];
const DBL: &[Code] = &[
    code(1, 2, Listed(Single), "spam"),
    code(1, 4, Listed(Single), "phish"),
    code(1, 5, Listed(Single), "malware"),
    code(1, 6, Listed(Single), "botnet"),
    code(1, 102, Listed(Single), "abused spam"),
    code(1, 103, Listed(Single), "abused redirector"),
    code(1, 104, Listed(Single), "abused phish"),
    code(1, 105, Listed(Single), "abused malware"),
    code(1, 106, Listed(Single), "abused botnet"),
    code(1, 255, Refused("an address was asked for in a list of domains"), "error"),
    error(252, TYPING),
    error(254, RESOLVER),
    error(255, VOLUME),
];
const ONE: &[Code] = &[code(0, 2, Listed(Single), "listed")];
const ABUSIX: &[Code] = &[
    codes(0, 2, 3, Listed(Single), "black"),
    code(0, 4, Listed(Single), "exploit"),
    code(0, 11, SetUp(Single), "generic reverse name"),
    code(0, 12, SetUp(Single), "no reverse name"),
    code(0, 200, Listed(Single), "black"),
];
const MAILSPIKE: &[Code] =
    &[code(0, 2, Listed(Single), "listed"), codes(0, 10, 12, Listed(Single), "bad reputation")];
const LEVEL_2: &[Code] = &[code(0, 2, Listed(Range), "level 2")];
const LEVEL_3: &[Code] = &[code(0, 2, Listed(Range), "level 3")];
const HOSTKARMA: &[Code] = &[
    code(0, 1, NotBad, "white"),
    code(0, 2, Listed(Single), "black"),
    code(0, 3, NotBad, "yellow"),
    code(0, 4, Listed(Single), "brown"),
    code(0, 5, NotBad, "no black"),
];
const SENDERSCORE: &[Code] = &[codes(0, 1, 26, Listed(Single), "reason"), error(255, UNREGISTERED)];
const ANY: &[Code] = &[codes(0, 2, 30, Listed(Single), "listed")];
const SURBL: &[Code] = &[
    code(0, 1, Refused(BLOCKED), "error"),
    code(0, 4, Listed(Single), "disposable"),
    code(0, 8, Listed(Single), "phish"),
    code(0, 16, Listed(Single), "malware"),
    code(0, 32, Listed(Single), "click tracker"),
    code(0, 64, Listed(Single), "abuse"),
    code(0, 128, Listed(Single), "cracked"),
];
const URIBL: &[Code] = &[
    code(0, 1, Refused(BLOCKED), "error"),
    code(0, 2, Listed(Single), "black"),
    code(0, 4, Listed(Single), "grey"),
    code(0, 8, Listed(Single), "red"),
];

/// A list of addresses of tier B without a key; the others differ from it.
const PLAIN: Zone = Zone {
    name: "",
    operator: "",
    tier: Tier::B,
    lists: Lists::Ip4,
    codes: ONE,
    reading: Reading::Codes,
    poll: HALF_HOUR,
    poll_with_key: HALF_HOUR,
    keyed: None,
    removal: "",
    removal_takes: "",
    has_test_points: true,
};

const ZONES: &[Zone] = &[
    Zone {
        name: "zen.spamhaus.org",
        operator: "Spamhaus",
        tier: Tier::A,
        lists: Lists::Ip4AndIp6,
        codes: ZEN,
        poll: FIVE_MINUTES,
        poll_with_key: MINUTE,
        keyed: Some("KEY.zen.dq.spamhaus.net"),
        removal: "https://check.spamhaus.org/results/?query=SUBJECT",
        removal_takes: "CSS, XBL and PBL by oneself within minutes; SBL by the owner of the range, by a person",
        ..PLAIN
    },
    Zone {
        name: "b.barracudacentral.org",
        operator: "Barracuda",
        tier: Tier::A,
        poll: FIVE_MINUTES,
        removal: "https://www.barracudacentral.org/rbl/removal-request/SUBJECT",
        removal_takes: "12 to 24 hours, by a person",
        ..PLAIN
    },
    Zone {
        name: "bl.spamcop.net",
        operator: "SpamCop",
        tier: Tier::A,
        poll: FIVE_MINUTES,
        removal: "https://www.spamcop.net/w3m?action=checkblock&ip=SUBJECT",
        removal_takes: "by itself, 24 to 48 hours after the last report",
        ..PLAIN
    },
    Zone {
        name: "combined.mail.abusix.zone",
        operator: "Abusix",
        tier: Tier::A,
        lists: Lists::Ip4AndIp6,
        codes: ABUSIX,
        poll: FIVE_MINUTES,
        poll_with_key: MINUTE,
        keyed: Some("KEY.combined.mail.abusix.zone"),
        removal: "https://app.abusix.com/lookup?q=SUBJECT",
        removal_takes: "minutes; by itself after about five days",
        ..PLAIN
    },
    Zone {
        name: "bl.mailspike.net",
        operator: "Mailspike",
        codes: MAILSPIKE,
        removal: "https://mailspike.org/iplookup.html?SUBJECT",
        removal_takes: "6 to 36 hours",
        ..PLAIN
    },
    Zone {
        name: "psbl.surriel.com",
        operator: "PSBL",
        removal: "https://psbl.org/remove?ip=SUBJECT",
        removal_takes: "at once, by anyone",
        ..PLAIN
    },
    Zone {
        name: "dnsbl-1.uceprotect.net",
        operator: "UCEPROTECT",
        removal: "https://www.uceprotect.net/en/rblcheck.php?ipr=SUBJECT",
        removal_takes: "by itself, 7 days after the last hit",
        ..PLAIN
    },
    Zone {
        name: "dnsbl-2.uceprotect.net",
        operator: "UCEPROTECT",
        codes: LEVEL_2,
        removal: "https://www.uceprotect.net/en/rblcheck.php?ipr=SUBJECT",
        removal_takes: "by itself, when the network's listings are fewer; nothing that we can mend",
        ..PLAIN
    },
    Zone {
        name: "dnsbl-3.uceprotect.net",
        operator: "UCEPROTECT",
        codes: LEVEL_3,
        removal: "https://www.uceprotect.net/en/rblcheck.php?ipr=SUBJECT",
        removal_takes: "by itself, when the whole provider's listings are fewer; nothing that we can mend",
        ..PLAIN
    },
    Zone {
        name: "all.s5h.net",
        operator: "s5h",
        lists: Lists::Ip4AndIp6,
        removal: "https://www.usenix.org.uk/content/rblremove?ip=SUBJECT",
        removal_takes: "at once, asked from the address itself",
        ..PLAIN
    },
    Zone {
        name: "hostkarma.junkemailfilter.com",
        operator: "Hostkarma",
        codes: HOSTKARMA,
        removal: "https://ipadmin.junkemailfilter.com/remove.php?ip=SUBJECT",
        removal_takes: "unknown",
        // 127.0.0.1 means white there.
        has_test_points: false,
        ..PLAIN
    },
    Zone {
        name: "bl.score.senderscore.com",
        operator: "Validity",
        codes: SENDERSCORE,
        removal: "https://senderscore.org/assess/get-your-score/?lookup=SUBJECT",
        removal_takes: "unknown",
        has_test_points: false,
        ..PLAIN
    },
    Zone {
        name: "bl.spameatingmonkey.net",
        operator: "Spam Eating Monkey",
        codes: ANY,
        removal: "https://spameatingmonkey.com/lookup/SUBJECT",
        removal_takes: "by itself",
        ..PLAIN
    },
    Zone {
        name: "bl.ipv6.spameatingmonkey.net",
        operator: "Spam Eating Monkey",
        lists: Lists::Ip6,
        codes: ANY,
        removal: "https://spameatingmonkey.com/lookup/SUBJECT",
        removal_takes: "by itself",
        ..PLAIN
    },
    Zone {
        name: "bl.blocklist.de",
        operator: "blocklist.de",
        lists: Lists::Ip4AndIp6,
        codes: ANY,
        removal: "https://www.blocklist.de/en/search.html?ip=SUBJECT",
        removal_takes: "by itself, 48 hours after the last attack",
        ..PLAIN
    },
    Zone {
        name: "dbl.spamhaus.org",
        operator: "Spamhaus",
        tier: Tier::A,
        lists: Lists::Domains,
        codes: DBL,
        poll: QUARTER,
        poll_with_key: QUARTER,
        keyed: Some("KEY.dbl.dq.spamhaus.net"),
        removal: "https://check.spamhaus.org/results/?query=SUBJECT",
        removal_takes: "by the domain's owner, by a person",
        ..PLAIN
    },
    Zone {
        name: "multi.surbl.org",
        operator: "SURBL",
        tier: Tier::A,
        lists: Lists::Domains,
        codes: SURBL,
        reading: Reading::Bits,
        poll: QUARTER,
        removal: "https://surbl.org/surbl-analysis?d=SUBJECT",
        removal_takes: "unknown",
        ..PLAIN
    },
    Zone {
        name: "multi.uribl.com",
        operator: "URIBL",
        tier: Tier::A,
        lists: Lists::Domains,
        codes: URIBL,
        reading: Reading::Bits,
        poll: QUARTER,
        removal: "https://admin.uribl.com/?section=lookup&query=SUBJECT",
        removal_takes: "unknown",
        ..PLAIN
    },
];

/// Zones that have ended or were emptied, with their day; anything below them too.
const DEAD: [(&str, &str); 7] = [
    ("sorbs.net", "closed on 2024-06-05"),
    ("ix.dnsbl.manitu.net", "emptied on 2025-01-16"),
    ("dnsbl.njabl.org", "closed in 2013"),
    ("bl.spamcannibal.org", "closed in 2018; its domain was parked and listed the world"),
    ("dnsbl.ahbl.org", "closed in 2015; it listed the world at its end"),
    ("bl.csma.biz", "closed"),
    ("cbl.abuseat.org", "part of zen.spamhaus.org"),
];

/// Every list that we know.
#[must_use]
pub fn known() -> &'static [Zone] {
    ZONES
}

/// Why there is no list of that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoZone {
    #[error("{name} is dead ({why}) and is never asked; take it out")]
    Dead { name: String, why: &'static str },
    #[error("{0} is no list whose codes are known; there are {known}", known = names())]
    Unknown(String),
}

/// The list of that name.
///
/// # Errors
/// If the zone has ended, or nobody told us what its answers mean.
pub fn find(name: &str) -> Result<&'static Zone, NoZone> {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let is_at_or_below =
        |zone: &str| name.strip_suffix(zone).is_some_and(|front| front.is_empty() || front.ends_with('.'));
    if let Some((_, why)) = DEAD.iter().find(|(zone, _)| is_at_or_below(zone)) {
        return Err(NoZone::Dead { name, why });
    }
    ZONES.iter().find(|zone| zone.name == name).ok_or(NoZone::Unknown(name))
}

fn names() -> String {
    let names: Vec<&str> = ZONES.iter().map(|zone| zone.name).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests;
