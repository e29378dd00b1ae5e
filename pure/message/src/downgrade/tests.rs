use super::{NotAscii, ascii_domain, header_to_ascii, to_seven_bits};
use crate::{HeaderBlock, Index, mailboxes};

fn seven(message: &[u8]) -> Vec<u8> {
    let splices = to_seven_bits(message, &Index::of(message));
    let after = splices.apply(message);
    assert_eq!(splices.undo(&after, message).as_deref(), Some(message));
    after
}

fn header(message: &str) -> Result<String, NotAscii> {
    let splices = header_to_ascii(message.as_bytes(), &Index::of(message.as_bytes()))?;
    Ok(String::from_utf8_lossy(&splices.apply(message.as_bytes())).into_owned())
}

#[test]
fn text_becomes_quoted_printable_and_its_label_follows() {
    let message = "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
                   Content-Transfer-Encoding: 8bit\r\n\r\nGrüße\r\n.\r\n";
    let expected = "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
                    Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe\r\n=2E\r\n";
    assert_eq!(String::from_utf8(seven(message.as_bytes())).unwrap(), expected);
}

#[test]
fn a_message_without_mime_fields_gets_those_that_it_needs() {
    let after = String::from_utf8(seven("Subject: x\n\nGrüße\n".as_bytes())).unwrap();
    assert_eq!(
        after,
        "Subject: x\nContent-Transfer-Encoding: quoted-printable\nMIME-Version: 1.0\n\nGr=C3=BC=C3=9Fe\n"
    );
}

const MIXED: &str = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
    --b\r\n\r\nplain only\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n<p>ü</p>\r\n\
    --b\r\nContent-Type: application/x; name=\"ü.bin\"\r\nContent-Transfer-Encoding: binary\r\n\r\nü\r\n--b\r\n\
    Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\nSubject: Ö\r\n\r\ninner ä\r\n--b--\r\n";

#[test]
fn each_part_is_encoded_as_its_type_wants_and_forwarded_mail_inside_of_it() {
    let after = String::from_utf8(seven(MIXED.as_bytes())).unwrap();
    assert!(after.is_ascii(), "{after}");
    for expected in [
        "boundary=b\r\nContent-Transfer-Encoding: 7bit\r\n\r\n--b\r\n\r\nplain only\r\n--b\r\n",
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n<p>=C3=BC</p>\r\n--b\r\n",
        "Content-Type: application/x;\r\n\tname*=utf-8''%C3%BC.bin\r\nContent-Transfer-Encoding: base64\r\n\r\nw7w=\r\n--b\r\n",
        "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 7bit\r\n\r\nSubject: =?utf-8?B?w5Y=?=\r\n\
         Content-Transfer-Encoding: quoted-printable\r\nMIME-Version: 1.0\r\n\r\ninner =C3=A4\r\n--b--\r\n",
    ] {
        assert!(after.contains(expected), "{expected}\n{after}");
    }
}

#[test]
fn what_is_signed_encrypted_or_ambiguous_keeps_its_bytes_and_its_labels() {
    let around = |kept: &str| {
        format!(
            "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=o\r\nContent-Transfer-Encoding: 8bit\r\n\r\n--o\r\n{kept}\r\n--o--\r\n"
        )
    };
    let kept = [
        around(
            "Content-Type: multipart/signed; boundary=i\r\n\r\n--i\r\nContent-Type: text/plain\r\n\r\nü\r\n--i--\r\n",
        ),
        around(
            "Content-Type: multipart/encrypted; boundary=i\r\n\r\n--i\r\nContent-Type: text/plain\r\n\r\nü\r\n--i--\r\n",
        ),
        around("Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: binary\r\n\r\nü"),
        around("Content-Type: message/delivery-status\r\nContent-Transfer-Encoding: 8bit\r\n\r\nü"),
        around("Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nü"),
        around("Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\nü"),
    ];
    for message in kept {
        assert_eq!(String::from_utf8(seven(message.as_bytes())).unwrap(), message);
    }
}

#[test]
fn ascii_is_never_changed() {
    let message = MIXED.replace(['ü', 'Ö', 'ä'], "u");
    assert_eq!(seven(message.as_bytes()), message.as_bytes());
    assert_eq!(header(&message).unwrap(), message);
}

