//! Exchangers that others wrote: what is taken arrives as it was stamped, and who is refused is reported in the exchanger's own words.

use crate::node::{ANNA, KIM, Node, WAIT, Wishes, plain};
use playground::Mail;
use playground::dns::Answer;
use playground::peers::{EximServer, EximSettings, OpenSmtpd, PeerError, Postfix, PostfixSettings};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::task::spawn_blocking;

const NOBODY: &str = "nobody@customer.example";
/// Lines of a long text, some of which begin with a dot.
const LINES: usize = 20_000;

/// A mail system of somebody else.
trait Exchanger: Send + Sync + 'static {
    fn address(&self) -> SocketAddr;
    fn wait_for(&self, count: usize) -> Result<Vec<Vec<u8>>, PeerError>;
    fn log(&self) -> String;
}

macro_rules! exchangers {
    ($($server:ty),*) => {
        $(impl Exchanger for $server {
            fn address(&self) -> SocketAddr {
                self.address()
            }

            fn wait_for(&self, count: usize) -> Result<Vec<Vec<u8>>, PeerError> {
                self.wait_for(count, WAIT.into()).and_then(|_| self.arrived())
            }

            fn log(&self) -> String {
                self.log()
            }
        })*
    };
}

exchangers!(EximServer, OpenSmtpd, Postfix);

fn long(subject: &str) -> Vec<u8> {
    let lines = (0..LINES).map(|number| match number % 5 {
        0 => ".\r\n".to_owned(),
        1 => format!("..{number}\r\n"),
        2 => "Grüße\r\n".to_owned(),
        _ => format!("line {number}\r\n"),
    });
    let head = format!(
        "From: Anna Berg <{ANNA}>\r\nTo: {KIM}\r\nSubject: {subject}\r\nMessage-ID: <{subject}@acme.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    );
    (head + &lines.collect::<String>()).into_bytes()
}

/// Two messages at once to an exchanger that knows Kim and Anna; one of them to somebody whom it refuses with `words`, too.
async fn course(start: impl FnOnce() -> Result<Box<dyn Exchanger>, PeerError> + Send + 'static, words: &str) {
    let exchanger: Arc<dyn Exchanger> = spawn_blocking(start).await.unwrap().unwrap().into();
    let edits = vec![
        ("mode        = \"return\"", "mode        = \"deliver\""),
        ("tls         = \"verify\"", "tls = \"opportunistic\""),
    ];
    let wishes = Wishes { edits, exchanger_port: Some(exchanger.address().port()), ..Wishes::default() };
    let node = Node::start(wishes).await;
    for domain in ["customer.example", "acme.example"] {
        node.playground.dns().remove(domain);
        let mx = Answer::Mx { preference: 1, host: "mx.customer.example".to_owned() };
        node.playground.dns().add(domain, mx);
    }
    node.playground.dns().add("mx.customer.example", Answer::Address(Ipv4Addr::LOCALHOST.into()));
    let sent = |to: &[&str], raw: Vec<u8>| {
        let to = to.iter().map(|to| (*to).to_owned()).collect();
        node.playground.submit(Mail { from: ANNA.to_owned(), to, raw })
    };
    let (first, second) =
        tokio::join!(sent(&[KIM], long("long")), sent(&[KIM, NOBODY], plain("short", "one line")));
    first.and(second).unwrap();
    node.wait_for_queue(<[_]>::is_empty).await;
    let asked = exchanger.clone();
    // Kim's two, and Anna's report.
    let arrived = spawn_blocking(move || asked.wait_for(3)).await.unwrap().unwrap();
    let told: Vec<String> =
        arrived.iter().map(|one| String::from_utf8_lossy(one).replace("\r\n", "\n")).collect();
    assert_eq!(told.len(), 3, "{}", exchanger.log());
    // A report returns the subject, too.
    let (reports, mails): (Vec<&String>, Vec<&String>) =
        told.iter().partition(|one| one.contains("\nAction: failed\n"));
    let of =
        |subject: &str| mails.iter().find(|one| one.contains(&format!("\nSubject: {subject}\n"))).unwrap();
    for subject in ["long", "short"] {
        assert!(of(subject).contains("\nX-Signpost-Result: stamped"), "{subject}");
    }
    let original = String::from_utf8(long("long")).unwrap().replace("\r\n", "\n");
    let (_, body) = original.split_once("\n\n").unwrap();
    assert!(of("long").contains(body), "the text is another");
    let [report] = reports.as_slice() else { panic!("{reports:?}") };
    assert_eq!(report.matches("\nFinal-Recipient: ").count(), 1, "{report}");
    assert!(
        report.contains(&format!("\nFinal-Recipient: rfc822; {NOBODY}\n")) && report.contains(words),
        "{report}"
    );
    spawn_blocking(move || drop(exchanger)).await.unwrap();
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postfix_keeps_what_it_takes_and_its_refusal_is_passed_on() {
    let settings = PostfixSettings::keeping(
        "smtpd_recipient_restrictions = check_recipient_access inline:{{nobody@customer.example=550 5.1.1 User unknown in our table}}, permit\n",
    );
    course(move || Ok(Box::new(Postfix::start_as(&settings)?)), "User unknown in our table").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn exim_keeps_what_it_takes_and_its_refusal_is_passed_on() {
    let world = format!(
        "acl_world:\n  accept\n    recipients = {KIM} : {ANNA}\n  deny\n    message = Unrouteable address here\n"
    );
    let parts = vec![("main", "MAIN_ACL_CHECK_RCPT = acl_world\n".to_owned()), ("acl", world)];
    let settings = EximSettings { parts, ..EximSettings::default() };
    course(move || Ok(Box::new(EximServer::start_as(&settings)?)), "Unrouteable address here").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn opensmtpd_keeps_what_it_takes_and_its_refusal_is_passed_on() {
    course(|| Ok(Box::new(OpenSmtpd::start(&[KIM, ANNA])?)), "Invalid recipient").await;
}
