//! Lines such as `On Monday, Kim wrote:`, by which a program introduces what it quotes.
//!
//! A line is one by its form: it ends with a colon, has a word for writing in its language, and gives a time or an address. Where the
//! quotation itself stands right below it, less is enough.

use super::{LINE_LEN_MAX, begins};

/// What ends an introduction, in front of the colon.
const LAST: [&str; 83] = [
    // English, German, Dutch, the Scandinavian languages, Icelandic.
    "wrote",
    "writes",
    "wrote the following",
    "said",
    "schrieb",
    "schrieb folgendes",
    "schreibt",
    "geschrieben",
    "schreef",
    "schreef het volgende",
    "skrev",
    "skrev följande",
    "skrev følgende",
    "skrifaði",
    // French, Spanish, Catalan, Galician, Portuguese, Italian, Romanian.
    "a écrit",
    "a ecrit",
    "écrivait",
    "écrit",
    "escribió",
    "escribio",
    "ha escrito",
    "va escriure",
    "ha escrit",
    "escribiu",
    "escreveu",
    "ha scritto",
    "scrisse",
    "a scris",
    // Finnish, Estonian, Latvian, Lithuanian, Hungarian, Turkish.
    "kirjoitti",
    "kirjutas",
    "rakstīja",
    "rašė",
    "parašė",
    "írta",
    "yazdı",
    "şunu yazdı",
    "şunları yazdı",
    // Czech, Slovak, Polish, Slovene, Croatian, Serbian.
    "napsal",
    "napsala",
    "napsal(a)",
    "napísal",
    "napísala",
    "napísal(a)",
    "napisał",
    "napisała",
    "napisał(a)",
    "pisze",
    "napisal",
    "napisala",
    "napisal(a)",
    "napisal/-a",
    "napisao",
    "napisao/la",
    "napisao je",
    "je napisao",
    // Russian, Ukrainian, Bulgarian, Greek.
    "пишет",
    "писал",
    "писал(а)",
    "написал",
    "написала",
    "написал(а)",
    "написал(-а)",
    "пише",
    "написав",
    "написав(ла)",
    "написа",
    "έγραψε",
    // Hebrew, Arabic, Persian, Vietnamese, Indonesian, Thai, Hindi.
    "כתב",
    "כתבה",
    "כתב/ה",
    "كتب",
    "كتبت",
    "نوشت",
    "đã viết",
    "menulis",
    "เขียน",
    "लिखा",
    // Chinese, Japanese, Korean.
    "写道",
    "寫道",
    "のメッセージ",
    "のメール",
    "書きました",
    "작성",
];

/// What stands inside of one, in front of the writer's name.
const INSIDE: [&str; 18] = [
    "wrote",
    "schrieb",
    "schreef",
    "skrev",
    "kirjoitti",
    "a écrit",
    "escribió",
    "escreveu",
    "ha scritto",
    "scrisse",
    "het volgende geschreven",
    "napsal",
    "napisał",
    "ezt írta",
    "yazdı",
    "كتب",
    "đã viết",
    "va escriure",
];

/// Endings of single words of Korean and Japanese, which are no words of their own.
const LAST_PARTS: [&str; 6] =
    ["님이 작성", "님이 씀", "쓴 글", "님이 작성한 메시지", "さんは書きました", "書き込みました"];

/// How introductions begin that may go on over several lines.
const BEGINNINGS: [&str; 26] = [
    "on ",
    "on, ",
    "at ",
    "am ",
    "le ",
    "el ",
    "il ",
    "em ",
    "op ",
    "den ",
    "w dniu ",
    "dnia ",
    "dne ",
    "dňa ",
    "dana ",
    "no dia ",
    "în ",
    "στις ",
    "vào ",
    "pada ",
    "på ",
    "בתאריך",
    "في ",
    "在",
    "於",
    "于",
];

/// The same, where a number must follow: they are words of other languages.
const DATED_BEGINNINGS: [&str; 16] = [
    "ma ", "ti ", "ke ", "to ", "pe ", "la ", "su ", "kl ", "kl. ", "в ", "во ", "на ", "du ", "a ", "ons ",
    "el dia ",
];

/// Words behind a verb, as in `schrieb Megan One:`.
const NAME_LEN_MAX: usize = 160;

/// Whether the line introduces a quotation.
pub(in super::super) fn is_introduction(line: &str) -> bool {
    has_form(line, false)
}

/// The same for a line with the quotation right below it: any language, if the form is there.
pub(in super::super) fn introduces(line: &str) -> bool {
    has_form(line, true)
}

/// Whether an introduction that goes on below may begin with the line: by a word, or by a date.
pub(in super::super) fn may_begin_introduction(line: &str) -> bool {
    let line = line.trim_start_matches(is_decoration);
    let Some(first) = line.chars().next() else { return false };
    if first.is_numeric() {
        return true;
    }
    // Most lines of prose go no further.
    if first.is_ascii_alphabetic() && !b"oaleipdwnvmtksb".contains(&(first.to_ascii_lowercase() as u8)) {
        return false;
    }
    BEGINNINGS.iter().any(|beginning| begins(line, beginning)) || begins_dated(line)
}

