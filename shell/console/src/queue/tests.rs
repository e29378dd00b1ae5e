use super::{ActLine, QueueGroup, QueueView, render};

#[test]
fn the_page_sums_up_and_escapes_what_others_said() {
    let group = QueueGroup {
        tenant: "acme".to_owned(),
        state: "parked".to_owned(),
        messages: 3,
        reason: "550 5.7.1 <script>".to_owned(),
        ..QueueGroup::default()
    };
    let act =
        ActLine { what: "hold --sender '<>'".to_owned(), touched: "7".to_owned(), ..ActLine::default() };
    let page = render(&QueueView { messages: 3, recipients: 4, groups: vec![group], acts: vec![act] });
    assert!(page.contains("3 messages are in the queue") && page.contains("state odd"), "{page}");
    assert!(page.contains("550 5.7.1 &lt;script&gt;") && page.contains("hold --sender '&lt;&gt;'"), "{page}");
}

#[test]
fn an_empty_queue_needs_no_tables() {
    let page = render(&QueueView::default());
    assert!(page.contains("The queue is empty") && !page.contains("<table"), "{page}");
}
