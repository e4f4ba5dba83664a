//! The house's own chores: test, bench, corpus, generate, layers.

fn main() {}
