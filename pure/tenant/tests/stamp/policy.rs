//! What the tenant's policy says of the writer's own signature, of the writer's marker and of people whom nobody knows.

use crate::support::{
    ANNA, INSIDE, OUTSIDE, Run, acme, acme_with, anna, applied, bodies, mail, mail_of, tree,
};
use signatures::{Outcome, PassReason, Smaller};

const HTML: &str = "Content-Type: text/html; charset=utf-8\n";
const TEXT: &str = "Content-Type: text/plain; charset=utf-8\n";
const SIGNED: &str =
    "<html><body><div>Hello</div><div id=\"Signature\"><p>old Anna</p></div></body></html>\n";

fn with_client_signature(word: &str) -> tenant::Snapshot {
    acme_with(&[("rules.toml", "client_signature = \"replace\"", &format!("client_signature = \"{word}\""))])
}

#[test]
fn the_writer_s_own_signature_is_replaced_kept_or_respected() {
    let replaced = bodies(&anna(&with_client_signature("replace")).stamped(&mail(HTML, SIGNED)).0).0.unwrap();
    assert!(!replaced.contains("old Anna") && replaced.contains("Anna Berg"), "{replaced}");
    let kept = bodies(&anna(&with_client_signature("keep")).stamped(&mail(HTML, SIGNED)).0).0.unwrap();
    assert!(kept.contains("old Anna") && kept.contains("Anna Berg"), "{kept}");
    let skip = with_client_signature("skip");
    assert_eq!(anna(&skip).passed(&mail(HTML, SIGNED)), PassReason::NoRule);
    assert_eq!(anna(&skip).group(&mail(HTML, "<p>Hello</p>\n")).explain.outcome, Outcome::Stamped);
}

#[test]
fn the_writer_s_marker_wins_over_everything() {
    let snapshot = acme();
    let html = "<html><body><p>Hello</p>{EMAILSIGNATURE}<p>PS: one more</p></body></html>\n";
    let (stamped, explain) = anna(&snapshot).stamped(&mail(HTML, html));
    let body = bodies(&stamped).0.unwrap();
    assert!(!body.contains("{EMAILSIGNATURE}"));
    assert!(body.find("signpost-signature").unwrap() < body.find("PS: one more").unwrap(), "{body}");
    assert_eq!(explain.placement[0].offset, html.find('{').unwrap());
    let text = "Hello\n{EMAILSIGNATURE}\nPS: one more\n";
    let body = bodies(&anna(&snapshot).stamped(&mail(TEXT, text)).0).1.unwrap();
    assert_eq!(body, "Hello\n\n-- \nAnna Berg\nHead of Sales\n+49 30 1234-10\nAcme GmbH\n\nPS: one more\n");
}

#[test]
fn an_unknown_person_follows_the_policy() {
    let original = mail_of("new@acme.example", HTML, "<p>Hello</p>\n");
    let rows = [
        ("nothing", Outcome::Passed, Some(PassReason::UnknownPerson), None),
        ("hold", Outcome::Hold, Some(PassReason::UnknownPerson), None),
        ("short", Outcome::Stamped, None, Some("short")),
    ];
    for (word, outcome, reason, signature) in rows {
        let policy = format!("unknown_person   = \"{word}\"");
        let snapshot = acme_with(&[("rules.toml", "unknown_person   = \"nothing\"", &policy)]);
        let explain = Run { mail_from: ANNA, ..anna(&snapshot) }.group(&original).explain;
        assert_eq!((explain.outcome, explain.reason), (outcome, reason), "{word}");
        assert_eq!((explain.signature.as_deref(), explain.person), (signature, None), "{word}");
    }
}

#[test]
fn our_own_signature_in_the_history_does_not_confuse() {
    let snapshot = acme();
    let (first, _) = anna(&snapshot).stamped(&mail(HTML, "<html><body><p>Hello</p></body></html>\n"));
    let quoted = bodies(&first).0.unwrap().replace("cid:", "cid:old");
    let reply = format!(
        "<html><body><div>Thanks</div><div class=\"gmail_quote\"><blockquote>{quoted}</blockquote></div></body></html>\n"
    );
    let original = mail(&format!("In-Reply-To: <1@x.example>\n{HTML}"), &reply);
    let (stamped, explain) = anna(&snapshot).stamped(&original);
    let body = bodies(&stamped).0.unwrap();
    assert_eq!(body.matches("signpost-signature").count(), 2, "{body}");
    assert_eq!(explain.splices.iter().map(|one| one.removed).sum::<usize>(), 0);
}

