//! The table of judgements, row by row.

use super::*;

fn reply(text: &str) -> Failure {
    let code = text[..3].parse().unwrap();
    let enhanced = text.split(' ').nth(1).and_then(|word| word.parse().ok());
    Failure::Reply(Reply::new(code, enhanced, text))
}

/// The faults of a recipient (RFC 3463 §3.2, §3.3) and of the size (§3.4) that Exchange gives for its own mailboxes.
const RECIPIENT_FAULTS: [EnhancedCode; 9] = [
    EnhancedCode::new(5, 1, 1),
    EnhancedCode::new(5, 1, 2),
    EnhancedCode::new(5, 1, 3),
    EnhancedCode::new(5, 1, 6),
    EnhancedCode::new(5, 1, 10),
    EnhancedCode::new(5, 2, 1),
    EnhancedCode::new(5, 2, 2),
    EnhancedCode::new(5, 2, 3),
    EnhancedCode::new(5, 3, 4),
];

fn returned(stage: Stage, recipient_is_tenants: bool) -> Context<'static> {
    Context {
        stage,
        route: Route::Return,
        host: None,
        our_addresses: None,
        recipient_is_tenants,
        labels: None,
    }
}

fn check(failure: &Failure, stage: Stage, recipient_is_tenants: bool, expected: Judgement) {
    let judgement = judge(failure, returned(stage, recipient_is_tenants));
    assert_eq!(judgement, expected, "{failure} at {stage:?}, own: {recipient_is_tenants}");
}

fn check_parks(failure: &Failure, stage: Stage, recipient_is_tenants: bool) {
    let judgement = judge(failure, returned(stage, recipient_is_tenants));
    let parks = matches!(judgement, Judgement::Park(_) | Judgement::HoldTenant);
    assert!(parks, "{failure} at {stage:?}, own: {recipient_is_tenants}: {judgement:?}");
}

#[test]
fn transient_answers_are_tried_again() {
    for text in ["421 4.3.2 closing", "450 4.7.1 greylisted", "451 4.7.500 server busy", "452 4.2.2 full"] {
        check(&reply(text), Stage::Rcpt, true, Judgement::Retry);
        check(&reply(text), Stage::EndOfData, false, Judgement::Retry);
    }
}

#[test]
fn a_recipient_fault_in_the_tenants_domains_is_reported() {
    for code in RECIPIENT_FAULTS {
        let failure = reply(&format!("550 {code} no"));
        check(&failure, Stage::Rcpt, true, Judgement::Report(code));
        check(&failure, Stage::EndOfData, true, Judgement::Report(code));
    }
}

#[test]
fn the_same_code_for_a_foreign_recipient_parks() {
    for code in RECIPIENT_FAULTS {
        check_parks(&reply(&format!("550 {code} no")), Stage::Rcpt, false);
    }
}

#[test]
fn a_recipient_fault_before_any_recipient_was_named_parks() {
    check_parks(&reply("550 5.1.1 odd"), Stage::Mail, true);
    check_parks(&reply("554 5.2.1 odd"), Stage::Banner, true);
}

#[test]
fn the_seeds_refusal_and_every_unknown_permanent_answer_parks() {
    for text in [
        "550 5.7.1 Service unavailable, Client host [127.0.1.1] blocked using Spamhaus",
        "550 5.4.1 Recipient address rejected: Access denied",
        "550 5.7.64 TenantAttribution; Relay Access Denied",
        "554 no enhanced code",
        "571 something new",
    ] {
        check_parks(&reply(text), Stage::Rcpt, true);
        check_parks(&reply(text), Stage::EndOfData, true);
    }
}

#[test]
fn an_answer_out_of_step_is_tried_again() {
    check(&reply("250 2.0.0 what?"), Stage::Data, true, Judgement::Retry);
    check(&reply("354 go"), Stage::EndOfData, true, Judgement::Retry);
}

#[test]
fn without_an_answer_we_try_again_and_after_the_final_dot_from_the_same_source() {
    let text = || "detail".to_owned();
    check(&Failure::Resolve(text()), Stage::Resolve, true, Judgement::Retry);
    check(&Failure::Nowhere(EnhancedCode::new(5, 1, 10), text()), Stage::Resolve, true, Judgement::Retry);
    check(&Failure::Connect(text()), Stage::Connect, true, Judgement::Retry);
    check(&Failure::Tls(text()), Stage::Tls, true, Judgement::Retry);
    check(&Failure::Lost(text()), Stage::Data, true, Judgement::Retry);
    check(&Failure::Unknown(text()), Stage::EndOfData, true, Judgement::RetrySameSource);
    check(&Failure::Lacks("SMTPUTF8"), Stage::Mail, true, Judgement::Park(Owner::TenantSetup));
}

#[test]
fn only_a_refusal_of_size_or_content_gives_the_original_a_try() {
    let told = |code, enhanced: Option<(u8, u16, u16)>| {
        let enhanced = enhanced.map(|(class, subject, detail)| EnhancedCode::new(class, subject, detail));
        Failure::Reply(Reply::new(code, enhanced, "words"))
    };
    for (failure, stage, is_for_the_form) in [
        (told(552, Some((5, 3, 4))), Stage::Mail, true),
        (told(552, None), Stage::EndOfData, true),
        (told(554, Some((5, 6, 0))), Stage::EndOfData, true),
        (told(550, Some((5, 7, 1))), Stage::EndOfData, false),
        (told(452, Some((4, 3, 4))), Stage::Mail, false),
        (told(552, None), Stage::Banner, false),
        (Failure::Unknown("lost".to_owned()), Stage::EndOfData, false),
    ] {
        assert_eq!(may_be_for_the_form(&failure, stage), is_for_the_form, "{failure} at {stage:?}");
    }
}

