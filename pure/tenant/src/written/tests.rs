//! How values of a file are read, and what is said of those that cannot be.

use super::*;
use model::{ByteCount, Duration};

fn problems(text: &str, read: impl FnOnce(&mut Table<'_>, &mut Report)) -> Vec<String> {
    let (_, report) = read_file("f.toml", text.as_bytes(), |mut top, report| {
        read(&mut top, report);
        top.finish(report);
        Some(())
    });
    report.into_parts().0.iter().map(ToString::to_string).collect()
}

#[test]
fn every_problem_of_a_file_is_told_with_its_line() {
    let found = problems("a = 1\nb = \"x\"\n\n[t]\nc = 2\nd = true\n", |top, report| {
        assert_eq!(top.take("a").and_then(|value| value.flag(report)), None);
        assert_eq!(top.take("b").and_then(|value| value.number(0..=9, report)), None);
        let mut inner = top.table("t", report).unwrap();
        assert_eq!(inner.take("c").and_then(|value| value.number(0..=9, report)), Some(2));
        inner.finish(report);
    });
    assert_eq!(
        found,
        [
            "f.toml:1: `a`: needs true or false without quotes, this is a whole number",
            "f.toml:2: `b`: needs a whole number without quotes, this is a text",
            "f.toml:6: `t.d` is not a known key",
        ]
    );
}

#[test]
fn entries_of_a_list_are_told_one_by_one() {
    let text = "list = [\n  \"a.example\",\n  \"b..example\",\n  5,\n]\n";
    let found = problems(text, |top, report| {
        let value = top.take("list").unwrap();
        assert_eq!(value.parse_list::<model::Domain>(9, report).len(), 1);
    });
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("f.toml:3: `list`: `b..example`"), "{found:?}");
    assert_eq!(found[1], "f.toml:4: `list`: needs a text in quotes, this is a whole number");
}

#[test]
fn sizes_and_numbers_are_read_within_bounds() {
    let found = problems("a = \"1MiB\"\nb = 5\nc = \"2MiB\"\nd = 0x10\n", |top, report| {
        let bounds = ByteCount(0)..=ByteCount(1 << 20);
        let mut size = |key| top.take(key).and_then(|value| value.size(bounds.clone(), report));
        assert_eq!((size("a"), size("b"), size("c")), (Some(ByteCount(1 << 20)), Some(ByteCount(5)), None));
        assert_eq!(top.take("d").and_then(|value| value.number(0..=20, report)), Some(16));
    });
    assert_eq!(found, ["f.toml:3: `c`: is not from 0B to 1MiB"]);
}

#[test]
fn spans_of_time_need_a_unit() {
    let rows = [
        ("20s", Some(Duration::from_secs(20))),
        ("5 m", Some(Duration::from_secs(300))),
        ("1500ms", Some(Duration::from_millis(1500))),
        ("30d", Some(Duration::from_secs(2_592_000))),
        ("20", None),
        ("s", None),
        ("1.5h", None),
        ("99999999999999999999d", None),
    ];
    for (text, expected) in rows {
        assert_eq!(parse_duration(text).ok(), expected, "{text}");
    }
}

#[test]
fn a_file_that_is_no_toml_is_not_read() {
    let (read, report) = read_file("f.toml", b"a = 1\na = 2\n[b\n", |_, _| Some(()));
    assert_eq!(read, None);
    let lines: Vec<_> = report.into_parts().0.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [Some(2), Some(3)]);
}