fn begins_dated(line: &str) -> bool {
    DATED_BEGINNINGS.iter().filter(|beginning| begins(line, beginning)).any(|beginning| {
        let behind = line.chars().nth(beginning.chars().count());
        behind.is_some_and(char::is_numeric)
    })
}

fn has_form(line: &str, is_above_quotation: bool) -> bool {
    let line = line.trim().trim_matches(is_decoration);
    if line.len() > LINE_LEN_MAX || line.len() < 5 {
        return false;
    }
    let Some(said) = line.strip_suffix([':', '：']) else {
        let by_google = line.find(" GMT").is_some_and(|at| at < 40 && line[at + 4..].starts_with(['+', '-']));
        let by_address = line.ends_with('>') && has_address_last(line);
        return begins_with_date(line) && (by_google || by_address);
    };
    // Signs of direction and colons of other widths.
    let lower: String =
        said.chars().filter(|c| !is_direction(*c)).flat_map(char::to_lowercase).collect::<String>();
    let lower = lower.trim_end_matches(|c: char| c.is_whitespace() || c == ':');
    let digits = lower.chars().filter(|c| c.is_numeric()).take(4).count();
    let tells_when_or_who = digits > 0 || lower.contains('@');
    let tells_enough = tells_when_or_who || (is_above_quotation && names_only(lower));
    if tells_enough && ends_with_verb(lower) {
        return true;
    }
    if tells_enough && has_verb_inside(lower) {
        return true;
    }
    if digits >= 4 && has_address_last(lower) {
        return true;
    }
    is_above_quotation && tells_when_or_who && (lower.contains('@') || digits >= 4)
}

/// `Kim Doe wrote`, and not `as you wrote`: a short line that does not begin as a sentence of the writer's.
fn names_only(lower: &str) -> bool {
    const SPOKEN: [&str; 26] = [
        "as", "like", "you", "he", "she", "it", "i", "we", "they", "what", "when", "and", "but", "also",
        "then", "wie", "du", "sie", "ich", "er", "wir", "und", "comme", "tu", "vous", "como",
    ];
    let mut words = lower.split_whitespace();
    let is_spoken = words.next().is_none_or(|first| SPOKEN.contains(&first.trim_matches(',')));
    !is_spoken && lower.split_whitespace().count() <= 8 && !lower.contains(". ") && !lower.ends_with("said")
}

fn is_decoration(c: char) -> bool {
    c.is_whitespace() || matches!(c, '*' | '_' | '|' | '\u{a0}') || is_direction(c)
}

fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn ends_with_verb(lower: &str) -> bool {
    let is_word = |verb: &&str| {
        lower.strip_suffix(*verb).is_some_and(|before| {
            let last = before.chars().next_back();
            // Scripts without blanks between words have no border.
            let is_border = last.is_none_or(|last| !last.is_alphanumeric());
            is_border || !verb.chars().any(char::is_alphabetic) || is_unspaced(verb)
        })
    };
    LAST.iter().chain(&LAST_PARTS).any(is_word)
}

fn is_unspaced(verb: &str) -> bool {
    verb.chars().next_back().is_some_and(|c| c >= '\u{0e00}')
}

/// A verb and a name behind it, with a time or a known beginning in front.
fn has_verb_inside(lower: &str) -> bool {
    let is_begun = may_begin_introduction(lower) || lower.contains('@') || lower.contains(',');
    is_begun
        && INSIDE.iter().any(|verb| {
            lower.find(verb).is_some_and(|at| {
                let (before, behind) = (&lower[..at], &lower[at + verb.len()..]);
                let is_word =
                    before.ends_with([' ', '\u{a0}', ',']) && behind.starts_with([' ', '\u{a0}', '(']);
                let is_dated = before.chars().any(char::is_numeric)
                    || behind.contains('@')
                    || (before.contains('@') && behind.chars().any(char::is_numeric));
                is_word && is_dated && behind.len() <= NAME_LEN_MAX
            })
        })
}

/// Whether the text ends with an address in angle brackets or round ones.
fn has_address_last(text: &str) -> bool {
    let Some(inner) = text.trim_end().strip_suffix(['>', ')']) else { return false };
    let Some(open) = inner.rfind(['<', '(']) else { return false };
    let address = inner[open + 1..].trim();
    address.contains('@') && !address.contains(char::is_whitespace)
}

/// `2016-03-03 17:21`, `03.03.2016`.
fn begins_with_date(text: &str) -> bool {
    let start = text.as_bytes();
    let digits = start.iter().take(16).filter(|byte| byte.is_ascii_digit()).count();
    start.first().is_some_and(u8::is_ascii_digit) && digits >= 6
}
