//! One report on its way to every place that its domain names: posted, or put into the spool as a mail of the house.
//!
//! A place that was told before is left out, and one that fails is told with the next errand. A mail in the spool is tried there, for a day.

use super::book::How;
use super::{GIVE_UP, PlaceShown, TlsReports, places};
use crate::Parts;
use bounce::TlsReport;
use model::{Address, MessageId, Timestamp};
use std::collections::BTreeSet;
use std::sync::Arc;
use tlspolicy::report::{Day, Document, MEDIA_TYPE, Results, Rua};

pub(super) struct Errand {
    pub(super) day: Day,
    pub(super) domain: String,
    pub(super) results: Results,
    /// Where it has been.
    pub(super) told: BTreeSet<Rua>,
}

/// What came of it.
pub(super) struct Returned {
    pub(super) day: Day,
    pub(super) domain: String,
    pub(super) told: Vec<PlaceShown>,
    /// Why it has to go again, if it has to.
    pub(super) left: Option<String>,
    /// Whether the domain wants reports.
    pub(super) wanted: bool,
}

impl Returned {
    /// Whether it is not tried any more.
    pub(super) fn is_too_late(&self, now: Timestamp) -> bool {
        now >= Document::due(self.day, &self.domain) + GIVE_UP
    }
}

impl Errand {
    pub(super) async fn run(self, parts: Arc<Parts>, reports: Arc<TlsReports>) -> Returned {
        let Self { day, domain, results, told: before } = self;
        let mut returned = Returned { day, domain, told: Vec::new(), left: None, wanted: true };
        let places = match places(parts.steer.resolver(), &returned.domain).await {
            Ok(places) => places,
            Err(error) => return Returned { left: Some(error.to_string()), ..returned },
        };
        returned.wanted = !places.is_empty();
        let reporter = &reports.config.reporter;
        let document = Document { reporter, domain: &returned.domain, day, results: &results };
        let gzip = document.to_gzip();
        let mut told = Vec::new();
        for to in places.into_iter().filter(|place| !before.contains(place)) {
            let sent = match &to {
                Rua::Web(url) => post(&reports, url, &gzip).await,
                Rua::Mail(address) => mail(&parts, &reports, &document, address, &gzip).await,
            };
            match sent {
                Ok(how) => told.push(PlaceShown { to, at: parts.clock.now(), how }),
                Err(why) => {
                    tracing::info!(domain = returned.domain, %day, %to, why, "a report on TLS could not be sent yet");
                    returned.left = Some(format!("{to}: {why}"));
                }
            }
        }
        returned.told = told;
        returned
    }
}

/// RFC 8460 §5.4: any success of HTTP is one.
async fn post(reports: &TlsReports, url: &str, gzip: &[u8]) -> Result<How, String> {
    let answer = reports.client.post(url, MEDIA_TYPE, gzip.to_vec()).await;
    let answer = answer.map_err(|error| error.to_string())?;
    if answer.status.is_success() { Ok(How::Posted) } else { Err(format!("the answer is {}", answer.status)) }
}

async fn mail(
    parts: &Parts,
    reports: &TlsReports,
    document: &Document<'_>,
    to: &Address,
    gzip: &[u8],
) -> Result<How, String> {
    let house = parts.tenants.house().ok_or_else(|| "this node has no name of its own".to_owned())?;
    let now = parts.clock.now();
    let id = MessageId::new(now, net::random());
    let report = TlsReport {
        id,
        from: &reports.config.from,
        to,
        domain: document.domain,
        submitter: &reports.config.reporter.submitter,
        report_id: &document.id(),
        file_name: &document.file_name(),
        media_type: MEDIA_TYPE,
        gzip,
        now,
    };
    let bytes = report.to_bytes();
    let put = parts.verdict.put_for_a_day(id, &house, (report.envelope(&bytes), &bytes), now).await;
    put.map(|()| How::Queued { message: id }).map_err(|error| error.to_string())
}
