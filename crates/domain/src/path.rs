//! Paths as people write them in a request, and the confined paths of a share that they mean.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A path inside the share: `/` between names, none of them empty, `.` or `..`, and none that hides what it is.
///
/// Made only by [`SharePath::new`], so that whoever holds one need not ask again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct SharePath(String);

/// Why what was asked for is not a path of the share.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum PathProblem {
    #[error("the path is empty")]
    Empty,
    #[error(
        "the path leads to another server ({0}); only the shared folder of the desktop can be released from"
    )]
    OtherServer(String),
    #[error("the path leads to a local or administrative drive ({0}); copy the file to the shared folder")]
    Drive(String),
    #[error("the path leads out of the shared folder: it may not hold `..`")]
    Outside,
    #[error("the name {0} is a device, not a file")]
    Device(String),
    #[error("the name {0} names a stream inside a file; name the file itself")]
    Stream(String),
    #[error("the name {0} is a short (8.3) name; write the name out")]
    ShortName(String),
    #[error("the name {0} holds control, invisible or direction-changing characters; rename the file")]
    Invisible(String),
    #[error("the file:// address is not written as one: {0}")]
    BadUrl(String),
    #[error("the path is longer than {} characters", SharePath::LONGEST)]
    TooLong,
}

impl PathProblem {
    /// A stable code for logs and scripts.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "path-empty",
            Self::OtherServer(_) => "path-other-server",
            Self::Drive(_) => "path-drive",
            Self::Outside => "path-outside",
            Self::Device(_) => "path-device",
            Self::Stream(_) => "path-stream",
            Self::ShortName(_) => "path-short-name",
            Self::Invisible(_) => "path-invisible",
            Self::BadUrl(_) => "path-bad-url",
            Self::TooLong => "path-too-long",
        }
    }
}

impl SharePath {
    /// The longest path, in characters.
    pub const LONGEST: usize = 4096;

    /// A path of the share, from text with `/` or `\` between the names.
    ///
    /// # Errors
    /// [`PathProblem`] where a name in it is not plainly the name of a file or folder.
    pub fn new(text: &str) -> Result<Self, PathProblem> {
        let names = names_of(text)?;
        Ok(Self(names.join("/")))
    }

    /// The path with `/` between the names.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }
}

impl fmt::Display for SharePath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl TryFrom<String> for SharePath {
    type Error = PathProblem;

    fn try_from(text: String) -> Result<Self, PathProblem> {
        Self::new(&text)
    }
}

impl From<SharePath> for String {
    fn from(path: SharePath) -> Self {
        path.0
    }
}

fn names_of(text: &str) -> Result<Vec<&str>, PathProblem> {
    if text.chars().count() > SharePath::LONGEST {
        return Err(PathProblem::TooLong);
    }
    let names: Vec<&str> = text.split(['/', '\\']).filter(|name| !name.is_empty() && *name != ".").collect();
    if names.is_empty() {
        return Err(PathProblem::Empty);
    }
    names.iter().try_for_each(|name| vet(name))?;
    Ok(names)
}

/// Refuses a name that is not plainly the name of a file or folder, on Windows or on Linux.
fn vet(name: &str) -> Result<(), PathProblem> {
    if name.chars().all(|c| c == '.') && name.len() > 1 {
        return Err(PathProblem::Outside);
    }
    if name.chars().any(hides) {
        return Err(PathProblem::Invisible(shown(name)));
    }
    if let Some(drive) =
        name.strip_suffix('$').filter(|drive| drive.len() == 1 || drive.eq_ignore_ascii_case("admin"))
    {
        return Err(PathProblem::Drive(format!("{drive}$")));
    }
    if name.contains(':') {
        return Err(PathProblem::Stream(shown(name)));
    }
    if is_device(name) {
        return Err(PathProblem::Device(shown(name)));
    }
    if is_short(name) {
        return Err(PathProblem::ShortName(shown(name)));
    }
    Ok(())
}

