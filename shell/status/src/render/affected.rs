//! "Was my mail affected?" as its reader sees it: what to do, sums, a look-up, then message by message what happened.
//!
//! Addresses of the message are shown whole, because who has the link may see this tenant's mail; nothing of it stands on any other page. Replies come
//! masked. Forms post, so that what was looked for is in no address.

use super::Scene;
use super::parts::escaped;
use super::sheet::{Place, Sheet, to_top};
use crate::affected::{About, Answer, Doubts, Fate, Line, LinkError, Refusal, Sums, Wish};
use crate::language::Language;
use crate::time;
use model::{Duration, Timestamp};

/// Messages that are shown; the tables have all.
const SHOWN_MAX: usize = 50;

/// What the reader asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    All,
    For(Wish),
    /// With what is wrong.
    Unclear(&'static str),
}

pub(crate) fn answer(
    scene: Scene<'_>,
    language: Language,
    (answer, expires): (&Answer, Timestamp),
    asked: &Asked,
) -> Sheet {
    let found = match asked {
        Asked::All => String::new(),
        Asked::For(wish) => found(language, answer, wish),
        Asked::Unclear(wrong) => format!("<p class=\"doubt\" role=\"alert\">{wrong}</p>"),
    };
    let affected = match (&answer.sums, asked) {
        (Some(_), Asked::All | Asked::Unclear(_)) => list(language, answer),
        (Some(_), Asked::For(_)) | (None, _) => String::new(),
    };
    let body = format!(
        "<h1>{}</h1>{}{}{found}{}{affected}{}",
        language.pick("Was my mail affected?", "War meine E-Mail betroffen?"),
        about(scene, language, &answer.about),
        answer.sums.as_ref().map_or_else(String::new, |sums| summary(language, &answer.about, sums)),
        forms(language, &answer.about),
        notes(language, &answer.doubts, expires),
    );
    Sheet {
        title: language.pick("Was my mail affected?", "War meine E-Mail betroffen?").to_owned(),
        place: Place::Elsewhere,
        body,
    }
}

/// A link that opens nothing.
pub(crate) fn shut(language: Language, error: LinkError) -> Sheet {
    let (title, why) = match error {
        LinkError::Bad => (
            language.pick("This link is not valid", "Dieser Link ist nicht gültig"),
            language.pick(
                "Perhaps it was cut when it was copied. Open it from the message that brought it.",
                "Vielleicht wurde er beim Kopieren abgeschnitten. Öffnen Sie ihn aus der Nachricht, die ihn brachte.",
            )
            .to_owned(),
        ),
        LinkError::Expired(at) => (
            language.pick("This link has expired", "Dieser Link ist abgelaufen"),
            format!("{} {}.", language.pick("It was good until", "Er galt bis"), time::element(at, language)),
        ),
    };
    let ask = language.pick(
        "Ask the operator of the relay for a new one.",
        "Bitten Sie den Betreiber des Relays um einen neuen.",
    );
    plain(language, title, &format!("{why} {ask}"))
}

pub(crate) fn gone(language: Language) -> Sheet {
    plain(
        language,
        language.pick("Nothing is known of this any more", "Hierzu ist nichts mehr bekannt"),
        language.pick(
            "The incident or the organisation of this link is not on record any more.",
            "Die Störung oder die Organisation dieses Links ist nicht mehr verzeichnet.",
        ),
    )
}

pub(crate) fn later(language: Language) -> Sheet {
    plain(
        language,
        language
            .pick("The records cannot be read at the moment", "Die Aufzeichnungen sind gerade nicht lesbar"),
        language.pick(
            "Mail goes first. Please try again in a minute.",
            "E-Mail geht vor. Bitte versuchen Sie es in einer Minute erneut.",
        ),
    )
}

fn plain(language: Language, title: &str, words: &str) -> Sheet {
    let home = format!("{}{}", to_top(language, "affected/link/"), language.folder());
    let body = format!(
        "<h1>{title}</h1><p>{words}</p><p><a href=\"{home}\">{}</a></p>",
        language.pick("To the status page", "Zur Statusseite")
    );
    Sheet { title: title.to_owned(), place: Place::Elsewhere, body }
}

