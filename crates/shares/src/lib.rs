//! Folders as share, seals and archive: every file access confined.
