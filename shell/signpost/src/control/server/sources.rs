//! What is asked about our sources: their states, what they met, an operator's order.

use super::{Control, recorded};
use crate::control::SourceOrder;
use anyhow::{Result, bail};
use model::{Duration, SourceName};
use sentry::{Order, OrderKind, Place, PlaceShown, Word};
use serde_json::{Value, json};

/// Over which the weather is told.
const WEATHER: Duration = Duration::from_secs(3600);

impl Control {
    pub(super) fn sources(&self) -> Value {
        let (sources, weather) = (self.sentry.table(), self.sentry.weather(WEATHER));
        json!({ "sources": sources, "weather": weather, "spreading": self.sentry.is_spreading() })
    }

    /// Answers when the order holds.
    pub(super) async fn order_source(
        &self,
        (source, place): (&SourceName, &Place),
        kind: SourceOrder,
        (hours, note): (u64, String),
        by: String,
    ) -> Result<Value> {
        if !self.sentry.sources().iter().any(|one| one.name == *source) {
            bail!("there is no source {source}; `signpost source ls` shows all");
        }
        let before = self.place(source, place);
        let is_out = before.as_ref().is_some_and(|one| one.state != Word::Clean);
        let has_order = before.as_ref().is_some_and(|one| one.order.is_some());
        let given_back = self.sentry.given_back();
        let now = self.sentry.now();
        let until = now + Duration::from_secs(hours * 3600);
        let order = |kind, by, note| Order { kind, by, note, since: now, until };
        match kind {
            SourceOrder::Quarantine => self.sentry.order(source, place, order(OrderKind::Out, by, note)),
            SourceOrder::Release => self.sentry.order(source, place, order(OrderKind::In, by, note)),
            SourceOrder::End if !has_order => bail!("no order is in force for {source} at {place}"),
            SourceOrder::End => self.sentry.end_order(source, place, by),
            SourceOrder::Probe if !is_out => {
                bail!("{source} is in use at {place}; `signpost source ls` shows where it is not")
            }
            SourceOrder::Probe => self.sentry.probe_now(source, place, by),
        }
        let holds = |shown: &PlaceShown| match kind {
            SourceOrder::Quarantine | SourceOrder::Release => {
                shown.order.as_ref().is_some_and(|order| order.until == until)
            }
            SourceOrder::End => shown.order.is_none(),
            SourceOrder::Probe => shown.state == Word::Probing,
        };
        match recorded(given_back, || self.place(source, place).filter(holds)).await {
            Some(shown) => Ok(json!({ "source": source, "at": shown })),
            None => bail!("the order does not hold: it could not be recorded, or nothing had to change"),
        }
    }

    fn place(&self, source: &SourceName, place: &Place) -> Option<PlaceShown> {
        let shown = self.sentry.table().into_iter().find(|one| one.name == *source)?;
        shown.places.into_iter().find(|one| one.place == *place)
    }
}
