//! Mails to subscribers: plain text in their language, with what a mail program needs to thread them and to unsubscribe.
//!
//! All mails on one incident refer to one made-up Message-ID, so that they stand together although each subscriber's first one is another. A letter that
//! is sent again has the same Message-ID as before. A body that a person wrote stands there as written.

use super::Subscriptions;
use super::record::{Job, Letter, News, Subscriber, Wanted, Way};
use super::token::Purpose;
use super::vendors::severity;
use crate::language::Language;
use crate::settings::Settings;
use crate::time;
use lettre::Message;
use lettre::message::Mailbox;
use lettre::message::header::{HeaderName, HeaderValue};
use model::Timestamp;
use std::fmt::Write as _;
use std::time::SystemTime;
use vendor::{AlertRule, Severity};

/// A mail without its sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mail {
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) body: String,
    /// Without angle brackets, as the next one.
    message_id: String,
    thread: Option<String>,
    /// Where one click ends the subscription.
    leave: Option<String>,
    list: String,
    date: Timestamp,
}

/// Why there is no mail.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MailError {
    #[error("an address cannot be used: {0}")]
    Address(#[from] lettre::address::AddressError),
    #[error("a mail cannot be written: {0}")]
    Build(#[from] lettre::error::Error),
}

impl Mail {
    /// The bytes that leave, as `from`.
    pub(crate) fn message(&self, from: &Mailbox) -> Result<Message, MailError> {
        let micros = u64::try_from(self.date.as_micros()).unwrap_or(0);
        let date = SystemTime::UNIX_EPOCH + std::time::Duration::from_micros(micros);
        let mut builder = Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, self.to.parse()?))
            .subject(&self.subject)
            .date(date)
            .message_id(Some(format!("<{}>", self.message_id)));
        if let Some(thread) = &self.thread {
            builder = builder.in_reply_to(format!("<{thread}>")).references(format!("<{thread}>"));
        }
        // RFC 3834 §5: nobody's holiday notice answers it.
        let mut headers = vec![("Auto-Submitted", "auto-generated".to_owned())];
        headers.push(("List-Id", format!("<{}>", self.list)));
        if let Some(leave) = &self.leave {
            headers.push(("List-Unsubscribe", format!("<{leave}>")));
            // RFC 8058 §3.1.
            headers.push(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
        }
        for (name, value) in headers {
            let name = HeaderName::new_from_ascii_str(name);
            // Folding would break a long link in two for the readers of this header that matter.
            builder = builder.raw_header(HeaderValue::dangerous_new_pre_encoded(name, value.clone(), value));
        }
        let plain = lettre::message::header::ContentType::TEXT_PLAIN;
        Ok(builder.header(plain).body(self.body.clone())?)
    }
}

/// What `job` says to `subscriber`; none if there is nobody to write to, or what it was about is gone.
pub(crate) fn mail(
    subscriptions: &Subscriptions,
    job: &Job,
    subscriber: &Subscriber,
    news: Option<&News>,
) -> Option<Mail> {
    let site = subscriptions.site();
    let settings = site.settings();
    let (to, language) = match &subscriber.way {
        Way::Mail { address, language } => (address.clone(), Language::from(*language)),
        Way::Hook { contact, .. } => (contact.clone()?, Language::English),
    };
    let link = |purpose| {
        let token = subscriptions.tokens().make(purpose, &subscriber.id, job.made_at);
        format!("{}/{}subscription/{token}", settings.url, language.folder())
    };
    let manage = link(Purpose::Manage);
    let (subject, body, thread, leave) = match &job.letter {
        Letter::Confirm => (
            confirm_subject(settings, language, &subscriber.wanted),
            confirm(settings, language, &subscriber.wanted, &link(Purpose::Confirm)),
            None,
            None,
        ),
        Letter::Known => {
            let subject = confirm_subject(settings, language, &subscriber.wanted);
            (subject, known(settings, language, &manage), None, Some(manage))
        }
        Letter::HookDead => (dead_subject(settings), dead(settings, subscriber, &manage), None, None),
        Letter::News(_) => {
            let news = news?;
            (
                subject(settings, language, news),
                about(settings, language, news, &manage),
                Some(news),
                Some(manage),
            )
        }
    };
    let host = settings.mail_host();
    Some(Mail {
        to,
        subject,
        body,
        message_id: format!("{}.{}.{}@{host}", job.id, job.made_at.as_micros(), subscriber.id),
        thread: thread.map(|news| format!("{}@{host}", news.thread)),
        leave,
        list: format!("status.{host}"),
        date: job.made_at,
    })
}

fn subject(settings: &Settings, language: Language, news: &News) -> String {
    let (title, _) = language.text(&news.title);
    let reply = if news.is_first { "" } else { "Re: " };
    one_line(&format!("{reply}[{}] {title}", settings.name))
}

fn confirm_subject(settings: &Settings, language: Language, wanted: &Wanted) -> String {
    let what = match wanted {
        Wanted::All | Wanted::Parts(_) => {
            language.pick("Status updates by e-mail", "Statusmeldungen per E-Mail")
        }
        Wanted::Vendors(_) => {
            language.pick("Alerts on other vendors by e-mail", "Meldungen über andere Anbieter per E-Mail")
        }
    };
    one_line(&format!("[{}] {what}", settings.name))
}

fn dead_subject(settings: &Settings) -> String {
    one_line(&format!("[{}] Your webhook is no longer called", settings.name))
}

/// A title with a line break would begin a header of its own.
fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(200).collect()
}

