//! German, in the polite form.

use super::{CauseWords, Causes, Phrases};

pub(super) const PHRASES: Phrases = Phrases {
    tag: "de",
    failed_subject: "Nicht zugestellt",
    delayed_subject: "Verzögert",
    relayed_subject: "Weitergegeben",
    failed: "Ihre Nachricht konnte dem unten genannten Empfänger nicht zugestellt werden. Es gibt keinen weiteren Versuch.",
    failed_several: "Ihre Nachricht konnte den unten genannten Empfängern nicht zugestellt werden. Es gibt keinen weiteren Versuch.",
    delayed: "Ihre Nachricht konnte dem unten genannten Empfänger noch nicht zugestellt werden. Sie brauchen sie nicht erneut zu \
              senden: Sie bleibt bis {} sicher aufbewahrt und geht hinaus, sobald die Ursache behoben ist. Gelingt das nicht \
              rechtzeitig, erhalten Sie Bescheid.",
    delayed_several: "Ihre Nachricht konnte den unten genannten Empfängern noch nicht zugestellt werden. Sie brauchen sie nicht \
                      erneut zu senden: Sie bleibt bis {} sicher aufbewahrt und geht hinaus, sobald die Ursache behoben ist. \
                      Gelingt das nicht rechtzeitig, erhalten Sie Bescheid.",
    relayed: "Ihre Nachricht wurde an das nächste Mailsystem auf dem Weg übergeben. Dieses bestätigt keine Zustellungen; mehr können \
              wir Ihnen über die unten genannten Empfänger daher nicht mitteilen.",
    cause: "Ursache:",
    to_do: "Was zu tun ist:",
    answer_of: "Antwort von",
    no_answer: "Es wurde kein Mailsystem erreicht:",
    said: "Die Antwort lautete:",
    closing: "Wenn Sie Ihren Mailadministrator dazu fragen, nennen Sie bitte die Nummer {}.",
    notice_closing: "Wenn Sie den Betreiber des Relays dazu fragen, nennen Sie bitte die Nummer {}.",
    notice_subject: "Ausgehende Mail von {} wartet ({})",
    notice: "Ausgehende Mail von {} kann zurzeit nicht versendet werden. Wartende Nachrichten: {}. Eingang der ältesten: {}. Nichts \
             ist verloren, alles ist sicher aufbewahrt.",
    notice_next: "Die Absender werden ab {} informiert. Die Frist der ältesten Nachricht endet {}; ihr Absender erhält dann einen \
                  Bericht. Solange der Zustand anhält, melden wir uns alle vier Stunden wieder, und einmal, wenn er vorbei ist.",
    domain_subject: "Mail von {} wird wegen ihrer Domain abgelehnt",
    domain: "Eine Nachricht von {} wurde wegen Ihrer eigenen Mail-Domain abgelehnt. Der Absender hat einen Bericht erhalten, kann das \
             aber nicht selbst beheben.",
    domain_next: "Solange das anhält, melden wir uns höchstens alle vier Stunden; jeder Absender erhält seinen eigenen Bericht.",
    over_subject: "Ausgehende Mail von {} wartet nicht mehr",
    over: "Es wird keine ausgehende Mail von {} mehr zurückgehalten. Mail hatte seit {} gewartet. Was sich nicht zustellen ließ, wurde \
           dem jeweiligen Absender gemeldet.",
    disturbed_subject: "Ausgehende Mail von {} war gestört: was aus ihr wurde",
    disturbed: "Von {} bis {} war ausgehende Mail von {} durch einen Fehler gestört.",
    disturbed_counts: "Betroffene Nachrichten: {}. Davon über eine Minute verspätet: {}; auf anderem Weg gesendet: {}; noch \
                       unterwegs: {}; den Absendern als nicht zugestellt gemeldet: {}.",
    disturbed_nothing: "Nichts.",
    disturbed_waits: "Nichts: Was noch unterwegs ist, geht von selbst hinaus.",
    disturbed_again: "Bitte lassen Sie die Nachrichten erneut senden, deren Absender einen Bericht erhielten. Die Seite unten nennt sie.",
    disturbed_link: "Was aus jeder Nachricht wurde, steht bis {} hier. Wer diesen Link hat, kann es sehen: Bitte behandeln Sie ihn wie \
                     ein Passwort.",
    causes: CAUSES,
};

