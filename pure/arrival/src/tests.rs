use super::*;

fn results(header: &str, mail_from: &str, known: &[(&str, &str)]) -> Vec<String> {
    let block = HeaderBlock::of(header.as_bytes());
    let mut answers = Answers::default();
    for (name, text) in known {
        answers.note(Question::Texts((*name).to_owned()), Answer::Found(vec![(*text).to_owned()]));
    }
    let client = Client { address: "192.0.2.1".parse().unwrap(), helo: "mx.acme.example", mail_from };
    let received = Timestamp::from_micros(0);
    let message =
        Message { header: header.as_bytes(), block: &block, bodies: Bodies::default(), client, received };
    loop {
        match judge(&message, &answers) {
            Ok(arrival) => return arrival.results,
            Err(Unasked(question)) => answers.note(question, Answer::Found(Vec::new())),
        }
    }
}

#[test]
fn a_null_sender_is_judged_by_its_helo_which_proves_no_author() {
    let known = [("mx.acme.example", "v=spf1 +all"), ("_dmarc.acme.example", "v=DMARC1; p=none")];
    assert_eq!(
        results("From: a@acme.example\r\n\r\n", "", &known),
        [
            "spf=pass smtp.helo=mx.acme.example",
            "dkim=none",
            "dmarc=fail (p=none) header.from=acme.example",
            "arc=none"
        ]
    );
}

#[test]
fn only_a_single_domain_of_authors_has_a_policy() {
    let known = [("acme.example", "v=spf1 +all"), ("_dmarc.acme.example", "v=DMARC1; p=none")];
    for (from, wanted) in [
        ("From: a@acme.example, b@ACME.example", "dmarc=pass (p=none) header.from=acme.example"),
        ("From: a@acme.example, b@other.example", "dmarc=none"),
        ("From: a@acme.example\r\nFrom: a@acme.example", "dmarc=none"),
        ("From: a@[192.0.2.1]", "dmarc=none"),
        ("Subject: nobody", "dmarc=none"),
        ("From: a@m\u{fc}ller.example", "dmarc=none header.from=xn--mller-kva.example"),
    ] {
        assert_eq!(results(&format!("{from}\r\n\r\n"), "a@acme.example", &known)[2], wanted, "{from}");
    }
}

#[test]
fn a_judgement_is_answered_only_if_every_question_was() {
    let header = "From: a@acme.example\r\n\r\n";
    let block = HeaderBlock::of(header.as_bytes());
    let client = Client {
        address: "192.0.2.1".parse().unwrap(),
        helo: "mx.acme.example",
        mail_from: "a@acme.example",
    };
    let (bodies, received) = (Bodies::default(), Timestamp::from_micros(0));
    let message = Message { header: header.as_bytes(), block: &block, bodies, client, received };
    for failing in [None, Some("acme.example"), Some("_dmarc.acme.example")] {
        let mut answers = Answers::default();
        let arrival = loop {
            match judge(&message, &answers) {
                Ok(arrival) => break arrival,
                Err(Unasked(question)) => {
                    let fails = failing.is_some_and(|name| question == Question::Texts(name.to_owned()));
                    let answer = if fails { Answer::Failed } else { Answer::Found(Vec::new()) };
                    answers.note(question, answer);
                }
            }
        };
        assert_eq!(arrival.is_answered, failing.is_none(), "{failing:?}: {:?}", arrival.results);
    }
}
