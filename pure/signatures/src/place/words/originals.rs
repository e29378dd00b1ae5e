//! Lines that say that an original or a forwarded message follows, and lines that are only drawn.

use super::{LINE_LEN_MAX, begins};
use std::collections::HashSet;
use std::sync::LazyLock;

/// What is said of a message that is answered.
const ORIGINAL: &[&str] = &[
    "original message",
    "original messages",
    "original appointment",
    "original e-mail",
    "original email",
    "original mail",
    "original",
    "reply message",
    "replied message",
    "reply",
    "ursprüngliche nachricht",
    "originalnachricht",
    "ursprünglicher termin",
    "original-nachricht",
    "message d'origine",
    "message d’origine",
    "message original",
    "message initial",
    "courriel original",
    "mensaje original",
    "missatge original",
    "messaggio originale",
    "messaggio originario",
    "mensagem original",
    "oprindelig meddelelse",
    "oprindelig besked",
    "original besked",
    "opprinnelig melding",
    "originalmeddelande",
    "ursprungligt meddelande",
    "originalmeddelelse",
    "original melding",
    "oorspronkelijk bericht",
    "origineel bericht",
    "oorspronkelijke bericht",
    "alkuperäinen viesti",
    "algsõnum",
    "wiadomość oryginalna",
    "oryginalna wiadomość",
    "wiadomość pierwotna",
    "původní zpráva",
    "původní e-mail",
    "pôvodná správa",
    "eredeti üzenet",
    "orijinal mesaj",
    "özgün ileti",
    "asıl mesaj",
    "mesajul original",
    "mesaj original",
    "izvorna poruka",
    "originalna poruka",
    "izvirno sporočilo",
    "αρχικό μήνυμα",
    "исходное сообщение",
    "оригинальное сообщение",
    "первоначальное сообщение",
    "початкове повідомлення",
    "оригінальне повідомлення",
    "оригинално съобщение",
    "pesan asli",
    "mesej asal",
    "thư gốc",
    "tin nhắn gốc",
    "ข้อความต้นฉบับ",
    "原始邮件",
    "原邮件",
    "回复的原邮件",
    "回复的邮件",
    "原始郵件",
    "原始訊息",
    "元のメッセージ",
    "元のメール",
    "original message",
    "원본 메시지",
    "원본 메일",
    "원본메일",
    "הודעה מקורית",
    "ההודעה המקורית",
    "الرسالة الأصلية",
    "پیام اصلی",
];

/// What is said of a message that is forwarded.
const FORWARDED: &[&str] = &[
    "forwarded message",
    "forwarded by",
    "forwarded mail",
    "forwarded email",
    "forward message",
    "forwarded messages",
    "fwd",
    "weitergeleitete nachricht",
    "weitergeleitet von",
    "weitergeleitete e-mail",
    "message transféré",
    "message réexpédié",
    "courriel transféré",
    "mensaje reenviado",
    "missatge reenviat",
    "messaggio inoltrato",
    "mensagem encaminhada",
    "mensagem reencaminhada",
    "doorgestuurd bericht",
    "doorgestuurde bericht",
    "vidarebefordrat meddelande",
    "vidarebefordrat mejl",
    "videresendt meddelelse",
    "videresendt melding",
    "videresendt besked",
    "välitetty viesti",
    "edastatud kiri",
    "przekazana wiadomość",
    "wiadomość przekazana",
    "wiadomość przekazana dalej",
    "přeposlaná zpráva",
    "preposlaná správa",
    "továbbított üzenet",
    "iletilen mesaj",
    "yönlendirilen ileti",
    "mesaj redirecționat",
    "mesaj redirecţionat",
    "proslijeđena poruka",
    "posredovano sporočilo",
    "προωθημένο μήνυμα",
    "пересылаемое сообщение",
    "переслане повідомлення",
    "пересланное сообщение",
    "перенаправленное сообщение",
    "препратено съобщение",
    "pesan terusan",
    "pesan yang diteruskan",
    "mesej dimajukan",
    "thư đã chuyển tiếp",
    "tin nhắn đã chuyển tiếp",
    "ข้อความที่ส่งต่อ",
    "转发的邮件",
    "转发邮件",
    "轉寄的郵件",
    "轉寄郵件",
    "転送されたメッセージ",
    "転送メッセージ",
    "전달된 메일",
    "전달된 메시지",
    "הודעה שהועברה",
    "رسالة تمت إعادة توجيهها",
    "الرسالة المُعاد توجيهها",
    "پیام هدایت شده",
];

/// What Apple's programs write above a message that is forwarded, without lines around it.
const BEGUN: &[&str] = &[
    "begin forwarded message",
    "anfang der weitergeleiteten nachricht",
    "début du message transféré",
    "début du message réexpédié",
    "inicio del mensaje reenviado",
    "inizio messaggio inoltrato",
    "início da mensagem encaminhada",
    "início da mensagem reencaminhada",
    "begin doorgestuurd bericht",
    "vidarebefordrat brev",
    "start på vidarebefordrat",
    "videresendt meddelelse",
    "start på videresendt melding",
    "välitetty viesti alkaa",
    "początek przekazywanej wiadomości",
    "začátek přeposílané zprávy",
    "továbbított üzenet kezdete",
    "iletilmiş mesajın başlangıcı",
    "iletilen iletinin başlangıcı",
    "начало переадресованного сообщения",
    "начало пересылаемого сообщения",
    "以下是转发的邮件",
    "开始转发的邮件",
    "開始轉寄訊息",
    "開始轉寄郵件",
    "下面是被转发的邮件",
    "転送されたメッセージ",
    "전달된 메시지의 시작",
    "전달된 메시지",
    "היידעה שהועברה",
    "תחילת ההודעה שהועברה",
    "بدء الرسالة التي تم تحويلها",
];