const CAUSES: Causes = Causes {
    unknown_recipient: CauseWords {
        what: "Diese Adresse gibt es im Mailsystem des Empfängers nicht.",
        act: "Bitte prüfen Sie die Schreibweise der Adresse, oder fragen Sie den Empfänger auf anderem Weg nach der richtigen, und \
              senden Sie die Nachricht dann erneut.",
        waiting: "Bitte prüfen Sie die Schreibweise der Adresse; ist sie falsch, senden Sie die Nachricht an die richtige.",
        admin: "Nichts, es sei denn, die Adresse gehört zu Ihrer Organisation: Dann prüfen Sie bitte, ob es das Postfach noch gibt.",
    },
    mailbox_full: CauseWords {
        what: "Das Postfach des Empfängers ist voll.",
        act: "Bitte informieren Sie den Empfänger auf anderem Weg. Sobald wieder Platz ist, senden Sie die Nachricht erneut.",
        waiting: "Der Empfänger muss in seinem Postfach Platz schaffen. Bitte informieren Sie ihn auf anderem Weg.",
        admin: "Gehört das Postfach zu Ihrer Organisation, sorgen Sie bitte für Platz.",
    },
    mailbox_closed: CauseWords {
        what: "Das Postfach des Empfängers ist deaktiviert und nimmt keine Nachrichten an.",
        act: "Bitte fragen Sie den Empfänger auf anderem Weg nach einer Adresse, die in Gebrauch ist.",
        waiting: "Die Organisation des Empfängers muss das Postfach freigeben. Ist es eilig, benutzen Sie bitte eine andere Adresse.",
        admin: "Gehört das Postfach zu Ihrer Organisation, prüfen Sie bitte, ob es Nachrichten annehmen soll.",
    },
    recipient_policy: CauseWords {
        what: "Die Organisation des Empfängers nimmt diese Nachricht nicht an. Das legt sie durch eigene Regeln fest.",
        act: "Bitten Sie den Empfänger auf anderem Weg, Ihre Adresse freigeben zu lassen. Das können nur die Mailadministratoren \
              seiner Organisation.",
        waiting: "Darüber entscheidet die Organisation des Empfängers. Ist es eilig, erreichen Sie ihn bitte auf anderem Weg.",
        admin: "Bitte veranlassen Sie, dass die Organisation des Empfängers Mail Ihrer Domain annimmt.",
    },
    content: CauseWords {
        what: "Das empfangende Mailsystem beanstandet den Inhalt: Text, Link oder Anhang sehen für dieses System nach Spam oder \
               Schadsoftware aus.",
        act: "Bitte ändern Sie, was der Grund sein kann, oder lassen Sie es weg, und senden Sie die Nachricht erneut. Unverändert wird \
              sie wieder abgelehnt.",
        waiting: "Das empfangende Mailsystem prüft die Nachricht noch. Ist es eilig, senden Sie sie bitte ohne Links und Anhänge.",
        admin: "Bitte sehen Sie nach, was die Absender geschrieben oder angehängt haben. Ein Konto, das Spam versendet, muss gesperrt \
                werden.",
    },
    too_large: CauseWords {
        what: "Die Nachricht ist größer, als das empfangende Mailsystem erlaubt.",
        act: "Bitte geben Sie große Anhänge auf anderem Weg weiter, zum Beispiel als Link, oder verteilen Sie sie auf mehrere \
              Nachrichten.",
        waiting: "Ist es eilig, geben Sie große Anhänge bitte auf anderem Weg weiter, zum Beispiel als Link.",
        admin: "Gilt die Grenze in Ihrem eigenen Mailsystem, heben Sie sie bitte an oder weisen Sie Ihre Leute darauf hin.",
    },
    sender_domain: CauseWords {
        what: "Das empfangende Mailsystem vertraut der Mail-Domain Ihrer Organisation nicht, oder es konnte nicht prüfen, ob die \
               Nachricht von dort stammt.",
        act: "Bitte leiten Sie diesen Bericht an Ihren eigenen Mailadministrator weiter. Dort müssen die Einträge SPF, DKIM und DMARC \
              Ihrer Domain oder deren Ruf in Ordnung gebracht werden.",
        waiting: "Ihr eigener Mailadministrator muss die Einträge SPF, DKIM und DMARC Ihrer Domain in Ordnung bringen. Bitte leiten \
                  Sie ihm diesen Bericht weiter.",
        admin: "Bitte prüfen Sie die Einträge SPF, DKIM und DMARC Ihrer Domain, und ob eines Ihrer Konten Spam versendet.",
    },
    receiver: CauseWords {
        what: "Das nächste Mailsystem auf dem Weg war nicht erreichbar oder bat wiederholt um einen späteren Versuch.",
        act: "Bitte senden Sie die Nachricht später erneut. Ist es eilig, erreichen Sie den Empfänger auf anderem Weg. Hält das an, \
              informieren Sie Ihren Mailadministrator.",
        waiting: "Sie selbst müssen nichts tun: Weitere Versuche folgen von allein. Ist es eilig, erreichen Sie den Empfänger bitte \
                  auf anderem Weg.",
        admin: "Nennt die Antwort eines Ihrer eigenen Mailsysteme, sorgen Sie bitte dafür, dass es läuft und Mail annimmt.",
    },
    ours: CauseWords {
        what: "Der Fehler liegt bei uns: Das Relay, das Ihre Organisation benutzt, wurde aus einem Grund abgewiesen, der nichts mit \
               Ihnen, Ihrer Nachricht oder dem Empfänger zu tun hat.",
        act: "Das muss der Betreiber des Relays beheben; er ist alarmiert. Bitte senden Sie die Nachricht später erneut, und \
              informieren Sie in eiligen Fällen Ihren Mailadministrator.",
        waiting: "Das muss der Betreiber des Relays beheben; er ist alarmiert. Sie selbst müssen nichts tun.",
        admin: "Nichts. Das muss der Betreiber des Relays beheben; er ist alarmiert. Danach geht die Mail hinaus.",
    },
    tenant_setup: CauseWords {
        what: "Das Mailsystem Ihrer eigenen Organisation nimmt Mail vom Relay nicht zurück: Die Verbindung zwischen beiden ist nicht \
               richtig eingerichtet.",
        act: "Ihr eigener Mailadministrator muss den Connector berichtigen. Bitte leiten Sie ihm diesen Bericht weiter.",
        waiting: "Ihr eigener Mailadministrator muss den Connector berichtigen. Bitte leiten Sie ihm diesen Bericht weiter.",
        admin: "Bitte prüfen Sie den Connector, über den Ihr Mailsystem Mail vom Relay annimmt: sein Zertifikat, die erlaubten Adressen, \
                und ob er eingeschaltet ist. Was aufbewahrt wurde, geht bald danach hinaus; andernfalls geben Sie bitte dem \
                Betreiber des Relays Bescheid.",
    },
    in_a_loop: CauseWords {
        what: "Zwei Mailsysteme senden einander die Nachricht im Kreis zu.",
        act: "Bitte leiten Sie diesen Bericht an Ihren eigenen Mailadministrator weiter. Er muss die Regel berichtigen, die die \
              Nachricht im Kreis schickt.",
        waiting: "Ihr eigener Mailadministrator muss die Regel berichtigen, die die Nachricht im Kreis schickt. Bitte leiten Sie ihm \
                  diesen Bericht weiter.",
        admin: "Bitte prüfen Sie, ob Ihre Transportregel Nachrichten mit dem Wort aus X-Signpost-Processed ausnimmt. Bitten Sie danach \
                den Betreiber des Relays, die aufbewahrten Nachrichten freizugeben.",
    },
    held: CauseWords {
        what: "Die Nachricht wird zurückgehalten, bis ein Mensch sie geprüft hat.",
        act: "Bitte fragen Sie Ihren Mailadministrator.",
        waiting: "Ist es eilig, fragen Sie bitte Ihren Mailadministrator.",
        admin: "Bitte fragen Sie den Betreiber des Relays nach dem Grund; `queue release` gibt eine Nachricht frei.",
    },
    unclear: CauseWords {
        what: "Die Nachricht wurde abgelehnt, und aus der Antwort geht nicht klar hervor, bei wem die Ursache liegt.",
        act: "Bitte leiten Sie diesen Bericht an Ihren eigenen Mailadministrator weiter. Mehr als die Antwort unten ist nicht bekannt.",
        waiting: "Der Betreiber des Relays ist alarmiert und muss die Antwort unten prüfen. Sie selbst müssen nichts tun.",
        admin: "Der Betreiber des Relays ist alarmiert. Nennt die Antwort Ihren Connector, Ihre Domain oder eine Ihrer Regeln, \
                berichtigen Sie das bitte und geben Sie dem Betreiber Bescheid.",
    },
};
