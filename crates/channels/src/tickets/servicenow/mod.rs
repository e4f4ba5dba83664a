//! ServiceNow, by its Table and Attachment APIs.
//!
//! Written from the public documentation ("REST API reference": Table API, Attachment API; "Operators available for
//! filters and queries"). Times of its API are UTC, without saying so; times in a query are read in the time zone of the
//! account that asks.

mod probe;
mod records;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use exeat_desk::ports::Failure;
use exeat_domain::digest::Sha256;
use exeat_domain::path::shown;
use serde_json::json;
use sha2::Digest as _;
use tokio::sync::OnceCell;
use ureq::http::Method;

use super::http::{Http, Reached, Sent, TicketError, failure};
use super::{Comment, Entry, Page, System, Ticket, Writer};
use records::{Attached, Listed, One, Record, is_key, plain, time, written};

/// The tickets of one page.
const PAGE: usize = 100;
/// The most of one page: so many may have changed within one second.
const LARGEST_PAGE: usize = 6400;
/// What a query's times can be off by, where the account's time zone is not known to be UTC.
const SLACK: TimeDelta = TimeDelta::hours(14);
/// The most comments of one ticket, and the most people that are looked up at once.
const MOST_ENTRIES: usize = 2000;
const MOST_PEOPLE: usize = 100;

/// Which fields of a ticket say what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields {
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// What is asked: the text of each, a paragraph of its own. `variables.NAME` for the answers of a catalogue item.
    pub text: Vec<String>,
    /// For whom it is: a reference to a user.
    pub caller: String,
    /// Who opened it: a reference to a user.
    pub opened_by: String,
    /// Its state.
    pub state: String,
    /// Whether it is open.
    pub active: String,
}

impl Default for Fields {
    fn default() -> Self {
        Self {
            number: "number".into(),
            title: "short_description".into(),
            text: vec!["description".into()],
            caller: "request.requested_for".into(),
            opened_by: "opened_by".into(),
            state: "state".into(),
            active: "active".into(),
        }
    }
}

/// An instance, and the desk's queue in it.
#[derive(Clone)]
pub struct ServiceNowConfig {
    /// How it is reached.
    pub reached: Reached,
    /// The table that tickets are in: `sc_req_item`.
    pub table: String,
    /// The desk's queue, as an encoded query: `active=true^assignment_group.name=Release desk`.
    pub queue: String,
    /// Which fields say what.
    pub fields: Fields,
    /// Names for values of the state field: `done = "3"`.
    pub states: BTreeMap<String, String>,
}

/// An instance of ServiceNow.
#[derive(Clone)]
pub struct ServiceNow {
    http: Http,
    config: Arc<ServiceNowConfig>,
    me: Arc<OnceCell<Me>>,
    /// Whether times were last seen as they are kept; a query's times are then read as they are written.
    utc: Arc<AtomicBool>,
}

/// The account of the desk there.
#[derive(Clone, Debug)]
struct Me {
    user_name: String,
}

impl ServiceNow {
    /// Nothing is connected yet.
    ///
    /// # Errors
    /// [`TicketError`] where the configuration will not do.
    pub fn new(config: ServiceNowConfig) -> Result<Self, TicketError> {
        let name = |text: &str| {
            !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.')
        };
        let f = &config.fields;
        let names = [&config.table, &f.number, &f.title, &f.caller, &f.opened_by, &f.state, &f.active];
        if let Some(odd) = names.into_iter().chain(&f.text).find(|text| !name(text)) {
            return Err(TicketError::Setting(
                "a table or field",
                odd.clone(),
                "use letters, digits, _ and .",
            ));
        }
        if config.queue.is_empty() || config.queue.chars().any(char::is_control) {
            return Err(TicketError::Setting("queue", config.queue, "say which tickets are the desk's"));
        }
        if config.queue.contains("^NQ") || config.queue.contains("ORDERBY") {
            return Err(TicketError::Setting("queue", config.queue, "^NQ and ORDERBY cannot stand in it"));
        }
        Ok(Self {
            http: Http::new(config.reached.clone())?,
            config: Arc::new(config),
            me: Arc::default(),
            utc: Arc::default(),
        })
    }

    fn record(&self, key: &str) -> Result<String, Failure> {
        if is_key(key) {
            return Ok(format!("/api/now/table/{}/{key}", self.config.table));
        }
        Err(failure("ticket-gone", "There is no such ticket.", shown(key)))
    }

