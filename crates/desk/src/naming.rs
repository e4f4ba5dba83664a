//! The names that files leave under, in the archive and in the package.

use exeat_domain::name::{Distinct, safe, split};
use exeat_domain::path::SharePath;
use exeat_domain::request::{Leaving, Request};

/// The name of a file in a package before it is shortened: its path, each name safe; a picture's ends in `.png`.
pub(crate) fn leaving_name(path: &SharePath, picture: bool) -> String {
    let name = path.as_str().split('/').map(safe).collect::<Vec<_>>().join("/");
    let (stem, extension) = split(&name);
    if picture && !extension.eq_ignore_ascii_case(".png") { format!("{stem}.png") } else { name }
}

/// What leaves: the approved files, without the folders that they all share, under names that differ on every system.
pub(crate) fn leaving(request: &Request) -> Vec<Leaving> {
    let approved: Vec<Leaving> = request.approved().filter_map(|file| file.leaving.clone()).collect();
    let shared = shared_folders(approved.iter().map(|leaving| leaving.name.as_str()));
    let mut names = Distinct::default();
    approved
        .into_iter()
        .map(|leaving| {
            let short = leaving.name.split('/').skip(shared).collect::<Vec<_>>().join("/");
            Leaving { name: names.take(&short), seal: leaving.seal }
        })
        .collect()
}

/// How many leading folders all names share; the last name of a path is never one of them.
fn shared_folders<'a>(names: impl Iterator<Item = &'a str>) -> usize {
    let mut paths = names.map(|name| name.split('/').collect::<Vec<_>>());
    let Some(first) = paths.next() else { return 0 };
    let folders = first.len() - 1;
    paths.fold(folders, |shared, path| {
        let same = first.iter().zip(&path).take_while(|(one, other)| one == other).count();
        shared.min(same).min(path.len() - 1)
    })
}

/// `<name>_<yyyymmdd>.zip`, with the project and the request's number as name.
pub(crate) fn archive_name(request: &Request, day: chrono::NaiveDate) -> String {
    format!("{}_{}.zip", title(request), day.format("%Y%m%d"))
}

/// The package's name, with its number where there are several.
pub(crate) fn package_name(request: &Request, part: usize, of: usize) -> String {
    if of == 1 {
        format!("{}.zip", title(request))
    } else {
        format!("{} ({part} of {of}).zip", title(request))
    }
}

fn title(request: &Request) -> String {
    match &request.project {
        Some(project) => safe(&format!("{project} {}", request.id)),
        None => request.id.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_leaves_as_png_and_every_name_is_safe() {
        for (path, picture, name) in [
            ("Users/ann/fig 1.jpg", true, "Users/ann/fig 1.png"),
            ("Users/ann/fig.PNG", true, "Users/ann/fig.PNG"),
            ("Users/ann/t.csv", false, "Users/ann/t.csv"),
            ("Users/ann/figure", true, "Users/ann/figure.png"),
            ("a*b/t?.csv", false, "a_b/t_.csv"),
        ] {
            assert_eq!(leaving_name(&SharePath::new(path).unwrap(), picture), name);
        }
    }

    #[test]
    fn only_folders_that_all_share_are_dropped() {
        for (names, shared) in [
            (&["Users/ann/a.csv", "Users/ann/b.csv"][..], 2),
            (&["Users/ann/a.csv", "Users/ann/sub/a.csv"], 2),
            (&["Users/ann/a.csv", "Users/bob/a.csv"], 1),
            (&["a.csv", "Users/b.csv"], 0),
            (&["Users/ann/a.csv"], 2),
            (&[], 0),
        ] {
            assert_eq!(shared_folders(names.iter().copied()), shared, "{names:?}");
        }
    }
}
