//! Python's `email` as another reader of the same messages.

use super::{Case, cases};
use std::io::Write as _;
use std::process::{Command, Stdio};

/// Every so manieth case is read: no divisor of the counts of shapes, charsets or encodings, so all of each come up.
const STEP: usize = 7;

fn lines(cases: &[Case]) -> String {
    let base64 = |bytes: &[u8]| String::from_utf8(message::encode::base64(bytes, "")).unwrap();
    let line = |case: &Case| format!("{}\t{}\t{}\n", case.name, base64(&case.before), base64(&case.after));
    cases.iter().map(line).collect()
}

#[test]
fn python_reads_the_same_message_before_and_after() {
    let mut python = Command::new("python3")
        .args(["-c", include_str!("reader.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is needed as a second reader of mail: apt-get install python3");
    let cases = cases(STEP);
    let mut input = python.stdin.take().unwrap();
    input.write_all(lines(&cases).as_bytes()).unwrap();
    drop(input);
    let output = python.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}");
    assert_eq!(told.trim(), format!("{} read", cases.len()));
}
