//! Marks of both columns, written as text: `=` same, `x` only here.

use super::{Mark, compare};

fn marks(left: &str, right: &str) -> (String, String) {
    let (left, right) = (left.bytes().collect::<Vec<_>>(), right.bytes().collect::<Vec<_>>());
    let (left, right) = compare(&left, &right);
    let text =
        |marks: Vec<Mark>| marks.iter().map(|mark| if *mark == Mark::Same { '=' } else { 'x' }).collect();
    (text(left), text(right))
}

#[test]
fn only_what_differs_is_marked() {
    let table = [
        ("abc", "abc", "===", "==="),
        ("abc", "aXbc", "===", "=x=="),
        ("abc", "ac", "=x=", "=="),
        ("abcd", "aXcY", "=x=x", "=x=x"),
        ("", "ab", "", "xx"),
        ("abab", "ab", "==xx", "=="),
        ("xaybz", "qarbs", "x=x=x", "x=x=x"),
    ];
    for (left, right, left_marks, right_marks) in table {
        assert_eq!(marks(left, right), (left_marks.to_owned(), right_marks.to_owned()), "{left} {right}");
    }
}

#[test]
fn what_is_too_long_to_compare_is_marked_as_a_whole() {
    let (left, right) = (format!("a{}b", "l".repeat(3_000)), format!("a{}b", "r".repeat(3_000)));
    let (marked, _) = marks(&left, &right);
    assert_eq!((marked.len(), marked.matches('=').count()), (3_002, 2));
}
