use super::{LINE_CHARS_MAX, TEXT_CHARS_MAX, line, text, url};

fn check(source: &str, expected: &str) {
    assert_eq!(text(source), expected, "{source}");
}

#[test]
fn html_becomes_lines_of_text() {
    check("<p>One &amp; <b>two</b></p><p>three<br/>four</p>", "One & two\n\nthree\nfour");
    check("<ul><li>a</li><li>b</li></ul>", "- a\n- b");
    check("see <a href=\"https://x.example/y\">this</a> now", "see this (https://x.example/y) now");
    check("<a href='https://x.example/'>x.example</a>", "x.example");
    check("<p>a\n  b</p>", "a b");
    check("a\n\nb <i>c</i>", "a\n\nb c");
}

#[test]
fn nothing_of_html_that_does_something_is_left() {
    check("a<script>alert('<b>1</b>')</script>b", "ab");
    check("a<style>p{}</style><img src=x onerror=alert(1)>b", "ab");
    check("a<svg><a href=\"javascript:alert(1)\">x</a></svg>b", "ab");
    check("<a href=\"javascript:alert(1)\">x</a>", "x");
    check("<x-y onclick='z'>q</x-y>", "q</x-y>");
    check("a<!-- <b> -->b<!doctype html>c", "abc");
    check("a<script>never closed", "a");
    check("<b title=\"x > y\">z</b>", "z");
}

#[test]
fn what_is_no_html_stays() {
    check(
        "RCPT TO:<kim@c.example> <timeout> 1 < 2 > 0 a<b",
        "RCPT TO:<***@c.example> <timeout> 1 < 2 > 0 a<b",
    );
    check("<", "<");
    check("&lt;b&gt; &nbsp;x &#8364; &nope; &", "<b>  x € &nope; &");
}

#[test]
fn markdown_loses_its_escapes_and_keeps_its_words() {
    check("a \\(b\\) remote\\_smtp \\*\\* c:\\dir", "a (b) remote_smtp ** c:\\dir");
    check(
        "see [the page](https://x.example/p) and [x](javascript:alert)",
        "see the page (https://x.example/p) and x",
    );
    check(
        "[https://x.example](https://x.example) [not a link] [a](b",
        "https://x.example [not a link] [a](b",
    );
}

#[test]
fn a_line_of_a_mail_log_keeps_its_words_and_has_no_links() {
    let quoted = "2024-10-20 11:42:20 \\*\\* [kim@](mailto:[email protected])c.example T=remote\\_smtp [H=mx.c.example](http://H=other.example): 550 5.7.1 no";
    check(quoted, "2024-10-20 11:42:20 ** ***@c.example T=remote_smtp H=mx.c.example: 550 5.7.1 no");
}

#[test]
fn local_parts_are_masked_and_what_is_no_address_is_not() {
    check(
        "to kim.lee@c.example, \"a b\"@d.example; http://e.example/?q=kim%40c.example",
        "to ***@c.example, ***@d.example; http://e.example/?***%40c.example",
    );
    check("@here a @ b 5@6 x@localhost [email protected]", "@here a @ b 5@6 x@localhost [email protected]");
}

#[test]
fn letters_that_turn_or_hide_text_are_taken_out() {
    check("a\u{202e}b\u{200b}c\u{7}d\r\ne", "abcd\ne");
}

#[test]
fn texts_have_a_bound() {
    let long = "ä".repeat(TEXT_CHARS_MAX * 5);
    assert_eq!(text(&long).chars().count(), TEXT_CHARS_MAX + 4);
    assert_eq!(line(&long).chars().count(), LINE_CHARS_MAX + 4);
    assert_eq!(line(" a\n b "), "a b");
}

#[test]
fn a_hostile_text_costs_no_more_than_its_length() {
    for piece in [
        "<b ", "<b \"", "<!--", "</", "[", "[](", "](", "&", "&a;", "@", "%40", "\\", "<a href=", "<script>",
        "\"@", "<li>",
    ] {
        let hostile = piece.repeat(300_000 / piece.len());
        assert!(text(&hostile).chars().count() <= TEXT_CHARS_MAX + 4, "{piece}");
    }
}

#[test]
fn only_addresses_of_the_web_are_links() {
    assert_eq!(url(" https://x.example/a?b=c#d ").as_deref(), Some("https://x.example/a?b=c#d"));
    for source in [
        "javascript:alert(1)",
        "//x.example",
        "ftp://x",
        "https://x.example/\"><b>",
        "https://x y",
        "data:text/html,x",
        "",
    ] {
        assert_eq!(url(source), None, "{source}");
    }
}
