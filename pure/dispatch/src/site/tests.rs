//! Names in, sites and their figures out.

use super::*;

#[test]
fn providers_are_known_by_whole_labels() {
    let of = |name: &str| Site::Provider(name.to_owned());
    for (host, site) in [
        ("acme.mail.protection.outlook.com.", of("microsoft")),
        ("acme-com.a-v1.MX.microsoft", of("microsoft")),
        ("aspmx.l.google.com", of("google")),
        ("notgoogle.com", Site::Hosts("notgoogle.com".to_owned())),
        ("evilprotection.outlook.example", Site::Hosts("evilprotection.outlook.example".to_owned())),
    ] {
        assert_eq!(Site::of([host]), site, "{host}");
    }
}

#[test]
fn domains_with_the_same_exchangers_are_one_site_in_whatever_order() {
    let one = Site::of(["mx2.host.example.", "mx1.host.example"]);
    assert_eq!(one, Site::of(["MX1.host.example", "mx2.host.example", "mx1.host.example"]));
    assert_ne!(one, Site::of(["mx1.host.example"]));
}

#[test]
fn a_set_of_several_providers_is_none_of_them() {
    let mixed = Site::of(["aspmx.l.google.com", "backup.host.example"]);
    assert_eq!(mixed, Site::Hosts("aspmx.l.google.com, backup.host.example".to_owned()));
}

#[test]
fn hosts_that_many_rent_are_no_site_of_their_provider() {
    let one = Site::of(["ec2-192-0-2-1.compute.amazonaws.com"]);
    assert_ne!(one, Site::of(["ec2-192-0-2-2.compute.amazonaws.com"]));
}

#[test]
fn every_figure_belongs_to_a_provider_that_is_recognised_and_has_a_source() {
    for Known { provider, most, messages, source } in KNOWN {
        assert!(bounce::is_provider(provider), "{provider}");
        assert!(most.value() > 0 && messages.value() > 0, "{provider}");
        assert!(source.contains("https://"), "{provider}");
        let shape = Site::Provider((*provider).to_owned()).shape(Reach::Exchanger);
        assert!(shape.first <= shape.most && shape.recipients == RECIPIENTS_MAX, "{provider}");
        assert_eq!((shape.most, shape.messages), (most.value(), messages.value()));
    }
}

#[test]
fn only_what_a_provider_documents_is_its_word() {
    let documented = |name| {
        let Documented { connections, messages } = shipped(name).unwrap().documented;
        (connections, messages)
    };
    assert_eq!(documented("yahoo"), (None, Some(20)));
    assert_eq!(documented("comcast"), (Some(25), Some(1_000)));
    assert_eq!(documented("orange"), (Some(3), None));
    assert_eq!(documented("google"), (None, None));
    assert_eq!(shipped("mimecast"), None);
}

#[test]
fn a_tenants_own_system_is_no_stranger() {
    let site = Site::of(["acme.mail.protection.outlook.com"]);
    assert_eq!(site.shape(Reach::SmartHost).first, 60);
    assert_eq!(site.shape(Reach::Exchanger).first, 5);
}
