//! French, in the polite form.

use super::{CauseWords, Causes, Phrases};

pub(super) const PHRASES: Phrases = Phrases {
    tag: "fr",
    failed_subject: "Non remis",
    delayed_subject: "Retardé",
    relayed_subject: "Transmis",
    failed: "Votre message n'a pas pu être remis au destinataire indiqué ci-dessous. Il n'y aura pas d'autre tentative.",
    failed_several: "Votre message n'a pas pu être remis aux destinataires indiqués ci-dessous. Il n'y aura pas d'autre tentative.",
    delayed: "Votre message n'a pas encore pu être remis au destinataire indiqué ci-dessous. Il est inutile de le renvoyer\u{a0}: il est \
              conservé en sécurité jusqu'au {} et partira dès que la cause aura disparu. Si ce n'est pas le cas à temps, vous en \
              serez averti.",
    delayed_several: "Votre message n'a pas encore pu être remis aux destinataires indiqués ci-dessous. Il est inutile de le \
                      renvoyer\u{a0}: il est conservé en sécurité jusqu'au {} et partira dès que la cause aura disparu. Si ce n'est \
                      pas le cas à temps, vous en serez averti.",
    relayed: "Votre message a été transmis au système de messagerie suivant sur son parcours. Celui-ci ne confirme pas les remises\u{a0}; \
              nous ne pourrons donc rien vous dire de plus au sujet des destinataires indiqués ci-dessous.",
    cause: "Cause\u{a0}:",
    to_do: "Que faire\u{a0}:",
    answer_of: "Réponse de",
    no_answer: "Aucun système de messagerie n'a été joint\u{a0}:",
    said: "La réponse était\u{a0}:",
    closing: "Si vous interrogez votre administrateur de messagerie à ce sujet, indiquez-lui le numéro {}.",
    notice_closing: "Si vous interrogez l'exploitant du relais à ce sujet, indiquez-lui le numéro {}.",
    notice_subject: "Le courrier sortant de {} est en attente ({})",
    notice: "Le courrier sortant de {} ne peut pas partir pour le moment. Messages en attente\u{a0}: {}. Le plus ancien a été reçu le {}. \
             Rien n'est perdu\u{a0}; tout est conservé en sécurité.",
    notice_next: "Les expéditeurs seront avertis à partir du {}. Le délai du message le plus ancien expire le {}\u{a0}; son expéditeur \
                  recevra alors un rapport. Tant que cela dure, nous vous écrirons toutes les quatre heures, puis une fois quand ce \
                  sera terminé.",
    domain_subject: "Le courrier de {} est refusé à cause de son domaine",
    domain: "Un message de {} a été refusé à cause de votre propre domaine de messagerie. Son expéditeur a reçu un rapport, mais ne \
             peut pas y remédier lui-même.",
    domain_next: "Tant que cela dure, nous vous écrirons au plus toutes les quatre heures\u{a0}; chaque expéditeur reçoit son propre rapport.",
    over_subject: "Le courrier sortant de {} n'est plus en attente",
    over: "Plus aucun courrier sortant de {} n'est retenu. Du courrier était en attente depuis le {}. Ce qui n'a finalement pas pu \
           être remis a été signalé à son expéditeur.",
    disturbed_subject: "Le courrier sortant de {} a été perturbé\u{a0}: ce qu'il est devenu",
    disturbed: "Du {} au {}, une panne a perturbé le courrier sortant de {}.",
    disturbed_counts: "Messages concernés\u{a0}: {}. Dont retardés de plus d'une minute\u{a0}: {}\u{a0}; envoyés par un autre chemin\u{a0}: {}\u{a0}; \
                       encore en route\u{a0}: {}\u{a0}; signalés à leurs expéditeurs comme non remis\u{a0}: {}.",
    disturbed_nothing: "Rien.",
    disturbed_waits: "Rien\u{a0}: ce qui est encore en route partira de lui-même.",
    disturbed_again: "Faites renvoyer les messages dont les expéditeurs ont reçu un rapport. La page ci-dessous les indique.",
    disturbed_link: "Ce qu'est devenu chaque message est consultable ici jusqu'au {}. Toute personne qui possède ce lien peut le voir\u{a0}: \
                     traitez-le comme un mot de passe.",
    causes: CAUSES,
};

