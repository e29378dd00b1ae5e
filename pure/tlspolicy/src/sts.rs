//! MTA-STS: the record that says that there is a policy, the policy itself, and which hosts it names (RFC 8461).
//!
//! A record or policy that is not well formed is as good as none. Unknown fields are passed over, and of a field that may stand once the
//! first counts (§3.2). Patterns in U-labels are taken for their A-labels, since other senders take them so and the domain meant them.

use model::{Duration, Timestamp};

/// The first field of record and policy.
const VERSION: &str = "STSv1";
/// RFC 8461 §3.2: a year, plus a leap day's share.
const MAX_AGE_MAX: Duration = Duration::from_secs(31_557_600);
/// RFC 8461 §3.3: what a fetcher has to take at most is its own choice; 64 KiB is the RFC's advice.
pub const POLICY_BYTES_MAX: usize = 64 << 10;
/// Patterns of one policy.
const PATTERNS_MAX: usize = 200;
const ID_LEN_MAX: usize = 32;
/// A policy is looked at again at this share of its life, so that it is renewed before it ends.
const FRESH_SHARE: u64 = 2;
/// And at least so often, as §3.3 advises.
const FRESH_MAX: Duration = Duration::from_secs(86_400);

/// What follows from a policy that is not met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// No mail to hosts that do not meet it.
    Enforce,
    /// Mail goes all the same.
    Testing,
    /// The domain takes its policy back.
    None,
}

/// A domain's policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    pub mode: Mode,
    /// How long it holds.
    pub max_age: Duration,
    patterns: Vec<Pattern>,
}

/// Why a text is no policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    #[error("the policy is longer than {POLICY_BYTES_MAX} bytes")]
    TooLong,
    #[error("the policy is no text")]
    NoText,
    #[error("a line of the policy has no colon")]
    NoField,
    #[error("the policy's version is not STSv1")]
    Version,
    #[error("the policy's mode is not enforce, testing or none")]
    Mode,
    #[error("the policy's max_age is no count of seconds")]
    MaxAge,
    #[error("`{0}` names no exchanger")]
    Mx(String),
    #[error("the policy names no exchanger")]
    NoMx,
    #[error("the policy names more than {PATTERNS_MAX} exchangers")]
    TooManyMx,
}

/// A host, or any one label in front of a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Pattern {
    Host(String),
    Below(String),
}

/// The id of the policy that the texts of `_mta-sts.DOMAIN` announce; `None`: the domain has none (§3.1).
#[must_use]
pub fn announced(texts: &[String]) -> Option<String> {
    let mut records = texts.iter().filter(|text| is_record(text));
    let (Some(record), None) = (records.next(), records.next()) else { return None };
    let mut ids = record.split(';').filter_map(|field| field.trim_matches([' ', '\t']).strip_prefix("id="));
    let id = ids.next()?;
    let is_good = (1..=ID_LEN_MAX).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_good.then(|| id.to_owned())
}

fn is_record(text: &str) -> bool {
    let first = text.split(';').next().unwrap_or_default();
    text.contains(';') && first.trim_end_matches([' ', '\t']) == "v=STSv1"
}

/// Whether a Content-Type is the one that a policy has (§3.2).
#[must_use]
pub fn is_policys_type(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("text/plain")
}

impl Policy {
    /// Reads what stands at `https://mta-sts.DOMAIN/.well-known/mta-sts.txt`.
    ///
    /// # Errors
    /// Why it is none.
    pub fn read(bytes: &[u8]) -> Result<Self, PolicyError> {
        if bytes.len() > POLICY_BYTES_MAX {
            return Err(PolicyError::TooLong);
        }
        let text = core::str::from_utf8(bytes).map_err(|_| PolicyError::NoText)?;
        let (mut version, mut mode, mut max_age, mut patterns) = (None, None, None, Vec::new());
        for line in text.split('\n') {
            let line = line.strip_suffix('\r').unwrap_or(line).trim_matches([' ', '\t']);
            if line.is_empty() {
                continue;
            }
            let (key, value) = line.split_once(':').ok_or(PolicyError::NoField)?;
            let value = value.trim_matches([' ', '\t']);
            match key {
                "version" => version = version.or(Some(value)),
                "mode" => mode = mode.or(Some(value)),
                "max_age" => max_age = max_age.or(Some(value)),
                "mx" if patterns.len() == PATTERNS_MAX => return Err(PolicyError::TooManyMx),
                "mx" => patterns.push(pattern(value)?),
                _ => {}
            }
        }
        if version != Some(VERSION) {
            return Err(PolicyError::Version);
        }
        let mode = match mode {
            Some("enforce") => Mode::Enforce,
            Some("testing") => Mode::Testing,
            Some("none") => Mode::None,
            Some(_) | None => return Err(PolicyError::Mode),
        };
        if patterns.is_empty() && mode != Mode::None {
            return Err(PolicyError::NoMx);
        }
        let max_age = seconds(max_age.unwrap_or_default())?;
        Ok(Self { mode, max_age, patterns })
    }

