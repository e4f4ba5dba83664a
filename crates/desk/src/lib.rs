//! The use cases of the release desk, and the ports they need.
