use super::{Phase, Severity, State, is_repetition, phase, severity, state};

#[test]
fn case_and_joints_do_not_count() {
    for word in ["partial_outage", "PARTIALOUTAGE", "Partial Outage", "partial-outage"] {
        assert_eq!(state(word), Some(State::PartialOutage), "{word}");
    }
    assert_eq!(phase("In Progress"), Some(Phase::InProgress));
    assert!(is_repetition("Update") && !is_repetition("Resolved"));
}

#[test]
fn an_unknown_word_is_in_no_table_and_never_green() {
    for word in ["", "strange", "operationalish", "okay-ish", "нормально"] {
        assert_eq!((state(word), severity(word), phase(word)), (None, None, None), "{word}");
    }
}

#[test]
fn a_word_for_not_knowing_is_unknown() {
    for word in ["not_monitored", "not-measured", "unknown"] {
        assert_eq!(state(word), Some(State::Unknown), "{word}");
    }
}

#[test]
fn every_word_of_ours_is_read_back() {
    for one in State::ALL {
        assert_eq!(state(one.as_str()), Some(one));
    }
    for one in Severity::ALL {
        assert_eq!(severity(one.as_str()), Some(one));
    }
    for one in Phase::ALL {
        assert_eq!(phase(one.as_str()), Some(one));
    }
}

#[test]
fn what_is_worse_is_greater() {
    assert!(State::ALL.is_sorted() && Severity::ALL.is_sorted());
    assert!(State::Unknown > State::Operational && State::DegradedPerformance > State::Unknown);
}
