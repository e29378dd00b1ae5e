//! What a validating resolver vouches for (the AD bit, RFC 6840 §5.7): where a host is, and what stands in zones for TLS (RFC 6698).
//!
//! Signatures are checked there and not here; whoever asks has decided that this name server, and the way to it, are trusted. What is
//! wrongly signed is SERVFAIL, and so a failure. What nobody signs is an answer that nobody vouches for. Answers are kept as long as
//! they say, at most an hour.

use super::witness::question;
use super::{ANSWERS_MAX, Witness, unrooted};
use hickory_proto::op::ResponseCode;
use hickory_proto::rr::{RData, Record, RecordType};
use model::Duration;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tlspolicy::Tlsa;
use tokio::time::Instant;

const KEPT_MAX: usize = 8_192;
const KEPT_FOR_MAX: Duration = Duration::from_secs(3_600);
/// For answers without records, which seldom matter for long.
const NOTHING_KEPT_FOR: Duration = Duration::from_secs(60);

/// Name servers that validate.
#[derive(Debug)]
pub struct Voucher {
    servers: Vec<Witness>,
    kept: Mutex<HashMap<(String, RecordType), Kept>>,
}

#[derive(Debug, Clone)]
struct Kept {
    answer: Arc<Answer>,
    until: Instant,
}

#[derive(Debug)]
struct Answer {
    records: Vec<Record>,
    is_vouched: bool,
}

/// What was said, and whether it is vouched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouched<T> {
    pub values: Vec<T>,
    pub is_vouched: bool,
}

impl Voucher {
    /// `timeout` is for each try.
    #[must_use]
    pub fn new(servers: &[SocketAddr], timeout: Duration) -> Self {
        let servers = servers.iter().map(|server| Witness::new(*server, timeout)).collect();
        Self { servers, kept: Mutex::default() }
    }

    /// Whether every server is on this machine, so that nobody stands between it and us.
    #[must_use]
    pub fn is_here(&self) -> bool {
        !self.servers.is_empty() && self.servers.iter().all(|one| one.server().ip().is_loopback())
    }

    /// Whether the servers vouch for the root's own keys.
    ///
    /// # Errors
    /// In words, if none answers.
    pub async fn vouches(&self) -> Result<bool, String> {
        Ok(self.ask(".", RecordType::DNSKEY).await?.is_vouched)
    }

    /// The names under which TLSA records of a host may stand, the first first (RFC 7672 §2.2.2): where the chain of its aliases ends, if all
    /// of it is vouched for, then where it begins, if that is. `of_v4`: whether its IPv4 address is asked for, or that of IPv6.
    ///
    /// # Errors
    /// In words, if none answers.
    pub async fn tlsa_bases(&self, host: &str, of_v4: bool) -> Result<Vec<String>, String> {
        let kind = if of_v4 { RecordType::A } else { RecordType::AAAA };
        let answer = self.ask(host, kind).await?;
        let mut bases = Vec::new();
        if answer.is_vouched {
            let end = answer.records.iter().find(|record| record.record_type() == kind);
            bases.extend(end.map(|record| unrooted(&record.name.to_ascii())));
        }
        let is_alias = answer.records.iter().any(|record| record.record_type() == RecordType::CNAME);
        if is_alias && self.ask(host, RecordType::CNAME).await?.is_vouched {
            bases.push(unrooted(host));
        }
        bases.dedup();
        Ok(bases)
    }

    /// The TLSA records of what listens on a port.
    ///
    /// # Errors
    /// In words, if it could not be found out, which is no absence: who can make it fail may be the attacker (RFC 7672 §2.1.1).
    pub async fn tlsa(&self, base: &str, port: u16) -> Result<Vouched<Tlsa>, String> {
        let answer = self.ask(&format!("_{port}._tcp.{base}"), RecordType::TLSA).await?;
        let values = answer.records.iter().filter_map(tlsa).take(ANSWERS_MAX).collect();
        Ok(Vouched { values, is_vouched: answer.is_vouched })
    }

    async fn ask(&self, name: &str, kind: RecordType) -> Result<Arc<Answer>, String> {
        let key = (unrooted(name), kind);
        let now = Instant::now();
        {
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(kept) = kept.get(&key).filter(|kept| now < kept.until) {
                return Ok(Arc::clone(&kept.answer));
            }
        }
        let answer = Arc::new(self.ask_anew(name, kind).await?);
        let ttl = answer.records.iter().map(|record| Duration::from_secs(record.ttl.into())).min();
        let until = now + ttl.unwrap_or(NOTHING_KEPT_FOR).min(KEPT_FOR_MAX);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(key, Kept { answer: Arc::clone(&answer), until });
        Ok(answer)
    }

    async fn ask_anew(&self, name: &str, kind: RecordType) -> Result<Answer, String> {
        let mut last = "no name server is configured".to_owned();
        for server in &self.servers {
            let mut question = question(name, kind).ok_or("the name cannot be asked for")?;
            question.metadata.authentic_data = true;
            match server.answer(&question).await {
                Ok(answer) if is_answer(answer.metadata.response_code) => {
                    let is_vouched = answer.metadata.authentic_data;
                    return Ok(Answer { records: answer.answers, is_vouched });
                }
                Ok(answer) => {
                    let code = answer.metadata.response_code;
                    last = format!("the name server {} answers {code}", server.server());
                }
                Err(error) => last = format!("the name server {}: {error}", server.server()),
            }
        }
        Err(last)
    }
}

fn is_answer(code: ResponseCode) -> bool {
    matches!(code, ResponseCode::NoError | ResponseCode::NXDomain)
}

fn tlsa(record: &Record) -> Option<Tlsa> {
    let RData::TLSA(tlsa) = &record.data else { return None };
    Some(Tlsa {
        usage: tlsa.cert_usage.into(),
        selector: tlsa.selector.into(),
        matching: tlsa.matching.into(),
        data: tlsa.cert_data.clone(),
    })
}
