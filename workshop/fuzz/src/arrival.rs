//! What a message proved as it came, whatever it says of itself and whatever name servers say to it: an end within a bound of questions, nothing proven by
//! silence, and a field that is one.

use arrival::{Answer, Answers, Arrival, Bodies, Client, Message, Unasked, Validation};
use message::HeaderBlock;
use model::Timestamp;
use signing::{BodyHasher, Form};

/// Between the message, who handed it over, and the answers in the order of the questions.
const SEPARATOR: u8 = 0x1e;
/// Behind so many answers no more is asked: the relay's own bound.
const QUESTIONS_MAX: usize = 100;
/// RFC 5322 §2.1.1.
const LINE_LEN_MAX: usize = 998;
const OURS: &str = "relay.example";

pub(crate) fn arrival(data: &[u8]) {
    let mut pieces = data.split(|byte| *byte == SEPARATOR);
    let whole = pieces.next().unwrap_or_default();
    let mut text = || String::from_utf8_lossy(pieces.next().unwrap_or_default()).into_owned();
    let (mail_from, helo, address) = (text(), text(), text());
    let given: Vec<Answer> = pieces.map(answer).collect();
    let block = HeaderBlock::of(whole);
    let body = &whole[block.body_start..];
    let (relaxed, simple) = arrival::forms(whole, &block);
    let message = Message {
        header: whole,
        block: &block,
        bodies: Bodies {
            relaxed: relaxed.then(|| BodyHasher::of(Form::Relaxed)).map(|hasher| hash(hasher, body)),
            simple: simple.then(|| BodyHasher::of(Form::Simple)).map(|hasher| hash(hasher, body)),
        },
        client: Client {
            address: address.parse().unwrap_or(std::net::Ipv4Addr::new(192, 0, 2, 1).into()),
            helo: &helo,
            mail_from: &mail_from,
        },
        received: Timestamp::from_micros(1_767_225_600_000_000),
    };
    let told = judged(&message, given.clone());
    assert_eq!(told, judged(&message, given.clone()), "judged twice, found otherwise");
    is_one_field(&told);
    assert_eq!(
        told.chain == Some(Validation::None),
        !arrival::has_chain(whole, &block),
        "a chain is there or not"
    );
    for silence in [Answer::Failed, Answer::Found(Vec::new())] {
        let told = judged(&message, vec![silence.clone(); QUESTIONS_MAX]);
        let pass = told
            .results
            .iter()
            .find(|result| result.split(' ').next().is_some_and(|word| word.ends_with("=pass")));
        assert_eq!(pass, None, "proven by {silence:?}");
    }
    forged(whole, &block);
}

/// `!` is a name server that does not answer; a line is a text, an address or a name.
fn answer(piece: &[u8]) -> Answer {
    let text = String::from_utf8_lossy(piece);
    match text.as_ref() {
        "!" => Answer::Failed,
        text => Answer::Found(text.lines().map(str::to_owned).collect()),
    }
}

fn hash(mut hasher: BodyHasher, body: &[u8]) -> signing::BodyHash {
    hasher.update(body);
    hasher.finish()
}

fn judged(message: &Message<'_>, given: Vec<Answer>) -> Arrival {
    let (mut answers, mut given) = (Answers::default(), given.into_iter());
    loop {
        match arrival::judge(message, &answers) {
            Ok(arrival) => return arrival,
            Err(Unasked(_)) if answers.count() == QUESTIONS_MAX => answers.end(),
            Err(Unasked(question)) => {
                let before = answers.count();
                answers.note(question, given.next().unwrap_or(Answer::Found(Vec::new())));
                assert_eq!(answers.count(), before + 1, "asked twice");
            }
        }
    }
}

/// One result of SPF, DMARC and the chain each, one or more of DKIM, and no byte that ends the field.
fn is_one_field(told: &Arrival) {
    let methods: Vec<&str> = told.results.iter().filter_map(|result| result.split('=').next()).collect();
    let [first, dkim @ .., dmarc, last] = methods.as_slice() else { panic!("{methods:?}") };
    assert_eq!(*first, "spf");
    let dkim: Vec<&str> = match (*dmarc, *last) {
        ("dmarc", "arc") => dkim.to_vec(),
        ("dkim", "dmarc") => [dkim, &[*dmarc]].concat(),
        other => panic!("{other:?} of {methods:?}"),
    };
    assert!(!dkim.is_empty() && dkim.iter().all(|method| *method == "dkim"), "{methods:?}");
    let entries: Vec<String> = std::iter::once(OURS.to_owned()).chain(told.results.iter().cloned()).collect();
    let field = signing::folded(arrival::FIELD, &entries, "\r\n");
    let block = HeaderBlock::of(field.as_bytes());
    assert_eq!((block.fields.len(), block.malformed_lines), (1, 0), "{field}");
    assert!(field.split("\r\n").all(|line| line.len() <= LINE_LEN_MAX && !line.contains(['\r', '\n'])));
    assert_eq!(
        arrival::forged(field.as_bytes(), &block, &[OURS]).len(),
        1,
        "our own field is not in our name"
    );
}

/// A field in somebody's name has that name in it.
fn forged(header: &[u8], block: &HeaderBlock) {
    for field in arrival::forged(header, block, &[OURS]) {
        let value = String::from_utf8_lossy(&header[field.value.clone()]).to_ascii_lowercase();
        let flat = value.replace(['\\', '\r', '\n'], "");
        assert!(OURS.split('.').all(|label| flat.contains(label)), "{value:?}");
    }
}
