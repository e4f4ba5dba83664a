//! The store on SQLite: migrations, compare-and-set, jobs, and the signed ledger.
