//! The keys of `[connector]` with which a tenant proves itself beyond its network: certificates, accounts, host name, domain record.
//!
//! What they mean to a session is decided by admission; here they are read, and asked whether a certificate is this tenant's. A password
//! stays a `Secret` or a hash from the first line on.

use super::connector::secret;
use super::{Outside, Secret};
use crate::written::{Report, Table, Value};
use model::Domain;

const CERTIFICATES_MAX: usize = 20;
const ACCOUNTS_MAX: usize = 10;
const USER_LEN_MAX: usize = 255;
const ITERATIONS_MIN: u32 = 10_000;
const ITERATIONS_MAX: u32 = 10_000_000;
const SALT_LEN_MIN: usize = 8;
const SALT_LEN_MAX: usize = 64;
const HASH_LEN: usize = 32;
const HASH_METHOD: &str = "pbkdf2-sha256";
/// The name that every certificate of Exchange Online ends with.
const MICROSOFT: &str = "protection.outlook.com";

/// Whose certificates prove the tenant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Certificates {
    /// `certificate_names`: names of which a verified certificate must have one, `*.` for any one label: up to 20. Default: none.
    pub names: Vec<String>,
    /// `certificate_fingerprints`: SHA-256 of certificates, also of self-signed ones: up to 20. Default: none.
    pub fingerprints: Vec<[u8; 32]>,
}

impl Certificates {
    /// Whether anything is named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.fingerprints.is_empty()
    }

    /// Whether a certificate with these verified names and this fingerprint is the tenant's.
    #[must_use]
    pub fn include(&self, verified_names: &[String], fingerprint: &[u8; 32]) -> bool {
        let named = |wanted: &String| verified_names.iter().any(|shown| is_one_name(shown, wanted));
        self.fingerprints.contains(fingerprint) || self.names.iter().any(named)
    }
}

/// Whether verified names are those of Exchange Online. Every organisation there shows the same certificate.
#[must_use]
pub fn is_microsoft(verified_names: &[String]) -> bool {
    verified_names.iter().any(|name| is_below(name.strip_prefix("*.").unwrap_or(name), MICROSOFT))
}

fn is_below(name: &str, parent: &str) -> bool {
    name == parent || name.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.'))
}

/// RFC 6125 §6.4.3: a star stands for one label, whichever of the two sides has it.
fn is_one_name(shown: &str, wanted: &str) -> bool {
    let covers = |pattern: &str, name: &str| {
        let parent = pattern.strip_prefix("*.");
        parent.is_some_and(|parent| name.split_once('.').is_some_and(|(_, rest)| rest == parent))
    };
    shown == wanted || covers(shown, wanted) || covers(wanted, shown)
}

/// Who may log in with AUTH as this tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Up to 255 characters.
    pub user: String,
    pub password: Password,
}

/// What a password is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Password {
    Plain(Secret),
    /// PBKDF2 with HMAC-SHA-256 (RFC 8018 §5.2).
    Hash {
        iterations: u32,
        salt: Vec<u8>,
        hash: [u8; HASH_LEN],
    },
}

pub(super) fn certificates(table: &mut Table<'_>, report: &mut Report) -> Certificates {
    let names = table.take("certificate_names").map(|value| names(&value, report));
    let fingerprints = table.take("certificate_fingerprints").map(|value| fingerprints(&value, report));
    Certificates { names: names.unwrap_or_default(), fingerprints: fingerprints.unwrap_or_default() }
}

fn bounded<'t>(value: &Value<'t>, max: usize, report: &mut Report) -> Vec<Value<'t>> {
    let entries = value.list(report);
    if entries.len() > max {
        value.problem(report, format!("has more than {max} entries"));
    }
    entries
}

fn names(value: &Value<'_>, report: &mut Report) -> Vec<String> {
    let mut names = Vec::new();
    for entry in bounded(value, CERTIFICATES_MAX, report) {
        let Some(text) = entry.text(report) else { continue };
        match name(text) {
            Ok(name) => names.push(name),
            Err(reason) => entry.problem(report, reason),
        }
    }
    names
}

fn name(text: &str) -> Result<String, String> {
    let form =
        || format!("`{text}` is not a name in a certificate such as mail.acme.example or *.acme.example");
    let domain: Domain = text.strip_prefix("*.").unwrap_or(text).parse().map_err(|_| form())?;
    if domain.is_literal() || !domain.as_str().contains('.') || !text.is_ascii() {
        return Err(form());
    }
    if is_below(domain.as_str(), MICROSOFT) {
        return Err(format!(
            "`{text}` is shown by every organisation of Exchange Online and proves no tenant"
        ));
    }
    Ok(text.to_ascii_lowercase())
}

