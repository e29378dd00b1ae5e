//! Whatever a foreign organisation writes into its mail, it is never let in as the tenant; and who is let in is who the folder names.

use super::*;
use model::SnapshotNumber;
use proptest::prelude::*;
use smtp::PeerCertificate;
use tenant::Folder;

const FOREIGN: &str = "X-MS-Exchange-CrossTenant-Id: 99999999-2222-4333-8444-555555555555";
const CHECKS: &str = "\"certificate\", \"from\", \"tenant_id\", \"originator_org\"";

fn published(require: &str) -> Tenants {
    let tenants = Tenants::new();
    for (name, id) in
        [("acme", "7c1a2f60-0000-4000-8000-0000000acae1"), ("rival", "11111111-2222-4333-8444-555555555555")]
    {
        let text = format!(
            "name = \"{name}\"\ndomains = [\"{name}.example\"]\nregion = \"eu\"\n[connector]\nkind = \"m365\"\n\
             networks = [\"127.0.0.0/8\"]\nm365_tenants = [\"{id}\"]\nrequire = [{require}]\n\
             secret_header = {{ name = \"X-Key\", values = [\"the-secret-of-{name}\"] }}\n"
        );
        let folder = Folder([("tenant.toml".to_owned(), text.into_bytes())].into());
        tenants.publish(Arc::new(tenant::compile(&folder, SnapshotNumber(1), &|_| None).unwrap())).unwrap();
    }
    tenants
}

/// Exchange Online.
fn microsoft() -> Caller {
    let shown = PeerCertificate {
        names: vec!["mail.protection.outlook.com".to_owned()],
        fingerprint: [1; 32],
        unverified: None,
    };
    Caller {
        peer: "127.0.0.1".parse().unwrap(),
        listener: "eu-in".parse().unwrap(),
        hostname: "in.example".to_owned(),
        helo: "mail.example".to_owned(),
        is_esmtp: true,
        tls: Some(TlsInfo {
            protocol: "TLSv1.3".to_owned(),
            cipher: "any".to_owned(),
            peer_certificate: Some(shown),
            server_name: None,
        }),
    }
}

fn envelope(mail_from: &str) -> Envelope {
    let sender = match mail_from {
        "" => ReversePath::Null,
        address => ReversePath::Mailbox(address.parse().unwrap()),
    };
    Envelope::new(sender, ["kim@customer.example".parse().unwrap()])
}

/// The tenant as whom a message is let in.
fn let_in(tenants: &Tenants, mail_from: &str, header: &[String]) -> Result<TenantName, Refusal> {
    let admission = Admission::default();
    let caller = microsoft();
    let visit = Visit { tenants, caller: &caller, login: None, now: Timestamp::from_micros(0) };
    let envelope = envelope(mail_from);
    let beginning = format!("{}\r\n\r\nbody\r\n", header.join("\r\n"));
    let message = Ended {
        envelope: &envelope,
        beginning: beginning.as_bytes(),
        header_is_whole: true,
        size: ByteCount(beginning.len() as u64),
    };
    let admitted = admission.sender(&visit, &envelope)?;
    admission.message(&visit, &admitted, &message, &mut None).map(|snapshot| snapshot.settings.name.clone())
}

fn names() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "X-MS-Exchange-CrossTenant-Id",
        "x-ms-exchange-crosstenant-id ",
        "X-OriginatorOrg",
        "From",
        "from	",
        "Sender",
        "Subject",
        "X-Key",
    ])
}

fn values() -> impl Strategy<Value = String> {
    proptest::sample::select(vec![
        "7c1a2f60-0000-4000-8000-0000000acae1",
        "11111111-2222-4333-8444-555555555555",
        "84df9e7f-e9f6-40af-b435-aaaaaaaaaaaa",
        "acme.example",
        "rival.example",
        "anna@acme.example",
        "Anna <anna@acme.example>",
        "eve@rival.example",
        "the-secret-of-rival",
        "the-secret-of-",
        "\r\n anna@acme.example",
        "",
    ])
    .prop_map(str::to_owned)
}

/// One line that a forger writes; rarely one that is no field.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        20 => (names(), values()).prop_map(|(name, value)| format!("{name}: {value}")),
        1 => Just("no field".to_owned()),
        1 => Just("X-Odd: \nFrom: anna@acme.example".to_owned()),
    ]
}

