//! What a requester may ask from: which files a line means, and what is shown of a folder of the share.

use exeat_domain::path::{SharePath, leads_to, under};
use exeat_domain::request::{Asked, Problem, Request};

use crate::desk::Desk;
use crate::error::DeskError;
use crate::ports::{FileProblem, Listing, Look};

/// For whom and for which project files are looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) account: &'a str,
    pub(crate) project: Option<&'a str>,
}

impl<'a> Scope<'a> {
    /// That of a request.
    pub(crate) fn of(request: &'a Request) -> Self {
        Self { account: &request.requester, project: request.project.as_deref() }
    }
}

impl Desk {
    /// The files that one line of a request means, within the requester's scope.
    pub(crate) async fn find(
        &self,
        scope: Scope<'_>,
        asked: &Asked,
        problems: &mut Vec<Problem>,
    ) -> Result<Vec<SharePath>, DeskError> {
        let wanted = match self.settings.roots.read(&asked.line) {
            Ok(wanted) => wanted,
            Err(wrong) => {
                problems.push(problem(&asked.line, wrong.code(), &format!("{wrong}.")));
                return Ok(vec![]);
            }
        };
        let found = self.ports.share.find(&wanted, self.policy().max_files).await?;
        problems.extend(found.problems.iter().map(taken));
        let folders = self.folders(scope);
        let (within, outside): (Vec<_>, Vec<_>) = found
            .files
            .into_iter()
            .partition(|path| folders.as_ref().is_none_or(|folders| is_in(folders, path.as_str())));
        problems.extend(outside.into_iter().map(|path| {
            let message =
                format!("{path} is not in a folder that you may ask from. Copy it to your own folder.");
            problem(path.as_str(), "out-of-scope", &message)
        }));
        Ok(within)
    }

    /// A folder of the share, as far as the requester may ask from it; the folders on the way there lead only there.
    pub(crate) async fn look(
        &self,
        scope: Scope<'_>,
        folder: Option<&SharePath>,
        look: Look,
    ) -> Result<Result<Listing, FileProblem>, DeskError> {
        let folders = self.folders(scope);
        let at = folder.map_or("", SharePath::as_str);
        let open =
            |folders: &Vec<String>| is_in(folders, at) || folders.iter().any(|pattern| leads_to(pattern, at));
        if is_hidden(at) || !folders.as_ref().is_none_or(open) {
            return Ok(Err(FileProblem {
                asked: at.to_owned(),
                code: "out-of-scope",
                message: format!("“{at}” is not a folder that you may ask from."),
            }));
        }
        // A scope of which nothing is open shows nothing, not everything.
        if folders.as_ref().is_some_and(Vec::is_empty) {
            return Ok(Ok(Listing::default()));
        }
        let look = Look { within: folders.unwrap_or_default(), ..look };
        Ok(self.ports.share.look(folder, &look).await?)
    }

    /// Whether a line names exactly one file or folder that may be picked by looking.
    pub(crate) fn may_pick(&self, scope: Scope<'_>, line: &str) -> bool {
        let plain = self.settings.roots.read(line).is_ok_and(|wanted| {
            !wanted.is_pattern() && wanted.path.as_str() == line && !is_hidden(wanted.path.as_str())
        });
        plain && self.folders(scope).is_none_or(|folders| is_in(&folders, line))
    }

    /// Where the requester may ask from, as patterns; none where it is the whole share.
    pub(crate) fn folders(&self, scope: Scope<'_>) -> Option<Vec<String>> {
        let patterns = &self.settings.scope;
        let folder = |pattern: &String| {
            if pattern.contains("{project}") && scope.project.is_none() {
                return None;
            }
            let account = pattern.replace("{account}", scope.account);
            Some(account.replace("{project}", scope.project.unwrap_or_default()))
        };
        (!patterns.is_empty()).then(|| patterns.iter().filter_map(folder).collect())
    }

    /// What is said of files beyond the most that one round may hold.
    pub(crate) fn too_many(&self, line: &str, path: &SharePath) -> Problem {
        let most = self.policy().max_files;
        let message = format!(
            "more than {most} files were asked for; {path} and what follows it were left out. Ask for them in a request of their own."
        );
        problem(line, "too-many", &message)
    }
}

fn is_in(folders: &[String], path: &str) -> bool {
    folders.iter().any(|folder| under(folder, path))
}

/// Whether a name on the path is one that programs hide.
fn is_hidden(path: &str) -> bool {
    path.split('/').any(|name| name.starts_with('.'))
}

fn problem(asked: &str, code: &str, message: &str) -> Problem {
    Problem {
        asked: exeat_domain::path::shown(asked.trim()),
        code: code.to_owned(),
        message: message.to_owned(),
        offer: vec![],
    }
}

/// What the share says of one file, as a request keeps it.
pub(crate) fn taken(wrong: &FileProblem) -> Problem {
    problem(&wrong.asked, wrong.code, &wrong.message)
}
