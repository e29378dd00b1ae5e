use super::*;
use bounce::{Label, ReplyNumber};
use model::Timestamp;

const REPLY: &str = "550 5.7.1 gnomes say no";

fn book(data: &Path) -> ReplyBook {
    ReplyBook::open(data, Clock::start(1)).unwrap()
}

fn labelled(data: &Path) -> ReplyNumber {
    let label = Label::new((REPLY, REPLY), (Category::Policy, None), ("anna", Timestamp::from_micros(0)));
    let label = label.unwrap();
    make(&data.join(FOLDER)).unwrap();
    replace(&book(data).file(label.number), label.written().unwrap().as_bytes()).unwrap();
    label.number
}

#[tokio::test]
async fn a_label_on_disk_is_in_force_and_can_be_said_anew_and_taken_back() {
    let data = tempfile::tempdir().unwrap();
    let number = labelled(data.path());
    let book = book(data.path());
    assert_eq!(book.shared().labels().all().len(), 1);
    let wish = ReplyWish::Label { number, category: Category::Loop, owner: Some(Owner::Receiver) };
    let told = book.answer(wish, "berta".to_owned()).await.unwrap();
    assert_eq!((&told["category"], &told["by"]), (&"loop".into(), &"berta".into()));
    assert!(std::fs::read_to_string(book.file(number)).unwrap().contains("category = \"loop\""));
    book.answer(ReplyWish::Unlabel { number }, "berta".to_owned()).await.unwrap();
    assert!(!book.file(number).exists() && book.shared().labels().all().is_empty());
}

#[tokio::test]
async fn what_never_parked_takes_no_label() {
    let data = tempfile::tempdir().unwrap();
    let wish = ReplyWish::Label { number: ReplyNumber::of(REPLY), category: Category::Policy, owner: None };
    let error = book(data.path()).answer(wish, "anna".to_owned()).await.unwrap_err().to_string();
    assert!(error.contains("--unknown"), "{error}");
    assert!(!data.path().join(FOLDER).exists());
}

#[test]
fn a_file_that_cannot_be_used_does_not_hold_and_stays() {
    let data = tempfile::tempdir().unwrap();
    let number = labelled(data.path());
    let path = data.path().join(FOLDER).join(format!("{number}.toml"));
    let spoilt = std::fs::read_to_string(&path).unwrap().replace("gnomes", "elves");
    std::fs::write(&path, &spoilt).unwrap();
    assert!(book(data.path()).shared().labels().all().is_empty());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), spoilt);
}
