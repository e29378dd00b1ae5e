//! The order in which a folder is read, and what its files have to be to each other.
//!
//! Pictures and templates come before the rules that name them, people before the rules that ask for their columns. Every file is
//! read even when an earlier one is wrong, so that nobody mends a folder error by error.

use crate::rules::Known;
use crate::settings::{EgressMode, Outside, Seals};
use crate::{Folder, Problem, Settings, Snapshot, people, rules, settings, written};
use model::{SnapshotNumber, TenantName};
use signatures::{
    Compiled, Form, Image, Images, Parts, People, Policy, Rule, SignatureName, TemplateError, Templates,
    image_literals,
};
use std::sync::Arc;

const SETTINGS_FILE: &str = "tenant.toml";
const IMAGES: &str = "images/";
const SIGNATURES: &str = "signatures/";
const KEYS: &str = "dkim/";
/// Most bytes of all pictures together: a snapshot is kept in memory.
const IMAGES_LEN_MAX: usize = 16 << 20;
const TEMPLATES_MAX: usize = 1_000;
/// Top-level words that a person may leave in a folder.
const TOLERATED: [&str; 2] = ["README.md", ".gitignore"];

/// Compiles `folder`. `secrets` is asked with the whole reference, `env:NAME` or `file:PATH`, and gives its value if it is set.
/// Problems and warnings are in the order of files and lines, their files with the tenant's name before them.
pub fn compile(
    folder: &Folder,
    number: SnapshotNumber,
    secrets: &dyn Fn(&str) -> Option<String>,
) -> Result<Snapshot, Vec<Problem>> {
    let mut findings = Findings::default();
    let (name, settings) = read_settings(folder, secrets, &mut findings).unzip();
    let settings = settings.flatten();
    let images = read_images(folder, &mut findings);
    let templates = read_templates(folder, &images, &mut findings);
    let directory = read_people(folder, &mut findings);
    findings.templates_failing(templates.try_out(&directory.columns));
    let known = Known { templates: &templates, directory: &directory };
    let rules = read_rules(folder, &known, &mut findings);
    name_strays(folder, &settings, &mut findings);
    let Findings { problems, warnings } = findings.named(name.as_ref());
    match (settings, rules) {
        (Some(settings), Some((rules, policy))) if problems.is_empty() => {
            let written = Written { rules, policy, people: directory.into_people(), templates, images };
            Ok(snapshot(folder, number, settings, written, warnings))
        }
        (_, _) => Err(problems),
    }
}

struct Written {
    rules: Vec<Rule>,
    policy: Policy,
    people: People,
    templates: Templates,
    images: Images,
}

fn snapshot(
    folder: &Folder,
    number: SnapshotNumber,
    settings: Settings,
    written: Written,
    warnings: Vec<Problem>,
) -> Snapshot {
    let parts = Parts {
        domains: settings.domains.clone(),
        people: written.people,
        rules: written.rules,
        policy: written.policy,
        templates: written.templates,
        images: written.images,
        images_hosted_at: settings.stamping.images_url.clone(),
        size_max: settings.stamping.size_max,
        stamped_size_max: settings.egress.size_max,
        on_failure: settings.stamping.on_failure,
        is_signed_anew: settings.egress.mode == EgressMode::Return || settings.dkim.is_some(),
        keeps_seals: settings
            .dkim
            .as_ref()
            .is_some_and(|dkim| dkim.arc == Seals::Chain && dkim.applies(settings.egress.mode)),
    };
    Snapshot {
        number,
        settings,
        signatures: Compiled::new(parts),
        folder: Arc::new(folder.clone()),
        folder_hash: folder.hash(),
        warnings,
    }
}

/// Everything that was found so far.
#[derive(Default)]
struct Findings {
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
}

impl Findings {
    fn report(&mut self, report: written::Report) {
        let (problems, warnings) = report.into_parts();
        self.problems.extend(problems);
        self.warnings.extend(warnings);
    }

    fn problem(&mut self, file: &str, reason: impl Into<String>) {
        self.problems.push(Problem::of(file, reason));
    }

    fn warn(&mut self, file: &str, reason: impl Into<String>) {
        self.warnings.push(Problem::of(file, reason));
    }

    fn templates_failing(&mut self, errors: Vec<TemplateError>) {
        for TemplateError { file, line, reason } in errors {
            let file = format!("{SIGNATURES}{file}");
            self.problems.push(Problem { file, line, reason: format!("the template fails: {reason}") });
        }
    }

    /// Sorted, with the tenant's name before every file.
    fn named(mut self, name: Option<&TenantName>) -> Self {
        for found in [&mut self.problems, &mut self.warnings] {
            found.sort();
            found.dedup();
            for problem in found.iter_mut() {
                problem.file = name.map_or(problem.file.clone(), |name| format!("{name}/{}", problem.file));
            }
        }
        self
    }
}

