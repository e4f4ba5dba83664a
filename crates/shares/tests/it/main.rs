//! The folders against a real file system: hostile trees, files that change, disks that fill, work that is cut off.

mod archive;
mod copy;
mod find;
mod folder;
mod scratch;
mod seals;
