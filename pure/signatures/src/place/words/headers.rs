//! Header blocks: From, Sent, To, Subject as lines of text, in the languages of mail programs.
//!
//! One field is a word that anybody may write. A block has the writer and two other fields close together, and among them a subject or
//! an address.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What a field says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    From,
    Date,
    To,
    Copy,
    Subject,
    Other,
}

/// Longest name of a field, in characters.
const NAME_LEN_MAX: usize = 40;
/// Lines over which a block is looked for, and lines in it that are no field: long lists of recipients are wrapped.
const LINES_MAX: usize = 24;
const GAP_MAX: usize = 6;

const FROM: &[&str] = &[
    "from",
    "von",
    "de",
    "da",
    "van",
    "fra",
    "från",
    "frá",
    "od",
    "lähettäjä",
    "saatja",
    "no",
    "nuo",
    "feladó",
    "kimden",
    "gönderen",
    "kimdən",
    "από",
    "от",
    "от кого",
    "від",
    "від кого",
    "пошиљалац",
    "pošiljatelj",
    "odesílatel",
    "odosielateľ",
    "expéditeur",
    "expeditor",
    "de la",
    "remitente",
    "remetente",
    "mittente",
    "afzender",
    "absender",
    "avsändare",
    "afsender",
    "avsender",
    "nadawca",
    "dari",
    "daripada",
    "pengirim",
    "từ",
    "người gửi",
    "จาก",
    "发件人",
    "寄件者",
    "寄件人",
    "差出人",
    "送信者",
    "보낸 사람",
    "보낸사람",
    "发送人",
    "מאת",
    "من",
    "از",
];
const DATE: &[&str] = &[
    "sent",
    "date",
    "date sent",
    "sent date",
    "gesendet",
    "gesendet am",
    "datum",
    "envoyé",
    "envoyé le",
    "date d'envoi",
    "enviado",
    "enviado el",
    "enviado em",
    "enviada",
    "enviada em",
    "enviat",
    "fecha",
    "fecha de envío",
    "data",
    "data de envio",
    "inviato",
    "data invio",
    "verzonden",
    "verzonden op",
    "sendt",
    "dato",
    "skickat",
    "sent on",
    "отправлено",
    "дата",
    "дата отправки",
    "дата и время",
    "надіслано",
    "изпратено",
    "послато",
    "wysłano",
    "wysłane",
    "data wysłania",
    "lähetetty",
    "päivämäärä",
    "päiväys",
    "pvm",
    "saadetud",
    "kuupäev",
    "nosūtīts",
    "datums",
    "išsiųsta",
    "odesláno",
    "odoslané",
    "dátum",
    "elküldve",
    "küldve",
    "gönderilme tarihi",
    "gönderildi",
    "tarih",
    "στάλθηκε",
    "ημερομηνία",
    "trimis",
    "trimisă",
    "poslano",
    "dikirim",
    "tanggal",
    "tarikh",
    "đã gửi",
    "ngày",
    "ngày gửi",
    "วันที่",
    "ส่ง",
    "发送时间",
    "发送日期",
    "日期",
    "时间",
    "時間",
    "寄件日期",
    "傳送時間",
    "送信日時",
    "送信日",
    "日付",
    "日時",
    "보낸 날짜",
    "날짜",
    "받은 날짜",
    "נשלח",
    "תאריך",
    "تاريخ الإرسال",
    "أرسل",
    "التاريخ",
    "تم الإرسال",
    "تاریخ",
];
const TO: &[&str] = &[
    "to",
    "an",
    "empfänger",
    "à",
    "a",
    "para",
    "per",
    "aan",
    "til",
    "till",
    "кому",
    "до",
    "за",
    "do",
    "komu",
    "vastaanottaja",
    "saaja",
    "kellele",
    "kam",
    "címzett",
    "kime",
    "alıcı",
    "προς",
    "către",
    "za",
    "prima",
    "kepada",
    "đến",
    "tới",
    "ถึง",
    "destinataire",
    "destinatario",
    "destinatário",
    "收件人",
    "收件者",
    "宛先",
    "받는 사람",
    "받는사람",
    "אל",
    "إلى",
    "به",
];
const COPY: &[&str] = &[
    "cc",
    "bcc",
    "kopie",
    "kopie (cc)",
    "copie",
    "copie à",
    "copia",
    "cópia",
    "kopia",
    "kopi",
    "kópia",
    "másolatot kap",
    "bilgi",
    "копия",
    "копія",
    "копие",
    "κοιν",
    "dw",
    "抄送",
    "副本",
    "참조",
    "עותק",
    "نسخة",
];
const SUBJECT: &[&str] = &[
    "subject",
    "betreff",
    "objet",
    "asunto",
    "assumpte",
    "oggetto",
    "assunto",
    "onderwerp",
    "emne",
    "ämne",
    "efni",
    "тема",
    "относно",
    "наслов",
    "temat",
    "aihe",
    "otsikko",
    "teema",
    "tēma",
    "tema",
    "předmět",
    "predmet",
    "tárgy",
    "konu",
    "mövzu",
    "θέμα",
    "subiect",
    "zadeva",
    "subjek",
    "perihal",
    "subyek",
    "chủ đề",
    "tiêu đề",
    "เรื่อง",
    "主题",
    "主旨",
    "主題",
    "件名",
    "제목",
    "נושא",
    "الموضوع",
    "موضوع",
];
const OTHER: &[&str] = &[
    "reply-to",
    "reply to",
    "antwort an",
    "répondre à",
    "organization",
    "organisation",
    "attachments",
    "attachment",
    "anlagen",
    "pièces jointes",
    "importance",
    "priority",
    "wichtigkeit",
    "priorität",
    "resent-from",
    "message-id",
    "newsgroups",
    "when",
    "where",
];

