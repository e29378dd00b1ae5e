use super::{Proof, Worth};
use crate::{BodyHasher, KeyRecord, Signer, Signing, SigningKey};
use message::HeaderBlock;
use model::{Duration, Timestamp};

const RFC8463: &str = include_str!("../../fixtures/rfc8463.eml");
const MESSAGE: &str =
    "From: Anna <anna@acme.example>\r\nTo: kim@other.example\r\nSubject: Hi\r\n\r\nHello\r\n";
const PEM: &str = include_str!("../../fixtures/rsa-2048.pem");

fn now() -> Timestamp {
    Timestamp::from_micros(1_767_225_600_000_000)
}

/// The worth of each signature of a message, by the records that `texts` gives for a name.
fn worths(message: &str, texts: impl Fn(&str) -> Option<Vec<String>>, at: Timestamp) -> Vec<Worth> {
    let block = HeaderBlock::of(message.as_bytes());
    let judge = |proof: &Proof<'_>| {
        let mut body = BodyHasher::of(proof.body_form());
        body.update(&message.as_bytes()[block.body_start..]);
        let found = texts(&proof.name().unwrap_or_default());
        proof.judge(body.finish(), found.as_deref(), at)
    };
    Proof::all(message.as_bytes(), &block).iter().map(judge).collect()
}

fn signed() -> String {
    let (domain, selector) = ("acme.example".parse().unwrap(), "s1".parse().unwrap());
    let block = HeaderBlock::of(MESSAGE.as_bytes());
    let mut body = BodyHasher::new();
    body.update(b"Hello\r\n");
    let signing = Signing {
        header: MESSAGE.as_bytes(),
        block: &block,
        body: body.finish(),
        author: &domain,
        at: now(),
        until: Some(now() + Duration::from_secs(60)),
        line_end: "\r\n",
    };
    let key = SigningKey::from_pem(PEM).unwrap();
    let field = signing.field(&Signer { domain: &domain, selector: &selector, key: &key }).unwrap();
    format!("{field}{MESSAGE}")
}

fn record() -> String {
    KeyRecord::of(&SigningKey::from_pem(PEM).unwrap()).to_string()
}

#[test]
fn the_signatures_of_rfc_8463_pass_and_fail_with_another_body() {
    let rsa = crate::dkim::base64(include_bytes!("../../fixtures/rfc8463-rsa-public.der"));
    let texts = |name: &str| {
        let ed25519 = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=".to_owned();
        Some(vec![if name.starts_with("brisbane") { ed25519 } else { format!("v=DKIM1; p={rsa}") }])
    };
    assert_eq!(worths(RFC8463, texts, now()), [Worth::Pass, Worth::Pass]);
    let other = RFC8463.replace("hungry", "angry");
    let fail = || Worth::Fail("the body is not what was signed".to_owned());
    assert_eq!(worths(&other, texts, now()), [fail(), fail()]);
}

/// A message that dkimpy signed with a key of each kind, in the forms that let nothing be changed.
#[test]
fn signatures_in_simple_form_pass_and_no_blank_more_does() {
    let message = include_str!("../../fixtures/dkimpy-simple.txt");
    let texts = |name: &str| {
        let key = match name {
            "brisbane._domainkey.football.example.com" => {
                "k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
            }
            _ => concat!(
                "k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQ",
                "DkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+y",
                "z1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
            ),
        };
        Some(vec![format!("v=DKIM1; {key}")])
    };
    let words = |message: &str| worths(message, texts, now()).iter().map(Worth::word).collect::<Vec<_>>();
    assert_eq!(words(message), ["pass", "pass"]);
    for (from, to) in [
        ("Subject: Is", "Subject:  Is"),
        ("Subject:", "subject:"),
        ("game.  Are", "game. Are"),
        ("Hi.\r\n", "Hi. \r\n"),
    ] {
        assert_eq!(words(&message.replacen(from, to, 1)), ["fail", "fail"], "{from:?} to {to:?}");
    }
    assert_eq!(words(&format!("{message}\r\n")), ["pass", "pass"], "empty lines at the end are none");
}

#[test]
fn what_a_signature_is_worth_is_told_by_itself_its_record_and_the_time() {
    let signed = signed();
    for (from, to, wanted) in [
        ("", "", "pass"),
        ("Hello\r\n", "Hallo\r\n", "fail"),
        // Outlook writes lines of blanks at the end; in relaxed form they are no change.
        ("Hello\r\n", "Hello\r\n \r\n\r\n", "pass"),
        ("Subject: Hi", "Subject: Ho", "fail"),
        ("Subject: Hi", "subject:  Hi", "pass"),
        ("c=relaxed/relaxed;", "c=relaxed/relaxed; l=3;", "policy"),
        ("a=rsa-sha256", "a=rsa-sha1", "permerror"),
        ("v=1;", "v=2;", "permerror"),
        ("i=@acme.example", "i=@other.example", "permerror"),
        ("i=@acme.example", "i=@badacme.example", "permerror"),
        ("h=From:From:", "h=", "permerror"),
    ] {
        let changed = signed.replace(from, to);
        assert!(from.is_empty() || changed != signed, "{from}");
        let worths = worths(&changed, |_| Some(vec![record()]), now());
        assert_eq!(
            worths.iter().map(Worth::word).collect::<Vec<_>>(),
            [wanted],
            "{from} to {to}: {worths:?}"
        );
    }
    let late = now() + Duration::from_secs(61);
    assert_eq!(worths(&signed, |_| Some(vec![record()]), late)[0].word(), "fail");
}

#[test]
fn the_record_decides_whether_its_key_counts() {
    let record = record();
    let below = signed().replace("i=@acme.example", "i=@below.acme.example");
    for (texts, wanted) in [
        (None, "temperror"),
        (Some(vec![]), "permerror"),
        (Some(vec![record.clone(), record.clone()]), "permerror"),
        (Some(vec!["v=DKIM1; p=".to_owned()]), "permerror"),
        (Some(vec![record.replace("k=rsa", "k=ed25519")]), "permerror"),
        (Some(vec![record.replace("DKIM1", "DKIM2")]), "permerror"),
        (Some(vec![format!("{record}; h=sha1")]), "permerror"),
        (Some(vec![format!("{record}; s=other")]), "permerror"),
        (Some(vec![format!("{record}; s=other:*; h=sha1:sha256; t=y:s")]), "pass"),
        (Some(vec![record.replace("p=MII", "p=MIJ")]), "fail"),
    ] {
        let worths = worths(&signed(), |_| texts.clone(), now());
        assert_eq!(worths[0].word(), wanted, "{texts:?}: {worths:?}");
    }
    assert_eq!(worths(&below, |_| Some(vec![format!("{record}; t=s")]), now())[0].word(), "permerror");
}

#[test]
fn a_hundred_signatures_are_ten() {
    let message = "DKIM-Signature: v=1\r\n".repeat(100) + MESSAGE;
    assert_eq!(worths(&message, |_| None, now()).len(), 10);
}
