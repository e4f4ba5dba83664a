//! A site whose requests come by tickets of a stand-in, which is written from the system's public documentation.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use exeat_channels::mailbox::reading;
use exeat_channels::tickets::{
    Clerk, Fields, Followed, Jira, JiraConfig, Known, Login, Milestone, Reached, ServiceNow,
    ServiceNowConfig, System, TicketCourier, TicketError,
};
use exeat_desk::{Desk, Ports};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::dovecot::{PASSWORD, certify, secret};
use crate::site::{Oops, Site};

/// A ticket system of the tests' own; it is gone with this.
#[derive(Debug)]
pub struct StandIn {
    child: Child,
    folder: TempDir,
    /// Its address.
    pub url: String,
}

impl StandIn {
    /// Starts one, by its name. With TLS it is `localhost`, by a certificate of its own.
    ///
    /// # Errors
    /// Where Python does not start it.
    pub fn start(name: &str, tls: bool) -> Result<Self, Oops> {
        let folder = tempfile::tempdir()?;
        let python = std::env::var_os("EXEAT_TEST_PYTHON").unwrap_or_else(|| "python3".into());
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("stand-ins/{name}.py"));
        let mut command = Command::new(python);
        command.arg(script);
        if tls {
            certify(folder.path())?;
            command.arg(folder.path());
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let said = child.stdout.take().ok_or("no output")?;
        let mut port = String::new();
        BufReader::new(said).read_line(&mut port)?;
        let port: u16 = port.trim().parse().map_err(|_| format!("{name}.py did not start"))?;
        let url = if tls { format!("https://localhost:{port}") } else { format!("http://127.0.0.1:{port}") };
        Ok(Self { child, folder, url })
    }

    /// Its certificate, if it has one.
    #[must_use]
    pub fn certificate(&self) -> std::path::PathBuf {
        self.folder.path().join("cert.pem")
    }

    /// What only tests can ask of it.
    ///
    /// # Errors
    /// What it says.
    pub fn control(&self, what: &str, asked: &Value) -> Result<Value, Oops> {
        let agent = ureq::Agent::config_builder().proxy(None).build().new_agent();
        let mut answer = agent.post(format!("{}/_control/{what}", self.url)).send(asked.to_string())?;
        Ok(serde_json::from_str(&answer.body_mut().with_config().limit(1 << 30).read_to_string()?)?)
    }

    /// A ticket that someone opens; gives its key.
    ///
    /// # Errors
    /// What it says.
    pub fn ticket(&self, caller: &str, text: &str) -> Result<String, Oops> {
        key(&self.control("ticket", &json!({ "caller": caller, "text": text }))?)
    }

    /// Something that someone writes on a ticket.
    ///
    /// # Errors
    /// What it says.
    pub fn write(&self, ticket: &str, by: &str, text: &str) -> Result<(), Oops> {
        self.control("comment", &json!({ "ticket": ticket, "by": by, "text": text })).map(drop)
    }
}

fn key(row: &Value) -> Result<String, Oops> {
    Ok(row["key"].as_str().ok_or("no key")?.to_owned())
}

impl Drop for StandIn {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// How the stand-in of `ServiceNow` is used.
#[must_use]
pub fn servicenow(url: &str) -> ServiceNowConfig {
    let login = Login::Basic { user: "exeat".into(), password: secret(PASSWORD) };
    let states = [("open", "1"), ("working", "2"), ("done", "3"), ("waiting", "-5"), ("cancelled", "4")];
    ServiceNowConfig {
        reached: Reached {
            url: url.into(),
            login,
            proxy: None,
            roots: None,
            timeout: Duration::from_secs(10),
        },
        table: "sc_req_item".into(),
        queue: "assignment_group.name=Release desk".into(),
        fields: Fields::default(),
        states: states.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
    }
}

/// How the stand-in of Jira is used.
#[must_use]
pub fn jira(url: &str) -> JiraConfig {
    let login = Login::Basic { user: "exeat@example.org".into(), password: secret(PASSWORD) };
    JiraConfig {
        reached: Reached {
            url: url.into(),
            login,
            proxy: None,
            roots: None,
            timeout: Duration::from_secs(10),
        },
        cloud_id: None,
        queue: "project = REL".into(),
        text: vec!["description".into()],
    }
}

/// How a ticket system is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// As `ServiceNow` is.
    ServiceNow,
    /// As Jira is.
    Jira,
}

impl Wire {
    /// The name of its stand-in.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ServiceNow => "servicenow",
            Self::Jira => "jira",
        }
    }

    /// What tells who a caller is.
    #[must_use]
    pub fn known(self) -> Known {
        match self {
            Self::ServiceNow => Known::Account,
            Self::Jira => Known::Address,
        }
    }

    /// The stand-in there, as the desk sees it, with so much patience.
    ///
    /// # Errors
    /// Where the address will not do.
    pub fn system(self, url: &str, timeout: Duration) -> Result<Arc<dyn System>, TicketError> {
        Ok(match self {
            Self::ServiceNow => {
                let base = servicenow(url);
                let reached = Reached { timeout, ..base.reached };
                Arc::new(ServiceNow::new(ServiceNowConfig { reached, ..base })?)
            }
            Self::Jira => {
                let base = jira(url);
                let reached = Reached { timeout, ..base.reached };
                Arc::new(Jira::new(JiraConfig { reached, ..base })?)
            }
        })
    }

    /// A state of the stand-in, by the name that the tests give it.
    #[must_use]
    pub fn state(self, value: &str) -> &str {
        match (self, value) {
            (Self::ServiceNow, "1") => "open",
            (Self::ServiceNow, "2") => "working",
            (Self::ServiceNow, "3") => "done",
            (Self::ServiceNow, "-5") => "waiting",
            (Self::ServiceNow, "4") => "cancelled",
            (_, other) => other,
        }
    }
}

/// A site with a ticket system.
pub struct Tickets {
    /// The site; its share is known as `\\\\files.example.org\\results`.
    pub site: Site,
    /// Its desk, which answers in tickets.
    pub desk: Desk,
    /// What takes tickets in.
    pub clerk: Clerk,
}

impl Tickets {
    /// Makes the site in an empty folder, before this system.
    ///
    /// # Errors
    /// What the site says.
    pub async fn furnish(root: &Path, system: Arc<dyn System>, known: Known) -> Result<Self, Oops> {
        let mut site = Site::furnish(root).await?;
        site.unc = vec![r"\\files.example.org\results".into()];
        let states = BTreeMap::from([
            (Milestone::Received, "working".to_owned()),
            (Milestone::Returned, "waiting".to_owned()),
            (Milestone::Released, "done".to_owned()),
            (Milestone::Withdrawn, "cancelled".to_owned()),
        ]);
        let followed = vec![Followed { system: Arc::clone(&system), states }];
        let answering = |ports: Ports| Ports {
            courier: Arc::new(TicketCourier::new(Arc::clone(&ports.courier), followed)),
            ..ports
        };
        let desk = site.desk(answering).await?;
        let clerk = Clerk {
            desk: desk.clone(),
            people: site.ports().await?.people,
            settings: reading::Settings::new(&site.unc, &BTreeMap::new(), None)?,
            system,
            known,
            for_others: false,
        };
        Ok(Self { site, desk, clerk })
    }
}
