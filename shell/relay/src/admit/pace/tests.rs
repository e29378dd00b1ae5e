use super::*;
use model::SnapshotNumber;
use tenant::Folder;

fn snapshot(limits: &str) -> Snapshot {
    let text =
        format!("name = \"acme\"\ndomains = [\"acme.example\"]\nregion = \"eu\"\n[limits]\n{limits}\n");
    let folder = Folder([("tenant.toml".to_owned(), text.into_bytes())].into());
    tenant::compile(&folder, SnapshotNumber(1), &|_| None).unwrap()
}

fn from(local: &str) -> ReversePath {
    ReversePath::Mailbox(format!("{local}@acme.example").parse().unwrap())
}

fn second(number: i64) -> Timestamp {
    Timestamp::from_micros(number * 1_000_000)
}

/// How many of ten messages with three recipients each, from `sender`, are let in at `now`.
fn let_in(pace: &Pace, snapshot: &Snapshot, sender: &ReversePath, now: i64) -> usize {
    let one = |_: &u32| {
        let room = pace.has_room(snapshot, sender, 3, second(now)).is_ok();
        if room {
            pace.count(snapshot, sender, 3, second(now));
        }
        room
    };
    (0..10).filter(one).count()
}

#[test]
fn each_cap_holds_within_its_minute_and_for_its_own() {
    let check = |limits: &str, anna: usize, bob: usize, anna_later: usize| {
        let (pace, snapshot) = (Pace::default(), snapshot(limits));
        let found = [("anna", 0), ("bob", 59), ("Anna", 60)]
            .map(|(sender, now)| let_in(&pace, &snapshot, &from(sender), now));
        assert_eq!(found, [anna, bob, anna_later], "{limits}");
    };
    check("", 10, 10, 10);
    check("messages_per_minute = 4", 4, 0, 4);
    check("recipients_per_minute = 10", 3, 0, 3);
    // More than the cap at once waits for an empty minute, not for ever.
    check("recipients_per_minute = 2", 1, 0, 1);
    check("sender_messages_per_minute = 4", 4, 4, 4);
    check("sender_recipients_per_minute = 6", 2, 2, 2);
    check("messages_per_minute = 5\nsender_messages_per_minute = 4", 4, 1, 4);
}

#[test]
fn a_null_sender_counts_for_the_tenant() {
    let (pace, snapshot) =
        (Pace::default(), snapshot("messages_per_minute = 2\nsender_messages_per_minute = 1"));
    assert_eq!(let_in(&pace, &snapshot, &ReversePath::Null, 0), 2);
}

#[test]
fn senders_beyond_the_bound_share_one_count() {
    let (pace, snapshot) = (Pace::default(), snapshot("sender_messages_per_minute = 3"));
    for number in 0..SENDERS_MAX {
        pace.count(&snapshot, &from(&number.to_string()), 1, second(0));
    }
    assert_eq!(let_in(&pace, &snapshot, &from("0"), 0), 2);
    assert_eq!(let_in(&pace, &snapshot, &from("late"), 0), 3);
    assert_eq!(let_in(&pace, &snapshot, &from("later"), 0), 0);
    assert_eq!(pace.0.lock().unwrap().senders.len(), SENDERS_MAX);
}

#[test]
fn a_refusal_says_which_cap_and_comes_again() {
    let (pace, snapshot) =
        (Pace::default(), snapshot("messages_per_minute = 1\nconnections = 1\nmessage_size = 1000"));
    pace.count(&snapshot, &from("anna"), 1, second(0));
    let refused = pace.has_room(&snapshot, &from("anna"), 1, second(0)).unwrap_err();
    assert_eq!(
        refused.reply.to_string(),
        "451 4.7.1 more than 1 messages in this minute, try again in the next"
    );
    let sessions = Arc::new(Sessions::default());
    let seat = sessions.enter(&snapshot).unwrap();
    assert_eq!(sessions.enter(&snapshot).unwrap_err().reply.code.0, 421);
    drop(seat);
    drop(sessions.enter(&snapshot).unwrap());
    assert!(sessions.0.lock().unwrap().is_empty());
    fits(&snapshot, ByteCount(1000)).unwrap();
    assert!(fits(&snapshot, ByteCount(1001)).unwrap_err().reply.to_string().starts_with("452 4.3.4 "));
}
