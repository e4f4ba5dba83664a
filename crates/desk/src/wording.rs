//! What a requester is told of files that do not leave: drafted from the findings, edited by the checker, seen before
//! it goes.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use exeat_domain::finding::Finding;
use exeat_domain::path::SharePath;
use exeat_domain::request::{File, Request, RequestId};
use exeat_domain::review::{Choice, Decision, ReviewError};
use exeat_domain::roster::Language;

use crate::error::DeskError;
use crate::ports::Written;
use crate::reviewing::{Checker, Decided};

/// What a checker tells of a file that does not leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// Whether it goes back to be mended, or is rejected.
    pub choice: Choice,
    /// The rules whose findings are told.
    pub told: BTreeSet<String>,
    /// What the checker writes: why, and what to mend.
    pub words: String,
}

impl Wording {
    fn decision(self, at: DateTime<Utc>) -> Decision {
        let Self { choice, told, words } = self;
        Decision { choice, reason: Some(words), told: Some(told), exceptions: vec![], at }
    }
}

impl Checker<'_> {
    /// The language that the requester reads.
    #[must_use]
    pub fn reads(&self, request: &Request) -> Language {
        self.person(&request.requester).map_or(Language::En, |person| person.language)
    }

    /// Words to begin from, in the requester's language: what these rules found in the file, and how to mend it. Empty
    /// where they found nothing.
    #[must_use]
    pub fn draft(&self, request: &Request, file: &File, told: &BTreeSet<String>) -> String {
        let findings = file.report.findings.iter().filter(|finding| told.contains(&finding.rule));
        let findings: Vec<Finding> = findings.cloned().collect();
        self.desk.ports.courier.draft(self.reads(request), &findings)
    }

    /// The letter that this checker's decisions would bring about, with this one among them; what other checkers decide
    /// is not in it.
    ///
    /// # Errors
    /// [`DeskError::Review`] where the decision may not be taken, [`DeskError::Port`] where nobody can be written to.
    pub async fn preview(
        &self,
        request: &Request,
        path: &SharePath,
        wording: Wording,
    ) -> Result<Written, DeskError> {
        let (mut foreseen, now) = (request.clone(), self.desk.now());
        foreseen.decide(&self.actor.account, path, wording.decision(now), self.measure(now))?;
        let (foreseen, outcome) = foreseen.foreseen(&self.actor.account, self.desk.policy(), now);
        let outcome = outcome.ok_or(ReviewError::Nothing)?;
        let person = self.desk.recipient(request).await?;
        let letter = self.desk.foreseen_letter(&foreseen, outcome, &person).await?;
        Ok(self.desk.ports.courier.words(&letter)?)
    }

    /// Sends a file back or rejects it, in the checker's words; the review stays open.
    ///
    /// # Errors
    /// [`DeskError::Review`] where the decision may not be taken.
    pub async fn refuse(
        &self,
        id: RequestId,
        path: &SharePath,
        wording: Wording,
    ) -> Result<Decided, DeskError> {
        let request = self.desk.ports.store.load(id).await?;
        let decision = wording.decision(self.desk.now());
        self.record_decisions(request, vec![(path.clone(), decision)], true).await
    }

    /// A decision as it was given. Where a file goes back without words, they are drafted from what was found in it.
    pub(crate) fn worded(
        &self,
        request: &Request,
        path: &SharePath,
        choice: Choice,
        reason: Option<&str>,
    ) -> Decision {
        let at = self.desk.now();
        let reason = reason.filter(|reason| !reason.trim().is_empty());
        let file = request.round().and_then(|round| round.file(path));
        if let (None, true, Some(file)) = (reason, choice != Choice::Approve, file) {
            let told = file.grave_rules().into_iter().map(str::to_owned).collect();
            let words = self.draft(request, file, &told);
            if !words.is_empty() {
                return Wording { choice, told, words }.decision(at);
            }
        }
        Decision { choice, reason: reason.map(str::to_owned), told: None, exceptions: vec![], at }
    }
}
