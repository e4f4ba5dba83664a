//! The use cases of the release desk, and the ports they need.
//!
//! Data flows one way: door → request → seal → check → review → release. [`Desk`] holds the ports; a person reaches
//! it through a handle that has only what their role may do ([`Desk::requester`], [`Desk::checker`], [`Desk::auditor`],
//! [`Desk::administrator`]), the desk itself
//! through [`Desk::work`].

mod asking;
mod auditing;
mod checking;
mod commenting;
mod comparing;
mod desk;
mod doctor;
pub mod document;
mod drafting;
mod earlier;
mod error;
mod insights;
mod looking;
mod messaging;
mod naming;
mod picking_up;
pub mod ports;
mod preview;
mod record;
mod releasing;
mod research_object;
mod reviewing;
mod running;
mod scanning;
mod scope;
mod settling;
pub mod sheet;
mod telling;
pub mod told;
mod wording;
mod working;

pub use asking::{Ask, Requester};
pub use auditing::{Auditor, CSV_HEAD, LedgerPage, csv};
pub use commenting::Remark;
pub use desk::{Desk, Observer, Ports, Settings, Unobserved};
pub use doctor::{Checkup, Doctor, Examined};
pub use error::DeskError;
pub use exeat_checks::rendition;
pub use insights::INSIGHTS;
pub use looking::Standing;
pub use messaging::{Files, Message, Taken, Wish};
pub use picking_up::{Download, Waits};
pub use preview::{Previewed, Progress};
pub use record::{Evidence, Judged, Left, PickedUp, ReleaseRecord, Sent, Someone, Spoken};
pub use reviewing::{Checker, Decided};
pub use running::{Administrator, Trust};
pub use wording::Wording;
pub use working::{Swept, Worked};