    /// The fields that are asked for, dotted ones too.
    fn asked(&self) -> String {
        let f = &self.config.fields;
        let mut all = vec!["sys_id".to_owned(), "sys_updated_on".to_owned()];
        all.extend([&f.number, &f.title, &f.state, &f.active].map(Clone::clone));
        all.extend(f.text.iter().cloned());
        for user in [&f.caller, &f.opened_by] {
            all.extend([user.clone(), format!("{user}.user_name"), format!("{user}.email")]);
        }
        all.join(",")
    }

    fn read(&self, record: &Record) -> Result<Ticket, Failure> {
        let f = &self.config.fields;
        let writer = |field: &str| Writer {
            key: record.value(field),
            account: Some(record.value(&format!("{field}.user_name"))).filter(|name| !name.is_empty()),
            address: Some(record.value(&format!("{field}.email"))).filter(|name| !name.is_empty()),
        };
        let texts = f.text.iter().map(|field| record.text(field)).filter(|text| !text.is_empty());
        let state = record.value(&f.state);
        let named = self.config.states.iter().find(|(_, value)| **value == state);
        let key = record.value("sys_id");
        let changed = time(&record.value("sys_updated_on")).filter(|_| is_key(&key)).ok_or_else(|| {
            let message = format!(
                "{} gives a ticket without its key or the time of its change; see which fields its account may read.",
                self.http.server()
            );
            failure("ticket-odd", message, shown(&record.value(&f.number)))
        })?;
        Ok(Ticket {
            key,
            number: record.value(&f.number),
            title: record.text(&f.title),
            text: texts.collect::<Vec<_>>().join("\n\n"),
            caller: writer(&f.caller),
            opened_by: writer(&f.opened_by),
            state: named.map_or_else(|| state.clone(), |(name, _)| name.clone()),
            open: matches!(record.value(&f.active).as_str(), "true" | "1"),
            changed,
        })
    }

    /// One page that begins at a time, in the order of change.
    async fn page(&self, from: DateTime<Utc>, size: usize) -> Result<Vec<Record>, Failure> {
        let query = format!(
            "{}^sys_updated_on>={}^ORDERBYsys_updated_on^ORDERBYsys_id",
            self.config.queue,
            written(from)
        );
        let size = size.to_string();
        let asked = self.asked();
        let path = format!("/api/now/table/{}", self.config.table);
        let query = [
            ("sysparm_query", query.as_str()),
            ("sysparm_fields", &asked),
            ("sysparm_display_value", "all"),
            ("sysparm_exclude_reference_link", "true"),
            ("sysparm_limit", &size),
        ];
        let heard = self.http.call(Method::GET, &path, &query, Sent::Nothing).await?;
        Ok(heard.json::<Listed<Record>>()?.result)
    }

    /// Everything around a time, where the query may be read in another time zone than it was written in.
    async fn around(&self, from: DateTime<Utc>) -> Result<Vec<Record>, Failure> {
        let records = self.page(from.checked_sub_signed(SLACK).unwrap_or(from), LARGEST_PAGE).await?;
        if records.len() < LARGEST_PAGE {
            return Ok(records);
        }
        let message = format!(
            "More tickets changed than {} gives at once to an account whose time zone is not GMT; set it to GMT.",
            self.http.server()
        );
        Err(failure("ticket-refused", message, ""))
    }

    /// The account that the desk has there.
    async fn me(&self) -> Result<&Me, Failure> {
        self.me
            .get_or_try_init(|| async {
                let query = [
                    ("sysparm_query", "sys_id=javascript:gs.getUserID()"),
                    ("sysparm_fields", "sys_id,user_name"),
                    ("sysparm_limit", "2"),
                ];
                let heard = self.http.call(Method::GET, "/api/now/table/sys_user", &query, Sent::Nothing).await?;
                match heard.json::<Listed<HashMap<String, String>>>()?.result.as_slice() {
                    [one] if one.get("user_name").is_some_and(|name| !name.is_empty()) => {
                        Ok(Me { user_name: one.get("user_name").cloned().unwrap_or_default() })
                    }
                    _ => {
                        let message = format!(
                            "{} does not say which account the desk has there; let it read its own row of sys_user.",
                            self.http.server()
                        );
                        Err(failure("ticket-refused", message, ""))
                    }
                }
            })
            .await
    }

    /// Every comment for the caller, oldest first, with the account of its writer.
    async fn journal(&self, key: &str) -> Result<Vec<HashMap<String, String>>, Failure> {
        self.record(key)?;
        let query = format!("element_id={key}^element=comments^ORDERBYsys_created_on^ORDERBYsys_id");
        let most = MOST_ENTRIES.to_string();
        let query = [
            ("sysparm_query", query.as_str()),
            ("sysparm_fields", "sys_id,value,sys_created_by,sys_created_on"),
            ("sysparm_limit", &most),
        ];
        let heard =
            self.http.call(Method::GET, "/api/now/table/sys_journal_field", &query, Sent::Nothing).await?;
        Ok(heard.json::<Listed<HashMap<String, String>>>()?.result)
    }