/// The first message of a thread, stamped, as markup.
fn stamped_html(snapshot: &tenant::Snapshot) -> String {
    let (first, _) = anna(snapshot).stamped(&mail(HTML, "<html><body><p>Hello</p></body></html>\n"));
    bodies(&first).0.unwrap()
}

#[test]
fn a_message_that_carries_the_signature_does_not_get_it_twice() {
    let snapshot = acme();
    let once = stamped_html(&snapshot);
    let rows = [
        once.clone(),
        // A client writes ids and classes anew and strips what it does not know.
        once.replace("class=\"signpost", "class=\"x_signpost").replace("cid:", "cid:x_"),
        once.replace("class=\"", "data-was=\"").replace("<div", "<p").replace("</div", "</p"),
        once.replace("</body>", "<p>Sent in haste</p></body>"),
    ];
    for body in rows {
        assert_eq!(anna(&snapshot).passed(&mail(HTML, &body)), PassReason::NoRule, "{body}");
    }
    let (first, _) = anna(&snapshot).stamped(&mail(TEXT, "Hello\n"));
    assert_eq!(anna(&snapshot).passed(&mail(TEXT, &bodies(&first).1.unwrap())), PassReason::NoRule);
}

#[test]
fn an_older_copy_of_our_own_gives_way_to_the_new_one() {
    let snapshot = acme();
    let older = stamped_html(&snapshot).replace("Head of Sales", "Sales");
    let (again, explain) = anna(&snapshot).stamped(&mail(HTML, &older));
    let body = bodies(&again).0.unwrap();
    assert_eq!(body.matches("signpost-signature").count(), 1, "{body}");
    assert!(body.contains("Head of Sales") && explain.splices.iter().any(|one| one.removed > 0));
}

#[test]
fn a_quoted_copy_does_not_keep_the_signature_away() {
    let snapshot = acme();
    let quoted = stamped_html(&snapshot);
    let reply = format!(
        "<html><body><div>Thanks</div><div id=\"appendonsend\"></div><hr><div id=\"divRplyFwdMsg\">From: Kim</div>{quoted}</body></html>\n"
    );
    let (stamped, _) = anna(&snapshot).stamped(&mail(HTML, &reply));
    assert_eq!(bodies(&stamped).0.unwrap().matches("signpost-signature").count(), 2);
}

#[test]
fn older_copies_are_folded_among_ourselves_if_the_tenant_wants() {
    let folding = acme_with(&[("rules.toml", "older_signatures = \"keep\"", "older_signatures = \"fold\"")]);
    let quoted =
        stamped_html(&folding).replace("cid:", "cid:old").replace("class=\"signpost", "class=\"x_signpost");
    let reply = format!(
        "<html><body><div>Thanks</div><div class=\"gmail_quote\">On x, y wrote:<blockquote>{quoted}</blockquote></div></body></html>\n"
    );
    let body_for = |snapshot: &tenant::Snapshot, recipients: &[&str]| {
        let run = Run { recipients, ..anna(snapshot) };
        bodies(&run.stamped(&mail(HTML, &reply)).0).0.unwrap()
    };
    let inside = body_for(&folding, &[INSIDE]);
    assert_eq!(inside.matches("signpost-signature").count(), 1, "{inside}");
    assert!(inside.contains("<div class=\"signpost-folded\">Anna Berg (sie/ihr)</div>"), "{inside}");
    assert!(!inside.contains("cid:old"), "{inside}");
    // Who is outside sees the thread as it was, and so does a tenant that did not ask.
    assert_eq!(body_for(&folding, &[OUTSIDE]).matches("signpost-signature").count(), 2);
    assert_eq!(body_for(&acme(), &[INSIDE]).matches("signpost-signature").count(), 2);
    // Another tenant's copy has another mark.
    let foreign = reply.replace(" sp-", " sp-f");
    let run = Run { recipients: &[INSIDE], ..anna(&folding) };
    let kept = bodies(&run.stamped(&mail(HTML, &foreign)).0).0.unwrap();
    assert_eq!(kept.matches("signpost-signature").count(), 2, "{kept}");
}

