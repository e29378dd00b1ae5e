use super::*;

fn incident(standing: &str, is_open: bool) -> IncidentLine {
    IncidentLine {
        id: "abcdefghijk1".to_owned(),
        title: "Mail is <refused>".to_owned(),
        standing: standing.to_owned(),
        is_open,
        waiting: vec![("u1".to_owned(), "It is over.".to_owned())],
        ..IncidentLine::default()
    }
}

#[test]
fn what_waits_for_a_person_has_its_command_and_words_of_others_are_escaped() {
    let page =
        render(&IncidentsView { incidents: vec![incident("confirmed", true)], ..IncidentsView::default() });
    assert!(page.contains("One incident is open") && page.contains("Mail is &lt;refused&gt;"), "{page}");
    assert!(page.contains("signpost incident publish abcdefghijk1 --update u1"), "{page}");
}

#[test]
fn what_is_over_is_no_alarm() {
    let page =
        render(&IncidentsView { incidents: vec![incident("absorbed", false)], ..IncidentsView::default() });
    assert!(page.contains("No incident is open") && !page.contains("incident publish"), "{page}");
    let page =
        render(&IncidentsView { incidents: vec![incident("suspected", true)], ..IncidentsView::default() });
    assert!(page.contains("One suspicion is looked into"), "{page}");
}
