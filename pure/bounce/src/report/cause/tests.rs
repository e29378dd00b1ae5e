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
        ("554 5.6.0 corrupt content", Cause::Content),
        ("554 5.4.6 hop count exceeded", Cause::Loop),
        ("550 5.7.1 no", Cause::Unclear),
        ("550 go away", Cause::Unclear),
        ("451 4.7.500 busy", Cause::Receiver),
        ("421 closing", Cause::Receiver),
        ("no connection: refused", Cause::Receiver),
        ("", Cause::Receiver),
    ];
    for (words, expected) in table {
        assert_eq!(Cause::of_words(words), expected, "{words}");
    }
}

#[test]
fn a_park_shows_its_cause() {
    let text = || "x".to_owned();
    let refused = ParkReason::Refused {
        stage: Stage::Rcpt,
        host: text(),
        reply: "550 5.1.1 nobody".to_owned(),
        category: None,
        owner: None,
    };
    let table = [
        (refused, Cause::UnknownRecipient),
        (ParkReason::Loop { detail: text() }, Cause::Loop),
        (ParkReason::Policy { detail: text() }, Cause::Held),
        (ParkReason::Damaged { detail: text() }, Cause::Held),
        (ParkReason::Operator { by: text(), note: text() }, Cause::Held),
    ];
    for (reason, expected) in table {
        assert_eq!(Cause::of_park(&reason), expected, "{reason:?}");
    }
}
