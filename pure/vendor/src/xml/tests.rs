use super::parse;
use crate::ReadError;

#[test]
fn text_is_put_together_from_letters_cdata_and_entities() {
    let root = parse("<r><t>a &amp; b<![CDATA[ <c> &amp;]]> &auml;&#xe4;&unknown; & d</t></r>").unwrap();
    assert_eq!(root.child("t").unwrap().text, "a & b <c> &amp; ää&unknown; & d");
}

#[test]
fn names_lose_their_prefix_and_attributes_are_decoded() {
    let root = parse("<?xml version='1.0'?><!DOCTYPE x><a:FEED xmlns:a='x'><!-- c --><a:Link href='x?a=1&amp;b=2'/></a:FEED>").unwrap();
    assert_eq!(root.name, "feed");
    assert_eq!(root.child("link").unwrap().attribute("href"), Some("x?a=1&b=2"));
}

#[test]
fn a_broken_document_is_told_with_its_place() {
    let error = parse("<a>\n<b></a>").unwrap_err();
    assert!(matches!(error, ReadError::Xml { line: 2, .. }), "{error}");
    assert!(parse("<a><b>").unwrap_err().to_string().contains("ends inside of <a>"));
    assert!(parse("<!-- only a comment -->").is_err());
}

#[test]
fn depth_and_number_are_bounded() {
    assert!(matches!(parse(&"<a>".repeat(100)), Err(ReadError::TooDeep { .. })));
    assert_eq!(parse(&format!("<r>{}</r>", "<a/>".repeat(200_001))).unwrap_err(), ReadError::TooMany);
}

#[test]
fn a_documents_own_entities_are_not_known() {
    let bomb = "<!DOCTYPE r [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><r>&b;</r>";
    assert_eq!(parse(bomb).unwrap().text, "&b;");
}
