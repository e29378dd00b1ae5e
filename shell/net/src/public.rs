//! Which addresses belong to the public internet: what a stranger's name leads to must not be our own network.
//!
//! Names are answered by others. Who connects for a name that he was given judges the very address to which he connects, because the next look-up may
//! answer otherwise.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address belongs to the public internet, by IANA's special-purpose registries (RFC 6890).
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || a == 0
        // Shared by carriers (RFC 6598), protocols (RFC 6890), the old relay of 6to4 (RFC 7526), benchmarks (RFC 2544), multicast and beyond.
        || (a == 100 && b & 0xc0 == 64)
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && b & 0xfe == 18)
        || a >= 224;
    !is_special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    let embedded = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        Ipv4Addr::new(a, b, c, d)
    };
    // What carries an IPv4 address is judged by it: NAT64 (RFC 6052) and 6to4 (RFC 3056).
    if parts[..6] == [0x64, 0xff9b, 0, 0, 0, 0] {
        return is_public_v4(embedded(parts[6], parts[7]));
    }
    if parts[0] == 0x2002 {
        return is_public_v4(embedded(parts[1], parts[2]));
    }
    let is_global = parts[0] & 0xe000 == 0x2000;
    // Protocols with Teredo among them (2001::/23), documentation (RFC 3849, RFC 9637).
    let is_special = (parts[0] == 0x2001 && (parts[1] < 0x200 || parts[1] == 0xdb8))
        || (parts[0] == 0x3fff && parts[1] < 0x1000);
    is_global && !is_special
}

#[cfg(test)]
mod tests;