fn confirm(settings: &Settings, language: Language, wanted: &Wanted, link: &str) -> String {
    let name = &settings.name;
    if let Wanted::Vendors(rule) = wanted {
        let rule = rule_words(language, rule);
        return match language {
            Language::English => format!(
                "Somebody, probably you or {name}'s operator, asked {name} to tell this address what other vendors post about their services:\n\n{rule}\n\
                 If you want that, follow this link and confirm within two days:\n\n{link}\n\nIf not, do nothing: nothing more is sent.\n"
            ),
            Language::German => format!(
                "Jemand, wahrscheinlich Sie oder der Betreiber, hat {name} gebeten, dieser Adresse zu melden, was andere Anbieter über ihre Dienste \
                 mitteilen:\n\n{rule}\nWenn Sie das möchten, öffnen Sie diesen Link und bestätigen Sie innerhalb von zwei Tagen:\n\n{link}\n\nWenn \
                 nicht, tun Sie nichts: Dann kommt nichts mehr.\n"
            ),
        };
    }
    match language {
        Language::English => format!(
            "Somebody, probably you, asked {name} to send status updates to this address.\n\nIf you want them, follow this link and \
             confirm within two days:\n\n{link}\n\nIf not, do nothing: nothing more is sent.\n"
        ),
        Language::German => format!(
            "Jemand, wahrscheinlich Sie, hat {name} gebeten, Statusmeldungen an diese Adresse zu senden.\n\nWenn Sie das möchten, öffnen \
             Sie diesen Link und bestätigen Sie innerhalb von zwei Tagen:\n\n{link}\n\nWenn nicht, tun Sie nichts: Dann kommt nichts mehr.\n"
        ),
    }
}

/// A rule, with a line for each thing that it names.
fn rule_words(language: Language, rule: &AlertRule) -> String {
    let all = [language.pick("all", "alle").to_owned()];
    let vendors = if rule.vendors.is_empty() { &all[..] } else { &rule.vendors };
    let least = rule.severity.map(|least| {
        let word = severity(language, least);
        if least == Severity::Critical {
            word.to_owned()
        } else {
            format!("{word} {}", language.pick("or worse", "oder schwerer"))
        }
    });
    let lines = [
        (language.pick("Vendors:   ", "Anbieter:  "), vendors.join(", ")),
        (language.pick("Severity:  ", "Schwere:   "), least.unwrap_or_default()),
        (language.pick("Components:", "Teile:     "), rule.components.join(", ")),
        (language.pick("Regions:   ", "Regionen:  "), rule.regions.join(", ")),
        (language.pick("Words:     ", "Wörter:    "), rule.words.join(", ")),
    ];
    let said = lines.iter().filter(|(_, said)| !said.is_empty());
    said.map(|(name, said)| format!("  {name} {said}\n")).collect()
}

fn known(settings: &Settings, language: Language, manage: &str) -> String {
    let name = &settings.name;
    match language {
        Language::English => format!(
            "Somebody, probably you, asked {name} to send status updates to this address, which gets them already.\n\nHere you can \
             change or end it:\n\n{manage}\n"
        ),
        Language::German => format!(
            "Jemand, wahrscheinlich Sie, hat {name} gebeten, Statusmeldungen an diese Adresse zu senden. Sie erhält sie bereits.\n\nHier \
             können Sie das ändern oder beenden:\n\n{manage}\n"
        ),
    }
}

fn dead(settings: &Settings, subscriber: &Subscriber, manage: &str) -> String {
    let Way::Hook { url, .. } = &subscriber.way else { return String::new() };
    let why = match &subscriber.standing {
        super::record::Standing::Quarantined { why, .. } => why.as_str(),
        super::record::Standing::Pending | super::record::Standing::Active { .. } => "",
    };
    // The address may hold a secret; its host is enough to know it again.
    let host = url.split('/').nth(2).unwrap_or_default();
    format!(
        "{} called a webhook at {host} for three days and got no good answer. It is no longer called.\n\nThe last answer: {why}\n\nAsk the \
         operator to add it again when it works. To have it forgotten:\n\n{manage}\n",
        settings.name
    )
}

fn about(settings: &Settings, language: Language, news: &News, manage: &str) -> String {
    let pick = |text: &incident::Text| language.text(text).0.to_owned();
    let mut body = format!("{}\n\n", pick(&news.title));
    let mut line = |name: &str, value: &str| {
        let _infallible = writeln!(body, "{name} {value}");
    };
    line(language.pick("Phase:   ", "Stand:      "), &pick(&news.phase));
    if let Some(impact) = &news.impact {
        line(language.pick("Impact:  ", "Auswirkung: "), &pick(impact));
    }
    let parts: Vec<String> = news.parts.iter().map(|part| pick(&part.name)).collect();
    if !parts.is_empty() {
        line(language.pick("Affected:", "Betroffen:  "), &parts.join(", "));
    }
    let moment = |at: Timestamp| format!("{}, {} UTC", time::day(at, language), time::clock(at));
    let posted = language.pick("Posted:  ", "Gemeldet:   ");
    if news.link.is_some() {
        let not_said = || language.pick("they give no time", "ohne Zeitangabe").to_owned();
        line(posted, &news.posted_at.map_or_else(not_said, moment));
        line(language.pick("Seen:    ", "Gesehen:    "), &moment(news.at));
    } else {
        line(posted, &moment(news.at));
    }
    let own = format!("{}/{}{}", settings.url, language.folder(), news.path);
    let link = news.link.as_ref().unwrap_or(&own);
    let _infallible = write!(
        body,
        "\n{}\n\n{link}\n\n-- \n{}\n{manage}\n",
        pick(&news.body),
        language.pick("Change or end this subscription:", "Dieses Abonnement ändern oder beenden:"),
    );
    body
}

#[cfg(test)]
mod tests;
