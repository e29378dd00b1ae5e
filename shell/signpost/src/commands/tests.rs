use super::{header_addresses, table};

#[test]
fn addresses_of_several_fields_are_found_once_each() {
    let message =
        b"From: a@x.example\r\nTo: B <b@x.example>,\r\n c@x.example\r\nCc: b@x.example, no address\r\n\r\n";
    let found: Vec<String> =
        header_addresses(message, &["To", "Cc"]).iter().map(ToString::to_string).collect();
    assert_eq!(found, ["b@x.example", "c@x.example"]);
}

#[test]
fn columns_are_as_wide_as_their_widest_entry() {
    let rows = [vec!["a".to_owned(), "long entry".to_owned()], vec!["wider".to_owned(), String::new()]];
    assert_eq!(table(&["id", "why"], &rows), "ID     WHY\na      long entry\nwider\n");
}

#[test]
fn an_entry_from_outside_stays_in_its_cell() {
    let rows = [vec!["a\u{1b}[2J\nID forged".to_owned(), "\u{202e}no".to_owned()]];
    assert_eq!(
        table(&["id", "why"], &rows),
        "ID                         WHY\na\\u001b[2J\\u000aID forged  \\u202eno\n"
    );
}
