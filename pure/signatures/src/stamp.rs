//! One message in, one decision per group of recipients out.
//!
//! ```text
//! too large? -> structure -> leave-alone class? -> ambiguous? -> who is the sender? -> where do signatures go?
//!   -> which signature, per recipient -> equal ones grouped -> rendered and written as splices, per group
//! ```
//! Every question that ends the way gives its reason; the trail of `Explain` has one sentence for each answer.

mod choice;
mod older;
mod proofs;
mod sender;
mod texts;
mod write;

use crate::content_id::ContentIds;
use crate::{Compiled, Explain, OnFailure, Outcome, PassReason, Person, SignatureName, UnknownPerson, leave};
use choice::Choice;
use message::{Index, Splices};
use model::{Address, ByteCount, ReversePath, SnapshotNumber, Timestamp};
use std::borrow::Cow;
use texts::Texts;

/// Everything that stamping may depend on, the tenant's state apart.
#[derive(Debug, Clone, Copy)]
pub struct StampInput<'a> {
    /// The message as it was accepted, without our trace headers.
    pub original: &'a [u8],
    pub mail_from: &'a ReversePath,
    pub recipients: &'a [&'a Address],
    pub received: Timestamp,
    pub snapshot: SnapshotNumber,
    /// The largest message that the next hop takes, as it said when it was asked last. The tenant's own word on it stands in the snapshot.
    pub next_hop_size_max: Option<ByteCount>,
}

/// What becomes of the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The splices that make the stamped message out of the original.
    Stamped(Splices),
    /// The original goes on.
    Pass(PassReason),
    /// The tenant's policy wants a person to decide.
    Hold(PassReason),
}

/// Recipients that get the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Indices into `StampInput::recipients`.
    pub recipients: Vec<usize>,
    pub decision: Decision,
    pub explain: Explain,
}

/// Why the way ends for a message or a group.
struct End {
    reason: PassReason,
    hold: bool,
    sentence: String,
}

impl End {
    fn pass(reason: PassReason, sentence: impl Into<String>) -> Self {
        Self { reason, hold: false, sentence: sentence.into() }
    }
}

/// What is known of a message once it may be stamped.
struct Message<'a> {
    input: &'a StampInput<'a>,
    compiled: &'a Compiled,
    index: &'a Index,
    sender: Address,
    person: Cow<'a, Person>,
    /// The signature that the policy gives to people whom the directory does not know.
    for_unknown: Option<&'a SignatureName>,
    subject: String,
    texts: Texts<'a>,
}

impl Message<'_> {
    /// The largest message that the next hop takes, if anybody said so.
    fn stamped_size_max(&self) -> Option<ByteCount> {
        [self.compiled.parts.stamped_size_max, self.input.next_hop_size_max].into_iter().flatten().min()
    }

    /// Whether nobody outside of the tenant gets it.
    fn is_internal(&self) -> bool {
        let recipients = self.input.recipients;
        !recipients.is_empty() && recipients.iter().all(|recipient| self.compiled.is_internal(recipient))
    }
}

/// Decides for every recipient and groups those with equal outcomes. Without recipients there is one group without any.
#[must_use]
pub fn stamp(input: &StampInput<'_>, compiled: &Compiled) -> Vec<Group> {
    stamp_indexed(input, &Index::of(input.original), compiled)
}

/// The same for a caller who has read the structure of `input.original` already.
#[must_use]
pub fn stamp_indexed(input: &StampInput<'_>, index: &Index, compiled: &Compiled) -> Vec<Group> {
    let mut trail = Vec::new();
    let all = (0..input.recipients.len()).collect();
    let size_max = compiled.parts.size_max;
    if input.original.len() as u64 > size_max.0 {
        let sentence = format!("the message has {} bytes, more than {size_max}", input.original.len());
        return vec![ended(input, all, End::pass(PassReason::TooLarge, sentence), trail, None)];
    }
    let message = match read(input, compiled, index, &mut trail) {
        Ok(message) => message,
        Err(end) => return vec![ended(input, all, end, trail, None)],
    };
    let ids = ContentIds::new(input);
    choice::groups(&message).into_iter().map(|choice| decide(&message, choice, ids, &trail)).collect()
}

/// One group of all recipients that is passed: for a caller who knows that the message is not to be read.
#[must_use]
pub fn passed(input: &StampInput<'_>, reason: PassReason, sentence: &str) -> Group {
    ended(input, (0..input.recipients.len()).collect(), End::pass(reason, sentence), Vec::new(), None)
}

fn read<'a>(
    input: &'a StampInput<'a>,
    compiled: &'a Compiled,
    index: &'a Index,
    trail: &mut Vec<String>,
) -> Result<Message<'a>, End> {
    if let Some((reason, sign)) = leave::class(input.original, index, input.mail_from) {
        return Err(End::pass(reason, format!("the message is left alone for `{sign}`")));
    }
    if let Some(problem) = index.problems.ambiguity() {
        return Err(End::pass(PassReason::AmbiguousMime, format!("readers could differ: {problem}")));
    }
    let sender = sender::sender(input.original, index, input.mail_from, compiled)
        .ok_or_else(|| End::pass(PassReason::NullSender, "nobody sent the message"))?;
    let (person, for_unknown) = who(&sender, compiled, trail)?;
    let texts = Texts::read(input.original, index, compiled)
        .map_err(|sentence| End::pass(PassReason::AmbiguousMime, sentence))?;
    let subject = index.header().text(input.original, "Subject").unwrap_or_default();
    Ok(Message { input, compiled, index, sender, person, for_unknown, subject, texts })
}

