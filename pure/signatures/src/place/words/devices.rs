//! Lines that telephones and programs put under what is written on them, in the languages in which they are sold, and the line that
//! begins a signature (RFC 3676 §4.3).

use super::begins;

/// Longest such line, in bytes.
const LINE_LEN_MAX: usize = 200;
/// Words of one.
const WORDS_MAX: usize = 14;

/// How such lines begin, in lower case.
const BEGINNINGS: &[&str] = &[
    // English.
    "sent from my",
    "sent from mobile",
    "sent from a ",
    "sent from mail",
    "sent from [mail",
    "sent from outlook",
    "sent from [outlook",
    "sent from windows",
    "sent from yahoo",
    "sent from gmail",
    "sent from proton",
    "sent from samsung",
    "sent from the all new",
    "sent from spark",
    "sent from nine",
    "sent from iphone",
    "sent from ipad",
    "sent from android",
    "sent from blackberry",
    "sent from bluemail",
    "sent from aqua",
    "sent from hey",
    "sent from the ",
    "sent from ",
    "sent via ",
    "sent with ",
    "sent by galaxy",
    "sent by my",
    "sent using ",
    "sent on the go",
    "get outlook for",
    "get [outlook for",
    "from my iphone",
    "from my ipad",
    "from my mobile",
    "from my phone",
    "from my android",
    "from my blackberry",
    "from my samsung",
    "sent securely",
    "yahoo mail: ",
    "please excuse any typos",
    "please excuse typos",
    "please excuse brevity",
    // German.
    "von meinem iphone",
    "von meinem ipad",
    "von meinem mobil",
    "von meinem handy",
    "von meinem smartphone",
    "von meinem android",
    "von meinem samsung",
    "von meinem galaxy",
    "von meinem gerät",
    "gesendet von ",
    "gesendet mit ",
    "gesendet über ",
    "gesendet via ",
    "diese nachricht wurde von",
    "holen sie sich outlook für",
    "outlook für ",
    "outlook for ",
    "von unterwegs gesendet",
    "von unterwegs",
    // French.
    "envoyé de mon",
    "envoyé de ",
    "envoyé depuis",
    "envoyé à partir",
    "envoyé avec",
    "envoyé par mon",
    "envoyé via",
    "obtenir outlook pour",
    "obtenez outlook pour",
    "télécharger outlook pour",
    "provenance : ",
    // Spanish, Catalan, Galician.
    "enviado desde",
    "enviado con ",
    "enviado a través de",
    "enviado mediante",
    "obtener outlook para",
    "obtenga outlook para",
    "enviat des",
    // Portuguese.
    "enviado do ",
    "enviado de meu",
    "enviado a partir d",
    "enviado pelo ",
    "enviado por meio",
    "enviado via",
    "obter o outlook para",
    "obtenha o outlook para",
    // Italian.
    "inviato da ",
    "inviato dal ",
    "inviato con ",
    "inviato tramite",
    "ottieni outlook per",
    "scarica outlook per",
    // Dutch.
    "verstuurd vanaf",
    "verstuurd met",
    "verstuurd via",
    "verzonden vanaf",
    "verzonden met",
    "verzonden via",
    "verzonden vanuit",
    "outlook voor ",
    "download outlook voor",
    // Danish, Norwegian, Swedish, Icelandic.
    "sendt fra",
    "sendt med",
    "hent outlook til",
    "skickat från",
    "skickad från",
    "skickades från",
    "skickat med",
    "hämta outlook för",
    "hämta outlook till",
    "skaff deg outlook",
    "få outlook for",
    "sent úr",
    // Finnish, Estonian.
    "lähetetty ",
    "hanki outlook",
    "saadetud minu",
    // Polish, Czech, Slovak.
    "wysłane z ",
    "wysłano z ",
    "wysłane za pomocą",
    "pobierz program outlook",
    "pobierz aplikację outlook",
    "odesláno z",
    "odesláno ze",
    "získejte outlook",
    "odoslané z",
    "odoslané zo",
    "získať outlook",
    // Hungarian, Romanian, Croatian, Slovene, Serbian.
    "elküldve az ",
    "küldve ",
    "az outlook beszerzése",
    "trimis de pe",
    "trimis din",
    "obțineți outlook",
    "poslano s ",
    "poslano sa ",
    "poslano iz",
    "poslato sa",
    // Turkish, Greek.
    "outlook'u edinin",
    "στάλθηκε από",
    "εστάλη από",
    "αποστολή από",
    "αποκτήστε το outlook",
    // Russian, Ukrainian, Bulgarian.
    "отправлено с ",
    "отправлено из ",
    "отправлено через",
    "отправлено от",
    "скачать outlook",
    "получить outlook",
    "получите outlook",
    "надіслано з",
    "відправлено з",
    "надіслано через",
    "изпратено от",
    // Vietnamese, Indonesian, Malay, Thai, Hindi.
    "được gửi từ",
    "đã gửi từ",
    "gửi từ ",
    "tải outlook",
    "dikirim dari",
    "dihantar dari",
    "dapatkan outlook",
    "ส่งจาก",
    "मेरे iphone से",
    // Chinese, Japanese.
    "发自",
    "來自我的",
    "从我的",
    "從我的",
    "获取outlook",
    "获取 outlook",
    "取得 outlook",
    "寄自",
    "傳送自",
    "outlook for ios",
    // Hebrew, Arabic, Persian.
    "נשלח מ",
    "نُشر من",
    "أُرسلت من",
    "أرسلت من",
    "تم الإرسال من",
    "ارسال شده از",
];

