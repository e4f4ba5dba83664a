//! Requests, rounds, files, reviews and the one table of states: values and rules, no input or output, no clock.

pub mod claim;
pub mod comment;
pub mod context;
pub mod digest;
pub mod draft;
pub mod drawn;
pub mod finding;
pub mod hours;
pub mod ledger;
pub mod message;
pub mod name;
pub mod path;
pub mod pickup;
pub mod policy;
pub mod release;
pub mod request;
pub mod review;
pub mod roster;
pub mod state;
pub mod token;
pub mod undo;
pub mod versions;
