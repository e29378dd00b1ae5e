//! Public resolvers: block lists refuse or mislead whoever asks through them.
//!
//! Spamhaus answers 127.255.255.254 to all of them, which the test points show as well; an address that is known is not asked at all, because
//! some lists answer such questions with silence or with "not listed".

use std::net::IpAddr;

/// Google, Cloudflare, Quad9, Cisco, Level 3, Verisign, AdGuard, DNS.WATCH: their anycast addresses as published in 2026.
const KNOWN: &[&str] = &[
    "8.8.8.8",
    "8.8.4.4",
    "2001:4860:4860::8888",
    "2001:4860:4860::8844",
    "1.1.1.1",
    "1.0.0.1",
    "1.1.1.2",
    "1.0.0.2",
    "2606:4700:4700::1111",
    "2606:4700:4700::1001",
    "9.9.9.9",
    "9.9.9.10",
    "149.112.112.112",
    "149.112.112.10",
    "2620:fe::fe",
    "2620:fe::9",
    "208.67.222.222",
    "208.67.220.220",
    "2620:119:35::35",
    "2620:119:53::53",
    "4.2.2.1",
    "4.2.2.2",
    "64.6.64.6",
    "64.6.65.6",
    "94.140.14.14",
    "94.140.15.15",
    "84.200.69.80",
    "84.200.70.40",
];

/// Whether this is a public resolver.
pub(super) fn is_public(server: IpAddr) -> bool {
    KNOWN.iter().any(|known| known.parse() == Ok(server))
}
