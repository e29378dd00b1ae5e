use super::{Signed, base64, tag, without_signature};

#[test]
fn base64_is_read_with_white_space_and_without_padding() {
    for (text, wanted) in
        [("TWFu", "Man"), ("TW\r\n\t Fu", "Man"), ("TWE=", "Ma"), ("TQ==", "M"), ("TQ", "M")]
    {
        assert_eq!(base64(text).unwrap(), wanted.as_bytes(), "{text:?}");
    }
    for text in ["", "=", "T%Fu", "\u{e4}"] {
        assert!(base64(text).is_err(), "{text:?}");
    }
}

#[test]
fn only_the_signature_itself_is_taken_out() {
    for (list, wanted) in
        [(" a=x; bh=y; b=abc\r\n\tdef=", " a=x; bh=y; b="), ("b = abc ; bb=c;", "b =; bb=c;"), ("a=x", "a=x")]
    {
        assert_eq!(without_signature(list), wanted, "{list:?}");
    }
}

#[test]
fn a_tag_that_is_there_twice_or_not_at_all_is_told() {
    assert_eq!(tag("a=1; b=2", "b"), Ok("2"));
    assert_eq!(tag("a=1; a=2", "a"), Err("a= is there twice".to_owned()));
    assert_eq!(tag("a=1", "b"), Err("b= is missing".to_owned()));
}

#[test]
fn a_signature_says_where_its_key_is() {
    let signed = Signed::read("a=rsa-sha256; d=Acme.example; s=S1; b=TWFu").unwrap();
    assert_eq!(signed.name, "s1._domainkey.acme.example");
    assert!(Signed::read("a=rsa-sha1; d=acme.example; s=s1; b=TWFu").is_err());
}

/// RFC 8463 appendix A: its keys and its signatures.
#[test]
fn the_signatures_of_rfc_8463_hold() {
    const MESSAGE: &[u8] = include_bytes!("../../fixtures/rfc8463.eml");
    let block = message::HeaderBlock::of(MESSAGE);
    let rsa = crate::dkim::base64(include_bytes!("../../fixtures/rfc8463-rsa-public.der"));
    let records = [
        "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=".to_owned(),
        format!("v=DKIM1; p={rsa}"),
    ];
    for (field, record) in block.named(MESSAGE, "DKIM-Signature").zip(&records) {
        let value = std::str::from_utf8(&MESSAGE[field.value.clone()]).unwrap();
        let names = tag(value, "h").unwrap().split(':').map(str::trim);
        let mut canonical = Vec::new();
        crate::fields::canonical(MESSAGE, &block, names, crate::Form::Relaxed, &mut canonical);
        crate::fields::relaxed(b"DKIM-Signature", without_signature(value).as_bytes(), &mut canonical);
        let signed = Signed::read(value).unwrap();
        assert_eq!(signed.holds(&canonical, std::slice::from_ref(record)), Ok(()));
        canonical.push(b'x');
        assert!(signed.holds(&canonical, std::slice::from_ref(record)).is_err());
        assert!(signed.holds(&canonical, &[]).unwrap_err().ends_with("has 0 records"));
    }
}
