//! `[dkim]`: with which keys a tenant's mail is signed, and when.
//!
//! A key that lies in the folder and cannot be read is a problem of the folder. One that is only named (`env:`, `file:`) may be missing where the folder is
//! compiled: that is a warning, and `on_failure` says what becomes of the mail until it is there.

use super::{EgressMode, OnFailure, Outside};
use crate::written::{Report, Table, Value};
use model::{Domain, Duration};
use signing::{KeyRecord, Selector, SigningKey};
use std::sync::Arc;

/// `[dkim]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dkim {
    /// Which mail is signed. Default: deliver.
    pub sign: Signs,
    /// What happens to a message while no key of its author's domain can be read. Default: pass, it goes unsigned.
    pub on_failure: OnFailure,
    /// Whether a chain of seals that a message brought along is gone on with when it is stamped (ARC, RFC 8617). Default: off.
    pub arc: Seals,
    /// How long a signature holds from the time at which the message came (`x=`): 7 to 365 days. Default: for ever.
    pub valid_for: Option<Duration>,
    /// Up to 20, in the order of the file.
    pub keys: Vec<DkimKey>,
}

/// Which mail is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Signs {
    /// What goes to the recipients' own servers.
    #[default]
    Deliver,
    /// What goes back to the tenant's own system as well.
    Always,
}

/// What is done about the chain of seals of a stamped message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Seals {
    /// It is taken out with the other proofs of the older form.
    #[default]
    Off,
    /// It stays, and a set of ours says what it was worth as it came.
    Chain,
}

/// `[[dkim.key]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DkimKey {
    /// Required.
    pub selector: Selector,
    /// `d=`: the tenant's domains, or domains above them. Default: all domains of the tenant.
    pub domains: Vec<Domain>,
    /// Where it is in its life. Default: sign.
    pub used: KeyUse,
    /// Below which name the record itself lies, where the tenant's zone only points to it (CNAME). Default: in the tenant's zone.
    pub delegated: Option<Domain>,
    /// `None`: it is named and cannot be read here.
    pub key: Option<Arc<SigningKey>>,
}

/// A key's life. Its record is published through all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeyUse {
    /// Its record is published before it signs.
    Next,
    #[default]
    Sign,
    /// It signs nothing new; what it signed may still be under way.
    Old,
}

const KEYS_MAX: usize = 20;
const DOMAINS_MAX: usize = 1_000;
const VALID_MIN: Duration = Duration::from_secs(7 * 86_400);
const VALID_MAX: Duration = Duration::from_secs(365 * 86_400);

const SIGNS: [(&str, Signs); 2] = [("deliver", Signs::Deliver), ("always", Signs::Always)];
const USES: [(&str, KeyUse); 3] = [("next", KeyUse::Next), ("sign", KeyUse::Sign), ("old", KeyUse::Old)];
const SEALS: [(&str, Seals); 2] = [("off", Seals::Off), ("chain", Seals::Chain)];
const ON_FAILURE: [(&str, OnFailure); 2] = [("pass", OnFailure::Pass), ("hold", OnFailure::Hold)];

impl KeyUse {
    /// As the file writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Sign => "sign",
            Self::Old => "old",
        }
    }
}

impl Dkim {
    /// Whether mail of this mode is signed.
    #[must_use]
    pub fn applies(&self, mode: EgressMode) -> bool {
        match (self.sign, mode) {
            (Signs::Always, EgressMode::Return | EgressMode::Deliver)
            | (Signs::Deliver, EgressMode::Deliver) => true,
            (Signs::Deliver, EgressMode::Return) => false,
        }
    }

