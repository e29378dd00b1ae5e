//! What an operator decides beforehand: which components there are, what goes out by itself, what waits for a person.
//!
//! The defaults post a careful first word by themselves and leave every name of a third party, every end and every postmortem to a person.

use crate::Text;
use crate::component::{ComponentId, Part};
use crate::incident::Impact;
use model::{Duration, RegionName};
use serde::{Deserialize, Serialize};

/// Everything the board has to know before the first fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// In the order in which they are shown.
    pub components: Vec<ComponentSetting>,
    pub policy: Policy,
    pub bounds: Bounds,
}

/// One component that is to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComponentSetting {
    pub id: ComponentId,
    pub name: Text,
    pub group: String,
    /// No tenant needs it now: it takes in what belongs to no other, and is shown only while something was measured of it.
    #[serde(default)]
    pub is_spare: bool,
}

/// Who lets something out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Release {
    ByItself,
    /// Unless a person objects within this time.
    AfterVeto(Duration),
    Person,
}

/// What is done with an incident that nobody noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Absorbed {
    /// Kept inside.
    Record,
    /// Shown with its figures when it is over.
    Show,
    /// Posted as any other.
    Post,
}

/// What goes out, when, and who says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    pub first_post: Release,
    /// A first post for a cause that no sign names.
    pub first_post_unexplained: Release,
    /// So long after confirmation the first post goes out: time for a second look, and to see whether anybody notices.
    pub first_post_after: Duration,
    pub identified: Release,
    pub monitoring: Release,
    pub resolved: Release,
    /// A word with figures whenever one is due, because each post promises the next; waiting for a person it is a draft.
    pub progress: Release,
    pub absorbed: Absorbed,
    /// More is not said by itself, only by a person.
    pub impact_by_itself_max: Impact,
    /// So long after the last word the next is due.
    pub update_every: Duration,
    /// Automatic updates of one incident are never closer than this.
    pub update_apart: Duration,
}

/// When something counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Bounds {
    /// A measurement is fresh for so long.
    pub fresh_for: Duration,
    /// Deliveries and refusals of this span decide a component's state.
    pub state_window: Duration,
    /// A component must be worse for so long before it is shown as worse, so that what the guard mends at once is not shown as an outage.
    pub settle_for: Duration,
    /// A component must be well for so long before it is shown as better.
    pub calm_for: Duration,
    /// No failure for so long: mitigated, and monitoring.
    pub mitigated_after: Duration,
    /// Mitigated and operational for so long: resolved, if policy lets it.
    pub resolved_after: Duration,
    /// A suspicion of which nothing came is dropped.
    pub suspect_for: Duration,
    /// The same cause within this time is the same incident again.
    pub reopen_within: Duration,
    /// The objective of a component in millionths of its messages.
    pub objective_ppm: u64,
    /// Below so many messages in the long window no burn rate is taken.
    pub burn_floor: u64,
    /// A message that took longer than this was delayed, in seconds: a step of `DELAY_STEPS`.
    pub delayed_over_seconds: u64,
    /// A waiting message older than this harms.
    pub oldest_max_seconds: u64,
    /// A certificate that ends sooner is a suspicion; one that has ended, an incident.
    pub certificate_warning: Duration,
    /// An older directory is stale.
    pub directory_age_max_seconds: u64,
    /// Facts that are kept with one incident; of measurements that come all the time, those that something cites.
    pub evidence_max: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            first_post: Release::ByItself,
            first_post_unexplained: Release::AfterVeto(Duration::from_secs(300)),
            first_post_after: Duration::from_secs(20),
            identified: Release::ByItself,
            monitoring: Release::ByItself,
            resolved: Release::Person,
            progress: Release::AfterVeto(Duration::from_secs(300)),
            absorbed: Absorbed::Show,
            impact_by_itself_max: Impact::Major,
            update_every: Duration::from_secs(30 * 60),
            update_apart: Duration::from_secs(300),
        }
    }
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            fresh_for: Duration::from_secs(300),
            state_window: Duration::from_secs(300),
            settle_for: Duration::from_secs(10),
            calm_for: Duration::from_secs(300),
            mitigated_after: Duration::from_secs(120),
            resolved_after: Duration::from_secs(1800),
            suspect_for: Duration::from_secs(1800),
            reopen_within: Duration::from_secs(1800),
            objective_ppm: 999_000,
            burn_floor: 20,
            delayed_over_seconds: 60,
            oldest_max_seconds: 600,
            certificate_warning: Duration::from_secs(3 * 24 * 3600),
            directory_age_max_seconds: 26 * 3600,
            evidence_max: 4000,
        }
    }
}

impl Settings {
    /// The usual components of one region, shown as `group`, for these providers to which mail is returned.
    #[must_use]
    pub fn standard(region: &RegionName, group: &str, providers: &[&str]) -> Self {
        let mut parts = vec![
            (Part::Intake, Text::new("Server-side re-routing", "Serverseitige Umleitung")),
            (Part::Signatures, Text::new("Signatures", "Signaturen")),
        ];
        for provider in providers {
            let name = provider_name(provider);
            let name = Text::new(format!("Return to {name}"), format!("Rückgabe an {name}"));
            parts.push((Part::Return((*provider).to_owned()), name));
        }
        parts.push((Part::Delivery, Text::new("Delivery to others", "Zustellung an andere")));
        parts.push((Part::Directory, Text::new("Directory", "Verzeichnis")));
        parts.push((Part::Console, Text::new("Console", "Konsole")));
        let component = |(part, name)| ComponentSetting {
            id: ComponentId { region: region.clone(), part },
            name,
            group: group.to_owned(),
            is_spare: false,
        };
        Self {
            components: parts.into_iter().map(component).collect(),
            policy: Policy::default(),
            bounds: Bounds::default(),
        }
    }

    /// The component through which mail to this provider goes.
    #[must_use]
    pub fn outbound(&self, region: &RegionName, provider: &str) -> Option<&ComponentId> {
        let find = |part: Part| {
            let ids = self.components.iter().map(|component| &component.id);
            ids.into_iter().find(|id| id.region == *region && id.part == part)
        };
        find(Part::Return(provider.to_owned())).or_else(|| find(Part::Delivery))
    }
}

/// How a provider is called among people.
#[must_use]
pub fn provider_name(provider: &str) -> String {
    match provider {
        "microsoft" => "Microsoft 365".to_owned(),
        "google" => "Google Workspace".to_owned(),
        other => {
            let mut letters = other.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
        }
    }
}
