//! Directory values that try to be more than text, and what becomes of them.

use crate::support::{LI, Run, acme, acme_with, anna, bodies, mail, mail_of};
use message::{Index, PartId};

const HTML: &str = "Content-Type: text/html; charset=utf-8\n";

#[test]
fn markup_in_a_directory_value_is_shown_and_not_obeyed() {
    let snapshot = acme();
    let run = Run { mail_from: LI, ..anna(&snapshot) };
    let html = bodies(&run.stamped(&mail_of(LI, HTML, "<p>Hello</p>\n")).0).0.unwrap();
    assert!(html.contains("VP &quot;Asia&quot; &lt;Sales&gt;"), "{html}");
    // Numeric references: the part's charset need not hold the name.
    assert!(html.contains("&#26446;&#20255; (Li Wei)"), "{html}");
    assert!(!html.contains("<Sales>"), "{html}");
}

#[test]
fn header_injection_in_a_directory_value_stays_text() {
    // A template may hold what the directory refuses: the value of a column cannot have a line end, a template's text can.
    let values = [
        ("=?utf-8?Q?=0D=0ABcc:_all=40acme.example?=", "an encoded word"),
        ("\\\"; Bcc: all@acme.example; x=\\\"", "quotes and a field"),
        ("--=_signpost_000", "a delimiter"),
        ("</div></body></html><script>alert(1)</script>", "markup"),
        ("{{ mail }}{% raw %}", "template syntax"),
        ("&#13;&#10;Bcc: x", "references"),
    ];
    for (value, claim) in values {
        let quoted = value.replace('\\', "").replace('"', "\"\"");
        let snapshot = acme_with(&[("people.csv", "Head of Sales", &format!("\"{quoted}\""))]);
        let original = mail(HTML, "<html><body><p>Hello</p></body></html>\n");
        let (stamped, _) = anna(&snapshot).stamped(&original);
        let (before, after) = (Index::of(&original), Index::of(&stamped));
        assert_eq!(after.header().count(&stamped, "Bcc"), 0, "{claim}");
        let names = |index: &Index, bytes: &[u8]| -> Vec<Vec<u8>> {
            let fields = &index.part(PartId::MESSAGE).header.fields;
            let name = |range: core::ops::Range<usize>| bytes[range].to_ascii_lowercase();
            fields
                .iter()
                .map(|field| name(field.name.clone()))
                .filter(|name| !name.starts_with(b"content-"))
                .collect()
        };
        assert_eq!(names(&before, &original), names(&after, &stamped), "{claim}");
        let html = bodies(&stamped).0.unwrap();
        assert!(!html.contains("<script>"), "{claim}: {html}");
    }
}

#[test]
fn a_line_end_in_the_directory_never_gets_into_a_snapshot() {
    let folder = |title: &str| {
        let people = format!("mail,title\nanna.berg@acme.example,\"{title}\"\n");
        tenant::Folder(
            [
                ("tenant.toml", "name = \"acme\"\ndomains = [\"acme.example\"]\nregion = \"eu\"\n"),
                ("people.csv", people.as_str()),
            ]
            .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
            .into(),
        )
    };
    for title in ["Head\r\nBcc: x@acme.example", "Head\nof", "Head\rof", "Head\0of"] {
        let found = tenant::compile(&folder(title), model::SnapshotNumber(1), &|_| None).unwrap_err();
        assert!(found[0].reason.contains("control character"), "{title:?}: {found:?}");
    }
    assert!(tenant::compile(&folder("Head"), model::SnapshotNumber(1), &|_| None).is_ok());
}

#[test]
fn a_message_cannot_foresee_its_boundary() {
    let snapshot = acme();
    let body = "<html><body><p>Hello</p></body></html>\n";
    let boundary = |bytes: &[u8]| {
        Index::of(bytes).part(PartId::MESSAGE).content_type.parameter("boundary").unwrap().to_owned()
    };
    let (first, _) = anna(&snapshot).stamped(&mail(HTML, body));
    let word = boundary(&first);
    let (second, _) = anna(&snapshot).stamped(&mail(HTML, &body.replace("Hello", &format!("--{word}"))));
    assert_ne!(boundary(&second), word);
}