    /// Its lines, as it is understood here; for reports, which tell what was applied (RFC 8460 §4.2).
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mode = match self.mode {
            Mode::Enforce => "enforce",
            Mode::Testing => "testing",
            Mode::None => "none",
        };
        let mx = self.hosts().into_iter().map(|host| format!("mx: {host}"));
        let head = [format!("version: {VERSION}"), format!("mode: {mode}")];
        head.into_iter().chain(mx).chain([format!("max_age: {}", self.max_age.as_secs())]).collect()
    }

    /// The exchangers that it names, as patterns.
    #[must_use]
    pub fn hosts(&self) -> Vec<String> {
        let shown = |pattern: &Pattern| match pattern {
            Pattern::Host(name) => name.clone(),
            Pattern::Below(domain) => format!("*.{domain}"),
        };
        self.patterns.iter().map(shown).collect()
    }

    /// Whether the policy names this exchanger (§4.1).
    #[must_use]
    pub fn names(&self, host: &str) -> bool {
        let Some(host) = ascii(host) else { return false };
        self.patterns.iter().any(|pattern| match pattern {
            Pattern::Host(name) => *name == host,
            Pattern::Below(domain) => {
                host.split_once('.').is_some_and(|(label, rest)| !label.is_empty() && rest == domain)
            }
        })
    }
}

fn seconds(text: &str) -> Result<Duration, PolicyError> {
    // RFC 8461 §3.2: up to ten digits.
    if text.is_empty() || text.len() > 10 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(PolicyError::MaxAge);
    }
    let seconds = text.parse().map_err(|_| PolicyError::MaxAge)?;
    Ok(Duration::from_secs(seconds).min(MAX_AGE_MAX))
}

fn pattern(text: &str) -> Result<Pattern, PolicyError> {
    let bad = || PolicyError::Mx(text.chars().take(100).collect());
    let (domain, is_below) = match text.strip_prefix("*.") {
        Some(domain) => (domain, true),
        None => (text, false),
    };
    let domain = ascii(domain).ok_or_else(bad)?;
    Ok(if is_below { Pattern::Below(domain) } else { Pattern::Host(domain) })
}

/// A host name in A-labels and small letters, without its final dot.
#[must_use]
pub fn ascii(name: &str) -> Option<String> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let name = idna::domain_to_ascii(name).ok()?;
    let is_label = |label: &str| {
        let is_good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        (1..=63).contains(&label.len()) && label.bytes().all(is_good)
    };
    (name.len() <= 253 && name.split('.').all(is_label)).then_some(name)
}

/// A policy as it was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The announcement behind which it was fetched.
    pub id: String,
    pub policy: Policy,
    pub fetched: Timestamp,
}

/// What to do about a domain's policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// There is none.
    None,
    /// The kept one holds.
    Use,
    /// It holds, and is fetched anew beside that.
    Renew,
    /// A new one was announced; what is kept holds if it cannot be fetched (§5.1).
    Fetch,
}

impl Kept {
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        now.since(self.fetched) < self.policy.max_age
    }

    fn is_fresh(&self, now: Timestamp) -> bool {
        let life = Duration::from_secs(self.policy.max_age.as_secs() / FRESH_SHARE).min(FRESH_MAX);
        now.since(self.fetched) < life
    }
}

/// What follows from the announcement that a look-up brought, or did not. An announcement that is gone takes no policy back: who can hide it may be
/// the attacker whom the policy is for (§10.2).
#[must_use]
pub fn next(kept: Option<&Kept>, announced: Option<&str>, now: Timestamp) -> Next {
    let kept = kept.filter(|kept| kept.holds(now));
    match (kept, announced) {
        (None, None) => Next::None,
        (Some(_), None) => Next::Use,
        (Some(kept), Some(id)) if kept.id == id && kept.is_fresh(now) => Next::Use,
        (Some(kept), Some(id)) if kept.id == id => Next::Renew,
        (Some(_) | None, Some(_)) => Next::Fetch,
    }
}

#[cfg(test)]
mod tests;
