//! Signatures as templates: what a person's signature looks like, in HTML and as text.
//!
//! `NAME.html` is escaped by itself, so a directory value can never become markup; `NAME.txt` is plain. A column that does not exist
//! is empty. Rendering is bounded in steps and memory (fuel) and in output, sees nothing but the person, and offers two helpers: the
//! filter `tel` and the function `image`. The form that a signature has no file for is derived from the other one.

mod literals;
mod phone;

pub use literals::image_literals;

use crate::content_id::ContentIds;
use crate::text_form;
use core::fmt;
use core::str::FromStr;
use minijinja::value::{Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, Output, State, UndefinedBehavior, escape_formatter};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// Most steps of one rendering; a step is an instruction or 64 bytes, so this bounds memory to about 3 MB too.
const FUEL: u64 = 50_000;
/// Largest template, in bytes.
pub const TEMPLATE_LEN_MAX: usize = 64 << 10;
/// Largest rendered form, in bytes: every message grows by it.
const RENDERED_LEN_MAX: usize = 128 << 10;
const NAME_LEN_MAX: usize = 63;

/// The name of a signature: letters, digits, dashes and underscores.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SignatureName(Arc<str>);

/// Why a text is no name of a signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not 1 to {NAME_LEN_MAX} letters, digits, dashes and underscores")]
pub struct SignatureNameError(String);

impl FromStr for SignatureName {
    type Err = SignatureNameError;

    fn from_str(text: &str) -> Result<Self, SignatureNameError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let good = matches!(text.len(), 1..=NAME_LEN_MAX) && text.bytes().all(plain);
        if good { Ok(Self(Arc::from(text))) } else { Err(SignatureNameError(text.to_owned())) }
    }
}

impl SignatureName {
    /// The name as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SignatureName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for SignatureName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignatureName({})", self.0)
    }
}

/// The two forms of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    Html,
    Text,
}

impl Form {
    /// The file of a signature's form, `NAME.html` or `NAME.txt`.
    #[must_use]
    pub fn file(self, name: &SignatureName) -> String {
        match self {
            Self::Html => format!("{name}.html"),
            Self::Text => format!("{name}.txt"),
        }
    }
}

/// Why a template cannot be used or rendered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {reason}")]
pub struct TemplateError {
    /// `NAME.html` or `NAME.txt`.
    pub file: String,
    pub line: Option<usize>,
    pub reason: String,
}

/// A signature made for one person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rendered {
    /// Markup without container; lines end with LF.
    pub html: String,
    /// Lines end with LF, the last one too unless the text is empty.
    pub text: String,
    /// The pictures that the markup names.
    pub images: BTreeSet<String>,
}

/// All templates of one tenant.
pub struct Templates {
    environment: Environment<'static>,
    forms: BTreeMap<SignatureName, BTreeSet<Form>>,
}

impl Default for Templates {
    fn default() -> Self {
        let mut environment = Environment::new();
        environment.set_fuel(Some(FUEL));
        environment.set_undefined_behavior(UndefinedBehavior::Chainable);
        // It panics on text that is not ASCII (minijinja 3.1.0, found by fuzzing); nothing in a signature needs it.
        environment.remove_filter("format");
        environment.set_formatter(written);
        environment.add_filter("tel", |phone: &Value| phone::tel_uri(phone.as_str().unwrap_or_default()));
        Self { environment, forms: BTreeMap::new() }
    }
}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Templates").field("forms", &self.forms).finish_non_exhaustive()
    }
}

/// What `image('…')` needs while one signature is rendered.
#[derive(Clone)]
struct Pictures {
    /// None in a trial: every name is there.
    known: Option<Arc<BTreeSet<String>>>,
    ids: ContentIds,
    used: Arc<Mutex<BTreeSet<String>>>,
}

impl Templates {
    /// Adds one form of a signature.
    pub fn add(&mut self, name: &SignatureName, form: Form, source: &str) -> Result<(), TemplateError> {
        let file = form.file(name);
        if source.len() > TEMPLATE_LEN_MAX {
            let reason = format!("has {} bytes, more than {TEMPLATE_LEN_MAX}; shorten it", source.len());
            return Err(TemplateError { file, line: None, reason });
        }
        let added = self.environment.add_template_owned(file.clone(), source.to_owned());
        added.map_err(|error| describe(&file, &error))?;
        self.forms.entry(name.clone()).or_default().insert(form);
        Ok(())
    }

    /// Whether there is a signature of this name.
    #[must_use]
    pub fn contains(&self, name: &SignatureName) -> bool {
        self.forms.contains_key(name)
    }

