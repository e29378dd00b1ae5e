//! The rules that say what a reply means: data in `rules/*.toml`, one file for each large provider, one for what mail servers say everywhere.
//!
//! A rule fires when the reply has one of its phrases (`any`), one of `with` if that is given, none of `without`, one of its
//! `enhanced` codes (`5.7.606-649` is a span) and one of its `reply` code beginnings, if those are given. The first rule that fires
//! decides; the order is that of `FILES` and of each file, traps first and vague words last. Every rule shows a `sample` with where it
//! is `from`, and where one is known a `counter_sample` that looks alike and means something else. How a phrase is written: `phrases.rs`.
//! The files are part of the build and tested with it, so reading them cannot fail in the field.

use crate::phrases::{PhraseBook, PhraseId, Phrases, Seen};
use crate::text::Prepared;
use model::{Action, Category, EnhancedCode, Owner, Scope};
use serde::Deserialize;
use std::sync::LazyLock;

/// In the order in which they are asked: what is particular before what is general.
const FILES: [(&str, &str); 11] = [
    ("traps", include_str!("../rules/traps.toml")),
    ("microsoft", include_str!("../rules/microsoft.toml")),
    ("google", include_str!("../rules/google.toml")),
    ("yahoo", include_str!("../rules/yahoo.toml")),
    ("apple", include_str!("../rules/apple.toml")),
    ("godaddy", include_str!("../rules/godaddy.toml")),
    ("orange", include_str!("../rules/orange.toml")),
    ("others", include_str!("../rules/others.toml")),
    ("generic", include_str!("../rules/generic.toml")),
    ("codes", include_str!("../rules/codes.toml")),
    ("weak", include_str!("../rules/weak.toml")),
];
const LISTS: &str = include_str!("../rules/lists.toml");
const DOUBT: &str = include_str!("../rules/doubt.toml");
const PROVIDERS: &str = include_str!("../rules/providers.toml");

/// The rules of this build.
pub(crate) static RULES: LazyLock<Rules> = LazyLock::new(|| {
    Rules::read(&FILES, LISTS, DOUBT, PROVIDERS).expect("the tests of this build read the same files")
});

