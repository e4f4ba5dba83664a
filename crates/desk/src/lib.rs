//! The use cases of the release desk, and the ports they need.
//!
//! Data flows one way: door → request → seal → check → review → release.

pub mod ports;