    /// The names of all signatures, sorted.
    pub fn names(&self) -> impl Iterator<Item = &SignatureName> {
        self.forms.keys()
    }

    /// Renders every template with all of `columns` filled and with none, and gives what failed: what no parser can see,
    /// such as an unknown filter.
    #[must_use]
    pub fn try_out(&self, columns: &[String]) -> Vec<TemplateError> {
        let full: BTreeMap<String, String> =
            columns.iter().map(|name| (name.clone(), name.clone())).collect();
        let empty = columns.iter().map(|name| (name.clone(), String::new())).collect();
        let mut errors = Vec::new();
        for (name, forms) in &self.forms {
            for form in forms {
                let pictures = Pictures { known: None, ids: ContentIds::default(), used: Arc::default() };
                let tries = [&full, &empty].map(|person| self.render_form(name, *form, person, &pictures));
                errors.extend(tries.into_iter().find_map(Result::err));
            }
        }
        errors
    }

    /// Renders both forms of a signature. `images` are the names that `image('…')` may use.
    pub(crate) fn render(
        &self,
        name: &SignatureName,
        person: &BTreeMap<String, String>,
        images: &Arc<BTreeSet<String>>,
        ids: ContentIds,
    ) -> Result<Rendered, TemplateError> {
        let pictures = Pictures { known: Some(images.clone()), ids, used: Arc::default() };
        let forms = self.forms.get(name).cloned().unwrap_or_default();
        let form = |form: Form| {
            forms.contains(&form).then(|| self.render_form(name, form, person, &pictures)).transpose()
        };
        let (html, text) = (form(Form::Html)?, form(Form::Text)?);
        let (html, text) = match (html, text) {
            (Some(html), Some(text)) => (html, text),
            (Some(html), None) => (html.clone(), text_form::from_html(&html)),
            (None, Some(text)) => (text_form::to_html(&text), text),
            (None, None) => {
                let reason = "there is no such signature".to_owned();
                return Err(TemplateError { file: name.to_string(), line: None, reason });
            }
        };
        let used = pictures.used.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Ok(Rendered { html: html.trim_end().to_owned(), text: closed(&text), images: used })
    }

    fn render_form(
        &self,
        name: &SignatureName,
        form: Form,
        person: &BTreeMap<String, String>,
        pictures: &Pictures,
    ) -> Result<String, TemplateError> {
        let file = form.file(name);
        let mut context: BTreeMap<String, Value> =
            person.iter().map(|(column, text)| (column.clone(), Value::from(text.as_str()))).collect();
        context.insert("image".to_owned(), image_function(pictures.clone()));
        let template = self.environment.get_template(&file).map_err(|error| describe(&file, &error))?;
        let output = template.render(Value::from(context)).map_err(|error| describe(&file, &error))?;
        if output.len() > RENDERED_LEN_MAX {
            let reason = format!("gives {} bytes, more than {RENDERED_LEN_MAX}; shorten it", output.len());
            return Err(TemplateError { file, line: None, reason });
        }
        Ok(clean(&output))
    }
}

/// What `{{ … }}` writes. A list or a map says nothing to a reader, and minijinja makes a text of one without counting: `range(9) * 999999` would take
/// seconds.
fn written(output: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    if matches!(value.kind(), ValueKind::Seq | ValueKind::Map | ValueKind::Iterable) {
        let detail = "a list cannot be written as it is; `join` makes a text of it";
        return Err(Error::new(ErrorKind::InvalidOperation, detail));
    }
    escape_formatter(output, state, value)
}

fn image_function(pictures: Pictures) -> Value {
    Value::from_function(move |name: String| -> Result<String, Error> {
        if pictures.known.as_ref().is_some_and(|known| !known.contains(&name)) {
            let detail = format!("there is no images/{name}");
            return Err(Error::new(ErrorKind::InvalidOperation, detail));
        }
        let url = format!("cid:{}", pictures.ids.of(&name));
        pictures.used.lock().unwrap_or_else(PoisonError::into_inner).insert(name);
        Ok(url)
    })
}

fn describe(file: &str, error: &Error) -> TemplateError {
    let reason = match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    };
    let line = error.line().filter(|_| error.name().is_none_or(|name| name == file));
    TemplateError { file: file.to_owned(), line, reason }
}

/// One kind of line end, and no other control character than the tabulator: a directory value may hold anything.
fn clean(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    lines.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { ' ' } else { c }).collect()
}

/// Without empty lines at the end, with a line end.
fn closed(text: &str) -> String {
    let kept = text.trim_end_matches(['\n', '\t', ' ']);
    if kept.is_empty() { String::new() } else { format!("{kept}\n") }
}

#[cfg(test)]
mod tests;
