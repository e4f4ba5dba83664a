//! The one table of states, owners and moves. Pages, messages, docs and tests all ask it.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Being written; nothing has been asked yet.
    Draft,
    /// Come in through a door; whether its sender is trusted is still to be decided.
    Received,
    /// Its files are being sealed and checked.
    Checking,
    /// Waiting for an output checker.
    Submitted,
    /// Gone back to the requester, with what to mend.
    Returned,
    /// Approved; the release is under way.
    Approved,
    /// Sent.
    Released,
    /// Refused for good by a checker.
    Rejected,
    /// Not trusted: a record of who asked and why not, without files.
    Refused,
    /// Taken back by the requester.
    Withdrawn,
}

/// Who may make a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Owner {
    /// Exeat itself.
    System,
    /// The person who asked.
    Requester,
    /// The output checkers.
    Checkers,
}

/// What can be done to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Open the first round of a draft.
    Submit,
    /// Find the sender trusted.
    Accept,
    /// Find the sender not trusted.
    Refuse,
    /// Hand a checked round to the checkers.
    HandOver,
    /// Approve a clear round without a person (release mode `automatic`).
    ApproveAutomatically,
    /// Send a blocked round back without a person (where the policy says so).
    ReturnAtOnce,
    /// Approve, wholly or in part.
    Approve,
    /// Send back, with what to mend.
    Return,
    /// Refuse for good.
    Reject,
    /// Open the next round.
    Resubmit,
    /// Take the request back.
    Withdraw,
    /// End the release: everything is sent and wiped.
    Complete,
}

/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// The state it starts from.
    pub from: State,
    /// What is done.
    pub action: Action,
    /// Who may do it.
    pub by: Owner,
    /// The state it leads to.
    pub to: State,
}

const fn row(from: State, action: Action, by: Owner, to: State) -> Move {
    Move { from, action, by, to }
}

/// Every move there is. What is not here cannot happen.
pub const MOVES: [Move; 17] = [
    row(State::Draft, Action::Submit, Owner::Requester, State::Checking),
    row(State::Draft, Action::Withdraw, Owner::Requester, State::Withdrawn),
    row(State::Received, Action::Accept, Owner::System, State::Checking),
    row(State::Received, Action::Refuse, Owner::System, State::Refused),
    row(State::Checking, Action::HandOver, Owner::System, State::Submitted),
    row(State::Checking, Action::ApproveAutomatically, Owner::System, State::Approved),
    row(State::Checking, Action::ReturnAtOnce, Owner::System, State::Returned),
    row(State::Checking, Action::Resubmit, Owner::Requester, State::Checking),
    row(State::Checking, Action::Withdraw, Owner::Requester, State::Withdrawn),
    row(State::Submitted, Action::Approve, Owner::Checkers, State::Approved),
    row(State::Submitted, Action::Return, Owner::Checkers, State::Returned),
    row(State::Submitted, Action::Reject, Owner::Checkers, State::Rejected),
    row(State::Submitted, Action::Resubmit, Owner::Requester, State::Checking),
    row(State::Submitted, Action::Withdraw, Owner::Requester, State::Withdrawn),
    row(State::Returned, Action::Resubmit, Owner::Requester, State::Checking),
    row(State::Returned, Action::Withdraw, Owner::Requester, State::Withdrawn),
    row(State::Approved, Action::Complete, Owner::System, State::Released),
];

/// The move is not in the table: what was tried, and what is open instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a request that is {from} cannot be {}; {}", .action.past(), open_text(*.from, *.by))]
pub struct NotOpen {
    /// The state the request is in.
    pub from: State,
    /// What was tried.
    pub action: Action,
    /// By whom.
    pub by: Owner,
}

fn open_text(from: State, by: Owner) -> String {
    let open: Vec<&str> = from.open_to(by).map(|step| step.action.past()).collect();
    if open.is_empty() {
        "nothing is open to you there".to_owned()
    } else {
        format!("it can be {}", open.join(" or "))
    }
}

impl State {
    /// Every state, in the order of a request's life.
    pub const ALL: [Self; 10] = [
        Self::Draft,
        Self::Received,
        Self::Checking,
        Self::Submitted,
        Self::Returned,
        Self::Approved,
        Self::Released,
        Self::Rejected,
        Self::Refused,
        Self::Withdrawn,
    ];

