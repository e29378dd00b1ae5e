//! The traps, and what the context changes. What each rule says is held in `rules`, how many real replies come out right in `corpus`.

use super::*;

const LISTED: &str = "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org";

fn check(reply: &str, context: &ReplyContext<'_>, expected: (Category, Owner, Scope, Action)) {
    let told = classify(reply, context);
    assert_eq!(
        (told.category, told.owner, told.scope, told.action),
        expected,
        "`{reply}` {context:?}: {told:?}"
    );
}

fn returned(recipient_is_tenants: bool) -> ReplyContext<'static> {
    ReplyContext {
        route: Some(Route::Return),
        recipient_is_tenants: Some(recipient_is_tenants),
        ..ReplyContext::default()
    }
}

fn delivered(stage: Stage) -> ReplyContext<'static> {
    ReplyContext { route: Some(Route::Deliver), stage: Some(stage), ..ReplyContext::default() }
}

#[test]
fn the_receivers_own_broken_list_is_no_listing() {
    let expected = (Category::TransientServer, Owner::Receiver, Scope::Site, Action::Retry);
    for reply in [
        "554 5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org; Error: open resolver; https://www.spamhaus.org/returnc/pub/192.0.2.53/",
        "554 5.7.1 blocked using multi.uribl.com; 127.0.0.1 -> Query Refused. See http://uribl.com/refused.shtml",
        "550 5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org=127.255.255.254",
    ] {
        check(reply, &ReplyContext::default(), expected);
    }
}

#[test]
fn greylisting_by_a_list_is_greylisting() {
    let reply = "450 4.7.1 Client host [192.0.2.1] blocked using grey.rbl.example; Greylisting, try again in 5 minutes";
    let expected = (Category::Greylisted, Owner::Receiver, Scope::SourceAtSite, Action::Retry);
    check(reply, &ReplyContext::default(), expected);
}

#[test]
fn a_listed_address_that_is_not_ours_is_not_our_listing() {
    let ours = [IpAddr::from([192, 0, 2, 1])];
    let foreign = [IpAddr::from([192, 0, 2, 2])];
    let known = |addresses| ReplyContext { our_addresses: Some(addresses), ..ReplyContext::default() };
    let is_ours = (Category::IpListed, Owner::OurAddress, Scope::Source, Action::OtherSource);
    check(LISTED, &ReplyContext::default(), is_ours);
    check(LISTED, &known(&ours), is_ours);
    check(LISTED, &known(&foreign), (Category::IpListed, Owner::Receiver, Scope::Recipient, Action::Retry));
    check("550 Your IP is listed at zen.spamhaus.org", &known(&foreign), is_ours);
}

#[test]
fn microsofts_own_listed_egress_is_not_ours() {
    let reply = "550 5.7.514 Decision Engine classified the mail item was rejected because of IP Block (from outbound normal IP pools) -> \
                 554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org";
    let expected = (Category::IpListed, Owner::Receiver, Scope::Recipient, Action::Retry);
    check(reply, &ReplyContext::default(), expected);
}

#[test]
fn a_list_of_domains_names_the_sender_and_s8001_names_us() {
    let sender = (Category::DomainReputation, Owner::SenderDomain, Scope::SenderDomain, Action::Dsn);
    check(
        "554 5.7.1 Sender address [kim@acme.example] blocked using dbl.spamhaus.org",
        &ReplyContext::default(),
        sender,
    );
    let reply = "550 5.7.1 Service unavailable, Helo domain is listed in Spamhaus. (S8001)";
    let ours = (Category::DomainReputation, Owner::OurDomain, Scope::Source, Action::Park);
    check(reply, &ReplyContext::default(), ours);
}

#[test]
fn a_connector_that_does_not_match_holds_the_tenant() {
    let held = |category| (category, Owner::TenantSetup, Scope::Tenant, Action::HoldTenant);
    let attribution = "550 5.7.64 TenantAttribution; Relay Access Denied";
    check(attribution, &ReplyContext::default(), held(Category::RelayingDenied));
    let denied = "550 5.4.1 Recipient address rejected: Access denied";
    check(denied, &returned(false), held(Category::MailboxUnknown));
    let own = (Category::MailboxUnknown, Owner::TenantSetup, Scope::Tenant, Action::Park);
    check(denied, &returned(true), own);
    let elsewhere = (Category::MailboxUnknown, Owner::Recipient, Scope::Recipient, Action::Dsn);
    check(denied, &ReplyContext::default(), elsewhere);
}

