//! Rows of polls and what they amount to.

use super::*;
use crate::answer::Refusal;
use crate::zone::Extent;

const START: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

fn listing() -> Listing {
    Listing {
        zone: "zen.spamhaus.org".to_owned(),
        names: vec!["CSS".to_owned()],
        addresses: vec![[127, 0, 0, 3].into()],
        extent: Extent::Single,
        is_set_up: false,
        text: None,
    }
}

/// `C` clean, `L` listed, `U` unknown, `l` listed while the list is not trusted; each with its second and its name server.
fn history(polls: &[(char, u64, &str)]) -> History {
    let mut history = History::default();
    for (kind, second, witness) in polls {
        let finding = match kind {
            'C' => Finding::Clean,
            'U' => Finding::Unknown(Refusal::Unknown("time-out".to_owned())),
            _ => Finding::Listed(listing()),
        };
        let at = START + Duration::from_secs(*second);
        history.add(Poll { at, witness: (*witness).to_owned(), finding, counts: *kind != 'l' });
    }
    history
}

#[test]
fn two_witnesses_make_a_listing() {
    let check = |polls: &[(char, u64, &str)], word: &str| {
        let history = history(polls);
        let shown = format!("{:?}", history.standing());
        assert!(shown.starts_with(word), "{polls:?}: {shown}");
    };
    check(&[], "Unknown");
    check(&[('U', 0, "a")], "Unknown");
    check(&[('C', 0, "a")], "Clean");
    check(&[('C', 0, "a"), ('L', 60, "a")], "Suspected");
    check(&[('L', 0, "a"), ('L', 10, "a")], "Suspected");
    check(&[('L', 0, "a"), ('L', 30, "a")], "Listed");
    check(&[('L', 0, "a"), ('L', 1, "b")], "Listed");
    check(&[('L', 0, "a"), ('L', 0, "b")], "Listed");
    check(&[('L', 0, "a"), ('U', 20, "b"), ('L', 40, "a")], "Listed");
    // A clean poll between them is a contradiction.
    check(&[('L', 0, "a"), ('C', 20, "b"), ('L', 40, "a")], "Suspected");
    check(&[('L', 0, "a"), ('L', 60, "a"), ('C', 120, "a")], "Clean");
    // Of a list that is not believed nothing counts.
    check(&[('C', 0, "a"), ('l', 60, "a"), ('l', 120, "b")], "Clean");
    check(&[('l', 0, "a"), ('l', 60, "b")], "Unknown");
}

#[test]
fn a_row_of_clean_polls_has_to_be_long_enough_in_number_and_time() {
    let minutes = Duration::from_secs(15 * 60);
    let check = |polls: &[(char, u64, &str)], clean: bool| {
        assert_eq!(history(polls).is_clean_for(3, minutes), clean, "{polls:?}");
    };
    check(&[('C', 0, "a"), ('C', 450, "a"), ('C', 900, "a")], true);
    check(&[('C', 0, "a"), ('C', 60, "a"), ('C', 120, "a")], false);
    check(&[('C', 0, "a"), ('C', 900, "a")], false);
    check(&[('C', 0, "a"), ('U', 300, "a"), ('C', 450, "a"), ('C', 900, "a")], true);
    check(&[('C', 0, "a"), ('L', 300, "a"), ('C', 450, "a"), ('C', 900, "a"), ('C', 1000, "a")], false);
    check(&[('L', 0, "a")], false);
}

#[test]
fn what_is_kept_has_a_bound() {
    let polls: Vec<_> = (0..2_000).map(|second| ('C', second, "a")).collect();
    assert_eq!(history(&polls).polls().count(), POLLS_MAX);
}
