//! What is known in which language, and what is prose.

use super::*;

#[test]
fn introductions_are_known_in_many_languages() {
    let rows = [
        "On Mon, Apr 2, 2012 at 6:26 PM, Kim Doe <kim@x.example> wrote:",
        "Am 02.04.2012 um 18:26 schrieb Kim Doe:",
        "Kim Doe <kim@x.example> schrieb am Mo., 2. Apr. 2012, 18:26:",
        "Le lun. 2 avr. 2012 à 18:26, Kim Doe <kim@x.example> a écrit :",
        "El lun, 2 abr 2012 a las 18:26, Kim (<kim@x.example>) escribió:",
        "El dl., 2 d’abr. 2012 a les 18:26, Kim va escriure:",
        "Il giorno lun 2 apr 2012 alle ore 18:26 Kim <kim@x.example> ha scritto:",
        "Em seg., 2 de abr. de 2012 às 18:26, Kim <kim@x.example> escreveu:",
        "Op ma 2 apr. 2012 om 18:26 schreef Kim <kim@x.example>:",
        "Den mån 2 apr. 2012 kl 18:26 skrev Kim <kim@x.example>:",
        "Den man. 2. apr. 2012 kl. 18.26 skrev Kim:",
        "man. 2. apr. 2012 kl. 18:26 skrev Kim <kim@x.example>:",
        "ma 2. huhtik. 2012 klo 18.26 Kim (kim@x.example) kirjoitti:",
        "W dniu 02.04.2012 o 18:26, Kim pisze:",
        "pon., 2 kwi 2012 o 18:26 Kim <kim@x.example> napisał(a):",
        "po 2. 4. 2012 v 18:26 odesílatel Kim <kim@x.example> napsal:",
        "po 2. 4. 2012 o 18:26 Kim <kim@x.example> napísal(a):",
        "Kim <kim@x.example> ezt írta (időpont: 2012. ápr. 2., H, 18:26):",
        "În lun., 2 apr. 2012 la 18:26, Kim <kim@x.example> a scris:",
        "Kim <kim@x.example>, 2 Nis 2012 Pzt, 18:26 tarihinde şunu yazdı:",
        "Στις Δευ 2 Απρ 2012 στις 6:26 μ.μ., ο χρήστης Kim <kim@x.example> έγραψε:",
        "пн, 2 апр. 2012 г. в 18:26, Kim <kim@x.example>:",
        "02.04.2012 18:26, Kim пишет:",
        "пн, 2 квіт. 2012 р. о 18:26 Kim <kim@x.example> пише:",
        "На пн, 2.04.2012 г. в 18:26 Kim <kim@x.example> написа:",
        "pon, 2. tra 2012. u 18:26 Kim <kim@x.example> napisao je:",
        "V pon., 2. apr. 2012 ob 18:26 je oseba Kim <kim@x.example> napisala:",
        "2012-04-02, pr, 18:26 Kim <kim@x.example> rašė:",
        "Kim kirjutas kuupäeval E, 2. aprill 2012 kell 18:26, kim@x.example kirjutas:",
        "Vào Th 2, 2 thg 4, 2012 vào lúc 18:26 Kim <kim@x.example> đã viết:",
        "Pada tanggal Sen, 2 Apr 2012 pukul 18.26 Kim <kim@x.example> menulis:",
        "\u{202b}בתאריך יום ב׳, 2 באפר׳ 2012 ב-18:26 מאת \u{202a}Kim\u{202c}\u{200f} <\u{202a}kim@x.example\u{202c}\u{200f}>:\u{202c}",
        "في الاثنين، 2 أبريل 2012 18:26 كتب Kim <kim@x.example>:",
        "在 2012年4月2日，18:26，Kim <kim@x.example> 写道：",
        "Kim <kim@x.example> 於 2012年4月2日 週一 下午6:26寫道：",
        "2012年4月2日(月) 18:26 Kim <kim@x.example>:",
        "2012/04/02 18:26、Kim <kim@x.example>のメール:",
        "2012년 4월 2일 (월) 오후 6:26, Kim <kim@x.example>님이 작성:",
        "2016-03-03 17:21 GMT+01:00 Kim <kim@x.example>:",
        "02.04.2012, 18:26, \"Kim\" <kim@x.example>:",
        "Понедельник,  2 апреля 2012, 18:26 +04:00 от Kim <kim@x.example>:",
    ];
    for line in rows {
        assert!(is_introduction(line), "{line}");
        assert!(may_mark(line), "{line}");
    }
}