    /// The keys that sign for an author in this domain, each with its `d=`: of the nearest domain only, the author's or one above it.
    #[must_use]
    pub fn signers(&self, author: &Domain) -> Vec<(&Domain, &DkimKey)> {
        let signing = self.keys.iter().filter(|key| key.used == KeyUse::Sign);
        let pairs: Vec<(&Domain, &DkimKey)> = signing
            .flat_map(|key| key.domains.iter().map(move |domain| (domain, key)))
            .filter(|(domain, _)| is_within(author, domain))
            .collect();
        let nearest = pairs.iter().map(|(domain, _)| domain.as_str().len()).max();
        pairs.into_iter().filter(|(domain, _)| Some(domain.as_str().len()) == nearest).collect()
    }
}

impl DkimKey {
    /// Where verifiers look for the record of `domain`.
    #[must_use]
    pub fn name(&self, domain: &Domain) -> String {
        format!("{}._domainkey.{}", self.selector, domain.as_str())
    }

    /// Where the record itself lies if the tenant's zone points to it.
    #[must_use]
    pub fn target(&self) -> Option<String> {
        let delegated = self.delegated.as_ref()?;
        Some(format!("{}.{}", self.selector, delegated.as_str()))
    }

    /// What has to be published; nothing while the key cannot be read.
    #[must_use]
    pub fn record(&self) -> Option<KeyRecord> {
        self.key.as_deref().map(KeyRecord::of)
    }
}

