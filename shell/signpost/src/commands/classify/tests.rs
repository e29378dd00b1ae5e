use super::classify_lines;
use serde_json::{Value, json};

fn told(line: &str) -> Value {
    let (told, wrong) = classify_lines(line);
    assert!(wrong.is_empty(), "{wrong:?}");
    serde_json::from_str(&told).unwrap()
}

#[test]
fn a_plain_line_is_a_reply() {
    let reply = "550 5.7.1 Service unavailable, Client host [192.0.2.1] blocked using zen.spamhaus.org";
    assert_eq!(
        told(reply),
        json!({
            "reply": reply, "category": "ip_listed", "owner": "our_address", "scope": "source", "action": "other_source",
            "list": "zen.spamhaus.org", "address": "192.0.2.1", "rule": "list-blocked-using",
        })
    );
}

#[test]
fn what_is_known_around_a_reply_changes_its_owner() {
    let line = |known: Value| {
        let mut line = json!({ "reply": "550 5.4.1 Recipient address rejected: Access denied" });
        line.as_object_mut().unwrap().extend(known.as_object().unwrap().clone());
        told(&line.to_string())
    };
    assert_eq!(line(json!({}))["owner"], "recipient");
    let returned = line(json!({ "stage": "rcpt", "route": "return", "recipient_is_tenants": false }));
    assert_eq!((&returned["owner"], &returned["action"]), (&json!("tenant_setup"), &json!("hold_tenant")));
    let foreign = json!({ "reply": "554 Client host [192.0.2.9] blocked using zen.spamhaus.org", "our_addresses": ["192.0.2.1"] });
    assert_eq!(told(&foreign.to_string())["owner"], "receiver");
}

#[test]
fn a_line_that_cannot_be_read_is_named_and_the_others_go_on() {
    let input = "550 5.1.1 User unknown\n\n{\"reply\": 7}\n\
                 {\"reply\": \"550 x\", \"stage\": \"dinner\"}\n{\"repl\": \"550 x\"}\n\
                 {\"reply\": \"550 x\", \"stage\": \"RCPT TO\", \"kind\": \"log\"}\n452 4.2.2 Over quota\n";
    let (told, wrong) = classify_lines(input);
    assert_eq!(told.lines().count(), 3, "{told}");
    for (line, start) in wrong.iter().zip(["line 3: ", "line 4: ", "line 5: "]) {
        assert!(line.starts_with(start), "{wrong:?}");
    }
    assert_eq!(wrong.len(), 3);
}
