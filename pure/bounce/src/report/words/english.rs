//! English.

use super::{CauseWords, Causes, Phrases};

pub(super) const PHRASES: Phrases = Phrases {
    tag: "en",
    failed_subject: "Not delivered",
    delayed_subject: "Delayed",
    relayed_subject: "Handed on",
    failed: "Your message could not be delivered to the recipient below. It will not be tried again.",
    failed_several: "Your message could not be delivered to the recipients below. It will not be tried again.",
    delayed: "Your message has not been delivered to the recipient below yet. You need not send it again: it is kept safely until \
              {} and leaves as soon as the cause is gone. If that does not happen in time, you will be told.",
    delayed_several: "Your message has not been delivered to the recipients below yet. You need not send it again: it is kept \
                      safely until {} and leaves as soon as the cause is gone. If that does not happen in time, you will be told.",
    relayed: "Your message was handed to the next mail system on its way. That system does not confirm deliveries, so this is \
              the last that we can tell you about the recipients below.",
    cause: "Cause:",
    to_do: "What to do:",
    answer_of: "Answer of",
    no_answer: "No mail system was reached:",
    said: "The answer was:",
    closing: "If you ask your mail administrator about this, please give the number {}.",
    notice_closing: "If you ask the operator of the relay about this, please give the number {}.",
    notice_subject: "Outgoing mail of {} is waiting ({})",
    notice: "Outgoing mail of {} cannot leave at the moment. Messages waiting: {}. The oldest was received at {}. Nothing is lost; \
             everything is kept safely.",
    notice_next: "Senders are told from {} on. The oldest message is given up at {}, and its sender then gets a report. While this \
                  lasts you are told again every four hours, and once when it is over.",
    domain_subject: "Mail of {} is refused because of its domain",
    domain: "A message of {} was refused because of your own mail domain. Its sender got a report, and cannot mend this.",
    domain_next: "While this goes on you are told at most every four hours; every sender gets a report of their own.",
    over_subject: "Outgoing mail of {} is no longer waiting",
    over: "No outgoing mail of {} is kept back any longer. Mail had been waiting since {}. Whatever could not be delivered in the \
           end was reported to its sender.",
    disturbed_subject: "Outgoing mail of {} was disturbed: what became of it",
    disturbed: "From {} to {} a fault disturbed outgoing mail of {}.",
    disturbed_counts: "Messages affected: {}. Of these, later than a minute: {}; sent another way: {}; still on their way: {}; \
                       reported to their senders as not delivered: {}.",
    disturbed_nothing: "Nothing.",
    disturbed_waits: "Nothing: what is still on its way leaves by itself.",
    disturbed_again: "Please have the messages sent again whose senders got a report. The page below names them.",
    disturbed_link: "What became of each message stands here until {}. Whoever has this link can see it: please treat it like a \
                     password.",
    causes: CAUSES,
};