    /// The state that `action` by `by` leads to.
    ///
    /// # Errors
    /// [`NotOpen`] where the table has no such move.
    pub fn after(self, action: Action, by: Owner) -> Result<Self, NotOpen> {
        self.open_to(by).find(|step| step.action == action).map(|step| step.to).ok_or(NotOpen {
            from: self,
            action,
            by,
        })
    }

    /// The moves open to `by` from here.
    pub fn open_to(self, by: Owner) -> impl Iterator<Item = &'static Move> {
        MOVES.iter().filter(move |step| step.from == self && step.by == by)
    }

    /// Whether nothing leads out of here.
    #[must_use]
    pub fn is_final(self) -> bool {
        MOVES.iter().all(|step| step.from != self)
    }

    /// Its name, as stored and as shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Received => "received",
            Self::Checking => "checking",
            Self::Submitted => "submitted",
            Self::Returned => "returned",
            Self::Approved => "approved",
            Self::Released => "released",
            Self::Rejected => "rejected",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

impl fmt::Display for State {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

impl Owner {
    /// Every owner.
    pub const ALL: [Self; 3] = [Self::System, Self::Requester, Self::Checkers];
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 12] = [
        Self::Submit,
        Self::Accept,
        Self::Refuse,
        Self::HandOver,
        Self::ApproveAutomatically,
        Self::ReturnAtOnce,
        Self::Approve,
        Self::Return,
        Self::Reject,
        Self::Resubmit,
        Self::Withdraw,
        Self::Complete,
    ];

    /// What has been done to a request after it: "approved", "sent back", …
    #[must_use]
    pub const fn past(self) -> &'static str {
        match self {
            Self::Submit => "submitted for checking",
            Self::Accept => "accepted",
            Self::Refuse => "refused",
            Self::HandOver => "handed to the checkers",
            Self::ApproveAutomatically => "approved automatically",
            Self::ReturnAtOnce => "returned at once",
            Self::Approve => "approved",
            Self::Return => "returned",
            Self::Reject => "rejected",
            Self::Resubmit => "resubmitted",
            Self::Withdraw => "withdrawn",
            Self::Complete => "completed",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_state_by_action_by_owner_is_the_tables_answer_or_a_refusal() {
        for from in State::ALL {
            for action in Action::ALL {
                for by in Owner::ALL {
                    let rows: Vec<_> = MOVES
                        .iter()
                        .filter(|row| (row.from, row.action, row.by) == (from, action, by))
                        .collect();
                    assert!(rows.len() <= 1, "{from} {action:?} {by:?} has two ends");
                    match from.after(action, by) {
                        Ok(to) => assert_eq!(rows[0].to, to),
                        Err(refusal) => {
                            assert!(rows.is_empty());
                            assert_eq!(refusal, NotOpen { from, action, by });
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn the_states_end_where_the_design_says() {
        let ends: Vec<_> = State::ALL.into_iter().filter(|state| state.is_final()).collect();
        assert_eq!(ends, [State::Released, State::Rejected, State::Refused, State::Withdrawn]);
    }

    #[test]
    fn every_state_is_reached_from_a_door() {
        let mut reached = BTreeSet::from([State::Draft, State::Received]);
        while let Some(step) =
            MOVES.iter().find(|row| reached.contains(&row.from) && !reached.contains(&row.to))
        {
            reached.insert(step.to);
        }
        assert_eq!(reached, BTreeSet::from(State::ALL));
    }

    #[test]
    fn a_refusal_says_what_is_open_instead() {
        let refusal = State::Returned.after(Action::Approve, Owner::Requester).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "a request that is returned cannot be approved; it can be resubmitted or withdrawn"
        );
    }

    proptest! {
        /// Whatever is tried in whatever order, only the table's walks happen: nothing is released that was not
        /// approved by the checkers or automatically, and nothing leaves a final state.
        #[test]
        fn walks_keep_to_the_table(tries in proptest::collection::vec((0..12_usize, 0..3_usize), 0..60), door in 0..2_usize) {
            let mut state = [State::Draft, State::Received][door];
            let mut walk = vec![];
            for (action, by) in tries {
                let (action, by) = (Action::ALL[action], Owner::ALL[by]);
                match state.after(action, by) {
                    Ok(to) => {
                        prop_assert!(!state.is_final());
                        walk.push(action);
                        state = to;
                    }
                    Err(_) => prop_assert!(!state.open_to(by).any(|row| row.action == action)),
                }
            }
            if state == State::Released {
                let approvals = walk.iter().filter(|a| matches!(a, Action::Approve | Action::ApproveAutomatically)).count();
                prop_assert_eq!(approvals, 1);
            }
        }
    }
}
