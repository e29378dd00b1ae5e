use super::*;

const NAME: &str = "numbers.jsonl";

fn open(directory: &Path) -> (Journal<u64>, Vec<u64>) {
    Journal::open(directory, NAME, Arc::new(|records| records)).unwrap()
}

#[tokio::test]
async fn what_was_appended_is_there_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let (mut journal, records) = open(directory.path());
    assert!(records.is_empty());
    journal.append(vec![1, 2]).await.unwrap();
    journal.append(vec![3]).await.unwrap();
    drop(journal);
    assert_eq!(open(directory.path()).1, [1, 2, 3]);
}

#[tokio::test]
async fn a_start_keeps_on_disk_what_counts_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(directory.path());
    journal.append((0..1000).collect()).await.unwrap();
    drop(journal);
    let newest: Keep<u64> = Arc::new(|records| records[records.len().saturating_sub(2)..].to_vec());
    assert_eq!(Journal::open(directory.path(), NAME, newest).unwrap().1, [998, 999]);
    assert_eq!(std::fs::read_to_string(directory.path().join(NAME)).unwrap(), "998\n999\n");
}

#[tokio::test]
async fn a_torn_or_damaged_line_costs_that_line_only() {
    let directory = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(directory.path());
    journal.append(vec![100, 200, 300]).await.unwrap();
    drop(journal);
    let path = directory.path().join(NAME);
    let whole = std::fs::read(&path).unwrap();
    for cut in 0..whole.len() {
        std::fs::write(&path, &whole[..cut]).unwrap();
        let (_, records) = open(directory.path());
        let lines = whole[..cut].iter().filter(|byte| **byte == b'\n').count();
        // A line without its end is whole if only the end is missing.
        assert!(records.len() == lines || records.len() == lines + 1, "cut at {cut}");
    }
    let mut damaged = whole.clone();
    damaged[1] = b'#';
    std::fs::write(&path, &damaged).unwrap();
    assert_eq!(open(directory.path()).1, [200, 300]);
}

#[tokio::test]
async fn a_full_disk_is_an_error_each_time() {
    let mut journal = Journal::on_a_full_disk().unwrap();
    for _ in 0..3 {
        assert!(journal.append(vec![1]).await.is_err());
    }
}

#[tokio::test]
async fn a_journal_that_fails_is_begun_anew_and_not_at_every_write() {
    let directory = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(directory.path());
    journal.append(vec![1]).await.unwrap();
    journal.file = Journal::<u64>::on_a_full_disk().unwrap().file;
    assert!(journal.append(vec![2]).await.is_err());
    // What stands in the way of a new one costs one try; the next is not before its time.
    let path = directory.path().join(NAME);
    let blocked = path.with_extension("new");
    std::fs::create_dir(&blocked).unwrap();
    assert!(matches!(journal.append(vec![2]).await, Err(JournalError::Io { .. })));
    std::fs::remove_dir(&blocked).unwrap();
    assert!(matches!(journal.append(vec![2]).await, Err(JournalError::Broken { .. })));
    journal.broken.as_mut().unwrap().again = Instant::now();
    journal.append(vec![2]).await.unwrap();
    drop(journal);
    assert_eq!(open(directory.path()).1, [1, 2]);
}

#[test]
fn a_directory_that_cannot_be_made_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a-file");
    std::fs::write(&file, "").unwrap();
    let error =
        Journal::<u64>::open(&file.join("guard"), NAME, Arc::new(|all| all)).err().unwrap().to_string();
    assert!(error.contains("a-file") && error.contains("cannot be"), "{error}");
}

#[tokio::test]
async fn a_start_on_a_full_disk_knows_what_was_written_and_goes_on_when_there_is_space() {
    let directory = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(directory.path());
    journal.append(vec![1, 2]).await.unwrap();
    drop(journal);
    let new = directory.path().join(NAME).with_extension("new");
    std::os::unix::fs::symlink("/dev/full", &new).unwrap();
    let (mut journal, known) = open(directory.path());
    assert_eq!(known, [1, 2]);
    assert!(journal.append(vec![3]).await.is_err());
    std::fs::remove_file(&new).unwrap();
    journal.broken.as_mut().unwrap().again = Instant::now();
    journal.append(vec![3]).await.unwrap();
    drop(journal);
    assert_eq!(open(directory.path()).1, [1, 2, 3]);
}
