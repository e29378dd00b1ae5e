//! `[incidents]`: what is said in public by itself, and what waits for a person.

use super::set;
use incident::{Absorbed, Policy, Release};
use model::Duration;
use tenant::written::{Report, Table};

pub(super) fn incidents(top: &mut Table<'_>, report: &mut Report) -> Policy {
    let mut policy = Policy::default();
    let Some(mut table) = top.table("incidents", report) else { return policy };
    let releases = [("by_itself", Release::ByItself), ("person", Release::Person)];
    let veto = Release::AfterVeto(Duration::from_secs(300));
    let said = [
        ("first_post", &mut policy.first_post),
        ("identified", &mut policy.identified),
        ("monitoring", &mut policy.monitoring),
        ("resolved", &mut policy.resolved),
        ("progress", &mut policy.progress),
    ];
    for (key, release) in said {
        let words = [releases[0], releases[1], ("after_veto", veto)];
        if let Some(wanted) = table.take(key).and_then(|value| value.word(&words, report)) {
            *release = wanted;
        }
    }
    let words = [("record", Absorbed::Record), ("show", Absorbed::Show), ("post", Absorbed::Post)];
    if let Some(wanted) = table.take("absorbed").and_then(|value| value.word(&words, report)) {
        policy.absorbed = wanted;
    }
    let (second, hour) = (Duration::from_secs(1), Duration::from_secs(3600));
    set(&mut policy.first_post_after, &mut table, "first_post_after", Duration::ZERO..=hour, report);
    set(&mut policy.update_every, &mut table, "update_every", second * 60..=hour * 24, report);
    table.finish(report);
    policy
}
