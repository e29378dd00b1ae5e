//! Hosts that take mail: each answers with real words, and the world knows why it said them.
//!
//! What a host says comes from `words.rs`; here stands what it thinks. The reason is for the laws alone: the node sees replies and lost connections.

use crate::dice::Dice;
use crate::lists::Lists;
use crate::mail::{Mail, Mailbox};
use crate::scene::{HOSTS, LIAR};
use crate::words;
use bounce::Failure;
use model::{Duration, Reply, Source, Stage, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Why a recipient was not taken, as it really is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Truth {
    /// Our address is listed or banned.
    OurAddress,
    /// The tenant's connector does not know us.
    TenantSetup,
    Recipient,
    Content,
    SenderDomain,
    /// A fault of the receiver's own, whatever it says.
    Receiver,
    /// The same, in words of a recipient's or the content's fault: nobody can tell from one alone.
    Plausible,
    /// It lies.
    Lie,
    /// It has it, or nobody knows.
    Unclear,
}

impl Truth {
    /// Whether the sender may be told at once.
    pub(crate) const fn is_theirs(self) -> bool {
        match self {
            Self::Recipient | Self::Content | Self::SenderDomain => true,
            Self::OurAddress
            | Self::TenantSetup
            | Self::Receiver
            | Self::Plausible
            | Self::Lie
            | Self::Unclear => false,
        }
    }
}

/// What a host does to everybody for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mood {
    /// Nobody answers.
    Unreachable,
    /// Its name does not resolve.
    NoName,
    Busy,
    /// Too much mail from us.
    Limits,
    /// Nobody is taken at the first try.
    Greylists,
    /// Its directory is gone: nobody exists.
    NobodyExists,
    /// A 5xx that nobody ever saw.
    Riddles,
    /// It calls everything spam.
    CallsAllSpam,
    /// The connection ends after the final dot; half of it was taken.
    LosesTheEnd,
    LosesTheBegin,
    NoTls,
    /// The tenant's connector does not match.
    NotTheTenants,
    /// It bans this source by its own list.
    Bans(usize),
    /// It says that every source is on a list.
    Lies,
}

/// One recipient's answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) recipient: usize,
    pub(crate) stage: Stage,
    pub(crate) said: Result<Reply, Failure>,
    pub(crate) truth: Truth,
    /// Whether it is in the mailbox now.
    pub(crate) is_taken: bool,
}

/// Every host's mood.
#[derive(Debug, Default)]
pub(crate) struct Receivers {
    moods: BTreeMap<usize, BTreeSet<Mood>>,
    ended: BTreeMap<(usize, Mood), Timestamp>,
    /// Who was put off by a greylist.
    seen: BTreeSet<(usize, model::MessageId)>,
}

/// A conversation that came to an end.
pub(crate) struct Asked<'a> {
    pub(crate) host: usize,
    pub(crate) source: (usize, &'a Source),
    pub(crate) mail: &'a Mail,
    pub(crate) recipients: &'a [usize],
}

impl Receivers {
    pub(crate) fn feels(&mut self, host: usize, mood: Mood) {
        self.moods.entry(host).or_default().insert(mood);
    }

    pub(crate) fn forgets(&mut self, host: usize, mood: Mood, now: Timestamp) {
        if self.moods.get_mut(&host).is_some_and(|moods| moods.remove(&mood)) {
            self.ended.insert((host, mood), now);
        }
    }

    /// Whether some host banned this source by its own list within the last while.
    pub(crate) fn banned_lately(&self, source: usize, within: Duration, now: Timestamp) -> bool {
        let mood = Mood::Bans(source);
        self.moods.values().any(|moods| moods.contains(&mood))
            || self.ended.iter().any(|((_, one), at)| *one == mood && now.since(*at) <= within)
    }

    pub(crate) fn is(&self, host: usize, mood: Mood) -> bool {
        self.moods.get(&host).is_some_and(|moods| moods.contains(&mood))
    }

    /// Whether a name server knows it.
    pub(crate) fn resolves(&self, host: usize) -> bool {
        !self.is(host, Mood::NoName)
    }

    /// What each recipient is told.
    pub(crate) fn answer(
        &mut self,
        asked: &Asked<'_>,
        lists: &Lists,
        dice: &mut Dice,
        now: Timestamp,
    ) -> Vec<Answer> {
        if let Some((stage, said, truth)) = self.refuses_the_session(asked, lists, now) {
            let all = asked.recipients.iter();
            return all
                .map(|one| Answer { recipient: *one, stage, said: Err(said.clone()), truth, is_taken: false })
                .collect();
        }
        let answers = asked.recipients.iter().map(|recipient| self.answer_one(asked, *recipient));
        let mut answers: Vec<Answer> = answers.collect();
        if self.is(asked.host, Mood::LosesTheEnd) && answers.iter().any(|one| one.is_taken) {
            let keeps = dice.percent(50);
            for one in answers.iter_mut().filter(|one| one.is_taken) {
                one.said = Err(Failure::Unknown("connection reset by peer".to_owned()));
                (one.truth, one.is_taken) = (Truth::Unclear, keeps);
            }
        }
        answers
    }

