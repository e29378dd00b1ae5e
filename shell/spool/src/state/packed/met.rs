//! What a message met last and why all of it is kept, packed: thousands meet the same reply.

use super::bytes::{Reader, Writer};
use crate::event::Progress;
use model::{Category, LastTry, Owner, ParkReason, Stage};

const STAGES: [Stage; 9] = [
    Stage::Resolve,
    Stage::Connect,
    Stage::Banner,
    Stage::Ehlo,
    Stage::Tls,
    Stage::Mail,
    Stage::Rcpt,
    Stage::Data,
    Stage::EndOfData,
];

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Met {
    pub(super) why: Option<String>,
    pub(super) last_try: Option<LastTry>,
    pub(super) parked: Option<ParkReason>,
}

impl Met {
    /// `None`: nothing was met.
    pub(super) fn write(progress: &Progress) -> Option<Vec<u8>> {
        let (why, last_try) = (progress.why.as_deref(), progress.last_try.as_ref());
        let parked = progress.parked.as_ref();
        if why.is_none() && last_try.is_none() && parked.is_none() {
            return None;
        }
        let text = last_try.and_then(|tried| tried.met.as_ref()).map(|met| met.text.as_str());
        // As a rule it says the same.
        let is_text = why.is_some() && why == text;
        let mut out = Writer::default();
        out.flags(&[is_text]);
        out.maybe(last_try, write_try);
        if !is_text {
            out.maybe(why, Writer::text);
        }
        out.maybe(parked, write_reason);
        Some(out.finish_growing())
    }

    pub(super) fn read(bytes: &[u8]) -> Self {
        let mut from = Reader::new(bytes);
        let [is_text] = from.flags();
        let last_try = from.maybe(read_try);
        let why = if is_text {
            last_try.as_ref().and_then(|tried| tried.met.as_ref()).map(|met| met.text.clone())
        } else {
            from.maybe(Reader::string)
        };
        Self { why, last_try, parked: from.maybe(read_reason) }
    }
}

fn write_try(out: &mut Writer, tried: &LastTry) {
    let LastTry { host, source, met } = tried;
    out.maybe(host.as_deref(), Writer::text);
    out.maybe(source.as_ref(), |out, source| out.text(source.as_str()));
    out.maybe(met.as_ref(), |out, met| {
        let model::Met { stage, kind, text, category, owner, judgement } = met;
        write_stage(out, *stage);
        out.text(kind);
        out.text(text);
        write_judged(out, *category, *owner);
        out.text(judgement);
    });
}

fn read_try(from: &mut Reader<'_>) -> LastTry {
    let (host, source) = (from.maybe(Reader::string), from.maybe(Reader::parsed));
    let met = from.maybe(|from| {
        let (stage, kind, text) = (read_stage(from), from.string(), from.string());
        let (category, owner) = read_judged(from);
        model::Met { stage, kind, text, category, owner, judgement: from.string() }
    });
    LastTry { host, source, met }
}

fn write_stage(out: &mut Writer, stage: Stage) {
    // One that is not in the list would read back as another.
    let place = match stage {
        Stage::Resolve => 0,
        Stage::Connect => 1,
        Stage::Banner => 2,
        Stage::Ehlo => 3,
        Stage::Tls => 4,
        Stage::Mail => 5,
        Stage::Rcpt => 6,
        Stage::Data => 7,
        Stage::EndOfData => 8,
    };
    out.size(place);
}

fn read_stage(from: &mut Reader<'_>) -> Stage {
    STAGES[from.size()]
}

fn write_judged(out: &mut Writer, category: Option<Category>, owner: Option<Owner>) {
    let category = category.and_then(|one| Category::ALL.iter().position(|known| *known == one));
    let owner = owner.and_then(|one| Owner::ALL.iter().position(|known| *known == one));
    out.size(category.map_or(0, |place| place + 1));
    out.size(owner.map_or(0, |place| place + 1));
}

fn read_judged(from: &mut Reader<'_>) -> (Option<Category>, Option<Owner>) {
    let (category, owner) = (from.size().checked_sub(1), from.size().checked_sub(1));
    (category.map(|place| Category::ALL[place]), owner.map(|place| Owner::ALL[place]))
}

fn write_reason(out: &mut Writer, reason: &ParkReason) {
    match reason {
        ParkReason::Refused { stage, host, reply, category, owner, source } => {
            out.size(0);
            write_stage(out, *stage);
            out.text(host);
            out.text(reply);
            write_judged(out, *category, *owner);
            out.maybe(source.as_ref(), |out, source| out.text(source.as_str()));
        }
        ParkReason::TenantSetup { stage, host, reply } => {
            out.size(1);
            write_stage(out, *stage);
            out.text(host);
            out.text(reply);
        }
        ParkReason::Loop { detail } => {
            out.size(2);
            out.text(detail);
        }
        ParkReason::Policy { detail } => {
            out.size(3);
            out.text(detail);
        }
        ParkReason::Conduct { sender, detail } => {
            out.size(4);
            out.maybe(sender.as_deref(), Writer::text);
            out.text(detail);
        }
        ParkReason::Damaged { detail } => {
            out.size(5);
            out.text(detail);
        }
        ParkReason::Operator { by, note } => {
            out.size(6);
            out.text(by);
            out.text(note);
        }
    }
}

fn read_reason(from: &mut Reader<'_>) -> ParkReason {
    match from.size() {
        0 => {
            let (stage, host, reply) = (read_stage(from), from.string(), from.string());
            let (category, owner) = read_judged(from);
            ParkReason::Refused { stage, host, reply, category, owner, source: from.maybe(Reader::parsed) }
        }
        1 => {
            let (stage, host, reply) = (read_stage(from), from.string(), from.string());
            ParkReason::TenantSetup { stage, host, reply }
        }
        2 => ParkReason::Loop { detail: from.string() },
        3 => ParkReason::Policy { detail: from.string() },
        4 => ParkReason::Conduct { sender: from.maybe(Reader::string), detail: from.string() },
        5 => ParkReason::Damaged { detail: from.string() },
        _ => ParkReason::Operator { by: from.string(), note: from.string() },
    }
}
