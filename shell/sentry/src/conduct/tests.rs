use super::*;
use crate::tests::{Running, microsoft, refusal};
use crate::{Permit, PermitKind};
use model::Duration;

fn acme() -> TenantName {
    "acme".parse().unwrap()
}

fn ann() -> Address {
    "Ann@acme.example".parse().unwrap()
}

fn subject() -> Subject {
    Subject { tenant: acme(), sender: Some("ann@acme.example".to_owned()) }
}

/// Two hundred answers, of which a quarter says that the mailbox does not exist.
fn run_away(sentry: &Sentry) {
    let source = "eu-1".parse().unwrap();
    for number in 0..200 {
        let recipient: Address = format!("r{number}@partner.example").parse().unwrap();
        sentry.came(&acme(), Some(&ann()), [&recipient]);
        if number % 4 == 0 {
            sentry.met(&acme(), Some(&ann()), Category::MailboxUnknown, "550 5.1.1 no such user");
        } else {
            sentry.sent(&acme(), Some(&ann()), &source, 1);
        }
    }
}

fn may(sentry: &Sentry) -> May {
    sentry.conduct(&acme(), Some(&ann()), 1).may
}

#[tokio::test]
async fn a_held_sender_is_held_after_a_restart_with_its_figures() {
    let directory = tempfile::tempdir().unwrap();
    let running = Running::start(directory.path(), 1);
    run_away(&running.sentry);
    assert!(matches!(may(&running.sentry), May::Hold(_)));
    let before = running.sentry.sender(&acme(), Some("ann@acme.example")).unwrap();
    running.stop().await;

    let again = Running::start(directory.path(), 1);
    let May::Hold(held) = may(&again.sentry) else { panic!("it is free after a restart") };
    let reason = hold_reason(&held, again.sentry.0.clock.now());
    assert!(reason.contains("unknown mailboxes of"), "{reason}");
    assert!(reason.starts_with("the sender ann@acme.example of acme is held until "), "{reason}");
    let after = again.sentry.sender(&acme(), Some("ann@acme.example")).unwrap();
    assert_eq!((after.volume, after.seen_first), (before.volume, before.seen_first));
    again.stop().await;
}

#[tokio::test]
async fn the_journal_alone_keeps_a_hold() {
    let directory = tempfile::tempdir().unwrap();
    let running = Running::start(directory.path(), 1);
    run_away(&running.sentry);
    running.stop().await;
    // As after a kill: the histories of the last minutes are gone.
    std::fs::remove_file(directory.path().join("conduct-v1.jsonl")).unwrap();
    let again = Running::start(directory.path(), 1);
    assert!(matches!(may(&again.sentry), May::Hold(_)));
    again.stop().await;
}

#[tokio::test]
async fn a_permit_holds_after_its_record_and_wakes_those_who_wait() {
    let directory = tempfile::tempdir().unwrap();
    let running = Running::start(directory.path(), 1);
    run_away(&running.sentry);
    let mut given_back = running.sentry.given_back();
    let now = running.sentry.0.clock.now();
    let permit = Permit {
        kind: PermitKind::Allow,
        by: "kim".to_owned(),
        note: "asked her".to_owned(),
        since: now,
        until: now + Duration::from_secs(3600),
    };
    running.sentry.permit(&subject(), Some(permit));
    given_back.changed().await.unwrap();
    assert_eq!(may(&running.sentry), May::Go);
    let journal = std::fs::read_to_string(directory.path().join("journal-v1.jsonl")).unwrap();
    assert!(journal.contains(r#""kind":"allow","by":"kim""#), "{journal}");
    running.stop().await;
}

#[tokio::test]
async fn who_fed_a_listing_is_evidence_and_uses_only_its_own_sources() {
    let directory = tempfile::tempdir().unwrap();
    let running = Running::start(directory.path(), 1);
    run_away(&running.sentry);
    let mut events = running.sentry.events();
    running.sentry.refused(refusal("eu-1"));
    let blame = loop {
        if let Event::Evidence(Evidence { kind: Kind::Blame { sender, figures, .. }, id, .. }) =
            events.recv().await.unwrap()
        {
            break (sender, figures, id);
        }
    };
    assert_eq!(blame.0, "ann@acme.example");
    assert!(blame.1[0].contains("unknown mailboxes"), "{:?}", blame.1);
    assert!(running.sentry.evidence(blame.2).is_some());
    let conduct = running.sentry.conduct(&acme(), Some(&ann()), 1);
    assert_eq!(conduct.only, Some(vec!["eu-1".parse().unwrap()]));
    assert!(!conduct.is_clean);
    assert_eq!(running.sentry.tainted(), ["eu-1".parse().unwrap()]);
    let innocent = "ben@acme.example".parse().unwrap();
    assert_eq!(running.sentry.conduct(&acme(), Some(&innocent), 1), Conduct::of_a_report());
    running.stop().await;
}

#[tokio::test]
async fn one_list_alone_at_a_provider_blames_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let running = Running::start(directory.path(), 1);
    run_away(&running.sentry);
    let own_list = crate::Refusal { is_public: false, list: None, ..refusal("eu-1") };
    running.sentry.refused(own_list);
    assert!(matches!(running.sentry.allows(running.sentry.sources(), &microsoft())[0], guard::Use::Never(_)));
    assert_eq!(running.sentry.conduct(&acme(), Some(&ann()), 1).only, None);
    running.stop().await;
}

#[test]
fn words_of_a_trap_go_before_the_category() {
    assert_eq!(sign_of(Category::MailboxUnknown, "550 5.1.1 Spamtrap address"), Sign::Trap);
    assert_eq!(sign_of(Category::MailboxUnknown, "550 5.1.1 no such user"), Sign::Unknown);
    assert_eq!(sign_of(Category::ContentSpam, "550 5.7.1 spam"), Sign::Spam);
    assert_eq!(sign_of(Category::Policy, "550 5.7.1 not allowed"), Sign::Refused);
}
