//! What must not stand in a public text does not get there, whoever writes it.

use crate::support::*;
use incident::lint::{Exposed, Hidden};
use incident::{Act, ActError, Language, Strength, Text, What};

fn world() -> World {
    let mut world = World::new("2026-03-02T08:00:00Z", unattended());
    world.board.keep_private([
        "bolt".to_owned(),
        "bolt.example".to_owned(),
        "node-a".to_owned(),
        "EU".to_owned(),
    ]);
    world.flow(600);
    world.fact(refused("eu-1", (MICROSOFT, "mx.customer.example"), Strength::Strong, 5));
    world
}

fn said(text: &str) -> Result<(), ActError> {
    let mut world = world();
    let incident = world.only().id.clone();
    world.act(Act::Update { incident, phase: None, text: Text::new("Fine.", text), display_at: None })
}

#[test]
fn a_person_is_told_what_in_the_text_is_not_for_everybody() {
    let cases = [
        ("Mail of Acme waits.", Exposed::Name("Acme".to_owned())),
        ("eu-1 is listed", Exposed::Name("eu-1".to_owned())),
        ("(see node-a.)", Exposed::Name("node-a".to_owned())),
        ("mail.bolt.example is away", Exposed::Name("mail.bolt.example".to_owned())),
        ("Ask ann@bolt.example, please", Exposed::Mailbox("ann@bolt.example".to_owned())),
        ("<mailto:ann%40x.example>", Exposed::Mailbox("mailto:ann%40x.example".to_owned())),
        ("Our address [198.51.100.7] is listed.", Exposed::Network("198.51.100.7".to_owned())),
        ("from 198.51.100.7:25: refused", Exposed::Network("198.51.100.7:25".to_owned())),
        ("2001:db8::7 is listed", Exposed::Network("2001:db8::7".to_owned())),
    ];
    for (text, exposed) in cases {
        assert_eq!(said(text), Err(ActError::Exposed(exposed)), "{text}");
    }
}

#[test]
fn plain_words_pass() {
    for text in [
        "Addresses in the EU are listed; we moved mail at 08:10:00 (UTC), 99.5 % of it.",
        "Release 1.2.3 is out: see https://signpost.example/notes.",
        "An @ alone is no address.",
    ] {
        assert_eq!(said(text), Ok(()), "{text}");
    }
}

#[test]
fn a_tenant_that_is_called_as_a_plain_word_locks_nobody_out() {
    let hidden = Hidden::new(["mail".to_owned(), "acme".to_owned()], &[]);
    assert_eq!(hidden.find(&Text::same("Some mail waits.")), None);
    assert!(hidden.find(&Text::same("Mail of acme waits.")).is_some());
}

#[test]
fn names_are_found_in_what_stands_around_them() {
    let hidden = Hidden::new(["acme.example", "Globex Group", "192.0.2.9"].map(str::to_owned), &[]);
    for text in [
        "bounce of kim@acme.example",
        "rcpt:acme.example",
        "mx.acme.example:25",
        "the GLOBEX  (group)",
        "[192.0.2.9]:25",
        "at 192.0.2.9:25",
    ] {
        assert!(hidden.has_name(text), "{text}");
    }
    for text in ["acme.example.org", "globex alone, group", "192.0.2.99", ""] {
        assert!(!hidden.has_name(text), "{text}");
    }
}

#[test]
fn a_quoted_log_line_may_have_our_address_and_nobodys_mailbox() {
    let hidden = Hidden::default();
    assert_eq!(hidden.find(&Text::same("    550 5.7.1 Client host [198.51.100.7] blocked")), None);
    assert!(hidden.find(&Text::same("    550 5.1.1 <ann@x.example> unknown")).is_some());
}

#[test]
fn titles_edits_and_postmortems_are_held_to_the_same() {
    let mut world = world();
    let incident = world.only().id.clone();
    world.wait(30);
    let update = world.only().updates[0].id.clone();
    let text = || Text::same("acme");
    let acts = [
        Act::Retitle { incident: incident.clone(), title: text() },
        Act::Edit {
            incident: incident.clone(),
            update: update.clone(),
            text: text(),
            reason: "x".to_owned(),
        },
        Act::Edit {
            incident: incident.clone(),
            update,
            text: Text::same("x"),
            reason: "acme asked".to_owned(),
        },
        Act::WritePostmortem { incident, text: text() },
    ];
    for act in acts {
        let shown = format!("{act:?}");
        assert!(matches!(world.act(act), Err(ActError::Exposed(_))), "{shown}");
    }
}

#[test]
fn what_is_about_one_tenant_is_never_posted() {
    let mut world = World::new("2026-03-02T08:00:00Z", unattended());
    world.fact(What::ConnectorHeld { tenant: "acme".parse().unwrap(), why: "5.7.64".to_owned() });
    let incident = world.only().id.clone();
    let text = Text::same("It is being looked at.");
    let update =
        Act::Update { incident: incident.clone(), phase: None, text: text.clone(), display_at: None };
    assert_eq!(world.act(update), Err(ActError::NotPublic));
    assert_eq!(world.act(Act::Resolve { incident, text: Some(text) }), Err(ActError::NotPublic));
}

#[test]
fn nothing_that_the_machine_writes_names_a_tenant_a_source_or_a_host() {
    let mut world = world();
    for _ in 0..90 {
        world.wait(60);
        world.fact(refused("eu-1", ("mx.customer.example", "mx.customer.example"), Strength::Strong, 1));
        world.fact(waiting(None, 9, 900));
        world.fact(reported(1));
    }
    world.flow(7200);
    let draft = world.board.draft(&world.only().id).unwrap();
    let mut texts: Vec<String> =
        [Language::En, Language::De].map(|language| draft.markdown(language)).to_vec();
    for update in world.only().posted_updates() {
        texts.extend([update.body(Language::En), update.body(Language::De)]);
    }
    let names = ["acme", "eu-1", "customer.example", "node-a"].map(str::to_owned);
    let hidden = Hidden::new(names, world.board.components());
    assert!(texts.len() > 4);
    for text in texts {
        assert_eq!(hidden.find(&Text::same(text.clone())), None, "{text}");
    }
}