const CAUSES: Causes = Causes {
    unknown_recipient: CauseWords {
        what: "Cette adresse n'existe pas dans le système de messagerie du destinataire.",
        act: "Vérifiez l'orthographe de l'adresse, ou demandez la bonne au destinataire par un autre moyen, puis renvoyez le message.",
        waiting: "Vérifiez l'orthographe de l'adresse\u{a0}; si elle est fausse, renvoyez le message à la bonne adresse.",
        admin: "Rien, sauf si l'adresse appartient à votre organisation\u{a0}: vérifiez alors que la boîte aux lettres existe encore.",
    },
    mailbox_full: CauseWords {
        what: "La boîte aux lettres du destinataire est pleine.",
        act: "Prévenez le destinataire par un autre moyen. Dès qu'il y aura de la place, renvoyez le message.",
        waiting: "Le destinataire doit libérer de la place dans sa boîte aux lettres. Prévenez-le par un autre moyen.",
        admin: "Si la boîte aux lettres appartient à votre organisation, veillez à lui donner de la place.",
    },
    mailbox_closed: CauseWords {
        what: "La boîte aux lettres du destinataire est désactivée et n'accepte pas de messages.",
        act: "Demandez au destinataire, par un autre moyen, une adresse qui soit en service.",
        waiting: "L'organisation du destinataire doit réactiver la boîte aux lettres. Si c'est urgent, utilisez une autre adresse.",
        admin: "Si la boîte aux lettres appartient à votre organisation, vérifiez si elle doit accepter des messages.",
    },
    recipient_policy: CauseWords {
        what: "L'organisation du destinataire n'accepte pas ce message. Ce sont ses propres règles qui en décident.",
        act: "Demandez au destinataire, par un autre moyen, de faire autoriser votre adresse. Seuls les administrateurs de messagerie de \
              son organisation peuvent le faire.",
        waiting: "La décision revient à l'organisation du destinataire. Si c'est urgent, joignez-le par un autre moyen.",
        admin: "Demandez à l'organisation du destinataire d'accepter le courrier de votre domaine.",
    },
    content: CauseWords {
        what: "Le système de messagerie destinataire rejette le contenu\u{a0}: pour lui, le texte, un lien ou une pièce jointe ressemble à du \
               courrier indésirable ou à un logiciel malveillant.",
        act: "Modifiez ou supprimez ce qui peut en être la raison, puis renvoyez le message. Inchangé, il serait de nouveau refusé.",
        waiting: "Le système de messagerie destinataire examine encore le message. Si c'est urgent, envoyez-le sans liens ni pièces \
                  jointes.",
        admin: "Regardez ce que les expéditeurs ont écrit ou joint. Un compte qui envoie du courrier indésirable doit être bloqué.",
    },
    too_large: CauseWords {
        what: "Le message est plus volumineux que ce que le système de messagerie destinataire accepte.",
        act: "Transmettez les pièces jointes volumineuses autrement, par exemple par un lien, ou répartissez-les sur plusieurs messages.",
        waiting: "Si c'est urgent, transmettez les pièces jointes volumineuses autrement, par exemple par un lien.",
        admin: "Si cette limite est celle de votre propre système de messagerie, relevez-la ou signalez-la à vos utilisateurs.",
    },
    sender_domain: CauseWords {
        what: "Le système de messagerie destinataire ne fait pas confiance au domaine de messagerie de votre organisation, ou n'a pas pu \
               vérifier que le message en provient.",
        act: "Transmettez ce rapport à votre propre administrateur de messagerie. C'est à lui de corriger les enregistrements SPF, DKIM \
              et DMARC de votre domaine, ou d'en rétablir la réputation.",
        waiting: "Votre propre administrateur de messagerie doit corriger les enregistrements SPF, DKIM et DMARC de votre domaine. \
                  Transmettez-lui ce rapport.",
        admin: "Vérifiez les enregistrements SPF, DKIM et DMARC de votre domaine, et si l'un de vos comptes envoie du courrier indésirable.",
    },
    receiver: CauseWords {
        what: "Le système de messagerie suivant n'a pas pu être joint, ou a demandé à plusieurs reprises de réessayer plus tard.",
        act: "Renvoyez le message plus tard. Si c'est urgent, joignez le destinataire par un autre moyen. Si cela persiste, informez \
              votre administrateur de messagerie.",
        waiting: "Vous n'avez rien à faire\u{a0}: de nouvelles tentatives suivront d'elles-mêmes. Si c'est urgent, joignez le destinataire par \
                  un autre moyen.",
        admin: "Si la réponse désigne l'un de vos propres systèmes de messagerie, assurez-vous qu'il fonctionne et accepte le courrier.",
    },
    ours: CauseWords {
        what: "L'erreur vient de nous\u{a0}: le relais qu'utilise votre organisation a été refusé pour une raison qui lui est propre. Ni vous, \
               ni votre message, ni le destinataire n'êtes en cause.",
        act: "L'exploitant du relais doit y remédier et a été alerté. Renvoyez le message plus tard\u{a0}; si c'est urgent, informez votre \
              administrateur de messagerie.",
        waiting: "L'exploitant du relais doit y remédier et a été alerté. Vous n'avez rien à faire.",
        admin: "Rien. L'exploitant du relais doit y remédier et a été alerté\u{a0}; le courrier partira ensuite.",
    },
    tenant_setup: CauseWords {
        what: "Le système de messagerie de votre propre organisation ne reprend pas le courrier venant du relais\u{a0}: la liaison entre les \
               deux n'est pas configurée comme il le faut.",
        act: "Votre propre administrateur de messagerie doit corriger le connecteur. Transmettez-lui ce rapport.",
        waiting: "Votre propre administrateur de messagerie doit corriger le connecteur. Transmettez-lui ce rapport.",
        admin: "Vérifiez le connecteur par lequel votre système de messagerie accepte le courrier du relais\u{a0}: son certificat, les adresses \
                qu'il autorise, et s'il est activé. Ce qui a été conservé partira peu après\u{a0}; sinon, informez l'exploitant du relais.",
    },
    in_a_loop: CauseWords {
        what: "Deux systèmes de messagerie se renvoient le message en boucle.",
        act: "Transmettez ce rapport à votre propre administrateur de messagerie\u{a0}: il doit corriger la règle qui fait tourner le message \
              en boucle.",
        waiting: "Votre propre administrateur de messagerie doit corriger la règle qui fait tourner le message en boucle. Transmettez-lui \
                  ce rapport.",
        admin: "Vérifiez que votre règle de transport exclut les messages portant le mot de X-Signpost-Processed. Demandez ensuite à \
                l'exploitant du relais de libérer ce qui a été conservé.",
    },
    held: CauseWords {
        what: "Le message est retenu jusqu'à ce qu'une personne l'ait examiné.",
        act: "Adressez-vous à votre administrateur de messagerie.",
        waiting: "Si c'est urgent, adressez-vous à votre administrateur de messagerie.",
        admin: "Demandez à l'exploitant du relais pourquoi il est retenu\u{a0}; `queue release` libère un message.",
    },
    unclear: CauseWords {
        what: "Le message a été refusé, et la réponse ne dit pas clairement d'où vient le problème.",
        act: "Transmettez ce rapport à votre propre administrateur de messagerie. La réponse ci-dessous est tout ce que l'on sait.",
        waiting: "L'exploitant du relais a été alerté et doit examiner la réponse ci-dessous. Vous n'avez rien à faire.",
        admin: "L'exploitant du relais a été alerté. Si la réponse désigne votre connecteur, votre domaine ou l'une de vos règles, \
                corrigez cela et informez l'exploitant.",
    },
};
