//! What senders and tenants are told: by which way it comes, and that other parsers read it as we do.

use crate::ingress::talk;
use crate::node::{ANNA, KIM, Node, SOURCES, WAIT, Wishes, plain, text};
use model::{Discard, Duration, Final, Outcome, Stage};
use playground::dns::Answer;
use playground::peers::Postfix;
use playground::{Act, Arrived, AttributedBy, ScriptRule, Turns};
use relay::Patience;
use spool::{Event, Phase};
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr};
use std::process::{Command, Stdio};
use std::sync::Arc;

const NOTICE_SOURCE: [u8; 4] = [127, 0, 1, 9];
const NOBODY: &str = "nobody@acme.example";

fn refuse(recipient: &str, words: &str) -> ScriptRule {
    let act = Act::Reply(words.to_owned());
    ScriptRule { recipient: Some(recipient.to_owned()), ..ScriptRule::new(Stage::Rcpt, Turns::Always, act) }
}

fn refuse_nobody() -> ScriptRule {
    refuse(NOBODY, "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP address lookup")
}

/// Anna sends with these parameters, past the fake Exchange.
async fn send_with(node: &Node, mail: &str, recipients: &[&str]) {
    let mut flights = vec!["EHLO mail.acme.example\r\n".to_owned(), format!("MAIL FROM:{mail}\r\n")];
    flights.extend(recipients.iter().map(|recipient| format!("RCPT TO:{recipient}\r\n")));
    flights.push("DATA\r\n".to_owned());
    flights.push(String::from_utf8(plain("asked", "with parameters")).unwrap() + ".\r\n");
    let flights: Vec<&str> = flights.iter().map(String::as_str).collect();
    let heard = talk(node.address(), &flights).await;
    assert!(heard.contains("250 2.0.0 queued as "), "{heard}");
}

fn reports(node: &Node) -> Vec<Arc<Arrived>> {
    node.playground.mailbox().into_iter().filter(|one| one.mail_from.is_empty()).collect()
}

