//! Incidents played from outside: facts, time and persons' acts go in, and what people would read is looked at.

mod acts;
mod grouping;
mod hidden;
mod journal;
mod life;
mod seed;
mod support;
mod vendor;