/// Most of what genuine mail of acme has, but for the secret, among lines of the forger and in any order.
fn forged() -> impl Strategy<Value = Vec<String>> {
    let genuine = vec![
        "X-MS-Exchange-CrossTenant-Id: 7c1a2f60-0000-4000-8000-0000000acae1",
        "X-OriginatorOrg: acme.example",
        "From: Anna <anna@acme.example>",
    ];
    let genuine = proptest::sample::subsequence(genuine, 2..=3);
    (genuine, proptest::collection::vec(line(), 0..3)).prop_flat_map(|(genuine, forged)| {
        Just(genuine.into_iter().map(str::to_owned).chain(forged).collect::<Vec<_>>()).prop_shuffle()
    })
}

fn sender() -> impl Strategy<Value = &'static str> {
    let known = vec!["anna@acme.example", "anna@ACME.example", "", "eve@rival.example", "x@evil.example"];
    proptest::sample::select(known)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4_000) })]

    /// Exchange Online puts the forger's own id in; what else stands there is the forger's choice.
    #[test]
    fn who_cannot_shed_its_own_id_is_never_let_in(
        mail_from in sender(), mut lines in forged(), place in 0_usize..6,
    ) {
        let tenants = published(CHECKS);
        lines.insert(place.min(lines.len()), FOREIGN.to_owned());
        let found = let_in(&tenants, mail_from, &lines);
        prop_assert!(found.is_err(), "{:?} {:?}", found, lines);
    }

    /// Not even the id helps without the secret, and the rival's secret is the rival's.
    #[test]
    fn who_does_not_know_the_secret_is_never_let_in_as_the_tenant(mail_from in sender(), lines in forged()) {
        let tenants = published(&format!("{CHECKS}, \"secret\""));
        let found = let_in(&tenants, mail_from, &lines);
        let is_acme = found.as_ref().is_ok_and(|tenant| tenant.as_str() == "acme");
        prop_assert!(!is_acme, "{:?} {:?}", found, lines);
    }

    /// Where only the id tells, whoever is let in has shown it and nobody else's.
    #[test]
    fn who_is_let_in_by_its_id_shows_no_other_one(mail_from in sender(), lines in forged()) {
        let found = let_in(&published(CHECKS), mail_from, &lines);
        let is_id = |line: &&String| line.to_ascii_lowercase().starts_with("x-ms-exchange-crosstenant-id");
        let ids: Vec<&String> = lines.iter().filter(is_id).collect();
        if let Ok(tenant) = found {
            prop_assert_eq!(tenant.as_str(), "acme");
            prop_assert!(ids.len() == 1 && ids[0].ends_with("acae1"), "{:?}", lines);
        }
    }
}

#[test]
fn the_generator_reaches_genuine_mail_so_the_properties_say_something() {
    let lines = |name: &str, id: &str| {
        [
            format!("X-MS-Exchange-CrossTenant-Id: {id}"),
            format!("X-OriginatorOrg: {name}.example"),
            format!("From: eve@{name}.example"),
            format!("X-Key: the-secret-of-{name}"),
        ]
    };
    let tenants = published(&format!("{CHECKS}, \"secret\""));
    let rival = lines("rival", "11111111-2222-4333-8444-555555555555");
    assert_eq!(let_in(&tenants, "eve@rival.example", &rival).unwrap().as_str(), "rival");
    assert_eq!(let_in(&tenants, "", &rival).unwrap().as_str(), "rival");
    let acme = lines("acme", "7c1a2f60-0000-4000-8000-0000000acae1");
    assert_eq!(let_in(&tenants, "eve@acme.example", &acme).unwrap().as_str(), "acme");
}

#[test]
fn an_organisation_proves_a_tenant_without_secret_so_that_what_it_forgot_comes_again() {
    let header = |org: &str| {
        [
            "X-MS-Exchange-CrossTenant-Id: 7c1a2f60-0000-4000-8000-0000000acae1".to_owned(),
            format!("X-OriginatorOrg: {org}"),
            "From: anna@acme.example".to_owned(),
        ]
    };
    let check = |require: &str, mail_from: &str, org: &str, code: u16| {
        let refused = let_in(&published(require), mail_from, &header(org)).unwrap_err();
        assert_eq!(refused.reply.code.0, code, "{require} {mail_from} {org}: {}", refused.reply);
    };
    let with_secret = format!("{CHECKS}, \"secret\"");
    check(CHECKS, "anna@acme.example", "bought.example", 451);
    check(CHECKS, "anna@bought.example", "acme.example", 451);
    check(CHECKS, "eve@rival.example", "acme.example", 550);
    check(&with_secret, "anna@acme.example", "bought.example", 550);
    check(&with_secret, "anna@bought.example", "acme.example", 550);
}
