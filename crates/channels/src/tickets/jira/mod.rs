//! Jira Service Management, by the REST APIs of Jira Cloud.
//!
//! Written from the public documentation ("The Jira Cloud platform REST API" v3: search, issues, comments, attachments,
//! transitions; "Jira Service Management Cloud REST API": requests, temporary files). Times in a query are read in the time
//! zone of the account that asks, to the minute.

mod adf;
mod probe;
mod records;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use exeat_desk::ports::Failure;
use exeat_domain::path::shown;
use serde_json::{Value, json};
use sha2::Digest as _;
use tokio::sync::OnceCell;
use ureq::http::Method;

use super::http::{Http, Reached, Sent, TicketError, failure};
use super::{Comment, Entry, Page, System, Ticket};
use records::{
    Asked, Attached, Comments, Found, Issue, Kept, Said, Status, Temporary, Transitions, User, is_key, time,
};

/// The tickets of one page, and the comments.
const PAGE: &str = "100";
/// The most comments of one ticket.
const MOST_ENTRIES: usize = 2000;
/// What a query's times are off by at most where the account's time zone is not known, and where it is: clocks are set
/// back by an hour or two there.
const SLACK: (TimeDelta, TimeDelta) = (TimeDelta::hours(14), TimeDelta::hours(2));

/// A site of Jira, and the desk's queue in it.
#[derive(Clone)]
pub struct JiraConfig {
    /// How it is reached.
    pub reached: Reached,
    /// The site's identifier, where it is reached by `https://api.atlassian.com`.
    pub cloud_id: Option<String>,
    /// The desk's queue, in JQL: `project = REL AND statusCategory != Done`.
    pub queue: String,
    /// The fields that say what is asked, a paragraph each: `description`, `customfield_10050`.
    pub text: Vec<String>,
}

/// A site of Jira.
#[derive(Clone)]
pub struct Jira {
    http: Http,
    config: Arc<JiraConfig>,
    prefix: String,
    me: Arc<OnceCell<User>>,
}