/// All names. Where languages share one, the earlier list has it.
static NAMES: LazyLock<HashMap<&'static str, Field>> = LazyLock::new(|| {
    let lists = [
        (OTHER, Field::Other),
        (COPY, Field::Copy),
        (SUBJECT, Field::Subject),
        (TO, Field::To),
        (DATE, Field::Date),
        (FROM, Field::From),
    ];
    lists.iter().flat_map(|(names, field)| names.iter().map(|name| (*name, *field))).collect()
});

/// Whether a header block begins with the first of `lines`.
pub(in super::super) fn begins_header_block<'l>(mut lines: impl Iterator<Item = &'l str>) -> bool {
    let Some(first) = lines.next() else { return false };
    let Some(begun) = field_of(first).filter(|field| may_begin(*field)) else { return false };
    let mut block = Block::default();
    block.line(first);
    let mut gap = 0;
    // What a block begins with is usually the writer. Other beginnings are words of everyday lists: there nothing may stand between.
    let gap_max = if begun == Field::From { GAP_MAX } else { 1 };
    for line in lines.take(LINES_MAX) {
        if block.is_complete() {
            return true;
        }
        // Another block begins.
        if block.from && field_of(line) == Some(Field::From) {
            return false;
        }
        gap = if block.line(line) { 0 } else { gap + 1 };
        if gap > gap_max {
            return false;
        }
    }
    block.is_complete()
}

/// Whether the line is a field that names a writer or begins a block.
pub(in super::super) fn names_writer(line: &str) -> bool {
    field_of(line).is_some_and(may_begin)
}

fn may_begin(field: Field) -> bool {
    match field {
        Field::From | Field::Date | Field::Subject => true,
        Field::To | Field::Copy | Field::Other => false,
    }
}

/// The fields seen so far.
#[derive(Default)]
struct Block {
    from: bool,
    date: bool,
    to: bool,
    subject: bool,
    address: bool,
}

impl Block {
    /// Takes a line with all the fields that are on it; says whether there was one.
    fn line(&mut self, line: &str) -> bool {
        self.address |= line.contains('@');
        let Some(first) = field_of(line) else { return false };
        self.take(first);
        // Some programs put all fields on one line.
        for (at, _) in line.match_indices(": ").skip(1).take(8) {
            let words = last_words(&line[..at]);
            if let Some(field) = words.into_iter().flatten().find_map(field_named) {
                self.take(field);
            }
        }
        true
    }

    fn take(&mut self, field: Field) {
        match field {
            Field::From => self.from = true,
            Field::Date => self.date = true,
            Field::To | Field::Copy => self.to = true,
            Field::Subject => self.subject = true,
            Field::Other => {}
        }
    }

    fn is_complete(&self) -> bool {
        let others = usize::from(self.date) + usize::from(self.to) + usize::from(self.subject);
        self.from && others >= 2 && (self.subject || self.address)
    }
}

/// The last word of a text, and its last two.
fn last_words(text: &str) -> [Option<&str>; 2] {
    let text = text.trim_end();
    let mut blanks =
        text.char_indices().rev().filter(|(_, c)| c.is_whitespace()).map(|(at, c)| at + c.len_utf8());
    let (one, two) = (blanks.next(), blanks.next());
    [one.map(|at| &text[at..]), Some(two.map_or(text, |at| &text[at..]))]
}

/// The field that the line begins with.
fn field_of(line: &str) -> Option<Field> {
    // A name is short: most lines have no colon so near.
    let head = line.char_indices().nth(NAME_LEN_MAX).map_or(line, |(end, _)| &line[..end]);
    let (name, _) = head.split_once([':', '：'])?;
    field_named(name)
}

fn field_named(name: &str) -> Option<Field> {
    let name = name.trim_matches(|c: char| {
        c.is_whitespace()
            || matches!(c, '*' | '>' | '_' | '|' | '-' | '•' | '\u{200e}' | '\u{200f}' | '\u{202b}')
    });
    if name.is_empty() {
        return None;
    }
    NAMES.get(&*folded(name)).copied()
}

/// In lower case, and with single blanks: Chinese programs set two characters apart.
fn folded(name: &str) -> String {
    let joined = name.split_whitespace().collect::<Vec<_>>();
    let separator =
        if name.chars().all(|c| c.is_whitespace() || c >= '\u{3000}' && !is_hangul(c)) { "" } else { " " };
    joined.join(separator).to_lowercase()
}

fn is_hangul(c: char) -> bool {
    matches!(c, '\u{ac00}'..='\u{d7a3}')
}