/// The person, or what the policy says of an unknown one.
fn who<'a>(
    sender: &Address,
    compiled: &'a Compiled,
    trail: &mut Vec<String>,
) -> Result<(Cow<'a, Person>, Option<&'a SignatureName>), End> {
    if let Some(person) = compiled.parts.people.find(sender) {
        trail.push(format!("{sender} is the person {}", person.mail));
        return Ok((Cow::Borrowed(person), None));
    }
    let sentence = format!("the directory does not know {sender}");
    match &compiled.parts.policy.unknown_person {
        UnknownPerson::Nothing => Err(End::pass(PassReason::UnknownPerson, sentence)),
        UnknownPerson::Hold => Err(End { reason: PassReason::UnknownPerson, hold: true, sentence }),
        UnknownPerson::Signature(name) => {
            trail.push(format!("{sentence}; the policy gives `{name}`"));
            Ok((Cow::Owned(Person::unknown(sender.clone())), Some(name)))
        }
    }
}

/// One group's decision.
fn decide(message: &Message<'_>, choice: Choice, ids: ContentIds, trail: &[String]) -> Group {
    let mut trail = trail.to_vec();
    trail.extend(choice.chosen.trail.iter().cloned());
    trail.extend(message.texts.sentences(message.index));
    let written = signatures_of(message, &choice).and_then(|names| {
        write::write(message, &names, ids, &mut trail).map_err(|error| match error {
            write::WriteError::Template(error) => End {
                reason: PassReason::TemplateFailed,
                hold: message.compiled.parts.on_failure == OnFailure::Hold,
                sentence: template_sentence(&error),
            },
            write::WriteError::Change(error) => End::pass(PassReason::AmbiguousMime, error.to_string()),
            write::WriteError::TooLarge => End::pass(
                PassReason::TooLarge,
                "the next hop would not take it with a signature, not even in text only",
            ),
            write::WriteError::Carried => {
                End::pass(PassReason::NoRule, "the newest text carries this signature already")
            }
        })
    });
    match written {
        Ok((written, smaller)) => {
            trail.extend(message.proofs().sentence());
            let explain = Explain {
                outcome: Outcome::Stamped,
                reason: None,
                placement: message.texts.placed(message.index),
                smaller,
                splices: written.iter().map(write::spliced).collect(),
                trail,
                ..blank(message.input, Some(message), &choice)
            };
            Group { recipients: choice.recipients, decision: Decision::Stamped(written), explain }
        }
        Err(end) => {
            let about = blank(message.input, Some(message), &choice);
            ended(message.input, choice.recipients, end, trail, Some(about))
        }
    }
}

/// The signatures that the group gets, at least one.
fn signatures_of<'c>(message: &Message<'_>, choice: &'c Choice) -> Result<Vec<&'c SignatureName>, End> {
    if message.texts.are_signed_already(message.compiled.parts.policy.client_signature) {
        let sentence = "the writer's own signature is there and the policy says skip";
        return Err(End::pass(PassReason::NoRule, sentence));
    }
    if choice.chosen.signatures.is_empty() {
        return Err(End::pass(PassReason::NoRule, "no rule chose a signature"));
    }
    Ok(choice.chosen.signatures.iter().map(|(_, name)| name).collect())
}

fn template_sentence(error: &crate::TemplateError) -> String {
    let line = error.line.map(|line| format!(":{line}")).unwrap_or_default();
    format!("signatures/{}{line}: {}", error.file, error.reason)
}

/// A group for which the way ended.
fn ended(
    input: &StampInput<'_>,
    recipients: Vec<usize>,
    end: End,
    mut trail: Vec<String>,
    about: Option<Explain>,
) -> Group {
    trail.push(end.sentence);
    let (decision, outcome) = match end.hold {
        true => (Decision::Hold(end.reason), Outcome::Hold),
        false => (Decision::Pass(end.reason), Outcome::Passed),
    };
    let about = about.unwrap_or_else(|| blank(input, None, &Choice::default()));
    let explain = Explain { outcome, reason: Some(end.reason), trail, ..about };
    Group { recipients, decision, explain }
}

/// What every explanation of a choice has in common.
fn blank(input: &StampInput<'_>, message: Option<&Message<'_>>, choice: &Choice) -> Explain {
    let joined = |parts: Vec<String>| (!parts.is_empty()).then(|| parts.join("+"));
    let signatures = choice.chosen.signatures.iter().map(|(_, name)| name.to_string()).collect();
    let person = message.filter(|message| message.for_unknown.is_none());
    Explain {
        outcome: Outcome::Passed,
        reason: None,
        signature: joined(signatures),
        smaller: None,
        rule: joined(choice.chosen.matched.clone()),
        person: person.map(|message| message.person.mail.clone()),
        snapshot: input.snapshot,
        trail: Vec::new(),
        placement: Vec::new(),
        splices: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
