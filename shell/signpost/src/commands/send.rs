//! `send`: one message to the first listener of a running relay, by our own client machine.

use super::{header_addresses, print, print_json, read_input};
use crate::cli::SendArgs;
use crate::control::{Client, Request};
use anyhow::{Context as _, Result, bail};
use model::{BodyType, Envelope, ReversePath};
use net::Clock;
use serde_json::json;
use smtp::{ClientConfig, ClientEvent, ClientSession, ClientTls, RecipientOutcome, RecipientResult};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

const WAIT: Duration = Duration::from_secs(300);

pub(crate) fn send(args: &SendArgs) -> Result<()> {
    let message = if args.file == Path::new("-") {
        read_input()?
    } else {
        std::fs::read(&args.file).with_context(|| format!("cannot read {}", args.file.display()))?
    };
    let from = args.from.clone().or_else(|| header_addresses(&message, &["From"]).into_iter().next());
    let from = from.context("the message has no readable From; name the sender with --from")?;
    let client = Client::new(&args.data.dir);
    if let Some(tenant) = &args.tenant {
        let (known, _) = client.ask(&Request::TenantList, &[])?;
        check_tenant(&known, tenant.as_str(), from.domain().as_str())?;
    }
    let to =
        if args.to.is_empty() { header_addresses(&message, &["To", "Cc", "Bcc"]) } else { args.to.clone() };
    if to.is_empty() {
        bail!("the message has no readable recipient; name one with --to");
    }
    let (status, _) = client.ask(&Request::Status, &[])?;
    let address: SocketAddr =
        serde_json::from_value(status["listeners"][0].clone()).context("the relay has no listener")?;
    let mut envelope = Envelope::new(ReversePath::Mailbox(from), to);
    if !message.is_ascii() {
        envelope.body = BodyType::EightBitMime;
    }
    let results = converse(address, &envelope, &message)?;
    report(args, &envelope, &results)
}

fn check_tenant(known: &serde_json::Value, tenant: &str, domain: &str) -> Result<()> {
    let list = known.as_array().cloned().unwrap_or_default();
    let found = list.iter().find(|one| one["name"] == tenant);
    let Some(found) = found else { bail!("there is no tenant {tenant}; `signpost tenant list` shows all") };
    let domains = found["domains"].as_array().cloned().unwrap_or_default();
    if !domains.iter().any(|known| *known == domain) {
        bail!("{domain} is not a domain of the tenant {tenant}; name its sender with --from");
    }
    Ok(())
}

/// One transaction, blocking.
fn converse(address: SocketAddr, envelope: &Envelope, message: &[u8]) -> Result<Vec<RecipientResult>> {
    let clock = Clock::start(1);
    let mut stream =
        TcpStream::connect(address).with_context(|| format!("cannot reach the relay at {address}"))?;
    stream.set_read_timeout(Some(WAIT))?;
    let config = ClientConfig::new("localhost", ClientTls::Never);
    let mut machine = ClientSession::new(config, clock.now());
    let mut buffer = [0; 16 << 10];
    let mut sent = false;
    loop {
        match machine.poll_event() {
            Some(ClientEvent::Ready) if !sent => {
                sent = true;
                machine.begin(envelope, message.len() as u64, clock.now());
            }
            Some(ClientEvent::SendBody) => {
                machine.send_body(message, clock.now());
                machine.end_body(clock.now());
            }
            Some(ClientEvent::TransactionDone { recipients }) => return Ok(recipients),
            Some(ClientEvent::ConnectionFailed { stage, failure }) => {
                bail!("the relay at {address}: {failure} ({stage:?})")
            }
            Some(ClientEvent::Closed) => bail!("the relay at {address} closed the connection"),
            Some(ClientEvent::Ready | ClientEvent::FinalDotSent | ClientEvent::StartTls) => {}
            None => {
                let output = machine.take_output();
                if !output.is_empty() {
                    stream.write_all(&output)?;
                    continue;
                }
                match stream
                    .read(&mut buffer)
                    .with_context(|| format!("the relay at {address} did not answer"))?
                {
                    0 => machine.handle_end(clock.now()),
                    read => machine.handle_bytes(&buffer[..read], clock.now()),
                }
            }
        }
    }
}

fn report(args: &SendArgs, envelope: &Envelope, results: &[RecipientResult]) -> Result<()> {
    let mut refused = 0;
    let mut told = Vec::new();
    for (recipient, result) in envelope.recipients.iter().zip(results) {
        let (accepted, reply) = match &result.outcome {
            RecipientOutcome::Accepted(reply) => (true, reply.to_string()),
            RecipientOutcome::Refused(reply) => (false, reply.to_string()),
            RecipientOutcome::Failed(failure) | RecipientOutcome::Unknown(failure) => {
                (false, failure.to_string())
            }
        };
        refused += usize::from(!accepted);
        told.push(json!({ "to": recipient.address.as_str(), "accepted": accepted, "reply": reply }));
    }
    if args.json {
        print_json(&told)?;
    } else {
        for one in &told {
            print(&format!("{}: {}\n", super::text_of(one, "to"), super::text_of(one, "reply")))?;
        }
    }
    if refused > 0 {
        bail!("the relay refused {refused} of {} recipients", results.len());
    }
    Ok(())
}
