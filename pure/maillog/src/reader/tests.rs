use super::{Format, LogReader, Malformed, Read, Settings};
use crate::clock::Offset;

fn reader() -> LogReader {
    LogReader::new(Settings { zone: Some(Offset::UTC), year: Some(2024) })
}

fn read(reader: &mut LogReader, line: &str) -> (Result<Read, Malformed>, Vec<String>) {
    let mut ids = Vec::new();
    let read = reader.line(line.as_bytes(), &mut |event| {
        ids.push(format!("{} {}", &event.at.to_string()[..19], event.id))
    });
    (read, ids)
}

#[test]
fn the_format_is_seen_from_the_lines() {
    let table = [
        (
            "2024-10-20 11:42:20 16ZCW1-0005MB-00 Completed",
            Format::Exim,
            "2024-10-20T11:42:20 16ZCW1-0005MB-00",
        ),
        (
            "2024-10-20 11:42:20.001 +0200 [77] 16ZCW1-0005MB-00 Completed",
            Format::Exim,
            "2024-10-20T09:42:20 16ZCW1-0005MB-00",
        ),
        (
            "Oct 20 11:42:20 host exim[7]: 2024-10-20 11:42:19 16ZCW1-0005MB-00 Completed",
            Format::Exim,
            "2024-10-20T11:42:19 16ZCW1-0005MB-00",
        ),
        (
            "Oct 20 11:42:20 host exim[7]: 16ZCW1-0005MB-00 Completed",
            Format::Exim,
            "2024-10-20T11:42:20 16ZCW1-0005MB-00",
        ),
        (
            "Oct 20 11:42:20 host postfix/qmgr[7]: 0A1B2C3D4E: removed",
            Format::Postfix,
            "2024-10-20T11:42:20 0A1B2C3D4E",
        ),
        (
            "2024-10-20T11:42:20.123456+02:00 host postfix/qmgr[7]: 0A1B2C3D4E: removed\r",
            Format::Postfix,
            "2024-10-20T09:42:20 0A1B2C3D4E",
        ),
        (
            "{\"type\":\"Reception\",\"id\":\"x\",\"sender\":\"a@b\",\"timestamp\":1729424540}",
            Format::KumoMta,
            "2024-10-20T11:42:20 x",
        ),
    ];
    for (line, format, told) in table {
        let mut reader = reader();
        assert_eq!(read(&mut reader, line), (Ok(Read::Events), vec![told.to_owned()]), "{line}");
        assert_eq!(reader.format(), Some(format), "{line}");
    }
}

#[test]
fn lines_of_others_are_nothing_and_no_lines_are_malformed() {
    let mut reader = reader();
    for line in
        ["", "   ", "Oct 20 11:42:20 host sshd[1]: Accepted", "2024-10-20 11:42:20 Start queue run: pid=1"]
    {
        assert_eq!(read(&mut reader, line), (Ok(Read::Nothing), Vec::new()), "{line}");
    }
    for line in ["not a log", "2024-10-20 11:42:20 16ZCW1-0005MB-00 ** ", "2024-99-20 11:42:20 x"] {
        assert!(read(&mut reader, line).0.is_err(), "{line}");
    }
    assert!(reader.line(b"\xff\xfe\x00", &mut |_| {}).is_err());
}

#[test]
fn pieces_of_syslog_become_one_line() {
    let mut reader = reader();
    let part = |text: &str| format!("Oct 20 11:42:20 host exim[7]: {text}");
    let first = part(
        "[1/2] 2024-10-20 11:42:19 16ZCW1-0005MB-00 ** kim@c.example R=d T=t H=mx.c.example [192.0.2.7] : SMTP error from ",
    );
    assert_eq!(read(&mut reader, &first), (Ok(Read::Nothing), Vec::new()));
    let mut replies = Vec::new();
    let second = part("[2/2] remote mail server after DATA: 550 no");
    let done = reader.line(second.as_bytes(), &mut |event| replies.push(format!("{:?}", event.what)));
    assert_eq!(done, Ok(Read::Events));
    assert!(replies[0].contains("550 no"), "{replies:?}");
    assert!(read(&mut reader, &second).0.is_err(), "its beginning is missing");
}

#[test]
fn the_next_file_may_have_another_format() {
    let mut reader = reader();
    assert!(read(&mut reader, "{").0.is_ok());
    assert_eq!(reader.format(), Some(Format::Trace));
    reader.end_file(&mut |_| {});
    assert!(read(&mut reader, "2024-10-20 11:42:20 16ZCW1-0005MB-00 Completed").0.is_ok());
    assert_eq!(reader.format(), Some(Format::Exim));
}