/// Why rules cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RuleError {
    #[error("{file}.toml: {source}")]
    Toml { file: &'static str, source: toml::de::Error },
    #[error("rule {rule}: `{phrase}` is no phrase: write the words to look for")]
    Phrase { rule: String, phrase: String },
    #[error("rule {rule}: `{code}` is no enhanced code such as 5.7.1 or 5.7.606-649")]
    Code { rule: String, code: String },
    #[error("the phrases cannot be compiled: {0}")]
    Compile(#[from] aho_corasick::BuildError),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    provider: Option<String>,
    rule: Vec<RuleText>,
}

/// A rule as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleText {
    pub(crate) id: String,
    pub(crate) category: Category,
    provider: Option<String>,
    pub(crate) owner: Option<Owner>,
    pub(crate) scope: Option<Scope>,
    pub(crate) action: Option<Action>,
    /// The owner in `return` mode, where the same words mean something else.
    pub(crate) return_owner: Option<Owner>,
    /// The list that this text is about, where the text does not name it.
    pub(crate) list: Option<String>,
    /// Fires on the phrases of `lists.toml`.
    #[serde(default)]
    names_list: bool,
    /// First digits of reply codes.
    #[serde(default)]
    reply: Vec<u16>,
    #[serde(default)]
    enhanced: Vec<String>,
    #[serde(default)]
    any: Vec<String>,
    #[serde(default)]
    with: Vec<String>,
    #[serde(default)]
    without: Vec<String>,
    #[cfg_attr(not(test), expect(dead_code, reason = "read by people and tests"))]
    pub(crate) sample: String,
    #[cfg_attr(not(test), expect(dead_code, reason = "read by people and tests"))]
    pub(crate) from: String,
    #[cfg_attr(not(test), expect(dead_code, reason = "read by people and tests"))]
    pub(crate) counter_sample: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListFile {
    list: Vec<ListText>,
}

/// A block list as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListText {
    name: String,
    domain: Option<String>,
    #[serde(default = "yes")]
    public: bool,
    any: Vec<String>,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DoubtFile {
    doubt: Vec<DoubtText>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DoubtText {
    /// Only where the code decided, and no word.
    #[serde(default)]
    by_code: bool,
    categories: Vec<Category>,
    any: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProviderFile {
    suffixes: std::collections::BTreeMap<String, String>,
}

/// A rule, ready.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) text: RuleText,
    /// Whose words these are, where they are one provider's.
    pub(crate) provider: Option<String>,
    pub(crate) strength: Strength,
    any: Vec<PhraseId>,
    with: Vec<PhraseId>,
    without: Vec<PhraseId>,
    enhanced: Vec<Span>,
}

/// How much a rule's word is worth, by the file in which it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strength {
    /// A text that looks like a refusal of ours and is none: nothing comes before it.
    Trap,
    /// What an operator said of exactly this reply.
    Label,
    /// A provider's own words.
    Particular,
    /// What mail servers say everywhere, and codes: doubted where `doubt.toml` says so.
    General,
    /// Vague words and code classes, asked last: such a reply is shown among the unknown.
    Weak,
}

impl Strength {
    fn of_file(file: &str) -> Self {
        match file {
            "traps" => Self::Trap,
            "generic" | "codes" => Self::General,
            "weak" => Self::Weak,
            _ => Self::Particular,
        }
    }

    fn is_doubted(self) -> bool {
        match self {
            Self::General | Self::Weak => true,
            Self::Trap | Self::Label | Self::Particular => false,
        }
    }
}

/// Enhanced codes that differ in the last number.
#[derive(Debug, Clone, Copy)]
struct Span {
    first: EnhancedCode,
    last: u16,
}

/// A list, ready.
#[derive(Debug)]
pub(crate) struct List {
    pub(crate) name: String,
    pub(crate) domain: Option<String>,
    pub(crate) is_public: bool,
}

/// Phrases at which a general rule of these categories makes no report.
#[derive(Debug)]
struct Doubt {
    by_code: bool,
    categories: Vec<Category>,
    any: Vec<PhraseId>,
}

/// All rules and what belongs to them.
#[derive(Debug)]
pub(crate) struct Rules {
    phrases: Phrases,
    rules: Vec<Rule>,
    /// Rules by phrase: who may fire when the phrase is seen.
    rules_of: Vec<Vec<u32>>,
    /// Rules without phrases of their own: they may always fire.
    always: Vec<u32>,
    lists: Vec<List>,
    /// Lists by phrase.
    list_of: Vec<Option<u32>>,
    doubts: Vec<Doubt>,
    providers: Vec<(String, String)>,
}

impl Rules {
    fn read(
        files: &[(&'static str, &str)],
        lists: &str,
        doubt: &str,
        providers: &str,
    ) -> Result<Self, RuleError> {
        let mut book = PhraseBook::default();
        let list_file: ListFile = read("lists", lists)?;
        let list_phrases: Vec<String> = list_file.list.iter().flat_map(|list| list.any.clone()).collect();
        let mut rules = Vec::new();
        for &(file, text) in files {
            let parsed: RuleFile = read(file, text)?;
            for rule in parsed.rule {
                let provider = rule.provider.clone().or_else(|| parsed.provider.clone());
                rules.push(compile(rule, provider, Strength::of_file(file), &list_phrases, &mut book)?);
            }
        }
        let doubt_file: DoubtFile = read("doubt", doubt)?;
        let mut doubts = Vec::new();
        for text in doubt_file.doubt {
            let any = add_all("doubt", &text.any, &mut book)?;
            doubts.push(Doubt { by_code: text.by_code, categories: text.categories, any });
        }
        let mut lists_by_phrase = Vec::new();
        for (number, list) in list_file.list.iter().enumerate() {
            for id in add_all(&list.name, &list.any, &mut book)? {
                lists_by_phrase.push((id, number as u32));
            }
        }
        let phrases = book.compile()?;
        let mut list_of = vec![None; phrases.len()];
        for (id, number) in lists_by_phrase {
            list_of[id.index()] = Some(number);
        }
        let (rules_of, always) = by_phrase(&rules, phrases.len());
        let into = |list: ListText| List { name: list.name, domain: list.domain, is_public: list.public };
        let lists = list_file.list.into_iter().map(into).collect();
        let mut providers: Vec<(String, String)> =
            read::<ProviderFile>("providers", providers)?.suffixes.into_iter().collect();
        providers.sort_by_key(|(suffix, _)| core::cmp::Reverse(suffix.len()));
        Ok(Self { phrases, rules, rules_of, always, lists, list_of, doubts, providers })
    }

    /// What the text has of all phrases.
    pub(crate) fn look(&self, text: &str) -> Seen {
        self.phrases.look(text)
    }

    /// The first rule that fires.
    pub(crate) fn first(&self, reply: &Prepared, seen: &Seen) -> Option<&Rule> {
        let asked = seen.found.iter().flat_map(|(id, _)| &self.rules_of[id.index()]);
        let mut numbers: Vec<u32> = asked.chain(&self.always).copied().collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.into_iter().map(|number| &self.rules[number as usize]).find(|rule| rule.fires(reply, seen))
    }

    /// Whether this rule's result may rest on words about an address.
    pub(crate) fn doubts(&self, rule: &Rule, seen: &Seen) -> bool {
        let stands = |doubt: &Doubt| {
            doubt.categories.contains(&rule.text.category)
                && (!doubt.by_code || rule.is_by_code())
                && seen.has_any(&doubt.any)
        };
        rule.strength.is_doubted() && self.doubts.iter().any(stands)
    }

    /// The first list that the text names, and where its name ends.
    pub(crate) fn list(&self, seen: &Seen) -> Option<(&List, usize)> {
        seen.found
            .iter()
            .find_map(|(id, end)| self.list_of[id.index()].map(|number| (&self.lists[number as usize], *end)))
    }

    /// Who runs this host.
    pub(crate) fn provider_of(&self, host: &str) -> Option<&str> {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let is_under = |suffix: &str| {
            host.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        self.providers.iter().find(|(suffix, _)| is_under(suffix)).map(|(_, name)| name.as_str())
    }

    /// Whether some host's provider has this name.
    pub(crate) fn is_provider(&self, name: &str) -> bool {
        self.providers.iter().any(|(_, known)| known == name)
    }
}

impl Rule {
    /// A rule that an operator made of one reply; it is asked by that reply's number.
    pub(crate) fn of_label(id: String, category: Category, owner: Option<Owner>) -> Self {
        let text = RuleText {
            id,
            category,
            provider: None,
            owner,
            scope: None,
            action: None,
            return_owner: None,
            list: None,
            names_list: false,
            reply: Vec::new(),
            enhanced: Vec::new(),
            any: Vec::new(),
            with: Vec::new(),
            without: Vec::new(),
            sample: String::new(),
            from: String::new(),
            counter_sample: None,
        };
        Self {
            text,
            provider: None,
            strength: Strength::Label,
            any: Vec::new(),
            with: Vec::new(),
            without: Vec::new(),
            enhanced: Vec::new(),
        }
    }

    /// Whether it fires on a reply that has one of its phrases, if it has any: only then is it asked.
    fn fires(&self, reply: &Prepared, seen: &Seen) -> bool {
        let has_code = self.enhanced.is_empty()
            || reply.enhanced.is_some_and(|code| self.enhanced.iter().any(|span| span.holds(code)));
        has_code
            && self.has_reply(reply.code)
            && (self.with.is_empty() || seen.has_any(&self.with))
            && !seen.has_any(&self.without)
    }

    fn has_reply(&self, code: Option<u16>) -> bool {
        let begins = |code: u16| {
            let with = |start: &u16| code == *start || code / 10 == *start || code / 100 == *start;
            self.text.reply.iter().any(with)
        };
        self.text.reply.is_empty() || code.is_some_and(begins)
    }

    /// Whether no word of the reply had a part in it.
    pub(crate) fn is_by_code(&self) -> bool {
        self.any.is_empty() && self.strength != Strength::Label
    }
}

impl Span {
    fn holds(self, code: EnhancedCode) -> bool {
        let first = self.first;
        (code.class, code.subject) == (first.class, first.subject)
            && (first.detail..=self.last).contains(&code.detail)
    }
}

fn read<T: serde::de::DeserializeOwned>(file: &'static str, text: &str) -> Result<T, RuleError> {
    toml::from_str(text).map_err(|source| RuleError::Toml { file, source })
}

fn compile(
    text: RuleText,
    provider: Option<String>,
    strength: Strength,
    lists: &[String],
    book: &mut PhraseBook,
) -> Result<Rule, RuleError> {
    let mut any = add_all(&text.id, &text.any, book)?;
    if text.names_list {
        any.extend(add_all(&text.id, lists, book)?);
    }
    let with = add_all(&text.id, &text.with, book)?;
    let without = add_all(&text.id, &text.without, book)?;
    let to_span = |code: &String| {
        span(code).ok_or_else(|| RuleError::Code { rule: text.id.clone(), code: code.clone() })
    };
    let enhanced = text.enhanced.iter().map(to_span).collect::<Result<_, _>>()?;
    Ok(Rule { text, provider, strength, any, with, without, enhanced })
}

fn add_all(rule: &str, phrases: &[String], book: &mut PhraseBook) -> Result<Vec<PhraseId>, RuleError> {
    let add = |phrase: &String| {
        book.add(phrase).ok_or_else(|| RuleError::Phrase { rule: rule.to_owned(), phrase: phrase.clone() })
    };
    phrases.iter().map(add).collect()
}

fn span(code: &str) -> Option<Span> {
    let (first, last) = match code.split_once('-') {
        Some((first, last)) => (first.parse::<EnhancedCode>().ok()?, last.parse().ok()?),
        None => (code.parse().ok()?, code.parse::<EnhancedCode>().ok()?.detail),
    };
    (first.detail <= last).then_some(Span { first, last })
}

fn by_phrase(rules: &[Rule], phrases: usize) -> (Vec<Vec<u32>>, Vec<u32>) {
    let mut rules_of = vec![Vec::new(); phrases];
    let mut always = Vec::new();
    for (number, rule) in rules.iter().enumerate() {
        if rule.any.is_empty() {
            always.push(number as u32);
        }
        for id in &rule.any {
            rules_of[id.index()].push(number as u32);
        }
    }
    (rules_of, always)
}

#[cfg(test)]
mod tests;
