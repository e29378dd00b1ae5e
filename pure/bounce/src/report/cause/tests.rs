//! Which words show which cause.

use super::*;
use model::Stage;

#[test]
fn words_show_their_cause() {
    let table = [
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound", Cause::UnknownRecipient),
        ("550 5.2.1 disabled", Cause::MailboxClosed),
        ("452 4.2.2 mailbox full", Cause::MailboxFull),
        ("552 5.3.4 too big", Cause::TooLarge),
        ("554 5.7.1 Message rejected: virus found", Cause::Content),
        (
            "550 5.7.26 Unauthenticated email from acme.example is not accepted due to domain's DMARC policy",
            Cause::SenderDomain,
        ),
        ("550 5.7.1 Service unavailable, Client host [127.0.1.1] blocked using Spamhaus", Cause::Ours),
        ("451 4.7.500 Server busy", Cause::Receiver),
        ("451 4.7.1 Greylisted, try again later", Cause::Receiver),
        ("450 something that nobody knows", Cause::Receiver),
        ("550 something that nobody knows", Cause::Unclear),
        ("421 closing", Cause::Receiver),
        ("no connection: refused", Cause::Receiver),
        ("", Cause::Receiver),
    ];
    let found = table.map(|(words, _)| (words, Cause::of_words(words)));
    assert_eq!(found, table);
}

#[test]
fn a_park_shows_its_cause() {
    let text = || "x".to_owned();
    let refused = |category, owner| ParkReason::Refused {
        stage: Stage::Rcpt,
        host: text(),
        reply: "550 5.1.1 nobody".to_owned(),
        category,
        owner,
        source: None,
    };
    let table = [
        // A record of an earlier version says nothing but the words.
        (refused(None, None), Cause::UnknownRecipient),
        (refused(Some(Category::IpListed), Some(Owner::OurAddress)), Cause::Ours),
        (refused(Some(Category::MailboxUnknown), Some(Owner::TenantSetup)), Cause::TenantSetup),
        // No source may be used: nobody was asked, and it is ours nevertheless.
        (refused(None, Some(Owner::OurAddress)), Cause::Ours),
        (ParkReason::Loop { detail: text() }, Cause::Loop),
        (ParkReason::Policy { detail: text() }, Cause::Held),
        (ParkReason::Damaged { detail: text() }, Cause::Held),
        (ParkReason::Operator { by: text(), note: text() }, Cause::Held),
    ];
    for (reason, expected) in table {
        assert_eq!(Cause::of_park(&reason), expected, "{reason:?}");
    }
}
