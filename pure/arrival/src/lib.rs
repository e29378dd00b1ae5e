//! What a message proved as it came: SPF, DKIM, DMARC and the chain of seals, and the field that says so (RFC 8601).
//!
//! A relay that changes a message breaks the proofs that it brought along, so what they were worth has to be written down by whoever saw them whole. A
//! judgement is a function of the message, who handed it over, when, and the answers of the DNS; what is missing among those comes back as a question. No
//! result is a reason to refuse anything.

mod answers;
mod dmarc;
mod results;
mod spf;

pub use answers::{Answer, Answers, Question, Unasked};
pub use dmarc::{DmarcResult, Policy};
pub use results::{FIELD, forged};
pub use signing::Validation;
pub use spf::{Client, SpfResult, check};

use dmarc::{Kind, Proven};
use message::{HeaderBlock, mailboxes};
use model::{Address, Timestamp};
use signing::{BodyHash, Chain, Form, Proof, Texts, Worth};

/// Keys of one chain that are asked for; one of more relays than this is not judged.
const CHAIN_NAMES_MAX: usize = 20;

/// A message as it came.
#[derive(Debug, Clone, Copy)]
pub struct Message<'m> {
    /// Bytes in which `block` finds fields.
    pub header: &'m [u8],
    pub block: &'m HeaderBlock,
    /// Hashes of the body in the forms of [`forms`].
    pub bodies: Bodies,
    pub client: Client<'m>,
    pub received: Timestamp,
}

/// A hash in each form that somebody signed; `None` also if the body could not be read in time.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bodies {
    pub relaxed: Option<BodyHash>,
    pub simple: Option<BodyHash>,
}

impl Bodies {
    fn of(self, form: Form) -> Option<BodyHash> {
        match form {
            Form::Relaxed => self.relaxed,
            Form::Simple => self.simple,
        }
    }
}

/// What it proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// As entries of the field, without the name of who says so.
    pub results: Vec<String>,
    /// What its chain was worth; `None`: that could not be found out.
    pub chain: Option<Validation>,
    /// Whether every question had an answer: asked again, another answer would be another truth, and no better one.
    pub is_answered: bool,
}

/// Whether a message has a chain of seals.
#[must_use]
pub fn has_chain(header: &[u8], block: &HeaderBlock) -> bool {
    !Chain::read(header, block).is_absent()
}

/// The forms of the body of which a hash is needed: relaxed, simple.
#[must_use]
pub fn forms(header: &[u8], block: &HeaderBlock) -> (bool, bool) {
    let mut forms: Vec<Form> = Proof::all(header, block).iter().map(Proof::body_form).collect();
    let chain = Chain::read(header, block);
    forms.extend((!chain.is_absent()).then(|| chain.body_form()));
    (forms.contains(&Form::Relaxed), forms.contains(&Form::Simple))
}

/// What a message proved.
///
/// # Errors
/// What has to be asked first.
pub fn judge(message: &Message<'_>, answers: &Answers) -> Result<Arrival, Unasked> {
    let spf_domain = to_ascii(message.client.domain());
    let spf = check(&message.client, answers)?;
    let mut results = vec![results::spf(spf, &message.client)];
    let mut proven = Vec::new();
    let is_open = spf == SpfResult::TempError;
    let mut is_answered = !is_open;
    // A HELO name proves nothing of an author.
    if (spf == SpfResult::Pass || is_open) && !message.client.mail_from.is_empty() {
        proven.push(Proven { domain: spf_domain, kind: Kind::Spf, is_open });
    }
    for (proof, worth) in signatures(message, answers)? {
        results.push(results::dkim(&proof, &worth));
        let is_open = worth == Worth::TempError;
        is_answered &= !is_open;
        if worth == Worth::Pass || is_open {
            let domain = to_ascii(&proof.domain().unwrap_or_default());
            proven.push(Proven { domain, kind: Kind::Dkim, is_open });
        }
    }
    if results.len() == 1 {
        results.push("dkim=none".to_owned());
    }
    let author = author(message);
    let dmarc = match &author {
        Some(author) => dmarc::judge(author, &proven, answers)?,
        None => DmarcResult::None,
    };
    results.push(results::dmarc(dmarc, author.as_deref()));
    let chain = chain(message, answers)?;
    results.extend(chain.as_ref().map(|chain| format!("arc={}", chain.word())));
    is_answered &= dmarc != DmarcResult::TempError && chain.is_some();
    Ok(Arrival { results, chain, is_answered })
}

fn signatures<'m>(message: &Message<'m>, answers: &Answers) -> Result<Vec<(Proof<'m>, Worth)>, Unasked> {
    let mut judged = Vec::new();
    for proof in Proof::all(message.header, message.block) {
        let texts = match proof.name() {
            Some(name) => match answers.get(Question::Texts(name))? {
                Answer::Found(texts) => Some(texts.as_slice()),
                Answer::Failed => None,
            },
            None => Some([].as_slice()),
        };
        let body = message.bodies.of(proof.body_form());
        let worth = body.map_or(Worth::TempError, |body| proof.judge(body, texts, message.received));
        judged.push((proof, worth));
    }
    Ok(judged)
}

/// `None` if a name server did not answer, or it has more keys than are asked for.
fn chain(message: &Message<'_>, answers: &Answers) -> Result<Option<Validation>, Unasked> {
    let chain = Chain::read(message.header, message.block);
    if chain.is_absent() {
        return Ok(Some(Validation::None));
    }
    let names = chain.names();
    let Some(body) = message.bodies.of(chain.body_form()).filter(|_| names.len() <= CHAIN_NAMES_MAX) else {
        return Ok(None);
    };
    let mut texts = Texts::new();
    for name in names {
        match answers.get(Question::Texts(name.clone()))? {
            Answer::Found(found) => texts.insert(name, found.clone()),
            Answer::Failed => return Ok(None),
        };
    }
    Ok(Some(chain.validate(body, &texts)))
}

/// The one domain of the author (RFC 9989 §4.5: several have no result).
fn author(message: &Message<'_>) -> Option<String> {
    if message.block.count(message.header, "From") != 1 {
        return None;
    }
    let authors = mailboxes(&message.block.value(message.header, "From")?);
    let domain = |one: &message::Mailbox| one.address.parse::<Address>().ok().map(|it| it.domain());
    let domains: Option<Vec<String>> =
        authors.iter().map(|one| domain(one).map(|domain| to_ascii(domain.as_str()))).collect();
    let domains = domains?;
    let first = domains.first()?;
    (domains.iter().all(|domain| domain == first) && !first.starts_with('[')).then(|| first.clone())
}

/// The form of a name in which the DNS is asked; one that has none stays as it is, and is found nowhere.
fn to_ascii(name: &str) -> String {
    let name = name.trim_end_matches('.');
    idna::domain_to_ascii(name).unwrap_or_else(|_| name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests;
