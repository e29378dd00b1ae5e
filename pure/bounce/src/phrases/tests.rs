use super::PhraseBook;

fn check(phrase: &str, text: &str, expected: bool) {
    let mut book = PhraseBook::default();
    let id = book.add(phrase).unwrap();
    let phrases = book.compile().unwrap();
    assert_eq!(phrases.look(text).has(id), expected, "`{phrase}` in `{text}`");
}

#[test]
fn a_phrase_stands_as_whole_words() {
    check("rbl", "listed in rbl.", true);
    check("rbl", "garbled and marble", false);
    check("spamhaus", "see zen.spamhaus.org", true);
    check("(s3140)", "on our list (s3140).", true);
}

#[test]
fn a_star_lifts_the_edge_of_a_word() {
    check("greylist*", "greylisted", true);
    check("*spam", "nospam here", true);
    check("greylist", "greylisted", false);
}

#[test]
fn a_gap_is_in_order_and_short() {
    check("ip * blocked", "your ip is blocked", true);
    check("ip * blocked", "blocked is your ip", false);
    check("ip * blocked", &format!("ip {} blocked", "x".repeat(80)), false);
    check("ip * blocked", &format!("ip {} ip is blocked", "x".repeat(80)), true);
    check("a * b * c", "a b a c b c", true);
    check("a * b * c", "c b a", false);
}

#[test]
fn the_ends_of_a_reply_can_be_asked_for() {
    check("^try again later$", "try again later", true);
    check("^try again later$", "please try again later", false);
}

#[test]
fn a_phrase_without_words_is_none() {
    for phrase in ["", "*", "^$", "a *  * b"] {
        assert!(PhraseBook::default().add(phrase).is_none(), "`{phrase}`");
    }
}

#[test]
fn a_text_that_repeats_itself_is_read_in_time_of_its_length() {
    check("ip * blocked", &"ip ".repeat(100_000), false);
}
