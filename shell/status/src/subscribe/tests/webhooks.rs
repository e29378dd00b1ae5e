//! Webhooks: signed, called again, left alone when dead.

use super::*;

#[tokio::test]
async fn a_webhook_that_fails_is_called_again_with_the_same_signed_document() {
    let directory = tempfile::tempdir().unwrap();
    let web = Web::start(["500 Oops", "302 Found"]).await;
    let set = Set::new(directory.path(), None, SCALE);
    let running = set.start().await;
    let added =
        running.subscriptions.add_hook((web.url.clone(), HookKind::Statuspage), None, &[]).await.unwrap();
    running.say("update-one", Phase::Investigating, 0);
    let calls = web.wait(3).await;
    running.until("a call waits", |running| running.subscriptions.waiting() == 0).await;
    assert_eq!(web.calls().len(), 3);
    let Way::Hook { secret, .. } = added.way else { panic!("it is a webhook") };
    let event = |call: &Heard| call.header("x-signpost-event");
    assert_eq!(calls.iter().map(event).collect::<BTreeSet<_>>(), BTreeSet::from(["update-one".to_owned()]));
    for call in &calls {
        let at = call.header("x-signpost-timestamp").parse().unwrap();
        assert_eq!(call.header("x-signpost-signature"), hook::sign(&secret, at, call.body.as_bytes()));
    }
    let document: serde_json::Value = serde_json::from_str(&calls[2].body).unwrap();
    assert_eq!(document["incident"]["id"], "abcdefghijkl");
    assert_eq!(document["incident"]["incident_updates"][0]["body"], "What update-one says.");
    assert_eq!(document["incident"]["components"][0]["name"], "Intake");
    assert_eq!(document["page"]["status_indicator"], "none");
    assert!(document["meta"]["unsubscribe"].as_str().unwrap().contains("/subscription/m-"));
    running.stop().await;
}

#[tokio::test]
async fn a_change_of_a_component_is_told_to_machines_and_slack_is_spared() {
    let directory = tempfile::tempdir().unwrap();
    let (web, slack) = (Web::start([]).await, Web::start([]).await);
    let set = Set::new(directory.path(), None, SCALE);
    let running = set.start().await;
    running.subscriptions.add_hook((web.url.clone(), HookKind::Statuspage), None, &[]).await.unwrap();
    running.subscriptions.add_hook((slack.url.clone(), HookKind::Slack), None, &[]).await.unwrap();
    running.until("states are not seen", |running| running.subscriptions.book().states.len() == 2).await;
    let mut view = (*running.site.view()).clone();
    let now = running.clock.now();
    for part in &mut view.components {
        part.measured_at = Some(now);
    }
    view.components[0].state = State::MajorOutage;
    view.components[0].since = now;
    view.changed_at = now;
    running.site.show(view);
    let call = web.wait(1).await.remove(0);
    let document: serde_json::Value = serde_json::from_str(&call.body).unwrap();
    let update = &document["component_update"];
    assert_eq!(
        (update["old_status"].as_str(), update["new_status"].as_str()),
        (Some("operational"), Some("major_outage"))
    );
    assert_eq!(document["component"]["status"], "major_outage");
    running.say("update-one", Phase::Investigating, 0);
    let call = slack.wait(1).await.remove(0);
    let document: serde_json::Value = serde_json::from_str(&call.body).unwrap();
    let text = document["text"].as_str().unwrap();
    assert!(text.starts_with("*Investigating*: Microsoft refuses mail (Major)"), "{text}");
    running.until("a call waits", |running| running.subscriptions.waiting() == 0).await;
    assert_eq!(slack.calls().len(), 1);
    running.stop().await;
}

#[tokio::test]
async fn a_dead_webhook_is_left_alone_and_its_owner_is_written_to() {
    let (directory, mailbox) = (tempfile::tempdir().unwrap(), Mailbox::start().await);
    let web = Web::start(["500 Oops"; 50]).await;
    // Three days pass in thirteen seconds.
    let set = Set::new(directory.path(), Some(&mailbox), 20_000);
    let running = set.start().await;
    let contact = Some("owner@customer.example".to_owned());
    running.subscriptions.add_hook((web.url.clone(), HookKind::Statuspage), contact, &[]).await.unwrap();
    running.say("update-one", Phase::Investigating, 0);
    let letter = mailbox.wait(1).await.remove(0);
    assert_eq!(letter.to, "owner@customer.example");
    assert!(letter.text().contains("500"), "{}", letter.text());
    assert!(matches!(running.standing(0), Some(Standing::Quarantined { .. })));
    let calls = web.calls().len();
    running.say("update-two", Phase::Resolved, 0);
    running.until("something waits", |running| running.subscriptions.waiting() == 0).await;
    assert_eq!(web.calls().len(), calls);
    running.stop().await;
}