#[test]
fn prose_is_no_introduction() {
    for line in [
        "On the other hand:",
        "As Kim wrote:",
        "I wrote to them on 3 May 2024.",
        "The following 12 people have said yes:",
        "At 10:30 we meet with:",
        "Am Montag treffen wir:",
        "Le projet 2024 comprend :",
        "Call me at +49 30 1234 5678:",
        "Kim wrote a book.",
        "Please see https://x.example/a:b",
        "",
        ":",
    ] {
        assert!(!is_introduction(line), "{line}");
    }
}

#[test]
fn header_blocks_are_known_in_many_languages() {
    let rows = [
        ["From: Kim <kim@x.example>", "Sent: Monday", "To: Anna", "Subject: x"],
        ["Von: Kim <kim@x.example>", "Gesendet: Montag", "An: Anna", "Betreff: x"],
        ["De : Kim <kim@x.example>", "Envoyé : lundi", "À : Anna", "Objet : x"],
        ["De: Kim <kim@x.example>", "Enviado el: lunes", "Para: Anna", "Asunto: x"],
        ["Da: Kim <kim@x.example>", "Inviato: lunedì", "A: Anna", "Oggetto: x"],
        ["De: Kim <kim@x.example>", "Enviada em: segunda", "Para: Anna", "Assunto: x"],
        ["Van: Kim <kim@x.example>", "Verzonden: maandag", "Aan: Anna", "Onderwerp: x"],
        ["Fra: Kim <kim@x.example>", "Sendt: mandag", "Til: Anna", "Emne: x"],
        ["Från: Kim <kim@x.example>", "Skickat: måndag", "Till: Anna", "Ämne: x"],
        ["Lähettäjä: Kim <kim@x.example>", "Lähetetty: maanantai", "Vastaanottaja: Anna", "Aihe: x"],
        ["Od: Kim <kim@x.example>", "Wysłano: poniedziałek", "Do: Anna", "Temat: x"],
        ["Od: Kim <kim@x.example>", "Odesláno: pondělí", "Komu: Anna", "Předmět: x"],
        ["Feladó: Kim <kim@x.example>", "Elküldve: hétfő", "Címzett: Anna", "Tárgy: x"],
        ["Kimden: Kim <kim@x.example>", "Gönderildi: Pazartesi", "Kime: Anna", "Konu: x"],
        ["Από: Kim <kim@x.example>", "Στάλθηκε: Δευτέρα", "Προς: Anna", "Θέμα: x"],
        ["От: Kim <kim@x.example>", "Отправлено: понедельник", "Кому: Anna", "Тема: x"],
        ["Від: Kim <kim@x.example>", "Надіслано: понеділок", "Кому: Anna", "Тема: x"],
        ["De la: Kim <kim@x.example>", "Trimis: luni", "Către: Anna", "Subiect: x"],
        ["发件人: Kim <kim@x.example>", "发送时间: 2012年4月2日", "收件人: Anna", "主题: x"],
        ["寄件者: Kim <kim@x.example>", "寄件日期: 2012年4月2日", "收件者: Anna", "主旨: x"],
        ["差出人: Kim <kim@x.example>", "送信日時: 2012年4月2日", "宛先: Anna", "件名: x"],
        ["보낸 사람: Kim <kim@x.example>", "보낸 날짜: 2012년", "받는 사람: Anna", "제목: x"],
        ["מאת: Kim <kim@x.example>", "נשלח: יום שני", "אל: Anna", "נושא: x"],
        ["من: Kim <kim@x.example>", "تم الإرسال: الاثنين", "إلى: Anna", "الموضوع: x"],
        ["*From:* Kim", "*Date:* Mon", "*Subject:* x", ""],
        ["Subject: x", "From: kim@x.example", "To: a@x.example", "Date: Mon"],
        ["From: Kim [mailto:kim@x.example] Sent: Monday To: Anna Subject: x", "", "", ""],
    ];
    for lines in rows {
        assert!(begins_header_block(lines.into_iter()), "{lines:?}");
    }
    for lines in [
        ["From: Berlin", "To: Paris", "Date: 4 May", "Class: first"],
        ["From: me", "Hello", "", ""],
        ["To: do", "Subject: to change", "", ""],
        ["Date: 4 May", "Place: here", "Price: low", ""],
    ] {
        assert!(!begins_header_block(lines.into_iter()), "{lines:?}");
    }
}