#[test]
fn in_return_only_content_and_own_recipients_are_reported() {
    let own = (Category::MailboxUnknown, Owner::Recipient, Scope::Recipient, Action::Dsn);
    let foreign = (Category::MailboxUnknown, Owner::TenantSetup, Scope::Tenant, Action::Park);
    check("550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", &returned(true), own);
    check("550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", &returned(false), foreign);
    let content = (Category::ContentSpam, Owner::Content, Scope::Recipient, Action::Dsn);
    check("554 5.7.1 This message contains a virus", &returned(false), content);
    for reply in [
        "550 5.7.1 Email rejected per DMARC policy",
        "550 5.7.1 Sender address rejected: not owned by user",
        "554 5.7.1 Your domain is blacklisted",
    ] {
        let told = classify(reply, &returned(false));
        assert_eq!((told.owner, told.action), (Owner::TenantSetup, Action::Park), "{reply}");
    }
}

#[test]
fn what_was_not_said_yet_is_not_what_was_refused() {
    let parks = |reply: &str, stage: Stage| {
        let told = classify(reply, &delivered(stage));
        assert_eq!(told.action, Action::Park, "`{reply}` at {stage:?}: {told:?}");
    };
    parks("550 No such user", Stage::Banner);
    parks("550 No such user", Stage::Mail);
    parks("550 Message rejected as spam", Stage::Rcpt);
    parks("554 Your domain is blacklisted", Stage::Ehlo);
    let told = classify("552 Message size exceeds fixed maximum message size", &delivered(Stage::Mail));
    assert_eq!(told.action, Action::Dsn, "the size is announced at MAIL");
}

#[test]
fn on_the_way_to_the_recipients_a_host_that_does_not_relay_is_wrong_itself() {
    let expected = (Category::RelayingDenied, Owner::Receiver, Scope::Site, Action::Retry);
    check("554 5.7.1 Relay access denied", &delivered(Stage::Rcpt), expected);
}

#[test]
fn a_reply_that_no_rule_knows_parks_and_a_transient_one_is_tried_again() {
    let unknown = (Category::Unknown, Owner::Receiver, Scope::Site, Action::Park);
    check("571 something new", &ReplyContext::default(), unknown);
    check("", &ReplyContext::default(), unknown);
    let transient = (Category::TransientServer, Owner::Receiver, Scope::Site, Action::Retry);
    check("451 something new", &ReplyContext::default(), transient);
}

#[test]
fn the_scope_is_as_wide_as_the_list() {
    let scope =
        |reply: &str, provider| classify(reply, &ReplyContext { provider, ..ReplyContext::default() }).scope;
    assert_eq!(scope(LISTED, None), Scope::Source);
    assert_eq!(scope("554 Blocked using our.list.example", None), Scope::SourceAtSite);
    assert_eq!(scope("554 Blocked using our.list.example", Some("ionos")), Scope::SourceAtProvider);
    assert_eq!(
        scope("550 5.7.606 Access denied, banned sending IP [192.0.2.1]", None),
        Scope::SourceAtProvider
    );
}

#[test]
fn the_list_and_the_address_are_told() {
    for (reply, list, address) in [
        (LISTED, Some("zen.spamhaus.org"), Some("192.0.2.1")),
        ("550 blocked, see https://www.spamhaus.org/query/ip/192.0.2.1", Some("spamhaus"), Some("192.0.2.1")),
        ("550 5.7.1 192.0.2.1 listed at bl.example.net=127.0.0.2", Some("bl.example.net"), Some("192.0.2.1")),
        ("550 5.7.606 Access denied, banned sending IP [192.0.2.1]", Some("microsoft"), Some("192.0.2.1")),
        (
            "550 5.7.1 Client host [2001:db8::1] blocked using bl.spamcop.net",
            Some("bl.spamcop.net"),
            Some("2001:db8::1"),
        ),
        ("550 5.7.1 Client host [127.0.1.1] blocked using Spamhaus", Some("spamhaus"), Some("127.0.1.1")),
        ("550 No such user", None, None),
    ] {
        let told = classify(reply, &ReplyContext::default());
        assert_eq!(told.list.as_deref(), list, "{reply}");
        assert_eq!(told.address.map(|address| address.to_string()).as_deref(), address, "{reply}");
    }
}

/// Found by fuzzing: a next hop may say any bytes.
#[test]
fn a_list_behind_text_that_is_not_ascii_is_named_too() {
    let told =
        classify("550 5.7.1 Адрес \u{2014}zen.spamhaus.org\u{fffd} [192.0.2.1]", &ReplyContext::default());
    assert_eq!(told.list.as_deref(), Some("zen.spamhaus.org"), "{told:?}");
    let told = classify("501 5\u{fffd}\u{fffd}sbl#####\u{fffd}.&.\u{fffd}", &ReplyContext::default());
    assert_eq!(told.category, Category::IpListed);
}
