//! Trying the checks: whether their policy can be read, and whether nothing gets out of where they run.

use async_trait::async_trait;
use exeat_desk::ports::{Inspector as _, Probe, Sign};

use super::here::beside;
use crate::config::Loaded;
use crate::inspector::{NO_LANDLOCK, Sandboxed};
use crate::out::Failed;

/// The checks in their cage.
pub(super) struct Cage(Sandboxed);

impl Cage {
    /// The checks as the configuration has them.
    ///
    /// # Errors
    /// [`Failed`] where the policy is wrong.
    pub(super) fn of(loaded: &Loaded) -> Result<Self, Failed> {
        Sandboxed::of(loaded).map(Self)
    }
}

#[async_trait]
impl Probe for Cage {
    async fn probe(&self) -> Vec<Sign> {
        let mut escape = self.0.escape();
        let tried = beside(move || {
            escape.output().map_err(|error| {
                Sign::broken("The checks could not be started.", "See what the system said.").because(error)
            })
        });
        vec![
            Sign::fine(format!("Files are checked under {}.", self.0.policy())),
            tried.await.map_or_else(|sign| sign, |output| caged(&output)),
        ]
    }
}

fn caged(output: &std::process::Output) -> Sign {
    if !output.status.success() {
        return Sign::broken(
            "The checks cannot be locked in, or can get out of where they are.",
            "Use a kernel with seccomp and Landlock; until then, check nothing that strangers made.",
        )
        .because(String::from_utf8_lossy(&output.stderr).trim());
    }
    if output.stdout.starts_with(NO_LANDLOCK.as_bytes()) {
        return Sign::warning(
            "This kernel has no Landlock: only the filter of system calls keeps the checks from other files.",
            "Use Linux 5.13 or later, with landlock among its security modules (lsm=landlock,…).",
        );
    }
    Sign::fine("They run where no other file, no network and no other program can be reached.")
}