/// The words for writing that stand between drawn lines, as in `---- On Monday, Kim wrote ----`.
const WRITTEN: [&str; 12] = [
    "wrote",
    "schrieb",
    "a écrit",
    "escribió",
    "ha scritto",
    "escreveu",
    "schreef",
    "skrev",
    "kirjoitti",
    "写道",
    "пишет",
    "napisał",
];

/// Whether the line says that an original or forwarded message follows.
pub(in super::super) fn is_original(line: &str) -> bool {
    if line.len() > LINE_LEN_MAX {
        return false;
    }
    if is_by_group_wise(line) {
        return true;
    }
    if let Some(said) = between_rules(line) {
        return says(said, ORIGINAL, true)
            || says(said, FORWARDED, true)
            || is_written(line, said)
            || is_by_notes(line);
    }
    says(line.trim(), BEGUN, false) || is_by_notes(line)
}

/// The words for both, to be found whole.
static NAMES: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| ORIGINAL.iter().chain(FORWARDED).copied().collect());

/// Whether the line says so without lines around it: enough where a header block follows.
pub(in super::super) fn names_original(line: &str) -> bool {
    /// In bytes; the longest is shorter.
    const NAMED_LEN_MAX: usize = 100;
    let said = line.trim_matches(|c: char| !c.is_alphanumeric());
    !said.is_empty() && said.len() <= NAMED_LEN_MAX && NAMES.contains(&*said.to_lowercase())
}

/// Whether the line says that what follows is forwarded.
pub(in super::super) fn is_forwarded(line: &str) -> bool {
    let said = between_rules(line).unwrap_or(line.trim());
    says(said, FORWARDED, true) || says(said, BEGUN, false)
}

/// A line drawn with characters.
pub(in super::super) fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 10 && line.chars().all(|c| matches!(c, '_' | '-' | '=' | '*' | '~' | '—' | '─'))
}

/// What stands behind the line that is drawn in front of it.
fn between_rules(line: &str) -> Option<&str> {
    let line = line.trim();
    let said = line.trim_start_matches(|c: char| is_drawn(c) || c.is_whitespace());
    let drawn = line[..line.len() - said.len()].chars().filter(|c| is_drawn(*c)).count();
    (drawn >= 2 && !said.is_empty()).then_some(said)
}

fn is_drawn(c: char) -> bool {
    matches!(c, '-' | '_' | '=' | '*' | '~' | '#' | '—' | '–' | '─' | '+')
}

/// Whether the text begins with one of `words`. Behind a short word something drawn must follow: it may begin a sentence.
fn says(said: &str, words: &[&str], is_between: bool) -> bool {
    words.iter().filter(|word| begins(said, word)).any(|word| {
        let length = word.chars().count();
        let mut behind = said.chars().skip(length).peekable();
        match behind.peek() {
            None => !is_between || length > 8,
            Some(next) if next.is_alphanumeric() => false,
            Some(_) if length <= 8 => behind.find(|c| !c.is_whitespace()).is_some_and(is_drawn),
            Some(_) => true,
        }
    })
}

/// `---- On Monday, Kim wrote ----` of Zoho, `-----"Kim" <kim@x.example> wrote: -----` of Notes, `--- On Wed, Kim wrote:` of Yahoo.
fn is_written(line: &str, said: &str) -> bool {
    let is_closed = said.trim_end().ends_with(['-', ':', '=']);
    let lower = said.trim_end_matches(|c: char| is_drawn(c) || c.is_whitespace() || c == ':').to_lowercase();
    let is_dated = lower.contains('@') || lower.chars().any(char::is_numeric);
    line.trim_start().starts_with("--")
        && is_closed
        && is_dated
        && WRITTEN.iter().any(|verb| lower.ends_with(verb))
}

/// `>>> Kim Doe <kim@x.example> 02.04.2012 17:44 >>>` of GroupWise, behind which nothing is marked.
fn is_by_group_wise(line: &str) -> bool {
    let inner = line.trim().strip_prefix(">>> ").and_then(|line| line.strip_suffix(" >>>"));
    inner.is_some_and(|inner| inner.bytes().filter(u8::is_ascii_digit).count() >= 6)
}

/// `Kim Doe---02.04.2012 17:44:22---Hello` of Notes: a name, a moment and the beginning of the text, on one line.
fn is_by_notes(line: &str) -> bool {
    let mut parts = line.splitn(3, "--").map(|part| part.trim_start_matches('-').trim());
    let (Some(name), Some(moment), Some(_)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let digits = moment.bytes().filter(u8::is_ascii_digit).count();
    let is_moment = moment.len() <= 40
        && digits >= 8
        && moment.contains(':')
        && moment.starts_with(|c: char| c.is_ascii_digit());
    is_moment && name.len() <= 80 && name.chars().next().is_some_and(char::is_alphabetic)
}