/// Whether `inner` is `outer` or lies below it.
fn is_within(inner: &Domain, outer: &Domain) -> bool {
    let rest = inner.as_str().strip_suffix(outer.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// What is told of a key file that is not there.
pub const NO_KEY_FILE: &str = "does not exist; `signpost dkim keygen` makes one";

/// Whose keys are read, and where from.
pub struct KeySource<'k> {
    /// `the tenant`, in what is told of problems.
    pub whose: &'static str,
    /// A file that the table names, or what is wrong with it.
    pub file: &'k dyn Fn(&str) -> Result<Vec<u8>, String>,
    /// What a reference (`env:`, `file:`) names.
    pub secrets: &'k dyn Fn(&str) -> Option<String>,
}

/// Reads a `[dkim]` of who writes in these domains and is no tenant: keys, and how long signatures hold.
pub fn own_dkim(
    top: &mut Table<'_>,
    domains: &[Domain],
    source: &KeySource<'_>,
    report: &mut Report,
) -> Option<Dkim> {
    let mut table = top.table("dkim", report)?;
    let valid_for = table.take("valid_for").and_then(|value| valid_for(&value, report));
    let keys = keys(&mut table, domains, source, report);
    table.finish(report);
    Some(Dkim { sign: Signs::Always, on_failure: OnFailure::Pass, arc: Seals::Off, valid_for, keys })
}

/// Reads `[dkim]`.
pub(super) fn read(
    top: &mut Table<'_>,
    tenants: &[Domain],
    outside: &Outside<'_>,
    report: &mut Report,
) -> Option<Dkim> {
    let mut table = top.table("dkim", report)?;
    let sign = table.take("sign").and_then(|value| value.word(&SIGNS, report)).unwrap_or_default();
    let on_failure = table.take("on_failure").and_then(|value| value.word(&ON_FAILURE, report));
    let arc = table.take("arc").and_then(|value| value.word(&SEALS, report)).unwrap_or_default();
    let valid_for = table.take("valid_for").and_then(|value| valid_for(&value, report));
    let file =
        |path: &str| outside.folder.file(path).map(<[u8]>::to_vec).ok_or_else(|| NO_KEY_FILE.to_owned());
    let source = KeySource { whose: "the tenant", file: &file, secrets: outside.secrets };
    let keys = keys(&mut table, tenants, &source, report);
    table.finish(report);
    Some(Dkim { sign, on_failure: on_failure.unwrap_or(OnFailure::Pass), arc, valid_for, keys })
}

fn keys(
    table: &mut Table<'_>,
    tenants: &[Domain],
    source: &KeySource<'_>,
    report: &mut Report,
) -> Vec<DkimKey> {
    let written = table.take("key");
    let tables = written.as_ref().map(|value| value.tables(report)).unwrap_or_default();
    if tables.len() > KEYS_MAX {
        report.at(table.start(), format!("`dkim.key` has more than {KEYS_MAX} entries"));
    }
    let mut keys = Vec::new();
    for key in tables {
        let start = key.start();
        let Some(key) = self::key(key, tenants, source, report) else { continue };
        let is_taken = |known: &DkimKey| {
            known.selector == key.selector && known.domains.iter().any(|domain| key.domains.contains(domain))
        };
        if keys.iter().any(is_taken) {
            report.at(start, format!("`dkim.key.selector`: `{}` is used twice in one domain", key.selector));
        }
        keys.push(key);
    }
    if !keys.iter().any(|key| key.used == KeyUse::Sign) {
        report.warn(table.start(), "no key of `dkim` has use = \"sign\": nothing is signed");
    }
    keys
}

/// A message may wait for days before it is seen: a shorter span would break signatures of mail that is only late.
fn valid_for(value: &Value<'_>, report: &mut Report) -> Option<Duration> {
    let span = value.duration(Duration::ZERO..=VALID_MAX, report)?;
    if span != Duration::ZERO && span < VALID_MIN {
        value.problem(
            report,
            "is shorter than 7 days: mail that waits would arrive with a signature that is over",
        );
    }
    (span != Duration::ZERO).then_some(span)
}

fn key(
    mut table: Table<'_>,
    tenants: &[Domain],
    source: &KeySource<'_>,
    report: &mut Report,
) -> Option<DkimKey> {
    let selector = table.require("selector", report).and_then(|value| value.parse(report));
    let file = table.require("file", report);
    let used = table.take("use").and_then(|value| value.word(&USES, report)).unwrap_or_default();
    let domains = table.take("domains").map(|value| domains(&value, tenants, source, report));
    let delegated = table.take("delegated").and_then(|value| value.parse::<Domain>(report));
    table.finish(report);
    let key = file.as_ref().and_then(|value| private(value, source, report));
    let domains = domains.unwrap_or_else(|| tenants.to_vec());
    Some(DkimKey { selector: selector?, domains, used, delegated, key })
}

fn domains(
    value: &Value<'_>,
    tenants: &[Domain],
    source: &KeySource<'_>,
    report: &mut Report,
) -> Vec<Domain> {
    let domains: Vec<Domain> = value.parse_list(DOMAINS_MAX, report);
    for domain in &domains {
        if !tenants.iter().any(|own| is_within(own, domain)) {
            let reason = format!(
                "`{domain}` is neither a domain of {whose} nor above one",
                domain = domain.as_str(),
                whose = source.whose
            );
            value.problem(report, reason);
        }
    }
    domains
}

/// The key of a PEM file that is named, or of the text behind a reference.
fn private(value: &Value<'_>, source: &KeySource<'_>, report: &mut Report) -> Option<Arc<SigningKey>> {
    let text = value.text(report)?;
    if text.starts_with("env:") || text.starts_with("file:") {
        let read = match (source.secrets)(text) {
            Some(pem) => SigningKey::from_pem(&pem).map_err(|error| error.to_string()),
            None => Err("it is not set".to_owned()),
        };
        let warn = |reason: String| {
            report.warn(
                value.start(),
                format!(
                    "`dkim.key.file`: the key `{text}` cannot be used: {reason}; nothing is signed with it"
                ),
            );
        };
        return read.map_err(warn).ok().map(Arc::new);
    }
    let told = |problem: String| value.problem(report, format!("`{text}` {problem}"));
    let read = (source.file)(text).and_then(|pem| {
        SigningKey::from_pem(&String::from_utf8_lossy(&pem))
            .map_err(|error| format!("cannot be used: {error}"))
    });
    read.map_err(told).ok().map(Arc::new)
}

#[cfg(test)]
mod tests;