fn about(scene: Scene<'_>, language: Language, about: &About) -> String {
    let (title, _) = language.text(&about.title);
    let is_public = scene.view.incidents.iter().any(|known| known.id.as_str() == about.incident);
    let title = if is_public {
        let home = format!("{}{}", to_top(language, "affected/link/"), language.folder());
        format!("<a href=\"{home}incidents/{}/\">{}</a>", escaped(&about.incident), escaped(title))
    } else {
        escaped(title)
    };
    let ended = about.ended.map_or_else(
        || language.pick("it goes on", "sie dauert an").to_owned(),
        |ended| format!("{} {}", language.pick("until", "bis"), time::element(ended, language)),
    );
    format!(
        "<p><strong>{}</strong> · {title}</p><p class=\"small\">{} {}, {ended}</p>",
        escaped(&about.tenant),
        language.pick("From", "Von"),
        time::element(about.began, language),
    )
}

fn summary(language: Language, about: &About, sums: &Sums) -> String {
    let figures = [
        (
            language.pick("messages received in this time", "in dieser Zeit angenommene Nachrichten"),
            sums.received,
        ),
        (language.pick("of all, affected", "insgesamt betroffen"), sums.affected),
        (language.pick("sent another way", "auf anderem Weg gesendet"), sums.rerouted),
        (language.pick("later than a minute", "über eine Minute verspätet"), sums.late),
        (language.pick("still on their way", "noch unterwegs"), sums.waiting),
        (
            language.pick(
                "reported to their senders as not delivered",
                "den Absendern als nicht zugestellt gemeldet",
            ),
            sums.reported,
        ),
    ];
    let figures: String =
        figures.iter().map(|(label, count)| format!("<div><dt>{label}</dt><dd>{count}</dd></div>")).collect();
    format!(
        "<section aria-labelledby=\"do\"><h2 id=\"do\">{}</h2><p class=\"card\">{}</p><dl class=\"numbers\">{figures}</dl></section>",
        language.pick("What you need to do", "Was Sie tun müssen"),
        needed(language, about, sums),
    )
}

fn needed(language: Language, about: &About, sums: &Sums) -> &'static str {
    if about.is_their_setup && about.ended.is_none() {
        return language.pick(
            "Check the connector by which your mail system takes mail from the relay. What is kept leaves by itself soon afterwards.",
            "Prüfen Sie den Connector, über den Ihr Mailsystem Mail vom Relay annimmt. Was aufbewahrt ist, geht bald danach von selbst hinaus.",
        );
    }
    match (sums.reported, sums.waiting) {
        (1.., _) => language.pick(
            "Have the messages sent again that were reported as not delivered; the list below names them.",
            "Lassen Sie die als nicht zugestellt gemeldeten Nachrichten erneut senden; die Liste unten nennt sie.",
        ),
        (0, 1..) => language.pick(
            "Nothing. What still waits leaves by itself.",
            "Nichts. Was noch wartet, geht von selbst hinaus.",
        ),
        (0, 0) => language.pick("Nothing.", "Nichts."),
    }
}

fn forms(language: Language, about: &About) -> String {
    let button = language.pick("Look up", "Nachsehen");
    let form = |fields: String| {
        format!(
            "<form class=\"lookup\" method=\"post\" accept-charset=\"utf-8\">{fields}<button class=\"button\">{button}</button></form>"
        )
    };
    let input = |name: &str, label: &str, more: &str| {
        format!(
            "<label>{label} <input name=\"{name}\" autocomplete=\"off\" maxlength=\"1000\" {more}></label>"
        )
    };
    let at = time::minutes(about.began);
    format!(
        "<section aria-labelledby=\"look\"><h2 id=\"look\">{}</h2><div class=\"lookups\">{}{}{}</div></section>",
        language.pick("Look up a message", "Eine Nachricht nachsehen"),
        form(input("message-id", "Message-ID", "required placeholder=\"&lt;...@...&gt;\"")),
        form(format!(
            "{}{}",
            input("sender", language.pick("Sender", "Absender"), "type=\"email\" required"),
            input(
                "at",
                language.pick("Sent about (UTC)", "Gesendet etwa um (UTC)"),
                &format!("type=\"datetime-local\" value=\"{at}\"")
            ),
        )),
        form(input(
            "domain",
            language.pick("Domain of sender or recipient", "Domain von Absender oder Empfänger"),
            "required"
        )),
    )
}

