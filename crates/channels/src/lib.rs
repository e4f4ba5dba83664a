//! Mail: the messages in three languages, and the couriers that carry them.
//!
//! A [`Letter`](exeat_desk::ports::Letter) becomes words ([`render`]), the words become the bytes of a message
//! ([`compose`]), and a courier hands these over: [`SmtpCourier`] to a mail server, [`MaildirCourier`] to a folder. Only
//! this crate knows MIME.

mod compose;
pub mod directory;
mod interpreter;
pub mod mailbox;
mod maildir;
mod opened;
mod probe;
mod render;
pub mod scanner;
mod smtp;
pub mod tickets;

pub use compose::{Sender, compose, words};
pub use maildir::MaildirCourier;
pub use opened::Opened;
pub use render::{Rendered, draft, render};
pub use smtp::{ConfigError, Login, SmtpConfig, SmtpCourier, Tls};
