//! Structure after changes: where images went, what moved, what else stayed byte for byte.

use super::*;

fn image() -> EmbeddedImage {
    EmbeddedImage {
        content_id: "logo.1@signpost".to_owned(),
        media_type: "image/png".to_owned(),
        file_name: "logo.png".to_owned(),
        data: vec![7; 100],
    }
}

/// Embeds an image beside the HTML body and gives the changed message and the bytes removed.
fn embed(message: &str) -> (String, usize) {
    let index = Index::of(message.as_bytes());
    let html = index.bodies().html.unwrap();
    let body = TextBody::read(message.as_bytes(), &index, html).unwrap();
    let mut changes = Changes::new(message.as_bytes(), &index);
    let end = body.text().len();
    changes
        .edit_text(&body, &[Edit { range: end..end, insert: "<img src=\"cid:logo.1@signpost\">".to_owned() }])
        .unwrap();
    changes.embed_images(html, vec![image()], "=_new").unwrap();
    let splices = changes.finish().unwrap();
    let changed = splices.apply(message.as_bytes());
    assert_eq!(splices.undo(&changed, message.as_bytes()).unwrap(), message.as_bytes());
    (String::from_utf8(changed).unwrap(), splices.iter().map(|splice| splice.removed).sum())
}

fn outline(message: &str) -> Vec<String> {
    let index = Index::of(message.as_bytes());
    assert_eq!(index.problems.all(), [], "{message}");
    index.iter().map(|(id, part)| format!("{} {}", index.section(id), part.content_type.media_type)).collect()
}

#[test]
fn an_html_message_becomes_the_root_of_a_related() {
    let message = "Subject: x\r\nContent-Type: text/html; charset=utf-8\r\nTo: y\r\nContent-Transfer-Encoding: 7bit\r\n\r\n<p>body</p>\r\n";
    let (changed, _) = embed(message);
    assert_eq!(outline(&changed), [" multipart/related", "1 text/html", "2 image/png"]);
    assert!(changed.contains("MIME-Version: 1.0\r\n"));
    assert_eq!(changed.matches("Content-Transfer-Encoding: 7bit").count(), 1);
    assert!(changed.contains(
        "--=_new\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n<p>body"
    ));
    assert!(changed.ends_with("\r\n--=_new--\r\n"));
}

#[test]
fn the_html_of_an_alternative_is_wrapped_without_removing_a_byte() {
    let message = "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nplain\n--b\nContent-Type: text/html\n\n<p>html\n--b--\n";
    let (changed, removed) = embed(message);
    assert_eq!(removed, 0);
    let expected =
        [" multipart/alternative", "1 text/plain", "2 multipart/related", "2.1 text/html", "2.2 image/png"];
    assert_eq!(outline(&changed), expected);
    assert!(!changed.contains('\r'));
}

#[test]
fn an_existing_related_takes_the_image() {
    let inner = "Content-Type: multipart/related; boundary=r\r\n\r\n--r\r\nContent-Type: text/html\r\n\r\n<p>\r\n\
        --r\r\nContent-Type: image/gif\r\n\r\nGIF\r\n--r--\r\n";
    let (changed, removed) = embed(inner);
    assert_eq!(removed, 0);
    assert_eq!(outline(&changed), [" multipart/related", "1 text/html", "2 image/gif", "3 image/png"]);
    assert!(!changed.contains("=_new"));
}

#[test]
fn a_related_around_an_alternative_takes_the_image_too() {
    let message = "Content-Type: multipart/related; boundary=r\n\n--r\nContent-Type: multipart/alternative; boundary=a\n\n\
                   --a\n\nplain\n--a\nContent-Type: text/html\n\n<p>\n--a--\n--r\nContent-Type: image/gif\n\nGIF\n--r--\n";
    let (changed, _) = embed(message);
    assert_eq!(outline(&changed).last().unwrap(), "3 image/png");
}

#[test]
fn a_boundary_that_occurs_is_refused() {
    let message = b"Content-Type: text/html\n\n--=_new";
    let index = Index::of(message);
    let mut changes = Changes::new(message, &index);
    let refused = changes.embed_images(PartId::MESSAGE, vec![image()], "=_new").unwrap_err();
    assert_eq!(refused, ChangeError::Boundary("=_new".to_owned()));
}

#[test]
fn fields_are_taken_out_and_a_block_goes_in_front() {
    let message = b"From a@b Mon\nX-Key: secret\nSubject: x\nx-key: other\n more\n\nbody";
    let index = Index::of(message);
    let mut changes = Changes::new(message, &index);
    changes.prepend("Received: us\n").unwrap();
    changes.remove_fields("X-Key").unwrap();
    let changed = changes.finish().unwrap().apply(message);
    assert_eq!(changed, b"From a@b Mon\nReceived: us\nSubject: x\n\nbody");
}

#[test]
fn a_rewritten_text_without_header_gets_one() {
    let message = "Subject: x\r\n\r\nhello\r\n".as_bytes();
    let index = Index::of(message);
    let body = TextBody::read(message, &index, PartId::MESSAGE).unwrap();
    let mut changes = Changes::new(message, &index);
    changes.edit_text(&body, &[Edit { range: 5..5, insert: " ä".to_owned() }]).unwrap();
    let changed = changes.finish().unwrap().apply(message);
    let expected = "Subject: x\r\nContent-Type: text/plain; charset=utf-8\r\nMIME-Version: 1.0\r\n\
                    Content-Transfer-Encoding: quoted-printable\r\n\r\nhello =C3=A4\r\n";
    assert_eq!(String::from_utf8(changed).unwrap(), expected);
}

/// The line end in front of the delimiter behind an empty part is the header's.
#[test]
fn behind_an_empty_part_the_delimiter_stays_a_line() {
    let alternative = "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nplain\r\n--b\r\nContent-Type: text/html\r\n\r\n--b--\r\n";
    let (changed, removed) = embed(alternative);
    assert_eq!(removed, 0);
    assert_eq!(Index::of(changed.as_bytes()).problems.ambiguity(), None, "{changed}");
    let message = alternative.as_bytes();
    let index = Index::of(message);
    let html = index.iter().find(|(_, part)| part.content_type.media_type == "text/html").unwrap().0;
    let body = TextBody::read(message, &index, html).unwrap();
    let mut changes = Changes::new(message, &index);
    changes.edit_text(&body, &[Edit { range: 0..0, insert: "<p>x</p>".to_owned() }]).unwrap();
    let changed = String::from_utf8(changes.finish().unwrap().apply(message)).unwrap();
    assert!(changed.contains("<p>x</p>\r\n--b--\r\n"), "{changed}");
}
