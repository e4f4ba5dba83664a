//! The ticket systems beside the worker: watched while the desk works, and answered in.

use std::sync::Arc;
use std::time::Duration;

use exeat_channels::mailbox::Secret;
use exeat_channels::tickets::{
    Clerk, Fields, Followed, Login, Reached, ServiceNow, ServiceNowConfig, System, TicketCourier, Watch,
};
use exeat_desk::ports::{Courier, Failure, Port};

use crate::config::{self, Loaded, ServiceNowSection};
use crate::out::Failed;
use crate::wiring::Site;

/// The ticket systems of a site, as its configuration has them.
///
/// # Errors
/// [`Failed`] where a section is wrong.
pub(crate) fn of(site: &Site) -> Result<Vec<Watch>, Failed> {
    let Some(section) = &site.loaded.config.tickets.servicenow else { return Ok(vec![]) };
    let clerk = Clerk {
        desk: site.desk.clone(),
        people: Arc::clone(&site.ports.people),
        settings: site.loaded.settings().map_err(|why| wrong(&why))?,
        system: Arc::new(servicenow(&site.loaded, section, Duration::MAX)?),
        known: section.known_by,
        for_others: section.for_others,
    };
    Ok(vec![Watch { clerk, poll: Duration::from_secs(section.poll), place: section.url.clone() }])
}

/// With the ticket systems that answers are written to, if there are any.
///
/// # Errors
/// [`Failed`] where a section is wrong.
pub(crate) fn answering(loaded: &Loaded, mail: Arc<dyn Courier>) -> Result<Arc<dyn Courier>, Failed> {
    let Some(section) = &loaded.config.tickets.servicenow else { return Ok(mail) };
    let system: Arc<dyn System> = Arc::new(servicenow(loaded, section, Duration::MAX)?);
    let followed = vec![Followed { system, states: section.states.clone() }];
    Ok(Arc::new(TicketCourier::new(mail, followed)))
}

/// The instance of this section. One call may take so long at most.
///
/// # Errors
/// [`Failed`] where the section is wrong, or what it refers to is not there.
pub(crate) fn servicenow(
    loaded: &Loaded,
    section: &ServiceNowSection,
    most: Duration,
) -> Result<ServiceNow, Failed> {
    let roots = section.ca_file.as_ref().map(|file| {
        std::fs::read(loaded.path(file))
            .map_err(|error| wrong(&format!("ca_file {}: {error}", config::display(file))))
    });
    let f = section.fields.clone();
    let config = ServiceNowConfig {
        reached: Reached {
            url: section.url.clone(),
            login: login(loaded, section)?,
            proxy: section.proxy.clone(),
            roots: roots.transpose()?,
            timeout: Duration::from_secs(section.timeout).min(most),
        },
        table: section.table.clone(),
        queue: section.queue.clone(),
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
    ServiceNow::new(config).map_err(|error| wrong(&error.to_string()))
}

fn login(loaded: &Loaded, section: &ServiceNowSection) -> Result<Login, Failed> {
    match (&section.user, &section.password, &section.client, &section.client_secret) {
        (Some(user), Some(password), None, None) => {
            Ok(Login::Basic { user: user.clone(), password: secret(loaded, password)? })
        }
        (None, None, Some(client), Some(reference)) => Ok(Login::Client {
            token_url: section
                .token_url
                .clone()
                .unwrap_or_else(|| format!("{}/oauth_token.do", section.url.trim_end_matches('/'))),
            id: client.clone(),
            secret: secret(loaded, reference)?,
            scope: section.scope.clone(),
        }),
        _ => Err(wrong("give either user and password, or client and client_secret")),
    }
}

/// A secret, read at every call; once here, so that a reference that leads nowhere is told now.
fn secret(loaded: &Loaded, reference: &config::Secret) -> Result<Secret, Failed> {
    reference.read(&loaded.base).map_err(|why| wrong(&why))?;
    let (reference, base) = (reference.clone(), loaded.base.clone());
    let unread = |why: String| {
        let message = format!("The ticket system's secret cannot be read: {why}.");
        Failure::new(Port::Door, "ticket-login", message, why)
    };
    Ok(Arc::new(move || reference.read(&base).map_err(unread)))
}

fn wrong(why: &str) -> Failed {
    Failed::usage("tickets", format!("tickets.servicenow: {why}"))
}
