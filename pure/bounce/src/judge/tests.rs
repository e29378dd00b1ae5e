//! The table of judgements, row by row.

use super::*;

fn reply(text: &str) -> Failure {
    let code = text[..3].parse().unwrap();
    let enhanced = text.split(' ').nth(1).and_then(|word| word.parse().ok());
    Failure::Reply(Reply::new(code, enhanced, text))
}

fn check(failure: &Failure, stage: Stage, recipient_is_tenants: bool, expected: Judgement) {
    let context = Context { stage, recipient_is_tenants };
    assert_eq!(judge(failure, context), expected, "{failure} at {stage:?}, own: {recipient_is_tenants}");
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
        check(&reply(&format!("550 {code} no")), Stage::Rcpt, false, Judgement::Park(Owner::Receiver));
    }
}

#[test]
fn a_recipient_fault_before_any_recipient_was_named_parks() {
    check(&reply("550 5.1.1 odd"), Stage::Mail, true, Judgement::Park(Owner::Receiver));
    check(&reply("554 5.2.1 odd"), Stage::Banner, true, Judgement::Park(Owner::Receiver));
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
        check(&reply(text), Stage::Rcpt, true, Judgement::Park(Owner::Receiver));
        check(&reply(text), Stage::EndOfData, true, Judgement::Park(Owner::Receiver));
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
    check(&Failure::Connect(text()), Stage::Connect, true, Judgement::Retry);
    check(&Failure::Tls(text()), Stage::Tls, true, Judgement::Retry);
    check(&Failure::Lost(text()), Stage::Data, true, Judgement::Retry);
    check(&Failure::Unknown(text()), Stage::EndOfData, true, Judgement::RetrySameSource);
    check(&Failure::Lacks("SMTPUTF8"), Stage::Mail, true, Judgement::Park(Owner::Receiver));
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