    /// What is refused for who we are or what the host is, whoever the recipients are.
    fn refuses_the_session(
        &mut self,
        asked: &Asked<'_>,
        lists: &Lists,
        now: Timestamp,
    ) -> Option<(Stage, Failure, Truth)> {
        let (host, (number, source)) = (asked.host, asked.source);
        let is_microsoft = HOSTS[host].name.ends_with("outlook.com");
        let reply = |stage, text: String, truth| Some((stage, Failure::Reply(words::reply(&text)), truth));
        if self.is(host, Mood::Unreachable) {
            return Some((
                Stage::Connect,
                Failure::Connect("connection timed out".to_owned()),
                Truth::Receiver,
            ));
        }
        if self.is(host, Mood::NoTls) {
            return Some((Stage::Tls, Failure::Tls("handshake failed".to_owned()), Truth::Receiver));
        }
        if self.is(host, Mood::LosesTheBegin) {
            return Some((
                Stage::Mail,
                Failure::Lost("connection reset by peer".to_owned()),
                Truth::Receiver,
            ));
        }
        if self.is(host, Mood::Busy) {
            return reply(Stage::Banner, words::BUSY.to_owned(), Truth::Receiver);
        }
        if self.is(host, Mood::Limits) {
            return reply(Stage::Mail, words::limits(is_microsoft, source), Truth::Receiver);
        }
        if self.is(host, Mood::NotTheTenants) && asked.mail.about.is_none() {
            return reply(Stage::EndOfData, words::not_the_tenants(is_microsoft, source), Truth::TenantSetup);
        }
        if host == LIAR && self.is(host, Mood::Lies) {
            return reply(Stage::Rcpt, words::listed(false, 0, source), Truth::Lie);
        }
        if self.is(host, Mood::Bans(number)) {
            return reply(Stage::Mail, words::banned(is_microsoft, source), Truth::OurAddress);
        }
        if let Some(list) = HOSTS[host].asks.iter().find(|list| lists.names(**list, number)) {
            // Some do not say of whom they speak.
            let is_vague = !is_microsoft && asked.mail.id.to_bytes()[15].is_multiple_of(3);
            let text = if is_vague {
                words::banned(false, source)
            } else {
                words::listed(is_microsoft, *list, source)
            };
            return reply(Stage::Rcpt, text, Truth::OurAddress);
        }
        if self.is(host, Mood::Riddles) {
            return reply(Stage::EndOfData, words::riddle(now), Truth::Receiver);
        }
        if self.is(host, Mood::Greylists) && self.seen.insert((host, asked.mail.id)) {
            return reply(Stage::Rcpt, words::GREYLISTED.to_owned(), Truth::Receiver);
        }
        None
    }

    fn answer_one(&self, asked: &Asked<'_>, recipient: usize) -> Answer {
        let one = &asked.mail.recipients[recipient];
        let is_microsoft = HOSTS[asked.host].name.ends_with("outlook.com");
        let is_strange = !HOSTS[asked.host].is_verified;
        let refused = |stage, text: String, truth| Answer {
            recipient,
            stage,
            said: Err(Failure::Reply(words::reply(&text))),
            truth,
            is_taken: false,
        };
        if self.is(asked.host, Mood::NobodyExists) {
            return refused(Stage::Rcpt, words::unknown(is_microsoft, &one.address), Truth::Plausible);
        }
        match one.mailbox {
            Mailbox::Unknown => {
                return refused(Stage::Rcpt, words::unknown(is_microsoft, &one.address), Truth::Recipient);
            }
            Mailbox::Full => return refused(Stage::Rcpt, words::full(&one.address), Truth::Recipient),
            Mailbox::There => {}
        }
        if self.is(asked.host, Mood::CallsAllSpam) {
            return refused(Stage::EndOfData, words::SPAM.to_owned(), Truth::Plausible);
        }
        if asked.mail.is_spam {
            return refused(Stage::EndOfData, words::SPAM.to_owned(), Truth::Content);
        }
        if asked.mail.is_unaligned && is_strange && asked.mail.about.is_none() {
            return refused(Stage::EndOfData, words::UNALIGNED.to_owned(), Truth::SenderDomain);
        }
        Answer {
            recipient,
            stage: Stage::EndOfData,
            said: Ok(words::reply("250 2.0.0 queued")),
            truth: Truth::Unclear,
            is_taken: true,
        }
    }
}

/// How long a conversation takes.
pub(crate) fn takes(answers: &[Answer], dice: &mut Dice) -> Duration {
    let is_silent =
        answers.iter().any(|one| matches!(one.said, Err(Failure::Connect(_) | Failure::Unknown(_))));
    if is_silent {
        Duration::from_secs(dice.between(20, 60))
    } else {
        Duration::from_millis(dice.between(40, 3_000))
    }
}
