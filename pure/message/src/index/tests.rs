//! Structures, tame and wild, as the list of their sections, types and bodies.

use super::*;

/// `section type body` of every part.
fn outline(text: &str) -> Vec<String> {
    let index = Index::of(text.as_bytes());
    let line = |(id, part): (PartId, &Part)| {
        let body = if part.children.is_empty() { &text[part.body.clone()] } else { "" };
        format!("{} {} {body:?}", index.section(id), part.content_type.media_type)
    };
    index.iter().map(line).collect()
}

fn problems(text: &str) -> Vec<Problem> {
    Index::of(text.as_bytes()).problems.all().to_vec()
}

const ALTERNATIVE: &str = "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\npreamble\r\n\
--b\r\nContent-Type: text/plain\r\n\r\nplain\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>html\r\n--b--\r\nepilogue";

#[test]
fn a_plain_message_is_section_1() {
    assert_eq!(outline("Subject: x\r\n\r\nbody\r\n"), ["1 text/plain \"body\\r\\n\""]);
    assert_eq!(outline("Subject: x"), ["1 text/plain \"\""]);
    assert_eq!(outline(""), ["1 text/plain \"\""]);
}

#[test]
fn alternatives_are_found_between_preamble_and_epilogue() {
    let expected = [" multipart/alternative \"\"", "1 text/plain \"plain\"", "2 text/html \"<p>html\""];
    assert_eq!(outline(ALTERNATIVE), expected);
    assert_eq!(problems(ALTERNATIVE), []);
    let lf = ALTERNATIVE.replace("\r\n", "\n");
    assert_eq!(outline(&lf), expected);
    assert_eq!(Index::of(lf.as_bytes()).line_end, "\n");
}

#[test]
fn nested_parts_have_nested_sections_and_the_outer_delimiter_ends_the_inner() {
    let text = "Content-Type: multipart/mixed; boundary=out\n\n--out\nContent-Type: multipart/related; boundary=in\n\n\
                --in\nContent-Type: text/html\n\nh\n--in\nContent-Type: image/png\n\ni\n--out\n\nlast\n--out--\n";
    let expected = [
        " multipart/mixed \"\"",
        "1 multipart/related \"\"",
        "1.1 text/html \"h\"",
        "1.2 image/png \"i\"",
        "2 text/plain \"last\"",
    ];
    assert_eq!(outline(text), expected);
    assert_eq!(problems(text), [Problem::Unterminated]);
}

#[test]
fn a_forwarded_message_is_opaque() {
    let text = format!(
        "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n{ALTERNATIVE}\r\n--x--\r\n"
    );
    assert_eq!(Index::of(text.as_bytes()).parts.len(), 2);
}

#[test]
fn the_first_body_line_may_be_a_delimiter_and_delimiters_may_end_in_blanks() {
    let text = "Content-Type: multipart/mixed; boundary=\"b\"\n\n--b \t\n\none\n--b--  \n";
    assert_eq!(outline(text), [" multipart/mixed \"\"", "1 text/plain \"one\""]);
    assert_eq!(problems(text), []);
}

#[test]
fn a_delimiter_ends_a_header_without_empty_line() {
    let text =
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n--b\n\ntwo\n--b--\n";
    assert_eq!(outline(text), [" multipart/mixed \"\"", "1 text/html \"\"", "2 text/plain \"two\""]);
}

