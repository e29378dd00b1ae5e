use super::{Node, canonical, parse};
use crate::ReadError;

#[test]
fn broken_json_is_told_with_its_place() {
    let error = parse("{\n \"a\": [1,\n}").unwrap_err();
    assert!(matches!(error, ReadError::Json { line: 3, column: 1, .. }), "{error}");
    assert!(error.to_string().starts_with("line 3, column 1: no JSON: "), "{error}");
}

#[test]
fn depth_and_number_are_bounded_before_a_tree_is_built() {
    let deep = "[".repeat(100);
    assert_eq!(parse(&deep), Err(ReadError::TooDeep { line: 1, column: 65 }));
    assert!(parse(&format!("{}{}", "[".repeat(60), "]".repeat(60))).is_ok());
    assert_eq!(parse(&format!("[{}", "{},".repeat(200_001))), Err(ReadError::TooMany));
    assert_eq!(parse(&format!("[{}0]", "0,".repeat(1_000_001))), Err(ReadError::TooMany));
    // What looks like depth within a text is none.
    assert!(parse(&format!("\"{}\\\"[\"", "{".repeat(100))).is_ok());
}

#[test]
fn the_same_content_has_one_canonical_text() {
    let one = parse("{\"b\":[1,{\"d\":null,\"c\":\"ä\"}],\"a\":true}").unwrap();
    let other = parse("{ \"a\" : true, \"b\" : [ 1, { \"c\" : \"\\u00e4\", \"d\" : null } ] }").unwrap();
    assert_eq!(canonical(&one), canonical(&other));
    assert_eq!(canonical(&one), "{\"a\":true,\"b\":[1,{\"c\":\"ä\",\"d\":null}]}");
}

#[test]
fn nodes_forgive_what_vendors_differ_in() {
    let value = parse("{\"n\":5,\"s\":\" x \",\"z\":null,\"one\":{\"k\":1},\"b\":\"1\",\"e\":\"\"}").unwrap();
    let root = Node::root(&value);
    assert_eq!((root.text("n").as_deref(), root.text("s").as_deref()), (Some("5"), Some("x")));
    assert_eq!((root.text("z"), root.text("e"), root.text("none")), (None, None, None));
    assert_eq!((root.list("one").len(), root.list("n").len(), root.list("none").len()), (1, 0, 0));
    assert_eq!((root.flag("b"), root.flag("s"), root.number("n")), (Some(true), None, Some(5)));
    assert_eq!(root.list("one")[0].key("k").unwrap().place.to_string(), "one.k");
}
