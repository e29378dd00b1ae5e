//! What mail programs write in front of what they quote, in the languages in which they write it.
//!
//! Every test is of one line that was cut to a bounded length, so its cost does not depend on the message.

use regex::Regex;
use std::sync::LazyLock;

/// Longest line that is looked at; what introduces a quotation is shorter.
const LINE_LEN_MAX: usize = 600;

static INTRO: LazyLock<Regex> = LazyLock::new(|| {
    let forms = [
        r"(?:On|At|Em|El|Le|Il|Op|Am|Den|Dnia|W dniu|Dne|Vào|På)\b.{3,}(?:wrote|writes|said|schrieb|a écrit|escribió)\b.{0,160}[:：]",
        r"(?:On|Em|Il|Op|Am|Den|Dnia|W dniu|Dne|Vào|På)\b.{3,}(?:ha scritto|escreveu|schreef|skrev|napsal\(a\))\b.{0,160}[:：]",
        r"(?:Op|Dnia|W dniu|pe|ma|ti|ke|to|la|su|Vào)\b.{3,}(?:het volgende geschreven|napisał|napisała|kirjoitti|đã viết)\b.{0,160}[:：]",
        r".*[\d@].*(?:wrote|writes|schrieb|a écrit|escribió|ha scritto|escreveu|schreef|skrev|kirjoitti|napisał\(a\))\s?[:：]",
        r".*[\d@].*(?:пишет|пише|написал|написала|написал\(а\)|писал|писал\(а\))\s?[:：]",
        r".{3,}<\s?[^<>\s]+@[^<>\s]+\s?>\s(?:wrote|schrieb|a écrit|escribió|ha scritto|escreveu|schreef|skrev)\b.{0,80}[:：]",
        r".*\b(?:19|20)\d\d\b.{0,160}<\s?[^<>\s]+@[^<>\s]+\s?>\s?[:：]",
        r"\d{4}-\d\d-\d\d \d\d:\d\d GMT[+-]\d\d:\d\d .{2,120}",
        r"(?:在|於|于)?.{2,}(?:写道|寫道|写入)\s?[:：]",
        r".{2,}(?:작성|님이 작성)\s?[:：]",
        r".{2,}(?:のメッセージ|は書きました|さんは)\s?[:：]",
        r"\d{4}[-/]\d{1,2}[-/]\d{1,2}\b.{0,160}<\s?[^<>\s]+@[^<>\s]+\s?>\s?[:：]?",
    ];
    let whole = format!(r"(?i)^\s*(?:{})\s*$", forms.join("|"));
    Regex::new(&whole).expect("the forms are a constant and a test compiles them")
});

static ORIGINAL: LazyLock<Regex> = LazyLock::new(|| {
    let words = [
        "original message",
        "original appointment",
        "forwarded message",
        "forwarded by",
        "begin forwarded message",
        "ursprüngliche nachricht",
        "originalnachricht",
        "weitergeleitete nachricht",
        "anfang der weitergeleiteten nachricht",
        "message d'origine",
        "message original",
        "message transféré",
        "mensaje original",
        "mensaje reenviado",
        "messaggio originale",
        "messaggio inoltrato",
        "mensagem original",
        "mensagem encaminhada",
        "oprindelig meddelelse",
        "oprindelig besked",
        "oorspronkelijk bericht",
        "doorgestuurd bericht",
        "исходное сообщение",
        "пересылаемое сообщение",
        "原始邮件",
        "原始郵件",
        "转发的邮件",
        "ursprungligt meddelande",
        "vidarebefordrat meddelande",
        "alkuperäinen viesti",
        "wiadomość oryginalna",
        "reply message",
    ];
    let whole = format!(
        r"(?i)^\s*(?:[-_=*>]{{2,}}\s*(?:{})|-{{2,}} ?On .{{5,200}} wrote|begin forwarded message|anfang der weitergeleiteten nachricht)(?:\W.{{0,120}})?$",
        words.join("|")
    );
    Regex::new(&whole).expect("the words are a constant and a test compiles them")
});

