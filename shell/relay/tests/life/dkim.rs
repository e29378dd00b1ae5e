//! Signatures of our own on what leaves, judged by dkimpy, opendkim and rspamd; and what becomes of mail without a key.

use crate::node::{ANNA, KIM, Node, Wishes, plain, text};
use message::{HeaderBlock, mailboxes};
use model::{Address, ParkReason, Stage, Timestamp};
use playground::dns::Answer;
use playground::peers::{Rspamd, dkimpy, opendkim};
use playground::{Act, Arrived, ScriptRule, Turns, first_message};
use signing::{BodyHasher, KeyRecord, Selector, Signer, Signing, SigningKey};
use std::path::Path;
use std::sync::Arc;
use tokio::task::spawn_blocking;

pub(crate) const RSA: &str = include_str!("../../../../pure/signing/fixtures/rsa-2048.pem");
const ED25519: &str = include_str!("../../../../pure/signing/fixtures/ed25519.pem");
const FILES: [(&str, &str); 2] = [("dkim/r1.pem", RSA), ("dkim/e1.pem", ED25519)];

const KEYS: &str = "[[dkim.key]]\nselector = \"r1\"\nfile = \"dkim/r1.pem\"\n[[dkim.key]]\nselector = \"e1\"\nfile = \"dkim/e1.pem\"\n";
const TABLE: &str = "[stamping]";

/// A node whose tenant has both keys, and this in `[dkim]`.
pub(crate) fn with_keys(dkim: &str) -> Wishes {
    let table: &'static str = Box::leak(format!("[dkim]\n{dkim}\n{KEYS}\n{TABLE}").into_boxed_str());
    Wishes { edits: vec![(TABLE, table)], files: FILES.to_vec(), ..Wishes::default() }
}

pub(crate) fn records() -> Vec<(String, String)> {
    let record = |selector: &str, pem| {
        let record = KeyRecord::of(&SigningKey::from_pem(pem).unwrap()).to_string();
        (format!("{selector}._domainkey.acme.example"), record)
    };
    vec![record("r1", RSA), record("e1", ED25519)]
}

