//! The ticket systems beside the worker: watched while the desk works, and answered in.

use std::sync::Arc;
use std::time::Duration;

use exeat_channels::mailbox::Secret;
use exeat_channels::tickets::{
    Clerk, Fields, Followed, Jira, JiraConfig, Login, Reached, ServiceNow, ServiceNowConfig, System,
    TicketCourier, TicketError, Watch,
};
use exeat_desk::ports::{Courier, Failure, Port};

use crate::config::{self, Loaded, TicketCommon};
use crate::out::Failed;
use crate::wiring::Site;

/// The ticket systems of a site, as its configuration has them.
///
/// # Errors
/// [`Failed`] where a section is wrong.
pub(crate) fn of(site: &Site) -> Result<Vec<Watch>, Failed> {
    let watch = |section: TicketCommon<'_>| {
        let clerk = Clerk {
            desk: site.desk.clone(),
            people: Arc::clone(&site.ports.people),
            settings: site.loaded.settings().map_err(|why| wrong(&section, &why))?,
            system: system(&site.loaded, &section, Duration::MAX)?,
            known: section.known_by,
            for_others: section.for_others,
        };
        Ok(Watch { clerk, poll: Duration::from_secs(section.poll), place: section.url.to_owned() })
    };
    site.loaded.config.tickets.all().into_iter().map(watch).collect()
}

/// With the ticket systems that answers are written to, if there are any.
///
/// # Errors
/// [`Failed`] where a section is wrong.
pub(crate) fn answering(loaded: &Loaded, mail: Arc<dyn Courier>) -> Result<Arc<dyn Courier>, Failed> {
    let followed = |section: TicketCommon<'_>| {
        let system = system(loaded, &section, Duration::MAX)?;
        Ok(Followed { system, states: section.states.clone() })
    };
    let systems: Vec<Followed> =
        loaded.config.tickets.all().into_iter().map(followed).collect::<Result<_, Failed>>()?;
    if systems.is_empty() {
        return Ok(mail);
    }
    Ok(Arc::new(TicketCourier::new(mail, systems)))
}

/// The system of this section. One call may take so long at most.
///
/// # Errors
/// [`Failed`] where the section is wrong, or what it refers to is not there.
pub(crate) fn system(
    loaded: &Loaded,
    section: &TicketCommon<'_>,
    most: Duration,
) -> Result<Arc<dyn System>, Failed> {
    let roots = section.ca_file.map(|file| {
        std::fs::read(loaded.path(file))
            .map_err(|error| wrong(section, &format!("ca_file {}: {error}", config::display(file))))
    });
    let reached = Reached {
        url: section.url.to_owned(),
        login: login(loaded, section)?,
        proxy: section.proxy.map(str::to_owned),
        roots: roots.transpose()?,
        timeout: Duration::from_secs(section.timeout).min(most),
    };
    made(loaded, section, reached).map_err(|error| wrong(section, &error.to_string()))
}

/// The system that speaks as this section's does.
fn made(
    loaded: &Loaded,
    section: &TicketCommon<'_>,
    reached: Reached,
) -> Result<Arc<dyn System>, TicketError> {
    let tickets = &loaded.config.tickets;
    if let Some(jira) = tickets.jira.as_ref().filter(|_| section.name == "tickets.jira") {
        let (cloud_id, queue, text) = (jira.cloud_id.clone(), jira.queue.clone(), jira.text.clone());
        return Ok(Arc::new(Jira::new(JiraConfig { reached, cloud_id, queue, text })?));
    }
    let Some(servicenow) = &tickets.servicenow else { return Err(TicketError::Url(section.url.to_owned())) };
    let f = servicenow.fields.clone();
    let config = ServiceNowConfig {
        reached,
        table: servicenow.table.clone(),
        queue: servicenow.queue.clone(),
        fields: Fields {
            number: f.number,
            title: f.title,
            text: f.text,
            caller: f.caller,
            opened_by: f.opened_by,
            state: f.state,
            active: f.active,
        },
        // A state is called by its value.
        states: section.states.values().map(|value| (value.clone(), value.clone())).collect(),
    };
    Ok(Arc::new(ServiceNow::new(config)?))
}

fn login(loaded: &Loaded, section: &TicketCommon<'_>) -> Result<Login, Failed> {
    match (section.user, section.password, section.client, section.client_secret) {
        (Some(user), Some(password), None, None) => {
            Ok(Login::Basic { user: user.to_owned(), password: secret(loaded, section, password)? })
        }
        (None, None, Some(client), Some(reference)) => Ok(Login::Client {
            token_url: section.token_url.clone(),
            id: client.to_owned(),
            secret: secret(loaded, section, reference)?,
            scope: section.scope.map(str::to_owned),
        }),
        _ => Err(wrong(section, "give either user and password, or client and client_secret")),
    }
}

/// A secret, read at every call; once here, so that a reference that leads nowhere is told now.
fn secret(loaded: &Loaded, section: &TicketCommon<'_>, reference: &config::Secret) -> Result<Secret, Failed> {
    reference.read(&loaded.base).map_err(|why| wrong(section, &why))?;
    let (reference, base) = (reference.clone(), loaded.base.clone());
    let unread = |why: String| {
        let message = format!("The ticket system's secret cannot be read: {why}.");
        Failure::new(Port::Door, "ticket-login", message, why)
    };
    Ok(Arc::new(move || reference.read(&base).map_err(unread)))
}

fn wrong(section: &TicketCommon<'_>, why: &str) -> Failed {
    Failed::usage("tickets", format!("{}: {why}", section.name))
}
