use super::{DmarcResult, Kind, Policy, Proven, judge};
use crate::answers::{Answer, Answers, Question};

fn result(from: &str, proven: &[Proven], records: &[(&str, &str)]) -> DmarcResult {
    let mut answers = Answers::default();
    loop {
        match judge(from, proven, &answers) {
            Ok(result) => return result,
            Err(unasked) => {
                let Question::Texts(name) = unasked.0.clone() else { panic!("{unasked:?}") };
                let found = records.iter().filter(|(one, _)| format!("_dmarc.{one}") == name);
                answers.note(unasked.0, Answer::Found(found.map(|(_, text)| (*text).to_owned()).collect()));
            }
        }
        assert!(answers.count() <= 20, "{from}");
    }
}

fn one(kind: Kind, domain: &str) -> Vec<Proven> {
    vec![Proven { domain: domain.to_owned(), kind, is_open: false }]
}

const REJECT: [(&str, &str); 1] = [("acme.example", "v=DMARC1; p=reject; sp=quarantine")];

#[test]
fn a_proven_domain_of_the_same_organisation_is_aligned() {
    let (pass, fail) = (DmarcResult::Pass(Policy::Reject), DmarcResult::Fail(Policy::Reject));
    for (from, kind, domain, wanted) in [
        ("acme.example", Kind::Spf, "acme.example", pass),
        ("acme.example", Kind::Dkim, "mail.acme.example", pass),
        ("mail.acme.example", Kind::Dkim, "acme.example", DmarcResult::Pass(Policy::Quarantine)),
        ("a.acme.example", Kind::Spf, "b.acme.example", DmarcResult::Pass(Policy::Quarantine)),
        ("acme.example", Kind::Dkim, "other.example", fail),
        ("acme.example", Kind::Dkim, "badacme.example", fail),
        ("none.example", Kind::Dkim, "none.example", DmarcResult::None),
        ("1.2.3.4.5.6.7.8.9.acme.example", Kind::Dkim, "acme.example", DmarcResult::Pass(Policy::Quarantine)),
    ] {
        assert_eq!(result(from, &one(kind, domain), &REJECT), wanted, "{from} by {domain}");
    }
    assert_eq!(result("acme.example", &[], &REJECT), fail);
}

#[test]
fn a_record_says_how_strict_it_is_and_where_an_organisation_begins() {
    let (none, pass) = (DmarcResult::Fail(Policy::None), DmarcResult::Pass(Policy::None));
    for (record, kind, wanted) in [
        ("v=DMARC1; p=none; aspf=s", Kind::Spf, none),
        ("v=DMARC1; p=none; aspf=s", Kind::Dkim, pass),
        ("v=DMARC1; p=none; adkim=S", Kind::Dkim, none),
        ("v=DMARC1 ; P=None", Kind::Dkim, pass),
        ("v=DMARC1; rua=mailto:a@acme.example", Kind::Dkim, pass),
        ("v=DMARC1; p=bad", Kind::Dkim, DmarcResult::None),
        ("v=DMARC2; p=none", Kind::Dkim, DmarcResult::None),
        ("p=none; v=DMARC1", Kind::Dkim, DmarcResult::None),
    ] {
        let told = result("acme.example", &one(kind, "mail.acme.example"), &[("acme.example", record)]);
        assert_eq!(told, wanted, "{record}");
    }
    let twice = [REJECT[0], REJECT[0]];
    assert_eq!(result("acme.example", &one(Kind::Dkim, "acme.example"), &twice), DmarcResult::None);
    let suffix = [("example", "v=DMARC1; p=reject; psd=y")];
    let told = |from: &str, by: &str| result(from, &one(Kind::Dkim, by), &suffix);
    assert_eq!(told("a.acme.example", "b.acme.example"), DmarcResult::Pass(Policy::Reject));
    assert_eq!(told("acme.example", "other.example"), DmarcResult::Fail(Policy::Reject));
    let own = [("acme.example", "v=DMARC1; p=reject"), ("a.acme.example", "v=DMARC1; p=none; psd=n")];
    assert_eq!(result("a.acme.example", &one(Kind::Dkim, "b.acme.example"), &own), none);
}

#[test]
fn what_could_not_be_found_out_is_a_temporary_error_only_where_it_would_count() {
    let open = |domain: &str| vec![Proven { is_open: true, ..one(Kind::Dkim, domain).remove(0) }];
    assert_eq!(result("acme.example", &open("acme.example"), &REJECT), DmarcResult::TempError);
    assert_eq!(result("acme.example", &open("other.example"), &REJECT), DmarcResult::Fail(Policy::Reject));
    let both = [open("acme.example"), one(Kind::Spf, "acme.example")].concat();
    assert_eq!(result("acme.example", &both, &REJECT), DmarcResult::Pass(Policy::Reject));
    let mut answers = Answers::default();
    answers.end();
    assert_eq!(judge("acme.example", &[], &answers), Ok(DmarcResult::TempError));
}
