use super::*;

fn source(name: &str, state: &str) -> SourceLine {
    SourceLine { name: name.to_owned(), state: state.to_owned(), ..SourceLine::default() }
}

#[test]
fn the_headline_tells_which_are_out() {
    let page = |states: &[&str]| {
        let sources =
            states.iter().enumerate().map(|(at, state)| source(&format!("eu-{at}"), state)).collect();
        render(&SourcesView { sources, ..SourcesView::default() })
    };
    assert!(page(&["clean", "warming"]).contains("Every source is in use"));
    assert!(page(&["clean", "quarantined"]).contains("Not in use everywhere: eu-1"));
    assert!(page(&["probing", "quarantined"]).contains("state bad"));
}

#[test]
fn what_others_said_is_escaped() {
    let one = SourceLine { evidence: vec!["550 <b>no</b>".to_owned()], ..source("eu-1", "quarantined") };
    let page = render(&SourcesView { sources: vec![one], is_spreading: true, ..SourcesView::default() });
    assert!(page.contains("550 &lt;b&gt;no&lt;/b&gt;") && page.contains("taken out within a day"), "{page}");
}
