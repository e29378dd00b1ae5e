//! What other vendors say, told by rule.

use super::*;
use ::vendor::{AlertRule, Given, Severity};

const SEED: &[u8] = include_bytes!("../../../../../pure/vendor/tests/fixtures/statuspage/seed.json");
const OPS: &str = "ops@relay.example";

fn told(id: &str, at: Timestamp) -> VendorNews {
    let mut document = ::vendor::read(SEED, &Given::at(at)).unwrap();
    VendorNews {
        id: id.to_owned(),
        vendor: "xink".to_owned(),
        page: "Xink".to_owned(),
        state: document.state(),
        incident: document.incidents.remove(0),
        is_first: true,
        is_imported: false,
        at,
    }
}

fn rule(severity: Severity) -> AlertRule {
    AlertRule { vendors: vec!["xink".to_owned()], severity: Some(severity), ..AlertRule::default() }
}

#[tokio::test]
async fn a_rule_is_told_by_mail_and_webhook_once_and_readers_of_the_page_hear_nothing() {
    let (directory, mailbox) = (tempfile::tempdir().unwrap(), Mailbox::start().await);
    let web = Web::start([]).await;
    let slack = Web::start([]).await;
    let set = Set::new(directory.path(), Some(&mailbox), SCALE);
    let running = set.start().await;
    running.with_kim(&mailbox, "about=all").await;
    running.subscriptions.ask_vendors(OPS, ::incident::Language::En, rule(Severity::Major)).unwrap();
    let link = mailbox.wait(2).await.remove(1).link("/subscription/c-");
    assert_eq!(request(running.page, "POST", &link, "", &[]).await.status, 200);
    let hook = (web.url.clone(), HookKind::Statuspage);
    running.subscriptions.add_vendor_hook(hook, None, rule(Severity::Minor)).await.unwrap();
    let critical = (slack.url.clone(), HookKind::Slack);
    running.subscriptions.add_vendor_hook(critical, None, rule(Severity::Critical)).await.unwrap();

    running.subscriptions.tell_vendor(told("vendor/xink/a", running.clock.now())).unwrap();
    let letter = mailbox.wait(3).await.remove(2);
    let call = web.wait(1).await.remove(0);
    assert_eq!(letter.to, OPS);
    assert!(
        letter.header("Subject").contains("Xink: Server-side Mail delivery issue - EU Server"),
        "{}",
        letter.header("Subject")
    );
    let text = letter.text();
    for part in
        ["Postmortem", "Major", "EU > Server-side (Re-routing)", "https://stspg.io/hyqqclffhz4k", "***@"]
    {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let document: serde_json::Value = serde_json::from_str(&call.body).unwrap();
    assert_eq!((&document["page"]["id"], &document["incident"]["impact"]), (&"xink".into(), &"major".into()));
    assert_eq!(document["incident"]["incident_updates"][0]["status"], "postmortem");
    running.until("letters wait", |running| running.subscriptions.waiting() == 0).await;
    // Kim's page says nothing of it, and what is critical alone was not told.
    assert_eq!((mailbox.letters().len(), slack.calls().len()), (3, 0));
    running.say("update-one", Phase::Investigating, 0);
    let own = mailbox.wait(4).await.remove(3);
    running.until("letters wait", |running| running.subscriptions.waiting() == 0).await;
    assert_eq!((own.to.as_str(), mailbox.letters().len(), web.calls().len()), (KIM, 4, 1));
    running.stop().await;

    // The same news after a start is told to nobody.
    let again = set.start().await;
    again.subscriptions.tell_vendor(told("vendor/xink/a", again.clock.now())).unwrap();
    again.subscriptions.tell_vendor(told("vendor/xink/b", again.clock.now())).unwrap();
    web.wait(2).await;
    again.until("letters wait", |again| again.subscriptions.waiting() == 0).await;
    assert_eq!((mailbox.wait(5).await.len(), web.calls().len()), (5, 2));
    again.stop().await;
}

/// A subscriber by mail with a rule, one letter in, and its link that changes the rule.
async fn with_ops(running: &Running, mailbox: &Mailbox) -> String {
    let known = [("xink", Some("Xink")), ("gmail", None)];
    let known =
        known.map(|(name, page)| WatchedVendor { name: name.to_owned(), page: page.map(str::to_owned) });
    running.subscriptions.know_vendors(known.into());
    running.subscriptions.ask_vendors(OPS, ::incident::Language::En, rule(Severity::Major)).unwrap();
    let asked = mailbox.wait(1).await.remove(0);
    assert!(asked.header("Subject").contains("Alerts on other vendors"), "{}", asked.header("Subject"));
    assert!(asked.text().contains("xink") && asked.text().contains("Major"), "{}", asked.text());
    request(running.page, "POST", &asked.link("/subscription/c-"), "", &[]).await;
    running.subscriptions.tell_vendor(told("vendor/xink/a", running.clock.now())).unwrap();
    mailbox.wait(2).await.remove(1).link("/subscription/m-")
}

fn kept(running: &Running) -> AlertRule {
    match running.subscriptions.all().remove(0).wanted {
        Wanted::Vendors(rule) => *rule,
        other @ (Wanted::All | Wanted::Parts(_)) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_reader_sees_and_changes_the_rule_and_what_is_wrong_is_said_and_changes_nothing() {
    let (directory, mailbox) = (tempfile::tempdir().unwrap(), Mailbox::start().await);
    let set = Set::new(directory.path(), Some(&mailbox), SCALE);
    let running = set.start().await;
    let manage = with_ops(&running, &mailbox).await;
    let shown = request(running.page, "GET", &manage, "", &[]).await;
    for part in
        ["value=\"xink\" checked> Xink", "value=\"gmail\"> gmail", "value=\"major\" checked", "name=\"word\""]
    {
        assert!(shown.body.contains(part), "{part} is not in\n{}", shown.body);
    }
    let wrong = "action=save&about=some&severity=grave&word=%3Cb%3E&language=de";
    let refused = request(running.page, "POST", &manage, wrong, &[]).await;
    assert_eq!(refused.status, 400);
    for part in ["role=\"alert\"", "choose at least one", "choose one of the four", "&lt;b&gt;"] {
        assert!(refused.body.contains(part), "{part} is not in\n{}", refused.body);
    }
    assert_eq!(kept(&running), rule(Severity::Major));
    let right = "action=save&about=some&vendor=gmail&vendor=xink&severity=any&region=EU%0D%0AUS&word=spamhaus&language=de";
    assert_eq!(request(running.page, "POST", &manage, right, &[]).await.status, 200);
    let list = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    let expected = AlertRule {
        vendors: list(&["gmail", "xink"]),
        regions: list(&["EU", "US"]),
        words: list(&["spamhaus"]),
        ..AlertRule::default()
    };
    assert_eq!(kept(&running), expected);
    running.subscriptions.tell_vendor(told("vendor/xink/b", running.clock.now())).unwrap();
    let letter = mailbox.wait(3).await.remove(2).text();
    for part in [
        "Stand:       Nachbericht",
        "Auswirkung:  Erheblich",
        "Gemeldet:    22. Oktober 2024, 00:38",
        "Gesehen:",
    ] {
        assert!(letter.contains(part), "{part} is not in\n{letter}");
    }
    running.stop().await;
}

#[tokio::test]
async fn a_rule_is_never_turned_into_the_page_and_one_that_says_nothing_is_refused() {
    let (directory, mailbox) = (tempfile::tempdir().unwrap(), Mailbox::start().await);
    let set = Set::new(directory.path(), Some(&mailbox), SCALE);
    let running = set.start().await;
    let manage = with_ops(&running, &mailbox).await;
    request(running.page, "POST", &manage, "action=save&about=all&severity=any&language=de", &[]).await;
    assert_eq!(kept(&running), AlertRule::default(), "everything of vendors, and nothing of ours");
    let empty = AlertRule { words: vec![" ".to_owned()], ..AlertRule::default() };
    let refused = running.subscriptions.ask_vendors(OPS, ::incident::Language::En, empty);
    assert!(matches!(refused, Err(SubscribeError::Rule(_))), "{refused:?}");
    running.stop().await;
}
