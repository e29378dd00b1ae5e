//! What a run cost, in figures that are counted at the receiving ends, and the bars that they have to hold.

use crate::course::{Evidence, Moments, Sources, Wishes, refused};
use crate::ends::{Course, End, Met, seconds};
use crate::seed::Cost;
use crate::traffic::Sent;
use crate::world::{Form, LISTED, OTHER};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::IpAddr;

/// From a refusal to the delivery of that message over another address.
const REROUTE_MAX: f64 = 5.0;
/// From strong evidence to the last use of the address.
const QUARANTINE_MAX: f64 = 1.0;
/// Real messages that find out whether the address is taken again (`guard::Policy::probes`).
const PROBES: usize = 3;

/// Everything that a run left behind.
pub(crate) struct Figures {
    pub(crate) form: Form,
    pub(crate) sources: Sources,
    pub(crate) wishes: Wishes,
    pub(crate) moments: Moments,
    /// For how many seconds mail came in.
    pub(crate) lasted: f64,
    pub(crate) sent: Vec<Sent>,
    pub(crate) met: Vec<Met>,
    pub(crate) reports: usize,
    pub(crate) parked: usize,
    /// By the node's own count; only shown.
    pub(crate) rerouted: u64,
    pub(crate) cost: Cost,
}

impl Figures {
    fn recipients(&self) -> usize {
        self.sent.iter().map(Vec::len).sum()
    }

    fn is_over(one: &Met, address: std::net::Ipv4Addr) -> bool {
        one.from == IpAddr::from(address)
    }

    /// How often each acknowledged recipient's mail was taken.
    fn times(&self) -> impl Iterator<Item = usize> {
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        for one in self.met.iter().filter(|one| one.course == Course::Taken) {
            *times.entry(&one.to).or_default() += 1;
        }
        self.sent.iter().flatten().map(move |to| times.get(to.as_str()).copied().unwrap_or(0))
    }

    /// Recipients whose mail nobody took.
    fn lost(&self) -> usize {
        self.times().filter(|times| *times == 0).count()
    }

    fn duplicates(&self) -> usize {
        self.times().map(|times| times.saturating_sub(1)).sum()
    }

    /// From each refusal to the delivery over another address, in the order of the refusals.
    fn reroutes(&self) -> Vec<f64> {
        let over_another = |to: &str| {
            self.met
                .iter()
                .find(|one| one.to == to && one.course == Course::Taken && !Self::is_over(one, LISTED))
        };
        refused(&self.met).filter_map(|one| Some(seconds(one.at, over_another(&one.to)?.at))).collect()
    }

    /// Uses of the listed address that began between strong evidence and the delisting. With no other address it still serves those who
    /// ask no list.
    fn uses(&self) -> impl Iterator<Item = (f64, &Met)> {
        let Moments { strong, delisted, .. } = self.moments;
        let counts = move |one: &&Met| match self.sources {
            Sources::Two => true,
            Sources::One => one.end == End::Strict,
        };
        let is_after =
            move |one: &&Met| Self::is_over(one, LISTED) && one.began > strong && one.at < delisted;
        self.met.iter().filter(is_after).filter(counts).map(move |one| (seconds(strong, one.began), one))
    }

    /// Uses after the time that the guard has.
    fn late_uses(&self) -> Vec<(f64, &Met)> {
        self.uses().filter(|(after, _)| *after > QUARANTINE_MAX).collect()
    }

    /// Seconds from the delisting to each delivery over the address: anywhere, or where it was refused.
    fn restored(&self, is_anywhere: bool) -> Vec<f64> {
        let delisted = self.moments.delisted;
        let is_it = |one: &&Met| {
            let is_taken = one.course == Course::Taken && (is_anywhere || one.end == End::Strict);
            is_taken && Self::is_over(one, LISTED) && one.at > delisted
        };
        self.met.iter().filter(is_it).map(|one| seconds(delisted, one.at)).collect()
    }

    /// Recipients that the receiver without a list took while the address was listed, over it and over the other one.
    fn served(&self) -> (usize, usize) {
        let Moments { listed, delisted, .. } = self.moments;
        let taken = || {
            let is_it = |one: &&Met| one.end == End::Open && one.at > listed && one.at < delisted;
            self.met.iter().filter(is_it)
        };
        let over = |address| taken().filter(|one| Self::is_over(one, address)).count();
        (over(LISTED), over(OTHER))
    }

    /// Most refusals that one recipient's mail met.
    fn refusals_each(&self) -> usize {
        let mut each: BTreeMap<&str, usize> = BTreeMap::new();
        refused(&self.met).for_each(|one| *each.entry(&one.to).or_default() += 1);
        each.into_values().max().unwrap_or(0)
    }

