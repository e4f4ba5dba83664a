//! How a site names its share: UNC roots, drive letters, and each person's own folder.

use std::collections::BTreeMap;

use exeat_domain::path::{PathProblem, Roots, SharePath, Wanted};

/// How the people of a site name its share.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    roots: Roots,
    /// The roots once more, as `server` and `share…`, to be found where their backslashes were lost.
    names: Vec<String>,
    drives: BTreeMap<char, String>,
    home: Option<String>,
}

/// Who wrote the mail, as far as it says what the words mean.
#[derive(Clone, Copy, Debug, Default)]
pub struct Writer<'a> {
    /// The account on the locked desktop, for `{account}`.
    pub account: &'a str,
    /// The project, where it is known, for `{project}`.
    pub project: Option<&'a str>,
    /// Folders that the thread has spoken of, such as those of the files of the last round.
    pub folders: &'a [SharePath],
}

impl Settings {
    /// `roots` as `\\server\share`; `drives` as letters and what they are mapped to (a folder of the share, empty for
    /// the share itself); `home` as the folder that "my folder" means. Folders may hold `{account}` and `{project}`.
    ///
    /// # Errors
    /// [`PathProblem`] where a root, a drive or the home is not what it should be.
    pub fn new(
        roots: &[String],
        drives: &BTreeMap<char, String>,
        home: Option<&str>,
    ) -> Result<Self, PathProblem> {
        for folder in drives.values().map(String::as_str).chain(home).filter(|folder| !folder.is_empty()) {
            SharePath::new(folder)?;
        }
        if let Some(letter) = drives.keys().find(|letter| !letter.is_ascii_alphabetic()) {
            return Err(PathProblem::Drive(letter.to_string()));
        }
        let name = |root: &String| slashed(root.trim()).trim_matches('/').to_lowercase();
        Ok(Self {
            roots: Roots::new(roots)?,
            names: roots.iter().map(name).collect(),
            drives: drives.iter().map(|(letter, to)| (letter.to_ascii_uppercase(), to.clone())).collect(),
            home: home.map(str::to_owned),
        })
    }

    /// The writer's own folder, where one is configured.
    pub(super) fn home(&self, writer: Writer<'_>) -> Option<SharePath> {
        self.home.as_ref().and_then(|home| filled(home, writer)).and_then(|home| SharePath::new(&home).ok())
    }

    /// The first name of the own folder, such as `Users`: what begins with it is a path from the share's top.
    pub(super) fn first_name(&self) -> Option<&str> {
        self.home.as_deref().and_then(|home| home.split('/').next()).filter(|name| !name.contains('{'))
    }

    /// How many bytes of the text are the beginning of a path that is spelled out in full; none where it is not.
    pub(super) fn full(&self, text: &str) -> bool {
        let mut chars = text.chars();
        let (first, second, third) = (chars.next(), chars.next(), chars.next());
        let slash = |c: Option<char>| matches!(c, Some('\\' | '/'));
        let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '\\' | '/' | '?'));
        let drive = first.is_some_and(|c| c.is_ascii_alphabetic()) && second == Some(':') && slash(third);
        let unc = first == second && slash(first) && word(third);
        let scheme = text.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("file:"));
        let scheme = scheme && text.get(5..).is_some_and(|rest| !rest.starts_with(char::is_whitespace));
        drive || unc || scheme || self.bare_root(text)
    }

    /// Whether the text begins with a root of ours without its two backslashes.
    fn bare_root(&self, text: &str) -> bool {
        let text = text.strip_prefix(['\\', '/']).unwrap_or(text);
        self.names.iter().any(|name| {
            let head: String = text.chars().take(name.chars().count() + 1).collect();
            slashed(&head).to_lowercase().strip_prefix(name.as_str()) == Some("/")
        })
    }

    /// The path of the share that a spelled path means.
    pub(super) fn read(&self, text: &str, writer: Writer<'_>) -> Result<Wanted, PathProblem> {
        let (scheme, rest) = match text.get(..5).filter(|head| head.eq_ignore_ascii_case("file:")) {
            Some(scheme) => (scheme, text.get(5..).unwrap_or_default().trim_start_matches(['/', '\\'])),
            None => ("", text),
        };
        let mut chars = rest.chars();
        let wanted = match (chars.next(), chars.next()) {
            (Some(letter), Some(':')) if letter.is_ascii_alphabetic() => {
                self.roots.read(&self.mapped(letter, scheme, chars.as_str(), writer)?)
            }
            _ if scheme.is_empty() && self.bare_root(rest) => {
                self.roots.read(&format!(r"\\{}", rest.trim_start_matches(['\\', '/'])))
            }
            _ => self.roots.read(text),
        };
        wanted.map(|wanted| Wanted { asked: text.to_owned(), path: wanted.path })
    }

    /// A path on a drive, as one that the roots understand.
    fn mapped(
        &self,
        letter: char,
        scheme: &str,
        rest: &str,
        writer: Writer<'_>,
    ) -> Result<String, PathProblem> {
        let unknown = || PathProblem::Drive(format!("{letter}:"));
        let to = self.drives.get(&letter.to_ascii_uppercase()).ok_or_else(unknown)?;
        let to = filled(to, writer).ok_or_else(unknown)?;
        let rest = rest.trim_start_matches(['\\', '/']);
        match (scheme.is_empty(), self.names.first()) {
            (true, _) => Ok(format!("./{to}/{rest}")),
            (false, Some(root)) => Ok(format!("file://{root}/{to}/{rest}")),
            (false, None) => Err(unknown()),
        }
    }
}

/// The pattern for one writer; none where it asks for a project that is not known.
fn filled(pattern: &str, writer: Writer<'_>) -> Option<String> {
    if pattern.contains("{project}") && writer.project.is_none() {
        return None;
    }
    let account = pattern.replace("{account}", writer.account);
    Some(account.replace("{project}", writer.project.unwrap_or_default()))
}

/// The text with `/` for `\`.
pub(super) fn slashed(text: &str) -> String {
    text.replace('\\', "/")
}
