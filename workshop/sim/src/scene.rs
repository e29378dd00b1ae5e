//! Who is there in every world: our addresses, tenants, hosts that take mail, and block lists.
//!
//! Hosts are told apart by who runs them and by what they ask, because that is what evidence is weighed by.

use crate::dice::Dice;
use model::{Source, TenantName};

/// A host that takes mail.
#[derive(Debug, Clone)]
pub(crate) struct Host {
    pub(crate) name: &'static str,
    pub(crate) address: &'static str,
    /// The component through which its mail goes.
    pub(crate) component: &'static str,
    /// Whether it proves its name in TLS: in `return` mode only.
    pub(crate) is_verified: bool,
    /// The block lists that it asks, by their number.
    pub(crate) asks: &'static [usize],
}

/// Microsoft for acme and bolt, Google for core, the partner at Microsoft, two organisations, the liar, and one that asks nobody.
pub(crate) const HOSTS: [Host; 8] = [
    Host {
        name: "acme-example.mail.protection.outlook.com",
        address: "192.0.2.11",
        component: "eu/return-microsoft",
        is_verified: true,
        asks: &[0],
    },
    Host {
        name: "bolt-example.mail.protection.outlook.com",
        address: "192.0.2.12",
        component: "eu/return-microsoft",
        is_verified: true,
        asks: &[0],
    },
    Host {
        name: "smtp-relay.gmail.com",
        address: "192.0.2.21",
        component: "eu/return-google",
        is_verified: true,
        asks: &[],
    },
    Host {
        name: "partner-example.mail.protection.outlook.com",
        address: "192.0.2.13",
        component: "eu/return-microsoft",
        is_verified: false,
        asks: &[0],
    },
    Host {
        name: "mx.one.example",
        address: "198.18.1.25",
        component: "eu/delivery",
        is_verified: false,
        asks: &[0, 1],
    },
    Host {
        name: "mx.two.test",
        address: "198.18.2.25",
        component: "eu/delivery",
        is_verified: false,
        asks: &[0, 1],
    },
    Host {
        name: "mx.liar.invalid",
        address: "198.18.3.25",
        component: "eu/delivery",
        is_verified: false,
        asks: &[],
    },
    Host {
        name: "mx.plain.example",
        address: "198.18.4.25",
        component: "eu/delivery",
        is_verified: false,
        asks: &[],
    },
];
/// The host that lies about us in some worlds.
pub(crate) const LIAR: usize = 6;
/// The hosts to which everybody writes at once in some worlds.
pub(crate) const CROWDED: [usize; 2] = [4, 5];

/// The block lists that are polled and asked.
pub(crate) const LISTS: [&str; 2] = ["zen.spamhaus.org", "bl.spamcop.net"];

/// Who sends through us.
#[derive(Debug, Clone)]
pub(crate) struct Tenant {
    pub(crate) name: TenantName,
    pub(crate) domain: String,
    /// `return` mode: the tenant's own host.
    pub(crate) smart_host: Option<usize>,
}

/// Everybody.
#[derive(Debug, Clone)]
pub(crate) struct Scene {
    pub(crate) sources: Vec<Source>,
    pub(crate) tenants: Vec<Tenant>,
}

impl Scene {
    pub(crate) fn new(dice: &mut Dice) -> Self {
        let count = *dice.pick(&[1, 2, 2, 3, 3]);
        let all = [
            ("eu-1", [203, 0, 113, 1], "a"),
            ("eu-2", [203, 0, 113, 2], "a"),
            ("eu-3", [198, 51, 100, 3], "b"),
        ];
        let source = |(name, address, network): &(&str, [u8; 4], &str)| Source {
            name: name.parse().expect("the name is one"),
            address: (*address).into(),
            ehlo: format!("{name}.relay.example"),
            weight: 1,
            network: (*network).to_owned(),
            notice: false,
        };
        let tenant = |(name, smart_host): (&str, Option<usize>)| Tenant {
            name: name.parse().expect("the name is one"),
            domain: format!("{name}.example"),
            smart_host,
        };
        let tenants = [
            ("acme", Some(0)),
            ("bolt", Some(1)),
            ("core", Some(2)),
            ("dove", None),
            ("elm", None),
            ("fir", None),
        ];
        Self {
            sources: all.iter().take(count).map(source).collect(),
            tenants: tenants.into_iter().map(tenant).collect(),
        }
    }
}
