//! The connections on the administrator's page: how each did when it was tried last, and trying them again.

use axum::extract::State;
use axum::response::Redirect;
use exeat_desk::ports::{Health, Sign};
use exeat_desk::{Checkup, Examined};

use crate::app::App;
use crate::error::PageError;
use crate::moments::Moments;
use crate::visitor::Visitor;
use crate::words::{Mark, Said, Words, fill};

/// What was seen of all connections.
pub(super) struct View {
    pub(super) tried: String,
    pub(super) exact: String,
    pub(super) lines: Vec<Line>,
}

/// One connection.
pub(super) struct Line {
    pub(super) name: String,
    pub(super) place: String,
    pub(super) mark: Mark,
    pub(super) signs: Vec<Seen>,
}

/// One thing that was seen of it.
pub(super) struct Seen {
    /// Where it is not fine.
    pub(super) icon: Option<&'static str>,
    pub(super) saw: Said,
    pub(super) mend: Option<Said>,
    pub(super) detail: Option<String>,
}

impl View {
    pub(super) fn of(checkup: &Checkup, w: &'static Words, moments: Moments<'_>) -> Self {
        Self {
            tried: fill(w.connections.tried, &[("when", &moments.at(checkup.at))]),
            exact: Moments::exact(checkup.at),
            lines: checkup.connections.iter().map(|one| line(one, w)).collect(),
        }
    }
}

fn line(one: &Examined, w: &'static Words) -> Line {
    let [fine, warning, broken] = w.connections.healths;
    let word = match one.health {
        Health::Fine => fine,
        Health::Warning => warning,
        Health::Broken => broken,
    };
    Line {
        name: one.name.clone(),
        place: one.place.clone(),
        mark: Mark { class: class(one.health), word },
        signs: one.signs.iter().map(|sign| seen(sign, w)).collect(),
    }
}

fn seen(sign: &Sign, w: &'static Words) -> Seen {
    Seen {
        icon: (sign.health != Health::Fine).then(|| class(sign.health)),
        saw: w.said(&sign.saw),
        mend: sign.mend.as_ref().map(|mend| w.said(mend)),
        detail: sign.detail.clone(),
    }
}

const fn class(health: Health) -> &'static str {
    match health {
        Health::Fine => "clear",
        Health::Warning => "review",
        Health::Broken => "blocked",
    }
}

/// Tries every connection, and goes back to the page.
pub(crate) async fn examine(State(app): State<App>, visitor: Visitor) -> Result<Redirect, PageError> {
    app.desk().administrator(&visitor.actor()).await?.examine().await;
    Ok(Redirect::to("/admin#connections"))
}
