//! Forms of paths, as tables.

use super::*;

fn forward(text: &str) -> Option<(String, String)> {
    let (path, rest) = split_path(text.as_bytes(), PathSide::Forward).ok()?;
    let address = match forward_path(path).ok()? {
        ForwardPath::Mailbox(address) => address.as_str().to_owned(),
        ForwardPath::Postmaster(word) => word,
    };
    Some((address, String::from_utf8(rest.to_vec()).unwrap()))
}

#[test]
fn paths_that_are_taken_keep_their_bytes() {
    let check = |text: &str, address: &str, rest: &str| {
        assert_eq!(forward(text), Some((address.to_owned(), rest.to_owned())), "{text}");
    };
    check("<a@b.example>", "a@b.example", "");
    check("<a@b.example> NOTIFY=NEVER", "a@b.example", " NOTIFY=NEVER");
    check("<PostMaster>", "PostMaster", "");
    check(r#"<"a>b"@c.example>"#, r#""a>b"@c.example"#, "");
    check(r#"<"a\">b"@c.example>"#, r#""a\">b"@c.example"#, "");
    check(r#"<"a@evil.example"@c.example>"#, r#""a@evil.example"@c.example"#, "");
    check("<@a.example,@b.example:c@d.example>", "c@d.example", "");
    check("<@[IPv6:::1]:c@d.example>", "c@d.example", "");
    check("<u@[IPv6:::1]>", "u@[IPv6:::1]", "");
    check("<Jörg@bücher.example>", "Jörg@bücher.example", "");
}

#[test]
fn what_is_not_a_path_is_refused() {
    for text in [
        "a@b.example",
        "<a@b.example",
        "<a@b.example>x",
        "<a@b.example>>",
        "<>",
        "<a>",
        "<@a.example>",
        "<@a.example c@d.example>",
        "<@a..example:c@d.example>",
        "<a.example:c@d.example>",
        r#"<"a@b.example>"#,
        "<a b@c.example>",
        " <a@b.example>",
        "",
    ] {
        assert_eq!(forward(text), None, "{text}");
    }
}

#[test]
fn only_the_reverse_path_may_be_empty() {
    assert_eq!(reverse_path(""), Ok(ReversePath::Null));
    assert_eq!(forward_path(""), Err(CommandError::Path(PathSide::Forward)));
}