#[test]
fn the_trail_tells_person_rules_and_place_in_order() {
    let snapshot = acme();
    let html = "<html><body><div>Thanks</div><div class=\"gmail_quote\">On x, y wrote:<blockquote>q</blockquote></div></body></html>\n";
    let (_, explain) = anna(&snapshot).stamped(&mail(HTML, html));
    let order =
        ["is the person", "does not match", "matches, chooses", "own text stands above what is quoted"];
    let places: Vec<Option<usize>> = order
        .iter()
        .map(|words| explain.trail.iter().position(|sentence| sentence.contains(words)))
        .collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} {:#?}", explain.trail);
}

#[test]
fn what_the_next_hop_would_not_take_gets_a_smaller_signature_or_none() {
    let before = mail("Content-Type: text/html; charset=utf-8\n", "<p>Hello</p>\n");
    let with_limit = |limit: usize| {
        acme_with(&[("tenant.toml", "size_max    = \"0B\"", &format!("size_max    = \"{limit}B\""))])
    };
    let (full, _) = anna(&acme()).stamped(&before);
    let room = 2 << 10;
    let told = |limit: usize| {
        let snapshot = with_limit(limit);
        let group = anna(&snapshot).group(&before);
        (group.explain.outcome, group.explain.reason, group)
    };
    let (outcome, _, group) = told(full.len() + room);
    assert_eq!((outcome, applied(&group, &before)), (Outcome::Stamped, full.clone()));
    // One byte less: no picture, the same words.
    let (outcome, _, group) = told(full.len() + room - 1);
    assert_eq!(outcome, Outcome::Stamped);
    let bare = applied(&group, &before);
    assert_eq!(tree(&bare), "html");
    let (html, _) = bodies(&bare);
    let html = html.unwrap();
    assert!(html.contains("Anna Berg") && !html.contains("cid:"), "{html}");
    assert!(
        group.explain.trail.iter().any(|sentence| sentence.contains("text_only")),
        "{:?}",
        group.explain.trail
    );
    let (outcome, reason, _) = told(bare.len() + room - 1);
    assert_eq!((outcome, reason), (Outcome::Passed, Some(PassReason::TooLarge)));
}

#[test]
fn where_pictures_are_hosted_they_are_named_before_they_are_left_out() {
    let before = mail("Content-Type: text/html; charset=utf-8\n", "<p>Hello</p>\n");
    let hosting = acme_with(&[(
        "tenant.toml",
        "images_url     = \"\"",
        "images_url     = \"https://img.acme.example/signatures\"",
    )]);
    let room = 2 << 10;
    let with_limit = |snapshot, limit: usize| {
        let limit = u64::try_from(limit).unwrap();
        Run { next_hop_size_max: Some(limit), ..anna(snapshot) }.group(&before)
    };
    let (full, explain) = anna(&hosting).stamped(&before);
    assert_eq!(explain.smaller, None);
    let group = with_limit(&hosting, full.len() + room);
    assert_eq!(applied(&group, &before), full, "a limit that is not reached changes nothing");
    let group = with_limit(&hosting, full.len() + room - 1);
    assert_eq!(group.explain.smaller, Some(Smaller::HostedImages));
    let hosted = applied(&group, &before);
    assert_eq!(tree(&hosted), "html");
    let html = bodies(&hosted).0.unwrap();
    assert!(
        html.contains("src=\"https://img.acme.example/signatures/logo.png\"") && !html.contains("cid:"),
        "{html}"
    );
    let group = with_limit(&hosting, hosted.len() + room - 1);
    assert_eq!(group.explain.smaller, Some(Smaller::TextOnly));
    assert!(applied(&group, &before).len() < hosted.len());
    // The tenant's own word and the next hop's: the smaller one counts.
    let both = acme_with(&[("tenant.toml", "size_max    = \"0B\"", "size_max    = \"1B\"")]);
    assert_eq!(with_limit(&both, full.len() + room).explain.reason, Some(PassReason::TooLarge));
}