impl Jira {
    /// Nothing is connected yet.
    ///
    /// # Errors
    /// [`TicketError`] where the configuration will not do.
    pub fn new(config: JiraConfig) -> Result<Self, TicketError> {
        let name =
            |text: &String| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if let Some(odd) = config.text.iter().find(|text| !name(text)) {
            return Err(TicketError::Setting("a field", odd.clone(), "use letters, digits and _"));
        }
        if config.queue.trim().is_empty() || config.queue.chars().any(char::is_control) {
            return Err(TicketError::Setting("queue", config.queue, "say which tickets are the desk's"));
        }
        let words = config.queue.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
        if words.contains("order by") {
            return Err(TicketError::Setting("queue", config.queue, "ORDER BY cannot stand in it"));
        }
        let prefix = match &config.cloud_id {
            Some(id) if id.is_empty() || !id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-') => {
                return Err(TicketError::Setting("cloud_id", id.clone(), "write it as Atlassian shows it"));
            }
            Some(id) => format!("/ex/jira/{id}"),
            None => String::new(),
        };
        let http = Http::new(config.reached.clone())?;
        Ok(Self { http, config: Arc::new(config), prefix, me: Arc::default() })
    }

    async fn get<T: serde::de::DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, Failure> {
        self.call(Method::GET, path, query, Sent::Nothing).await?.json()
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        sent: Sent,
    ) -> Result<super::http::Heard, Failure> {
        self.http.call(method, &format!("{}{path}", self.prefix), query, sent).await
    }

    fn issue(key: &str) -> Result<String, Failure> {
        if is_key(key) {
            return Ok(format!("/rest/api/3/issue/{key}"));
        }
        Err(failure("ticket-gone", "There is no such ticket.", shown(key)))
    }

    /// The account that the desk has there.
    async fn me(&self) -> Result<&User, Failure> {
        self.me
            .get_or_try_init(|| async {
                let me: User = self.get("/rest/api/3/myself", &[]).await?;
                if me.account_id.is_empty() {
                    let message =
                        format!("{} does not say which account the desk has there.", self.http.server());
                    return Err(failure("ticket-refused", message, ""));
                }
                Ok(me)
            })
            .await
    }

    /// The fields that are asked for.
    fn asked(&self) -> String {
        let mut all = ["summary", "reporter", "creator", "status", "updated"].map(str::to_owned).to_vec();
        all.extend(self.config.text.iter().cloned());
        all.join(",")
    }

    fn read(&self, issue: &Issue) -> Result<Ticket, Failure> {
        let odd = || {
            let message = format!(
                "{} gives a ticket without its state or the time of its change; see what its account may read.",
                self.http.server()
            );
            failure("ticket-odd", message, shown(&issue.key))
        };
        let status: Status = issue.read("status").ok_or_else(odd)?;
        let changed = issue.read::<String>("updated").and_then(|text| time(&text));
        let changed = changed.filter(|_| is_key(&issue.id)).ok_or_else(odd)?;
        let person = |field: &str| issue.read::<User>(field).unwrap_or_default().writer();
        let texts = self.config.text.iter().filter_map(|field| issue.fields.get(field)).map(adf::words);
        Ok(Ticket {
            key: issue.id.clone(),
            number: issue.key.clone(),
            title: issue.read("summary").unwrap_or_default(),
            text: texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n"),
            caller: person("reporter"),
            opened_by: person("creator"),
            state: status.name,
            open: status.status_category.key != "done",
            changed,
        })
    }

    /// The query for what changed since then, a little earlier rather than later.
    async fn query(&self, since: DateTime<Utc>) -> Result<String, Failure> {
        let order = "ORDER BY updated ASC, key ASC";
        if since == DateTime::UNIX_EPOCH {
            return Ok(format!("({}) {order}", self.config.queue));
        }
        let zone = self.me().await?.time_zone.as_ref().and_then(|zone| zone.parse::<Tz>().ok());
        let early = since.checked_sub_signed(if zone.is_some() { SLACK.1 } else { SLACK.0 }).unwrap_or(since);
        let local = early.with_timezone(&zone.unwrap_or(Tz::UTC)).format("%Y-%m-%d %H:%M");
        Ok(format!("({}) AND updated >= \"{local}\" {order}", self.config.queue))
    }

    async fn search(&self, query: &str, most: &str, after: Option<&str>) -> Result<Found, Failure> {
        let asked = self.asked();
        let mut wanted = vec![("jql", query), ("fields", asked.as_str()), ("maxResults", most)];
        wanted.extend(after.map(|token| ("nextPageToken", token)));
        self.get("/rest/api/3/search/jql", &wanted).await
    }

    /// Every comment, oldest first.
    async fn comments(&self, key: &str) -> Result<Vec<Said>, Failure> {
        let path = format!("{}/comment", Self::issue(key)?);
        let mut all: Vec<Said> = vec![];
        loop {
            let start = all.len().to_string();
            let query = [("orderBy", "created"), ("startAt", start.as_str()), ("maxResults", PAGE)];
            let page: Comments = self.get(&path, &query).await?;
            let (more, empty) = (all.len() + page.comments.len() < page.total, page.comments.is_empty());
            all.extend(page.comments);
            if !more || empty || all.len() >= MOST_ENTRIES {
                return Ok(all);
            }
        }
    }

    async fn attached(&self, key: &str) -> Result<Vec<Attached>, Failure> {
        let issue: Issue = self.get(&Self::issue(key)?, &[("fields", "attachment")]).await?;
        issue.read("attachment").ok_or_else(|| {
            let message = format!("{} does not say what is attached to a ticket.", self.http.server());
            failure("ticket-odd", message, shown(key))
        })
    }

    /// Whether an attachment is what was sent: its bytes are read back.
    async fn holds(&self, attached: &Attached, bytes: &[u8]) -> Result<bool, Failure> {
        if attached.size != bytes.len() as u64 || !is_key(&attached.id) {
            return Ok(false);
        }
        let path = format!("/rest/api/3/attachment/content/{}", attached.id);
        let heard = self.call(Method::GET, &path, &[("redirect", "false")], Sent::Nothing).await?;
        Ok(sha2::Sha256::digest(&heard.bytes) == sha2::Sha256::digest(bytes))
    }

    /// Whether the ticket has the file under this name; what a broken try of the desk has left goes.
    async fn there(&self, key: &str, name: &str, bytes: &[u8]) -> Result<bool, Failure> {
        let me = self.me().await?;
        for attached in self.attached(key).await?.iter().filter(|attached| attached.filename == name) {
            if self.holds(attached, bytes).await? {
                return Ok(true);
            }
            if attached.author.account_id == me.account_id && is_key(&attached.id) {
                let path = format!("/rest/api/3/attachment/{}", attached.id);
                self.call(Method::DELETE, &path, &[], Sent::Nothing).await?.taken()?;
            }
        }
        Ok(false)
    }

    /// Gives a file to the ticket's service desk, and then to the ticket, for its caller to see.
    async fn hand_over(&self, key: &str, name: &str, bytes: Arc<Vec<u8>>) -> Result<(), Failure> {
        let request = format!("/rest/servicedeskapi/request/{key}");
        let asked: Asked = self.get(&request, &[]).await?;
        if !is_key(&asked.service_desk_id) {
            return Err(failure("ticket-odd", "A ticket has no service desk.", shown(key)));
        }
        let path = format!("/rest/servicedeskapi/servicedesk/{}/attachTemporaryFile", asked.service_desk_id);
        let sent = Sent::Form(name.to_owned(), bytes);
        let given: Temporary = self.call(Method::POST, &path, &[], sent).await?.json()?;
        let files: Vec<String> =
            given.temporary_attachments.into_iter().map(|file| file.temporary_attachment_id).collect();
        let sent = Sent::Json(json!({ "temporaryAttachmentIds": files, "public": true }));
        let kept: Kept =
            self.call(Method::POST, &format!("{request}/attachment"), &[], sent).await?.json()?;
        if kept.comment.and_then(|comment| comment.public) == Some(false) {
            let message = format!(
                "{} keeps what the desk attaches from the ticket's caller; make its account an agent of the service desk.",
                self.http.server()
            );
            return Err(failure("ticket-refused", message, shown(key)));
        }
        Ok(())
    }
}

