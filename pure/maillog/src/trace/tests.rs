use super::Document;
use crate::event::Happening;

/// As `signpost trace --json` prints it: two messages side by side, the second one refused for an address of ours and reported.
const TRACE: &str = include_str!("../../tests/fixtures/trace.json");

fn told(text: &str) -> (Vec<String>, Vec<String>) {
    let mut document = Document::default();
    let mut wrong = Vec::new();
    for line in text.lines() {
        wrong.extend(document.push(line.as_bytes()).err());
    }
    let mut told = Vec::new();
    document.end(&mut |event| {
        let what = if let Happening::Attempted(one) = &event.what {
            format!("{:?} {:?} {:?}", one.outcome, one.recipient, one.reply)
        } else {
            format!("{:?}", event.what)
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