#[test]
fn lines_of_devices_are_known_in_many_languages() {
    for line in [
        "Sent from my iPhone",
        "Sent from my Galaxy",
        "Get Outlook for iOS",
        "Sent from Mail for Windows",
        "Von meinem iPhone gesendet",
        "Gesendet von Outlook für Android",
        "Envoyé de mon iPhone",
        "Obtenir Outlook pour iOS",
        "Enviado desde mi iPhone",
        "Enviat des del meu iPhone",
        "Enviado do meu iPhone",
        "Inviato da iPhone",
        "Verstuurd vanaf mijn iPhone",
        "Sendt fra min iPhone",
        "Skickat från min iPhone",
        "Lähetetty iPhonesta",
        "Wysłane z iPhone’a",
        "Odesláno z iPhonu",
        "Odoslané z iPhonu",
        "Elküldve az iPhone-omról",
        "Trimis de pe iPhone-ul meu",
        "Poslano s mog iPhonea",
        "iPhone'umdan gönderildi",
        "Στάλθηκε από το iPhone μου",
        "Отправлено с iPhone",
        "Надіслано з iPhone",
        "נשלח מה-iPhone שלי",
        "أُرسلت من الـ iPhone",
        "发自我的 iPhone",
        "從我的 iPhone 傳送",
        "iPhoneから送信",
        "나의 iPhone에서 보냄",
        "Đã gửi từ iPhone của tôi",
        "Dikirim dari iPhone saya",
        "ส่งจาก iPhone ของฉัน",
    ] {
        assert!(is_device_footer(line), "{line}");
    }
    for line in [
        "Sent from the warehouse yesterday",
        "Thanks, Anna",
        "The parcel was sent with care",
        "Gesendet von Frau Meier",
        "I write this on my iPhone, please wait for the figures until I am back at my desk tomorrow afternoon",
        "",
    ] {
        assert!(!is_device_footer(line), "{line}");
    }
}

#[test]
fn lines_that_announce_an_original_are_known() {
    for line in [
        "-----Original Message-----",
        "-------- Ursprüngliche Nachricht --------",
        "-------- Message d'origine --------",
        "----- Mensaje original -----",
        "-----Messaggio originale-----",
        "-----Mensagem original-----",
        "-----Oorspronkelijk bericht-----",
        "-----Oprindelig meddelelse-----",
        "-----Ursprungligt meddelande-----",
        "-----Alkuperäinen viesti-----",
        "-----Wiadomość oryginalna-----",
        "---------- Původní e-mail ----------",
        "-----Eredeti üzenet-----",
        "-----Исходное сообщение-----",
        "-----原始邮件-----",
        "------------------ Original ------------------",
        "-------- 원본 메일 --------",
        "---------- Forwarded message ---------",
        "-------- Forwarded Message --------",
        "---------- Weitergeleitete Nachricht ----------",
        "-------- Пересылаемое сообщение --------",
        "Begin forwarded message:",
        "Anfang der weitergeleiteten Nachricht:",
        "---- On Mon, 02 Apr 2012 18:26:00 +0200 Kim wrote ----",
        "-----\"Kim\" <kim@x.example> wrote: -----",
        ">>> Kim Doe <kim@x.example> 02.04.2012 18:26 >>>",
    ] {
        assert!(is_original(line) && may_mark(line), "{line}");
    }
    for line in
        ["---- Agenda ----", "-- reply by Friday", "Original message", "- original idea", "----------"]
    {
        assert!(!is_original(line), "{line}");
    }
}