#[async_trait]
impl System for Jira {
    fn name(&self) -> &'static str {
        "jira"
    }

    async fn changed(&self, since: DateTime<Utc>, after: Option<&str>) -> Result<Page, Failure> {
        let query = self.query(since).await?;
        let found = self.search(&query, PAGE, after).await?;
        let tickets: Vec<Ticket> =
            found.issues.iter().map(|issue| self.read(issue)).collect::<Result<_, _>>()?;
        let next = found.next_page_token.filter(|_| found.is_last != Some(true));
        Ok(Page { tickets: tickets.into_iter().filter(|ticket| ticket.changed >= since).collect(), next })
    }

    async fn ticket(&self, key: &str) -> Result<Ticket, Failure> {
        let asked = self.asked();
        self.read(&self.get(&Self::issue(key)?, &[("fields", asked.as_str())]).await?)
    }

    async fn entries(&self, key: &str) -> Result<Vec<Entry>, Failure> {
        let entry = |said: Said| {
            let (public, at) = (said.jsd_public == Some(true), time(&said.created)?);
            let entry = Entry { key: said.id, by: said.author.writer(), at, text: adf::words(&said.body) };
            (public && is_key(&entry.key)).then_some(entry)
        };
        Ok(self.comments(key).await?.into_iter().filter_map(entry).collect())
    }

    async fn comment(&self, key: &str, comment: &Comment<'_>) -> Result<(), Failure> {
        self.http.settled()?;
        let (issue, me) = (Self::issue(key)?, self.me().await?);
        let mark = format!("[{}]", comment.mark);
        let marked = |said: &Said| {
            said.author.account_id == me.account_id
                && said.jsd_public == Some(true)
                && adf::words(&said.body).ends_with(&mark)
        };
        if self.comments(key).await?.iter().any(marked) {
            return Ok(());
        }
        let body = adf::document(&format!("{}\n\n{mark}", comment.text.trim_end()));
        let public: Value = json!({ "key": "sd.public.comment", "value": { "internal": false } });
        let sent = Sent::Json(json!({ "body": body, "properties": [public] }));
        self.call(Method::POST, &format!("{issue}/comment"), &[], sent).await?.taken()?;
        if self.comments(key).await?.iter().any(marked) {
            return Ok(());
        }
        let message = format!(
            "{} took a comment, and the ticket's caller cannot see it; make the desk's account an agent of the service desk.",
            self.http.server()
        );
        Err(failure("ticket-refused", message, shown(key)))
    }

    async fn attach(&self, key: &str, name: &str, bytes: Arc<Vec<u8>>) -> Result<(), Failure> {
        self.http.settled()?;
        if self.there(key, name, &bytes).await? {
            return Ok(());
        }
        self.hand_over(key, name, Arc::clone(&bytes)).await?;
        if self.there(key, name, &bytes).await? {
            return Ok(());
        }
        let message =
            format!("{} did not keep {} whole; it is attached again.", self.http.server(), shown(name));
        Err(failure("ticket-odd", message, format!("{} bytes", bytes.len())))
    }

    async fn move_to(&self, key: &str, state: &str) -> Result<(), Failure> {
        self.http.settled()?;
        let there = |name: &str| name.to_lowercase() == state.to_lowercase();
        let now = self.ticket(key).await?.state;
        if there(&now) {
            return Ok(());
        }
        let path = format!("{}/transitions", Self::issue(key)?);
        let ways: Transitions = self.get(&path, &[]).await?;
        let Some(way) = ways.transitions.iter().find(|way| there(&way.to.name)) else {
            let message = format!(
                "{} has no transition from {} to {} that the desk's account may take; see the workflow.",
                self.http.server(),
                shown(&now),
                shown(state)
            );
            return Err(failure("ticket-refused", message, shown(key)));
        };
        let sent = Sent::Json(json!({ "transition": { "id": way.id } }));
        self.call(Method::POST, &path, &[], sent).await?.taken()?;
        if there(&self.ticket(key).await?.state) {
            return Ok(());
        }
        let message =
            format!("{} left the ticket in its state; see its rules for {state}.", self.http.server());
        Err(failure("ticket-refused", message, shown(key)))
    }
}
