//! The use cases of the release desk, and the ports they need.
//!
//! Data flows one way: door → request → seal → check → review → release. [`Desk`] holds the ports; a person reaches
//! it through a handle that has only what their role may do ([`Desk::requester`], [`Desk::checker`]), the desk itself
//! through [`Desk::work`].

mod asking;
mod checking;
mod desk;
mod earlier;
mod error;
mod looking;
mod naming;
pub mod ports;
mod releasing;
mod reviewing;
mod telling;
mod working;

pub use asking::{Ask, Requester};
pub use desk::{Desk, Observer, Ports, Settings, Unobserved};
pub use error::DeskError;
pub use exeat_checks::rendition;
pub use looking::{Standing, rule_title};
pub use reviewing::{Checker, Decided};
pub use working::{Swept, Worked};