/// What was looked for.
fn found(language: Language, answer: &Answer, wish: &Wish) -> String {
    let what = match wish {
        Wish::Affected => String::new(),
        Wish::MessageId(id) => format!("<code>{}</code>", escaped(id)),
        Wish::Sender { address, at: None } => escaped(address.as_str()),
        Wish::Sender { address, at: Some(at) } => {
            format!("{}, {}", escaped(address.as_str()), time::element(*at, language))
        }
        Wish::Domain(domain) => escaped(domain.as_str()),
    };
    let lines = if answer.lines.is_empty() {
        let nothing = language.pick(
            "Nothing is known of such a message of yours between these times:",
            "Eine solche Nachricht von Ihnen ist zwischen diesen Zeiten nicht bekannt:",
        );
        let times = answer.about.times;
        format!(
            "<p>{nothing} {}, {}.</p>",
            time::element(times.from, language),
            time::element(times.until, language)
        )
    } else {
        lines(language, &answer.lines)
    };
    format!(
        "<section aria-labelledby=\"found\"><h2 id=\"found\">{}: {what}</h2>{lines}<p><a href=\"./\">{}</a></p></section>",
        language.pick("Found", "Gefunden"),
        language.pick("All that were affected", "Alle betroffenen"),
    )
}

/// All that were affected.
fn list(language: Language, answer: &Answer) -> String {
    let shown = if answer.lines.is_empty() {
        format!(
            "<p>{}</p>",
            language.pick("None of your messages was affected.", "Keine Ihrer Nachrichten war betroffen.")
        )
    } else {
        lines(language, &answer.lines)
    };
    format!(
        "<section aria-labelledby=\"list\"><h2 id=\"list\">{}</h2><p class=\"follow\">\
         <a class=\"button\" href=\"messages.csv\">CSV</a><a href=\"messages.json\">JSON</a></p>{shown}</section>",
        language.pick("Affected messages", "Betroffene Nachrichten"),
    )
}

fn lines(language: Language, lines: &[Line]) -> String {
    let shown: String = lines.iter().take(SHOWN_MAX).map(|line| one(language, line)).collect();
    let more = match lines.len().saturating_sub(SHOWN_MAX) {
        0 => String::new(),
        more => format!(
            "<p class=\"small\">{} {more}.</p>",
            language.pick("More than these, in the tables:", "Weitere, in den Tabellen:")
        ),
    };
    format!("<ul class=\"past\">{shown}</ul>{more}")
}

fn one(language: Language, line: &Line) -> String {
    let id = line
        .message_id
        .as_ref()
        .map_or_else(String::new, |id| format!("<code>&lt;{}&gt;</code> · ", escaped(id)));
    let refusals: String = line.refusals.iter().map(|refusal| refused(language, refusal)).collect();
    let met =
        if line.affected { "" } else { language.pick("not by this incident", "nicht durch diese Störung") };
    let met = if met.is_empty() { String::new() } else { format!(" · {met}") };
    format!(
        "<li><div><strong>{}</strong> {} → {}</div><p class=\"about\">{id}{} {}{met}</p>{refusals}<p>{}</p></li>",
        headline(language, line),
        escaped(&line.sender),
        escaped(&line.recipient),
        language.pick("received", "angenommen"),
        time::element(line.received, language),
        story(language, line),
    )
}

fn headline(language: Language, line: &Line) -> &'static str {
    match &line.fate {
        Fate::Delivered { .. } if line.rerouted => {
            language.pick("Delivered another way", "Auf anderem Weg zugestellt")
        }
        Fate::Delivered { seconds, .. } if *seconds > 60 => {
            language.pick("Delivered late", "Verspätet zugestellt")
        }
        Fate::Delivered { .. } => language.pick("Delivered", "Zugestellt"),
        Fate::Reported { .. } => {
            language.pick("Not delivered, sender told", "Nicht zugestellt, Absender informiert")
        }
        Fate::Discarded { .. } => {
            language.pick("Not delivered, no report wanted", "Nicht zugestellt, kein Bericht erwünscht")
        }
        Fate::Ended { .. } => language.pick("Ended by the operator", "Vom Betreiber beendet"),
        Fate::Waiting => language.pick("On its way", "Unterwegs"),
        Fate::Parked { .. } => language.pick("Kept safely", "Sicher aufbewahrt"),
    }
}

