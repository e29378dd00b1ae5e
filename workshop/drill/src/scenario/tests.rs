use super::*;
use crate::figures::MEANINGS;

#[test]
fn every_drill_of_the_book_is_written_as_it_must_be() {
    for scenario in Scenario::all().unwrap() {
        let name = &scenario.name;
        let is_known = |figure: &str| MEANINGS.iter().any(|(known, _)| *known == figure);
        for bar in &scenario.bars {
            assert!(
                is_known(&bar.figure) && (bar.max.is_some() || bar.min.is_some()),
                "{name}: {}",
                bar.figure
            );
        }
        assert!(scenario.real.iter().all(|real| is_known(&real.figure)), "{name}");
        let undoes = !scenario.sabotage.events.is_empty()
            || !scenario.sabotage.edits.is_empty()
            || !scenario.sabotage.without.is_empty();
        assert!(undoes, "{name}");
        let is_event =
            |wanted: &String| scenario.events.iter().any(|event| event.name.as_ref() == Some(wanted));
        assert!(scenario.sabotage.without.iter().all(is_event), "{name}");
        for event in scenario.events.iter().chain(&scenario.sabotage.events) {
            let source = match &event.fault {
                Fault::List { source } | Fault::Unlist { source } | Fault::Order { source, .. } => {
                    Some(source)
                }
                Fault::Refuse { source, .. } => source.as_ref(),
                Fault::Relent
                | Fault::Mark
                | Fault::ListCarriers { .. }
                | Fault::Greylist { .. }
                | Fault::ListWorld { .. }
                | Fault::MendList { .. }
                | Fault::ResolverGone
                | Fault::ResolverBack
                | Fault::Kill
                | Fault::Disk { .. }
                | Fault::Certificate { .. }
                | Fault::Run { .. } => None,
            };
            assert!(source.is_none_or(|source| scenario.address(source).is_some()), "{name}: {source:?}");
        }
    }
}

#[test]
fn a_short_form_keeps_the_order_of_its_events() {
    let long = Scenario::named("spamhaus-eu").unwrap();
    let short = long.clone().shortened();
    assert!(short.traffic.seconds < long.traffic.seconds && short.events[0].at < long.events[0].at);
    assert!(short.events.windows(2).all(|pair| pair[0].at <= pair[1].at));
}

#[test]
fn what_is_not_there_is_said() {
    assert_eq!(
        Scenario::named("nothing").unwrap_err().to_string(),
        "there is no drill `nothing`; `signpost drill --list` names all"
    );
    assert!(read("x", "title = 1").unwrap_err().to_string().starts_with("drills/x.toml: "));
}
