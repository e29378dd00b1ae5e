//! What becomes of an order, and of what is presented meanwhile.

use crate::world::{DAY, HOSTNAME, World, mode, now, presented};
use certificates::renew_at;
use model::Duration;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_issued_kept_and_presented_again_after_a_restart() {
    let world = World::new().await;
    let pebble = world.pebble(0);
    let keeper = world.keeper(&pebble.directory());
    assert_eq!(presented(&keeper).issuer, HOSTNAME, "a start waits for nobody: it vouches for itself");
    let next = keeper.renew_due(now(), false).await;
    let facts = presented(&keeper);
    assert!(facts.issuer.starts_with("Pebble"), "{} {:?}\n{}", facts.issuer, keeper.warnings(), pebble.log());
    assert_eq!(
        (facts.names.as_slice(), renew_at(&facts).min(next)),
        ([HOSTNAME.to_owned()].as_slice(), next)
    );
    let acme = world.data.path().join("acme");
    for file in ["account.json", "in.eu.relay.example.pem", "in.eu.relay.example.json"] {
        assert_eq!(mode(&acme.join(file)), 0o600, "{file}");
    }
    assert_eq!(mode(&acme), 0o700);
    drop(pebble);
    assert_eq!(
        presented(&world.keeper("https://127.0.0.1:1/dir")),
        facts,
        "the authority is not needed for a start"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_renewed_at_two_thirds_of_its_life_and_not_before() {
    let world = World::new().await;
    let pebble = world.pebble(0);
    let keeper = world.keeper(&pebble.directory());
    keeper.renew_due(now(), false).await;
    let first = presented(&keeper);
    keeper.renew_due(first.not_before + 50 * DAY, false).await;
    assert_eq!(presented(&keeper), first, "50 of 90 days are not two thirds");
    keeper.renew_due(first.not_before + 61 * DAY, false).await;
    let second = presented(&keeper);
    assert_ne!(second.serial, first.serial);
    assert_eq!(pebble.log().matches("There are now 2 accounts").count(), 0, "one account is enough");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_that_rejects_nonces_issues_in_the_end() {
    let world = World::new().await;
    let pebble = world.pebble(25);
    let keeper = world.keeper(&pebble.directory());
    // It rejects by chance and does not log it: a request that came again is one that was rejected.
    let posts = || {
        ["order-plz", "finalize-order", "certZ"]
            .map(|path| pebble.log().matches(&format!("POST /{path}")).count())
    };
    let mut orders = 0;
    let mut point = now();
    while posts().iter().sum::<usize>() <= 3 * orders {
        orders += 1;
        assert!(orders <= 20, "no nonce was rejected:\n{}", pebble.log());
        keeper.renew_due(point, false).await;
        let facts = presented(&keeper);
        assert!(
            facts.issuer.starts_with("Pebble"),
            "{:?}\n{}",
            keeper.round(point).await[0].troubles,
            pebble.log()
        );
        point = facts.not_before + 61 * DAY;
    }
    assert_eq!(keeper.round(now()).await[0].troubles, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_authority_is_away_the_old_one_stays_and_the_waits_are_kept() {
    let world = World::new().await;
    let pebble = world.pebble(0);
    let directory = pebble.directory();
    let keeper = world.keeper(&directory);
    keeper.renew_due(now(), false).await;
    let facts = presented(&keeper);
    drop(pebble);
    let late = facts.not_before + 61 * DAY;
    keeper.renew_due(late, false).await;
    assert_eq!(presented(&keeper), facts);
    let lines = keeper.round(late).await;
    assert!(lines[0].troubles[0].contains("issues no certificate"), "{:?}", lines[0].troubles);
    assert!(keeper.warnings()[0].contains("tried again at"), "{:?}", keeper.warnings());
    let again = world.keeper(&directory);
    let next = again.renew_due(now(), false).await;
    assert!(next > now() + 3 * MINUTE, "a restart does not ask at once: {next}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_mended_something_need_not_wait() {
    let world = World::new().await;
    let pebble = world.pebble(0);
    let taken = std::net::TcpListener::bind(world.challenge_address).unwrap();
    let keeper = world.keeper(&pebble.directory());
    keeper.renew_due(now(), false).await;
    drop(taken);
    keeper.renew_due(now(), false).await;
    assert_eq!(presented(&keeper).issuer, HOSTNAME, "the waits grow by themselves");
    keeper.renew_due(now(), true).await;
    assert!(presented(&keeper).issuer.starts_with("Pebble"), "{}", pebble.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_cannot_be_proven_is_told_with_what_the_authority_met() {
    let world = World::new().await;
    let pebble = world.pebble(0);
    world.playground.dns().remove(HOSTNAME);
    let keeper = world.keeper(&pebble.directory());
    keeper.renew_due(now(), false).await;
    assert_eq!(presented(&keeper).issuer, HOSTNAME);
    let troubles = keeper.round(now()).await.remove(0).troubles.join("\n");
    for part in ["could not prove the name", "port 80", "challenge_address", HOSTNAME] {
        assert!(troubles.contains(part), "{part} is not in\n{troubles}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_told_with_the_key_to_change() {
    let world = World::new().await;
    let pebble = world.pebble(0);
    let _taken = std::net::TcpListener::bind(world.challenge_address).unwrap();
    let keeper = world.keeper(&pebble.directory());
    keeper.renew_due(now(), false).await;
    let troubles = keeper.round(now()).await.remove(0).troubles.join("\n");
    assert!(troubles.contains("free the port, or change `challenge_address`"), "{troubles}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_the_authority_forgot_is_made_anew() {
    let world = World::new().await;
    let first = world.pebble(0);
    let keeper = world.keeper(&first.directory());
    keeper.renew_due(now(), false).await;
    let account = world.data.path().join("acme/account.json");
    let kept = std::fs::read_to_string(&account).unwrap();
    // Another Pebble knows nobody; the kept account is made to point at it.
    let second = world.pebble(0);
    let port =
        |pebble: &playground::peers::Pebble| pebble.directory().replace("https://", "").replace("/dir", "");
    std::fs::write(&account, kept.replace(&port(&first), &port(&second))).unwrap();
    let keeper = world.keeper(&second.directory());
    let next = keeper.renew_due(now(), false).await;
    assert!(!account.exists(), "an account that is not known is forgotten");
    keeper.renew_due(next, false).await;
    assert!(presented(&keeper).issuer.starts_with("Pebble"), "{}", second.log());
    assert!(account.exists());
}