fn refused(language: Language, refusal: &Refusal) -> String {
    format!(
        "<p>{} {} {} {} {} {}</p><pre>{}</pre>",
        language.pick("Refused", "Abgelehnt"),
        time::element(refusal.at, language),
        language.pick("by", "von"),
        escaped(&refusal.host),
        language.pick("over", "über"),
        escaped(&refusal.source),
        escaped(&refusal.reply),
    )
}

/// What happened behind the refusals.
fn story(language: Language, line: &Line) -> String {
    let mut said = Vec::new();
    let more = line.refused.saturating_sub(line.refusals.len() as u64);
    if more > 0 {
        said.push(format!("{} {more}.", language.pick("Further refusals:", "Weitere Ablehnungen:")));
    }
    let at = |words: &str, at: Timestamp| format!("{words} {}.", time::element(at, language));
    said.extend(line.parked_at.map(|time| at(language.pick("Kept from", "Aufbewahrt ab"), time)));
    said.extend(line.released_at.map(|time| at(language.pick("Released", "Freigegeben"), time)));
    match &line.fate {
        Fate::Delivered { at: time, seconds, host, source, .. } => said.push(format!(
            "{} {} {} {} {} {}, {} {}.",
            language.pick("Accepted", "Abgenommen"),
            time::element(*time, language),
            language.pick("by", "von"),
            escaped(host),
            language.pick("over", "über"),
            escaped(source),
            time::span(Duration::from_secs(*seconds), language),
            language.pick("after we took it", "nach Annahme bei uns"),
        )),
        Fate::Reported { at: time, reply } => {
            said.push(at(language.pick("The sender was told", "Der Absender wurde informiert"), *time));
            said.push(format!("<code>{}</code>", escaped(reply)));
        }
        Fate::Discarded { at: time, reply } => {
            said.push(at(language.pick("Given up", "Aufgegeben"), *time));
            said.push(format!("<code>{}</code>", escaped(reply)));
        }
        Fate::Ended { at: time } => said.push(at(language.pick("Ended", "Beendet"), *time)),
        Fate::Waiting => said.push(
            language.pick("It is tried again by itself.", "Weitere Versuche folgen von selbst.").to_owned(),
        ),
        Fate::Parked { reply } => {
            said.push(
                language
                    .pick(
                        "It leaves when the cause is gone.",
                        "Sie geht hinaus, sobald die Ursache behoben ist.",
                    )
                    .to_owned(),
            );
            said.push(format!("<code>{}</code>", escaped(reply)));
        }
    }
    if line.unsigned {
        said.push(
            language.pick("It left without its signature.", "Sie ging ohne Signatur hinaus.").to_owned(),
        );
    }
    if line.maybe_twice {
        said.push(language.pick("It may have come twice.", "Sie kam vielleicht doppelt an.").to_owned());
    }
    said.join(" ")
}

/// What keeps this from being the whole truth, and until when the link is good.
fn notes(language: Language, doubts: &Doubts, expires: Timestamp) -> String {
    let mut said = Vec::new();
    if doubts.is_cut {
        said.push(
            language
                .pick(
                    "There is more than is listed and counted here.",
                    "Es gibt mehr, als hier aufgeführt und gezählt ist.",
                )
                .to_owned(),
        );
    }
    if doubts.has_gaps {
        said.push(language.pick(
            "Part of the records is missing: that a message is not found proves nothing.",
            "Ein Teil der Aufzeichnungen fehlt: Dass eine Nachricht nicht gefunden wird, beweist nichts.",
        ).to_owned());
    }
    if doubts.is_behind {
        said.push(
            language
                .pick(
                    "The newest records are not in yet.",
                    "Die neuesten Aufzeichnungen sind noch nicht enthalten.",
                )
                .to_owned(),
        );
    }
    if let Some(since) = doubts.kept_since {
        said.push(format!(
            "{} {}.",
            language.pick("Records reach back to", "Die Aufzeichnungen reichen zurück bis"),
            time::element(since, language)
        ));
    }
    let said: String = said.iter().map(|note| format!("<p class=\"doubt\">{note}</p>")).collect();
    format!(
        "{said}<p class=\"small\">{} {}. {}</p>",
        language.pick("This link is good until", "Dieser Link gilt bis"),
        time::element(expires, language),
        language.pick(
            "Whoever has it sees your mail's routes: treat it like a password.",
            "Wer ihn hat, sieht die Wege Ihrer E-Mail: Behandeln Sie ihn wie ein Passwort."
        ),
    )
}
