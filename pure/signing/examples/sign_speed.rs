//! How long signing takes: `cargo run --release -p signing --example sign_speed`, on a machine with nothing else to do.
//!
//! Messages of growing size are signed over and over with a key of RSA (2048 bits) and one of Ed25519. Printed are the median and the fastest round of each,
//! and the hash of the body alone.
#![expect(clippy::disallowed_methods, reason = "it measures time")]
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "it is a tool")]

use message::HeaderBlock;
use model::Timestamp;
use signing::{BodyHash, BodyHasher, Signer, Signing, SigningKey};
use std::time::Instant;

const ROUNDS: usize = 201;
const HEADER: &str = "From: Anna <anna.berg@acme.example>\r\nTo: bob@other.example\r\nSubject: Re: Offer\r\nMessage-ID: <1@acme.example>\r\n\
    Date: Thu, 1 Jan 2026 00:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n";
const LINE: &str = "<p class=MsoNormal><span style='font-size:11.0pt;color:#1F497D'>The figures of the second quarter are in.</span></p>\r\n";

fn main() {
    let rsa = SigningKey::from_pem(include_str!("../fixtures/rsa-2048.pem")).unwrap();
    let ed25519 = SigningKey::from_pem(include_str!("../fixtures/ed25519.pem")).unwrap();
    for size in [4_000, 12_000, 50_000, 1_000_000, 25_000_000] {
        let message = format!("{HEADER}{}", LINE.repeat(size / LINE.len()));
        measure(&format!("{size} bytes, body hash"), || {
            assert_ne!(hash(message.as_bytes()).as_bytes(), &[0; 32])
        });
        for (name, key) in [("RSA", &rsa), ("Ed25519", &ed25519)] {
            measure(&format!("{size} bytes, {name}"), || assert!(!sign(message.as_bytes(), key).is_empty()));
        }
    }
}

fn measure(what: &str, mut once: impl FnMut()) {
    let mut micros: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let began = Instant::now();
            once();
            began.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    micros.sort_by(f64::total_cmp);
    println!("{what}: median {:.1} us, fastest {:.1} us", micros[ROUNDS / 2], micros[0]);
}

fn hash(message: &[u8]) -> BodyHash {
    let mut hasher = BodyHasher::new();
    hasher.update(&message[HEADER.len()..]);
    hasher.finish()
}

fn sign(message: &[u8], key: &SigningKey) -> String {
    let (domain, selector) = ("acme.example".parse().unwrap(), "s1".parse().unwrap());
    let block = HeaderBlock::of(message);
    let at = Timestamp::from_micros(1_767_225_600_000_000);
    let signing = Signing {
        header: message,
        block: &block,
        body: hash(message),
        author: &domain,
        at,
        until: None,
        line_end: "\r\n",
    };
    signing.field(&Signer { domain: &domain, selector: &selector, key }).unwrap()
}
