//! Installs the mail programs and the ACME authority that the playground's tests use as peers; see `playground::peers`.
//!
//! It says what it did in one line, or what failed, and ends with 0 or 1. It takes no arguments.

use std::process::ExitCode;

fn main() -> ExitCode {
    match playground::peers::install() {
        Ok(()) => {
            eprintln!(
                "postfix, swaks, python3, pebble, rbldnsd, knot, unbound, dkimpy, opendkim and rspamd are in place, \
                 and exim and opensmtpd under target/tools"
            );
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
