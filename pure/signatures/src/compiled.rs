//! One tenant's directory, rules, templates and pictures, checked and ready.
//!
//! Whoever makes it (`tenant::compile`) has checked that every signature that a rule or the policy names is there; should
//! one be missing all the same, rendering it fails and the message is passed for that reason.

use crate::place::ClientSignature;
use crate::rules::Rule;
use crate::{HostedAt, Images, People, SignatureName, Templates};
use model::{Address, ByteCount, Domain};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What happens to a message that cannot be stamped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnFailure {
    /// `pass`: it goes on without a signature.
    #[default]
    Pass,
    /// `hold`: it waits for a person.
    Hold,
}

/// What happens to a message whose sender the directory does not know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum UnknownPerson {
    /// It is passed.
    #[default]
    Nothing,
    /// It waits for a person.
    Hold,
    /// It gets this signature, in which only `mail` has a value.
    Signature(SignatureName),
}

/// What happens to older copies of the tenant's own signature in what is quoted, where every recipient is the tenant's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OlderSignatures {
    /// They stay as they are.
    #[default]
    Keep,
    /// One line is left of each, in markup.
    Fold,
}

/// `[policy]` of `rules.toml`.
#[derive(Debug, Clone)]
pub struct Policy {
    /// What happens to the writer's own signature. Default: replace.
    pub client_signature: ClientSignature,
    /// The place that a writer may choose; none: there is no such word.
    pub marker: Option<String>,
    pub older_signatures: OlderSignatures,
    pub unknown_person: UnknownPerson,
}

/// What one tenant's stamping consists of.
#[derive(Debug)]
pub struct Parts {
    pub domains: Vec<Domain>,
    pub people: People,
    pub rules: Vec<Rule>,
    pub policy: Policy,
    pub templates: Templates,
    pub images: Images,
    /// Where the same pictures can be had by address, if anywhere.
    pub images_hosted_at: Option<HostedAt>,
    /// The largest message that is stamped.
    pub size_max: ByteCount,
    /// The largest message that the next hop takes, as the tenant says.
    pub stamped_size_max: Option<ByteCount>,
    pub on_failure: OnFailure,
    /// Whether the mail is signed anew behind us, by the system that it goes back to or by ourselves. Then a changed message loses the proofs of the hop
    /// before.
    pub is_signed_anew: bool,
    /// Whether the chain of seals is gone on with: then it stays in a changed message.
    pub keeps_seals: bool,
}

/// What `stamp` needs of one tenant.
#[derive(Debug)]
pub struct Compiled {
    pub(crate) parts: Parts,
    pub(crate) image_names: Arc<BTreeSet<String>>,
    domains: BTreeSet<Domain>,
    /// Domains of recipients that some rule names.
    recipient_domains: BTreeSet<Domain>,
}

impl Compiled {
    /// Puts the parts together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            image_names: Arc::new(parts.images.keys().cloned().collect()),
            domains: parts.domains.iter().cloned().collect(),
            recipient_domains: named_recipient_domains(&parts.rules),
            parts,
        }
    }

    /// Whether `address` is in one of the tenant's domains.
    #[must_use]
    pub fn is_internal(&self, address: &Address) -> bool {
        self.domains.contains(&address.domain())
    }

    /// Whether some rule names this domain of recipients.
    pub(crate) fn names_recipient_domain(&self, domain: &Domain) -> bool {
        self.recipient_domains.contains(domain)
    }

    /// The directory.
    #[must_use]
    pub fn people(&self) -> &People {
        &self.parts.people
    }
}

fn named_recipient_domains(rules: &[Rule]) -> BTreeSet<Domain> {
    let named =
        |rule: &Rule| [rule.when.recipient_domains.clone(), rule.except.recipient_domains.clone()].concat();
    rules.iter().flat_map(named).collect()
}
