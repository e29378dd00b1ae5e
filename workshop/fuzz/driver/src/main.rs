//! One binary for all targets: `SIGNPOST_FUZZ_TARGET` names the one that runs.
#![no_main]

use std::sync::OnceLock;

static TARGET: OnceLock<fn(&[u8])> = OnceLock::new();

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let target = TARGET.get_or_init(|| {
        let name = std::env::var("SIGNPOST_FUZZ_TARGET").unwrap_or_default();
        fuzz::find(&name).unwrap_or_else(|| panic!("SIGNPOST_FUZZ_TARGET={name} is no target"))
    });
    target(data);
});
