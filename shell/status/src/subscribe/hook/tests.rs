use super::*;

/// Computed with `printf '1700000000.{}' | openssl dgst -sha256 -hmac key`.
#[test]
fn a_signature_is_what_others_compute() {
    let wanted = "v1=9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae";
    assert_eq!(sign("key", 1_700_000_000, b"{}"), wanted);
}