fn fingerprints(value: &Value<'_>, report: &mut Report) -> Vec<[u8; 32]> {
    let mut fingerprints = Vec::new();
    for entry in bounded(value, CERTIFICATES_MAX, report) {
        let Some(text) = entry.text(report) else { continue };
        let digits: String = text.chars().filter(|c| *c != ':').collect();
        match hex(&digits).and_then(|bytes| bytes.try_into().ok()) {
            Some(fingerprint) => fingerprints.push(fingerprint),
            None => entry.problem(
                report,
                format!(
                    "`{text}` is not a SHA-256 fingerprint: 64 hexadecimal digits, with or without colons"
                ),
            ),
        }
    }
    fingerprints
}

fn hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

/// `auth = [{ user, password }]` or `[{ user, hash }]`.
pub(super) fn accounts(
    table: &mut Table<'_>,
    needed: bool,
    outside: &Outside<'_>,
    report: &mut Report,
) -> Vec<Account> {
    let Some(value) = table.take("auth") else { return Vec::new() };
    let tables = value.tables(report);
    if tables.len() > ACCOUNTS_MAX {
        value.problem(report, format!("has more than {ACCOUNTS_MAX} entries"));
    }
    tables.into_iter().filter_map(|table| account(table, needed, outside, report)).collect()
}

fn account(
    mut table: Table<'_>,
    needed: bool,
    outside: &Outside<'_>,
    report: &mut Report,
) -> Option<Account> {
    let user = table.require("user", report).and_then(|value| {
        let user = value.line(USER_LEN_MAX, report).filter(|user| !user.is_empty());
        user.map(str::to_owned)
    });
    let (password, hash) = (table.take("password"), table.take("hash"));
    let password = match (password, hash) {
        (Some(value), None) => secret(&value, needed, outside, report).map(Password::Plain),
        (None, Some(value)) => password_hash(&value, report),
        (Some(_), Some(_)) | (None, None) => {
            report
                .at(table.start(), "an account of `connector.auth` needs `password` or `hash`, one of them");
            None
        }
    };
    table.finish(report);
    Some(Account { user: user?, password: password? })
}

/// `pbkdf2-sha256:ITERATIONS:SALT:HASH`, salt and hash in hexadecimal. The text is not repeated in a problem.
fn password_hash(value: &Value<'_>, report: &mut Report) -> Option<Password> {
    let text = value.text(report)?;
    let parts: Vec<&str> = text.split(':').collect();
    let read = || {
        let [HASH_METHOD, iterations, salt, hash] = parts.as_slice() else { return None };
        let iterations = iterations.parse().ok();
        let iterations = iterations.filter(|count| (ITERATIONS_MIN..=ITERATIONS_MAX).contains(count))?;
        let salt = hex(salt).filter(|salt| (SALT_LEN_MIN..=SALT_LEN_MAX).contains(&salt.len()))?;
        Some(Password::Hash { iterations, salt, hash: hex(hash)?.try_into().ok()? })
    };
    let password = read();
    if password.is_none() {
        let form = format!(
            "is not {HASH_METHOD}:ITERATIONS:SALT:HASH with {ITERATIONS_MIN} to {ITERATIONS_MAX} iterations, a salt of \
             {SALT_LEN_MIN} to {SALT_LEN_MAX} bytes and a hash of {HASH_LEN} bytes, both in hexadecimal"
        );
        value.problem(report, form);
    }
    password
}

pub(super) fn server_name(table: &mut Table<'_>, report: &mut Report) -> Option<Domain> {
    table.take("server_name")?.parse(report)
}

/// The text that stands in the TXT record of each domain.
pub(super) fn domain_proof(table: &mut Table<'_>, report: &mut Report) -> Option<String> {
    let value = table.take("domain_proof")?;
    let text = value.text(report)?;
    if text.is_empty() {
        return None;
    }
    let good =
        matches!(text.len(), 8..=128) && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"');
    if !good {
        value.problem(report, "is not 8 to 128 printable ASCII characters without blanks and quotes");
    }
    good.then(|| text.to_owned())
}

#[cfg(test)]
mod tests;
