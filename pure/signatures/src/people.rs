//! A tenant's directory: who somebody is, by any of their addresses.
//!
//! Addresses are compared without regard to case, as every directory that we meet does. The directory of one snapshot never
//! changes; a person that it does not hold is unknown, and what then happens is the policy's decision.

use model::Address;
use std::collections::BTreeMap;

/// A directory entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The address that names the person.
    pub mail: Address,
    /// Further addresses from which the person sends.
    pub aliases: Vec<Address>,
    /// Groups, compared without regard to case.
    pub groups: Vec<String>,
    /// Every column with its text, for templates and for `attributes` in rules.
    pub attributes: BTreeMap<String, String>,
}

impl Person {
    /// Somebody of whom nothing is known but the address.
    #[must_use]
    pub fn unknown(mail: Address) -> Self {
        let attributes = BTreeMap::from([("mail".to_owned(), mail.as_str().to_owned())]);
        Self { mail, aliases: Vec::new(), groups: Vec::new(), attributes }
    }

    /// Whether the person is in `group`.
    #[must_use]
    pub fn is_in(&self, group: &str) -> bool {
        let folded = group.to_lowercase();
        self.groups.iter().any(|own| own.to_lowercase() == folded)
    }
}

/// All people of one tenant.
#[derive(Debug, Clone, Default)]
pub struct People {
    people: Vec<Person>,
    /// Folded address to place in `people`.
    places: BTreeMap<String, usize>,
}

impl People {
    /// A directory of `people`. An address that two of them have belongs to the one with that `mail`, else to the first.
    #[must_use]
    pub fn new(people: Vec<Person>) -> Self {
        let mut places = BTreeMap::new();
        for (place, person) in people.iter().enumerate() {
            places.entry(person.mail.folded()).or_insert(place);
        }
        for (place, person) in people.iter().enumerate() {
            for alias in &person.aliases {
                places.entry(alias.folded()).or_insert(place);
            }
        }
        Self { people, places }
    }

    /// The person with this address, as `mail` first and as an alias then.
    #[must_use]
    pub fn find(&self, address: &Address) -> Option<&Person> {
        self.places.get(&address.folded()).and_then(|place| self.people.get(*place))
    }

    /// How many people there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.people.len()
    }

    /// Whether there is nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }
}
