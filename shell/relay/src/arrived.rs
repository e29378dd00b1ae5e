//! What a message proved as it came, found out before anything of it is changed.
//!
//! It is asked for where its tenant wants it told, of mail that is taken already: no result delays or refuses it beyond a bound of time, behind which what is
//! not known counts as unanswered. A result without an open question is kept with the message, and every later try tells the same: a key may be rotated
//! by then. One with an open question is asked for anew, as a whole: results of two moments do not fit together. Our own reports prove nothing and are not
//! looked at. Look-ups go through the relay's one resolver and its cache.

use crate::Parts;
use crate::custody::Custody;
use crate::ours;
use crate::signed::bytes;
use crate::stamp::Content;
use arrival::{Answer, Answers, Arrival, Bodies, Client, Message, Question, Unasked, Validation};
use message::HeaderBlock;
use model::Duration;
use net::{ResolveError, Resolver};
use signing::Form;
use spool::{Proved, SpoolError};
use tenant::Snapshot;
use tenant::settings::{Results, Seals};

/// For the body and all questions together.
const WAIT: Duration = Duration::from_secs(5);
/// Questions about one message.
const QUESTIONS_MAX: usize = 100;

/// What was found, ready to be written.
#[derive(Debug, Clone)]
pub(crate) struct Arrived {
    /// Who says so, then what, as entries of the field.
    entries: Vec<String>,
    chain: Option<Validation>,
    /// To be kept for later tries.
    news: Option<Proved>,
}

impl Arrived {
    fn found(by: &str, arrival: Arrival) -> Self {
        let Arrival { results, chain, is_answered } = arrival;
        let news = chain.as_ref().filter(|_| is_answered).map(|chain| Proved {
            results: results.clone(),
            chain: chain.word().to_owned(),
            why: match chain {
                Validation::Fail(why) => Some(why.clone()),
                Validation::None | Validation::Pass => None,
            },
        });
        Self { entries: entries(by, results), chain, news }
    }

    fn kept(by: &str, proved: Proved) -> Self {
        let Proved { results, chain, why } = proved;
        // A word of a later release goes on with no chain, as one that could not be found out.
        let known = [Validation::None, Validation::Pass, Validation::Fail(why.unwrap_or_default())];
        let chain = known.into_iter().find(|known| known.word() == chain);
        Self { entries: entries(by, results), chain, news: None }
    }

    /// What later tries are to tell too, if this one found it out.
    pub(crate) fn news(&self) -> Option<Proved> {
        self.news.clone()
    }

    /// `Authentication-Results` with its line end.
    pub(crate) fn field(&self, line_end: &str) -> String {
        signing::folded(arrival::FIELD, &self.entries, line_end)
    }

    /// For the trace.
    pub(crate) fn told(&self) -> String {
        self.entries[1..].join("; ")
    }

    /// What its chain of seals was worth, and the results for the next set; `None` if there is none to go on with.
    pub(crate) fn chain(&self) -> Option<(&Validation, &[String])> {
        match &self.chain {
            Some(Validation::None) | None => None,
            Some(chain @ (Validation::Pass | Validation::Fail(_))) => Some((chain, &self.entries)),
        }
    }
}

fn entries(by: &str, results: Vec<String>) -> Vec<String> {
    std::iter::once(by.to_owned()).chain(results).collect()
}

/// `None` where nobody wants to know, or the message cannot be read.
pub(crate) async fn judge(parts: &Parts, custody: Custody<'_>, snapshot: &Snapshot) -> Option<Arrived> {
    let settings = &snapshot.settings;
    let goes_on = settings
        .dkim
        .as_ref()
        .is_some_and(|dkim| dkim.arc == Seals::Chain && dkim.applies(settings.egress.mode));
    let is_always = settings.arrival == Results::Always;
    if ours::is_ours(custody.accepted()) || !(is_always || goes_on) {
        return None;
    }
    if let Some(proved) = custody.proved() {
        return Some(Arrived::kept(&custody.accepted().trace.by, proved));
    }
    match judged(parts, custody, is_always).await {
        Ok(arrived) => arrived,
        Err(error) => {
            tracing::warn!(id = %custody.id(), %error, "what a message proved as it came cannot be looked at");
            None
        }
    }
}

async fn judged(parts: &Parts, custody: Custody<'_>, is_always: bool) -> Result<Option<Arrived>, SpoolError> {
    let original = Content::original(custody);
    let Some(head) = bytes::head(&original, custody).await? else { return Ok(None) };
    let block = HeaderBlock::of(&head);
    if block.too_long || !(is_always || arrival::has_chain(&head, &block)) {
        return Ok(None);
    }
    let accepted = custody.accepted();
    let mail_from = accepted.envelope.mail_from.to_string();
    let mut message = Message {
        header: &head,
        block: &block,
        bodies: Bodies::default(),
        client: Client { address: accepted.trace.peer, helo: &accepted.trace.helo, mail_from: &mail_from },
        received: accepted.received,
    };
    let mut answers = Answers::default();
    let asked = async {
        message.bodies = bodies(&original, custody, &head, &block).await?;
        Ok::<_, SpoolError>(ask(parts.steer.resolver(), &message, &mut answers).await)
    };
    let arrival = match tokio::time::timeout(WAIT, asked).await {
        Ok(asked) => asked?,
        Err(_elapsed) => {
            answers.end();
            arrival::judge(&message, &answers).ok()
        }
    };
    Ok(arrival.map(|arrival| {
        tracing::debug!(id = %custody.id(), results = ?arrival.results, "what a message proved as it came");
        Arrived::found(&accepted.trace.by, arrival)
    }))
}

async fn bodies(
    original: &Content,
    custody: Custody<'_>,
    head: &[u8],
    block: &HeaderBlock,
) -> Result<Bodies, SpoolError> {
    let (relaxed, simple) = arrival::forms(head, block);
    let mut bodies = Bodies::default();
    if relaxed {
        bodies.relaxed = Some(bytes::body(original, custody, block.body_start, Form::Relaxed).await?);
    }
    if simple {
        bodies.simple = Some(bytes::body(original, custody, block.body_start, Form::Simple).await?);
    }
    Ok(bodies)
}

/// Asks whatever the judgement still wants to know.
async fn ask(resolver: &Resolver, message: &Message<'_>, answers: &mut Answers) -> Option<Arrival> {
    loop {
        match arrival::judge(message, answers) {
            Ok(arrival) => return Some(arrival),
            Err(Unasked(_)) if answers.count() >= QUESTIONS_MAX => {
                answers.end();
            }
            Err(Unasked(question)) => {
                let answer = answer(resolver, &question).await;
                answers.note(question, answer);
            }
        }
    }
}

async fn answer(resolver: &Resolver, question: &Question) -> Answer {
    let found = match question {
        Question::Texts(name) => resolver.texts(name).await,
        Question::V4(name) => resolver.recorded_addresses(name, false).await,
        Question::V6(name) => resolver.recorded_addresses(name, true).await,
        Question::Exchangers(name) => resolver.recorded_exchangers(name).await,
        Question::Names(address) => resolver.reverse_names(*address).await,
    };
    match found {
        Ok(found) => Answer::Found(found),
        Err(ResolveError::Absent(_)) => Answer::Found(Vec::new()),
        Err(error) => {
            tracing::debug!(%error, "a question about a message's arrival has no answer");
            Answer::Failed
        }
    }
}
