//! Random bytes from the provider that also serves TLS; used for ids, jitter and the choice of a source.
//!
//! Pure code is handed what is drawn here, so that a test can hand in something else.

/// `N` random bytes.
///
/// # Panics
/// If the operating system has no randomness: neither TLS nor an id would be safe then.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rustls::crypto::aws_lc_rs::default_provider()
        .secure_random
        .fill(&mut bytes)
        .expect("the operating system gives randomness to every process");
    bytes
}
