//! Spanish, in the polite form.

use super::{CauseWords, Causes, Phrases};

pub(super) const PHRASES: Phrases = Phrases {
    tag: "es",
    failed_subject: "No entregado",
    delayed_subject: "Retrasado",
    relayed_subject: "Transmitido",
    failed: "Su mensaje no se ha podido entregar al destinatario indicado abajo. No habrá más intentos.",
    failed_several: "Su mensaje no se ha podido entregar a los destinatarios indicados abajo. No habrá más intentos.",
    delayed: "Su mensaje aún no se ha podido entregar al destinatario indicado abajo. No hace falta que lo envíe de nuevo: está \
              guardado de forma segura hasta el {} y saldrá en cuanto desaparezca la causa. Si eso no ocurre a tiempo, se le avisará.",
    delayed_several: "Su mensaje aún no se ha podido entregar a los destinatarios indicados abajo. No hace falta que lo envíe de \
                      nuevo: está guardado de forma segura hasta el {} y saldrá en cuanto desaparezca la causa. Si eso no ocurre a \
                      tiempo, se le avisará.",
    relayed: "Su mensaje se ha pasado al siguiente sistema de correo del camino. Ese sistema no confirma las entregas, de modo que no \
              podremos decirle nada más sobre los destinatarios indicados abajo.",
    cause: "Causa:",
    to_do: "Qué hacer:",
    answer_of: "Respuesta de",
    no_answer: "No se pudo contactar con ningún sistema de correo:",
    said: "La respuesta fue:",
    closing: "Si pregunta a su administrador de correo por este asunto, indíquele el número {}.",
    notice_closing: "Si pregunta al operador del relay por este asunto, indíquele el número {}.",
    notice_subject: "El correo saliente de {} está en espera ({})",
    notice: "El correo saliente de {} no puede salir en este momento. Mensajes en espera: {}. El más antiguo se recibió el {}. No se ha \
             perdido nada; todo está guardado de forma segura.",
    notice_next: "Se avisará a los remitentes a partir del {}. El plazo del mensaje más antiguo vence el {}; su remitente recibirá \
                  entonces un informe. Mientras esto dure, le escribiremos cada cuatro horas, y una vez más cuando haya terminado.",
    domain_subject: "El correo de {} se rechaza por su dominio",
    domain: "Un mensaje de {} ha sido rechazado a causa de su propio dominio de correo. El remitente ha recibido un informe, pero no \
             puede solucionarlo por sí mismo.",
    domain_next: "Mientras esto dure, le escribiremos como máximo cada cuatro horas; cada remitente recibe su propio informe.",
    over_subject: "El correo saliente de {} ya no está en espera",
    over: "Ya no se retiene correo saliente de {}. Había correo en espera desde el {}. Lo que finalmente no se pudo entregar se \
           comunicó a su remitente.",
    disturbed_subject: "El correo saliente de {} sufrió una perturbación: qué fue de él",
    disturbed: "Del {} al {}, una avería perturbó el correo saliente de {}.",
    disturbed_counts: "Mensajes afectados: {}. De ellos, con más de un minuto de retraso: {}; enviados por otro camino: {}; aún en \
                       camino: {}; comunicados a sus remitentes como no entregados: {}.",
    disturbed_nothing: "Nada.",
    disturbed_waits: "Nada: lo que aún está en camino saldrá por sí solo.",
    disturbed_again: "Haga que se vuelvan a enviar los mensajes cuyos remitentes recibieron un informe. La página de abajo los indica.",
    disturbed_link: "Qué fue de cada mensaje puede verse aquí hasta el {}. Quien tenga este enlace puede verlo: trátelo como una \
                     contraseña.",
    causes: CAUSES,
};

