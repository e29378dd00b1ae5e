//! Danish. Its address is `du`, as authorities and companies write.

use super::{CauseWords, Causes, Phrases};

pub(super) const PHRASES: Phrases = Phrases {
    tag: "da",
    failed_subject: "Ikke leveret",
    delayed_subject: "Forsinket",
    relayed_subject: "Sendt videre",
    failed: "Din besked kunne ikke leveres til modtageren nedenfor. Der bliver ikke gjort flere forsøg.",
    failed_several: "Din besked kunne ikke leveres til modtagerne nedenfor. Der bliver ikke gjort flere forsøg.",
    delayed: "Din besked er endnu ikke leveret til modtageren nedenfor. Du behøver ikke sende den igen: Den opbevares sikkert indtil {} \
              og sendes, så snart årsagen er afhjulpet. Lykkes det ikke i tide, får du besked.",
    delayed_several: "Din besked er endnu ikke leveret til modtagerne nedenfor. Du behøver ikke sende den igen: Den opbevares sikkert \
                      indtil {} og sendes, så snart årsagen er afhjulpet. Lykkes det ikke i tide, får du besked.",
    relayed: "Din besked er givet videre til det næste mailsystem på vejen. Det bekræfter ikke levering, så mere kan vi ikke fortælle dig \
              om modtagerne nedenfor.",
    cause: "Årsag:",
    to_do: "Det kan du gøre:",
    answer_of: "Svar fra",
    no_answer: "Der blev ikke opnået forbindelse til noget mailsystem:",
    said: "Svaret lød:",
    closing: "Hvis du spørger din mailadministrator om dette, så oplys nummeret {}.",
    notice_closing: "Hvis du spørger relæets driftsansvarlige om dette, så oplys nummeret {}.",
    notice_subject: "Udgående mail fra {} venter ({})",
    notice: "Udgående mail fra {} kan i øjeblikket ikke sendes. Ventende beskeder: {}. Den ældste blev modtaget {}. Intet er gået tabt; \
             alt opbevares sikkert.",
    notice_next: "Afsenderne får besked fra {}. Fristen for den ældste besked udløber {}; dens afsender får da en rapport. Så længe det \
                  står på, hører du fra os hver fjerde time, og én gang, når det er ovre.",
    domain_subject: "Mail fra {} afvises på grund af domænet",
    domain: "En besked fra {} blev afvist på grund af jeres eget maildomæne. Afsenderen har fået en rapport, men kan ikke selv afhjælpe \
             det.",
    domain_next: "Så længe det står på, hører du højst fra os hver fjerde time; hver afsender får sin egen rapport.",
    over_subject: "Udgående mail fra {} venter ikke længere",
    over: "Der tilbageholdes ikke længere udgående mail fra {}. Mail havde ventet siden {}. Det, der i sidste ende ikke kunne leveres, er \
           meldt til afsenderne.",
    disturbed_subject: "Udgående mail fra {} var forstyrret: hvad der blev af den",
    disturbed: "Fra {} til {} var udgående mail fra {} forstyrret af en fejl.",
    disturbed_counts: "Berørte beskeder: {}. Heraf mere end et minut forsinkede: {}; sendt ad en anden vej: {}; stadig undervejs: {}; \
                       meldt til afsenderne som ikke leveret: {}.",
    disturbed_nothing: "Ingenting.",
    disturbed_waits: "Ingenting: Det, der stadig er undervejs, bliver sendt af sig selv.",
    disturbed_again: "Få de beskeder sendt igen, hvis afsendere fik en rapport. De står på siden nedenfor.",
    disturbed_link: "Hvad der blev af hver besked, kan ses her indtil {}. Alle, der har dette link, kan se det: Behandl det som en \
                     adgangskode.",
    causes: CAUSES,
};

