//! Lines that lists, gateways and virus scanners put below a message: nobody wrote them, so they are no answer below a quotation.

use super::originals::is_rule;

/// How such lines begin, in lower case.
const BEGINNINGS: &[&str] = &[
    "you received this message because",
    "you are receiving this",
    "to unsubscribe",
    "unsubscribe",
    "to view this discussion",
    "for more options, visit",
    "this e-mail",
    "this email",
    "this message",
    "the information contained",
    "the information in this",
    "the contents of this",
    "confidential",
    "disclaimer",
    "important notice",
    "important:",
    "notice:",
    "caution:",
    "please consider the environment",
    "think before you print",
    "please note",
    "virus-free",
    "avast",
    "diese e-mail",
    "diese nachricht",
    "dieses e-mail",
    "der inhalt dieser",
    "vertraulich",
    "bitte denken sie an die umwelt",
    "virenfrei",
    "ce message",
    "ce courriel",
    "cet e-mail",
    "ce mail",
    "les informations contenues",
    "pensez à l'environnement",
    "sans virus",
    "este mensaje",
    "este correo",
    "este e-mail",
    "la información contenida",
    "libre de virus",
    "esta mensagem",
    "este email",
    "as informações contidas",
    "questo messaggio",
    "questa e-mail",
    "le informazioni contenute",
    "dit bericht",
    "deze e-mail",
    "dit e-mailbericht",
    "denna e-post",
    "detta meddelande",
    "denne e-mail",
    "denne e-post",
    "tämä viesti",
    "ta wiadomość",
    "niniejsza wiadomość",
    "treść tej wiadomości",
    "tato zpráva",
    "это сообщение",
    "данное сообщение",
    "本邮件",
    "此邮件",
    "このメール",
    "본 메일",
    "bu e-posta",
    "bu mesaj",
    "registered office",
    "registered in england",
    "company registration",
    "handelsregister",
];

/// What only such lines hold.
const PARTS: &[&str] = &[
    "mailing list",
    "mailman/listinfo",
    "/listinfo/",
    "//lists.",
    "groups.google.com",
    "unsubscribe@",
    "-unsubscribe",
    "@googlegroups.com",
    "intended recipient",
    "intended only for",
    "legally privileged",
    "vertrauliche informationen",
    "destinataire",
    "avast.com",
    "avg.com",
];

/// What long ones hold, in the languages of those who have to write them.
const LEGAL: &[&str] = &[
    "confidential",
    "vertraulich",
    "confidentiel",
    "confidencial",
    "confidenzial",
    "riservat",
    "vertrouwelijk",
    "fortrolig",
    "konfidenti",
    "luottamuksel",
    "poufn",
    "důvěrn",
    "dôvern",
    "bizalmas",
    "confidențial",
    "povjerljiv",
    "zaupn",
    "εμπιστευτικ",
    "конфиденциал",
    "конфіденційн",
    "поверител",
    "gizli",
    "bảo mật",
    "机密",
    "機密",
    "保密",
    "기밀",
    "סודי",
    "سري",
];
/// Bytes from which on such a word makes a footer: people use it too.
const LEGAL_LEN_MIN: usize = 100;
/// Bytes of a line that are read.
const READ_LEN_MAX: usize = 2_000;

/// Whether the line is of that kind; what stands below it is too.
pub(in super::super) fn is_footer(line: &str) -> bool {
    if is_rule(line) {
        return true;
    }
    let lower = line.get(..READ_LEN_MAX).unwrap_or(line).to_lowercase();
    let said = lower.trim_start_matches(|c: char| !c.is_alphanumeric());
    let has = |parts: &[&str]| parts.iter().any(|part| lower.contains(part));
    BEGINNINGS.iter().any(|start| said.starts_with(start))
        || has(PARTS)
        || (line.len() >= LEGAL_LEN_MIN && has(LEGAL))
}
