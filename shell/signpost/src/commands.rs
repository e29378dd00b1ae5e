//! The commands that end: what they print, and how they fail.
//!
//! Those that compute need nothing but their input; those that ask talk to a running node. Tables are for people, `--json` is for
//! programs and prints what the node answered.

mod certificate;
mod check;
mod classify;
mod connector;
mod dkim;
mod dnsbl;
mod doctor;
mod drill;
mod incident;
mod place;
mod postmortem;
mod queue;
mod send;
mod sender;
mod source;
mod spool;
mod stamp;
mod status;
mod subscriber;
mod tenant;
mod tls_reports;
mod trace;
mod vendor;
mod way;

pub(crate) use certificate::certificate;
pub(crate) use check::config;
pub(crate) use classify::classify;
pub(crate) use connector::connector;
pub(crate) use dkim::dkim;
pub(crate) use dnsbl::dnsbl;
pub(crate) use doctor::doctor;
pub(crate) use drill::drill;
pub(crate) use incident::{incident, maintenance};
pub(crate) use place::place;
pub(crate) use postmortem::postmortem;
pub(crate) use queue::queue;
pub(crate) use send::send;
pub(crate) use sender::sender;
pub(crate) use source::source;
pub(crate) use spool::spool;
pub(crate) use stamp::stamp;
pub(crate) use status::status;
pub(crate) use subscriber::subscriber;
pub(crate) use tenant::tenant;
pub(crate) use tls_reports::tls_reports;
pub(crate) use trace::trace;
pub(crate) use vendor::vendor;
pub(crate) use way::way;

use crate::cli::Data;
use crate::control::{Client, Request};
use crate::terminal::{cell, print, print_bytes, print_json};
use anyhow::{Context as _, Result};
use message::{Index, mailboxes};
use model::Address;
use serde_json::Value;
use std::io::Read as _;

/// What the running node answers.
fn ask_node(data: &Data, request: &Request) -> Result<Value> {
    Ok(Client::new(&data.dir).ask(request, &[])?.0)
}

/// All of standard input.
fn read_input() -> Result<Vec<u8>> {
    let mut input = Vec::new();
    std::io::stdin().read_to_end(&mut input).context("cannot read standard input")?;
    Ok(input)
}

/// The addresses of the header fields with these names that can be read.
fn header_addresses(message: &[u8], names: &[&str]) -> Vec<Address> {
    let index = Index::of(message);
    let header = index.header();
    let mut found: Vec<Address> = Vec::new();
    for name in names {
        for field in header.named(message, name) {
            let value = String::from_utf8_lossy(&message[field.value.clone()]).replace(['\r', '\n'], "");
            for mailbox in mailboxes(&value) {
                match mailbox.address.parse::<Address>() {
                    Ok(address) if !found.contains(&address) => found.push(address),
                    Ok(_) | Err(_) => {}
                }
            }
        }
    }
    found
}

/// Rows under headings, each column as wide as its widest entry, each row a line.
fn table(headings: &[&str], rows: &[Vec<String>]) -> String {
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|entry| cell(entry)).collect()).collect();
    let mut widths: Vec<usize> = headings.iter().map(|heading| heading.chars().count()).collect();
    for row in &rows {
        for (width, entry) in widths.iter_mut().zip(row) {
            *width = (*width).max(entry.chars().count());
        }
    }
    let heading: Vec<String> = headings.iter().map(|heading| heading.to_uppercase()).collect();
    let mut text = String::new();
    for row in std::iter::once(&heading).chain(&rows) {
        let cells = row.iter().zip(&widths).map(|(entry, width)| format!("{entry:<width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// A field of an answer as text.
fn text_of(value: &serde_json::Value, key: &str) -> String {
    match value.get(key) {
        None | Some(serde_json::Value::Null) => String::new(),
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
