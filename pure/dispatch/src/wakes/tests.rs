use super::*;

fn refused(owner: Owner, category: Option<Category>, stage: Stage) -> ParkReason {
    let (host, reply) = ("mx.example [192.0.2.1]".to_owned(), "550 no".to_owned());
    ParkReason::Refused { stage, host, reply, category, owner: Some(owner), source: None }
}

#[test]
fn only_what_is_about_our_address_waits_for_a_source() {
    let was_asked =
        |owner, category, stage| kept_from(&refused(owner, category, stage)).map(|it| it.was_asked);
    let listed = Some(Category::IpListed);
    assert_eq!(was_asked(Owner::OurAddress, listed, Stage::Rcpt), Some(true));
    assert_eq!(was_asked(Owner::OurAddress, None, Stage::Resolve), Some(false));
    assert_eq!(was_asked(Owner::OurAddress, None, Stage::Rcpt), None);
    assert_eq!(was_asked(Owner::Receiver, listed, Stage::Rcpt), None);
}

#[test]
fn a_persons_hold_wakes_by_nothing() {
    let held = ParkReason::Operator { by: "kim".to_owned(), note: String::new() };
    assert!(kept_from(&held).is_none() && !is_for_setup(&held) && !is_refusal(&held));
}