/// How such lines end, in languages that put the verb last.
const ENDINGS: &[&str] = &[
    "gesendet",
    "gesendet.",
    "から送信",
    "から送信しました",
    "より送信",
    "를 다운로드하세요",
    "에서 보냄",
    "에서 보냈습니다",
    "에서 발송",
    "傳送",
    "传送",
    "发送",
    "gönderildi",
    "gönderilmiştir",
    "lähetetty",
    "from mobile",
    "from my mobile",
    "を入手",
    "edinin",
    "küldve",
    "से भेजा गया",
    "geschickt",
];

/// What a line that is known by its ending names.
const DEVICES: &[&str] = &[
    "iphone",
    "ipad",
    "ipod",
    "android",
    "mobil",
    "handy",
    "smartphone",
    "samsung",
    "galaxy",
    "huawei",
    "xiaomi",
    "outlook",
    "blackberry",
    "gerät",
    "telefon",
    "手机",
    "yahoo",
    "windows",
    "tablet",
    "pixel",
    "nokia",
    "sony",
    "htc",
    "k-9",
    "unterwegs",
    "laptop",
];

/// Beginnings that are also ordinary speech: there a device or a program must be named.
const ORDINARY: &[&str] = &[
    "sent from the ",
    "sent from ",
    "sent from a ",
    "sent via ",
    "sent with ",
    "sent using ",
    "gesendet von ",
    "gesendet über ",
    "gesendet mit ",
    "diese nachricht wurde von",
    "envoyé de ",
    "lähetetty ",
    "küldve ",
    "outlook for ",
    "outlook für ",
    "outlook voor ",
];

/// Programs that sign with their names, besides the devices.
const PROGRAMS: &[&str] = &[
    "mail",
    "outlook",
    "airmail",
    "spark",
    "proton",
    "phone",
    "cell",
    "device",
    "mobile",
    "app",
    "sparrow",
    "ti-85",
    "mailbox",
    "hey",
    "superhuman",
    "bluemail",
    "thunderbird",
    "canary",
    "tutanota",
    "zoho",
    "nine",
    "aqua",
    "postbox",
    "mailspring",
    "web.de",
    "gmx",
    "freenet",
    "t-online",
    "handgerät",
    "apparaat",
    "mozilla",
    "surface",
    "mac",
    "watch",
    "moto",
    "oneplus",
    "oppo",
    "lg",
    "ios",
];

/// Whether the line is one that a telephone or a program puts under what is written on it.
pub(in super::super) fn is_device_footer(line: &str) -> bool {
    let line = line.trim_matches(|c: char| !c.is_alphanumeric());
    if line.is_empty() || line.len() > LINE_LEN_MAX || line.split_whitespace().count() > WORDS_MAX {
        return false;
    }
    if let Some(start) = BEGINNINGS.iter().find(|start| begins(line, start)) {
        return !ORDINARY.contains(start) || names_device(line);
    }
    let lower = line.to_lowercase();
    ENDINGS.iter().any(|end| lower.ends_with(end)) && (names_device(line) || lower.ends_with("from mobile"))
}

fn names_device(line: &str) -> bool {
    let lower = line.to_lowercase();
    DEVICES.iter().any(|device| lower.contains(device))
        || lower
            .split(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '.'))
            .any(|word| PROGRAMS.contains(&word.trim_matches('.')))
}

/// How a line that begins a signature is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Delimiter {
    /// `-- `.
    Exact,
    /// `--`: the blank is gone, or it is a line of somebody's text.
    Bare,
}

/// Whether the line begins a signature; its end is as it was written.
pub(in super::super) fn is_delimiter(line: &str) -> Option<Delimiter> {
    match line {
        "-- " | "--\u{a0}" | "\u{2014} " => Some(Delimiter::Exact),
        "--" | "-- \u{a0}" => Some(Delimiter::Bare),
        _ => None,
    }
}
