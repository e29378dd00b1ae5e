//! Decoding for display.

use super::{html_document, read, subject_of};

const RELATED: &str = "From: =?utf-8?B?xIBubmE=?= <anna@acme.example>\r\nTo: kim@customer.example, Jo <jo@x.example>\r\nSubject: =?iso-8859-1?Q?Gr=FC=DFe?=\r\n\
    MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=iso-8859-1\r\n\
    Content-Transfer-Encoding: quoted-printable\r\n\r\n<p>Gr=FC=DFe</p><img src=3D\"cid:ab@x\"><img src=3D\"cid:a\">\r\n--b\r\nContent-Type: image/png\r\n\
    Content-ID: <a>\r\nContent-Transfer-Encoding: base64\r\n\r\nQQ==\r\n--b\r\nContent-Type: image/gif\r\nContent-ID: <ab@x>\r\n\
    Content-Transfer-Encoding: base64\r\n\r\nQUI=\r\n--b--\r\n";

#[test]
fn header_words_and_charsets_are_decoded() {
    let seen = read(RELATED.as_bytes());
    assert_eq!(
        (seen.subject.as_str(), seen.from.as_str()),
        ("Grüße", "Āanna <anna@acme.example>".replacen("Āa", "Ā", 1).as_str())
    );
    assert_eq!(seen.to, "kim@customer.example, Jo <jo@x.example>");
    assert_eq!(subject_of(RELATED.as_bytes()), "Grüße");
}

#[test]
fn embedded_images_stand_in_the_html() {
    let html = html_document(RELATED.as_bytes());
    assert!(
        html.contains(
            "<p>Grüße</p><img src=\"data:image/gif;base64,QUI=\"><img src=\"data:image/png;base64,QQ==\">"
        ),
        "{html}"
    );
}

#[test]
fn plain_text_is_shown_escaped() {
    let html = html_document(b"Subject: x\r\n\r\n<script>1</script>\r\n");
    assert!(!html.contains("<script>"), "{html}");
}

#[test]
fn garbage_is_no_panic() {
    for bytes in [&b""[..], b"\xff\xfe", b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x"] {
        let _ = (read(bytes), html_document(bytes));
    }
}
