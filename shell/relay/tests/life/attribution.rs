//! Whose mail it is in the eyes of Exchange Online: each tenant's on its own sessions, with its own certificate, to a host that proved its name.

use crate::node::{ANNA, KIM, Node, Wishes, plain, text};
use model::Stage;
use playground::{Act, Arrived, AttributedBy, ExchangeTenant, Mail, ScriptRule, Turns};

const BEA: &str = "bea@beta.example";
const NAMES: [(&str, &str); 2] = [("acme", "acme.relay.example"), ("beta", "beta.relay.example")];

/// The fake Exchange hosts both tenants.
fn two_tenants() -> Wishes {
    let mut wishes = Wishes::default();
    let beta = ExchangeTenant {
        name: "beta".parse().unwrap(),
        domains: vec!["beta.example".to_owned()],
        processed_word: "beta-4f1c".to_owned(),
        certificate_name: Some("beta.relay.example".to_owned()),
        ..ExchangeTenant::acme()
    };
    wishes.playground.tenants.push(beta);
    wishes
}

fn certificate(node: &Node, name: &str) -> String {
    node.playground.authority().issue(&[name]).unwrap().pem_file()
}

async fn send(node: &Node, from: &str, number: usize) {
    let raw = String::from_utf8(plain(&format!("{from}{number}"), "whose is it")).unwrap();
    let mail =
        Mail { from: from.to_owned(), to: vec![KIM.to_owned()], raw: raw.replace(ANNA, from).into_bytes() };
    node.playground.submit(mail).await.unwrap();
}

fn tenant_of(arrived: &Arrived) -> &'static str {
    if arrived.mail_from.ends_with("@acme.example") { "acme" } else { "beta" }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_tenants_mail_comes_with_its_own_certificate_and_sessions_are_resumed_for_nobody_else() {
    let node = Node::start(two_tenants()).await;
    for (tenant, name) in NAMES {
        node.publish(tenant, &[], Some(certificate(&node, name)));
    }
    // Connections end again and again, so that later ones may go on from a ticket.
    let closing = Act::Reply("421 4.3.2 closing".to_owned());
    node.playground.script(ScriptRule::new(Stage::Mail, Turns::Chance(0.3), closing));
    for number in 0..40 {
        send(&node, ANNA, number).await;
        send(&node, BEA, number).await;
    }
    let figures = node.wait(|figures| figures.delivered == 80).await;
    assert_eq!(figures.duplicates, 0);
    for arrived in node.playground.mailbox() {
        let tenant = tenant_of(&arrived);
        let own = NAMES.iter().find(|(name, _)| *name == tenant).unwrap().1;
        let (tls, attribution) = (arrived.tls.as_ref().unwrap(), arrived.attribution.as_ref().unwrap());
        assert!(tls.client_trusted && tls.client_names.iter().all(|name| name == own), "{tls:?}");
        assert_eq!((attribution.tenant.as_str(), attribution.by), (tenant, AttributedBy::Certificate));
    }
    let resumed = node.playground.mailbox().iter().filter(|one| one.tls.as_ref().unwrap().resumed).count();
    assert!(resumed > 0, "no session was resumed, so nothing was shown");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_without_a_certificate_never_shows_another_ones() {
    let node = Node::start(two_tenants()).await;
    node.publish("acme", &[], Some(certificate(&node, "acme.relay.example")));
    node.publish("beta", &[], None);
    for number in 0..20 {
        send(&node, ANNA, number).await;
        send(&node, BEA, number).await;
    }
    node.wait(|figures| figures.delivered == 40).await;
    for arrived in node.playground.mailbox() {
        let names = &arrived.tls.as_ref().unwrap().client_names;
        let by = arrived.attribution.as_ref().unwrap().by;
        let expected = match tenant_of(&arrived) {
            "acme" => (false, AttributedBy::Certificate),
            _ => (true, AttributedBy::MailFrom),
        };
        assert_eq!((names.is_empty(), by), expected, "{}", arrived.mail_from);
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_chain_is_shown_and_without_it_the_certificate_is_worth_nothing() {
    let node = Node::start(Wishes::default()).await;
    let issued = node.playground.authority().issue_below_intermediate(&["acme.relay.example"]).unwrap();
    for (pem, trusted, by) in [
        (issued.pem_file(), true, AttributedBy::Certificate),
        (issued.pem_file_without_chain(), false, AttributedBy::MailFrom),
    ] {
        node.publish("acme", &[], Some(pem));
        let before = node.playground.figures().delivered;
        send(&node, ANNA, usize::from(trusted)).await;
        node.wait(|figures| figures.delivered > before).await;
        let arrived = node.playground.mailbox().pop().unwrap();
        assert_eq!(arrived.tls.as_ref().unwrap().client_trusted, trusted);
        assert_eq!(arrived.attribution.as_ref().unwrap().by, by);
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn proofs_of_the_hop_before_do_not_come_back_in_a_stamped_message() {
    let node = Node::start(Wishes::default()).await;
    let proofs = b"DKIM-Signature: v=1; d=acme.example; b=x\r\nARC-Seal: i=1; cv=none; b=x\r\n";
    node.send(&[KIM], &[proofs.as_slice(), &plain("dkim", "stamped")].concat()).await;
    node.wait(|figures| figures.delivered == 1).await;
    let text = text(&node.playground.mailbox().remove(0));
    assert!(
        text.contains("Anna Berg") && !text.contains("DKIM-Signature") && !text.contains("ARC-Seal"),
        "{text}"
    );
    node.stop().await;
}