#[test]
fn a_field_becomes_ascii_and_reads_the_same() {
    for (written, expected) in [
        ("Subject: Grüße =?iso-8859-1?Q?=E4?=", "Subject: =?utf-8?B?R3LDvMOfZSDDpA==?="),
        ("From: \"Bärg, A.\" <a@x.example>", "From: =?utf-8?B?QsOkcmcsIEEu?= <a@x.example>"),
        ("To: \"B, C\" <c@x.example>, Ü <ü.x@y>", ""),
        (
            "To: \"B, C\" <c@x.example>,\r\n Jörg <j@bücher.example>,k@bücher.example",
            "To: \"B, C\" <c@x.example>,\r\n =?utf-8?B?SsO2cmc=?= <j@xn--bcher-kva.example>,\r\n k@xn--bcher-kva.example",
        ),
        ("Cc: Büro: a@x.example, b@x.example;", "Cc: =?utf-8?B?QsO8cm8=?=: a@x.example,\r\n b@x.example;"),
        ("Reply-To: a@x.example (Jörg \\) y)", "Reply-To: a@x.example (=?utf-8?B?SsO2cmcgXCkgeQ==?=)"),
        ("References: <ü@x.example>", ""),
        ("X-Any: ü", "X-Any: =?utf-8?B?w7w=?="),
    ] {
        let got = header(&format!("{written}\r\n\r\nbody ü\r\n"));
        match expected {
            "" => assert!(got.is_err(), "{got:?}"),
            _ => assert_eq!(got.unwrap(), format!("{expected}\r\n\r\nbody ü\r\n")),
        }
    }
}

#[test]
fn what_has_no_form_in_ascii_is_named() {
    let got = header("Cc: a@x.example, ü@x.example\r\n\r\n").unwrap_err();
    assert_eq!(got.to_string(), "the address `ü@x.example` in the field Cc");
    assert_eq!(header("Message-ID: <ü@x>\r\n\r\n").unwrap_err().to_string(), "the field Message-ID");
    let marked = "Content-Type: text/plain; a=1; a=\"ü\"\r\n\r\n";
    assert_eq!(header(marked).unwrap_err().to_string(), "the field Content-Type");
}

#[test]
fn bytes_that_are_no_utf8_stay() {
    let message = b"Subject: Gr\xfc\xdfe\r\n\r\n";
    assert!(header_to_ascii(message, &Index::of(message)).unwrap().is_empty());
}

#[test]
fn many_mailboxes_stay_many_and_no_line_is_too_long() {
    let one = |number: usize| format!("Jörg Nr {number} <j{number}@x.example>");
    let value = (0..500).map(one).collect::<Vec<_>>().join(", ");
    let after = header(&format!("To: {value}\r\nSubject: {}\r\n\r\n", "ü".repeat(900))).unwrap();
    assert!(after.lines().all(|line| line.len() < 100 && line.is_ascii()), "{after}");
    let block = HeaderBlock::of(after.as_bytes());
    assert_eq!(mailboxes(&block.value(after.as_bytes(), "To").unwrap()), mailboxes(&value));
    assert_eq!(block.text(after.as_bytes(), "Subject").unwrap(), "ü".repeat(900));
}

#[test]
fn a_long_file_name_is_told_in_pieces_and_read_whole() {
    let name = format!("{}.pdf", "Übersicht ".repeat(20));
    let message = format!(
        "Content-Type: application/pdf; name=\"{name}\"\r\nContent-Disposition: attachment;\r\n filename=\"{name}\"\r\n\r\nx\r\n"
    );
    let after = header(&message).unwrap();
    assert!(after.lines().all(|line| line.len() < 80 && line.is_ascii()), "{after}");
    let index = Index::of(after.as_bytes());
    let part = &index.parts[0];
    assert_eq!(part.content_type.parameter("name"), Some(name.as_str()));
    assert_eq!(part.disposition.as_ref().unwrap().filename.as_deref(), Some(name.as_str()));
}

#[test]
fn domains_have_a_labels_or_none() {
    for (written, expected) in [
        ("Bücher.Example", Some("xn--bcher-kva.example")),
        ("x.example", Some("x.example")),
        ("ü\u{202e}.example", None),
    ] {
        assert_eq!(ascii_domain(written).as_deref(), expected);
    }
}
