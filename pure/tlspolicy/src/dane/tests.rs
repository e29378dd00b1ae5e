//! Which records count, and what they mean.

use super::*;

fn tlsa(usage: u8, selector: u8, matching: u8, data: &[u8]) -> Tlsa {
    Tlsa { usage, selector, matching, data: data.to_vec() }
}

#[test]
fn only_what_can_be_computed_without_public_authorities_counts() {
    for (record, is_usable) in [
        (tlsa(3, 1, 1, &[0; 32]), true),
        (tlsa(2, 0, 2, &[0; 64]), true),
        (tlsa(3, 0, 0, &[1]), true),
        (tlsa(0, 1, 1, &[0; 32]), false),
        (tlsa(1, 1, 1, &[0; 32]), false),
        (tlsa(4, 1, 1, &[0; 32]), false),
        (tlsa(3, 2, 1, &[0; 32]), false),
        (tlsa(3, 1, 3, &[0; 32]), false),
        (tlsa(3, 1, 1, &[0; 31]), false),
        (tlsa(3, 1, 2, &[0; 32]), false),
        (tlsa(3, 1, 0, &[]), false),
    ] {
        let expected = if is_usable { Said::Records(vec![record.clone()]) } else { Said::Unusable };
        assert_eq!(Said::of_secure(&[record]), expected);
    }
    assert_eq!(Said::of_secure(&[]), Said::Nothing);
}

#[test]
fn of_two_digests_of_one_thing_the_stronger_counts() {
    let (weak, strong, other) = (tlsa(3, 1, 1, &[0; 32]), tlsa(3, 1, 2, &[0; 64]), tlsa(2, 1, 1, &[0; 32]));
    let broken = tlsa(3, 1, 2, &[0; 3]);
    assert_eq!(
        Said::of_secure(&[weak.clone(), strong.clone(), other.clone()]),
        Said::Records(vec![other, strong])
    );
    assert_eq!(Said::of_secure(&[weak.clone(), broken]), Said::Records(vec![weak]));
}

#[test]
fn a_record_means_what_it_selects() {
    let (certificate, key): (&[u8], &[u8]) = (b"certificate", b"key");
    for (record, is_meant) in [
        (tlsa(3, 0, 0, b"certificate"), true),
        (tlsa(3, 1, 0, b"key"), true),
        (tlsa(3, 1, 0, b"certificate"), false),
        (tlsa(3, 0, 1, &Sha256::digest(certificate)), true),
        (tlsa(3, 1, 1, &Sha256::digest(key)), true),
        (tlsa(3, 1, 1, &Sha256::digest(certificate)), false),
        (tlsa(2, 1, 2, &Sha512::digest(key)), true),
    ] {
        assert_eq!(record.means(certificate, key), is_meant, "{record:?}");
    }
}
