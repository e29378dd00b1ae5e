use super::*;

fn refused(owner: Owner, category: Option<Category>, stage: Stage) -> ParkReason {
    let (host, reply) = ("mx.example [192.0.2.1]".to_owned(), "550 no".to_owned());
    ParkReason::Refused { stage, host, reply, category, owner: Some(owner), source: None }
}

#[test]
fn only_what_is_about_our_address_waits_for_a_source() {
    let listed = Some(Category::IpListed);
    assert!(guarded_host(&refused(Owner::OurAddress, listed, Stage::Rcpt)).is_some());
    assert!(guarded_host(&refused(Owner::OurAddress, None, Stage::Resolve)).is_some());
    assert!(guarded_host(&refused(Owner::OurAddress, None, Stage::Rcpt)).is_none());
    assert!(guarded_host(&refused(Owner::Receiver, listed, Stage::Rcpt)).is_none());
}

#[test]
fn a_persons_hold_wakes_by_nothing() {
    let held = ParkReason::Operator { by: "kim".to_owned(), note: String::new() };
    assert!(guarded_host(&held).is_none() && !is_for_setup(&held) && !is_refusal(&held));
}