    /// The lines of the table: what, and how much.
    fn lines(&self) -> Vec<(&'static str, String)> {
        let Moments { listed, strong, evidence, delisted } = self.moments;
        let exact = |value: f64| format!("{value:.3} s");
        let last_refused = refused(&self.met).last().map_or(0.0, |one| seconds(listed, one.at));
        let (reroutes, restored) = (self.reroutes(), self.restored(self.sources == Sources::Two));
        let longest = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
        let scale = f64::from(self.wishes.scale);
        let on_its_clock = |value: f64| format!("{value:.1} s ({:.0} s on the node's clock)", value * scale);
        let (over_listed, over_other) = self.served();
        let mut lines = vec![
            ("messages, recipients", format!("{}, {}", self.sent.len(), self.recipients())),
            ("messages a second, measured", format!("{:.0}", self.sent.len() as f64 / self.lasted)),
            (
                "listed to first refusal",
                exact(refused(&self.met).next().map_or(0.0, |one| seconds(listed, one.at))),
            ),
            ("listed to last refusal", exact(last_refused)),
            (
                "recipients refused, most for one",
                format!("{}, {}", refused(&self.met).count(), self.refusals_each()),
            ),
            ("evidence is strong by", evidence_word(evidence).to_owned()),
            ("listed to strong evidence", on_its_clock(seconds(listed, strong))),
            (
                "strong evidence to last use (at most 1 s)",
                exact(longest(&self.uses().map(|(after, _)| after).collect::<Vec<_>>())),
            ),
            ("used later, until delisted (0)", self.late_uses().len().to_string()),
        ];
        match self.sources {
            Sources::Two => {
                let first = reroutes.first().copied().unwrap_or(0.0);
                lines.push(("first refusal to its delivery over another (at most 5 s)", exact(first)));
                lines.push(("the same, longest of all", exact(longest(&reroutes))));
            }
            Sources::One => lines.push(("messages parked", self.parked.to_string())),
        }
        lines.push((
            "others served meanwhile: over it, over the other",
            format!("{over_listed}, {over_other}"),
        ));
        let at = |number: usize| {
            restored.get(number).map_or_else(|| "never".to_owned(), |value| on_its_clock(*value))
        };
        lines.push(("delisted to first probe taken", at(0)));
        lines.push(("delisted to use again, behind three probes", at(PROBES)));
        let there =
            self.restored(false).first().map_or_else(|| "never".to_owned(), |value| on_its_clock(*value));
        lines.push(("delisted to first delivery where it was refused", there));
        if self.sources == Sources::One {
            let last = self
                .met
                .iter()
                .filter(|one| one.course == Course::Taken)
                .map(|one| seconds(delisted, one.at));
            lines.push(("delisted to last delivery", on_its_clock(last.fold(0.0, f64::max))));
        }
        lines.push((
            "NDRs, lost, duplicates (0)",
            format!("{}, {}, {}", self.reports, self.lost(), self.duplicates()),
        ));
        let Cost { messages, refused, reports, undelivered } = self.cost;
        lines.push(("Exim as relay: messages, recipients refused", format!("{messages}, {refused}")));
        lines.push((
            "Exim as relay: NDRs, recipients without their mail",
            format!("{reports}, {undelivered}"),
        ));
        lines
    }

    fn title(&self) -> String {
        let sources = match self.sources {
            Sources::One => "one address",
            Sources::Two => "two addresses",
        };
        format!("{}, {sources}", self.form.name())
    }

    /// Prints everything.
    pub(crate) fn show(&self) {
        let Wishes { pace, scale, clean_over, seed, .. } = &self.wishes;
        eprintln!(
            "{}: seed {seed}, {pace} messages a second, clock {scale} times as fast, poll 60 s,\n  back after 3 clean polls over {clean_over}, \
             rerouted by the node's own count {}",
            self.title(),
            self.rerouted
        );
        self.lines().iter().for_each(|(what, value)| eprintln!("  {what}: {value}"));
    }

    /// Adds it to the file of `cargo xtask proof`: title, what and how much, with tabs between them.
    pub(crate) fn keep(&self) {
        let Some(path) = std::env::var_os("SIGNPOST_PROOF_FILE") else { return };
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        for (what, value) in self.lines() {
            writeln!(file, "{}\t{what}\t{value}", self.title()).unwrap();
        }
    }

    pub(crate) fn was_anybody_refused(&self) -> bool {
        refused(&self.met).next().is_some()
    }

    /// Fails where a bar is missed.
    pub(crate) fn hold_the_bars(&self) {
        assert_eq!((self.reports, self.lost(), self.duplicates()), (0, 0, 0), "NDRs, lost, duplicates");
        assert!(self.was_anybody_refused(), "nobody was refused: nothing is proven");
        let late = self.late_uses();
        assert!(late.is_empty(), "the listed address was used after its quarantine: {late:#?}");
        let refused_after = refused(&self.met).filter(|one| one.at > self.moments.delisted).count();
        assert_eq!(refused_after, 0, "a receiver refuses what is not listed any more");
        match self.sources {
            Sources::Two => {
                let reroutes = self.reroutes();
                assert_eq!(
                    reroutes.len(),
                    refused(&self.met).count(),
                    "a refused one was not delivered over another address"
                );
                assert!(reroutes.iter().all(|after| *after <= REROUTE_MAX), "{reroutes:?}");
                assert!(self.served().1 > 0, "others were not served");
            }
            Sources::One => {
                assert!(self.parked > 0, "nothing was parked");
                assert!(self.served().0 > 0, "others were not served");
            }
        }
        let Cost { refused, reports, .. } = self.cost;
        assert!(
            reports > 0 && refused >= reports,
            "the relay of the seed wrote {reports} reports for {refused}"
        );
    }
}

fn evidence_word(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Reply => "the first reply",
        Evidence::ReplyAndPoll => "a reply and a poll",
        Evidence::TwoPolls => "two polls",
    }
}