#[test]
fn what_readers_disagree_on_is_ambiguous() {
    let check = |text: &str, problem: Problem| {
        assert_eq!(Index::of(text.as_bytes()).problems.ambiguity(), Some(problem), "{text:?}");
    };
    check("Content-Type: multipart/mixed; boundary=b\n\n--b\n\n--bc\n--b--\n", Problem::NearDelimiter);
    check(
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n--b\n\ny\n--b--\n",
        Problem::NearDelimiter,
    );
    check("Content-Type: text/html\nContent-Type: text/plain\n\n", Problem::DoubledField);
    check("Content-Type: multipart/mixed; boundary=a; boundary=b\n\n--a--\n", Problem::DoubledField);
    check("From: a@b\nFrom: c@d\n\n", Problem::DoubledOriginator);
    check("Content-Type: multipart/mixed\n\n", Problem::Boundary);
    check("Content-Type: multipart/mixed; boundary=\"\"\n\n", Problem::Boundary);
    check(&format!("Content-Type: multipart/mixed; boundary={}\n\n", "b".repeat(71)), Problem::Boundary);
    let nested = "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/related; boundary=b\n\n--b\n\nx\n--b--\n";
    check(nested, Problem::Boundary);
    check(
        "Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n--b--\n",
        Problem::EncodedMultipart,
    );
    check("A: b\nno field\n\n", Problem::MalformedHeader);
    check("A: b\r\n\r\nx\ry", Problem::BareCr);
    check("A: b\r\n\r\nx\0y", Problem::Nul);
}

#[test]
fn an_inner_boundary_that_extends_the_outer_is_no_ambiguity() {
    let text = "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=bb\n\n\
                --bb\n\nx\n--bb--\n--b--\n";
    assert_eq!(problems(text), []);
    let reversed = text.replace("=bb", "=t").replace("=b\n", "=bb\n").replace("=t", "=b");
    let reversed = reversed.replace("--bb", "--t").replace("--b", "--bb").replace("--t", "--b");
    assert_eq!(problems(&reversed), [Problem::NearDelimiter]);
}

#[test]
fn limits_of_depth_and_number_are_told() {
    let mut deep = String::new();
    for level in 0..150 {
        deep.push_str(&format!("Content-Type: multipart/mixed; boundary=b{level}x\n\n--b{level}x\n"));
    }
    assert!(problems(&deep).contains(&Problem::TooDeep));
    let wide = format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\n".repeat(20_000));
    let index = Index::of(wide.as_bytes());
    assert!(index.problems.has(Problem::TooManyParts));
    assert!(index.parts.len() <= 10_001);
}

#[test]
fn bodies_are_the_messages_own_text() {
    let section = |text: &str| {
        let index = Index::of(text.as_bytes());
        let bodies = index.bodies();
        (bodies.html.map(|id| index.section(id)), bodies.plain.map(|id| index.section(id)))
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(section(ALTERNATIVE), (some("2"), some("1")));
    assert_eq!(section("A: b\n\nx"), (None, some("1")));
    assert_eq!(section("Content-Type: text/html\n\nx"), (some("1"), None));
    let mixed = "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Disposition: attachment\n\nfile\n--b\n\nbody\n\
                 --b\nContent-Type: text/html\n\nlater\n--b--\n";
    assert_eq!(section(mixed), (None, some("2")));
    let related = "Content-Type: multipart/related; boundary=b; start=\"<root>\"\n\n--b\nContent-Type: image/png\n\n\n--b\n\
                   Content-Type: text/html\nContent-ID: <root>\n\nx\n--b--\n";
    assert_eq!(section(related), (some("2"), None));
    let signed = "Content-Type: multipart/signed; boundary=b\n\n--b\n\nx\n--b--\n";
    assert_eq!(section(signed), (None, None));
}

/// Pieces from which hostile structure is built.
const PIECES: [&str; 14] = [
    "--b",
    "--bb",
    "--",
    "\r\n",
    "\n",
    "\r",
    "Content-Type: multipart/mixed; boundary=b",
    " ",
    "\0",
    "x",
    "Content-Type: multipart/alternative; boundary=\"bb\"",
    "Content-Type: text/html",
    ":",
    "\n\n",
];

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic_and_every_range_lies_inside(
        choice in proptest::collection::vec(0..PIECES.len(), 0..60),
    ) {
        let text: String = choice.into_iter().map(|at| PIECES[at]).collect();
        let index = Index::of(text.as_bytes());
        for (id, part) in index.iter() {
            proptest::prop_assert!(part.header.range.end <= part.header.body_start);
            proptest::prop_assert!(part.header.body_start <= part.body.start && part.body.end <= text.len());
            for child in &part.children {
                proptest::prop_assert!(part.body.start <= index.part(*child).header.range.start, "{}", index.section(id));
            }
        }
        let _bodies = index.bodies();
    }
}
