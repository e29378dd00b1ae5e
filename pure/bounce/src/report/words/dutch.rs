//! Dutch, in the polite form.

use super::{CauseWords, Causes, Phrases};

pub(super) const PHRASES: Phrases = Phrases {
    tag: "nl",
    failed_subject: "Niet bezorgd",
    delayed_subject: "Vertraagd",
    relayed_subject: "Doorgegeven",
    failed: "Uw bericht kon niet worden bezorgd bij de hieronder genoemde ontvanger. Er volgt geen nieuwe poging.",
    failed_several: "Uw bericht kon niet worden bezorgd bij de hieronder genoemde ontvangers. Er volgt geen nieuwe poging.",
    delayed: "Uw bericht kon nog niet worden bezorgd bij de hieronder genoemde ontvanger. U hoeft het niet opnieuw te verzenden: het \
              wordt tot {} veilig bewaard en vertrekt zodra de oorzaak is verholpen. Lukt dat niet op tijd, dan krijgt u bericht.",
    delayed_several: "Uw bericht kon nog niet worden bezorgd bij de hieronder genoemde ontvangers. U hoeft het niet opnieuw te \
                      verzenden: het wordt tot {} veilig bewaard en vertrekt zodra de oorzaak is verholpen. Lukt dat niet op tijd, \
                      dan krijgt u bericht.",
    relayed: "Uw bericht is doorgegeven aan het volgende mailsysteem op de route. Dat systeem bevestigt geen bezorging; meer kunnen wij \
              u over de hieronder genoemde ontvangers dus niet meedelen.",
    cause: "Oorzaak:",
    to_do: "Wat te doen:",
    answer_of: "Antwoord van",
    no_answer: "Er werd geen mailsysteem bereikt:",
    said: "Het antwoord luidde:",
    closing: "Als u uw mailbeheerder hierover een vraag stelt, vermeld dan het nummer {}.",
    notice_closing: "Als u de beheerder van het relay hierover een vraag stelt, vermeld dan het nummer {}.",
    notice_subject: "Uitgaande mail van {} wacht ({})",
    notice: "Uitgaande mail van {} kan op dit moment niet worden verzonden. Wachtende berichten: {}. Het oudste is ontvangen op {}. Er \
             is niets verloren gegaan; alles wordt veilig bewaard.",
    notice_next: "De afzenders krijgen vanaf {} bericht. De termijn van het oudste bericht loopt af op {}; de afzender daarvan krijgt dan \
                  een rapport. Zolang dit duurt, hoort u elke vier uur van ons, en nog eenmaal als het voorbij is.",
    domain_subject: "Mail van {} wordt geweigerd vanwege het domein",
    domain: "Een bericht van {} is geweigerd vanwege uw eigen maildomein. De afzender heeft een rapport gekregen, maar kan dit niet zelf \
             verhelpen.",
    domain_next: "Zolang dit duurt, hoort u hoogstens elke vier uur van ons; elke afzender krijgt een eigen rapport.",
    over_subject: "Uitgaande mail van {} wacht niet meer",
    over: "Er wordt geen uitgaande mail van {} meer vastgehouden. Er wachtte mail sinds {}. Wat uiteindelijk niet kon worden bezorgd, is \
           aan de afzender gemeld.",
    disturbed_subject: "Uitgaande mail van {} was verstoord: wat ermee is gebeurd",
    disturbed: "Van {} tot {} was uitgaande mail van {} door een storing gehinderd.",
    disturbed_counts: "Getroffen berichten: {}. Waarvan meer dan een minuut vertraagd: {}; langs een andere weg verzonden: {}; nog \
                       onderweg: {}; aan de afzenders gemeld als niet bezorgd: {}.",
    disturbed_nothing: "Niets.",
    disturbed_waits: "Niets: wat nog onderweg is, vertrekt vanzelf.",
    disturbed_again: "Laat de berichten opnieuw verzenden waarvan de afzender een rapport kreeg. De pagina hieronder noemt ze.",
    disturbed_link: "Wat er met elk bericht is gebeurd, staat tot {} hier. Wie deze link heeft, kan het zien: behandel hem als een \
                     wachtwoord.",
    causes: CAUSES,
};