const CAUSES: Causes = Causes {
    unknown_recipient: CauseWords {
        what: "Adressen findes ikke i modtagerens mailsystem.",
        act: "Kontrollér, om adressen er stavet rigtigt, eller spørg modtageren om den rigtige på anden vis, og send så beskeden igen.",
        waiting: "Kontrollér, om adressen er stavet rigtigt; er den forkert, så send beskeden til den rigtige.",
        admin: "Ingenting, medmindre adressen hører til jeres organisation: Så undersøg, om postkassen stadig findes.",
    },
    mailbox_full: CauseWords {
        what: "Modtagerens postkasse er fuld.",
        act: "Giv modtageren besked på anden vis. Send beskeden igen, når der er plads.",
        waiting: "Modtageren skal skaffe plads i sin postkasse. Giv besked på anden vis.",
        admin: "Hører postkassen til jeres organisation, så sørg for, at der bliver plads.",
    },
    mailbox_closed: CauseWords {
        what: "Modtagerens postkasse er slået fra og tager ikke imod beskeder.",
        act: "Spørg modtageren på anden vis om en adresse, der er i brug.",
        waiting: "Modtagerens organisation skal åbne postkassen. Haster det, så brug en anden adresse.",
        admin: "Hører postkassen til jeres organisation, så undersøg, om den skal tage imod beskeder.",
    },
    recipient_policy: CauseWords {
        what: "Modtagerens organisation tager ikke imod denne besked. Det bestemmer dens egne regler.",
        act: "Bed modtageren på anden vis om at få din adresse tilladt. Det kan kun mailadministratorerne i modtagerens organisation gøre.",
        waiting: "Det er modtagerens organisation, der bestemmer. Haster det, så kontakt modtageren på anden vis.",
        admin: "Bed modtagerens organisation om at tage imod mail fra jeres domæne.",
    },
    content: CauseWords {
        what: "Det modtagende mailsystem afviser indholdet: Teksten, et link eller en vedhæftet fil ligner efter dets mening spam eller \
               skadelig software.",
        act: "Ret eller fjern det, der kan være grunden, og send beskeden igen. Uændret bliver den afvist igen.",
        waiting: "Det modtagende mailsystem undersøger stadig beskeden. Haster det, så send den uden links og vedhæftede filer.",
        admin: "Se efter, hvad afsenderne har skrevet eller vedhæftet. En konto, der sender spam, skal spærres.",
    },
    too_large: CauseWords {
        what: "Beskeden er større, end det modtagende mailsystem tillader.",
        act: "Giv store vedhæftede filer videre på anden vis, for eksempel som et link, eller fordel dem på flere beskeder.",
        waiting: "Haster det, så giv store vedhæftede filer videre på anden vis, for eksempel som et link.",
        admin: "Er det grænsen i jeres eget mailsystem, så hæv den, eller gør jeres brugere opmærksomme på den.",
    },
    sender_domain: CauseWords {
        what: "Det modtagende mailsystem har ikke tillid til jeres organisations maildomæne, eller det kunne ikke kontrollere, at beskeden \
               kommer derfra.",
        act: "Send denne rapport videre til din egen mailadministrator. Det er der, domænets SPF-, DKIM- og DMARC-poster eller dets \
              omdømme skal bringes i orden.",
        waiting: "Din egen mailadministrator skal bringe domænets SPF-, DKIM- og DMARC-poster i orden. Send denne rapport videre.",
        admin: "Kontrollér jeres domænes SPF-, DKIM- og DMARC-poster, og om en af jeres konti sender spam.",
    },
    receiver: CauseWords {
        what: "Det næste mailsystem på vejen kunne ikke nås, eller bad gang på gang om et senere forsøg.",
        act: "Send beskeden igen senere. Haster det, så kontakt modtageren på anden vis. Fortsætter det, så sig det til din \
              mailadministrator.",
        waiting: "Du behøver ikke gøre noget: Der følger af sig selv flere forsøg. Haster det, så kontakt modtageren på anden vis.",
        admin: "Nævner svaret et af jeres egne mailsystemer, så sørg for, at det kører og tager imod mail.",
    },
    ours: CauseWords {
        what: "Fejlen er vores: Det relæ, som din organisation bruger, blev afvist af en grund, der intet har at gøre med dig, din besked \
               eller modtageren.",
        act: "Relæets driftsansvarlige skal afhjælpe det og er alarmeret. Send beskeden igen senere; haster det, så sig det til din \
              mailadministrator.",
        waiting: "Relæets driftsansvarlige skal afhjælpe det og er alarmeret. Du behøver ikke gøre noget.",
        admin: "Ingenting. Relæets driftsansvarlige skal afhjælpe det og er alarmeret; derefter bliver mailen sendt.",
    },
    tenant_setup: CauseWords {
        what: "Din egen organisations mailsystem tager ikke imod mail tilbage fra relæet: Forbindelsen mellem de to er ikke sat op, som den \
               skal være.",
        act: "Din egen mailadministrator skal rette forbindelsen (connectoren). Send denne rapport videre.",
        waiting: "Din egen mailadministrator skal rette forbindelsen (connectoren). Send denne rapport videre.",
        admin: "Kontrollér den connector, hvormed jeres mailsystem tager imod mail fra relæet: dens certifikat, de adresser, den tillader, \
                og om den er slået til. Det, der er opbevaret, sendes kort efter; ellers giv relæets driftsansvarlige besked.",
    },
    in_a_loop: CauseWords {
        what: "To mailsystemer sender beskeden til hinanden i ring.",
        act: "Send denne rapport videre til din egen mailadministrator, der skal rette den regel, som sender beskeden i ring.",
        waiting: "Din egen mailadministrator skal rette den regel, som sender beskeden i ring. Send denne rapport videre.",
        admin: "Kontrollér, at jeres transportregel undtager beskeder med ordet fra X-Signpost-Processed. Bed derefter relæets \
                driftsansvarlige om at frigive det, der er opbevaret.",
    },
    held: CauseWords {
        what: "Beskeden holdes tilbage, indtil et menneske har set på den.",
        act: "Spørg din mailadministrator.",
        waiting: "Haster det, så spørg din mailadministrator.",
        admin: "Spørg relæets driftsansvarlige, hvorfor den holdes tilbage; `queue release` frigiver en besked.",
    },
    unclear: CauseWords {
        what: "Beskeden blev afvist, og svaret siger ikke klart, hvor årsagen ligger.",
        act: "Send denne rapport videre til din egen mailadministrator. Svaret nedenfor er alt, hvad der vides.",
        waiting: "Relæets driftsansvarlige er alarmeret og skal se på svaret nedenfor. Du behøver ikke gøre noget.",
        admin: "Relæets driftsansvarlige er alarmeret. Nævner svaret jeres connector, jeres domæne eller en af jeres regler, så ret det, og \
                giv den driftsansvarlige besked.",
    },
};
