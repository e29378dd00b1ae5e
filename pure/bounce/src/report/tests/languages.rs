//! Six languages, and whose they are.

use super::*;

#[test]
fn every_language_has_its_own_words_and_english_stands_behind_the_others() {
    let many = |language| {
        let first = Case { language, ..Case::delayed() };
        Cause::ALL.into_iter().fold(first, |case, cause| case.and("no@acme.example", cause))
    };
    let english = read(&many(Language::English).bytes());
    let mut subjects = std::collections::BTreeSet::new();
    for language in Language::ALL {
        let bytes = many(language).bytes();
        assert!(
            bytes.is_ascii() && subjects.insert(parse(&bytes).subject().unwrap().to_owned()),
            "{language:?}"
        );
        let (text, raw) = (read(&bytes), String::from_utf8(bytes).unwrap());
        if language == Language::English {
            assert!(!text.contains("* * *") && raw.contains("\r\nContent-Language: en\r\n"), "{text}");
            continue;
        }
        let (own, behind) = text.split_once("\n* * *\n\n").unwrap();
        assert!(raw.contains(&format!("\r\nContent-Language: {}, en\r\n", words::tag(language))), "{raw}");
        assert_eq!(behind.trim_end(), english.trim_end(), "{language:?}");
        for line in english.lines().filter(|line| line.len() > 30 && !line.starts_with(' ')) {
            assert!(!own.contains(line), "`{line}` is English in {language:?}");
        }
    }
}

#[test]
fn no_two_causes_and_no_two_languages_share_a_sentence() {
    let mut seen = std::collections::BTreeMap::new();
    for language in Language::ALL {
        for cause in Cause::ALL {
            let words = language.phrases().causes(cause);
            for sentence in [words.what, words.admin] {
                assert!(sentence.ends_with('.') && sentence.starts_with(char::is_uppercase), "{sentence}");
                let before = seen.insert(sentence, (language, cause));
                assert!(before.is_none(), "{sentence}: {before:?}, and {language:?} {cause:?}");
            }
        }
    }
}

#[test]
fn the_language_is_what_the_sender_reads_else_the_tenants() {
    for (header, tenant, wanted) in [
        ("", "de", Language::German),
        ("Accept-Language: da, en-GB;q=0.8\r\n", "de", Language::Danish),
        ("Accept-Language: en-US;q=0.4, nl-BE;q=0.9\r\n", "de", Language::Dutch),
        ("Accept-Language: fi, sv\r\nContent-Language: fr-FR\r\n", "de", Language::French),
        ("Content-Language: es\r\n", "de", Language::Spanish),
        ("Accept-Language: fi\r\nContent-Language: pl\r\n", "nl", Language::Dutch),
        ("Accept-Language: de;q=0, *\r\n", "fr", Language::French),
        ("Accept-Language: de;q=x, ;;,\r\n", "en", Language::English),
        ("Accept-Language: de;q=NaN, da;q=0.1\r\n", "en", Language::Danish),
        ("Content-Language: en\r\n", "de", Language::English),
        ("X: y\r\n\r\nContent-Language: da\r\n", "pt-BR", Language::English),
    ] {
        let original = format!("{header}From: anna@acme.example\r\n\r\n");
        assert_eq!(Language::of_sender(original.as_bytes(), tenant), wanted, "{header:?} of {tenant}");
    }
}
