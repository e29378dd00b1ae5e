//! Each class of mail that is left alone, sent through the relay: what arrives is what was sent, byte for byte, behind the block in front.

use crate::node::{ANNA, KIM, Node, Wishes, text};

/// The reason that the relay tells, the fields that make the class, and the body.
const CLASSES: [(&str, &str, &str); 24] = [
    (
        "signed",
        "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; micalg=pgp-sha256; boundary=b",
        "--b\r\n\r\nsigned \r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--b--",
    ),
    (
        "signed",
        "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256; boundary=b",
        "--b\r\n\r\nsigned\t\r\n--b\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nx\r\n--b--",
    ),
    ("signed", "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", "MIIB"),
    ("signed", "Content-Type: text/plain", "-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nwords"),
    (
        "encrypted",
        "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b",
        "--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\nContent-Type: application/octet-stream\r\n\r\nx\r\n--b--",
    ),
    ("encrypted", "Content-Type: application/pkcs7-mime; smime-type=enveloped-data", "MIIB"),
    (
        "encrypted",
        "Content-Type: multipart/mixed; boundary=b",
        "--b\r\n\r\nprotected\r\n--b\r\nContent-Type: application/x-microsoft-rpmsg-message; name=message.rpmsg\r\n\r\nx\r\n--b--",
    ),
    ("encrypted", "Content-Class: rpmsg.message\r\nContent-Type: text/plain", "protected"),
    (
        "calendar",
        "Content-Type: multipart/alternative; boundary=b",
        "--b\r\n\r\nmeeting\r\n--b\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\n--b--",
    ),
    ("calendar", "Content-Class: urn:content-classes:calendarmessage\r\nContent-Type: text/plain", "meeting"),
    ("calendar", "Content-Class: IPM.Schedule.Meeting.Request\r\nContent-Type: text/plain", "meeting"),
    ("calendar", "Content-Class: IPM.Appointment\r\nContent-Type: text/plain", "meeting"),
    ("calendar", "Content-Class: IPM.TaskRequest\r\nContent-Type: text/plain", "a task"),
    (
        "tnef",
        "Content-Type: multipart/mixed; boundary=b",
        "--b\r\n\r\nvote\r\n--b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\neJ8+\r\n--b--",
    ),
    (
        "report",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
        "--b\r\n\r\nfailed\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n--b--",
    ),
    (
        "report",
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=b",
        "--b\r\n\r\nread\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\nDisposition: manual-action; displayed\r\n--b--",
    ),
    ("report", "Content-Class: urn:content-classes:recallmessage\r\nContent-Type: text/plain", "recall"),
    ("report", "Content-Class: IPM.Outlook.Recall\r\nContent-Type: text/plain", "recall"),
    ("report", "X-MS-Journal-Report:\r\nContent-Type: text/plain", "Sender: a"),
    (
        "report",
        "X-MS-Exchange-Organization-Approval-Initiator: mailbox\r\nContent-Type: text/plain",
        "please approve",
    ),
    ("auto_reply", "Auto-Submitted: auto-replied\r\nContent-Type: text/plain", "away"),
    ("auto_reply", "X-Autoreply: yes\r\nContent-Type: text/plain", "away"),
    ("list", "List-Id: <talk.acme.example>\r\nContent-Type: text/plain", "to all"),
    ("list", "Precedence: bulk\r\nContent-Type: text/plain", "news"),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_class_that_is_left_alone_arrives_as_it_was_sent() {
    let node = Node::start(Wishes::default()).await;
    for (number, (_, fields, body)) in CLASSES.iter().enumerate() {
        let mail = format!(
            "From: {ANNA}\r\nTo: {KIM}\r\nSubject: class {number}.\r\nMIME-Version: 1.0\r\n{fields}\r\n\r\n{body} \u{e9}\r\n.\r\n"
        );
        node.send(&[KIM], mail.as_bytes()).await;
    }
    node.wait(|figures| figures.delivered == CLASSES.len() as u64).await;
    let (arrived, sent) = (node.playground.mailbox(), node.playground.sent());
    for (number, (reason, fields, _)) in CLASSES.iter().enumerate() {
        let subject = format!("Subject: class {number}.");
        let arrived = arrived.iter().find(|one| text(one).contains(&subject)).unwrap();
        let sent = sent.iter().find(|one| String::from_utf8_lossy(&one.wire).contains(&subject)).unwrap();
        assert!(arrived.data.ends_with(&sent.wire), "{fields}: {}", text(arrived));
        let block = &arrived.data[..arrived.data.len() - sent.wire.len()];
        let block = String::from_utf8_lossy(block).replace("\r\n\t", " ");
        assert!(block.contains(&format!("X-Signpost-Result: passed; reason={reason};")), "{fields}: {block}");
    }
    node.stop().await;
}
