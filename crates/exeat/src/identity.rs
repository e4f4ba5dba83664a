//! Who acts: the operating-system user, or the account that a listed operator acts for.

use std::collections::BTreeSet;

use exeat_domain::ledger::Actor;

/// Nobody, or not the one they say.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoIdentity {
    /// The user has no name on this system.
    Nameless(u32),
    /// `--as` was used by someone who is not listed.
    NotOperator(String),
}

impl std::fmt::Display for NoIdentity {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nameless(uid) => write!(
                out,
                "the user with number {uid} has no name on this system, so nobody can be held to what is done"
            ),
            Self::NotOperator(user) => write!(
                out,
                "{user} may not act for others: --as is for the users listed under desk.operators in the configuration"
            ),
        }
    }
}

impl std::error::Error for NoIdentity {}

/// The actor: the operating-system user, or the account given with `--as` by a listed operator.
///
/// # Errors
/// [`NoIdentity`] where the user has no name, or may not act for others.
pub(crate) fn actor(claimed: Option<&str>, operators: &BTreeSet<String>) -> Result<Actor, NoIdentity> {
    let user = user_name().map_err(NoIdentity::Nameless)?;
    choose(&user, claimed, operators)
}

fn choose(user: &str, claimed: Option<&str>, operators: &BTreeSet<String>) -> Result<Actor, NoIdentity> {
    match claimed {
        None => Ok(Actor::person(user)),
        Some(account) if account.eq_ignore_ascii_case(user) => Ok(Actor::person(user)),
        Some(account) if operators.contains(user) => {
            Ok(Actor { account: account.to_owned(), operator: Some(user.to_owned()), token: None })
        }
        Some(_) => Err(NoIdentity::NotOperator(user.to_owned())),
    }
}

/// The name of the real user, by number: the environment is not asked, anyone can set it.
pub(crate) fn user_name() -> Result<String, u32> {
    let uid = rustix::process::getuid().as_raw();
    uzers::get_user_by_uid(uid).and_then(|user| user.name().to_str().map(str::to_owned)).ok_or(uid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_listed_operator_acts_for_others_and_both_are_named() {
        let operators = BTreeSet::from(["desk".to_owned()]);
        assert_eq!(choose("ann_P", None, &operators), Ok(Actor::person("ann_P")));
        assert_eq!(choose("ann_P", Some("ANN_p"), &operators), Ok(Actor::person("ann_P")));
        assert_eq!(choose("ann_P", Some("cleo"), &operators), Err(NoIdentity::NotOperator("ann_P".into())));
        let both = Actor { account: "cleo".into(), operator: Some("desk".into()), token: None };
        assert_eq!(choose("desk", Some("cleo"), &operators), Ok(both));
    }
}
