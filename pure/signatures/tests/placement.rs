//! Replies of mail programs, each with the place of the signature.
//!
//! The files beside this one hold them: `=== title | html or text | marker | post` and the body below, in which `⌖` is the place and `⟦…⟧`
//! the writer's own signature. `| replace` behind the post: the policy replaces that signature. The shapes are those of the programs'
//! own markup; the words are made up.
#![expect(clippy::disallowed_methods, reason = "the fixtures are read from their files")]
#![expect(clippy::unwrap_used, reason = "helpers of tests end the test")]

use signatures::place::{ClientSignature, PlaceOptions, Placement, place_html, place_text};
use std::path::Path;

const PLACE: char = '⌖';
const SIGNATURE: [char; 2] = ['⟦', '⟧'];

struct Fixture {
    title: String,
    is_html: bool,
    marker: String,
    post: String,
    replaces: bool,
    body: String,
    offset: usize,
    signature: Option<core::ops::Range<usize>>,
}

impl Fixture {
    fn read(file: &str, section: &str) -> Self {
        let (head, marked) = section.split_once('\n').expect("a fixture has a body");
        let words: Vec<&str> = head.split('|').map(str::trim).collect();
        let [title, kind, marker, post, options @ ..] = words.as_slice() else {
            panic!("{file}: `{head}` is not `title | kind | marker | post`")
        };
        assert!(matches!(*kind, "html" | "text"), "{file}: {head}");
        let mut body = String::new();
        let mut offset = None;
        let mut edges = Vec::new();
        for c in marked.strip_suffix('\n').unwrap_or(marked).chars() {
            if c == PLACE {
                assert_eq!(offset.replace(body.len()), None, "{file}: {title}: one place only");
            } else if SIGNATURE.contains(&c) {
                edges.push(body.len());
            } else {
                body.push(c);
            }
        }
        Self {
            title: format!("{file}: {title}"),
            is_html: *kind == "html",
            marker: (*marker).to_owned(),
            post: (*post).to_owned(),
            replaces: options.contains(&"replace"),
            offset: offset.unwrap_or_else(|| panic!("{file}: {title}: no place")),
            signature: (edges.len() == 2).then(|| edges[0]..edges[1]),
            body,
        }
    }

    fn place(&self, body: &str) -> Placement {
        let client_signature = if self.replaces { ClientSignature::Replace } else { ClientSignature::Keep };
        let options = PlaceOptions { writer_marker: Some("{EMAILSIGNATURE}"), client_signature };
        if self.is_html { place_html(body, &options) } else { place_text(body, &options) }
    }

    /// What is wrong with the placement, if anything is.
    fn fault(&self) -> Option<String> {
        let placed = self.place(&self.body);
        let offset = placed.writer_marker.as_ref().map_or(placed.offset, |marker| marker.start);
        let told = (offset, placed.marker.as_str(), placed.post.as_str(), &placed.client_signature);
        let wanted = (self.offset, &*self.marker, &*self.post, &self.signature);
        (told != wanted).then(|| {
            let here = &self.body[..offset];
            let near = here.char_indices().rev().nth(60).map_or(0, |(at, _)| at);
            format!("{}: {told:?} is not {wanted:?}; it is behind `{}`", self.title, &here[near..])
        })
    }
}

fn fixtures() -> Vec<Fixture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/placement");
    let mut fixtures = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let sections = text.split("=== ").skip(1);
        fixtures.extend(sections.map(|section| Fixture::read(&file, section)));
    }
    fixtures
}

#[test]
fn every_reply_of_the_fixtures_is_signed_at_its_place() {
    let fixtures = fixtures();
    let faults: Vec<String> = fixtures.iter().filter_map(Fixture::fault).collect();
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), fixtures.len(), faults.join("\n"));
    assert!(fixtures.len() >= 60, "{}", fixtures.len());
}

#[test]
fn line_ends_of_the_wire_change_no_place() {
    for fixture in fixtures() {
        let body = fixture.body.replace('\n', "\r\n");
        let placed = fixture.place(&body);
        let offset = placed.writer_marker.as_ref().map_or(placed.offset, |marker| marker.start);
        let lines = fixture.body[..fixture.offset].matches('\n').count();
        assert_eq!(
            (offset, placed.post.as_str()),
            (fixture.offset + lines, &*fixture.post),
            "{}",
            fixture.title
        );
    }
}

#[test]
fn a_page_around_a_reply_changes_no_place() {
    const HEAD: &str = concat!(
        "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>On x, y wrote:</title>\n",
        "<style><!-- div.gmail_quote { margin: 0 } --></style>\n",
        "<!--[if gte mso 9]><xml><o:shapedefaults v:ext=\"edit\"/></xml><![endif]-->",
        "</head><body lang=EN-US link=blue>"
    );
    let is_part =
        |fixture: &&Fixture| fixture.is_html && fixture.body.contains("<") && !fixture.body.contains("<body");
    for fixture in fixtures().iter().filter(is_part) {
        let body = format!("{HEAD}{}</body></html>\n", fixture.body);
        let placed = fixture.place(&body);
        let offset = placed.writer_marker.as_ref().map_or(placed.offset, |marker| marker.start);
        assert_eq!(offset, HEAD.len() + fixture.offset, "{}", fixture.title);
    }
}
