//! Trying an instance: who the desk is there, and what it may read. Nothing is written.

use async_trait::async_trait;
use chrono::DateTime;
use exeat_desk::ports::{Probe, Sign};
use ureq::http::Method;

use super::ServiceNow;
use crate::tickets::http::Sent;

#[async_trait]
impl Probe for ServiceNow {
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
            vec![Sign::fine(way), Sign::fine(format!("It lets the desk in as {}.", me.user_name))];
        signs.push(self.queue().await);
        signs.push(self.journals().await);
        signs
    }
}

impl ServiceNow {
    /// Whether tickets are there, with what the desk needs of them.
    async fn queue(&self) -> Sign {
        let records = match self.page(DateTime::UNIX_EPOCH, 1).await {
            Ok(records) => records,
            Err(failure) => return failure.into(),
        };
        let Some(record) = records.first() else {
            let saw = format!("There is no ticket in the queue of {} now.", self.config.table);
            return Sign::warning(
                saw,
                "If there should be, see tickets.servicenow.queue and the rights of the account.",
            );
        };
        let f = &self.config.fields;
        let missing: Vec<&str> = [&f.number, &f.caller, &f.opened_by, &f.state, &f.active]
            .into_iter()
            .map(String::as_str)
            .filter(|field| record.value(field).is_empty())
            .collect();
        if !missing.is_empty() {
            let saw = format!("Of a ticket it does not show the desk: {}.", missing.join(", "));
            return Sign::broken(saw, "Let the account read them, or mend tickets.servicenow.fields.");
        }
        if !record.in_utc("sys_updated_on") {
            let mend = "Set the time zone of the account to GMT, and its formats to the system's: the desk reads more than it \
                        needs until then.";
            return Sign::warning("Times are shown to the account otherwise than in UTC.", mend);
        }
        Sign::fine(format!("The desk reads its queue in {}.", self.config.table))
    }

    /// Whether comments can be read back: without, none can be known to be there.
    async fn journals(&self) -> Sign {
        let query = [("sysparm_limit", "1"), ("sysparm_fields", "sys_id,value")];
        match self.http.call(Method::GET, "/api/now/table/sys_journal_field", &query, Sent::Nothing).await {
            Ok(_) => Sign::fine("The desk may ask for comments."),
            Err(failure) => {
                Sign { mend: Some("Let the account read sys_journal_field.".to_owned()), ..failure.into() }
            }
        }
    }
}
