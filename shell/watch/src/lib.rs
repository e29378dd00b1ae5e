//! What the world says of our addresses and names, and whether mail still arrives: loops that look out and report.
//!
//! ```text
//!   name servers --lists--> histories, cases --+
//!                                              +--Report--> the guard
//!   sinks <---- the whole way <-- canaries ----+
//!   status pages of others --vendors--> records with their clocks and ours
//! ```
//! Nothing is decided here about sources and no mail waits for this crate: it tells what was seen, when and by which witness, and keeps
//! histories and cases over restarts. What cannot be seen is told as unknown. It fails by silence in the reports, a figure that grows old and a line
//! in the log.

mod canary;
mod config;
mod file;
mod handle;
mod lists;
mod report;
mod vendors;

pub use canary::{CanaryConfig, SinkError};
pub use config::{Means, TenantDomain, WatchConfig, ZoneConfig};
pub use handle::{StartError, Watch, Watcher, start};
pub use lists::{Ask, CaseLine, Line, NoCase, Told, Witnesses, ZoneLine};
pub use report::{CanaryOutcome, CaseChange, Report, Standing, ZoneTrust};
pub use vendors::{
    Ordered, Said, Seen, VendorClients, VendorConfig, VendorLine, VendorMeans, VendorStory, VendorWatcher,
    Vendors, start_vendors,
};
