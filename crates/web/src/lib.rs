//! The web desk: pages and sessions. It converts between people and the desk, and never decides.
//!
//! [`App`] holds what every page needs; [`routes::router`] makes of it a service in which every route stands with who
//! may use it ([`routes`]); [`serve`] listens. A person signs in with a password and a second factor ([`sign_in`]); who
//! they are and what they may do is the roster's, asked anew for each page. No bytes of a requester's file reach a
//! browser: tables are text that the checks wrote, pictures are encoded anew.

mod api;
mod app;
mod assets;
mod chart;
mod comparisons;
mod download;
mod error;
mod form;
mod moments;
mod pages;
mod previews;
mod rate;
pub mod routes;
mod security;
mod serving;
mod session;
pub mod sign_in;
pub mod tokens;
mod verifier;
mod visitor;
mod vouched;
mod words;

pub use app::{App, Settings};
pub use serving::{ServeError, listen, serve};
pub use vouched::ProxyHeader;
