//! Builders that walk real transitions, and real servers, for tests only.
