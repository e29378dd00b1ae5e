use super::{document, inline};
use crate::language::Language;
use crate::render::{Mode, Scene};
use crate::settings::Settings;
use crate::view::View;
use incident::Text;
use model::Timestamp;

#[test]
fn no_html_comes_through_and_links_are_links() {
    let cases = [
        ("<b>&", "&lt;b&gt;&amp;"),
        ("a **b** `c` **d", "a **b** <code>c</code> **d"),
        (
            "see https://a.example/x.",
            "see <a href=\"https://a.example/x\" rel=\"noopener noreferrer\">https://a.example/x</a>.",
        ),
        ("javascript:alert(1)", "javascript:alert(1)"),
        (
            "https://a.example/\"onclick=",
            "<a href=\"https://a.example/&quot;onclick=\" rel=\"noopener noreferrer\">https://a.example/&quot;onclick=</a>",
        ),
    ];
    for (text, html) in cases {
        assert_eq!(inline(text), html);
    }
}

#[test]
fn headings_lists_and_tables_of_markdown_are_known() {
    let view = View::default();
    let settings = Settings::new("http://x.example");
    let scene = Scene { view: &view, settings: &settings, now: Timestamp::default(), mode: Mode::Live };
    let text = "# Summary\nfirst\nline\n\n- one\n- two\n\n| a | b |\n|---|---|\n| c | d |";
    let html = document(scene, Language::English, &Text::same(text));
    for piece in [
        "<h3>Summary</h3>",
        "<p>first line</p>",
        "<ul><li>one</li><li>two</li></ul>",
        "<tr><td>c</td><td>d</td></tr></table>",
    ] {
        assert!(html.contains(piece), "{piece} is missing in {html}");
    }
}