/// From, in the languages of header blocks.
const FROM: [&str; 14] = [
    "from",
    "von",
    "de",
    "da",
    "van",
    "fra",
    "från",
    "от",
    "от кого",
    "发件人",
    "寄件者",
    "差出人",
    "od",
    "lähettäjä",
];
/// The other fields that stand in a header block.
const OTHERS: [&str; 49] = [
    "sent",
    "date",
    "to",
    "cc",
    "subject",
    "reply-to",
    "gesendet",
    "datum",
    "an",
    "betreff",
    "envoyé",
    "à",
    "objet",
    "enviado",
    "enviado el",
    "para",
    "asunto",
    "inviato",
    "data",
    "a",
    "oggetto",
    "enviada em",
    "assunto",
    "verzonden",
    "aan",
    "onderwerp",
    "sendt",
    "til",
    "emne",
    "skickat",
    "till",
    "ämne",
    "отправлено",
    "дата",
    "кому",
    "тема",
    "发送时间",
    "收件人",
    "主题",
    "日期",
    "寄件日期",
    "送信日時",
    "宛先",
    "件名",
    "wysłano",
    "do",
    "temat",
    "lähetetty",
    "aihe",
];

/// Whether the line says that somebody wrote what follows.
pub(super) fn is_intro(line: &str) -> bool {
    // Every form ends or begins so; most lines do not.
    let line = line.trim();
    let may_be = line.ends_with([':', '：', '>']) || line.starts_with(|c: char| c.is_ascii_digit());
    line.len() <= LINE_LEN_MAX && may_be && INTRO.is_match(line)
}

/// Whether an introduction that goes on below may begin with the line: by a word, or by a date.
pub(super) fn may_begin_intro(line: &str) -> bool {
    const FIRST: [&str; 16] = [
        "On ", "At ", "Am ", "Le ", "El ", "Il ", "Em ", "Op ", "Den ", "W dniu ", "Dnia ", "pe ", "ma ",
        "在", "於", "On, ",
    ];
    FIRST.iter().any(|first| line.starts_with(first)) || line.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether the line says that an original or forwarded message follows.
pub(super) fn is_original(line: &str) -> bool {
    line.len() <= LINE_LEN_MAX && ORIGINAL.is_match(line)
}

/// Whether the line is one that a telephone or a program puts under what is written on it.
pub(super) fn is_device_footer(line: &str) -> bool {
    const BEGINNINGS: [&str; 18] = [
        "sent from ",
        "sent via ",
        "sent with ",
        "get outlook for ",
        "from my ",
        "von meinem ",
        "gesendet von ",
        "diese nachricht wurde von ",
        "envoyé de ",
        "envoyé depuis ",
        "enviado desde ",
        "enviado do ",
        "inviato da ",
        "verzonden vanaf ",
        "sendt fra ",
        "skickat från ",
        "отправлено с ",
        "发自",
    ];
    let line = line.trim();
    BEGINNINGS.iter().any(|beginning| {
        let mut line = line.chars().flat_map(char::to_lowercase);
        beginning.chars().all(|c| line.next() == Some(c))
    })
}

/// Whether what begins a quotation says that it is forwarded.
pub(super) fn says_forwarded(text: &str) -> bool {
    let text: String = text.chars().take(300).collect::<String>().to_lowercase();
    [
        "forwarded message",
        "weitergeleitete nachricht",
        "message transféré",
        "mensaje reenviado",
        "messaggio inoltrato",
        "mensagem encaminhada",
        "doorgestuurd bericht",
        "пересылаемое сообщение",
        "vidarebefordrat meddelande",
        "begin forwarded message",
        "转发的邮件",
    ]
    .iter()
    .any(|word| text.contains(word))
}

/// Whether a header block begins with the first of `lines`: From, and at least two other fields close behind it.
pub(super) fn begins_header_block<'l>(mut lines: impl Iterator<Item = &'l str>) -> bool {
    let Some(first) = lines.next() else { return false };
    if !is_field_of(first, &FROM) {
        return false;
    }
    // Some programs put the fields on one line.
    let on_the_line = ["sent:", "date:", "to:", "subject:"]
        .iter()
        .filter(|name| first.to_lowercase().contains(*name))
        .count();
    let below = lines.take(8).filter(|line| is_field_of(line, &OTHERS));
    on_the_line >= 2 || below.count() >= 2
}

/// Whether the line is one of these fields, which are given in lower case.
fn is_field_of(line: &str, names: &[&str]) -> bool {
    let is = |name: &str, known: &&str| name.chars().flat_map(char::to_lowercase).eq(known.chars());
    field_of(line).is_some_and(|name| names.iter().any(|known| is(name, known)))
}

/// The name in front of a colon.
fn field_of(line: &str) -> Option<&str> {
    let head = line.char_indices().nth(40).map_or(line, |(end, _)| &line[..end]);
    let (name, _) = head.split_once([':', '：'])?;
    Some(name.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '>' | '_')))
}