/// The fields of the second part and the types of all parts, as Python's `email` reads them.
fn python(bytes: &[u8]) -> String {
    const SCRIPT: &str = "
import email, email.policy, sys
message = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
print('defects', sum(len(part.defects) for part in message.walk()))
print('subject', message['Subject'])
print('auto', message['Auto-Submitted'], message.get_content_type(), message.get_param('report-type'))
for part in message.iter_parts():
    print('part', part.get_content_type())
    if part.get_content_type() == 'message/delivery-status':
        for group in part.get_payload():
            for name, value in group.items():
                print(name + ':', value)
print(next(message.iter_parts()).get_content())
";
    let mut python = Command::new("python3")
        .args(["-X", "utf8", "-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

fn lines_are_in(heard: &str, lines: &[&str]) {
    for line in lines {
        assert!(heard.lines().any(|heard| heard == *line), "{line} in\n{heard}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_comes_from_the_notice_source_by_the_exchanger_and_python_reads_it() {
    let node = Node::start(Wishes { notice_source: Some(NOTICE_SOURCE), ..Wishes::default() }).await;
    node.playground.script(refuse_nobody());
    let nobody = format!("<{NOBODY}> ORCPT=rfc822;no+2Bbody@acme.example");
    send_with(&node, &format!("<{ANNA}> ENVID=QQ+3D1 RET=HDRS"), &[&format!("<{KIM}>"), &nobody]).await;
    node.wait(|figures| figures.arrived >= 2).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    let report = reports(&node).remove(0);
    assert_eq!(report.peer, Some(IpAddr::from(NOTICE_SOURCE)));
    assert_eq!(report.rcpt_to, [ANNA]);
    // Ordinary incoming mail: not by the tenant's certificate, encrypted nevertheless.
    assert_eq!(report.attribution.as_ref().unwrap().by, AttributedBy::RcptTo);
    assert!(report.tls.is_some());
    let heard = python(&report.data);
    lines_are_in(
        &heard,
        &[
            "defects 0",
            "subject Nicht zugestellt: asked",
            "auto auto-replied multipart/report delivery-status",
            "part text/plain",
            "part message/delivery-status",
            "part text/rfc822-headers",
            "Reporting-MTA: dns; in.eu.relay.example",
            "Original-Envelope-Id: QQ=1",
            "Received-From-MTA: dns; mail.acme.example",
            "Original-Recipient: rfc822; no+body@acme.example",
            "Final-Recipient: rfc822; nobody@acme.example",
            "Action: failed",
            "Status: 5.1.10",
            "Remote-MTA: dns; acme-example.mail.protection.outlook.com",
            "  <nobody@acme.example>",
        ],
    );
    assert!(!heard.contains(KIM), "{heard}");
    let mail = node.playground.mailbox().into_iter().find(|one| !one.mail_from.is_empty()).unwrap();
    assert!(SOURCES.iter().any(|source| mail.peer == Some(IpAddr::from(*source))));
    assert_eq!((node.metrics.reports_failed.get(), node.metrics.ndr_ours.get()), (1, 0));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postfix_as_exchanger_takes_a_report() {
    let postfix = tokio::task::spawn_blocking(Postfix::start).await.unwrap().unwrap();
    let wishes = Wishes { exchanger_port: Some(postfix.address().port()), ..Wishes::default() };
    let node = Node::start(wishes).await;
    let dns = node.playground.dns();
    dns.remove("acme.example");
    dns.add("acme.example", Answer::Mx { preference: 10, host: "mx.acme.example".to_owned() });
    dns.add("mx.acme.example", Answer::Address(Ipv4Addr::LOCALHOST.into()));
    node.playground.script(refuse_nobody());
    node.send(&[NOBODY], &plain("postfix", "as exchanger")).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    let (arrived, postfix) = tokio::task::spawn_blocking(move || {
        postfix.wait_for(1, WAIT).unwrap();
        (postfix.arrived().unwrap(), postfix)
    })
    .await
    .unwrap();
    let [report] = arrived.as_slice() else { panic!("{}", postfix.log()) };
    let heard = python(report);
    lines_are_in(&heard, &["defects 0", "Action: failed", "Final-Recipient: rfc822; nobody@acme.example"]);
    assert!(String::from_utf8_lossy(report).contains("Return-Path: <>"), "{heard}");
    assert_eq!(reports(&node).len(), 0);
    tokio::task::spawn_blocking(move || drop(postfix)).await.unwrap();
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exchanger_that_refuses_us_leaves_the_report_to_the_smart_host() {
    let refusing = "smtpd_client_restrictions = reject\n";
    let postfix = tokio::task::spawn_blocking(move || Postfix::start_with(refusing)).await.unwrap().unwrap();
    let wishes = Wishes { exchanger_port: Some(postfix.address().port()), ..Wishes::default() };
    let node = Node::start(wishes).await;
    let dns = node.playground.dns();
    dns.remove("acme.example");
    dns.add("acme.example", Answer::Mx { preference: 10, host: "mx.acme.example".to_owned() });
    dns.add("mx.acme.example", Answer::Address(Ipv4Addr::LOCALHOST.into()));
    node.playground.script(refuse_nobody());
    node.send(&[NOBODY], &plain("refused", "by the exchanger")).await;
    node.wait(|figures| figures.reports_in == 1).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    // Each of our addresses once.
    assert_eq!(postfix.log().matches("Client host rejected").count(), SOURCES.len(), "{}", postfix.log());
    tokio::task::spawn_blocking(move || drop(postfix)).await.unwrap();
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exchanger_out_of_reach_is_passed_over_after_half_an_hour() {
    let wishes = Wishes { time_scale: 600, retry: vec![Duration::from_secs(300)], ..Wishes::default() };
    let node = Node::start(wishes).await;
    let dns = node.playground.dns();
    dns.remove("acme.example");
    dns.add("acme.example", Answer::Mx { preference: 10, host: "gone.acme.example".to_owned() });
    node.playground.script(refuse_nobody());
    node.send(&[NOBODY], &plain("gone", "exchanger")).await;
    node.wait(|figures| figures.reports_in == 1).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    assert!(dns.queries("gone.acme.example", "A") >= 2);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn success_is_the_next_hops_to_tell_where_it_offers_dsn() {
    let node = Node::start(Wishes::default()).await;
    let kim = format!("<{KIM}> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;{KIM}");
    send_with(&node, &format!("<{ANNA}> RET=FULL ENVID=QQ1"), &[&kim]).await;
    node.wait(|figures| figures.arrived == 1).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    let arrived = node.playground.mailbox().remove(0);
    let socket = String::from_utf8_lossy(&arrived.raw_socket_bytes).into_owned();
    assert!(socket.contains(&format!("RCPT TO:{kim}\r\n")), "{socket}");
    assert!(socket.contains(" RET=FULL ENVID=QQ1\r\n"), "{socket}");
    assert_eq!(node.metrics.reports_relayed.get(), 0);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn success_is_told_as_relayed_where_the_next_hop_offers_no_dsn() {
    let mut wishes = Wishes::default();
    wishes.playground.inbound.dsn = false;
    let node = Node::start(wishes).await;
    let kim = format!("<{KIM}> NOTIFY=SUCCESS");
    send_with(&node, &format!("<{ANNA}> RET=FULL"), &[&kim, "<jo@customer.example>"]).await;
    node.wait(|figures| figures.arrived == 2).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    let report = reports(&node).remove(0);
    let heard = python(&report.data);
    lines_are_in(
        &heard,
        &["defects 0", "subject Weitergegeben: asked", "Action: relayed", "part text/rfc822-headers"],
    );
    assert!(heard.contains("Status: 2.") && !heard.contains("jo@customer.example"), "{heard}");
    assert_eq!(node.metrics.reports_relayed.get(), 1);
    // A crash must not leave the report of a delivery that is not on record and may happen again.
    let records = node.records().await;
    let ended = records.iter().position(|record| matches!(record.event, Event::Outcomes { .. }));
    let is_report =
        |event: &Event| matches!(event, Event::Accepted { message, .. } if message.about.is_some());
    let told = records.iter().position(|record| is_report(&record.event));
    assert!(ended < told && ended.is_some(), "{ended:?} {told:?}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_no_report_gets_none_and_the_end_is_recorded() {
    let node = Node::start(Wishes::default()).await;
    node.playground.script(refuse_nobody());
    send_with(&node, &format!("<{ANNA}>"), &[&format!("<{NOBODY}> NOTIFY=NEVER")]).await;
    send_with(&node, &format!("<{ANNA}>"), &[&format!("<{NOBODY}> NOTIFY=SUCCESS,DELAY")]).await;
    send_with(&node, "<>", &[&format!("<{NOBODY}>")]).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    let records = node.records().await;
    let ends = records.into_iter().filter_map(|record| {
        let Event::Outcomes { outcomes } = record.event else { return None };
        Some(outcomes)
    });
    let mut because: Vec<Discard> = Vec::new();
    for (_, end) in ends.flatten() {
        let Final::Discarded { because: why, .. } = end else { panic!("{end:?}") };
        because.push(why);
    }
    because.sort_by_key(|because| *because == Discard::NullSender);
    assert_eq!(because, [Discard::NotifyNever, Discard::NotifyNever, Discard::NullSender]);
    assert_eq!((node.playground.figures().arrived, node.metrics.reports_failed.get()), (0, 0));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_its_reader_does_not_exist_for_ends_as_a_discard() {
    let node = Node::start(Wishes::default()).await;
    node.playground.script(refuse("@acme.example", "550 5.1.1 nobody here"));
    send_with(&node, &format!("<{ANNA}>"), &[&format!("<{NOBODY}>")]).await;
    node.wait_for_queue(|queue| queue.is_empty() && node.metrics.discarded.get() == 1).await;
    assert_eq!((node.metrics.reports_failed.get(), node.metrics.accepted.get()), (1, 1));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_is_told_once_and_not_again_after_a_restart() {
    let patience = Patience { sender: Duration::from_millis(200), ..Patience::default() };
    let patience = Patience { tenant: Duration::from_millis(200), ..patience };
    let mut node = Node::start(Wishes { patience, ..Wishes::default() }).await;
    node.playground.script(refuse("@customer.example", "451 4.3.0 Not now"));
    send_with(&node, &format!("<{ANNA}>"), &[&format!("<{KIM}>")]).await;
    node.wait(|figures| figures.reports_in == 1).await;
    let report = reports(&node).remove(0);
    let heard = python(&report.data);
    lines_are_in(&heard, &["defects 0", "Action: delayed", "Status: 4.3.0", "subject Verzögert: asked"]);
    assert!(heard.contains("Will-Retry-Until: "), "{heard}");
    node = node.restart().await;
    let waits = |queue: &[spool::QueueEntry]| queue.iter().any(|one| one.tries >= 1 && one.about.is_none());
    let tries = node.wait_for_queue(waits).await[0].tries;
    node.wait_for_queue(|queue| queue.iter().any(|one| one.tries > tries + 6)).await;
    node.playground.clear_script();
    node.wait(|figures| figures.delivered == 1).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    assert_eq!((reports(&node).len(), node.metrics.reports_delayed.get()), (1, 1));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_is_told_to_the_tenant_once_and_its_end_too() {
    let patience = Patience { tenant: Duration::from_millis(400), ..Patience::default() };
    let notice_source = Some(NOTICE_SOURCE);
    let node = Node::start(Wishes { patience, notice_source, ..Wishes::default() }).await;
    for source in SOURCES {
        node.playground.dns().list(Ipv4Addr::from(source), Ipv4Addr::new(127, 0, 0, 2));
    }
    for number in 0..3 {
        node.send(&[KIM], &plain(&format!("n{number}"), "waits")).await;
    }
    let is_parked = |one: &spool::QueueEntry| one.phase == Phase::Parked;
    let queue = node.wait_for_queue(|queue| queue.iter().filter(|one| is_parked(one)).count() == 3).await;
    // A person is called once, and finds how many there are among the tenant's hints.
    let hints = node.relay.hints().of(Some(&"acme".parse().unwrap()));
    let parked = hints.iter().filter(|hint| hint.text.starts_with("mail is parked: "));
    assert!(parked.map(|hint| hint.count).sum::<u64>() >= 3 && node.metrics.alarms.get() == 1, "{hints:?}");
    node.wait(|figures| figures.arrived == 1).await;
    let notice = reports(&node).remove(0);
    assert_eq!(notice.rcpt_to, ["postmaster@acme.example"]);
    assert_eq!(notice.peer, Some(IpAddr::from(NOTICE_SOURCE)));
    // The oldest was refused, or found every source taken out by what another had met: it is ours either way.
    assert!(text(&notice).contains("Der Fehler liegt bei uns"), "{}", text(&notice));
    for source in SOURCES {
        node.playground.dns().unlist(Ipv4Addr::from(source));
    }
    node.give_back();
    node.wait(|figures| figures.arrived == 5).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    assert_eq!((reports(&node).len(), node.metrics.notices.get()), (2, 2));
    assert!(queue.iter().all(|one| one.outcomes.iter().all(|outcome| *outcome == Outcome::Pending)));
    node.stop().await;
}
