//! One watched certificate, as it is listed and counted.
//!
//! It holds no key and nothing that is secret.

use crate::life::{Nearness, Renewal, days_left, nearness, renew_at};
use model::Timestamp;
use net::tls::Facts;
use serde::Serialize;
use std::path::PathBuf;

/// Where a certificate comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    SelfSigned,
    File,
    Acme,
    /// A tenant's client certificate, from its snapshot.
    Tenant,
}

/// Who has to act before it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    Operator,
    Tenant,
}

/// One certificate.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// `listener NAME`, `listener NAME for HOST` or `tenant NAME`.
    pub certificate: String,
    pub names: Vec<String>,
    pub issuer: String,
    pub serial: String,
    pub expires: Timestamp,
    /// Whole days; negative after the end.
    pub days_left: i64,
    pub source: Source,
    /// The operator's file, if it comes from one.
    pub file: Option<PathBuf>,
    /// When this node renews it; none if somebody else does.
    pub renews: Option<Timestamp>,
    pub owner: Owner,
    /// What is wrong with it, apart from its age.
    pub troubles: Vec<String>,
    #[serde(skip)]
    pub nearness: Nearness,
}

impl Line {
    pub(crate) fn new(
        certificate: String,
        facts: Facts,
        source: Source,
        renewal: Renewal,
        now: Timestamp,
    ) -> Self {
        Self {
            certificate,
            expires: facts.not_after,
            days_left: days_left(&facts, now),
            source,
            file: None,
            renews: match renewal {
                Renewal::Own => Some(renew_at(&facts)),
                Renewal::Theirs => None,
            },
            owner: if source == Source::Tenant { Owner::Tenant } else { Owner::Operator },
            troubles: Vec::new(),
            nearness: nearness(&facts, renewal, now),
            names: facts.names,
            issuer: facts.issuer,
            serial: facts.serial,
        }
    }

    /// That it ends, when, and who does what about it; nothing while the end is far.
    #[must_use]
    pub fn ending(&self) -> Option<String> {
        let when = match (self.nearness, self.days_left) {
            (Nearness::Far, _) => return None,
            (Nearness::Expired, _) => format!("expired at {}", self.expires),
            (_, 0) => format!("expires within a day, at {}", self.expires),
            (_, 1) => format!("expires in 1 day, at {}", self.expires),
            (_, days) => format!("expires in {days} days, at {}", self.expires),
        };
        Some(format!("the certificate of the {} {when}; {}", self.certificate, self.act()))
    }

    fn act(&self) -> String {
        match self.source {
            Source::File => {
                let file = self.file.as_ref().map(|file| file.display().to_string()).unwrap_or_default();
                format!(
                    "the operator replaces {file} and its key; they are read within a minute, or at once by SIGHUP"
                )
            }
            Source::Acme => {
                "its renewal is late; `signpost certificate ls` says why, and the operator mends that"
                    .to_owned()
            }
            Source::SelfSigned => {
                "it should have been renewed by itself; the operator looks at DATA/certificates".to_owned()
            }
            Source::Tenant => {
                let tenant = self.certificate.trim_start_matches("tenant ");
                format!(
                    "{tenant} has to get a new client certificate; the operator puts it into the tenant's folder and \
                     runs `signpost tenant apply`"
                )
            }
        }
    }
}
