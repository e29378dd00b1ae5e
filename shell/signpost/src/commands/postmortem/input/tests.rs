use super::{Input, Line, in_order};
use maillog::{Offset, Settings};
use std::io::Write as _;
use std::path::{Path, PathBuf};

fn settings() -> Settings {
    Settings { zone: Some(Offset::UTC), year: Some(2024) }
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zst(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

/// The lines of a file; a long one by its mark.
fn lines(path: &Path) -> Vec<String> {
    let mut lines = Input { path: path.to_owned() }.open().unwrap();
    let mut read = Vec::new();
    while let Some(line) = lines.next().unwrap() {
        read.push(match line {
            Line::Whole(line) => String::from_utf8_lossy(line).into_owned(),
            Line::Long(beginning) => format!("long {}", beginning.len()),
        });
    }
    read
}

#[test]
fn what_a_file_is_packed_with_is_seen_from_its_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let text = b"one\ntwo\nthree";
    let twice = [gz(b"one\ntwo"), gz(b"\nthree")].concat();
    let frames = [zst(b"one\ntw"), zst(b"o\nthree")].concat();
    for (name, bytes) in [
        ("plain.gz", text.to_vec()),
        ("log", gz(text)),
        ("log.1", twice),
        ("log.2", zst(text)),
        ("log.3", frames),
    ] {
        let path = write(folder.path(), name, &bytes);
        assert_eq!(lines(&path), ["one", "two", "three"], "{name}");
    }
    let xz = write(folder.path(), "log.xz", b"\xfd7zXZ\x00rest");
    let error = Input { path: xz }.open().err().unwrap().to_string();
    assert!(error.contains("xz -dc") && error.contains("postmortem -"), "{error}");
}

#[test]
fn a_damaged_file_is_an_error_and_no_short_log() {
    let folder = tempfile::tempdir().unwrap();
    let mut cut = gz(&b"one line of a log\n".repeat(500));
    cut.truncate(cut.len() - 12);
    let mut packed = Input { path: write(folder.path(), "cut.gz", &cut) }.open().unwrap();
    let mut outcome = packed.next().map(|line| line.is_some());
    while let Ok(true) = outcome {
        outcome = packed.next().map(|line| line.is_some());
    }
    assert!(outcome.is_err(), "its end is missing");
}

#[test]
fn a_line_without_end_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let text = [b"short\n".as_slice(), &b"x".repeat(3 << 20), b"\nlast\n"].concat();
    assert_eq!(lines(&write(folder.path(), "log", &text)), ["short", "long 400", "last"]);
}

#[test]
fn files_are_read_in_the_order_of_their_times() {
    let folder = tempfile::tempdir().unwrap();
    let exim = |day: u32| {
        format!(
            "2024-10-{day:02} 10:00:00 Start queue run: pid=1\n2024-10-{day:02} 10:00:00 16ZCW1-0005MB-00 Completed\n"
        )
    };
    let newest = write(folder.path(), "mainlog", exim(20).as_bytes());
    let older = write(folder.path(), "mainlog.1", exim(19).as_bytes());
    let oldest = write(folder.path(), "mainlog.2.gz", &gz(exim(18).as_bytes()));
    let names = |paths: &[PathBuf]| -> Vec<PathBuf> {
        in_order(paths, settings()).unwrap().into_iter().map(|input| input.path).collect()
    };
    let expected = [oldest.clone(), older.clone(), newest.clone()];
    assert_eq!(names(&[newest, oldest, older]), expected);
    let syslog = |day: &str| format!("{day} 10:00:00 host postfix/qmgr[1]: 0A1B2C3D4E: removed\n");
    let december = write(folder.path(), "mail.log.1", syslog("Dec 30").as_bytes());
    let january = write(folder.path(), "mail.log", syslog("Jan  6").as_bytes());
    assert_eq!(names(&[january.clone(), december.clone()]), [december, january], "a year ends between them");
}

#[test]
fn standard_input_stands_alone() {
    let both = [PathBuf::from("-"), PathBuf::from("mainlog")];
    assert!(in_order(&both, settings()).is_err());
}
