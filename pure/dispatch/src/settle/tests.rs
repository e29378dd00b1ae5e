use super::*;

const REPORT: Judgement = Judgement::Report(EnhancedCode::new(5, 1, 1));
const PARKED: Judgement = Judgement::Park(Owner::Receiver);

#[test]
fn what_many_met_is_not_reported() {
    assert_eq!(believed(REPORT, Trust::Alone), REPORT);
    assert_eq!(believed(REPORT, Trust::Alike { senders: 3 }), PARKED);
    assert_eq!(believed(REPORT, Trust::Share { refused: 11, of: 20 }), PARKED);
    assert_eq!(believed(Judgement::Retry, Trust::Alike { senders: 3 }), Judgement::Retry);
}

#[test]
fn everything_that_is_over_is_reported_and_what_was_kept_counts_as_ours() {
    let told = |judgement| in_time(judgement, true, false);
    assert_eq!(told(Judgement::Retry), (Judgement::Report(EXPIRED), Blame::Theirs));
    assert_eq!(told(Judgement::RetrySameSource), (Judgement::Report(EXPIRED), Blame::Theirs));
    assert_eq!(told(Judgement::Park(Owner::OurAddress)), (Judgement::Report(EXPIRED), Blame::Ours));
    assert_eq!(told(Judgement::HoldTenant), (Judgement::Report(EXPIRED), Blame::Ours));
    assert_eq!(told(REPORT), (REPORT, Blame::Theirs));
}

#[test]
fn a_probe_is_reported_only_when_its_time_is_over() {
    assert_eq!(in_time(REPORT, false, true), (PARKED, Blame::Theirs));
    assert_eq!(in_time(REPORT, true, true), (REPORT, Blame::Theirs));
    assert_eq!(in_time(Judgement::Retry, false, true), (Judgement::Retry, Blame::Theirs));
}
