//! The mails as people get them, the bytes as servers get them, and what hostile words become in both.

mod bytes;
mod hostile;
mod maildir;
mod mails;
mod sample;
mod smtp;