    /// The keys of people, by their accounts; what is no plain account has none.
    async fn people(&self, names: Vec<&str>) -> Result<HashMap<String, Writer>, Failure> {
        let mut known = HashMap::new();
        let mut names: Vec<&str> = names.into_iter().filter(|name| plain(name)).collect();
        names.sort_unstable();
        names.dedup();
        for some in names.chunks(MOST_PEOPLE) {
            let query = format!("user_nameIN{}", some.join(","));
            let query = [
                ("sysparm_query", query.as_str()),
                ("sysparm_fields", "sys_id,user_name,email"),
                ("sysparm_limit", "1000"),
            ];
            let heard = self.http.call(Method::GET, "/api/now/table/sys_user", &query, Sent::Nothing).await?;
            for row in heard.json::<Listed<HashMap<String, String>>>()?.result {
                let of = |field: &str| row.get(field).filter(|text| !text.is_empty()).cloned();
                let (Some(key), Some(account)) = (of("sys_id"), of("user_name")) else { continue };
                let writer = Writer { key, account: Some(account.clone()), address: of("email") };
                // Two rows of one account are nobody.
                known.entry(account).and_modify(|kept: &mut Writer| kept.key.clear()).or_insert(writer);
            }
        }
        Ok(known)
    }

    async fn attached(&self, key: &str) -> Result<Vec<Attached>, Failure> {
        let query = format!("table_name={}^table_sys_id={key}", self.config.table);
        let query = [("sysparm_query", query.as_str()), ("sysparm_limit", "1000")];
        let heard = self.http.call(Method::GET, "/api/now/attachment", &query, Sent::Nothing).await?;
        Ok(heard.json::<Listed<Attached>>()?.result)
    }

    /// Whether an attachment is what was sent; where the instance tells no digest, its bytes are read back.
    async fn holds(&self, attached: &Attached, sha256: &str, bytes: usize) -> Result<bool, Failure> {
        if attached.size_bytes != bytes.to_string() || !is_key(&attached.sys_id) {
            return Ok(false);
        }
        if !attached.hash.is_empty() {
            return Ok(attached.hash.eq_ignore_ascii_case(sha256));
        }
        let path = format!("/api/now/attachment/{}/file", attached.sys_id);
        let heard = self.http.call(Method::GET, &path, &[], Sent::Nothing).await?;
        Ok(digest(&heard.bytes) == sha256)
    }
}

