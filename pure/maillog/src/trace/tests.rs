use super::Document;
use crate::event::Happening;

/// As `signpost trace --json` prints it: two messages side by side, the second one refused for an address of ours and reported.
const TRACE: &str = r#"{
  "gaps": [ { "noticed": "2026-09-01T08:00:00Z", "what": "segment 7 was gone" } ],
  "more": false,
  "stories": [
    { "id": "01k9d3aaaaaaaaaaaaaaaaaaaa", "events": [
      { "at": "2026-09-01T09:00:00Z", "kind": "accepted", "detail": { "chunks": 1, "length": 9, "message": { "tenant": "acme", "envelope": { "mail_from": { "mailbox": "anna@a.example" }, "recipients": [ { "address": "kim@c.example" }, { "address": "lee@c.example" } ] } } } },
      { "at": "2026-09-01T09:00:01Z", "kind": "tried", "detail": { "tried": { "source": "one", "host": "mx.c.example [192.0.2.7]", "phases": {}, "results": [ { "recipients": [0], "stage": "end_of_data", "taken": true, "reply": "250 ok" }, { "recipients": [1], "stage": "rcpt", "taken": false, "reply": "550 5.7.1 blocked {\"" } ] } } },
      { "at": "2026-09-01T09:00:01Z", "kind": "outcomes", "detail": { "outcomes": [ [0, { "outcome": "delivered", "host": "mx.c.example [192.0.2.7]", "source": "one", "reply": "250 ok" }] ] } },
      { "at": "2026-09-01T11:00:00Z", "kind": "outcomes", "detail": { "outcomes": [ [1, { "outcome": "bounced", "report": "01k9d3bbbbbbbbbbbbbbbbbbbb", "reply": "550 5.7.1 blocked {\"" }] ] } }
    ] },
    { "id": "01k9d3cccccccccccccccccccc", "events": [
      { "at": "2026-09-01T10:00:00Z", "kind": "refused", "detail": { "stage": "mail", "reply": "550 5.7.1 no" } }
    ] }
  ],
  "unread_records": 0
}"#;

fn told(text: &str) -> (Vec<String>, Vec<String>) {
    let mut document = Document::default();
    let mut wrong = Vec::new();
    for line in text.lines() {
        wrong.extend(document.push(line.as_bytes()).err());
    }
    let mut told = Vec::new();
    document.end(&mut |event| {
        let what = match &event.what {
            Happening::Attempted(one) => format!("{:?} {:?} {:?}", one.outcome, one.recipient, one.reply),
            other => format!("{other:?}"),
        };
        told.push(format!("{} {what}", &event.at.to_string()[11..19]));
    });
    (told, wrong)
}

#[test]
fn a_trace_is_told_in_the_order_of_time() {
    let (told, wrong) = told(TRACE);
    assert_eq!(wrong, Vec::<String>::new());
    let expected = [
        "08:00:00 Gap { what: \"segment 7 was gone\" }",
        "09:00:00 Arrived { sender: \"anna@a.example\", report_on: None }",
        "09:00:01 HostFailed Some(\"lee@c.example\") Some(\"550 5.7.1 blocked {\\\"\")",
        "09:00:01 Delivered Some(\"kim@c.example\") None",
        "11:00:00 Refused Some(\"lee@c.example\") Some(\"550 5.7.1 blocked {\\\"\")",
        "11:00:00 Reported",
        "11:00:00 Completed",
    ];
    assert_eq!(told, expected);
}

#[test]
fn how_the_document_is_cut_into_lines_changes_nothing() {
    let one_line = TRACE.replace('\n', " ");
    assert_eq!(told(&one_line), told(TRACE));
}

#[test]
fn what_is_no_story_is_told_and_the_rest_is_read() {
    let (good, wrong) = told(&TRACE.replace("\"noticed\"", "\"seen\""));
    assert_eq!((good.len(), wrong.len()), (6, 1));
    assert!(wrong[0].contains("neither a story nor a gap"), "{wrong:?}");
    let (_, wrong) = told(&TRACE.replace("\"mail_from\"", "\"from\""));
    assert!(wrong[0].contains("`accepted` that cannot be read"), "{wrong:?}");
}
