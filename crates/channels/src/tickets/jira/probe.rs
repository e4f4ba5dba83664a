//! Trying a site: who the desk is there, and what it may do. Nothing is written.

use async_trait::async_trait;
use chrono::DateTime;
use exeat_desk::ports::{Probe, Sign};
use exeat_domain::path::shown;

use super::Jira;
use super::records::{Issue, Rights};

/// What the desk does there.
const RIGHTS: [&str; 5] =
    ["ADD_COMMENTS", "BROWSE_PROJECTS", "CREATE_ATTACHMENTS", "DELETE_OWN_ATTACHMENTS", "TRANSITION_ISSUES"];

#[async_trait]
impl Probe for Jira {
    async fn probe(&self) -> Vec<Sign> {
        let me = match self.me().await {
            Ok(me) => me,
            Err(failure) => return vec![failure.into()],
        };
        let way = if self.http.secure() {
            "The connection is protected by TLS, with a certificate that is trusted for this name."
        } else {
            "The connection is not protected, and leads to this machine only."
        };
        let mut signs =
            vec![Sign::fine(way), Sign::fine(format!("It lets the desk in as {}.", shown(&me.display_name)))];
        let query = self.query(DateTime::UNIX_EPOCH).await;
        let found = match query {
            Ok(query) => self.search(&query, "1", None).await,
            Err(failure) => Err(failure),
        };
        match found {
            Ok(found) => match found.issues.first() {
                Some(issue) => signs.extend(self.shown(issue).await),
                None => signs.push(Sign::warning(
                    "There is no ticket in its queue now.",
                    "If there should be, see tickets.jira.queue and the rights of the account.",
                )),
            },
            Err(failure) => signs.push(failure.into()),
        }
        signs
    }
}

impl Jira {
    /// What the desk sees of a ticket, and what it may do with it.
    async fn shown(&self, issue: &Issue) -> Vec<Sign> {
        let mut signs = vec![];
        signs.push(match self.read(issue) {
            Err(failure) => failure.into(),
            Ok(ticket) if ticket.caller.address.is_none() => Sign::broken(
                "It does not show the desk the mail address of a ticket's caller.",
                "Manage the accounts, or have people show their address: by it they are known.",
            ),
            Ok(_) => Sign::fine("The desk reads its queue."),
        });
        let (all, id) = (RIGHTS.join(","), issue.id.as_str());
        let query = [("permissions", all.as_str()), ("issueId", id)];
        signs.push(match self.get::<Rights>("/rest/api/3/mypermissions", &query).await {
            Err(failure) => failure.into(),
            Ok(rights) => {
                let may =
                    |right: &&str| rights.permissions.get(*right).is_some_and(|right| right.have_permission);
                let missing: Vec<&str> = RIGHTS.into_iter().filter(|right| !may(right)).collect();
                if missing.is_empty() {
                    Sign::fine("The desk may comment, attach and move tickets.")
                } else {
                    let saw = format!("The desk's account lacks: {}.", missing.join(", "));
                    Sign::broken(saw, "Make the account an agent of the service desk.")
                }
            }
        });
        signs
    }
}
