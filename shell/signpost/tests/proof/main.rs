//! The proof of the guard: real mail flows through the real binary, an address of ours is listed in a real rbldnsd at a random moment, and what
//! that costs is counted at the receiving ends.
//!
//! Receivers that refuse listed clients: the fake Exchange, Debian's Postfix and Debian's Exim. Beside signpost Debian's Exim relays mail of the same
//! kind over an address that is listed at the same moment, as in the seed. Each form is short here; `cargo xtask proof` runs the same ones for
//! longer and faster, and writes the table of docs/guard.md. Every run prints its seed; `SIGNPOST_PROOF_SEED` runs it again.

#![expect(clippy::unwrap_used, clippy::unwrap_in_result, reason = "helpers of tests end the test")]

mod course;
mod ends;
mod figures;
mod logs;
mod seed;
#[expect(dead_code, reason = "the tests of the node use the rest")]
#[path = "../node/support.rs"]
mod support;
mod traffic;
mod world;

use course::{Sources, Wishes, play};
use std::sync::{Mutex, PoisonError};
use world::Form;

/// Figures in seconds are worth something only while nothing else of ours runs.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Further moments at which an address is listed before the proof is given up.
const MOMENTS_MAX: usize = 2;

fn proven(form: Form, sources: Sources) {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    // Now and then a poll is before the first message that meets the listing: the day is well, and proves nothing of refusals. Another moment is taken.
    let mut figures = runtime.block_on(play(form, sources, &Wishes::from_environment()));
    for _ in 0..MOMENTS_MAX {
        if figures.was_anybody_refused() {
            break;
        }
        eprintln!("nobody was refused before a poll saw the listing: another moment is taken");
        figures = runtime.block_on(play(form, sources, &Wishes::from_environment()));
    }
    figures.show();
    figures.keep();
    figures.hold_the_bars();
}

#[test]
fn a_listing_costs_nobody_a_message_where_exchange_refuses() {
    proven(Form::Exchange, Sources::Two);
}

#[test]
fn a_listing_costs_nobody_a_message_where_postfix_refuses_by_reject_rbl_client() {
    proven(Form::Postfix, Sources::Two);
}

#[test]
fn a_listing_costs_nobody_a_message_where_exim_refuses_by_dnslists() {
    proven(Form::Exim, Sources::Two);
}

#[test]
fn with_one_address_mail_waits_and_arrives_after_the_delisting_where_exchange_refuses() {
    proven(Form::Exchange, Sources::One);
}

#[test]
fn with_one_address_mail_waits_and_arrives_after_the_delisting_where_postfix_refuses() {
    proven(Form::Postfix, Sources::One);
}

#[test]
fn with_one_address_mail_waits_and_arrives_after_the_delisting_where_exim_refuses() {
    proven(Form::Exim, Sources::One);
}
