//! Real mail programs as peers.
