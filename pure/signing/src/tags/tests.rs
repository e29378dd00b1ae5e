use super::{Folded, read, whole};

#[test]
fn no_line_of_a_field_is_longer_than_78_characters_and_every_fold_begins_with_a_tab() {
    let mut field = Folded::new("DKIM-Signature", "\r\n");
    (0..40).for_each(|number| field.word(&format!("t{number}=value;")));
    (0..40).for_each(|number| field.piece(&format!("Name-{number}:")));
    field.word("b=");
    field.base64(&"A".repeat(400));
    let text = field.finish();
    let lines: Vec<&str> = text.strip_suffix("\r\n").unwrap().split("\r\n").collect();
    assert!(lines.len() > 10);
    for (number, line) in lines.iter().enumerate() {
        assert!(line.len() <= 78, "{line}");
        assert_eq!(line.starts_with('\t'), number > 0, "{line}");
        assert!(!line.trim().is_empty());
    }
}

#[test]
fn a_word_too_long_for_any_line_stands_on_one_of_its_own() {
    let mut field = Folded::new("X", "\r\n");
    field.word(&"a".repeat(200));
    field.word("b");
    assert_eq!(field.finish(), format!("X:\r\n\t{}\r\n\tb\r\n", "a".repeat(200)));
}

#[test]
fn tags_are_read_with_white_space_around_them_and_without_what_is_none() {
    let read: Vec<(&str, &str)> = read(" v = DKIM1 ;k=rsa;; x ; p=a=b ;").collect();
    assert_eq!(read, [("v", "DKIM1"), ("k", "rsa"), ("p", "a=b")]);
}

#[test]
fn a_list_with_a_tag_that_has_no_name_or_is_there_twice_is_none() {
    for list in ["a=b", " a = b ;\r\n c_1 = ; ", "a=b;A=b", "a=b=;"] {
        assert_eq!(whole(list), Ok(()), "{list:?}");
    }
    for list in [
        "",
        " ",
        ";",
        "a",
        "a=b;;",
        "a=b;;c=d",
        "a=b; ; c=d",
        "a=b; =c",
        "a=b; _=c",
        "1=b",
        "a b=c",
        "\u{e4}=b",
    ] {
        assert_eq!(whole(list), Err("it is no list of tags".to_owned()), "{list:?}");
    }
    assert_eq!(whole("a=1; b=2; a=1"), Err("a= is there twice".to_owned()));
}