#[async_trait]
impl System for ServiceNow {
    fn name(&self) -> &'static str {
        "servicenow"
    }

    async fn changed(&self, since: DateTime<Utc>, after: Option<&str>) -> Result<Page, Failure> {
        // Pages begin at a time, never at a count: a ticket that changes meanwhile moves behind, and others would slip.
        let begun = after.and_then(|after| after.split_once('|'));
        let begun = begun.and_then(|(at, size)| Some((time(at)?, size.parse().ok()?)));
        let (from, size) = begun.unwrap_or((since, PAGE));
        // From the beginning on, every time zone gives everything.
        let exact = since == DateTime::UNIX_EPOCH && after.is_none() || self.utc.load(Ordering::Relaxed);
        let records = if exact { self.page(from, size).await? } else { self.around(from).await? };
        let seen = records.iter().map(|record| record.in_utc("sys_updated_on")).reduce(|all, one| all && one);
        if let Some(seen) = seen
            && self.utc.swap(seen, Ordering::Relaxed)
            && !seen
        {
            // The account was changed meanwhile: what was asked for is not what was meant.
            return self.changed(since, after).await;
        }
        let full = exact && records.len() >= size;
        let tickets: Vec<Ticket> =
            records.iter().map(|record| self.read(record)).collect::<Result<_, _>>()?;
        let last = tickets.iter().map(|ticket| ticket.changed).max();
        let next = last.filter(|_| full).map(|last| {
            // As many as fit have changed within one second: the next page begins there again, and is larger.
            let size = if last <= from { (size * 2).min(LARGEST_PAGE) } else { PAGE };
            format!("{}|{size}", written(last))
        });
        let tickets = tickets.into_iter().filter(|ticket| ticket.changed >= from).collect();
        Ok(Page { tickets, next })
    }

    async fn ticket(&self, key: &str) -> Result<Ticket, Failure> {
        let asked = self.asked();
        let query = [
            ("sysparm_fields", asked.as_str()),
            ("sysparm_display_value", "all"),
            ("sysparm_exclude_reference_link", "true"),
        ];
        let heard = self.http.call(Method::GET, &self.record(key)?, &query, Sent::Nothing).await?;
        self.read(&heard.json::<One<Record>>()?.result)
    }

    async fn entries(&self, key: &str) -> Result<Vec<Entry>, Failure> {
        let journal = self.journal(key).await?;
        let of = |row: &HashMap<String, String>, field: &str| row.get(field).cloned().unwrap_or_default();
        let names = journal.iter().filter_map(|row| row.get("sys_created_by")).map(String::as_str).collect();
        let people = self.people(names).await?;
        let entry = |row: &HashMap<String, String>| {
            let account = of(row, "sys_created_by");
            let by = people.get(&account).cloned().unwrap_or_default();
            let at = time(&of(row, "sys_created_on"))?;
            let key = Some(of(row, "sys_id")).filter(|key| is_key(key))?;
            Some(Entry { key, by, at, text: of(row, "value") })
        };
        Ok(journal.iter().filter_map(entry).collect())
    }

    async fn comment(&self, key: &str, comment: &Comment<'_>) -> Result<(), Failure> {
        self.http.settled()?;
        let (record, me) = (self.record(key)?, self.me().await?);
        let mark = format!("[{}]", comment.mark);
        let marked = |row: &HashMap<String, String>| {
            row.get("sys_created_by") == Some(&me.user_name)
                && row.get("value").is_some_and(|value| value.trim_end().ends_with(&mark))
        };
        if self.journal(key).await?.iter().any(marked) {
            return Ok(());
        }
        let text = format!("{}\n\n{mark}", records::inert(comment.text));
        let sent = Sent::Json(json!({ "comments": text }));
        self.http.call(Method::PATCH, &record, &[("sysparm_fields", "sys_id")], sent).await?.taken()?;
        if self.journal(key).await?.iter().any(marked) {
            return Ok(());
        }
        let message = format!(
            "{} took a comment, and it is not there; see that the desk's account may read sys_journal_field and write comments.",
            self.http.server()
        );
        Err(failure("ticket-refused", message, shown(key)))
    }

    async fn attach(&self, key: &str, name: &str, bytes: Arc<Vec<u8>>) -> Result<(), Failure> {
        self.http.settled()?;
        self.record(key)?;
        let (sha256, me) = (digest(&bytes), self.me().await?);
        for attached in self.attached(key).await?.iter().filter(|attached| attached.file_name == name) {
            if self.holds(attached, &sha256, bytes.len()).await? {
                return Ok(());
            }
            // What a broken try has left; what another put there stays.
            if attached.sys_created_by == me.user_name && is_key(&attached.sys_id) {
                let path = format!("/api/now/attachment/{}", attached.sys_id);
                self.http.call(Method::DELETE, &path, &[], Sent::Nothing).await?.taken()?;
            }
        }
        let query = [("table_name", self.config.table.as_str()), ("table_sys_id", key), ("file_name", name)];
        let sent = Sent::File(Arc::clone(&bytes));
        let heard = self.http.call(Method::POST, "/api/now/attachment/file", &query, sent).await?;
        let made = heard.json::<One<Attached>>()?.result;
        if self.holds(&made, &sha256, bytes.len()).await? {
            return Ok(());
        }
        let message =
            format!("{} did not keep {} whole; it is attached again.", self.http.server(), shown(name));
        Err(failure("ticket-odd", message, format!("{} bytes, {}", made.size_bytes, made.hash)))
    }

    async fn move_to(&self, key: &str, state: &str) -> Result<(), Failure> {
        self.http.settled()?;
        let Some(value) = self.config.states.get(state) else {
            let message = format!("The configuration names no state {state} of ServiceNow.");
            return Err(failure("ticket-refused", message, shown(key)));
        };
        if self.ticket(key).await?.state == state {
            return Ok(());
        }
        let field = self.config.fields.state.clone();
        let sent = Sent::Json(json!({ field: value }));
        self.http
            .call(Method::PATCH, &self.record(key)?, &[("sysparm_fields", "sys_id")], sent)
            .await?
            .taken()?;
        if self.ticket(key).await?.state == state {
            return Ok(());
        }
        let message =
            format!("{} left the ticket in its state; see its rules for {state}.", self.http.server());
        Err(failure("ticket-refused", message, shown(key)))
    }
}

fn digest(bytes: &[u8]) -> String {
    Sha256(sha2::Sha256::digest(bytes).into()).to_string()
}
