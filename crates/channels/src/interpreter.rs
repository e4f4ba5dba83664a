//! What the words of a trusted person come to: read, settled against the share, and made a message for the desk. Mails
//! and tickets share it.

use exeat_desk::{Desk, DeskError, Files, Message, Wish};
use exeat_domain::ledger::Actor;
use exeat_domain::message::Posted;
use exeat_domain::path::Wanted;
use exeat_domain::request::{Asked, Problem, Purpose, Thread};
use exeat_domain::roster::Person;

use crate::mailbox::reading::{Intent, Question, Reading, Settings, Settled, Words, Writer};

/// Makes messages of words.
#[derive(Clone)]
pub(crate) struct Interpreter<'a> {
    /// The desk, which knows what is on the share and who may ask for it.
    pub(crate) desk: &'a Desk,
    /// How the people of the site name its share.
    pub(crate) settings: &'a Settings,
}

impl Interpreter<'_> {
    /// What the person's words ask the desk.
    ///
    /// # Errors
    /// [`DeskError`] where the share does not say what is there.
    pub(crate) async fn message(
        &self,
        words: &Words,
        person: &Person,
        (posted, thread): (Posted, Thread),
    ) -> Result<Message, DeskError> {
        let only = person.projects.first().filter(|_| person.projects.len() == 1);
        let project = only.map(String::as_str);
        let reading = words.read(self.settings, Writer { account: &person.account, project, folders: &[] });
        let named = reading.project.clone().or_else(|| project.map(str::to_owned));
        let settled = self.settle(&reading, &person.account, named.as_deref()).await?;
        Ok(Message { posted, thread, text: words.own(), wish: wish(&reading, &settled) })
    }

    /// What is meant, of what the share has and the person may ask for.
    async fn settle(
        &self,
        reading: &Reading,
        account: &str,
        project: Option<&str>,
    ) -> Result<Settled, DeskError> {
        let requester = self.desk.requester(Actor::person(account));
        let mut there: Vec<Wanted> = vec![];
        for wanted in reading.candidates() {
            if !there.contains(wanted) && requester.finds(project, wanted).await? {
                there.push(wanted.clone());
            }
        }
        Ok(reading.settle(|wanted| there.contains(wanted)))
    }
}

fn wish(reading: &Reading, settled: &Settled) -> Wish {
    let line = |wanted: &Wanted| wanted.path.to_string();
    match reading.intent() {
        Intent::Withdraw => Wish::Withdraw,
        Intent::Yes => Wish::Yes,
        Intent::TakeBack if settled.questions.is_empty() => {
            Wish::TakeBack(settled.taken_back.iter().map(|taken| line(&taken.wanted)).collect())
        }
        Intent::Files | Intent::TakeBack | Intent::Nothing => {
            let purpose = |supporting| if supporting { Purpose::Supporting } else { Purpose::Output };
            let asked = settled.asked.iter();
            let asked =
                asked.map(|taken| Asked { line: line(&taken.wanted), purpose: purpose(taken.supporting) });
            Wish::Files(Files {
                asked: asked.collect(),
                problems: settled.questions.iter().map(problem).collect(),
                project: reading.project.clone(),
                purpose: reading.purpose.clone().unwrap_or_default(),
            })
        }
    }
}

fn problem(question: &Question) -> Problem {
    Problem {
        asked: question.words.clone(),
        code: question.why.code().to_owned(),
        message: question.why.words(),
        offer: question.offer.iter().map(|wanted| wanted.path.to_string()).collect(),
    }
}
