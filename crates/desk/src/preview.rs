//! The check before asking: the same engine over the same bytes as for a request, of which nothing is kept.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Seek as _, Write};

use exeat_domain::digest::Sha256;
use exeat_domain::finding::FileReport;
use exeat_domain::path::SharePath;
use exeat_domain::request::{Asked, Problem, Purpose, Seal};
use sha2::Digest as _;

use crate::desk::Desk;
use crate::error::DeskError;
use crate::ports::{Failure, Inspectable, Port, SealWriter};
use crate::scope::{Scope, taken};

/// How far a check is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Files are found and read: so many by now.
    Reading(usize),
    /// So many files are checked, together: tables of one request are held against each other.
    Checking(usize),
}

/// What a check before asking has found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Previewed {
    /// Each file as it was when it was read.
    pub files: Vec<(SharePath, Purpose, FileReport)>,
    /// What could not be taken up.
    pub problems: Vec<Problem>,
}

impl Desk {
    /// Reads and checks what is asked, as a request would. The bytes lie in files without a name until then.
    pub(crate) async fn preview(
        &self,
        scope: Scope<'_>,
        asked: &[Asked],
        told: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Previewed, DeskError> {
        let (mut seen, mut problems, mut read) = (BTreeSet::new(), vec![], vec![]);
        'lines: for asked in asked {
            for path in self.find(scope, asked, &mut problems).await? {
                if !seen.insert(path.clone()) {
                    continue;
                }
                if read.len() >= self.policy().max_files {
                    problems.push(self.too_many(&asked.line, &path));
                    break 'lines;
                }
                told(Progress::Reading(read.len()));
                let file = self.ports.scratch.nameless().await?;
                let passing = Passing::into(file.try_clone().map_err(full)?);
                match self.ports.share.copy(&path, self.policy().max_file, Box::new(passing)).await? {
                    Ok(seal) => read.push((path, asked.purpose, seal, file)),
                    Err(wrong) => problems.push(taken(&wrong)),
                }
            }
        }
        told(Progress::Checking(read.len()));
        let files = if read.is_empty() { vec![] } else { self.judge(scope, read).await? };
        Ok(Previewed { files, problems })
    }

    async fn judge(
        &self,
        scope: Scope<'_>,
        read: Vec<(SharePath, Purpose, Seal, File)>,
    ) -> Result<Vec<(SharePath, Purpose, FileReport)>, DeskError> {
        let before = self.released_before(scope, None).await?;
        let (mut inputs, mut names) = (vec![], vec![]);
        for (path, purpose, seal, mut bytes) in read {
            bytes.rewind().map_err(full)?;
            let supporting = purpose == Purpose::Supporting;
            inputs.push(Inspectable { path: path.clone(), supporting, bytes });
            names.push((path, purpose, seal));
        }
        let results = self.ports.inspector.inspect(inputs, before).await?;
        let same = names.len() == results.len()
            && names.iter().zip(&results).all(|((_, _, seal), inspected)| {
                inspected.report.sha256.is_none_or(|digest| digest == seal.sha256)
            });
        if !same {
            let message = "the checks did not answer for every file as it was read; check again";
            return Err(Failure::new(Port::Checks, "checks-incomplete", message, names.len()).into());
        }
        let judged = names.into_iter().zip(results);
        Ok(judged.map(|((path, purpose, _), inspected)| (path, purpose, inspected.report)).collect())
    }
}

fn full(error: std::io::Error) -> DeskError {
    let message = "the scratch folder takes no more: is the disk full?";
    Failure::new(Port::Scratch, "scratch-write", message, error).into()
}

/// Bytes on their way to the checks: counted and digested, and kept nowhere.
struct Passing {
    file: File,
    digest: sha2::Sha256,
    bytes: u64,
}

impl Passing {
    fn into(file: File) -> Self {
        Self { file, digest: sha2::Sha256::new(), bytes: 0 }
    }
}

impl Write for Passing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        let (done, _) = bytes.split_at(written);
        self.digest.update(done);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

impl SealWriter for Passing {
    fn finish(self: Box<Self>) -> Result<Seal, Failure> {
        Ok(Seal { sha256: Sha256(self.digest.finalize().into()), bytes: self.bytes })
    }
}
