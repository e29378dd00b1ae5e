//! What is kept beside the spool: tables, for what is searched and not needed for mail to flow, and journals, from which a state is made again.
//!
//! Every statement stands in a module `sql`, in words that SQLite and PostgreSQL both understand or with the other engine's words beside them, so that
//! a second engine is a second connection. Calls block: they belong on threads that may. A table that cannot be written is an error here and a
//! delay for whoever fills it, never a reason to refuse mail.

pub mod journal;
pub mod ledger;