/// Whether a character hides what a name is: control and format characters (direction overrides, zero width),
/// line and paragraph separators, private use.
///
/// The ranges are those of Unicode's general categories Cc, Cf, Zl, Zp and Co that can stand in a file name.
#[must_use]
pub fn hides(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0xAD | 0x600..=0x605 | 0x61C | 0x6DD | 0x70F | 0x180E | 0x200B..=0x200F | 0x2028..=0x202E
            | 0x2060..=0x206F | 0xFEFF | 0xFFF9..=0xFFFB | 0xE000..=0xF8FF | 0x1_D173..=0x1_D17A
            | 0xE_0000..=0xE_007F | 0xF_0000..=0x10_FFFF)
}

/// The text with every character that [`hides`] written as `\u{…}`, for messages and terminals.
#[must_use]
pub fn shown(text: &str) -> String {
    text.chars().map(|c| if hides(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
}

/// Whether Windows keeps the name, with any extension, for a device.
#[must_use]
pub fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_ascii_uppercase();
    let numbered = |port: &str| {
        stem.strip_prefix(port).is_some_and(|rest| {
            let mut chars = rest.chars();
            matches!((chars.next(), chars.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
        })
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$")
        || numbered("COM")
        || numbered("LPT")
}

fn is_short(name: &str) -> bool {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let Some((start, number)) = stem.rsplit_once('~') else { return false };
    !start.is_empty()
        && stem.len() <= 8
        && extension.len() <= 3
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && name.bytes().all(|byte| !byte.is_ascii_lowercase())
}

/// Whether a path fits a pattern: `*` stands for any run inside one name, `?` for one character, case does not count.
#[must_use]
pub fn matches(pattern: &str, path: &str) -> bool {
    let fold = |text: &str| text.to_lowercase().replace('\\', "/");
    let (pattern, path) = (fold(pattern), fold(path));
    let (patterns, names): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
    patterns.len() == names.len() && patterns.iter().zip(&names).all(|(pattern, name)| fits(pattern, name))
}

/// Whether a path lies under a folder that fits a pattern, or is it.
#[must_use]
pub fn under(pattern: &str, path: &str) -> bool {
    let depth = pattern.split(['/', '\\']).filter(|name| !name.is_empty()).count();
    let head: Vec<&str> = path.split('/').take(depth).collect();
    matches(pattern.trim_matches(['/', '\\']), &head.join("/"))
}

/// Whether a folder lies on the way to a folder that fits a pattern, or to one in it.
#[must_use]
pub fn leads_to(pattern: &str, folder: &str) -> bool {
    let depth = folder.split('/').filter(|name| !name.is_empty()).count();
    let names: Vec<&str> = pattern.split(['/', '\\']).filter(|name| !name.is_empty()).collect();
    names.len() > depth && (depth == 0 || matches(&names[..depth].join("/"), folder))
}

/// Whether one name fits one pattern with `*` and `?`, in time linear in each (the greedy match with one way back).
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        if p < pattern.len() && pattern[p] == '*' {
            star = Some((p, n));
            p += 1;
        } else if p < pattern.len() && (pattern[p] == '?' || pattern[p] == name[n]) {
            (p, n) = (p + 1, n + 1);
        } else if let Some((at, taken)) = star {
            star = Some((at, taken + 1));
            (p, n) = (at + 1, taken + 1);
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

/// One thing that a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The words of the request.
    pub asked: String,
    /// The path in the share; its names may hold `*` and `?`.
    pub path: SharePath,
}

impl Wanted {
    /// Whether it is a pattern rather than one file or folder.
    #[must_use]
    pub fn is_pattern(&self) -> bool {
        self.path.as_str().contains(['*', '?'])
    }
}

/// The names under which the desktop knows the share: UNC roots such as `\\server\intego_shared`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roots(Vec<Vec<String>>);

impl Roots {
    /// The share is known under these UNC paths.
    ///
    /// # Errors
    /// [`PathProblem::BadUrl`] where a root is not of the form `\\server\share` or `\\server\share\folder`.
    pub fn new(roots: &[String]) -> Result<Self, PathProblem> {
        let parse = |root: &String| {
            let names: Vec<String> = root
                .trim()
                .strip_prefix(r"\\")
                .into_iter()
                .flat_map(|rest| rest.split(['\\', '/']))
                .filter(|name| !name.is_empty())
                .map(str::to_lowercase)
                .collect();
            if names.len() < 2 { Err(PathProblem::BadUrl(root.clone())) } else { Ok(names) }
        };
        roots.iter().map(parse).collect::<Result<_, _>>().map(Self)
    }

    /// What one line of a request asks for.
    ///
    /// Understood: a path relative to the share, a UNC path in any case, a `file://` address; in quotes or angle
    /// brackets; with spaces; `/` or `\`.
    ///
    /// # Errors
    /// [`PathProblem`] where the line names nothing inside the share.
    pub fn read(&self, line: &str) -> Result<Wanted, PathProblem> {
        let asked = unquoted(line);
        let path = match strip_scheme(asked) {
            Some(rest) => self.url(asked, rest)?,
            None => self.plain(asked)?,
        };
        Ok(Wanted { asked: line.trim().to_owned(), path })
    }

    fn url(&self, asked: &str, rest: &str) -> Result<SharePath, PathProblem> {
        let decoded = percent_decoded(rest).ok_or_else(|| PathProblem::BadUrl(shown(asked)))?;
        match decoded.trim_start_matches(['/', '\\']) {
            "" => Err(PathProblem::BadUrl(shown(asked))),
            path if has_drive(path) => Err(PathProblem::Drive(shown(&path[..2]))),
            path => self.unc(path),
        }
    }

    fn plain(&self, asked: &str) -> Result<SharePath, PathProblem> {
        if has_drive(asked) {
            return Err(PathProblem::Drive(shown(&asked[..2])));
        }
        match asked.strip_prefix(r"\\").or_else(|| asked.strip_prefix("//")) {
            Some(rest) => self.unc(rest.strip_prefix(r"?\UNC\").unwrap_or(rest)),
            None => SharePath::new(asked),
        }
    }

    /// `server\share\…` without its leading backslashes.
    fn unc(&self, rest: &str) -> Result<SharePath, PathProblem> {
        let names: Vec<&str> = rest.split(['\\', '/']).filter(|name| !name.is_empty()).collect();
        let under = |root: &&Vec<String>| {
            names.len() > root.len()
                && root.iter().zip(&names).all(|(known, name)| *known == name.to_lowercase())
        };
        match self.0.iter().filter(under).max_by_key(|root| root.len()) {
            Some(root) => SharePath::new(&names[root.len()..].join("/")),
            None if names.len() > 1 && names[1].ends_with('$') => Err(PathProblem::Drive(shown(names[1]))),
            None if self.0.iter().any(|root| root.len() == names.len() && fold_eq(root, &names)) => {
                Err(PathProblem::Empty)
            }
            None => Err(PathProblem::OtherServer(shown(names.first().copied().unwrap_or_default()))),
        }
    }
}

fn fold_eq(root: &[String], names: &[&str]) -> bool {
    root.iter().zip(names).all(|(known, name)| *known == name.to_lowercase())
}

fn has_drive(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':'
}

fn strip_scheme(text: &str) -> Option<&str> {
    text.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("file:")).map(|_| &text[5..])
}

/// The text without the white space, quotes and brackets around it.
fn unquoted(line: &str) -> &str {
    const PAIRS: [(char, char); 8] =
        [('"', '"'), ('\'', '\''), ('<', '>'), ('“', '”'), ('„', '”'), ('‘', '’'), ('«', '»'), ('`', '`')];
    let mut text = line.trim();
    while let Some((open, close)) = PAIRS
        .into_iter()
        .find(|&(open, close)| text.chars().count() > 1 && text.starts_with(open) && text.ends_with(close))
    {
        text = text[open.len_utf8()..text.len() - close.len_utf8()].trim();
    }
    text
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let pair = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&pair).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn roots() -> Roots {
        Roots::new(&[r"\\server\intego_shared".into(), r"\\files.example.org\desk\intego".into()]).unwrap()
    }

    #[test]
    fn a_line_is_read_however_people_write_it() {
        for line in [
            r"\\server\intego_shared\Users\ann\table 1.csv",
            r"\\SERVER\Intego_Shared\Users\ann\table 1.csv",
            r#"  "\\server\intego_shared\Users\ann\table 1.csv"  "#,
            r"<file://server/intego_shared/Users/ann/table%201.csv>",
            r"file:\\server\intego_shared\Users\ann\table 1.csv",
            r"FILE://///server/intego_shared/Users/ann/table%201.csv",
            r"“\\files.example.org\desk\intego\Users\ann\table 1.csv”",
            r"\\?\UNC\server\intego_shared\Users\ann\table 1.csv",
            r"Users\ann\table 1.csv",
            r"./Users//ann/table 1.csv",
            r"«Users/ann/table 1.csv»",
        ] {
            assert_eq!(roots().read(line).unwrap().path.as_str(), "Users/ann/table 1.csv", "{line}");
        }
    }

    #[test]
    fn what_is_not_plainly_in_the_share_is_refused_by_its_name() {
        for (line, code) in [
            ("", "path-empty"),
            (r"\\server\intego_shared\", "path-empty"),
            (r"\\other\intego_shared\a.csv", "path-other-server"),
            (r"\\server\elsewhere\a.csv", "path-other-server"),
            (r"\\server\C$\a.csv", "path-drive"),
            (r"C:\temp\a.csv", "path-drive"),
            ("file:///C:/temp/a.csv", "path-drive"),
            (r"Users\..\..\etc\passwd", "path-outside"),
            ("Users/.../a.csv", "path-outside"),
            ("Users/CON", "path-device"),
            ("Users/nul.csv", "path-device"),
            ("Users/com1.txt", "path-device"),
            ("Users/a.csv:hidden", "path-stream"),
            (r"Users\TABLE~1.CSV", "path-short-name"),
            ("Users/a\u{202e}vsc.exe", "path-invisible"),
            ("Users/a\u{7}.csv", "path-invisible"),
            ("file://server/intego_shared/a%zz.csv", "path-bad-url"),
            ("file://server/intego_shared/%2e%2e/x.csv", "path-outside"),
        ] {
            let problem = roots().read(line).unwrap_err();
            assert_eq!(problem.code(), code, "{line}: {problem}");
        }
    }

    #[test]
    fn names_that_only_look_odd_are_names() {
        for name in
            ["a~b.csv", "résumé.csv", "x.tar.gz", "table (1).csv", "-n.csv", "con sorted.csv", "~$draft.csv"]
        {
            assert_eq!(SharePath::new(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn a_pattern_stays_inside_one_name() {
        assert!(matches("Users/ann/*.csv", "users/ann/T1.CSV"));
        assert!(matches("a*b*c", "a-b-b-c"));
        assert!(matches("t?.csv", "t1.csv"));
        assert!(!matches("Users/*.csv", "Users/ann/t1.csv"));
        assert!(!matches("t?.csv", "t.csv"));
    }

    #[test]
    fn a_folder_holds_what_lies_under_it_and_not_its_namesakes() {
        assert!(under("Users/ann_P", "users/ANN_P/deep/t.csv"));
        assert!(under(r"Users\*\out\", "Users/ann/out/t.csv"));
        assert!(!under("Users/ann", "Users/ann_P/t.csv"));
        assert!(!under("Users/ann/out", "Users/ann"));
    }

    #[test]
    fn only_folders_on_the_way_lead_to_a_folder() {
        for (folder, leads) in [
            ("", true),
            ("Users", true),
            ("users", true),
            ("Users/ann_P", false),
            ("Users/bram_P", false),
            ("Other", false),
            ("Users/ann_P/deep", false),
        ] {
            assert_eq!(leads_to("Users/ann_P", folder), leads, "{folder}");
        }
        assert!(leads_to(r"Projects\*\out", "Projects/diabetes"));
        assert!(!leads_to(r"Projects\*\out", "Projects/diabetes/in"));
    }

    proptest! {
        #[test]
        fn no_line_leads_out_of_the_share(line in r"(\\\\server\\intego_shared\\|file://server/intego_shared/|)[a-z./\\%0-9 :$~*]{0,40}") {
            if let Ok(wanted) = roots().read(&line) {
                for name in wanted.path.as_str().split('/') {
                    prop_assert!(!name.is_empty() && name != "." && name != "..");
                    prop_assert!(!name.contains([':', '\\']));
                }
            }
        }

        #[test]
        fn any_line_gets_an_answer(line in "\\PC{0,60}") {
            let _ = roots().read(&line);
        }

        #[test]
        fn a_long_pattern_of_stars_ends(name in "a{0,2000}") {
            let pattern = format!("{}b", "*a".repeat(50));
            prop_assert!(!matches(&pattern, &name));
        }
    }
}
