use super::{Course, LINES_MAX, Part};
use bounce::Failure;
use model::{Duration, EnhancedCode, Reply, Stage, Timestamp};
use smtp::{TranscriptLine, TranscriptSide};

const START: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

fn after(ms: u64) -> Timestamp {
    START + Duration::from_millis(ms)
}

fn line(ms: u64, side: TranscriptSide, text: &str) -> TranscriptLine {
    TranscriptLine { at: after(ms), side, text: text.to_owned() }
}

#[test]
fn the_parts_add_up_to_the_whole_and_greeting_is_counted_on_both_sides_of_tls() {
    let mut course = Course::begin(START);
    course.enter(Part::Greeting, after(3));
    course.enter(Part::Tls, after(10));
    course.enter(Part::Greeting, after(30));
    course.enter(Part::Envelope, after(34));
    course.enter(Part::Data, after(40));
    course.enter(Part::End, after(41));
    course.end(&[], false, after(100));
    let phases = course.told("one".parse().unwrap(), "mx.example".to_owned(), &Vec::new()).phases;
    let parts = [phases.connect, phases.greeting, phases.tls, phases.envelope, phases.data, phases.end];
    assert_eq!(parts, [Some(3), Some(11), Some(20), Some(6), Some(1), Some(59)]);
    assert_eq!(parts.iter().flatten().sum::<u32>(), 100);
}

#[test]
fn a_try_that_failed_keeps_its_last_lines_and_one_that_went_well_none() {
    let lines: Vec<_> =
        (0..100).map(|n| line(n, TranscriptSide::Client, &format!("{n} {}", "ü".repeat(300)))).collect();
    let mut course = Course::begin(START);
    course.end(&lines, true, after(100));
    let said = course.told("one".parse().unwrap(), String::new(), &Vec::new()).said;
    assert_eq!((said.len(), said.last().unwrap().ms), (LINES_MAX, 99));
    assert!(said.iter().all(|line| line.text.len() <= 400) && said[0].text.starts_with("40 "));
    let mut course = Course::begin(START);
    course.end(&lines, false, after(100));
    assert!(course.told("one".parse().unwrap(), String::new(), &Vec::new()).said.is_empty());
}

#[test]
fn recipients_with_the_same_answer_stand_together() {
    let yes = Reply::new(250, Some(EnhancedCode::new(2, 0, 0)), "ok");
    let no = || Failure::Reply(Reply::new(550, Some(EnhancedCode::new(5, 1, 1)), "nobody"));
    let results = vec![
        (0, Stage::EndOfData, Ok(yes.clone())),
        (1, Stage::Rcpt, Err(no())),
        (4, Stage::EndOfData, Ok(yes)),
        (5, Stage::Rcpt, Err(no())),
    ];
    let told = Course::reuse(START).told("one".parse().unwrap(), String::new(), &results);
    let groups: Vec<_> = told.results.iter().map(|one| (one.recipients.clone(), one.taken)).collect();
    assert_eq!(groups, [(vec![0, 4], true), (vec![1, 5], false)]);
    assert!(told.reused);
}
