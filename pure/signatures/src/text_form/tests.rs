//! What markup reads like, and what text looks like as markup.

use super::*;

#[test]
fn signatures_become_readable_lines() {
    let rows = [
        ("<p>One</p><p>Two</p>", "One\nTwo\n"),
        ("One<br>Two<br/><br>Three", "One\nTwo\n\nThree\n"),
        ("<table><tr><td>A</td><td>B</td></tr>\n  <tr><td>C</td></tr></table>", "A B\nC\n"),
        ("a &amp; b &lt;c&gt; &#8364; &#x20AC; &nbsp;d &unknown;", "a & b <c> € € d &unknown;\n"),
        (
            "<a href=\"https://acme.example/autumn\"><img alt='Autumn fair'></a>",
            "Autumn fair <https://acme.example/autumn>\n",
        ),
        ("<a href=\"https://acme.example/\">acme.example</a>", "acme.example\n"),
        ("<a href=https://acme.example>Site</a>", "Site <https://acme.example>\n"),
        ("<a href=\"tel:+49301\">+49 301</a>", "+49 301\n"),
        ("<style>p{}</style><!-- <p>no</p> -->x<script>1<2</script>y", "xy\n"),
        ("a < b and c > d", "a < b and c > d\n"),
        ("<td title=\"a > b\">x</td>", "x\n"),
        ("<img alt=\"broken", "broken\n"),
        ("", ""),
    ];
    for (markup, expected) in rows {
        assert_eq!(from_html(markup), expected, "{markup}");
    }
}

#[test]
fn patterns_see_words_without_targets() {
    assert_eq!(
        visible("<p>the <b>agree</b>ment</p><a href=\"https://x.example\">here</a>"),
        "the agreement\nhere\n"
    );
}

#[test]
fn text_becomes_markup_that_looks_the_same() {
    assert_eq!(to_html("-- \nA <b>\n  two\n"), "-- <br>\nA &lt;b&gt;<br>\n &nbsp;two");
}

#[test]
fn a_long_row_of_broken_tags_takes_linear_time() {
    // 200,000 openings without an end: a quadratic reader would not come back.
    assert_eq!(visible(&"<a \"".repeat(200_000)), "");
    assert_eq!(visible(&"<".repeat(200_000)).len(), 200_001);
    assert_eq!(visible(&"<script>".repeat(50_000)), "");
    assert_eq!(visible(&"<!-- ".repeat(50_000)), "");
}