const CAUSES: Causes = Causes {
    unknown_recipient: CauseWords {
        what: "Esta dirección no existe en el sistema de correo del destinatario.",
        act: "Compruebe cómo está escrita la dirección, o pida la correcta al destinatario por otro medio, y vuelva a enviar el mensaje.",
        waiting: "Compruebe cómo está escrita la dirección; si es incorrecta, envíe el mensaje a la correcta.",
        admin: "Nada, salvo que la dirección pertenezca a su organización: en ese caso, compruebe si el buzón aún existe.",
    },
    mailbox_full: CauseWords {
        what: "El buzón del destinatario está lleno.",
        act: "Avise al destinatario por otro medio. Cuando vuelva a haber espacio, envíe el mensaje de nuevo.",
        waiting: "El destinatario tiene que liberar espacio en su buzón. Avísele por otro medio.",
        admin: "Si el buzón pertenece a su organización, procure que tenga espacio.",
    },
    mailbox_closed: CauseWords {
        what: "El buzón del destinatario está desactivado y no acepta mensajes.",
        act: "Pida al destinatario, por otro medio, una dirección que esté en uso.",
        waiting: "La organización del destinatario tiene que activar el buzón. Si es urgente, utilice otra dirección.",
        admin: "Si el buzón pertenece a su organización, compruebe si debe aceptar mensajes.",
    },
    recipient_policy: CauseWords {
        what: "La organización del destinatario no acepta este mensaje. Así lo deciden sus propias reglas.",
        act: "Pida al destinatario, por otro medio, que haga autorizar la dirección de usted. Solo pueden hacerlo los administradores de \
              correo de su organización.",
        waiting: "Lo decide la organización del destinatario. Si es urgente, póngase en contacto con él por otro medio.",
        admin: "Pida a la organización del destinatario que acepte el correo de su dominio.",
    },
    content: CauseWords {
        what: "El sistema de correo receptor rechaza el contenido: para él, el texto, un enlace o un archivo adjunto parece correo no \
               deseado o software malicioso.",
        act: "Cambie u omita lo que pueda ser el motivo y vuelva a enviar el mensaje. Sin cambios, será rechazado otra vez.",
        waiting: "El sistema de correo receptor todavía está examinando el mensaje. Si es urgente, envíelo sin enlaces ni archivos \
                  adjuntos.",
        admin: "Revise lo que los remitentes escribieron o adjuntaron. Una cuenta que envía correo no deseado debe bloquearse.",
    },
    too_large: CauseWords {
        what: "El mensaje es más grande de lo que admite el sistema de correo receptor.",
        act: "Entregue los archivos adjuntos grandes de otro modo, por ejemplo mediante un enlace, o repártalos en varios mensajes.",
        waiting: "Si es urgente, entregue los archivos adjuntos grandes de otro modo, por ejemplo mediante un enlace.",
        admin: "Si el límite es el de su propio sistema de correo, auméntelo o infórmelo a sus usuarios.",
    },
    sender_domain: CauseWords {
        what: "El sistema de correo receptor no confía en el dominio de correo de su organización, o no pudo comprobar que el mensaje \
               proceda de él.",
        act: "Reenvíe este informe a su propio administrador de correo. Allí deben corregirse los registros SPF, DKIM y DMARC de su \
              dominio, o restablecerse su reputación.",
        waiting: "Su propio administrador de correo tiene que corregir los registros SPF, DKIM y DMARC de su dominio. Reenvíele este \
                  informe.",
        admin: "Compruebe los registros SPF, DKIM y DMARC de su dominio, y si alguna de sus cuentas envía correo no deseado.",
    },
    receiver: CauseWords {
        what: "No se pudo contactar con el siguiente sistema de correo del camino, o este pidió una y otra vez que se intentara más tarde.",
        act: "Vuelva a enviar el mensaje más tarde. Si es urgente, póngase en contacto con el destinatario por otro medio. Si esto \
              continúa, informe a su administrador de correo.",
        waiting: "No tiene que hacer nada: se seguirá intentando automáticamente. Si es urgente, póngase en contacto con el destinatario \
                  por otro medio.",
        admin: "Si la respuesta menciona uno de sus propios sistemas de correo, asegúrese de que funciona y acepta correo.",
    },
    ours: CauseWords {
        what: "El error es nuestro: el relay que utiliza su organización fue rechazado por un motivo propio. No tiene nada que ver con \
               usted, con su mensaje ni con el destinatario.",
        act: "El operador del relay tiene que solucionarlo y ya ha sido alertado. Vuelva a enviar el mensaje más tarde; si es urgente, \
              informe a su administrador de correo.",
        waiting: "El operador del relay tiene que solucionarlo y ya ha sido alertado. Usted no tiene que hacer nada.",
        admin: "Nada. El operador del relay tiene que solucionarlo y ya ha sido alertado; después, el correo saldrá.",
    },
    tenant_setup: CauseWords {
        what: "El sistema de correo de su propia organización no acepta de vuelta el correo del relay: la conexión entre ambos no está \
               configurada como debe.",
        act: "Su propio administrador de correo tiene que corregir el conector. Reenvíele este informe.",
        waiting: "Su propio administrador de correo tiene que corregir el conector. Reenvíele este informe.",
        admin: "Compruebe el conector por el que su sistema de correo acepta el correo del relay: su certificado, las direcciones que \
                permite y si está activado. Lo que se guardó saldrá poco después; si no, informe al operador del relay.",
    },
    in_a_loop: CauseWords {
        what: "Dos sistemas de correo se envían el mensaje el uno al otro en un bucle.",
        act: "Reenvíe este informe a su propio administrador de correo, que tiene que corregir la regla que hace circular el mensaje.",
        waiting: "Su propio administrador de correo tiene que corregir la regla que hace circular el mensaje. Reenvíele este informe.",
        admin: "Compruebe que su regla de transporte exceptúa los mensajes con la palabra de X-Signpost-Processed. Después, pida al \
                operador del relay que libere lo que se guardó.",
    },
    held: CauseWords {
        what: "El mensaje queda retenido hasta que una persona lo haya revisado.",
        act: "Pregunte a su administrador de correo.",
        waiting: "Si es urgente, pregunte a su administrador de correo.",
        admin: "Pregunte al operador del relay por qué está retenido; `queue release` libera un mensaje.",
    },
    unclear: CauseWords {
        what: "El mensaje fue rechazado, y la respuesta no dice con claridad a quién corresponde la causa.",
        act: "Reenvíe este informe a su propio administrador de correo. La respuesta de abajo es todo lo que se sabe.",
        waiting: "El operador del relay ya ha sido alertado y tiene que examinar la respuesta de abajo. Usted no tiene que hacer nada.",
        admin: "El operador del relay ya ha sido alertado. Si la respuesta menciona su conector, su dominio o una de sus reglas, \
                corríjalo e informe al operador.",
    },
};