fn read_settings(
    folder: &Folder,
    secrets: &dyn Fn(&str) -> Option<String>,
    findings: &mut Findings,
) -> Option<(TenantName, Option<Settings>)> {
    let Some(bytes) = folder.file(SETTINGS_FILE) else {
        findings.problem(SETTINGS_FILE, "is missing; it needs at least `name`, `domains` and `region`");
        return None;
    };
    let outside = Outside { folder, secrets };
    let read = |top: written::Table<'_>, report: &mut written::Report| settings::read(top, &outside, report);
    let (settings, report) = written::read_file(SETTINGS_FILE, bytes, read);
    findings.report(report);
    settings
}

fn read_images(folder: &Folder, findings: &mut Findings) -> Images {
    let mut images = Images::new();
    let mut total = 0;
    for (name, bytes) in folder.under(IMAGES) {
        total += bytes.len();
        match Image::new(name, bytes) {
            Ok(image) => drop(images.insert(name.to_owned(), image)),
            Err(error) => findings.problem(&format!("{IMAGES}{name}"), error.to_string()),
        }
    }
    if total > IMAGES_LEN_MAX {
        findings.problem(IMAGES, format!("holds {total} bytes, more than {IMAGES_LEN_MAX}"));
    }
    images
}

fn read_templates(folder: &Folder, images: &Images, findings: &mut Findings) -> Templates {
    let mut templates = Templates::default();
    if folder.under(SIGNATURES).count() > TEMPLATES_MAX {
        findings.problem(SIGNATURES, format!("holds more than {TEMPLATES_MAX} files"));
        return templates;
    }
    for (name, bytes) in folder.under(SIGNATURES) {
        let file = format!("{SIGNATURES}{name}");
        let (stem, form) = match name.rsplit_once('.') {
            Some((stem, "html")) => (stem, Form::Html),
            Some((stem, "txt")) => (stem, Form::Text),
            Some(_) | None => {
                findings.problem(&file, "is not a signature; use NAME.html or NAME.txt");
                continue;
            }
        };
        let name: SignatureName = match stem.parse() {
            Ok(name) => name,
            Err(error) => {
                findings.problem(&file, format!("{error}"));
                continue;
            }
        };
        if matches!(stem, "nothing" | "hold") {
            findings.problem(&file, "has a name that `policy.unknown_person` uses as a word; rename it");
        }
        let Ok(source) = core::str::from_utf8(bytes) else {
            findings.problem(&file, "is not UTF-8; save the file as UTF-8");
            continue;
        };
        add_template(&mut templates, &name, form, source.trim_start_matches('\u{feff}'), images, findings);
    }
    templates
}

fn add_template(
    templates: &mut Templates,
    name: &SignatureName,
    form: Form,
    source: &str,
    images: &Images,
    findings: &mut Findings,
) {
    let file = format!("{SIGNATURES}{}", form.file(name));
    for (line, image) in image_literals(source) {
        if !images.contains_key(image) {
            let hint = crate::suggest::hint(image, images.keys().map(String::as_str));
            findings.problems.push(Problem::at(&file, line, format!("there is no {IMAGES}{image}{hint}")));
        }
    }
    if let Err(TemplateError { line, reason, .. }) = templates.add(name, form, source) {
        findings.problems.push(Problem {
            file,
            line,
            reason: format!("the template does not parse: {reason}"),
        });
    }
}

fn read_people(folder: &Folder, findings: &mut Findings) -> people::Directory {
    let Some(bytes) = folder.file(people::FILE) else {
        findings.warn(people::FILE, "is missing: nobody is known, so nobody gets a signature by a rule");
        return people::Directory::default();
    };
    let (directory, problems) = people::read(bytes);
    findings.problems.extend(problems);
    directory
}

fn read_rules(folder: &Folder, known: &Known<'_>, findings: &mut Findings) -> Option<(Vec<Rule>, Policy)> {
    let Some(bytes) = folder.file(rules::FILE) else {
        findings.warn(rules::FILE, "is missing: no message gets a signature");
        return Some((Vec::new(), rules::default_policy()));
    };
    let (read, report) =
        written::read_file(rules::FILE, bytes, |top, report| rules::read(top, known, report));
    findings.report(report);
    read
}

/// A file that nothing reads is most often one in the wrong place.
fn name_strays(folder: &Folder, settings: &Option<Settings>, findings: &mut Findings) {
    let certificate = settings.as_ref().is_some_and(|settings| settings.egress.certificate.is_some());
    let has_keys = settings.as_ref().is_some_and(|settings| settings.dkim.is_some());
    for path in folder.0.keys() {
        let read = [SETTINGS_FILE, people::FILE, rules::FILE].contains(&path.as_str())
            || path.starts_with(IMAGES)
            || path.starts_with(SIGNATURES)
            || (has_keys && path.starts_with(KEYS))
            || TOLERATED.contains(&path.as_str())
            || (certificate && path.ends_with(".pem"));
        if !read {
            let known = [SETTINGS_FILE, people::FILE, rules::FILE];
            findings.warn(path, format!("is read by nothing{}", crate::suggest::hint(path, known)));
        }
    }
}

#[cfg(test)]
mod tests;
