use super::*;

const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
const WITHIN: Duration = Duration::from_secs(600);

fn said(host: &str, address: &str) -> Said {
    Said {
        evidence: EvidenceId(1),
        source: "eu-1".parse().unwrap(),
        receiver: Receiver::new(None, host),
        is_verified: false,
        address: Some(address.parse().unwrap()),
        list: Some("zen.spamhaus.org".to_owned()),
        is_public: true,
        names_ours: true,
    }
}

fn microsoft(host: &str) -> Said {
    let receiver = Receiver::new(Some("microsoft"), host);
    Said { receiver, is_verified: true, ..said(host, "192.0.2.1") }
}

fn weigh(all: &[Said]) -> Evidence {
    let mut witnesses = Witnesses::default();
    all.iter().map(|one| witnesses.weigh(one, false, WITHIN, NOW)).last().unwrap()
}

#[test]
fn a_known_provider_that_proves_its_name_is_enough_for_a_public_list_everywhere() {
    let evidence = weigh(&[microsoft("acme.mail.protection.outlook.com")]);
    assert_eq!((evidence.strength, evidence.place), (Strength::Strong, Place::Everywhere));
    assert_eq!(evidence.own_place, Place::Provider("microsoft".to_owned()));
}

#[test]
fn a_providers_own_list_reaches_no_further_than_the_provider() {
    let own = Said { is_public: false, list: None, ..microsoft("acme.mail.protection.outlook.com") };
    let evidence = weigh(&[own]);
    assert_eq!(evidence.strength, Strength::Strong);
    assert_eq!(evidence.place, Place::Provider("microsoft".to_owned()));
}

#[test]
fn a_providers_name_without_proof_is_anybodys_name() {
    let unproven = Said { is_verified: false, ..microsoft("acme.mail.protection.outlook.com") };
    let evidence = weigh(&[unproven]);
    assert_eq!(evidence.strength, Strength::Weak);
    assert_eq!(evidence.place, Place::Site("acme.mail.protection.outlook.com".to_owned()));
}

#[test]
fn a_reply_that_names_no_address_of_ours_is_weak_whoever_says_it() {
    let unnamed = Said { names_ours: false, ..microsoft("acme.mail.protection.outlook.com") };
    assert_eq!(weigh(&[unnamed.clone(), unnamed]).strength, Strength::Weak);
}

#[test]
fn one_host_that_repeats_itself_stays_one_witness() {
    let one = said("mx.hostile.example", "192.0.2.1");
    let other_name = said("mx2.hostile.example", "198.51.100.1");
    let other_address = said("mx.other.test", "192.0.2.77");
    assert_eq!(weigh(&[one.clone(), one.clone()]).strength, Strength::Weak);
    assert_eq!(weigh(&[one.clone(), other_name]).strength, Strength::Weak);
    assert_eq!(weigh(&[one, other_address]).strength, Strength::Weak);
}

#[test]
fn two_unrelated_organisations_confirm_each_other_within_ten_minutes() {
    let (one, other) = (said("mx.one.example", "192.0.2.1"), said("mx.two.test", "198.51.100.1"));
    assert_eq!(weigh(&[one.clone(), other.clone()]).place, Place::Everywhere);
    let mut witnesses = Witnesses::default();
    witnesses.weigh(&one, false, WITHIN, NOW);
    let late = NOW + WITHIN + Duration::from_secs(1);
    assert_eq!(witnesses.weigh(&other, false, WITHIN, late).strength, Strength::Weak);
}

#[test]
fn two_lists_are_two_stories() {
    let one = said("mx.one.example", "192.0.2.1");
    let other = Said { list: Some("bl.spamcop.net".to_owned()), ..said("mx.two.test", "198.51.100.1") };
    assert_eq!(weigh(&[one, other]).strength, Strength::Weak);
}

#[test]
fn a_poll_that_names_us_confirms_a_single_host() {
    let mut witnesses = Witnesses::default();
    let evidence = witnesses.weigh(&said("mx.one.example", "192.0.2.1"), true, WITHIN, NOW);
    assert_eq!((evidence.strength, evidence.place), (Strength::Strong, Place::Everywhere));
}

#[test]
fn a_flood_of_witnesses_is_bounded() {
    let mut witnesses = Witnesses::default();
    for number in 0..3 * WITNESSES_MAX {
        witnesses.weigh(&said(&format!("mx.h{number}.example{number}"), "192.0.2.1"), false, WITHIN, NOW);
    }
    assert_eq!(witnesses.0.len(), WITNESSES_MAX);
}

#[test]
fn an_evidence_id_is_read_as_it_is_written() {
    let id = EvidenceId(0x0001_8bcf_e568_0001);
    assert_eq!(id.to_string(), "ev-00018bcfe5680001");
    assert_eq!(id.to_string().parse(), Ok(id));
    assert!("ev-1".parse::<EvidenceId>().is_err());
}
