//! The nouns of the house: ids, names, addresses, envelopes, sources, replies, outcomes, time and sizes.
//!
//! Every crate speaks in these types, so that two values that must agree are one type and no id, address
//! or size travels as a bare string or number. Construction checks; once a value exists it is valid.
//! Nothing here reads a clock, opens a file or knows a protocol's grammar beyond what makes a value valid.

mod act;
mod address;
mod clock;
mod envelope;
mod id;
mod metrics;
mod name;
mod outcome;
mod refusal;
mod reply;
mod selection;
mod size;
mod source;
mod text;

pub use act::{ActId, HostPort, HostPortError, Redirect, TlsPolicy, TlsPolicyError};
pub use address::{Address, AddressError, Domain};
pub use clock::{Duration, Timestamp, TimestampError};
pub use envelope::{BodyType, DsnReturn, Envelope, Notify, Recipient, ReversePath};
pub use id::{IdError, MessageId, SnapshotNumber};
pub use metrics::{Family, Figure, Metrics};
pub use name::{CanaryName, ListenerName, NameError, RegionName, SourceName, TenantName, VendorName};
pub use outcome::{Discard, Final, LastTry, Met, Outcome, ParkReason, Stage};
pub use refusal::{Action, Category, Owner, Scope};
pub use reply::{EnhancedCode, Reply, ReplyClass, ReplyCode};
pub use selection::{Key, Selection, SelectionError, Standing, Subject, Term};
pub use size::{ByteCount, SizeError};
pub use source::Source;
