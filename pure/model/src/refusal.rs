//! The words for a refusal: what kind it is, whose fault, how far it reaches, what to do.
//!
//! They are spoken by the classifier, the guard, the spool's records and the command line alike, so each word has one spelling:
//! the snake case of its variant, which is also what is stored. A word is added here, never renamed.

use core::fmt;
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $word:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$about])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// Every word of this kind.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word as it is written everywhere.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )*};
}

words! {
    /// What a refusal says, in sixteen kinds and `unknown`.
    Category {
        /// An address is on a block list, public or the provider's own.
        IpListed = "ip_listed",
        /// An address has a bad or no name: reputation, reverse DNS, complaints.
        IpReputation = "ip_reputation",
        /// Too many messages, connections or recipients in a time.
        RateLimited = "rate_limited",
        /// A domain is on a list or has a bad name.
        DomainReputation = "domain_reputation",
        /// SPF, DKIM or DMARC did not hold.
        AuthFailure = "auth_failure",
        /// Spam, a virus, a forbidden attachment or link.
        ContentSpam = "content_spam",
        /// A rule of the receiving organisation, or of the form of mail.
        Policy = "policy",
        MailboxUnknown = "mailbox_unknown",
        MailboxFull = "mailbox_full",
        MailboxDisabled = "mailbox_disabled",
        /// The host does not take mail for this recipient or from this client.
        RelayingDenied = "relaying_denied",
        TlsRequired = "tls_required",
        TooLarge = "too_large",
        Loop = "loop",
        Greylisted = "greylisted",
        /// The receiving system has a fault of its own.
        TransientServer = "transient_server",
        /// No rule knows it.
        Unknown = "unknown",
    }
    /// Whose fault a refusal is (law 3).
    Owner {
        OurAddress = "our_address",
        OurDomain = "our_domain",
        OurSetup = "our_setup",
        TenantSetup = "tenant_setup",
        SenderDomain = "sender_domain",
        Content = "content",
        Recipient = "recipient",
        Receiver = "receiver",
    }
    /// How far a refusal reaches: what else will be refused for the same reason.
    Scope {
        Source = "source",
        SourceAtProvider = "source_at_provider",
        SourceAtSite = "source_at_site",
        SenderDomain = "sender_domain",
        Tenant = "tenant",
        Recipient = "recipient",
        Site = "site",
    }
    /// What is to be done about a refusal.
    Action {
        /// At once over another source; where there is none, park.
        OtherSource = "other_source",
        /// Keep without attempts and ask a person.
        Park = "park",
        /// Try again from the same source, and send less there.
        SlowDown = "slow_down",
        /// Try again by the schedule.
        Retry = "retry",
        /// Tell the sender.
        Dsn = "dsn",
        /// Keep this tenant's mail on this route: its set-up, or our part of it, refuses all of it.
        HoldTenant = "hold_tenant",
    }
}
