use super::{Algorithm, KeyError, SigningKey};
use aws_lc_rs::signature::{ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

const RSA: &str = include_str!("../../fixtures/rsa-2048.pem");
const ED25519_PEM: &str = include_str!("../../fixtures/ed25519.pem");

#[test]
fn keys_as_openssl_writes_them_are_read() {
    assert_eq!(SigningKey::from_pem(RSA).unwrap().algorithm(), Algorithm::Rsa);
    let ed25519 = SigningKey::from_pem(ED25519_PEM).unwrap();
    assert_eq!((ed25519.algorithm(), ed25519.public().len()), (Algorithm::Ed25519, 32));
}

#[test]
fn what_is_no_key_for_dkim_is_told_by_what_is_wrong() {
    let short = include_str!("../../fixtures/rsa-1024.pem");
    for (text, wanted) in [
        ("", KeyError::NotPem),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", KeyError::NotPem),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", KeyError::Unknown),
        ("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n", KeyError::Unknown),
        (short, KeyError::Length),
    ] {
        assert_eq!(SigningKey::from_pem(text).unwrap_err(), wanted, "{text}");
    }
}

#[test]
fn a_signature_is_the_same_every_time_and_holds() {
    let rsa = SigningKey::from_pem(RSA).unwrap();
    let ed25519 = SigningKey::from_pem(ED25519_PEM).unwrap();
    assert_eq!(rsa.sign(b"text").unwrap(), rsa.sign(b"text").unwrap());
    assert_eq!(ed25519.sign(b"text").unwrap(), ed25519.sign(b"text").unwrap());
    let verified = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, rsa.public());
    verified.verify(b"text", &rsa.sign(b"text").unwrap()).unwrap();
    let hashed = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, b"text");
    let verified = UnparsedPublicKey::new(&ED25519, ed25519.public());
    verified.verify(hashed.as_ref(), &ed25519.sign(b"text").unwrap()).unwrap();
}

#[test]
fn a_key_shows_nothing_of_itself() {
    let shown = format!("{:?}", SigningKey::from_pem(RSA).unwrap());
    assert_eq!(shown, "SigningKey(rsa-sha256, ..)");
}

#[test]
fn keys_are_told_apart_by_their_public_halves() {
    let (rsa, again) = (SigningKey::from_pem(RSA).unwrap(), SigningKey::from_pem(RSA).unwrap());
    assert_eq!(rsa, again);
    assert_ne!(rsa, SigningKey::from_pem(ED25519_PEM).unwrap());
}