/// How many signatures each arrived message has, after three verifiers found that all of them hold, and that none holds for a changed message.
pub(crate) async fn verified(node: &Node, arrived: Vec<Arc<Arrived>>) -> Vec<usize> {
    let records = records();
    for (name, text) in &records {
        node.playground.dns().add(name, Answer::Text(text.clone()));
    }
    let names = node.playground.dns_address();
    let counts = spawn_blocking(move || {
        let whole: Vec<Vec<u8>> = arrived.iter().map(|one| one.data.to_vec()).collect();
        let changed: Vec<Vec<u8>> =
            whole.iter().map(|message| [message, b"more\r\n".as_slice()].concat()).collect();
        let rspamd = Rspamd::start(names).unwrap();
        let mut counts = Vec::new();
        for (messages, hold) in [(&whole, true), (&changed, false)] {
            let slices: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
            for (message, by_dkimpy) in messages.iter().zip(dkimpy(&slices, &records).unwrap()) {
                let by_opendkim = opendkim(message, &records).unwrap();
                let said = [by_dkimpy, by_opendkim];
                assert!(
                    said.iter().flatten().all(|one| one.is_ok() == hold),
                    "{said:#?}\n{}",
                    String::from_utf8_lossy(message)
                );
                assert_eq!(said[0].len(), said[1].len());
                let by_rspamd = rspamd.check(message).unwrap();
                let symbol = if hold { "R_DKIM_ALLOW" } else { "R_DKIM_REJECT" };
                let other = if hold { "R_DKIM_REJECT" } else { "R_DKIM_ALLOW" };
                let is_signed = !said[0].is_empty();
                assert!(by_rspamd.contains(symbol) == is_signed && !by_rspamd.contains(other), "{by_rspamd}");
                counts.push(said[0].len());
            }
        }
        counts.truncate(arrived.len());
        counts
    });
    counts.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leaves_is_signed_with_every_key_and_dkimpy_opendkim_and_rspamd_agree() {
    let mut wishes = with_keys("sign = \"always\"\nvalid_for = \"30d\"");
    wishes.edits.push(("\"25MiB\"", "\"1MiB\""));
    let node = Node::start(wishes).await;
    let proofs =
        b"DKIM-Signature: v=1; d=acme.example; s=r1; b=x\r\nList-Unsubscribe: <https://acme.example/u>\r\n";
    let umlauts = "From: =?utf-8?Q?Anna_B=C3=A9rg?= <anna.berg@acme.example>\r\nTo: Kim\r\n\t<kim@customer.example>,\r\n \"B, C\" <c@customer.example>\r\n\
        Subject:  Gr\u{fc}\u{df}e \t aus K\u{f6}ln \r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
        Gr\u{fc}\u{df}e \t\r\n.\r\n..\r\n \t \r\n\r\n";
    let line = format!("{}\r\n", "large ".repeat(12));
    let sent = [
        plain("plain", "Hello Kim"),
        [proofs.as_slice(), &plain("white", "Outlook ends with\r\n \r\n\t\r\n")].concat(),
        umlauts.as_bytes().to_vec(),
        b"From: anna.berg@acme.example\r\nSubject: nothing in it\r\n\r\n".to_vec(),
        // Its signature is computed over chunks of the spool that are never in memory together.
        plain("large", &line.repeat(45_000)),
    ];
    for mail in &sent {
        node.send(&[KIM], mail).await;
    }
    node.playground.submit(first_message()).await.unwrap();
    node.wait(|figures| figures.delivered > sent.len() as u64).await;
    let arrived = node.playground.mailbox();
    let large = arrived.iter().find(|one| one.data.len() > 3 << 20).expect("the large one");
    assert!(String::from_utf8_lossy(&large.data[..3_000]).contains("reason=too_large"));
    for one in &arrived {
        let head = String::from_utf8_lossy(&one.data[..one.data.len().min(3_000)]).into_owned();
        assert!(head.starts_with("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=acme.example; s=r1;\r\n\ti=@acme.example; t="), "{head}");
        assert_eq!(
            (head.matches("\r\nDKIM-Signature: ").count(), head.matches(" x=").count()),
            (1, 2),
            "{head}"
        );
    }
    let count = arrived.len();
    assert_eq!(verified(&node, arrived).await, vec![2; count]);
    assert_eq!((node.metrics.dkim_signed.get(), node.metrics.dkim_unsigned.get()), (count as u64, 0));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_to_recipients_own_servers_is_signed_by_default_and_returned_mail_is_not() {
    let mut wishes = with_keys("");
    let node = Node::start(with_keys("")).await;
    node.send(&[KIM], &plain("returned", "its own system signs")).await;
    node.wait(|figures| figures.delivered == 1).await;
    assert!(!text(&node.playground.mailbox().remove(0)).contains("DKIM-Signature"));
    node.stop().await;

    wishes
        .edits
        .extend([("\"return\"  ", "\"deliver\" "), ("tls         = \"verify\"", "tls = \"opportunistic\"")]);
    let node = Node::start(wishes).await;
    let dns = node.playground.dns();
    dns.add("customer.example", Answer::Mx { preference: 10, host: "mx.customer.example".to_owned() });
    dns.add("mx.customer.example", Answer::Address(node.playground.exchange_address().ip()));
    let old = b"DKIM-Signature: v=1; d=acme.example; s=selector1; b=x\r\nARC-Seal: i=1; cv=none; b=x\r\n";
    node.send(&[KIM], &[old.as_slice(), &plain("delivered", "nobody signs behind us")].concat()).await;
    node.wait(|figures| figures.arrived == 1).await;
    let arrived = node.playground.mailbox();
    let told = text(&arrived[0]);
    assert!(
        told.contains("Anna Berg") && !told.contains("selector1") && !told.contains("ARC-Seal"),
        "{told}"
    );
    assert_eq!(verified(&node, arrived).await, [2]);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_and_the_original_that_stands_by_are_signed_alike() {
    let node = Node::start(with_keys("sign = \"always\"")).await;
    let later = ScriptRule::new(Stage::Mail, Turns::Count(1), Act::Reply("451 4.3.2 later".to_owned()));
    let form = ScriptRule::new(Stage::EndOfData, Turns::Count(1), Act::Reply("554 5.6.0 content".to_owned()));
    node.playground.script(later);
    node.playground.script(form);
    node.send(&[KIM], &plain("twice", "the stamped form is refused once")).await;
    node.wait(|figures| figures.delivered == 1).await;
    let arrived = node.playground.mailbox();
    assert!(!text(&arrived[0]).contains("Result: stamped"), "{}", text(&arrived[0]));
    assert_eq!(verified(&node, arrived).await, [2]);
    assert_eq!(node.metrics.dkim_signed.get(), 3, "first form twice, the original once");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_passed_on_in_cut_through_is_signed() {
    let mut wishes = with_keys("sign = \"always\"");
    wishes.edits.push(("handover    = \"spool\"", "handover = \"cut_through\""));
    let node = Node::start(wishes).await;
    node.send(&[KIM], &plain("through", "never stored")).await;
    node.wait(|figures| figures.delivered == 1).await;
    let arrived = node.playground.mailbox();
    assert_eq!(verified(&node, arrived).await, [2]);
    assert_eq!(node.metrics.cut_through.get(), 1);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_author_without_a_key_or_beside_others_is_not_signed_for() {
    let node = Node::start(with_keys("sign = \"always\"")).await;
    let two = b"From: anna.berg@acme.example, lena@acme.test\r\nSubject: two\r\n\r\nHi\r\n";
    node.send(&[KIM], two).await;
    node.wait(|figures| figures.delivered == 1).await;
    assert!(!text(&node.playground.mailbox().remove(0)).contains("DKIM-Signature"));
    assert_eq!((node.metrics.dkim_unsigned.get(), node.metrics.alarms.get()), (0, 0));
    node.stop().await;
}

/// Secrets of these tests are no keys: what a reference names cannot be read.
const NAMED: &str = "file = \"env:KEY\"";

fn without_a_key(dkim: &str) -> Wishes {
    let table =
        format!("[dkim]\nsign = \"always\"\n{dkim}\n[[dkim.key]]\nselector = \"r1\"\n{NAMED}\n{TABLE}");
    Wishes { edits: vec![(TABLE, Box::leak(table.into_boxed_str()))], ..Wishes::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_readable_key_mail_goes_unsigned_with_one_alarm_and_a_hint() {
    let node = Node::start(without_a_key("")).await;
    for number in 0..3 {
        node.send(&[KIM], &plain(&format!("u{number}"), "unsigned")).await;
    }
    node.wait(|figures| figures.delivered == 3).await;
    let told = text(&node.playground.mailbox().remove(0));
    assert!(told.contains("Result: stamped") && !told.contains("DKIM-Signature"), "{told}");
    assert_eq!((node.metrics.dkim_unsigned.get(), node.metrics.alarms.get()), (3, 1));
    let hints = node.relay.hints().of(Some(&"acme".parse().unwrap()));
    let told: Vec<(&str, u64)> = hints.iter().map(|hint| (hint.text.as_str(), hint.count)).collect();
    assert!(
        told.iter().any(|(text, _)| text.contains("r1._domainkey.acme.example cannot be read")),
        "{told:?}"
    );
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_that_says_hold_keeps_its_mail_until_there_is_a_key() {
    let node = Node::start(without_a_key("on_failure = \"hold\"")).await;
    node.send(&[KIM], &plain("held", "p=reject")).await;
    let queue = node.wait_for_queue(|queue| queue.iter().any(|one| one.parked.is_some())).await;
    let Some(ParkReason::Policy { detail }) = &queue[0].parked else { panic!("{queue:#?}") };
    assert_eq!(detail, "the DKIM key of r1._domainkey.acme.example cannot be read");
    assert_eq!(node.playground.figures().arrived, 0);
    // Somebody whose domain has no key at all is not kept for one.
    node.send(&[KIM], format!("From: {ANNA}, lena@acme.test\r\nSubject: two\r\n\r\nHi\r\n").as_bytes()).await;
    node.wait(|figures| figures.arrived == 1).await;
    node.stop().await;
}

/// Every message under `tests/mail` as DATA carries it, if it has one author: of others we sign none.
fn corpus(directory: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            corpus(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "eml") {
            let text = std::fs::read(&path).unwrap();
            let mut wire = Vec::with_capacity(text.len());
            for (at, byte) in text.iter().enumerate() {
                match byte {
                    b'\n' if at > 0 && text[at - 1] == b'\r' => {}
                    b'\r' | b'\n' => wire.extend(b"\r\n"),
                    other => wire.push(*other),
                }
            }
            if !wire.ends_with(b"\r\n") {
                wire.extend(b"\r\n");
            }
            let from = HeaderBlock::of(&wire).value(&wire, "From").map(|value| mailboxes(&value));
            if let Some([one]) = from.as_deref()
                && one.address.parse::<Address>().is_ok()
            {
                found.push((path.file_name().unwrap().to_string_lossy().into_owned(), wire));
            }
        }
    }
}

/// Both signatures in front of a message, its body hashed in pieces.
fn sign(message: &[u8], keys: &[(Selector, SigningKey)]) -> Vec<u8> {
    let block = HeaderBlock::of(message);
    let mut hasher = BodyHasher::new();
    message[block.body_start..].chunks(1_000).for_each(|piece| hasher.update(piece));
    let domain = "acme.example".parse().unwrap();
    let signing = Signing {
        header: message,
        block: &block,
        body: hasher.finish(),
        author: &domain,
        at: Timestamp::from_micros(1_767_225_600_000_000),
        until: None,
        line_end: "\r\n",
    };
    let field = |(selector, key): &(Selector, SigningKey)| {
        signing.field(&Signer { domain: &domain, selector, key }).unwrap()
    };
    let fields: String = keys.iter().map(field).collect();
    [fields.as_bytes(), message].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_corpus_is_signed_so_that_dkimpy_and_opendkim_agree() {
    let mut mails = Vec::new();
    corpus(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/mail"), &mut mails);
    assert!(mails.len() > 80, "{} messages", mails.len());
    let keys = [("r1", RSA), ("e1", ED25519)]
        .map(|(selector, pem)| (selector.parse().unwrap(), SigningKey::from_pem(pem).unwrap()));
    let said = spawn_blocking(move || {
        let records = records();
        let signed: Vec<Vec<u8>> = mails.iter().map(|(_, message)| sign(message, &keys)).collect();
        let slices: Vec<&[u8]> = signed.iter().map(Vec::as_slice).collect();
        let mut said = Vec::new();
        for (number, mut by_dkimpy) in dkimpy(&slices, &records).unwrap().into_iter().enumerate() {
            let mut by_opendkim = opendkim(&signed[number], &records).unwrap();
            // Behind ours stand those that a message brought along.
            by_dkimpy.truncate(2);
            by_opendkim.truncate(2);
            said.push((mails[number].0.clone(), by_dkimpy, by_opendkim));
        }
        said
    });
    let wrong: Vec<_> = said
        .await
        .unwrap()
        .into_iter()
        .filter(|(_, one, other)| one != &[Ok(()), Ok(())] || other != one)
        .collect();
    assert!(wrong.is_empty(), "{} of them: {wrong:#?}", wrong.len());
}