const CAUSES: Causes = Causes {
    unknown_recipient: CauseWords {
        what: "Dit adres bestaat niet in het mailsysteem van de ontvanger.",
        act: "Controleer de spelling van het adres, of vraag de ontvanger langs een andere weg om het juiste, en verzend het bericht \
              opnieuw.",
        waiting: "Controleer de spelling van het adres; is het onjuist, verzend het bericht dan naar het juiste adres.",
        admin: "Niets, tenzij het adres bij uw organisatie hoort: ga dan na of de mailbox nog bestaat.",
    },
    mailbox_full: CauseWords {
        what: "De mailbox van de ontvanger is vol.",
        act: "Laat het de ontvanger langs een andere weg weten. Verzend het bericht opnieuw zodra er weer ruimte is.",
        waiting: "De ontvanger moet ruimte maken in de mailbox. Laat het hem of haar langs een andere weg weten.",
        admin: "Hoort de mailbox bij uw organisatie, zorg dan voor ruimte.",
    },
    mailbox_closed: CauseWords {
        what: "De mailbox van de ontvanger is uitgeschakeld en neemt geen berichten aan.",
        act: "Vraag de ontvanger langs een andere weg om een adres dat in gebruik is.",
        waiting: "De organisatie van de ontvanger moet de mailbox openstellen. Heeft het haast, gebruik dan een ander adres.",
        admin: "Hoort de mailbox bij uw organisatie, ga dan na of hij berichten moet aannemen.",
    },
    recipient_policy: CauseWords {
        what: "De organisatie van de ontvanger neemt dit bericht niet aan. Dat bepalen haar eigen regels.",
        act: "Vraag de ontvanger langs een andere weg om uw adres te laten toestaan. Alleen de mailbeheerders van die organisatie kunnen \
              dat doen.",
        waiting: "De organisatie van de ontvanger beslist hierover. Heeft het haast, bereik de ontvanger dan langs een andere weg.",
        admin: "Vraag de organisatie van de ontvanger om mail van uw domein aan te nemen.",
    },
    content: CauseWords {
        what: "Het ontvangende mailsysteem maakt bezwaar tegen de inhoud: tekst, link of bijlage lijkt daar op spam of kwaadaardige \
               software.",
        act: "Wijzig of verwijder wat de reden kan zijn en verzend het bericht opnieuw. Ongewijzigd wordt het weer geweigerd.",
        waiting: "Het ontvangende mailsysteem onderzoekt het bericht nog. Heeft het haast, verzend het dan zonder links en bijlagen.",
        admin: "Kijk na wat de afzenders hebben geschreven of bijgevoegd. Een account dat spam verzendt, moet worden geblokkeerd.",
    },
    too_large: CauseWords {
        what: "Het bericht is groter dan het ontvangende mailsysteem toestaat.",
        act: "Geef grote bijlagen op een andere manier door, bijvoorbeeld als link, of verdeel ze over meerdere berichten.",
        waiting: "Heeft het haast, geef grote bijlagen dan op een andere manier door, bijvoorbeeld als link.",
        admin: "Is het de limiet van uw eigen mailsysteem, verhoog die dan of wijs uw mensen erop.",
    },
    sender_domain: CauseWords {
        what: "Het ontvangende mailsysteem vertrouwt het maildomein van uw organisatie niet, of kon niet nagaan of het bericht daarvandaan \
               komt.",
        act: "Stuur dit rapport door aan uw eigen mailbeheerder. Daar moeten de SPF-, DKIM- en DMARC-records van uw domein worden \
              gecorrigeerd, of de reputatie ervan hersteld.",
        waiting: "Uw eigen mailbeheerder moet de SPF-, DKIM- en DMARC-records van uw domein corrigeren. Stuur dit rapport door.",
        admin: "Controleer de SPF-, DKIM- en DMARC-records van uw domein, en of een van uw accounts spam verzendt.",
    },
    receiver: CauseWords {
        what: "Het volgende mailsysteem op de route was niet bereikbaar, of vroeg herhaaldelijk om een latere poging.",
        act: "Verzend het bericht later opnieuw. Heeft het haast, bereik de ontvanger dan langs een andere weg. Houdt dit aan, laat het \
              dan uw mailbeheerder weten.",
        waiting: "U hoeft niets te doen: nieuwe pogingen volgen vanzelf. Heeft het haast, bereik de ontvanger dan langs een andere weg.",
        admin: "Noemt het antwoord een van uw eigen mailsystemen, zorg dan dat het draait en mail aanneemt.",
    },
    ours: CauseWords {
        what: "De fout ligt bij ons: het relay dat uw organisatie gebruikt, is geweigerd om een reden die niets te maken heeft met u, uw \
               bericht of de ontvanger.",
        act: "De beheerder van het relay moet dit verhelpen en is gealarmeerd. Verzend het bericht later opnieuw; heeft het haast, laat \
              het dan uw mailbeheerder weten.",
        waiting: "De beheerder van het relay moet dit verhelpen en is gealarmeerd. U hoeft niets te doen.",
        admin: "Niets. De beheerder van het relay moet dit verhelpen en is gealarmeerd; daarna vertrekt de mail.",
    },
    tenant_setup: CauseWords {
        what: "Het mailsysteem van uw eigen organisatie neemt mail van het relay niet terug: de verbinding tussen beide is niet goed \
               ingesteld.",
        act: "Uw eigen mailbeheerder moet de connector corrigeren. Stuur dit rapport door.",
        waiting: "Uw eigen mailbeheerder moet de connector corrigeren. Stuur dit rapport door.",
        admin: "Controleer de connector waarmee uw mailsysteem mail van het relay aanneemt: het certificaat, de toegestane adressen, en of \
                hij is ingeschakeld. Wat bewaard is, vertrekt kort daarna; zo niet, laat het dan de beheerder van het relay weten.",
    },
    in_a_loop: CauseWords {
        what: "Twee mailsystemen sturen elkaar het bericht steeds opnieuw toe.",
        act: "Stuur dit rapport door aan uw eigen mailbeheerder, die de regel moet corrigeren die het bericht laat rondgaan.",
        waiting: "Uw eigen mailbeheerder moet de regel corrigeren die het bericht laat rondgaan. Stuur dit rapport door.",
        admin: "Controleer of uw transportregel berichten met het woord van X-Signpost-Processed uitzondert. Vraag daarna de beheerder van \
                het relay om vrij te geven wat is bewaard.",
    },
    held: CauseWords {
        what: "Het bericht wordt vastgehouden totdat iemand het heeft bekeken.",
        act: "Vraag het uw mailbeheerder.",
        waiting: "Heeft het haast, vraag het dan uw mailbeheerder.",
        admin: "Vraag de beheerder van het relay waarom het wordt vastgehouden; `queue release` geeft een bericht vrij.",
    },
    unclear: CauseWords {
        what: "Het bericht is geweigerd, en uit het antwoord blijkt niet duidelijk bij wie de oorzaak ligt.",
        act: "Stuur dit rapport door aan uw eigen mailbeheerder. Het antwoord hieronder is alles wat bekend is.",
        waiting: "De beheerder van het relay is gealarmeerd en moet het antwoord hieronder bekijken. U hoeft niets te doen.",
        admin: "De beheerder van het relay is gealarmeerd. Noemt het antwoord uw connector, uw domein of een van uw regels, corrigeer dat \
                dan en laat het de beheerder weten.",
    },
};