const CAUSES: Causes = Causes {
    unknown_recipient: CauseWords {
        what: "The address does not exist at the recipient's mail system.",
        act: "Please check the spelling of the address, or ask the recipient for the right one, and send the message again.",
        waiting: "Please check the spelling of the address; if it is wrong, send the message again to the right one.",
        admin: "Nothing, unless the address belongs to your organisation: then please look whether its mailbox still exists.",
    },
    mailbox_full: CauseWords {
        what: "The recipient's mailbox is full.",
        act: "Please tell the recipient in another way. Once there is room again, send the message once more.",
        waiting: "The recipient has to make room in the mailbox. Please tell them in another way.",
        admin: "If the mailbox belongs to your organisation, please see that it gets room.",
    },
    mailbox_closed: CauseWords {
        what: "The recipient's mailbox is switched off and takes no mail.",
        act: "Please ask the recipient in another way for an address that is in use.",
        waiting: "The recipient's organisation has to open the mailbox. If it is urgent, please use another address.",
        admin: "If the mailbox belongs to your organisation, please see whether it should take mail.",
    },
    recipient_policy: CauseWords {
        what: "The recipient's organisation does not accept this message. Its own rules decide that.",
        act: "Please ask the recipient in another way to have your address permitted. Only the mail administrators of that \
              organisation can do it.",
        waiting: "The recipient's organisation decides. If it is urgent, please reach the recipient in another way.",
        admin: "Please ask the recipient's organisation to accept mail from your domain.",
    },
    content: CauseWords {
        what: "The receiving mail system objects to the content: to it, the text, a link or an attachment looks like spam or \
               malware.",
        act: "Please change or leave out what may be the reason, and send the message again. Unchanged, it will be refused again.",
        waiting: "The receiving mail system is still looking at the message. If it is urgent, please send it without links and \
                  attachments.",
        admin: "Please look at what the senders wrote or attached. An account that sends spam has to be stopped.",
    },
    too_large: CauseWords {
        what: "The message is larger than the receiving mail system accepts.",
        act: "Please pass on large attachments in another way, for example as a link, or in several smaller messages.",
        waiting: "If it is urgent, please pass on large attachments in another way, for example as a link.",
        admin: "If the limit is that of your own mail system, please raise it or tell your people about it.",
    },
    sender_domain: CauseWords {
        what: "The receiving mail system does not trust the mail domain of your organisation, or could not verify that the message \
               comes from it.",
        act: "Please pass this report on to your own mail administrator. The entries SPF, DKIM and DMARC of your domain, or its \
              reputation, have to be put right there.",
        waiting: "Your own mail administrator has to put the entries SPF, DKIM and DMARC of your domain right. Please pass this on.",
        admin: "Please check the entries SPF, DKIM and DMARC of your domain, and whether an account of yours sends spam.",
    },
    receiver: CauseWords {
        what: "The next mail system on the way could not be reached, or kept asking to be tried again later.",
        act: "Please send the message again later. If it is urgent, reach the recipient in another way. If this goes on, tell your \
              mail administrator.",
        waiting: "Nothing: it is tried again by itself. If it is urgent, please reach the recipient in another way.",
        admin: "If the answer names a mail system of your own, please see that it is up and takes mail.",
    },
    ours: CauseWords {
        what: "The fault is ours: the relay that your organisation uses was refused for a reason of its own. It has nothing to do \
               with you, your message or the recipient.",
        act: "The operator of the relay has to mend this and has been alarmed. Please send the message again later; if it is urgent, \
              tell your mail administrator.",
        waiting: "The operator of the relay has to mend this and has been alarmed. There is nothing for you to do.",
        admin: "Nothing. The operator of the relay has to mend this and has been alarmed; the mail leaves afterwards.",
    },
    tenant_setup: CauseWords {
        what: "The mail system of your own organisation does not take mail back from the relay: the connection between the two is \
               not set up as it has to be.",
        act: "Your own mail administrator has to correct the connector. Please pass this report on.",
        waiting: "Your own mail administrator has to correct the connector. Please pass this on.",
        admin: "Please check the connector by which your mail system takes mail from the relay: its certificate, the addresses that it \
                permits, and whether it is switched on. What was kept is sent soon afterwards; if not, please tell the operator of the relay.",
    },
    in_a_loop: CauseWords {
        what: "Two mail systems send the message to each other, round and round.",
        act: "Please pass this report on to your own mail administrator, who has to correct the rule that sends it round.",
        waiting: "Your own mail administrator has to correct the rule that sends the message round. Please pass this on.",
        admin: "Please check that your transport rule excepts messages with the word of X-Signpost-Processed. Then ask the operator of \
                the relay to release what was kept.",
    },
    held: CauseWords {
        what: "The message is held until a person has looked at it.",
        act: "Please ask your mail administrator.",
        waiting: "If it is urgent, please ask your mail administrator.",
        admin: "Please ask the operator of the relay why it is held; a message is released with `queue release`.",
    },
    unclear: CauseWords {
        what: "The message was refused, and the answer does not say clearly whose fault that is.",
        act: "Please pass this report on to your own mail administrator. The answer below is all that is known.",
        waiting: "The operator of the relay has been alarmed and has to look at the answer below. There is nothing for you to do.",
        admin: "The operator of the relay has been alarmed. If the answer names your connector, your domain or a rule of yours, please \
                correct that and tell the operator.",
    },
};
