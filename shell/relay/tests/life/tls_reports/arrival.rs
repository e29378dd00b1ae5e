//! A day passes on a simulated clock: its report arrives by mail, signed, and by POST, and says the same in both.

use super::hosts::Web;
use super::{OWN, wishes};
use crate::dkim::records as keys;
use crate::node::{KIM, Node, WAIT, Wishes, plain};
use model::{Duration, Timestamp};
use playground::dns::Answer;
use playground::peers::{dkimpy, opendkim};
use playground::{Arrived, wall_clock};
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use tlspolicy::report::Day;

const DOMAIN: &str = "customer.example";
/// Where the fake Exchange takes mail of strangers.
const READER: &str = "reports@acme.example";

/// Header fields, and the attached report, as Python reads them; then the posted one.
fn python(mail: &[u8], posted: &[u8]) -> String {
    const SCRIPT: &str = "
import email, email.policy, gzip, json, sys
length = int(sys.argv[1])
data = sys.stdin.buffer.read()
message = email.message_from_bytes(data[:length], policy=email.policy.default)
print('defects', sum(len(part.defects) for part in message.walk()))
print('type', message.get_content_type(), message.get_param('report-type'))
for name in ['From', 'To', 'Subject', 'TLS-Report-Domain', 'TLS-Report-Submitter']:
    print(name + ':', message[name])
part = list(message.iter_parts())[1]
print('part', part.get_content_type(), part.get_filename())
report = json.loads(gzip.decompress(part.get_content()))
print('same', report == json.loads(gzip.decompress(data[length:])))
print('range', report['date-range']['start-datetime'][10:], report['date-range']['end-datetime'][10:])
print('who', report['organization-name'], report['contact-info'], report['report-id'][10:])
for one in report['policies']:
    print('policy', one['policy']['policy-type'], one['policy']['policy-domain'], list(one['summary'].values()))
";
    let mut python = Command::new("python3")
        .args(["-X", "utf8", "-c", SCRIPT, &mail.len().to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(&[mail, posted].concat()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

fn reports(node: &Node) -> Vec<Arc<Arrived>> {
    let is_report = |one: &Arc<Arrived>| String::from_utf8_lossy(&one.data).contains("TLS-Report-Domain:");
    node.playground.mailbox().into_iter().filter(is_report).collect()
}

/// Of a day that is over: verifiers take no signature from the future.
fn noon() -> Timestamp {
    Day::of(wall_clock()).begins() - Duration::from_secs(36 * 3_600)
}

async fn deliver_here(wishes: Wishes) -> Node {
    let node = Node::start(Wishes { begins: Some(noon()), ..wishes }).await;
    let dns = node.playground.dns();
    dns.remove(DOMAIN);
    dns.add(DOMAIN, Answer::Mx { preference: 10, host: "mx.customer.example".to_owned() });
    dns.add("mx.customer.example", Answer::Address(node.playground.exchange_address().ip()));
    node
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_arrives_by_mail_signed_and_by_post_and_python_reads_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let mut web = Web::bind().await;
    let node = deliver_here(wishes(folder.path())).await;
    let dns = node.playground.dns();
    let url = format!("https://reports.{DOMAIN}:{}/tlsrpt", web.port);
    let record = format!("v=TLSRPTv1; rua=mailto:{READER},{url}");
    dns.add(&format!("_smtp._tls.{DOMAIN}"), Answer::Text(record));
    dns.add(&format!("reports.{DOMAIN}"), Answer::Address([127, 0, 7, 250].into()));
    web.serve(&node, &[&format!("reports.{DOMAIN}")]);
    node.send(&[KIM], &plain("first", "before the restart")).await;
    node.wait(|figures| figures.delivered == 1).await;
    // In the middle of the day.
    let node = node.restart_at(noon() + Duration::from_secs(3_600)).await;
    node.send(&[KIM], &plain("second", "behind it")).await;
    node.wait(|figures| figures.delivered == 2).await;
    assert!(reports(&node).is_empty(), "the day is not over");
    // The next day, when every report of the day before is due.
    let node = node.restart_at(noon() + Duration::from_secs(18 * 3_600)).await;
    let posted = web.posted(1).await.remove(0);
    node.wait(|figures| figures.arrived == 3).await;
    node.wait_for_queue(<[_]>::is_empty).await;
    let report = reports(&node).remove(0);
    assert_eq!((report.mail_from.as_str(), report.rcpt_to.as_slice()), ("", [READER.to_owned()].as_slice()));
    assert_eq!((posted.0.as_str(), posted.1.as_str()), ("/tlsrpt", "application/tlsrpt+gzip"));
    let heard = python(&report.data, &posted.2);
    for line in [
        "defects 0",
        "type multipart/report tlsrpt",
        "From: tlsrpt@relay.example",
        "To: reports@acme.example",
        "TLS-Report-Domain: customer.example",
        "TLS-Report-Submitter: relay.example",
        "same True",
        "range T00:00:00Z T23:59:59Z",
        "who Relay Example postmaster@relay.example .customer.example@in.eu.relay.example",
        "policy no-policy-found customer.example [2, 0]",
    ] {
        assert!(heard.lines().any(|heard| heard.trim_end() == line), "{line} in\n{heard}");
    }
    assert!(
        heard.contains("Subject: Report Domain: customer.example Submitter: relay.example Report-ID: <"),
        "{heard}"
    );
    assert!(heard.contains("part application/tlsrpt+gzip relay.example!customer.example!"), "{heard}");
    is_signed(report.data.to_vec()).await;
    assert_eq!((node.metrics.tls_reports_sent.get(), node.metrics.tls_reports_failed.get()), (2, 0));
    let shown = node.relay.operator().tls_reports(Some(DOMAIN)).await.unwrap();
    assert_eq!((shown.len(), shown[0].told.len(), shown[0].closed), (1, 2, true), "{shown:#?}");
    // Nothing is told twice, and the report's own session is in no report.
    let node = node.restart_at(noon() + Duration::from_secs(19 * 3_600)).await;
    node.send(&[KIM], &plain("third", "the next day")).await;
    node.wait(|figures| figures.delivered == 3).await;
    assert_eq!((reports(&node).len(), web.posted(1).await.len()), (1, 1));
    let today = tokio::time::timeout(WAIT, async {
        loop {
            let shown = node.relay.operator().tls_reports(Some(DOMAIN)).await.unwrap();
            if let Some(today) = shown.into_iter().find(|one| !one.closed) {
                return today;
            }
            tokio::task::yield_now().await;
        }
    });
    assert_eq!(today.await.unwrap().successes, 1);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_to_a_sender_is_signed_in_the_name_of_the_house() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(Wishes { edits: Vec::new(), ..wishes(folder.path()) }).await;
    let refuse = playground::ScriptRule {
        recipient: Some("nobody@acme.example".to_owned()),
        ..playground::ScriptRule::new(
            model::Stage::Rcpt,
            playground::Turns::Always,
            playground::Act::Reply(
                "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP address lookup".to_owned(),
            ),
        )
    };
    node.playground.script(refuse);
    node.send(&["nobody@acme.example"], &plain("refused", "comes back")).await;
    node.wait(|figures| figures.arrived == 1).await;
    let report = node.playground.mailbox().remove(0);
    let text = String::from_utf8_lossy(&report.data).into_owned();
    assert!(text.contains("From: Mail Delivery System <MAILER-DAEMON@relay.example>"), "{text}");
    assert!(text.contains("Reporting-MTA: dns; in.eu.relay.example"), "{text}");
    is_signed(report.data.to_vec()).await;
    node.stop().await;
}

/// By the key of the house, as dkimpy and opendkim see it; not any more when it is changed.
async fn is_signed(message: Vec<u8>) {
    let head = String::from_utf8_lossy(&message).into_owned();
    assert!(head.contains(&format!("d={OWN}; s=r1;")), "{head}");
    let (_, record) = keys().remove(0);
    let records = vec![(format!("r1._domainkey.{OWN}"), record)];
    let checked = tokio::task::spawn_blocking(move || {
        let changed = [message.as_slice(), b"more\r\n"].concat();
        for (message, holds) in [(message, true), (changed, false)] {
            let said =
                [dkimpy(&[&message], &records).unwrap().remove(0), opendkim(&message, &records).unwrap()];
            assert!(said.iter().all(|one| one.len() == 1 && one[0].is_ok() == holds), "{said:#?}");
        }
    });
    checked.await.unwrap();
}
