//! Every phrase of both languages as a list, for whoever has to know which words are plain ones.

use super::{CauseWords, LintWords, Moments, Phrases, PostmortemWords, english, german};

/// All phrases, in one order for both languages, English first.
pub(crate) fn all() -> impl Iterator<Item = &'static str> {
    english::PHRASES.list().into_iter().chain(german::PHRASES.list())
}

// The patterns name every field, so that no phrase can be forgotten.
impl Phrases {
    pub(super) fn list(&self) -> Vec<&'static str> {
        let Self {
            address,
            domain,
            setup,
            provider,
            intake,
            signatures,
            directory,
            console,
            certificate,
            connector,
            unexplained,
            refused,
            moved,
            parked,
            reported,
            late,
            held,
            none_reported,
            lost,
            none_lost,
            next,
            mitigated,
            watching,
            ended,
            ended_unharmed,
            again,
            still,
            absorbed,
            maintenance_began,
            maintenance_ended,
            postmortem,
            lint,
        } = self;
        let causes = [
            address,
            domain,
            setup,
            provider,
            intake,
            signatures,
            directory,
            console,
            certificate,
            connector,
            unexplained,
        ];
        let mut all: Vec<&'static str> = causes.into_iter().flat_map(CauseWords::list).collect();
        all.extend([refused, moved, parked, reported, late, held, none_reported, lost, none_lost, next]);
        all.extend([mitigated, watching, ended, ended_unharmed, again, still, absorbed]);
        all.extend([maintenance_began, maintenance_ended]);
        all.extend(postmortem.list());
        all.extend(lint.list());
        all
    }
}

impl CauseWords {
    fn list(&self) -> [&'static str; 4] {
        let Self { title, noticed, known, to_do } = self;
        [title, noticed, known, to_do]
    }
}

impl LintWords {
    fn list(&self) -> Vec<&'static str> {
        let Self {
            negative,
            outside,
            quoted_outside,
            short,
            impact_none,
            resolved_red,
            resolved_unproven,
            resolved_waiting,
            silence,
            late,
            figure,
        } = self;
        let ends = [resolved_red, resolved_unproven, resolved_waiting];
        [negative, outside, quoted_outside, short, impact_none, silence, late, figure]
            .into_iter()
            .chain(ends)
            .copied()
            .collect()
    }
}

impl PostmortemWords {
    fn list(&self) -> Vec<&'static str> {
        let Self {
            heading,
            draft,
            sections,
            clocks,
            none,
            figures,
            spans,
            states,
            sources_are,
            acts,
            categories,
            other_receiver,
            delays,
            providers,
            lists,
            sources,
            components,
            left_out,
            no_harm,
            no_delays,
            no_acts,
            evidence,
            back_dated,
            moments,
        } = self;
        let mut all =
            vec![*heading, draft, none, other_receiver, delays, providers, lists, sources, components];
        all.extend([left_out, no_harm, no_delays, no_acts, evidence, back_dated]);
        all.extend(sections.iter().chain(clocks).chain(figures).chain(spans));
        all.extend(states.iter().chain(sources_are).chain(acts).chain(categories));
        all.extend(moments.list());
        all
    }
}

impl Moments {
    fn list(&self) -> Vec<&'static str> {
        let Self {
            refused,
            listed,
            unlisted,
            domain_listed,
            domain_cleared,
            source,
            moved,
            canary_lost,
            look_failed,
            reported,
            queue,
            released,
            node_started,
            node_stopped,
            vendor,
            posted,
            acted,
        } = self;
        let mut all = vec![
            *refused,
            listed,
            unlisted,
            domain_listed,
            domain_cleared,
            source,
            moved,
            canary_lost,
            look_failed,
            reported,
        ];
        all.extend([queue, released, node_started, node_stopped, vendor, posted, acted]);
        all
    }
}
