//! Mail at a steady pace: people of both organisations write to customers, each message to an address of its own, so that a refused recipient tells
//! which message it was.

use crate::world::TENANTS;
use playground::{Mail, Playground, SubmitError};

/// Who writes, before the `@`; the directory knows both.
const SENDERS: [&str; 2] = ["anna.berg", "jonas.lind"];

/// What was sent so far.
pub(crate) struct Traffic {
    per_second: f64,
    seconds: f64,
    pub(crate) sent: u64,
}

impl Traffic {
    pub(crate) const fn new(per_second: f64, seconds: f64) -> Self {
        Self { per_second, seconds, sent: 0 }
    }

    pub(crate) fn is_over(&self, elapsed: f64) -> bool {
        elapsed >= self.seconds
    }

    /// Sends what is due `elapsed` seconds after the beginning.
    pub(crate) async fn send_due(
        &mut self,
        elapsed: f64,
        playground: &Playground,
    ) -> Result<(), SubmitError> {
        let due = (elapsed.min(self.seconds) * self.per_second) as u64;
        while self.sent < due {
            self.sent += 1;
            playground.submit(mail(self.sent)).await?;
        }
        Ok(())
    }
}

fn mail(number: u64) -> Mail {
    let at = usize::try_from(number).unwrap_or(0);
    let (tenant, _) = TENANTS[at % TENANTS.len()];
    let from = format!("{}@{tenant}.example", SENDERS[at / TENANTS.len() % SENDERS.len()]);
    let to = format!("customer-{number}@customer.example");
    let raw = format!(
        "From: <{from}>\r\nTo: <{to}>\r\nSubject: Order {number}\r\nMessage-ID: <drill-{number}@{tenant}.example>\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
         <html><body><p>Your order {number} left today.</p></body></html>\r\n"
    );
    Mail { from, to: vec![to], raw: raw.into_bytes() }
}
