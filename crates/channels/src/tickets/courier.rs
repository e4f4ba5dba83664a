//! Answers in the ticket: a letter to someone who asked by a ticket becomes a comment there, its packages attachments.
//! Every other letter goes by mail.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use exeat_desk::ports::{Body, Courier, Failure, Letter, Port, Receipt, Written};
use exeat_domain::finding::Finding;
use exeat_domain::message::Answer;
use exeat_domain::path::shown;
use exeat_domain::request::TicketRef;
use exeat_domain::roster::Language;

use super::{Comment, System};
use crate::compose::whole;

/// A step of a request that a ticket's state can follow.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Milestone {
    /// The request was understood; its files are being looked at.
    Received,
    /// It goes back, or something is asked: its caller is awaited.
    Returned,
    /// What was approved has left, or waits to be picked up.
    Released,
    /// It will not be released in any form.
    Rejected,
    /// It was taken back.
    Withdrawn,
}

impl Milestone {
    /// The step that a letter tells of, if it tells of one.
    fn of(body: &Body) -> Option<Self> {
        match body {
            Body::Received(received) if received.files.is_empty() => Some(Self::Returned),
            Body::Received(_) => Some(Self::Received),
            Body::Returned(_) => Some(Self::Returned),
            Body::Released(released) if released.part < released.of => None,
            Body::Released(_) | Body::Ready(_) => Some(Self::Released),
            Body::Rejected(_) => Some(Self::Rejected),
            Body::Answered(answering) if answering.answer == Answer::Withdrawn => Some(Self::Withdrawn),
            _ => None,
        }
    }
}

/// A ticket system that answers are written to, and how its tickets' states follow.
#[derive(Clone)]
pub struct Followed {
    /// The system.
    pub system: Arc<dyn System>,
    /// The state, as the system's configuration names it, that a step moves a ticket to.
    pub states: BTreeMap<Milestone, String>,
}

/// Carries letters to tickets, and others by mail.
pub struct TicketCourier {
    mail: Arc<dyn Courier>,
    systems: Vec<Followed>,
}

impl TicketCourier {
    /// Over the courier for everybody else.
    pub fn new(mail: Arc<dyn Courier>, systems: Vec<Followed>) -> Self {
        Self { mail, systems }
    }

    async fn answer(&self, letter: &Letter, ticket: &TicketRef) -> Result<Receipt, Failure> {
        let Some(Followed { system, states }) =
            self.systems.iter().find(|followed| followed.system.name() == ticket.system)
        else {
            let message = format!(
                "The request came by a ticket of {}, which the configuration has no more. Put [tickets.{}] back to let \
                 it be answered.",
                ticket.system, ticket.system
            );
            return Err(Failure::new(Port::Courier, "ticket-no-system", message, &ticket.key));
        };
        let now = system.ticket(&ticket.key).await?;
        if now.caller.key != ticket.caller {
            let message = format!(
                "{} is for someone else now than who asked by it, so nothing is written there. Give it back to its \
                 caller to let the answer go on.",
                shown(&now.number)
            );
            return Err(Failure::new(Port::Courier, "ticket-caller", message, &ticket.key));
        }
        // What a comment speaks of is there before it.
        for attachment in &letter.attachments {
            let package = attachment.clone();
            let bytes = tokio::task::spawn_blocking(move || whole(&package)).await.map_err(|error| {
                Failure::new(
                    Port::Courier,
                    "courier-down",
                    "The package was not read; it is tried again.",
                    error,
                )
            })??;
            system.attach(&ticket.key, &attachment.name, Arc::new(bytes)).await?;
        }
        let text = self.mail.words(letter)?.text;
        system.comment(&ticket.key, &Comment { text: &text, mark: &letter.message_id }).await?;
        let mut receipt = format!(
            "{} {}: a comment, {} attached",
            ticket.system,
            shown(&now.number),
            letter.attachments.len()
        );
        if let Some(state) = Milestone::of(&letter.body).and_then(|milestone| states.get(&milestone)) {
            match system.move_to(&ticket.key, state).await {
                Ok(()) => receipt.push_str(&format!(", state {state}")),
                // What was to be said is said. A rule of the system that keeps a ticket in its state holds nothing up.
                Err(failure) if matches!(failure.code, "ticket-refused" | "ticket-gone") => {
                    tracing::warn!(code = failure.code, detail = failure.detail, "{}", failure.message);
                    receipt.push_str(&format!(", not moved to {state}"));
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(Receipt(receipt))
    }
}

#[async_trait]
impl Courier for TicketCourier {
    fn words(&self, letter: &Letter) -> Result<Written, Failure> {
        self.mail.words(letter)
    }

    fn draft(&self, language: Language, findings: &[Finding]) -> String {
        self.mail.draft(language, findings)
    }

    async fn send(&self, letter: &Letter) -> Result<Receipt, Failure> {
        match &letter.thread.ticket {
            Some(ticket) => self.answer(letter, ticket).await,
            None => self.mail.send(letter).await,
        }
    }

    fn domain(&self) -> &str {
        self.mail.domain()
    }
}
