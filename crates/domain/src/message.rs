//! What is kept of a message from a person: that it came, so that it counts once, and what was asked back about it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::digest::Sha256;
use crate::path::SharePath;
use crate::request::{Asked, Door, Problem, Purpose, Request};
use crate::state::State;

/// How often a request that has no round yet is asked back about: an answer that a machine gives has an end.
pub const MOST_QUESTIONS: u32 = 3;

/// What tells one message from every other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Posted {
    /// The door it came through.
    pub door: Door,
    /// Its name there: a mail's Message-ID, without angle brackets; a ticket's number and its entry.
    pub id: String,
    /// SHA-256 of what it says, as it came.
    pub sha256: Sha256,
}

/// What was asked for in messages and could not be taken up yet. The answer opens the next round.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pending {
    /// What was understood, as it was written.
    pub asked: Vec<Asked>,
    /// What was not, of the last message.
    pub problems: Vec<Problem>,
    /// How many answers were asked for.
    pub questions: u32,
}

/// What the desk answers to a message that asks for no files.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// The request is taken back.
    Withdrawn,
    /// Single files are taken back.
    TakenBack {
        /// Which.
        files: Vec<SharePath>,
    },
    /// Nothing can be taken back any more.
    TooLate {
        /// Where the request stood.
        state: State,
    },
}

impl Request {
    /// Notes what a message asked for and what of it was not understood, until a round is opened; gives which answer is now
    /// asked for, counted from 1.
    pub fn ask_back(&mut self, asked: Vec<Asked>, problems: Vec<Problem>) -> u32 {
        let pending = self.pending.get_or_insert_default();
        pending.asked.extend(asked);
        pending.problems = problems;
        pending.questions = pending.questions.saturating_add(1);
        pending.questions
    }

    /// What a plain yes takes up: all that was offered when the requester was last asked back.
    #[must_use]
    pub fn offered(&self) -> Vec<Asked> {
        let problems = match (&self.pending, self.round()) {
            (Some(pending), _) => &pending.problems,
            (None, Some(round)) => &round.problems,
            (None, None) => return vec![],
        };
        let offered = problems.iter().flat_map(|problem| &problem.offer);
        offered.map(|line| Asked { line: line.clone(), purpose: Purpose::Output }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{NewRequest, RequestId, Thread};
    use crate::state::Owner;

    fn request() -> Request {
        let new = NewRequest {
            door: Door::Mail,
            requester: "ann_P".into(),
            project: None,
            purpose: String::new(),
            thread: Thread::default(),
        };
        Request::open(RequestId(1), new, State::Draft, chrono::DateTime::UNIX_EPOCH)
    }

    fn line(line: &str) -> Asked {
        Asked { line: line.into(), purpose: Purpose::Output }
    }

    fn offering(lines: &[&str]) -> Problem {
        Problem {
            asked: "table 1 to 3".into(),
            code: "unsure".into(),
            message: "?".into(),
            offer: lines.iter().map(|line| (*line).to_owned()).collect(),
        }
    }

    #[test]
    fn a_yes_takes_what_was_offered_last() {
        let mut request = request();
        assert!(request.offered().is_empty());
        assert_eq!(request.ask_back(vec![line("a.csv")], vec![offering(&["b.csv"])]), 1);
        assert_eq!(request.offered(), [line("b.csv")]);
        assert_eq!(request.ask_back(vec![], vec![offering(&["c.csv", "d.csv"])]), 2);
        assert_eq!(request.offered(), [line("c.csv"), line("d.csv")]);
        assert_eq!(request.pending.as_ref().unwrap().asked, [line("a.csv")]);
        let at = chrono::DateTime::UNIX_EPOCH;
        request.pending = None;
        request
            .open_round(vec![line("a.csv")], crate::context::Context::default(), Owner::Requester, at)
            .unwrap();
        assert!(request.offered().is_empty(), "the round was asked about nothing");
        request.round_mut().unwrap().problems.push(offering(&["e.csv"]));
        assert_eq!(request.offered(), [line("e.csv")]);
    }
}
