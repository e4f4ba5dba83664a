//! How the desk does, for those who decide, audit or run it.

use exeat_domain::ledger::Actor;
use exeat_domain::roster::Role;

use crate::desk::Desk;
use crate::error::DeskError;
use crate::ports::{Insights, Scope};

/// Who may see it.
pub const INSIGHTS: [Role; 3] = [Role::Checker, Role::Auditor, Role::Admin];

impl Desk {
    /// How the desk does.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] where the account is no active checker, auditor or administrator.
    pub async fn insights(&self, actor: &Actor, scope: &Scope) -> Result<Insights, DeskError> {
        let roster = self.ports.people.roster().await?;
        let person = roster.person(&actor.account);
        if !person.is_some_and(|person| INSIGHTS.iter().any(|role| person.may(*role))) {
            return Err(DeskError::NotAllowed { account: actor.account.clone(), role: Role::Checker });
        }
        Ok(self.ports.store.insights(scope).await?)
    }
}
