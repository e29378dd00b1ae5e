//! Hands a canary in at our own listener, as a mail system of a tenant would. Every wait is within one deadline.

use super::CanaryConfig;
use model::{Duration, Envelope, ReversePath};
use net::Clock;
use smtp::{ClientConfig, ClientEvent, ClientSession, ClientTls, RecipientOutcome};
use std::io;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// From the connection to the last reply, in real time.
const WITHIN: Duration = Duration::from_secs(60);

/// Why it was not taken, in words; a reply as it was said.
pub(super) async fn hand_in(
    listener: SocketAddr,
    config: &CanaryConfig,
    message: &[u8],
    clock: &Clock,
) -> Result<(), String> {
    match tokio::time::timeout(WITHIN, converse(listener, config, message, clock)).await {
        Ok(Ok(done)) => done,
        Ok(Err(error)) => Err(format!("our listener at {listener}: {error}")),
        Err(_elapsed) => Err(format!("our listener at {listener} took longer than {} s", WITHIN.as_secs())),
    }
}

async fn converse(
    listener: SocketAddr,
    config: &CanaryConfig,
    message: &[u8],
    clock: &Clock,
) -> io::Result<Result<(), String>> {
    let mut stream = TcpStream::connect(listener).await?;
    let mut machine = ClientSession::new(ClientConfig::new("localhost", ClientTls::Never), clock.now());
    let envelope = Envelope::new(ReversePath::Mailbox(config.from.clone()), [config.to.clone()]);
    let mut buffer = vec![0; 4 << 10];
    let mut is_begun = false;
    loop {
        match machine.poll_event() {
            Some(ClientEvent::Ready) if !is_begun => {
                is_begun = true;
                machine.begin(&envelope, message.len() as u64, clock.now());
            }
            Some(ClientEvent::SendBody) => {
                machine.send_body(message, clock.now());
                machine.end_body(clock.now());
            }
            Some(ClientEvent::TransactionDone { recipients }) => {
                machine.quit(clock.now());
                stream.write_all(&machine.take_output()).await?;
                let outcome = recipients.into_iter().next().map(|result| result.outcome);
                return Ok(told(outcome));
            }
            Some(ClientEvent::ConnectionFailed { failure, .. }) => return Ok(Err(failure.to_string())),
            Some(ClientEvent::Closed) => return Ok(Err("it closed the connection".to_owned())),
            Some(ClientEvent::Ready | ClientEvent::FinalDotSent | ClientEvent::StartTls) => {}
            None => {
                let output = machine.take_output();
                if !output.is_empty() {
                    stream.write_all(&output).await?;
                    continue;
                }
                match stream.read(&mut buffer).await? {
                    0 => machine.handle_end(clock.now()),
                    read => machine.handle_bytes(&buffer[..read], clock.now()),
                }
            }
        }
    }
}

fn told(outcome: Option<RecipientOutcome>) -> Result<(), String> {
    match outcome {
        Some(RecipientOutcome::Accepted(_)) => Ok(()),
        Some(RecipientOutcome::Refused(reply)) => Err(reply.to_string()),
        Some(RecipientOutcome::Failed(failure) | RecipientOutcome::Unknown(failure)) => {
            Err(failure.to_string())
        }
        None => Err("no reply for the recipient".to_owned()),
    }
}