#[test]
fn a_refusal_of_a_host_in_the_body_gives_the_original_a_try() {
    for (text, stage, is_for_the_form) in [
        ("554 5.7.1 Blacklisted URL in message. (example.com) in [black].", Stage::EndOfData, true),
        ("554 5.7.1 : (HVU:B1) https://postmaster.aol.com/error-codes#554hvub1", Stage::EndOfData, true),
        ("550 5.7.1 links.relay.example is listed in dbl.spamhaus.org", Stage::EndOfData, true),
        // Of the envelope, and of what people wrote.
        (
            "554 5.7.1 Sender address [kim@customer.example] blocked using dbl.spamhaus.org",
            Stage::Rcpt,
            false,
        ),
        ("550 5.7.1 Client host [192.0.2.1] blocked using Spamhaus", Stage::EndOfData, false),
        ("550 5.7.1 Rejected: spam score 9.1", Stage::EndOfData, false),
    ] {
        assert_eq!(may_be_for_the_form(&reply(text), stage), is_for_the_form, "{text} at {stage:?}");
    }
}

#[test]
fn a_park_says_whose_fault_it_is() {
    for (text, stage, expected) in [
        (
            "550 5.7.1 Client host [192.0.2.1] blocked using Spamhaus",
            Stage::Rcpt,
            Judgement::Park(Owner::OurAddress),
        ),
        (
            "550 5.7.1 Helo domain is listed in Spamhaus (S8001)",
            Stage::Rcpt,
            Judgement::Park(Owner::OurDomain),
        ),
        ("530 5.7.0 Must issue a STARTTLS command first", Stage::Mail, Judgement::Park(Owner::OurSetup)),
        ("550 5.7.64 TenantAttribution; Relay Access Denied", Stage::Rcpt, Judgement::HoldTenant),
        (
            "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
            Stage::Rcpt,
            Judgement::HoldTenant,
        ),
        ("550 5.4.1 Recipient address rejected: Access denied", Stage::Rcpt, Judgement::HoldTenant),
        ("571 something new", Stage::Rcpt, Judgement::Park(Owner::Receiver)),
    ] {
        check(&reply(text), stage, false, expected);
    }
}

#[test]
fn a_limit_or_a_fault_of_the_receiver_is_tried_again_even_if_it_calls_itself_permanent() {
    for text in [
        "451 4.7.500 Server busy. Please try again later from [192.0.2.1]. (AS761)",
        "421 4.3.2 The maximum number of concurrent connections has exceeded a limit",
        "451 4.4.62 Mail sent to the wrong Office 365 region. ATTR35",
        "554 5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org; Error: open resolver",
        "550 Sender frequency limited",
    ] {
        check(&reply(text), Stage::Rcpt, false, Judgement::Retry);
        check(&reply(text), Stage::EndOfData, true, Judgement::Retry);
    }
}

#[test]
fn a_listing_of_an_address_that_is_not_ours_is_no_fault_of_ours() {
    let failure = reply("554 5.7.1 Client host [192.0.2.99] blocked using zen.spamhaus.org");
    let ours = [IpAddr::from([192, 0, 2, 1])];
    let context =
        Context { our_addresses: Some(&ours), route: Route::Deliver, ..returned(Stage::Rcpt, false) };
    assert_eq!(judge(&failure, context), Judgement::Retry);
    assert_eq!(
        judge(&failure, Context { our_addresses: None, ..context }),
        Judgement::Park(Owner::OurAddress)
    );
}

#[test]
fn on_the_way_to_the_recipients_their_faults_and_the_senders_are_reported() {
    for (text, status) in [
        ("550 No such user", "5.1.1"),
        ("550 5.7.1 No such user", "5.7.1"),
        ("552 Mailbox full", "5.2.2"),
        ("550 5.7.26 Unauthenticated email is not accepted due to domain's DMARC policy", "5.7.26"),
        ("554 Message rejected as spam", "5.7.1"),
    ] {
        let context = Context { route: Route::Deliver, ..returned(Stage::EndOfData, false) };
        assert_eq!(judge(&reply(text), context), Judgement::Report(status.parse().unwrap()), "{text}");
    }
}

#[test]
fn a_domain_that_says_that_it_takes_no_mail_ends_a_message_to_it_and_none_to_a_tenants_system() {
    let null_mx = EnhancedCode::new(5, 1, 10);
    let failure = Failure::Nowhere(null_mx, "the domain d.example accepts no mail".to_owned());
    let context = |route| Context {
        stage: Stage::Resolve,
        route,
        host: None,
        our_addresses: None,
        recipient_is_tenants: false,
        labels: None,
    };
    assert_eq!(judge(&failure, context(Route::Deliver)), Judgement::Report(null_mx));
    assert_eq!(judge(&failure, context(Route::Return)), Judgement::Retry);
    assert_eq!(failure.to_string(), "the domain d.example accepts no mail");
}
